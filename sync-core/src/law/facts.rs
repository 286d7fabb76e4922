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

/// A value, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known<T> {
    /// The value is known.
    Known(T),
    /// The holder of the case knows that it was not entered. A formal act that needs it stops and names the field.
    NotEntered,
    /// The holder of the case cannot know it. A rule that needs it is undecided.
    #[default]
    Unknown,
}

/// Whether and when a step took place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Happened {
    /// It took place at this time.
    At(When),
    /// The holder knows that it has not taken place.
    #[default]
    NotYet,
    /// The holder cannot know, or recordings of it contradict each other.
    Unknown,
}

impl Happened {
    /// It took place exactly at `instant` and has no causal order with any change.
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
        /// Any other, with any text. No rule of procedure applies to it alone.
        Other = "other",
    }
}

/// The kind of organ that makes the decision. The organ of reconsideration depends on it (行政复议法 第二十四条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OrganKind {
    /// 政府工作部门, also if a station decides in its name.
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
    /// The register does not state it.
    #[default]
    NotTold,
}

/// An act that only officers may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerAct {
    /// What.
    pub what: Text,
    /// The bounds of its time.
    pub during: Interval,
}

/// An officer or helper who takes part in an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerPresent {
    /// The person. A person who is named twice in one act counts once.
    pub officer: OfficerId,
    /// Their certificate at the time of the act, for the region and category.
    pub certificate: Certificate,
    /// 辅助人员, 网格员: never counts as an officer.
    pub is_helper: bool,
    /// Number of the act in [`Facts::acts`].
    pub act: usize,
    /// Whether the person did the act (true) or was only present (false).
    pub acted: bool,
}

/// State of a certificate at the time of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// 有效.
    Valid,
    /// Not valid, with the reason.
    NotValid(NotValid),
    /// Unknown: the register does not list the certificate, or the act may have been inside or outside of its validity.
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

/// Facts of an inspection on the spot. Each time is the time at which the step was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Whether it enters the premises of an enterprise (进入企业生产经营场所).
    pub enters_enterprise: Known<bool>,
    /// Marked as urgent (紧急情况、需要当场实施): the plan may be approved later.
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

/// The act of the officers that is judged, for rules about who acts.
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

/// The facts of one case at the time of one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The earliest possible civil date of the act that is judged. For a deadline: the day of judging.
    pub on: Date,
    /// The latest possible civil date, if it can be another day.
    pub on_at_latest: Option<Date>,
    /// The causal order of the recorded times.
    pub causes: Causes,
    /// Date of the violation. If it is unknown, rules of substance use `on`.
    pub violation_on: Known<Date>,
    /// The installation, for rows of one tenant.
    pub tenant: Option<TenantId>,
    /// Six-digit region of the acting organ, such as `500237`.
    pub region: String,
    /// Sector of the acting organ.
    pub sector: Sector,
    /// Kind of case. No rule uses it: rules depend on the document and the act.
    pub kind: CaseKind,
    /// The act whose officers are judged. `None` stands for any act.
    pub doing: Option<Doing>,
    /// The acts that only officers may do, done or about to be done.
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
    /// For the case as a whole: the numbers on its documents, and how often they occur elsewhere.
    pub numbers: Vec<NumberUse>,
    /// Evidence that has not been withdrawn.
    pub evidence: Vec<EvidenceEntry>,
    /// Evidence that the signed document shows.
    pub shown_evidence: Vec<EvidenceEntry>,
    /// Recorded reasons for breaches of a rule (违反程序的说明), by the rule's id.
    pub reasons: BTreeMap<String, String>,
}

impl Facts {
    /// A case without any recorded facts.
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

    /// The kind of party whose limit applies. An individual business counts as a citizen unless the configuration cites a
    /// source.
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
