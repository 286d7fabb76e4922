//! A stored file on its way out.
//!
//! Promise: an attachment in a sandbox, of a harmless type, named after its digest (RFC 6266), read in small pieces.

use std::fs::File;
use std::io::Read as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::web::Bytes;
use tokio::task::JoinHandle;

use crate::store::EvidenceFileRow;
use crate::web::problem::OK;

const PIECE: usize = 64 * 1024;
/// Types that no viewer runs; anything else is plain bytes.
const HARMLESS: [(&str, &str); 6] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("audio/mp4", "m4a"),
    ("video/mp4", "mp4"),
    ("application/pdf", "pdf"),
];

/// The response.
pub fn download(row: &EvidenceFileRow, file: File) -> HttpResponse {
    let (kind, extension) =
        HARMLESS.into_iter().find(|(kind, _)| *kind == row.media_type).unwrap_or(("application/octet-stream", "bin"));
    let short: String = row.digest.to_string().chars().take(12).collect();
    let name = format!(
        "attachment; filename=\"evidence-{short}.{extension}\"; filename*=UTF-8''%E8%AF%81%E6%8D%AE-{short}.{extension}"
    );
    HttpResponse::build(OK)
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(FileBody { size: row.size.cast_unsigned(), state: Reading::Idle(Some(file)) })
}

/// A file made for the caller, for their eyes only.
pub fn attachment(media_type: &'static str, disposition: String, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::build(OK)
        .content_type(media_type)
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(bytes)
}

enum Reading {
    Idle(Option<File>),
    Busy(JoinHandle<std::io::Result<(File, Vec<u8>)>>),
}

struct FileBody {
    size: u64,
    state: Reading,
}

fn piece_of(mut file: File) -> std::io::Result<(File, Vec<u8>)> {
    let mut piece = vec![0; PIECE];
    let count = file.read(&mut piece)?;
    piece.truncate(count);
    Ok((file, piece))
}

impl MessageBody for FileBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        loop {
            match &mut self.state {
                Reading::Idle(file) => match file.take() {
                    Some(file) => self.state = Reading::Busy(tokio::task::spawn_blocking(move || piece_of(file))),
                    None => return Poll::Ready(None),
                },
                Reading::Busy(task) => {
                    let Poll::Ready(read) = Pin::new(task).poll(context) else { return Poll::Pending };
                    self.state = Reading::Idle(None);
                    return Poll::Ready(match read.map_err(Into::into).and_then(|read| read.map_err(Into::into)) {
                        Ok((_file, piece)) if piece.is_empty() => None,
                        Ok((file, piece)) => {
                            self.state = Reading::Idle(Some(file));
                            Some(Ok(Bytes::from(piece)))
                        }
                        Err(error) => Some(Err(error)),
                    });
                }
            }
        }
    }
}
