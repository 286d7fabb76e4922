//! The tree of agencies as a file that can be imported.
//!
//! Promise: as [`super::register`]. Not here: the selection of agencies (`flow::list`).

use sync_core::time::Date;

use super::spreadsheet::TableError;
use super::spreadsheet::file::{ExportedFile, FileKind};
use crate::flow::list::agency_titles;

/// The rows of a list of agencies as a file that was made on `day`.
///
/// # Errors
/// [`TableError`].
pub fn file(rows: &[Vec<String>], kind: FileKind, day: Date) -> Result<ExportedFile, TableError> {
    ExportedFile::filled_in("单位", (agency_titles(), rows), kind, ("agencies", "%E5%8D%95%E4%BD%8D%E8%A1%A8"), day)
}
