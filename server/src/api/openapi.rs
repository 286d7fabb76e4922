//! The OpenAPI document, generated from the routes that are served.

mod every_route;
mod examples;
mod open_codes;
mod units;

use actix_web::App;
use api_spec::problem::RefusalCode;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ContactBuilder, InfoBuilder, OpenApi, Server};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;

use crate::api::routes;
use crate::flow::refusal::Refusal;

/// Name of the security scheme of the routes that require a token.
pub const TOKEN: &str = "access_token";

/// Descriptions of the tags of the routes.
const TAGS: [(&str, &str); 6] = [
    ("identity", "Signing in, people, agencies, phones and accounts. 身份、机构、终端与账号"),
    ("sync", "Synchronisation with phones. 终端同步"),
    ("evidence", "Files of evidence: upload by tus 1.0.0, download. 证据文件"),
    ("case", "Cases, their history, decisions and records. 案件"),
    ("supervision", "Leads, alarms and the audit of reads. 监督"),
    ("operation", "Whether the server works. 运行状态"),
];

/// The document.
pub fn document() -> OpenApi {
    let (_app, mut document) = App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
    finish(&mut document);
    document
}

/// The browsable page at `/docs/`. It loads nothing from other servers.
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
        .contact(Some(ContactBuilder::new().name(Some("The operator of the installation")).build()))
        .license(Some(utoipa::openapi::LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    document.tags = Some(tags.to_vec());
    let components = document.components.get_or_insert_with(Components::new);
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "From `/v1/sessions`, `/v1/device-tokens` or `/v1/hand-in-tokens`. Opaque to clients: its content may change. A token \
         of `token_type` `DPoP` is bound to a key: it is sent as `Authorization: DPoP …`, with a fresh proof of the key in the \
         header `DPoP` (RFC 9449, ES256). After `use_dpop_nonce` the client repeats the request with the nonce of the header \
         `DPoP-Nonce`, which every answer to a proof brings.",
    ));
    components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme.build()));
    components.schemas.insert(api_spec::problem::Problem::name().to_string(), api_spec::problem::Problem::schema());
    components
        .schemas
        .insert("RefusalCode".to_owned(), RefusalCode::of(Refusal::ALL.iter().map(|one| one.explain().code)));
    for (name, schema) in api_spec::text::all().into_iter().chain(api_spec::code::all()) {
        components.schemas.insert(name.to_owned(), schema);
    }
    components.schemas.values_mut().for_each(units::say);
    open_codes::say(components);
    every_route::complete(document);
    examples::complete(document);
}

#[cfg(test)]
mod tests;
