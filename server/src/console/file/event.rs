//! What happened in a case, in the order of the clocks that say so.

use api_spec::case as wire;
use sync_core::schema;

use super::super::words;
use super::dispute::place;
use super::{Reader, time};

/// Something in the timeline.
#[derive(Debug)]
pub struct Event {
    at: i64,
    /// When.
    pub when: String,
    /// What happened.
    pub what: String,
    /// More of it.
    pub detail: String,
    /// Who, on which phone, where.
    pub by: String,
    /// For people's eye: `step`, `signature`, `decision`.
    pub class: &'static str,
}

impl Reader<'_> {
    /// Steps, signatures and decisions in the order of their clocks.
    pub fn events(&self) -> Vec<Event> {
        let of = |by: &wire::Author, what: String, detail: String, class: &'static str| Event {
            at: by.wall_ms,
            when: time(by.wall_ms),
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
        let steps = self.case.steps.iter().filter(|step| step.kind != sync_core::case::PLACE);
        let mut events: Vec<Event> =
            steps.map(|step| of(&step.by, self.label(&step.label), shown(&step.value), "step")).collect();
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
        events.sort_by_key(|event| event.at);
        events
    }
}
