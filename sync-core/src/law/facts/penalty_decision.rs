//! Facts of a penalty decision, drafted or signed.

use super::{Happened, Known};
use crate::id::OfficerId;
use crate::law::discretion::{FineRange, Grade};
use crate::law::wording::{PaymentFacts, RemedyFacts};
use crate::money::Fen;
use std::collections::BTreeSet;

/// The form of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecisionForm {
    /// 当场行政处罚决定书 (简易程序).
    #[default]
    Spot,
    /// Any other: its procedure is not part of this program yet.
    NotBuilt,
}

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

/// How the fine was found (裁量基准的适用). What is absent nobody entered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discretion {
    /// What the law allows for this act, as the decision records it.
    pub range: Option<FineRange>,
    /// What the catalogue of items says that the law allows.
    pub catalogue: Option<FineRange>,
    /// The grade chosen.
    pub grade: Option<Grade>,
    /// Why the fine lies outside the band of its grade (第十九条).
    pub deviation_reason: Option<String>,
    /// Who approved that, or where it was discussed (第十九条).
    pub deviation_approval: Option<String>,
    /// How the decision explains the grade (第二十条).
    pub explanation: Option<String>,
}

impl Discretion {
    /// The range that counts: as recorded, else as the catalogue has it.
    pub fn applied(&self) -> Option<FineRange> {
        self.range.or(self.catalogue)
    }
}

/// A limit that another law sets for fines made on the spot for an item (行政处罚法 第五十一条: 法律另有规定的，从其规定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotLimit {
    /// For a citizen, at most.
    pub citizen: Fen,
    /// For an organisation, at most.
    pub organisation: Fen,
    /// The law and article that says so.
    pub basis: String,
}

/// A penalty decision, drafted or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PenaltyDecision {
    /// Its form, as the document says or, where it says none, as it was signed.
    pub form: DecisionForm,
    /// When the last of the officers' signatures needed was made: the decision is made then.
    pub signed_at: Happened,
    /// When the first of the officers' signatures was made.
    pub first_signed_at: Happened,
    /// Kinds of penalty. Empty while nothing is chosen.
    pub penalties: BTreeSet<Penalty>,
    /// The fine, once written down.
    pub fine: Option<Fen>,
    /// How the fine was found.
    pub discretion: Discretion,
    /// Another law's limit for the item, where the catalogue cites one.
    pub spot_limit: Option<SpotLimit>,
    /// Whether legal reviewers confirmed the item's article and amounts; `None` where the catalogue does not name it.
    pub item_confirmed: Option<bool>,
    /// Number of the form, printed or from a block.
    pub form_number: Option<String>,
    /// Whether a number that is said to be of a phone's range was granted to the phone that wrote it; not entered of any
    /// other number.
    pub number_granted: Known<bool>,
    /// The seal.
    pub seal: Known<Seal>,
    /// What the document states.
    pub stated: BTreeSet<Item>,
    /// Officers who have signed or sealed the document.
    pub signed_by: BTreeSet<OfficerId>,
    /// The party signed it.
    pub party_signed: bool,
    /// The party's refusal to sign is noted on it.
    pub refusal_noted: bool,
    /// Other signed documents of the case that fine the same party for the same act.
    pub other_fines: usize,
    /// Fines of the same party for the same act in other cases, as far as the holder knows them: same item, same day, and
    /// the code or identity number is the same.
    pub fined_elsewhere: usize,
    /// Fines in other cases that are for the same act if the party is the same, which only its name says.
    pub perhaps_fined_elsewhere: usize,
    /// It must be whole now: it is delivered, or the case is closed over it.
    pub finishing: bool,
    /// What its remedy text says: [`crate::law::wording::read_remedy`].
    pub remedy: Known<RemedyFacts>,
    /// What it says about payment ([`crate::law::wording::read_payment`]), once anything is written.
    pub payment: Option<PaymentFacts>,
    /// How it reached the party.
    pub delivery: Known<Delivery>,
    /// Reported to the organ (备案).
    pub reported_at: Happened,
    /// Material handed in to the organ for the archive (交…归档保存).
    pub archived_at: Happened,
}

impl Default for PenaltyDecision {
    /// A decision of which the holder knows that nothing is recorded: nothing stated, not sealed, no
    /// remedy text, not delivered.
    fn default() -> Self {
        Self {
            form: DecisionForm::Spot,
            signed_at: Happened::NotYet,
            first_signed_at: Happened::NotYet,
            penalties: BTreeSet::new(),
            fine: None,
            discretion: Discretion::default(),
            spot_limit: None,
            item_confirmed: None,
            form_number: None,
            number_granted: Known::NotEntered,
            seal: Known::Known(Seal::Absent),
            stated: BTreeSet::new(),
            signed_by: BTreeSet::new(),
            party_signed: false,
            refusal_noted: false,
            other_fines: 0,
            fined_elsewhere: 0,
            perhaps_fined_elsewhere: 0,
            finishing: false,
            remedy: Known::Known(RemedyFacts::default()),
            payment: None,
            delivery: Known::Known(Delivery::NotYet),
            reported_at: Happened::NotYet,
            archived_at: Happened::NotYet,
        }
    }
}
