//! Facts of the inspection.

use super::{documents, happened, known, text, written};
use crate::case::CaseState;
use crate::law::facts::{Happened, Inspection};
use crate::schema as names;
use crate::time::Instant;
use crate::value::Value;

pub(super) fn of(state: &CaseState) -> Inspection {
    let party = state.entities_of(names::PARTY).into_iter().next().map(|(entity, _)| entity);
    let kind = party.and_then(|party| text(state, Some(party), names::PARTY_TYPE));
    let notice = documents(state, names::INSPECTION_NOTICE).into_iter().next();
    let noticed = notice.and_then(|notice| state.entities.get(&notice)).map(|notice| notice.by.wall_ms);
    let approved = state.value(None, names::PLAN_APPROVED_MS).and_then(Value::as_int);
    let reason = state.steps_of(names::NO_CODE_REASON).find_map(|step| step.value.as_ref()?.as_text());
    let entered = match happened(state, names::ENTERED) {
        Happened::NotYet => happened(state, names::CERTIFICATE_SHOWN),
        entered @ (Happened::At(_) | Happened::Unknown) => entered,
    };
    Inspection {
        enters_enterprise: known(kind.map(|kind| kind != "natural_person")),
        urgent: state.value(None, names::URGENT).and_then(Value::as_bool).unwrap_or(false),
        plan_approved_at: approved.map_or(Happened::NotYet, |ms| Happened::At(Instant::from_ms(ms))),
        notice_made_at: noticed.map_or_else(|| written(state, names::NOTICE_NUMBER), Happened::At),
        code_obtained_at: written(state, names::ENFORCEMENT_CODE),
        code_handed_over_at: happened(state, names::CODE_SHOWN),
        enterprise_code_scanned_at: written(state, names::ENTERPRISE_CODE),
        entered_at: entered,
        special_reason: reason.map(str::to_owned),
        filed_at: happened(state, names::INSPECTION_FILED),
    }
}
