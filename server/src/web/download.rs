//! Downloads of stored files.
//!
//! Promise: a file is sent as a sandboxed attachment with a type that no browser executes, named by its digest (RFC
//! 6266). Every block is verified before it is sent: the first ones before the status, the others as they come; the
//! answer is aborted at a damaged block. One block of each answer is in memory, counted against the budget of answers.

use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG,
};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream::{Stream, unfold};
use sync_core::evidence::known;

use super::bodies::{self, Owner};
use super::middleware::no_room;
use super::range::{Asked, asked};
use super::transport::Transport;
use super::{State, address};
use crate::budget::Reservation;
use crate::flow::evidence::{self, Opened, damage};
use crate::flow::refusal::{Failure, Refusal};
use crate::store::EvidenceFileRow;
use crate::store::evidence_store::BLOCK;
use crate::web::problem::{NOT_MODIFIED, OK, PARTIAL};

/// The response: all of the file, or the part that the request asks for.
///
/// # Errors
/// [`Refusal::EvidenceAltered`], [`Refusal::EvidenceRemoved`] where the file is not what was stored;
/// [`Refusal::RangeNotSatisfiable`]; [`Refusal::Stale`] where `If-Match` names another file; or an internal error.
pub async fn download(app: &State, request: &HttpRequest, opened: Opened) -> Result<HttpResponse, Failure> {
    let (size, tag) = (opened.whole.size(), format!("\"{}\"", opened.row.digest));
    let (status, part) = match asked(request.method(), request.headers(), &tag, size) {
        Asked::Whole => (OK, 0..size),
        Asked::Part(part) => (PARTIAL, part),
        Asked::Beyond => return Err(Refusal::RangeNotSatisfiable.because(BEYOND.0, BEYOND.1).of_size(size).into()),
        Asked::Another => return Err(Refusal::Stale.into()),
        Asked::Known => return Ok(described(NOT_MODIFIED, &opened.row, &tag).finish()),
    };
    let length = part.end - part.start;
    let mut response = described(status, &opened.row, &tag);
    if status == PARTIAL {
        let last = part.end.saturating_sub(1);
        response.insert_header((CONTENT_RANGE, format!("bytes {}-{last}/{size}", part.start)));
    }
    let room = room(request, length)?;
    let opened = evidence::check(app, opened, &part).await?;
    Ok(response.body(SizedStream::new(length, blocks(app.clone(), opened, part, room))))
}

const BEYOND: (&str, &str) = (
    "请求的文件区段超出文件范围，请重新打开文件。",
    "The part that was asked for lies beyond the end: open the file again.",
);

fn described(status: StatusCode, row: &EvidenceFileRow, tag: &str) -> HttpResponseBuilder {
    let kind = known(&row.media_type);
    let short: String = row.digest.to_string().chars().take(12).collect();
    let extension = kind.extension;
    let name = format!(
        "attachment; filename=\"evidence-{short}.{extension}\"; filename*=UTF-8''%E8%AF%81%E6%8D%AE-{short}.{extension}"
    );
    let mut response = HttpResponse::build(status);
    response
        .content_type(kind.media_type)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((ETAG, tag))
        .insert_header((ACCEPT_RANGES, "bytes"));
    response
}

/// Room for the block that is in memory while the answer is read, until it has been.
fn room(request: &HttpRequest, length: u64) -> Result<Option<Reservation<Owner>>, Refusal> {
    let Some(transport) = request.app_data::<Data<Transport>>() else { return Ok(None) };
    let owners = (address::client(request), bodies::caller(request.headers()));
    let bytes = usize::try_from(length.min(BLOCK)).unwrap_or(usize::MAX);
    transport.answers.reserve(&owners, bytes).map(Some).map_err(no_room)
}

/// The bytes of `part`, block by block; a damaged block gives an error, which aborts the answer.
fn blocks(
    app: State,
    opened: Opened,
    part: Range<u64>,
    room: Option<Reservation<Owner>>,
) -> impl Stream<Item = Result<Bytes, Broken>> {
    unfold(Some((app, opened, part, room)), async |state| {
        let (app, opened, part, room) = state?;
        if part.is_empty() {
            return None;
        }
        Some(match next(&app, opened, part).await {
            Ok((bytes, rest)) => (Ok(bytes), rest.map(|(opened, part)| (app, opened, part, room))),
            Err(broken) => (Err(broken), None),
        })
    })
}

/// Why an answer that has begun is aborted.
#[derive(Debug, thiserror::Error)]
enum Broken {
    /// A damaged block, which was recorded.
    #[error("a block of the file is not what was stored")]
    Differs,
    /// The disk, or a task, failed.
    #[error("the file cannot be read")]
    Unreadable(#[source] std::io::Error),
}

type Rest = Option<(Opened, Range<u64>)>;

async fn next(app: &State, mut opened: Opened, part: Range<u64>) -> Result<(Bytes, Rest), Broken> {
    let (digest, case) = (opened.row.digest, opened.case);
    let read = tokio::task::spawn_blocking(move || {
        let bytes = opened.whole.read(&part)?;
        Ok((opened, part, bytes))
    });
    let read = read.await.map_err(|error| Broken::Unreadable(std::io::Error::other(error)))?;
    let (opened, part, bytes) = read.map_err(Broken::Unreadable)?;
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
        if let Err(Failure::Broken(error)) = damage::found(app, digest, Some(case)).await {
            tracing::error!(error, "damage to evidence could not be recorded");
        }
        return Err(Broken::Differs);
    };
    let start = part.start + u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let rest = (start < part.end).then_some((opened, start..part.end));
    Ok((Bytes::from(bytes), rest))
}

/// A file made for the caller, for their eyes only.
pub fn attachment(media_type: &'static str, disposition: String, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::build(OK)
        .content_type(media_type)
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(bytes)
}
