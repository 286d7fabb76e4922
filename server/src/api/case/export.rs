//! The list of cases as a spreadsheet.

use actix_web::web::{Query, block};
use actix_web::{HttpResponse, get};
use api_spec::case::{CaseExportQuery, CaseQuery};
use api_spec::text;

use crate::flow::caller::Caller;
use crate::flow::export::export;
use crate::flow::refusal::Failure;
use crate::view::case_export::file;
use crate::view::spreadsheet::file::FileKind;
use crate::web::State;
use crate::web::case_query::search;
use crate::web::download::attachment;
use crate::web::input::wrong;
use crate::web::problem::Problem;

/// Exports the cases in reach as a spreadsheet. Filters, search and order are those of the list; a file holds at most
/// 10,000 cases. An apostrophe is put before texts that a spreadsheet would run as a formula. In XLSX, amounts are
/// numbers in yuan and times are in Asia/Shanghai. The export is recorded in the audit. Supervisors must state a
/// purpose.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(CaseExportQuery),
    responses(
        (status = 200, description = "The file. CSV is UTF-8 with a byte order mark", content(
            (String = "text/csv"),
            (inline(text::Binary) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        ), headers(("Content-Disposition" = String))),
        (status = 400, description = "`malformed`, `nothing_to_search`, `purpose_required`, or `export_too_large`",
            body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that reads no cases", body = api_spec::problem::Problem),
        (status = 503, description = "`busy`: the search index is being filled", body = api_spec::problem::Problem)
    )
)]
#[get("/cases/export")]
pub async fn export_cases(app: State, caller: Caller, query: Query<CaseExportQuery>) -> Result<HttpResponse, Problem> {
    let CaseExportQuery { format, status, kind, filing, agency, officer, from, to, text, purpose } = query.into_inner();
    let query = CaseQuery { status, kind, filing, agency, officer, from, to, text, limit: None, cursor: None, purpose };
    let kind = FileKind::parse(&format).ok_or_else(|| wrong("format"))?;
    let (taken, day) = (export(&app, caller, search(query)?).await?, app.clock.now().date());
    let made = block(move || file(&taken, kind, day)).await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}
