//! One group of pushes, one transaction: planned lane by lane, stored, receipted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::change::{Change, NewOp};
use sync_core::id::{CaseId, ChangeId, Digest, OfficerId};
use sync_core::lease::SignedLease;
use sync_core::message::{Class, Fate, Missing, Pushed};
use sync_core::op::{Act, Outcome, VerdictAct};
use sync_core::plan::{Arrival, Held, LanePlan, Stored, Taken, lane};
use sync_core::receipt::Receipt;

use super::standing::Register;
use super::{ByCase, CheckedPush, Item, Shared};
use crate::flow::projection;
use crate::flow::record::{CasePlace, Recorder, SYSTEM, receipt_entry};
use crate::random;
use crate::refusal::Failure;
use crate::store::{AlarmRow, ChangePlace, StoredChange};

/// Changes that one phone may have parked.
const PARKED_MAX: i64 = 1024;

struct Arrived<'a> {
    change: &'a Change,
    lease: Option<&'a SignedLease>,
    bringer: super::Bringer,
}

pub(super) fn commit(shared: &Shared, pushes: &[&CheckedPush]) -> Result<Vec<Pushed>, Failure> {
    shared.store.write_sync(|tx| {
        let recorder = Recorder::begin(tx, &shared.keys, &shared.tenant, shared.clock.now())?;
        let (fates, cases) = (BTreeMap::new(), BTreeMap::new());
        let mut group = Group { shared, recorder, register: Register::default(), fates, cases };
        group.keep_leases(pushes)?;
        group.take(pushes)?;
        let answers = pushes.iter().map(|push| group.answer(push)).collect::<Result<Vec<_>, _>>()?;
        group.recorder.finish()?;
        Ok(answers)
    })
}

struct Group<'a, 't> {
    shared: &'a Shared,
    recorder: Recorder<'a, 't>,
    register: Register,
    /// What became of each change, whoever asks.
    fates: BTreeMap<ChangeId, Fate>,
    /// The case and place in the log of each stored change.
    cases: BTreeMap<ChangeId, ChangePlace>,
}

impl Group<'_, '_> {
    /// A lease that we signed and do not hold (our database was restored) is kept again.
    fn keep_leases(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let tenant = self.recorder.tenant();
        for lease in pushes.iter().flat_map(|push| &push.leases) {
            if self.recorder.tx.lease(&tenant, &lease.hash)?.is_none() {
                self.recorder.tx.add_lease(&tenant, &crate::flow::lease::row(lease))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let mut lanes: ByCase<Arrived<'_>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let tenant = self.recorder.tenant();
        let ids: Vec<ChangeId> = pushes.iter().flat_map(|push| &push.items).filter_map(Item::id).collect();
        for place in self.recorder.tx.places(&tenant, &ids)? {
            self.cases.insert(place.id, place);
        }
        for push in pushes {
            for item in &push.items {
                match item {
                    Item::Refused { change, device, code } => self.alarm("refused", *device, None, *change, code)?,
                    Item::NoLease { .. } => {}
                    Item::Checked { change, .. } if self.cases.contains_key(&change.id()) => {}
                    Item::Checked { change, lease } if seen.insert(change.id()) => {
                        let (lease, bringer) = (lease.as_ref().map(Arc::as_ref), push.bringer);
                        lanes.entry(change.case()).or_default().push(Arrived { change, lease, bringer });
                    }
                    Item::Checked { .. } => {}
                }
            }
        }
        lanes.into_iter().try_for_each(|(case, arrived)| self.lane(case, &arrived))
    }

    fn lane(&mut self, case: CaseId, arrived: &[Arrived<'_>]) -> Result<(), Failure> {
        let tenant = self.recorder.tenant();
        let mut held = self.recorder.tx.case_changes(&tenant, &case)?;
        let arrivals = self.arrivals(case, arrived)?;
        let mut agencies = BTreeMap::new();
        for officer in arrivals.iter().flat_map(|arrival| arrival.change.ops()).filter_map(invited) {
            if let Some(agency) = self.register.agency(self.recorder.tx, &tenant, &officer)? {
                agencies.insert(officer, agency);
            }
        }
        let changes: Vec<Change> = held.iter().map(|stored| stored.change.clone()).collect();
        let lower = held.iter().map(|stored| (stored.change.id(), stored.lower)).collect();
        let known = Held { case, changes: &changes, lower: &lower, agencies: &agencies };
        let plan = lane(known, arrivals, self.recorder.now);
        self.park(arrived, &plan)?;
        if plan.stored.is_empty() {
            return Ok(());
        }
        let mut place = CasePlace::after(&held);
        let mut verdicts = Vec::new();
        for planned in &plan.stored {
            let stored = self.recorder.store(&mut place, planned)?;
            self.note(&stored, planned)?;
            verdicts.extend(verdict(planned));
            held.push(stored);
        }
        if !verdicts.is_empty() {
            let stored = self.recorder.decide(&mut place, case, &plan.state.heads, SYSTEM, verdicts)?;
            held.push(stored);
        }
        projection::project(self.recorder.tx, &tenant, case, &held, &plan.participants)?;
        Ok(())
    }

    /// What arrived now and what waited in the case before.
    fn arrivals(&mut self, case: CaseId, arrived: &[Arrived<'_>]) -> Result<Vec<Arrival>, Failure> {
        let tenant = self.recorder.tenant();
        let mut arrivals = Vec::new();
        for Arrived { change, lease, .. } in arrived {
            let standing = self.register.standing(self.recorder.tx, &tenant, change, *lease)?;
            self.register.take(change);
            arrivals.push(Arrival { change: (*change).clone(), standing });
        }
        for waiting in self.recorder.tx.parked_in(&tenant, &case)? {
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

    fn park(&mut self, arrived: &[Arrived<'_>], plan: &LanePlan) -> Result<(), Failure> {
        let (tenant, now) = (self.recorder.tenant(), self.recorder.now);
        for (change, missing) in &plan.parked {
            let bringer = arrived.iter().find(|arrival| arrival.change.id() == change.id()).map(|a| a.bringer);
            if let Some(bringer) = bringer {
                // Beyond the bound it is only named; the phone keeps it and offers it again.
                if self.recorder.tx.parked_by(&tenant, &bringer.device)? < PARKED_MAX {
                    self.recorder.tx.park(&tenant, &bringer.device, change, now)?;
                }
            }
            self.fates.insert(change.id(), parked(change.id(), missing.clone()));
        }
        for stored in &plan.stored {
            self.recorder.tx.unpark(&tenant, &stored.change.id())?;
        }
        Ok(())
    }

    /// Remembers where a change went, and raises the alarms that it deserves.
    fn note(&mut self, stored: &StoredChange, planned: &Stored) -> Result<(), Failure> {
        let (id, case) = (stored.change.id(), stored.change.case());
        let device = Some(stored.change.header().device);
        for flag in planned.flags.iter().filter(|flag| flag.alarms()) {
            self.alarm(flag.code(), device, Some(case), Some(id), flag.code())?;
        }
        if planned.taken != Taken::Accepted {
            self.alarm(&stored.class, device, Some(case), Some(id), &stored.code)?;
        }
        let StoredChange { leaf, counter, class, code, flags, received, .. } = stored.clone();
        self.cases.insert(id, ChangePlace { id, case, leaf, counter, class, code, flags, received });
        Ok(())
    }

    fn alarm(
        &mut self,
        kind: &str,
        device: Option<sync_core::id::DeviceId>,
        case: Option<CaseId>,
        change: Option<ChangeId>,
        detail: &str,
    ) -> Result<(), Failure> {
        let (tenant, at) = (self.recorder.tenant(), self.recorder.now);
        let (kind, detail) = (kind.to_owned(), detail.to_owned());
        self.recorder.tx.add_alarm(&tenant, &AlarmRow { id: random::bytes()?, at, kind, device, case, change, detail })?;
        Ok(())
    }

    fn answer(&mut self, push: &CheckedPush) -> Result<Pushed, Failure> {
        let mut fates = Vec::new();
        let mut held = Vec::new();
        for item in &push.items {
            let fate = self.fate(push, item)?;
            if let (Some(id), Class::Accepted | Class::Quarantined | Class::WithoutEffect) = (fate.change, fate.class) {
                held.push(id);
            }
            fates.push(fate);
        }
        Ok(Pushed { fates, receipts: self.receipts(push, &held)? })
    }

    fn fate(&mut self, push: &CheckedPush, item: &Item) -> Result<Fate, Failure> {
        let change = match item {
            Item::Refused { change, code, .. } => {
                let (class, code) = (Class::Refused, (*code).to_owned());
                return Ok(Fate { change: *change, class, code, flags: Vec::new(), missing: Vec::new() });
            }
            Item::NoLease { change, lease } => return Ok(parked(*change, vec![Missing::Lease(*lease)])),
            Item::Checked { change, .. } => change,
        };
        // To who never took part, a case looks like one that does not exist.
        let tenant = self.recorder.tenant();
        let opens = change.header().case.is_none();
        if !opens && !self.recorder.tx.takes_part(&tenant, &change.case(), &push.bringer.officer)? {
            let missing = change.header().deps.iter().map(|dep| Missing::Change(*dep)).collect();
            return Ok(parked(change.id(), missing));
        }
        if let Some(place) = self.cases.get(&change.id()) {
            let class = Class::ALL.into_iter().find(|class| class.code() == place.class).unwrap_or(Class::Accepted);
            let (code, flags) = (place.code.clone(), place.flags.clone());
            return Ok(Fate { change: Some(change.id()), class, code, flags, missing: Vec::new() });
        }
        Ok(self.fates.get(&change.id()).cloned().unwrap_or_else(|| parked(change.id(), Vec::new())))
    }

    /// The receipts this phone was given before for these changes, then one for the others.
    fn receipts(&mut self, push: &CheckedPush, held: &[ChangeId]) -> Result<Vec<Vec<u8>>, Failure> {
        let (tenant, device) = (self.recorder.tenant(), push.bringer.device);
        let covered = self.recorder.tx.receipts_covering(&tenant, &device, held)?;
        let mut receipts = Vec::new();
        let given: BTreeSet<Digest> = covered.iter().map(|(_, receipt)| *receipt).collect();
        for hash in given {
            receipts.extend(self.recorder.tx.receipt(&tenant, &device, &hash)?.map(|(_, bytes)| bytes));
        }
        let fresh: BTreeSet<ChangeId> =
            held.iter().filter(|id| !covered.iter().any(|(covered, _)| covered == *id)).copied().collect();
        let places = fresh.iter().filter_map(|id| self.cases.get(id));
        let entries: Vec<_> =
            places.map(|place| receipt_entry(place.id, place.leaf, place.counter, place.received)).collect();
        if !entries.is_empty() {
            let ((size, root), log_epoch, issued) = (self.recorder.head(), self.recorder.log_epoch(), self.recorder.now);
            let receipt = Receipt { tenant, device, log_epoch, issued, size, root, entries };
            let signed = receipt.sign(&self.recorder.keys.server).map_err(Failure::broken)?;
            self.recorder.tx.add_receipt(&tenant, &device, &signed)?;
            receipts.push(signed.bytes);
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
}

fn parked(change: ChangeId, missing: Vec<Missing>) -> Fate {
    Fate { change: Some(change), class: Class::Parked, code: "missing".to_owned(), flags: Vec::new(), missing }
}

fn invited(op: &sync_core::op::Op) -> Option<OfficerId> {
    if let Act::Invite(officer) = &op.act { Some(*officer) } else { None }
}

/// The server's verdict on a change that is quarantined.
fn verdict(planned: &Stored) -> Option<NewOp> {
    let Taken::Quarantined(why) = planned.taken else { return None };
    let act = VerdictAct { change: planned.change.id(), outcome: Outcome::Exclude, code: why.code().to_owned() };
    Some(NewOp::new(Act::Verdict(act)))
}
