//! Uploads of files: errors of the server, forgotten uploads, impatience.

use crate::server::Server;
use crate::world::{Phone, moment};
use sync_core::device::{Moment, NewEvidence, Save};
use sync_core::id::{CaseId, Digest};
use sync_core::session::{Absorbed, Answer, HostAction, Limits, Request, Response, Session};
use sync_core::value::Value;

pub fn next(session: &mut Session, phone: &Phone, now_ms: u64) -> HostAction {
    let mut file = |_: &NewEvidence, _: u64, length: usize| Some(vec![7; length]);
    session.next(&phone.device, now_ms, &mut file).unwrap()
}

pub fn sent(session: &mut Session, phone: &Phone, now_ms: u64) -> Request {
    let HostAction::Send(request) = next(session, phone, now_ms) else { panic!("nothing to send") };
    request
}

pub fn absorb(
    session: &mut Session,
    phone: &mut Phone,
    status: u16,
    headers: &[(&str, &str)],
    now_ms: u64,
) -> Absorbed {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = Answer::Response(Response { status, headers, body: Vec::new() });
    session.absorb(&mut phone.device, &answer, &Moment { monotonic_ms: now_ms, ..moment(10) }).unwrap()
}

/// A phone whose changes the server has, with so many files that it does not have; and a session that has pulled.
pub fn phone(files: u8) -> (Phone, CaseId, Session) {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    for place in 1..=files {
        let mut editor = phone.edit(case);
        let entity = editor.add(None, "evidence", "a");
        let digest = Digest::new([place; 32]);
        editor.put(Some(entity), "digest", Value::from(digest));
        let location = format!("{place}.jpg");
        let file = NewEvidence { digest, size: 9, media_type: "image/jpeg".into(), location };
        phone.save(Save { evidence: vec![file], ..editor.into_save() }, 3).unwrap();
    }
    let mut server = Server { token: true, ..Server::default() };
    let mut session = Session::new(Limits::default());
    let device = phone.device.identity().device;
    while !phone.device.lanes().unwrap().is_empty() {
        let request = sent(&mut session, &phone, 0);
        let answer = Answer::Response(server.answer(device, &request));
        session.absorb(&mut phone.device, &answer, &moment(10)).unwrap();
    }
    (phone, case, session)
}

#[test]
fn a_file_on_which_the_server_errs_waits_and_the_next_ones_go_on_until_the_third_error() {
    let (mut phone, _, mut session) = phone(4);
    for _ in 0..3 {
        let request = sent(&mut session, &phone, 0);
        assert_eq!((request.method, request.path.as_str()), ("POST", "/v1/evidence"));
        absorb(&mut session, &mut phone, 500, &[], 0);
    }
    let request = sent(&mut session, &phone, 0);
    assert!(request.path.contains("/pull"), "after three errors in a row the server itself is in doubt");
    assert_eq!(session.last_failure().map(|failure| failure.status), Some(500));
    // One success between them, and nothing is in doubt.
    let (mut phone, _, mut session) = self::phone(4);
    for (status, headers) in [(500, &[][..]), (500, &[]), (201, &[("Location", "/v1/evidence/3")]), (500, &[])] {
        sent(&mut session, &phone, 0);
        absorb(&mut session, &mut phone, status, headers, 0);
    }
    assert_eq!(sent(&mut session, &phone, 0).method, "POST", "the fourth file");
}

#[test]
fn a_server_that_is_busy_with_an_upload_is_left_alone_as_a_whole() {
    for (status, headers) in [(429, &[][..]), (503, &[("Retry-After", "90")])] {
        let (mut phone, _, mut session) = phone(2);
        sent(&mut session, &phone, 0);
        absorb(&mut session, &mut phone, status, headers, 0);
        assert!(matches!(next(&mut session, &phone, 0), HostAction::Wait(_)), "{status}");
    }
    let (mut phone, _, mut session) = phone(2);
    sent(&mut session, &phone, 0);
    absorb(&mut session, &mut phone, 503, &[], 0);
    assert_eq!(sent(&mut session, &phone, 0).method, "POST", "503 without a time is an error with this file");
}

#[test]
fn a_file_that_waits_goes_on_at_once_when_the_officer_asks() {
    let (mut phone, _, mut session) = phone(1);
    sent(&mut session, &phone, 0);
    absorb(&mut session, &mut phone, 422, &[], 0);
    let request = sent(&mut session, &phone, 0);
    assert!(request.path.contains("/pull"), "the file waits: {request:?}");
    session.hurry();
    assert_eq!(sent(&mut session, &phone, 0).path, "/v1/evidence");
}

#[test]
fn an_upload_that_the_server_forgot_begins_again_and_one_that_it_does_not_tell_of_is_asked_for_again() {
    for (status, begins_again) in [(403, true), (404, true), (410, true), (400, false), (409, false)] {
        let (mut phone, case, mut session) = phone(1);
        sent(&mut session, &phone, 0);
        absorb(&mut session, &mut phone, 201, &[("Location", "/v1/evidence/1")], 0);
        // A session that does not know how far the upload went.
        let mut session = Session::new(Limits::default());
        let request = sent(&mut session, &phone, 0);
        assert_eq!((request.method, request.path.as_str()), ("HEAD", "/v1/evidence/1"));
        absorb(&mut session, &mut phone, status, &[], 0);
        session.hurry();
        let method = if begins_again { "POST" } else { "HEAD" };
        assert_eq!(sent(&mut session, &phone, 0).method, method, "{status}");
        assert_eq!(phone.device.evidence(case).unwrap()[0].upload.is_none(), begins_again, "{status}");
    }
}

#[test]
fn what_a_session_has_to_do_is_what_the_phone_has_to_send() {
    let (phone, _, session) = phone(2);
    let progress = session.progress(&phone.device).unwrap();
    assert_eq!(progress, phone.device.tally().unwrap());
    assert_eq!((progress.changes, progress.files, progress.bytes, progress.parked), (0, 2, 18, 0));
}
