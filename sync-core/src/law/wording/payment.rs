//! Parses payment instructions (罚款决定与罚款收缴分离实施办法 第七条).

use super::lexer::{Length, Phrases, What, plain};
use super::{SURCHARGE_PERCENT, numeral};
use crate::money::Fen;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What 第七条 wants stated, besides amount and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Particular {
    /// Who collects: a bank by its name, or a payment system by a code.
    Collector,
    /// Where: an address, an account, or the code.
    Place,
    /// Whether a surcharge is added, and at the rate of the law if one is.
    Surcharge,
}

/// What a payment text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentFacts {
    /// Which particulars it states.
    pub stated: BTreeSet<Particular>,
    /// Every amount that it names as the fine.
    pub amounts: BTreeSet<Fen>,
    /// Every period that it states for paying.
    pub periods: BTreeSet<Length>,
    /// The fine is collected on the spot (行政处罚法 第六十八条、第六十九条).
    pub on_the_spot: bool,
    /// It gives a ground of these articles for that.
    pub on_the_spot_because: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Bank,
    Code,
    Surcharge,
    NoSurcharge,
    OnTheSpot,
    NotOnTheSpot,
    OtherVerb,
    Delay,
}

static PHRASES: LazyLock<Phrases<Word>> = LazyLock::new(|| {
    Phrases::new(&[
        (Some(Word::Bank), &["银行", "信用社", "信用合作社", "农商行", "农信社", "工行", "农行", "建行", "邮储"]),
        (Some(Word::Code), &["缴款码", "缴款识别码", "缴费码", "二维码", "缴款书", "收款码", "缴款通知单", "执收编码"]),
        (Some(Word::Surcharge), &["加处罚款", "加收罚款", "加处"]),
        (
            Some(Word::NoSurcharge),
            &["不加处罚款", "不再加处罚款", "不予加处罚款", "免予加处罚款", "不加收罚款", "不加处"],
        ),
        (Some(Word::OnTheSpot), &["当场收缴", "当场缴纳", "当场缴清", "当场收取", "当场缴款"]),
        (Some(Word::NotOnTheSpot), &["不当场收缴", "不得当场收缴", "未当场收缴"]),
        (Some(Word::OtherVerb), &["申请行政复议", "行政诉讼", "提起诉讼", "催告", "改正"]),
        (Some(Word::Delay), &["逾期"]),
        // The ground of 第六十八条第二项, not a refusal.
        (None, &["不当场收缴事后"]),
    ])
});

/// The grounds of 第六十八条第二项 and 第六十九条.
const GROUNDS: [&str; 5] = ["事后难以执行", "边远", "水上", "交通不便", "确有困难"];
/// Words before 银行 that name none.
const NAMELESS: [&str; 27] = [
    "指定", "的", "任意", "任一", "一家", "各", "有关", "代收", "代理", "由", "就近", "附近", "其他", "商业", "开户",
    "到", "在", "至", "向", "本市", "本县", "当地", "机构", "通过", "或者", "中", "家",
];

/// Reads what a payment text says.
pub fn read_payment(text: &str) -> PaymentFacts {
    let text = plain(text);
    let words = PHRASES.read(&text);
    let has = |word: Word| words.iter().any(|one| one.is(word));
    let named = words.iter().any(|one| one.is(Word::Bank) && is_named(&text, one.from));
    let code = words.iter().any(|one| one.is(Word::Code)) || text.contains("http");
    let particulars = [
        (Particular::Collector, named || code),
        (Particular::Place, code || says_where(&text)),
        (Particular::Surcharge, has(Word::NoSurcharge) || has(Word::Surcharge) && rate_of_law(&text)),
    ];
    let mut facts = PaymentFacts {
        stated: particulars.into_iter().filter(|(_, stated)| *stated).map(|(particular, _)| particular).collect(),
        on_the_spot_because: GROUNDS.iter().any(|ground| text.contains(ground)),
        on_the_spot: has(Word::OnTheSpot) && !has(Word::NotOnTheSpot),
        ..PaymentFacts::default()
    };
    for sentence in words.split(|word| word.what == What::Stop) {
        let other = sentence.iter().any(|one| one.is(Word::OtherVerb));
        let late = sentence.iter().position(|one| one.is(Word::Delay)).unwrap_or(sentence.len());
        for one in sentence.get(..late).unwrap_or_default().iter().filter(|_| !other) {
            if let What::Length(length) = one.what {
                facts.periods.insert(length);
            }
        }
    }
    facts.amounts = amounts(&text);
    facts
}

/// Whether something stands before 银行 that tells which bank.
fn is_named(text: &str, bank: usize) -> bool {
    let before = text.get(..bank).unwrap_or_default();
    let start = before
        .rfind(|c: char| !is_name(c))
        .map_or(0, |at| at + before.get(at..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8));
    let mut name = before.get(start..).unwrap_or_default().to_owned();
    // What stands before the last verb or 到 is no part of the name.
    if let Some(at) = ["到", "至", "向", "在", "由", "通过", "缴至", "构"]
        .iter()
        .filter_map(|word| name.rfind(word).map(|at| at + word.len()))
        .max()
    {
        name = name.get(at..).unwrap_or_default().to_owned();
    }
    for word in NAMELESS {
        name = name.replace(word, "");
    }
    name.chars().count() >= 2
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric()
}

/// An address with its number or name, or an account with its digits.
fn says_where(text: &str) -> bool {
    let behind =
        |word: &str| text.match_indices(word).filter_map(|(at, _)| text.get(at + word.len()..)).collect::<Vec<_>>();
    let filled = |rest: &str| {
        let value = rest.trim_start_matches(['：', '为', '是', '于', '（', '号']);
        value.chars().take_while(|c| is_name(*c)).count() >= 2
    };
    let account = ["账号", "帐号", "账户", "帐户"]
        .iter()
        .flat_map(|word| behind(word))
        .any(|rest| rest.chars().take(40).filter(char::is_ascii_digit).count() >= 6);
    let address = ["地址", "住所", "位于"].iter().flat_map(|word| behind(word)).any(filled);
    let street = ["路", "街", "大道", "巷", "村"].iter().flat_map(|word| behind(word)).any(|rest| {
        numeral::leading(rest).is_some_and(|(_, digits)| rest.get(digits..).is_some_and(|rest| rest.starts_with('号')))
    });
    account || address || street
}

/// 每日百分之三, `3%`. A surcharge without a rate is the law's.
fn rate_of_law(text: &str) -> bool {
    let law = u64::from(SURCHARGE_PERCENT);
    let rates: Vec<Option<u64>> = text
        .match_indices("百分之")
        .map(|(at, word)| numeral::leading(text.get(at + word.len()..).unwrap_or_default()).map(|(rate, _)| rate))
        .chain(text.match_indices('%').map(|(at, _)| {
            let digits: String = text
                .get(..at)
                .unwrap_or_default()
                .chars()
                .rev()
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .collect();
            digits.chars().rev().collect::<String>().parse().ok()
        }))
        .collect();
    let other = ["千分之", "万分之", "‰"].iter().any(|word| text.contains(word));
    !other && rates.iter().all(|rate| *rate == Some(law))
}

/// The amounts before 元. `3,000.50元` keeps its fen.
fn amounts(text: &str) -> BTreeSet<Fen> {
    let mut found = BTreeSet::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match numeral::leading(rest) {
            Some((yuan, digits)) => {
                let (fen, decimals) = decimals(rest.get(digits..).unwrap_or_default());
                let behind = rest.get(digits + decimals..).unwrap_or_default();
                if behind.starts_with('元') || behind.starts_with("圆") {
                    let amount = i64::try_from(yuan).ok().and_then(|yuan| yuan.checked_mul(100)?.checked_add(fen));
                    found.extend(amount.and_then(|fen| Fen::new(fen).ok()));
                }
                at += digits + decimals;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// `.5`, `.50` as fen, with the bytes they take.
fn decimals(rest: &str) -> (i64, usize) {
    let Some(part) = rest.strip_prefix('.') else { return (0, 0) };
    let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
    match digits.len() {
        1 | 2 => (format!("{digits:0<2}").parse().unwrap_or(0), 1 + digits.len()),
        _ => (0, 0),
    }
}
