//! Daily quotas of a phone and unclaimed files: over quota a phone is told to retry and loses nothing.

use sync_core::id::Digest;
use tests::actor::base64url;
use tests::{Phone, on_both_databases};

use crate::alarm;

/// Begins an upload of so many bytes that hash to something of this number.
fn begin(phone: &Phone<'_>, number: u8, bytes: usize) -> tests::Answer {
    // Of these digests both kinds of base64 are the same.
    let digest = format!("{}=", base64url(Digest::new([number; 32]).bytes()));
    let call = phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0");
    call.header("Upload-Length", &bytes.to_string()).header("Upload-Metadata", &format!("sha256 {digest}")).send()
}

fn told(answer: &tests::Answer, code: &str) {
    assert_eq!((answer.status, answer.json()["code"].as_str()), (429, Some(code)));
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
}

on_both_databases! {
    fn a_phone_that_used_up_its_day_is_told_to_come_back_and_loses_nothing(server) {
        server.start_with(&[("PALM_PHONE_DAY_OPERATIONS", "3")]);
        let (mut phone, mut other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let notes: Vec<_> = ["甲", "乙", "丙"].map(|text| phone.write(case, &[case], "note", text)).into();
        phone.push(&[&opening]);
        phone.push(&[&notes[0], &notes[1]]);
        for _ in 0..2 {
            told(&phone.push_call(&phone.push_of(vec![notes[2].to_bytes()])).send(), "too_much_today");
        }
        assert_eq!(phone.log_size(), 3, "it still reads");
        let theirs = other.open_case(&[]);
        assert_eq!(other.push(&[&theirs]).receipts.len(), 1, "others have their own day");
        assert_eq!(alarm::only(server, "over_quota").0, "operations");
        server.start_again();
        told(&phone.push_call(&phone.push_of(vec![notes[2].to_bytes()])).send(), "too_much_today");
        server.start_with(&[("PALM_PHONE_DAY_OPERATIONS", "100")]);
        assert_eq!(phone.push(&[&notes[2]]).receipts.len(), 1, "what the phone kept comes later");
    }

    fn files_beyond_the_day_and_files_that_no_case_claims_wait_on_their_phone(server) {
        server.start_with(&[("PALM_PHONE_DAY_UPLOAD_MIB", "3"), ("PALM_UNCLAIMED_MIB", "2")]);
        let phone = Phone::of(server, "officer-a");
        let mebibyte = 1 << 20;
        assert_eq!(begin(&phone, 1, mebibyte).status, 201);
        assert_eq!(begin(&phone, 2, mebibyte).status, 201);
        told(&begin(&phone, 3, 1), "unclaimed_files");
        assert_eq!(begin(&phone, 2, mebibyte).status, 201, "what was begun goes on");
        server.start_with(&[("PALM_UNCLAIMED_MIB", "100")]);
        let phone = Phone::of(server, "officer-a");
        assert_eq!(begin(&phone, 4, 3 * mebibyte).status, 201, "another phone has its own day");
        told(&begin(&phone, 5, 1), "too_much_today");
    }
}
