//! Refusals as RFC 9457 problems. The only file that names statuses.
//!
//! Promise: every refusal has a status here (the match has no `_` arm); an error becomes `internal` with the request id
//! and nothing else. `middleware` adds the text, because it knows the language and the request id.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_RANGE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};

use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::web::language::Language;
use crate::web::methods::Methods;
use crate::web::security_headers::{Kind, set};

pub use crate::web::security_headers::TUS_VERSION;

/// Media type of a refusal (RFC 9457).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The authentication challenges (RFC 6750 section 3, RFC 9449 section 7.1). Both schemes are accepted.
const CHALLENGE: &str = "Bearer realm=\"palm\", DPoP realm=\"palm\", algs=\"ES256\"";
/// The challenge for an invalid or expired token.
pub const INVALID_TOKEN: &str = "Bearer realm=\"palm\", error=\"invalid_token\"";
/// The same for a token that is bound to a key.
pub const INVALID_BOUND_TOKEN: &str = "DPoP realm=\"palm\", error=\"invalid_token\", algs=\"ES256\"";
const INVALID_PROOF: &str = "DPoP realm=\"palm\", error=\"invalid_dpop_proof\", algs=\"ES256\"";
const USE_NONCE: &str = "DPoP realm=\"palm\", error=\"use_dpop_nonce\", algs=\"ES256\"";
/// A nonce for the next proof (RFC 9449 section 8).
pub const DPOP_NONCE: &str = "DPoP-Nonce";

/// A refusal or an internal error as a handler's error.
#[derive(Debug)]
pub struct Problem {
    /// What is sent to the caller.
    pub refused: Box<Refused>,
    /// What is only logged.
    pub accident: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A resource was created.
pub const CREATED: StatusCode = StatusCode::CREATED;
/// Success without content.
pub const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;
/// Success; the result is at another address.
pub const SEE_OTHER: StatusCode = StatusCode::SEE_OTHER;
/// The path exists and does not have this method.
pub const METHOD_NOT_ALLOWED: StatusCode = StatusCode::METHOD_NOT_ALLOWED;
/// Success.
pub const OK: StatusCode = StatusCode::OK;
/// Success with a part of the content.
pub const PARTIAL: StatusCode = StatusCode::PARTIAL_CONTENT;
/// The caller has the present state already.
pub const NOT_MODIFIED: StatusCode = StatusCode::NOT_MODIFIED;

/// The status of a refusal.
#[expect(clippy::too_many_lines, reason = "a table: one line for each refusal")]
pub const fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Malformed
        | Refusal::AmbiguousFraming
        | Refusal::UnknownField
        | Refusal::UnstorableText
        | Refusal::NothingToSearch
        | Refusal::ExportTooLarge
        | Refusal::WrongCursor
        | Refusal::PasswordLength
        | Refusal::PasswordCommon
        | Refusal::UnknownCounty
        | Refusal::PurposeRequired
        | Refusal::IdempotencyKeyRequired => StatusCode::BAD_REQUEST,
        Refusal::CursorExpired => StatusCode::GONE,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::WrongContentType | Refusal::WrongEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Refusal::HeadTooLong => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Refusal::NotFound | Refusal::EvidenceMissing => StatusCode::NOT_FOUND,
        Refusal::WrongMethod => METHOD_NOT_ALLOWED,
        Refusal::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Refusal::Unauthenticated
        | Refusal::DpopRequired
        | Refusal::InvalidDpopProof
        | Refusal::UseDpopNonce
        | Refusal::WrongPassword => StatusCode::UNAUTHORIZED,
        Refusal::TooManyAttempts
        | Refusal::TooManyRequests
        | Refusal::TooMuchAtOnce
        | Refusal::TooMuchToday
        | Refusal::UnclaimedFiles => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Busy
        | Refusal::NotSetUp
        | Refusal::DatabaseUnavailable
        | Refusal::DatabaseReadOnly
        | Refusal::DatabaseFull
        | Refusal::StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Forbidden
        | Refusal::OwnCase
        | Refusal::UntrustedPeer
        | Refusal::WrongSetupCode
        | Refusal::CrossSite
        | Refusal::DeviceRequired
        | Refusal::NotFromAPhone
        | Refusal::HandInOnly
        | Refusal::RequestKeyRequired
        | Refusal::OfficerLeft
        | Refusal::SameHand
        | Refusal::PasswordMustChange
        | Refusal::OneTimePasswordExpired
        | Refusal::OwnEntry
        | Refusal::ExitSamePerson
        | Refusal::DeviceRevoked
        | Refusal::NoCertificate
        | Refusal::CertificateExpired
        | Refusal::CertificateNotValid
        | Refusal::CertificateNotVerified => StatusCode::FORBIDDEN,
        Refusal::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Refusal::TusVersion | Refusal::Stale | Refusal::WeakEntityTag => StatusCode::PRECONDITION_FAILED,
        Refusal::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Refusal::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::WrongProof
        | Refusal::WrongEnrolmentCode
        | Refusal::WrongChallenge
        | Refusal::WrongResetCode
        | Refusal::EvidenceDigestMismatch
        | Refusal::IdempotencyKeyReused
        | Refusal::RosterRefused
        | Refusal::NoSuchAgency
        | Refusal::AgencyMisfit
        | Refusal::MandateUnlawful
        | Refusal::NoSuchTarget => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::KeyEnrolled
        | Refusal::AlreadyInstalled
        | Refusal::PeopleAreReal
        | Refusal::NotATrial
        | Refusal::ResetNotOpen
        | Refusal::CursorUnknown
        | Refusal::UploadOffset
        | Refusal::CaseClosed
        | Refusal::ConflictOpen
        | Refusal::EvidenceIncomplete
        | Refusal::EvidenceAltered
        | Refusal::EvidenceRemoved
        | Refusal::EvidenceArrived
        | Refusal::AlreadyWrittenOff
        | Refusal::RecordNotSupplemented
        | Refusal::ChangeQuarantined
        | Refusal::NotQuarantined
        | Refusal::ClosingUnlawful
        | Refusal::NotASpotDecision
        | Refusal::NotBuilt
        | Refusal::NotReported
        | Refusal::NoResult
        | Refusal::NotFiled
        | Refusal::FilingReceived
        | Refusal::AlreadyRegistered
        | Refusal::AlreadyReturned
        | Refusal::LeadNotOpen
        | Refusal::HoldsSpecialRole
        | Refusal::RolesKeptApart
        | Refusal::NothingChanges
        | Refusal::PersonInactive
        | Refusal::AssessmentTaken
        | Refusal::ExitOpen
        | Refusal::ExitHeard
        | Refusal::ExitNotHeard
        | Refusal::ExitDecided
        | Refusal::AgencyInactive
        | Refusal::LoginTaken
        | Refusal::AccountExists
        | Refusal::NoAccount
        | Refusal::PasswordIsOwn
        | Refusal::CertificateTaken
        | Refusal::CertificateWithoutSource
        | Refusal::ConfirmedBefore
        | Refusal::CredentialsNotOffered
        | Refusal::OtherIssuer
        | Refusal::CitizenNumberTaken
        | Refusal::AgencyInUse
        | Refusal::AgencyClosed
        | Refusal::MandateEnded
        | Refusal::OtherAccount => StatusCode::CONFLICT,
        Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Seconds to wait before another attempt.
fn wait_s(status: StatusCode) -> Option<u32> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some(3),
        StatusCode::INSUFFICIENT_STORAGE => Some(60),
        _ => None,
    }
}

/// How to authenticate, after this refusal.
const fn challenge(refusal: Refusal) -> &'static str {
    if matches!(refusal, Refusal::DpopRequired) {
        INVALID_BOUND_TOKEN
    } else if matches!(refusal, Refusal::InvalidDpopProof) {
        INVALID_PROOF
    } else if matches!(refusal, Refusal::UseDpopNonce) {
        USE_NONCE
    } else {
        CHALLENGE
    }
}

/// Headers of a refusal in every format: `Retry-After`, and `Connection: close`.
pub fn tell(response: &mut HttpResponseBuilder, refused: &Refused) {
    if let Some(seconds) = refused.wait_s.or_else(|| wait_s(status(refused.refusal))) {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    // RFC 9110 section 11.6.1: a 401 has a challenge.
    if status(refused.refusal) == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, challenge(refused.refusal)));
    }
    if let Some(nonce) = &refused.nonce {
        response.insert_header((DPOP_NONCE, &**nonce));
    }
    if refused.refusal == Refusal::TusVersion {
        response.insert_header(("Tus-Version", TUS_VERSION));
    }
    if let Some(size) = refused.whole_size {
        response.insert_header((CONTENT_RANGE, format!("bytes */{size}")));
    }
    // Unread bytes of such a request would be read as the next one.
    if matches!(refused.refusal, Refusal::TooLarge | Refusal::TooSlow) {
        response.force_close();
    }
}

impl Problem {
    /// The response: status, problem body, `Retry-After` where waiting helps.
    pub fn respond(refused: &Refused, language: Language, request_id: &str) -> HttpResponse {
        let row = refused.refusal.explain();
        let (title, particular) = match language {
            Language::Chinese => (row.zh, &refused.zh),
            Language::English => (row.en, &refused.en),
        };
        let status = status(refused.refusal);
        let body = api_spec::problem::Problem {
            kind: format!("urn:palm:problem:{}", row.code),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: particular.clone().unwrap_or_else(|| title.to_owned()),
            code: row.code.to_owned(),
            article: refused.article.clone().or_else(|| row.article.map(str::to_owned)),
            retryable: row.retryable,
            request_id: request_id.to_owned(),
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_LANGUAGE, language.tag()));
        tell(&mut response, refused);
        response.content_type(MEDIA_TYPE);
        match serde_json::to_string(&body) {
            Ok(text) => response.body(text),
            Err(_impossible) => response.finish(),
        }
    }
}

/// The refusal nearest to an error of the framework itself.
pub fn of_framework(error: &dyn ResponseError) -> Refusal {
    match error.status_code() {
        StatusCode::NOT_FOUND => Refusal::NotFound,
        METHOD_NOT_ALLOWED => Refusal::WrongMethod,
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::WrongContentType,
        StatusCode::REQUEST_TIMEOUT => Refusal::TooSlow,
        other if other.is_client_error() => Refusal::Malformed,
        _ => Refusal::Internal,
    }
}

/// No route matches: 405 if the path exists with other methods, otherwise 404.
pub fn unmatched(request: &HttpRequest) -> Problem {
    let methods = request.app_data::<Data<Methods>>();
    let known = request.match_pattern().and_then(|pattern| methods?.allow(&pattern));
    if known.is_some() { Refusal::WrongMethod.into() } else { Refusal::NotFound.into() }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.refused.refusal.explain().code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self.refused.refusal)
    }

    fn error_response(&self) -> HttpResponse {
        // For routes, `middleware` renders it in the caller's language, with the request id.
        let mut response = Self::respond(&self.refused, Language::Chinese, "");
        set(response.headers_mut(), "", &Kind::default());
        response
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let refused = Box::new(refused);
        Self { refused, accident: None }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Refused::from(refusal).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => refused.into(),
            Failure::Broken(accident) => Self { accident: Some(accident), ..Refusal::Internal.into() },
        }
    }
}

impl From<crate::store::Error> for Problem {
    fn from(error: crate::store::Error) -> Self {
        Failure::from(error).into()
    }
}
