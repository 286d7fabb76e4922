//! Which of two events came first, each answer as a sentence.

use super::*;

const fn at(ms: i64) -> Instant {
    Instant::from_ms(1_795_363_200_000 + ms)
}

fn between(lower: i64, upper: i64) -> Interval {
    Interval { lower: at(lower), upper: at(upper), grade: Grade::B }
}

fn node(builds_on: &[usize], chain: usize, seq: u64) -> Node {
    Node { builds_on: builds_on.to_vec(), chain, seq }
}

/// An opening by the first phone; then, knowing nothing of each other, two by the first and one by the second; then one
/// by the second that builds on both.
fn causes() -> Causes {
    Causes::new(vec![node(&[], 0, 1), node(&[0], 0, 2), node(&[0], 0, 3), node(&[0], 1, 1), node(&[2, 3], 1, 2)])
}

/// A moment recorded at `place`.
fn when(place: usize, interval: Interval) -> When {
    Mark::at(place, interval).into()
}

#[test]
fn what_builds_on_something_came_after_it_though_its_proved_time_is_earlier() {
    let (opening, far, apart) = (when(0, between(100, 101)), when(4, between(0, 1)), when(3, between(0, 1)));
    assert_eq!(causes().in_order(&opening, &far), Order::Kept);
    assert_eq!(causes().in_order(&far, &opening), Order::Reversed);
    // Through two others, and on another phone.
    assert_eq!(causes().in_order(&when(2, between(50, 60)), &far), Order::Kept);
    assert_eq!(causes().in_order(&apart, &far), Order::Kept);
}

#[test]
fn what_one_phone_did_is_ordered_by_its_chain_though_nothing_builds_on_the_other() {
    let (first, second) = (when(1, between(50, 60)), when(2, between(0, 10)));
    assert_eq!(causes().in_order(&first, &second), Order::Kept);
    assert_eq!(causes().in_order(&second, &first), Order::Reversed);
}

#[test]
fn a_chain_orders_its_own_phone_only() {
    // The second phone's first change is no later than the first phone's third for having a smaller number.
    assert_eq!(causes().in_order(&when(3, between(0, 10)), &when(2, between(5, 15))), Order::Undecided);
}

#[test]
fn two_changes_with_one_place_in_a_chain_are_not_ordered_by_it() {
    let fork = Causes::new(vec![node(&[], 0, 1), node(&[], 0, 1)]);
    assert_eq!(fork.in_order(&when(0, between(0, 10)), &when(1, between(5, 15))), Order::Undecided);
}

#[test]
fn where_nothing_builds_on_the_other_proved_bounds_decide_and_overlapping_ones_do_not() {
    let (one, other) = (|lower, upper| when(2, between(lower, upper)), |lower, upper| when(3, between(lower, upper)));
    let causes = causes();
    assert_eq!(causes.in_order(&one(0, 9), &other(10, 20)), Order::Kept);
    assert_eq!(causes.in_order(&one(0, 10), &other(10, 20)), Order::Undecided, "they may have been at once");
    assert_eq!(causes.in_order(&other(10, 20), &one(0, 9)), Order::Reversed);
    assert_eq!(causes.in_order(&other(10, 20), &one(0, 10)), Order::Undecided);
    assert_eq!(causes.in_order(&one(7, 7), &other(7, 7)), Order::Kept);
    assert_eq!(causes.in_order(&other(7, 7), &one(7, 7)), Order::Kept);
}

#[test]
fn what_one_change_records_happened_together() {
    let (one, other) = (when(3, between(0, 20)), when(3, between(0, 20)));
    assert_eq!((causes().in_order(&one, &other), causes().in_order(&other, &one)), (Order::Kept, Order::Kept));
}

#[test]
fn of_several_recordings_the_earliest_counts() {
    let (before, after) = (when(0, between(0, 100)), when(4, between(0, 100)));
    let several = When::earliest([after.clone(), before]).unwrap();
    let middle = when(2, between(0, 100));
    assert_eq!(causes().in_order(&several, &middle), Order::Kept);
    assert_eq!(causes().in_order(&middle, &several), Order::Reversed);
    // Each of several questions has to be preceded.
    let alone = when(3, between(0, 100));
    let questions = When::earliest([alone, after]).unwrap();
    assert_eq!(causes().in_order(&middle, &questions), Order::Undecided);
    assert_eq!(When::earliest([]), None);
}

#[test]
fn something_is_done_when_the_second_has_done_it() {
    let (first, second) = (when(0, between(0, 10)), when(4, between(30, 40)));
    assert_eq!(When::second(std::slice::from_ref(&first)), None);
    let done = When::second(&[second.clone(), first.clone()]).unwrap();
    assert_eq!(done.interval(), between(30, 40));
    let told = when(2, between(0, 50));
    assert_eq!(causes().in_order(&told, &done), Order::Kept, "told after the first signed and before the second");
    assert_eq!(causes().in_order(&done, &told), Order::Reversed);
    // Of three the second earliest.
    let third = When::exactly(at(90));
    assert_eq!(When::second(&[third, second, first]).unwrap().interval(), between(30, 40));
}

#[test]
fn of_very_many_recordings_only_the_bounds_are_kept() {
    let all = |count: usize| When::earliest((0..count).map(|place| when(place, between(5, 20)))).unwrap();
    let causes =
        Causes::new((0..=MAX_WAYS + 1).map(|place| node(if place == 0 { &[] } else { &[0] }, place, 1)).collect());
    let last = when(MAX_WAYS + 1, between(0, 20));
    assert_eq!(causes.in_order(&all(MAX_WAYS), &last), Order::Kept);
    assert_eq!(causes.in_order(&all(MAX_WAYS + 1), &last), Order::Undecided);
    assert_eq!(all(MAX_WAYS + 1).interval(), between(5, 20));
    let signed: Vec<When> = (0..).map(|ms| When::exactly(at(ms))).take(MAX_WAYS + 1).collect();
    assert_eq!(When::second(&signed).unwrap().interval(), Interval::exactly(at(1)));
    assert_eq!(When::second(&signed[..MAX_WAYS]).unwrap().interval(), Interval::exactly(at(1)));
}

#[test]
fn what_a_person_stated_is_the_minute_that_they_named() {
    let stated = When::stated(at(61_000)).interval();
    assert_eq!(stated, Interval { lower: at(60_000), upper: at(119_999), grade: Grade::C });
}

#[test]
fn a_claimed_time_is_off_by_how_far_it_lies_outside() {
    let interval = between(10, 20);
    let off = |ms| interval.off_by_ms(at(ms));
    assert_eq!((off(9), off(10), off(20), off(21)), (-1, 0, 0, 1));
    assert_eq!(interval.off_by_ms(Instant::from_ms(i64::MAX)), i64::MAX - at(20).ms());
    assert_eq!(interval.off_by_ms(Instant::from_ms(i64::MIN)), i64::MIN, "and no overflow");
}

#[test]
fn an_interval_is_read_as_a_minute_a_span_or_an_open_end() {
    let shown = |lower, upper| Interval { lower, upper, grade: Grade::A }.to_string();
    assert_eq!(shown(at(0), at(59_999)), "2026-11-23 00:00");
    assert_eq!(shown(at(0), at(60_000)), "2026-11-23 00:00–00:01");
    assert_eq!(shown(at(0), at(86_400_000)), "2026-11-23 00:00 – 2026-11-24 00:00");
    assert_eq!(shown(at(0), Interval::OPEN), "2026-11-23 00:00 –");
}
