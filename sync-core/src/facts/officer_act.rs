//! Acts of the officers, one matter each: participants, their certificates, time.

use super::document::Document;
use super::{Seen, evidence, officers};
use crate::id::OfficerId;
use crate::law::facts::{Doing, Facts};
use crate::law::rule::{About, Matter, Text};
use crate::op::OpId;
use crate::schema::{self as names, StepKind};
use crate::when::{Mark, When};
use std::collections::BTreeMap;

/// Steps that only officers with valid certificates may take, together.
const TOGETHER: [(StepKind, Doing, Text); 3] = [
    (names::ENTERED, Doing::Entering, Text { zh: "进入现场", en: "entry" }),
    (names::CERTIFICATE_SHOWN, Doing::Asking, Text { zh: "出示证件", en: "certificates shown" }),
    (names::QUESTION_ASKED, Doing::Asking, Text { zh: "询问", en: "question" }),
];
const SIGNED: Text = Text { zh: "签名", en: "signature" };
const ABOUT: Text = Text { zh: "现在", en: "now" };

/// Each entry, showing of certificates, first question and signature of an officer. Acts of one kind that do not differ
/// in their facts are one matter.
pub(super) fn matters(seen: Seen<'_>, base: &Facts, documents: &[Document<'_>]) -> Vec<Matter> {
    let mut acts = Acts { seen, base, found: Vec::new() };
    for (kind, doing, what) in TOGETHER {
        for step in seen.state.steps_of(&kind) {
            acts.add(None, doing, what, seen.when(&step), None);
        }
    }
    let signed: Vec<&Document<'_>> = documents.iter().filter(|document| document.is_signed()).collect();
    let by_op = if signed.is_empty() { BTreeMap::new() } else { evidence::by_op(seen.state) };
    for document in signed {
        let Some(doing) = document.doing() else { continue };
        let first = acts.found.len();
        for signature in document.by_officers() {
            let when = seen.timeline.when(signature.op);
            acts.add(Some(document.id), doing, SIGNED, when, Some(signature.by.officer));
        }
        if document.signing.is_some() {
            acts.add(Some(document.id), doing, ABOUT, Some(Mark::apart(seen.at).into()), None);
        }
        let done = document.signatures.iter().flat_map(|signed| &signed.shown);
        let shown = done.chain(document.signing.into_iter().flat_map(|signing| &signing.shown));
        let shown = evidence::shown(seen.state, &by_op, shown);
        // The shown evidence is attached to one matter of the document.
        if let Some(matter) = acts.found.get_mut(first).filter(|_| !shown.is_empty()) {
            matter.facts.shown_evidence = shown;
        }
    }
    acts.found
}

struct Acts<'a> {
    seen: Seen<'a>,
    base: &'a Facts,
    found: Vec<Matter>,
}

impl Acts<'_> {
    /// An act without a known time is ignored.
    fn add(&mut self, document: Option<OpId>, doing: Doing, what: Text, when: Option<When>, by: Option<OfficerId>) {
        let Some(when) = when else { return };
        let (act, who) = officers::at(self.seen, what, &when, by);
        let same = |other: &Matter| {
            (other.document, other.facts.doing, &other.facts.officers) == (document, Some(doing), &who)
        };
        let of_document = self.found.iter().rev().take_while(|other| other.document == document);
        if of_document.into_iter().any(same) {
            return;
        }
        let on = act.during.lower.date();
        let on_at_latest = Some(act.during.upper.date()).filter(|last| *last != on);
        let facts = Facts { on, on_at_latest, doing: Some(doing), acts: vec![act], officers: who, ..self.base.clone() };
        self.found.push(Matter { about: About::OfficerAct, document, party: None, facts });
    }
}
