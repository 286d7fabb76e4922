//! Facts of a penalty decision, drafted or signed.

use super::{Happened, Known};
use crate::id::OfficerId;
use crate::law::discretion::{FineRange, Grade};
use crate::law::wording::RemedyFacts;
use crate::money::Fen;
use std::collections::BTreeSet;

/// A kind of penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Penalty {
    /// 警告.
    Warning,
    /// 罚款.
    Fine,
    /// Anything else (通报批评, 没收, 吊销 …).
    Other,
}

/// What the document states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// 违法行为.
    Violation,
    /// 处罚种类和依据.
    KindAndBasis,
    /// 罚款数额.
    Amount,
    /// 时间.
    Time,
    /// 地点.
    Place,
    /// 申请行政复议、提起行政诉讼的途径和期限.
    Remedy,
    /// 行政机关名称.
    OrganName,
    /// 当事人的基本情况.
    PartyParticulars,
    /// 缴款途径和期限.
    Payment,
}

impl Item {
    /// The words of the law.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Violation => "违法行为",
            Self::KindAndBasis => "处罚种类和依据",
            Self::Amount => "罚款数额",
            Self::Time => "时间",
            Self::Place => "地点",
            Self::Remedy => "救济途径和期限",
            Self::OrganName => "行政机关名称",
            Self::PartyParticulars => "当事人的基本情况",
            Self::Payment => "缴款途径和期限",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Violation => "the violation",
            Self::KindAndBasis => "kind and basis of the penalty",
            Self::Amount => "amount of the fine",
            Self::Time => "time",
            Self::Place => "place",
            Self::Remedy => "remedies and their periods",
            Self::OrganName => "name of the organ",
            Self::PartyParticulars => "particulars of the party",
            Self::Payment => "how and by when to pay",
        }
    }
}

/// The organ's seal on the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// Numbered paper that was sealed beforehand, its printed number captured.
    PreSealedPaper,
    /// Electronic seal.
    Electronic,
    /// None.
    Absent,
}

/// How the decision reached the party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Not yet.
    #[default]
    NotYet,
    /// Paper, printed or written by hand, handed over on the spot.
    HandedOver,
    /// Refused by the party; whether the refusal is noted on the document.
    Refused {
        /// 在行政处罚决定书上注明.
        noted: bool,
    },
    /// Sent electronically.
    Electronic {
        /// The party agreed and signed a 确认书.
        confirmed: bool,
    },
    /// Only shown on a screen, which is no delivery.
    ScreenOnly,
}

/// The discretion benchmark applied to the fine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benchmark {
    /// What the law allows for this act.
    pub range: FineRange,
    /// The grade chosen.
    pub grade: Grade,
    /// The recorded approval of a deviation (第十九条), if any.
    pub deviation_approved: Option<String>,
}

/// A penalty decision, drafted or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When the last of the officers' signatures needed was made: the decision is made then.
    pub signed_at: Happened,
    /// Kinds of penalty. Empty while nothing is chosen.
    pub penalties: BTreeSet<Penalty>,
    /// The fine, once written down.
    pub fine: Option<Fen>,
    /// The benchmark applied.
    pub benchmark: Option<Benchmark>,
    /// Number of the form, printed or from a block.
    pub form_number: Option<String>,
    /// The seal.
    pub seal: Known<Seal>,
    /// What the document states.
    pub stated: BTreeSet<Item>,
    /// Officers who have signed or sealed the document.
    pub signed_by: BTreeSet<OfficerId>,
    /// What its remedy text says: [`crate::law::wording::read_remedy`].
    pub remedy: Known<RemedyFacts>,
    /// How it reached the party.
    pub delivery: Known<Delivery>,
    /// Reported to the organ (备案).
    pub reported_at: Happened,
    /// Material handed in to the organ for the archive (交…归档保存).
    pub archived_at: Happened,
}

impl Default for Decision {
    /// A decision of which the holder knows that nothing is recorded: nothing stated, not sealed, no
    /// remedy text, not delivered.
    fn default() -> Self {
        Self {
            signed_at: Happened::NotYet,
            penalties: BTreeSet::new(),
            fine: None,
            benchmark: None,
            form_number: None,
            seal: Known::Known(Seal::Absent),
            stated: BTreeSet::new(),
            signed_by: BTreeSet::new(),
            remedy: Known::Known(RemedyFacts::default()),
            delivery: Known::Known(Delivery::NotYet),
            reported_at: Happened::NotYet,
            archived_at: Happened::NotYet,
        }
    }
}
