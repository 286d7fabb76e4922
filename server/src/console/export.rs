//! The export of the list of cases, as the console links to it.

use actix_web::web::{Path, block};
use actix_web::{HttpResponse, get};

use super::case_list::Filters;
use super::query::PageQuery;
use super::visit::SignedIn;
use crate::flow::export::export;
use crate::flow::refusal::{Failure, Refusal};
use crate::view::case_export::file;
use crate::view::spreadsheet::file::FileKind;
use crate::web::State;
use crate::web::download::attachment;
use crate::web::problem::Problem;

/// The list with its filters, as a file.
#[get("/cases/export/{format}")]
pub async fn take(
    app: State,
    signed: SignedIn,
    format: Path<String>,
    mut query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let search = Filters::read(&mut query).search(&signed.caller.officer.to_string(), None)?;
    let kind = FileKind::parse(&format).ok_or(Refusal::NotFound)?;
    let (taken, day) = (export(&app, signed.caller, search).await?, app.clock.now().date());
    let made = block(move || file(&taken, kind, day)).await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}
