//! What all routes have in common in the OpenAPI document: authentication, common refusals, common headers.
//!
//! Promise: a route documents only what is specific to it. The headers stated here are the ones that `web` sends:
//! `WWW-Authenticate` with 401, `Allow` with 405, `Retry-After` with 429 and 503, `X-Request-Id` with every answer. Not
//! here: refusals of a single route.

use api_spec::text::RequestId;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{
    Content, ContentBuilder, Header, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::web::problem::MEDIA_TYPE;

/// A refusal that any route may give.
struct Common {
    /// Name among the components.
    name: &'static str,
    status: &'static str,
    about: &'static str,
    /// Its header: name, description, type.
    header: Option<(&'static str, &'static str, Type)>,
    /// Whether only routes that require a token give it.
    with_token: bool,
}

const RETRY: Option<(&str, &str, Type)> =
    Some(("Retry-After", "Seconds to wait before the request is sent again", Type::Integer));

const COMMON: [Common; 5] = [
    Common {
        name: "Unauthenticated",
        status: "401",
        about: "`unauthenticated`: no token, an unknown token, or one that has expired or was ended. `dpop_required`, `invalid_dpop_proof`, `use_dpop_nonce`: the token is bound to a key, and the proof is missing, wrong or not fresh",
        header: Some(("WWW-Authenticate", "How to authenticate (RFC 6750, RFC 9449)", Type::String)),
        with_token: true,
    },
    Common {
        name: "WrongMethod",
        status: "405",
        about: "`wrong_method`: the path does not have this method",
        header: Some(("Allow", "The methods that the path has", Type::String)),
        with_token: false,
    },
    Common {
        name: "TooMany",
        status: "429",
        about: "`too_many_requests`, `too_much_at_once`, `too_many_attempts` or `too_much_today`: send it again later",
        header: RETRY,
        with_token: false,
    },
    Common {
        name: "Unavailable",
        status: "503",
        about: "`busy`, the database or the disk does not work, or `not_set_up`: the county has not been chosen yet. Send it again later",
        header: RETRY,
        with_token: false,
    },
    Common {
        name: "Refused",
        status: "default",
        about: "A refusal or an internal error",
        header: None,
        with_token: false,
    },
];

/// Completes every route of the document.
pub(super) fn complete(document: &mut OpenApi) {
    let problem = RefOr::Ref(Ref::from_schema_name(api_spec::problem::Problem::name()));
    if let Some(components) = &mut document.components {
        let id = HeaderBuilder::new()
            .schema(Some(RequestId::schema()))
            .description(Some("Id of the request, which the operator finds in the log"));
        components.headers.insert(REQUEST_ID.to_owned(), RefOr::T(id.build()));
        for common in &COMMON {
            let content = ContentBuilder::new().schema(Some(problem.clone())).build();
            let mut response = ResponseBuilder::new().description(common.about).content(MEDIA_TYPE, content).build();
            carries(&mut response, common);
            components.responses.insert(common.name.to_owned(), RefOr::T(response));
        }
    }
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        summarise(operation);
        let is_open = operation.security.get_or_insert_default().is_empty();
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter {
                is_never_null(parameter);
            }
        }
        let responses = &mut operation.responses.responses;
        for response in responses.values_mut() {
            if let RefOr::T(response) = response {
                sent_as_problem(response, &problem);
            }
        }
        for common in &COMMON {
            match responses.get_mut(common.status) {
                Some(RefOr::T(response)) => carries(response, common),
                Some(RefOr::Ref(_)) => {}
                None if is_open && common.with_token => {}
                None => {
                    let common_one = RefOr::Ref(Ref::from_response_name(common.name));
                    responses.insert(common.status.to_owned(), common_one);
                }
            }
        }
        for response in responses.values_mut() {
            if let RefOr::T(response) = response {
                response.headers.insert(REQUEST_ID.to_owned(), request_id());
            }
        }
    }
}

const REQUEST_ID: &str = "X-Request-Id";

fn request_id() -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{REQUEST_ID}")))
}

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.head, &mut item.patch, &mut item.options]
        .into_iter()
        .flatten()
}

/// The headers of a common refusal.
fn carries(response: &mut Response, common: &Common) {
    if let Some((name, about, kind)) = &common.header {
        let schema = ObjectBuilder::new().schema_type(kind.clone());
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(*about)).build();
        response.headers.insert((*name).to_owned(), RefOr::T(header));
    }
    if common.status == "401" {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let about = "A nonce for the next proof (RFC 9449), in answers to requests with a proof";
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
        response.headers.insert("DPoP-Nonce".to_owned(), RefOr::T(header));
    }
    response.headers.insert(REQUEST_ID.to_owned(), request_id());
}

/// Makes the first sentence the summary, and the whole text the description.
fn summarise(operation: &mut Operation) {
    let Some(first) = operation.summary.take() else { return };
    let rest = operation.description.take().unwrap_or_default();
    let whole = format!("{first}\n\n{rest}").trim().to_owned();
    let sentence = first.split_once(". ").map_or(first.as_str(), |(sentence, _)| sentence);
    operation.summary = Some(sentence.trim_end_matches('.').replace('\n', " "));
    operation.description = Some(whole);
}

/// Removes null from the schema of an optional parameter: clients leave the parameter out instead.
fn is_never_null(parameter: &mut Parameter) {
    match &mut parameter.schema {
        Some(RefOr::T(Schema::Object(object))) => {
            if let SchemaType::Array(kinds) = &object.schema_type
                && let Some(kind) = kinds.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
        Some(RefOr::T(Schema::OneOf(one))) => {
            let is_null = |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null));
            if let Some(item) = one.items.iter().find(|item| !is_null(item)) {
                parameter.schema = Some(item.clone());
            }
        }
        _ => {}
    }
}

/// Sets the media type of the body of a refusal. Routes name only its schema.
fn sent_as_problem(response: &mut Response, problem: &RefOr<Schema>) {
    let is_problem =
        |content: &RefOr<Content>| matches!(content, RefOr::T(one) if one.schema.as_ref() == Some(problem));
    for (media_type, content) in std::mem::take(&mut response.content) {
        let media_type = if is_problem(&content) { MEDIA_TYPE.to_owned() } else { media_type };
        response.content.insert(media_type, content);
    }
}
