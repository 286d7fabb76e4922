//! Certificates by hand: entered, corrected, and with the status that the issuing organ decided.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::officer::act::{
    CardSeen, CertificateConfirming, CertificateCorrection, CertificateDecision, CertificateEntry,
};
use api_spec::officer::{EndingCertificate, EndingCertificateList, OfficerDetail};
use api_spec::text;
use sync_core::time::Instant;

use super::entry::{act, day, making, written};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::certificate::{self, Decided};
use crate::flow::officer::ending::{self, Ending};
use crate::flow::officer::verification::{self, Confirmation};
use crate::flow::reason;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{id, text as line};
use crate::web::problem::{CREATED, OK, Problem};

/// Enters a certificate of a person.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = CertificateEntry,
    responses(
        (status = 201, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/certificates")]
pub async fn add_certificate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<CertificateEntry>,
) -> Result<HttpResponse, Problem> {
    let CertificateEntry { certificate: said, reason } = body.into_inner();
    let ((act, key), said) = (making(&path, &request, &reason)?, written(said)?);
    let found = certificate::add(&app, caller, act, said, key).await?;
    Ok(tagged(HttpResponse::build(CREATED), found, app.clock.now()))
}

/// Corrects what was entered of the certificate with this number.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = CertificateCorrection,
    responses(
        (status = 200, description = "Corrected", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/certificates/correction")]
pub async fn correct_certificate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<CertificateCorrection>,
) -> Result<HttpResponse, Problem> {
    let CertificateCorrection { certificate: said, reason } = body.into_inner();
    let (act, said) = (act(&path, &request, &reason)?, written(said)?);
    let found = certificate::correct(&app, caller, act, said).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Enters what the issuing organ decided about a certificate, in force from an instant. It counts with the next request.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = CertificateDecision,
    responses(
        (status = 200, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/certificates/decision")]
pub async fn decide_certificate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<CertificateDecision>,
) -> Result<HttpResponse, Problem> {
    let CertificateDecision { number, act: what, from_ms, until_ms, valid_until, reason, basis, decided_by } =
        body.into_inner();
    let act = act(&path, &request, &reason)?;
    let decided = Decided {
        number,
        act: what,
        from: Instant::from_ms(from_ms),
        until: until_ms.map(Instant::from_ms),
        valid_until: valid_until.map(|said| day(&said, "valid_until")).transpose()?,
        basis: line(&basis, 500, "basis")?,
        decided_by: line(&decided_by, 100, "decided_by")?,
    };
    let found = certificate::decide(&app, caller, act, decided).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Enters that the card of a certificate was seen, with what proves it: where the data came from.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = CardSeen,
    responses(
        (status = 200, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/certificates/card-seen")]
pub async fn see_card(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<CardSeen>,
) -> Result<HttpResponse, Problem> {
    let CardSeen { number, grounds, grounds_sha256, reason } = body.into_inner();
    let act = act(&path, &request, &reason)?;
    let digest = grounds_sha256.map(|digest| id(&digest, "grounds_sha256")).transpose()?;
    let seen = verification::CardSeen { number, proof: line(&grounds, reason::LONGEST, "grounds")?, digest };
    let found = verification::see_card(&app, caller, act, seen).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Confirms the data of a certificate with the organ that issued it. Two different administrators do it, neither of them the
/// holder; a later correction ends it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = CertificateConfirming,
    responses(
        (status = 200, description = "Confirmed", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/certificates/confirmation")]
pub async fn confirm_certificate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<CertificateConfirming>,
) -> Result<HttpResponse, Problem> {
    let CertificateConfirming { number, issued_by, reason } = body.into_inner();
    let act = act(&path, &request, &reason)?;
    let confirmation = Confirmation { number, issued_by: line(&issued_by, 100, "issued_by")? };
    let found = verification::confirm(&app, caller, act, confirmation).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Lists the certificates in reach that have expired or end within 90 days, the most urgent first. One stays on the list until
/// it is renewed, revoked or cancelled, its holder has one that lasts longer, or the holder has left.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses((status = 200, description = "Certificates that need attention", body = EndingCertificateList))
)]
#[get("/certificates/ending")]
pub async fn list_ending_certificates(app: State, caller: Caller) -> Result<Json<EndingCertificateList>, Problem> {
    let one = |Ending { officer, agency_name, certificate, days }: Ending| EndingCertificate {
        officer: officer.id.to_string(),
        name: officer.name,
        agency: officer.agency.to_string(),
        agency_name,
        number: certificate.number,
        valid_until: certificate.valid_until,
        days_left: days,
    };
    let found = ending::list(&app, caller).await?;
    Ok(Json(EndingCertificateList { items: found.into_iter().map(one).collect() }))
}
