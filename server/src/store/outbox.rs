//! The outbox: deferred effects, written in the transaction that causes them.
//!
//! Promise: a row is open while it exists, and is deleted in the transaction that performs its effect. Rows of an
//! unknown kind are left to a program that knows it. Not here: the worker (`flow::outbox`), the effect of each kind.

use diesel::prelude::*;
use sync_core::id::{TenantId, hex};
use sync_core::time::Instant;

use super::dialect::by_column;
use super::schema::{outbox, outbox_turn};
use super::tx::Tx;
use super::{Additions, Error, row};
use crate::random;

/// The kind of effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutboxKind {
    /// The text of a case changed: index it again. The subject is the case.
    IndexCase,
    /// The definition of a case's projection or text changed: rebuild them from the changes.
    /// The subject is the case. Only migrations write such rows.
    TextOfCase,
    /// The numbers or fines of a case changed: compare them with other cases. The subject is the case.
    DocumentsOfCase,
}

impl OutboxKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::IndexCase, Self::TextOfCase, Self::DocumentsOfCase];

    /// As the database has it; never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IndexCase => "index_case",
            Self::TextOfCase => "text_of_case",
            Self::DocumentsOfCase => "documents_of_case",
        }
    }
}

/// An open row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Id.
    pub id: [u8; 16],
    /// The kind.
    pub kind: OutboxKind,
    /// The `case_leaf` of a case.
    pub subject: i64,
    /// Number of failed attempts.
    pub failures: i64,
}

/// The turn of the outbox: which process works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = outbox_turn)]
pub struct OutboxTurn {
    /// The process.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub holder: [u8; 16],
    /// Time until which other processes leave it alone.
    #[diesel(column_name = until_ms)]
    pub until: Instant,
    /// How many steps were committed, by all processes.
    pub turn: i64,
}

#[derive(Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
struct NewRow {
    tenant: TenantId,
    id: [u8; 16],
    kind: &'static str,
    subject: i64,
    created_ms: Instant,
    due_ms: Instant,
    failures: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    kind: String,
    subject: i64,
    failures: i64,
}

impl Row {
    fn restore(self) -> Result<OutboxRow, Error> {
        let Self { id, kind, subject, failures } = self;
        let known = OutboxKind::ALL.iter().copied().find(|known| known.code() == kind);
        let kind = known.ok_or_else(|| row::unreadable("outbox", "kind", hex(&id), &kind))?;
        Ok(OutboxRow { id, kind, subject, failures })
    }
}

by_column!(outbox, NewRow { tenant, id, kind, subject, created_ms, due_ms, failures });

/// Time first, then random bits, so that later rows sort later.
fn fresh_id(at: Instant) -> Result<[u8; 16], Error> {
    let ([_, _, time @ ..], chance) = (at.ms().to_be_bytes(), random::bytes::<10>()?);
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(time.into_iter().chain(chance)) {
        *to = from;
    }
    Ok(id)
}

impl Additions<'_> {
    /// Adds a row of a kind for each of these subjects, due now.
    ///
    /// # Errors
    /// [`Error`] where the operating system has no random bytes.
    pub fn outbox(
        &mut self,
        tenant: &TenantId,
        kind: OutboxKind,
        subjects: impl IntoIterator<Item = (i64, Instant)>,
    ) -> Result<(), Error> {
        let row = |(subject, at): (i64, Instant)| {
            Ok(NewRow {
                tenant: *tenant,
                id: fresh_id(at)?,
                kind: kind.code(),
                subject,
                created_ms: at,
                due_ms: at,
                failures: 0,
            })
        };
        self.rows(subjects.into_iter().map(row).collect::<Result<Vec<_>, Error>>()?);
        Ok(())
    }
}

impl Tx<'_> {
    /// Adds a row of a kind for each of these subjects, due now.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_outbox(
        &mut self,
        tenant: &TenantId,
        kind: OutboxKind,
        subjects: impl IntoIterator<Item = (i64, Instant)>,
    ) -> Result<(), Error> {
        let mut new = Additions::default();
        new.outbox(tenant, kind, subjects)?;
        self.add(new)
    }

    /// The due rows, the oldest first, at most `limit`. Then those that are due after `latest`, which only a clock that was
    /// ahead can have written.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn outbox_due(
        &mut self,
        tenant: &TenantId,
        now: Instant,
        latest: Instant,
        limit: i64,
    ) -> Result<Vec<OutboxRow>, Error> {
        let mut rows = self.outbox_between(tenant, (Instant::from_ms(i64::MIN), now), limit)?;
        let more = limit - i64::try_from(rows.len()).unwrap_or(limit);
        if let (true, Some(beyond)) = (more > 0, latest.max(now).ms().checked_add(1)) {
            rows.extend(self.outbox_between(tenant, (Instant::from_ms(beyond), Instant::from_ms(i64::MAX)), more)?);
        }
        Ok(rows)
    }

    fn outbox_between(
        &mut self,
        tenant: &TenantId,
        (first, last): (Instant, Instant),
        limit: i64,
    ) -> Result<Vec<OutboxRow>, Error> {
        let known: Vec<&str> = OutboxKind::ALL.iter().map(|kind| kind.code()).collect();
        outbox::table
            .filter(outbox::tenant.eq(tenant))
            .filter(outbox::due_ms.between(first, last))
            .filter(outbox::kind.eq_any(known))
            .order((outbox::due_ms, outbox::id))
            .limit(limit)
            .select(Row::as_select())
            .load(self.db())?
            .into_iter()
            .map(Row::restore)
            .collect()
    }

    /// The number of open rows, and the time of the oldest.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn outbox_open(&mut self, tenant: &TenantId) -> Result<(i64, Option<Instant>), Error> {
        use diesel::dsl::{count_star, min};
        let (open, oldest) = outbox::table
            .filter(outbox::tenant.eq(tenant))
            .select((count_star(), min(outbox::created_ms)))
            .get_result(self.db())?;
        Ok((open, oldest))
    }

    /// Whether more than `most` subjects have open rows of a kind.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn outbox_more_than(&mut self, tenant: &TenantId, kind: OutboxKind, most: i64) -> Result<bool, Error> {
        let beyond = outbox::table
            .filter(outbox::tenant.eq(tenant))
            .filter(outbox::kind.eq(kind.code()))
            .select(outbox::subject)
            .distinct()
            .order(outbox::subject)
            .offset(most)
            .first::<i64>(self.db())
            .optional()?;
        Ok(beyond.is_some())
    }

    /// Deletes processed rows.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn drop_outbox(&mut self, tenant: &TenantId, ids: &[[u8; 16]]) -> Result<(), Error> {
        let done: Vec<&[u8]> = ids.iter().map(|id| &id[..]).collect();
        let place = outbox::table.filter(outbox::tenant.eq(tenant)).filter(outbox::id.eq_any(done));
        diesel::delete(place).execute(self.db())?;
        Ok(())
    }

    /// Postpones a row that failed until `due`. Other rows do not wait for it.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn postpone_outbox(&mut self, tenant: &TenantId, id: &[u8; 16], due: Instant) -> Result<(), Error> {
        diesel::update(outbox::table.find((tenant, &id[..])))
            .set((outbox::due_ms.eq(due), outbox::failures.eq(outbox::failures + 1)))
            .execute(self.db())?;
        Ok(())
    }

    /// The current turn; none if there never was one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn outbox_turn(&mut self, tenant: &TenantId) -> Result<Option<OutboxTurn>, Error> {
        Ok(outbox_turn::table.find(tenant).select(OutboxTurn::as_select()).first(self.db()).optional()?)
    }

    /// Takes the next step of the turn that was read, and locks it. False if another process took it, and then
    /// nothing that was read is valid.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn take_outbox_turn(
        &mut self,
        tenant: &TenantId,
        seen: Option<i64>,
        holder: &[u8; 16],
        until: Instant,
    ) -> Result<bool, Error> {
        let taken = (outbox_turn::holder.eq(&holder[..]), outbox_turn::until_ms.eq(until));
        let changed = match seen {
            Some(turn) => diesel::update(
                outbox_turn::table.filter(outbox_turn::tenant.eq(tenant)).filter(outbox_turn::turn.eq(turn)),
            )
            .set((taken, outbox_turn::turn.eq(turn + 1)))
            .execute(self.db())?,
            None => diesel::insert_into(outbox_turn::table)
                .values((outbox_turn::tenant.eq(tenant), taken, outbox_turn::turn.eq(1)))
                .execute(self.db())?,
        };
        Ok(changed == 1)
    }

    /// Releases the turn.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn leave_outbox_turn(&mut self, tenant: &TenantId, holder: &[u8; 16]) -> Result<(), Error> {
        let held =
            outbox_turn::table.filter(outbox_turn::tenant.eq(tenant)).filter(outbox_turn::holder.eq(&holder[..]));
        diesel::update(held).set(outbox_turn::until_ms.eq(0)).execute(self.db())?;
        Ok(())
    }
}
