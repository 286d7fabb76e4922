//! Tables as CSV and XLSX files.
//!
//! Promise: typed text is displayed and never executed ([`cell`]); both formats contain the same data. CSV follows RFC
//! 4180, with all fields quoted, in UTF-8 with a byte order mark so that Excel reads Chinese. In XLSX amounts are
//! numbers in yuan and times are date values in Asia/Shanghai; a number that would not be exact is a text. Not here:
//! the content of a table.

pub mod cell;
pub mod file;

use cell::Cell;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use sync_core::money::Fen;
use sync_core::time::Instant;

/// Widest column, in characters. The screen cuts a longer text; the file has all of it.
const WIDEST: u16 = 40;
/// Room for a time, in characters.
const TIME_WIDE: u16 = 17;
/// Yuan with thousands apart and two decimals.
const YUAN: &str = "¥#,##0.00";
/// The date format in XLSX.
const MINUTE: &str = "yyyy-mm-dd hh:mm";
/// Spreadsheets calculate with 15 digits; larger amounts in fen are not exact.
const EXACT_FEN: i64 = 999_999_999_999_999;

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
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
    /// Whether people fill it in and send it back. In XLSX its columns are then texts, so that no program makes a number of
    /// a code that is typed into them.
    pub is_filled_in: bool,
}

impl Table {
    /// As CSV.
    ///
    /// # Errors
    /// [`TableError::Csv`].
    pub fn to_csv(&self) -> Result<Vec<u8>, TableError> {
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

    /// As XLSX.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn to_xlsx(&self) -> Result<Vec<u8>, TableError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let (bold, yuan, minute) =
            (Format::new().set_bold(), Format::new().set_num_format(YUAN), Format::new().set_num_format(MINUTE));
        let as_text = Format::new().set_num_format("@");
        sheet.set_name(self.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, title) in self.titles.iter().enumerate() {
            let times = self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Time(_))));
            let column = u16::try_from(column)?;
            sheet.write_string_with_format(0, column, *title, &bold)?;
            let wide = title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u16>();
            sheet.set_column_width(column, wide.clamp(if times { TIME_WIDE } else { 12 }, WIDEST))?;
            if self.is_filled_in {
                sheet.set_column_format(column, &as_text)?;
            }
        }
        for (number, row) in self.rows.iter().enumerate() {
            let number = u32::try_from(number + 1)?;
            for (column, cell) in row.iter().enumerate() {
                let column = u16::try_from(column)?;
                match number_of(cell) {
                    Number::Count(count) => sheet.write_number(number, column, count)?,
                    Number::Yuan(amount) => sheet.write_number_with_format(number, column, amount, &yuan)?,
                    Number::Time(at) => sheet.write_datetime_with_format(number, column, &at, &minute)?,
                    Number::None if self.is_filled_in && *cell == Cell::Empty => &mut *sheet,
                    Number::None if self.is_filled_in => {
                        sheet.write_string_with_format(number, column, cell.to_string(), &as_text)?
                    }
                    Number::None => sheet.write_string(number, column, cell.to_string())?,
                };
            }
        }
        Ok(book.save_to_buffer()?)
    }
}

/// A numeric cell.
enum Number {
    Count(i32),
    Yuan(f64),
    Time(ExcelDateTime),
    None,
}

/// The number of a cell; none where it has none, or not exactly.
fn number_of(cell: &Cell) -> Number {
    match cell {
        Cell::Count(count) => Number::Count(*count),
        Cell::Amount(fen) => exact_yuan(*fen).map_or(Number::None, Number::Yuan),
        Cell::Time(at) => excel_time(*at).map_or(Number::None, Number::Time),
        Cell::Text(_) | Cell::Empty => Number::None,
    }
}

/// The number with the decimal digits of the amount, parsed from its text instead of calculated.
fn exact_yuan(fen: Fen) -> Option<f64> {
    if fen.get() > EXACT_FEN { None } else { Cell::Amount(fen).to_string().parse().ok() }
}

/// Excel knows the years 1900 to 9999.
fn excel_time(at: Instant) -> Option<ExcelDateTime> {
    let (date, minutes) = (at.date(), at.minute_of_day());
    let [year, month, day] = [i64::from(date.year()), i64::from(date.month()), i64::from(date.day())];
    let small = |number: i64| u8::try_from(number).ok();
    let day = ExcelDateTime::from_ymd(u16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    day.and_hms(u16::try_from(minutes / 60).ok()?, small(minutes % 60)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};
    use sync_core::money::Fen;

    use super::*;

    /// 14:05 on 2026-11-23 in Shanghai, and some seconds.
    const AT: Instant = Instant::from_ms(1_795_363_200_000 + (14 * 60 + 5) * 60_000 + 59_999);

    fn row(text: &str) -> Vec<Cell> {
        vec![Cell::text(text), Cell::Count(-3), Cell::Amount(Fen::new(300_001).unwrap()), Cell::Time(AT)]
    }

    fn table() -> Table {
        let hostile = ["=HYPERLINK(\"http://x\",\"y\")", "甲,\"乙\"\r\n丙", "＝1+1", "面馆"];
        Table {
            name: "案件",
            titles: vec!["名称", "数", "元", "时"],
            rows: hostile.map(row).to_vec(),
            is_filled_in: false,
        }
    }

    fn read(table: &Table) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(table.to_xlsx().unwrap())).unwrap()
    }

    #[test]
    fn csv_is_quoted_and_read_back() {
        let bytes = table().to_csv().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let body = text.strip_prefix('\u{feff}').unwrap();
        assert!(body.starts_with(
            "\"名称\",\"数\",\"元\",\"时\"\r\n\
             \"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"-3\",\"3000.01\",\"2026-11-23 14:05\"\r\n"
        ));
        let mut reader = csv::Reader::from_reader(body.as_bytes());
        let names: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(names, ["'=HYPERLINK(\"http://x\",\"y\")", "甲,\"乙\"\r\n丙", "'＝1+1", "面馆"]);
    }

    #[test]
    fn xlsx_holds_texts_and_no_formula() {
        let mut book = read(&table());
        assert_eq!(book.sheet_names(), ["案件"]);
        assert_eq!(book.worksheet_formula("案件").unwrap().used_cells().count(), 0);
        let sheet = book.worksheet_range("案件").unwrap();
        assert_eq!(sheet.get((1, 0)), Some(&Data::String("'=HYPERLINK(\"http://x\",\"y\")".to_owned())));
        assert_eq!(sheet.get((3, 0)), Some(&Data::String("'＝1+1".to_owned())));
        assert_eq!(sheet.get((4, 1)), Some(&Data::Float(-3.0)));
    }

    #[test]
    fn one_can_reckon_with_amounts_and_times() {
        let sheet = read(&table()).worksheet_range("案件").unwrap();
        assert_eq!(sheet.get((4, 2)), Some(&Data::Float(3_000.01)));
        let Some(Data::DateTime(at)) = sheet.get((4, 3)) else { panic!("a time: {:?}", sheet.get((4, 3))) };
        assert_eq!(at.to_ymd_hms_milli(), (2026, 11, 23, 14, 5, 0, 0));
    }

    #[test]
    fn an_amount_is_a_number_as_long_as_that_is_exact() {
        let amounts = [0, 1, 10, 99, 100, 300_001, EXACT_FEN, EXACT_FEN + 1, i64::MAX];
        let rows = amounts.map(|fen| vec![Cell::Amount(Fen::new(fen).unwrap())]).to_vec();
        let sheet =
            read(&Table { name: "元", titles: vec!["元"], rows, is_filled_in: false }).worksheet_range("元").unwrap();
        let shown: Vec<String> = sheet.rows().skip(1).map(|row| row[0].to_string()).collect();
        let exact = ["0", "0.01", "0.1", "0.99", "1", "3000.01", "9999999999999.99"];
        assert_eq!(shown[..7], exact);
        assert_eq!(shown[7..], ["10000000000000.00", "92233720368547758.07"], "as texts");
        assert!(
            matches!(sheet.get((7, 0)), Some(Data::Float(_))) && matches!(sheet.get((8, 0)), Some(Data::String(_)))
        );
    }

    #[test]
    fn a_time_that_excel_does_not_know_is_a_text() {
        let rows = [i64::MIN, -3_000_000_000_000].map(|ms| vec![Cell::Time(Instant::from_ms(ms))]).to_vec();
        let sheet =
            read(&Table { name: "时", titles: vec!["时"], rows, is_filled_in: false }).worksheet_range("时").unwrap();
        assert!(sheet.rows().skip(1).all(|row| matches!(row[0], Data::String(_))));
    }
}
