//! The list of cases as a spreadsheet.
//!
//! Promise: formulas in typed text are neutralised; in XLSX amounts are numbers in yuan and times are in Asia/Shanghai.
//! Not here: the selection of cases (`flow::export`), the HTTP answer (`web::download`).

use sync_core::decision::CaseStatus;
use sync_core::op::CaseKind;
use sync_core::time::Date;

use super::spreadsheet::cell::Cell;
use super::spreadsheet::file::{ExportedFile, FileKind};
use super::spreadsheet::{Table, TableError};
use crate::flow::export::TakenCase;

/// The text in the file.
const fn kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Inspection => "行政检查",
        CaseKind::Simple => "简易程序",
        CaseKind::Ordinary => "普通程序",
    }
}

/// The text in the file.
const fn status(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Open => "办理中",
        CaseStatus::Returned => "已退回待补充",
        CaseStatus::Closed => "已结案",
    }
}

/// The cases as a file that was made on `day`. It is CPU-bound: call it on the blocking pool.
///
/// # Errors
/// [`TableError`].
pub fn file(taken: &[TakenCase], kind: FileKind, day: Date) -> Result<ExportedFile, TableError> {
    ExportedFile::of(&table(taken), kind, ("cases", "%E6%A1%88%E4%BB%B6"), day)
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
        "登记（立案）时间 Opened",
        "最近变化 Last change",
        "变更数 Changes",
        "记录不一致 Conflicts",
        "违反 Breaches",
        "缺证据 Evidence missing",
        "案件标识 Id",
    ];
    Table { name: "案件 Cases", titles, rows: taken.iter().map(row).collect(), is_filled_in: false }
}

fn row(taken: &TakenCase) -> Vec<Cell> {
    let TakenCase { file, agency, parties, fine } = taken;
    vec![
        Cell::text(&file.number),
        Cell::text(&file.title),
        Cell::text(&file.item),
        Cell::text(kind(file.kind)),
        Cell::text(status(file.status)),
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
