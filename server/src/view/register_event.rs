//! Records of the register as CSV, for an audit.

use sync_core::time::Date;

use super::spreadsheet::cell::Cell;
use super::spreadsheet::file::ExportedFile;
use super::spreadsheet::{Table, TableError};
use crate::flow::register_event::Named;

/// The records as a file.
///
/// # Errors
/// [`TableError`].
pub fn file(found: &[Named], day: Date) -> Result<ExportedFile, TableError> {
    let titles = vec![
        "时间 When",
        "事项 Kind",
        "办理人 By",
        "人员 Person",
        "单位 Agency",
        "内容 Detail",
        "理由 Reason",
        "编号 Id",
    ];
    let table = Table { name: "登记记录", titles, rows: found.iter().map(row).collect(), is_filled_in: false };
    let disposition = format!(
        "attachment; filename=\"register-events-{day}.csv\"; \
         filename*=UTF-8''%E7%99%BB%E8%AE%B0%E8%AE%B0%E5%BD%95-{day}.csv"
    );
    Ok(ExportedFile { media_type: "text/csv; charset=utf-8; header=present", disposition, bytes: table.to_csv()? })
}

fn row(named: &Named) -> Vec<Cell> {
    let text = |name: &Option<String>| Cell::text(name.as_deref().unwrap_or_default());
    let Named { row, actor, officer, agency } = named;
    vec![
        Cell::text(&row.at.to_string()),
        Cell::text(row.kind.code()),
        Cell::text(actor.as_deref().unwrap_or("运维人员 operator")),
        text(officer),
        text(agency),
        Cell::text(&row.detail),
        Cell::text(&row.reason),
        Cell::text(&sync_core::id::hex(&row.id)),
    ]
}
