//! A file that an office keeps as a table, row by row: what each row says, or why it cannot be used.
//!
//! Promise: every sheet with the headings is read; every fault of a row is told at once, each with its cell; a value that
//! is missing stays missing. Not here: what the columns mean, and what the installation holds.

pub mod report;

use table::{Book, Cell, Fault, Found, Heading, NotATable, Place, Row, Sheet};

/// Something that is wrong, with its place. The sentence is in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which cell, or which row.
    pub place: Place,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Wrong {
    /// With these sentences.
    pub fn at(place: Place, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { place, zh: zh.into(), en: en.into() }
    }

    /// A fault of a value under a heading.
    pub fn of(place: Place, heading: &str, fault: &Fault) -> Self {
        Self::at(place, format!("“{heading}”{}", fault.zh()), format!("{heading}: {}", fault.en()))
    }
}

/// What a file should be.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its columns.
    pub headings: &'static [Heading],
    /// What it is called in Chinese.
    pub zh: &'static str,
    /// In English, with its article.
    pub en: &'static str,
}

impl Kind {
    /// The names of a column; the usual one first.
    pub fn names(self, key: &str) -> &'static [&'static str] {
        self.headings.iter().find(|heading| heading.key == key).map_or(&[], |heading| heading.names)
    }

    /// The usual name of a column.
    pub fn usual_name(self, key: &str) -> &'static str {
        self.names(key).first().copied().unwrap_or_default()
    }

    /// The usual names of all columns, in order.
    pub fn titles(self) -> Vec<&'static str> {
        self.headings.iter().map(|heading| self.usual_name(heading.key)).collect()
    }

    /// The columns that it cannot be read without.
    fn required(self) -> Vec<&'static str> {
        let required = self.headings.iter().filter(|heading| heading.is_required);
        required.filter_map(|heading| heading.names.first().copied()).collect()
    }
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow<T> {
    /// The row.
    pub row: Place,
    /// The name in it, as far as there is one.
    pub name: String,
    /// What it says, or everything that is wrong.
    pub entry: Result<T, Vec<Wrong>>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// Its rows.
    pub rows: Vec<ReadRow<T>>,
    /// What is wrong with the file as a whole.
    pub wrong: Vec<Wrong>,
    /// What was not read, such as columns that nobody asks for.
    pub notes: Vec<Wrong>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), wrong: Vec::new(), notes: Vec::new() }
    }
}

impl<T> Rows<T> {
    /// Of a file that is no table.
    pub fn unreadable(error: &NotATable) -> Self {
        let place = Place { sheet: String::new(), row: 1, column: None };
        Self { wrong: vec![Wrong::at(place, error.zh(), error.en())], ..Self::default() }
    }

    /// Reads every sheet of a file that has the headings; `read` makes an entry of a row, or leaves what is wrong in it.
    pub fn of_file(file: &[u8], kind: Kind, read: impl FnMut(&mut Reading<'_>) -> (String, Option<T>)) -> Self {
        match table::read(file) {
            Ok(book) => Self::of(&book, kind, read),
            Err(error) => Self::unreadable(&error),
        }
    }

    /// As [`Rows::of_file`].
    pub fn of(book: &Book, kind: Kind, mut read: impl FnMut(&mut Reading<'_>) -> (String, Option<T>)) -> Self {
        let mut rows = Self::default();
        let mut any = false;
        for sheet in &book.sheets {
            match table::find(sheet, kind.headings) {
                Some(found) => {
                    any = true;
                    rows.read_sheet(kind, sheet, &found, &mut read);
                }
                None if sheet.rows.is_empty() => {}
                None => rows.notes.push(Wrong::at(
                    Place { sheet: sheet.name.clone(), row: 1, column: None },
                    format!("这张工作表没有{}的表头，未读取", kind.zh),
                    format!("no headings of {}; not read", kind.en),
                )),
            }
        }
        if !any {
            let quoted: Vec<String> = kind.required().into_iter().map(|name| format!("“{name}”")).collect();
            let place = Place { sheet: String::new(), row: 1, column: None };
            rows.wrong.push(Wrong::at(
                place,
                format!("前20行里没有找到{}的表头：至少要有{}两列", kind.zh, quoted.join("和")),
                format!(
                    "no headings of {} in the first 20 rows: at least the columns {} are needed",
                    kind.en,
                    quoted.join(" and ")
                ),
            ));
        }
        rows
    }

    fn read_sheet(
        &mut self,
        kind: Kind,
        sheet: &Sheet,
        found: &Found,
        read: &mut impl FnMut(&mut Reading<'_>) -> (String, Option<T>),
    ) {
        let head = Place { sheet: sheet.name.clone(), row: found.row, column: None };
        self.headings(found, &head);
        for (number, row) in sheet.rows.range(found.row.saturating_add(1)..) {
            let place = Place { row: *number, ..head.clone() };
            let is_known = |column: &u32| found.columns.values().any(|known| known == column);
            if !row.keys().any(is_known) {
                self.notes.push(Wrong::at(
                    place,
                    "这一行在各列下都没有内容，未读取",
                    "nothing under any heading; not read",
                ));
                continue;
            }
            if repeats_headings(kind, row, found) {
                self.notes.push(Wrong::at(place, "重复的表头，未读取", "the headings again; not read"));
                continue;
            }
            let mut reading = Reading { kind, sheet, found, row, number: *number, wrong: Vec::new() };
            let (name, entry) = read(&mut reading);
            let entry = match (reading.wrong.is_empty(), entry) {
                (true, Some(entry)) => Ok(entry),
                (true, None) | (false, _) => Err(reading.wrong),
            };
            self.rows.push(ReadRow { row: place, name, entry });
        }
    }

    fn headings(&mut self, found: &Found, head: &Place) {
        for name in &found.missing {
            self.wrong.push(Wrong::at(
                head.clone(),
                format!("缺少“{name}”列"),
                format!("the column “{name}” is missing"),
            ));
        }
        for (place, text) in &found.twice {
            self.wrong.push(Wrong::at(
                place.clone(),
                format!("“{text}”与前面的一列含义相同：请删去一列"),
                format!("“{text}” means the same as a column before it: remove one"),
            ));
        }
        for (place, text) in &found.unknown {
            self.notes.push(Wrong::at(
                place.clone(),
                format!("“{text}”列不读取"),
                format!("the column “{text}” is not read"),
            ));
        }
    }
}

/// A table that is printed on several pages has its headings on each.
fn repeats_headings(kind: Kind, row: &Row, found: &Found) -> bool {
    found.columns.keys().all(|key| {
        table::text(found.cell(row, key)).is_ok_and(|text| {
            let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            kind.names(key).contains(&text.as_str())
        })
    })
}

/// A row while it is read.
pub struct Reading<'a> {
    kind: Kind,
    sheet: &'a Sheet,
    found: &'a Found,
    row: &'a Row,
    number: u32,
    wrong: Vec<Wrong>,
}

impl Reading<'_> {
    /// The cell under a heading.
    pub fn cell(&self, key: &str) -> Option<&Cell> {
        self.found.cell(self.row, key)
    }

    /// The whole row.
    pub fn place(&self) -> Place {
        Place { sheet: self.sheet.name.clone(), row: self.number, column: None }
    }

    /// Where a value stands, or should stand.
    pub fn at(&self, key: &str) -> Place {
        self.found.place(self.sheet, self.number, key)
    }

    /// The places of the columns that there are.
    pub fn places(&self) -> std::collections::BTreeMap<&'static str, Place> {
        self.found.columns.keys().map(|key| (*key, self.at(key))).collect()
    }

    /// Something is wrong with a value.
    pub fn refuse(&mut self, key: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.wrong.push(Wrong::at(self.at(key), zh, en));
    }

    /// A value; what is wrong is told.
    pub fn required<T>(&mut self, key: &str, read: fn(Option<&Cell>) -> Result<T, Fault>) -> Option<T> {
        match read(self.cell(key)) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.wrong.push(Wrong::of(self.at(key), self.kind.usual_name(key), &fault));
                None
            }
        }
    }

    /// None where the cell is empty or the column is not there; what is wrong is told.
    pub fn optional<T>(&mut self, key: &str, read: fn(Option<&Cell>) -> Result<T, Fault>) -> Option<T> {
        self.cell(key)?;
        self.required(key, read)
    }
}
