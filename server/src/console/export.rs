//! The list of cases to take away, as a page links to it.

use actix_web::web::{Path, Query, block};
use actix_web::{HttpResponse, get};

use super::cases::Filters;
use super::visit::SignedIn;
use crate::flow::export::export;
use crate::flow::refusal::Failure;
use crate::view::case_export::{FileKind, file};
use crate::web::State;
use crate::web::case_query::search;
use crate::web::download::attachment;
use crate::web::input::wrong;
use crate::web::problem::Problem;

/// The list with its filters, as a file.
#[get("/cases/export/{format}")]
pub async fn take(
    app: State,
    signed: SignedIn,
    format: Path<String>,
    query: Query<Filters>,
) -> Result<HttpResponse, Problem> {
    let query = query.query(&signed.caller.officer.to_string());
    let kind = FileKind::parse(&format).ok_or_else(|| wrong("format"))?;
    let (taken, day) = (export(&app, signed.caller, search(query)?).await?, app.clock.now().date());
    let made = block(move || file(&taken, kind, day)).await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}
