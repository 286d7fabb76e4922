//! A case file for a page: the API's view of the case, arranged for reading.
//!
//! Promise: shows what the API's view contains and nothing more, so a value that is masked there is masked here.

mod check;
mod dispute;
mod elsewhere;
mod event;
mod hand;
mod piece;

pub use check::Check;
pub use dispute::Dispute;
pub use elsewhere::Shared;
pub use event::Event;
pub use hand::{Drawings, Shown};
pub use piece::Piece;

use std::collections::BTreeMap;

use api_spec::case::{self as wire, CaseDetail};
use sync_core::id::DeviceId;
use sync_core::plan::{Flag, Interval};
use sync_core::schema::{self, EntityKind, FieldName};
use sync_core::time::Instant;

use super::words;
use crate::web::language::Language;
use crate::web::url::encoded;

/// A value.
#[derive(Debug)]
pub struct Row {
    /// The label.
    pub label: String,
    /// As people read it.
    pub value: String,
    /// Part of it is hidden.
    pub masked: bool,
    /// Whether there are several values that differ.
    pub conflict: bool,
    /// Whether it arrived after the closing: the case record does not cover it.
    pub late: bool,
    /// Path of its history below the case.
    pub history: String,
}

/// Values that one person recorded on one phone at one time.
#[derive(Debug)]
pub struct Group {
    /// Author, phone and time; empty if the heading above says the same.
    pub by: String,
    /// The values.
    pub rows: Vec<Row>,
}

/// A question and its answer.
#[derive(Debug)]
pub struct Line {
    /// Author, phone and time, if they differ from the previous line, or for the first line from the record.
    pub by: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A party, a record, a document, a piece of evidence.
#[derive(Debug)]
pub struct Block {
    /// Id.
    pub id: String,
    /// The label.
    pub label: String,
    /// The title.
    pub title: String,
    /// Author, phone and time.
    pub by: String,
    /// By whom and why it was voided.
    pub withdrawn: Vec<String>,
    /// It has no effect.
    pub shell: bool,
    /// Values, first those that were recorded with it.
    pub groups: Vec<Group>,
    /// Questions and answers.
    pub lines: Vec<Line>,
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
        words::of_case(self.language, self.case.card.kind, code).to_owned()
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

    /// The proven time of an event, and beside it the phone's wall clock if that differs.
    pub(super) fn when(&self, by: &wire::Author) -> String {
        let wire::ProvedTime { from_ms, until_ms, grade, contradicted } = by.time;
        let (lower, upper) = (Instant::from_ms(from_ms), Instant::from_ms(until_ms));
        let proved = Interval { lower, upper, grade };
        if !contradicted {
            return proved.to_string();
        }
        let claimed = time(by.wall_ms);
        format!("{proved}（{} {claimed}）", self.either("手机时钟显示", "the phone's clock showed"))
    }

    /// Author, phone and time.
    pub fn by(&self, by: &wire::Author) -> String {
        format!("{} · {} · {}", self.name(by), self.phone(by), self.when(by))
    }

    fn field_kind(&self, target: Option<&str>, name: &str) -> Option<schema::Kind> {
        let entity = target.and_then(|id| self.entity_kind(id));
        schema::field(entity.as_ref(), &name.into()).map(|field| field.kind)
    }

    fn value(&self, field: &wire::Field, value: &serde_json::Value) -> String {
        words::shown(self.language, self.field_kind(field.target.as_deref(), &field.name), value)
    }

    /// Whether an operation, `<change>.<index>`, came after the case was closed.
    fn is_late(&self, op: &str) -> bool {
        let late = |noted: &&wire::NotedChange| noted.flags.contains(&Flag::AfterClosing);
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
            history: history_path(field.target.as_deref(), &field.name),
        }
    }

    /// The values of the case itself.
    pub fn groups(&self) -> Vec<Group> {
        self.grouped(&self.case.fields, "")
    }

    /// Fields grouped by author, phone and time, in the order of the schema, unknown fields last. The group equal to
    /// `above` comes first and does not repeat it.
    fn grouped(&self, fields: &[wire::Field], above: &str) -> Vec<Group> {
        let place = |field: &&wire::Field| {
            let (entity, name) =
                (field.target.as_deref().and_then(|id| self.entity_kind(id)), field.name.as_str().into());
            let known = schema::FIELDS.iter().position(|known| known.entity == entity && known.name == name);
            known.unwrap_or(usize::MAX)
        };
        let mut fields: Vec<&wire::Field> = fields.iter().collect();
        fields.sort_by_cached_key(place);
        let mut groups: Vec<Group> = Vec::new();
        for field in fields {
            let by = field.live.first().map(|live| self.by(&live.by)).unwrap_or_default();
            let row = self.row(field);
            match groups.iter_mut().find(|group| group.by == by) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { by, rows: vec![row] }),
            }
        }
        groups.sort_by_key(|group| group.by != above);
        groups.iter_mut().filter(|group| group.by == above).for_each(|group| group.by.clear());
        groups
    }

    fn entity_kind(&self, id: &str) -> Option<EntityKind> {
        self.case.entities.iter().find(|entity| entity.id == id).map(|entity| entity.kind.as_str().into())
    }

    /// Everything in the case of these kinds, in its order.
    pub fn blocks(&self, kinds: &[EntityKind]) -> Vec<Block> {
        let wanted = |entity: &&wire::Entity| kinds.contains(&entity.kind.as_str().into());
        self.case.entities.iter().filter(wanted).map(|entity| self.block(entity)).collect()
    }

    fn text_of(&self, entity: &wire::Entity, name: &FieldName) -> String {
        let field = entity.fields.iter().find(|field| field.name == name.as_str());
        field.map(|field| self.value(field, &field.value)).unwrap_or_default()
    }

    fn block(&self, entity: &wire::Entity) -> Block {
        let names = [schema::NAME, schema::FORM, schema::RECORD_TYPE, schema::TITLE];
        let title = names.iter().map(|name| self.text_of(entity, name)).find(|title| !title.is_empty());
        let by = self.by(&entity.by);
        let form = entity.form.as_ref().map(|form| match self.language {
            Language::Chinese => format!("{} 第{}版", form.form, form.version),
            Language::English => format!("{}, version {}", form.form, form.version),
        });
        let of_question: Vec<&str> = entity.question.iter().chain(&title).map(String::as_str).collect();
        let title = if entity.question.is_some() { Some(of_question.join(" ")) } else { title.or(form) };
        let voided =
            |gone: &wire::Withdrawal| format!("{}：{}", self.by(&gone.by), gone.reason.clone().unwrap_or_default());
        Block {
            id: entity.id.clone(),
            label: self.label(&entity.label),
            title: title.unwrap_or_default(),
            groups: self.grouped(&entity.fields, &by),
            lines: self.lines(entity, &by),
            by,
            withdrawn: entity.withdrawn.iter().map(voided).collect(),
            shell: entity.shell,
        }
    }

    /// The lines of a record, whose own `by` is in the heading.
    fn lines(&self, record: &wire::Entity, by: &str) -> Vec<Line> {
        let lines = self.case.entities.iter().filter(|line| line.kind == schema::LINE.as_str());
        let own = lines.filter(|line| line.parent.as_deref() == Some(&record.id) && line.withdrawn.is_empty());
        let mut before = by.to_owned();
        let line = |line: &wire::Entity| {
            let live = line.fields.iter().filter_map(|field| field.live.first());
            let mut sources: Vec<String> = live.map(|live| self.by(&live.by)).collect();
            sources.dedup();
            let by = if sources.is_empty() { self.by(&line.by) } else { sources.join("；") };
            let said = by != before;
            before.clone_from(&by);
            Line {
                by: if said { by } else { String::new() },
                question: self.text_of(line, &schema::QUESTION),
                answer: self.text_of(line, &schema::ANSWER),
            }
        };
        own.map(line).collect()
    }

    /// A short title of an entity.
    pub fn entity_title(&self, id: &str) -> String {
        let found = self.case.entities.iter().find(|entity| entity.id == id);
        found.map_or_else(String::new, |entity| {
            let block = self.block(entity);
            format!("{} {}", block.label, block.title).trim().to_owned()
        })
    }

    /// Assigned numbers, each with its document or case.
    pub fn numbers(&self) -> Vec<(String, String)> {
        self.case.numbers.iter().map(|number| (self.word(&number.form), number.text.clone())).collect()
    }
}

/// A time as people read it, Asia/Shanghai.
pub(super) fn time(ms: i64) -> String {
    Instant::from_ms(ms).to_string()
}

fn history_path(target: Option<&str>, name: &str) -> String {
    format!("fields/{}/{}", target.unwrap_or("case"), encoded(name))
}
