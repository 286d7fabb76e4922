//! The events of a case in the order of their proven times. An event is never shown before an event that it builds on.

use api_spec::case as wire;
use sync_core::schema;

use super::super::words;
use super::Reader;
use super::dispute::place;

/// An event of the timeline.
#[derive(Debug)]
pub struct Event {
    at: i64,
    /// When.
    pub when: String,
    /// The event.
    pub what: String,
    /// Details.
    pub detail: String,
    /// Author, phone and place.
    pub by: String,
    /// CSS class: `step`, `signature`, `decision`.
    pub class: &'static str,
}

impl Reader<'_> {
    /// Steps, signatures and decisions in the order of their proved times.
    pub fn events(&self) -> Vec<Event> {
        let of = |by: &wire::Author, what: String, detail: String, class: &'static str| Event {
            at: by.time.from_ms,
            when: self.when(by),
            what,
            detail,
            by: [self.name(by), self.phone(by), place(by)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            class,
        };
        let codes = Some(schema::Kind::Code(&[]));
        let shown = |value: &serde_json::Value| {
            if value.is_null() { String::new() } else { words::shown(self.language, codes, value) }
        };
        let steps = self.case.steps.iter().filter(|step| step.kind != schema::PLACE.as_str());
        let mut events = Vec::new();
        for step in steps {
            events.push(of(&step.by, self.label(&step.label), shown(&step.value), "step"));
            events.extend(step.corrections.iter().map(|correction| {
                let what = format!("{}：{}", self.either("更正", "Corrected"), self.label(&step.label));
                of(&correction.by, what, self.corrected(correction, &shown(&correction.value)), "step")
            }));
        }
        events.extend(self.case.signatures.iter().map(|signed| {
            let what = format!("{}：{}", self.either("签名", "Signed"), self.word(&signed.form));
            let detail = format!("{} · {}", self.word(signed.role.code()), self.word(&signed.manner));
            of(&signed.by, what, detail, "signature")
        }));
        events.extend(
            self.case
                .decisions
                .iter()
                .map(|decision| of(&decision.by, self.label(&decision.label), shown(&decision.value), "decision")),
        );
        events.sort_by_key(|event: &Event| event.at);
        events
    }

    /// The content of a correction: what happened instead, when, why, and whether it is live.
    fn corrected(&self, correction: &wire::StepCorrection, value: &str) -> String {
        let happened = correction.happened_ms.map(super::time);
        let stated = happened.map(|at| self.either(&format!("所述时间 {at}"), &format!("stated time {at}")));
        let reason = correction.reason.as_ref().map(|why| format!("{}：{why}", self.either("理由", "Reason")));
        let replaced =
            (!correction.stands).then(|| self.either("已被后来的更正代替", "replaced by a later correction"));
        let label = format!("{}{}", self.either("应为", "should be "), self.label(&correction.label));
        let parts = [Some(label), Some(value.to_owned()), stated, reason, replaced];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}
