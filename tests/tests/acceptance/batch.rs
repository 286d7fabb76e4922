//! One batch with many changes: no change blocks another; a parked change is named and processed later.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use sync_core::message::{Class, Missing, Push};
use tests::forgery::envelope;
use tests::{Phone, Server, on_both_databases};

/// A push by hand: the head, with this header; the body is up to the test.
fn connect(server: &Server, phone: &Phone<'_>, header: &str) -> TcpStream {
    let mut link = TcpStream::connect(server.address()).unwrap();
    let head = "POST /v1/sync/push HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\n";
    let authorization = phone.authorization("x", "POST", "/v1/sync/push");
    write!(link, "{head}{authorization}{header}\r\n\r\n").unwrap();
    link
}

fn status_of(link: &mut TcpStream) -> String {
    let mut status = [0; 12];
    link.read_exact(&mut status).unwrap();
    String::from_utf8_lossy(&status).into_owned()
}

on_both_databases! {
    fn one_bad_change_holds_up_nothing_else(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let good = phone.write(case, &[case], "place_name", "巫峡食府");
        let mut other_case = phone.open_case(&[]).to_bytes();
        let last = other_case.len() - 1;
        other_case[last] ^= 1;
        let answer = phone.push_bytes(vec![b"garbage".to_vec(), opening.to_bytes(), other_case, good.to_bytes()]);
        let classes: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.class).collect();
        assert_eq!(classes, [Class::Refused, Class::Accepted, Class::Refused, Class::Accepted]);
        assert_eq!(phone.open_receipt(&answer.receipts[0]).receipt.entries.len(), 2);
        assert_eq!(phone.log_size(), 2);
    }

    fn a_change_whose_deps_are_missing_is_parked_and_opens_when_they_arrive(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let parent = phone.write(case, &[case], "place_name", "巫峡食府");
        let child = phone.write(case, &[parent.id()], "place_name", "巫峡大食府");
        phone.push(&[&opening]);
        let waits = phone.push(&[&child]);
        assert_eq!((waits.outcomes[0].class, &waits.outcomes[0].missing), (Class::Parked, &vec![Missing::Change(parent.id())]));
        assert!(waits.receipts.is_empty(), "no receipt for what is not in the log");
        assert_eq!(phone.log_size(), 1);
        phone.push(&[&parent]);
        let replica = phone.pull_all(500);
        assert_eq!(replica.size, 3, "the child opened by itself");
        assert!(replica.changes.contains_key(&child.id()));
        let offered_again = phone.push(&[&child]);
        assert_eq!(offered_again.outcomes[0].class, Class::Accepted);
        assert_eq!(phone.open_receipt(&offered_again.receipts[0]).receipt.entries[0].change, child.id());
        assert_eq!(phone.log_size(), 3);
    }

    fn what_waited_for_its_case_hides_nothing_that_comes_after(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let first = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
        let second = phone.write(opening.id(), &[first.id()], "place_name", "巫峡大食府");
        let class = |phone: &Phone<'_>, change| phone.push(&[change]).outcomes[0].class;
        assert_eq!(class(&phone, &first), Class::Parked, "of a case that is not known yet");
        assert_eq!(class(&phone, &opening), Class::Accepted);
        assert_eq!(class(&phone, &second), Class::Accepted);
        assert_eq!(phone.log_size(), 3, "the first came in with the opening");
    }

    fn what_is_parked_holds_up_no_other_case(server) {
        let mut phone = Phone::of(server, "officer-a");
        let first = phone.open_case(&[]);
        let orphan = phone.write(first.id(), &[first.id()], "place_name", "巫峡食府");
        let second = phone.open_case(&[]);
        let answer = phone.push(&[&orphan, &second]);
        let classes: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.class).collect();
        assert_eq!(classes, [Class::Parked, Class::Accepted]);
    }

    fn a_change_whose_values_are_missing_is_parked_until_they_come(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let written = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
        phone.push(&[&opening]);
        let mut hollow = written.clone();
        hollow.seal_values(&[0]);
        let waits = phone.push(&[&hollow]);
        assert_eq!((waits.outcomes[0].class, &waits.outcomes[0].missing), (Class::Parked, &vec![Missing::Values]));
        assert_eq!(phone.push(&[&written]).outcomes[0].class, Class::Accepted);
        let text = phone.pull_all(500).case(opening.id()).value(None, &"place_name".into()).unwrap().clone();
        assert_eq!(text.as_text(), Some("巫峡食府"));
    }

    fn a_change_under_an_unknown_lease_is_parked_and_the_lease_named(server) {
        let mut phone = Phone::of(server, "officer-a");
        let known = phone.lease.clone().unwrap();
        let mut unknown = known.clone();
        unknown.hash = sync_core::id::Digest::new([7; 32]);
        phone.lease = Some(unknown.clone());
        let opening = phone.open_case(&[]);
        phone.lease = Some(known);
        let waits = phone.push(&[&opening]);
        assert_eq!((waits.outcomes[0].class, &waits.outcomes[0].missing), (Class::Parked, &vec![Missing::Lease(unknown.hash)]));
        assert_eq!(phone.log_size(), 0);
    }

    fn a_body_over_the_limit_is_refused_as_a_whole(server) {
        let phone = Phone::of(server, "officer-a");
        let limits = phone.push_call(&Push::default()).send().expect(200).header("palm-limits").to_owned();
        assert_eq!(limits, "changes=256, bytes=4194304");
        let largest = phone.call("POST", "/v1/sync/push").bytes("application/cbor", vec![0; 4 << 20]).send();
        assert_eq!(largest.refusal(), (400, "malformed".to_owned()), "at the limit it is read");
        // One byte more is refused when it is announced; nobody waits for the bytes.
        let length = (4 << 20) + 1;
        let mut link = connect(server, &phone, &format!("Content-Length: {length}"));
        assert_eq!(status_of(&mut link), "HTTP/1.1 413");
        let empty = |count| Push { leases: Vec::new(), changes: vec![Vec::new(); count] };
        let most = phone.push_call(&empty(256)).send().expect(200);
        assert_eq!(sync_core::message::Pushed::read(&most.body).unwrap().outcomes.len(), 256);
        assert_eq!(phone.push_call(&empty(257)).send().refusal(), (400, "malformed".to_owned()));
    }

    fn a_body_whose_length_nobody_announced_is_cut_off_at_the_limit(server) {
        let phone = Phone::of(server, "officer-a");
        let mut link = connect(server, &phone, "Transfer-Encoding: chunked");
        for _ in 0..64 {
            write!(link, "10000\r\n").unwrap();
            link.write_all(&vec![0; 0x10000]).unwrap();
            write!(link, "\r\n").unwrap();
        }
        write!(link, "1\r\n0\r\n").unwrap();
        assert_eq!(status_of(&mut link), "HTTP/1.1 413");
        let _ = phone.call("GET", "/v1/me").send().expect(200);
    }

    fn a_change_larger_than_a_mebibyte_is_refused_and_the_rest_is_taken(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let honest = phone.write(opening.id(), &[opening.id()], "place_name", "大");
        let large = envelope(honest.sign1(), honest.ops_bytes(), &vec![0; 1 << 20]);
        let answer = phone.push_bytes(vec![opening.to_bytes(), large]);
        assert_eq!(answer.outcomes[0].class, Class::Accepted);
        assert_eq!((answer.outcomes[1].class, answer.outcomes[1].code.as_str()), (Class::Refused, "too_large"));
    }

    fn a_body_that_is_no_push_is_refused_and_leaves_no_trace(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let whole = phone.push_of(vec![opening.to_bytes()]).to_bytes();
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            let refused = phone.call("POST", "/v1/sync/push").bytes("application/cbor", whole[..cut].to_vec()).send();
            assert_eq!(refused.refusal(), (400, "malformed".to_owned()), "cut at {cut}");
        }
        let followed = [whole.clone(), vec![0]].concat();
        let refused = phone.call("POST", "/v1/sync/push").bytes("application/cbor", followed).send();
        assert_eq!(refused.refusal(), (400, "malformed".to_owned()));
        let as_json = phone.call("POST", "/v1/sync/push").bytes("application/json", whole).send();
        assert_eq!(as_json.refusal(), (415, "wrong_content_type".to_owned()));
        assert_eq!(phone.log_size(), 0);
    }
}
