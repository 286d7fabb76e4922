//! Stored changes: written once, never altered; their values apart.

use std::sync::Arc;

use diesel::prelude::*;
use sync_core::change::{Change, Header, Received};
use sync_core::id::{CaseId, ChangeId, DeviceId, Epoch, TenantId};
use sync_core::log::LeafClass;
use sync_core::plan::{Flag, Grade, Previous, Taken};
use sync_core::time::Instant;

use super::dialect::by_column;
use super::schema::{change, change_value};
use super::tx::Tx;
use super::{Additions, Error, row};

/// A stored change with what the server found when it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// The change.
    pub change: Arc<Change>,
    /// Index of its leaf.
    pub leaf: i64,
    /// Leaf of the change that opened its case: the case's number in the order of the log.
    pub case_leaf: i64,
    /// How many changes of its case were stored up to and with it.
    pub counter: i64,
    /// How it was taken when it came in, and why; later verdicts are changes.
    pub taken: Taken,
    /// What deserves a look.
    pub flags: Vec<Flag>,
    /// It was made not before.
    pub lower: Instant,
    /// It was made not after.
    pub upper: Instant,
    /// How good the proof of time is.
    pub grade: Grade,
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
    /// How it was taken when it came in, and why.
    pub taken: Taken,
    /// What deserves a look.
    pub flags: Vec<Flag>,
    /// When it was stored.
    pub received: Instant,
}

/// A change in its device's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// The change.
    pub id: ChangeId,
    /// What it says of the time of the next.
    pub made: Previous,
}

/// A place in a device's chain.
pub type InChain = (DeviceId, Epoch, u64);

/// What [`link`] takes.
type LinkColumns = (Vec<u8>, i64, Vec<u8>);

fn link(id: &[u8], lower_ms: i64, sign1: &[u8]) -> Result<ChainLink, Error> {
    let clock = Header::of_signed(sign1).map_err(|_unreadable| Error::Inconsistent { what: "change.sign1" })?.clock;
    let lower = Instant::from_ms(lower_ms);
    let made = Previous { lower, boot: clock.boot, monotonic_ms: clock.monotonic_ms };
    Ok(ChainLink { id: row::id(id, ChangeId::from_slice, "change.id")?, made })
}

type Columns =
    (Vec<u8>, i64, i64, i64, String, String, String, i64, i64, String, i64, Vec<u8>, Vec<u8>, Option<Vec<u8>>);

/// What [`restore`] takes, selected the same way by every query.
macro_rules! columns {
    () => {
        (
            change::id,
            change::leaf,
            change::case_leaf,
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

#[derive(Insertable)]
#[diesel(table_name = change, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant: &'a [u8],
    leaf: i64,
    id: Vec<u8>,
    case_leaf: i64,
    case_id: Vec<u8>,
    device: Vec<u8>,
    epoch: Vec<u8>,
    seq: i64,
    officer: Vec<u8>,
    lease: Option<Vec<u8>>,
    counter: i64,
    class: LeafClass,
    code: &'static str,
    flags: String,
    lower_ms: i64,
    upper_ms: i64,
    grade: Grade,
    received_ms: i64,
    sign1: &'a [u8],
    op_bytes: &'a [u8],
}

#[derive(Insertable)]
#[diesel(table_name = change_value, treat_none_as_default_value = false)]
struct ValueRow<'a> {
    tenant: &'a [u8],
    leaf: i64,
    bytes: Vec<u8>,
}

by_column!(change, Row<'_> {
    tenant, leaf, id, case_leaf, case_id, device, epoch, seq, officer, lease, counter, class, code, flags, lower_ms,
    upper_ms, grade, received_ms, sign1, op_bytes
});
by_column!(change_value, ValueRow<'_> { tenant, leaf, bytes });

/// A change as its two rows.
fn rows<'a>(tenant: &'a TenantId, new: &'a StoredChange) -> (Row<'a>, ValueRow<'a>) {
    let StoredChange { change, leaf, case_leaf, counter, taken, flags, lower, upper, grade, received } = new;
    let header = change.header();
    let row = Row {
        tenant: &tenant.bytes()[..],
        leaf: *leaf,
        id: change.id().bytes().to_vec(),
        case_leaf: *case_leaf,
        case_id: change.case().bytes().to_vec(),
        device: header.device.bytes().to_vec(),
        epoch: header.epoch.bytes().to_vec(),
        seq: header.seq.cast_signed(),
        officer: header.officer.bytes().to_vec(),
        lease: header.lease.as_ref().map(|lease| lease.bytes().to_vec()),
        counter: *counter,
        class: taken.class(),
        code: taken.code(),
        flags: flags.iter().map(|flag| flag.code()).collect::<Vec<_>>().join(" "),
        lower_ms: lower.ms(),
        upper_ms: upper.ms(),
        grade: *grade,
        received_ms: received.ms(),
        sign1: change.sign1(),
        op_bytes: change.ops_bytes(),
    };
    let bytes = change.values_bytes();
    let values = ValueRow { tenant: row.tenant, leaf: row.leaf, bytes };
    (row, values)
}

/// Leaf of the change that opened a case: the number by which tables name it.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn leaf_of_case(tenant: Vec<u8>, case: Vec<u8>) -> _ {
    change::table.filter(change::tenant.eq(tenant)).filter(change::id.eq(case)).select(change::leaf)
}

/// As [`leaf_of_case`], of these.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn leaves_of_cases(tenant: Vec<u8>, cases: Vec<Vec<u8>>) -> _ {
    change::table.filter(change::tenant.eq(tenant)).filter(change::id.eq_any(cases)).select(change::leaf)
}

/// How the change at a leaf was taken: its class and the code of the reason.
fn taken(leaf: i64, class: &str, code: &str) -> Result<Taken, Error> {
    let class: LeafClass = row::code("change", "class", leaf, class)?;
    Taken::parse(class, code).map_err(|_unknown| row::unreadable("change", "code", leaf, code))
}

fn restore(columns: Columns) -> Result<StoredChange, Error> {
    let (
        id,
        leaf,
        case_leaf,
        counter,
        class,
        code,
        flags,
        lower_ms,
        upper_ms,
        grade,
        received_ms,
        sign1,
        op_bytes,
        values,
    ) = columns;
    let corrupt = Error::Inconsistent { what: "change" };
    let taken = taken(leaf, &class, &code)?;
    let Ok(received) = Received::from_parts(&sign1, &op_bytes, values.as_deref()) else { return Err(corrupt) };
    if received.id().bytes().as_slice() != id {
        return Err(corrupt);
    }
    Ok(StoredChange {
        change: Arc::new(received.trust_own_store()),
        leaf,
        case_leaf,
        counter,
        taken,
        flags: row::codes("change", "flags", leaf, &flags)?,
        lower: Instant::from_ms(lower_ms),
        upper: Instant::from_ms(upper_ms),
        grade: row::code("change", "grade", leaf, &grade)?,
        received: Instant::from_ms(received_ms),
    })
}

impl<'a> Additions<'a> {
    /// Changes, for good.
    pub fn changes(&mut self, tenant: &'a TenantId, new: &'a [StoredChange]) {
        let (changes, values): (Vec<Row<'a>>, Vec<ValueRow<'a>>) = new.iter().map(|new| rows(tenant, new)).unzip();
        self.rows(changes);
        self.rows(values);
    }
}

impl Tx<'_> {
    /// All stored changes of a case, in the order of their leaves.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was stored.
    pub fn case_changes(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<StoredChange>, Error> {
        // Asked first, and not in a subquery: SQLite would walk the whole log for the sake of its order.
        let number = leaf_of_case(tenant.bytes().to_vec(), case.bytes().to_vec()).get_result::<i64>(self.db());
        let Some(case_leaf) = number.optional()? else { return Ok(Vec::new()) };
        change::table
            .left_join(
                change_value::table
                    .on(change_value::tenant.eq(change::tenant).and(change_value::leaf.eq(change::leaf))),
            )
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::case_leaf.eq(case_leaf))
            .order(change::leaf)
            .select(columns!())
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Leaves of the changes of cases that `officer` takes part in, in the order of the log: from one on, and up to another
    /// where there is a bound, at most `limit`.
    ///
    /// Leaves alone, for what PostgreSQL may have to sort here, if it counted its tables before they grew: all that there
    /// is. And where there is no bound none is to be given, for between two places it expects next to nothing.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn feed(
        &mut self,
        tenant: &TenantId,
        officer: &sync_core::id::OfficerId,
        (from, until): (i64, Option<i64>),
        limit: i64,
    ) -> Result<Vec<i64>, Error> {
        use super::schema::case_officer;
        let mut query = change::table
            .inner_join(
                case_officer::table
                    .on(case_officer::tenant.eq(change::tenant).and(case_officer::case_leaf.eq(change::case_leaf))),
            )
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&officer.bytes()[..]))
            .filter(change::leaf.ge(from))
            .order(change::leaf)
            .limit(limit)
            .select(change::leaf)
            .into_boxed();
        if let Some(until) = until {
            query = query.filter(change::leaf.lt(until));
        }
        Ok(query.load(self.db())?)
    }

    /// The changes at these leaves, in their order.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was stored.
    pub fn changes_at(&mut self, tenant: &TenantId, leaves: &[i64]) -> Result<Vec<StoredChange>, Error> {
        change::table
            .left_join(
                change_value::table
                    .on(change_value::tenant.eq(change::tenant).and(change_value::leaf.eq(change::leaf))),
            )
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::leaf.eq_any(leaves))
            .order(change::leaf)
            .select(columns!())
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Those of `ids` that `officer` is the author of.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn authored(
        &mut self,
        tenant: &TenantId,
        ids: &[ChangeId],
        officer: &sync_core::id::OfficerId,
    ) -> Result<Vec<ChangeId>, Error> {
        let wanted: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::id.eq_any(wanted))
            .filter(change::officer.eq(&officer.bytes()[..]))
            .select(change::id)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|id| row::id(id, ChangeId::from_slice, "change.id"))
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
                    taken: taken(leaf, &class, &code)?,
                    flags: row::codes("change", "flags", leaf, &flags)?,
                    received: Instant::from_ms(received),
                })
            })
            .collect()
    }

    /// The changes stored at these places of the chain of a device: none, one, or a fork for each.
    ///
    /// # Errors
    /// [`Error`] where the statement fails, or a header is not what was stored.
    pub fn chain_places(
        &mut self,
        tenant: &TenantId,
        (device, epoch): (DeviceId, Epoch),
        places: &[i64],
    ) -> Result<Vec<(i64, ChainLink)>, Error> {
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::device.eq(&device.bytes()[..]))
            .filter(change::epoch.eq(&epoch.bytes()[..]))
            .filter(change::seq.eq_any(places))
            .select((change::seq, change::id, change::lower_ms, change::sign1))
            .load::<(i64, Vec<u8>, i64, Vec<u8>)>(self.db())?
            .iter()
            .map(|(seq, id, lower, sign1)| Ok((*seq, link(id, *lower, sign1)?)))
            .collect()
    }

    /// Those of `ids` that are stored, with their places in the chains of devices.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn in_chains(&mut self, tenant: &TenantId, ids: &[ChangeId]) -> Result<Vec<(ChangeId, InChain)>, Error> {
        let wanted: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::id.eq_any(wanted))
            .select((change::id, change::device, change::epoch, change::seq))
            .load::<(Vec<u8>, Vec<u8>, Vec<u8>, i64)>(self.db())?
            .iter()
            .map(|(id, device, epoch, seq)| {
                let device = row::id(device, DeviceId::from_slice, "change.device")?;
                let epoch = row::id(epoch, Epoch::from_slice, "change.epoch")?;
                Ok((row::id(id, ChangeId::from_slice, "change.id")?, (device, epoch, seq.cast_unsigned())))
            })
            .collect()
    }

    /// The last change of a device: at the greatest place before `seq` in this chain of its or, where there is none, the
    /// one made last in any.
    ///
    /// # Errors
    /// [`Error`] where the statement fails, or a header is not what was stored.
    pub fn last_before(
        &mut self,
        tenant: &TenantId,
        (device, epoch): (DeviceId, Epoch),
        seq: i64,
    ) -> Result<Option<ChainLink>, Error> {
        let of_device = || {
            change::table
                .filter(change::tenant.eq(tenant.bytes().to_vec()))
                .filter(change::device.eq(device.bytes().to_vec()))
                .select((change::id, change::lower_ms, change::sign1))
                .limit(1)
        };
        let in_chain = of_device()
            .filter(change::epoch.eq(epoch.bytes().to_vec()))
            .filter(change::seq.lt(seq))
            .order(change::seq.desc())
            .get_result::<LinkColumns>(self.db())
            .optional()?;
        let found = match in_chain {
            Some(found) => Some(found),
            None => of_device().order(change::lower_ms.desc()).get_result::<LinkColumns>(self.db()).optional()?,
        };
        found.map(|(id, lower, sign1)| link(&id, lower, &sign1)).transpose()
    }

    /// The greatest place of the chain of a device; none of an empty one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn chain_head(&mut self, tenant: &TenantId, (device, epoch): (DeviceId, Epoch)) -> Result<Option<i64>, Error> {
        let newest = change::table
            .filter(change::tenant.eq(&tenant.bytes()[..]))
            .filter(change::device.eq(&device.bytes()[..]))
            .filter(change::epoch.eq(&epoch.bytes()[..]))
            .select(diesel::dsl::max(change::seq));
        Ok(newest.get_result(self.db())?)
    }
}
