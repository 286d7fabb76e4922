//! Refuses texts that contain U+0000.
//!
//! Promise: PostgreSQL cannot store U+0000, SQLite can, so it is refused for both before anything else is read: in the
//! path, the query, a JSON body and a form, in every notation. Not here: CBOR bodies, whose reader refuses it
//! (`sync_core::codec`), and bytes of evidence.

use std::io::{Error as IoError, ErrorKind};

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use futures_util::StreamExt as _;

/// Whether the path contains U+0000. No resource has such a path.
pub fn is_in_path(request: &ServiceRequest) -> bool {
    Scanner::new(Written::Percent).finds(request.uri().path().as_bytes())
}

/// Whether the query holds U+0000.
pub fn is_in_query(request: &ServiceRequest) -> bool {
    Scanner::new(Written::Percent).finds(request.query_string().as_bytes())
}

/// Guards the body of a request that carries text: it ends with an error where U+0000 comes.
pub fn guard(request: &mut ServiceRequest) {
    let written = match request.content_type() {
        "application/json" => Written::Json,
        "application/x-www-form-urlencoded" => Written::Percent,
        _ => return,
    };
    let body = request.take_payload();
    if matches!(body, Payload::None) {
        return;
    }
    let mut scanner = Scanner::new(written);
    let guarded = body.map(move |piece| match piece {
        Ok(piece) if scanner.finds(&piece) => Err(PayloadError::Io(IoError::from(ErrorKind::InvalidData))),
        other => other,
    });
    request.set_payload(Payload::Stream { payload: Box::pin(guarded) });
}

/// Escapes in which a character can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// `\u0000`, unless the backslash is one itself.
    Json,
    /// `%00`.
    Percent,
}

/// Looks for U+0000 in bytes that come in pieces.
#[derive(Debug)]
struct Scanner {
    written: Written,
    /// How many bytes of an escape were seen.
    seen: usize,
}

impl Scanner {
    const fn new(written: Written) -> Self {
        Self { written, seen: 0 }
    }

    fn finds(&mut self, piece: &[u8]) -> bool {
        piece.iter().any(|byte| *byte == 0 || self.escape(*byte))
    }

    /// Takes one more byte. Whether an escape of U+0000 ends with it.
    fn escape(&mut self, byte: u8) -> bool {
        let (first, rest): (u8, &[u8]) = match self.written {
            Written::Json => (b'\\', b"u0000"),
            Written::Percent => (b'%', b"00"),
        };
        if self.seen == 0 {
            self.seen = usize::from(byte == first);
            return false;
        }
        if rest.get(self.seen - 1) == Some(&byte) {
            self.seen += 1;
            let whole = self.seen > rest.len();
            if whole {
                self.seen = 0;
            }
            return whole;
        }
        // In JSON a backslash after a backslash is a character; after a part of an escape it begins another escape.
        let begins = byte == first && (self.written == Written::Percent || self.seen > 1);
        self.seen = usize::from(begins);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole, and in every two pieces.
    fn found(written: Written, text: &str) -> bool {
        let whole = Scanner::new(written).finds(text.as_bytes());
        for at in 0..=text.len() {
            let (one, two) = text.as_bytes().split_at(at);
            let mut scanner = Scanner::new(written);
            let first = scanner.finds(one);
            assert_eq!(first || scanner.finds(two), whole, "{text} cut at {at}");
        }
        whole
    }

    #[test]
    fn u_0000_is_found_however_it_is_written_and_nothing_else_is() {
        for text in ["{\"a\":\"\\u0000\"}", "\\\\\\u0000", "\\u00\\u0000", "a\0b", "\\n\\u0000"] {
            assert!(found(Written::Json, text), "{text}");
        }
        for text in ["\\\\u0000", "\\u0001", "\\u000", "u0000", "\\u00a00", "%00", "\\\\\\\\u0000"] {
            assert!(!found(Written::Json, text), "{text}");
        }
        for text in ["a=%00", "%%00", "/v1/%00", "%0%00", "a\0"] {
            assert!(found(Written::Percent, text), "{text}");
        }
        for text in ["%01", "%0", "%2500", "00", "\\u0000"] {
            assert!(!found(Written::Percent, text), "{text}");
        }
    }
}
