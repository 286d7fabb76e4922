//! Facts of each party.

use super::text;
use crate::case::CaseState;
use crate::law::facts::{Known, Party, PartyType};
use crate::law::identity::Registered;
use crate::op::OpId;
use crate::schema::{self as names, FieldName};
use crate::value::Value;
use std::collections::BTreeSet;

/// Most parties of a case in which a decision need not name its party: it is judged against each of them. With more
/// parties, the decision must name one.
const UNNAMED_PARTIES: usize = 16;

/// A party with its name in the case.
pub(super) struct Named {
    pub id: OpId,
    pub facts: Party,
}

/// Every party that was not voided, by order key.
pub(super) fn all(state: &CaseState) -> Vec<Named> {
    let named = |(id, _)| Named { id, facts: of(state, id) };
    state.entities_of(&names::PARTY).into_iter().map(named).collect()
}

fn of(state: &CaseState, id: OpId) -> Party {
    let read = |name: &FieldName| text(state, Some(id), name).map(str::to_owned);
    let kind = match text(state, Some(id), &names::PARTY_TYPE) {
        Some("natural_person") => Known::Known(PartyType::NaturalPerson),
        Some("individual_business") => Known::Known(PartyType::IndividualBusiness),
        Some("company") => Known::Known(PartyType::Company),
        Some("other_organisation") => Known::Known(PartyType::OtherOrganisation),
        // An unknown kind counts as not entered.
        Some(_) | None => Known::NotEntered,
    };
    Party { kind, credit_code: read(&names::USCC), citizen_number: read(&names::CITIZEN_NUMBER) }
}

/// The parties that a decision is made against: those that it names or, if it names none, every party.
pub(super) fn against<'a>(state: &CaseState, document: OpId, parties: &'a [Named]) -> Vec<&'a Named> {
    let named: BTreeSet<&str> = match state.value(Some(document), &names::AGAINST) {
        Some(Value::List(ids)) => ids.iter().filter_map(Value::as_text).collect(),
        Some(Value::Text(id)) if !id.trim().is_empty() => BTreeSet::from([id.trim()]),
        Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Bytes(_) | Value::Text(_))
        | None => BTreeSet::new(),
    };
    if named.is_empty() {
        return if parties.len() > UNNAMED_PARTIES { Vec::new() } else { parties.iter().collect() };
    }
    parties.iter().filter(|party| named.contains(party.id.to_string().as_str())).collect()
}

/// Whether the premises of these parties are those of an enterprise (企业). One enterprise among them is enough.
pub(super) fn enterprises(parties: &[Named]) -> Known<bool> {
    let each: Vec<Known<bool>> = parties.iter().map(|party| is_enterprise(&party.facts)).collect();
    if each.contains(&Known::Known(true)) {
        return Known::Known(true);
    }
    if each.is_empty() || each.contains(&Known::NotEntered) { Known::NotEntered } else { Known::Known(false) }
}

/// A code of the register of enterprises makes it an enterprise, whatever its stated kind.
fn is_enterprise(party: &Party) -> Known<bool> {
    let code = party.credit_code.as_deref().and_then(Registered::of);
    match (code, party.kind) {
        (Some(Registered::Enterprise | Registered::Cooperative), _) | (_, Known::Known(PartyType::Company)) => {
            Known::Known(true)
        }
        (
            Some(Registered::IndividualBusiness | Registered::Elsewhere) | None,
            Known::Known(PartyType::NaturalPerson | PartyType::IndividualBusiness | PartyType::OtherOrganisation),
        ) => Known::Known(false),
        (_, Known::NotEntered | Known::Unknown) => Known::NotEntered,
    }
}
