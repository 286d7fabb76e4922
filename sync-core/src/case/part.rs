//! Participation: who takes part in a case, and which changes are part of it.
//!
//! Promise: computed from the set alone, so replicas with the same set agree.
//!
//! - An invitation alone does not make an officer a participant. The officer accepts it with a change that builds on it.
//! - A change by an officer who took no part at that point of the graph is outside the case until a verdict admits it:
//!   it satisfies deps and stays in the log, but has no effect and is no head.
//! - Whether a change is outside depends on its ancestors and on verdicts, so a later assignment does not include
//!   earlier changes.

use crate::case::survey::{Survey, Verdicts};
use crate::case::{CaseState, Graph};
use crate::code::codes;
use crate::id::{ChangeId, DeviceId, OfficerId};
use crate::op::Act;
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// The reason why a change is quarantined.
    pub enum Quarantine {
        /// It was certainly made after its author's authority had ended.
        AfterRevocation = "after_revocation",
        /// A formal act that may have been made after its author's authority ended.
        FormalTimeNotProved = "formal_time_not_proved",
        /// Its author took no part in the case: see [`CaseState::outside`].
        NotAParticipant = "not_a_participant",
        /// It opens a case for another agency than its author's, or brings in an officer of another agency.
        OtherAgency = "other_agency",
    }
}

/// Code of a verdict that a person gave. The server's change names the person, and its value is the reason.
pub const BY_HEAD: &str = "head";

impl Quarantine {
    /// Whether the server records it by a verdict. It does not for an author who took no part, because every holder computes
    /// that from the set.
    pub const fn is_by_verdict(self) -> bool {
        !matches!(self, Self::NotAParticipant)
    }
}

/// The changes of a set that are inside the case.
pub(crate) struct Inside {
    /// By position.
    inside: Vec<bool>,
    /// All officers that an inside change brought in.
    officers: BTreeSet<OfficerId>,
}

impl Inside {
    /// Computes it for the changes in `survey`, with the verdicts on them. Changes in `foreign` bring no officer in.
    ///
    /// Exclusion does not spread: an officer whom an excluded change brought in still belongs to the case, unless that change
    /// is in `foreign`.
    pub(crate) fn new(survey: &Survey<'_>, verdicts: &Verdicts, foreign: impl Fn(&ChangeId) -> bool) -> Self {
        let graph = survey.graph;
        let brings = |id: &ChangeId| !verdicts.foreign.contains(id) && !foreign(id);
        let (mut opened, mut named): (BTreeSet<OfficerId>, BTreeMap<OfficerId, Vec<usize>>) = Default::default();
        let mut brought = survey.brought().peekable();
        // The opening counts first, even for changes that do not build on it.
        for (place, officers) in survey.brought() {
            let opening = graph.order().get(place).filter(|change| change.header().case.is_none());
            if opening.is_some_and(|change| brings(&change.id())) {
                opened.extend(officers);
            }
        }
        let mut inside = Vec::with_capacity(graph.order().len());
        for (place, change) in graph.order().iter().enumerate() {
            let (header, id) = (change.header(), change.id());
            let invited = |named: &Vec<usize>| named.iter().any(|earlier| graph.is_below(*earlier, place));
            let is_inside = header.device == DeviceId::SERVER
                || header.case.is_none()
                || opened.contains(&header.officer)
                || verdicts.admitted.contains(&id)
                || named.get(&header.officer).is_some_and(invited);
            inside.push(is_inside);
            while let Some((_, officers)) = brought.next_if(|(at, _)| *at == place) {
                for officer in officers.iter().filter(|_| is_inside && header.case.is_some() && brings(&id)) {
                    named.entry(*officer).or_default().push(place);
                }
            }
        }
        opened.extend(named.into_keys());
        Self { inside, officers: opened }
    }

    /// Whether the change at `place` is inside the case.
    pub(crate) fn holds(&self, place: usize) -> bool {
        self.inside.get(place) == Some(&true)
    }

    /// All officers who take part, took part or are invited.
    pub(crate) fn into_officers(self) -> BTreeSet<OfficerId> {
        self.officers
    }

    /// The changes outside the case.
    pub(crate) fn outside(&self, graph: &Graph<'_>) -> BTreeSet<ChangeId> {
        let places = graph.order().iter().zip(&self.inside);
        places.filter(|(_, inside)| !**inside).map(|(change, _)| change.id()).collect()
    }

    /// The heads of the case: the inside changes on which no other inside change builds, directly or through outside changes.
    pub(crate) fn heads(&self, graph: &Graph<'_>) -> BTreeSet<ChangeId> {
        let mut built_on = vec![false; self.inside.len()];
        let mut heads = BTreeSet::new();
        for (place, change) in graph.order().iter().enumerate().rev() {
            let reached = built_on.get(place) == Some(&true);
            if !reached && self.holds(place) {
                heads.insert(change.id());
            }
            if reached || self.holds(place) {
                for dep in change.header().deps.iter().filter_map(|dep| graph.place(dep)) {
                    if let Some(built_on) = built_on.get_mut(dep) {
                        *built_on = true;
                    }
                }
            }
        }
        heads
    }
}

impl Graph<'_> {
    /// The heads of the case of these changes. A new change of the case builds on them.
    pub fn heads(&self) -> BTreeSet<ChangeId> {
        let survey = Survey::new(self);
        Inside::new(&survey, &survey.verdicts(), |_| false).heads(self)
    }
}

/// The officers who take part: those named by `Open` or `Assign`, and the invited ones who have answered with their own
/// change that has effect. `state` is the fold of the changes in `graph`.
pub fn taking_part(state: &CaseState, graph: &Graph<'_>) -> BTreeSet<OfficerId> {
    let (mut part, mut invited) = (BTreeSet::new(), Vec::new());
    for (place, change) in graph.order().iter().enumerate() {
        let effect = state.has_effect(&change.id());
        for op in change.ops() {
            match &op.act {
                // An opening without effect still named these officers, so they may not decide about the case.
                Act::Open(open) => part.extend(open.officers.iter().copied()),
                Act::Assign(assignment) if effect => {
                    part.insert(assignment.officer);
                }
                Act::Invite(officer) if effect => invited.push((place, *officer)),
                Act::Invite(_)
                | Act::Add { .. }
                | Act::Put
                | Act::Withdraw
                | Act::RecordStep { .. }
                | Act::Resolve
                | Act::Sign(_)
                | Act::Verdict(_)
                | Act::Decide { .. }
                | Act::Assign(_)
                | Act::Number(_)
                | Act::Seal(_)
                | Act::Correct(_)
                | Act::Unknown { .. }
                | Act::Malformed { .. } => {}
            }
        }
        let header = change.header();
        // A change of the server also names a person, but deciding about a case is not taking part in it.
        if effect && header.device != DeviceId::SERVER {
            let mine = |(_, officer): &(usize, OfficerId)| *officer == header.officer;
            if invited.iter().filter(|one| mine(one)).any(|(invitation, _)| graph.is_below(*invitation, place)) {
                part.insert(header.officer);
            }
        }
    }
    part
}
