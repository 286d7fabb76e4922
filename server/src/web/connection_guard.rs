//! The way into a connection: framing that everybody reads the same way, and no silence without end.
//!
//! Promise: bytes reach the server's parser only while there is one way to read where a request begins and ends;
//! otherwise the connection gets one problem in the caller's language and is closed. A connection on which nothing
//! arrives for a while is closed, whatever it was doing, and so is one whose body has not ended by its deadline, however
//! steadily its bytes come and whether or not it was answered. Not here: what a request says.

mod framing;

use std::fmt::Write as _;
use std::io::Result as IoResult;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::MessageBody as _;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::flow::refusal::Refusal;
use crate::metrics;
use crate::web::language::Language;
use crate::web::problem::Problem;
use crate::web::security_headers::{Kind, set};
use framing::Framing;

/// Says that nobody reads what still comes on a connection: it is answered, and ends.
#[derive(Debug, Clone, Default)]
pub struct Unread(Arc<AtomicBool>);

impl Unread {
    /// From now on what comes is dropped.
    pub fn drop_rest(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A connection behind the gate.
pub struct ConnectionGuard<S> {
    stream: S,
    framing: Framing,
    quiet: Duration,
    until: Pin<Box<Sleep>>,
    /// How long one body may take, and since when the one that arrives now is under way: which one it is, and until when.
    body: Duration,
    under_way: Option<(u64, Instant)>,
    /// Whether what comes is dropped, so that an answered client takes no memory with what it still sends.
    unread: Unread,
    /// Nothing is read any more.
    shut: bool,
    /// What is still to be written before the end.
    last_words: Vec<u8>,
}

impl<S> ConnectionGuard<S> {
    /// Guards a connection on which at most `quiet` may pass without a byte, and a body takes at most `body`.
    pub fn new(stream: S, quiet: Duration, body: Duration) -> Self {
        let (until, framing) = (Box::pin(tokio::time::sleep(quiet)), Framing::default());
        Self {
            stream,
            framing,
            quiet,
            until,
            body,
            under_way: None,
            unread: Unread::default(),
            shut: false,
            last_words: Vec::new(),
        }
    }

    /// By which whoever answers says that nobody reads the rest.
    pub fn unread(&self) -> Unread {
        self.unread.clone()
    }

    /// Whether the body that arrives now takes longer than any may.
    fn is_overdue(&mut self) -> bool {
        let now = Instant::now();
        self.under_way = self.framing.body().map(|number| match self.under_way {
            Some((begun, until)) if begun == number => (begun, until),
            Some(_) | None => (number, now + self.body),
        });
        self.under_way.is_some_and(|(_, until)| until <= now)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ConnectionGuard<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        let gate = &mut *self;
        if gate.shut {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        match Pin::new(&mut gate.stream).poll_read(context, buffer) {
            Poll::Ready(read) => {
                read?;
                gate.until.as_mut().reset(Instant::now() + gate.quiet);
                let arrived = buffer.filled().get(before..).unwrap_or_default();
                if gate.unread.0.load(Ordering::Relaxed) && !arrived.is_empty() {
                    buffer.set_filled(before);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if let Err(ambiguous) = gate.framing.take(arrived) {
                    gate.shut = true;
                    buffer.set_filled(before + ambiguous.at);
                    // In the middle of a body the handler is told that it ends early, and answers itself.
                    if ambiguous.in_head {
                        gate.last_words = refusal(gate.framing.language());
                    }
                } else if gate.is_overdue() {
                    gate.shut = true;
                    buffer.set_filled(before);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => {
                ready!(gate.until.as_mut().poll(context));
                gate.shut = true;
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ConnectionGuard<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        let gate = &mut *self;
        while !gate.last_words.is_empty() {
            let written = ready!(Pin::new(&mut gate.stream).poll_write(context, &gate.last_words))?;
            if written == 0 {
                break;
            }
            gate.last_words.drain(..written);
        }
        Pin::new(&mut gate.stream).poll_shutdown(context)
    }
}

/// The whole answer to a request that can be read in two ways.
fn refusal(language: &[u8]) -> Vec<u8> {
    metrics::answered("other", "unframed", 400, Duration::ZERO);
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(language) {
        headers.insert(HeaderName::from_static("accept-language"), value);
    }
    let id = uuid::Uuid::new_v4().to_string();
    let mut response = Problem::respond(&Refusal::AmbiguousFraming.into(), Language::of(&headers), &id);
    set(response.headers_mut(), &id, Kind::default());
    let status = response.status();
    let mut bytes = format!("HTTP/1.1 {} {}\r\n", status.as_str(), status.canonical_reason().unwrap_or_default());
    for (name, value) in response.headers() {
        // Writing into a string cannot fail.
        let _ = write!(bytes, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let body = response.into_body().try_into_bytes().unwrap_or_default();
    let _ = write!(bytes, "content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}
