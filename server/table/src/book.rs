//! A file as sheets of cells.

use std::collections::BTreeMap;
use std::fmt;

use crate::fault::NotATable;
use crate::limit;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Its sheets, in the order of the file; a text has one.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its name; empty for a text.
    pub name: String,
    /// Rows that are not empty, by their number from 1.
    pub rows: BTreeMap<u32, Row>,
}

/// A row: the cells that are not empty, by their column from 0.
pub type Row = BTreeMap<u32, Cell>;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, as it is written.
    Text(Box<str>),
    /// A number, as decimal digits. A spreadsheet keeps 15 of them: a longer one has been rounded.
    Number(Box<str>),
    /// A day, counted from 1899-12-30.
    Day(i64),
    /// The error of a formula, such as `#N/A`.
    Error(Box<str>),
}

/// Where something stands in a file. Displayed as people find it: `人员!C5`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The sheet; empty for a text.
    pub sheet: String,
    /// Row, from 1.
    pub row: u32,
    /// Column, from 0; none for the whole row.
    pub column: Option<u32>,
}

impl Place {
    /// The letters of a column.
    pub fn letters(column: u32) -> String {
        let (mut left, mut letters) = (u64::from(column) + 1, Vec::new());
        while left > 0 {
            let digit = u8::try_from((left - 1) % 26).unwrap_or_default();
            letters.push(char::from(b'A' + digit));
            left = (left - 1) / 26;
        }
        letters.iter().rev().collect()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sheet.is_empty() {
            write!(f, "{}!", self.sheet)?;
        }
        match self.column {
            Some(column) => write!(f, "{}{}", Self::letters(column), self.row),
            None => write!(f, "{}", self.row),
        }
    }
}

/// Counts what is read against the bounds.
#[derive(Debug, Default)]
pub(crate) struct Count {
    rows: usize,
    cells: usize,
}

impl Count {
    /// Puts a cell into a sheet.
    pub(crate) fn put(&mut self, sheet: &mut Sheet, (row, column): (u32, u32), cell: Cell) -> Result<(), NotATable> {
        if usize::try_from(column).map_or(true, |column| column >= limit::COLUMNS) {
            return Err(NotATable::beyond(limit::COLUMNS, "列", "columns"));
        }
        if let Cell::Text(text) = &cell
            && text.chars().count() > limit::CHARACTERS
        {
            return Err(NotATable::beyond(limit::CHARACTERS, "个字符（一个单元格）", "characters in a cell"));
        }
        self.cells += 1;
        if self.cells > limit::CELLS {
            return Err(NotATable::beyond(limit::CELLS, "个单元格", "cells"));
        }
        let row = row.saturating_add(1);
        if !sheet.rows.contains_key(&row) {
            self.rows += 1;
            if self.rows > limit::ROWS {
                return Err(NotATable::beyond(limit::ROWS, "行", "rows"));
            }
        }
        sheet.rows.entry(row).or_default().insert(column, cell);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_the_spreadsheet_writes_it() {
        let at = |column| Place { sheet: "人员".into(), row: 5, column }.to_string();
        assert_eq!(
            (at(Some(0)).as_str(), at(Some(25)).as_str(), at(Some(26)).as_str()),
            ("人员!A5", "人员!Z5", "人员!AA5")
        );
        assert_eq!(
            (at(Some(701)).as_str(), at(Some(702)).as_str(), at(None).as_str()),
            ("人员!ZZ5", "人员!AAA5", "人员!5")
        );
        assert_eq!(Place { sheet: String::new(), row: 1, column: Some(2) }.to_string(), "C1");
    }

    #[test]
    fn the_bounds_hold_and_one_more_is_refused() {
        let (mut count, mut sheet) = (Count::default(), Sheet::default());
        let last = u32::try_from(limit::COLUMNS).unwrap() - 1;
        let cell = || Cell::Text("x".into());
        count.put(&mut sheet, (0, last), cell()).unwrap();
        assert!(count.put(&mut sheet, (0, last + 1), cell()).unwrap_err().to_string().contains("256 columns"));
        let text = |length| Cell::Text("字".repeat(length).into());
        count.put(&mut sheet, (0, 0), text(limit::CHARACTERS)).unwrap();
        assert!(count.put(&mut sheet, (0, 0), text(limit::CHARACTERS + 1)).is_err());
        let mut full = Count { rows: limit::ROWS - 1, cells: 0 };
        full.put(&mut sheet, (1, 0), cell()).unwrap();
        full.put(&mut sheet, (1, 1), cell()).unwrap();
        assert!(full.put(&mut sheet, (2, 0), cell()).unwrap_err().to_string().contains("200000 rows"));
        let mut full = Count { rows: 0, cells: limit::CELLS - 1 };
        full.put(&mut sheet, (1, 0), cell()).unwrap();
        assert!(full.put(&mut sheet, (1, 0), cell()).unwrap_err().to_string().contains("4000000 cells"));
    }
}
