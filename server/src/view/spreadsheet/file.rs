//! A table as a file for download.

use sync_core::time::Date;

use super::cell::Cell;
use super::{Table, TableError};

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
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// A file for download.
#[derive(Debug)]
pub struct ExportedFile {
    /// Its media type.
    pub media_type: &'static str,
    /// Its `Content-Disposition`.
    pub disposition: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl ExportedFile {
    /// A table as a file that was made on `day`. Its name is in ASCII, and in Chinese as a URL has it. It is CPU-bound: call
    /// it on the blocking pool.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn of(table: &Table, kind: FileKind, (name, zh): (&str, &str), day: Date) -> Result<Self, TableError> {
        let (media_type, extension, bytes) = match kind {
            FileKind::Csv => ("text/csv; charset=utf-8; header=present", "csv", table.to_csv()?),
            FileKind::Xlsx => {
                ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", table.to_xlsx()?)
            }
        };
        let disposition =
            format!("attachment; filename=\"{name}-{day}.{extension}\"; filename*=UTF-8''{zh}-{day}.{extension}");
        Ok(Self { media_type, disposition, bytes })
    }

    /// Texts that people fill in and send back, as [`Self::of`]. Formulas in them are neutralised.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn filled_in(
        sheet: &'static str,
        (titles, rows): (Vec<&'static str>, &[Vec<String>]),
        kind: FileKind,
        name: (&str, &str),
        day: Date,
    ) -> Result<Self, TableError> {
        let cell = |text: &String| if text.is_empty() { Cell::Empty } else { Cell::text(text) };
        let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        Self::of(&Table { name: sheet, titles, rows, is_filled_in: true }, kind, name, day)
    }
}
