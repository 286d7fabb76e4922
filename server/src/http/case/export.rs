//! The list of cases as a spreadsheet.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use api_spec::case::{CaseExportQuery, CaseQuery};

use super::search;
use crate::flow::caller::Caller;
use crate::flow::export::{self, TakenCase};
use crate::http::State;
use crate::http::input::wrong;
use crate::http::problem::{OK, Problem};
use crate::refusal::{Failure, Refused};
use crate::spreadsheet::Table;
use crate::spreadsheet::cell::Cell;

/// Codes as the file says them.
const WORDS: [(&str, &str); 6] = [
    ("open", "办理中"),
    ("returned", "已退回待补充"),
    ("closed", "已结案"),
    ("inspection", "行政检查"),
    ("simple", "简易程序"),
    ("ordinary", "普通程序"),
];

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// RFC 4180, UTF-8.
    Csv,
    /// Office Open XML.
    Xlsx,
}

impl FileKind {
    /// By its name.
    ///
    /// # Errors
    /// [`crate::refusal::Refusal::Malformed`] that names the field.
    pub fn parse(name: &str) -> Result<Self, Refused> {
        match name {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(wrong("format")),
        }
    }
}

/// The cases in reach as a file, with the filters and the search of the list and in its order; at most 10,000. Formulas
/// in what people wrote are neutralised by an apostrophe. In XLSX amounts are numbers of yuan and times are times of
/// Asia/Shanghai. That the list was taken is recorded; supervisors say why.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(CaseExportQuery),
    responses(
        (status = 200, description = "The file; as CSV UTF-8 with a byte order mark", content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        ), headers(("Content-Disposition" = String))),
        (status = 400, description = "`malformed`, `nothing_to_search`, `purpose_required`, or `export_too_large`",
            body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that reads no cases", body = api_spec::problem::Problem),
        (status = 503, description = "`busy`: the search index is being filled", body = api_spec::problem::Problem)
    )
)]
#[get("/cases/export")]
pub async fn export_cases(app: State, caller: Caller, query: Query<CaseExportQuery>) -> Result<HttpResponse, Problem> {
    let CaseExportQuery { format, status, kind, agency, officer, from, to, text, purpose } = query.into_inner();
    let query = CaseQuery { status, kind, agency, officer, from, to, text, limit: None, cursor: None, purpose };
    file(&app, caller, query, FileKind::parse(&format)?).await
}

/// The file, as a download.
///
/// # Errors
/// As [`export::export`].
pub async fn file(
    app: &crate::app::App,
    caller: Caller,
    query: CaseQuery,
    kind: FileKind,
) -> Result<HttpResponse, Problem> {
    let taken = export::export(app, caller, search(query)?).await?;
    let made = actix_web::web::block(move || {
        let table = table(&taken);
        match kind {
            FileKind::Csv => table.to_csv(),
            FileKind::Xlsx => table.to_xlsx(),
        }
    });
    let bytes = made.await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    let (content_type, extension) = match kind {
        FileKind::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        FileKind::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let day = app.clock.now().date();
    let name = format!(
        "attachment; filename=\"cases-{day}.{extension}\"; filename*=UTF-8''%E6%A1%88%E4%BB%B6-{day}.{extension}"
    );
    Ok(HttpResponse::build(OK)
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(bytes))
}

fn table(taken: &[TakenCase]) -> Table {
    let titles = vec![
        "案号 Number",
        "案件名称 Title",
        "事项 Item",
        "类型 Kind",
        "状态 Status",
        "单位 Agency",
        "当事人 Party",
        "罚款（元） Fine (yuan)",
        "立卷时间 Opened",
        "最近变化 Last change",
        "变更数 Changes",
        "分歧 Conflicts",
        "违反 Breaches",
        "缺证据 Evidence missing",
        "案件标识 Id",
    ];
    Table { name: "案件 Cases", titles, rows: taken.iter().map(row).collect() }
}

fn row(taken: &TakenCase) -> Vec<Cell> {
    let TakenCase { file, agency, parties, fine } = taken;
    let word =
        |code: &str| WORDS.iter().find(|(known, _)| *known == code).map_or(code.to_owned(), |(_, zh)| (*zh).to_owned());
    vec![
        Cell::text(&file.number),
        Cell::text(&file.title),
        Cell::text(&file.item),
        Cell::text(&word(&file.kind)),
        Cell::text(&word(&file.status)),
        Cell::text(agency),
        Cell::text(&parties.join("；")),
        fine.map_or(Cell::Empty, Cell::Amount),
        Cell::Time(file.opened),
        Cell::Time(file.updated),
        Cell::count(file.counter),
        Cell::count(file.conflicts),
        Cell::count(file.breaches),
        Cell::count(file.missing_evidence),
        Cell::text(&file.id.to_string()),
    ]
}
