//! A field as a multi-value register.
//!
//! Promise: a value is dead once an admitted operation reaches it through replaces-edges; edges of excluded operations
//! count for reachability. A signed value is killed only by a supplementary record that names it. Which of several live
//! values is displayed depends on the set alone. Only live values are copied.

use crate::case::state::{FieldState, LiveValue};
use crate::case::survey::Said;
use crate::op::{Act, Op, OpId};
use crate::schema::FieldName;
use crate::value::Value;
use std::ops::Range;

/// One write to a field.
pub(super) struct Write<'a> {
    /// The field.
    pub name: &'a FieldName,
    pub op: &'a Op,
    pub index: u32,
    /// Its change.
    pub said: &'a Said<'a>,
    /// Whether it has effect.
    pub admitted: bool,
    /// Whether an admitted signature showed it.
    pub signed: bool,
    pub dead: bool,
    /// The range of its edges.
    pub edges: Range<usize>,
    /// Position of the previous write to the same target.
    pub before: Option<usize>,
}

impl Write<'_> {
    fn id(&self) -> OpId {
        OpId { change: self.said.change.id(), index: self.index }
    }

    pub(super) const fn is_live(&self) -> bool {
        self.admitted && !self.dead
    }

    /// Whether its change adds a supplementary record.
    fn supplements(&self) -> bool {
        self.said.supplementary && self.op.act == Act::Put
    }

    fn value(&self) -> LiveValue {
        let (value, reason) = match (&self.op.act, self.said.change.value(self.index)) {
            (Act::Resolve, Some(Value::List(pair))) => match pair.as_slice() {
                [value, reason] => (Some(value.clone()), Some(reason.clone())),
                _ => (Some(Value::List(pair.clone())), None),
            },
            (_, value) => (value.cloned(), None),
        };
        LiveValue { op: self.id(), value, by: self.said.by.clone(), signed: self.signed, reason }
    }
}

/// Marks the dead writes of a case. Each edge leads to the position of the replaced write.
pub(super) fn bury(writes: &mut [Write<'_>], edges: &[usize]) {
    let edges = |write: &Write<'_>| edges.get(write.edges.clone()).unwrap_or_default().iter().copied();
    let mut next: Vec<(usize, bool)> = Vec::new();
    for write in writes.iter().filter(|write| write.admitted) {
        let by_supplement = write.supplements();
        next.extend(edges(write).map(|place| (place, by_supplement)));
    }
    let mut visited = vec![false; if next.is_empty() { 0 } else { writes.len() }];
    while let Some((place, by_supplement)) = next.pop() {
        let (Some(write), Some(visited)) = (writes.get_mut(place), visited.get_mut(place)) else { continue };
        write.dead |= !write.signed || by_supplement;
        if !std::mem::replace(visited, true) {
            // Only a direct edge can kill a signed value; values further back are reached without that right.
            next.extend(edges(write).map(|place| (place, false)));
        }
    }
}

/// The fields of one target that have live values, by name, from all live writes to the target.
pub(super) fn states(target: Option<OpId>, live: &mut [&Write<'_>], into: &mut Vec<FieldState>) {
    live.sort_unstable_by(|one, other| one.name.cmp(other.name).then_with(|| one.id().cmp(&other.id())));
    let fields = live.chunk_by(|one, other| one.name == other.name);
    into.extend(fields.filter_map(|writes| {
        let name = writes.first()?.name.clone();
        let mut live: Vec<LiveValue> = writes.iter().map(|write| write.value()).collect();
        // Signed values are displayed before others, and then the one with the smallest id, so that every replica displays
        // the same value and no clock decides.
        live.sort_by_key(|value| (!value.signed, value.op));
        let conflict = live.iter().skip(1).any(|other| differs(live.first(), other));
        Some(FieldState { target, name, live, conflict })
    }));
}

fn differs(first: Option<&LiveValue>, other: &LiveValue) -> bool {
    match (first.and_then(|first| first.value.as_ref()), &other.value) {
        (Some(one), Some(two)) => one != two,
        // A sealed value cannot be compared, so it counts as different.
        (None, _) | (_, None) => true,
    }
}
