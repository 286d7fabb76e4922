//! The counties of the country, as published: GB/T 2260 codes and names.
//!
//! Promise: a county is chosen out of this list, so a code that is typed wrongly is found at once. Not here: the divisions
//! below a county, which are data of an installation.

use std::sync::LazyLock;

/// GB/T 2260, county level; WTFPL.
const AREAS: &str = include_str!("../../../data/regions/areas.csv");

/// The provinces by the first two digits of their codes.
const PROVINCES: [(&str, &str); 31] = [
    ("11", "北京市"),
    ("12", "天津市"),
    ("13", "河北省"),
    ("14", "山西省"),
    ("15", "内蒙古自治区"),
    ("21", "辽宁省"),
    ("22", "吉林省"),
    ("23", "黑龙江省"),
    ("31", "上海市"),
    ("32", "江苏省"),
    ("33", "浙江省"),
    ("34", "安徽省"),
    ("35", "福建省"),
    ("36", "江西省"),
    ("37", "山东省"),
    ("41", "河南省"),
    ("42", "湖北省"),
    ("43", "湖南省"),
    ("44", "广东省"),
    ("45", "广西壮族自治区"),
    ("46", "海南省"),
    ("50", "重庆市"),
    ("51", "四川省"),
    ("52", "贵州省"),
    ("53", "云南省"),
    ("54", "西藏自治区"),
    ("61", "陕西省"),
    ("62", "甘肃省"),
    ("63", "青海省"),
    ("64", "宁夏回族自治区"),
    ("65", "新疆维吾尔自治区"),
];

/// A county, or a district or city of that level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Six digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of the province: several counties have one name.
    pub province: &'static str,
}

static ALL: LazyLock<Vec<Area>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(AREAS.as_bytes());
    let records = reader.records().filter_map(Result::ok);
    let area = |record: csv::StringRecord| {
        let (code, name) = (record.get(0)?.to_owned(), record.get(1)?.to_owned());
        let province = PROVINCES.iter().find(|(start, _)| code.starts_with(start)).map_or("", |(_, name)| *name);
        Some(Area { code, name, province })
    };
    records.filter_map(area).collect()
});

/// Every county, by code.
pub fn all() -> &'static [Area] {
    &ALL
}

/// The county with this code.
pub fn of_code(code: &str) -> Option<&'static Area> {
    all().iter().find(|area| area.code == code)
}

/// The first `most` counties whose code begins with, or whose name (with or without the province) contains the words;
/// and how many there are.
pub fn search(said: &str, most: usize) -> (Vec<&'static Area>, usize) {
    let wanted: String = said.chars().filter(|c| c.is_alphanumeric()).collect();
    if wanted.is_empty() {
        return (Vec::new(), 0);
    }
    let is_meant =
        |area: &&Area| area.code.starts_with(&wanted) || format!("{}{}", area.province, area.name).contains(&wanted);
    let found: Vec<&Area> = all().iter().filter(is_meant).collect();
    let count = found.len();
    (found.into_iter().take(most).collect(), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_has_a_code_of_six_digits_a_name_and_a_province() {
        assert_eq!(all().len(), 2_978);
        for area in all() {
            assert!(area.code.len() == 6 && area.code.bytes().all(|b| b.is_ascii_digit()), "{area:?}");
            assert!(!area.name.is_empty() && !area.province.is_empty(), "{area:?}");
        }
        let codes: std::collections::BTreeSet<&str> = all().iter().map(|area| area.code.as_str()).collect();
        assert_eq!(codes.len(), all().len());
    }

    #[test]
    fn an_area_is_found_by_its_code_its_name_and_its_province() {
        let names = |said: &str| search(said, 3).0.into_iter().map(|area| area.code.as_str()).collect::<Vec<_>>();
        assert_eq!(names("500237"), ["500237"]);
        assert_eq!(names(" 巫山 "), ["500237"]);
        assert_eq!(names("重庆市 巫山县"), ["500237"]);
        let (first, count) = search("鼓楼区", 3);
        assert!(first.len() == 3 && count > 3, "several have one name: {count}");
        assert_eq!(names(" ·"), Vec::<&str>::new());
        assert_eq!(of_code("500237").map(|area| area.province), Some("重庆市"));
        assert_eq!(of_code("50023"), None);
    }
}
