//! Decides what the server does with arriving changes. Pure; the caller executes the plan.
//!
//! Promise: the plan depends only on the input.
//!
//! - A readable change with a valid signature is never discarded. It is parked, with the parts that it misses, or stored as
//!   accepted, quarantined or without effect.
//! - A bad change delays only the changes that build on it.
//! - No change is refused because of its clock.
//!
//! Not here: signatures (verified before), storage, receipts.

pub mod ceiling;
mod clock;

pub use crate::case::Quarantine;
pub use crate::when::{Grade, Interval};
pub use clock::{Anchored, Before, Previous, interval};

use crate::case::{CaseState, FormBreach, Graph, Inside, Survey, brings, fold_survey, is_closed};
use crate::change::{Change, Size};
use crate::code::{NotACode, codes};
use crate::id::{AgencyId, CaseId, ChangeId, DeviceId, OfficerId};
use crate::log::LeafClass;
use crate::message::Missing;
use crate::op::{Act, BUILT_KINDS};
use crate::schema::{BUILT_FORMS, DECISIONS, FORM, FormName};
use crate::time::Instant;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Register data about the author of a change and its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The author's agency now.
    pub agency: AgencyId,
    /// End of the lease that the change names; `None` without a lease.
    pub lease_ends: Option<Instant>,
    /// The anchor of the change.
    pub anchor: Anchored,
    /// The latest known time before the change: the issue of its lease, or the enrolment of its phone.
    pub known: Option<Instant>,
    /// The previous change in its phone's chain, if it is stored or arrives at the same time.
    pub previous: Option<Previous>,
    /// The intervals in which the author had authority, in order: the certificate was valid and the device not revoked. The
    /// end of an interval is not part of it.
    pub authority: Vec<(Instant, Instant)>,
    /// Whether another change has the same device, epoch and seq.
    pub forks: bool,
}

/// Whether a phone's chain has a gap before this change. `held` tells whether a change is held at the preceding
/// position.
///
/// Computed whenever a change is reported or shown, because a gap can be filled later.
pub fn has_gap(change: &Change, held: impl FnOnce(&ChangeId) -> bool) -> bool {
    let header = change.header();
    match &header.prev {
        None => header.seq != 1,
        Some(prev) => header.seq == 1 || !held(prev),
    }
}

/// An arriving change with a verified signature, and the data about its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The change. Shared with the push until it is stored.
    pub change: Arc<Change>,
    /// Its author and device. `None` if the lease that it names, and so the key, is unknown.
    pub standing: Option<Standing>,
}

codes! {
    /// A reason why a person should look at a change that has effect.
    pub enum Flag {
        /// It cannot be shown that it was made while authority and lease were valid.
        TimeNotProved = "time_not_proved",
        /// It was made after the lease ended, or without a lease.
        OutsideLease = "outside_lease",
        /// The device's previous change has not arrived. Never stored with a change: see [`has_gap`].
        ChainGap = "chain_gap",
        /// The device signed two changes for the same place of its chain.
        Fork = "fork",
        /// The phone's clocks contradict each other or what the server knows.
        ClockContradicts = "clock_contradicts",
        /// It does not build on its own device's previous change in the case.
        OwnChangeMissing = "own_change_missing",
        /// It arrived after the case was closed, so the case record does not cover it.
        AfterClosing = "after_closing",
        /// It opens a case or creates a document of a kind for which this program has no procedure.
        NotBuilt = "not_built",
    }
}

impl Flag {
    /// Whether people must be alerted.
    pub const fn alarms(self) -> bool {
        matches!(self, Self::Fork | Self::AfterClosing | Self::NotBuilt)
    }
}

/// The classification of a stored change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It has effect.
    Accepted,
    /// A verdict must exclude it until a person decides.
    Quarantined(Quarantine),
    /// It breaks a rule of form.
    WithoutEffect(FormBreach),
}

impl Taken {
    /// Its class.
    pub const fn class(self) -> LeafClass {
        match self {
            Self::Accepted => LeafClass::Accepted,
            Self::Quarantined(_) => LeafClass::Quarantined,
            Self::WithoutEffect(_) => LeafClass::WithoutEffect,
        }
    }

    /// The stable code of the reason; empty if it is accepted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "",
            Self::Quarantined(why) => why.code(),
            Self::WithoutEffect(breach) => breach.code(),
        }
    }

    /// Parses the output of [`Self::class`] and [`Self::code`].
    ///
    /// # Errors
    /// [`NotACode`] for a reason that the class does not have.
    pub fn parse(class: LeafClass, code: &str) -> Result<Self, NotACode> {
        match class {
            LeafClass::Accepted if code.is_empty() => Ok(Self::Accepted),
            LeafClass::Accepted => Err(NotACode::new("reason to accept", code)),
            LeafClass::Quarantined => Quarantine::parse(code).map(Self::Quarantined),
            LeafClass::WithoutEffect => FormBreach::parse(code).map(Self::WithoutEffect),
        }
    }
}

/// A change to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The change.
    pub change: Arc<Change>,
    /// Its classification.
    pub taken: Taken,
    /// Flags for people.
    pub flags: BTreeSet<Flag>,
    /// The interval in which it was made, as far as that can be proved.
    pub interval: Interval,
}

/// The plan for the arrivals of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanePlan {
    /// To be stored, parents first.
    pub stored: Vec<Stored>,
    /// To be parked, each with the parts that it misses.
    pub parked: Vec<Parked>,
    /// Not to be stored, because the case has reached its ceiling ([`ceiling::CASE`]). Their phones keep them.
    pub full: Vec<Arc<Change>>,
    /// Not to be stored, because officers who take no part have used their share ([`ceiling::OUTSIDE`]).
    pub full_outside: Vec<Arc<Change>>,
    /// The case with the changes to be stored, before the verdicts for quarantined changes. The changes that these verdicts
    /// will exclude have no effect in it already.
    pub state: CaseState,
    /// Present and former participants.
    pub participants: BTreeSet<OfficerId>,
}

/// A case as the server stores it.
#[derive(Debug, Clone, Copy)]
pub struct StoredCase<'a> {
    /// The case.
    pub case: CaseId,
    /// All its stored changes.
    pub changes: &'a [&'a Change],
    /// Their size.
    pub size: Size,
    /// The lower bound of each stored change's interval.
    pub lower: &'a BTreeMap<ChangeId, Instant>,
    /// Agencies of the officers that arrivals bring in ([`brought`]).
    pub agencies: &'a BTreeMap<OfficerId, AgencyId>,
}

/// Plans one case's lane: `arrivals` (new and formerly parked, none of them stored) on top of the stored case.
pub fn lane(held: StoredCase<'_>, arrivals: Vec<Arrival>, now: Instant) -> LanePlan {
    let (mut ready, parked) = sort_out(held, arrivals);
    let (mut full, mut full_outside) = (Vec::new(), Vec::new());
    loop {
        let graph = Graph::new(held.changes.iter().copied().chain(ready.iter().map(|arrival| &*arrival.change)));
        let (survey, foreign) = (Survey::new(&graph), foreign(held, &ready));
        let verdicts = survey.verdicts();
        let inside = Inside::new(&survey, &verdicts, |id| foreign.contains(id));
        let state = fold_survey(held.case, &survey, verdicts, &inside);
        let over = ceiling::over(held, &state.outside, &ready);
        if over.is_empty() {
            let lower = BTreeMap::new();
            let mut judge = Judge { held, state: &state, graph: &graph, foreign, lower, now };
            let judged: Vec<_> = ready.iter().map(|arrival| judge.judge(arrival)).collect();
            let participants = inside.into_officers();
            let planned = ready.into_iter().zip(judged);
            let stored = planned.map(|(Arrival { change, .. }, (taken, flags, interval))| Stored {
                change,
                taken,
                flags,
                interval,
            });
            return LanePlan { stored: stored.collect(), parked, full, full_outside, state, participants };
        }
        // The remaining changes do not build on changes above the ceiling, so the next round is the last.
        for arrival in ready.extract_if(.., |arrival| over.contains(&arrival.change.id())) {
            let strange = state.outside.contains(&arrival.change.id());
            if strange { &mut full_outside } else { &mut full }.push(arrival.change);
        }
    }
}

/// A change to be parked, with the parts that it misses.
type Parked = (Arc<Change>, Vec<Missing>);

/// Splits arrivals into those that can be stored, parents first, and those that must wait.
fn sort_out(held: StoredCase<'_>, arrivals: Vec<Arrival>) -> (Vec<Arrival>, Vec<Parked>) {
    let mut known: BTreeSet<ChangeId> = held.changes.iter().map(|change| change.id()).collect();
    let mut lacking: Vec<Vec<Missing>> = arrivals.iter().map(|arrival| missing(arrival, &known)).collect();
    let mut waiting: BTreeMap<ChangeId, Vec<usize>> = BTreeMap::new();
    for (number, missing) in lacking.iter().enumerate() {
        for missing in missing {
            if let Missing::Change(dep) = missing {
                waiting.entry(*dep).or_default().push(number);
            }
        }
    }
    // Each round takes changes that build only on earlier rounds, so parents come first.
    let mut rounds: Vec<usize> = Vec::new();
    let is_free = |(number, missing): (usize, &Vec<Missing>)| missing.is_empty().then_some(number);
    let mut next: Vec<usize> = lacking.iter().enumerate().filter_map(is_free).collect();
    while !next.is_empty() {
        let mut freed = Vec::new();
        for id in next.iter().filter_map(|number| arrivals.get(*number)).map(|arrival| arrival.change.id()) {
            known.insert(id);
            for number in waiting.remove(&id).into_iter().flatten() {
                let Some(missing) = lacking.get_mut(number) else { continue };
                missing.retain(|missing| *missing != Missing::Change(id));
                if missing.is_empty() {
                    freed.push(number);
                }
            }
        }
        rounds.append(&mut next);
        freed.sort_unstable();
        next = freed;
    }
    let mut arrivals: Vec<Option<Arrival>> = arrivals.into_iter().map(Some).collect();
    let ready = rounds.into_iter().filter_map(|number| arrivals.get_mut(number)?.take()).collect();
    let parked = arrivals.into_iter().zip(lacking).filter_map(|(arrival, missing)| Some((arrival?.change, missing)));
    (ready, parked.collect())
}

/// The arrivals that open the case for an agency other than their author's, or bring in an officer of another agency.
fn foreign(held: StoredCase<'_>, ready: &[Arrival]) -> BTreeSet<ChangeId> {
    let is_foreign = |arrival: &&Arrival| {
        let Some(standing) = &arrival.standing else { return false };
        let elsewhere = |officer: &OfficerId| held.agencies.get(officer) != Some(&standing.agency);
        let for_other = |act: &Act| matches!(act, Act::Open(open) if open.agency != standing.agency);
        arrival.change.ops().iter().any(|op| for_other(&op.act) || brings(&op.act).iter().any(elsewhere))
    };
    ready.iter().filter(is_foreign).map(|arrival| arrival.change.id()).collect()
}

/// The changes that must be stored before this one: its deps, and the opening of its case even if its author omitted
/// it.
pub fn builds_on(change: &Change) -> BTreeSet<ChangeId> {
    change.header().deps.iter().copied().chain(change.header().case).collect()
}

/// The parts that a change misses before it can be stored.
fn missing(arrival: &Arrival, known: &BTreeSet<ChangeId>) -> Vec<Missing> {
    let change = &arrival.change;
    let lacking = builds_on(change).into_iter().filter(|needed| !known.contains(needed));
    let mut missing: Vec<Missing> = lacking.map(Missing::Change).collect();
    if change.lacks_values() {
        missing.push(Missing::Values);
    }
    if let (None, Some(lease)) = (&arrival.standing, change.header().lease) {
        missing.push(Missing::Lease(lease));
    }
    missing
}

struct Judge<'a> {
    held: StoredCase<'a>,
    state: &'a CaseState,
    graph: &'a Graph<'a>,
    /// Arrivals that open the case for another agency, or bring in an officer of another agency.
    foreign: BTreeSet<ChangeId>,
    /// The lower bound of each arrival's interval.
    lower: BTreeMap<ChangeId, Instant>,
    now: Instant,
}

impl Judge<'_> {
    fn judge(&mut self, arrival: &Arrival) -> (Taken, BTreeSet<Flag>, Interval) {
        let change = &arrival.change;
        let header = change.header();
        let lower = |dep| self.lower.get(dep).or_else(|| self.held.lower.get(dep));
        let deps_lower = header.deps.iter().filter_map(lower).max().copied();
        let standing = arrival.standing.as_ref();
        let before = Before {
            anchor: standing.map_or(Anchored::Nowhere, |standing| standing.anchor),
            known: standing.and_then(|standing| standing.known).into_iter().chain(deps_lower).max(),
            previous: standing.and_then(|standing| standing.previous),
        };
        let interval = interval(&header.clock, &before, self.now);
        self.lower.insert(change.id(), interval.lower);
        let mut flags = BTreeSet::new();
        if interval.grade == Grade::C {
            flags.insert(Flag::ClockContradicts);
        }
        if self.forgets_itself(change) {
            flags.insert(Flag::OwnChangeMissing);
        }
        if is_closed(self.state) && header.device != DeviceId::SERVER {
            flags.insert(Flag::AfterClosing);
        }
        if !is_built(change) {
            flags.insert(Flag::NotBuilt);
        }
        if let Some(breach) = self.state.without_effect.get(&change.id()) {
            return (Taken::WithoutEffect(*breach), flags, interval);
        }
        let authority = standing.and_then(|standing| Self::authority(change, standing, interval, &mut flags));
        let quarantine = if self.state.outside.contains(&change.id()) {
            Some(Quarantine::NotAParticipant)
        } else if self.foreign.contains(&change.id()) {
            Some(Quarantine::OtherAgency)
        } else {
            authority
        };
        (quarantine.map_or(Taken::Accepted, Taken::Quarantined), flags, interval)
    }

    /// Whether the author's device has written in the case before, and this change does not build on that.
    fn forgets_itself(&self, change: &Change) -> bool {
        let header = change.header();
        let Some(own) = self.graph.place(&change.id()) else { return false };
        self.graph.order().iter().enumerate().any(|(place, other)| {
            let theirs = other.header();
            (theirs.device, theirs.epoch) == (header.device, header.epoch)
                && theirs.seq < header.seq
                // A phone never builds on changes outside of the case, not even its own.
                && !self.state.outside.contains(&other.id())
                && !self.graph.is_below(place, own)
        })
    }

    fn authority(
        change: &Change,
        standing: &Standing,
        interval: Interval,
        flags: &mut BTreeSet<Flag>,
    ) -> Option<Quarantine> {
        if standing.forks {
            flags.insert(Flag::Fork);
        }
        match standing.lease_ends {
            Some(ends) if interval.upper <= ends => {}
            Some(ends) if interval.lower <= ends => {
                flags.insert(Flag::TimeNotProved);
            }
            Some(_) | None => {
                flags.insert(Flag::OutsideLease);
            }
        }
        let within = |(from, until): &(Instant, Instant)| interval.lower >= *from && interval.upper < *until;
        let touches = |(from, until): &(Instant, Instant)| interval.lower < *until && interval.upper >= *from;
        if standing.authority.iter().any(within) {
            return None;
        }
        if !standing.authority.iter().any(touches) {
            return Some(Quarantine::AfterRevocation);
        }
        flags.insert(Flag::TimeNotProved);
        change.ops().iter().any(|op| op.act.is_formal()).then_some(Quarantine::FormalTimeNotProved)
    }
}

/// Whether this program has a procedure for the case that a change opens and for the documents that it makes.
fn is_built(change: &Change) -> bool {
    change.named_ops().all(|(id, op)| {
        if let Act::Open(open) = &op.act {
            return BUILT_KINDS.contains(&open.kind);
        }
        if let Act::Sign(signature) = &op.act {
            return !DECISIONS.contains(&signature.form) || BUILT_FORMS.contains(&signature.form);
        }
        let form = change.value(id.index).filter(|_| op.field == Some(FORM) && op.target.is_some());
        form.and_then(Value::as_text)
            .is_none_or(|form| form.trim().is_empty() || BUILT_FORMS.contains(&FormName::from(form)))
    })
}

/// Officers that a change brings into the case.
pub fn brought(change: &Change) -> Vec<OfficerId> {
    change.ops().iter().flat_map(|op| brings(&op.act)).copied().collect()
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
