//! Evidence over HTTP: tus 1.0.0 (core and creation) for uploads, plain GET for downloads.
//!
//! Promise: each piece is written to disk while it arrives, so a broken connection loses no byte that has arrived. Memory
//! use is bounded by one read of the socket. Not here: file names (a file is identified by its digest only).

mod announced;

use std::str::FromStr as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, head, options, patch, post};
use api_spec::case::PurposeQuery;
use api_spec::text;
use futures_util::StreamExt as _;
use sync_core::evidence::essence;
use sync_core::id::{CaseId, Digest};

use announced::{announced, said};

use crate::flow::evidence::{self, MAX_FILE, MAX_PIECE, Upload};
use crate::flow::refusal::{Failure, Refusal};
use crate::web::State;
use crate::web::caller::{Caller, Uploader};
use crate::web::download::download;
use crate::web::input::{bytes, purpose};
use crate::web::problem::{CREATED, NO_CONTENT, OK, Problem, TUS_VERSION};

const VERSION: &str = TUS_VERSION;
const RESUMABLE: &str = "Tus-Resumable";
const OFFSET: &str = "Upload-Offset";
const LENGTH: &str = "Upload-Length";
const PIECE_TYPE: &str = "application/offset+octet-stream";
const METADATA: &str = "Upload-Metadata";
/// Sent with a POST to an upload by clients that cannot send PATCH or HEAD.
const OVERRIDE: &str = "X-HTTP-Method-Override";

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn speaks_tus(headers: &HeaderMap) -> Result<(), Refusal> {
    if header(headers, RESUMABLE) == Some(VERSION) { Ok(()) } else { Err(Refusal::TusVersion) }
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, Refusal> {
    let digits = header(headers, name).filter(|text| text.bytes().all(|c| c.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or(Refusal::Malformed)
}

fn tus(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((RESUMABLE, VERSION)).insert_header((CACHE_CONTROL, "no-store"));
    response
}

/// Describes the upload protocol: tus 1.0.0 with the extensions creation and creation-with-upload, and the largest file.
#[utoipa::path(
    tag = "evidence",
    responses((status = 204, description = "tus 1.0.0 with creation and creation-with-upload", headers(
        ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = i64)
    )))
)]
#[options("/evidence")]
pub async fn evidence_options() -> HttpResponse {
    tus(HttpResponse::build(NO_CONTENT))
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", "creation,creation-with-upload"))
        .insert_header(("Tus-Max-Size", MAX_FILE.to_string()))
        .finish()
}

/// Begins an upload, or finds the upload of the same bytes that the caller has begun before. `Upload-Metadata` carries
/// `sha256` (base64 of the 32 bytes, or of their 64 hex digits) and `type` or `filetype`. Other metadata is returned to
/// the uploader and not used. If the caller has sent the whole file before, the upload is complete at once. A body of the
/// type `application/offset+octet-stream` is the first piece.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("Tus-Resumable" = api_spec::code::TusVersion, Header, description = "`1.0.0`"),
        ("Upload-Length" = i64, Header, minimum = 0, maximum = 536_870_912, example = 28, description = "Size in bytes, 0 to `Tus-Max-Size`. `Upload-Defer-Length` is not supported"),
        ("Upload-Metadata" = text::UploadMetadata, Header, description = "`sha256 <base64>,type <base64>`")
    ),
    responses(
        (status = 201, description = "The upload. `Upload-Offset` is the number of bytes that have arrived", headers(
            ("Location" = text::Location), ("Upload-Offset" = i64)
        )),
        (status = 400, description = "`malformed`: length or metadata", body = api_spec::problem::Problem),
        (status = 412, description = "`tus_version`; `Tus-Version` says which", body = api_spec::problem::Problem,
            headers(("Tus-Version" = String))),
        (status = 413, description = "`too_large`", body = api_spec::problem::Problem),
        (status = 422, description = "`evidence_digest_mismatch`: the body was the whole file and has another digest",
            body = api_spec::problem::Problem)
    )
)]
#[post("/evidence")]
pub async fn create_upload(
    app: State,
    uploader: Uploader,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    speaks_tus(headers)?;
    let size = number(headers, LENGTH)?;
    let new = announced(header(headers, METADATA).unwrap_or_default(), size)?;
    let piece = is_piece(headers);
    if piece {
        fits_a_piece(headers)?;
    }
    let mut upload = evidence::begin(&app, uploader, new).await?;
    // The body is ignored if bytes have arrived before: the client continues from `Upload-Offset`.
    if piece && upload.offset == 0 && !upload.is_complete() {
        upload = receive(&app, upload, body).await?;
    }
    let location = format!("/v1/evidence/{}", sync_core::id::hex(&upload.row.id));
    Ok(tus(HttpResponse::build(CREATED))
        .insert_header((LOCATION, location))
        .insert_header((OFFSET, upload.offset.to_string()))
        .finish())
}

/// Whether the body is a piece of a file. The comparison ignores case and parameters of the media type.
fn is_piece(headers: &HeaderMap) -> bool {
    header(headers, CONTENT_TYPE.as_str()).and_then(essence).as_deref() == Some(PIECE_TYPE)
}

fn fits_a_piece(headers: &HeaderMap) -> Result<(), Refusal> {
    let announced = header(headers, CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_PIECE) { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Says how many bytes of an upload have arrived.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("upload" = text::Id, Path, description = "Id of the upload"),
        ("Tus-Resumable" = api_spec::code::TusVersion, Header, description = "`1.0.0`")
    ),
    responses(
        (status = 200, description = "Go on from `Upload-Offset`", headers(
            ("Upload-Offset" = i64), ("Upload-Length" = i64), ("Upload-Metadata" = text::UploadMetadata)
        )),
        (status = 404, description = "The caller has no such upload"),
        (status = 412, description = "`tus_version`")
    )
)]
#[head("/evidence/{upload}")]
pub async fn upload_status(
    app: State,
    uploader: Uploader,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Ok(status(&app, uploader, &path, &request).await?)
}

async fn status(app: &State, uploader: Uploader, id: &str, request: &HttpRequest) -> Result<HttpResponse, Failure> {
    speaks_tus(request.headers())?;
    let upload = evidence::status(app, uploader, upload_id(id)?).await?;
    Ok(tus(HttpResponse::build(OK))
        .insert_header((OFFSET, upload.offset.to_string()))
        .insert_header((LENGTH, upload.size().to_string()))
        .insert_header((METADATA, said(&upload.row)))
        .finish())
}

fn upload_id(path: &str) -> Result<[u8; 16], Refusal> {
    bytes(path, "upload").map_err(|_not_an_id| Refusal::NotFound)
}

/// Sends the next piece, of at most 8 MiB, beginning at `Upload-Offset`. Bytes that arrived before a connection broke are
/// kept. After the last piece the server compares the digest with the announced one: it stores the file if they are
/// equal, and otherwise drops all bytes, so the upload begins at 0 again.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("upload" = text::Id, Path, description = "Id of the upload"),
        ("Tus-Resumable" = api_spec::code::TusVersion, Header, description = "`1.0.0`"),
        ("Upload-Offset" = i64, Header, minimum = 0, example = 0, description = "Offset of this piece in the file")
    ),
    request_body(content = inline(text::Binary), content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "The bytes up to `Upload-Offset` are on disk. At the whole length the file is stored", headers(
            ("Upload-Offset" = i64)
        )),
        (status = 404, description = "The caller has no such upload", body = api_spec::problem::Problem),
        (status = 409, description = "`upload_offset`: ask for the offset with HEAD", body = api_spec::problem::Problem),
        (status = 412, description = "`tus_version`", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`: more than 8 MiB, or more than the announced size", body = api_spec::problem::Problem),
        (status = 415, description = "`wrong_content_type`", body = api_spec::problem::Problem),
        (status = 422, description = "`evidence_digest_mismatch`: send the file again", body = api_spec::problem::Problem),
        (status = 507, description = "`storage_full`", body = api_spec::problem::Problem)
    )
)]
#[patch("/evidence/{upload}")]
pub async fn upload_piece(
    app: State,
    uploader: Uploader,
    path: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    Ok(piece(&app, uploader, &path, &request, body).await?)
}

async fn piece(
    app: &State,
    uploader: Uploader,
    id: &str,
    request: &HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Failure> {
    let headers = request.headers();
    speaks_tus(headers)?;
    if !is_piece(headers) {
        return Err(Refusal::WrongContentType.into());
    }
    let offset = number(headers, OFFSET)?;
    fits_a_piece(headers)?;
    let upload = evidence::status(app, uploader, upload_id(id)?).await?;
    if upload.offset != offset {
        return Err(Refusal::UploadOffset.into());
    }
    let upload = receive(app, upload, body).await?;
    Ok(tus(HttpResponse::build(NO_CONTENT)).insert_header((OFFSET, upload.offset.to_string())).finish())
}

/// Does the work of PATCH or HEAD for clients that cannot send these methods. `X-HTTP-Method-Override` names the method.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("upload" = text::Id, Path, description = "Id of the upload"),
        ("X-HTTP-Method-Override" = api_spec::code::OverriddenMethod, Header, description = "`PATCH` or `HEAD`"),
        ("Tus-Resumable" = api_spec::code::TusVersion, Header, description = "`1.0.0`"),
        ("Upload-Offset" = Option<i64>, Header, minimum = 0, example = 0, description = "Offset of this piece in the file")
    ),
    request_body(content = inline(text::Binary), content_type = "application/offset+octet-stream"),
    responses(
        (status = 200, description = "As HEAD", headers(("Upload-Offset" = i64))),
        (status = 204, description = "As PATCH", headers(("Upload-Offset" = i64))),
        (status = 400, description = "`malformed`: the header names neither method", body = api_spec::problem::Problem),
        (status = 404, description = "The caller has no such upload", body = api_spec::problem::Problem),
        (status = 409, description = "`upload_offset`", body = api_spec::problem::Problem),
        (status = 412, description = "`tus_version`", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`", body = api_spec::problem::Problem),
        (status = 415, description = "`wrong_content_type`", body = api_spec::problem::Problem),
        (status = 422, description = "`evidence_digest_mismatch`", body = api_spec::problem::Problem)
    )
)]
#[post("/evidence/{upload}")]
pub async fn upload_overridden(
    app: State,
    uploader: Uploader,
    path: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let meant = header(request.headers(), OVERRIDE).unwrap_or_default().to_ascii_uppercase();
    match meant.as_str() {
        "PATCH" => Ok(piece(&app, uploader, &path, &request, body).await?),
        "HEAD" => Ok(status(&app, uploader, &path, &request).await?),
        _ => Err(Refusal::Malformed.into()),
    }
}

/// Writes each chunk to disk as it arrives. If the connection breaks, the bytes that arrived before are kept.
async fn receive(app: &State, mut upload: Upload, mut body: Payload) -> Result<Upload, Failure> {
    let begun = upload.offset;
    let mut broken = false;
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            broken = true;
            break;
        };
        let length = u64::try_from(piece.len()).map_err(Failure::broken)?;
        if upload.offset - begun + length > MAX_PIECE {
            return Err(Refusal::TooLarge.into());
        }
        evidence::append(app, &mut upload, piece).await?;
    }
    let upload = evidence::settle(app, upload).await?;
    if broken { Err(Refusal::TooSlow.into()) } else { Ok(upload) }
}

/// Downloads an evidence file of a case in reach as an attachment, whole or one range of it (RFC 9110 §14). A request for
/// several ranges gets the whole file. The server checks the digest of each block before it sends the block, and breaks
/// the answer off at a block that differs. The `ETag` is the SHA-256. The read is recorded in the audit. Supervisors must
/// state a purpose.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("case" = text::CaseId, Path, description = "Id of the case"),
        ("digest" = text::Digest, Path, description = "SHA-256 of the bytes, hex"),
        ("Range" = Option<text::ByteRange>, Header, description = "`bytes=first-last`, `bytes=first-` or `bytes=-count`"),
        ("If-Match" = Option<text::EntityTags>, Header, description = "Answer only if this is the file"),
        ("If-None-Match" = Option<text::EntityTags>, Header, description = "The `ETag` that the client holds. 304 if it is this file"),
        ("If-Range" = Option<text::EntityTag>, Header, description = "The `ETag` that the range belongs to. The whole file is sent if it is another"),
        PurposeQuery
    ),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream", body = inline(text::Binary), headers(
            ("ETag" = text::EntityTag), ("Accept-Ranges" = String)
        )),
        (status = 206, description = "The requested range", content_type = "application/octet-stream",
            body = inline(text::Binary), headers(("ETag" = text::EntityTag), ("Content-Range" = String))),
        (status = 304, description = "`If-None-Match` names it"),
        (status = 400, description = "`purpose_required`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`, or `evidence_missing` if the bytes have not arrived from an officer of the case",
            body = api_spec::problem::Problem),
        (status = 409, description = "`evidence_altered`, `evidence_removed`: the file on disk differs from the stored one, or is missing",
            body = api_spec::problem::Problem),
        (status = 412, description = "`stale`: `If-Match` names another file", body = api_spec::problem::Problem),
        (status = 416, description = "`range_not_satisfiable`. `Content-Range` gives the size",
            body = api_spec::problem::Problem, headers(("Content-Range" = String)))
    )
)]
#[get("/cases/{case}/evidence/{digest}")]
pub async fn read_evidence(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    query: Query<PurposeQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (case, digest) = path.into_inner();
    let case = CaseId::from_str(&case).map_err(|_not_an_id| Refusal::NotFound)?;
    let digest = Digest::from_str(&digest).map_err(|_not_an_id| Refusal::NotFound)?;
    let purpose = purpose(query.into_inner().purpose)?;
    let opened = evidence::open(&app, caller, case, digest, purpose).await?;
    Ok(download(&app, &request, opened).await?)
}
