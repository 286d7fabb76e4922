//! Facts of each penalty decision: content, signatures, preceding steps, delivery.
//!
//! Promise: each document is considered alone. In a signed document only signed content counts as stated; a penalty
//! counts as displayed, signed or not.

use super::document::{Document, fine};
use super::party::{Named, against};
use super::{Seen, discretion, index, says_something, text};
use crate::case::{CaseState, ReadStep};
use crate::id::OfficerId;
use crate::law::facts::{DecisionForm, Delivery, Facts, Happened, Item, Known, Party, Penalty, PenaltyDecision, Seal};
use crate::law::number::FormNumber;
use crate::law::rule::{About, Matter};
use crate::law::wording::{read_payment, read_remedy};
use crate::op::{OpId, SignerRole};
use crate::schema::{self as names, FieldName, StepKind};
use crate::value::Value;
use crate::when::{Order, When};
use std::collections::{BTreeMap, BTreeSet};

/// The field that states each item.
const STATES: [(FieldName, Item); 9] = [
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

/// Every decision, and each pair of a decision and a party that it is made against.
pub(super) fn matters(seen: Seen<'_>, base: &Facts, documents: &[Document<'_>], parties: &[Named]) -> Vec<Matter> {
    let decisions: Vec<(&Document<'_>, DecisionForm)> =
        documents.iter().filter_map(|document| Some((document, document.decides?))).collect();
    let addressed: Vec<Vec<&Named>> =
        decisions.iter().map(|(document, _)| against(seen.state, document.id, parties)).collect();
    let fines = fines(seen.state, &decisions, &addressed);
    let beyond = beyond(seen);
    let mut matters = Vec::new();
    for ((document, form), addressed) in decisions.into_iter().zip(addressed) {
        let mut facts = base.clone();
        before(seen, document.id, &mut facts);
        let decision = of(seen, document, form);
        let own = usize::from(document.is_signed() && decision.fine.is_some());
        let matter = |about, party: Option<&Named>| {
            let times = fines.get(&party.map(|party| party.id)).copied().unwrap_or_default();
            let key = party.map(|party| (document.id, party.id));
            let (elsewhere, perhaps) = key.and_then(|key| beyond.get(&key)).copied().unwrap_or_default();
            let decision = PenaltyDecision {
                other_fines: times.saturating_sub(own),
                fined_elsewhere: elsewhere,
                perhaps_fined_elsewhere: perhaps,
                ..decision.clone()
            };
            let party_facts = party.map_or_else(nobody, |party| party.facts.clone());
            let facts = Facts { decision: Some(decision), party: party_facts, ..facts.clone() };
            Matter { about, document: Some(document.id), party: party.map(|party| party.id), facts }
        };
        let one = Matter { party: None, ..matter(About::PenaltyDecision, addressed.first().copied()) };
        matters.push(one);
        matters.extend(addressed.iter().map(|party| matter(About::PenaltyOnParty, Some(party))));
        if addressed.is_empty() {
            matters.push(matter(About::PenaltyOnParty, None));
        }
    }
    matters
}

/// Placeholder for the party of a case without a party.
fn nobody() -> Party {
    Party { kind: Known::NotEntered, ..Party::default() }
}

/// How many signed documents fine each party; a fine without a named party counts for none.
fn fines(
    state: &CaseState,
    decisions: &[(&Document<'_>, DecisionForm)],
    addressed: &[Vec<&Named>],
) -> BTreeMap<Option<OpId>, usize> {
    let mut fines = BTreeMap::new();
    for ((document, _), parties) in decisions.iter().zip(addressed) {
        if !document.is_signed() || fine(state, document.id).is_none() {
            continue;
        }
        if parties.is_empty() {
            *fines.entry(None).or_default() += 1;
        }
        for party in parties {
            *fines.entry(Some(party.id)).or_default() += 1;
        }
    }
    fines
}

/// For each decision and party, the fines in other cases for the same act: those that are known to be of the same party,
/// and those that may be.
fn beyond(seen: Seen<'_>) -> BTreeMap<(OpId, OpId), (usize, usize)> {
    let counted = |fined: index::Fined| {
        let (proved, perhaps) = (seen.beyond.count(fined.proved), seen.beyond.count(fined.perhaps));
        ((fined.document, fined.party), (proved, perhaps))
    };
    index::fines(seen.state).into_iter().map(counted).collect()
}

/// Notice, statement and waiver that came before this decision: those that name it, or no document.
fn before(seen: Seen<'_>, document: OpId, facts: &mut Facts) {
    let state = seen.state;
    let concerns = |step: &ReadStep<'_>| {
        let other = |target: OpId| state.entities.get(&target).is_some_and(|entity| entity.kind == names::DOCUMENT);
        step.target.is_none_or(|target| target == document || !other(target))
    };
    let says = |step: &ReadStep<'_>| step.value.is_some_and(says_something);
    let in_record = |step: &ReadStep<'_>| {
        let target = step.target.and_then(|target| state.entities.get(&target));
        target.is_some_and(|entity| entity.kind == names::RECORD && entity.withdrawn.is_empty())
    };
    let recorded = |step: &StepKind, such: &dyn Fn(&ReadStep<'_>) -> bool| {
        state.steps_of(step).filter(|step| concerns(step)).any(|step| such(&step))
    };
    let said = |is: bool| if is { Known::Known(true) } else { Known::NotEntered };
    facts.notice_given_at = seen.happened_where(&names::PENALTY_NOTICE, concerns);
    facts.notice_says = said(recorded(&names::PENALTY_NOTICE, &says));
    facts.heard_at = since(seen, &facts.notice_given_at, &names::STATEMENT_HEARD, &concerns);
    facts.heard_noted = said(recorded(&names::STATEMENT_HEARD, &|step| says(step) || in_record(step)));
    facts.waived_at = since(seen, &facts.notice_given_at, &names::STATEMENT_WAIVED, &concerns);
}

/// The first of these steps that did not precede `told`; if all did, the first of them. A statement before the notice
/// does not invalidate a later one.
fn since(seen: Seen<'_>, told: &Happened, step: &StepKind, concerns: &dyn Fn(&ReadStep<'_>) -> bool) -> Happened {
    let Happened::At(told) = told else { return seen.happened_where(step, concerns) };
    let causes = seen.timeline.causes();
    let later = |step: &ReadStep<'_>| {
        let at = seen.when(step);
        concerns(step) && at.is_some_and(|at| causes.in_order(told, &at) == Order::Kept)
    };
    match seen.happened_where(step, later) {
        Happened::NotYet => seen.happened_where(step, concerns),
        found @ (Happened::At(_) | Happened::Unknown) => found,
    }
}

fn of(seen: Seen<'_>, document: &Document<'_>, form: DecisionForm) -> PenaltyDecision {
    let (state, id) = (seen.state, document.id);
    let field = |name: &FieldName| state.value(Some(id), name);
    let signed_by: BTreeSet<OfficerId> = document.by_officers().map(|signed| signed.by.officer).collect();
    let stated = STATES.iter().filter(|(name, _)| states(state, document, name)).map(|(_, item)| *item);
    let signed_as = |role| document.signatures.iter().any(|signed| signed.role == role);
    let of_document = |step: &ReadStep<'_>| step.target.is_none_or(|target| target == id);
    let item = discretion::item(state, seen.roster, id);
    let remedy = text(state, Some(id), &names::REMEDY);
    PenaltyDecision {
        form,
        signed_at: signed_at(seen, document, &signed_by),
        first_signed_at: seen.recorded(document.by_officers().map(|signed| signed.op)),
        penalties: penalties(field(&names::PENALTY_KIND)),
        fine: fine(state, id),
        discretion: discretion::of(state, id, item),
        spot_limit: item.and_then(|item| item.spot_limit.clone()),
        item_confirmed: item.map(|item| item.confirmed),
        form_number: text(state, Some(id), &names::NUMBER).map(str::to_owned).or_else(|| given(state, id)),
        number_granted: granted(seen, id),
        seal: Known::Known(match text(state, Some(id), &names::SEAL) {
            Some("presealed") => Seal::PreSealedPaper,
            Some("electronic") => Seal::Electronic,
            Some(_) | None => Seal::Absent,
        }),
        stated: stated.collect(),
        signed_by,
        party_signed: signed_as(SignerRole::Party),
        refusal_noted: signed_as(SignerRole::Refusal),
        other_fines: 0,
        fined_elsewhere: 0,
        perhaps_fined_elsewhere: 0,
        finishing: seen.finishing.contains(&id),
        remedy: remedy.map_or(Known::NotEntered, |remedy| Known::Known(read_remedy(remedy))),
        payment: text(state, Some(id), &names::PAYMENT).map(read_payment),
        delivery: Known::Known(delivery(state, id)),
        reported_at: seen.happened_where(&names::REPORTED_FOR_RECORD, of_document),
        archived_at: seen.happened_where(&names::ARCHIVED, of_document),
    }
}

/// Whether the document states something in this field. For a signed document, only the signed content counts.
fn states(state: &CaseState, document: &Document<'_>, name: &FieldName) -> bool {
    let Some(live) = state.field(Some(document.id), name).and_then(|field| field.live.first()) else { return false };
    let covered = document.signatures.is_empty() || live.signed;
    covered && live.value.as_ref().is_some_and(says_something)
}

/// The number that the server assigned.
fn given(state: &CaseState, document: OpId) -> Option<String> {
    state.numbers.iter().rfind(|number| number.target == Some(document)).map(|number| number.text.clone())
}

/// Whether a number that is declared as drawn was granted to the phone that wrote it.
fn granted(seen: Seen<'_>, document: OpId) -> Known<bool> {
    let Seen { state, beyond, .. } = seen;
    let of_range = text(state, Some(document), &names::NUMBER_SOURCE) == Some(names::BLOCK);
    let written = state.field(Some(document), &names::NUMBER).and_then(|field| field.live.first());
    let Some(written) = written.filter(|_| of_range) else { return Known::NotEntered };
    let Some(ranges) = beyond.ranges.get(&written.by.device) else { return Known::Unknown };
    let number = written.value.as_ref().and_then(Value::as_text).and_then(FormNumber::parse);
    Known::Known(number.is_some_and(|number| ranges.iter().any(|range| number.is_of(range))))
}

fn penalties(value: Option<&Value>) -> BTreeSet<Penalty> {
    let one = |value: &Value| {
        value.as_text().filter(|kind| !kind.trim().is_empty()).map(|kind| match kind {
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

/// When the second of two distinct officers signed.
fn signed_at(seen: Seen<'_>, document: &Document<'_>, signed_by: &BTreeSet<OfficerId>) -> Happened {
    let mut firsts = Vec::new();
    for officer in signed_by {
        let own = document.by_officers().filter(|signed| signed.by.officer == *officer);
        match seen.recorded(own.map(|signed| signed.op)) {
            Happened::At(first) => firsts.push(first),
            Happened::Unknown => return Happened::Unknown,
            Happened::NotYet => {}
        }
    }
    When::second(&firsts).into()
}

fn delivery(state: &CaseState, document: OpId) -> Delivery {
    let steps = state.steps_of(&names::DELIVERED).filter(|step| step.target == Some(document));
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
