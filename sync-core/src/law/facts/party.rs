//! Facts of a party (当事人), and the fields that may be empty at a formal act.

use super::Known;

/// Kind of party (当事人).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartyType {
    /// 自然人.
    NaturalPerson,
    /// 个体工商户.
    IndividualBusiness,
    /// 企业法人.
    Company,
    /// 其他组织.
    OtherOrganisation,
}

impl PartyType {
    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::NaturalPerson => "自然人",
            Self::IndividualBusiness => "个体工商户",
            Self::Company => "企业",
            Self::OtherOrganisation => "其他组织",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::NaturalPerson => "natural person",
            Self::IndividualBusiness => "individual business",
            Self::Company => "company",
            Self::OtherOrganisation => "other organisation",
        }
    }
}

/// Whose limit of 行政处罚法 第五十一条 applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FineSubject {
    /// 公民.
    Citizen,
    /// 法人或者其他组织.
    Organisation,
}

/// A party of the case, as far as rules look at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// Kind of party.
    pub kind: Known<PartyType>,
    /// Unified social credit code as written down, if any.
    pub credit_code: Option<String>,
    /// Citizen identity number as written down, if any.
    pub citizen_number: Option<String>,
}

/// A field that a formal act needs, by the name that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No party at all.
    Party,
    /// Kind of party.
    PartyType,
    /// Unified social credit code.
    CreditCode,
    /// Kinds of penalty.
    PenaltyKind,
    /// The fine.
    Fine,
    /// Remedies and their periods.
    Remedy,
    /// What the notice before the penalty told.
    NoticeText,
    /// What the party said.
    Statement,
}

impl Missing {
    /// In Chinese, as the form labels it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Party => "当事人",
            Self::PartyType => "当事人类型",
            Self::CreditCode => "统一社会信用代码",
            Self::PenaltyKind => "处罚种类",
            Self::Fine => "罚款金额",
            Self::Remedy => "救济途径和期限",
            Self::NoticeText => "行政处罚前告知的内容",
            Self::Statement => "陈述申辩的内容",
        }
    }

    /// In English, as the form labels it.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Party => "Party",
            Self::PartyType => "Kind of party",
            Self::CreditCode => "Unified social credit code",
            Self::PenaltyKind => "Kinds of penalty",
            Self::Fine => "Fine",
            Self::Remedy => "Remedies and their periods",
            Self::NoticeText => "what the notice before the penalty told",
            Self::Statement => "what the party said in its defence",
        }
    }
}
