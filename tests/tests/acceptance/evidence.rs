//! Evidence by tus: resumed, verified, stored once, readable within reach.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};
use std::io::{Read as _, Write as _};
use sync_core::change::NewOp;
use sync_core::id::{CaseId, ChangeId, Digest};
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::http::{Answer, Call};
use tests::{Person, Phone, Server, on_both_databases};

pub const PIECE: &str = "application/offset+octet-stream";

pub fn digest(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}

pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Announces bytes of this digest and length.
pub fn announce(phone: &Phone<'_>, digest: Digest, length: usize) -> Answer {
    announce_as(phone, digest, length, "image/jpeg")
}

/// Announces bytes of this digest, length and media type.
pub fn announce_as(phone: &Phone<'_>, digest: Digest, length: usize, media_type: &str) -> Answer {
    let [bytes, media_type] = [digest.bytes(), media_type.as_bytes()].map(base64);
    let metadata = format!("sha256 {bytes},type {media_type},name {}", base64(b"../../x"));
    let call = phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0");
    call.header("Upload-Length", &length.to_string()).header("Upload-Metadata", &metadata).send()
}

pub fn piece(phone: &Phone<'_>, location: &str, offset: usize, bytes: &[u8]) -> Answer {
    piece_call(phone, location, offset, bytes).send()
}

/// A piece that is not sent yet.
pub fn piece_call(phone: &Phone<'_>, location: &str, offset: usize, bytes: &[u8]) -> Call {
    let call =
        phone.call("PATCH", location).header("Tus-Resumable", "1.0.0").header("Upload-Offset", &offset.to_string());
    call.bytes(PIECE, bytes.to_vec())
}

pub fn status(phone: &Phone<'_>, location: &str) -> Answer {
    phone.call("HEAD", location).header("Tus-Resumable", "1.0.0").send()
}

/// Sends a whole file.
pub fn upload(phone: &Phone<'_>, bytes: &[u8]) {
    let created = announce(phone, digest(bytes), bytes.len()).expect(201);
    let sent = piece(phone, created.header("location"), 0, bytes).expect(204);
    assert_eq!(sent.header("upload-offset"), bytes.len().to_string());
}

/// A save that claims a photograph: the case's id, and the change.
pub fn claim(phone: &mut Phone<'_>, case: CaseId, deps: &[ChangeId], digest: Digest) -> ChangeId {
    let add = NewOp::add("evidence", "a");
    let put = NewOp::put(Some(OpRef::Own(0)), "digest", vec![], Value::from(digest));
    let change = phone.save(Some(case), deps, vec![add, put]);
    assert_eq!(phone.push(&[&change]).outcomes[0].class, sync_core::message::Class::Accepted);
    change.id()
}

on_both_databases! {
    fn an_upload_goes_on_where_it_stood_and_a_case_says_what_is_missing(server) {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        phone.push(&[&open]);
        let photo = vec![7_u8; 300_000];
        claim(&mut phone, open.id(), &[open.id()], digest(&photo));
        let head = Person::sign_in(server, "unit-head");
        let case = format!("/v1/cases/{}", open.id());
        let missing = head.call("GET", &case).send().expect(200).json();
        assert_eq!(missing["missing_evidence"][0], digest(&photo).to_string());
        let bytes = format!("{case}/evidence/{}", digest(&photo));
        assert_eq!(head.call("GET", &bytes).send().refusal(), (404, "evidence_missing".into()));

        let created = announce(&phone, digest(&photo), photo.len()).expect(201);
        let location = created.header("location").to_owned();
        let first = piece(&phone, &location, 0, &photo[..100_000]).expect(204);
        assert_eq!((first.header("upload-offset"), first.header("tus-resumable")), ("100000", "1.0.0"));
        assert_eq!(status(&phone, &location).expect(200).header("upload-offset"), "100000");
        assert_eq!(piece(&phone, &location, 0, &photo[..10]).refusal(), (409, "upload_offset".into()));
        // The same bytes announced again: the same upload.
        assert_eq!(announce(&phone, digest(&photo), photo.len()).expect(201).header("location"), location);
        let _ = piece(&phone, &location, 100_000, &photo[100_000..]).expect(204);
        let standing = status(&phone, &location).expect(200);
        assert_eq!((standing.header("upload-offset"), standing.header("upload-length")), ("300000", "300000"));

        let whole = head.call("GET", &case).send().expect(200).json();
        assert_eq!(whole["missing_evidence"].as_array().map(Vec::len), Some(0));
        assert_eq!(whole["card"]["missing_evidence"], 0);
        let read = head.call("GET", &bytes).send().expect(200);
        assert!(read.body == photo);
        assert!(read.header("content-disposition").starts_with("attachment; filename=\"evidence-"));
        assert_eq!(read.header("x-content-type-options"), "nosniff");
        assert!(read.header("content-security-policy").contains("sandbox"));
    }

    fn wrong_bytes_are_dropped_and_sent_again(server) {
        let phone = Phone::of(server, "officer-a");
        let (right, wrong) = (vec![1_u8; 5000], vec![2_u8; 5000]);
        let location = announce(&phone, digest(&right), 5000).expect(201).header("location").to_owned();
        assert_eq!(piece(&phone, &location, 0, &wrong).refusal(), (422, "evidence_digest_mismatch".into()));
        assert_eq!(status(&phone, &location).expect(200).header("upload-offset"), "0");
        let _ = piece(&phone, &location, 0, &right).expect(204);
        // The caller's own: complete at once. Another size is another upload, which its digest stops at the end.
        assert_eq!(announce(&phone, digest(&right), 5000).expect(201).header("upload-offset"), "5000");
        let longer = announce(&phone, digest(&right), 5001).expect(201);
        assert_eq!(longer.header("upload-offset"), "0");
        let wrong = piece(&phone, longer.header("location"), 0, &[1; 5001]);
        assert_eq!(wrong.refusal(), (422, "evidence_digest_mismatch".into()));
    }

    fn a_digest_opens_no_photograph_of_another_agency_and_does_not_show_that_one_exists(server) {
        let (photo, unknown) = ([11_u8; 640], [12_u8; 640]);
        let mut phone = Phone::of(server, "officer-a");
        let ours = phone.open_case(&[]);
        phone.push(&[&ours]);
        upload(&phone, &photo);
        claim(&mut phone, ours.id(), &[ours.id()], digest(&photo));

        let mut curious = Phone::of(server, "agriculture-officer");
        let theirs = curious.open_case(&[]);
        curious.push(&[&theirs]);
        claim(&mut curious, theirs.id(), &[theirs.id()], digest(&photo));
        let at = |case: ChangeId| format!("/v1/cases/{case}/evidence/{}", digest(&photo));
        assert_eq!(curious.call("GET", &at(theirs.id())).send().refusal(), (404, "evidence_missing".into()));
        let shown = curious.desk.call("GET", &format!("/v1/cases/{}", theirs.id())).send().expect(200).json();
        assert_eq!(shown["missing_evidence"][0], digest(&photo).to_string());
        let item = &shown["evidence"][0];
        assert_eq!((&item["stored"], item["size"].is_null(), item["stored_ms"].is_null()), (&false.into(), true, true));
        assert_eq!(shown["card"]["missing_evidence"], 1);
        for length in [1, photo.len(), 641] {
            let [known, never_seen] = [digest(&photo), digest(&unknown)].map(|digest| {
                let begun = announce(&curious, digest, length).expect(201);
                let stands = status(&curious, begun.header("location")).expect(200);
                (begun.header("upload-offset").to_owned(), stands.header("upload-offset").to_owned())
            });
            assert_eq!((&known, known.0.as_str()), (&never_seen, "0"));
        }
        let guess = announce(&curious, digest(&photo), photo.len()).expect(201);
        let guessed = piece(&curious, guess.header("location"), 0, &unknown);
        assert_eq!(guessed.refusal(), (422, "evidence_digest_mismatch".into()));
        assert_eq!(curious.call("GET", &at(theirs.id())).send().refusal(), (404, "evidence_missing".into()));
        assert_eq!(phone.call("GET", &at(ours.id())).send().expect(200).body, photo);

        // A second officer with the same bytes uploads them and gets the same answers as the first.
        upload(&curious, &photo);
        assert_eq!(curious.call("GET", &at(theirs.id())).send().expect(200).body, photo);
        assert_eq!(phone.call("GET", &at(ours.id())).send().expect(200).body, photo);
    }

    fn two_officers_of_a_case_send_the_same_photograph(server) {
        let photo = [13_u8; 900];
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let open = phone.open_case(&[other.officer]);
        phone.push(&[&open]);
        claim(&mut phone, open.id(), &[open.id()], digest(&photo));
        let case = format!("/v1/cases/{}", open.id());
        let at = format!("{case}/evidence/{}", digest(&photo));
        for sender in [&other, &phone] {
            upload(sender, &photo);
            let shown = sender.desk.call("GET", &case).send().expect(200).json();
            assert_eq!((&shown["card"]["missing_evidence"], shown["evidence"].as_array().unwrap().len()), (&0.into(), 1));
            for reader in [&other, &phone] {
                assert_eq!(reader.call("GET", &at).send().expect(200).body, photo);
            }
        }
    }

    fn of_two_last_pieces_at_once_one_ends_the_upload_and_the_other_finds_it_ended(server) {
        let phone = Phone::of(server, "officer-a");
        for round in 0..8_u8 {
            let photo = vec![20 + round; 200_000];
            let location = announce(&phone, digest(&photo), photo.len()).expect(201).header("location").to_owned();
            let last = || piece(&phone, &location, 0, &photo).status;
            let answers = std::thread::scope(|scope| {
                let racers: Vec<_> = (0..3).map(|_| scope.spawn(last)).collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect::<Vec<_>>()
            });
            // Gone on by the other: 409, or 413 where a piece no longer fits, and ask with HEAD.
            assert!(answers.iter().all(|status| [204, 409, 413].contains(status)), "{answers:?}");
            assert_eq!(status(&phone, &location).expect(200).header("upload-offset"), photo.len().to_string());
        }
    }

    fn what_arrived_before_the_link_was_cut_is_kept(server) {
        let phone = Phone::of(server, "officer-a");
        let photo = vec![9_u8; 400_000];
        let location = announce(&phone, digest(&photo), photo.len()).expect(201).header("location").to_owned();
        cut_after(server, &phone, &location, &photo, 150_000);
        let mut arrived = 0;
        for _ in 0..100 {
            arrived = status(&phone, &location).expect(200).header("upload-offset").parse::<usize>().unwrap();
            if arrived > 0 {
                break;
            }
            tests::actor::wait_ms(20);
        }
        assert!(arrived > 0 && arrived <= 150_000, "{arrived}");
        let _ = piece(&phone, &location, arrived, &photo[arrived..]).expect(204);
    }

    fn only_an_officer_sends_files_from_a_desk(server) {
        let announce = |login: &str| {
            let metadata = format!("sha256 {},type {}", base64(digest(b"x").bytes()), base64(b"image/jpeg"));
            let call = Person::sign_in(server, login).call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0");
            call.header("Upload-Length", "1").header("Upload-Metadata", &metadata).send()
        };
        let _ = announce("officer-a").expect(201);
        for login in ["county-admin", "legal-reviewer", "county-supervisor", "principal-head"] {
            assert_eq!(announce(login).refusal(), (403, "forbidden".into()), "{login}");
        }
    }

    fn another_officers_upload_and_another_version_of_tus_are_refused(server) {
        let (phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let photo = [3_u8; 100];
        let location = announce(&phone, digest(&photo), 100).expect(201).header("location").to_owned();
        assert_eq!(status(&other, &location).status, 404);
        assert_eq!(piece(&other, &location, 0, &photo).refusal(), (404, "not_found".into()));
        let call = phone.call("PATCH", &location).header("Upload-Offset", "0").bytes(PIECE, photo.to_vec());
        assert_eq!(call.clone().send().refusal(), (412, "tus_version".into()));
        let json = phone.call("PATCH", &location).header("Tus-Resumable", "1.0.0").header("Upload-Offset", "0");
        assert_eq!(json.bytes("application/json", photo.to_vec()).send().refusal(), (415, "wrong_content_type".into()));
        assert_eq!(piece(&phone, &location, 0, &[3; 101]).refusal(), (413, "too_large".into()));
        assert_eq!(announce(&phone, digest(b"x"), 1 << 40).refusal(), (413, "too_large".into()));
        let options = server.call("OPTIONS", "/v1/evidence").send().expect(204);
        assert_eq!((options.header("tus-version"), options.header("tus-extension")), ("1.0.0", "creation,creation-with-upload"));
    }

    fn evidence_is_found_only_in_the_case_that_claims_it_and_only_in_reach(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (one, two) = (phone.open_case(&[]), phone.open_case(&[]));
        phone.push(&[&one, &two]);
        let photo = [5_u8; 64];
        upload(&phone, &photo);
        claim(&mut phone, one.id(), &[one.id()], digest(&photo));
        let at = |case: ChangeId| format!("/v1/cases/{case}/evidence/{}", digest(&photo));
        let _ = phone.call("GET", &at(one.id())).send().expect(200);
        assert_eq!(phone.call("GET", &at(two.id())).send().refusal(), (404, "not_found".into()));
        let farmer = Person::sign_in(server, "agriculture-officer");
        let foreign = farmer.call("GET", &at(one.id())).send().expect(404).problem_without_request_id();
        let nowhere = farmer.call("GET", &at(ChangeId::new([9; 32]))).send().expect(404).problem_without_request_id();
        assert_eq!(foreign, nowhere);
        let supervisor = Person::sign_in(server, "county-supervisor");
        assert_eq!(supervisor.call("GET", &at(one.id())).send().refusal(), (400, "purpose_required".into()));
        let purpose = format!("{}?purpose=%E4%B8%93%E9%A1%B9%E7%9B%91%E7%9D%A3", at(one.id()));
        assert_eq!(supervisor.call("GET", &purpose).send().expect(200).body, photo);
    }
}

/// Announces the whole file in one PATCH and closes the socket after `count` bytes of it.
fn cut_after(server: &Server, phone: &Phone<'_>, location: &str, bytes: &[u8], count: usize) {
    let mut link = std::net::TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "PATCH {location} HTTP/1.1\r\nHost: x\r\n{}Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: {PIECE}\r\nContent-Length: {}\r\n\r\n",
        phone.authorization("x", "PATCH", location),
        bytes.len()
    );
    link.write_all(head.as_bytes()).unwrap();
    link.write_all(&bytes[..count]).unwrap();
    link.flush().unwrap();
    tests::actor::wait_ms(300);
    link.shutdown(std::net::Shutdown::Both).unwrap();
    let _ = link.read(&mut [0; 1]);
}
