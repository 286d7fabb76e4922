//! tus 1.0.0 with third-party clients: required headers, and two clients that upload over an interrupted link.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::http::Call;
use tests::proxy::Proxy;
use tests::server::sources;
use tests::{Phone, Server, on_both_databases};

use crate::evidence::{PIECE, announce, base64, claim, digest, piece, piece_call, status};

fn create(phone: &Phone<'_>, metadata: &str) -> Call {
    let call = phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0");
    call.header("Upload-Metadata", metadata)
}

on_both_databases! {
    fn a_digest_may_be_announced_in_hex_and_what_was_announced_is_told_again(server) {
        let phone = Phone::of(server, "officer-a");
        let bytes = [41_u8; 700];
        let hex = base64(digest(&bytes).to_string().as_bytes());
        let said = format!("filename {},filetype {},sha256 {hex},is_confidential", base64("现场.jpg".as_bytes()), base64(b"image/jpeg"));
        let begun = create(&phone, &said).header("Upload-Length", "700").send().expect(201);
        let location = begun.header("location").to_owned();
        let stands = status(&phone, &location).expect(200);
        assert_eq!((stands.header("upload-metadata"), stands.header("upload-offset")), (said.as_str(), "0"));
        assert_eq!((stands.header("upload-length"), stands.header("cache-control")), ("700", "no-store"));
        let _ = piece(&phone, &location, 0, &bytes).expect(204);
        let short = create(&phone, &format!("sha256 {}", base64(&digest(&bytes).to_string().as_bytes()[1..])));
        assert_eq!(short.header("Upload-Length", "700").send().refusal(), (400, "malformed".into()));
    }

    fn every_answer_names_the_version_and_one_of_another_version_says_which_is_spoken(server) {
        let phone = Phone::of(server, "officer-a");
        let location = announce(&phone, digest(b"abc"), 3).expect(201).header("location").to_owned();
        for call in [
            server.call("POST", "/v1/evidence"),
            phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0"),
            phone.call("HEAD", &location),
            phone.call("HEAD", "/v1/evidence/00").header("Tus-Resumable", "1.0.0"),
            piece_call(&phone, &location, 1, b"b"),
            piece_call(&phone, &location, 0, b"abcd"),
            piece_call(&phone, &location, 0, b"abd"),
        ] {
            let answer = call.send();
            assert!(answer.status >= 400 && answer.header("tus-resumable") == "1.0.0", "{answer:?}");
        }
        for version in ["0.2.2", "1.0.1", ""] {
            let old = phone.call("HEAD", &location).header("Tus-Resumable", version).send().expect(412);
            assert_eq!((old.header("tus-version"), old.header("tus-resumable")), ("1.0.0", "1.0.0"), "{version}");
        }
        let options = server.call("OPTIONS", "/v1/evidence").send().expect(204);
        assert_eq!(options.header("tus-extension"), "creation,creation-with-upload");
        assert_eq!(options.header("tus-max-size"), (512_u64 << 20).to_string());
    }

    fn a_length_is_said_before_and_may_be_nothing_or_the_largest(server) {
        let phone = Phone::of(server, "officer-a");
        let metadata = format!("sha256 {}", base64(digest(b"").bytes()));
        assert_eq!(create(&phone, &metadata).send().refusal(), (400, "malformed".into()));
        let deferred = create(&phone, &metadata).header("Upload-Defer-Length", "1");
        assert_eq!(deferred.send().refusal(), (400, "malformed".into()));
        for wrong in ["-1", "+1", "1.0", "", "99999999999999999999999"] {
            let answer = create(&phone, &metadata).header("Upload-Length", wrong).send();
            assert_eq!(answer.refusal(), (400, "malformed".into()), "{wrong}");
        }
        let largest = 512_usize << 20;
        assert_eq!(announce(&phone, digest(b"l"), largest).expect(201).header("upload-offset"), "0");
        assert_eq!(announce(&phone, digest(b"l"), largest + 1).refusal(), (413, "too_large".into()));
        let empty = create(&phone, &metadata).header("Upload-Length", "0").send().expect(201);
        let stands = status(&phone, empty.header("location")).expect(200);
        assert_eq!((stands.header("upload-offset"), stands.header("upload-length")), ("0", "0"));
    }

    fn the_first_piece_may_come_with_the_announcement_and_methods_may_be_overridden(server) {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        phone.push(&[&open]);
        let bytes = [42_u8; 900];
        claim(&mut phone, open.id(), &[open.id()], digest(&bytes));
        let metadata = format!("sha256 {}", base64(digest(&bytes).bytes()));
        let begun = create(&phone, &metadata).header("Upload-Length", "900").bytes(PIECE, bytes[..300].to_vec());
        let begun = begun.send().expect(201);
        assert_eq!(begun.header("upload-offset"), "300");
        let location = begun.header("location").to_owned();
        let post = |method: &str, body: &[u8], offset: &str| {
            let call = phone.call("POST", &location).header("Tus-Resumable", "1.0.0");
            let call = call.header("X-HTTP-Method-Override", method).header("Upload-Offset", offset);
            call.bytes(&format!("{}; x=y", PIECE.to_uppercase()), body.to_vec()).send()
        };
        assert_eq!(post("HEAD", b"", "0").expect(200).header("upload-offset"), "300");
        assert_eq!(post("patch", &bytes[300..600], "300").expect(204).header("upload-offset"), "600");
        assert_eq!(post("PATCH", &bytes[600..], "300").refusal(), (409, "upload_offset".into()));
        assert_eq!(post("DELETE", b"", "0").refusal(), (400, "malformed".into()));
        let _ = post("PATCH", &bytes[600..], "600").expect(204);
        // Said again with a body: what is there is not sent again.
        let again = create(&phone, &metadata).header("Upload-Length", "900").bytes(PIECE, bytes.to_vec()).send();
        assert_eq!(again.expect(201).header("upload-offset"), "900");
        let read = phone.call("GET", &format!("/v1/cases/{}/evidence/{}", open.id(), digest(&bytes)));
        assert_eq!(read.send().expect(200).body, bytes);
    }

    fn tus_js_client_uploads_over_a_link_that_is_cut(server) {
        let client = sources().join("tests/tus");
        if is_installed(&client.join("node_modules/tus-js-client")) {
            for during_creation in ["0", "1"] {
                let mut node = Command::new("node");
                node.arg(client.join("upload.mjs")).env("DURING_CREATION", during_creation);
                uploads(server, node, u8::from(during_creation == "1"));
            }
        }
    }

    fn tuspy_uploads_over_a_link_that_is_cut(server) {
        let client = sources().join("tests/tus");
        let python = client.join(".venv/bin/python");
        if is_installed(&python) {
            let mut command = Command::new(python);
            command.arg(client.join("upload.py"));
            uploads(server, command, 2);
        }
    }
}

/// Whether a client is there; `tests/run.sh` fetches it, and with `CI=true` its absence is a failure.
pub fn is_installed(path: &Path) -> bool {
    let there = path.exists();
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "{} is not there", path.display());
    if !there {
        println!("skipped: {} is not there; `bash tests/run.sh` fetches it", path.display());
    }
    there
}

/// Lets a client upload a file of its own through a link that is cut three times, and reads it back.
fn uploads(server: &Server, mut client: Command, seed: u8) {
    let mut phone = Phone::with_bearer(server, "officer-a");
    let open = phone.open_case(&[]);
    phone.push(&[&open]);
    let bytes: Vec<u8> = (0..12_usize << 20).map(|place| u8::try_from(place / 3 % 249).unwrap() ^ seed).collect();
    claim(&mut phone, open.id(), &[open.id()], digest(&bytes));
    let directory = tempfile::tempdir().unwrap();
    let file: PathBuf = directory.path().join("film");
    std::fs::write(&file, &bytes).unwrap();
    let proxy = Proxy::to(server.address());
    client.env("ENDPOINT", format!("http://{}/v1/evidence", proxy.address)).env("TOKEN", phone.token());
    client.env("FILE", &file).env("SHA256", digest(&bytes).to_string()).env("CHUNK", (256 << 10).to_string());
    let mut running = client.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let uploads = server.directory().join("evidence/uploads");
    for cut in 1..=3_u64 {
        // Not before so much of it has come.
        wait_for(&uploads, cut * (2 << 20));
        proxy.cut();
        std::thread::sleep(Duration::from_millis(120));
        proxy.mend();
    }
    let ended = running.wait().unwrap();
    let mut said = [String::new(), String::new()];
    running.stdout.take().unwrap().read_to_string(&mut said[0]).unwrap();
    running.stderr.take().unwrap().read_to_string(&mut said[1]).unwrap();
    assert!(ended.success() && said[0].contains("/v1/evidence/"), "{said:?}");
    let read = phone.call("GET", &format!("/v1/cases/{}/evidence/{}", open.id(), digest(&bytes))).send().expect(200);
    assert!(read.body == bytes, "what was sent is what is read");
}

/// Waits until an upload under way is so long, or has ended.
fn wait_for(uploads: &Path, length: u64) {
    let begun = Instant::now();
    let mut seen = false;
    while begun.elapsed() < Duration::from_mins(1) {
        let longest = std::fs::read_dir(uploads)
            .unwrap()
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .map(|file| file.len())
            .max();
        if longest.is_some_and(|longest| longest >= length) || (seen && longest.is_none()) {
            return;
        }
        seen |= longest.is_some();
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the upload does not come");
}
