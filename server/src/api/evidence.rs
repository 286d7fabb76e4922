//! Evidence: tus 1.0.0 (core and creation) for sending, plain GET for reading.
//!
//! Promise: each piece is written as it comes in, so that a link that breaks costs nothing that had arrived; memory
//! is bounded by what the socket hands over at once. Not here: names of files (there are none but digests).

use std::collections::BTreeMap;
use std::str::FromStr as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, head, options, patch, post};
use api_spec::case::PurposeQuery;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use sync_core::id::{CaseId, Digest};

use crate::flow::evidence::{self, MAX_FILE, MAX_PIECE, NewUpload, Upload};
use crate::flow::refusal::{Failure, Refusal};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::download::download;
use crate::web::input::{bytes, purpose};
use crate::web::problem::{CREATED, NO_CONTENT, OK, Problem};

const VERSION: &str = "1.0.0";
const RESUMABLE: &str = "Tus-Resumable";
const OFFSET: &str = "Upload-Offset";
const LENGTH: &str = "Upload-Length";
const PIECE_TYPE: &str = "application/offset+octet-stream";
const LONGEST_TYPE: usize = 100;

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

/// What this server speaks: tus 1.0.0, creation, the largest file.
#[utoipa::path(
    tag = "evidence",
    responses((status = 204, description = "tus 1.0.0 with creation", headers(
        ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = i64)
    )))
)]
#[options("/evidence")]
pub async fn evidence_options() -> HttpResponse {
    tus(HttpResponse::build(NO_CONTENT))
        .insert_header(("Tus-Version", VERSION))
        .insert_header(("Tus-Extension", "creation"))
        .insert_header(("Tus-Max-Size", MAX_FILE.to_string()))
        .finish()
}

/// Begins an upload, or finds the caller's own of the same bytes again. `Upload-Metadata` carries `sha256` (base64 of
/// the 32 bytes) and `type`; a `name` is ignored. What the caller has sent whole before is complete at once.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = i64, Header, description = "Size in bytes, 1 to `Tus-Max-Size`"),
        ("Upload-Metadata" = String, Header, description = "`sha256 <base64>,type <base64>`")
    ),
    responses(
        (status = 201, description = "The upload; `Upload-Offset` says how much is there", headers(
            ("Location" = String), ("Upload-Offset" = i64)
        )),
        (status = 400, description = "`malformed`: length or metadata", body = api_spec::problem::Problem),
        (status = 412, description = "`tus_version`", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`", body = api_spec::problem::Problem)
    )
)]
#[post("/evidence")]
pub async fn create_upload(app: State, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    speaks_tus(headers)?;
    let size = number(headers, LENGTH)?;
    let new = announced(header(headers, "Upload-Metadata").unwrap_or_default(), size)?;
    let upload = evidence::begin(&app, caller, new).await?;
    let location = format!("/v1/evidence/{}", sync_core::id::hex(&upload.row.id));
    Ok(tus(HttpResponse::build(CREATED))
        .insert_header((LOCATION, location))
        .insert_header((OFFSET, upload.offset.to_string()))
        .finish())
}

/// Reads `key base64,key base64`.
fn announced(metadata: &str, size: u64) -> Result<NewUpload, Refusal> {
    let mut pairs = BTreeMap::new();
    for pair in metadata.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_not_base64| Refusal::Malformed)?;
        if pairs.insert(key, value).is_some() {
            return Err(Refusal::Malformed);
        }
    }
    let digest = pairs.get("sha256").and_then(|bytes| Digest::from_slice(bytes)).ok_or(Refusal::Malformed)?;
    let media_type = pairs.remove("type").and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"/+-.".contains(&c);
    let fits = media_type.len() <= LONGEST_TYPE && media_type.bytes().all(plain);
    if fits { Ok(NewUpload { digest, size, media_type }) } else { Err(Refusal::Malformed) }
}

/// How much of an upload has arrived.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("upload" = String, Path, description = "Id of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`")
    ),
    responses(
        (status = 200, description = "Go on from `Upload-Offset`", headers(
            ("Upload-Offset" = i64), ("Upload-Length" = i64)
        )),
        (status = 404, description = "Not an upload of the caller's"),
        (status = 412, description = "`tus_version`")
    )
)]
#[head("/evidence/{upload}")]
pub async fn upload_status(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    speaks_tus(request.headers())?;
    let upload = evidence::status(&app, &caller, upload_id(&path)?).await?;
    Ok(tus(HttpResponse::build(OK))
        .insert_header((OFFSET, upload.offset.to_string()))
        .insert_header((LENGTH, upload.size().to_string()))
        .finish())
}

fn upload_id(path: &str) -> Result<[u8; 16], Refusal> {
    bytes(path, "upload").map_err(|_not_an_id| Refusal::NotFound)
}

/// Sends the next piece, up to 8 MiB, from `Upload-Offset` on. What had arrived when a link broke is kept. The last
/// piece stores the file, if its bytes hash to what was announced; otherwise they are dropped and it begins again.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("upload" = String, Path, description = "Id of the upload"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = i64, Header, description = "Where this piece begins")
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Safe up to `Upload-Offset`; stored where that is the whole length", headers(
            ("Upload-Offset" = i64)
        )),
        (status = 404, description = "Not an upload of the caller's", body = api_spec::problem::Problem),
        (status = 409, description = "`upload_offset`: ask with HEAD", body = api_spec::problem::Problem),
        (status = 412, description = "`tus_version`", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`: more than 8 MiB or than was announced", body = api_spec::problem::Problem),
        (status = 415, description = "`wrong_content_type`", body = api_spec::problem::Problem),
        (status = 422, description = "`evidence_digest_mismatch`: send it again", body = api_spec::problem::Problem),
        (status = 507, description = "`storage_full`", body = api_spec::problem::Problem)
    )
)]
#[patch("/evidence/{upload}")]
pub async fn upload_piece(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    speaks_tus(headers)?;
    if header(headers, CONTENT_TYPE.as_str()) != Some(PIECE_TYPE) {
        return Err(Refusal::WrongContentType.into());
    }
    let offset = number(headers, OFFSET)?;
    let announced = header(headers, CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_PIECE) {
        return Err(Refusal::TooLarge.into());
    }
    let upload = evidence::status(&app, &caller, upload_id(&path)?).await?;
    if upload.offset != offset {
        return Err(Refusal::UploadOffset.into());
    }
    let upload = receive(&app, upload, body).await?;
    Ok(tus(HttpResponse::build(NO_CONTENT)).insert_header((OFFSET, upload.offset.to_string())).finish())
}

/// Writes what comes in, piece by piece. A link that breaks ends the reading, not the keeping.
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

/// The bytes of a piece of evidence of a case within reach, as an attachment. Supervisors say for what purpose.
#[utoipa::path(
    tag = "evidence",
    security(("access_token" = [])),
    params(
        ("case" = String, Path, description = "Id of the case"),
        ("digest" = String, Path, description = "SHA-256 of the bytes, hex"),
        PurposeQuery
    ),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 400, description = "`purpose_required`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`, or `evidence_missing` where nobody of the case has sent the bytes",
            body = api_spec::problem::Problem)
    )
)]
#[get("/cases/{case}/evidence/{digest}")]
pub async fn read_evidence(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    query: Query<PurposeQuery>,
) -> Result<HttpResponse, Problem> {
    let (case, digest) = path.into_inner();
    let case = CaseId::from_str(&case).map_err(|_not_an_id| Refusal::NotFound)?;
    let digest = Digest::from_str(&digest).map_err(|_not_an_id| Refusal::NotFound)?;
    let purpose = purpose(query.into_inner().purpose)?;
    let (row, file) = evidence::open(&app, caller, case, digest, purpose).await?;
    Ok(download(&row, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_must_carry_a_digest_and_a_plain_type() {
        let digest = STANDARD.encode([7; 32]);
        let read = |text: &str| announced(text, 1).map(|new| (new.digest, new.media_type));
        let jpeg = STANDARD.encode("image/jpeg");
        let name = STANDARD.encode("../../x");
        let wanted = Ok((Digest::new([7; 32]), "image/jpeg".to_owned()));
        assert_eq!(read(&format!("sha256 {digest},type {jpeg},name {name}")), wanted);
        assert_eq!(read(&format!("type {jpeg}")), Err(Refusal::Malformed));
        assert_eq!(read(&format!("sha256 {digest},sha256 {digest}")), Err(Refusal::Malformed));
        assert_eq!(read(&format!("sha256 {digest},type {}", STANDARD.encode("a\r\nb"))), Err(Refusal::Malformed));
        assert_eq!(read("sha256 ???"), Err(Refusal::Malformed));
    }
}
