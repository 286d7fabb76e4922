//! A roster of enforcement staff (执法人员花名册) as rows: what each says, or why it cannot be used.
//!
//! Promise: every fault of a row is told at once, each with its cell. A value that is missing stays missing. Not here:
//! what the register holds (`compare`).

use std::collections::BTreeMap;

use sync_core::law::identity::{BadCode, CitizenNumber};
use sync_core::time::Date;
use table::{Book, Cell, Fault, Place};

use super::heading::{AGENCY, CATEGORY, CITIZEN, ISSUED, KIND, NAME, NUMBER, REGION, ROSTER, UNTIL};
pub use crate::flow::sheet::Wrong;
use crate::flow::sheet::{self, Reading};

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

/// A row that was read.
pub type ReadRow = sheet::ReadRow<Entry>;

/// A file that was read.
pub type Roster = sheet::Rows<Entry>;

/// What a roster is.
/// Reads every sheet that has the headings.
pub fn read(book: &Book) -> Roster {
    let mut above = Above::default();
    Roster::of(book, ROSTER, |reading| {
        if above.sheet != reading.place().sheet {
            above = Above { sheet: reading.place().sheet, agency: None };
        }
        Person(reading).entry(&mut above.agency)
    })
}

/// What stands in the rows above, on the same sheet.
#[derive(Default)]
struct Above {
    sheet: String,
    agency: Option<String>,
}

/// A row that is read as a person.
struct Person<'a, 'b>(&'a mut Reading<'b>);

impl Person<'_, '_> {
    fn entry(&mut self, agency_above: &mut Option<String>) -> (String, Option<Entry>) {
        let name = self.0.required(NAME, table::name).unwrap_or_default();
        if name.chars().count() > LONGEST {
            self.0.refuse(
                NAME,
                format!("姓名超过 {LONGEST} 个字"),
                format!("the name has more than {LONGEST} characters"),
            );
        }
        let agency = match (table::text(self.0.cell(AGENCY)), agency_above.clone()) {
            (Ok(text), Some(above)) if DITTO.contains(&text.as_str()) => Some(above),
            _ => self.0.required(AGENCY, table::text),
        };
        agency_above.clone_from(&agency);
        let helper = self.helper();
        let citizen_number = self.citizen_number();
        let certificate = self.certificate();
        let (row, places) = (self.0.place(), self.0.places());
        let entry =
            agency.map(|agency| Entry { row, name: name.clone(), agency, helper, citizen_number, certificate, places });
        (name, entry)
    }

    fn helper(&mut self) -> Option<bool> {
        let said = self.0.optional(KIND, table::text)?;
        if HELPERS.iter().any(|word| said.contains(word)) {
            return Some(true);
        }
        if ENFORCERS.iter().any(|word| said.contains(word)) {
            return Some(false);
        }
        self.0.refuse(
            KIND,
            format!("不知道“{said}”是执法人员还是执法辅助人员：请写其中之一"),
            format!("“{said}” is neither 执法人员 nor 执法辅助人员: write one of them"),
        );
        None
    }

    fn citizen_number(&mut self) -> Option<String> {
        let said = self.0.optional(CITIZEN, table::code)?;
        let is_old = said.len() == 15 && said.bytes().all(|b| b.is_ascii_digit());
        match if is_old { since_1999(&said) } else { CitizenNumber::parse(&said) } {
            Ok(number) => Some(number.as_str().to_owned()),
            Err(error) => {
                self.0.refuse(
                    CITIZEN,
                    format!("公民身份号码不正确（GB 11643）：{}，请按身份证重新填写", error.zh()),
                    format!("not a citizen number (GB 11643): {error}; enter it again from the identity card"),
                );
                None
            }
        }
    }

    fn certificate(&mut self) -> Option<Written> {
        let number = self.0.optional(NUMBER, table::code);
        let category = self.0.optional(CATEGORY, table::text);
        let region = self.0.optional(REGION, table::text);
        let issued = self.0.optional(ISSUED, table::date);
        let until = self.0.optional(UNTIL, last_day);
        if number.is_none() {
            // A fault of the number itself has been told.
            if self.0.cell(NUMBER).is_none() && (issued.is_some() || until.is_some()) {
                self.0.refuse(NUMBER, "有发证日期或有效期，却没有证号", "a date of a certificate without its number");
            }
            return None;
        }
        for (key, is_missing) in [(CATEGORY, category.is_none()), (ISSUED, issued.is_none()), (UNTIL, until.is_none())]
        {
            if is_missing && self.0.cell(key).is_none() {
                let heading = ROSTER.usual_name(key);
                self.0.refuse(
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
            self.0.refuse(
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

#[cfg(test)]
mod tests;
