//! A roster of enforcement staff (执法人员花名册) as rows: what each says, or why it cannot be used.
//!
//! Promise: every fault of a row is told at once, each with its cell. A value that is missing stays missing. Not here:
//! what the register holds (`compare`).

use std::collections::BTreeMap;

use sync_core::law::identity::{BadCode, CitizenNumber};
use sync_core::time::Date;
use table::{Book, Cell, Fault, Found, NotATable, Place, Row, Sheet};

use super::heading::{
    AGENCY, CATEGORY, CITIZEN, HEADINGS, ISSUED, KIND, NAME, NUMBER, REGION, UNTIL, names, usual_name,
};

/// Words that say of somebody that they help and do not enforce.
const HELPERS: &[&str] = &["辅助", "协管", "协助", "辅警", "helper"];
/// Words that say that they enforce.
const ENFORCERS: &[&str] = &["执法人员", "正式", "在编", "公务员", "参公", "事业", "行政", "officer"];
/// Words for what stands in the row above.
const DITTO: &[&str] = &["同上", "〃", "″", "\""];
/// Longest name, in characters.
const LONGEST: usize = 50;

/// What a row says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The row.
    pub row: Place,
    /// Name.
    pub name: String,
    /// The agency, as it is written.
    pub agency: String,
    /// An auxiliary person; none where the roster does not say.
    pub helper: Option<bool>,
    /// Citizen number.
    pub citizen_number: Option<String>,
    /// The certificate, where there is one.
    pub certificate: Option<Written>,
    /// The cell of each column, for what is found wrong later.
    pub places: BTreeMap<&'static str, Place>,
}

/// What a row says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Number.
    pub number: String,
    /// 执法类别.
    pub category: String,
    /// 执法区域, as it is written; none where the roster does not say.
    pub region: Option<String>,
    /// Issued on.
    pub issued: Date,
    /// Last day.
    pub until: Date,
}

impl Entry {
    /// Where the agency stands.
    pub fn agency_place(&self) -> Place {
        self.at(AGENCY)
    }

    /// Where the number of the certificate stands.
    pub fn number_place(&self) -> Place {
        self.at(NUMBER)
    }

    /// Where the citizen number stands.
    pub fn citizen_place(&self) -> Place {
        self.at(CITIZEN)
    }

    /// Where the region stands.
    pub fn region_place(&self) -> Place {
        self.at(REGION)
    }

    fn at(&self, key: &str) -> Place {
        self.places.get(key).unwrap_or(&self.row).clone()
    }
}

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
    fn of(place: Place, heading: &str, fault: &Fault) -> Self {
        Self::at(place, format!("“{heading}”{}", fault.zh()), format!("{heading}: {}", fault.en()))
    }
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// The row.
    pub row: Place,
    /// The name in it, as far as there is one.
    pub name: String,
    /// What it says, or everything that is wrong.
    pub entry: Result<Entry, Vec<Wrong>>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// Its rows.
    pub rows: Vec<ReadRow>,
    /// What is wrong with the file as a whole.
    pub wrong: Vec<Wrong>,
    /// What was not read, such as columns that nobody asks for.
    pub notes: Vec<Wrong>,
}

impl Roster {
    /// Of a file that is no table.
    pub fn unreadable(error: &NotATable) -> Self {
        let place = Place { sheet: String::new(), row: 1, column: None };
        Self { wrong: vec![Wrong::at(place, error.zh(), error.en())], ..Self::default() }
    }
}

/// Reads every sheet that has the headings.
pub fn read(book: &Book) -> Roster {
    let mut roster = Roster::default();
    let mut any = false;
    for sheet in &book.sheets {
        match table::find(sheet, HEADINGS) {
            Some(found) => {
                any = true;
                read_sheet(sheet, &found, &mut roster);
            }
            None if sheet.rows.is_empty() => {}
            None => {
                let place = Place { sheet: sheet.name.clone(), row: 1, column: None };
                roster.notes.push(Wrong::at(
                    place,
                    "这张工作表没有花名册的表头，未读取",
                    "no headings of a roster; not read",
                ));
            }
        }
    }
    if !any {
        let place = Place { sheet: String::new(), row: 1, column: None };
        roster.wrong.push(Wrong::at(
            place,
            "前20行里没有找到花名册的表头：至少要有“姓名”和“工作单位”两列",
            "no headings of a roster in the first 20 rows: at least the columns “姓名” and “工作单位” are needed",
        ));
    }
    roster
}

fn read_sheet(sheet: &Sheet, found: &Found, roster: &mut Roster) {
    let head = Place { sheet: sheet.name.clone(), row: found.row, column: None };
    for name in &found.missing {
        roster.wrong.push(Wrong::at(
            head.clone(),
            format!("缺少“{name}”列"),
            format!("the column “{name}” is missing"),
        ));
    }
    for (place, text) in &found.twice {
        roster.wrong.push(Wrong::at(
            place.clone(),
            format!("“{text}”与前面的一列含义相同：请删去一列"),
            format!("“{text}” means the same as a column before it: remove one"),
        ));
    }
    for (place, text) in &found.unknown {
        roster.notes.push(Wrong::at(
            place.clone(),
            format!("“{text}”列不读取"),
            format!("the column “{text}” is not read"),
        ));
    }
    let mut agency_above = None;
    for (number, row) in sheet.rows.range(found.row.saturating_add(1)..) {
        let place = Place { row: *number, ..head.clone() };
        let is_known = |column: &u32| found.columns.values().any(|known| known == column);
        if !row.keys().any(is_known) {
            roster.notes.push(Wrong::at(
                place,
                "这一行在各列下都没有内容，未读取",
                "nothing under any heading; not read",
            ));
            continue;
        }
        if repeats_headings(row, found) {
            roster.notes.push(Wrong::at(place, "重复的表头，未读取", "the headings again; not read"));
            continue;
        }
        let read = Reading { sheet, found, row, number: *number, wrong: Vec::new() }.entry(&mut agency_above);
        roster.rows.push(read);
    }
}

/// A table that is printed on several pages has its headings on each.
fn repeats_headings(row: &Row, found: &Found) -> bool {
    found.columns.keys().all(|key| {
        table::text(found.cell(row, key)).is_ok_and(|text| {
            let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            names(key).contains(&text.as_str())
        })
    })
}

struct Reading<'a> {
    sheet: &'a Sheet,
    found: &'a Found,
    row: &'a Row,
    number: u32,
    wrong: Vec<Wrong>,
}

impl Reading<'_> {
    fn entry(mut self, agency_above: &mut Option<String>) -> ReadRow {
        let name = self.required(NAME, table::name).unwrap_or_default();
        if name.chars().count() > LONGEST {
            self.refuse(
                NAME,
                format!("姓名超过 {LONGEST} 个字"),
                format!("the name has more than {LONGEST} characters"),
            );
        }
        let agency = match (table::text(self.cell(AGENCY)), agency_above.clone()) {
            (Ok(text), Some(above)) if DITTO.contains(&text.as_str()) => Some(above),
            _ => self.required(AGENCY, table::text),
        };
        agency_above.clone_from(&agency);
        let helper = self.helper();
        let citizen_number = self.citizen_number();
        let certificate = self.certificate();
        let row = Place { sheet: self.sheet.name.clone(), row: self.number, column: None };
        let places =
            self.found.columns.keys().map(|key| (*key, self.found.place(self.sheet, self.number, key))).collect();
        let entry = match (self.wrong.is_empty(), agency) {
            (true, Some(agency)) => {
                Ok(Entry { row: row.clone(), name: name.clone(), agency, helper, citizen_number, certificate, places })
            }
            (true, None) | (false, _) => Err(self.wrong),
        };
        ReadRow { row, name, entry }
    }

    fn cell(&self, key: &str) -> Option<&Cell> {
        self.found.cell(self.row, key)
    }

    fn refuse(&mut self, key: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.wrong.push(Wrong::at(self.found.place(self.sheet, self.number, key), zh, en));
    }

    fn required<T>(&mut self, key: &str, read: fn(Option<&Cell>) -> Result<T, Fault>) -> Option<T> {
        match read(self.cell(key)) {
            Ok(value) => Some(value),
            Err(fault) => {
                let place = self.found.place(self.sheet, self.number, key);
                self.wrong.push(Wrong::of(place, usual_name(key), &fault));
                None
            }
        }
    }

    /// None where the cell is empty or the column is not there; what is wrong is told.
    fn optional<T>(&mut self, key: &str, read: fn(Option<&Cell>) -> Result<T, Fault>) -> Option<T> {
        self.cell(key)?;
        self.required(key, read)
    }

    fn helper(&mut self) -> Option<bool> {
        let said = self.optional(KIND, table::text)?;
        if HELPERS.iter().any(|word| said.contains(word)) {
            return Some(true);
        }
        if ENFORCERS.iter().any(|word| said.contains(word)) {
            return Some(false);
        }
        self.refuse(
            KIND,
            format!("不知道“{said}”是执法人员还是执法辅助人员：请写其中之一"),
            format!("“{said}” is neither 执法人员 nor 执法辅助人员: write one of them"),
        );
        None
    }

    fn citizen_number(&mut self) -> Option<String> {
        let said = self.optional(CITIZEN, table::code)?;
        let is_old = said.len() == 15 && said.bytes().all(|b| b.is_ascii_digit());
        match if is_old { since_1999(&said) } else { CitizenNumber::parse(&said) } {
            Ok(number) => Some(number.as_str().to_owned()),
            Err(error) => {
                self.refuse(
                    CITIZEN,
                    format!("公民身份号码不正确（GB 11643）：{}，请按身份证重新填写", zh_of(error)),
                    format!("not a citizen number (GB 11643): {error}; enter it again from the identity card"),
                );
                None
            }
        }
    }

    fn certificate(&mut self) -> Option<Written> {
        let number = self.optional(NUMBER, table::code);
        let category = self.optional(CATEGORY, table::text);
        let region = self.optional(REGION, table::text);
        let issued = self.optional(ISSUED, table::date);
        let until = self.optional(UNTIL, last_day);
        if number.is_none() {
            // A fault of the number itself has been told.
            if self.cell(NUMBER).is_none() && (issued.is_some() || until.is_some()) {
                self.refuse(NUMBER, "有发证日期或有效期，却没有证号", "a date of a certificate without its number");
            }
            return None;
        }
        for (key, is_missing) in [(CATEGORY, category.is_none()), (ISSUED, issued.is_none()), (UNTIL, until.is_none())]
        {
            if is_missing && self.cell(key).is_none() {
                let heading = usual_name(key);
                self.refuse(
                    key,
                    format!("有证号而没有“{heading}”：没有它就不能判断某一时刻的执法资格"),
                    format!(
                        "a certificate without “{heading}”: without it nobody can tell whether an act was qualified"
                    ),
                );
            }
        }
        let (issued, until) = (issued?, until?);
        if issued > until {
            self.refuse(
                UNTIL,
                format!("有效期至 {until} 早于发证日期 {issued}"),
                format!("ends on {until}, before it was issued on {issued}"),
            );
            return None;
        }
        Some(Written { number: number?, category: category?, region, issued, until })
    }
}

/// The last day, where the cell has a day or a span: `2022.3.1-2027.2.28`, `2022年3月1日至2027年2月28日`.
fn last_day(cell: Option<&Cell>) -> Result<Date, Fault> {
    let whole = table::date(cell);
    let (Err(Fault::Date(_)), Some(Cell::Text(text))) = (&whole, cell) else { return whole };
    let parts = |separators: &[char]| text.rsplit_once(separators).map(|(_, last)| last.trim().to_owned());
    let last = match text.matches('-').count() {
        // 2022.3.1-2027.2.28, and not 2022-3-1.
        1 => parts(&['-', '至', '~', '—', '–', '～', '到']),
        _ => parts(&['至', '~', '—', '–', '～', '到']),
    };
    match last {
        Some(last) if !last.is_empty() => table::date(Some(&Cell::Text(last.into()))).or(whole),
        Some(_) | None => whole,
    }
}

/// A number of 15 digits as one of 18: those were given to people born in the 1900s, and the check character follows from
/// the rest (GB 11643).
fn since_1999(fifteen: &str) -> Result<CitizenNumber, BadCode> {
    let (region, rest) = fifteen.split_at_checked(6).unwrap_or((fifteen, ""));
    CitizenNumber::complete(&format!("{region}19{rest}"))
}

fn zh_of(error: BadCode) -> String {
    match error {
        BadCode::Length => "应为18位".to_owned(),
        BadCode::Character(place) => format!("第{place}位不应是这个字符"),
        BadCode::OrganisationCheck | BadCode::Check => "末位校验码不符".to_owned(),
        BadCode::BirthDate => "出生日期不存在".to_owned(),
    }
}

#[cfg(test)]
mod tests;
