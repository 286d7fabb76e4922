//! Refusals of a save on the phone, each with instructions.
//!
//! Promise: refuses a kind of case or document for which this program has no procedure, and an edit of signed content,
//! for which it offers a supplementary record (补充笔录). Recording something that has happened is never refused.

pub(super) mod number;

use crate::case::CaseState;
use crate::change::{Change, NewOp};
use crate::device::{Save, Stop};
use crate::id::ChangeId;
use crate::op::{Act, BUILT_KINDS, OpId};
use crate::schema::{self as names, EntityKind, FieldName, FormName, SUPPLEMENTARY_RECORD};
use crate::value::Value;

/// Refuses kinds of case and documents for which this program has no procedure.
pub(super) fn not_built(save: &Save) -> Vec<Stop> {
    let mut stops: Vec<Stop> = save.ops.iter().filter_map(of_op).collect();
    stops.extend(save.number.iter().filter_map(|number| form(&number.form)));
    stops.dedup();
    stops
}

fn of_op(op: &NewOp) -> Option<Stop> {
    if let Act::Open(open) = &op.act {
        return (!BUILT_KINDS.contains(&open.kind)).then(kind);
    }
    if let Act::Sign(signature) = &op.act {
        // The title of a document decides nothing; its signed form does.
        return names::DECISIONS.contains(&signature.form).then(|| form(&signature.form)).flatten();
    }
    let writes_form = matches!(op.act, Act::Put | Act::Resolve) && op.field == Some(names::FORM);
    let written = op.value.as_ref().filter(|_| op.target.is_some() && writes_form)?;
    let written = match (&op.act, written) {
        (Act::Resolve, Value::List(pair)) => pair.first()?,
        (_, written) => written,
    };
    form(&written.as_text()?.into())
}

fn kind() -> Stop {
    Stop {
        code: "kind_not_built".to_owned(),
        article: None,
        zh:
            "本系统尚不能办理普通程序案件，不能保存。请在原有系统立案办理；现场检查选“行政检查”，当场处罚选“简易程序”。"
                .to_owned(),
        en: "This program has no ordinary procedure yet, so the case is not saved. Open it in the system in place; \
             for an inspection choose “inspection”, for a penalty on the spot “summary procedure”."
            .to_owned(),
        ops: Vec::new(),
        offer: None,
    }
}

fn no_part() -> Stop {
    Stop {
        code: "not_a_participant".to_owned(),
        article: None,
        zh: "您不是本案办案人员，不能在本案中保存。请本案办案人员邀请您参加，或者由负责人指派。".to_owned(),
        en: "You take no part in this case, so nothing is saved in it. Ask an officer of the case to invite you, or a head \
             to assign you."
            .to_owned(),
        ops: Vec::new(),
        offer: None,
    }
}

fn form(form: &FormName) -> Option<Stop> {
    (!form.as_str().trim().is_empty() && !names::BUILT_FORMS.contains(form)).then(|| Stop {
        code: "form_not_built".to_owned(),
        article: None,
        zh: "本系统尚不能制作这种文书，不能保存。当场处罚用“当场行政处罚决定书”；普通程序的文书请在原有系统制作。".to_owned(),
        en: "This program has no procedure for this document yet, so it is not saved. For a penalty on the spot use the \
             decision on the spot; make documents of the ordinary procedure in the system in place."
            .to_owned(),
        ops: Vec::new(),
        offer: None,
    })
}

/// Refusals of a change, judged on the case with the change in it: a signed value that would remain beside a new one,
/// a signed entity that would be voided, a line added below a signed record, a document signed in a form without a
/// procedure.
pub(super) fn in_case(state: &CaseState, change: &Change) -> Vec<Stop> {
    let own = change.id();
    let supplements =
        change.ops().iter().any(|op| matches!(&op.act, Act::Add { entity, .. } if *entity == SUPPLEMENTARY_RECORD));
    let mut stops = Vec::new();
    if state.outside.contains(&own) {
        stops.push(no_part());
    }
    for (_, op) in change.named_ops() {
        let target = op.target.map(|target| target.resolve(own));
        let found = if let Act::Sign(signature) = &op.act {
            form(&signature.form).filter(|_| kind_of(state, target) == Some(&names::DOCUMENT))
        } else if matches!(op.act, Act::Put | Act::Resolve) {
            op.field.as_ref().and_then(|field| value(state, own, target, field))
        } else if supplements {
            None
        } else if op.act == Act::Withdraw {
            target.filter(|target| is_signed(state, own, *target)).map(|target| entity(state, target))
        } else if matches!(op.act, Act::Add { .. }) {
            target.and_then(|parent| signed_record(state, own, parent)).map(|record| entity(state, record))
        } else {
            None
        };
        stops.extend(found.filter(|stop| !stops.contains(stop)));
    }
    stops
}

/// Values of a field that were signed before and remain live beside the new one.
fn value(state: &CaseState, own: ChangeId, target: Option<OpId>, name: &FieldName) -> Option<Stop> {
    let field = state.field(target, name)?;
    let signed: Vec<OpId> =
        field.live.iter().filter(|live| live.signed && live.op.change != own).map(|live| live.op).collect();
    let label = names::field(kind_of(state, target), name);
    let (zh, en) = label.map_or(("该内容", "This value"), |label| (label.zh, label.en));
    (!signed.is_empty()).then(|| stop(zh, en, signed))
}

/// Kind of an entity; `None` is the case itself, or what it does not hold.
fn kind_of(state: &CaseState, target: Option<OpId>) -> Option<&EntityKind> {
    target.and_then(|target| state.entities.get(&target)).map(|entity| &entity.kind)
}

fn entity(state: &CaseState, target: OpId) -> Stop {
    let label = kind_of(state, Some(target)).and_then(|kind| names::named(names::ENTITIES, kind));
    let (zh, en) = label.map_or(("该内容", "This entry"), |label| (label.zh, label.en));
    stop(zh, en, vec![target])
}

fn stop(zh: &str, en: &str, ops: Vec<OpId>) -> Stop {
    Stop {
        code: "value_signed".to_owned(),
        article: None,
        zh: format!("“{zh}”已经签名确认，不能直接改动。请制作补充笔录，在其中写明更正的内容和原因。"),
        en: format!(
            "“{en}” has been signed and cannot be changed. Add a supplementary record that says what is corrected and why."
        ),
        ops,
        offer: Some(SUPPLEMENTARY_RECORD),
    }
}

/// Whether this entity, or a value of it or below it, is signed.
fn is_signed(state: &CaseState, own: ChangeId, target: OpId) -> bool {
    let as_document = state.signatures.iter().any(|signed| signed.document == Some(target) && signed.op.change != own);
    let shown = || {
        let below = |field: &&crate::case::FieldState| field.target.is_some_and(|of| is_below(state, of, target));
        state
            .fields
            .iter()
            .filter(below)
            .any(|field| field.live.iter().any(|live| live.signed && live.op.change != own))
    };
    as_document || shown()
}

fn is_below(state: &CaseState, mut entity: OpId, above: OpId) -> bool {
    loop {
        if entity == above {
            return true;
        }
        match state.entities.get(&entity).and_then(|entity| entity.parent) {
            Some(parent) => entity = parent,
            None => return false,
        }
    }
}

/// The signed record at or above an entity.
fn signed_record(state: &CaseState, own: ChangeId, mut entity: OpId) -> Option<OpId> {
    loop {
        let found = state.entities.get(&entity)?;
        if found.kind == SUPPLEMENTARY_RECORD {
            return None;
        }
        let signed = |at: OpId| state.signatures.iter().any(|it| it.document == Some(at) && it.op.change != own);
        if found.kind == names::RECORD && signed(entity) {
            return Some(entity);
        }
        entity = found.parent?;
    }
}
