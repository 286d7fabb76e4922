//! Facts of the decision: what the document states, who signed, how it reached the party.

use super::{Roster, Told, discretion, documents, known, text};
use crate::case::CaseState;
use crate::law::facts::{Decision, Delivery, Happened, Item, Known, Penalty, Seal};
use crate::law::wording::{read_payment, read_remedy};
use crate::money::Fen;
use crate::op::{OpId, SignerRole};
use crate::schema as names;
use crate::value::Value;
use crate::when::When;
use std::collections::BTreeSet;

/// Which field states which item.
const STATES: [(&str, Item); 9] = [
    (names::FACTS, Item::Violation),
    (names::KIND_AND_BASIS, Item::KindAndBasis),
    (names::FINE_FEN, Item::Amount),
    (names::DATE, Item::Time),
    (names::PLACE_TEXT, Item::Place),
    (names::REMEDY, Item::Remedy),
    (names::ORGAN_NAME, Item::OrganName),
    (names::PARTY_PARTICULARS, Item::PartyParticulars),
    (names::PAYMENT, Item::Payment),
];

/// The last decision document that was not voided.
pub(super) fn of(told: &Told<'_>, roster: &Roster) -> Option<Decision> {
    let state = told.state;
    let forms = [names::SPOT_DECISION, names::PENALTY_DECISION];
    let document = forms.iter().flat_map(|form| documents(state, form)).next_back()?;
    let item = discretion::item(state, roster, document);
    let field = |name| state.value(Some(document), name);
    let signed_by = officers_who_signed(state, document);
    let stated = STATES.iter().filter(|(name, _)| field(name).is_some_and(says_something)).map(|(_, item)| *item);
    Some(Decision {
        signed_at: signed_at(told, document, &signed_by),
        penalties: penalties(field(names::PENALTY_KIND)),
        fine: field(names::FINE_FEN).and_then(Value::as_int).and_then(|fen| Fen::new(fen).ok()),
        discretion: discretion::of(state, document, item),
        spot_limit: item.and_then(|item| item.spot_limit.clone()),
        item_confirmed: item.map(|item| item.confirmed),
        form_number: text(state, Some(document), names::NUMBER).map(str::to_owned).or_else(|| given(state, document)),
        seal: Known::Known(match text(state, Some(document), names::SEAL) {
            Some("presealed") => Seal::PreSealedPaper,
            Some("electronic") => Seal::Electronic,
            Some(_) | None => Seal::Absent,
        }),
        stated: stated.collect(),
        signed_by,
        remedy: known(text(state, Some(document), names::REMEDY).map(read_remedy)),
        payment: text(state, Some(document), names::PAYMENT).map(read_payment),
        delivery: Known::Known(delivery(state, document)),
        reported_at: told.happened(names::REPORTED_FOR_RECORD),
        archived_at: told.happened(names::ARCHIVED),
    })
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => !text.trim().is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Bytes(_) | Value::List(_) => true,
    }
}

/// The number that the server gave.
fn given(state: &CaseState, document: OpId) -> Option<String> {
    state.numbers.iter().rfind(|number| number.target == Some(document)).map(|number| number.text.clone())
}

fn penalties(value: Option<&Value>) -> BTreeSet<Penalty> {
    let one = |value: &Value| {
        value.as_text().map(|kind| match kind {
            "warning" => Penalty::Warning,
            "fine" => Penalty::Fine,
            _ => Penalty::Other,
        })
    };
    match value {
        Some(Value::List(kinds)) => kinds.iter().filter_map(one).collect(),
        Some(kind) => one(kind).into_iter().collect(),
        None => BTreeSet::new(),
    }
}

fn is_officers(role: SignerRole) -> bool {
    matches!(role, SignerRole::Officer | SignerRole::SecondOfficer)
}

fn officers_who_signed(state: &CaseState, document: OpId) -> BTreeSet<crate::id::OfficerId> {
    let on_it = state.signatures.iter().filter(|signed| signed.document == Some(document) && is_officers(signed.role));
    on_it.map(|signed| signed.by.officer).collect()
}

/// When the second of two distinct officers signed.
fn signed_at(told: &Told<'_>, document: OpId, signed_by: &BTreeSet<crate::id::OfficerId>) -> Happened {
    let on_it =
        told.state.signatures.iter().filter(|signed| signed.document == Some(document) && is_officers(signed.role));
    let mut firsts = Vec::new();
    for officer in signed_by {
        match told.recorded(on_it.clone().filter(|signed| signed.by.officer == *officer).map(|signed| signed.op)) {
            Happened::At(first) => firsts.push(first),
            Happened::Unknown => return Happened::Unknown,
            Happened::NotYet => {}
        }
    }
    When::second(&firsts).into()
}

fn delivery(state: &CaseState, document: OpId) -> Delivery {
    let steps = state.steps_of(names::DELIVERED).filter(|step| step.target == Some(document));
    match steps.last().map(|step| step.value.and_then(Value::as_text)) {
        None => Delivery::NotYet,
        Some(Some("refused")) => Delivery::Refused { noted: false },
        Some(Some("refused_noted")) => Delivery::Refused { noted: true },
        Some(Some("electronic")) => Delivery::Electronic { confirmed: false },
        Some(Some("electronic_confirmed")) => Delivery::Electronic { confirmed: true },
        Some(Some("screen")) => Delivery::ScreenOnly,
        Some(Some(_) | None) => Delivery::HandedOver,
    }
}
