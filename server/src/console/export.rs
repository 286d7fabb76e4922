//! The list of cases to take away, as a page links to it.

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, get};

use super::cases::Filters;
use super::visit::SignedIn;
use crate::http::State;
use crate::http::case::export::{FileKind, file};
use crate::http::problem::Problem;

/// The list with its filters, as a file.
#[get("/cases/export/{format}")]
pub async fn export(
    app: State,
    signed: SignedIn,
    format: Path<String>,
    query: Query<Filters>,
) -> Result<HttpResponse, Problem> {
    let query = query.query(&signed.caller.officer.to_string());
    file(&app, signed.caller, query, FileKind::parse(&format)?).await
}
