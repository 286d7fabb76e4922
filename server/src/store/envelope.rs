//! Stored changes in their encoded form, and their headers.
//!
//! Promise: each change is verified when it is read, one after another, so memory holds their bytes and one parsed
//! change.

use diesel::prelude::*;
use sync_core::change::{Header, Size};
use sync_core::id::{CaseId, ChangeId, Digest, TenantId};

use super::change::{leaf_of_case, size};
use super::schema::change;
use super::tx::Tx;
use super::{Error, row};

/// A stored change in its encoded form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Index of its leaf.
    pub leaf: i64,
    /// The lease that it names.
    pub lease: Option<Digest>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The deps of a stored change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHeader {
    /// Index of its leaf.
    pub leaf: i64,
    /// The change.
    pub id: ChangeId,
    /// Its deps.
    pub deps: Vec<ChangeId>,
}

/// The end and the size of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseExtent {
    /// Leaf of its last change.
    pub last_leaf: i64,
    /// Its size; only the number of changes if the rest was not counted.
    pub size: Size,
}

impl Tx<'_> {
    /// The end and the size of a case; none if nothing of it is stored.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_extent(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Option<CaseExtent>, Error> {
        let number = leaf_of_case(*tenant, *case).get_result::<i64>(self.db());
        let Some(case_leaf) = number.optional()? else { return Ok(None) };
        let last = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::case_leaf.eq(case_leaf))
            .order(change::leaf.desc())
            .select((change::leaf, change::counter, change::case_items, change::case_bytes))
            .first::<(i64, i64, i64, i64)>(self.db())
            .optional()?;
        Ok(last.map(|(last_leaf, counter, items, bytes)| CaseExtent { last_leaf, size: size(counter, items, bytes) }))
    }

    /// The changes at these leaves, in their order, in encoded form.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was stored.
    pub fn envelopes_at(&mut self, tenant: &TenantId, leaves: &[i64]) -> Result<Vec<Envelope>, Error> {
        let envelope = |stored: super::StoredChange| Envelope {
            leaf: stored.leaf,
            lease: stored.change.header().lease,
            bytes: stored.change.to_bytes(),
        };
        self.each_change_at(tenant, leaves, envelope)
    }

    /// The headers of a case, in the order of their leaves.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a header is not one.
    pub fn headers_of_case(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<StoredHeader>, Error> {
        let number = leaf_of_case(*tenant, *case).get_result::<i64>(self.db());
        let Some(case_leaf) = number.optional()? else { return Ok(Vec::new()) };
        let rows = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::case_leaf.eq(case_leaf))
            .order(change::leaf)
            .select((change::leaf, change::id, change::sign1))
            .load::<(i64, ChangeId, Vec<u8>)>(self.db())?;
        let header = |(leaf, id, sign1): (i64, ChangeId, Vec<u8>)| {
            let corrupt = |_unreadable| row::unreadable("change", "sign1", leaf, format_args!("header of {id}"));
            let Header { deps, .. } = Header::of_signed(&sign1).map_err(corrupt)?;
            Ok(StoredHeader { leaf, id, deps })
        };
        rows.into_iter().map(header).collect()
    }
}
