//! Stored changes: written once, never altered; their values apart.

use diesel::prelude::*;
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::time::Instant;

use super::schema::{change, change_value};
use super::tx::Tx;
use super::{Error, row};

/// A stored change with what the server found when it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The change.
    pub change: Change,
    /// Index of its leaf.
    pub leaf: i64,
    /// How many changes of its case were stored up to and with it.
    pub counter: i64,
    /// `accepted`, `quarantined`, `without_effect`: as it came in; later verdicts are changes.
    pub class: String,
    /// Stable code of the reason, or empty.
    pub code: String,
    /// Stable codes of the flags.
    pub flags: Vec<String>,
    /// It was made not before.
    pub lower: Instant,
    /// It was made not after.
    pub upper: Instant,
    /// `A`, `B`, `C`.
    pub grade: String,
    /// When it was stored.
    pub received: Instant,
}

/// What is known of a stored change without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePlace {
    /// The change.
    pub id: ChangeId,
    /// Its case.
    pub case: CaseId,
    /// Index of its leaf.
    pub leaf: i64,
    /// Its place in the case.
    pub counter: i64,
    /// As it came in.
    pub class: String,
    /// Stable code of the reason, or empty.
    pub code: String,
    /// Stable codes of the flags.
    pub flags: Vec<String>,
    /// When it was stored.
    pub received: Instant,
}

type Columns =
    (Vec<u8>, i64, i64, String, String, String, i64, i64, String, i64, Vec<u8>, Vec<u8>, Option<Vec<u8>>);

/// What [`restore`] takes, selected the same way by every query.
macro_rules! columns {
    () => {
        (
            change::id,
            change::leaf,
            change::counter,
            change::class,
            change::code,
            change::flags,
            change::lower_ms,
            change::upper_ms,
            change::grade,
            change::received_ms,
            change::sign1,
            change::op_bytes,
            change_value::bytes.nullable(),
        )
    };
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn restore(columns: Columns) -> Result<StoredChange, Error> {
    let (id, leaf, counter, class, code, flags, lower_ms, upper_ms, grade, received_ms, sign1, op_bytes, values) =
        columns;
    let corrupt = Error::Corrupt { what: "change" };
    let Ok(received) = Received::from_parts(&sign1, &op_bytes, values.as_deref()) else { return Err(corrupt) };
    if received.id().bytes().as_slice() != id {
        return Err(corrupt);
    }
    Ok(StoredChange {
        change: received.trust_own_store(),
        leaf,
        counter,
        class,
        code,
        flags: words(&flags),
        lower: Instant::from_ms(lower_ms),
        upper: Instant::from_ms(upper_ms),
        grade,
        received: Instant::from_ms(received_ms),
    })
}

impl Tx<'_> {
    /// All stored changes of a case, in the order of their leaves.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was stored.
    pub fn case_changes(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<StoredChange>, Error> {
        change::table
            .left_join(change_value::table.on(
                change_value::tenant.eq(change::tenant).and(change_value::change.eq(change::id)),
            ))
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::case_id.eq(&case.bytes()[..]))
            .order(change::leaf)
            .select(columns!())
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Changes with leaves in `from .. to` of cases that `officer` takes part in, in the order of the log,
    /// at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was stored.
    pub fn feed(
        &mut self,
        tenant: &TenantId,
        officer: &sync_core::id::OfficerId,
        range: std::ops::Range<i64>,
        limit: i64,
    ) -> Result<Vec<StoredChange>, Error> {
        use super::schema::case_officer;
        change::table
            .inner_join(case_officer::table.on(
                case_officer::tenant.eq(change::tenant).and(case_officer::case_id.eq(change::case_id)),
            ))
            .left_join(change_value::table.on(
                change_value::tenant.eq(change::tenant).and(change_value::change.eq(change::id)),
            ))
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&officer.bytes()[..]))
            .filter(change::leaf.ge(range.start).and(change::leaf.lt(range.end)))
            .order(change::leaf)
            .limit(limit)
            .select(columns!())
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Those of `ids` that are stored.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn places(&mut self, tenant: &TenantId, ids: &[ChangeId]) -> Result<Vec<ChangePlace>, Error> {
        type Columns = (Vec<u8>, Vec<u8>, i64, i64, String, String, String, i64);
        let wanted: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::id.eq_any(wanted))
            .select((
                change::id,
                change::case_id,
                change::leaf,
                change::counter,
                change::class,
                change::code,
                change::flags,
                change::received_ms,
            ))
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|(id, case, leaf, counter, class, code, flags, received)| {
                Ok(ChangePlace {
                    id: row::id(&id, ChangeId::from_slice, "change.id")?,
                    case: row::id(&case, ChangeId::from_slice, "change.case_id")?,
                    leaf,
                    counter,
                    class,
                    code,
                    flags: words(&flags),
                    received: Instant::from_ms(received),
                })
            })
            .collect()
    }

    /// Ids of the changes stored at one place of a device's chain: none, one, or a fork.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn chain_place(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        epoch: &Epoch,
        seq: i64,
    ) -> Result<Vec<ChangeId>, Error> {
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::device.eq(&device.bytes()[..]))
            .filter(change::epoch.eq(&epoch.bytes()[..]))
            .filter(change::seq.eq(seq))
            .select(change::id)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|id| row::id(id, ChangeId::from_slice, "change.id"))
            .collect()
    }

    /// Stores a change for good.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_change(&mut self, tenant: &TenantId, new: &StoredChange) -> Result<(), Error> {
        let StoredChange { change: stored, leaf, counter, class, code, flags, lower, upper, grade, received } = new;
        let header = stored.header();
        diesel::insert_into(change::table)
            .values((
                change::tenant.eq(&tenant.bytes()[..]),
                change::id.eq(&stored.id().bytes()[..]),
                change::case_id.eq(&stored.case().bytes()[..]),
                change::device.eq(&header.device.bytes()[..]),
                change::epoch.eq(&header.epoch.bytes()[..]),
                change::seq.eq(header.seq.cast_signed()),
                change::officer.eq(&header.officer.bytes()[..]),
                change::lease.eq(header.lease.as_ref().map(|lease| &lease.bytes()[..])),
                change::leaf.eq(leaf),
                change::counter.eq(counter),
                change::class.eq(class),
                change::code.eq(code),
                change::flags.eq(flags.join(" ")),
                change::lower_ms.eq(lower.ms()),
                change::upper_ms.eq(upper.ms()),
                change::grade.eq(grade),
                change::received_ms.eq(received.ms()),
                change::sign1.eq(stored.sign1()),
                change::op_bytes.eq(stored.ops_bytes()),
            ))
            .execute(self.db())?;
        diesel::insert_into(change_value::table)
            .values((
                change_value::tenant.eq(&tenant.bytes()[..]),
                change_value::change.eq(&stored.id().bytes()[..]),
                change_value::bytes.eq(stored.values_bytes()),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Hashes of the leases that stored changes of these cases name.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn leases_named(&mut self, tenant: &TenantId, cases: &[CaseId]) -> Result<Vec<Digest>, Error> {
        let cases: Vec<&[u8]> = cases.iter().map(|id| &id.bytes()[..]).collect();
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::case_id.eq_any(cases))
            .filter(change::lease.is_not_null())
            .select(change::lease)
            .distinct()
            .load::<Option<Vec<u8>>>(self.db())?
            .iter()
            .flatten()
            .map(|hash| row::id(hash, Digest::from_slice, "change.lease"))
            .collect()
    }
}
