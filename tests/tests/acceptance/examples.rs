//! The examples of the API document: each is of its schema, and every request is sent as its examples stand.
//!
//! Promise: no operation is left out. Only what belongs to one installation is filled in ([`PARTICULAR`]): ids, codes, keys,
//! cursors, entity tags and passwords. Texts, codes, lengths, days and binary bodies go as they stand in the document.

#[path = "examples/filled.rs"]
mod filled;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use tests::contract::{document, matches, resolved};
use tests::desk::encoded;
use tests::http::{Answer, Call};
use tests::{Server, on_both_databases};

use filled::{Filled, World};

/// Schemas of what belongs to one installation.
const PARTICULAR: [&str; 12] = [
    "RefreshToken",
    "CaseId",
    "Cursor",
    "Digest",
    "EntityTag",
    "EntityTags",
    "GivenCode",
    "Id",
    "KeySignature",
    "OperationId",
    "PublicKey",
    "Token",
];

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "head", "patch", "options"];

/// One operation of the document.
struct Operation {
    method: String,
    path: &'static str,
    said: &'static Json,
}

impl Operation {
    fn all() -> Vec<Self> {
        let paths = document()["paths"].as_object().unwrap().iter();
        let each = paths.flat_map(|(path, item)| {
            let known = METHODS.iter().filter_map(|method| Some((method.to_uppercase(), item.get(*method)?)));
            known.map(|(method, said)| Self { method, path, said })
        });
        each.collect()
    }

    fn id(&self) -> &'static str {
        self.said["operationId"].as_str().unwrap()
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Json> {
        self.said["parameters"].as_array().into_iter().flatten()
    }

    /// The request of the examples, with what is filled in. Only these parameters, or all of them but a cursor.
    fn request(&self, server: &Server, filled: &Filled, only: Option<&[&str]>) -> Call {
        let (mut path, mut query, mut headers) = (self.path.to_owned(), Vec::new(), Vec::new());
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap();
            let of = parameter["in"].as_str().unwrap();
            let wanted = only.map_or(name != "cursor", |only| only.contains(&name));
            if of == "query" && !wanted {
                continue;
            }
            let example = &parameter["example"];
            let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            let text = filled.part(name).map_or(text, |part| {
                assert!(is_particular(&parameter["schema"]), "{}: `{name}` is sent as it stands", self.id());
                part.to_owned()
            });
            match of {
                "path" => path = path.replace(&format!("{{{name}}}"), &text),
                "query" => query.push(format!("{name}={}", encoded(&text))),
                _ => headers.push((name, text)),
            }
        }
        let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let call = server.call(&self.method, &path);
        let call = filled.authenticate(call);
        let call = headers.iter().fold(call, |call, (name, text)| call.header(name, text));
        self.with_body(call, filled)
    }

    fn with_body(&self, call: Call, filled: &Filled) -> Call {
        let Some(content) = self.said["requestBody"]["content"].as_object() else { return call };
        let (media_type, body) = content.iter().next().unwrap();
        if media_type != "application/json" {
            let address = body["examples"]["sample"]["value"].as_str();
            let address = address.unwrap_or_else(|| panic!("{} has no example", self.id()));
            let bytes = address.strip_prefix(&format!("data:{media_type};base64,")).unwrap();
            return call.bytes(media_type, STANDARD.decode(bytes).unwrap());
        }
        let schema = resolved(&body["schema"]);
        let mut example = schema["example"].clone();
        for (name, part) in &filled.body {
            // A time that must be ahead of the clock of the test.
            if name.ends_with("_ms") {
                assert!(example[name].is_i64(), "{}: the example has no `{name}`", self.id());
                example[name] = Json::from(part.parse::<i64>().unwrap());
                continue;
            }
            assert!(is_particular(&schema["properties"][name]), "{}: `{name}` is sent as it stands", self.id());
            assert!(example[name].is_string(), "{}: the example has no `{name}`", self.id());
            example[name] = Json::from(part.as_str());
        }
        call.json(&example)
    }
}

fn is_particular(schema: &Json) -> bool {
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    name.is_some_and(|name| PARTICULAR.contains(&name)) || schema["format"] == "password"
}

/// Where the next page of a list begins.
fn next_cursor(answer: &Answer) -> String {
    if answer.header("content-type") == "application/cbor" {
        let page = sync_core::message::Pulled::read(&answer.body).unwrap();
        return tests::actor::base64url(&page.cursor);
    }
    answer.json()["next_cursor"].as_str().unwrap().to_owned()
}

on_both_databases! {
    fn every_operation_accepts_the_request_of_its_examples(server) {
        let world = World::new(server);
        let mut operations = Operation::all();
        // It ends what its officer is signed in with.
        operations.sort_by_key(|operation| operation.id() == "choose_password");
        for operation in &operations {
            let filled = world.fill(operation.id());
            let answer = operation.request(server, &filled, None).send();
            assert!((200..300).contains(&answer.status), "{}: {} {}", operation.id(), answer.status, answer.text());
            if operation.parameters().any(|parameter| parameter["name"] == "cursor") {
                let page = operation.list_call(server, &filled, 1).expect(200);
                let next = world.fill(operation.id()).with("cursor", &next_cursor(&page));
                let next = operation.request(server, &next, Some(&["cursor", "limit", "purpose"])).send();
                let _ = next.expect(200);
            }
        }
        assert!(operations.len() >= 50, "{}", operations.len());
    }

    fn every_list_takes_pages_from_its_least_to_its_most_and_none_beyond(server) {
        let world = World::new(server);
        let mut lists = 0;
        for operation in Operation::all() {
            let Some(limit) = operation.parameters().find(|parameter| parameter["name"] == "limit") else { continue };
            let [least, most] = ["minimum", "maximum"].map(|bound| limit["schema"][bound].as_i64().unwrap());
            let filled = world.fill(operation.id());
            let _ = operation.list_call(server, &filled, least).expect(200);
            let _ = operation.list_call(server, &filled, most).expect(200);
            for beyond in [least - 1, most + 1, -1] {
                let refused = operation.list_call(server, &filled, beyond).refusal();
                assert_eq!(refused, (400, "malformed".to_owned()), "{} {beyond}", operation.id());
            }
            lists += 1;
        }
        assert_eq!(lists, 10);
    }
}

impl Operation {
    /// The first page of the whole list, of so many rows.
    fn list_call(&self, server: &Server, filled: &Filled, limit: i64) -> Answer {
        let purpose = self.parameters().any(|parameter| parameter["name"] == "purpose");
        let purpose = if purpose { "&purpose=x" } else { "" };
        let call = server.call(&self.method, &format!("{}?limit={limit}{purpose}", self.path));
        let call = filled.authenticate(call);
        self.with_body(call, filled).send()
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let mut wrong = Vec::new();
    let mut hold = |what: String, example: &Json, schema: &'static Json| {
        if example.is_null() {
            wrong.push(format!("{what} has no example"));
        } else {
            wrong.extend(matches(example, schema, &what).err());
        }
    };
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        let example = schema.get("example").unwrap_or(&schema["examples"][0]);
        hold(name.clone(), example, schema);
    }
    for operation in Operation::all() {
        for parameter in operation.parameters() {
            let what = format!("{} {}", operation.id(), parameter["name"]);
            hold(what, &parameter["example"], &parameter["schema"]);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
