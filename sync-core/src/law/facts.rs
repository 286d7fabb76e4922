//! The input of rules: plain values about one case, as of one act.
//!
//! Promise: independent of how a case is stored; a phone and the server with the same changes produce the same facts. A
//! step that is known not to be recorded is [`Happened::NotYet`]; one that the holder cannot see is
//! [`Happened::Unknown`]. Every time is a [`When`], compared by [`Facts::causes`] only. Not here: judgement (`rule`,
//! `table`).

mod evidence;
mod number;
mod party;
mod penalty_decision;

use super::text::Text;
use crate::code::codes;
use crate::id::{OfficerId, TenantId};
use crate::time::{Date, Instant};
use crate::when::{Causes, Interval, When};
use std::collections::BTreeMap;

pub use crate::op::CaseKind;
pub use evidence::{EvidenceEntry, EvidencePart};
pub use number::NumberUse;
pub use party::{FineSubject, Missing, Party, PartyType};
pub use penalty_decision::{DecisionForm, Delivery, Discretion, Item, Penalty, PenaltyDecision, Seal, SpotLimit};

/// A value, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known<T> {
    /// The value is known.
    Known(T),
    /// This holder knows that nobody entered it. A formal act that needs it stops and names the field.
    NotEntered,
    /// This holder cannot know it: a rule that needs it is undecided.
    #[default]
    Unknown,
}

/// Whether and when a step took place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Happened {
    /// It took place then.
    At(When),
    /// The holder knows that it has not taken place.
    #[default]
    NotYet,
    /// The holder cannot know, or recordings of it contradict each other.
    Unknown,
}

impl Happened {
    /// It took place exactly then, in no causal order with anything else.
    pub fn exactly(instant: Instant) -> Self {
        Self::At(When::exactly(instant))
    }
}

impl From<Option<When>> for Happened {
    fn from(when: Option<When>) -> Self {
        when.map_or(Self::NotYet, Self::At)
    }
}

codes! {
    /// Field of enforcement, which decides the rules of procedure.
    pub enum Sector {
        /// 市场监督管理.
        Market = "market",
        /// 农业农村.
        Agriculture = "agriculture",
        /// 交通运输.
        Transport = "transport",
        /// 住房和城乡建设.
        Housing = "housing",
        /// 应急管理.
        Emergency = "emergency",
        /// Any other, whatever its text is: no rule of procedure speaks of it alone.
        Other = "other",
    }
}

/// What kind of organ decides, which decides who reconsiders (行政复议法 第二十四条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OrganKind {
    /// 政府工作部门, also by a station in its name.
    Department,
    /// A people's government: of the county, a town or a township.
    Government,
    /// 派出机关 of a government, such as 街道办事处.
    Outpost,
    /// 派出机构 of a department that decides in its own name.
    Station,
    /// An organisation authorised by law (法律、法规、规章授权的组织).
    Authorised,
    /// 司法行政部门, which also does the work of reconsideration.
    Justice,
    /// The register does not tell.
    #[default]
    NotTold,
}

/// Something that only officers may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerAct {
    /// What.
    pub what: Text,
    /// Between when and when.
    pub during: Interval,
}

/// An officer or helper who takes part in an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerPresent {
    /// The person. The same person twice in one act is one person.
    pub officer: OfficerId,
    /// Their certificate at the time of the act, for the region and category.
    pub certificate: Certificate,
    /// 辅助人员, 网格员: never counts as an officer.
    pub is_helper: bool,
    /// Number of the act in [`Facts::acts`].
    pub act: usize,
    /// Whether they did it, or are counted among those who were there only.
    pub acted: bool,
}

/// State of a certificate at the time of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// 有效.
    Valid,
    /// Not valid, and why.
    NotValid(NotValid),
    /// The holder's list does not name this certificate, or the act may have been within its validity or outside.
    Unknown,
}

/// Why a certificate is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotValid {
    /// 暂扣.
    Suspended,
    /// 注销.
    Cancelled,
    /// 吊销.
    Revoked,
    /// 挂失.
    Lost,
    /// 过期.
    Expired,
    /// The person never had one.
    Missing,
    /// Not for this region or category.
    OutOfScope,
}

/// Facts of an inspection on the spot. Every time is that of the record made of the step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Whether it enters the premises of an enterprise (进入企业生产经营场所).
    pub enters_enterprise: Known<bool>,
    /// Flagged urgent (紧急情况、需要当场实施): the plan may be made up for.
    pub urgent: bool,
    /// 检查方案 approved by the head of the unit.
    pub plan_approved_at: Happened,
    /// 行政检查通知书 made.
    pub notice_made_at: Happened,
    /// 执法码 obtained.
    pub code_obtained_at: Happened,
    /// 执法码 handed to the enterprise to scan.
    pub code_handed_over_at: Happened,
    /// 企业码 scanned.
    pub enterprise_code_scanned_at: Happened,
    /// Entry. The clock of the report starts on this day.
    pub entered_at: Happened,
    /// The recorded special reason (特殊原因) for having no 执法码.
    pub special_reason: Option<String>,
    /// Reported to the department of justice (报司法行政部门备案).
    pub filed_at: Happened,
}

/// The act of the officers that is judged, where a row speaks of who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Entering the premises to inspect.
    Entering,
    /// Asking the first question.
    Asking,
    /// Signing a record (笔录).
    Recording,
    /// Signing a decision.
    Deciding,
    /// Signing another document.
    Documenting,
}

impl Doing {
    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Entering => "进入检查场所",
            Self::Asking => "开始询问",
            Self::Recording => "签署笔录",
            Self::Deciding => "签署决定书",
            Self::Documenting => "签署文书",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Entering => "entering the premises",
            Self::Asking => "the first question",
            Self::Recording => "signing the record",
            Self::Deciding => "signing the decision",
            Self::Documenting => "signing the document",
        }
    }
}

/// About one case, as of one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Civil date of the act that is judged (for a deadline: the day on which one looks), as early as it can have been.
    pub on: Date,
    /// The same, as late as it can have been, where that may be another day.
    pub on_at_latest: Option<Date>,
    /// Which recorded moment came before which.
    pub causes: Causes,
    /// Date of the violation; where unknown, rules of substance look at `on`.
    pub violation_on: Known<Date>,
    /// The installation, for rows of one tenant.
    pub tenant: Option<TenantId>,
    /// Six-digit region of the acting organ, such as `500237`.
    pub region: String,
    /// Sector of the acting organ.
    pub sector: Sector,
    /// Kind of case. No row looks at it: rules follow the document and the act.
    pub kind: CaseKind,
    /// The act whose officers are judged; where none is named, any.
    pub doing: Option<Doing>,
    /// What was done that only officers may do, or is about to be done.
    pub acts: Vec<OfficerAct>,
    /// Everybody recorded as taking part in each act, in any order.
    pub officers: Vec<OfficerPresent>,
    /// Certificates shown to the party (出示执法证件).
    pub certificate_shown_at: Happened,
    /// First question of an interview, or first step of inspection that needs the certificate.
    pub first_question_at: Happened,
    /// The party was told its rights and duties at the inspection or interview (告知权利义务).
    pub rights_told_at: Happened,
    /// The notice before a penalty (行政处罚前告知, 第四十四条) was given.
    pub notice_given_at: Happened,
    /// Whether it is recorded what the notice told: content, facts, reasons and basis.
    pub notice_says: Known<bool>,
    /// The party's statement and defence were heard (第四十五条).
    pub heard_at: Happened,
    /// Whether the statement was noted (记入笔录).
    pub heard_noted: Known<bool>,
    /// The party expressly waived statement and defence (第六十二条).
    pub waived_at: Happened,
    /// Order to correct the violation (责令改正) given.
    pub correction_ordered_at: Happened,
    /// Whether its text orders a correction: [`super::wording::orders_correction`].
    pub correction_text_orders: Known<bool>,
    /// The party.
    pub party: Party,
    /// Source of the signed local configuration by which an individual business counts as an
    /// organisation; without it, it counts as a citizen.
    pub individual_business_as_organisation: Option<String>,
    /// What kind of organ decides.
    pub organ_kind: OrganKind,
    /// Source of the signed local configuration by which kind of party and code may disagree.
    pub code_of_another_kind: Option<String>,
    /// Organ of reconsideration for the acting organ, such as `巫山县人民政府`.
    pub reconsideration_organ: Known<String>,
    /// The act took place on the water; clocks may start at landing.
    pub on_water: bool,
    /// Landing (抵岸), if on the water.
    pub landed_at: Happened,
    /// The inspection, if the case has one.
    pub inspection: Option<Inspection>,
    /// The decision, if one is drafted or made.
    pub decision: Option<PenaltyDecision>,
    /// Of the case as a whole: the numbers on its documents, and where else they stand.
    pub numbers: Vec<NumberUse>,
    /// Evidence that has not been withdrawn.
    pub evidence: Vec<EvidenceEntry>,
    /// Evidence that the signed document shows.
    pub shown_evidence: Vec<EvidenceEntry>,
    /// Recorded reasons for what happened against a rule (违反程序的说明), by the rule's id.
    pub reasons: BTreeMap<String, String>,
}

impl Facts {
    /// A case about which nothing is recorded yet.
    pub fn new(on: Date, region: &str, sector: Sector, kind: CaseKind) -> Self {
        Self {
            on,
            on_at_latest: None,
            causes: Causes::default(),
            violation_on: Known::Unknown,
            tenant: None,
            region: region.to_owned(),
            sector,
            kind,
            doing: None,
            acts: Vec::new(),
            officers: Vec::new(),
            certificate_shown_at: Happened::NotYet,
            first_question_at: Happened::NotYet,
            rights_told_at: Happened::NotYet,
            notice_given_at: Happened::NotYet,
            notice_says: Known::NotEntered,
            heard_at: Happened::NotYet,
            heard_noted: Known::NotEntered,
            waived_at: Happened::NotYet,
            correction_ordered_at: Happened::NotYet,
            correction_text_orders: Known::Unknown,
            party: Party::default(),
            individual_business_as_organisation: None,
            organ_kind: OrganKind::NotTold,
            code_of_another_kind: None,
            reconsideration_organ: Known::Unknown,
            on_water: false,
            landed_at: Happened::NotYet,
            inspection: None,
            decision: None,
            numbers: Vec::new(),
            evidence: Vec::new(),
            shown_evidence: Vec::new(),
            reasons: BTreeMap::new(),
        }
    }

    /// The decision, if its form is that of one made on the spot.
    pub fn spot_decision(&self) -> Option<&PenaltyDecision> {
        self.decision.as_ref().filter(|decision| decision.form == DecisionForm::Spot)
    }

    /// Whose limit applies. An individual business is a citizen unless configuration cites a source.
    pub fn fine_subject(&self) -> Known<FineSubject> {
        let kind = match self.party.kind {
            Known::Known(kind) => kind,
            Known::NotEntered => return Known::NotEntered,
            Known::Unknown => return Known::Unknown,
        };
        let cited = self.individual_business_as_organisation.as_deref().is_some_and(|s| !s.trim().is_empty());
        Known::Known(match kind {
            PartyType::NaturalPerson => FineSubject::Citizen,
            PartyType::IndividualBusiness if !cited => FineSubject::Citizen,
            PartyType::IndividualBusiness | PartyType::Company | PartyType::OtherOrganisation => {
                FineSubject::Organisation
            }
        })
    }
}
