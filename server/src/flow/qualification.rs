//! What is known of the qualification of officers: of one person, and of agencies in a year.
//!
//! Promise: a person reads what is said of them; of others, those with [`Duty::QualificationRecords`] in their reach. An
//! annulled entry is shown and does not count. Shares are counts of people; nothing is ranked. Not here: the acts
//! (`flow::officer`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::certificate::CertificateState;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::qualification::{AssessmentConsequence, HOURS_PER_YEAR, TrainingClass, consequence, year_of};
use sync_core::role::{Duty, Role};
use sync_core::time::{Date, Instant};

use super::caller::Caller;
use super::{certificate, officer};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AgencyRow, AssessmentRow, ExitRow, OfficerRow, TrainingRow, Tx};

/// Most trainings of a person that are shown, the last first.
pub const MOST_TRAININGS: i64 = 500;

/// Hours in a year, by class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hours {
    /// 政治能力.
    pub political: i64,
    /// 业务能力.
    pub professional: i64,
}

impl Hours {
    /// Together.
    pub const fn total(self) -> i64 {
        self.political.saturating_add(self.professional)
    }

    /// Whether they are enough for a year ([`HOURS_PER_YEAR`]).
    pub fn is_enough(self) -> bool {
        self.total() >= i64::from(HOURS_PER_YEAR)
    }

    fn add(&mut self, training: &TrainingRow) {
        let class = match training.class {
            TrainingClass::Political => &mut self.political,
            TrainingClass::Professional => &mut self.professional,
        };
        *class = class.saturating_add(training.hours);
    }
}

/// What is known of a person.
#[derive(Debug)]
pub struct Qualification {
    /// Trainings, the last first.
    pub trainings: Vec<TrainingRow>,
    /// Hours that count, by year, the last first.
    pub hours: Vec<(i16, Hours)>,
    /// Assessments, the last year first.
    pub assessments: Vec<AssessmentRow>,
    /// What is to be proposed because of the last assessed year.
    pub consequence: Option<AssessmentConsequence>,
    /// Exits, the last first.
    pub exits: Vec<ExitRow>,
    /// Names of the people of the exits.
    pub names: BTreeMap<OfficerId, String>,
}

/// What is known of the qualification of a person.
///
/// # Errors
/// [`Refusal::NotFound`] for nobody in reach; [`Refusal::Forbidden`]; or an internal error.
pub async fn of(app: &App, caller: Caller, id: OfficerId) -> Result<Qualification, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let person = tx.officer(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            let agency = tx.agency(&tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
            if !caller.reaches(&agency.path) {
                return Err(Refusal::NotFound.into());
            }
            if id != caller.officer {
                caller.must_have(Duty::QualificationRecords)?;
            }
            read(tx, &tenant, &id)
        })
        .await
}

/// Whether the caller reads what is known of this person in reach.
pub fn may_see(caller: &Caller, id: OfficerId) -> bool {
    id == caller.officer || caller.must_have(Duty::QualificationRecords).is_ok()
}

fn read(tx: &mut Tx<'_>, tenant: &TenantId, id: &OfficerId) -> Result<Qualification, Failure> {
    let trainings = tx.trainings_of(tenant, id, MOST_TRAININGS)?;
    let mut hours = BTreeMap::<i16, Hours>::new();
    for training in trainings.iter().filter(|one| one.annulled.is_none()) {
        let until: Date = training.until_on.parse().map_err(Failure::broken)?;
        hours.entry(year_of(until)).or_default().add(training);
    }
    let assessments = tx.assessments_of(tenant, id)?;
    let counting: Vec<_> = assessments
        .iter()
        .filter(|one| one.annulled.is_none())
        .filter_map(|one| Some((i16::try_from(one.year).ok()?, one.result)))
        .collect();
    let last = counting.iter().map(|(year, _)| *year).max();
    let exits = tx.exits_of(tenant, id)?;
    let people: BTreeSet<OfficerId> = officer::exit::people(&exits).into_iter().collect();
    let people = tx.officers(tenant, &people.into_iter().collect::<Vec<_>>())?;
    Ok(Qualification {
        trainings,
        hours: hours.into_iter().rev().collect(),
        consequence: last.and_then(|year| consequence(&counting, year)),
        assessments,
        exits,
        names: people.into_iter().map(|person| (person.id, person.name)).collect(),
    })
}

/// The first and the last day of a year, as rows have them.
fn days(year: i16) -> (String, String) {
    (format!("{year:04}-01-01"), format!("{year:04}-12-31"))
}

fn hours_of_all(tx: &mut Tx<'_>, tenant: &TenantId, year: i16) -> Result<BTreeMap<OfficerId, Hours>, Failure> {
    let (first, last) = days(year);
    let mut all = BTreeMap::<OfficerId, Hours>::new();
    for training in tx.trainings_between(tenant, &first, &last)? {
        all.entry(training.officer).or_default().add(&training);
    }
    Ok(all)
}

/// Who holds a certificate that was not cancelled or revoked: of them the law wants training hours.
fn holders(tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<BTreeSet<OfficerId>, Failure> {
    let gone = [CertificateState::Cancelled, CertificateState::Revoked];
    let held = tx.all_certificates(tenant)?.into_iter();
    let held = held.filter(|(row, history)| !gone.contains(&certificate::status_at(row, history, now)));
    Ok(held.map(|(row, _)| row.officer).collect())
}

/// A page of the active certificate holders in reach with their hours of a year, in the order of their ids; whether there are more.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn hours(
    app: &App,
    caller: Caller,
    year: i16,
    after: Option<OfficerId>,
    limit: u32,
) -> Result<(Vec<(OfficerRow, Hours)>, bool), Failure> {
    caller.must_have(Duty::QualificationRecords)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    let wanted = usize::try_from(limit).map_err(Failure::broken)?;
    app.store
        .read(move |tx| {
            let (hours, holders) = (hours_of_all(tx, &tenant, year)?, holders(tx, &tenant, now)?);
            let everybody = tx.officers_below(&tenant, (caller.reach(), &[]), after.as_ref(), i64::MAX)?;
            let counted = everybody.into_iter().filter(|person| person.active && holders.contains(&person.id));
            let mut found: Vec<_> = counted.take(wanted.saturating_add(1)).collect();
            let more = found.len() > wanted;
            found.truncate(wanted);
            let with = |person: OfficerRow| (hours.get(&person.id).copied().unwrap_or_default(), person);
            Ok((found.into_iter().map(with).map(|(hours, person)| (person, hours)).collect(), more))
        })
        .await
}

/// An agency in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyYear {
    /// The agency.
    pub agency: AgencyRow,
    /// Active people who hold a certificate that was not cancelled or revoked.
    pub officers: u32,
    /// Of these, who had any training (全员轮训).
    pub trained: u32,
    /// Of these, who reached the hours of the year.
    pub enough: u32,
    /// Active legal reviewers: at least 5 % of the officers (国办发〔2018〕118号 （十一）).
    pub reviewers: u32,
}

/// The agencies in reach in a year, each before those below it. An agency counts its own people.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn agencies(app: &App, caller: Caller, year: i16) -> Result<Vec<AgencyYear>, Failure> {
    caller.must_have(Duty::QualificationRecords)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .read(move |tx| {
            let (hours, holders) = (hours_of_all(tx, &tenant, year)?, holders(tx, &tenant, now)?);
            let reviewers: BTreeSet<OfficerId> = tx.holders(&tenant, Role::LegalReviewer)?.into_iter().collect();
            let mut people = BTreeMap::<AgencyId, Vec<OfficerId>>::new();
            for person in tx.officers_below(&tenant, (caller.reach(), &[]), None, i64::MAX)? {
                if person.active {
                    people.entry(person.agency).or_default().push(person.id);
                }
            }
            let one = |agency: AgencyRow| {
                let theirs = people.remove(&agency.id).unwrap_or_default();
                counted(agency, &theirs, &hours, &holders, &reviewers)
            };
            Ok(tx.agencies_below(&tenant, caller.reach())?.into_iter().map(one).collect())
        })
        .await
}

fn counted(
    agency: AgencyRow,
    people: &[OfficerId],
    hours: &BTreeMap<OfficerId, Hours>,
    holders: &BTreeSet<OfficerId>,
    reviewers: &BTreeSet<OfficerId>,
) -> AgencyYear {
    let of = |id: &OfficerId| hours.get(id).copied().unwrap_or_default();
    let count = |what: &dyn Fn(&OfficerId) -> bool| {
        let counted = people.iter().filter(|person| what(person)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    };
    AgencyYear {
        officers: count(&|person| holders.contains(person)),
        trained: count(&|person| holders.contains(person) && of(person).total() > 0),
        enough: count(&|person| holders.contains(person) && of(person).is_enough()),
        reviewers: count(&|person| reviewers.contains(person)),
        agency,
    }
}

/// The year, where none is asked for: the present one.
///
/// # Errors
/// [`Refusal::Malformed`] for a year before 2000 or after the present one.
pub fn year(asked: Option<i64>, today: Date) -> Result<i16, Failure> {
    let Some(asked) = asked else { return Ok(today.year()) };
    let fits = i16::try_from(asked).ok().filter(|year| (2000..=today.year()).contains(year));
    let (zh, en) = ("年份应为2000年以后、不晚于今年。", "The year is 2000 or later, and has begun.");
    Ok(fits.ok_or_else(|| Refusal::Malformed.because(zh, en))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training(class: TrainingClass, hours: i64) -> TrainingRow {
        TrainingRow {
            id: [1; 16],
            officer: OfficerId::new([1; 16]),
            class,
            level: sync_core::qualification::TrainingLevel::County,
            topic: String::new(),
            held_on: "2026-01-01".into(),
            until_on: "2026-01-01".into(),
            hours,
            proof: String::new(),
            entered: Instant::from_ms(0),
            annulled: None,
        }
    }

    #[test]
    fn sixty_hours_of_both_classes_are_enough_and_fifty_nine_are_not() {
        let mut hours = Hours::default();
        hours.add(&training(TrainingClass::Political, 20));
        hours.add(&training(TrainingClass::Professional, 39));
        assert_eq!((hours.total(), hours.is_enough()), (59, false));
        hours.add(&training(TrainingClass::Professional, 1));
        assert_eq!((hours, hours.is_enough()), (Hours { political: 20, professional: 40 }, true));
    }

    #[test]
    fn a_year_has_begun_and_is_not_older_than_the_century() {
        let today = Date::constant(2026, 12, 1);
        assert_eq!(year(None, today).unwrap(), 2026);
        for (asked, fits) in [(1999, false), (2000, true), (2026, true), (2027, false), (1_000_000, false)] {
            assert_eq!(year(Some(asked), today).is_ok(), fits, "{asked}");
        }
    }
}
