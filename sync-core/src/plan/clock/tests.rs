//! Exact time bounds, and one millisecond past each.

use super::*;
use crate::change::{Anchor, Reading};
use crate::id::Digest;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Tolerance of one hour by the monotonic clock: two seconds and one thousandth.
const HOUR_DRIFT: i64 = 5600;
const BOOT: BootId = BootId::new([1; 16]);
const OTHER_BOOT: BootId = BootId::new([2; 16]);

fn at(ms: i64) -> Instant {
    Instant::from_ms(1_795_363_200_000 + ms)
}

/// A native clock an hour after its anchor, its wall clock right.
fn clock() -> Clock {
    let reading = Some(Reading { asked_ms: 5000, came_ms: 5000 });
    let anchor = Some(Anchor { lease: Digest::new([0; 32]), reading });
    Clock { wall: at(HOUR), monotonic_ms: 3_605_000, boot: BOOT, counts_sleep: true, anchor }
}

fn without_reading(clock: Clock) -> Clock {
    Clock { anchor: clock.anchor.map(|anchor| Anchor { reading: None, ..anchor }), ..clock }
}

fn anchored() -> Before {
    Before { anchor: Anchored::At(at(0)), ..Before::default() }
}

fn previous(lower: i64, boot: BootId, monotonic_ms: u64) -> Before {
    Before { previous: Some(Previous { lower: at(lower), boot, monotonic_ms }), ..anchored() }
}

fn found(clock: Clock, before: Before, received: i64) -> (i64, i64, Grade) {
    let Interval { lower, upper, grade } = interval(&clock, &before, at(received));
    (lower.ms() - at(0).ms(), upper.ms() - at(0).ms(), grade)
}

#[test]
fn within_one_boot_a_clock_that_counts_sleep_gives_the_time_to_its_drift() {
    assert_eq!(found(clock(), anchored(), 9 * HOUR), (HOUR - HOUR_DRIFT, HOUR + HOUR_DRIFT, Grade::A));
}

#[test]
fn nothing_was_made_after_its_receipt_or_before_what_it_builds_on() {
    let built_on = |ms| Before { known: Some(at(ms)), ..anchored() };
    assert_eq!(found(clock(), anchored(), HOUR), (HOUR - HOUR_DRIFT, HOUR, Grade::A));
    assert_eq!(found(clock(), built_on(HOUR), 9 * HOUR), (HOUR, HOUR + HOUR_DRIFT, Grade::A));
    // To the millisecond where the monotonic clock still fits, and one past it.
    assert_eq!(found(clock(), anchored(), HOUR - HOUR_DRIFT).2, Grade::A);
    assert_eq!(found(clock(), anchored(), HOUR - HOUR_DRIFT - 1), (0, HOUR - HOUR_DRIFT - 1, Grade::C));
    assert_eq!(found(clock(), built_on(HOUR + HOUR_DRIFT), 9 * HOUR), (HOUR + HOUR_DRIFT, HOUR + HOUR_DRIFT, Grade::A));
    let past = HOUR + HOUR_DRIFT + 1;
    assert_eq!(found(clock(), built_on(past), 9 * HOUR), (past, 9 * HOUR, Grade::C));
}

#[test]
fn a_lease_that_was_long_on_its_way_widens_the_interval_and_moves_nothing() {
    let reading = Some(Reading { asked_ms: 0, came_ms: 3_600_000 });
    let anchor = Some(Anchor { lease: Digest::new([0; 32]), reading });
    let slow = Clock { wall: at(HOUR), monotonic_ms: 7_200_000, anchor, ..clock() };
    let drift = 2 * SECOND + 7200;
    assert_eq!(found(slow, anchored(), 9 * HOUR), (HOUR - drift, 2 * HOUR + drift, Grade::A));
}

#[test]
fn a_wall_clock_outside_the_proved_time_contradicts_it_and_moves_nothing() {
    let wall = |ms| found(Clock { wall: at(ms), ..clock() }, anchored(), 9 * HOUR);
    let proved = (HOUR - HOUR_DRIFT, HOUR + HOUR_DRIFT);
    let slack = 5 * MINUTE;
    for (ms, grade) in [
        (HOUR - HOUR_DRIFT - slack, Grade::A),
        (HOUR - HOUR_DRIFT - slack - 1, Grade::C),
        (HOUR + HOUR_DRIFT + slack, Grade::A),
        (HOUR + HOUR_DRIFT + slack + 1, Grade::C),
        (-3 * 24 * HOUR, Grade::C),
        (3 * 365 * 24 * HOUR, Grade::C),
    ] {
        assert_eq!(wall(ms), (proved.0, proved.1, grade), "{ms}");
    }
    for absurd in [i64::MIN, i64::MAX] {
        let clock = Clock { wall: Instant::from_ms(absurd), ..clock() };
        assert_eq!(found(clock, anchored(), 9 * HOUR), (proved.0, proved.1, Grade::C));
    }
}

#[test]
fn a_clock_that_does_not_count_sleep_is_a_lower_bound_only_and_a_later_wall_clock_contradicts_nothing() {
    let asleep = |wall| Clock { wall: at(wall), counts_sleep: false, ..clock() };
    for wall in [HOUR - HOUR_DRIFT - 5 * MINUTE, HOUR, 8 * HOUR, 9 * HOUR + 5 * MINUTE] {
        assert_eq!(found(asleep(wall), anchored(), 9 * HOUR), (HOUR - HOUR_DRIFT, 9 * HOUR, Grade::B), "{wall}");
    }
    for wall in [HOUR - HOUR_DRIFT - 5 * MINUTE - 1, 9 * HOUR + 5 * MINUTE + 1] {
        assert_eq!(found(asleep(wall), anchored(), 9 * HOUR), (HOUR - HOUR_DRIFT, 9 * HOUR, Grade::C), "{wall}");
    }
    // A dep may be later than the time of a clock that stopped during sleep.
    let built_on = Before { known: Some(at(7 * HOUR)), ..anchored() };
    assert_eq!(found(asleep(8 * HOUR), built_on, 9 * HOUR), (7 * HOUR, 9 * HOUR, Grade::B));
}

#[test]
fn after_a_reboot_or_without_an_anchor_only_what_is_known_bounds_it() {
    let known = Before { known: Some(at(HOUR)), ..anchored() };
    let rebooted = without_reading(clock());
    let right = Clock { wall: at(2 * HOUR), ..rebooted };
    assert_eq!(found(right, known, 9 * HOUR), (HOUR, 9 * HOUR, Grade::B));
    for (wall, grade) in [
        (HOUR - 5 * MINUTE, Grade::B),
        (HOUR - 5 * MINUTE - 1, Grade::C),
        (9 * HOUR + 5 * MINUTE, Grade::B),
        (9 * HOUR + 5 * MINUTE + 1, Grade::C),
    ] {
        let rebooted = Clock { wall: at(wall), ..rebooted };
        assert_eq!(found(rebooted, known, 9 * HOUR), (HOUR, 9 * HOUR, grade), "{wall}");
    }
    let bare = Clock { anchor: None, ..clock() };
    assert_eq!(interval(&bare, &Before::default(), at(9 * HOUR)).lower, Instant::from_ms(0));
    let enrolled = Before { known: Some(at(0)), ..Before::default() };
    assert_eq!(found(bare, enrolled, 9 * HOUR), (0, 9 * HOUR, Grade::B));
}

#[test]
fn the_anchor_is_before_the_change_though_its_reading_is_gone() {
    let rebooted = without_reading(clock());
    assert_eq!(found(rebooted, anchored(), 9 * HOUR), (0, 9 * HOUR, Grade::B));
}

#[test]
fn a_monotonic_clock_that_runs_backwards_is_never_of_grade_a() {
    let reading = |asked_ms, came_ms| Clock {
        anchor: Some(Anchor { lease: Digest::new([0; 32]), reading: Some(Reading { asked_ms, came_ms }) }),
        ..clock()
    };
    // The answer came at the very moment of the change, and one millisecond later.
    assert_eq!(found(reading(5000, 3_605_000), anchored(), 9 * HOUR).2, Grade::A);
    assert_eq!(found(reading(5000, 3_605_001), anchored(), 9 * HOUR), (0, 9 * HOUR, Grade::C));
    assert_eq!(
        found(reading(5001, 5000), anchored(), 9 * HOUR),
        (0, 9 * HOUR, Grade::C),
        "came before it was asked for"
    );
    // Behind the phone's own last change in the same boot.
    assert_eq!(found(clock(), previous(0, BOOT, 3_605_000), 9 * HOUR).2, Grade::A);
    assert_eq!(found(clock(), previous(0, BOOT, 3_605_001), 9 * HOUR), (0, 9 * HOUR, Grade::C));
    assert_eq!(found(clock(), previous(0, OTHER_BOOT, 3_605_001), 9 * HOUR).2, Grade::A);
    let asleep = Clock { counts_sleep: false, ..clock() };
    assert_eq!(found(asleep, previous(0, BOOT, 3_605_001), 9 * HOUR), (0, 9 * HOUR, Grade::C));
}

#[test]
fn a_change_was_made_after_its_phones_own_last_change() {
    let ten_days = 240 * HOUR;
    // By its clocks an hour after the anchor; but the phone's change before was made ten days later.
    for boot in [BOOT, OTHER_BOOT] {
        assert_eq!(found(clock(), previous(ten_days, boot, 0), 2 * ten_days), (ten_days, 2 * ten_days, Grade::C));
    }
    let rebooted = Clock { wall: at(ten_days), ..without_reading(clock()) };
    assert_eq!(found(rebooted, previous(ten_days, OTHER_BOOT, 0), 2 * ten_days), (ten_days, 2 * ten_days, Grade::B));
}

#[test]
fn a_boot_that_began_after_the_last_change_cannot_be_anchored_before_it() {
    // Long enough by its own clock to reach the last change, so that only the anchor gives it away.
    assert_eq!(found(clock(), previous(0, OTHER_BOOT, 0), 9 * HOUR).2, Grade::A);
    assert_eq!(found(clock(), previous(1, OTHER_BOOT, 0), 9 * HOUR), (1, 9 * HOUR, Grade::C));
    assert_eq!(found(clock(), previous(1, BOOT, 0), 9 * HOUR).2, Grade::A, "in the same boot it may well be");
    // The workers of a browser may run beside each other.
    let asleep = Clock { counts_sleep: false, ..clock() };
    assert_eq!(found(asleep, previous(1, OTHER_BOOT, 0), 9 * HOUR), (HOUR - HOUR_DRIFT, 9 * HOUR, Grade::B));
}

#[test]
fn another_phones_lease_anchors_nothing_but_was_before() {
    let foreign = |issued| Before { anchor: Anchored::Elsewhere(issued), ..Before::default() };
    assert_eq!(found(clock(), foreign(Some(at(0))), 9 * HOUR), (0, 9 * HOUR, Grade::C));
    assert_eq!(interval(&clock(), &foreign(None), at(9 * HOUR)).lower, Instant::from_ms(0));
    assert_eq!(found(clock(), foreign(None), 9 * HOUR).2, Grade::C);
}

#[test]
fn a_receipt_before_the_anchor_still_gives_an_interval() {
    assert_eq!(found(without_reading(clock()), anchored(), -HOUR), (-HOUR, -HOUR, Grade::C));
}

#[test]
fn what_was_not_received_yet_is_bounded_by_its_monotonic_clock_alone() {
    let held = |clock: Clock| interval(&clock, &anchored(), Interval::OPEN);
    assert_eq!(held(clock()).upper, at(HOUR + HOUR_DRIFT));
    let rebooted = Clock { wall: at(3 * 365 * 24 * HOUR), ..without_reading(clock()) };
    assert_eq!(held(rebooted), Interval { lower: at(0), upper: Interval::OPEN, grade: Grade::B });
    assert_eq!(held(Clock { wall: at(-5 * MINUTE - 1), ..rebooted }).grade, Grade::C);
}
