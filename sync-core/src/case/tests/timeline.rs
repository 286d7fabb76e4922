//! Times of a case, from the bounds of its changes.

use super::*;
use crate::when::{Grade, Interval};

fn between(lower: i64, upper: i64) -> Interval {
    Interval { lower: Instant::from_ms(lower), upper: Instant::from_ms(upper), grade: Grade::B }
}

#[test]
fn of_one_phones_chain_the_first_counts_in_whatever_order_they_are_named() {
    let mut li = Pen::new(LI, 1);
    let open = li.write(None, &[], vec![opening()]);
    let next = li.write(Some(open.id()), &[&open], vec![name("一", &[])]);
    let last = li.write(Some(open.id()), &[&next], vec![name("二", &[])]);
    // What is proved of the later ones is earlier than what is proved of the first.
    let dated = [(&open, between(50, 60)), (&next, between(0, 10)), (&last, between(0, 10))];
    let timeline = Timeline::new(dated);
    let of = |changes: &[&Change]| {
        let ops = changes.iter().map(|change| op(change, 0));
        timeline.earliest(ops).map(|when| when.map(|when| when.interval()))
    };
    for changes in [[&open, &next, &last], [&last, &next, &open], [&next, &open, &last], [&open, &last, &open]] {
        assert_eq!(of(&changes), Ok(Some(between(50, 60))));
    }
    assert_eq!(of(&[&last, &next]), Ok(Some(between(0, 10))));
    assert_eq!(of(&[]), Ok(None));
    let other = li.write(Some(open.id()), &[&last], vec![name("三", &[])]);
    assert_eq!(of(&[&open, &other]), Err(NotInTime));
}

#[test]
fn what_a_person_stated_is_no_later_than_when_they_wrote_it() {
    let mut li = Pen::new(LI, 1);
    let open = li.write(None, &[], vec![opening()]);
    let unknown = li.write(Some(open.id()), &[&open], vec![name("一", &[])]);
    let stated = |written_until: i64, at: i64| {
        let timeline = Timeline::new([(&open, between(0, written_until))]);
        assert_eq!(timeline.interval(open.id()), Some(between(0, written_until)));
        assert_eq!((timeline.interval(unknown.id()), timeline.when(op(&unknown, 0))), (None, None));
        assert_eq!(timeline.stated(Instant::from_ms(at), op(&unknown, 0)), None);
        timeline.stated(Instant::from_ms(at), op(&open, 0)).map(|when| when.interval().lower.ms())
    };
    assert_eq!((stated(120_000, 0), stated(120_000, 120_000)), (Some(0), Some(120_000)));
    assert_eq!((stated(119_999, 120_000), stated(120_000, 180_000)), (None, None));
}
