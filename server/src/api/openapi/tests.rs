//! Rules of the document: the name of a field decides which schema it has.

use serde_json::Value;
use sync_core::account_event::AccountEventKind;
use sync_core::agency::AgencyKind;
use sync_core::alarm::AlarmKind;
use sync_core::read_audit::LookKind;
use sync_core::register_event::RegisterEventKind;

use super::*;
use crate::web::problem::MEDIA_TYPE;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "head", "patch", "options"];

/// Looks like an id, but belongs to an external register, so its form is not specified.
const NO_IDS: [&str; 1] = ["Task.id"];

fn whole() -> Value {
    serde_json::to_value(document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((format!("{method} {path}"), item.get(*method)?)))
    });
    all.collect()
}

/// Resolves a reference; anything else is returned unchanged.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let found = document.pointer(reference.strip_prefix('#').unwrap());
    found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

/// The schema of one value of a property, without null; for a list the schema of its items.
fn one<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolved(document, schema);
    if let Some(items) = schema.get("items") {
        return one(document, items);
    }
    let of = schema["oneOf"].as_array().into_iter().flatten().find(|item| item["type"] != "null");
    of.map_or(schema, |item| one(document, item))
}

fn is_text(schema: &Value) -> bool {
    schema["type"] == "string" || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&"string".into()))
}

/// Every property of every object, and every parameter, each with owner, name and schema.
fn fields(document: &Value) -> Vec<(String, String, &Value)> {
    let schemas = document["components"]["schemas"].as_object().unwrap().iter();
    let properties = schemas.flat_map(|(owner, schema)| {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.map(move |(name, schema)| (owner.clone(), name.clone(), schema))
    });
    let parameters = operations(document).into_iter().flat_map(|(operation, said)| {
        let parameters = said["parameters"].as_array().into_iter().flatten();
        parameters.map(move |one| (operation.clone(), one["name"].as_str().unwrap().to_owned(), &one["schema"]))
    });
    properties.chain(parameters).collect()
}

/// Every schema, response, parameter and header of the document.
fn every<'a>(value: &'a Value, look: &mut dyn FnMut(&'a Value)) {
    look(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| every(member, look)),
        Value::Array(items) => items.iter().for_each(|item| every(item, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_id_digest_key_and_cursor_has_a_pattern_and_a_length() {
    const IDS: [&str; 40] = [
        "id",
        "officer",
        "officers",
        "agency",
        "device",
        "tenant",
        "case",
        "change",
        "digest",
        "cursor",
        "next_cursor",
        "op",
        "target",
        "hash",
        "state",
        "heads",
        "basis",
        "public_key",
        "server_public_key",
        "key",
        "proof",
        "signature",
        "challenge",
        "epoch",
        "actor",
        "asked_by",
        "closed_by",
        "parent",
        "acts_for",
        "reconsideration",
        "unseen",
        "replaces",
        "missing_evidence",
        "documents",
        "document",
        "rule_set",
        "upload",
        "request_id",
        "Idempotency-Key",
        "access_token",
    ];
    let document = whole();
    let mut found = 0;
    for (owner, name, schema) in fields(&document) {
        let schema = one(&document, schema);
        let about_law = schema.get("properties").is_some()
            || ["CertificateDecision", "CertificateInterval", "Item", "NewExit", "OfficerExit", "SpotLimit"]
                .contains(&&*owner);
        let field = format!("{owner}.{name}");
        if !IDS.contains(&&*name) || !is_text(schema) || about_law || NO_IDS.contains(&&*field) {
            continue;
        }
        found += 1;
        for rule in ["pattern", "minLength", "maxLength"] {
            assert!(schema.get(rule).is_some(), "{field} has no {rule}: {schema}");
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn every_list_of_codes_is_an_enum() {
    const CODES: [&str; 15] = [
        "status",
        "verdict",
        "decision",
        "act",
        "level",
        "token_type",
        "format",
        "what",
        "severity",
        "outcome",
        "class",
        "flags",
        "grade",
        "roles",
        "damage",
    ];
    let document = whole();
    for (owner, name, schema) in fields(&document) {
        let schema = one(&document, schema);
        // Recorded data has the kinds of the case schema, which may grow (docs/case-schema.md).
        let recorded = ["Entity", "Step", "StepCorrection"].contains(&&*owner);
        let is_code = CODES.contains(&&*name) || name == "kind" && !recorded || name == "code" && owner == "Problem";
        if is_code && is_text(schema) {
            assert!(schema.get("enum").is_some(), "{owner}.{name} names no codes: {schema}");
        }
    }
    let codes = document["components"]["schemas"]["RefusalCode"]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), Refusal::ALL.len());
}

/// The lists that are Rust types in the program.
#[test]
fn a_list_of_codes_is_that_of_the_type_it_is_written_from() {
    let document = whole();
    let listed = |name: &str| {
        let codes = document["components"]["schemas"][name]["enum"].as_array().unwrap().iter();
        codes.map(|code| code.as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    for (name, codes) in [
        ("AccountEventKind", AccountEventKind::CODES),
        ("AgencyKind", AgencyKind::CODES),
        ("AlarmKind", AlarmKind::CODES),
        ("LookKind", LookKind::CODES),
        ("RegisterEventKind", RegisterEventKind::CODES),
    ] {
        assert_eq!(listed(name), codes.iter().map(|&code| code.to_owned()).collect(), "{name}");
    }
    let refusals = Refusal::ALL.iter().map(|one| one.explain().code.to_owned());
    assert_eq!(listed("RefusalCode"), refusals.collect());
    let flags = sync_core::plan::Flag::CODES.iter().map(|&code| code.to_owned());
    assert!(listed("AlarmKind").is_superset(&flags.collect()), "each flag is alarmed");
}

/// No list of codes in a request is open, and each open list in an answer says that it is.
#[test]
fn every_open_list_of_codes_is_one_of_answers() {
    let document = whole();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let open: Vec<_> = schemas.iter().filter(|(_, schema)| schema["x-open"] == true).collect();
    assert_eq!(open.len(), 12, "each of the listed names is a list of codes");
    for (name, schema) in open {
        assert!(schema["description"].as_str().unwrap().contains("More codes may be added"), "{name}");
        let reference = format!("#/components/schemas/{name}");
        for (operation, said) in operations(&document) {
            for parameter in said["parameters"].as_array().into_iter().flatten() {
                assert_ne!(parameter["schema"]["$ref"], reference, "{operation}");
            }
            let body = &said["requestBody"]["content"]["application/json"]["schema"];
            let properties = resolved(&document, body)["properties"].as_object().into_iter().flatten();
            for (field, part) in properties {
                assert!(!part.to_string().contains(&reference), "{operation}: {field}");
            }
        }
    }
}

/// A description that lists codes in back quotes is not machine-readable: the schema must be an enum.
#[test]
fn no_description_lists_the_codes_of_a_text_without_enum() {
    let document = whole();
    for (owner, name, schema) in fields(&document) {
        let said = schema["description"].as_str().unwrap_or_default();
        let listed = said.matches("`, `").count();
        let schema = one(&document, schema);
        // A newer phone may sign in a manner that this version does not know.
        if listed >= 2 && is_text(schema) && (owner.as_str(), name.as_str()) != ("Signature", "manner") {
            assert!(schema.get("enum").is_some(), "{owner}.{name} lists codes in words: {said}");
        }
    }
}

#[test]
fn a_number_says_its_unit_and_a_day_that_it_is_one() {
    let document = whole();
    for (owner, name, schema) in fields(&document) {
        if name.ends_with("_ms") || name.ends_with("_fen") {
            let unit = if name.ends_with("_ms") { "Milliseconds since 1970-01-01T00:00:00Z." } else { "In fen" };
            assert_eq!(schema["format"], "int64", "{owner}.{name}");
            assert!(schema["description"].as_str().is_some_and(|said| said.contains(unit)), "{owner}.{name}: {schema}");
        }
        if ["from", "to", "issued_on", "valid_until"].contains(&&*name) {
            assert_eq!(one(&document, schema)["format"], "date", "{owner}.{name}");
        }
        if name == "value" {
            assert_eq!(schema["$ref"], "#/components/schemas/RecordedValue", "{owner}.{name}");
        }
    }
}

#[test]
fn a_body_that_is_no_json_is_binary() {
    let document = whole();
    let (mut binary, mut wrong) = (0, Vec::new());
    every(&document["paths"], &mut |value| {
        for (media_type, content) in value["content"].as_object().into_iter().flatten() {
            let schema = &content["schema"];
            let is_binary = schema["type"] == "string" && schema["format"] == "binary";
            binary += usize::from(is_binary);
            let is_json = media_type.ends_with("json");
            if is_json == is_binary
                || !is_json && media_type != "text/csv" && !is_binary
                || schema["items"]["format"] == "int32"
            {
                wrong.push(format!("{media_type}: {schema}"));
            }
        }
    });
    assert!(wrong.is_empty() || wrong.iter().all(|one| one.starts_with("text/csv")), "{wrong:?}");
    assert_eq!(binary, 18, "bodies of synchronisation, pieces of files, files, rosters, a status list");
}

#[test]
fn every_route_says_who_may_call_it_and_what_its_answers_carry() {
    let document = whole();
    for (operation, said) in operations(&document) {
        let security = said["security"].as_array().unwrap_or_else(|| panic!("{operation} says nothing of security"));
        let responses = said["responses"].as_object().unwrap();
        let carries = |status: &str, header: &str| {
            let response = responses.get(status).unwrap_or_else(|| panic!("{operation} has no {status}"));
            assert!(resolved(&document, response)["headers"].get(header).is_some(), "{operation} {status}: {header}");
        };
        if !security.is_empty() || responses.contains_key("401") {
            carries("401", "WWW-Authenticate");
        }
        carries("405", "Allow");
        carries("429", "Retry-After");
        carries("503", "Retry-After");
        responses.keys().for_each(|status| carries(status, "X-Request-Id"));
        if operation.contains("/v1/sync/p") || operation.ends_with("/v1/sync/reconcile") {
            carries("200", "Palm-Limits");
        }
        assert!(said["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{operation} has no summary");
    }
    assert_eq!(document["servers"][0]["url"], "/");
}

#[test]
fn every_list_in_pages_says_how_large_a_page_may_be() {
    let document = whole();
    let mut lists = 0;
    for (operation, said) in operations(&document) {
        let parameters = said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name);
        let answer = &said["responses"]["200"]["content"]["application/json"]["schema"];
        let in_pages = resolved(&document, answer)["properties"].get("next_cursor").is_some();
        assert_eq!(named("limit").is_some(), named("cursor").is_some(), "{operation}");
        assert!(!in_pages || named("cursor").is_some(), "{operation} has pages and takes no cursor");
        if let Some(limit) = named("limit") {
            for rule in ["minimum", "maximum", "default"] {
                assert!(limit["schema"].get(rule).is_some(), "{operation}: limit has no {rule}");
            }
            lists += 1;
        }
    }
    assert_eq!(lists, 10);
}

#[test]
fn every_reference_leads_somewhere_and_no_parameter_is_null() {
    let document = whole();
    every(&document, &mut |value| {
        let _ = resolved(&document, value);
        if value.get("in").is_some() && value.get("schema").is_some() {
            let kinds = value["schema"]["type"].as_array().map(Vec::len).unwrap_or_default();
            assert!(kinds == 0 && value["schema"].get("oneOf").is_none(), "{value}");
        }
    });
}

#[test]
fn a_refusal_is_said_to_be_sent_as_it_is() {
    let said = whole();
    let responses = operations(&said).into_iter().filter_map(|(_, operation)| operation["responses"].as_object());
    let responses = responses.chain(said["components"]["responses"].as_object()).flat_map(|all| all.values());
    let mut problems = 0;
    for (media_type, content) in responses.filter_map(|response| response["content"].as_object()).flatten() {
        let is_problem = content["schema"]["$ref"] == "#/components/schemas/Problem";
        assert_eq!(is_problem, media_type == MEDIA_TYPE, "{media_type}: {content}");
        problems += usize::from(is_problem);
    }
    assert!(problems > 50, "{problems}");
}

/// Each example stands beside its Rust type.
#[test]
fn every_schema_every_parameter_and_every_body_has_an_example() {
    let document = whole();
    let shows = |schema: &Value| schema.get("example").is_some() || schema.get("examples").is_some();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let parts = schema["properties"].as_object().into_iter().flatten();
        let parts: Vec<_> = parts.filter(|(_, part)| !shows(part)).map(|(name, _)| name).collect();
        assert!(shows(schema), "{name} has no example; some of these have none, either: {parts:?}");
    }
    for (operation, said) in operations(&document) {
        for parameter in said["parameters"].as_array().into_iter().flatten() {
            assert!(parameter.get("example").is_some(), "{operation}: {} has no example", parameter["name"]);
        }
        for (media_type, content) in said["requestBody"]["content"].as_object().into_iter().flatten() {
            let has_one = shows(content) || shows(resolved(&document, &content["schema"]));
            assert!(has_one, "{operation}: a body of {media_type} has no example");
        }
    }
}

/// Compares `api-spec/openapi.json` with the routes; `UPDATE=1` writes it.
#[test]
fn the_committed_document_is_what_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api-spec/openapi.json");
    let text = document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == text, "UPDATE=1 cargo test -p server openapi");
}
