//! Idempotency keys: a repeated request is executed once.
//!
//! Promise: with a key, the second request gets the result of the first, in the transaction that would have executed it
//! again. The same key with another request is refused.

use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::sign::Tag;
use sync_core::time::Instant;

use crate::flow::refusal::{Failure, Refusal};
use crate::store::{IdempotencyRow, Tx};

const REQUEST: Tag = Tag("palm/v1/request");

/// The parts of a request that distinguish it from others.
#[derive(Debug, Clone)]
pub struct IdempotentRequest {
    /// Who asks.
    pub officer: OfficerId,
    /// Which route.
    pub route: &'static str,
    /// Its idempotency key.
    pub key: Option<String>,
    fingerprint: Digest,
}

impl IdempotentRequest {
    /// A request for `parts`.
    pub fn new(officer: OfficerId, route: &'static str, key: Option<String>, parts: &[&str]) -> Self {
        let text = parts.join("\u{1f}");
        Self { officer, route, key, fingerprint: REQUEST.hash(&[route.as_bytes(), &[0], text.as_bytes()]) }
    }

    /// The result of an earlier request with this key.
    ///
    /// # Errors
    /// [`Refusal::IdempotencyKeyReused`] where the key came with another request, or an internal error.
    pub fn made_before(&self, tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Option<Vec<u8>>, Failure> {
        let Some(key) = &self.key else { return Ok(None) };
        match tx.made_before(tenant, &self.officer, self.route, key)? {
            Some((fingerprint, made)) if fingerprint == self.fingerprint => Ok(Some(made)),
            Some(_) => Err(Refusal::IdempotencyKeyReused.into()),
            None => Ok(None),
        }
    }

    /// Stores the result of this request.
    ///
    /// # Errors
    /// An internal error.
    pub fn has_made(self, tx: &mut Tx<'_>, tenant: &TenantId, made: &[u8], now: Instant) -> Result<(), Failure> {
        let Self { officer, route, key, fingerprint } = self;
        let Some(key) = key else { return Ok(()) };
        let (route, made) = (route.to_owned(), made.to_vec());
        Ok(tx.add_idempotency(tenant, &IdempotencyRow { officer, route, key, fingerprint, made, created: now })?)
    }
}
