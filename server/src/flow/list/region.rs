//! Divisions of the county: streets, towns and townships.

use std::collections::BTreeMap;

use table::{Heading, Place};

use super::{Differences, Planned, report};
use crate::flow::sheet::report::Report;
use crate::flow::sheet::{Kind, Reading, Rows, Wrong};
use crate::store::RegionRow;

const CODE: &str = "code";
const NAME: &str = "name";
const LEVEL: &str = "level";

const KIND: Kind = Kind {
    headings: &[
        Heading {
            key: CODE,
            names: &["代码", "区划代码", "行政区划代码", "统计用区划代码", "编码", "code"],
            is_required: true,
        },
        Heading {
            key: NAME, names: &["名称", "区划名称", "单位名称", "乡镇街道", "name"], is_required: true
        },
        Heading { key: LEVEL, names: &["级别", "类别", "类型", "level"], is_required: false },
    ],
    zh: "区划表",
    en: "a list of divisions",
};

/// Longest name, in characters.
const LONGEST: usize = 64;

pub(super) struct Entry {
    code: String,
    name: String,
    level: &'static str,
    at: Place,
}

pub(super) fn read(file: &[u8]) -> Rows<Entry> {
    Rows::of_file(file, KIND, entry)
}

fn entry(reading: &mut Reading<'_>) -> (String, Option<Entry>) {
    let code = reading.required(CODE, table::digits);
    let name = reading.required(NAME, table::name).unwrap_or_default();
    if name.chars().count() > LONGEST {
        reading.refuse(
            NAME,
            format!("名称超过 {LONGEST} 个字"),
            format!("the name has more than {LONGEST} characters"),
        );
    }
    let said = reading.optional(LEVEL, table::text).unwrap_or_default();
    let level = level(if said.is_empty() { &name } else { &said });
    if level.is_none() && !said.is_empty() {
        reading.refuse(
            LEVEL,
            format!("不认识级别“{said}”：请写街道、镇或乡"),
            format!("“{said}” is no level: write 街道, 镇 or 乡"),
        );
    }
    let at = reading.at(CODE);
    let entry = code.map(|code| Entry { code, name: name.clone(), level: level.unwrap_or("street"), at });
    (name, entry)
}

/// The level by the end of a name, or of the word for it.
fn level(text: &str) -> Option<&'static str> {
    match text.chars().last()? {
        '镇' => Some("town"),
        '乡' => Some("township"),
        '道' | '办' | '区' => Some("street"),
        _ => ["town", "township", "street"].into_iter().find(|code| *code == text),
    }
}

pub(super) fn compare(held: &[RegionRow], county: &str, rows: Rows<Entry>) -> (Report, Vec<(RegionRow, bool)>) {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    report(rows, |entry, row| {
        let refused = |zh: String, en: String| Err(vec![Wrong::at(entry.at.clone(), zh, en)]);
        // Statistics write twelve digits, of which the last three are those of a village.
        let code = match entry.code.strip_suffix("000") {
            Some(short) if entry.code.len() == 12 => short.to_owned(),
            _ => entry.code.clone(),
        };
        if code.len() != 9 || !code.starts_with(county) {
            return refused(
                format!("代码应为 9 位，前 6 位是本县的 {county}（末尾另有 000 的 12 位代码也可以）；村和社区不登记"),
                format!(
                    "the code has 9 digits, the first 6 being {county} of this county (or 12 that end with 000); villages are \
                     not entered"
                ),
            );
        }
        if let Some(before) = seen.insert(code.clone(), row.clone()) {
            return refused(
                format!("代码 {code} 与 {before} 行相同：请删去一行"),
                format!("the code {code} stands in row {before} too: remove one"),
            );
        }
        let (name, level) = (entry.name.clone(), entry.level.to_owned());
        let known = held.iter().find(|region| region.code == code);
        let differences = known.map(|known| {
            let mut differences = Differences::default();
            differences.of(("名称", "name"), &known.name, &name);
            differences.of(("级别", "level"), &known.level, &level);
            differences.0
        });
        Ok(Planned { row: RegionRow { code, name, parent: Some(county.to_owned()), level }, differences })
    })
}
