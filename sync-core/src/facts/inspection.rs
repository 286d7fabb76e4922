//! Facts of the inspection.

use super::{Told, documents, known, text};
use crate::law::facts::{Happened, Inspection};
use crate::schema as names;
use crate::time::Instant;
use crate::value::Value;

pub(super) fn of(told: &Told<'_>) -> Inspection {
    let state = told.state;
    let party = state.entities_of(names::PARTY).into_iter().next().map(|(entity, _)| entity);
    let kind = party.and_then(|party| text(state, Some(party), names::PARTY_TYPE));
    let notice = documents(state, names::INSPECTION_NOTICE).into_iter().next();
    let reason = state.steps_of(names::NO_CODE_REASON).find_map(|step| step.value?.as_text());
    let entered = match told.happened(names::ENTERED) {
        Happened::NotYet => told.happened(names::CERTIFICATE_SHOWN),
        entered @ (Happened::At(_) | Happened::Unknown) => entered,
    };
    Inspection {
        enters_enterprise: known(kind.map(|kind| kind != "natural_person")),
        urgent: state.value(None, names::URGENT).and_then(Value::as_bool).unwrap_or(false),
        plan_approved_at: approved(told),
        notice_made_at: match notice {
            Some(notice) => told.recorded([notice]),
            None => told.written(names::NOTICE_NUMBER),
        },
        code_obtained_at: told.written(names::ENFORCEMENT_CODE),
        code_handed_over_at: told.happened(names::CODE_SHOWN),
        enterprise_code_scanned_at: told.written(names::ENTERPRISE_CODE),
        entered_at: entered,
        special_reason: reason.map(str::to_owned),
        filed_at: told.happened(names::INSPECTION_FILED),
    }
}

/// The approval is given elsewhere; what is written here is when. It cannot have been after it was written.
fn approved(told: &Told<'_>) -> Happened {
    let shown = told.state.field(None, names::PLAN_APPROVED_MS).and_then(|field| field.live.first());
    let Some((live, ms)) = shown.and_then(|live| Some((live, live.value.as_ref()?.as_int()?))) else {
        return Happened::NotYet;
    };
    told.timeline.stated(Instant::from_ms(ms), live.op).map_or(Happened::Unknown, Happened::At)
}
