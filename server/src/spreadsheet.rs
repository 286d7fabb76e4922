//! Tables as files that spreadsheet programs open: CSV and XLSX.
//!
//! Promise: what people wrote is shown and never run ([`cell`]); both forms hold the same texts. CSV is RFC 4180 with
//! every field in quotes, UTF-8 with the mark by which Excel reads Chinese. Not here: what is in a table.

pub mod cell;

use cell::Cell;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// Widest column, in characters: a longer text is cut by the screen, not by the file.
const WIDEST: u16 = 40;

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// As CSV.
    #[error("write CSV")]
    Csv(#[from] csv::Error),
    /// As XLSX.
    #[error("write XLSX")]
    Xlsx(#[from] XlsxError),
    /// More columns or rows than a sheet has.
    #[error("the table does not fit a sheet")]
    TooLarge(#[from] std::num::TryFromIntError),
}

/// A table with a row of titles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name of the sheet; at most 31 characters, none of `[]:*?/\`.
    pub name: &'static str,
    /// Titles of the columns.
    pub titles: Vec<&'static str>,
    /// Rows as wide as the titles.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV.
    ///
    /// # Errors
    /// [`SheetError::Csv`].
    pub fn to_csv(&self) -> Result<Vec<u8>, SheetError> {
        let mut writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(&self.titles)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(ToString::to_string))?;
        }
        Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
    }

    /// As XLSX: texts are texts, numbers of things are numbers, amounts are texts too, because they are exact.
    ///
    /// # Errors
    /// [`SheetError`].
    pub fn to_xlsx(&self) -> Result<Vec<u8>, SheetError> {
        let mut book = Workbook::new();
        let (bold, sheet) = (Format::new().set_bold(), book.add_worksheet());
        sheet.set_name(self.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, title) in self.titles.iter().enumerate() {
            let column = u16::try_from(column)?;
            sheet.write_string_with_format(0, column, *title, &bold)?;
            let wide = title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u16>();
            sheet.set_column_width(column, wide.clamp(12, WIDEST))?;
        }
        for (number, row) in self.rows.iter().enumerate() {
            let number = u32::try_from(number + 1)?;
            for (column, cell) in row.iter().enumerate() {
                let column = u16::try_from(column)?;
                match cell {
                    Cell::Count(count) => sheet.write_number(number, column, *count)?,
                    Cell::Text(_) | Cell::Amount(_) | Cell::Empty => {
                        sheet.write_string(number, column, cell.to_string())?
                    }
                };
            }
        }
        Ok(book.save_to_buffer()?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};
    use sync_core::money::Fen;

    use super::*;

    fn table() -> Table {
        let row = |text: &str| vec![Cell::text(text), Cell::Count(-3), Cell::Amount(Fen::new(300_001).unwrap())];
        let hostile = ["=HYPERLINK(\"http://x\",\"y\")", "甲,\"乙\"\r\n丙", "＝1+1", "面馆"];
        Table { name: "案件", titles: vec!["名称", "数", "元"], rows: hostile.map(row).to_vec() }
    }

    #[test]
    fn csv_is_quoted_and_read_back() {
        let bytes = table().to_csv().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let body = text.strip_prefix('\u{feff}').unwrap();
        assert!(body.starts_with(
            "\"名称\",\"数\",\"元\"\r\n\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"-3\",\"3000.01\"\r\n"
        ));
        let mut reader = csv::Reader::from_reader(body.as_bytes());
        let names: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(names, ["'=HYPERLINK(\"http://x\",\"y\")", "甲,\"乙\"\r\n丙", "'＝1+1", "面馆"]);
    }

    #[test]
    fn xlsx_holds_texts_and_no_formula() {
        let bytes = table().to_xlsx().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["案件"]);
        assert_eq!(book.worksheet_formula("案件").unwrap().used_cells().count(), 0);
        let sheet = book.worksheet_range("案件").unwrap();
        assert_eq!(sheet.get((1, 0)), Some(&Data::String("'=HYPERLINK(\"http://x\",\"y\")".to_owned())));
        assert_eq!(sheet.get((3, 0)), Some(&Data::String("'＝1+1".to_owned())));
        assert_eq!(sheet.get((4, 1)), Some(&Data::Float(-3.0)));
        assert_eq!(sheet.get((4, 2)), Some(&Data::String("3000.01".to_owned())));
    }
}
