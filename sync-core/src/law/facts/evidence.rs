//! Facts of evidence.

/// What evidence must say of itself before a signed document may show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidencePart {
    /// 来源.
    Source,
    /// 取证人.
    Maker,
    /// 签名确认人, two of them.
    Signers,
}

impl EvidencePart {
    /// In Chinese, as the form labels it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Source => "来源",
            Self::Maker => "取证人",
            Self::Signers => "签名确认人",
        }
    }

    /// In English, as the form labels it.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Source => "Source",
            Self::Maker => "Taken by",
            Self::Signers => "Signed by",
        }
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceEntry {
    /// Name shown in messages.
    pub name: String,
    /// Its kind as written down, such as `书证`.
    pub kind: String,
    /// What it does not say of itself.
    pub lacking: Vec<EvidencePart>,
}
