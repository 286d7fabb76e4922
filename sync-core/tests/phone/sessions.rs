//! The session over a network that loses and repeats requests and answers.

use crate::server::{Authority, Server};
use crate::world::{Phone, moment};
use proptest::prelude::*;
use sha2::Digest as _;
use sync_core::device::{NewEvidence, Save, Tally};
use sync_core::id::{CaseId, ChangeId, Digest};
use sync_core::message::CaseHeads;
use sync_core::session::{Answer, HostAction, Limits, Request, Session};

fn limits() -> Limits {
    Limits { batch: 4, chunk: 10, ..Limits::default() }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    LostRequest,
    LostAnswer,
    Twice,
    CutAnswer,
}

const PHOTO: &[u8] = b"forty-two bytes of a photograph, more or so";

fn read(file: &NewEvidence, offset: u64, length: usize) -> Option<Vec<u8>> {
    assert_eq!(file.location, "photo.jpg");
    let from = usize::try_from(offset).ok()?;
    PHOTO.get(from..from + length).map(<[u8]>::to_vec)
}

/// Runs until idle; the last figure says how many milliseconds the phone waited.
fn run(
    phone: &mut Phone,
    server: &mut Server,
    session: &mut Session,
    faults: &mut impl Iterator<Item = Fault>,
) -> (u32, u64) {
    let (mut sent, mut waited, mut now) = (0, 0, moment(10));
    for _ in 0..2000 {
        match session.next(&phone.device, now.monotonic_ms, &mut read).unwrap() {
            HostAction::Idle { again_ms } => {
                assert_eq!(again_ms, None, "{session:?}");
                return (sent, waited);
            }
            HostAction::Wait(ms) => {
                waited += ms;
                now.monotonic_ms += ms;
            }
            HostAction::NeedToken => {
                server.token = true;
                if server.authority == Authority::Whole {
                    session.token_renewed();
                } else {
                    server.authority = Authority::HandsIn;
                    session.hand_in();
                }
            }
            HostAction::Send(request) => {
                sent += 1;
                let answer = carry(phone, server, &request, faults.next().unwrap_or(Fault::None));
                session.absorb(&mut phone.device, &answer, &now).unwrap();
            }
        }
    }
    panic!("never idle");
}

fn carry(phone: &Phone, server: &mut Server, request: &Request, fault: Fault) -> Answer {
    let device = phone.device.identity().device;
    match fault {
        Fault::LostRequest => Answer::Lost,
        Fault::LostAnswer => {
            server.answer(device, request);
            Answer::Lost
        }
        Fault::Twice => {
            server.answer(device, request);
            Answer::Response(server.answer(device, request))
        }
        Fault::CutAnswer => {
            let mut answer = server.answer(device, request);
            answer.body.truncate(answer.body.len() / 2);
            Answer::Response(answer)
        }
        Fault::None => Answer::Response(server.answer(device, request)),
    }
}

fn photographed(phone: &mut Phone, case: CaseId) -> Digest {
    let digest = Digest::new(sha2::Sha256::digest(PHOTO).into());
    let mut editor = phone.edit(case);
    let entity = editor.add(None, "evidence", "a");
    editor.put(Some(entity), "digest", digest.into());
    let size = u64::try_from(PHOTO.len()).unwrap();
    let file = NewEvidence { digest, size, media_type: "image/jpeg".into(), location: "photo.jpg".into() };
    phone.save(Save { evidence: vec![file], ..editor.into_save() }, 3).unwrap();
    digest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_the_network_does_everything_arrives_once(
        faults in prop::collection::vec(
            prop_oneof![Just(Fault::None), Just(Fault::LostRequest), Just(Fault::LostAnswer), Just(Fault::Twice), Just(Fault::CutAnswer)],
            0..40,
        ),
    ) {
        let mut server = Server::default();
        let mut one = Phone::new(1);
        let cases = [one.open(&[1, 2]), one.open(&[1])];
        for round in 0..8 {
            one.put(cases[round % 2], "title", &format!("第{round}次"));
        }
        let digest = photographed(&mut one, cases[0]);
        run(&mut one, &mut server, &mut Session::new(limits()), &mut faults.iter().copied());
        prop_assert_eq!(server.log.len(), 11);
        for (id, _) in &server.log {
            prop_assert!(one.device.is_acknowledged(*id).unwrap());
        }
        prop_assert_eq!(&server.files[&digest], PHOTO);
        prop_assert_eq!(one.device.tally().unwrap(), Tally::default());
        let mut two = Phone::new(2);
        run(&mut two, &mut server, &mut Session::new(limits()), &mut faults.iter().rev().copied());
        for case in cases {
            prop_assert_eq!(two.state(case).hash(), one.state(case).hash());
        }
        prop_assert_eq!(server.log.len(), 11, "what came from the server is not pushed back");
    }
}

#[test]
fn one_bad_change_holds_up_only_its_own_case() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    let (bad, good) = (phone.open(&[1]), phone.open(&[1]));
    let poison = phone.put(bad, "title", "坏").change;
    let after = phone.put(good, "title", "好").change;
    server.poison = Some(poison);
    let mut session = Session::new(limits());
    let now = moment(10);
    let again = loop {
        match session.next(&phone.device, now.monotonic_ms, &mut read).unwrap() {
            HostAction::Send(request) => {
                let answer = carry(&phone, &mut server, &request, Fault::None);
                session.absorb(&mut phone.device, &answer, &now).unwrap();
            }
            HostAction::Idle { again_ms } => break again_ms,
            other @ (HostAction::Wait(_) | HostAction::NeedToken) => panic!("{other:?}"),
        }
    };
    assert!(again.is_some());
    assert!(phone.device.is_acknowledged(after).unwrap() && phone.device.is_acknowledged(bad).unwrap());
    assert!(!phone.device.is_acknowledged(poison).unwrap(), "kept, and offered again");
    server.poison = None;
    session.hurry();
    run(&mut phone, &mut server, &mut session, &mut std::iter::empty());
    assert!(phone.device.is_acknowledged(poison).unwrap());
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let mut server = Server { token: true, busy: 2, ..Server::default() };
    let mut phone = Phone::new(1);
    phone.open(&[1]);
    let (_, waited) = run(&mut phone, &mut server, &mut Session::new(limits()), &mut std::iter::empty());
    assert_eq!(waited, 180_000);
}

#[test]
fn without_an_answer_the_wait_doubles_up_to_its_limit() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    phone.open(&[1]);
    let mut lost = std::iter::repeat_n(Fault::LostRequest, 12);
    let (_, waited) = run(&mut phone, &mut server, &mut Session::new(limits()), &mut lost);
    assert!(waited >= 511_000 + 3 * 300_000, "{waited}");
    assert!(waited <= (511_000 + 3 * 300_000) * 5 / 4, "{waited}");
}

#[test]
fn a_server_restored_from_a_backup_gets_back_what_it_lost() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    for round in 0..5 {
        phone.put(case, "title", &format!("第{round}次"));
    }
    let mut session = Session::new(limits());
    run(&mut phone, &mut server, &mut session, &mut std::iter::empty());
    assert_eq!(server.log.len(), 6);
    server.log.truncate(2);
    server.receipts.clear();
    server.epoch = 7;
    session.pull_again();
    run(&mut phone, &mut server, &mut session, &mut std::iter::empty());
    assert_eq!(server.log.len(), 6);
}

#[test]
fn the_same_push_again_gets_the_same_receipts() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    phone.open(&[1]);
    let HostAction::Send(request) = Session::new(limits()).next(&phone.device, 0, &mut read).unwrap() else { panic!() };
    let device = phone.device.identity().device;
    assert_eq!(server.answer(device, &request).body, server.answer(device, &request).body);
    let HostAction::Send(again) = Session::new(limits()).next(&phone.device, 0, &mut read).unwrap() else { panic!() };
    assert_eq!(again, request, "what has no receipt is offered with the same bytes");
}

#[test]
fn photographs_that_hash_to_something_else_are_sent_again_from_the_start() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let digest = photographed(&mut phone, case);
    let mut broken = true;
    let mut read = |file: &NewEvidence, offset: u64, length: usize| {
        let mut bytes = read(file, offset, length)?;
        if offset == 10 && std::mem::take(&mut broken) {
            bytes[0] ^= 1;
        }
        Some(bytes)
    };
    let (mut session, mut now) = (Session::new(limits()), moment(10));
    loop {
        match session.next(&phone.device, now.monotonic_ms, &mut read).unwrap() {
            HostAction::Send(request) => {
                let answer = carry(&phone, &mut server, &request, Fault::None);
                session.absorb(&mut phone.device, &answer, &now).unwrap();
            }
            HostAction::Idle { again_ms: Some(ms) } | HostAction::Wait(ms) => now.monotonic_ms += ms,
            HostAction::Idle { again_ms: None } => break,
            HostAction::NeedToken => panic!(),
        }
    }
    assert_eq!(server.files[&digest], PHOTO);
}

#[test]
fn an_officer_invited_after_the_cursor_gets_the_whole_case() {
    let mut server = Server { token: true, ..Server::default() };
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1]);
    for round in 0..9 {
        one.put(case, "title", &format!("第{round}次"));
    }
    let own = two.device.identity().device;
    server.hidden.insert((own, case));
    run(&mut one, &mut server, &mut Session::new(limits()), &mut std::iter::empty());
    let mut session = Session::new(limits());
    run(&mut two, &mut server, &mut session, &mut std::iter::empty());
    assert!(two.device.case(case).unwrap().is_none());
    let mut editor = one.edit(case);
    editor.invite(two.device.identity().officer);
    one.save(editor, 3).unwrap();
    run(&mut one, &mut server, &mut Session::new(limits()), &mut std::iter::empty());
    server.hidden.clear();
    session.pull_again();
    // The app is killed after the page: what it still lacks is in the store.
    let HostAction::Send(pull) = session.next(&two.device, 0, &mut read).unwrap() else { panic!() };
    let answer = carry(&two, &mut server, &pull, Fault::None);
    session.absorb(&mut two.device, &answer, &moment(10)).unwrap();
    run(&mut two, &mut server, &mut Session::new(limits()), &mut std::iter::empty());
    assert_eq!(two.state(case).hash(), one.state(case).hash());
    assert_eq!(server.reconciled, 4, "eleven changes by three");
}

#[test]
fn a_listed_head_that_nobody_has_is_asked_for_once() {
    let phantom = CaseHeads { case: ChangeId::new([7; 32]), heads: vec![ChangeId::new([8; 32])] };
    let mut server = Server { token: true, phantom: Some(phantom), ..Server::default() };
    let mut phone = Phone::new(1);
    let mut session = Session::new(limits());
    for _ in 0..3 {
        session.pull_again();
        run(&mut phone, &mut server, &mut session, &mut std::iter::empty());
    }
    assert_eq!(server.reconciled, 1);
}

/// Sends what can be sent at one moment; says how many requests, and what the session would do next.
fn send_all(phone: &mut Phone, server: &mut Server, session: &mut Session, minute: i64) -> (u32, HostAction) {
    let now = moment(minute);
    for sent in 0..200 {
        match session.next(&phone.device, now.monotonic_ms, &mut read).unwrap() {
            HostAction::Send(request) => {
                let answer = carry(phone, server, &request, Fault::None);
                session.absorb(&mut phone.device, &answer, &now).unwrap();
            }
            other @ (HostAction::Wait(_) | HostAction::NeedToken | HostAction::Idle { .. }) => return (sent, other),
        }
    }
    panic!("never waits");
}

#[test]
fn cases_on_which_the_server_errs_wait_alone() {
    let mut server = Server { token: true, ..Server::default() };
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let from_elsewhere = two.open(&[1, 2]);
    run(&mut two, &mut server, &mut Session::new(limits()), &mut std::iter::empty());
    let cases: Vec<CaseId> = (0..12).map(|_| one.open(&[1])).collect();
    let digest = photographed(&mut one, cases[11]);
    server.cursed.extend(&cases[..5]);
    let mut session = Session::new(limits());
    let (_, step) = send_all(&mut one, &mut server, &mut session, 10);
    assert!(matches!(step, HostAction::Idle { again_ms: Some(_) }), "{step:?}");
    assert!(cases[5..].iter().all(|case| one.device.is_acknowledged(*case).unwrap()));
    assert!(!cases[..5].iter().any(|case| one.device.is_acknowledged(*case).unwrap()), "kept, and offered again");
    assert_eq!(server.files[&digest], PHOTO);
    assert!(one.device.case(from_elsewhere).unwrap().is_some());
    // Later ones are not held up by those that are due again.
    let later = one.put(cases[6], "title", "后来").change;
    send_all(&mut one, &mut server, &mut session, 60);
    assert!(one.device.is_acknowledged(later).unwrap());
    server.cursed.clear();
    let (_, step) = send_all(&mut one, &mut server, &mut session, 120);
    assert_eq!(step, HostAction::Idle { again_ms: None });
    assert!(cases.iter().all(|case| one.device.is_acknowledged(*case).unwrap()));
}

#[test]
fn a_server_that_errs_on_everything_is_soon_left_alone() {
    let mut server = Server { token: true, broken: true, ..Server::default() };
    let mut phone = Phone::new(1);
    for _ in 0..50 {
        phone.open(&[1]);
    }
    let mut session = Session::new(limits());
    let (sent, step) = send_all(&mut phone, &mut server, &mut session, 10);
    assert!(sent <= 4 && matches!(step, HostAction::Wait(_)), "{sent} {step:?}");
    server.broken = false;
    run(&mut phone, &mut server, &mut session, &mut std::iter::empty());
    assert_eq!(server.log.len(), 50);
}

#[test]
fn a_phone_whose_authority_ended_hands_in_what_it_recorded_and_reads_nothing() {
    let mut server = Server { token: true, ..Server::default() };
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let note = phone.put(case, "note", "before the revocation").change;
    let photo = photographed(&mut phone, case);
    server.authority = Authority::Ended;
    let mut session = Session::new(limits());
    let faultless = || std::iter::empty::<Fault>();
    let (_sent, _waited) = run(&mut phone, &mut server, &mut session, &mut faultless());
    assert!(server.authority == Authority::HandsIn && server.holds(note) && server.files.contains_key(&photo));
    assert_eq!(phone.device.tally().unwrap(), Tally::default());
    // What is parked there is no reason to read either; it is offered again after a while.
    let later = phone.put(case, "note", "one more").change;
    server.busy = 1;
    run(&mut phone, &mut server, &mut session, &mut [Fault::LostAnswer].into_iter());
    assert!(server.holds(later));
    assert_eq!(phone.device.tally().unwrap().changes, 0);
    // Given its authority again, the phone reads as before.
    (server.authority, server.token) = (Authority::Whole, false);
    session.pull_again();
    run(&mut phone, &mut server, &mut session, &mut faultless());
    assert_eq!(server.authority, Authority::Whole);
}
