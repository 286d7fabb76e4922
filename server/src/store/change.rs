//! Stored changes: written once, never updated. Values are stored separately.

use std::sync::Arc;

use diesel::prelude::*;
use sync_core::change::{Change, Header, Received, Size};
use sync_core::id::{CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::log::LeafClass;
use sync_core::plan::{Flag, Grade, Previous, Taken};
use sync_core::time::Instant;

use super::dialect::by_column;
use super::schema::{change, change_value};
use super::tx::Tx;
use super::{Additions, Error, row};

/// A stored change with the results of its admission.
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
    /// Size of its case up to and with it; only the number of changes if the rest was not counted.
    pub case_size: Size,
    /// How it was classified when it arrived, and why. Later verdicts are separate changes.
    pub taken: Taken,
    /// Flags for people.
    pub flags: Vec<Flag>,
    /// Lower bound of the time at which it was made.
    pub lower: Instant,
    /// Upper bound of the time at which it was made.
    pub upper: Instant,
    /// How good the proof of time is.
    pub grade: Grade,
    /// When it was stored.
    pub received: Instant,
}

/// Columns of a stored change without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSummary {
    /// The change.
    pub id: ChangeId,
    /// Its case.
    pub case: CaseId,
    /// Index of its leaf.
    pub leaf: i64,
    /// Its position in the case.
    pub counter: i64,
    /// How it was classified when it arrived, and why.
    pub taken: Taken,
    /// Flags for people.
    pub flags: Vec<Flag>,
    /// When it was stored.
    pub received: Instant,
}

/// A change in its device's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// The change.
    pub id: ChangeId,
    /// Its time bounds, for its successor.
    pub made: Previous,
}

/// A place in a device's chain.
pub type InChain = (DeviceId, Epoch, u64);

/// The columns of a link of a chain.
#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
struct Link {
    leaf: i64,
    id: ChangeId,
    lower_ms: Instant,
    sign1: Vec<u8>,
}

impl Link {
    fn restore(self) -> Result<ChainLink, Error> {
        let Self { leaf, id, lower_ms: lower, sign1 } = self;
        let header = Header::of_signed(&sign1);
        let clock = header
            .map_err(|_unreadable| row::unreadable("change", "sign1", leaf, format_args!("header of {id}")))?
            .clock;
        Ok(ChainLink { id, made: Previous { lower, boot: clock.boot, monotonic_ms: clock.monotonic_ms } })
    }
}

/// The columns of the tables: codes in their stored form.
#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
struct Stored {
    id: ChangeId,
    leaf: i64,
    case_leaf: i64,
    counter: i64,
    case_items: i64,
    case_bytes: i64,
    class: String,
    code: String,
    flags: String,
    lower_ms: Instant,
    upper_ms: Instant,
    grade: String,
    received_ms: Instant,
    sign1: Vec<u8>,
    op_bytes: Vec<u8>,
    #[diesel(embed)]
    values: Option<Values>,
}

/// The values; absent parts were removed by a lawful order.
#[derive(Queryable, Selectable)]
#[diesel(table_name = change_value)]
struct Values {
    bytes: Vec<u8>,
}

/// As [`Stored`], without the change itself.
#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
struct SummaryColumns {
    id: ChangeId,
    case_id: CaseId,
    leaf: i64,
    counter: i64,
    class: String,
    code: String,
    flags: String,
    received_ms: Instant,
}

#[derive(Insertable)]
#[diesel(table_name = change, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant: TenantId,
    leaf: i64,
    id: ChangeId,
    case_leaf: i64,
    case_id: CaseId,
    device: DeviceId,
    epoch: Epoch,
    seq: i64,
    officer: OfficerId,
    lease: Option<Digest>,
    counter: i64,
    class: LeafClass,
    code: &'static str,
    flags: String,
    lower_ms: Instant,
    upper_ms: Instant,
    grade: Grade,
    received_ms: Instant,
    sign1: &'a [u8],
    op_bytes: &'a [u8],
    case_items: i64,
    case_bytes: i64,
}

#[derive(Insertable)]
#[diesel(table_name = change_value, treat_none_as_default_value = false)]
struct ValueRow {
    tenant: TenantId,
    leaf: i64,
    bytes: Vec<u8>,
}

by_column!(change, Row<'_> {
    tenant, leaf, id, case_leaf, case_id, device, epoch, seq, officer, lease, counter, class, code, flags, lower_ms,
    upper_ms, grade, received_ms, sign1, op_bytes, case_items, case_bytes
});
by_column!(change_value, ValueRow { tenant, leaf, bytes });

/// A change as its two rows.
fn rows<'a>(tenant: &TenantId, new: &'a StoredChange) -> (Row<'a>, ValueRow) {
    let StoredChange { change, leaf, case_leaf, counter, case_size, taken, flags, lower, upper, grade, received } = new;
    let header = change.header();
    let row = Row {
        tenant: *tenant,
        leaf: *leaf,
        id: change.id(),
        case_leaf: *case_leaf,
        case_id: change.case(),
        device: header.device,
        epoch: header.epoch,
        seq: header.seq.cast_signed(),
        officer: header.officer,
        lease: header.lease,
        counter: *counter,
        class: taken.class(),
        code: taken.code(),
        flags: flags.iter().map(|flag| flag.code()).collect::<Vec<_>>().join(" "),
        lower_ms: *lower,
        upper_ms: *upper,
        grade: *grade,
        received_ms: *received,
        sign1: change.sign1(),
        op_bytes: change.ops_bytes(),
        case_items: counted(case_size.items),
        case_bytes: counted(case_size.bytes),
    };
    let values = ValueRow { tenant: *tenant, leaf: *leaf, bytes: change.values_bytes() };
    (row, values)
}

fn counted(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Size of a case, from its last row.
pub(super) fn size(changes: i64, items: i64, bytes: i64) -> Size {
    let [changes, items, bytes] = [changes, items, bytes].map(|number| usize::try_from(number).unwrap_or_default());
    Size { changes, items, bytes }
}

/// Size of the stored changes of a case, given in the order of their leaves.
pub fn size_of(held: &[StoredChange]) -> Size {
    match held.last() {
        Some(last) if last.case_size.items > 0 => last.case_size,
        // The row was stored before sizes were counted.
        Some(_) | None => held.iter().map(|stored| stored.change.size()).sum(),
    }
}

/// Leaf of the change that opened a case: its number in all tables.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn leaf_of_case(tenant: TenantId, case: CaseId) -> _ {
    change::table.filter(change::tenant.eq(tenant)).filter(change::id.eq(case)).select(change::leaf)
}

/// As [`leaf_of_case`], of these.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn leaves_of_cases(tenant: TenantId, cases: Vec<CaseId>) -> _ {
    change::table.filter(change::tenant.eq(tenant)).filter(change::id.eq_any(cases)).select(change::leaf)
}

/// The classification of the change at a leaf: its class and the code of the reason.
fn taken(leaf: i64, class: &str, code: &str) -> Result<Taken, Error> {
    let class: LeafClass = row::code("change", "class", leaf, class)?;
    Taken::parse(class, code).map_err(|_unknown| row::unreadable("change", "code", leaf, code))
}

impl Stored {
    fn restore(self) -> Result<StoredChange, Error> {
        let Self { id, leaf, case_leaf, counter, class, code, flags, grade, received_ms: received, .. } = &self;
        let corrupt = |what: &str| row::unreadable("change", "sign1", leaf, format_args!("{what} of change {id}"));
        let values = self.values.as_ref().map(|values| values.bytes.as_slice());
        let change =
            Received::from_parts(&self.sign1, &self.op_bytes, values).map_err(|_unreadable| corrupt("bytes"))?;
        if change.id() != *id {
            return Err(corrupt("another header than that"));
        }
        Ok(StoredChange {
            change: Arc::new(change.trust_own_store()),
            leaf: *leaf,
            case_leaf: *case_leaf,
            counter: *counter,
            case_size: size(*counter, self.case_items, self.case_bytes),
            taken: taken(*leaf, class, code)?,
            flags: row::codes("change", "flags", leaf, flags)?,
            lower: self.lower_ms,
            upper: self.upper_ms,
            grade: row::code("change", "grade", leaf, grade)?,
            received: *received,
        })
    }
}

impl SummaryColumns {
    fn restore(self) -> Result<ChangeSummary, Error> {
        let Self { id, case_id: case, leaf, counter, class, code, flags, received_ms: received } = self;
        let taken = taken(leaf, &class, &code)?;
        let flags = row::codes("change", "flags", leaf, &flags)?;
        Ok(ChangeSummary { id, case, leaf, counter, taken, flags, received })
    }
}

impl<'a> Additions<'a> {
    /// Adds changes. They are permanent.
    pub fn changes(&mut self, tenant: &'a TenantId, new: &'a [StoredChange]) {
        let (changes, values): (Vec<Row<'a>>, Vec<ValueRow>) = new.iter().map(|new| rows(tenant, new)).unzip();
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
        // A separate statement, not a subquery: with a subquery, SQLite would scan the whole log to satisfy the order.
        let number = leaf_of_case(*tenant, *case).get_result::<i64>(self.db());
        let Some(case_leaf) = number.optional()? else { return Ok(Vec::new()) };
        change::table
            .left_join(
                change_value::table
                    .on(change_value::tenant.eq(change::tenant).and(change_value::leaf.eq(change::leaf))),
            )
            .filter(change::tenant.eq(tenant))
            .filter(change::case_leaf.eq(case_leaf))
            .order(change::leaf)
            .select(Stored::as_select())
            .load(self.db())?
            .into_iter()
            .map(Stored::restore)
            .collect()
    }

    /// Leaves of the changes of cases in which `officer` takes part, in the order of the log: from the first bound on, below
    /// the second if there is one, at most `limit`.
    ///
    /// Reads only leaf numbers first: with stale statistics PostgreSQL may sort the whole result, and full rows would
    /// not fit in `work_mem`. Without a bound, the condition is omitted, because PostgreSQL estimates a range as
    /// nearly empty.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn feed(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        (from, until): (i64, Option<i64>),
        limit: i64,
    ) -> Result<Vec<i64>, Error> {
        use super::schema::case_officer;
        let mut query = change::table
            .inner_join(
                case_officer::table
                    .on(case_officer::tenant.eq(change::tenant).and(case_officer::case_leaf.eq(change::case_leaf))),
            )
            .filter(change::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
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
    #[cfg(test)]
    pub fn changes_at(&mut self, tenant: &TenantId, leaves: &[i64]) -> Result<Vec<StoredChange>, Error> {
        self.each_change_at(tenant, leaves, |stored| stored)
    }

    /// Applies `make` to the changes at these leaves, in order, parsing one at a time.
    pub(super) fn each_change_at<T>(
        &mut self,
        tenant: &TenantId,
        leaves: &[i64],
        make: impl Fn(StoredChange) -> T,
    ) -> Result<Vec<T>, Error> {
        change::table
            .left_join(
                change_value::table
                    .on(change_value::tenant.eq(change::tenant).and(change_value::leaf.eq(change::leaf))),
            )
            .filter(change::tenant.eq(tenant))
            .filter(change::leaf.eq_any(leaves))
            .order(change::leaf)
            .select(Stored::as_select())
            .load(self.db())?
            .into_iter()
            .map(|stored| stored.restore().map(&make))
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
        officer: &OfficerId,
    ) -> Result<Vec<ChangeId>, Error> {
        let theirs = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::id.eq_any(ids))
            .filter(change::officer.eq(officer));
        Ok(theirs.select(change::id).load(self.db())?)
    }

    /// Those of `ids` that are stored.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn places(&mut self, tenant: &TenantId, ids: &[ChangeId]) -> Result<Vec<ChangeSummary>, Error> {
        change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::id.eq_any(ids))
            .select(SummaryColumns::as_select())
            .load(self.db())?
            .into_iter()
            .map(SummaryColumns::restore)
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
            .filter(change::tenant.eq(tenant))
            .filter(change::device.eq(device))
            .filter(change::epoch.eq(epoch))
            .filter(change::seq.eq_any(places))
            .select((change::seq, Link::as_select()))
            .load::<(i64, Link)>(self.db())?
            .into_iter()
            .map(|(seq, link)| Ok((seq, link.restore()?)))
            .collect()
    }

    /// Those of `ids` that are stored, with their places in the chains of devices.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn in_chains(&mut self, tenant: &TenantId, ids: &[ChangeId]) -> Result<Vec<(ChangeId, InChain)>, Error> {
        let found = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::id.eq_any(ids))
            .select((change::id, (change::device, change::epoch, change::seq)))
            .load::<(ChangeId, (DeviceId, Epoch, i64))>(self.db())?;
        let place = |(id, (device, epoch, seq)): (_, (_, _, i64))| (id, (device, epoch, seq.cast_unsigned()));
        Ok(found.into_iter().map(place).collect())
    }

    /// The last change of a device: the one with the greatest sequence before `seq` in this chain, otherwise the
    /// latest one in any other chain; changes with greater sequences in this chain came later.
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
            let theirs = change::table.filter(change::tenant.eq(*tenant)).filter(change::device.eq(device));
            theirs.select(Link::as_select()).limit(1)
        };
        let in_chain = of_device()
            .filter(change::epoch.eq(epoch))
            .filter(change::seq.lt(seq))
            .order(change::seq.desc())
            .get_result(self.db())
            .optional()?;
        let found = match in_chain {
            Some(found) => Some(found),
            None => of_device()
                .filter(change::epoch.ne(epoch))
                .order(change::lower_ms.desc())
                .get_result(self.db())
                .optional()?,
        };
        found.map(Link::restore).transpose()
    }

    /// The greatest sequence number of the chain of a device; none for an empty chain.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn chain_head(&mut self, tenant: &TenantId, (device, epoch): (DeviceId, Epoch)) -> Result<Option<i64>, Error> {
        let newest = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::device.eq(device))
            .filter(change::epoch.eq(epoch))
            .select(diesel::dsl::max(change::seq));
        Ok(newest.get_result(self.db())?)
    }
}
