//! Texts that the law fixes, and reading them back.
//!
//! Promise: what [`spot_remedy`] and [`correction_order`] write is read by [`read_remedy`] and
//! [`orders_correction`] as what the rules ask for, so the device's text and the rule agree.
//! Not here: layout, numbering, the rest of the document. Reading understands the customary
//! sentences; a text it cannot read counts as not saying what it must.

use crate::time::Date;
use std::fmt::Write as _;

/// 行政复议法 第二十条: days to apply for reconsideration.
pub const RECONSIDERATION_DAYS: u16 = 60;
/// 行政诉讼法 第四十五条: days to sue after the reconsideration decision.
pub const SUIT_DAYS: u16 = 15;

/// What the remedy text of an on-the-spot decision names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemedyTerms<'a> {
    /// Organ of reconsideration, such as `巫山县人民政府`.
    pub reconsideration_organ: &'a str,
    /// Where to apply on the internet; must be given if the decision is served that way
    /// (行政复议法 第二十二条).
    pub internet_channel: Option<&'a str>,
}

/// What a remedy text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RemedyFacts {
    /// It says that reconsideration must be applied for first.
    pub reconsideration_first: bool,
    /// It offers a suit without reconsideration.
    pub offers_direct_suit: bool,
    /// Days to apply for reconsideration.
    pub reconsideration_days: Option<u16>,
    /// Days to sue after the reconsideration decision.
    pub suit_days: Option<u16>,
    /// The organ named.
    pub organ: Option<String>,
}

/// The remedy text of an on-the-spot decision: reconsideration before any suit.
pub fn spot_remedy(terms: &RemedyTerms<'_>) -> String {
    let mut text = format!(
        "如不服本处罚决定，应当自收到本决定书之日起{}日内先向{}申请行政复议；对行政复议决定不服的，可以自收到行政复议决定书之日起{}日内依法向人民法院提起行政诉讼。未经行政复议，不得直接向人民法院提起行政诉讼。",
        numeral(RECONSIDERATION_DAYS),
        terms.reconsideration_organ,
        numeral(SUIT_DAYS),
    );
    if let Some(channel) = terms.internet_channel {
        let _ = write!(text, "提交行政复议申请书的互联网渠道：{channel}。");
    }
    text
}

/// Reads what a remedy text says.
pub fn read_remedy(text: &str) -> RemedyFacts {
    let mut facts = RemedyFacts::default();
    for sentence in text.split(['。', '；', ';', '\n']) {
        let applies = sentence.find("申请行政复议").or_else(|| sentence.find("申请复议"));
        if let Some(end) = applies {
            let before = sentence.get(..end).unwrap_or_default();
            facts.reconsideration_first |= before.contains("应当") && before.contains('先');
            facts.reconsideration_days = facts.reconsideration_days.or_else(|| days_in(before));
            facts.organ = facts.organ.or_else(|| organ_in(before));
        }
        read_suit(sentence, &mut facts);
    }
    facts
}

/// A suit is direct unless its sentence speaks of the decision made on reconsideration.
fn read_suit(sentence: &str, facts: &mut RemedyFacts) {
    let suit = |clause: &str| clause.contains("诉讼") || clause.contains("起诉") || clause.contains("人民法院");
    let after_review = sentence.find("复议决定");
    for clause in sentence.split(['，', ',']).filter(|clause| suit(clause)) {
        if clause.contains("不得") || clause.contains("不能") {
            continue;
        }
        let direct = ["直接", "月内", "或者", "也可以"].iter().any(|word| clause.contains(word));
        if after_review.is_none() || direct {
            facts.offers_direct_suit = true;
        } else {
            facts.suit_days = facts.suit_days.or_else(|| days_in(clause));
        }
    }
}

fn days_in(clause: &str) -> Option<u16> {
    let (before, _) = clause.split_once("日内").or_else(|| clause.split_once("日之内"))?;
    let start =
        before.rfind(|c: char| !is_numeral(c)).and_then(|i| Some(i + before.get(i..)?.chars().next()?.len_utf8()));
    read_numeral(before.get(start.unwrap_or(0)..)?.trim())
}

fn organ_in(before: &str) -> Option<String> {
    let (_, organ) = before.rsplit_once('向')?;
    let organ = organ.trim();
    (!organ.is_empty()).then(|| organ.to_owned())
}

/// By when the violation must be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectBy {
    /// 立即改正.
    AtOnce,
    /// 限期改正: by the end of this day.
    Day(Date),
}

/// What an order to correct names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrectionTerms<'a> {
    /// Party.
    pub party: &'a str,
    /// What was found, such as `销售的40种菜品未明码标价`.
    pub violation: &'a str,
    /// The provision broken, such as `《中华人民共和国价格法》第十三条第一款`.
    pub basis: &'a str,
    /// What to do, such as `对所售菜品明码标价`.
    pub measure: &'a str,
    /// By when.
    pub by: CorrectBy,
    /// Acting organ.
    pub organ: &'a str,
    /// Date of the order.
    pub on: Date,
}

/// The text of an order to correct (责令改正).
pub fn correction_order(terms: &CorrectionTerms<'_>) -> String {
    let when = match terms.by {
        CorrectBy::AtOnce => "立即改正".to_owned(),
        CorrectBy::Day(day) => format!("于{}前（含当日）改正", zh_date(day)),
    };
    format!(
        "{}：经查，你（单位）{}，违反了{}的规定。依据《中华人民共和国行政处罚法》第二十八条第一款，责令你（单位）{when}上述违法行为：{}。{}　{}",
        terms.party,
        terms.violation,
        terms.basis,
        terms.measure,
        terms.organ,
        zh_date(terms.on),
    )
}

/// Whether a text orders a correction, at once or within a period.
pub fn orders_correction(text: &str) -> bool {
    text.split_once("责令").is_some_and(|(_, order)| order.contains("改正"))
}

/// `2026年11月23日`.
pub fn zh_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || c == '十' || DIGITS.contains(&c)
}

/// Chinese numeral below one hundred; larger numbers stay in digits.
fn numeral(n: u16) -> String {
    let digit = |n: u16| DIGITS.get(usize::from(n)).copied().filter(|_| n > 0);
    if n == 0 || n >= 100 {
        return n.to_string();
    }
    let mut text = String::new();
    if n >= 10 {
        text.extend(digit(n / 10).filter(|_| n >= 20));
        text.push('十');
    }
    text.extend(digit(n % 10));
    text
}

fn read_numeral(text: &str) -> Option<u16> {
    if let Ok(n) = text.parse() {
        return Some(n);
    }
    (1..100).find(|n| numeral(*n) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_as_they_are_written() {
        for n in 1..200 {
            assert_eq!(read_numeral(&numeral(n)), Some(n));
        }
        assert_eq!([numeral(60), numeral(15), numeral(10), numeral(7)], ["六十", "十五", "十", "七"]);
    }

    #[test]
    fn the_spot_remedy_text_is_read_as_what_it_says() {
        let text = spot_remedy(&RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: None });
        let facts = read_remedy(&text);
        let said = RemedyFacts {
            reconsideration_first: true,
            offers_direct_suit: false,
            reconsideration_days: Some(60),
            suit_days: Some(15),
            organ: Some("巫山县人民政府".to_owned()),
        };
        assert_eq!(facts, said, "{text}");
    }

    #[test]
    fn the_text_before_the_2023_reconsideration_law_is_read_as_a_direct_suit() {
        for old in [
            "如不服本决定，可以在收到本决定书之日起60日内向巫山县人民政府申请行政复议，也可以在六个月内依法向人民法院提起行政诉讼。",
            "可在六十日内向巫山县人民政府申请行政复议；或者直接向人民法院起诉。",
            "应当先向巫山县人民政府申请行政复议；对复议决定不服的，可以起诉，也可以直接向人民法院提起行政诉讼。",
        ] {
            assert!(read_remedy(old).offers_direct_suit, "{old}");
        }
    }

    #[test]
    fn a_correction_order_orders_a_correction() {
        let terms = CorrectionTerms {
            party: "巫山县某餐饮有限公司",
            violation: "销售的40种菜品未明码标价",
            basis: "《中华人民共和国价格法》第十三条第一款",
            measure: "对所售菜品明码标价",
            by: CorrectBy::AtOnce,
            organ: "巫山县市场监督管理局",
            on: Date::constant(2026, 11, 23),
        };
        assert!(orders_correction(&correction_order(&terms)));
        let later = CorrectionTerms { by: CorrectBy::Day(Date::constant(2026, 11, 30)), ..terms };
        assert!(correction_order(&later).contains("于2026年11月30日前（含当日）改正"));
        assert!(orders_correction(&correction_order(&later)));
        assert!(!orders_correction("请注意明码标价。"));
    }
}
