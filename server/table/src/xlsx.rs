//! XLSX workbooks.
//!
//! Promise: what the sheet shows as text is text, a day is a day in both calendars of Excel, and every cell of a merged
//! region has the content of the region. Hidden sheets are left out: nobody looks at them before sending the file.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::book::{Book, Cell, Count, Sheet};
use crate::fault::NotATable;
use crate::limit;

/// Days between the two calendars of Excel: one begins in 1900, the other in 1904.
const SINCE_1904: i64 = 1_462;
/// Largest number that a spreadsheet keeps to the last digit: it has fifteen.
const EXACT: f64 = 1e15;

/// Reads a workbook whose archive was checked.
///
/// # Errors
/// [`NotATable`] where it is damaged or beyond a bound.
pub fn read(bytes: &[u8]) -> Result<Book, NotATable> {
    let mut file = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let is_1904 = file.has_1904_epoch();
    let names: Vec<String> = file
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    if names.len() > limit::SHEETS {
        return Err(NotATable::beyond(limit::SHEETS, "张工作表", "sheets"));
    }
    let mut count = Count::default();
    let sheets = names.into_iter().map(|name| sheet(&mut file, name, is_1904, &mut count)).collect::<Result<_, _>>()?;
    Ok(Book { sheets })
}

fn sheet(file: &mut Xlsx<Cursor<&[u8]>>, name: String, is_1904: bool, count: &mut Count) -> Result<Sheet, NotATable> {
    let regions = file.merge_cells_by_sheet_name(&name).map_err(damaged)?;
    let mut sheet = Sheet { name, ..Sheet::default() };
    let mut cells = file.worksheet_cells_reader(&sheet.name).map_err(damaged)?;
    while let Some(found) = cells.next_cell().map_err(damaged)? {
        if let Some(cell) = cell(found.get_value(), is_1904) {
            count.put(&mut sheet, found.get_position(), cell)?;
        }
    }
    for region in regions {
        let (top, left) = region.start;
        let Some(content) = sheet.rows.get(&top.saturating_add(1)).and_then(|row| row.get(&left)).cloned() else {
            continue;
        };
        for row in top..=region.end.0 {
            for column in left..=region.end.1 {
                if (row, column) != region.start {
                    count.put(&mut sheet, (row, column), content.clone())?;
                }
            }
        }
    }
    Ok(sheet)
}

/// What a cell holds; none for an empty one.
fn cell(data: &DataRef<'_>, is_1904: bool) -> Option<Cell> {
    Some(match data {
        DataRef::Empty => return None,
        DataRef::SharedString(text) => return as_text(text),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => return as_text(text),
        DataRef::Bool(true) => Cell::Text("是".into()),
        DataRef::Bool(false) => Cell::Text("否".into()),
        DataRef::Int(number) => Cell::Number(number.to_string().into()),
        DataRef::Float(number) => Cell::Number(digits(*number).into()),
        DataRef::DateTime(when) if when.is_datetime() => {
            let shift = if is_1904 { SINCE_1904 } else { 0 };
            match whole(when.as_f64().floor()) {
                Some(day) => Cell::Day(day + shift),
                None => Cell::Number(digits(when.as_f64()).into()),
            }
        }
        DataRef::DateTime(when) => Cell::Number(digits(when.as_f64()).into()),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    })
}

fn as_text(text: &str) -> Option<Cell> {
    (!text.trim().is_empty()).then(|| Cell::Text(text.into()))
}

/// A number as the sheet shows it: digits where it is exact, otherwise the power of ten that people see.
fn digits(number: f64) -> String {
    if number.abs() < EXACT { number.to_string() } else { format!("{number:.5E}").replace('E', "E+") }
}

/// A whole number of a size that a day can have.
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 10_000_000.0).then(|| number.to_string().parse().ok()).flatten()
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn damaged(error: XlsxError) -> NotATable {
    NotATable::Damaged(error.to_string().chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    use super::*;

    fn written(fill: impl FnOnce(&mut Workbook)) -> Book {
        let mut workbook = Workbook::new();
        fill(&mut workbook);
        crate::read(&workbook.save_to_buffer().unwrap()).unwrap()
    }

    #[test]
    fn cells_keep_what_the_sheet_shows_and_where() {
        let book = written(|workbook| {
            let date = Format::new().set_num_format("yyyy-mm-dd");
            let sheet = workbook.add_worksheet().set_name("人员").unwrap();
            sheet.write(2, 1, "张三").unwrap();
            sheet.write(2, 2, 22_370_001_001_i64).unwrap();
            sheet.write(2, 3, 500_237_199_001_011_234_f64).unwrap();
            sheet.write_with_format(2, 4, ExcelDateTime::parse_from_str("2025-03-01").unwrap(), &date).unwrap();
            sheet.write(2, 5, true).unwrap();
            sheet.write(2, 6, Formula::new("=NA()").set_result("#N/A")).unwrap();
            sheet.write(2, 7, "  ").unwrap();
            sheet.write(2, 8, 0.5).unwrap();
        });
        let row = &book.sheets[0].rows[&3];
        let expected = [
            (1, Cell::Text("张三".into())),
            (2, Cell::Number("22370001001".into())),
            (3, Cell::Number("5.00237E+17".into())),
            (4, Cell::Day(45_717)),
            (5, Cell::Text("是".into())),
            (8, Cell::Number("0.5".into())),
        ];
        for (column, cell) in expected {
            assert_eq!(row.get(&column), Some(&cell), "{column}");
        }
        assert_eq!((row.get(&7), row.get(&0)), (None, None));
        assert!(matches!(row.get(&6), Some(Cell::Error(_) | Cell::Text(_))));
    }

    #[test]
    fn a_merged_region_has_its_content_in_every_cell() {
        let book = written(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.merge_range(1, 0, 2, 1, "市场监管局", &Format::new()).unwrap();
            sheet.write(2, 2, "李四").unwrap();
        });
        let agency = Cell::Text("市场监管局".into());
        for (row, column) in [(2, 0), (2, 1), (3, 0), (3, 1)] {
            assert_eq!(book.sheets[0].rows[&row].get(&column), Some(&agency), "{row} {column}");
        }
        assert_eq!(book.sheets[0].rows[&2].get(&2), None);
    }

    #[test]
    fn a_merged_region_beyond_the_rows_is_refused() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().merge_range(0, 0, 200_000, 0, "x", &Format::new()).unwrap();
        let refused = crate::read(&workbook.save_to_buffer().unwrap()).unwrap_err();
        assert!(refused.to_string().contains("200000 rows"), "{refused}");
    }

    #[test]
    fn hidden_sheets_are_left_out_and_the_others_keep_their_order() {
        let book = written(|workbook| {
            for name in ["二", "隐藏", "一"] {
                workbook.add_worksheet().set_name(name).unwrap().write(0, 0, name).unwrap();
            }
            workbook.worksheet_from_name("隐藏").unwrap().set_hidden(true);
        });
        assert_eq!(book.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["二", "一"]);
    }

    #[test]
    fn a_number_is_shown_as_long_as_it_is_exact() {
        assert_eq!(digits(999_999_999_999_999.0), "999999999999999");
        assert_eq!(digits(1e15), "1.00000E+15");
        assert_eq!(digits(-2.25), "-2.25");
    }
}
