//! From a folded case to the plain facts that rules look at. One bridge for phone and server.
//!
//! Promise: same state, same timeline, same roster, same moment, same facts. A field or step that nobody wrote is
//! not known or has not happened; nothing is guessed. Every moment comes from the [`Timeline`]: what a wall clock
//! claims is no fact. Which names it reads is in `schema`, and `docs/case-schema.md` says it for people.
//! Not here: judgement (`law`), where state and roster come from.

mod decision;
mod discretion;
mod inspection;
mod officers;
mod reach;
mod roster;

pub use reach::{Reach, Reaches};
pub use roster::{AgencyEntry, Held, ItemEntry, OfficerEntry, Roster, certificate_during, certificate_of, organ_kind};

use crate::case::{CaseState, NotInTime, ReadStep, Timeline};
use crate::law::facts::{CaseKind, EvidenceEntry, Facts, Happened, Known, OrganKind, Party, PartyType, Sector};
use crate::law::wording::orders_correction;
use crate::op::OpId;
use crate::schema as names;
use crate::time::Date;
use crate::value::Value;
use crate::when::{Interval, When};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The case as it stands at this time: only what has happened is judged.
    Standing(Interval),
    /// Besides, an act that is about to be done at this time.
    Acting(Interval),
}

impl Occasion {
    /// When one looks.
    pub const fn at(self) -> Interval {
        match self {
            Self::Standing(at) | Self::Acting(at) => at,
        }
    }
}

/// A case with its moments.
struct Told<'a> {
    state: &'a CaseState,
    timeline: &'a Timeline,
}

/// The facts of a case.
pub fn of_case(state: &CaseState, timeline: &Timeline, roster: &Roster, occasion: Occasion) -> Facts {
    let (told, at) = (Told { state, timeline }, occasion.at());
    let agency = state.opening.as_ref().and_then(|opening| roster.agencies.get(&opening.agency));
    let sector = text(state, None, names::SECTOR).or(agency.map(|agency| agency.sector.as_str()));
    let kind = state.opening.as_ref().map_or(CaseKind::Inspection, |opening| opening.kind);
    let sector = sector_of(sector.unwrap_or_default());
    let roster = &roster.for_case(state.participants.keys(), sector);
    let mut facts = Facts::new(at.lower.date(), &roster.region, sector, kind);
    facts.on_at_latest = Some(at.upper.date()).filter(|last| *last != facts.on);
    facts.causes = timeline.causes().clone();
    facts.organ_kind = agency.map_or(OrganKind::NotTold, |agency| agency.kind);
    facts.tenant = roster.tenant;
    facts.violation_on = known(text(state, None, names::VIOLATION_DATE).and_then(|date| date.parse::<Date>().ok()));
    (facts.acts, facts.officers) = officers::of(&told, roster, occasion);
    facts.certificate_shown_at = told.happened(names::CERTIFICATE_SHOWN);
    facts.first_question_at = told.happened(names::QUESTION_ASKED);
    facts.rights_told_at = told.happened(names::RIGHTS_TOLD);
    facts.heard_at = told.happened(names::STATEMENT_HEARD);
    facts.waived_at = told.happened(names::STATEMENT_WAIVED);
    facts.correction_ordered_at = told.happened(names::CORRECTION_ORDERED);
    facts.correction_text_orders = correction_text(state);
    facts.party = party(state);
    facts.individual_business_as_organisation.clone_from(&roster.individual_business_as_organisation);
    facts.reconsideration_organ = known(agency.and_then(|agency| agency.reconsideration.clone()));
    facts.on_water = state.value(None, names::ON_WATER).and_then(Value::as_bool).unwrap_or(false);
    facts.landed_at = told.happened(names::LANDED);
    facts.inspection = (kind == CaseKind::Inspection).then(|| inspection::of(&told));
    facts.decision = decision::of(&told, roster);
    facts.evidence = evidence(state);
    facts
}

fn party(state: &CaseState) -> Party {
    let Some((entity, _)) = state.entities_of(names::PARTY).into_iter().next() else { return Party::default() };
    let read = |name| text(state, Some(entity), name).map(str::to_owned);
    Party {
        kind: known(read(names::PARTY_TYPE).and_then(|kind| match kind.as_str() {
            "natural_person" => Some(PartyType::NaturalPerson),
            "individual_business" => Some(PartyType::IndividualBusiness),
            "company" => Some(PartyType::Company),
            "other_organisation" => Some(PartyType::OtherOrganisation),
            _ => None,
        })),
        credit_code: read(names::USCC),
        citizen_number: read(names::CITIZEN_NUMBER),
    }
}

fn evidence(state: &CaseState) -> Vec<EvidenceEntry> {
    let entry = |(entity, _)| EvidenceEntry {
        name: text(state, Some(entity), names::TITLE).unwrap_or_default().to_owned(),
        kind: text(state, Some(entity), names::KIND).unwrap_or_default().to_owned(),
    };
    state.entities_of(names::EVIDENCE).into_iter().map(entry).collect()
}

fn correction_text(state: &CaseState) -> Known<bool> {
    let order = documents(state, names::CORRECTION_ORDER).into_iter().next_back();
    known(order.and_then(|order| text(state, Some(order), names::TEXT)).map(orders_correction))
}

/// Documents of a form that were not voided, by order key.
fn documents(state: &CaseState, form: &str) -> Vec<OpId> {
    let of_form = |entity: &OpId| text(state, Some(*entity), names::FORM) == Some(form);
    state.entities_of(names::DOCUMENT).into_iter().map(|(entity, _)| entity).filter(of_form).collect()
}

/// A sector that no rule knows has the rules that are for all.
fn sector_of(code: &str) -> Sector {
    Sector::parse(code).unwrap_or(Sector::Other)
}

/// The displayed text of a field, unless it is empty.
fn text<'a>(state: &'a CaseState, target: Option<OpId>, name: &str) -> Option<&'a str> {
    state.value(target, name).and_then(Value::as_text).filter(|text| !text.trim().is_empty())
}

impl Told<'_> {
    /// When a step first happened: as it was recorded, or as a correction states it.
    fn happened(&self, step: &str) -> Happened {
        let steps: Vec<ReadStep<'_>> = self.state.steps_of(step).collect();
        let (mut whens, mut recorded) = (Vec::new(), Vec::new());
        for step in &steps {
            match step.stated {
                _ if step.disputed => return Happened::Unknown,
                None => recorded.push(step.recorded.op),
                Some((by, at)) => match self.timeline.stated(at, by) {
                    Some(when) => whens.push(when),
                    None => return Happened::Unknown,
                },
            }
        }
        match self.recorded(recorded) {
            Happened::At(when) => whens.push(when),
            Happened::Unknown => return Happened::Unknown,
            Happened::NotYet => {}
        }
        When::earliest(whens).into()
    }

    /// When the first of these was recorded.
    fn recorded(&self, ops: impl IntoIterator<Item = OpId>) -> Happened {
        match self.timeline.earliest(ops) {
            Ok(when) => when.into(),
            Err(NotInTime) => Happened::Unknown,
        }
    }

    /// When a field got the value it shows.
    fn written(&self, name: &str) -> Happened {
        let shown = text(self.state, None, name).and_then(|_| self.state.field(None, name)?.live.first());
        self.recorded(shown.map(|live| live.op))
    }
}

fn known<T>(value: Option<T>) -> Known<T> {
    value.map_or(Known::Unknown, Known::Known)
}
