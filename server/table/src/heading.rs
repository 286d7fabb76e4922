//! Headings: which column holds what.
//!
//! Promise: the order of the columns, title rows above the headings, spaces, width and notes in brackets do not matter.
//! A heading that stands twice, and one that is wanted and missing, are told; a column that nobody asks for is listed.

use std::collections::BTreeMap;

use crate::book::{Cell, Place, Row, Sheet};
use crate::value;

/// Rows from the top among which the headings are looked for.
const DEEPEST: usize = 20;

/// A column that may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// Its stable name.
    pub key: &'static str,
    /// What offices call it, the usual name first; compared without spaces, brackets and width.
    pub names: &'static [&'static str],
    /// Whether a file without it cannot be read.
    pub is_required: bool,
}

/// The columns of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The row of the headings, from 1; 0 where there is none.
    pub row: u32,
    /// Column of each key that was found.
    pub columns: BTreeMap<&'static str, u32>,
    /// Required headings that are missing, by their usual name.
    pub missing: Vec<&'static str>,
    /// Headings that stand twice: the second place.
    pub twice: Vec<(Place, String)>,
    /// Headings that nobody asks for.
    pub unknown: Vec<(Place, String)>,
}

impl Found {
    /// The cell of a row under a heading.
    pub fn cell<'a>(&self, row: &'a Row, key: &str) -> Option<&'a Cell> {
        self.columns.get(key).and_then(|column| row.get(column))
    }

    /// Where a value of a row stands, or should stand.
    pub fn place(&self, sheet: &Sheet, row: u32, key: &str) -> Place {
        Place { sheet: sheet.name.clone(), row, column: self.columns.get(key).copied() }
    }
}

/// Finds the row with the most headings among the first of a sheet, and its columns. None where no row has two.
pub fn find(sheet: &Sheet, headings: &[Heading]) -> Option<Found> {
    let row_of = |(number, row): (&u32, &Row)| (headings_in(row, headings).len(), *number);
    let (found, number) = sheet.rows.iter().take(DEEPEST).map(row_of).rev().max_by_key(|(found, _)| *found)?;
    if found < 2.min(headings.len()) {
        return None;
    }
    let row = sheet.rows.get(&number)?;
    let mut layout = Found { row: number, ..Found::default() };
    for (column, cell) in row {
        let Ok(text) = value::text(Some(cell)) else { continue };
        let place = Place { sheet: sheet.name.clone(), row: number, column: Some(*column) };
        match named(&text, headings) {
            Some(heading) if layout.columns.contains_key(heading.key) => layout.twice.push((place, text)),
            Some(heading) => {
                layout.columns.insert(heading.key, *column);
            }
            None => layout.unknown.push((place, text)),
        }
    }
    layout.missing = headings
        .iter()
        .filter(|heading| heading.is_required && !layout.columns.contains_key(heading.key))
        .filter_map(|heading| heading.names.first().copied())
        .collect();
    Some(layout)
}

/// The keys that a row names.
fn headings_in(row: &Row, headings: &[Heading]) -> std::collections::BTreeSet<&'static str> {
    row.values()
        .filter_map(|cell| value::text(Some(cell)).ok())
        .filter_map(|text| named(&text, headings).map(|heading| heading.key))
        .collect()
}

fn named<'a>(text: &str, headings: &'a [Heading]) -> Option<&'a Heading> {
    [plain(text), plain(without_notes(text))]
        .iter()
        .find_map(|wanted| headings.iter().find(|heading| heading.names.iter().any(|name| plain(name) == *wanted)))
}

/// `证件编号（必填）` without its note.
fn without_notes(text: &str) -> &str {
    text.split(['(', '（', '[', '【', '*', '＊', '\n']).find(|part| !part.trim().is_empty()).unwrap_or_default()
}

/// Letters, digits and characters alone, in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: &[Heading] = &[
        Heading { key: "name", names: &["姓名", "执法人员姓名", "name"], is_required: true },
        Heading { key: "number", names: &["行政执法证号", "证件编号", "证号"], is_required: true },
        Heading { key: "agency", names: &["单位", "工作单位"], is_required: false },
    ];

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let row = |cells: &&[&str]| {
            (0..)
                .zip(*cells)
                .filter(|(_, text)| !text.is_empty())
                .map(|(at, text)| (at, Cell::Text((*text).into())))
                .collect()
        };
        let rows =
            (1..).zip(rows).map(|(number, cells)| (number, row(cells))).filter(|(_, row): &(u32, Row)| !row.is_empty());
        Sheet { name: "表".into(), rows: rows.collect() }
    }

    #[test]
    fn headings_are_found_below_titles_in_any_order_and_writing() {
        let found = find(
            &sheet(&[
                &["巫山县行政执法人员花名册"],
                &[],
                &["填表单位：", "市场监管局", "", "日期"],
                &["序号", "证件编号（必填）", " 姓 名 ", "＊工作单位"],
                &["1", "22370001001", "李建国", "姓名"],
            ]),
            HEADINGS,
        )
        .unwrap();
        assert_eq!(found.row, 4);
        assert_eq!(found.columns, BTreeMap::from([("number", 1), ("name", 2), ("agency", 3)]));
        assert_eq!((found.missing.len(), found.twice.len()), (0, 0));
        assert_eq!(
            found.unknown.iter().map(|(place, text)| (place.to_string(), text.as_str())).collect::<Vec<_>>(),
            [("表!A4".to_owned(), "序号")]
        );
    }

    #[test]
    fn what_is_missing_or_stands_twice_is_told() {
        let found = find(&sheet(&[&["姓名", "工作单位", "执法人员姓名"]]), HEADINGS).unwrap();
        assert_eq!(found.missing, ["行政执法证号"]);
        assert_eq!(found.twice.iter().map(|(place, _)| place.to_string()).collect::<Vec<_>>(), ["表!C1"]);
        assert_eq!(found.columns["name"], 0, "the first counts");
    }

    #[test]
    fn one_heading_alone_and_headings_too_far_down_are_none() {
        assert_eq!(find(&sheet(&[&["姓名"], &["李建国"]]), HEADINGS), None);
        let mut rows: Vec<&[&str]> = vec![&["标题"]; DEEPEST - 1];
        rows.push(&["姓名", "证号"]);
        assert_eq!(find(&sheet(&rows), HEADINGS).map(|found| found.row), Some(20));
        rows.insert(0, &["标题"]);
        assert_eq!(find(&sheet(&rows), HEADINGS), None);
    }
}
