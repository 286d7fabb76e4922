//! The register as a roster: a file that can be imported.
//!
//! Promise: the columns are those that an import reads; all values are texts, so that no spreadsheet makes a number of a
//! certificate; formulas in them are neutralised, and an import reads them as they were. Not here: the selection of
//! people (`flow::register`).

use sync_core::time::Date;

use super::spreadsheet::TableError;
use super::spreadsheet::file::{ExportedFile, FileKind};
use crate::flow::register::titles;

/// The rows of a roster as a file that was made on `day`. It is CPU-bound: call it on the blocking pool.
///
/// # Errors
/// [`TableError`].
pub fn file(rows: &[Vec<String>], kind: FileKind, day: Date) -> Result<ExportedFile, TableError> {
    let name = ("roster", "%E6%89%A7%E6%B3%95%E4%BA%BA%E5%91%98%E8%8A%B1%E5%90%8D%E5%86%8C");
    ExportedFile::filled_in("执法人员", (titles(), rows), kind, name, day)
}
