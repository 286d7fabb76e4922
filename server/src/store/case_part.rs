//! Who takes part in a case, and which evidence it claims.
//!
//! Promise: nobody and nothing is taken out again: a part in the case that was excluded is not forgotten.

use diesel::prelude::*;
use sync_core::id::{CaseId, ChangeId, Digest, OfficerId, TenantId};

use super::change::{leaf_of_case, leaves_of_cases};
use super::dialect::by_column;
use super::schema::{case_evidence, case_officer};
use super::tx::Tx;
use super::{Additions, Error, row};

#[derive(Insertable)]
#[diesel(table_name = case_officer, treat_none_as_default_value = false)]
struct OfficerRow {
    tenant: Vec<u8>,
    officer: Vec<u8>,
    case_leaf: i64,
    case_id: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = case_evidence, treat_none_as_default_value = false)]
struct EvidenceRow {
    tenant: Vec<u8>,
    case_leaf: i64,
    digest: Vec<u8>,
}

by_column!(case_officer, OfficerRow { tenant, officer, case_leaf, case_id });
by_column!(case_evidence, EvidenceRow { tenant, case_leaf, digest });

impl Additions<'_> {
    /// Says who takes part in which case; each pair is new.
    pub fn case_officers(&mut self, tenant: &TenantId, new: &[(i64, CaseId, OfficerId)]) {
        let row = |(case_leaf, case, officer): &(i64, CaseId, OfficerId)| OfficerRow {
            tenant: tenant.bytes().to_vec(),
            officer: officer.bytes().to_vec(),
            case_leaf: *case_leaf,
            case_id: case.bytes().to_vec(),
        };
        self.rows(new.iter().map(row).collect());
    }
}

impl Tx<'_> {
    /// The cases in which an officer takes part, in the order in which they were opened.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<CaseId>, Error> {
        case_officer::table
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&officer.bytes()[..]))
            .order(case_officer::case_leaf)
            .select(case_officer::case_id)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|id| row::id(id, ChangeId::from_slice, "case_officer.case_id"))
            .collect()
    }

    /// Whether an officer takes or took part in a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn takes_part(&mut self, tenant: &TenantId, case: &CaseId, officer: &OfficerId) -> Result<bool, Error> {
        let found = case_officer::table
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&officer.bytes()[..]))
            .filter(case_officer::case_leaf.eq_any(leaf_of_case(tenant.bytes().to_vec(), case.bytes().to_vec())))
            .select(case_officer::case_id)
            .get_result::<Vec<u8>>(self.db())
            .optional()?;
        Ok(found.is_some())
    }

    /// Those of these cases in which an officer takes or took part.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn takes_part_in(
        &mut self,
        tenant: &TenantId,
        cases: &[CaseId],
        officer: &OfficerId,
    ) -> Result<Vec<CaseId>, Error> {
        let cases: Vec<Vec<u8>> = cases.iter().map(|id| id.bytes().to_vec()).collect();
        case_officer::table
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&officer.bytes()[..]))
            .filter(case_officer::case_leaf.eq_any(leaves_of_cases(tenant.bytes().to_vec(), cases)))
            .select(case_officer::case_id)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|id| row::id(id, ChangeId::from_slice, "case_officer.case_id"))
            .collect()
    }

    /// Who takes or took part in a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_officers(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<OfficerId>, Error> {
        case_officer::table
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::case_leaf.eq(case_leaf))
            .select(case_officer::officer)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|id| row::id(id, OfficerId::from_slice, "case_officer.officer"))
            .collect()
    }

    /// Says who takes part in which case; each pair is new.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_case_officers(&mut self, tenant: &TenantId, new: &[(i64, CaseId, OfficerId)]) -> Result<(), Error> {
        let mut rows = Additions::default();
        rows.case_officers(tenant, new);
        self.add(rows)
    }

    /// Says which evidence a case claims; each digest is new to it.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_case_evidence(&mut self, tenant: &TenantId, case_leaf: i64, new: &[Digest]) -> Result<(), Error> {
        let row = |digest: &Digest| EvidenceRow {
            tenant: tenant.bytes().to_vec(),
            case_leaf,
            digest: digest.bytes().to_vec(),
        };
        let mut rows = Additions::default();
        rows.rows(new.iter().map(row).collect());
        self.add(rows)
    }

    /// Digests of the evidence that a case claims.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn claimed_evidence(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<Digest>, Error> {
        case_evidence::table
            .filter(case_evidence::tenant.eq(&tenant.bytes()[..]))
            .filter(case_evidence::case_leaf.eq(case_leaf))
            .order(case_evidence::digest)
            .select(case_evidence::digest)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|digest| row::id(digest, Digest::from_slice, "case_evidence.digest"))
            .collect()
    }
}
