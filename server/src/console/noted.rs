//! Changes that need attention, for a page: the content of each change, and the decision about it.

use api_spec::case::{NotedChange, NotedOp};
use sync_core::schema::{self, EntityKind};

use super::file::Reader;
use super::words;

/// A change that needs attention.
#[derive(Debug)]
pub struct Noted {
    /// As the API shows it.
    pub change: NotedChange,
    /// Author, phone and time.
    pub by: String,
    /// The content.
    pub says: String,
    /// Whether it waits to be admitted or dismissed.
    pub waits: bool,
    /// The decision with its author and reason; empty if there is none.
    pub decision: String,
}

impl Reader<'_> {
    /// All changes that need attention.
    pub fn noted(&self) -> Vec<Noted> {
        let one = |change: &NotedChange| Noted {
            by: self.by(&change.by),
            says: self.says(change),
            waits: change.excluded && !change.dismissed,
            decision: change.decision.as_ref().map(|made| self.judged(made)).unwrap_or_default(),
            change: change.clone(),
        };
        self.case.noted.iter().map(one).collect()
    }

    /// The content of a change, operation by operation. The place of the act is shown elsewhere.
    fn says(&self, change: &NotedChange) -> String {
        let told = change.says.iter().filter(|op| op.name != schema::PLACE.as_str()).map(|op| self.op(op));
        told.collect::<Vec<_>>().join(&self.either("；", "; "))
    }

    fn op(&self, op: &NotedOp) -> String {
        let label = self.label(&op.label);
        let entity = Some(op.entity.as_str()).filter(|kind| !kind.is_empty()).map(EntityKind::from);
        let field = schema::field(entity.as_ref(), &op.name.as_str().into());
        let value = words::shown(self.language, field.map(|field| field.kind), &op.value);
        let said = if op.value.is_null() { String::new() } else { format!("：{value}") };
        match op.act.as_str() {
            "open" => format!("{} {label}", self.either(words::opened(self.case.card.kind).0, "opens a case")),
            "invite" => self.either("邀请一名执法人员参加办案", "invites an officer"),
            "add" => format!("{}{label}", self.either("新增", "adds ")),
            "withdraw" => format!("{}{label}{said}", self.either("作废", "voids ")),
            "sign" => format!("{}{}", self.either("签署", "signs "), self.word(&op.label.zh)),
            "other" => self.either("其他操作", "something else"),
            _ => format!("{label}{said}"),
        }
    }

    fn judged(&self, made: &api_spec::case::ChangeDecision) -> String {
        let what = if made.verdict == "admit" {
            self.either("已认可", "Admitted")
        } else {
            self.either("不予认可", "Dismissed")
        };
        format!("{what} · {} · {}：{}", self.name(&made.by), super::file::time(made.decided_ms), made.reason)
    }
}
