//! The style sheet and the mark, inside the binary.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use sha2::{Digest as _, Sha256};

use crate::flow::refusal::Refusal;
use crate::web::problem::{OK, Problem};

const STYLE: &str = include_str!("../../static/console.css");
const MARK: &str = include_str!("../../static/palm.svg");

/// Version of the files. It changes when a file changes.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::new_with_prefix(STYLE).chain_update(MARK).finalize();
    sync_core::id::hex(digest.split_at(6).0)
});

/// See [`VERSION`].
pub fn version() -> &'static str {
    &VERSION
}

/// A file; pages ask for it with the version in the query.
#[get("/static/{name}")]
pub async fn file(name: Path<String>) -> Result<HttpResponse, Problem> {
    let (kind, text) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", STYLE),
        "palm.svg" => ("image/svg+xml", MARK),
        _ => return Err(Refusal::NotFound.into()),
    };
    let kind = ContentType(kind.parse().map_err(|_not_a_type| Refusal::Internal)?);
    Ok(HttpResponse::build(OK)
        .insert_header(kind)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(text))
}
