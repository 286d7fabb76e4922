//! Participants of a case, and the evidence that it claims.
//!
//! Promise: rows are never removed, so a participation that was later excluded is still known.

use diesel::prelude::*;
use sync_core::id::{CaseId, Digest, OfficerId, TenantId};

use super::change::{leaf_of_case, leaves_of_cases};
use super::dialect::by_column;
use super::schema::{case_evidence, case_officer};
use super::tx::Tx;
use super::{Additions, Error};

#[derive(Insertable)]
#[diesel(table_name = case_officer, treat_none_as_default_value = false)]
struct OfficerRow {
    tenant: TenantId,
    officer: OfficerId,
    case_leaf: i64,
    case_id: CaseId,
}

#[derive(Insertable)]
#[diesel(table_name = case_evidence, treat_none_as_default_value = false)]
struct EvidenceRow {
    tenant: TenantId,
    case_leaf: i64,
    digest: Digest,
}

by_column!(case_officer, OfficerRow { tenant, officer, case_leaf, case_id });
by_column!(case_evidence, EvidenceRow { tenant, case_leaf, digest });

impl Additions<'_> {
    /// Adds participants; each pair must be new.
    pub fn case_officers(&mut self, tenant: &TenantId, new: &[(i64, CaseId, OfficerId)]) {
        let row = |(case_leaf, case, officer): &(i64, CaseId, OfficerId)| OfficerRow {
            tenant: *tenant,
            officer: *officer,
            case_leaf: *case_leaf,
            case_id: *case,
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
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .order(case_officer::case_leaf);
        Ok(theirs.select(case_officer::case_id).load(self.db())?)
    }

    /// Whether an officer takes or took part in a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn takes_part(&mut self, tenant: &TenantId, case: &CaseId, officer: &OfficerId) -> Result<bool, Error> {
        let found = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .filter(case_officer::case_leaf.eq_any(leaf_of_case(*tenant, *case)))
            .select(case_officer::case_id)
            .get_result::<CaseId>(self.db())
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
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .filter(case_officer::case_leaf.eq_any(leaves_of_cases(*tenant, cases.to_vec())));
        Ok(theirs.select(case_officer::case_id).load(self.db())?)
    }

    /// Present and former participants of a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_officers(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<OfficerId>, Error> {
        let of_case =
            case_officer::table.filter(case_officer::tenant.eq(tenant)).filter(case_officer::case_leaf.eq(case_leaf));
        Ok(of_case.select(case_officer::officer).load(self.db())?)
    }

    /// Adds participants; each pair must be new.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_case_officers(&mut self, tenant: &TenantId, new: &[(i64, CaseId, OfficerId)]) -> Result<(), Error> {
        let mut rows = Additions::default();
        rows.case_officers(tenant, new);
        self.add(rows)
    }

    /// Adds the digests that a case claims; each must be new to it.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_case_evidence(&mut self, tenant: &TenantId, case_leaf: i64, new: &[Digest]) -> Result<(), Error> {
        let row = |digest: &Digest| EvidenceRow { tenant: *tenant, case_leaf, digest: *digest };
        let mut rows = Additions::default();
        rows.rows(new.iter().map(row).collect());
        self.add(rows)
    }

    /// Digests of the evidence that a case claims.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn claimed_evidence(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<Digest>, Error> {
        let of_case = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::case_leaf.eq(case_leaf))
            .order(case_evidence::digest);
        Ok(of_case.select(case_evidence::digest).load(self.db())?)
    }
}
