//! Authentication: the access token, and the current state of its bearer in the database.
//!
//! Promise: a phone's token is valid only on the routes of [`PHONE_ROUTES`], even if its officer has other roles; a new
//! route is closed to phones until it is listed there. A one-time password opens one route, which replaces it. Not here:
//! authorisation (`flow`).

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};

use crate::flow;
pub use crate::flow::caller::Caller;
pub use crate::flow::evidence::Uploader;
pub use crate::flow::push_sender::PushSender;
use crate::flow::refusal::Refusal;
use crate::web::problem::Problem;
use crate::web::proof::presented;

/// The routes that a phone's token permits.
pub const PHONE_ROUTES: &[(&str, &str)] = &[
    ("GET", "/v1/me"),
    ("POST", "/v1/sessions/end"),
    // Phones and account events of the officer, and revoking a lost phone from another one.
    ("GET", "/v1/devices"),
    ("POST", "/v1/devices/{id}/revoke"),
    ("POST", "/v1/devices/{id}/rename"),
    ("GET", "/v1/account-events"),
    // A reset of their officer's password, confirmed on the phone.
    ("GET", "/v1/password-resets"),
    ("POST", "/v1/password-resets/{id}/confirm"),
    // Preparation for offline work.
    ("POST", "/v1/leases"),
    ("POST", "/v1/credentials"),
    ("GET", "/v1/sync/reference"),
    ("GET", "/v1/tasks"),
    // Recorded changes in both directions, and evidence of cases in which the officer takes part.
    ("POST", "/v1/sync/push"),
    ("GET", "/v1/sync/pull"),
    ("POST", "/v1/sync/reconcile"),
    ("POST", "/v1/evidence"),
    ("HEAD", "/v1/evidence/{upload}"),
    ("PATCH", "/v1/evidence/{upload}"),
    // The same for clients that can send neither PATCH nor HEAD.
    ("POST", "/v1/evidence/{upload}"),
    ("GET", "/v1/cases/{case}/evidence/{digest}"),
];

/// The only route for somebody whose password is a one-time password.
const FOR_PASSWORD: (&str, &str) = ("POST", "/v1/me/password");

/// Whether a phone's token permits the route that a request matched.
fn is_for_phones(method: &Method, pattern: Option<&str>) -> bool {
    let of = |method: &str| PHONE_ROUTES.iter().any(|(known, path)| *known == method && Some(*path) == pattern);
    // `HEAD` is allowed wherever `GET` is.
    of(method.as_str()) || *method == Method::HEAD && of("GET")
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let presented = presented(request);
        let pattern = request.match_pattern();
        let for_phones = is_for_phones(request.method(), pattern.as_deref());
        let for_password = (request.method().as_str(), pattern.as_deref().unwrap_or_default()) == FOR_PASSWORD;
        Box::pin(async move {
            let (app, token) = presented.ok_or(Refusal::Unauthenticated)?;
            // Checked before anything else of the request is read.
            if !for_phones && flow::caller::is_of_a_phone(&app, &token.token) {
                return Err(Refusal::NotFromAPhone.into());
            }
            if for_password {
                return Ok(flow::caller::identify_for_password(&app, &token).await?);
            }
            Ok(flow::caller::identify(&app, &token).await?)
        })
    }
}

impl FromRequest for PushSender {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let presented = presented(request);
        Box::pin(async move {
            let (app, token) = presented.ok_or(Refusal::Unauthenticated)?;
            Ok(flow::caller::sender(&app, &token).await?)
        })
    }
}

impl FromRequest for Uploader {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let presented = presented(request);
        Box::pin(async move {
            let (app, token) = presented.ok_or(Refusal::Unauthenticated)?;
            Ok(flow::evidence::uploader(&app, &token).await?)
        })
    }
}
