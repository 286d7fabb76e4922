//! Enrolling phones, their tokens and leases.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, get, post};
use api_spec::device::{
    Challenge, Device, DeviceLabel, DeviceList, DeviceQuery, EnrolledDevice, EnrolmentCode, Lease, NewChallenge,
    NewDevice, NewDeviceToken, NewEnrolmentCode, NewLease, NewRequestKey, NumberBlock, NumberedPaper, Revocation,
    enrol_message, enrol_two_keys_message, hand_in_message, token_message,
};
use api_spec::session::AccessToken;
use api_spec::text;
use sync_core::id::{DeviceId, hex};
use sync_core::key_level::KeyLevel;
use sync_core::proof::{Jwk, thumbprint};
use sync_core::sign::{PublicKey, Signer as _};

use crate::api::wire;
use crate::flow;
use crate::flow::code::{Code, hash_of_given};
use crate::flow::lease::Numbers;
use crate::flow::refusal::Refusal;
use crate::store::PaperRow;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id, idempotency_key, text};
use crate::web::problem::{CREATED, Problem};
use crate::web::proof::asked;

type Created<T> = Result<(Json<T>, StatusCode), Problem>;

/// Creates a one-time enrolment code for an officer in reach. The agency's administrator does it. The answer has one form
/// of the code for scanning and one for typing. The code is valid for ten minutes. Only that officer can use it, after
/// they have signed in.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the code of the first one")),
    request_body = NewEnrolmentCode,
    responses(
        (status = 201, description = "The code", body = EnrolmentCode),
        (status = 403, description = "`forbidden`, `not_from_a_phone`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 422, description = "`idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/enrolment-codes")]
pub async fn create_enrolment_code(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<NewEnrolmentCode>,
) -> Created<EnrolmentCode> {
    let officer = id(&body.officer, "officer")?;
    let issued = flow::device::issue_code(&app, caller, officer, idempotency_key(&request)?).await?;
    let flow::device::IssuedCode { code: Code { scanned, typed }, expires } = issued;
    Ok((Json(EnrolmentCode { code: scanned, typed, expires_ms: expires.ms() }), CREATED))
}

/// Enrols a phone for the officer who is signed in. The request carries a one-time code and the proofs of the phone's two
/// keys: one signs records, the other signs requests. Tokens of a phone with a request key are bound to it (RFC 9449).
/// After a lost answer the client repeats the request: the same keys with the same code get the same phone.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    request_body = NewDevice,
    responses(
        (status = 201, description = "Enrolled", body = EnrolledDevice),
        (status = 403, description = "`not_from_a_phone`: the officer must sign in with login and password; `request_key_required`",
            body = api_spec::problem::Problem),
        (status = 409, description = "`key_enrolled`", body = api_spec::problem::Problem),
        (status = 422, description = "`wrong_enrolment_code`, `wrong_proof`", body = api_spec::problem::Problem)
    )
)]
#[post("/devices")]
pub async fn create_device(app: State, caller: Caller, body: Json<NewDevice>) -> Created<EnrolledDevice> {
    let NewDevice { code, label, public_key, proof, level, request_key } = body.into_inner();
    let key = |jwk: &Jwk| jwk.key().ok_or(Refusal::WrongProof);
    let request_key = request_key
        .map(|NewRequestKey { jwk, proof, level }| {
            let (key, proof) = (key(&jwk)?, bytes(&proof, "request_key.proof")?);
            Ok::<_, Problem>(flow::device::RequestKey { key, proof, level: level.unwrap_or(KeyLevel::None) })
        })
        .transpose()?;
    let message = match &request_key {
        Some(request) => enrol_two_keys_message(&code, &public_key, &thumbprint(&request.key)),
        None => enrol_message(&code, &public_key),
    };
    let enrolment = flow::device::Enrolment {
        code_hash: hash_of_given(&code),
        label: text(&label, 64, "label")?,
        key: PublicKey::from_slice(&bytes::<65>(&public_key, "public_key")?).ok_or(Refusal::WrongProof)?,
        message,
        proof: bytes(&proof, "proof")?,
        level: level.unwrap_or(KeyLevel::None),
        request_key,
    };
    let device = flow::device::enrol(&app, caller, enrolment).await?;
    let enrolled = EnrolledDevice {
        device: wire::device(device),
        tenant: app.tenant.to_string(),
        server_public_key: hex(app.keys.server.public_key().bytes()),
    };
    Ok((Json(enrolled), CREATED))
}

/// Lists the caller's phones. An administrator may name an officer in reach.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(DeviceQuery),
    responses((status = 200, description = "Phones", body = DeviceList))
)]
#[get("/devices")]
pub async fn list_devices(app: State, caller: Caller, query: Query<DeviceQuery>) -> Result<Json<DeviceList>, Problem> {
    let officer = query.officer.as_deref().map(|text| id(text, "officer")).transpose()?;
    let found = flow::device::list(&app, caller, officer).await?;
    Ok(Json(DeviceList { items: found.into_iter().map(wire::device).collect() }))
}

/// Revokes a phone of the caller, or as an administrator a phone of an officer in reach. Revoking it a second time
/// changes nothing. A phone that is reported lost raises an alarm; what it recorded it can still hand in.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the phone")),
    request_body = Revocation,
    responses((status = 200, description = "The phone, revoked", body = Device))
)]
#[post("/devices/{id}/revoke")]
pub async fn revoke_device(
    app: State,
    caller: Caller,
    path: Path<String>,
    body: Json<Revocation>,
) -> Result<Json<Device>, Problem> {
    let device = path.parse::<DeviceId>().map_err(|_not_an_id| Refusal::NotFound)?;
    let Revocation { reason, lost } = body.into_inner();
    let why = flow::device::Revocation { reason: text(&reason, 200, "reason")?, lost: lost.unwrap_or_default() };
    Ok(Json(wire::device(flow::device::revoke(&app, caller, device, why).await?)))
}

/// Renames a phone of the caller, or as an administrator a phone of an officer in reach.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the phone")),
    request_body = DeviceLabel,
    responses((status = 200, description = "The phone", body = Device))
)]
#[post("/devices/{id}/rename")]
pub async fn rename_device(
    app: State,
    caller: Caller,
    path: Path<String>,
    body: Json<DeviceLabel>,
) -> Result<Json<Device>, Problem> {
    let device = path.parse::<DeviceId>().map_err(|_not_an_id| Refusal::NotFound)?;
    let label = text(&body.into_inner().label, 64, "label")?;
    Ok(Json(wire::device(flow::device::rename(&app, caller, device, label).await?)))
}

/// Creates a challenge for a phone. It can be used once, within two minutes.
#[utoipa::path(
    tag = "identity",
    request_body = NewChallenge,
    responses((status = 201, description = "The challenge", body = Challenge))
)]
#[post("/device-challenges")]
pub async fn create_challenge(app: State, body: Json<NewChallenge>) -> Created<Challenge> {
    let (challenge, expires) = flow::device::challenge(&app, id(&body.device, "device")?).await?;
    Ok((Json(Challenge { challenge, expires_ms: expires.ms() }), CREATED))
}

/// Creates an access token for a phone that signed its challenge. The token is bound to that phone. If the phone has a
/// request key, the request carries a proof of it (`DPoP`), and so does every use of the token.
#[utoipa::path(
    tag = "identity",
    request_body = NewDeviceToken,
    responses(
        (status = 201, description = "The token", body = AccessToken),
        (status = 401, description = "`dpop_required`, `invalid_dpop_proof`, `use_dpop_nonce`", body = api_spec::problem::Problem),
        (status = 403, description = "`request_key_required`; `device_revoked`, `officer_left`: the phone hands in its records with a token of `/v1/hand-in-tokens`",
            body = api_spec::problem::Problem),
        (status = 422, description = "`wrong_challenge`, `wrong_proof`", body = api_spec::problem::Problem)
    )
)]
#[post("/device-tokens")]
pub async fn create_device_token(app: State, request: HttpRequest, body: Json<NewDeviceToken>) -> Created<AccessToken> {
    let NewDeviceToken { device, challenge, signature } = body.into_inner();
    let message = token_message(&device, &challenge);
    let answered = answered(&device, challenge, message, &signature)?;
    let issued = flow::device::token(&app, answered, &asked(&request)).await?;
    Ok((Json(wire::token(issued)), CREATED))
}

/// Creates a token for handing in (交回) for a phone that proves its key. A phone gets it even if it was revoked, its
/// officer's certificate ended or its officer left. The token permits `/v1/sync/push`, which then answers with receipts
/// only, and uploads of evidence. It permits no reading.
#[utoipa::path(
    tag = "identity",
    request_body = NewDeviceToken,
    responses(
        (status = 201, description = "The token", body = AccessToken),
        (status = 401, description = "`dpop_required`, `invalid_dpop_proof`, `use_dpop_nonce`", body = api_spec::problem::Problem),
        (status = 422, description = "`wrong_challenge`, `wrong_proof`", body = api_spec::problem::Problem)
    )
)]
#[post("/hand-in-tokens")]
pub async fn create_hand_in_token(
    app: State,
    request: HttpRequest,
    body: Json<NewDeviceToken>,
) -> Created<AccessToken> {
    let NewDeviceToken { device, challenge, signature } = body.into_inner();
    let message = hand_in_message(&device, &challenge);
    let answered = answered(&device, challenge, message, &signature)?;
    let issued = flow::device::hand_in_token(&app, answered, &asked(&request)).await?;
    Ok((Json(wire::token(issued)), CREATED))
}

fn answered(
    device: &str,
    challenge: String,
    message: Vec<u8>,
    signature: &str,
) -> Result<flow::device::Answered, Problem> {
    let (device, signature) = (id(device, "device")?, bytes(signature, "signature")?);
    Ok(flow::device::Answered { device, challenge, message, signature })
}

/// Grants a lease (终端离线使用许可) to the phone that asks. It ends after 24 hours, or with the officer's certificate if
/// that is earlier. Without a certificate that is valid now it is refused (行政处罚法 第四十二条、第七十六条). After a lost
/// answer the phone asks again and gets the same numbers.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    request_body = NewLease,
    responses((status = 201, description = "The lease", body = Lease))
)]
#[post("/leases")]
pub async fn create_lease(app: State, caller: Caller, body: Json<NewLease>) -> Created<Lease> {
    let numbers = Numbers { left: body.numbers_left, newest: body.newest_number };
    let granted = flow::lease::grant(&app, caller, id(&body.epoch, "epoch")?, numbers).await?;
    let flow::lease::Granted { lease, papers } = granted;
    let blocks = lease.lease.blocks.into_iter().map(|block| {
        let sync_core::lease::Block { form, agency, year, prefix, first, last } = block;
        NumberBlock { form: form.into(), agency: agency.to_string(), year, prefix, first, last }
    });
    let papers = papers.into_iter().map(|paper| {
        let PaperRow { form, prefix, first, last, officer: _, registered: _ } = paper;
        NumberedPaper { form: form.into(), prefix, first, last }
    });
    let wire = Lease {
        hash: lease.hash.to_string(),
        bytes: hex(&lease.bytes),
        issued_ms: lease.lease.issued.ms(),
        not_after_ms: lease.lease.not_after.ms(),
        blocks: blocks.collect(),
        papers: papers.collect(),
    };
    Ok((Json(wire), CREATED))
}
