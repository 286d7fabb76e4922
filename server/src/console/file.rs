//! One case as a file that people read: the API's view of it, arranged for a page.
//!
//! Promise: shows what the API's view holds and nothing more, so a value masked there is masked here.

mod check;
mod dispute;
mod event;
mod hand;
mod piece;

pub use check::Check;
pub use dispute::Dispute;
pub use event::Event;
pub use hand::Shown;
pub use piece::Piece;

use std::collections::BTreeMap;

use api_spec::case::{self as wire, CaseDetail};
use sync_core::id::DeviceId;
use sync_core::plan::Flag;
use sync_core::schema;

use super::words;
use crate::http::language::Language;

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
    /// It came after the closing: the case record does not cover it.
    pub late: bool,
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

/// Reads a case for a page.
pub struct Reader<'a> {
    pub(super) language: Language,
    pub(super) case: &'a CaseDetail,
    phones: &'a BTreeMap<DeviceId, String>,
}

impl<'a> Reader<'a> {
    /// A reader in a language.
    pub fn new(language: Language, case: &'a CaseDetail, phones: &'a BTreeMap<DeviceId, String>) -> Self {
        Self { language, case, phones }
    }

    pub(super) fn label(&self, label: &wire::Label) -> String {
        match self.language {
            Language::Chinese => label.zh.clone(),
            Language::English => label.en.clone(),
        }
    }

    pub(super) fn word(&self, code: &str) -> String {
        words::word(self.language, code).to_owned()
    }

    pub(super) fn either(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Chinese => zh.to_owned(),
            Language::English => en.to_owned(),
        }
    }

    pub(super) fn name(&self, by: &wire::Author) -> String {
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

    /// Whether an operation, `<change>.<index>`, came after the case was closed.
    fn is_late(&self, op: &str) -> bool {
        let late = |noted: &&wire::NotedChange| noted.flags.iter().any(|flag| flag == Flag::AfterClosing.code());
        self.case.noted.iter().filter(late).any(|noted| op.strip_prefix(&noted.change).is_some())
    }

    fn row(&self, field: &wire::Field) -> Row {
        let sealed = field.live.first().is_some_and(|live| live.sealed);
        Row {
            label: self.label(&field.label),
            value: if sealed { self.either("（依法封存）", "(sealed)") } else { self.value(field, &field.value) },
            masked: field.masked,
            conflict: field.conflict,
            late: field.live.iter().any(|live| self.is_late(&live.op)),
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

    /// Numbers that were given, with what they number.
    pub fn numbers(&self) -> Vec<(String, String)> {
        self.case.numbers.iter().map(|number| (self.word(&number.form), number.text.clone())).collect()
    }
}

/// A time as people read it, Asia/Shanghai.
pub(super) fn time(ms: i64) -> String {
    sync_core::time::Instant::from_ms(ms).to_string()
}

fn history_path(target: Option<&str>, name: &str) -> String {
    format!("fields/{}/{}", target.unwrap_or("case"), super::page::encoded(name))
}
