//! The reach of a certificate: its region and category (执法区域、执法类别).
//!
//! Promise: a certificate of the county, of a region above it or of a place within it reaches the county. A category
//! that names only other fields of enforcement does not reach this one. A category that names no known field is
//! unknown, and unknown blocks nothing.

use crate::law::facts::Sector;

/// Region and category as the register has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// GB/T 2260, such as `500237`.
    pub region: String,
    /// As printed, such as `市场监管` or `综合执法`.
    pub category: String,
}

/// Whether a certificate reaches an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaches {
    /// It does.
    Yes,
    /// It is for another region or another field.
    No,
    /// The register does not state it.
    NotTold,
}

/// Words in categories, by the field that they name. Categories are named by the register; an unlisted one is
/// unknown.
const FIELDS: [(Sector, &[&str]); 5] = [
    (Sector::Market, &["市场监管", "市场监督", "工商", "质量技术", "食品药品", "价格"]),
    (Sector::Agriculture, &["农业", "农村", "渔政", "畜牧", "兽医", "动物卫生"]),
    (Sector::Transport, &["交通", "路政", "运政", "海事", "港航"]),
    (Sector::Housing, &["住房", "住建", "城乡建设", "建设工程"]),
    (Sector::Emergency, &["应急", "安全生产", "安监"]),
];
/// Categories of every field.
const EVERY_FIELD: &[&str] = &["综合"];

impl Reach {
    /// Whether it reaches an act of an organ of this sector in this region.
    pub fn of(&self, region: &str, sector: Sector) -> Reaches {
        match (self.reaches_region(region), self.reaches_field(sector)) {
            (Reaches::No, _) | (_, Reaches::No) => Reaches::No,
            (Reaches::NotTold, _) | (_, Reaches::NotTold) => Reaches::NotTold,
            (Reaches::Yes, Reaches::Yes) => Reaches::Yes,
        }
    }

    /// A code without the zeros of its lower levels is a prefix of every code inside it: `500000` includes `500237`.
    fn reaches_region(&self, region: &str) -> Reaches {
        let (own, of_act) = (significant(&self.region), significant(region));
        if own.is_empty() || of_act.is_empty() {
            return Reaches::NotTold;
        }
        if of_act.starts_with(own) || own.starts_with(of_act) { Reaches::Yes } else { Reaches::No }
    }

    fn reaches_field(&self, sector: Sector) -> Reaches {
        let names = |words: &[&str]| words.iter().any(|word| self.category.contains(word));
        if sector == Sector::Other || names(EVERY_FIELD) {
            return Reaches::Yes;
        }
        let fields: Vec<Sector> = FIELDS.iter().filter(|(_, words)| names(words)).map(|(field, _)| *field).collect();
        match fields.as_slice() {
            [] => Reaches::NotTold,
            some if some.contains(&sector) => Reaches::Yes,
            _ => Reaches::No,
        }
    }
}

/// A region code without the pairs of zeros at its end.
fn significant(code: &str) -> &str {
    let mut code = code.trim();
    while let Some(shorter) = code.strip_suffix("00").filter(|shorter| shorter.len() >= 2) {
        code = shorter;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(region: &str, category: &str) -> Reach {
        Reach { region: region.to_owned(), category: category.to_owned() }
    }

    #[test]
    fn a_certificate_of_the_county_or_above_or_of_a_street_in_it_reaches_the_county() {
        for region in ["500237", "500200", "500000", "500237001", " 500237 "] {
            assert_eq!(reach(region, "市场监管").of("500237", Sector::Market), Reaches::Yes, "{region}");
        }
        for region in ["500236", "510000", "500101"] {
            assert_eq!(reach(region, "市场监管").of("500237", Sector::Market), Reaches::No, "{region}");
        }
        assert_eq!(reach("", "市场监管").of("500237", Sector::Market), Reaches::NotTold);
    }

    #[test]
    fn a_category_reaches_the_fields_that_it_names() {
        let of = |category: &str, sector| reach("500237", category).of("500237", sector);
        assert_eq!(of("市场监督管理", Sector::Market), Reaches::Yes);
        assert_eq!(of("市场监督管理", Sector::Transport), Reaches::No);
        assert_eq!(of("交通运输、农业农村", Sector::Agriculture), Reaches::Yes);
        for sector in [Sector::Market, Sector::Agriculture, Sector::Transport, Sector::Housing, Sector::Emergency] {
            assert_eq!(of("综合执法", sector), Reaches::Yes);
            assert_eq!(of("A类", sector), Reaches::NotTold);
        }
        assert_eq!(of("市场监督管理", Sector::Other), Reaches::Yes);
    }
}
