//! The phone's clocks: a wrong wall clock is reported; it neither ends nor extends a lease.

use crate::world::{Phone, moment};
use sync_core::device::{ClockFault, Corrected, Moment, SaveError, Saved, Stop};
use sync_core::id::{BootId, CaseId};
use sync_core::op::{OpId, SignerRole};
use sync_core::sign::Signer as _;
use sync_core::value::Value;
use sync_core::when::{Grade, Interval};

const HOUR: i64 = 60;
const YEAR: i64 = 365 * 24 * HOUR;
const REBOOTED: BootId = BootId::new([6; 16]);

/// By the monotonic clock at `minute`, by the wall clock at `wall`.
fn showing(minute: i64, wall: i64) -> Moment {
    Moment { wall: moment(wall).wall, ..moment(minute) }
}

/// As [`showing`], after the phone was booted again.
fn rebooted(wall: i64) -> Moment {
    Moment { boot: REBOOTED, ..showing(1, wall) }
}

/// A phone with a record to be signed, saved at minute 2.
fn phone() -> (Phone, CaseId, OpId) {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    let mut editor = phone.edit(case);
    editor.add(None, "record", "a");
    let record = OpId { change: phone.save(editor, 2).unwrap().change, index: 0 };
    (phone, case, record)
}

fn sign(
    phone: &mut Phone,
    (case, record): (CaseId, OpId),
    at: &Moment,
    reason: Option<&str>,
) -> Result<Saved, Vec<Stop>> {
    let mut editor = phone.edit(case);
    if let Some(reason) = reason {
        editor.record("overrun_reason", None, Some(Value::text(reason)));
    }
    assert!(editor.sign(record, "scene_note", 1, SignerRole::Officer, "key", None));
    let secret = *record.change.bytes();
    phone.device.save(editor.into_save(), at, secret, &phone.key).map_err(|error| {
        let SaveError::Stopped(stops) = error else { panic!("{error}") };
        stops
    })
}

fn codes(stops: Result<Saved, Vec<Stop>>) -> Vec<String> {
    stops.unwrap_err().into_iter().map(|stop| stop.code).collect()
}

#[test]
fn a_wall_clock_that_is_ahead_ends_no_lease_and_is_told_by_how_much() {
    for (ahead, long) in [(30 * HOUR, "29小时"), (3 * YEAR, "1094天")] {
        let (mut phone, case, record) = phone();
        let saved = sign(&mut phone, (case, record), &showing(3, 3 + ahead), None).unwrap();
        let ClockFault { off_by_ms, proved, zh, .. } = saved.clock.unwrap();
        assert!(off_by_ms > 0 && zh.contains("快") && zh.contains(long), "{zh}");
        assert!(proved.lower < moment(3).wall && moment(3).wall < proved.upper);
        assert_eq!(saved.checks.iter().filter(|check| check.zh.contains("过期")).count(), 0);
    }
}

#[test]
fn a_wall_clock_within_five_minutes_of_the_proved_time_is_no_fault() {
    let (phone, ..) = phone();
    let fault = |ms| {
        let at = Moment { wall: moment(3).wall.plus_ms(ms), ..moment(3) };
        phone.device.clock_fault(&at).unwrap().map(|fault| fault.off_by_ms)
    };
    // Three minutes by the monotonic clock may be 2,180 ms off.
    let most = 300_000 + 2180;
    assert_eq!((fault(most), fault(most + 1)), (None, Some(300_001)));
    assert_eq!((fault(-most), fault(-most - 1)), (None, Some(-300_001)));
}

#[test]
fn a_wall_clock_that_was_set_back_outlasts_no_lease() {
    let (mut phone, case, record) = phone();
    assert_eq!(codes(sign(&mut phone, (case, record), &showing(8 * HOUR + 1, 10), None)), ["lease_over"]);
    // After a boot there is no monotonic clock to tell; but the phone's own last change was later than that.
    let (mut phone, case, record) = phone_at(7 * HOUR);
    assert_eq!(codes(sign(&mut phone, (case, record), &rebooted(10), None)), ["clock_not_proved"]);
    assert!(sign(&mut phone, (case, record), &rebooted(10), Some("时钟待校准")).is_ok());
}

/// As [`phone`], with a further save at `minute`.
fn phone_at(minute: i64) -> (Phone, CaseId, OpId) {
    let (mut phone, case, record) = phone();
    let mut editor = phone.edit(case);
    editor.put(None, "title", Value::text("题"));
    phone.save(editor, minute).unwrap();
    (phone, case, record)
}

#[test]
fn after_a_boot_a_clock_past_the_lease_is_asked_about_and_one_within_it_is_taken() {
    let (mut phone, case, record) = phone();
    let stops = sign(&mut phone, (case, record), &rebooted(3 * YEAR), None).unwrap_err();
    assert_eq!((stops.len(), stops[0].code.as_str()), (1, "clock_not_proved"));
    assert!(stops[0].zh.contains("核对手机时钟") && !stops[0].zh.contains("已到期"), "{}", stops[0].zh);
    assert_eq!(codes(sign(&mut phone, (case, record), &rebooted(8 * HOUR), None)), ["clock_not_proved"]);
    assert!(sign(&mut phone, (case, record), &rebooted(8 * HOUR - 1), None).is_ok());
}

#[test]
fn the_lease_is_over_where_the_proved_time_reaches_its_end() {
    // By the monotonic clock eight hours may be half a minute and more off.
    let drift = 2000 + 8 * 3600;
    let at = |ms: i64, wall| {
        let (mut phone, case, record) = phone();
        let monotonic_ms = u64::try_from(8 * 3_600_000 + ms).unwrap();
        let at = Moment { monotonic_ms, wall: moment(wall).wall, ..moment(1) };
        sign(&mut phone, (case, record), &at, None).is_ok()
    };
    assert!(at(-drift - 100, 3 * YEAR), "wholly before its end, whatever the wall clock shows");
    assert!(!at(drift + 100, 8 * HOUR - 1), "wholly after it");
    assert!(at(0, 8 * HOUR - 1) && !at(0, 8 * HOUR), "in between the wall clock decides");
    assert!(!at(0, 10), "unless it is wrong");
}

#[test]
fn in_a_browser_the_time_is_a_lower_bound_and_a_later_wall_clock_is_no_fault() {
    let (phone, ..) = phone();
    let at = |wall| Moment { counts_sleep: false, ..showing(3, wall) };
    let Interval { lower, upper, grade } = phone.device.proved_time(&at(7 * HOUR)).unwrap();
    assert_eq!((lower, upper, grade), (moment(3).wall.plus_ms(-2180), Interval::OPEN, Grade::B));
    assert_eq!(phone.device.clock_fault(&at(7 * HOUR)).unwrap(), None);
    assert!(phone.device.clock_fault(&at(-3)).unwrap().is_some());
}

#[test]
fn a_phone_corrects_a_step_and_reads_it_as_corrected() {
    let (mut phone, case, _) = phone();
    let mut editor = phone.edit(case);
    editor.record("entered", None, None);
    let step = OpId { change: phone.save(editor, 4).unwrap().change, index: 0 };
    let mut editor = phone.edit(case);
    let corrected = Corrected { kind: Some("landed".into()), happened: Some(moment(3).wall), ..Corrected::default() };
    assert!(editor.correct(step, corrected, "记错环节"));
    assert!(!editor.correct(OpId { index: 9, ..step }, Corrected::default(), "没有这个环节"));
    phone.save(editor, 5).unwrap();
    let state = phone.state(case);
    assert_eq!((state.steps_of(&"entered".into()).count(), state.steps_of(&"landed".into()).count()), (0, 1));
    // A second correction replaces the first.
    let mut editor = phone.edit(case);
    assert!(editor.correct(step, Corrected::default(), "没有发生"));
    phone.save(editor, 6).unwrap();
    let corrected = &phone.state(case).steps[0].corrected;
    assert_eq!(corrected.iter().map(|one| one.stands).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn after_a_boot_it_is_no_earlier_than_the_newest_thing_that_the_server_signed() {
    let (mut phone, ..) = phone();
    let proved = |phone: &Phone| phone.device.proved_time(&rebooted(10)).unwrap().lower;
    let before = proved(&phone);
    assert!(before < moment(30).wall);
    let opened = sync_core::lease::Lease::open(
        &crate::world::lease_bytes(2, 2, 1),
        &crate::world::tenant_key().public_key(),
        &sync_core::sign::SoftwareVerifier,
    );
    let newer = sync_core::lease::Lease { issued: moment(30).wall, ..opened.unwrap().lease };
    let newer = newer.sign(&crate::world::tenant_key()).unwrap();
    phone.device.receive(&[newer.bytes], &[], sync_core::device::Source::Peer).unwrap();
    assert_eq!(proved(&phone), moment(30).wall);
}

#[test]
fn how_far_a_clock_is_off_is_told_in_its_largest_unit() {
    let (phone, ..) = phone();
    let told = |minutes: i64| {
        // Five minutes less a little are allowed; what is told is the least that it is off.
        let at = showing(3, 3 + minutes);
        phone.device.clock_fault(&at).unwrap().unwrap().zh
    };
    for (minutes, text) in
        [(7, "6分钟"), (60, "59分钟"), (62, "1小时"), (2 * 24 * HOUR, "47小时"), (2 * 24 * HOUR + 1, "2天")]
    {
        assert!(told(minutes).contains(text), "{minutes}: {}", told(minutes));
    }
    assert!(told(-7).contains("慢6分钟") && told(7).contains("快6分钟"));
}
