//! Synchronisation. Bodies are deterministic CBOR that `sync-core` writes and reads (`docs/sync-protocol.md`).

use actix_web::http::header;
use actix_web::web::{Bytes, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::sync::PullQuery;
use api_spec::text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sync_core::message::MAX_BATCH;

use crate::flow::refusal::Refusal;
use crate::flow::{pull, reconcile};
use crate::web::State;
use crate::web::caller::{Caller, PushSender};
use crate::web::paging::{PageSize, limit};
use crate::web::problem::Problem;
use crate::web::whole_body;

/// The media type of the bodies.
const CBOR: &str = "application/cbor";
/// The longest push, in bytes.
pub const PUSH_LIMIT: usize = 4 << 20;
/// Changes in a page of the feed.
const PAGE: PageSize = PageSize { usual: 200, most: pull::PAGE_MAX };

/// Takes a batch of changes. The answer has an outcome for each change and a receipt for each stored one. The same batch
/// sent again changes nothing and gets the same receipts, byte for byte. With a token for handing in, the answer has
/// receipts only.
#[utoipa::path(
    tag = "sync",
    security(("access_token" = [])),
    request_body(content = inline(text::Binary), content_type = "application/cbor", description = "`[1, leases, changes]`"),
    responses((
        status = 200,
        description = "`[1, outcomes, receipts]`",
        content_type = "application/cbor",
        body = inline(text::Binary),
        headers(("Palm-Limits" = String, description = "Limits of one push: `changes=…, bytes=…`"))
    ))
)]
#[post("/sync/push")]
pub async fn push_changes(
    app: State,
    sender: PushSender,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let body = cbor_body(&request, body).await?;
    let answer = app.ingest.push(sender, body).await?;
    Ok(cbor(answer.to_bytes()))
}

/// Fetches the changes after the cursor from the log, for the cases in the officer's reach.
#[utoipa::path(
    tag = "sync",
    security(("access_token" = [])),
    params(PullQuery),
    responses((
        status = 200,
        description = "`[1, cursor, more, cases, removed, leases, changes, null]`",
        content_type = "application/cbor",
        body = inline(text::Binary),
        headers(("Palm-Limits" = String, description = "Limits of one push: `changes=…, bytes=…`"))
    ))
)]
#[get("/sync/pull")]
pub async fn pull_changes(app: State, caller: Caller, query: Query<PullQuery>) -> Result<HttpResponse, Problem> {
    let wanted = limit(query.limit, PAGE)?;
    let cursor = query.cursor.as_deref().map(|text| URL_SAFE_NO_PAD.decode(text));
    let cursor = cursor.transpose().map_err(|_not_base64| Refusal::CursorUnknown)?;
    let page = pull::pull(&app, caller, cursor, wanted).await?;
    Ok(cbor(page.to_bytes()))
}

/// Compares the heads of each case. The answer names the changes that the server lacks, and carries those that the phone
/// lacks.
#[utoipa::path(
    tag = "sync",
    security(("access_token" = [])),
    request_body(content = inline(text::Binary), content_type = "application/cbor", description = "`[1, cases with heads]`"),
    responses((
        status = 200,
        description = "`[1, wanted, leases, changes]`",
        content_type = "application/cbor",
        body = inline(text::Binary),
        headers(("Palm-Limits" = String, description = "Limits of one push: `changes=…, bytes=…`"))
    ))
)]
#[post("/sync/reconcile")]
pub async fn reconcile_heads(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let body = cbor_body(&request, body).await?;
    let answer = reconcile::reconcile(&app, caller, body).await?;
    Ok(cbor(answer.to_bytes()))
}

fn cbor(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(CBOR)
        .insert_header(("Palm-Limits", format!("changes={MAX_BATCH}, bytes={PUSH_LIMIT}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes)
}

/// Reads the whole body. A body that is too long is refused as soon as that is known.
async fn cbor_body(request: &HttpRequest, body: Payload) -> Result<Bytes, Problem> {
    let is_cbor = request.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes() == CBOR.as_bytes());
    if !is_cbor {
        return Err(Refusal::WrongContentType.into());
    }
    // If the connection breaks while it is read, nothing of the push is stored.
    Ok(whole_body::read(request, body, PUSH_LIMIT).await?)
}
