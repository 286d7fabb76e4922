//! The public keys of the server.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use api_spec::keys::{JwkSet, PublicJwk};
use sync_core::proof::Jwk;

use crate::flow::keys::set::Algorithm;
use crate::web::State;

/// Publishes the public keys that verify access tokens (RFC 7517). After a rotation the key before is listed until its last
/// token has ended. Clients read the set again when they meet an unknown `kid`.
#[utoipa::path(
    tag = "operation",
    responses((
        status = 200,
        description = "The keys; cacheable for five minutes",
        body = JwkSet,
        content_type = "application/jwk-set+json"
    ))
)]
#[get("/.well-known/jwks.json")]
pub async fn read_jwks(app: State) -> HttpResponse {
    let keys = app.tokens.public_keys(app.clock.now());
    let keys = keys.into_iter().map(|(kid, key)| {
        let Jwk { crv, kty, x, y } = Jwk::of(&key);
        PublicJwk { kty, crv, x, y, purpose: "sig".to_owned(), alg: Algorithm::Es256.name().to_owned(), kid }
    });
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .json(JwkSet { keys: keys.collect() })
}
