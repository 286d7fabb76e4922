//! Bounds how much of a text is indexed.
//!
//! Promise: a text produces a bounded number of index rows; normal texts stay far below. A longer text is cut at its
//! end, where the least important parts are, and is compared in its cut form, so a case is found by the same words
//! before and after it is indexed. Not here: the order of a case's parts (`flow::projection`).

use super::words::{grams, normal};

/// Most grams of one text. Twenty pages of Chinese prose have about eight thousand.
pub const GRAMS: usize = 16_384;

/// The part of a normalised text that is indexed and compared.
pub fn compared(text: &str) -> String {
    let mut whole = normal(text);
    if fits(&whole) {
        return whole;
    }
    let places: Vec<usize> = whole.char_indices().map(|(place, _)| place).collect();
    // Every gram of a prefix is a gram of the whole text, so binary search finds the longest prefix that fits.
    let characters = places.partition_point(|place| fits(whole.get(..*place).unwrap_or_default()));
    whole.truncate(characters.checked_sub(1).and_then(|last| places.get(last)).copied().unwrap_or_default());
    whole
}

fn fits(normal: &str) -> bool {
    // Each character starts at most three grams, so most texts need no check.
    let few = normal.len() * 3 <= GRAMS;
    few || grams(normal).into_iter().collect::<std::collections::BTreeSet<i64>>().len() <= GRAMS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many different characters, one after another.
    fn ideographs(count: u32) -> String {
        ('\u{4e00}'..).take(usize::try_from(count).unwrap()).collect()
    }

    fn distinct(normal: &str) -> usize {
        grams(normal).into_iter().collect::<std::collections::BTreeSet<i64>>().len()
    }

    #[test]
    fn prose_is_in_the_index_whole() {
        let prose = "当事人在巫峡镇经营餐饮，经检查发现后厨存放超过保质期的食品原料三袋。".repeat(500);
        assert_eq!(compared(&prose), normal(&prose));
    }

    #[test]
    fn what_has_too_many_grams_is_cut_at_the_last_character_that_fits() {
        let all = normal(&ideographs(20_000));
        let cut = compared(&all);
        assert!(all.starts_with(&cut) && cut.len() < all.len());
        assert!(distinct(&cut) <= GRAMS, "{}", distinct(&cut));
        let next = all.get(cut.len()..).unwrap().chars().next().unwrap();
        assert!(distinct(&format!("{cut}{next}")) > GRAMS, "one more does not fit");
    }
}
