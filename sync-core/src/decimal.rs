//! A decimal number: a coefficient and the number of digits after the point.
//!
//! Promise: exact, and equal numbers have one representation: `3.50` and `3.5` are the same decimal with the same bytes, so that
//! two officers who measured the same do not disagree. At most 18 digits after the point; the coefficient is a 64-bit integer.
//! Not here: arithmetic. The number of digits that somebody typed is not kept.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Most digits after the point.
pub const MAX_PLACES: u8 = 18;

/// The text is not a decimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal: {0}; write digits with at most 18 after the point, such as 3.25 or -18")]
pub struct NotDecimal(String);

/// `coefficient` / 10^`places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    coefficient: i64,
    places: u8,
}

impl Decimal {
    /// The number `coefficient` / 10^`places`. `None` if it has more than 18 digits after the point without trailing zeros.
    ///
    /// ```
    /// use sync_core::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::new(350, 2), Decimal::new(35, 1));
    /// assert_eq!(Decimal::new(350, 2).unwrap().to_string(), "3.5");
    /// assert_eq!(Decimal::new(1, 19), None);
    /// ```
    pub const fn new(coefficient: i64, places: u8) -> Option<Self> {
        let (mut coefficient, mut places) = (coefficient, places);
        while places > 0 && coefficient % 10 == 0 {
            coefficient /= 10;
            places -= 1;
        }
        if places > MAX_PLACES { None } else { Some(Self { coefficient, places }) }
    }

    /// All its digits, as an integer.
    pub const fn coefficient(self) -> i64 {
        self.coefficient
    }

    /// The number of digits after the point: 0 to 18.
    pub const fn places(self) -> u8 {
        self.places
    }

    /// With 18 digits after the point; at most 9.3 · 10³⁶, which 128 bits hold.
    fn scaled(self) -> i128 {
        i128::from(self.coefficient) * 10_i128.pow(u32::from(MAX_PLACES - self.places))
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self { coefficient: whole, places: 0 }
    }
}

impl Ord for Decimal {
    /// As numbers.
    fn cmp(&self, other: &Self) -> Ordering {
        self.scaled().cmp(&other.scaled())
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Decimal {
    type Err = NotDecimal;

    /// Reads an optional minus, digits, and a point with further digits where there are any.
    ///
    /// # Errors
    /// [`NotDecimal`] for anything else: no digits before or after the point, a plus, an exponent, thousands separated, more than
    /// 18 digits after the point, or more digits than 64 bits hold.
    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let wrong = || NotDecimal(text.to_owned());
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(unsigned) || !fraction.is_none_or(digits) {
            return Err(wrong());
        }
        let fraction = fraction.unwrap_or_default().trim_end_matches('0');
        let coefficient = format!("{whole}{fraction}").parse().map_err(|_large| wrong())?;
        u8::try_from(fraction.len()).ok().and_then(|places| Self::new(coefficient, places)).ok_or_else(wrong)
    }
}

impl fmt::Display for Decimal {
    /// The only text of this number, without trailing zeros and without a trailing point.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.places == 0 {
            return write!(to, "{}", self.coefficient);
        }
        let minus = if self.coefficient < 0 { "-" } else { "" };
        let unit = 10_u64.pow(u32::from(self.places));
        let digits = self.coefficient.unsigned_abs();
        let (whole, fraction, width) = (digits / unit, digits % unit, usize::from(self.places));
        write!(to, "{minus}{whole}.{fraction:0width$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_text_and_is_read_back_from_it() {
        for (text, told, coefficient, places) in [
            ("0", "0", 0, 0),
            ("-0.00", "0", 0, 0),
            ("3", "3", 3, 0),
            ("300", "300", 300, 0),
            ("3.250", "3.25", 325, 2),
            ("-18.5", "-18.5", -185, 1),
            ("-0.5", "-0.5", -5, 1),
            ("007.10", "7.1", 71, 1),
            ("0.000000000000000001", "0.000000000000000001", 1, 18),
            ("0.1000000000000000000000", "0.1", 1, 1),
            ("9223372036854775807", "9223372036854775807", i64::MAX, 0),
            ("-9.223372036854775808", "-9.223372036854775808", i64::MIN, 18),
        ] {
            let read: Decimal = text.parse().unwrap();
            assert_eq!((read.coefficient(), read.places()), (coefficient, places), "{text}");
            assert_eq!(read.to_string(), told, "{text}");
            assert_eq!(told.parse(), Ok(read), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_of_18_places_and_64_bits_is_refused() {
        for text in [
            "",
            "-",
            ".",
            ".5",
            "5.",
            "-.5",
            "+1",
            "1e3",
            "1,000",
            "1.2.3",
            "--1",
            "1.-2",
            " 1",
            "１",
            "0.0000000000000000001",
            "9223372036854775808",
            "9.2233720368547758080001",
        ] {
            let refused = text.parse::<Decimal>().unwrap_err();
            assert!(refused.to_string().contains("such as 3.25"), "{text}");
        }
        assert_eq!(Decimal::new(10, 19).map(Decimal::places), Some(18));
        assert_eq!(Decimal::new(11, 19), None);
        assert_eq!(Decimal::new(0, u8::MAX), Some(Decimal::from(0)));
    }

    #[test]
    fn decimals_are_in_the_order_of_numbers() {
        let ordered: Vec<Decimal> =
            ["-9223372036854775808", "-18", "-0.5", "0", "0.09", "0.1", "0.11", "1", "2", "10", "9223372036854775807"]
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
        assert!(ordered.is_sorted_by(|a, b| a < b));
        assert_eq!("1.0".parse::<Decimal>().unwrap().cmp(&Decimal::from(1)), Ordering::Equal);
    }
}
