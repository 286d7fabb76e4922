//! Who takes part in a case by their own doing.
//!
//! Promise: computed from the set alone, so that everybody who holds the same set says the same. Being invited makes
//! nobody a part of a case: an invitation is accepted by a change of one's own that builds on it.

use crate::case::{CaseState, Graph};
use crate::change::Change;
use crate::id::{DeviceId, OfficerId};
use crate::op::Act;
use std::collections::BTreeSet;

/// The officers who take part: named by `Open` or `Assign`, or invited and answered with a change of their own that has
/// effect. `state` is the fold of the changes in `graph`.
pub fn taking_part(state: &CaseState, graph: &Graph<'_>) -> BTreeSet<OfficerId> {
    let has_effect = |change: &Change| {
        let id = change.id();
        !state.excluded.contains_key(&id) && !state.without_effect.contains_key(&id)
    };
    let (mut part, mut invited) = (BTreeSet::new(), Vec::new());
    for (place, change) in graph.order().iter().enumerate() {
        let effect = has_effect(change);
        for op in change.ops() {
            match &op.act {
                // An opening without effect still named them; somebody has to stay out of deciding about it.
                Act::Open(open) => part.extend(open.officers.iter().copied()),
                Act::Assign(assignment) if effect => {
                    part.insert(assignment.officer);
                }
                Act::Invite(officer) if effect => invited.push((place, *officer)),
                Act::Invite(_)
                | Act::Add { .. }
                | Act::Put
                | Act::Withdraw
                | Act::Record { .. }
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
        // What the server writes names a person too: who decides about a case does not take part in it by that.
        if effect && header.device != DeviceId::SERVER {
            let mine = |(_, officer): &(usize, OfficerId)| *officer == header.officer;
            if invited.iter().filter(|one| mine(one)).any(|(invitation, _)| graph.is_below(*invitation, place)) {
                part.insert(header.officer);
            }
        }
    }
    part
}
