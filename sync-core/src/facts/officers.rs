//! Who took part in which act, and the status of their certificates at that time.
//!
//! Promise: a certificate is judged over the interval of the act, never at the time of judging.

use super::{Seen, certificate_during};
use crate::id::OfficerId;
use crate::law::facts::{OfficerAct, OfficerPresent};
use crate::law::rule::Text;
use crate::op::OpId;
use crate::when::{Order, When};

/// An act by all officers of the case at that time, or by one of them, with those present.
pub(super) fn at(seen: Seen<'_>, what: Text, when: &When, by: Option<OfficerId>) -> (OfficerAct, Vec<OfficerPresent>) {
    let during = when.interval();
    let mut there = Vec::new();
    for (officer, participant) in &seen.state.participants {
        if joined_later(seen, participant.by, when) && by != Some(*officer) {
            continue;
        }
        let entry = seen.roster.officers.get(officer);
        there.push(OfficerPresent {
            officer: *officer,
            certificate: certificate_during(entry, &during),
            is_helper: entry.is_some_and(|entry| entry.is_helper),
            act: 0,
            acted: by.is_none_or(|by| by == *officer),
        });
    }
    (OfficerAct { what, during }, there)
}

/// Whether an officer joined the case only after this.
fn joined_later(seen: Seen<'_>, by: OpId, when: &When) -> bool {
    // Every change depends on the opening.
    by.change != seen.state.id
        && seen
            .timeline
            .when(by)
            .is_some_and(|joined| seen.timeline.causes().in_order(&joined, when) == Order::Reversed)
}
