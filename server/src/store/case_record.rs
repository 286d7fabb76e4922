//! The signed records of closed cases.

use diesel::prelude::*;
use sync_core::id::{CaseId, Digest, TenantId};
use sync_core::time::Instant;

use super::schema::case_record;
use super::tx::Tx;
use super::{Error, row};

/// A record as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecordRow {
    /// Its hash.
    pub hash: Digest,
    /// Of which case.
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// When it was signed.
    pub issued: Instant,
    /// The COSE_Sign1.
    pub bytes: Vec<u8>,
}

impl Tx<'_> {
    /// The newest record of a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_record(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Option<CaseRecordRow>, Error> {
        case_record::table
            .filter(case_record::tenant.eq(&tenant.bytes()[..]))
            .filter(case_record::case_id.eq(&case.bytes()[..]))
            .order((case_record::issued_ms.desc(), case_record::hash))
            .select((case_record::hash, case_record::number, case_record::issued_ms, case_record::bytes))
            .first::<(Vec<u8>, String, i64, Vec<u8>)>(self.db())
            .optional()?
            .map(|(hash, number, issued_ms, bytes)| {
                let hash = row::id(&hash, Digest::from_slice, "case_record.hash")?;
                Ok(CaseRecordRow { hash, case: *case, number, issued: Instant::from_ms(issued_ms), bytes })
            })
            .transpose()
    }

    /// Keeps a record for good.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_case_record(&mut self, tenant: &TenantId, new: &CaseRecordRow) -> Result<(), Error> {
        let CaseRecordRow { hash, case, number, issued, bytes } = new;
        diesel::insert_into(case_record::table)
            .values((
                case_record::tenant.eq(&tenant.bytes()[..]),
                case_record::hash.eq(&hash.bytes()[..]),
                case_record::case_id.eq(&case.bytes()[..]),
                case_record::number.eq(number),
                case_record::issued_ms.eq(issued.ms()),
                case_record::bytes.eq(bytes),
            ))
            .execute(self.db())?;
        Ok(())
    }
}
