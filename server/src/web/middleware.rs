//! Middleware around every request.
//!
//! Promise: an answer has its request id and the security headers. A refusal is in the caller's language, and a page
//! where pages are served. An error or a panic is logged once, here, and its text is not sent. The log contains method,
//! route pattern, status and duration; no path, query, body or address.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use futures_util::FutureExt as _;
use tracing_actix_web::{RequestId, RootSpanBuilder};

use super::connection_guard::Intake;
use super::methods::{self, Methods};
use super::transport::{self, Transport};
use super::{address, bodies, proof, rates, text_guard, timeouts};
use crate::budget::Over;
use crate::flow::first_run;
use crate::flow::refusal::{Refusal, Refused};
use crate::metrics;
use crate::web::State;
use crate::web::problem::{METHOD_NOT_ALLOWED, NO_CONTENT, Problem, of_framework};
use crate::web::refusal_page::Telling;
use crate::web::security_headers::{Kind, set};

/// Wraps every route.
///
/// # Errors
/// A [`Problem`] where the request ended outside a handler.
pub async fn wrap(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let begun = Instant::now();
    let method = metrics::method(request.method().as_str());
    let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let intake = request.conn_data::<Intake>().cloned().unwrap_or_default();
    let arriving = timeouts::arriving(&mut request);
    let outcome = answer(request, next, &intake, &arriving).await;
    if arriving.get() {
        intake.drop_rest();
    }
    intake.answered();
    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    metrics::answered(method, &route, status.as_u16(), begun.elapsed());
    outcome
}

async fn answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    intake: &Intake,
    arriving: &Rc<Cell<bool>>,
) -> Result<ServiceResponse, Error> {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let transport = request.app_data::<Data<Transport>>().cloned();
    let timeouts = transport.as_ref().map(|transport| transport.timeouts).unwrap_or_default();
    let kind = kind_of(&request);
    let telling = Telling::of(&request, &id, kind.clone());
    let owners = (address::client(request.request()), bodies::caller(request.headers()));
    let counted = match (refuse_at_once(&request), &transport) {
        (Some(refusal), _) => Err(refusal.into()),
        (None, Some(transport)) => room(&mut request, transport, &owners).await,
        (None, None) => Ok(None),
    };
    let _counted_until_answered = match counted {
        Ok(counted) => counted,
        Err(refused) => return Ok(unread(request, telling, &refused, arriving.get()).await),
    };
    if let Some(refused) = not_set_up(&request, &id).await {
        return Ok(unread(request, telling, &refused, arriving.get()).await);
    }
    let allow = request.match_pattern().and_then(|pattern| request.app_data::<Data<Methods>>()?.allow(&pattern));
    if let Some(told) = preflight(&request, &kind, &id, allow.as_deref()) {
        return Ok(request.into_response(told));
    }
    let head = methods::head_as_get(&mut request);
    text_guard::guard(&mut request);
    timeouts::limit(&mut request, timeouts.silence, intake, arriving);
    let answer = match tokio::time::timeout(timeouts.whole, AssertUnwindSafe(next.call(request)).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => {
            tracing::error!(request_id = id, "a handler panicked");
            return Err(telling.error(&Refusal::Internal.into()).await);
        }
        // Either side may be the slow one: the client with its body, or this server with its answer.
        Err(_elapsed) => {
            let refusal = if arriving.get() { Refusal::TooSlow } else { Refusal::Busy };
            return Err(telling.error(&refusal.into()).await);
        }
    };
    let response = match answer {
        Ok(response) => response,
        Err(error) => return Err(telling.error(&known(&error, &id)).await),
    };
    let refused = response.response().error().map(|error| known(error, &id));
    let mut response = match (refused, &transport) {
        (Some(refused), _) => response.into_response(telling.tell(&refused).await),
        (None, None) => response.map_into_boxed_body(),
        (None, Some(transport)) => {
            let (request, response) = response.into_parts();
            let (head, body) = response.into_parts();
            match transport.answers.count(&owners, body.boxed()) {
                Ok(body) => ServiceResponse::new(request, head.set_body(body)),
                Err(over) => ServiceResponse::new(request, telling.tell(&no_room(over).into()).await),
            }
        }
    };
    response = complete(response, arriving.get(), allow.as_deref(), head);
    set(response.headers_mut(), &id, &kind);
    Ok(response)
}

/// The properties of the request that decide the headers of the answer.
fn kind_of(request: &ServiceRequest) -> Kind {
    let cors = request.app_data::<Data<Transport>>().map(|transport| &transport.cors);
    Kind {
        docs: request.path().starts_with("/docs"),
        tls: transport::is_secure(request),
        tus: request.path() == "/v1/evidence" || request.path().starts_with("/v1/evidence/"),
        cross: cors.map(|cors| cors.answer(request.path(), request.headers())).unwrap_or_default(),
        nonce: proof::next_nonce(request),
    }
}

/// The answer to a preflight of a configured origin; none for any other request.
fn preflight(request: &ServiceRequest, kind: &Kind, id: &str, allow: Option<&str>) -> Option<HttpResponse> {
    let cors = &request.app_data::<Data<Transport>>()?.cors;
    let mut told = HttpResponse::build(NO_CONTENT);
    for header in cors.preflight(request, &kind.cross, allow)? {
        told.insert_header(header);
    }
    let mut told = told.finish();
    set(told.headers_mut(), id, kind);
    Some(told)
}

/// Completes the handler's answer: `Connection: close`, allowed methods, and no body for `HEAD`.
fn complete(mut response: ServiceResponse, arriving: bool, allow: Option<&str>, head: bool) -> ServiceResponse {
    // Unread bytes of a body would be read as the next request.
    if arriving {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    if response.status() == METHOD_NOT_ALLOWED
        && let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(allow).ok())
    {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    if head { response.map_body(|_head, body| methods::without_body(&body)) } else { response }
}

/// A refusal without processing the request. The connection stays open, because retrying on it is cheaper than
/// reconnecting; it is closed if a body is arriving, whose unread bytes would be read as the next request.
async fn unread(request: ServiceRequest, telling: Telling, refused: &Refused, arriving: bool) -> ServiceResponse {
    let mut response = request.into_response(telling.tell(refused).await);
    if arriving || refused.refusal != Refusal::TooManyRequests {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

/// Counts a request and the bytes of its body until it is answered. A request over the rate limit is refused after a
/// delay, with `Retry-After` in whole seconds.
async fn room(
    request: &mut ServiceRequest,
    transport: &Transport,
    owners: &(Option<IpAddr>, bodies::Owner),
) -> Result<Option<Rc<RefCell<bodies::Counted>>>, Refused> {
    if let Err(wait) = transport.rates.take(owners) {
        tokio::time::sleep(wait.min(rates::HELD)).await;
        let seconds = u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX);
        return Err(Refused::from(Refusal::TooManyRequests).after_s(seconds));
    }
    bodies::count(request, &transport.bodies, owners).map_err(|over| no_room(over).into())
}

/// The refusal of a request over a budget.
pub const fn no_room(over: Over) -> Refusal {
    match over {
        Over::Whole => Refusal::Busy,
        Over::Share => Refusal::TooMuchAtOnce,
    }
}

fn refuse_at_once(request: &ServiceRequest) -> Option<Refusal> {
    let compressed = request.headers().get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity");
    if compressed {
        return Some(Refusal::WrongEncoding);
    }
    if text_guard::is_in_path(request) {
        return Some(Refusal::NotFound);
    }
    if text_guard::is_in_query(request) {
        return Some(Refusal::UnstorableText);
    }
    let transport = request.app_data::<Data<Transport>>()?;
    if transport.is_answered(request.peer_addr()) { None } else { Some(Refusal::UntrustedPeer) }
}

/// Until the county is chosen the API answers nothing but its health. The console shows its first run by itself.
async fn not_set_up(request: &ServiceRequest, id: &str) -> Option<Refused> {
    if !request.path().starts_with("/v1") {
        return None;
    }
    match first_run::is_set_up(request.app_data::<State>()?).await {
        Ok(true) => None,
        Ok(false) => Some(Refusal::NotSetUp.into()),
        Err(failure) => Some(known(&Problem::from(failure).into(), id)),
    }
}

/// The refusal for an error; logs it if it is an internal error.
pub fn known(error: &Error, id: &str) -> Refused {
    let Some(problem) = error.as_error::<Problem>() else {
        return of_framework(error.as_response_error()).into();
    };
    if let Some(accident) = &problem.accident {
        tracing::error!(request_id = id, accident = chain(accident.as_ref()), "a request failed");
    }
    (*problem.refused).clone()
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The span of a request and its one line in the log.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        let method = metrics::method(request.method().as_str());
        tracing::info_span!("request", request_id = id, method, route, status = tracing::field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.in_scope(|| tracing::info!(status = status.as_u16(), "answered"));
    }
}
