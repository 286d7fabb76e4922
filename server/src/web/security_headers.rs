//! Security headers of every answer.
//!
//! Promise: a browser neither guesses types, frames pages, sends referrers nor caches personal data; over TLS, HSTS is
//! set for one year. Other origins are granted what `cors` says, and no header reveals the software.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::cors::Cross;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A nonce for the next proof (RFC 9449 section 8).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// The supported version of tus.
pub const TUS_VERSION: &str = "1.0.0";

/// The inputs of an answer's policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kind {
    /// The browsable API page: embedded, without personal data.
    pub docs: bool,
    /// The client came by TLS: to this server, or to a named proxy.
    pub tls: bool,
    /// It is about an upload: each answer names the version of tus.
    pub tus: bool,
    /// What other origins are told.
    pub cross: Cross,
    /// A nonce for the next proof, if the request has a proof.
    pub nonce: Option<String>,
}

/// Sets the headers. A handler's own choice (policy of an attachment, cacheable entity) stays.
pub fn set(headers: &mut HeaderMap, id: &str, kind: &Kind) {
    kind.cross.say(headers);
    // The refusal of a proof has its own.
    let nonce = kind.nonce.as_ref().filter(|_nonce| !headers.contains_key(&DPOP_NONCE));
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        headers.insert(DPOP_NONCE, nonce);
    }
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !id.is_empty() {
        put(REQUEST_ID, id);
    }
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if kind.tus {
        put(TUS_RESUMABLE, TUS_VERSION);
    }
    if kind.tls {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Pages of the console set their own policy: browsers send `Origin: null` with a form of a page without a referrer.
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    let policy = if kind.docs {
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if !kind.docs && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
