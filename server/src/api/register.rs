//! Rosters: what a file would change, its import, and the register as a file.

use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::web::{Bytes, Json, Payload, Query, block};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::register::{
    RosterCheckQuery, RosterDifference, RosterExportQuery, RosterImportQuery, RosterImported, RosterLine, RosterNote,
    RosterReport, RosterTotals,
};
use api_spec::text;
use sync_core::id::hex;
use table::Place;

use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register::{Checked, clerk};
use crate::flow::sheet::Wrong;
use crate::flow::sheet::report::{Difference, Line, Outcome, Report, Totals};
use crate::view;
use crate::view::spreadsheet::file::FileKind;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::download::attachment;
use crate::web::input::{idempotency_key, text as one_line, wrong};
use crate::web::paging::{PageSize, limit};
use crate::web::preconditions::if_match;
use crate::web::problem::{OK, Problem};
use crate::web::whole_body;

/// Media types of a roster. Which one it is, its content says.
const MEDIA_TYPES: [&str; 3] =
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "application/octet-stream"];
/// Lines of a report.
const LINES: PageSize = PageSize { usual: 200, most: 1000 };
/// Notes of a report.
const NOTES: usize = 100;

async fn roster(request: &HttpRequest, body: Payload) -> Result<Bytes, Refusal> {
    let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = said.split(';').next().unwrap_or_default().trim();
    if !MEDIA_TYPES.iter().any(|known| known.eq_ignore_ascii_case(media_type)) {
        return Err(Refusal::WrongContentType);
    }
    whole_body::read(request, body, table::limit::FILE).await
}

/// Checks a roster of enforcement staff (执法人员花名册): what its import would do, row by row. Writes nothing. An
/// administrator of an agency does it, for the people of the agency and of those below it. The `ETag` is that of this file
/// with this outcome; the import takes it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(RosterCheckQuery),
    request_body(description = "XLSX, or CSV in UTF-8 or GB 18030, of at most 32 MiB and 200,000 rows", content(
        (inline(text::Binary) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (inline(text::Binary) = "text/csv"),
        (inline(text::Binary) = "application/octet-stream")
    )),
    responses(
        (status = 200, description = "The report", body = RosterReport, headers(("ETag" = text::EntityTag))),
        (status = 400, description = "`malformed`, `wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`", body = api_spec::problem::Problem),
        (status = 415, description = "`wrong_content_type`", body = api_spec::problem::Problem)
    )
)]
#[post("/register/check")]
pub async fn check_roster(
    app: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<RosterCheckQuery>,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let RosterCheckQuery { limit: wanted, cursor } = query.into_inner();
    let wanted = usize::try_from(limit(wanted, LINES)?).map_err(Failure::broken)?;
    let skipped = cursor.as_deref().map_or(Ok(0), str::parse).map_err(|_not_a_number| Refusal::WrongCursor)?;
    may_import(&caller)?;
    let file = roster(&request, body).await?;
    let checked = clerk::check(&app, &caller, file.to_vec()).await?;
    let tag = format!("\"{}\"", checked.tag);
    Ok(HttpResponse::build(OK).insert_header((ETAG, tag)).json(report(&checked, skipped, wanted)))
}

/// Imports a roster: all of it or nothing. `If-Match` takes the `ETag` of the check of the same file; where the register has
/// changed so that the outcome is another one, nothing is imported. The same file again changes nothing. Each person who is
/// new or changed has a record with the reason.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        RosterImportQuery,
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` of the check that is confirmed"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body(description = "The file that was checked", content(
        (inline(text::Binary) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (inline(text::Binary) = "text/csv"),
        (inline(text::Binary) = "application/octet-stream")
    )),
    responses(
        (status = 200, description = "Imported", body = RosterImported),
        (status = 400, description = "`malformed`, `idempotency_key_required`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`: the outcome is not the one that was confirmed", body = api_spec::problem::Problem),
        (status = 413, description = "`too_large`", body = api_spec::problem::Problem),
        (status = 415, description = "`wrong_content_type`", body = api_spec::problem::Problem),
        (status = 422, description = "`roster_refused`, `idempotency_key_reused`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/register/import")]
pub async fn import_roster(
    app: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<RosterImportQuery>,
    body: Payload,
) -> Result<Json<RosterImported>, Problem> {
    may_import(&caller)?;
    let reason = one_line(&query.reason, reason::LONGEST, "reason")?;
    let key = idempotency_key(&request)?.ok_or(Refusal::IdempotencyKeyRequired)?;
    let seen = if_match(&request)?;
    let file = roster(&request, body).await?;
    let done = clerk::import(&app, &caller, file.to_vec(), reason, (seen, Some(key))).await?;
    Ok(Json(RosterImported { id: done.id.map(|id| hex(&id)), totals: totals(done.totals) }))
}

/// The people of the caller's agency and of those below it who are active, with their certificates, as a file that can be
/// imported. Without citizen numbers. An apostrophe is put before texts that a spreadsheet would run as a formula; an import
/// leaves it out.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(RosterExportQuery),
    responses(
        (status = 200, description = "The file. CSV is UTF-8 with a byte order mark", content(
            (String = "text/csv"),
            (inline(text::Binary) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        ), headers(("Content-Disposition" = String))),
        (status = 400, description = "`malformed`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem)
    )
)]
#[get("/register/export")]
pub async fn export_register(
    app: State,
    caller: Caller,
    query: Query<RosterExportQuery>,
) -> Result<HttpResponse, Problem> {
    let kind = FileKind::parse(&query.format).ok_or_else(|| wrong("format"))?;
    let (rows, day) = (clerk::export(&app, &caller).await?, app.clock.now().date());
    let made = block(move || view::register::file(&rows, kind, day)).await.map_err(Failure::broken)?;
    let made = made.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}

/// Before a body is read.
fn may_import(caller: &Caller) -> Result<(), Refusal> {
    if clerk::may_import(caller) { Ok(()) } else { Err(Refusal::Forbidden) }
}

fn report(checked: &Checked, skipped: usize, wanted: usize) -> RosterReport {
    let Checked { comparison, digest, tag: _ } = checked;
    let found = &comparison.report;
    let Report { lines: _, wrong, notes } = found;
    let mut by_need = found.by_need().skip(skipped);
    let lines: Vec<RosterLine> = by_need.by_ref().take(wanted).map(line).collect();
    let next_cursor = by_need.next().map(|_more| (skipped + lines.len()).to_string());
    RosterReport {
        sha256: hex(digest),
        importable: !found.is_refused(),
        totals: totals(found.totals()),
        faults: wrong.iter().map(note).collect(),
        notes: notes.iter().take(NOTES).map(note).collect(),
        lines,
        next_cursor,
    }
}

fn totals(Totals { new, changed, unchanged, refused }: Totals) -> RosterTotals {
    let [new, changed, unchanged, refused] =
        [new, changed, unchanged, refused].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
    RosterTotals { new, changed, unchanged, refused }
}

fn note(Wrong { place, zh, en }: &Wrong) -> RosterNote {
    let Place { sheet, row, column } = place;
    RosterNote { sheet: sheet.clone(), row: *row, column: column.map(Place::letters), zh: zh.clone(), en: en.clone() }
}

fn line(Line { row, name, agency, outcome }: &Line) -> RosterLine {
    let differs = |Difference { zh, en, old, new }: &Difference| RosterDifference {
        zh: (*zh).to_owned(),
        en: (*en).to_owned(),
        old: old.clone(),
        new: new.clone(),
    };
    let (outcome, differences, faults) = match outcome {
        Outcome::New => ("new", Vec::new(), Vec::new()),
        Outcome::Changed(differences) => ("changed", differences.iter().map(differs).collect(), Vec::new()),
        Outcome::Unchanged => ("unchanged", Vec::new(), Vec::new()),
        Outcome::Refused(wrong) => ("refused", Vec::new(), wrong.iter().map(note).collect()),
    };
    RosterLine {
        sheet: row.sheet.clone(),
        row: row.row,
        name: name.clone(),
        agency_name: agency.clone(),
        outcome: outcome.to_owned(),
        differences,
        faults,
    }
}
