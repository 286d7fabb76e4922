//! Connection guard: strict HTTP/1 framing and connection timeouts in front of the parser.
//!
//! Promise: bytes reach the server's parser only while the boundaries of requests are unambiguous; otherwise the
//! connection gets one problem (or one page) in the caller's language and is closed. A connection that stays silent is
//! closed, and so is one whose body is not complete by its deadline, however steadily bytes arrive and whether or not
//! the request was answered. Only a little is buffered before it is read (`intake`). Not here: the content of a
//! request.

mod framing;
mod intake;

use std::fmt::Write as _;
use std::io::Result as IoResult;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::MessageBody as _;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::flow::refusal::Refusal;
use crate::metrics;
use crate::web::refusal_page::{OfHead, of_head};
use framing::{Ended, Fault, Framing};
pub use intake::Intake;

/// How long a client may read the answer before the rest of its request is cut off.
pub const LINGER: Duration = Duration::from_secs(5);

/// A connection behind the connection guard.
pub struct ConnectionGuard<S> {
    stream: S,
    framing: Framing,
    quiet: Duration,
    until: Pin<Box<Sleep>>,
    /// The timeout of one body, and the body that is arriving now: its number and its deadline.
    body: Duration,
    under_way: Option<(u64, Instant)>,
    /// Progress of the handler.
    intake: Intake,
    /// After the answer: until when further bytes of the client are discarded.
    lingers: Option<Instant>,
    /// Whether there are bytes to write and the client does not read.
    unwritten: bool,
    /// Nothing is read any more.
    shut: bool,
    /// Bytes to write before the connection is closed.
    last_words: Vec<u8>,
    /// Renders refusals where pages are shown.
    pages: OfHead,
}

impl<S> ConnectionGuard<S> {
    /// Guards a connection on which at most `quiet` may pass without a byte, and a body takes at most `body`.
    pub fn new(stream: S, quiet: Duration, body: Duration, pages: OfHead) -> Self {
        let (until, framing) = (Box::pin(tokio::time::sleep(quiet)), Framing::default());
        Self {
            stream,
            framing,
            quiet,
            until,
            body,
            under_way: None,
            intake: Intake::default(),
            lingers: None,
            unwritten: false,
            shut: false,
            last_words: Vec::new(),
            pages,
        }
    }

    /// Records whether the client accepts more output; reading resumes when it does.
    fn note_written(&mut self, has_room: bool, context: &Context<'_>) {
        if std::mem::replace(&mut self.unwritten, !has_room) && has_room {
            context.waker().wake_by_ref();
        }
    }

    /// The handle by which the handler reports its progress.
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// Whether the body that is arriving has passed its deadline.
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
        let guard = &mut *self;
        if guard.shut {
            return Poll::Ready(Ok(()));
        }
        if guard.intake.is_unread() {
            return guard.drop_what_comes(context, buffer);
        }
        // While the client does not read its answers, nothing more is read from it.
        if guard.unwritten {
            return guard.until_quiet_ends(context);
        }
        let (bytes, requests) = guard.framing.passed();
        let Some(room) = guard.intake.room(bytes, requests, context) else { return Poll::Pending };
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room.min(buffer.remaining())));
        match Pin::new(&mut guard.stream).poll_read(context, &mut part) {
            Poll::Ready(read) => {
                read?;
                guard.until.as_mut().reset(Instant::now() + guard.quiet);
                let passed = guard.hold(part.filled());
                buffer.advance(passed);
                Poll::Ready(Ok(()))
            }
            Poll::Pending => guard.until_quiet_ends(context),
        }
    }
}

impl<S: AsyncRead + Unpin> ConnectionGuard<S> {
    /// How many of the received bytes are passed on.
    fn hold(&mut self, arrived: &[u8]) -> usize {
        match self.framing.take(arrived) {
            Err(Ended { at, in_head, fault }) => {
                self.shut = true;
                // Inside a body, the handler gets an error and answers itself.
                if in_head {
                    self.last_words = refusal(fault, &self.framing, self.pages);
                }
                at
            }
            Ok(()) if self.is_overdue() => {
                self.shut = true;
                0
            }
            Ok(()) => arrived.len(),
        }
    }

    /// Discards bytes that the client sends after the answer, while it still may read the answer.
    fn drop_what_comes(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        let until = *self.lingers.get_or_insert_with(|| Instant::now() + LINGER);
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() {
            return self.until_quiet_ends(context);
        }
        ready!(read)?;
        let ended = buffer.filled().len() == before;
        buffer.set_filled(before);
        if ended || until <= Instant::now() {
            self.shut = true;
            return Poll::Ready(Ok(()));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Pending until the connection was silent for too long; then end of file.
    fn until_quiet_ends(&mut self, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        ready!(self.until.as_mut().poll(context));
        self.shut = true;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ConnectionGuard<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_written(written.is_ready(), context);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.note_written(flushed.is_ready(), context);
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        let guard = &mut *self;
        while !guard.last_words.is_empty() {
            let written = ready!(Pin::new(&mut guard.stream).poll_write(context, &guard.last_words))?;
            if written == 0 {
                break;
            }
            guard.last_words.drain(..written);
        }
        Pin::new(&mut guard.stream).poll_shutdown(context)
    }
}

/// The whole answer to a request whose head is not passed on.
fn refusal(fault: Fault, framing: &Framing, pages: OfHead) -> Vec<u8> {
    let refusal = match fault {
        Fault::Ambiguous => Refusal::AmbiguousFraming,
        Fault::LongHead => Refusal::HeadTooLong,
    };
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(framing.language()) {
        headers.insert(ACCEPT_LANGUAGE, value);
    }
    let id = uuid::Uuid::new_v4().to_string();
    let response = of_head(pages, (&framing.target(), framing.chosen()), &headers, &refusal.into(), &id);
    let status = response.status();
    metrics::answered("other", "unframed", status.as_u16(), Duration::ZERO);
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
