//! The API document, made from the routes that serve.

use actix_web::App;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, Content, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;

use crate::api::routes;
use crate::web::problem::MEDIA_TYPE;

/// Name of the security scheme of every route that wants a token.
pub const TOKEN: &str = "access_token";

/// The document.
pub fn document() -> OpenApi {
    let (_app, mut document) = App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
    finish(&mut document);
    document
}

/// The browsable page at `/docs/`, served from this binary alone.
pub fn page(document: OpenApi) -> utoipa_swagger_ui::SwaggerUi {
    utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document)
}

fn finish(document: &mut OpenApi) {
    document.info = InfoBuilder::new()
        .title("Palm 掌上执法")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Administrative enforcement, offline first. Refusals are RFC 9457 problems with a stable `code`; \
             `Accept-Language: en` gives English. 行政执法接口：离线优先；拒绝理由以 RFC 9457 返回，`code` 不变。",
        ))
        .license(Some(utoipa::openapi::LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(
        TOKEN,
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    let name = api_spec::problem::Problem::name().to_string();
    components.schemas.insert(name.clone(), api_spec::problem::Problem::schema());
    let schema = RefOr::Ref(Ref::from_schema_name(name));
    let problem = ResponseBuilder::new()
        .description("A refusal or an accident")
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(schema.clone())).build())
        .build();
    let operations = document.paths.paths.values_mut().flat_map(|item| {
        [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.head,
            &mut item.patch,
            &mut item.options,
        ]
        .into_iter()
        .flatten()
    });
    for operation in operations {
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                sent_as_problem(response, &schema);
            }
        }
        operation.responses.responses.entry("default".to_owned()).or_insert_with(|| RefOr::T(problem.clone()));
    }
}

/// A route names the body of a refusal; that it is not sent as other bodies are is said here, once for all of them.
fn sent_as_problem(response: &mut Response, problem: &RefOr<Schema>) {
    let is_problem =
        |content: &RefOr<Content>| matches!(content, RefOr::T(one) if one.schema.as_ref() == Some(problem));
    for (media_type, content) in std::mem::take(&mut response.content) {
        let media_type = if is_problem(&content) { MEDIA_TYPE.to_owned() } else { media_type };
        response.content.insert(media_type, content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_to_be_sent_as_it_is() {
        let said = serde_json::to_value(document()).unwrap();
        let responses = said["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let responses =
            responses.filter_map(|operation| operation["responses"].as_object()).flat_map(|all| all.values());
        let mut problems = 0;
        for (media_type, content) in responses.filter_map(|response| response["content"].as_object()).flatten() {
            let is_problem = content["schema"]["$ref"] == "#/components/schemas/Problem";
            assert_eq!(is_problem, media_type == MEDIA_TYPE, "{media_type}: {content}");
            problems += usize::from(is_problem);
        }
        assert!(problems > 50, "{problems}");
    }

    /// `api-spec/openapi.json`; `UPDATE=1` accepts what the routes say.
    #[test]
    fn the_committed_document_is_what_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api-spec/openapi.json");
        let text = document().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert!(std::fs::read_to_string(path).unwrap_or_default() == text, "UPDATE=1 cargo test -p server openapi");
    }
}
