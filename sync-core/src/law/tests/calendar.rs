use super::scene::calendar;
use crate::law::calendar::{Calendar, DueAt, Period};
use crate::time::{Date, Instant};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn working_days_skip_holidays_and_count_make_up_days() {
    for (start, days, last) in [
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-01-01", 3, "2026-01-06"),
        ("2026-09-18", 2, "2026-09-21"),
        ("2026-09-18", 0, "2026-09-18"),
    ] {
        let counted = calendar().add_working_days(day(start), days);
        assert_eq!((counted.on, counted.provisional), (day(last), false), "{days} working days from {start}");
    }
}

#[test]
fn calendar_days_roll_off_a_rest_day_and_keep_the_day_before_rolling() {
    for (start, days, unrolled, rolled) in [
        ("2026-07-05", 90, "2026-10-03", "2026-10-08"),
        ("2026-09-16", 15, "2026-10-01", "2026-10-08"),
        ("2026-01-31", 15, "2026-02-15", "2026-02-24"),
        ("2026-08-28", 30, "2026-09-27", "2026-09-28"),
        // A make-up Sunday is a working day: nothing to roll.
        ("2026-09-05", 15, "2026-09-20", "2026-09-20"),
    ] {
        assert_eq!(calendar().add_calendar_days(day(start), days).on, day(unrolled));
        assert_eq!(calendar().add_calendar_days_rolled(day(start), days).on, day(rolled));
    }
}

#[test]
fn a_year_has_its_working_days() {
    let of_year = [2024, 2025, 2026].map(|year| calendar().working_days_in(year));
    assert_eq!(of_year, [251, 248, 248]);
}

#[test]
fn an_unpublished_year_is_counted_by_weekends_and_marked_provisional() {
    let counted = calendar().add_working_days(day("2026-12-24"), 2);
    assert_eq!((counted.on, counted.provisional), (day("2026-12-28"), true));
    assert!(!calendar().add_working_days(day("2026-12-22"), 2).provisional);
    assert!(calendar().add_calendar_days_rolled(day("2026-12-20"), 15).provisional);
    let due = calendar().due(Instant::start_of(day("2026-12-30")), Period::WorkingDays(3));
    assert!(due.zh.contains("暂定") && due.en.contains("provisional"), "{due:?}");
}

#[test]
fn an_empty_notice_is_no_notice() {
    let empty = Calendar::from_json([r#"{"year": 2027, "days": []}"#]).unwrap();
    assert!(!empty.knows(day("2027-03-01")));
    assert!(calendar().knows(day("2026-12-24")) && !calendar().knows(day("2026-12-25")));
}

#[test]
fn the_turn_of_the_year_is_known_when_both_notices_are() {
    let year = |year: i16| format!(r#"{{"year": {year}, "days": [{{"date": "{year}-01-01", "isOffDay": true}}]}}"#);
    let one = Calendar::from_json([year(2030).as_str()]).unwrap();
    let both = Calendar::from_json([year(2030).as_str(), &year(2031)]).unwrap();
    for known in ["2030-01-01", "2030-01-31", "2030-11-25", "2030-11-30", "2030-12-01", "2030-12-24"] {
        assert!(one.knows(day(known)), "{known}");
    }
    for turn in ["2030-12-25", "2030-12-31"] {
        assert!(!one.knows(day(turn)) && both.knows(day(turn)), "{turn}");
    }
    assert!(!one.knows(day("2029-12-31")) && !one.knows(day("2031-01-01")) && both.knows(day("2031-12-24")));
    // Once a day that is not known was counted, the count stays provisional.
    let across = one.add_working_days(day("2030-12-24"), 1);
    assert_eq!((across.on, across.provisional), (day("2030-12-25"), true));
    let back = Calendar::from_json([year(2030).as_str(), &year(2032)]).unwrap();
    assert!(back.add_working_days(day("2031-12-30"), 3).provisional);
    assert!(!back.add_working_days(day("2031-12-31"), 3).provisional);
    // 31 December 2033 is a Saturday of a year that is not known; Monday is of one that is.
    let after = Calendar::from_json([year(2034).as_str()]).unwrap();
    let rolled = after.add_calendar_days_rolled(day("2033-12-30"), 1);
    assert_eq!((rolled.on, rolled.provisional), (day("2034-01-02"), true));
}

#[test]
fn the_next_years_notice_may_speak_of_december() {
    let years = Calendar::from_json([
        include_str!("../../../../data/holidays/2018.json"),
        include_str!("../../../../data/holidays/2019.json"),
    ])
    .unwrap();
    assert!(years.is_working_day(day("2018-12-29")) && !years.is_working_day(day("2018-12-31")));
}

#[test]
fn hours_are_hours_over_nights_and_holidays() {
    let start = Instant::start_of(day("2026-10-01")).plus_ms(123);
    let due = calendar().due(start, Period::Hours(24));
    assert_eq!(due.at, DueAt::Moment(Instant::start_of(day("2026-10-02")).plus_ms(123)));
    assert!(due.met_by(start.plus_ms(24 * 3_600_000)) && !due.met_by(start.plus_ms(24 * 3_600_000 + 1)));
}

#[test]
fn the_whole_of_the_last_day_counts() {
    let due = calendar().due(Instant::start_of(day("2026-07-05")), Period::Days(90));
    assert_eq!((due.at, due.alarm_on), (DueAt::Day(day("2026-10-08")), Some(day("2026-10-03"))));
    let midnight = Instant::start_of(day("2026-10-09"));
    assert!(due.met_by(midnight.plus_ms(-1)) && !due.met_by(midnight));
}

#[test]
fn holiday_data_of_another_shape_is_refused() {
    for wrong in ["", "[]", r#"{"year": 2026, "days": [{"date": "2026-02-30", "isOffDay": true}]}"#] {
        assert!(Calendar::from_json([wrong]).is_err(), "{wrong}");
    }
}
