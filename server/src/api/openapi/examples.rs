//! Examples in the OpenAPI document: one for each schema, parameter and body.
//!
//! Promise: an example is declared once, beside the Rust type or field that it shows. The example of an object is composed
//! of the examples of its fields, so it follows the type. This module invents no example: if a field has none, the object
//! has none, and a test names it. The acceptance tests send every request exactly as its examples show it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sync_core::message::{Push, Reconcile};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder};
use utoipa::openapi::schema::{ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Gives every schema, parameter and binary body its example.
pub(super) fn complete(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    let known = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        let example = of(&known, schema);
        if let RefOr::T(schema) = schema {
            show(schema, example);
        }
    }
    for operation in document.paths.paths.values_mut().flat_map(super::every_route::operations) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter {
                of_parameter(&known, parameter);
            }
        }
        binary_body(operation);
    }
}

/// Gives a parameter the example of its schema, unless it has its own.
fn of_parameter(known: &Schemas, parameter: &mut Parameter) {
    // The fields of a parameter are private to its crate, so they are read from its JSON.
    let own = serde_json::to_value(&*parameter).ok().and_then(|mut said| Some(said.get_mut("example")?.take()));
    let example = own.or_else(|| of(known, parameter.schema.as_ref()?));
    *parameter = ParameterBuilder::from(std::mem::replace(parameter, Parameter::new(""))).example(example).build();
}

/// The example of a schema: its own, or one composed of the examples of its parts.
fn of(known: &Schemas, schema: &RefOr<Schema>) -> Option<Value> {
    let schema = match schema {
        RefOr::Ref(reference) => return of(known, known.get(reference.ref_location.rsplit('/').next()?)?),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Object(object) => of_object(known, object),
        Schema::Array(array) => first(array.example.as_ref(), &array.examples).or_else(|| match &array.items {
            ArrayItems::RefOrSchema(items) => of(known, items).map(|one| vec![one].into()),
            ArrayItems::False => None,
        }),
        Schema::OneOf(one) => first(one.example.as_ref(), &one.examples).or_else(|| of_first(known, &one.items)),
        Schema::AnyOf(any) => first(any.example.as_ref(), &any.examples).or_else(|| of_first(known, &any.items)),
        Schema::AllOf(_) | _ => None,
    }
}

fn first(example: Option<&Value>, examples: &[Value]) -> Option<Value> {
    example.or_else(|| examples.first()).cloned()
}

/// The example of the first choice that has one. Null is skipped, because it shows nothing.
fn of_first(known: &Schemas, choices: &[RefOr<Schema>]) -> Option<Value> {
    choices.iter().find_map(|choice| of(known, choice)).filter(|example| !example.is_null())
}

fn of_object(known: &Schemas, object: &Object) -> Option<Value> {
    let own = first(object.example.as_ref(), &object.examples).or_else(|| object.default.clone());
    let code = || object.enum_values.as_ref().and_then(|codes| codes.first().cloned());
    own.or_else(code).or_else(|| {
        if !object.properties.is_empty() {
            let parts = object.properties.iter().map(|(name, part)| Some((name.clone(), of(known, part)?)));
            return parts.collect::<Option<serde_json::Map<_, _>>>().map(Value::Object);
        }
        (object.schema_type == SchemaType::Type(Type::Boolean)).then_some(Value::Bool(false))
    })
}

fn show(schema: &mut Schema, example: Option<Value>) {
    let (own, several) = match schema {
        Schema::Object(object) => (&mut object.example, &object.examples),
        Schema::Array(array) => (&mut array.example, &array.examples),
        Schema::OneOf(one) => (&mut one.example, &one.examples),
        Schema::AnyOf(any) => (&mut any.example, &any.examples),
        Schema::AllOf(_) | _ => return,
    };
    if several.is_empty() {
        *own = own.take().or(example);
    }
}

/// Gives a body that is not JSON a `data:` URL with its bytes as example (RFC 2397). It is not an `externalValue`: common
/// generators and linters look for a file of that name and stop with an error.
fn binary_body(operation: &mut Operation) {
    let (summary, bytes) = match operation.operation_id.as_deref() {
        Some("push_changes") => {
            ("No changes. `sync-core/tests/vectors/v1.json` has complete bodies.", Push::default().to_bytes())
        }
        Some("reconcile_heads") => ("A phone that holds nothing.", Reconcile { cases: Vec::new() }.to_bytes()),
        Some("upload_piece" | "upload_overridden") => (
            "A small file as one piece. The example of `Upload-Metadata` announces it.",
            api_spec::text::SAMPLE_FILE.to_vec(),
        ),
        Some("check_roster" | "import_roster") => {
            ("Two new people, as CSV in UTF-8.", api_spec::text::SAMPLE_ROSTER.as_bytes().to_vec())
        }
        _ => return,
    };
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for (media_type, content) in &mut body.content {
        let RefOr::T(content) = content else { continue };
        let address = format!("data:{media_type};base64,{}", STANDARD.encode(&bytes));
        let example = ExampleBuilder::new().summary(summary).value(Some(address.into())).build();
        content.examples.insert("sample".to_owned(), RefOr::T(example));
    }
}
