//! One case as a file that people read: the API's view of it, arranged for a page.
//!
//! Promise: shows what the API's view holds and nothing more, so a value masked there is masked here.

use std::collections::BTreeMap;

use api_spec::case::{self as wire, CaseDetail};
use sync_core::id::DeviceId;
use sync_core::law::table;
use sync_core::schema;

use super::words;
use crate::http::language::Language;

/// Pictures up to this size, in bytes, are shown in the file itself; larger ones in the viewer only.
const THUMBNAIL_BYTES: i64 = 1 << 20;

/// A value with who wrote it.
#[derive(Debug)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// As people read it.
    pub value: String,
    /// Part of it is hidden.
    pub masked: bool,
    /// Authors disagree.
    pub conflict: bool,
    /// Who, on which phone, when.
    pub by: String,
    /// Path of its history below the case.
    pub history: String,
}

/// A party, a record, a document, a piece of evidence.
#[derive(Debug)]
pub struct Block {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// What it is called.
    pub title: String,
    /// Who added it.
    pub by: String,
    /// By whom and why it was voided.
    pub withdrawn: Vec<String>,
    /// It has no effect.
    pub shell: bool,
    /// Values.
    pub rows: Vec<Row>,
    /// Questions and answers.
    pub lines: Vec<(String, String)>,
}

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

/// A competing value.
#[derive(Debug)]
pub struct Side {
    /// As people read it.
    pub value: String,
    /// Who.
    pub author: String,
    /// On which phone.
    pub phone: String,
    /// When, by that phone's clock.
    pub when: String,
    /// Where.
    pub place: String,
    /// Somebody signed a document that showed it.
    pub signed: bool,
    /// It stands.
    pub live: bool,
    /// Why, where it settled the conflict.
    pub reason: String,
}

/// Values side by side.
#[derive(Debug)]
pub struct Dispute {
    /// Of which field.
    pub label: String,
    /// The values.
    pub sides: Vec<Side>,
}

/// A rule's answer.
#[derive(Debug)]
pub struct Check {
    /// `satisfied`, `breached`, `undecided`, `not_applicable`.
    pub outcome: String,
    /// `block`, `warn`, `alarm`, `info`.
    pub severity: String,
    /// What it says.
    pub text: String,
    /// The deadline.
    pub due: String,
    /// Law and article.
    pub article: String,
    /// The words of the article.
    pub quotation: &'static str,
}

/// A piece of evidence.
#[derive(Debug)]
pub struct Piece {
    /// SHA-256.
    pub digest: String,
    /// What it is called.
    pub title: String,
    /// Its bytes have arrived.
    pub stored: bool,
    /// Size in words.
    pub size: String,
    /// `image`, `video`, `audio`, `file`.
    pub kind: &'static str,
    /// Small enough to be shown in the file itself.
    pub thumbnail: bool,
}

/// Reads a case for a page.
pub struct Reader<'a> {
    language: Language,
    case: &'a CaseDetail,
    phones: &'a BTreeMap<DeviceId, String>,
}

impl<'a> Reader<'a> {
    /// A reader in a language.
    pub fn new(language: Language, case: &'a CaseDetail, phones: &'a BTreeMap<DeviceId, String>) -> Self {
        Self { language, case, phones }
    }

    fn label(&self, label: &wire::Label) -> String {
        match self.language {
            Language::Chinese => label.zh.clone(),
            Language::English => label.en.clone(),
        }
    }

    fn word(&self, code: &str) -> String {
        words::word(self.language, code).to_owned()
    }

    fn either(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Chinese => zh.to_owned(),
            Language::English => en.to_owned(),
        }
    }

    fn name(&self, by: &wire::Author) -> String {
        if by.name.is_empty() { self.either("服务器", "The server") } else { by.name.clone() }
    }

    fn phone(&self, by: &wire::Author) -> String {
        let short: String = by.device.chars().take(8).collect();
        match by.device.parse::<DeviceId>() {
            Ok(DeviceId::SERVER) => self.either("服务器登记", "through the server"),
            Ok(device) => match self.phones.get(&device) {
                Some(label) => format!("{label}（{short}）"),
                None => short,
            },
            Err(_not_an_id) => short,
        }
    }

    /// Who, on which phone, when.
    pub fn by(&self, by: &wire::Author) -> String {
        format!("{} · {} · {}", self.name(by), self.phone(by), time(by.wall_ms))
    }

    fn field_kind(&self, target: Option<&str>, name: &str) -> Option<schema::Kind> {
        schema::field(target.map_or("", |id| self.entity_kind(id)), name).map(|field| field.kind)
    }

    fn value(&self, field: &wire::Field, value: &serde_json::Value) -> String {
        words::shown(self.language, self.field_kind(field.target.as_deref(), &field.name), value)
    }

    fn row(&self, field: &wire::Field) -> Row {
        let sealed = field.live.first().is_some_and(|live| live.sealed);
        Row {
            label: self.label(&field.label),
            value: if sealed { self.either("（依法封存）", "(sealed)") } else { self.value(field, &field.value) },
            masked: field.masked,
            conflict: field.conflict,
            by: field.live.first().map(|live| self.by(&live.by)).unwrap_or_default(),
            history: history_path(field.target.as_deref(), &field.name),
        }
    }

    /// The values of the case itself.
    pub fn rows(&self) -> Vec<Row> {
        self.in_order(&self.case.fields)
    }

    /// Fields as the schema orders them, unknown ones last.
    fn in_order(&self, fields: &[wire::Field]) -> Vec<Row> {
        let place = |field: &&wire::Field| {
            let entity = field.target.as_deref().map_or("", |id| self.entity_kind(id));
            let known = schema::FIELDS.iter().position(|known| known.entity == entity && known.name == field.name);
            known.unwrap_or(usize::MAX)
        };
        let mut fields: Vec<&wire::Field> = fields.iter().collect();
        fields.sort_by_key(place);
        fields.into_iter().map(|field| self.row(field)).collect()
    }

    fn entity_kind(&self, id: &str) -> &str {
        self.case.entities.iter().find(|entity| entity.id == id).map_or("", |entity| entity.kind.as_str())
    }

    /// Everything in the case of these kinds, in its order.
    pub fn blocks(&self, kinds: &[&str]) -> Vec<Block> {
        let wanted = |entity: &&wire::Entity| kinds.contains(&entity.kind.as_str());
        self.case.entities.iter().filter(wanted).map(|entity| self.block(entity)).collect()
    }

    fn text_of(&self, entity: &wire::Entity, name: &str) -> String {
        let field = entity.fields.iter().find(|field| field.name == name);
        field.map(|field| self.value(field, &field.value)).unwrap_or_default()
    }

    fn block(&self, entity: &wire::Entity) -> Block {
        let names = ["name", "form", "record_type", "title"];
        let title = names.iter().map(|name| self.text_of(entity, name)).find(|title| !title.is_empty());
        let lines = self.case.entities.iter().filter(|line| line.kind == schema::LINE);
        let own = lines.filter(|line| line.parent.as_deref() == Some(&entity.id) && line.withdrawn.is_empty());
        let voided =
            |gone: &wire::Withdrawal| format!("{}：{}", self.by(&gone.by), gone.reason.clone().unwrap_or_default());
        Block {
            id: entity.id.clone(),
            label: self.label(&entity.label),
            title: title.unwrap_or_default(),
            by: self.by(&entity.by),
            withdrawn: entity.withdrawn.iter().map(voided).collect(),
            shell: entity.shell,
            rows: self.in_order(&entity.fields),
            lines: own.map(|line| (self.text_of(line, "question"), self.text_of(line, "answer"))).collect(),
        }
    }

    /// What an entity is, in a few words.
    pub fn entity_title(&self, id: &str) -> String {
        let found = self.case.entities.iter().find(|entity| entity.id == id);
        found.map_or_else(String::new, |entity| {
            let block = self.block(entity);
            format!("{} {}", block.label, block.title).trim().to_owned()
        })
    }

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
            let detail = format!("{} · {}", self.word(&signed.role), self.word(&signed.manner));
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

    /// What the authors disagree on.
    pub fn conflicts(&self) -> Vec<Dispute> {
        let disputes = self.case.conflicts.iter().map(|field| Dispute {
            label: self.named(field),
            sides: field.live.iter().map(|live| self.side(field, live)).collect(),
        });
        disputes.collect()
    }

    fn named(&self, field: &wire::Field) -> String {
        let of = field.target.as_deref().map(|id| self.entity_title(id)).filter(|title| !title.is_empty());
        of.map_or_else(|| self.label(&field.label), |of| format!("{of} · {}", self.label(&field.label)))
    }

    fn side(&self, field: &wire::Field, live: &wire::LiveValue) -> Side {
        Side {
            value: self.value(field, &live.value),
            author: self.name(&live.by),
            phone: self.phone(&live.by),
            when: time(live.by.wall_ms),
            place: place(&live.by),
            signed: live.signed,
            live: true,
            reason: live.reason.clone().unwrap_or_default(),
        }
    }

    /// Every write to a field, for its history and for conflicts that were settled.
    pub fn history(&self, history: &wire::FieldHistory) -> Dispute {
        let kind = self.field_kind(history.target.as_deref(), &history.name);
        let side = |write: &wire::FieldWrite| Side {
            value: words::shown(self.language, kind, &write.value),
            author: self.name(&write.by),
            phone: self.phone(&write.by),
            when: time(write.by.wall_ms),
            place: place(&write.by),
            signed: false,
            live: write.live,
            reason: write.reason.clone().unwrap_or_default(),
        };
        let title = history.target.as_deref().map(|id| self.entity_title(id)).unwrap_or_default();
        Dispute {
            label: format!("{title} {}", self.label(&history.label)).trim().to_owned(),
            sides: history.writes.iter().map(side).collect(),
        }
    }

    /// What the rules say, breaches first.
    pub fn checks(&self) -> Vec<Check> {
        let order = ["breached", "undecided", "satisfied"];
        let place = |outcome: &str| order.iter().position(|known| *known == outcome).unwrap_or(order.len());
        let mut checks: Vec<Check> = self.case.checks.iter().map(|check| self.check(check)).collect();
        checks.sort_by_key(|check| place(&check.outcome));
        checks
    }

    fn check(&self, check: &wire::CheckResult) -> Check {
        let rule = table::rules().iter().find(|rule| rule.id == check.rule);
        let text = self.either(&check.zh, &check.en);
        let due = check.due.as_ref().map(|due| self.label(due)).filter(|due| !text.contains(due.as_str()));
        Check {
            outcome: check.outcome.clone(),
            severity: check.severity.clone(),
            text,
            due: due.unwrap_or_default(),
            article: check.article.clone(),
            quotation: rule.map_or("", |rule| rule.quotation),
        }
    }

    /// Evidence, the stored pieces first.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = self.case.evidence.iter().map(|piece| self.piece(piece)).collect();
        pieces.sort_by_key(|piece| !piece.stored);
        pieces
    }

    /// One piece of evidence.
    pub fn piece(&self, piece: &wire::EvidenceItem) -> Piece {
        let title = piece.entities.iter().map(|id| self.entity_title(id)).find(|title| !title.is_empty());
        let media = piece.media_type.as_deref().unwrap_or_default();
        let kind = match media {
            "image/jpeg" | "image/png" | "image/webp" => "image",
            "video/mp4" => "video",
            "audio/mp4" => "audio",
            _ => "file",
        };
        let size = piece.size.unwrap_or_default();
        Piece {
            digest: piece.digest.clone(),
            title: title.unwrap_or_else(|| piece.digest.chars().take(12).collect()),
            stored: piece.stored,
            size: kib(size),
            kind,
            thumbnail: piece.stored && kind == "image" && size <= THUMBNAIL_BYTES,
        }
    }

    /// Numbers that were given, with what they number.
    pub fn numbers(&self) -> Vec<(String, String)> {
        self.case.numbers.iter().map(|number| (self.word(&number.form), number.text.clone())).collect()
    }
}

fn kib(size: i64) -> String {
    if size < 1024 { format!("{size} B") } else { format!("{} KiB", size.div_euclid(1024)) }
}

fn time(ms: i64) -> String {
    sync_core::time::Instant::from_ms(ms).to_string()
}

fn history_path(target: Option<&str>, name: &str) -> String {
    format!("fields/{}/{}", target.unwrap_or("case"), super::page::encoded(name))
}

/// Ten-millionths of a degree as degrees with four digits.
fn degrees(e7: i64) -> String {
    let (whole, part) = (e7.unsigned_abs() / 10_000_000, e7.unsigned_abs() % 10_000_000 / 1000);
    format!("{}{whole}.{part:04}°", if e7 < 0 { "−" } else { "" })
}

fn place(by: &wire::Author) -> String {
    by.place.as_ref().map_or_else(String::new, |place| {
        let (latitude, longitude) = (degrees(place.latitude_e7), degrees(place.longitude_e7));
        format!("{latitude}, {longitude} ±{} m", place.accuracy_m)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_without_a_float() {
        assert_eq!(degrees(310_746_000), "31.0746°");
        assert_eq!(degrees(-5_000_000), "−0.5000°");
        assert_eq!([kib(1023), kib(2048)], ["1023 B", "2 KiB"]);
    }
}
