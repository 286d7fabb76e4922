//! What a session does with an answer, and what it tells the host of it.

use crate::bounds::Sender;
use crate::server::Server;
use crate::uploads::{absorb, next, phone, sent};
use crate::world::{Phone, moment};
use std::collections::BTreeSet;
use sync_core::change::MAX_BYTES;
use sync_core::device::{NewEvidence, Source};
use sync_core::id::{CaseId, ChangeId, Digest};
use sync_core::message::{Class, Pulled, Push};
use sync_core::session::{Absorbed, Answer, HostAction, Limits, Request, Response, Session};

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}

/// A session that has just sent the first bytes of a file of nine.
fn begun() -> (Phone, CaseId, Session) {
    let (mut phone, case, mut session) = phone(1);
    let request = sent(&mut session, &phone, 0);
    assert_eq!((request.method, request.content_type), ("POST", None));
    absorb(&mut session, &mut phone, 201, &[("Location", "/v1/evidence/1")], 0);
    let request = sent(&mut session, &phone, 0);
    assert_eq!((request.method, request.content_type), ("PATCH", Some("application/offset+octet-stream")));
    assert_eq!((header(&request, "Upload-Offset"), request.body.len()), (Some("0"), 9));
    (phone, case, session)
}

#[test]
fn a_file_that_reads_as_nothing_waits_and_is_not_sent() {
    let (mut phone, _, mut session) = phone(1);
    sent(&mut session, &phone, 0);
    absorb(&mut session, &mut phone, 201, &[("Location", "/v1/evidence/1")], 0);
    let mut nothing = |_: &NewEvidence, _: u64, _: usize| Some(Vec::new());
    let action = session.next(&phone.device, 0, &mut nothing).unwrap();
    assert!(matches!(&action, HostAction::Send(request) if request.path.contains("/pull")), "{action:?}");
    session.hurry();
    assert_eq!(sent(&mut session, &phone, 0).method, "PATCH", "once it can be read");
}

#[test]
fn an_upload_goes_on_at_once_at_the_offset_that_the_server_tells() {
    for status in [200, 204] {
        let (mut phone, ..) = begun();
        let mut session = Session::new(Limits::default());
        let request = sent(&mut session, &phone, 0);
        assert_eq!((request.method, request.content_type), ("HEAD", None));
        absorb(&mut session, &mut phone, status, &[("Upload-Offset", "4")], 0);
        let request = sent(&mut session, &phone, 0);
        assert_eq!((header(&request, "Upload-Offset"), request.body.len()), (Some("4"), 5), "{status}");
    }
}

#[test]
fn bytes_for_which_the_server_is_at_another_offset_are_asked_about_at_once() {
    let (mut phone, _, mut session) = begun();
    absorb(&mut session, &mut phone, 409, &[], 0);
    assert_eq!(sent(&mut session, &phone, 0).method, "HEAD");
}

#[test]
fn an_upload_that_the_server_dropped_at_its_bytes_begins_again_and_any_other_is_asked_about() {
    for (status, method) in
        [(403, "POST"), (404, "POST"), (410, "POST"), (422, "POST"), (460, "POST"), (400, "HEAD"), (411, "HEAD")]
    {
        let (mut phone, case, mut session) = begun();
        absorb(&mut session, &mut phone, status, &[], 0);
        assert!(sent(&mut session, &phone, 0).path.contains("/pull"), "{status}: the file waits");
        session.hurry();
        assert_eq!(sent(&mut session, &phone, 0).method, method, "{status}");
        assert_eq!(phone.device.evidence(case).unwrap()[0].upload.is_none(), method == "POST", "{status}");
    }
}

#[test]
fn after_an_answer_that_says_nothing_of_the_offset_it_is_asked_for() {
    let with = |status, body: &str| Answer::Response(Response { status, headers: vec![], body: body.into() });
    for answer in [Answer::Lost, with(401, ""), with(403, r#"{"code":"device_revoked"}"#), with(429, ""), with(500, "")]
    {
        let (mut phone, _, mut session) = begun();
        session.absorb(&mut phone.device, &answer, &moment(10)).unwrap();
        session.token_renewed();
        session.hurry();
        assert_eq!(sent(&mut session, &phone, 0).method, "HEAD", "{answer:?}");
    }
}

#[test]
fn a_file_is_told_as_uploaded_with_its_last_byte_and_not_before() {
    let (mut phone, _, mut session) = begun();
    let told = |absorbed: Absorbed| absorbed.uploaded;
    assert_eq!(told(absorb(&mut session, &mut phone, 204, &[("Upload-Offset", "8")], 0)), None);
    sent(&mut session, &phone, 0);
    let last = absorb(&mut session, &mut phone, 204, &[("Upload-Offset", "9")], 0);
    assert_eq!(told(last), Some(Digest::new([1; 32])));
}

/// Sends the next request to the server and takes its answer.
fn exchange(phone: &mut Phone, session: &mut Session, server: &mut Server) -> (Request, Absorbed) {
    let request = sent(session, phone, 0);
    let device = phone.device.identity().device;
    let answer = Answer::Response(server.answer(device, &request));
    let absorbed = session.absorb(&mut phone.device, &answer, &moment(10)).unwrap();
    (request, absorbed)
}

fn pushed(request: &Request) -> usize {
    assert_eq!(request.path, "/v1/sync/push");
    Push::read(&request.body).unwrap().changes.len()
}

#[test]
fn a_push_tells_which_changes_have_a_receipt_and_the_outcome_of_each() {
    let (mut phone, mut server) = (Phone::new(1), Server { token: true, ..Server::default() });
    let case = phone.open(&[1]);
    let second = phone.put(case, "title", "题").change;
    let (_, absorbed) = exchange(&mut phone, &mut Session::new(Limits::default()), &mut server);
    let acknowledged: BTreeSet<ChangeId> = absorbed.acknowledged.into_iter().collect();
    assert_eq!(acknowledged, [case, second].into());
    let outcomes: Vec<_> = absorbed.outcomes.iter().map(|outcome| (outcome.change, outcome.class)).collect();
    assert_eq!(outcomes, [(Some(case), Class::Accepted), (Some(second), Class::Accepted)]);
}

#[test]
fn cases_that_the_server_took_one_at_a_time_are_sent_together_again() {
    let (mut phone, mut server) = (Phone::new(1), Server { token: true, ..Server::default() });
    let cases = [phone.open(&[1]), phone.open(&[1])];
    let mut session = Session::new(Limits::default());
    server.cursed.extend(cases);
    assert_eq!(pushed(&exchange(&mut phone, &mut session, &mut server).0), 2);
    server.cursed.clear();
    for _ in cases {
        assert_eq!(pushed(&exchange(&mut phone, &mut session, &mut server).0), 1, "one of them was at fault");
    }
    for case in cases {
        phone.put(case, "title", "题");
    }
    assert_eq!(pushed(&exchange(&mut phone, &mut session, &mut server).0), 2);
}

#[test]
fn a_page_and_a_comparison_of_heads_tell_what_arrived() {
    let (mut one, mut server) = (Phone::new(1), Server { token: true, ..Server::default() });
    let case = one.open(&[1, 2]);
    exchange(&mut one, &mut Session::new(Limits::default()), &mut server);
    for (compares, path) in [(false, "/v1/sync/pull"), (true, "/v1/sync/reconcile")] {
        let (mut two, mut session) = (Phone::new(2), Session::new(Limits::default()));
        if compares {
            session.reconcile();
        }
        let (request, absorbed) = exchange(&mut two, &mut session, &mut server);
        assert!(request.path.starts_with(path), "{}", request.path);
        assert_eq!(absorbed.arrived.map(|arrived| arrived.stored), Some(vec![case]), "{path}");
    }
}

#[test]
fn heads_are_compared_only_where_the_server_says_that_it_does_not_know_the_cursor() {
    for (status, code, compares) in
        [(409, "cursor_unknown", true), (409, "conflict", false), (400, "cursor_unknown", false)]
    {
        let (mut phone, mut session) = (Phone::new(1), Session::new(Limits::default()));
        assert!(sent(&mut session, &phone, 0).path.contains("/pull"));
        let body = format!(r#"{{"code":"{code}"}}"#).into_bytes();
        let answer = Answer::Response(Response { status, headers: vec![], body });
        session.absorb(&mut phone.device, &answer, &moment(10)).unwrap();
        let now_ms = moment(10).monotonic_ms;
        let action = next(&mut session, &phone, now_ms);
        let compared = matches!(&action, HostAction::Send(request) if request.path.contains("/reconcile"));
        let waits = matches!(action, HostAction::Wait(_));
        assert_eq!((compared, waits), (compares, !compares), "{status} {code}: {action:?}");
    }
}

#[test]
fn a_page_for_which_there_is_no_room_is_told_as_a_failure_and_not_pulled_again_at_once() {
    let sender = Sender::new();
    let never = ChangeId::new([9; 32]);
    let (leases, _) = sender.phone.bundle(sender.case);
    let mut two = Phone::new(2);
    for seq in 1..=64 {
        two.device.receive(&leases, &[sender.large(seq, never, MAX_BYTES)], Source::Peer).unwrap();
    }
    assert_eq!(two.device.parked().unwrap().len(), 64);
    let mut session = Session::new(Limits::default());
    let pull = sent(&mut session, &two, 0);
    assert!(pull.path.contains("/pull"));
    let page = Pulled { cursor: vec![1], leases, changes: vec![sender.large(65, never, 900_000)], ..Pulled::default() };
    let answer = Answer::Response(Response { status: 200, headers: vec![], body: page.to_bytes() });
    let absorbed = session.absorb(&mut two.device, &answer, &moment(10)).unwrap();
    assert_eq!(absorbed.arrived.map(|arrived| arrived.not_kept.len()), Some(1));
    let failure = session.last_failure().map(|failure| (failure.status, failure.code.as_str()));
    assert_eq!(failure, Some((200, "too_much_parked")));
    assert!(matches!(next(&mut session, &two, 0), HostAction::Idle { .. }));
    session.pull_again();
    assert_eq!(sent(&mut session, &two, 0).path, pull.path, "the same page, when the host asks");
}

#[test]
fn what_waited_counts_as_coming_from_where_it_came_and_not_from_where_its_parent_came() {
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    let second = one.put(case, "title", "题").change;
    let (leases, changes) = one.bundle(case);
    let [opening, later] = &changes[..] else { panic!() };
    for (first, then, offered) in [(Source::Server, Source::Peer, case), (Source::Peer, Source::Server, second)] {
        let mut two = Phone::new(2);
        let waits = two.device.receive(&leases, std::slice::from_ref(later), first).unwrap();
        assert_eq!(waits.parked, [second]);
        let arrived = two.device.receive(&[], std::slice::from_ref(opening), then).unwrap();
        assert_eq!(arrived.stored.len(), 2);
        let found: Vec<ChangeId> =
            two.device.offered(case, 9).unwrap().into_iter().map(|offered| offered.change).collect();
        assert_eq!(found, [offered], "the server has what it sent itself");
    }
}
