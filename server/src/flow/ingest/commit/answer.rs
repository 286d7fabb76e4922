//! Builds the answer to each push of a group, after the whole group is stored.
//!
//! Promise: for a case in which the caller takes no part, the answer is the same as for a case that does not exist. A
//! change has exactly one receipt for each phone.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::change::Change;
use sync_core::id::{CaseId, ChangeId};
use sync_core::message::{Class, Missing, PushOutcome, Pushed};
use sync_core::plan::{Flag, builds_on};
use sync_core::receipt::Receipt;

use super::Group;
use super::parking::{LATER, parked, waiting};
use crate::flow::ingest::{CheckedPush, Item};
use crate::flow::recorder::receipt_entry;
use crate::flow::refusal::Failure;
use crate::store::ChangeSummary;

impl Group<'_, '_> {
    /// The answer to one push.
    pub(super) fn answer(&mut self, push: &CheckedPush) -> Result<Pushed, Failure> {
        let tenant = self.recorder.tenant();
        let joined: BTreeSet<CaseId> = push.items.iter().filter_map(Item::joins).collect();
        let part = if joined.is_empty() {
            Vec::new()
        } else {
            let joined: Vec<CaseId> = joined.into_iter().collect();
            let mut part = self.recorder.tx.takes_part_in(&tenant, &joined, &push.sender.officer)?;
            // The author of an opening gets its true outcome, even if the opening has no effect.
            part.extend(self.recorder.tx.authored(&tenant, &joined, &push.sender.officer)?);
            part
        };
        let outcomes: Vec<PushOutcome> =
            push.items.iter().map(|item| self.outcome(item, &part)).collect::<Result<_, _>>()?;
        let stored = |outcome: &PushOutcome| match outcome.class {
            Class::Accepted | Class::Quarantined | Class::WithoutEffect => outcome.change,
            Class::Parked | Class::Refused => None,
        };
        let held: Vec<ChangeId> = outcomes.iter().filter_map(stored).collect();
        let receipts = self.receipts(push, &held)?;
        // A phone that hands in has no reach: the answer contains receipts only.
        Ok(Pushed { receipts, outcomes: if push.sender.hands_in { Vec::new() } else { outcomes } })
    }

    /// The outcome of an item, for a participant of the cases `part` and of those that the item opens.
    fn outcome(&mut self, item: &Item, part: &[CaseId]) -> Result<PushOutcome, Failure> {
        let change = match item {
            Item::Refused { change, code, .. } => {
                let (class, code) = (Class::Refused, (*code).to_owned());
                return Ok(PushOutcome { change: *change, class, code, flags: Vec::new(), missing: Vec::new() });
            }
            Item::NoLease { change, lease } => return Ok(parked(*change, vec![Missing::Lease(*lease)])),
            Item::Later { change } => return Ok(waiting(*change, LATER)),
            Item::Checked { change, .. } => change,
        };
        // For an officer who never took part, the case does not exist.
        if item.joins().is_some_and(|case| !part.contains(&case)) {
            let missing = builds_on(change).into_iter().map(Missing::Change).collect();
            return Ok(parked(change.id(), missing));
        }
        if let Some(place) = self.cases.get(&change.id()) {
            let (class, code) = (place.taken.class().into(), place.taken.code().to_owned());
            let mut flags: Vec<String> = place.flags.iter().map(|flag| flag.code().to_owned()).collect();
            if self.has_gap(change)? {
                flags.push(Flag::ChainGap.code().to_owned());
            }
            return Ok(PushOutcome { change: Some(change.id()), class, code, flags, missing: Vec::new() });
        }
        Ok(self.outcomes.get(&change.id()).cloned().unwrap_or_else(|| parked(change.id(), Vec::new())))
    }

    /// Whether the previous change of the phone is missing, for a stored change.
    fn has_gap(&mut self, change: &Change) -> Result<bool, Failure> {
        let (tenant, cases) = (self.recorder.tenant(), &self.cases);
        self.register.has_gap(self.recorder.tx, &tenant, change, |id| cases.contains_key(id))
    }

    /// The receipts that this phone got before for these changes, and one for the others.
    fn receipts(&mut self, push: &CheckedPush, held: &[ChangeId]) -> Result<Vec<Vec<u8>>, Failure> {
        let (tenant, device) = (self.recorder.tenant(), push.sender.device);
        let places: BTreeMap<i64, &ChangeSummary> =
            held.iter().filter_map(|id| self.cases.get(id)).map(|place| (place.leaf, place)).collect();
        // Changes of this group have no earlier receipt.
        let before: Vec<i64> =
            places.values().filter(|place| self.before.contains(&place.id)).map(|place| place.leaf).collect();
        let given = match before.as_slice() {
            [] => Vec::new(),
            before => self.recorder.tx.receipts_covering(&tenant, &device, before)?,
        };
        let mut covered: BTreeSet<i64> = given.iter().map(|(leaf, _)| *leaf).collect();
        let mut receipts = Vec::new();
        for first in given.into_iter().map(|(_, first)| first).collect::<BTreeSet<_>>() {
            receipts.extend(self.recorder.tx.receipt(&tenant, &device, first)?);
        }
        for (_, ours) in self.receipts.iter().filter(|(to, _)| *to == device) {
            let leaves = ours.receipt.entries.iter().map(|entry| entry.leaf.cast_signed());
            let also: Vec<i64> = leaves.filter(|leaf| places.contains_key(leaf)).collect();
            if !also.is_empty() {
                covered.extend(also);
                receipts.push(ours.bytes.clone());
            }
        }
        let fresh = places.values().filter(|place| !covered.contains(&place.leaf));
        let entries: Vec<_> =
            fresh.map(|place| receipt_entry(place.id, place.leaf, place.counter, place.received)).collect();
        if !entries.is_empty() {
            let ((size, root), log_epoch, issued) =
                (self.recorder.head(), self.recorder.log_epoch(), self.recorder.now);
            let receipt = Receipt { tenant, device, log_epoch, issued, size, root, entries };
            let signed = receipt.sign(&self.recorder.keys.server).map_err(Failure::broken)?;
            receipts.push(signed.bytes.clone());
            self.receipts.push((device, signed));
        }
        Ok(receipts)
    }
}
