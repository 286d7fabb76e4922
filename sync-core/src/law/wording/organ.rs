//! The organ of reconsideration that a text names.

use super::lexer::{Lexeme, What, plain};
use super::phrases::Word;
use std::collections::BTreeSet;

/// How the name of an organ ends.
const ENDINGS: [&str; 9] = ["人民政府", "政府", "委员会", "办事处", "管理局", "局", "厅", "机关", "部"];
/// Words that stand between the organ and the verb, or before its name.
const AROUND: [&str; 17] = [
    "依法",
    "书面",
    "口头",
    "当面",
    "邮寄",
    "以书面形式",
    "以书面方式",
    "提出",
    "提交",
    "递交",
    "及时",
    "在线",
    "另行",
    "行政复议机关",
    "复议机关",
    "即",
    "：",
];
/// What says that there is an organ and not which.
const NAMELESS: [&str; 8] =
    ["人民政府", "本级人民政府", "同级人民政府", "当地人民政府", "有权机关", "有关机关", "政府", "本级政府"];

/// The organs named in a sentence: after 向 and before 申请行政复议, or after 行政复议机关.
pub(super) fn named(text: &str, words: &[Lexeme<Word>]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, lexeme) in words.iter().enumerate() {
        if lexeme.is(Word::Apply) || lexeme.is(Word::ApplyPeriod) {
            names.extend(before_verb(text, words.get(..at).unwrap_or_default(), lexeme.from));
        }
        if lexeme.is(Word::Organ) {
            names.extend(after_title(text, lexeme.to));
        }
    }
    names
}

fn before_verb(text: &str, words: &[Lexeme<Word>], end: usize) -> BTreeSet<String> {
    let Some(to) = words.iter().rposition(|one| one.is(Word::To)) else { return BTreeSet::new() };
    let between = words.get(to..).unwrap_or_default();
    if between.iter().any(|one| one.is(Word::Suit) || one.is(Word::Apply) || one.is(Word::Court)) {
        return BTreeSet::new();
    }
    let mut names = vec![String::new()];
    let (mut at, mut depth) = (between.first().map_or(end, |one| one.to), 0usize);
    for lexeme in between.iter().skip(1) {
        if depth == 0 {
            push(&mut names, text.get(at..lexeme.from));
        }
        match lexeme.what {
            What::Open => depth += 1,
            What::Close => depth = depth.saturating_sub(1),
            What::Comma | What::Word(Word::Or) if depth == 0 => names.push(String::new()),
            What::Word(Word::Beside | Word::Organ | Word::This) if depth == 0 => {
                push(&mut names, text.get(lexeme.from..lexeme.to));
            }
            What::Word(_) | What::Length(_) | What::Date | What::Stop | What::Comma => {}
        }
        at = lexeme.to;
    }
    push(&mut names, text.get(at..end));
    names.iter().filter_map(|name| normalised(name)).collect()
}

fn push(names: &mut [String], part: Option<&str>) {
    if let (Some(name), Some(part)) = (names.last_mut(), part) {
        name.push_str(part);
    }
}

/// `行政复议机关：巫山县人民政府`, `行政复议机关为…`, `行政复议机关（…）`.
fn after_title(text: &str, from: usize) -> Option<String> {
    let rest = text.get(from..)?;
    let name = ["名称：", "名称为", "：", "为", "是", "（"].iter().find_map(|mark| rest.strip_prefix(mark))?;
    let end = name.find(['，', '。', '；', '（', '）', '、']).unwrap_or(name.len());
    let name = normalised(name.get(..end)?)?;
    ENDINGS.iter().any(|ending| name.ends_with(ending)).then_some(name)
}

fn normalised(name: &str) -> Option<String> {
    let mut name = name.trim();
    while let Some(shorter) = AROUND.iter().find_map(|word| name.strip_prefix(word).or_else(|| name.strip_suffix(word)))
    {
        name = shorter;
    }
    (!name.is_empty() && !NAMELESS.contains(&name)).then(|| name.to_owned())
}

/// Whether `named` is the organ `expected`: the province before it and its office of reconsideration behind it may stand.
pub fn is_organ(named: &str, expected: &str) -> bool {
    let expected = plain(expected);
    let Some((before, behind)) = named.split_once(expected.as_str()) else { return false };
    let above = before.is_empty()
        || ["省", "自治区", "市", "本级人民政府", "同级人民政府"].iter().any(|end| before.ends_with(end))
            && !before.contains("局");
    above && (behind.is_empty() || behind.starts_with("行政复议"))
}
