//! Money as integer fen (分, 1/100 yuan).
//!
//! Promise: an amount is never negative, never rounded and never a float.
//! Not here: which amount is lawful (`law`).

use std::fmt;

/// An amount in fen. `0 ..= i64::MAX`.
///
/// ```
/// use sync_core::money::Fen;
///
/// let fine = Fen::parse_yuan("3,000.01").unwrap();
/// assert_eq!((fine.get(), fine.to_string().as_str()), (300_001, "3,000.01"));
/// assert!(Fen::parse_yuan("0.001").is_err() && Fen::new(-1).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(i64);

/// The text or number is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money: {0}; write yuan with at most two decimals, such as 3000 or 3000.01")]
pub struct NotMoney(pub String);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// `fen` must not be negative.
    ///
    /// # Errors
    /// [`NotMoney`] for a negative number.
    pub fn new(fen: i64) -> Result<Self, NotMoney> {
        if fen < 0 { Err(NotMoney(fen.to_string())) } else { Ok(Self(fen)) }
    }

    /// An amount in whole yuan, for constants of the law. A negative number counts as zero.
    pub const fn yuan(yuan: i64) -> Self {
        if yuan < 0 { Self::ZERO } else { Self(yuan.saturating_mul(100)) }
    }

    /// Fen as an integer.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads yuan as people write them: `3000`, `3000.1`, `3,000.01`.
    ///
    /// # Errors
    /// [`NotMoney`] for a sign, more than two decimals, or anything else.
    pub fn parse_yuan(text: &str) -> Result<Self, NotMoney> {
        let wrong = || NotMoney(text.to_owned());
        let plain: String = text.trim().chars().filter(|c| *c != ',').collect();
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 || plain.ends_with('.') {
            return Err(wrong());
        }
        let fen_text = format!("{whole}{part:0<2}");
        fen_text.parse().map(Self).map_err(|_overflow| wrong())
    }
}

impl fmt::Display for Fen {
    /// Yuan with separated thousands, and with decimals only if they are not zero: `3,000`, `3,000.01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (yuan, fen) = (self.0 / 100, self.0 % 100);
        let digits = yuan.to_string();
        let mut grouped = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if fen == 0 { write!(f, "{grouped}") } else { write!(f, "{grouped}.{fen:02}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_and_written_without_rounding() {
        assert_eq!(Fen::parse_yuan("3,000.01").unwrap().get(), 300_001);
        assert_eq!(Fen::parse_yuan("200.5").unwrap().get(), 20_050);
        assert_eq!(Fen::yuan(3_000).to_string(), "3,000");
        assert_eq!(Fen::new(300_001).unwrap().to_string(), "3,000.01");
        assert_eq!(Fen::new(123_456_789).unwrap().to_string(), "1,234,567.89");
    }

    #[test]
    fn what_is_not_money_is_refused() {
        for wrong in ["", "-1", "1.001", "1.", "1e3", "一百", "99999999999999999999"] {
            assert!(Fen::parse_yuan(wrong).is_err(), "{wrong}");
        }
        assert!(Fen::new(-1).is_err());
    }
}
