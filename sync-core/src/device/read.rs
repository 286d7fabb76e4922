//! What the app displays: folded cases.
//!
//! Promise: the state is the fold of the held changes and of nothing else. Parked changes are not part of it and are
//! listed separately.

use crate::case::{CaseState, fold};
use crate::change::Change;
use crate::code::NotACode;
use crate::device::rows;
use crate::device::sql::count;
use crate::device::{Device, Moment, Need, ParkedChange, StoreError, index, time};
use crate::id::{AgencyId, CaseId, ChangeId, Digest, Epoch};
use crate::law::check::Check;
use crate::law::rule::{Outcome, Severity};
use crate::message::CaseHeads;
use crate::op::OpId;
use crate::schema::{DIGEST, EVIDENCE, FieldName};
use crate::time::Instant;
use crate::value::Value;
use rusqlite::OptionalExtension as _;

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The case.
    pub case: CaseId,
    /// Stable code of its kind; empty while the opening change is missing.
    pub kind: String,
    /// The agency in whose name it is handled.
    pub agency: Option<AgencyId>,
    /// Its title, if one was written.
    pub title: String,
    /// Number of fields with values that differ.
    pub conflicts: u64,
    /// Newest wall clock among its changes. It proves nothing and is for display only.
    pub newest: Instant,
    /// Changes that still wait for a receipt.
    pub unacknowledged: u64,
    /// Whether it is exchanged directly with other phones.
    pub shared: bool,
    /// Whether the server reported it as out of reach.
    pub out_of_reach: bool,
}

/// A field with live values that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// The case.
    pub case: CaseId,
    /// The entity; `None` is the case itself.
    pub target: Option<OpId>,
    /// The field.
    pub name: FieldName,
}

impl Device {
    /// The folded case; `None` if nothing of it is held.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn case(&self, case: CaseId) -> Result<Option<CaseState>, StoreError> {
        self.look(case, |changes| (!changes.is_empty()).then(|| fold(case, changes)))
    }

    /// Current check results of a folded case with the phone's reference data: breached and undecided rules. A save
    /// returns this for its own case; here it is computed again, because time passes and other changes arrive.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn checks_of(&self, state: &CaseState, moment: &Moment) -> Result<Vec<Check>, StoreError> {
        let now = time::now(&self.db, &self.identity, moment)?;
        let timeline = self.look(state.id, |changes| time::timeline(&self.db, changes, &now))??;
        let beyond = index::beyond(&self.db, self.opener(), state)?;
        Ok(self.judge.checks((state, &timeline), &beyond, now.proved))
    }

    /// The held changes of a case, parents before children.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn changes(&self, case: CaseId) -> Result<Vec<Change>, StoreError> {
        self.look(case, <[Change]>::to_vec)
    }

    /// One held change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn change(&self, id: ChangeId) -> Result<Option<Change>, StoreError> {
        rows::change(&self.db, id)
    }

    /// Every case on the phone, the one touched last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cases(&self) -> Result<Vec<Card>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT case_id, kind, agency, title, conflicts, newest_ms,
                    (SELECT count(*) FROM offer o WHERE o.case_id = card.case_id),
                    EXISTS (SELECT 1 FROM shared s WHERE s.case_id = card.case_id),
                    EXISTS (SELECT 1 FROM out_of_reach r WHERE r.case_id = card.case_id)
             FROM card ORDER BY touched DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Card {
                case: row.get(0)?,
                kind: row.get(1)?,
                agency: row.get(2)?,
                title: row.get(3)?,
                conflicts: count(row.get(4)?),
                newest: row.get(5)?,
                unacknowledged: count(row.get(6)?),
                shared: row.get(7)?,
                out_of_reach: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All fields on this phone with live values that differ.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn conflicts(&self) -> Result<Vec<FieldConflict>, StoreError> {
        let mut found = Vec::new();
        for card in self.cases()?.into_iter().filter(|card| card.conflicts > 0) {
            let Some(state) = self.case(card.case)? else { continue };
            found.extend(state.conflicts().map(|field| FieldConflict {
                case: card.case,
                target: field.target,
                name: field.name.clone(),
            }));
        }
        Ok(found)
    }

    /// Heads of every case, which a peer needs in order to send the missing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn heads(&self) -> Result<Vec<CaseHeads>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT DISTINCT case_id FROM change ORDER BY case_id")?;
        let cases: Vec<CaseId> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        cases.into_iter().map(|case| Ok(CaseHeads { case, heads: rows::tips(&self.db, case)? })).collect()
    }

    /// Digests of the case's evidence whose bytes this phone does not have.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn evidence_missing(&self, case: CaseId) -> Result<Vec<Digest>, StoreError> {
        let Some(state) = self.case(case)? else { return Ok(Vec::new()) };
        let mut statement = self.db.prepare_cached("SELECT 1 FROM evidence WHERE digest = ?1")?;
        let mut missing = Vec::new();
        for (entity, _) in state.entities_of(&EVIDENCE) {
            let digest = state.value(Some(entity), &DIGEST).and_then(Value::as_digest);
            if let Some(digest) = digest
                && !statement.exists([digest])?
            {
                missing.push(digest);
            }
        }
        Ok(missing)
    }

    /// Check results at the time when a change was saved on this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn checks(&self, change: ChangeId) -> Result<Vec<Check>, StoreError> {
        type Columns = ((String, String, String, String, String, String), Option<OpId>, Option<OpId>, Option<String>);
        let mut statement = self.db.prepare_cached(
            "SELECT rule, article, document, party, reason, severity, outcome, zh, en
             FROM check_result WHERE change = ?1 ORDER BY place",
        )?;
        let rows = statement.query_map([change], |row| {
            let columns = (row.get(0)?, row.get(1)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?);
            Ok((columns, subject(row, 2)?, subject(row, 3)?, row.get(4)?))
        })?;
        let corrupt = |error: NotACode| StoreError::Corrupt(format!("check_result of change {change}: {error}"));
        let check = |row: rusqlite::Result<Columns>| {
            let ((rule, article, severity, outcome, zh, en), document, party, reason) = row?;
            let severity = Severity::parse(&severity).map_err(corrupt)?;
            let outcome = Outcome::parse(&outcome).map_err(corrupt)?;
            Ok(Check { rule, article, document, party, reason, severity, outcome, zh, en })
        };
        rows.map(check).collect()
    }

    /// Parked changes, each with the parts that it misses.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn parked(&self) -> Result<Vec<ParkedChange>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT place, id, case_id FROM parked ORDER BY place")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)))?;
        let mut needs = self.db.prepare_cached("SELECT kind, what FROM parked_need WHERE place = ?1")?;
        let mut parked = Vec::new();
        for row in rows {
            let (place, change, case) = row?;
            let found = needs.query_map([place], |row| Need::read(row.get(0)?, &row.get::<_, Vec<u8>>(1)?))?;
            parked.push(ParkedChange { change, case, needs: found.collect::<rusqlite::Result<_>>()? });
        }
        Ok(parked)
    }

    /// Whether a receipt by the tenant, for this device and naming this change, is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn is_acknowledged(&self, change: ChangeId) -> Result<bool, StoreError> {
        Ok(self.db.prepare_cached("SELECT 1 FROM acknowledged WHERE change = ?1")?.exists([change])?)
    }

    /// The receipts that name a change, as signed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn receipts(&self, change: ChangeId) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT r.bytes FROM acknowledged a JOIN receipt r ON r.hash = a.receipt
             WHERE a.change = ?1 ORDER BY r.issued_ms, r.hash",
        )?;
        let rows = statement.query_map([change], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Agrees to exchange a case directly with phones of its other officers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn share(&mut self, case: CaseId) -> Result<(), StoreError> {
        self.db.prepare_cached("INSERT OR IGNORE INTO shared (case_id) VALUES (?1)")?.execute([case])?;
        Ok(())
    }

    /// Whether a case is exchanged directly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn is_shared(&self, case: CaseId) -> Result<bool, StoreError> {
        Ok(self.db.prepare_cached("SELECT 1 FROM shared WHERE case_id = ?1")?.exists([case])?)
    }

    /// The epoch of this store, which a request for a lease names. The first save after the store was found to be behind begins
    /// another epoch; number blocks of the old epoch are not used any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn epoch(&self) -> Result<Epoch, StoreError> {
        Ok(rows::Chain::load(&self.db)?.epoch)
    }

    /// Start of the next pull; opaque.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cursor(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.db.query_row("SELECT cursor FROM feed", [], |row| row.get(0)).optional()?.flatten())
    }

    /// Deletes the cursor, after the server reported it as unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_cursor(&mut self) -> Result<(), StoreError> {
        self.db.execute("UPDATE feed SET cursor = NULL", [])?;
        Ok(())
    }
}

/// The entity of a result. An unreadable one is an error, not a result without an entity.
fn subject(row: &rusqlite::Row<'_>, place: usize) -> rusqlite::Result<Option<OpId>> {
    let read = |text: String| {
        let wrong =
            |error| rusqlite::Error::FromSqlConversionFailure(place, rusqlite::types::Type::Text, Box::new(error));
        text.parse::<OpId>().map_err(wrong)
    };
    row.get::<_, Option<String>>(place)?.map(read).transpose()
}
