//! Clients that generators of others make from the API document: compiled strictly, and used for every kind of call.
//!
//! Promise: JSON with paging, a creation with an idempotency key, a refusal as a typed problem, `ETag` with `If-Match` and
//! `If-None-Match`, bytes up (a push, a file in pieces) and bytes down (the feed, a file, a spreadsheet, a record). What a
//! client sent and got is looked at here, byte for byte. The calls are in `tests/clients`; `tests/run.sh` builds those in
//! TypeScript, `tests/long.sh` the one in Kotlin.

use std::path::Path;
use std::process::Command;

use api_spec::case_record::CaseRecord as WireRecord;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sync_core::case_record::CaseRecord;
use sync_core::change::{Change, NewOp};
use sync_core::message::{Class, Pulled, Pushed};
use sync_core::op::{Act, OpRef};
use sync_core::sign::SoftwareVerifier;
use sync_core::value::Value;
use tests::server::{PASSWORD, sources};
use tests::{Phone, Server, on_both_databases};

use crate::casework::Case;
use crate::evidence::{base64, claim, digest};
use crate::tus::is_installed;

/// What a client is given, and what it is known by afterwards.
struct Scene<'s> {
    case: Case<'s>,
    closed: Case<'s>,
    file: Vec<u8>,
    /// Not pushed yet: the client does.
    change: Change,
    directory: tempfile::TempDir,
}

impl<'s> Scene<'s> {
    fn prepare(server: &'s Server) -> Self {
        let mut closed = Case::open(server);
        closed.save(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(closed.decision)).with(Value::text("误作"))]);
        let _ = closed.command("unit-head", "close", &json!({})).expect(200);
        // These clients send bearer tokens.
        let mut case = Case::open_by(server, Phone::with_bearer(server, "officer-a"));
        // Every byte there is, so that none is taken for a character.
        let file: Vec<u8> = (0..70_000_u32).map(|place| u8::try_from(place * 7 % 256).unwrap()).collect();
        let heads = case.heads.clone();
        let claimed = claim(&mut case.phone, case.id, &heads, digest(&file));
        let change = case.phone.write(case.id, &[claimed], "note", "门口另有一块价目牌");
        let scene = Self { case, closed, file, change, directory: tempfile::tempdir().unwrap() };
        scene.write(server);
        scene
    }

    fn write(&self, server: &Server) {
        let administrator = self.case.person("county-admin");
        let officers = administrator.call("GET", "/v1/officers?limit=100").send().expect(200).json();
        let (digest, media_type) = (digest(&self.file), base64(b"image/jpeg"));
        let scene = json!({
            "base": format!("http://{}", server.address()),
            "password": PASSWORD,
            "phone_token": self.case.phone.token(),
            "case": self.case.id.to_string(),
            "record": self.case.record.to_string(),
            "closed": self.closed.id.to_string(),
            "officers": officers["items"].as_array().unwrap().len(),
            "digest": digest.to_string(),
            "metadata": format!("sha256 {},type {media_type}", base64(digest.bytes())),
        });
        let push = self.case.phone.push_of(vec![self.change.to_bytes()]);
        self.put("scene.json", scene.to_string().as_bytes());
        self.put("push.cbor", &push.to_bytes());
        self.put("file", &self.file);
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.directory.path().join(name), bytes).unwrap();
    }

    fn got(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.directory.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Lets a client make its calls, and looks at what it got.
    fn run(&self, client: &mut Command, export: &str) {
        let ended = client.arg(self.directory.path()).output().unwrap();
        let said = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        assert!(ended.status.success(), "{client:?}: {said:?}");
        let pushed = Pushed::read(&self.got("pushed.cbor")).unwrap();
        assert_eq!((pushed.outcomes[0].change, pushed.outcomes[0].class), (Some(self.change.id()), Class::Accepted));
        let receipt = self.case.phone.open_receipt(&pushed.receipts[0]).receipt;
        assert!(receipt.entries.iter().any(|entry| entry.change == self.change.id()));
        let pulled = Pulled::read(&self.got("pulled.cbor")).unwrap();
        assert!(pulled.changes.contains(&self.change.to_bytes()), "the bytes that were signed");
        assert!(self.got("evidence") == self.file, "what was sent is what is read");
        let begin: &[u8] = if export == "export.csv" { "\u{feff}".as_bytes() } else { b"PK" };
        assert!(self.got(export).starts_with(begin), "{export}");
        let record: WireRecord = serde_json::from_slice(&self.got("record.json")).unwrap();
        let signed = STANDARD.decode(record.signed).unwrap();
        let opened = CaseRecord::open(&signed, &self.case.phone.server_key, &SoftwareVerifier).unwrap().record;
        assert_eq!((opened.case, opened.number), (self.closed.id, record.number));
    }
}

fn node(server: &Server, program: &str) {
    let at = sources().join("tests/clients/typescript");
    let program = at.join("built/src").join(program);
    if is_installed(&program) {
        Scene::prepare(server).run(Command::new("node").arg(program), "export.xlsx");
    }
}

on_both_databases! {
    fn a_typescript_client_of_openapi_fetch_makes_every_kind_of_call(server) {
        node(server, "openapi-fetch.js");
    }

    fn a_typescript_client_of_openapi_generator_makes_every_kind_of_call(server) {
        node(server, "typescript-fetch.js");
    }

    /// With the class path that `tests/long.sh` sets.
    fn a_kotlin_client_of_openapi_generator_makes_every_kind_of_call(server) {
        let Ok(classes) = std::env::var("KOTLIN_CLIENT") else {
            println!("skipped: `bash tests/long.sh kotlin` builds it");
            return;
        };
        assert!(classes.split(':').all(|part| Path::new(part).exists()), "{classes}");
        Scene::prepare(server).run(Command::new("java").args(["-cp", &classes, "CallsKt"]), "export.csv");
    }
}
