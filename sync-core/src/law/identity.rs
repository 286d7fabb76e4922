//! Codes that identify parties: GB 32100 (with GB 11714 inside it) and GB 11643.
//!
//! Promise: a value of these types has passed every check digit of its standard; a citizen number contains an existing
//! birth date. `Debug` of a citizen number shows neither birth date nor sequence. Not here: whether the code was
//! issued; region codes (old ones stay valid).

use crate::time::Date;
use std::fmt;

const CREDIT_CHARS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECKS: &[u8; 11] = b"10X98765432";

/// The text is not a code of its standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Not 18 characters.
    #[error("not 18 characters (GB 32100 / GB 11643)")]
    Length,
    /// A character that the standard does not allow at this position.
    #[error("character {0} (counted from 1) cannot stand there")]
    Character(usize),
    /// The check digit of the organisation part is wrong (GB 11714).
    #[error("the organisation part has a wrong check digit (GB 11714)")]
    OrganisationCheck,
    /// The last character is wrong.
    #[error("the check character is wrong")]
    Check,
    /// The birth date does not exist.
    #[error("the birth date does not exist (GB 11643)")]
    BirthDate,
}

impl BadCode {
    /// In Chinese; [`Display`](std::fmt::Display) is in English.
    pub fn zh(self) -> String {
        match self {
            Self::Length => "应为18位".to_owned(),
            Self::Character(place) => format!("第{place}位字符不合标准"),
            Self::OrganisationCheck => "组织机构代码校验码错误".to_owned(),
            Self::Check => "校验码错误".to_owned(),
            Self::BirthDate => "出生日期不存在".to_owned(),
        }
    }
}

/// A unified social credit code (统一社会信用代码), GB 32100.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

impl CreditCode {
    /// Parses 18 characters. Spaces around them and lower case are accepted.
    ///
    /// # Errors
    /// [`BadCode`] for the first check that fails.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        let code = normalised(text)?;
        let (body, last) = code.split_at(17);
        let values = credit_values(body)?;
        if !body.bytes().skip(2).take(6).all(|b| b.is_ascii_digit()) {
            return Err(BadCode::Character(3));
        }
        let organisation = code.get(8..17).unwrap_or_default();
        let (number, check) = organisation.split_at(8);
        if !check.starts_with(organisation_check(number)) {
            return Err(BadCode::OrganisationCheck);
        }
        if last.starts_with(credit_check(&values)) { Ok(Self(code)) } else { Err(BadCode::Check) }
    }

    /// Completes a code from its first eight characters (registration authority, category, region) and the eight
    /// characters of the organisation number. Used for invented parties.
    ///
    /// # Errors
    /// [`BadCode`] when the parts hold characters that the standard does not use.
    pub fn complete(authority_and_region: &str, organisation_number: &str) -> Result<Self, BadCode> {
        if authority_and_region.len() != 8 || organisation_number.len() != 8 {
            return Err(BadCode::Length);
        }
        let check = organisation_check(organisation_number);
        let body = format!("{authority_and_region}{organisation_number}{check}");
        let last = credit_check(&credit_values(&body)?);
        Self::parse(&format!("{body}{last}"))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The registration authority and category of a unified social credit code: its first two characters (GB 32100).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// 91: 企业.
    Enterprise,
    /// 92: 个体工商户.
    IndividualBusiness,
    /// 93: 农民专业合作社.
    Cooperative,
    /// Any other: organs, institutions, associations, trade unions and the like.
    Elsewhere,
}

impl Registered {
    /// Reads the first two characters of a code without verifying its check characters. `None` if the code has fewer.
    pub fn of(code: &str) -> Option<Self> {
        let code = code.trim();
        (!code.is_empty()).then(|| match code.get(..2) {
            Some("91") => Self::Enterprise,
            Some("92") => Self::IndividualBusiness,
            Some("93") => Self::Cooperative,
            Some(_) | None => Self::Elsewhere,
        })
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Enterprise => "企业的代码（91）",
            Self::IndividualBusiness => "个体工商户的代码（92）",
            Self::Cooperative => "农民专业合作社的代码（93）",
            Self::Elsewhere => "其他组织的代码",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Enterprise => "that of an enterprise (91)",
            Self::IndividualBusiness => "that of an individual business (92)",
            Self::Cooperative => "that of a cooperative (93)",
            Self::Elsewhere => "that of another organisation",
        }
    }
}

/// A citizen identity number (公民身份号码), GB 11643.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CitizenNumber {
    text: String,
    born: Date,
}

impl CitizenNumber {
    /// Parses 18 characters. Spaces around them and a lower-case x are accepted.
    ///
    /// # Errors
    /// [`BadCode`] for the first check that fails.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        let text = normalised(text)?;
        let (body, last) = text.split_at(17);
        if let Some(place) = body.bytes().position(|b| !b.is_ascii_digit()) {
            return Err(BadCode::Character(place + 1));
        }
        let born = birth_date(body).ok_or(BadCode::BirthDate)?;
        if last.starts_with(citizen_check(body)) { Ok(Self { text, born }) } else { Err(BadCode::Check) }
    }

    /// Completes a number from its first 17 digits. Used for invented persons.
    ///
    /// # Errors
    /// [`BadCode`] when they are not 17 digits or the birth date does not exist.
    pub fn complete(digits: &str) -> Result<Self, BadCode> {
        Self::parse(&format!("{digits}{}", citizen_check(digits)))
    }

    /// The 18 characters. Personal data: never log.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The birth date that the number contains.
    pub fn born(&self) -> Date {
        self.born
    }

    /// The number with birth date and sequence hidden: `500237************`.
    pub fn masked(&self) -> String {
        format!("{}************", self.text.get(..6).unwrap_or_default())
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber({})", self.masked())
    }
}

fn normalised(text: &str) -> Result<String, BadCode> {
    let text = text.trim().to_ascii_uppercase();
    if text.chars().count() != 18 {
        return Err(BadCode::Length);
    }
    match text.chars().position(|c| !c.is_ascii_alphanumeric()) {
        Some(place) => Err(BadCode::Character(place + 1)),
        None => Ok(text),
    }
}

fn credit_values(body: &str) -> Result<Vec<u32>, BadCode> {
    let value = |b: u8| CREDIT_CHARS.iter().zip(0u32..).find(|(c, _)| **c == b).map(|(_, n)| n);
    body.bytes().enumerate().map(|(i, b)| value(b).ok_or(BadCode::Character(i + 1))).collect()
}

fn credit_check(values: &[u32]) -> char {
    let sum: u32 = values.iter().zip(CREDIT_WEIGHTS).map(|(v, w)| v * w).sum();
    pick(CREDIT_CHARS, (31 - sum % 31) % 31)
}

fn organisation_check(number: &str) -> char {
    let sum: u32 = number.chars().zip(ORGANISATION_WEIGHTS).map(|(c, w)| c.to_digit(36).unwrap_or(0) * w).sum();
    pick(b"0123456789X", (11 - sum % 11) % 11)
}

fn citizen_check(digits: &str) -> char {
    let sum: u32 = digits.chars().zip(CITIZEN_WEIGHTS).map(|(c, w)| c.to_digit(10).unwrap_or(0) * w).sum();
    pick(CITIZEN_CHECKS, sum % 11)
}

fn pick(chars: &[u8], index: u32) -> char {
    usize::try_from(index).ok().and_then(|i| chars.get(i)).map_or('?', |b| char::from(*b))
}

fn birth_date(body: &str) -> Option<Date> {
    let year = body.get(6..10)?.parse().ok()?;
    let month = body.get(10..12)?.parse().ok()?;
    let day = body.get(12..14)?.parse().ok()?;
    Date::new(year, month, day).ok()
}
