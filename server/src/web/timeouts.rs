//! Read timeouts of request bodies.
//!
//! Promise: a body that stalls is aborted, so a slow client occupies only its connection; the handler decides what
//! happens to the bytes that arrived. `middleware` has a deadline for the whole request.

use std::cell::Cell;
use std::io::{Error as IoError, ErrorKind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep};

use super::connection_guard::Intake;

/// How long a client may keep the server waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the head of a request.
    pub head: Duration,
    /// Between two pieces of its body.
    pub silence: Duration,
    /// For the request as a whole.
    pub whole: Duration,
    /// For the next request on the same connection.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let (head, silence, whole, idle) = (8, 20, 60, 15);
        let [head, silence, whole, idle] = [head, silence, whole, idle].map(Duration::from_secs);
        Self { head, silence, whole, idle }
    }
}

type BoxedPayload = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// A flag that says whether the request's body is still arriving. It is updated as the body arrives.
pub fn arriving(request: &mut ServiceRequest) -> Rc<Cell<bool>> {
    Rc::new(Cell::new(!matches!(request.parts_mut().1, Payload::None)))
}

/// Aborts the request's body after this much silence; reports read bytes to the connection, and the end of the body
/// to the handler.
pub fn limit(request: &mut ServiceRequest, silence: Duration, intake: &Intake, arriving: &Rc<Cell<bool>>) {
    let timed = match request.take_payload() {
        Payload::None => Payload::None,
        body @ (Payload::H1 { .. } | Payload::Stream { .. }) => {
            let timed: BoxedPayload = Box::pin(TimedBody::new(body, silence, intake.clone(), Rc::clone(arriving)));
            Payload::Stream { payload: timed }
        }
    };
    request.set_payload(timed);
}

struct TimedBody {
    body: Payload,
    silence: Duration,
    until: Pin<Box<Sleep>>,
    given_up: bool,
    intake: Intake,
    arriving: Rc<Cell<bool>>,
}

impl TimedBody {
    fn new(body: Payload, silence: Duration, intake: Intake, arriving: Rc<Cell<bool>>) -> Self {
        Self { body, silence, until: Box::pin(tokio::time::sleep(silence)), given_up: false, intake, arriving }
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.given_up {
            return Poll::Ready(None);
        }
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_next(context) {
            let until = Instant::now() + self.silence;
            self.until.as_mut().reset(until);
            match &piece {
                Some(Ok(bytes)) => self.intake.read(bytes.len()),
                Some(Err(_cut)) => {}
                None => self.arriving.set(false),
            }
            return Poll::Ready(piece);
        }
        if self.until.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.given_up = true;
        Poll::Ready(Some(Err(PayloadError::Io(IoError::from(ErrorKind::TimedOut)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt as _, stream};

    fn body(pieces: &'static [&'static str]) -> Payload {
        let arrived = stream::iter(pieces).map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
        Payload::Stream { payload: Box::pin(arrived.chain(stream::pending())) }
    }

    #[tokio::test]
    async fn silence_ends_the_body_and_not_before_what_had_arrived() {
        let mut timed = TimedBody::new(body(&["a", "b"]), Duration::from_millis(20), Intake::default(), Rc::default());
        assert_eq!(timed.next().await.unwrap().unwrap(), "a");
        assert_eq!(timed.next().await.unwrap().unwrap(), "b");
        let silence = timed.next().await.unwrap();
        assert!(matches!(silence, Err(PayloadError::Io(error)) if error.kind() == ErrorKind::TimedOut));
        assert!(timed.next().await.is_none());
    }
}
