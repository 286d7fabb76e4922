//! Stores one group of pushes in one transaction: plans each case's lane, stores it, signs receipts.

mod answer;
mod parking;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::alarm::AlarmKind;
use sync_core::case::fold;
use sync_core::change::{Change, NewOp};
use sync_core::id::{CaseId, ChangeId, DeviceId};
use sync_core::lease::SignedLease;
use sync_core::message::{PushOutcome, Pushed};
use sync_core::op::{Act, Outcome, VerdictAct};
use sync_core::plan::{Arrival, LanePlan, Stored, StoredCase, Taken, brought, lane};
use sync_core::receipt::SignedReceipt;

use super::standing::{Made, Register};
use super::{ByCase, CheckedPush, Item, Shared};
use crate::flow::projection::{self, Projected};
use crate::flow::push_sender::PushSender;
use crate::flow::recorder::{CaseTail, Recorder, SYSTEM};
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{Additions, AlarmRow, ChangeSummary, LeaseRow, StoredChange, Used, size_of};
use parking::{Folded, LATER, waiting};

/// Verdicts in one change of the server; a change may hold 4096 operations.
const VERDICTS_AT_ONCE: usize = 512;
/// Refused changes of one push that raise alarms; more of them add no information.
const ALARMS_PER_PUSH: usize = 16;

struct Arrived<'a> {
    change: &'a Arc<Change>,
    lease: Option<&'a SignedLease>,
    sender: PushSender,
}

/// Stores a group. `register` is the cache of the last commit and is left for the next one; a failed commit leaves an
/// empty cache.
pub(super) fn commit(
    shared: &Shared,
    register: &mut Register,
    pushes: &[&CheckedPush],
) -> Result<Vec<Pushed>, Failure> {
    let before = std::mem::take(register);
    let (answers, left, raised) = shared.store.write_as_writer::<_, Failure>(|tx| {
        let recorder = Recorder::begin(tx, &shared.keys, &shared.tenant, shared.clock.now())?;
        let register = before.resume(recorder.row());
        let mut group = Group {
            shared,
            recorder,
            register,
            stored: Vec::new(),
            outcomes: BTreeMap::new(),
            cases: BTreeMap::new(),
            before: BTreeSet::new(),
            alarms: 0,
            raised: BTreeMap::new(),
            fresh: Vec::new(),
            receipts: Vec::new(),
        };
        group.keep_leases(pushes)?;
        group.take(pushes)?;
        // Answers depend on participants, so these are written first.
        let (mut unwritten, mut new) = (group.recorder.take_unwritten()?, Additions::default());
        unwritten.add_to(&mut new);
        projection::add(group.recorder.tx, &shared.tenant, new, std::mem::take(&mut group.fresh))?;
        let answers = pushes.iter().map(|push| group.answer(push)).collect::<Result<Vec<_>, _>>()?;
        let mut last = Additions::default();
        last.receipts(&shared.tenant, &group.receipts);
        let head = group.recorder.finish(last)?;
        let left = group.register.leave(head, group.stored.into_iter());
        Ok((answers, left, group.raised))
    })?;
    *register = left;
    let now = shared.clock.now();
    for (phone, alarms) in raised {
        shared.quotas.count(phone, Used { alarms, ..Used::default() }, now);
    }
    Ok(answers)
}

struct Group<'a, 't> {
    shared: &'a Shared,
    recorder: Recorder<'a, 't>,
    register: Register,
    /// The changes that this group stored.
    stored: Vec<Made>,
    /// The outcome of each change, for any caller.
    outcomes: BTreeMap<ChangeId, PushOutcome>,
    /// The case and place in the log of each stored change.
    cases: BTreeMap<ChangeId, ChangeSummary>,
    /// The changes that were stored before this group.
    before: BTreeSet<ChangeId>,
    /// Number of alarms that were raised, and by the pushes of which phones.
    alarms: i64,
    raised: BTreeMap<DeviceId, i64>,
    /// Projections of cases that begin with this group.
    fresh: Vec<Projected>,
    /// Receipts that this group signs, each with its device.
    receipts: Vec<(DeviceId, SignedReceipt)>,
}

impl Group<'_, '_> {
    /// Stores leases that this server signed and the database does not have, because it was restored.
    fn keep_leases(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let tenant = self.recorder.tenant();
        for lease in pushes.iter().flat_map(|push| &push.leases) {
            if self.shared.remembered(&lease.hash).is_some() {
                continue;
            }
            match self.recorder.tx.lease(&tenant, &lease.hash)? {
                Some(_) => self.shared.remember(lease),
                None => self.recorder.tx.add_lease(&tenant, &LeaseRow::of(lease))?,
            }
        }
        Ok(())
    }

    fn take(&mut self, pushes: &[&CheckedPush]) -> Result<(), Failure> {
        let mut lanes: ByCase<Arrived<'_>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let tenant = self.recorder.tenant();
        // The changes themselves, and those that opened their cases, which are stored first.
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
                    // The claimed author is not verified; the sender is.
                    Item::Refused { change, code, .. } if told < ALARMS_PER_PUSH => {
                        told += 1;
                        self.alarm(AlarmKind::Refused, Some(push.sender.device), None, *change, code)?;
                        *self.raised.entry(push.sender.device).or_default() += 1;
                    }
                    Item::Checked { change, lease }
                        if !self.before.contains(&change.id()) && seen.insert(change.id()) =>
                    {
                        let (lease, sender) = (lease.as_ref().map(Arc::as_ref), push.sender);
                        lanes.entry(change.case()).or_default().push(Arrived { change, lease, sender });
                    }
                    // Stored before or twice in this group, or nothing that can be checked.
                    Item::Checked { .. } | Item::NoLease { .. } | Item::Later { .. } | Item::Refused { .. } => {}
                }
            }
        }
        let cases: Vec<CaseId> = lanes.keys().copied().collect();
        let parked: BTreeSet<CaseId> = self.recorder.tx.cases_with_parked(&tenant, &cases)?.into_iter().collect();
        self.register.look_up(self.recorder.tx, &tenant, lanes.values().flatten().map(|arrived| &**arrived.change))?;
        // All chain positions are taken before the first change is judged, so changes of the same group cause no gap.
        let all = lanes.values().flatten().map(|arrived| (&**arrived.change, arrived.lease));
        self.register.take(self.recorder.tx, &tenant, all, self.recorder.now)?;
        let mut folded = Folded::default();
        for (case, arrived) in lanes {
            if folded.is_enough(&arrived) {
                let later = arrived.iter().map(|arrived| arrived.change.id());
                self.outcomes.extend(later.map(|change| (change, waiting(change, LATER))));
                continue;
            }
            let mut held = self.held(case)?;
            folded.count(&arrived, size_of(&held));
            let fresh = held.is_empty();
            let waiting = if parked.contains(&case) {
                self.recorder.tx.parked_in(&tenant, &case)?.into_iter().map(Arc::new).collect()
            } else {
                Vec::new()
            };
            let before = self.alarms;
            self.lane(case, &mut held, &arrived, waiting)?;
            for device in arrived.iter().map(|arrived| arrived.sender.device).collect::<BTreeSet<_>>() {
                *self.raised.entry(device).or_default() += self.alarms - before;
            }
            // Most arriving cases are new and complete: caching them would only evict others.
            if !fresh {
                self.register.recent.put(case, held);
            }
        }
        Ok(())
    }

    /// The stored changes of a case.
    fn held(&mut self, case: CaseId) -> Result<Vec<StoredChange>, Failure> {
        if !self.before.contains(&case) {
            return Ok(Vec::new());
        }
        match self.register.recent.take(&case) {
            Some(held) => Ok(held),
            None => Ok(self.recorder.tx.case_changes(&self.recorder.tenant(), &case)?),
        }
    }

    fn lane(
        &mut self,
        case: CaseId,
        held: &mut Vec<StoredChange>,
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
        let size = size_of(held);
        let known = StoredCase { case, changes: &changes, size, lower: &lower, agencies: &agencies };
        let LanePlan { stored, parked, full, full_outside, mut state, participants } =
            lane(known, arrivals, self.recorder.now);
        self.park((case, fresh), arrived, parked, &was_parked)?;
        self.leave_with_phones(case, &full, AlarmKind::CaseFull)?;
        self.leave_with_phones(case, &full_outside, AlarmKind::OutsideFull)?;
        for planned in stored.iter().filter(|planned| was_parked.contains(&planned.change.id())) {
            self.recorder.tx.unpark(&tenant, &planned.change.id())?;
        }
        if stored.is_empty() {
            return Ok(());
        }
        let mut place = CaseTail::after(held);
        let verdicts: Vec<NewOp> = stored.iter().filter_map(verdict).collect();
        for planned in stored {
            let stored = self.recorder.store(&mut place, planned)?;
            self.note(&stored)?;
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
        match projection::draw(tx, bench, &tenant, &state, held, &participants)? {
            Some(projected) if fresh => self.fresh.push(projected),
            Some(projected) => projection::put(tx, &tenant, projected)?,
            None => {}
        }
        Ok(())
    }

    /// Arriving changes and those parked in the case.
    fn arrivals(&mut self, arrived: &[Arrived<'_>], waiting: Vec<Arc<Change>>) -> Result<Vec<Arrival>, Failure> {
        let tenant = self.recorder.tenant();
        let mut arrivals = Vec::new();
        for Arrived { change, lease, .. } in arrived {
            let standing = self.register.standing(self.recorder.tx, &tenant, change, *lease, self.recorder.now)?;
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
            let one = std::iter::once((&*waiting, lease.as_deref()));
            self.register.take(self.recorder.tx, &tenant, one, self.recorder.now)?;
            let standing =
                self.register.standing(self.recorder.tx, &tenant, &waiting, lease.as_deref(), self.recorder.now)?;
            arrivals.push(Arrival { change: waiting, standing });
        }
        Ok(arrivals)
    }

    /// Records the position of a change, and raises its alarms.
    fn note(&mut self, stored: &StoredChange) -> Result<(), Failure> {
        let (id, case) = (stored.change.id(), stored.change.case());
        let device = Some(stored.change.header().device);
        for flag in stored.flags.iter().filter(|flag| flag.alarms()) {
            self.alarm((*flag).into(), device, Some(case), Some(id), flag.code())?;
        }
        if let Some(kind) = AlarmKind::of_taken(stored.taken) {
            // The evidence that it names is not claimed yet, but may be after a person has decided.
            self.recorder.tx.add_named_evidence(&self.recorder.tenant(), &projection::named(&stored.change))?;
            self.alarm(kind, device, Some(case), Some(id), stored.taken.code())?;
        }
        self.register.made(&stored.change, stored.lower);
        self.stored.push(Made { change: Arc::clone(&stored.change), lower: stored.lower });
        let StoredChange { leaf, counter, taken, flags, received, .. } = stored;
        let (leaf, counter, taken, received) = (*leaf, *counter, *taken, *received);
        self.cases.insert(id, ChangeSummary { id, case, leaf, counter, taken, flags: flags.clone(), received });
        Ok(())
    }

    fn alarm(
        &mut self,
        kind: AlarmKind,
        device: Option<DeviceId>,
        case: Option<CaseId>,
        change: Option<ChangeId>,
        detail: &str,
    ) -> Result<(), Failure> {
        self.alarms += 1;
        let (tenant, at) = (self.recorder.tenant(), self.recorder.now);
        let detail = detail.to_owned();
        self.recorder
            .tx
            .add_alarm(&tenant, &AlarmRow { id: random::bytes()?, at, kind, device, case, change, detail })?;
        Ok(())
    }
}

impl Item {
    fn id(&self) -> Option<ChangeId> {
        match self {
            Self::Refused { .. } => None,
            Self::NoLease { change, .. } | Self::Later { change } => Some(*change),
            Self::Checked { change, .. } => Some(change.id()),
        }
    }

    /// The existing case to which a checked change belongs.
    fn joins(&self) -> Option<CaseId> {
        match self {
            Self::Checked { change, .. } => change.header().case,
            Self::Refused { .. } | Self::NoLease { .. } | Self::Later { .. } => None,
        }
    }
}

/// The server's verdict on a change that is quarantined.
fn verdict(planned: &Stored) -> Option<NewOp> {
    let Taken::Quarantined(why) = planned.taken else { return None };
    if !why.is_by_verdict() {
        return None;
    }
    let act = VerdictAct { change: planned.change.id(), outcome: Outcome::Exclude, code: why.code().to_owned() };
    Some(NewOp::new(Act::Verdict(act)))
}
