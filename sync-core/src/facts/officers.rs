//! Who took part in which act, and what their certificates were at that time.
//!
//! Promise: a certificate is judged over the interval of each act, never at the time when one looks.

use super::{Occasion, Roster, Told, certificate_during};
use crate::id::OfficerId;
use crate::law::facts::{ActDone, OfficerPresent};
use crate::law::rule::Text;
use crate::op::{OpId, SignerRole};
use crate::schema as names;
use crate::when::{Mark, Order, When};

/// Steps that only officers with valid certificates may take, together.
const TOGETHER: [(&str, Text); 3] = [
    (names::ENTERED, Text { zh: "进入现场", en: "entry" }),
    (names::CERTIFICATE_SHOWN, Text { zh: "出示证件", en: "certificates shown" }),
    (names::QUESTION_ASKED, Text { zh: "询问", en: "question" }),
];
const SIGNED: Text = Text { zh: "签名", en: "signature" };
const ABOUT: Text = Text { zh: "现在", en: "now" };

/// What was done, and who was there at each.
pub(super) fn of(told: &Told<'_>, roster: &Roster, occasion: Occasion) -> (Vec<ActDone>, Vec<OfficerPresent>) {
    let mut there = There { told, roster, acts: Vec::new(), officers: Vec::new() };
    for (kind, what) in TOGETHER {
        for step in told.state.steps_of(kind).filter(|step| !step.disputed) {
            let when = match step.stated {
                Some((by, at)) => told.timeline.stated(at, by),
                None => told.timeline.when(step.recorded.op),
            };
            there.act(what, when, None);
        }
    }
    for signed in &told.state.signatures {
        if matches!(signed.role, SignerRole::Officer | SignerRole::SecondOfficer) {
            there.act(SIGNED, told.timeline.when(signed.op), Some(signed.by.officer));
        }
    }
    if let Occasion::Acting(at) = occasion {
        there.act(ABOUT, Some(Mark::apart(at).into()), None);
    }
    (there.acts, there.officers)
}

struct There<'a> {
    told: &'a Told<'a>,
    roster: &'a Roster,
    acts: Vec<ActDone>,
    officers: Vec<OfficerPresent>,
}

impl There<'_> {
    /// An act by everybody who belonged to the case then, or by one of them. One whose time is not known says nothing.
    fn act(&mut self, what: Text, when: Option<When>, by: Option<OfficerId>) {
        let Some(when) = when else { return };
        let act = self.acts.len();
        let during = when.interval();
        for (officer, participant) in &self.told.state.participants {
            if self.joined_later(participant.by, &when) && by != Some(*officer) {
                continue;
            }
            let entry = self.roster.officers.get(officer);
            self.officers.push(OfficerPresent {
                officer: *officer,
                certificate: certificate_during(entry, &during),
                is_helper: entry.is_some_and(|entry| entry.is_helper),
                act,
                acted: by.is_none_or(|by| by == *officer),
            });
        }
        self.acts.push(ActDone { what, during });
    }

    /// Whether somebody came to the case only after this.
    fn joined_later(&self, by: OpId, when: &When) -> bool {
        // Everything builds on what opened the case.
        by.change != self.told.state.id
            && self
                .told
                .timeline
                .when(by)
                .is_some_and(|joined| self.told.timeline.causes().in_order(&joined, when) == Order::Reversed)
    }
}
