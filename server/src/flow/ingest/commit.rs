//! One group of pushes, one transaction: planned lane by lane, stored, receipted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::case::fold;
use sync_core::change::{Change, NewOp};
use sync_core::id::{CaseId, ChangeId, DeviceId};
use sync_core::lease::SignedLease;
use sync_core::message::{Class, Fate, Missing, Pushed};
use sync_core::op::{Act, Outcome, VerdictAct};
use sync_core::plan::{Arrival, Flag, Held, LanePlan, Stored, Taken, brought, builds_on, lane};
use sync_core::receipt::{Receipt, SignedReceipt};

use super::standing::Register;
use super::{ByCase, CheckedPush, Item, Shared};
use crate::flow::projection::{self, Projected};
use crate::flow::record::{CasePlace, Recorder, SYSTEM, receipt_entry};
use crate::random;
use crate::refusal::Failure;
use crate::store::{AlarmRow, ChangePlace, StoredChange};

/// Changes that one phone may have parked, and their bytes.
const PARKED_MAX: i64 = 1024;
const PARKED_BYTES_MAX: i64 = 64 << 20;
/// Verdicts in one change of the server; a change may hold 4096 operations.
const VERDICTS_AT_ONCE: usize = 512;
/// Refused changes of one push that are told to people; a flood of them is one fact.
const ALARMS_PER_PUSH: usize = 16;

struct Arrived<'a> {
    change: &'a Arc<Change>,
    lease: Option<&'a SignedLease>,
    bringer: super::Bringer,
}

/// Stores a group. `register` is what the commit before left, and is left for the next; a commit that fails leaves nothing.
pub(super) fn commit(
    shared: &Shared,
    register: &mut Register,
    pushes: &[&CheckedPush],
) -> Result<Vec<Pushed>, Failure> {
    let before = std::mem::take(register);
    let (answers, left) = shared.store.write_as_writer::<_, Failure>(|tx| {
        let recorder = Recorder::begin(tx, &shared.keys, &shared.tenant, shared.clock.now())?;
        let register = before.resume(recorder.row());
        let mut group = Group {
            shared,
            recorder,
            register,
            stored: Vec::new(),
            fates: BTreeMap::new(),
            cases: BTreeMap::new(),
            before: BTreeSet::new(),
            fresh: Vec::new(),
            receipts: Vec::new(),
        };
        group.keep_leases(pushes)?;
        group.take(pushes)?;
        // Answers look at who takes part: everything is in its table before the first.
        group.recorder.flush()?;
        projection::add(group.recorder.tx, &shared.tenant, std::mem::take(&mut group.fresh))?;
        let answers = pushes.iter().map(|push| group.answer(push)).collect::<Result<Vec<_>, _>>()?;
        group.recorder.tx.add_receipts(&shared.tenant, &group.receipts)?;
        let size = group.recorder.finish()?;
        Ok((answers, group.register.leave(size, group.stored.into_iter())))
    })?;
    *register = left;
    Ok(answers)
}

struct Group<'a, 't> {
    shared: &'a Shared,
    recorder: Recorder<'a, 't>,
    register: Register,
    /// What this group stored.
    stored: Vec<Arc<Change>>,
    /// What became of each change, whoever asks.
    fates: BTreeMap<ChangeId, Fate>,
    /// The case and place in the log of each stored change.
    cases: BTreeMap<ChangeId, ChangePlace>,
    /// Those of them that were stored before this group.
    before: BTreeSet<ChangeId>,
    /// Projections of cases that begin with this group.
    fresh: Vec<Projected>,
    /// Receipts that this group signs, and for whom.
    receipts: Vec<(DeviceId, SignedReceipt)>,
}

impl Group<'_, '_> {
    /// A lease that we signed and do not hold (our database was restored) is kept again.
    fn keep_leases(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let tenant = self.recorder.tenant();
        for lease in pushes.iter().flat_map(|push| &push.leases) {
            if self.shared.remembered(&lease.hash).is_some() {
                continue;
            }
            match self.recorder.tx.lease(&tenant, &lease.hash)? {
                Some(_) => self.shared.remember(lease),
                None => self.recorder.tx.add_lease(&tenant, &crate::flow::lease::row(lease))?,
            }
        }
        Ok(())
    }

    fn take(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let mut lanes: ByCase<Arrived<'_>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let tenant = self.recorder.tenant();
        // The changes themselves, and what opened their cases: it is stored first of a case.
        let items = || pushes.iter().flat_map(|push| &push.items);
        let ids: BTreeSet<ChangeId> = items().filter_map(Item::id).chain(items().filter_map(Item::joins)).collect();
        for place in self.recorder.tx.places(&tenant, &ids.into_iter().collect::<Vec<_>>())? {
            self.before.insert(place.id);
            self.cases.insert(place.id, place);
        }
        for push in pushes {
            let mut told = 0;
            for item in &push.items {
                match item {
                    // Of whom it claims to be is not known; who brought it is.
                    Item::Refused { change, code, .. } if told < ALARMS_PER_PUSH => {
                        told += 1;
                        self.alarm("refused", Some(push.bringer.device), None, *change, code)?;
                    }
                    Item::Checked { change, lease }
                        if !self.before.contains(&change.id()) && seen.insert(change.id()) =>
                    {
                        let (lease, bringer) = (lease.as_ref().map(Arc::as_ref), push.bringer);
                        lanes.entry(change.case()).or_default().push(Arrived { change, lease, bringer });
                    }
                    // Stored before or twice in this group, or nothing that can be checked.
                    Item::Checked { .. } | Item::NoLease { .. } | Item::Refused { .. } => {}
                }
            }
        }
        let cases: Vec<CaseId> = lanes.keys().copied().collect();
        let parked: BTreeSet<CaseId> = self.recorder.tx.cases_with_parked(&tenant, &cases)?.into_iter().collect();
        self.register.look_up(self.recorder.tx, &tenant, lanes.values().flatten().map(|arrived| &**arrived.change))?;
        for (case, arrived) in lanes {
            let is_held = self.before.contains(&case);
            let held = if is_held { self.recorder.tx.case_changes(&tenant, &case)? } else { Vec::new() };
            let waiting = if parked.contains(&case) {
                self.recorder.tx.parked_in(&tenant, &case)?.into_iter().map(Arc::new).collect()
            } else {
                Vec::new()
            };
            self.lane(case, held, &arrived, waiting)?;
        }
        Ok(())
    }

    fn lane(
        &mut self,
        case: CaseId,
        mut held: Vec<StoredChange>,
        arrived: &[Arrived<'_>],
        waiting: Vec<Arc<Change>>,
    ) -> Result<(), Failure> {
        let (tenant, fresh) = (self.recorder.tenant(), held.is_empty());
        let was_parked: BTreeSet<ChangeId> = waiting.iter().map(|change| change.id()).collect();
        let arrivals = self.arrivals(arrived, waiting)?;
        let mut agencies = BTreeMap::new();
        for officer in arrivals.iter().flat_map(|arrival| brought(&arrival.change)) {
            if let Some(agency) = self.register.agency(self.recorder.tx, &tenant, &officer)? {
                agencies.insert(officer, agency);
            }
        }
        let changes: Vec<&Change> = held.iter().map(|stored| &*stored.change).collect();
        let lower = held.iter().map(|stored| (stored.change.id(), stored.lower)).collect();
        let known = Held { case, changes: &changes, lower: &lower, agencies: &agencies };
        let LanePlan { stored, parked, mut state, participants } = lane(known, arrivals, self.recorder.now);
        self.park(arrived, parked, fresh)?;
        for planned in stored.iter().filter(|planned| was_parked.contains(&planned.change.id())) {
            self.recorder.tx.unpark(&tenant, &planned.change.id())?;
        }
        if stored.is_empty() {
            return Ok(());
        }
        let mut place = CasePlace::after(&held);
        let verdicts: Vec<NewOp> = stored.iter().filter_map(verdict).collect();
        for planned in stored {
            let (taken, flags) = (planned.taken, planned.flags.clone());
            let stored = self.recorder.store(&mut place, planned)?;
            self.note(&stored, taken, &flags)?;
            held.push(stored);
        }
        if !verdicts.is_empty() {
            let mut heads = state.heads.clone();
            for some in verdicts.chunks(VERDICTS_AT_ONCE) {
                held.extend(self.recorder.decide(&mut place, case, &heads, SYSTEM, some.to_vec())?);
                heads = held.last().map(|stored| stored.change.id()).into_iter().collect();
            }
            state = fold(case, held.iter().map(|stored| &*stored.change));
        }
        let (tx, bench) = (&mut *self.recorder.tx, &mut self.register.bench);
        match projection::draw(tx, bench, &tenant, &state, &held, &participants)? {
            Some(projected) if fresh => self.fresh.push(projected),
            Some(projected) => projection::put(tx, &tenant, projected)?,
            None => {}
        }
        Ok(())
    }

    /// What arrived now and what waited in the case before.
    fn arrivals(&mut self, arrived: &[Arrived<'_>], waiting: Vec<Arc<Change>>) -> Result<Vec<Arrival>, Failure> {
        let tenant = self.recorder.tenant();
        let mut arrivals = Vec::new();
        for Arrived { change, lease, .. } in arrived {
            let standing = self.register.standing(self.recorder.tx, &tenant, change, *lease)?;
            self.register.take(change);
            arrivals.push(Arrival { change: Arc::clone(change), standing });
        }
        for waiting in waiting {
            if arrivals.iter().any(|arrival| arrival.change.id() == waiting.id()) {
                continue;
            }
            let row = match waiting.header().lease {
                Some(hash) => self.recorder.tx.lease(&tenant, &hash)?,
                None => None,
            };
            let lease = match row {
                Some(row) => self.shared.open_lease(&row.bytes)?,
                None => None,
            };
            let standing = self.register.standing(self.recorder.tx, &tenant, &waiting, lease.as_deref())?;
            self.register.take(&waiting);
            arrivals.push(Arrival { change: waiting, standing });
        }
        Ok(arrivals)
    }

    /// Parks what may wait here: within the bounds, and of a case that is not known yet or in which the bringer takes
    /// part. The rest is only named; the phone keeps it and offers it again.
    fn park(
        &mut self,
        arrived: &[Arrived<'_>],
        parking: Vec<(Arc<Change>, Vec<Missing>)>,
        unknown_case: bool,
    ) -> Result<(), Failure> {
        let (tenant, now) = (self.recorder.tenant(), self.recorder.now);
        for (change, missing) in parking {
            let bringer = arrived.iter().find(|arrival| arrival.change.id() == change.id()).map(|a| a.bringer);
            if let Some(super::Bringer { device, officer }) = bringer {
                let tx = &mut *self.recorder.tx;
                let belongs = unknown_case || tx.takes_part(&tenant, &change.case(), &officer)?;
                let (changes, bytes) = tx.parked_by(&tenant, &device)?;
                if belongs && changes < PARKED_MAX && bytes < PARKED_BYTES_MAX {
                    tx.park(&tenant, &device, &change, now)?;
                }
            }
            self.fates.insert(change.id(), parked(change.id(), missing));
        }
        Ok(())
    }

    /// Remembers where a change went, and raises the alarms that it deserves.
    fn note(&mut self, stored: &StoredChange, taken: Taken, flags: &BTreeSet<Flag>) -> Result<(), Failure> {
        let (id, case) = (stored.change.id(), stored.change.case());
        let device = Some(stored.change.header().device);
        for flag in flags.iter().filter(|flag| flag.alarms()) {
            self.alarm(flag.code(), device, Some(case), Some(id), flag.code())?;
        }
        if taken != Taken::Accepted {
            self.alarm(&stored.class, device, Some(case), Some(id), &stored.code)?;
        }
        self.stored.push(Arc::clone(&stored.change));
        let StoredChange { leaf, counter, class, code, flags, received, .. } = stored;
        let (class, code, flags) = (class.clone(), code.clone(), flags.clone());
        let (leaf, counter, received) = (*leaf, *counter, *received);
        self.cases.insert(id, ChangePlace { id, case, leaf, counter, class, code, flags, received });
        Ok(())
    }

    fn alarm(
        &mut self,
        kind: &str,
        device: Option<DeviceId>,
        case: Option<CaseId>,
        change: Option<ChangeId>,
        detail: &str,
    ) -> Result<(), Failure> {
        let (tenant, at) = (self.recorder.tenant(), self.recorder.now);
        let (kind, detail) = (kind.to_owned(), detail.to_owned());
        self.recorder
            .tx
            .add_alarm(&tenant, &AlarmRow { id: random::bytes()?, at, kind, device, case, change, detail })?;
        Ok(())
    }

    fn answer(&mut self, push: &CheckedPush) -> Result<Pushed, Failure> {
        let tenant = self.recorder.tenant();
        let joined: BTreeSet<CaseId> = push.items.iter().filter_map(Item::joins).collect();
        let part = if joined.is_empty() {
            Vec::new()
        } else {
            let joined: Vec<CaseId> = joined.into_iter().collect();
            let mut part = self.recorder.tx.takes_part_in(&tenant, &joined, &push.bringer.officer)?;
            // Who opened a case is told the truth about it, even if the opening has no effect.
            part.extend(self.recorder.tx.authored(&tenant, &joined, &push.bringer.officer)?);
            part
        };
        let fates: Vec<Fate> = push.items.iter().map(|item| self.fate(item, &part)).collect();
        let stored = |fate: &Fate| match fate.class {
            Class::Accepted | Class::Quarantined | Class::WithoutEffect => fate.change,
            Class::Parked | Class::Refused => None,
        };
        let held: Vec<ChangeId> = fates.iter().filter_map(stored).collect();
        Ok(Pushed { receipts: self.receipts(push, &held)?, fates })
    }

    /// What became of one item, for somebody who takes part in the cases `part` beside those that the item opens.
    fn fate(&self, item: &Item, part: &[CaseId]) -> Fate {
        let change = match item {
            Item::Refused { change, code, .. } => {
                let (class, code) = (Class::Refused, (*code).to_owned());
                return Fate { change: *change, class, code, flags: Vec::new(), missing: Vec::new() };
            }
            Item::NoLease { change, lease } => return parked(*change, vec![Missing::Lease(*lease)]),
            Item::Checked { change, .. } => change,
        };
        // To who never took part, a case looks like one that does not exist.
        if item.joins().is_some_and(|case| !part.contains(&case)) {
            let missing = builds_on(change).into_iter().map(Missing::Change).collect();
            return parked(change.id(), missing);
        }
        if let Some(place) = self.cases.get(&change.id()) {
            let class = Class::ALL.into_iter().find(|class| class.code() == place.class).unwrap_or(Class::Accepted);
            let (code, flags) = (place.code.clone(), place.flags.clone());
            return Fate { change: Some(change.id()), class, code, flags, missing: Vec::new() };
        }
        self.fates.get(&change.id()).cloned().unwrap_or_else(|| parked(change.id(), Vec::new()))
    }

    /// The receipts this phone was given before for these changes, then one for the others.
    fn receipts(&mut self, push: &CheckedPush, held: &[ChangeId]) -> Result<Vec<Vec<u8>>, Failure> {
        let (tenant, device) = (self.recorder.tenant(), push.bringer.device);
        let places: BTreeMap<i64, &ChangePlace> =
            held.iter().filter_map(|id| self.cases.get(id)).map(|place| (place.leaf, place)).collect();
        // What this group stores has no receipt but those of this group.
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

impl Item {
    fn id(&self) -> Option<ChangeId> {
        match self {
            Self::Refused { .. } => None,
            Self::NoLease { change, .. } => Some(*change),
            Self::Checked { change, .. } => Some(change.id()),
        }
    }

    /// The case that a checked change is to be a further one of.
    fn joins(&self) -> Option<CaseId> {
        match self {
            Self::Checked { change, .. } => change.header().case,
            Self::Refused { .. } | Self::NoLease { .. } => None,
        }
    }
}

fn parked(change: ChangeId, missing: Vec<Missing>) -> Fate {
    Fate { change: Some(change), class: Class::Parked, code: "missing".to_owned(), flags: Vec::new(), missing }
}

/// The server's verdict on a change that is quarantined.
fn verdict(planned: &Stored) -> Option<NewOp> {
    let Taken::Quarantined(why) = planned.taken else { return None };
    let act = VerdictAct { change: planned.change.id(), outcome: Outcome::Exclude, code: why.code().to_owned() };
    Some(NewOp::new(Act::Verdict(act)))
}
