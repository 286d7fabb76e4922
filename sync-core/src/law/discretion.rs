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

/// What the law allows for an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FineRange {
    /// From a minimum to a maximum.
    Between {
        /// The lowest fine the law names.
        min: Fen,
        /// The highest.
        max: Fen,
    },
    /// Only a maximum is named.
    UpTo(Fen),
}

/// How heavy a penalty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    /// 减轻: below what the law names.
    Reduced,
    /// 从轻.
    Lighter,
    /// 一般.
    Ordinary,
    /// 从重.
    Heavier,
}

impl Grade {
    /// The word of the decree.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Reduced => "减轻",
            Self::Lighter => "从轻",
            Self::Ordinary => "一般",
            Self::Heavier => "从重",
        }
    }
}

/// Both ends belong to the band.
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
    /// A fine of `min` to `max` times `base` (货值金额, 违法所得). `None` if it overflows.
    pub fn multiples(base: Fen, min: u32, max: u32) -> Option<Self> {
        let times = |n: u32| base.get().checked_mul(i64::from(n)).and_then(|fen| Fen::new(fen).ok());
        Some(Self::Between { min: times(min)?, max: times(max)? })
    }

    /// The band of a grade. `None` where no whole fen lies in it.
    pub fn band(self, grade: Grade) -> Option<Band> {
        let (min, max) = match self {
            Self::Between { min, max } => (min.get(), max.get()),
            Self::UpTo(max) => (0, max.get()),
        };
        let span = i128::from(max) - i128::from(min);
        // Lowest whole fen at or above, highest at or below, `percent` of the span.
        let above = |percent: u8| i128::from(min) + (span * i128::from(percent) + 99).div_euclid(100);
        let below = |percent: u8| i128::from(min) + (span * i128::from(percent)).div_euclid(100);
        let floor = match self {
            Self::Between { .. } => i128::from(min),
            Self::UpTo(_) => above(REDUCED_PERCENT),
        };
        let (lowest, highest) = match grade {
            Grade::Reduced => (1, floor - 1),
            Grade::Lighter => (floor, below(LIGHTER_PERCENT)),
            Grade::Ordinary => (below(LIGHTER_PERCENT) + 1, above(HEAVIER_PERCENT) - 1),
            Grade::Heavier => (above(HEAVIER_PERCENT), i128::from(max)),
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
    fn decree_355_article_16_divides_1000_to_10000_yuan() {
        let range = FineRange::Between { min: Fen::yuan(1_000), max: Fen::yuan(10_000) };
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "999.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("1,000", "3,700"));
        assert_eq!(yuan(range, Grade::Ordinary), pair("3,700.01", "7,299.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("7,300", "10,000"));
    }

    #[test]
    fn decree_355_article_16_divides_a_maximum_of_30000_yuan() {
        let range = FineRange::UpTo(Fen::yuan(30_000));
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "2,999.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("3,000", "9,000"));
        assert_eq!(yuan(range, Grade::Ordinary), pair("9,000.01", "20,999.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("21,000", "30,000"));
    }

    #[test]
    fn decree_355_article_16_divides_the_price_marking_maximum_of_5000_yuan() {
        let range = FineRange::UpTo(Fen::yuan(5_000));
        assert_eq!(yuan(range, Grade::Reduced), pair("0.01", "499.99"));
        assert_eq!(yuan(range, Grade::Lighter), pair("500", "1,500"));
        assert_eq!(yuan(range, Grade::Ordinary), pair("1,500.01", "3,499.99"));
        assert_eq!(yuan(range, Grade::Heavier), pair("3,500", "5,000"));
    }

    #[test]
    fn decree_355_article_16_is_exact_where_percents_are_not_whole_fen() {
        let range = FineRange::UpTo(Fen::new(33).unwrap());
        // 10 % is 3.3 fen, 30 % is 9.9, 70 % is 23.1.
        let bands = [Grade::Reduced, Grade::Lighter, Grade::Ordinary, Grade::Heavier].map(|g| {
            let band = range.band(g).unwrap();
            (band.lowest.get(), band.highest.get())
        });
        assert_eq!(bands, [(1, 3), (4, 9), (10, 23), (24, 33)]);
    }

    #[test]
    fn decree_355_article_16_reads_multiples_of_an_amount() {
        let range = FineRange::multiples(Fen::yuan(1_000), 1, 10).unwrap();
        assert_eq!(yuan(range, Grade::Lighter), pair("1,000", "3,700"));
        assert_eq!(FineRange::multiples(Fen::new(i64::MAX).unwrap(), 1, 2), None);
    }

    #[test]
    fn a_band_without_a_whole_fen_is_empty() {
        let fixed = FineRange::Between { min: Fen::yuan(500), max: Fen::yuan(500) };
        assert_eq!(fixed.band(Grade::Ordinary), None);
        assert_eq!(yuan(fixed, Grade::Lighter), pair("500", "500"));
        assert_eq!(FineRange::Between { min: Fen::ZERO, max: Fen::yuan(1) }.band(Grade::Reduced), None);
    }
}
