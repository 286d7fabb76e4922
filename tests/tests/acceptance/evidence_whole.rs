//! Stored evidence that was modified or deleted on disk, ranges, and files that will never arrive.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sync_core::case_record::CaseRecord;
use sync_core::change::NewOp;
use sync_core::id::{ChangeId, Digest};
use sync_core::message::Class;
use sync_core::op::{OpId, OpRef};
use sync_core::sign::SoftwareVerifier;
use sync_core::value::Value;
use tests::desk::{Desk, hidden};
use tests::http::{Answer, Call};
use tests::{Person, Phone, Server, on_both_databases};

use crate::evidence::{announce, announce_as, claim, digest, piece, upload};

const MIB: usize = 1 << 20;

/// Where a file lies.
fn stored(server: &Server, digest: Digest) -> PathBuf {
    let name = digest.to_string();
    server.directory().join("evidence/files").join(&name[..2]).join(name)
}

/// Changes one bit of a stored file.
fn flip(server: &Server, digest: Digest, place: usize) {
    let mut bytes = std::fs::read(stored(server, digest)).unwrap();
    bytes[place] ^= 1;
    std::fs::write(stored(server, digest), bytes).unwrap();
}

/// What was moved aside.
fn set_aside(server: &Server) -> Vec<Vec<u8>> {
    let directory = std::fs::read_dir(server.directory().join("evidence/damaged")).unwrap();
    directory.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

/// A case that claims this file, with a result: only the file keeps it from being closed.
fn claimed(phone: &mut Phone<'_>, digest: Digest) -> ChangeId {
    let open = phone.open_case(&[]);
    phone.push(&[&open]);
    let claim = claim(phone, open.id(), &[open.id()], digest);
    let result = NewOp::put(None, "case_result", vec![], Value::text("未发现违法行为"));
    // What cannot be closed for its law says nothing of its file.
    let of_claim = Some(OpRef::Of(OpId { change: claim, index: 0 }));
    let kind = NewOp::put(of_claim, "kind", vec![], Value::text("电子数据"));
    let change = phone.save(Some(open.id()), &[claim], vec![result, kind]);
    assert_eq!(phone.push(&[&change]).outcomes[0].class, Class::Accepted);
    open.id()
}

/// A case that claims this file, which the phone sends.
fn with_file<'s>(server: &'s Server, bytes: &[u8]) -> (Phone<'s>, ChangeId) {
    let mut phone = Phone::of(server, "officer-a");
    let case = claimed(&mut phone, digest(bytes));
    upload(&phone, bytes);
    (phone, case)
}

fn address(case: ChangeId, digest: Digest) -> String {
    format!("/v1/cases/{case}/evidence/{digest}")
}

/// Bytes in which no block is like another.
fn film(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from((place / 7 + place / MIB) % 251).unwrap()).collect()
}

fn range(call: Call, range: &str) -> Answer {
    call.header("Range", range).send()
}

fn alarms(server: &Server) -> Vec<Json> {
    let admin = Person::sign_in(server, "county-admin");
    let found = admin.call("GET", "/v1/alarms").send().expect(200).json();
    let all = found["items"].as_array().unwrap().clone();
    all.into_iter().filter(|alarm| alarm["kind"] == "evidence_damaged").collect()
}

fn case_of(person: &Person<'_>, case: ChangeId) -> (Json, String) {
    let answer = person.call("GET", &format!("/v1/cases/{case}")).send().expect(200);
    let tag = answer.header("etag").to_owned();
    (answer.json(), tag)
}

fn write_off(person: &Person<'_>, case: ChangeId, digest: Digest, tag: &str, reason: &str) -> Answer {
    let call = person.call("POST", &format!("{}/write-off", address(case, digest)));
    call.header("If-Match", tag).json(&json!({ "reason": reason })).send()
}

fn close(person: &Person<'_>, case: ChangeId, tag: &str) -> Answer {
    let call = person.call("POST", &format!("/v1/cases/{case}/close"));
    call.header("If-Match", tag).json(&json!({})).send()
}

on_both_databases! {
    fn a_part_of_a_file_is_served_as_it_was_asked_for(server) {
        let bytes = film(2 * MIB + 5);
        let (phone, case) = with_file(server, &bytes);
        let at = address(case, digest(&bytes));
        let tag = format!("\"{}\"", digest(&bytes));
        let whole = phone.call("GET", &at).send().expect(200);
        assert_eq!((whole.header("accept-ranges"), whole.header("etag")), ("bytes", tag.as_str()));
        let size = bytes.len();
        for (asked, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-", 0..size),
            ("bytes=1048575-1048576", MIB - 1..MIB + 1),
            ("bytes=2097152-", 2 * MIB..size),
            ("bytes=-5", size - 5..size),
            ("bytes=-99999999", 0..size),
            ("bytes=2097156-2097157", size - 1..size),
        ] {
            let answer = range(phone.call("GET", &at), asked).expect(206);
            let said = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            assert_eq!(answer.header("content-range"), said, "{asked}");
            assert_eq!(answer.header("content-length"), part.len().to_string(), "{asked}");
            assert!(answer.body == bytes[part], "{asked}");
        }
        for beyond in ["bytes=2097157-", "bytes=-0"] {
            let answer = range(phone.call("GET", &at), beyond);
            assert_eq!(answer.refusal(), (416, "range_not_satisfiable".into()), "{beyond}");
            assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
        }
        for ignored in ["bytes=5-4", "bytes=x-", "lines=0-1", "bytes=0-0,5-9"] {
            assert!(range(phone.call("GET", &at), ignored).expect(200).body == bytes, "{ignored}");
        }
        for (condition, status) in [(tag.as_str(), 206), ("\"other\"", 200), ("Tue, 01 Dec 2026 00:00:00 GMT", 200)] {
            let answer = range(phone.call("GET", &at).header("If-Range", condition), "bytes=0-0");
            assert_eq!(answer.status, status, "{condition}");
        }
        let known = phone.call("GET", &at).header("If-None-Match", &tag).send().expect(304);
        assert!(known.body.is_empty());
        let head = phone.call("HEAD", &at).header("Range", "bytes=0-0").send().expect(200);
        assert_eq!((head.header("content-length"), head.body.len()), (size.to_string().as_str(), 0));
        // The page's player asks the console.
        let mut desk = Desk::of(server, "unit-head");
        let file = format!("/console/cases/{case}/evidence/{}/file", digest(&bytes));
        let played = desk.call("GET", &file).header("Range", "bytes=0-1").send().expect(206);
        assert!(played.body == bytes[..2]);
        assert!(desk.get(&file).expect(200).header("content-disposition").starts_with("attachment"));
    }

    fn an_empty_file_is_evidence_like_any_other(server) {
        let (phone, case) = with_empty(server);
        let at = address(case, digest(b""));
        let whole = phone.call("GET", &at).send().expect(200);
        assert_eq!((whole.header("content-length"), whole.body.len()), ("0", 0));
        assert_eq!(range(phone.call("GET", &at), "bytes=0-").refusal(), (416, "range_not_satisfiable".into()));
        assert!(range(phone.call("GET", &at), "bytes=-1").expect(200).body.is_empty());
    }

    fn what_phones_and_offices_make_comes_back_as_what_it_is_and_with_a_name(server) {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        phone.push(&[&open]);
        let mut heads = open.id();
        for (place, (said, sent, extension)) in [
            ("image/HEIC", "image/heic", "heic"),
            ("image/JPEG", "image/jpeg", "jpg"),
            ("audio/webm;codecs=opus", "audio/webm", "weba"),
            ("audio/mpeg", "audio/mpeg", "mp3"),
            ("video/quicktime", "video/quicktime", "mov"),
            ("audio/amr", "audio/amr", "amr"),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            ("application/ofd", "application/ofd", "ofd"),
            ("text/html; charset=utf-8", "application/octet-stream", "bin"),
            ("image/svg+xml", "application/octet-stream", "bin"),
            ("", "application/octet-stream", "bin"),
        ].into_iter().enumerate() {
            let bytes = vec![u8::try_from(place).unwrap(); 30];
            let begun = announce_as(&phone, digest(&bytes), bytes.len(), said).expect(201);
            let _ = piece(&phone, begun.header("location"), 0, &bytes).expect(204);
            heads = claim(&mut phone, open.id(), &[heads], digest(&bytes));
            let read = phone.call("GET", &address(open.id(), digest(&bytes))).send().expect(200);
            assert_eq!(read.header("content-type"), sent, "{said}");
            let short = &digest(&bytes).to_string()[..12];
            let name = format!("attachment; filename=\"evidence-{short}.{extension}\"");
            assert!(read.header("content-disposition").starts_with(&name), "{said}: {name}");
            assert_eq!(read.header("x-content-type-options"), "nosniff");
        }
    }

    fn an_altered_file_is_not_shown_and_raises_one_alarm_and_counts_as_missing(server) {
        let bytes = film(3 * MIB);
        let (phone, case) = with_file(server, &bytes);
        let (at, file) = (address(case, digest(&bytes)), digest(&bytes));
        flip(server, file, 2 * MIB);
        let altered = std::fs::read(stored(server, file)).unwrap();
        // Blocks that a reader does not touch are not looked at.
        assert!(range(phone.call("GET", &at), "bytes=0-2097151").expect(206).body == bytes[..2 * MIB]);
        assert_eq!(range(phone.call("GET", &at), "bytes=2097152-").refusal(), (409, "evidence_altered".into()));
        for _ in 0..2 {
            assert_eq!(phone.call("GET", &at).send().refusal(), (409, "evidence_altered".into()));
        }
        assert!(set_aside(server) == [altered] && !stored(server, file).exists());
        let raised = alarms(server);
        assert_eq!((raised.len(), &raised[0]["detail"], &raised[0]["case"]),
            (1, &json!("evidence_altered"), &json!(case.to_string())));
        let head = Person::sign_in(server, "unit-head");
        let (shown, tag) = case_of(&head, case);
        assert_eq!((&shown["evidence"][0]["stored"], &shown["evidence"][0]["damage"]), (&json!(false), &json!("altered")));
        assert_eq!((&shown["missing_evidence"][0], &shown["card"]["missing_evidence"]),
            (&json!(file.to_string()), &json!(1)));
        assert_eq!(close(&head, case, &tag).refusal(), (409, "evidence_incomplete".into()));
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{case}/evidence/{file}")).expect(200).text();
        assert!(page.contains("原始文件校验不一致") && !page.contains("<img"), "{page}");

        // The same bytes come again, and are what they were.
        upload(&phone, &bytes);
        assert!(phone.call("GET", &at).send().expect(200).body == bytes);
        assert_eq!(case_of(&head, case).0["card"]["missing_evidence"], 0);
        assert_eq!(alarms(server).len(), 1);
    }

    fn a_removed_file_is_said_to_be_gone_until_the_operator_puts_it_back(server) {
        let bytes = film(400_000);
        let (phone, case) = with_file(server, &bytes);
        let (at, file) = (address(case, digest(&bytes)), digest(&bytes));
        std::fs::remove_file(stored(server, file)).unwrap();
        let viewer = format!("/console/cases/{case}/evidence/{file}");
        let page = Desk::of(server, "unit-head").get(&viewer).expect(200).text();
        assert!(page.contains("原始文件缺失"), "{page}");
        assert_eq!(phone.call("GET", &at).send().refusal(), (409, "evidence_removed".into()));
        assert_eq!(alarms(server).len(), 1);
        let backup = server.palm("backup").arg("--to").arg(server.directory().with_extension("backup")).output().unwrap();
        assert!(backup.status.success() || server.postgres_url().is_some(), "{backup:?}");
        // Something else under its name is not taken for it.
        std::fs::write(stored(server, file), b"something else").unwrap();
        assert_eq!(phone.call("GET", &at).send().refusal(), (409, "evidence_removed".into()));
        std::fs::write(stored(server, file), &bytes).unwrap();
        assert!(phone.call("GET", &at).send().expect(200).body == bytes);
        assert_eq!(case_of(&Person::sign_in(server, "unit-head"), case).0["card"]["missing_evidence"], 0);
    }

    fn a_file_that_is_gone_is_found_out_before_a_case_is_closed(server) {
        let bytes = film(1000);
        let (_phone, case) = with_file(server, &bytes);
        std::fs::remove_file(stored(server, digest(&bytes))).unwrap();
        let head = Person::sign_in(server, "unit-head");
        let (shown, tag) = case_of(&head, case);
        assert_eq!(shown["card"]["missing_evidence"], 0, "nobody has looked yet");
        assert_eq!(close(&head, case, &tag).refusal(), (409, "evidence_incomplete".into()));
        assert_eq!(alarms(server).len(), 1);
    }

    fn the_operator_checks_every_file_at_once(server) {
        let (whole, altered) = (film(MIB + 1), film(3000));
        let (_phone, _case) = with_file(server, &whole);
        let (phone, case) = with_file(server, &altered);
        let check = || {
            let done = server.palm("admin check-evidence").output().unwrap();
            (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
        };
        flip(server, digest(&altered), 0);
        for _ in 0..2 {
            let (clean, said) = check();
            assert!(!clean && said.contains("whole 1") && said.contains("damaged 1"), "{said}");
        }
        assert_eq!(alarms(server).len(), 1);
        assert_eq!(phone.call("GET", &address(case, digest(&altered))).send().refusal(), (409, "evidence_altered".into()));
        std::fs::write(stored(server, digest(&altered)), &altered).unwrap();
        let (clean, said) = check();
        assert!(clean && said.contains("whole 2") && said.contains("1 put back"), "{said}");
        assert!(phone.call("GET", &address(case, digest(&altered))).send().expect(200).body == altered);
    }

    fn a_file_whose_phone_was_lost_is_written_off_by_a_head_and_the_case_can_be_closed(server) {
        let photo = [77_u8; 900];
        let file = digest(&photo);
        let mut phone = Phone::of(server, "officer-a");
        let case = claimed(&mut phone, file);
        let head = Person::sign_in(server, "unit-head");
        let (shown, tag) = case_of(&head, case);
        assert_eq!(shown["card"]["missing_evidence"], 1);
        assert_eq!(close(&head, case, &tag).refusal(), (409, "evidence_incomplete".into()));
        for (login, refused) in [("officer-a", 403), ("county-supervisor", 403), ("other-head", 403), ("agency-admin", 404)] {
            let other = Person::sign_in(server, login);
            assert_eq!(write_off(&other, case, file, &tag, "终端遗失").status, refused, "{login}");
        }
        assert_eq!(write_off(&head, case, file, "\"00\"", "终端遗失").refusal(), (412, "stale".into()));
        assert_eq!(write_off(&head, case, file, &tag, " ").refusal(), (400, "malformed".into()));
        assert_eq!(write_off(&head, case, digest(b"x"), &tag, "终端遗失").refusal(), (422, "no_such_target".into()));
        let mut desk = Desk::of(server, "unit-head");
        let form = format!("/console/cases/{case}/act/write-off?seen={}&target={file}", tag.trim_matches('"'));
        let page = desk.get(&form).expect(200).text();
        assert!(page.contains("登记证据灭失") && page.contains(&file.to_string()), "{page}");
        let fields = [("csrf", hidden(&page, "csrf")), ("seen", hidden(&page, "seen")),
            ("purpose", String::new()), ("target", file.to_string()), ("text", "终端坠江遗失，无法补传".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let _ = desk.post(&format!("/console/cases/{case}/act/write-off"), &fields).expect(303);

        let (shown, tag) = case_of(&head, case);
        assert_eq!((&shown["card"]["missing_evidence"], shown["missing_evidence"].as_array().map(Vec::len)), (&json!(0), Some(0)));
        let told = &shown["evidence"][0];
        assert_eq!((&told["stored"], &told["written_off"][0]["reason"]), (&json!(false), &json!("终端坠江遗失，无法补传")));
        assert_eq!(write_off(&head, case, file, &tag, "再次").refusal(), (409, "already_written_off".into()));
        let _ = close(&head, case, &tag).expect(200);
        let record = head.call("GET", &format!("/v1/cases/{case}/record")).send().expect(200).json();
        assert_eq!(record["evidence"], json!([{"digest": file.to_string(), "size": 0, "written_off": true}]));
        let signed = STANDARD.decode(record["signed"].as_str().unwrap()).unwrap();
        let opened = CaseRecord::open(&signed, &phone.server_key, &SoftwareVerifier).unwrap().record;
        assert!(opened.evidence[0].digest == file && opened.evidence[0].is_written_off());

        // The phone is found again: its bytes are kept and shown, and what was decided stays.
        upload(&phone, &photo);
        assert_eq!(head.call("GET", &address(case, file)).send().expect(200).body, photo);
        let told = &case_of(&head, case).0["evidence"][0];
        assert_eq!((&told["stored"], told["written_off"].as_array().map(Vec::len)), (&json!(true), Some(1)));
        let page = desk.get(&format!("/console/cases/{case}")).expect(200).text();
        assert!(page.contains("已登记灭失") && page.contains("终端坠江遗失"), "{page}");
    }

    fn a_file_that_has_arrived_is_not_written_off(server) {
        let photo = [78_u8; 900];
        let (_phone, case) = with_file(server, &photo);
        let head = Person::sign_in(server, "unit-head");
        let (_, tag) = case_of(&head, case);
        assert_eq!(write_off(&head, case, digest(&photo), &tag, "不存在").refusal(), (409, "evidence_arrived".into()));
        std::fs::remove_file(stored(server, digest(&photo))).unwrap();
        let _ = head.call("GET", &address(case, digest(&photo))).send().expect(409);
        let _ = write_off(&head, case, digest(&photo), &tag, "服务器磁盘损坏，无备份").expect(200);
        assert_eq!(case_of(&head, case).0["card"]["missing_evidence"], 0);
    }
}

fn with_empty(server: &Server) -> (Phone<'_>, ChangeId) {
    let mut phone = Phone::of(server, "officer-a");
    let open = phone.open_case(&[]);
    phone.push(&[&open]);
    claim(&mut phone, open.id(), &[open.id()], digest(b""));
    let begun = announce(&phone, digest(b""), 0).expect(201);
    assert_eq!(begun.header("upload-offset"), "0");
    assert_eq!(announce(&phone, digest(b"x"), 0).refusal(), (422, "evidence_digest_mismatch".into()));
    (phone, open.id())
}
