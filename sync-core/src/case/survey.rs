//! Analysis of a case's changes, before it is known which of them count.
//!
//! Promise: the analysis of a change depends on that change and its ancestors alone, so adding changes never alters it.
//! Live verdicts can be computed for the whole set or for a part that is closed under deps.

use crate::case::Quarantine;
use crate::case::form::{self, FormBreach};
use crate::case::graph::{Graph, Last};
use crate::case::state::{Author, Verdict};
use crate::change::Change;
use crate::id::{ChangeId, DeviceId, OfficerId};
use crate::op::{Act, OpId, OpRef, Outcome, Signature, VerdictAct};
use crate::schema::{PLACE, SUPPLEMENTARY_RECORD};
use std::collections::{BTreeMap, BTreeSet};

/// An analysed change at its position.
pub(crate) struct Said<'a> {
    pub change: &'a Change,
    /// The rule of form that it breaks.
    pub breach: Option<FormBreach>,
    pub by: Author,
    /// Whether it adds a supplementary record.
    pub supplementary: bool,
    /// The number of its first operation: all operations are numbered in causal order, from 0.
    first: usize,
}

/// A verdict that breaks no rule of form.
struct Spoken<'a> {
    id: OpId,
    replaces: &'a [OpRef],
    verdict: &'a VerdictAct,
}

/// The live verdicts on changes. Among concurrent verdicts exclusion wins.
pub(crate) struct Verdicts {
    /// The live verdicts against changes.
    pub excluded: BTreeMap<ChangeId, Vec<Verdict>>,
    /// Changes that a live verdict admits.
    pub admitted: BTreeSet<ChangeId>,
    /// Excluded changes that a verdict, live or replaced, excluded because they bring in another agency.
    pub foreign: BTreeSet<ChangeId>,
}

/// The analysed changes of a graph.
pub(crate) struct Survey<'a> {
    pub(super) graph: &'a Graph<'a>,
    /// By position.
    said: Vec<Said<'a>>,
    verdicts: Vec<Spoken<'a>>,
    signatures: Vec<(usize, &'a Signature)>,
    brought: Vec<(usize, &'a [OfficerId])>,
    ops: usize,
    writes: usize,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(graph: &'a Graph<'a>) -> Self {
        let said = Vec::with_capacity(graph.order().len());
        let mut survey =
            Self { graph, said, verdicts: Vec::new(), signatures: Vec::new(), brought: Vec::new(), ops: 0, writes: 0 };
        for (place, change) in graph.order().iter().enumerate() {
            survey.look_at(place, change);
        }
        survey
    }

    fn look_at(&mut self, place: usize, change: &'a Change) {
        let breach = form::check(self.graph, place, change).err();
        let (mut supplementary, mut whereabouts) = (false, None);
        for (id, op) in change.named_ops() {
            if let Act::Add { entity, .. } = &op.act {
                supplementary |= *entity == SUPPLEMENTARY_RECORD;
            } else if let Act::RecordStep { step } = &op.act {
                if *step == PLACE {
                    whereabouts.get_or_insert(id.index);
                }
            } else if breach.is_none() {
                if matches!(op.act, Act::Put | Act::Resolve) {
                    self.writes += 1;
                } else if let Act::Verdict(verdict) = &op.act {
                    self.verdicts.push(Spoken { id, replaces: &op.replaces, verdict });
                } else if let Act::Sign(signature) = &op.act {
                    self.signatures.push((place, signature));
                } else if let officers @ [_, ..] = brings(&op.act) {
                    self.brought.push((place, officers));
                }
            }
        }
        let header = change.header();
        let by = Author {
            officer: header.officer,
            device: header.device,
            wall_ms: header.clock.wall,
            place: whereabouts.and_then(|index| change.value(index)).cloned(),
        };
        self.said.push(Said { change, breach, by, supplementary, first: self.ops });
        self.ops += change.ops().len();
    }

    /// The changes, parents first.
    pub(super) fn said(&self) -> &[Said<'a>] {
        &self.said
    }

    /// Number of operations.
    pub(super) const fn ops(&self) -> usize {
        self.ops
    }

    /// Number of operations that write a field.
    pub(super) const fn writes(&self) -> usize {
        self.writes
    }

    /// Number of the operation that a change refers to, if it is in the set.
    pub(super) fn number(&self, own: &Said<'_>, reference: OpRef, last: &mut Last) -> Option<usize> {
        let (said, index) = match reference {
            OpRef::Own(index) => (own, index),
            OpRef::Of(id) => (self.said.get(self.graph.place_near(&id.change, last)?)?, id.index),
        };
        let index = usize::try_from(index).ok().filter(|index| *index < said.change.ops().len());
        index.map(|index| said.first + index)
    }

    /// For each operation, by number, whether an admitted signature showed it.
    pub(super) fn signed(&self, admitted: &[bool]) -> Vec<bool> {
        let (mut signed, mut last) = (vec![false; self.ops], None);
        for (place, signature) in &self.signatures {
            let said = self.said.get(*place).filter(|_| admitted.get(*place) == Some(&true));
            let shown = said.into_iter().flat_map(|said| signature.shown.iter().map(move |shown| (said, *shown)));
            for number in shown.filter_map(|(said, shown)| self.number(said, shown, &mut last)) {
                if let Some(signed) = signed.get_mut(number) {
                    *signed = true;
                }
            }
        }
        signed
    }

    /// The officers that changes without a breach of form bring into the case, with the position of each change.
    pub(crate) fn brought(&self) -> impl Iterator<Item = (usize, &'a [OfficerId])> {
        self.brought.iter().copied()
    }

    /// The live verdicts.
    pub(crate) fn verdicts(&self) -> Verdicts {
        let replaced: BTreeSet<OpId> = (self.verdicts.iter())
            .flat_map(|Spoken { id, replaces, .. }| replaces.iter().map(|replaced| replaced.resolve(id.change)))
            .collect();
        let mut excluded: BTreeMap<ChangeId, Vec<Verdict>> = BTreeMap::new();
        let (mut admitted, mut foreign) = (BTreeSet::new(), BTreeSet::new());
        for Spoken { id, verdict, .. } in &self.verdicts {
            let VerdictAct { change, outcome, code } = verdict;
            if self.graph.get(change).is_some_and(|change| change.header().device == DeviceId::SERVER) {
                continue;
            }
            if code == Quarantine::OtherAgency.code() {
                foreign.insert(*change);
            }
            if replaced.contains(id) {
                continue;
            }
            if *outcome == Outcome::Admit {
                admitted.insert(*change);
            } else {
                excluded.entry(*change).or_default().push(Verdict::new(*id, *outcome, code));
            }
        }
        foreign.retain(|change| excluded.contains_key(change));
        Verdicts { excluded, admitted, foreign }
    }
}

/// The officers that an operation brings into the case.
pub(crate) fn brings(act: &Act) -> &[OfficerId] {
    if let Act::Open(open) = act {
        &open.officers
    } else if let Act::Invite(officer) = act {
        std::slice::from_ref(officer)
    } else if let Act::Assign(assignment) = act {
        std::slice::from_ref(&assignment.officer)
    } else {
        &[]
    }
}
