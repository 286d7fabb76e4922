//! Normalisation of text for the search: letters and digits, independent of width, case and punctuation.
//!
//! Promise: a text and a query are normalised alike, line by line: Unicode NFKC (`１` is `1`, `Ａ` is `A`), lower case
//! (one sigma in every position), and only letters, digits and private-use characters (rare characters in names). So
//! 渝巫市监罚〔2026〕1号 is found by `罚[2026]1号`, 渝F·12345 by 渝f12345, 阿卜杜拉·买买提 by 阿卜杜拉买买提. A query is split at white space
//! into words; each word must occur within one line. Not here: the text of a case (`flow::projection`) and the index
//! (`super::posting`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizer;

/// Bits of the numbers that trigrams of ideographs share: a text of a thousand characters has a fifth of the 4,096.
const FOLDED_BITS: u32 = 12;

/// The normalised form of a text, line by line.
pub fn normal(text: &str) -> String {
    let mut compared = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut line = reduced(line);
        // Removing characters between two marks can change their order, so the line is normalised again.
        while !line.is_ascii() && !ComposingNormalizer::new_nfkc().is_normalized(&line) {
            let again = reduced(&line);
            if again == line {
                break;
            }
            line = again;
        }
        if !line.is_empty() {
            compared.push_str(&line);
            compared.push('\n');
        }
    }
    compared
}

/// A line in normal form and lower case, without ignored characters.
fn reduced(line: &str) -> String {
    let mut lower = nfkc(line);
    if !lower.chars().all(is_lower) {
        // The lower case of a normalised character may have another normal form, so it is normalised again.
        let small: String = lower.chars().flat_map(char::to_lowercase).collect();
        lower = Cow::Owned(nfkc(&small).chars().flat_map(char::to_lowercase).collect());
    }
    lower.chars().map(|c| if c == 'ς' { 'σ' } else { c }).filter(|c| counts(*c)).collect()
}

/// Whether lower-casing leaves it unchanged, as for most text.
fn is_lower(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_uppercase() } else { c.to_lowercase().eq([c]) }
}

fn nfkc(text: &str) -> Cow<'_, str> {
    ComposingNormalizer::new_nfkc().normalize(text)
}

fn counts(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}');
    c.is_alphanumeric() || private
}

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Parses a query; none if it has no letter and no digit.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut words: Vec<String> = typed.split_whitespace().map(|word| normal(word).replace('\n', "")).collect();
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        (!words.is_empty()).then_some(Self(words))
    }

    /// The words.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether each of them occurs in a text, given as it is compared.
    pub fn occur_in(&self, normal: &str) -> bool {
        self.0.iter().all(|word| normal.contains(word.as_str()))
    }

    /// At most `most` grams that a matching text must have, spread over each word. Trigrams are preferred; bigrams
    /// are used for words of two characters and where trigrams share numbers, single characters for words of one
    /// character.
    pub fn grams(&self, most: usize) -> Wanted {
        let (mut wanted, mut proof) = (Vec::new(), true);
        for word in &self.0 {
            let characters: Vec<char> = word.chars().collect();
            match *characters.as_slice() {
                [] => {}
                [only] => wanted.push(single(only)),
                [a, b] => wanted.push(pair(a, b)),
                [a, b, c] if !folds([a, b, c]) => wanted.push(triple([a, b, c])),
                _ => {
                    proof = false;
                    wanted.extend(of_long(&characters));
                }
            }
        }
        let mut seen = BTreeSet::new();
        wanted.retain(|gram| seen.insert(*gram));
        let step = wanted.len().div_ceil(most.max(1)).max(1);
        Wanted { proof: proof && step == 1, grams: wanted.into_iter().step_by(step).collect() }
    }
}

/// The grams of a word of at least three characters, in their order.
fn of_long(characters: &[char]) -> Vec<i64> {
    let mut wanted = Vec::new();
    // Whether a trigram with its own number contains the pair that starts here.
    let mut held = false;
    for three in characters.array_windows::<3>() {
        let [a, b, _] = *three;
        let alone = !folds(*three);
        if !held && !alone {
            wanted.push(pair(a, b));
        }
        wanted.push(triple(*three));
        held = alone;
    }
    if let (false, &[.., a, b]) = (held, characters) {
        wanted.push(pair(a, b));
    }
    wanted
}

/// The grams to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The grams that a matching text must have.
    pub grams: BTreeSet<i64>,
    /// Whether having all grams proves the match; otherwise the text is compared.
    pub proof: bool,
}

fn single(c: char) -> i64 {
    i64::from(u32::from(c))
}

/// A character has 21 bits, and no text has the character zero: no pair is a single one.
fn pair(first: char, second: char) -> i64 {
    single(first) << 21 | single(second)
}

/// A trigram. A character has 21 bits, so three fit into a number; but nearly every three ideographs would be a row of
/// their own, so these share numbers below zero ([`FOLDED_BITS`]). Another numbering needs a migration that rebuilds the
/// index.
fn triple([a, b, c]: [char; 3]) -> i64 {
    let alone = single(a) << 42 | pair(b, c);
    if !folds([a, b, c]) {
        return alone;
    }
    // Fibonacci hashing: the highest bits depend on all.
    let mixed = alone.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - FOLDED_BITS);
    -1 - i64::try_from(mixed).unwrap_or_default()
}

/// Whether three characters share a number: ideographs, of which pairs are rare already.
fn folds(three: [char; 3]) -> bool {
    let ideograph =
        |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    three.iter().all(ideograph)
}

/// Every character, pair and triple of neighbours in a line of a normalised text, with repetitions, unordered.
pub fn grams(normal: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for line in normal.split('\n') {
        let characters: Vec<char> = line.chars().collect();
        found.extend(characters.iter().map(|c| single(*c)));
        found.extend(characters.array_windows().map(|[a, b]| pair(*a, *b)));
        found.extend(characters.array_windows().map(|three| triple(*three)));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(typed: &str, text: &str) -> bool {
        Words::parse(typed).is_some_and(|words| words.occur_in(&normal(text)))
    }

    #[test]
    fn width_case_and_marks_between_do_not_matter() {
        for (typed, text) in [
            ("罚[2026]1号", "渝巫市监罚〔2026〕1号"),
            ("渝f12345", "渝F·12345"),
            ("１２３", "No. 123"),
            ("张三", "张　三"),
            ("阿卜杜拉买买提", "阿卜杜拉·买买提"),
            ("3月5日", "3 月 5 日"),
            ("palm", "ＰＡＬＭ"),
            ("100%_", "100%_原文"),
            ("istanbul", "İSTANBUL"),
            ("m2", "12㎡"),
            ("ΟΔΟΣ", "ΟΔΟΣ 1"),
            ("ΟΔΟΣ1", "οδος 1"),
            ("οδος", "ΟΔΟΣ"),
            ("\u{e123}", "王\u{e123}"),
        ] {
            assert!(found(typed, text), "{typed} in {text}");
        }
    }

    #[test]
    fn words_are_found_apart_and_characters_only_as_neighbours() {
        assert!(found("面馆 张三", "张三面馆"));
        assert!(!found("面馆 李四", "张三面馆"));
        assert!(!found("张面", "张三面馆"));
        assert!(!found("面馆检查", "张三面馆\n检查"), "a line ends there");
        assert_eq!(Words::parse(" %_- 、。"), None);
    }

    #[test]
    fn a_word_of_one_or_two_characters_is_a_gram() {
        let grams_of = |typed: &str| Words::parse(typed).unwrap().grams(12).grams;
        assert_eq!(grams_of("面"), BTreeSet::from([single('面')]));
        assert_eq!(grams_of("面馆"), BTreeSet::from([pair('面', '馆')]));
        assert_eq!(grams_of(&"面馆检查".repeat(20)).len(), 8);
        let long: String = ('一'..='龥').take(100).collect();
        assert_eq!(grams_of(&long).len(), 12);
    }

    #[test]
    fn three_characters_stand_for_themselves_unless_all_are_ideographs() {
        let grams_of = |typed: &str| Words::parse(typed).unwrap().grams(12);
        for typed in ["100", "李10", "2号楼", "иан", "𠀀a𠀀"] {
            let three: Vec<char> = typed.chars().collect();
            let wanted = BTreeSet::from([triple([three[0], three[1], three[2]])]);
            assert!(wanted.iter().all(|gram| *gram >= 1 << 42));
            assert_eq!(grams_of(typed), Wanted { grams: wanted, proof: true }, "{typed}");
        }
        let folded = triple(['面', '馆', '检']);
        assert!((-4096..0).contains(&folded));
        let wanted = BTreeSet::from([pair('面', '馆'), pair('馆', '检'), folded]);
        assert_eq!(grams_of("面馆检"), Wanted { grams: wanted, proof: false });
        let (first, last) = (triple(['李', '1', '0']), triple(['1', '0', '店']));
        assert_eq!(grams_of("李10店").grams, BTreeSet::from([first, last]), "no pair says more");
        let wanted = BTreeSet::from([pair('面', '馆'), folded, triple(['馆', '检', '1'])]);
        assert_eq!(grams_of("面馆检1").grams, wanted, "a pair that no three hold alone");
        assert_eq!(grams_of("1面馆检").grams, BTreeSet::from([triple(['1', '面', '馆']), folded, pair('馆', '检')]));
    }

    #[test]
    fn grams_are_proof_where_none_is_left_out() {
        let proof = |typed: &str| Words::parse(typed).unwrap().grams(12).proof;
        assert!(proof("面 馆检 a12") && !proof("面馆检") && !proof("1234"));
        assert!(proof("甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑"));
        assert!(!proof("甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑 寅"));
    }

    #[test]
    fn marks_that_come_together_stand_in_the_order_in_which_they_would_be_typed() {
        let once = normal("\u{fb3e}\u{1e95e}\u{16ff0}");
        assert_eq!(once, "\u{5de}\u{16ff0}\u{5bc}\n");
        assert_eq!(normal(&once), once);
    }

    proptest! {
        #[test]
        fn what_says_the_words_has_their_grams(text in "[张三李面馆aＢ１ 。\n]{0,40}", typed in "[张三李面馆aＢ１ ]{1,9}") {
            let compared = normal(&text);
            if let Some(words) = Words::parse(&typed) {
                let wanted = words.grams(3);
                let has = wanted.grams.is_subset(&grams(&compared).into_iter().collect());
                prop_assert!(has || !words.occur_in(&compared));
                prop_assert!(!wanted.proof || has == words.occur_in(&compared));
                let all = words.grams(99);
                prop_assert!(wanted.grams.is_subset(&all.grams) && all.proof >= wanted.proof);
            }
        }

        #[test]
        fn what_is_compared_stays_as_it_is(text in "\\PC{0,40}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }
    }
}
