//! Who looked at what, and why. Written before anything is shown, in the same transaction as the reading.

use diesel::prelude::*;
use sync_core::id::{CaseId, ChangeId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::read_audit;
use super::tx::Tx;
use super::{Error, row};

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAuditRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    pub at: Instant,
    /// Who.
    pub officer: OfficerId,
    /// `case`, `history`, `evidence`, `record`, `list`, `export`, `lead`, `leads`.
    pub what: String,
    /// At which case.
    pub case: Option<CaseId>,
    /// At which field, which digest, which lead; empty where at all of it.
    pub part: String,
    /// Why; empty where those who handle the case look at it.
    pub purpose: String,
}

impl Tx<'_> {
    /// Keeps a look for good.
    ///
    /// # Errors
    /// [`Error`] where the statement fails: nothing may be shown then.
    pub fn add_read_audit(&mut self, tenant: &TenantId, new: &ReadAuditRow) -> Result<(), Error> {
        let ReadAuditRow { id, at, officer, what, case, part, purpose } = new;
        diesel::insert_into(read_audit::table)
            .values((
                read_audit::tenant.eq(&tenant.bytes()[..]),
                read_audit::id.eq(&id[..]),
                read_audit::at_ms.eq(at.ms()),
                read_audit::officer.eq(&officer.bytes()[..]),
                read_audit::what.eq(what),
                read_audit::case_id.eq(case.as_ref().map(|id| &id.bytes()[..])),
                read_audit::part.eq(part),
                read_audit::purpose.eq(purpose),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// The looks at a case, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn read_audits(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<ReadAuditRow>, Error> {
        type Columns = (Vec<u8>, Vec<u8>, i64, Vec<u8>, String, Option<Vec<u8>>, String, String);
        read_audit::table
            .filter(read_audit::tenant.eq(&tenant.bytes()[..]))
            .filter(read_audit::case_id.eq(&case.bytes()[..]))
            .order((read_audit::at_ms, read_audit::id))
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|(_tenant, id, at_ms, officer, what, case, part, purpose)| {
                Ok(ReadAuditRow {
                    id: row::bytes(&id, "read_audit.id")?,
                    at: Instant::from_ms(at_ms),
                    officer: row::id(&officer, OfficerId::from_slice, "read_audit.officer")?,
                    what,
                    case: case.map(|id| row::id(&id, ChangeId::from_slice, "read_audit.case_id")).transpose()?,
                    part,
                    purpose,
                })
            })
            .collect()
    }
}
