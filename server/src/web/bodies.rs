//! Memory budget of request bodies, for all routes.
//!
//! Promise: bytes are reserved as they arrive, before a handler gets them, and released when the request is answered.
//! Unauthenticated requests together, each address and each caller have a share, so neither many clients nor one slow
//! large upload takes the memory of others. The first [`SMALL`] bytes of each body have a separate budget, so signing
//! in stays possible under load. Tables have a budget of their own. A request over a budget is told to retry and the
//! connection is closed. Not here: the maximum length (the route), the maximum time (`timeouts`).

use std::cell::RefCell;
use std::io::{Error as IoError, ErrorKind};
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap};
use actix_web::web::Bytes;
use futures_util::Stream;
use sha2::{Digest as _, Sha256};

use crate::budget::{Budget, Over, Reservation};

/// The first bytes of each body, which have their own budget.
pub const SMALL: usize = 8 << 10;
/// Bytes of the beginnings of bodies, all together: four thousand at one time.
const ALL_SMALL: usize = 32 << 20;
/// The share of one address: a county's officers share a gateway.
const ADDRESS_SMALL: usize = 24 << 20;
/// Bytes of bodies beyond their beginnings, all together: a hundred phones that push half a mebibyte each at the same time.
const ALL: usize = 64 << 20;
/// The share of one address.
const ADDRESS: usize = 56 << 20;
/// The share of one caller: two of the longest pushes, for a phone that repeats one after a broken connection.
const CALLER: usize = 8 << 20;
/// The share of all anonymous requests.
const NOBODY: usize = 8 << 20;
/// Bytes of tables that are being sent, all together: two of the longest. They have a budget of their own, so that nobody
/// who sends a table takes the room of the phones that push.
const ALL_TABLES: usize = 2 * TABLE;
/// The longest body with a table: the longest table, and room for the form around it.
pub const TABLE: usize = table::limit::FILE + (64 << 10);
/// The paths to which tables are sent.
const TABLE_PATHS: [&str; 3] = ["/v1/register/check", "/v1/register/import", "/console/register/file"];

/// The owner of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Requests from this address.
    Address(IpAddr),
    /// Requests with this token or cookie, by its hash.
    Caller([u8; 32]),
    /// Anonymous requests.
    Nobody,
}

/// Counts for the process.
#[derive(Debug, Clone)]
pub struct Bodies {
    small: Budget<Owner>,
    large: Budget<Owner>,
    tables: Budget<Owner>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self { small: Budget::new(ALL_SMALL), large: Budget::new(ALL), tables: Budget::new(ALL_TABLES) }
    }
}

/// The bytes of one request's body; they count until it is dropped.
#[derive(Debug)]
pub struct Counted {
    small: Reservation<Owner>,
    large: Reservation<Owner>,
    /// The part of the small budget that is still reserved.
    left: usize,
}

impl Counted {
    fn grow(&mut self, bytes: usize) -> Result<(), Over> {
        let beginning = bytes.min(self.left);
        self.left -= beginning;
        let beyond = bytes - beginning;
        if beyond > 0 { self.large.grow(beyond) } else { Ok(()) }
    }
}

type BoxedPayload = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The owner of a request's bytes, before authentication. The presented token or cookie is not verified, only told
/// apart.
pub fn caller(headers: &HeaderMap) -> Owner {
    let shown = headers.get(AUTHORIZATION).or_else(|| headers.get(COOKIE));
    shown.map_or(Owner::Nobody, |shown| Owner::Caller(Sha256::digest(shown.as_bytes()).into()))
}

/// Counts the request's body, if it has one. Keep the returned value until the request is answered.
///
/// # Errors
/// [`Over`], where there is no room even for the beginning of a body.
pub fn count(
    request: &mut ServiceRequest,
    bodies: &Bodies,
    (address, caller): &(Option<IpAddr>, Owner),
) -> Result<Option<Rc<RefCell<Counted>>>, Over> {
    let body = match request.take_payload() {
        Payload::None => return Ok(None),
        body @ (Payload::H1 { .. } | Payload::Stream { .. }) => body,
    };
    let of = |most| address.map(|address| (Owner::Address(address), most));
    let shares = |address, most| of(address).into_iter().chain([(caller.clone(), most)]).collect();
    let large = match caller {
        Owner::Nobody => bodies.large.begin(shares(ADDRESS, NOBODY)),
        Owner::Address(_) | Owner::Caller(_) if TABLE_PATHS.contains(&request.path()) => {
            bodies.tables.begin(shares(ALL_TABLES, TABLE))
        }
        Owner::Address(_) | Owner::Caller(_) => bodies.large.begin(shares(ADDRESS, CALLER)),
    };
    let mut counted =
        Counted { small: bodies.small.begin(of(ADDRESS_SMALL).into_iter().collect()), large, left: SMALL };
    counted.small.grow(SMALL)?;
    let counted = Rc::new(RefCell::new(counted));
    // Pieces of evidence are written to disk as they arrive, so only bytes in transit are in memory.
    let kept = request.method() != Method::PATCH;
    let stream: BoxedPayload = Box::pin(CountedBody { body, counted: Rc::clone(&counted), kept, over: false });
    request.set_payload(Payload::Stream { payload: stream });
    Ok(Some(counted))
}

struct CountedBody {
    body: Payload,
    counted: Rc<RefCell<Counted>>,
    /// Whether the handler buffers the whole body.
    kept: bool,
    over: bool,
}

impl Stream for CountedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let piece = ready!(Pin::new(&mut self.body).poll_next(context));
        let Some(Ok(bytes)) = &piece else { return Poll::Ready(piece) };
        let grown = if self.kept { self.counted.borrow_mut().grow(bytes.len()) } else { Ok(()) };
        let Err(over) = grown else { return Poll::Ready(piece) };
        self.over = true;
        Poll::Ready(Some(Err(PayloadError::Io(IoError::from(kind(over))))))
    }
}

/// The error for the reader of the body; `input::of_payload` recognises it.
const fn kind(over: Over) -> ErrorKind {
    match over {
        Over::Whole => ErrorKind::ResourceBusy,
        Over::Share => ErrorKind::QuotaExceeded,
    }
}
