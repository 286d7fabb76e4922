//! Deadlines for reporting and archiving: start and end.

use super::scene::{but, but_decision, nine, on_day, outcome, result};
use crate::law::calendar::DueAt;
use crate::law::facts::{Happened, Sector};
use crate::law::rule::Outcome;
use crate::time::Date;

/// Decided on Friday 2026-09-18; done on the last day is in time, one day later is not.
fn due_in(sector: Sector, rule: &str, last: Date) {
    let done = |on: Date| {
        let mut facts = but_decision(|d| {
            d.reported_at = on_day(on);
            d.archived_at = on_day(on);
        });
        facts.sector = sector;
        facts
    };
    assert_eq!(result(&done(last), rule).due.unwrap().at, DueAt::Day(last), "{rule}");
    assert_eq!(outcome(&done(last), rule), Outcome::Satisfied, "{rule}");
    assert_eq!(outcome(&done(last.tomorrow().unwrap()), rule), Outcome::Breached, "{rule}");
}

#[test]
fn each_sector_has_its_own_days_to_report_or_archive() {
    due_in(Sector::Market, "SPO-05-MKT", Date::constant(2026, 9, 29));
    due_in(Sector::Agriculture, "SPO-05-AGR", Date::constant(2026, 9, 21));
    due_in(Sector::Transport, "SPO-05-TRA", Date::constant(2026, 9, 23));
    due_in(Sector::Housing, "SPO-05-HOU", Date::constant(2026, 9, 22));
}

#[test]
fn a_running_clock_is_undecided_on_its_last_day_and_breached_the_day_after() {
    let looking = |on| {
        let mut facts = but_decision(|d| d.archived_at = Happened::NotYet);
        facts.on = on;
        outcome(&facts, "SPO-05-MKT")
    };
    assert_eq!(looking(Date::constant(2026, 9, 29)), Outcome::Undecided);
    assert_eq!(looking(Date::constant(2026, 9, 30)), Outcome::Breached);
}

#[test]
fn a_clock_runs_until_what_fulfils_it_has_happened_in_time_or_late() {
    let archived = |at| {
        let mut facts = but_decision(|d| d.archived_at = at);
        facts.on = Date::constant(2026, 10, 30);
        let found = result(&facts, "SPO-05-MKT");
        (found.outcome, found.running)
    };
    assert_eq!(archived(Happened::NotYet), (Outcome::Breached, true));
    assert_eq!(archived(on_day(Date::constant(2026, 9, 29))), (Outcome::Satisfied, false));
    assert_eq!(archived(on_day(Date::constant(2026, 9, 30))), (Outcome::Breached, false), "late, but done");
    let reported = |at| result(&but_decision(|d| d.reported_at = at), "SPO-05").running;
    assert!(reported(Happened::NotYet) && !reported(Happened::exactly(nine(4_000))));
}

#[test]
fn agriculture_article_27_counts_from_landing_on_the_water() {
    let afloat = |landed| {
        but(|f| {
            f.sector = Sector::Agriculture;
            f.on_water = true;
            f.landed_at = landed;
        })
    };
    assert_eq!(outcome(&afloat(Happened::NotYet), "SPO-05-AGR"), Outcome::NotApplicable);
    let due = result(&afloat(on_day(Date::constant(2026, 9, 21))), "SPO-05-AGR").due.unwrap();
    assert_eq!(due.at, DueAt::Day(Date::constant(2026, 9, 23)));
}

#[test]
fn a_provisional_deadline_is_never_found_breached() {
    let mut late = but_decision(|d| {
        d.signed_at = on_day(Date::constant(2026, 12, 29));
        d.archived_at = on_day(Date::constant(2027, 6, 1));
    });
    late.on = Date::constant(2027, 6, 1);
    let result = result(&late, "SPO-05-MKT");
    assert_eq!((result.outcome, result.due.unwrap().provisional), (Outcome::Undecided, true));
}
