//! Bands of a fine by Chongqing Decree 355 (重庆市规范行政处罚裁量权办法) 第十六条.
//!
//! Promise: exact in fen, no rounding: a band is given by its lowest and highest whole fen.
//! Not here: which circumstances lead to which grade (第十三至十五条), approval of a deviation.

use crate::money::Fen;

/// Numbers of 第十六条, in percent.
pub const LIGHTER_PERCENT: u8 = 30;
/// Where the heavier band begins, in percent.
pub const HEAVIER_PERCENT: u8 = 70;
/// Where the reduced band ends if the law names only a maximum, in percent.
pub const REDUCED_PERCENT: u8 = 10;

/// The fines that the law allows for an act: from a minimum to a maximum, or up to a maximum only. A minimum of zero is
/// not accepted, because a law without a minimum has different bands (第十六条第三项).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FineRange {
    /// In hundredths of a fen, since a multiple may be a fraction; none where only a maximum is named.
    low: Option<i128>,
    /// In hundredths of a fen.
    high: i128,
}

/// Why the amounts are not a range of fines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRange {
    /// A minimum of zero: the law then names only a maximum.
    #[error("a minimum of zero is none: give the maximum alone")]
    ZeroMinimum,
    /// A maximum of zero.
    #[error("a maximum of zero allows no fine")]
    ZeroMaximum,
    /// The minimum is above the maximum.
    #[error("the minimum is above the maximum")]
    Reversed,
    /// A minimum without a maximum.
    #[error("a minimum without a maximum")]
    NoMaximum,
}

/// How heavy a penalty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    /// 减轻: below the minimum of the law.
    Reduced,
    /// 从轻.
    Lighter,
    /// 一般.
    Standard,
    /// 从重.
    Heavier,
}

impl Grade {
    /// By its code in the schema.
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "reduced" => Some(Self::Reduced),
            "lighter" => Some(Self::Lighter),
            "standard" => Some(Self::Standard),
            "heavier" => Some(Self::Heavier),
            _ => None,
        }
    }

    /// The word of the decree.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Reduced => "减轻",
            Self::Lighter => "从轻",
            Self::Standard => "一般",
            Self::Heavier => "从重",
        }
    }
}

/// The fines of a grade. Both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The lowest fine.
    pub lowest: Fen,
    /// The highest fine.
    pub highest: Fen,
}

impl Band {
    /// Whether `fine` lies in the band.
    pub fn holds(self, fine: Fen) -> bool {
        self.lowest <= fine && fine <= self.highest
    }
}

impl FineRange {
    /// From a minimum to a maximum.
    ///
    /// # Errors
    /// [`BadRange`] where that is no range.
    pub fn between(min: Fen, max: Fen) -> Result<Self, BadRange> {
        Self::of(Some(100 * i128::from(min.get())), 100 * i128::from(max.get()))
    }

    /// Up to a maximum alone.
    ///
    /// # Errors
    /// [`BadRange::ZeroMaximum`].
    pub fn up_to(max: Fen) -> Result<Self, BadRange> {
        Self::of(None, 100 * i128::from(max.get()))
    }

    /// From `min` to `max` percent of `base` (货值金额, 违法所得): one time is 100 percent. Without `min` only a maximum is
    /// named.
    ///
    /// # Errors
    /// [`BadRange`] where that is no range.
    pub fn multiples(base: Fen, min: Option<u32>, max: u32) -> Result<Self, BadRange> {
        let times = |percent: u32| i128::from(base.get()) * i128::from(percent);
        Self::of(min.map(times), times(max))
    }

    /// The range that an item of the catalogue or a document states: no amounts, a maximum, or both. `None` if there are
    /// no amounts.
    ///
    /// # Errors
    /// [`BadRange`] where the amounts are no range.
    pub fn given(min: Option<Fen>, max: Option<Fen>) -> Result<Option<Self>, BadRange> {
        match (min, max) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(BadRange::NoMaximum),
            (None, Some(max)) => Self::up_to(max).map(Some),
            (Some(min), Some(max)) => Self::between(min, max).map(Some),
        }
    }

    fn of(low: Option<i128>, high: i128) -> Result<Self, BadRange> {
        match low {
            _ if high <= 0 => Err(BadRange::ZeroMaximum),
            Some(0) => Err(BadRange::ZeroMinimum),
            Some(low) if low > high => Err(BadRange::Reversed),
            low => Ok(Self { low, high }),
        }
    }

    /// Whether a fine is above the maximum of the law.
    pub fn is_exceeded_by(self, fine: Fen) -> bool {
        100 * i128::from(fine.get()) > self.high
    }

    /// The band of a grade. `None` if it contains no whole amount of fen.
    pub fn band(self, grade: Grade) -> Option<Band> {
        /// Of the unit in which percents of hundredths of a fen are whole.
        const FEN: i128 = 10_000;
        let span = self.high - self.low.unwrap_or(0);
        let at = |percent: u8| 100 * self.low.unwrap_or(0) + span * i128::from(percent);
        let floor = if self.low.is_some() { at(0) } else { at(REDUCED_PERCENT) };
        let above = |amount: i128| (amount + FEN - 1).div_euclid(FEN);
        let below = |amount: i128| amount.div_euclid(FEN);
        let (lowest, highest) = match grade {
            Grade::Reduced => (1, above(floor) - 1),
            Grade::Lighter => (above(floor), below(at(LIGHTER_PERCENT))),
            Grade::Standard => (below(at(LIGHTER_PERCENT)) + 1, above(at(HEAVIER_PERCENT)) - 1),
            Grade::Heavier => (above(at(HEAVIER_PERCENT)), below(at(100))),
        };
        let fen = |n: i128| i64::try_from(n).ok().and_then(|n| Fen::new(n).ok());
        let band = Band { lowest: fen(lowest)?, highest: fen(highest)? };
        (band.lowest <= band.highest).then_some(band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(range: FineRange, grade: Grade) -> (String, String) {
        let band = range.band(grade).unwrap();
        (band.lowest.to_string(), band.highest.to_string())
    }

    fn pair(lowest: &str, highest: &str) -> (String, String) {
        (lowest.to_owned(), highest.to_owned())
    }

    #[test]
    fn each_grade_has_its_code_and_its_word_and_no_other_code_is_one() {
        let grades = [Grade::Reduced, Grade::Lighter, Grade::Standard, Grade::Heavier];
        let codes = ["reduced", "lighter", "standard", "heavier"];
        assert_eq!(codes.map(Grade::of_code), grades.map(Some));
        assert_eq!(grades.map(Grade::zh), ["减轻", "从轻", "一般", "从重"]);
        assert_eq!(["", "Reduced", "mild"].map(Grade::of_code), [None; 3]);
    }

    #[test]
    fn decree_355_article_16_divides_1000_to_10000_yuan() {
        let range = FineRange::between(Fen::yuan(1_000), Fen::yuan(10_000)).unwrap();
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "999.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("1,000", "3,700"));
        assert_eq!(yuan(range, Grade::Standard), pair("3,700.01", "7,299.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("7,300", "10,000"));
    }

    #[test]
    fn decree_355_article_16_divides_a_maximum_of_30000_yuan() {
        let range = FineRange::up_to(Fen::yuan(30_000)).unwrap();
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "2,999.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("3,000", "9,000"));
        assert_eq!(yuan(range, Grade::Standard), pair("9,000.01", "20,999.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("21,000", "30,000"));
    }

    #[test]
    fn decree_355_article_16_divides_the_price_marking_maximum_of_5000_yuan() {
        let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "499.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("500", "1,500"));
        assert_eq!(yuan(range, Grade::Standard), pair("1,500.01", "3,499.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("3,500", "5,000"));
    }

    #[test]
    fn decree_355_article_16_is_exact_where_percents_are_not_whole_fen() {
        let range = FineRange::up_to(Fen::new(33).unwrap()).unwrap();
        // 10 % is 3.3 fen, 30 % is 9.9, 70 % is 23.1.
        let bands = [Grade::Reduced, Grade::Lighter, Grade::Standard, Grade::Heavier].map(|g| {
            let band = range.band(g).unwrap();
            (band.lowest.get(), band.highest.get())
        });
        assert_eq!(bands, [(1, 3), (4, 9), (10, 23), (24, 33)]);
    }

    #[test]
    fn decree_355_article_16_divides_multiples_of_an_amount_and_fractions_of_it() {
        let range = FineRange::multiples(Fen::yuan(1_000), Some(100), 1_000).unwrap();
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "999.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("1,000", "3,700"));
        assert_eq!(yuan(range, Grade::Heavier), pair("7,300", "10,000"));
        // 5 % to 10 % of 3.33 yuan: 16.65 to 33.3 fen.
        let range = FineRange::multiples(Fen::new(333).unwrap(), Some(5), 10).unwrap();
        let bands = [Grade::Reduced, Grade::Lighter, Grade::Standard, Grade::Heavier].map(|g| {
            let band = range.band(g).unwrap();
            (band.lowest.get(), band.highest.get())
        });
        assert_eq!(bands, [(1, 16), (17, 21), (22, 28), (29, 33)]);
        let up_to = FineRange::multiples(Fen::yuan(1_000), None, 500).unwrap();
        assert_eq!(Ok(up_to), FineRange::up_to(Fen::yuan(5_000)));
        assert!(FineRange::multiples(Fen::new(i64::MAX).unwrap(), Some(1), u32::MAX).is_ok());
    }

    #[test]
    fn a_band_without_a_whole_fen_is_empty() {
        let fixed = FineRange::between(Fen::yuan(500), Fen::yuan(500)).unwrap();
        assert_eq!(fixed.band(Grade::Standard), None);
        assert_eq!(yuan(fixed, Grade::Lighter), pair("500", "500"));
    }

    #[test]
    fn a_maximum_alone_is_no_range_from_zero() {
        assert_eq!(FineRange::between(Fen::ZERO, Fen::yuan(5_000)), Err(BadRange::ZeroMinimum));
        assert_eq!(FineRange::given(Some(Fen::ZERO), Some(Fen::yuan(5_000))), Err(BadRange::ZeroMinimum));
        let alone = FineRange::given(None, Some(Fen::yuan(5_000))).unwrap().unwrap();
        assert_eq!(yuan(alone, Grade::Reduced), pair("0.01", "499.99"));
        let smallest = FineRange::between(Fen::new(1).unwrap(), Fen::yuan(5_000)).unwrap();
        assert_eq!(smallest.band(Grade::Reduced), None);
        assert_eq!(FineRange::given(None, None), Ok(None));
        assert_eq!(FineRange::given(Some(Fen::yuan(1)), None), Err(BadRange::NoMaximum));
        assert_eq!(FineRange::between(Fen::yuan(2), Fen::yuan(1)), Err(BadRange::Reversed));
        assert_eq!(FineRange::up_to(Fen::ZERO), Err(BadRange::ZeroMaximum));
    }

    #[test]
    fn the_maximum_itself_is_allowed_and_one_fen_more_is_not() {
        let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
        assert!(!range.is_exceeded_by(Fen::yuan(5_000)));
        assert!(range.is_exceeded_by(Fen::new(500_001).unwrap()));
    }
}
