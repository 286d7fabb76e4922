//! Facts of the inspection. Recorded steps make an inspection, whatever kind the case was opened as.

use super::document::Document;
use super::party::{Named, enterprises};
use super::{Seen, earlier, text};
use crate::case::CaseState;
use crate::law::facts::{Happened, Inspection};
use crate::op::{CaseKind, OpId};
use crate::schema::{self as names, FieldName, FormName, StepKind};
use crate::time::Instant;
use crate::value::Value;
use crate::when::{Mark, When};

/// Steps that only an inspection has.
const STEPS: [StepKind; 6] = [
    names::ENTERED,
    names::CODE_SHOWN,
    names::NOTICE_HANDED,
    names::ENTERPRISE_CODE_SCANNED,
    names::NO_CODE_REASON,
    names::INSPECTION_FILED,
];
/// Fields of the case that only an inspection has.
const FIELDS: [FieldName; 4] =
    [names::ENFORCEMENT_CODE, names::NOTICE_NUMBER, names::PLAN_APPROVED_MS, names::INSPECTION_RESULT];

pub(super) fn of(seen: Seen<'_>, parties: &[Named], documents: &[Document<'_>]) -> Option<Inspection> {
    let state = seen.state;
    let opened = state.opening.as_ref().is_some_and(|opening| opening.kind == CaseKind::Inspection);
    let notice = notice(state);
    let held = held(seen, opened, documents);
    let recorded = STEPS.iter().any(|step| state.steps_of(step).next().is_some())
        || FIELDS.iter().any(|name| seen.written(name) != Happened::NotYet);
    if !opened && !recorded && notice.is_none() && held == Happened::NotYet {
        return None;
    }
    let entered = match seen.happened(&names::ENTERED) {
        Happened::NotYet => held,
        entered @ (Happened::At(_) | Happened::Unknown) => entered,
    };
    let reason = state.steps_of(&names::NO_CODE_REASON).find_map(|step| step.value?.as_text());
    Some(Inspection {
        enters_enterprise: enterprises(parties),
        urgent: state.value(None, &names::URGENT).and_then(Value::as_bool).unwrap_or(false),
        plan_approved_at: approved(seen),
        notice_made_at: match notice {
            Some(notice) => seen.recorded([notice]),
            None => seen.written(&names::NOTICE_NUMBER),
        },
        code_obtained_at: seen.written(&names::ENFORCEMENT_CODE),
        code_handed_over_at: seen.happened(&names::CODE_SHOWN),
        // A code that was typed when the case was opened does not count as a scan at the door.
        enterprise_code_scanned_at: seen.happened(&names::ENTERPRISE_CODE_SCANNED),
        entered_at: entered,
        special_reason: reason.map(str::to_owned),
        filed_at: seen.happened(&names::INSPECTION_FILED),
    })
}

fn notice(state: &CaseState) -> Option<OpId> {
    let is_notice = |id: &OpId| text(state, Some(*id), &names::FORM) == Some(names::INSPECTION_NOTICE.as_str());
    state.entities_of(&names::DOCUMENT).into_iter().map(|(id, _)| id).find(is_notice)
}

/// The time of the approval. The approval is given outside of Palm; it cannot be later than its record.
fn approved(seen: Seen<'_>) -> Happened {
    let shown = seen.state.field(None, &names::PLAN_APPROVED_MS).and_then(|field| field.live.first());
    let Some((live, ms)) = shown.and_then(|live| Some((live, live.value.as_ref()?.as_int()?))) else {
        return Happened::NotYet;
    };
    seen.timeline.stated(Instant::from_ms(ms), live.op).map_or(Happened::Unknown, Happened::At)
}

/// The time of the first record that proves an inspection, if the entry itself was not recorded.
fn held(seen: Seen<'_>, opened: bool, documents: &[Document<'_>]) -> Happened {
    let scene = earlier(scene_record(seen), seen.written(&names::INSPECTION_RESULT));
    if !opened {
        return scene;
    }
    let counted: Vec<_> = documents.iter().filter(|document| document.doing().is_some()).collect();
    let signed = seen.recorded(counted.iter().flat_map(|document| &document.signatures).map(|signed| signed.op));
    let signing = counted.iter().any(|document| document.signing.is_some());
    let now = if signing { Happened::At(When::from(Mark::apart(seen.at))) } else { Happened::NotYet };
    earlier(earlier(scene, seen.happened(&names::QUESTION_ASKED)), earlier(signed, now))
}

/// When a record of the scene was begun.
fn scene_record(seen: Seen<'_>) -> Happened {
    records(seen, "scene", &names::SCENE_RECORD)
}

/// When a record of this type was begun.
fn records(seen: Seen<'_>, kind: &str, form: &FormName) -> Happened {
    let state = seen.state;
    let typed = |id: &OpId| text(state, Some(*id), &names::RECORD_TYPE) == Some(kind);
    let of_type = state.entities_of(&names::RECORD).into_iter().map(|(id, _)| id).filter(typed);
    let signed = state.signatures.iter().filter(|signed| signed.form == *form).map(|signed| signed.op);
    seen.recorded(of_type.chain(signed))
}

/// The first question, or the first step of an inspection that needs the certificate: recorded as such, or implied by
/// other steps.
pub(super) fn first_contact(seen: Seen<'_>) -> Happened {
    let records = earlier(scene_record(seen), records(seen, "interview", &names::INTERVIEW_RECORD));
    let lines = seen.recorded(seen.state.entities_of(&names::LINE).into_iter().map(|(id, _)| id));
    let inspected = earlier(lines, seen.written(&names::INSPECTION_RESULT));
    earlier(seen.happened(&names::QUESTION_ASKED), earlier(records, inspected))
}
