//! Memory budget of answers that clients have not read yet.
//!
//! Promise: the bytes of a long answer are reserved until the last piece was handed to the connection. A client that
//! requests much and reads nothing is told to retry, without effect on others. Not here: the length of an answer (each
//! flow bounds its own).

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::bodies::Owner;
use crate::budget::{Budget, Over, Reservation};

/// Answers up to this length are not counted.
const SHORT: usize = 64 << 10;
/// Bytes of answers, all together.
const ALL: usize = 96 << 20;
/// The share of one address.
const ADDRESS: usize = 72 << 20;
/// The share of one caller: two pages of the feed, and the start of a third.
const CALLER: usize = 24 << 20;
/// A piece that is handed to the connection at one time.
const PIECE: usize = 64 << 10;

/// Counts for the process.
#[derive(Debug, Clone)]
pub struct Answers(Budget<Owner>);

impl Default for Answers {
    fn default() -> Self {
        Self(Budget::new(ALL))
    }
}

impl Answers {
    /// The same answer, with its bytes counted until they are sent; an answer that is streamed from a file is
    /// unchanged.
    ///
    /// # Errors
    /// [`Over`].
    pub fn count(&self, (address, caller): &(Option<IpAddr>, Owner), body: BoxBody) -> Result<BoxBody, Over> {
        let bytes = match body.try_into_bytes() {
            Ok(bytes) if bytes.len() > SHORT => bytes,
            Ok(bytes) => return Ok(BoxBody::new(bytes)),
            Err(streamed) => return Ok(streamed),
        };
        let reserved = self.reserve(&(*address, caller.clone()), bytes.len())?;
        Ok(BoxBody::new(Counted { bytes, _reserved: reserved }))
    }

    /// Reserves bytes for an answer that is produced while it is sent, until the reservation is dropped.
    ///
    /// # Errors
    /// [`Over`].
    pub fn reserve(
        &self,
        (address, caller): &(Option<IpAddr>, Owner),
        bytes: usize,
    ) -> Result<Reservation<Owner>, Over> {
        let owners = address.map(|address| (Owner::Address(address), ADDRESS)).into_iter();
        let mut reserved = self.0.begin(owners.chain([(caller.clone(), CALLER)]).collect());
        reserved.grow(bytes)?;
        Ok(reserved)
    }
}

/// An answer that is being sent.
struct Counted {
    bytes: Bytes,
    _reserved: Reservation<Owner>,
}

impl MessageBody for Counted {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.bytes.len().min(PIECE);
        Poll::Ready(Some(Ok(self.bytes.split_to(length))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(length: usize) -> BoxBody {
        BoxBody::new(vec![1_u8; length])
    }

    #[test]
    fn one_caller_has_so_many_bytes_on_their_way_and_others_have_theirs() {
        let (answers, one, other) = (Answers::default(), (None, Owner::Caller([1; 32])), (None, Owner::Nobody));
        let first = answers.count(&one, answer(CALLER)).unwrap();
        assert_eq!(answers.count(&one, answer(SHORT + 1)).err(), Some(Over::Share));
        answers.count(&one, answer(SHORT)).unwrap();
        answers.count(&other, answer(CALLER)).unwrap();
        drop(first);
        answers.count(&one, answer(CALLER)).unwrap();
    }

    #[actix_web::test]
    async fn an_answer_goes_out_in_pieces_and_whole() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(PIECE * 2 + 1).collect();
        let counted = Answers::default().count(&(None, Owner::Nobody), BoxBody::new(bytes.clone())).unwrap();
        assert_eq!(actix_web::body::to_bytes(counted).await.unwrap(), bytes);
    }
}
