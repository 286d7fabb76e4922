//! The times and the order of a case's changes, for rules.
//!
//! Promise: pure; the only source of times of a case. Not here: how the bounds of one change are computed (`plan`).

use crate::change::Change;
use crate::id::{ChangeId, DeviceId, Epoch};
use crate::op::OpId;
use crate::time::Instant;
use crate::when::{Causes, Interval, Mark, Node, When};
use std::collections::BTreeMap;

/// The change of an operation has no place in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change of an operation has no place in the timeline")]
pub struct NotInTime;

/// The times and the causal order of the changes of one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    marks: BTreeMap<ChangeId, Mark>,
    causes: Causes,
}

impl Timeline {
    /// The timeline of these changes, given with their intervals in any order.
    pub fn new<'a>(changes: impl IntoIterator<Item = (&'a Change, Interval)>) -> Self {
        let changes: Vec<(&Change, Interval)> = changes.into_iter().collect();
        let places: BTreeMap<ChangeId, usize> =
            changes.iter().zip(0..).map(|((one, _), place)| (one.id(), place)).collect();
        let mut chains: BTreeMap<(DeviceId, Epoch), usize> = BTreeMap::new();
        let mut nodes = Vec::with_capacity(changes.len());
        for (change, _) in &changes {
            let header = change.header();
            let next = chains.len();
            let chain = *chains.entry((header.device, header.epoch)).or_insert(next);
            let builds_on = header.deps.iter().filter_map(|dep| places.get(dep).copied()).collect();
            nodes.push(Node { builds_on, chain, seq: header.seq });
        }
        let marks =
            changes.iter().zip(0..).map(|((change, interval), place)| (change.id(), Mark::at(place, *interval)));
        Self { marks: marks.collect(), causes: Causes::new(nodes) }
    }

    /// When an operation was recorded; `None` if its change is not among these.
    pub fn when(&self, op: OpId) -> Option<When> {
        self.marks.get(&op.change).copied().map(When::from)
    }

    /// When the first of these operations was recorded; `None` for no operations. Only the first of each phone's chain counts.
    ///
    /// # Errors
    /// [`NotInTime`] if the change of one is not in the timeline.
    pub fn earliest(&self, ops: impl IntoIterator<Item = OpId>) -> Result<Option<When>, NotInTime> {
        let mut firsts: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
        for op in ops {
            let mark = *self.marks.get(&op.change).ok_or(NotInTime)?;
            let kept = firsts.entry(self.causes.chain(mark)).or_default();
            let before = |one: Mark, other: Mark| self.causes.is_earlier_in_chain(one, other);
            if !kept.iter().any(|first| *first == mark || before(*first, mark)) {
                kept.retain(|first| !before(mark, *first));
                kept.push(mark);
            }
        }
        Ok(When::earliest(firsts.into_values().flatten().map(When::from)))
    }

    /// The time that a person stated in the operation `by`; `None` if it lies after that operation.
    pub fn stated(&self, at: Instant, by: OpId) -> Option<When> {
        let stated = When::stated(at);
        let written = self.interval(by.change)?;
        (stated.interval().lower <= written.upper).then_some(stated)
    }

    /// The interval in which a change was made.
    pub fn interval(&self, change: ChangeId) -> Option<Interval> {
        self.marks.get(&change).map(|mark| mark.interval)
    }

    /// The causal order, by which two times of the case are compared.
    pub const fn causes(&self) -> &Causes {
        &self.causes
    }
}
