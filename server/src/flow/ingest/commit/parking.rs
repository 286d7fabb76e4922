//! Changes that are not stored now: parked on the server, or left with the phone.
//!
//! Promise: parked changes are bounded per phone and per case. A change over a bound is named in the answer; the phone
//! keeps it and sends it again. Not here: what a change waits for (`sync_core::plan`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::alarm::AlarmKind;
use sync_core::change::{Change, Size};
use sync_core::id::{CaseId, ChangeId, DeviceId};
use sync_core::message::{Class, Missing, PushOutcome};
use sync_core::plan::ceiling;
use sync_core::time::Instant;

use super::{Arrived, Group};
use crate::flow::push_sender::PushSender;
use crate::flow::refusal::Failure;

/// Changes that one phone may have parked, and their bytes.
const PARKED_MAX: i64 = 1024;
const PARKED_BYTES_MAX: i64 = 64 << 20;
/// Items of cases that are folded for one phone in one commit, about one second of a core. The phone must send changes of
/// further cases again.
const FOLDED_ITEMS: usize = 400_000;
/// Cost of a change beside its items, in items.
const ITEMS_OF_A_CHANGE: usize = 20;
/// Code: the phone must send the change again.
pub(super) const LATER: &str = "later";
/// Code: the change was parked for too long.
const EXPIRED: &str = "expired";

/// What was folded for each phone of a group.
#[derive(Default)]
pub(super) struct Folded(BTreeMap<DeviceId, usize>);

impl Folded {
    /// Whether all phones with changes in a case have used their share.
    pub(super) fn is_enough(&self, arrived: &[Arrived<'_>]) -> bool {
        let has = |arrived: &Arrived<'_>| self.0.get(&arrived.sender.device).copied().unwrap_or_default();
        arrived.iter().all(|arrived| has(arrived) >= FOLDED_ITEMS)
    }

    pub(super) fn count(&mut self, arrived: &[Arrived<'_>], size: Size) {
        let devices: BTreeSet<DeviceId> = arrived.iter().map(|arrived| arrived.sender.device).collect();
        for device in devices {
            *self.0.entry(device).or_default() += size.items + size.changes * ITEMS_OF_A_CHANGE;
        }
    }
}

impl Group<'_, '_> {
    /// Parks changes within the bounds, of a case that is not known yet or in which the sender takes part. The others
    /// are only named; the phone keeps them and offers them again.
    pub(super) fn park(
        &mut self,
        (case, unknown): (CaseId, bool),
        arrived: &[Arrived<'_>],
        parking: Vec<(Arc<Change>, Vec<Missing>)>,
        was_parked: &BTreeSet<ChangeId>,
    ) -> Result<(), Failure> {
        if parking.is_empty() {
            return Ok(());
        }
        let (tenant, now) = (self.recorder.tenant(), self.recorder.now);
        let ids: Vec<ChangeId> = parking.iter().map(|(change, _)| change.id()).collect();
        let expired = self.recorder.tx.expired(&tenant, &ids)?;
        let mut size = self.recorder.tx.waiting_in(&tenant, &case)?;
        for (change, missing) in parking {
            let id = change.id();
            if expired.contains(&id) {
                self.outcomes.insert(id, PushOutcome { missing, ..waiting(id, EXPIRED) });
                continue;
            }
            let sender = arrived.iter().find(|arrival| arrival.change.id() == id).map(|a| a.sender);
            if let (Some(PushSender { device, officer, hands_in: _ }), false) = (sender, was_parked.contains(&id)) {
                let tx = &mut *self.recorder.tx;
                let belongs = unknown || tx.takes_part(&tenant, &case, &officer)?;
                let (changes, bytes) = tx.parked_by(&tenant, &device)?;
                let grown = size.plus(change.size());
                if belongs && changes < PARKED_MAX && bytes < PARKED_BYTES_MAX && grown.fits(ceiling::WAITING) {
                    tx.park(&tenant, &device, &change, now)?;
                    size = grown;
                }
            }
            self.outcomes.insert(id, parked(id, missing));
        }
        Ok(())
    }

    /// Answers the code of `why` for changes for which their case has no room, and raises one alarm a day.
    pub(super) fn leave_with_phones(
        &mut self,
        case: CaseId,
        full: &[Arc<Change>],
        why: AlarmKind,
    ) -> Result<(), Failure> {
        let code = why.code();
        for change in full {
            self.outcomes.insert(change.id(), waiting(change.id(), code));
        }
        let Some(first) = full.first() else { return Ok(()) };
        let (tenant, today) = (self.recorder.tenant(), Instant::start_of(self.recorder.now.date()));
        if self.recorder.tx.was_alarmed(&tenant, why, &case, today)? {
            return Ok(());
        }
        self.alarm(why, Some(first.header().device), Some(case), Some(first.id()), code)
    }
}

pub(super) fn parked(change: ChangeId, missing: Vec<Missing>) -> PushOutcome {
    PushOutcome { missing, ..waiting(change, "missing") }
}

/// A change that is not stored and not refused; its phone keeps it.
pub(super) fn waiting(change: ChangeId, code: &str) -> PushOutcome {
    let (class, code) = (Class::Parked, code.to_owned());
    PushOutcome { change: Some(change), class, code, flags: Vec::new(), missing: Vec::new() }
}
