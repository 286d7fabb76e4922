//! The content of one push, and how long each answer makes the session wait.

use crate::server::Server;
use crate::world::{Phone, moment};
use sync_core::device::{NewEvidence, Offered};
use sync_core::id::CaseId;
use sync_core::message::{Class, Missing, Push, PushOutcome, Pushed};
use sync_core::session::{Answer, HostAction, Limits, Request, Response, Session};

/// No file is sent here.
fn no_file(_: &NewEvidence, _: u64, _: usize) -> Option<Vec<u8>> {
    None
}

fn next(session: &mut Session, phone: &Phone, now_ms: u64) -> HostAction {
    session.next(&phone.device, now_ms, &mut no_file).unwrap()
}

fn pushed(step: &HostAction) -> Vec<Vec<u8>> {
    let HostAction::Send(Request { path, body, .. }) = step else { panic!("{step:?}") };
    assert_eq!(path, "/v1/sync/push");
    Push::read(body).unwrap().changes
}

fn absorb(session: &mut Session, phone: &mut Phone, answer: &Answer, now_ms: u64) {
    let now = sync_core::device::Moment { monotonic_ms: now_ms, ..moment(10) };
    session.absorb(&mut phone.device, answer, &now).unwrap();
}

fn says(status: u16, retry_after: Option<&str>) -> Answer {
    let headers = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_owned()));
    Answer::Response(Response { status, headers: headers.into_iter().collect(), body: Vec::new() })
}

/// A phone with one case of three changes.
fn phone() -> (Phone, CaseId) {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    phone.put(case, "title", "一");
    phone.put(case, "title", "二");
    (phone, case)
}

#[test]
fn a_push_holds_as_many_changes_and_bytes_as_its_limits_and_not_one_more() {
    let (phone, case) = phone();
    let offered: Vec<Offered> = phone.device.offered(case, 9).unwrap();
    let lengths: Vec<usize> = offered.iter().map(|offered| offered.bytes.len()).collect();
    let two = lengths[0] + lengths[1];
    let in_one = |batch, batch_bytes| {
        let mut session = Session::new(Limits { batch, batch_bytes, ..Limits::default() });
        pushed(&next(&mut session, &phone, 0)).len()
    };
    assert_eq!((in_one(9, two), in_one(9, two - 1)), (2, 1));
    let all = two + lengths[2];
    assert_eq!((in_one(9, all), in_one(9, all - 1)), (3, 2));
    assert_eq!((in_one(3, usize::MAX), in_one(2, usize::MAX), in_one(1, usize::MAX)), (3, 2, 1));
    assert_eq!(in_one(0, usize::MAX), 1, "no limit stops everything");
}

#[test]
fn a_change_larger_than_the_limit_goes_alone() {
    let (mut phone, case) = phone();
    let mut server = Server { token: true, ..Server::default() };
    let device = phone.device.identity().device;
    let offered = phone.device.offered(case, 9).unwrap();
    let mut session = Session::new(Limits { batch_bytes: 1, ..Limits::default() });
    for change in offered {
        let step = next(&mut session, &phone, 0);
        assert_eq!(pushed(&step), [change.bytes]);
        let HostAction::Send(request) = step else { panic!() };
        let answer = Answer::Response(server.answer(device, &request));
        absorb(&mut session, &mut phone, &answer, 0);
        assert!(phone.device.is_acknowledged(change.change).unwrap());
    }
    assert!(phone.device.lanes().unwrap().is_empty());
}

#[test]
fn cases_share_a_push_in_turn() {
    let (mut phone, case) = phone();
    let other = phone.open(&[1]);
    phone.put(other, "title", "三");
    let mut session = Session::new(Limits { batch: 2, ..Limits::default() });
    let (first, second) = (phone.device.offered(case, 1).unwrap(), phone.device.offered(other, 1).unwrap());
    let mut sent = pushed(&next(&mut session, &phone, 0));
    sent.sort();
    let mut one_of_each = vec![first[0].bytes.clone(), second[0].bytes.clone()];
    one_of_each.sort();
    assert_eq!(sent, one_of_each);
}

#[test]
fn the_limits_that_the_server_names_tighten_and_never_widen() {
    let (mut phone, case) = phone();
    let mut server = Server { token: true, ..Server::default() };
    let named = |header: &str, limits: Limits, phone: &mut Phone, server: &mut Server| {
        let mut session = Session::new(limits);
        let HostAction::Send(request) = next(&mut session, phone, 0) else { panic!() };
        let mut answer = server.answer(phone.device.identity().device, &request);
        answer.headers = vec![("Palm-Limits".to_owned(), header.to_owned())];
        absorb(&mut session, phone, &Answer::Response(answer), 0);
        for text in ["三", "四", "五"] {
            phone.put(case, "title", text);
        }
        pushed(&next(&mut session, phone, 0)).len()
    };
    let wide = Limits::default();
    assert_eq!(named("changes=2, bytes=1000000", wide, &mut phone, &mut server), 2);
    assert_eq!(named("changes=64, bytes=1", wide, &mut phone, &mut server), 1);
    let narrow = Limits { batch: 2, ..wide };
    assert_eq!(named("changes=64, bytes=1000000", narrow, &mut phone, &mut server), 2);
    let small = Limits { batch_bytes: 1, ..wide };
    assert_eq!(named("changes=64, bytes=1000000", small, &mut phone, &mut server), 1);
}

/// Milliseconds until the next try after one more lost answer at `now_ms`.
fn lose(session: &mut Session, phone: &mut Phone, now_ms: u64) -> u64 {
    assert!(matches!(next(session, phone, now_ms), HostAction::Send(_)));
    absorb(session, phone, &Answer::Lost, now_ms);
    let HostAction::Wait(ms) = next(session, phone, now_ms) else { panic!() };
    assert!(matches!(next(session, phone, now_ms + ms - 1), HostAction::Wait(1)), "to the millisecond");
    ms
}

#[test]
fn a_success_sets_the_wait_back_to_the_first() {
    let (mut phone, _) = phone();
    let mut server = Server { token: true, ..Server::default() };
    let mut session = Session::new(Limits { batch: 1, ..Limits::default() });
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..3 {
        let ms = lose(&mut session, &mut phone, now);
        waits.push(ms);
        now += ms;
    }
    assert!(waits[1] >= 2 * waits[0] - 1 && waits[2] >= 2 * waits[1] - 1, "{waits:?}");
    let HostAction::Send(request) = next(&mut session, &phone, now) else { panic!() };
    assert_eq!(session.last_failure().map(|failure| failure.status), Some(0));
    let answer = Answer::Response(server.answer(phone.device.identity().device, &request));
    absorb(&mut session, &mut phone, &answer, now);
    assert_eq!(session.last_failure(), None, "a success clears it");
    assert_eq!(lose(&mut session, &mut phone, now), waits[0]);
}

#[test]
fn a_server_that_is_busy_is_left_alone_and_one_that_errs_holds_up_one_case() {
    let after = |answer: &Answer| {
        let (mut phone, _) = phone();
        let mut session = Session::new(Limits::default());
        pushed(&next(&mut session, &phone, 0));
        absorb(&mut session, &mut phone, answer, 0);
        next(&mut session, &phone, 0)
    };
    // Everything waits, the feed too.
    assert_eq!(after(&says(429, Some("90"))), HostAction::Wait(90_000));
    assert_eq!(after(&says(503, Some("90"))), HostAction::Wait(90_000));
    let HostAction::Wait(first) = after(&says(429, None)) else { panic!("429 without a time") };
    assert!((1000..=1250).contains(&first), "{first}");
    // The case waits, and the feed goes on.
    for answer in [says(503, None), says(500, None), says(500, Some("90")), says(502, Some("90"))] {
        let step = after(&answer);
        assert!(matches!(&step, HostAction::Send(request) if request.path.contains("/pull")), "{answer:?}: {step:?}");
    }
    // What is asked for prolongs a wait and never shortens it.
    assert!(matches!(after(&says(429, Some("0"))), HostAction::Wait(ms) if ms == first));
}

#[test]
fn an_answer_that_does_not_say_of_each_change_what_became_of_it_is_none() {
    // How many outcomes are said of three changes, and whether the phone hands in.
    let taken = |outcomes: usize, hands_in: bool| {
        let (mut phone, case) = phone();
        let mut server = Server { token: true, ..Server::default() };
        let mut session = Session::new(Limits::default());
        if hands_in {
            session.hand_in();
        }
        let HostAction::Send(request) = next(&mut session, &phone, 0) else { panic!() };
        let Response { body, .. } = server.answer(phone.device.identity().device, &request);
        let mut pushed = Pushed::read(&body).unwrap();
        assert_eq!((pushed.outcomes.len(), pushed.receipts.len()), (3, 1));
        let more = pushed.outcomes.clone();
        pushed.outcomes.extend(more);
        pushed.outcomes.truncate(outcomes);
        let answer = Response { status: 200, headers: Vec::new(), body: pushed.to_bytes() };
        absorb(&mut session, &mut phone, &Answer::Response(answer), 0);
        let taken = phone.device.is_acknowledged(case).unwrap();
        let waits = matches!(next(&mut session, &phone, 0), HostAction::Wait(_));
        assert_ne!(taken, waits, "{outcomes} outcomes");
        taken
    };
    assert_eq!([0, 2, 3, 4].map(|outcomes| taken(outcomes, false)), [false, false, true, false]);
    // To who hands in the server says nothing but receipts.
    assert_eq!([0, 2, 3, 4].map(|outcomes| taken(outcomes, true)), [true, false, true, false]);
}

#[test]
fn a_change_that_a_parked_one_misses_is_sent_again_and_none_that_another_outcome_names() {
    for (class, again) in [(Class::Parked, true), (Class::Refused, false)] {
        let (mut phone, case) = phone();
        let mut server = Server { token: true, ..Server::default() };
        let mut session = Session::new(Limits { batch: 1, ..Limits::default() });
        let HostAction::Send(request) = next(&mut session, &phone, 0) else { panic!() };
        let answer = Answer::Response(server.answer(phone.device.identity().device, &request));
        absorb(&mut session, &mut phone, &answer, 0);
        // The opening has its receipt; now the server says that it lacks it.
        assert_eq!(pushed(&next(&mut session, &phone, 0)).len(), 1);
        let missing = vec![Missing::Values, Missing::Change(case)];
        let outcome = PushOutcome { change: None, class, code: String::new(), flags: Vec::new(), missing };
        let body = Pushed { outcomes: vec![outcome], receipts: Vec::new() }.to_bytes();
        let answer = Answer::Response(Response { status: 200, headers: Vec::new(), body });
        absorb(&mut session, &mut phone, &answer, 0);
        assert_eq!(phone.device.offered(case, 9).unwrap().len(), if again { 3 } else { 2 }, "{class:?}");
        let waits =
            !matches!(&next(&mut session, &phone, 0), HostAction::Send(request) if request.path.contains("/push"));
        assert_eq!(waits, !again, "{class:?}: what was lost there is sent at once");
    }
}

#[test]
fn after_three_errors_the_feed_is_asked_and_nothing_is_read_by_who_hands_in() {
    for hands_in in [false, true] {
        let mut phone = Phone::new(1);
        for _ in 0..4 {
            phone.open(&[1]);
        }
        let mut session = Session::new(Limits::default());
        if hands_in {
            session.hand_in();
        }
        for _ in 0..3 {
            assert!(!pushed(&next(&mut session, &phone, 0)).is_empty());
            absorb(&mut session, &mut phone, &says(500, None), 0);
        }
        let HostAction::Send(request) = next(&mut session, &phone, 0) else { panic!("there is more to send") };
        assert_eq!(request.path.contains("/pull"), !hands_in, "{}", request.path);
    }
}

#[test]
fn only_a_refusal_that_names_the_lost_authority_asks_for_another_token() {
    let after = |status: u16, body: &str| {
        let (mut phone, _) = phone();
        let mut session = Session::new(Limits::default());
        pushed(&next(&mut session, &phone, 0));
        let answer = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        absorb(&mut session, &mut phone, &Answer::Response(answer), 0);
        next(&mut session, &phone, 0)
    };
    for code in ["device_revoked", "officer_left"] {
        let body = format!(r#"{{"code":"{code}"}}"#);
        assert_eq!(after(403, &body), HostAction::NeedToken, "{code}");
        assert!(matches!(after(409, &body), HostAction::Wait(_)), "{code}");
    }
    assert!(matches!(after(403, r#"{"code":"forbidden"}"#), HostAction::Wait(_)));
    assert!(matches!(after(403, ""), HostAction::Wait(_)));
    assert_eq!(after(401, ""), HostAction::NeedToken);
}
