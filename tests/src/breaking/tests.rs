//! Each kind of change, and beside it the neighbour that breaks nothing.

use serde_json::{Value, json};

use super::breaking;

/// A small document with one of everything.
fn document() -> Value {
    json!({
        "paths": {
            "/things/{id}": {
                "post": {
                    "operationId": "change_thing",
                    "security": [],
                    "parameters": [
                        {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"}},
                        {"name": "limit", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
                    ],
                    "requestBody": {"required": false, "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                        "application/cbor": {"schema": {"type": "string", "format": "binary"}}
                    }},
                    "responses": {
                        "200": {
                            "description": "Done",
                            "headers": {"ETag": {"schema": {"type": "string"}}, "X-Request-Id": {"$ref": "#/components/headers/Id"}},
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                        },
                        "404": {"$ref": "#/components/responses/Refused"}
                    }
                },
                "get": {"operationId": "read_thing", "responses": {"200": {"description": "It"}}}
            }
        },
        "components": {
            "headers": {"Id": {"schema": {"type": "string", "maxLength": 36}}},
            "responses": {"Refused": {"description": "No", "content": {"application/problem+json": {"schema": {"type": "object"}}}}},
            "schemas": {"Thing": {
                "type": "object",
                "required": ["kind", "at"],
                "properties": {
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "at": {"type": "string", "format": "date"},
                    "text": {"type": "string", "minLength": 1, "maxLength": 10},
                    "count": {"type": ["integer", "null"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "value": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}
                }
            }}
        }
    })
}

const POST: &str = "/paths/~1things~1{id}/post";
const THING: &str = "/components/schemas/Thing";

/// The document with another value at a place; null takes it away.
fn with(place: &str, value: Value) -> Value {
    let mut changed = document();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}"));
    let name = name.replace("~1", "/");
    match (parent, value) {
        (Value::Object(members), Value::Null) => drop(members.remove(&name)),
        (Value::Object(members), value) => drop(members.insert(name, value)),
        (Value::Array(items), Value::Null) => drop(items.remove(name.parse().unwrap())),
        (Value::Array(items), value) if name == "-" => items.push(value),
        (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        (other, _) => panic!("{other}"),
    }
    changed
}

/// What breaks where this place has another value.
fn by(place: &str, value: Value) -> Vec<String> {
    breaking(&document(), &with(place, value))
}

#[track_caller]
fn breaks(place: &str, value: Value, wanted: &[&str]) {
    assert_eq!(by(place, value), wanted, "{place}");
}

#[track_caller]
fn holds(place: &str, value: Value) {
    assert_eq!(by(place, value), Vec::<String>::new(), "{place}");
}

#[test]
fn a_document_breaks_nothing_of_itself() {
    assert_eq!(breaking(&document(), &document()), Vec::<String>::new());
    let whole: Value = serde_json::from_str(include_str!("../../../api-spec/openapi.json")).unwrap();
    assert_eq!(breaking(&whole, &whole), Vec::<String>::new());
}

#[test]
fn an_operation_that_goes_or_is_renamed_breaks_and_a_new_one_does_not() {
    breaks("/paths/~1things~1{id}/get", Value::Null, &["GET /things/{id}: removed"]);
    breaks("/paths/~1things~1{id}", Value::Null, &["GET /things/{id}: removed", "POST /things/{id}: removed"]);
    breaks(
        &format!("{POST}/operationId"),
        json!("alter_thing"),
        &["POST /things/{id}: its operationId changed, which names it in generated clients"],
    );
    holds("/paths/~1others", json!({"get": {"operationId": "read_others"}}));
    holds(&format!("{POST}/summary"), json!("Said otherwise"));
}

#[test]
fn a_route_that_wants_a_token_now_breaks_and_one_that_wants_none_any_more_does_not() {
    let token = json!([{"access_token": []}]);
    breaks(&format!("{POST}/security"), token.clone(), &["POST /things/{id}: wants a token now"]);
    let protected = with(&format!("{POST}/security"), token);
    assert_eq!(breaking(&protected, &document()), Vec::<String>::new());
}

#[test]
fn a_parameter_that_goes_or_is_required_breaks_and_a_new_optional_one_does_not() {
    let at = |rest: &str| format!("{POST}/parameters/{rest}");
    breaks(&at("1"), Value::Null, &["POST /things/{id}: query parameter `limit` removed"]);
    breaks(&at("1/required"), json!(true), &["POST /things/{id}: query parameter `limit` is required now"]);
    let new =
        |required: bool| json!({"name": "why", "in": "query", "required": required, "schema": {"type": "string"}});
    breaks(&at("-"), new(true), &["POST /things/{id}: query parameter `why` is new and required"]);
    holds(&at("-"), new(false));
    holds(&at("1/description"), json!("How many"));
}

#[test]
fn a_bound_of_a_request_that_is_tighter_breaks_and_one_that_is_wider_does_not() {
    let limit = |rest: &str| format!("{POST}/parameters/1/schema/{rest}");
    breaks(&limit("minimum"), json!(2), &["POST /things/{id}: query parameter `limit` has minimum 2 instead of 1"]);
    breaks(&limit("maximum"), json!(99), &["POST /things/{id}: query parameter `limit` has maximum 99 instead of 100"]);
    holds(&limit("minimum"), json!(0));
    holds(&limit("maximum"), json!(101));
    holds(&limit("maximum"), Value::Null);
    breaks(
        &limit("exclusiveMinimum"),
        json!(0),
        &["POST /things/{id}: query parameter `limit` has exclusiveMinimum 0 instead of null"],
    );
}

#[test]
fn a_bound_of_an_answer_that_is_wider_breaks_and_one_that_is_tighter_does_not() {
    let length = "/components/headers/Id/schema/maxLength";
    breaks(length, json!(37), &["POST /things/{id}: answer 200 X-Request-Id has maxLength 37 instead of 36"]);
    breaks(length, Value::Null, &["POST /things/{id}: answer 200 X-Request-Id has maxLength null instead of 36"]);
    holds(length, json!(35));
}

#[test]
fn a_pattern_or_format_that_changes_breaks_and_one_that_only_frees_does_not() {
    let pattern = format!("{POST}/parameters/0/schema/pattern");
    breaks(
        &pattern,
        json!("^[0-9]+$"),
        &["POST /things/{id}: path parameter `id` has the pattern `^[0-9]+$` instead of `^[0-9a-f]{32}$`"],
    );
    holds(&pattern, Value::Null);
    let found = by(&format!("{THING}/properties/at/format"), json!("date-time"));
    assert_eq!(found.len(), 2, "in the request and in the answer: {found:?}");
    let found = by(&format!("{THING}/properties/at/format"), Value::Null);
    assert_eq!(
        found,
        ["POST /things/{id}: answer 200.at has the format `` instead of `date`"],
        "an answer promised it"
    );
}

#[test]
fn a_body_that_is_required_or_of_another_type_breaks() {
    breaks(&format!("{POST}/requestBody/required"), json!(true), &["POST /things/{id}: a body is required now"]);
    breaks(
        &format!("{POST}/requestBody/content/application~1cbor"),
        Value::Null,
        &["POST /things/{id}: takes no body of application/cbor any more"],
    );
    holds(&format!("{POST}/requestBody/content/text~1plain"), json!({"schema": {"type": "string"}}));
}

#[test]
fn a_list_of_codes_may_grow_in_requests_and_shrink_in_answers() {
    let kind = format!("{THING}/properties/kind/enum");
    breaks(&kind, json!(["a", "b", "c"]), &["POST /things/{id}: answer 200.kind may be c now"]);
    breaks(&kind, json!(["a"]), &["POST /things/{id}: body.kind takes no b any more"]);
    holds(&kind, json!(["b", "a"]));
    let at = format!("{THING}/properties/kind");
    let open = |codes: Value| json!({"type": "string", "enum": codes, "x-open": true});
    let (was, now) = (with(&at, open(json!(["a", "b"]))), with(&at, open(json!(["a", "b", "c"]))));
    assert_eq!(breaking(&was, &now), Vec::<String>::new(), "declared open");
    assert_eq!(breaking(&document(), &was), ["POST /things/{id}: answer 200.kind is an open list of codes now"]);
    breaks(
        &format!("{THING}/properties/text/enum"),
        json!(["x"]),
        &["POST /things/{id}: body.text takes listed codes only now"],
    );
    breaks(&kind, Value::Null, &["POST /things/{id}: answer 200.kind is no list of codes any more"]);
}

#[test]
fn a_member_that_goes_breaks_both_ways_and_a_new_optional_one_neither() {
    breaks(
        &format!("{THING}/properties/text"),
        Value::Null,
        &["POST /things/{id}: body.text removed", "POST /things/{id}: answer 200.text removed"],
    );
    holds(&format!("{THING}/properties/more"), json!({"type": "string"}));
    breaks(
        &format!("{THING}/required"),
        json!(["kind", "at", "text"]),
        &["POST /things/{id}: body.text is required now"],
    );
    breaks(&format!("{THING}/required"), json!(["kind"]), &["POST /things/{id}: answer 200.at may be absent now"]);
    let mut new = with(&format!("{THING}/properties/more"), json!({"type": "string"}));
    new["components"]["schemas"]["Thing"]["required"] = json!(["kind", "at", "more"]);
    assert_eq!(breaking(&document(), &new), ["POST /things/{id}: body.more is new and required"]);
    breaks(
        &format!("{THING}/additionalProperties"),
        json!(false),
        &["POST /things/{id}: body takes no members that are not documented any more"],
    );
}

#[test]
fn a_type_or_null_that_changes_breaks_the_side_that_does_not_know_it() {
    let found = by(&format!("{THING}/properties/text/type"), json!("integer"));
    let side = |side: &str| format!("POST /things/{{id}}: {side}.text is integer instead of string");
    assert_eq!(found, [side("body"), side("answer 200")]);
    let null = |name: &str, kinds: Value| by(&format!("{THING}/properties/{name}/type"), kinds);
    assert_eq!(null("count", json!("integer")), ["POST /things/{id}: body.count may not be null any more"]);
    assert_eq!(null("text", json!(["string", "null"])), ["POST /things/{id}: answer 200.text may be null now"]);
    let choice = json!({"oneOf": [{"type": "null"}, {"type": "integer"}]});
    holds(&format!("{THING}/properties/count"), choice);
}

#[test]
fn choices_may_become_more_in_requests_and_fewer_in_answers() {
    let value = format!("{THING}/properties/value/anyOf");
    let found = by(&value, json!([{"type": "integer"}, {"type": "boolean"}, {"type": "string"}]));
    assert_eq!(found, ["POST /things/{id}: answer 200.value has other choices"]);
    let found = by(&value, json!([{"type": "integer"}, {"type": "string"}]));
    assert_eq!(found.len(), 2, "{found:?}");
    holds(&value, json!([{"type": "boolean"}, {"type": "integer"}]));
}

#[test]
fn an_answer_a_header_or_a_media_type_that_goes_breaks_and_new_ones_do_not() {
    let answers = |rest: &str| format!("{POST}/responses/{rest}");
    breaks(&answers("404"), Value::Null, &["POST /things/{id}: answer 404 removed"]);
    breaks(&answers("200/headers/ETag"), Value::Null, &["POST /things/{id}: answer 200 has no ETag any more"]);
    breaks(
        &answers("200/content/application~1json"),
        Value::Null,
        &["POST /things/{id}: answer 200 is no application/json any more"],
    );
    breaks(
        "/components/responses/Refused/content/application~1problem+json",
        Value::Null,
        &["POST /things/{id}: answer 404 is no application/problem+json any more"],
    );
    holds(&answers("409"), json!({"description": "In the way"}));
    holds(&answers("200/headers/Location"), json!({"schema": {"type": "string"}}));
}
