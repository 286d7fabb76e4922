//! A field as a multi-value register.
//!
//! Promise: a value is dead once an admitted operation reaches it through replaces-edges; edges of
//! excluded operations count for reaching. A signed value is killed only by a supplementary record
//! that names it. What is displayed among several depends on the set alone.

use crate::case::state::{Author, FieldState, LiveValue};
use crate::op::OpId;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One write to a field.
pub(super) struct Write {
    /// Whether it has effect.
    pub admitted: bool,
    /// Whether an admitted signature showed it.
    pub signed: bool,
    /// Whether its change holds a supplementary record.
    pub supplementary: bool,
    pub replaces: Vec<OpId>,
    pub value: Option<Value>,
    pub reason: Option<Value>,
    pub by: Author,
}

/// All writes to one field.
#[derive(Default)]
pub(super) struct Register(pub BTreeMap<OpId, Write>);

impl Register {
    pub(super) fn state(self, target: Option<OpId>, name: String) -> Option<FieldState> {
        let dead = self.dead();
        let mut live: Vec<LiveValue> = self
            .0
            .into_iter()
            .filter(|(op, write)| write.admitted && !dead.contains(op))
            .map(|(op, write)| {
                let Write { value, by, signed, reason, .. } = write;
                LiveValue { op, value, by, signed, reason }
            })
            .collect();
        // Signed values are displayed before others; among equals the smallest name, so that
        // every replica displays the same and no clock decides.
        live.sort_by_key(|value| (!value.signed, value.op));
        let conflict = live.iter().skip(1).any(|other| differs(live.first(), other));
        (!live.is_empty()).then_some(FieldState { target, name, live, conflict })
    }

    fn dead(&self) -> BTreeSet<OpId> {
        let mut dead = BTreeSet::new();
        let mut visited = BTreeSet::new();
        let mut next: Vec<(OpId, bool)> = Vec::new();
        for write in self.0.values().filter(|write| write.admitted) {
            next.extend(write.replaces.iter().map(|op| (*op, write.supplementary)));
        }
        while let Some((op, by_supplement)) = next.pop() {
            let Some(write) = self.0.get(&op) else { continue };
            if !write.signed || by_supplement {
                dead.insert(op);
            }
            if visited.insert(op) {
                // Only naming it oneself lifts a signature: what lies further back is reached plainly.
                next.extend(write.replaces.iter().map(|op| (*op, false)));
            }
        }
        dead
    }
}

fn differs(first: Option<&LiveValue>, other: &LiveValue) -> bool {
    match (first.and_then(|first| first.value.as_ref()), &other.value) {
        (Some(one), Some(two)) => one != two,
        // A sealed value cannot be compared, so it is not taken for the same.
        (None, _) | (_, None) => true,
    }
}
