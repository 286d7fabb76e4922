//! The credential of an officer's phone: issued to the phone, its status list and metadata for everybody, and a check for
//! other systems.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, ETAG, HeaderMap};
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::credential::{CheckedCredential, DisclosedOfficer, IssuedCredential, Metadata, PresentedCredential};
use api_spec::text;
use sync_core::credential::CredentialError;
use sync_core::credential::issue::{issuer_metadata, type_metadata};
use sync_core::credential::status_list::TTL_S;
use sync_core::sign::Signer as _;

use crate::flow::credential::verify::{Presented, Verified};
use crate::flow::credential::{self, TYPE_PATH, address};
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::text as line;
use crate::web::language::Language;
use crate::web::preconditions::holds;
use crate::web::problem::{CREATED, Problem};

/// The media type of a status list.
const STATUS_LIST: &str = "application/statuslist+jwt";
/// Metadata change with a key only.
const METADATA: &str = "public, max-age=900";

/// Issues a credential (亮证核验凭证) to the phone that asks, for the certificate of its officer that is valid and verified
/// by two persons. It mirrors the certificate and does not replace it. A phone asks again every few days, and whenever
/// the register says something else about its officer.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses((status = 201, description = "The credential", body = IssuedCredential))
)]
#[post("/credentials")]
pub async fn issue_credential(app: State, caller: Caller) -> Result<(Json<IssuedCredential>, StatusCode), Problem> {
    let credential::Issued { credential, issued, expires } = credential::issue(&app, caller).await?;
    Ok((Json(IssuedCredential { credential, issued_ms: issued.ms(), expires_ms: expires.ms() }), CREATED))
}

/// The status list of all credentials (Token Status List): two bits each, signed and compressed. Places without a credential
/// have statuses too, so it does not say how many there are.
#[utoipa::path(
    tag = "identity",
    params(
        ("If-None-Match" = Option<text::EntityTags>, Header, description = "The `ETag` that the client holds")
    ),
    responses(
        (
            status = 200,
            description = "The list as a signed token",
            body = inline(text::Binary),
            content_type = "application/statuslist+jwt",
            headers(("ETag" = text::EntityTag), ("Cache-Control" = String))
        ),
        (status = 304, description = "Unchanged"),
        (status = 406, description = "`not_acceptable`: the client accepts other media types only", body = api_spec::problem::Problem)
    )
)]
#[get("/credentials/statuses")]
pub async fn read_statuses(app: State, request: HttpRequest) -> Result<HttpResponse, Problem> {
    if !accepts(request.headers()) {
        return Err(Refusal::NotAcceptable.into());
    }
    let listed = credential::list::list(&app).await?;
    let age = app.clock.now().ms().saturating_sub(listed.signed.ms()) / 1000;
    let cache = format!("public, max-age={}", (TTL_S - age).clamp(0, TTL_S));
    let tag = (ETAG, format!("\"{}\"", listed.tag));
    if holds(&request, &listed.tag) {
        return Ok(HttpResponse::NotModified().insert_header(tag).insert_header((CACHE_CONTROL, cache)).finish());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header(tag).insert_header((CACHE_CONTROL, cache)).content_type(STATUS_LIST);
    Ok(response.body(listed.token.clone()))
}

/// Whether the client takes the list as it is.
fn accepts(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(ACCEPT).peekable();
    let is_ours = |part: &str| {
        let mut parameters = part.split(';').map(str::trim);
        let name = parameters.next().unwrap_or_default().to_ascii_lowercase();
        let refused =
            parameters.any(|one| one.replace(' ', "").trim_start_matches("q=").trim_end_matches(['0', '.']).is_empty());
        [STATUS_LIST, "application/*", "*/*"].contains(&name.as_str()) && !refused
    };
    said.peek().is_none()
        || said.any(|line| line.to_str().is_ok_and(|line| line.split(',').any(|part| is_ours(part.trim()))))
}

/// Checks for another system what a phone presented: whether it holds, and what it is worth by the register now. Nothing
/// is stored.
#[utoipa::path(
    tag = "identity",
    request_body = PresentedCredential,
    responses((status = 200, description = "The outcome, also where the presentation does not hold", body = CheckedCredential))
)]
#[post("/credentials/verify")]
pub async fn verify_credential(
    app: State,
    request: HttpRequest,
    body: Json<PresentedCredential>,
) -> Result<Json<CheckedCredential>, Problem> {
    let PresentedCredential { presentation, audience, nonce } = body.into_inner();
    let presented =
        Presented { presentation, audience: line(&audience, 500, "audience")?, nonce: line(&nonce, 200, "nonce")? };
    let Verified { outcome, at } = credential::verify::verify(&app, presented).await?;
    let checked_ms = at.ms();
    Ok(Json(match outcome {
        Ok((found, status)) => {
            let disclosed = found.disclosed;
            let holder = DisclosedOfficer {
                name: disclosed.name,
                agency_name: disclosed.agency,
                certificate_number: found.mirrored.number,
                issued_by: found.mirrored.issued_by,
                category: disclosed.category,
                region: disclosed.region,
                photo_sha256: disclosed.photo.map(|photo| photo.to_string()),
            };
            CheckedCredential { holds: true, status: Some(status), reason: None, checked_ms, holder: Some(holder) }
        }
        Err(error) => {
            let (zh, en) = reason(error);
            let reason = match Language::of(request.headers()) {
                Language::Chinese => zh,
                Language::English => en,
            };
            CheckedCredential { holds: false, status: None, reason: Some(reason.to_owned()), checked_ms, holder: None }
        }
    }))
}

/// Why a presentation does not hold, and what to do.
const fn reason(error: CredentialError) -> (&'static str, &'static str) {
    match error {
        CredentialError::TooLarge
        | CredentialError::Unreadable
        | CredentialError::Type
        | CredentialError::Algorithm
        | CredentialError::Header
        | CredentialError::Claim
        | CredentialError::Disclosure => (
            "出示的内容不是本系统的核验凭证，或者已被改动：请查验行政执法证原件。",
            "This is not a credential of this system, or it was altered: look at the certificate itself.",
        ),
        CredentialError::Issuer | CredentialError::Signature => (
            "该凭证不是由本系统签发的：请向其所载的签发地址核验。",
            "This system did not issue it: ask the issuer that it names.",
        ),
        CredentialError::Time => (
            "该凭证尚未生效或者已过期：请执法人员联网后重新出示。",
            "The credential is not valid yet, or has expired: let the officer connect to a network and show it again.",
        ),
        CredentialError::NoProof | CredentialError::Proof => (
            "未能证明凭证由持有人当场出示：请执法人员重新出示。",
            "It is not proved that its holder shows it now: let the officer show it again.",
        ),
    }
}

/// The metadata of the issuer of credentials: its address and its keys.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "Issuer metadata (SD-JWT VC)", body = Metadata, headers(("Cache-Control" = String))))
)]
#[get("/.well-known/jwt-vc-issuer")]
pub async fn read_issuer(app: State) -> Result<HttpResponse, Problem> {
    let keys = [app.keys.credential.public_key()];
    let metadata = Metadata(issuer_metadata(address(&app)?, &keys));
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, METADATA)).json(metadata))
}

/// The metadata of the type of credentials: its claims and how to show them.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "Type metadata (SD-JWT VC)", body = Metadata, headers(("Cache-Control" = String))))
)]
#[get("/credential-types/officer")]
pub async fn read_credential_type(app: State) -> Result<HttpResponse, Problem> {
    let metadata = Metadata(type_metadata(&format!("{}{TYPE_PATH}", address(&app)?)));
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, METADATA)).json(metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_client_that_takes_other_types_only_is_told() {
        let takes =
            |value: &str| accepts(TestRequest::default().insert_header((ACCEPT, value)).to_http_request().headers());
        for good in ["*/*", STATUS_LIST, "application/json, application/*;q=0.1", "Application/StatusList+JWT; q=1"] {
            assert!(takes(good), "{good}");
        }
        for bad in ["application/statuslist+cwt", "text/html", "*/*;q=0", "application/statuslist+jwt; q=0.0"] {
            assert!(!takes(bad), "{bad}");
        }
        assert!(accepts(TestRequest::default().to_http_request().headers()));
    }
}
