//! Trainings, assessments and exits on the page of a person: the acts with their forms, and what is shown.
//!
//! Promise: a page offers an act only to somebody who may do it; the flow decides in any case.

use std::collections::BTreeMap;

use sync_core::code::NotACode;
use sync_core::id::{OfficerId, hex};
use sync_core::qualification::{
    AssessmentResult, ExitGround, ExitHearing, ExitOutcome, ExitStage, HOURS_PER_YEAR, TrainingClass, TrainingLevel,
};
use sync_core::role::{Duty, is_in_care_of_agency};

use super::field::{self, Field, Kind, Said, chosen};
use crate::console::posted::Posted;
use crate::console::visit::SignedIn;
use crate::console::words;
use crate::flow::caller::Caller;
use crate::flow::officer::assessment::{self, NewAssessment};
use crate::flow::officer::exit::{self, Decided, NewExit};
use crate::flow::officer::training::{self, NewTraining};
use crate::flow::officer::transfer::OpenCases;
use crate::flow::officer::{Act, Detail};
use crate::flow::qualification::{self, Qualification};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::store::{ExitRow, OfficerRow};
use crate::web::State;
use crate::web::input;
use crate::web::language::Language;

/// An act on the qualification of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualificationAct {
    /// Enter a training.
    Training,
    /// Annul a training.
    AnnulTraining,
    /// Enter an assessment.
    Assessment,
    /// Annul an assessment.
    AnnulAssessment,
    /// Propose an exit.
    ProposeExit,
    /// Enter the hearing.
    HearExit,
    /// Decide about an exit.
    DecideExit,
}

/// Name of the hidden field that says which entry an act is about.
pub const OF_ENTRY: &str = "of_entry";

const DAYS: [(&str, &str); 2] = [("开始日期", "First day"), ("结束日期", "Last day")];
const WRONG_ENTRY: (&str, &str) = (
    "录入有误的，撤销后不再计入；原记录和撤销的事由都会保留。",
    "For a wrong entry: it no longer counts, and stays with the reason.",
);

impl QualificationAct {
    /// All acts.
    pub const ALL: [Self; 7] = [
        Self::Training,
        Self::AnnulTraining,
        Self::Assessment,
        Self::AnnulAssessment,
        Self::ProposeExit,
        Self::HearExit,
        Self::DecideExit,
    ];

    /// The name in the address, the title in both languages, and what happens.
    pub const fn said(self) -> Said {
        match self {
            Self::Training => (
                "training",
                ("登记培训", "Enter a training"),
                (
                    "学时计入培训结束之日所在的年度；请写明可以核对的证明材料。",
                    "The hours count in the year of the last day. Say what proves them.",
                ),
            ),
            Self::AnnulTraining => ("annul-training", ("撤销培训登记", "Annul a training"), WRONG_ENTRY),
            Self::Assessment => (
                "assessment",
                ("登记年度考核", "Enter an assessment"),
                (
                    "每个年度登记一次；不合格的，系统提示应当向发证机关提出的建议。",
                    "One for each year. After a failed one the page says what to propose to the issuing organ.",
                ),
            ),
            Self::AnnulAssessment => ("annul-assessment", ("撤销考核登记", "Annul an assessment"), WRONG_ENTRY),
            Self::ProposeExit => (
                "propose-exit",
                ("提出退出建议", "Propose an exit"),
                (
                    "先听取本人陈述、申辩，再由本机关主要负责人决定；提出建议的人不作决定。",
                    "The officer is heard, then the principal head decides. Who proposes does not decide.",
                ),
            ),
            Self::HearExit => (
                "hear-exit",
                ("登记陈述、申辩", "Enter the hearing"),
                ("如实登记本人的意见；登记后不能修改。", "As the officer said it. It cannot be changed afterwards."),
            ),
            Self::DecideExit => (
                "decide-exit",
                ("作出退出决定", "Decide about the exit"),
                (
                    "决定退出的，本人立即退出登录，终端停用（已记录的内容仍可上交）；证件由发证机关决定，请另行登记。",
                    "Who leaves is signed out and loses the phones, which hand in what they hold. The issuing organ decides about the certificate.",
                ),
            ),
        }
    }

    /// Whether the act makes something, so that the form carries a key.
    pub const fn makes(self) -> bool {
        matches!(self, Self::Training | Self::Assessment | Self::ProposeExit)
    }

    /// Whether the caller may do it to this person.
    pub fn is_open(self, caller: &Caller, found: &Detail) -> bool {
        let active = found.officer.active;
        let (duty, fits) = match self {
            Self::Training => (Duty::Training, active),
            Self::AnnulTraining => (Duty::Training, true),
            Self::Assessment => (Duty::Assessment, active),
            Self::ProposeExit => (Duty::Assessment, active && is_in_care_of_agency(&found.roles)),
            Self::AnnulAssessment | Self::HearExit => (Duty::Assessment, true),
            Self::DecideExit => (Duty::ExitDecisions, true),
        };
        duty.is_of(&caller.roles) && fits && caller.officer != found.officer.id
    }

    /// The fields of the form.
    pub fn fields(self, language: Language, colleagues: &[OfficerRow]) -> Vec<Field> {
        let codes = |codes: &'static [&'static str]| {
            Kind::Choice(
                codes.iter().map(|code| ((*code).to_owned(), words::word(language, code).to_owned())).collect(),
            )
        };
        match self {
            Self::Training => vec![
                Field::new("class", ("类别", "Class"), codes(TrainingClass::CODES), ""),
                Field::new("level", ("层级", "Level"), codes(TrainingLevel::CODES), TrainingLevel::County.code()),
                Field::new("topic", ("培训内容", "Subject"), Kind::Line(training::LONGEST), ""),
                Field::new("held_on", DAYS[0], Kind::Day, ""),
                Field::new("until_on", DAYS[1], Kind::Day, ""),
                Field::new("hours", ("学时（整数）", "Hours (a whole number)"), Kind::Line(3), ""),
                Field::new("proof", ("证明材料", "Proof"), Kind::Line(training::LONGEST), ""),
            ],
            Self::Assessment => vec![
                Field::new("year", ("考核年度", "Year"), Kind::Line(4), ""),
                Field::new("result", ("考核等次", "Result"), codes(AssessmentResult::CODES), "qualified"),
                Field::new("organ", ("考核机关", "Organ"), Kind::Line(assessment::LONGEST), ""),
                Field::new("document_number", ("文号", "Document"), Kind::Line(assessment::LONGEST), ""),
            ],
            Self::ProposeExit => vec![
                Field::new("ground", ("退出情形", "Ground"), codes(ExitGround::CODES), ""),
                Field::new("facts", ("事实", "Facts"), Kind::Line(exit::LONGEST_TEXT), ""),
                Field::new("basis", ("依据（文书或条款）", "Basis"), Kind::Line(exit::LONGEST), ""),
            ],
            Self::HearExit => vec![
                Field::new("hearing", ("陈述、申辩情况", "How the officer was heard"), codes(ExitHearing::CODES), ""),
                Field::new("statement", ("本人陈述、申辩的内容", "What they said"), Kind::Line(exit::LONGEST_TEXT), "")
                    .optional(),
            ],
            Self::DecideExit => {
                let stay = words::either(language, "不移交", "They stay as they are").to_owned();
                let colleagues = colleagues.iter().map(|one| (one.id.to_string(), one.name.clone()));
                let cases = [(String::new(), stay)].into_iter().chain(colleagues).collect();
                let label = ("未结案件（移交后由所选同事参与办理）", "Open cases (or the colleague who takes part)");
                vec![
                    Field::new("outcome", ("决定", "Decision"), codes(ExitOutcome::CODES), "stays"),
                    Field::new("document_number", ("决定文号", "Document"), Kind::Line(exit::LONGEST), ""),
                    Field::new("colleague", label, Kind::Choice(cases), ""),
                ]
            }
            Self::AnnulTraining | Self::AnnulAssessment => Vec::new(),
        }
    }

    /// Executes the act.
    ///
    /// # Errors
    /// Those of the flows, and [`Refusal::Malformed`] for a field.
    pub async fn execute(
        self,
        app: &State,
        caller: Caller,
        act: Act,
        posted: &Posted,
        key: Option<String>,
    ) -> Result<Detail, Failure> {
        match self {
            Self::Training => training::add(app, caller, act, new_training(posted)?, key).await,
            Self::Assessment => assessment::add(app, caller, act, new_assessment(posted)?, key).await,
            Self::AnnulTraining => training::annul(app, caller, act, entry(posted)?).await,
            Self::AnnulAssessment => assessment::annul(app, caller, act, entry(posted)?).await,
            Self::ProposeExit => {
                let ground = code(posted, "ground")?;
                let facts = posted.prose("facts", exit::LONGEST_TEXT)?;
                let new = NewExit { ground, facts, basis: posted.text("basis", exit::LONGEST)? };
                exit::propose(app, caller, act, new, key).await
            }
            Self::HearExit => {
                let statement = posted.optional("statement", exit::LONGEST_TEXT)?.unwrap_or_default();
                exit::hear(app, caller, act, entry(posted)?, code(posted, "hearing")?, statement).await
            }
            Self::DecideExit => {
                let cases = match posted.raw("colleague") {
                    "" => OpenCases::GoOn,
                    colleague => OpenCases::HandOver(chosen(colleague)?),
                };
                let document = posted.text("document_number", exit::LONGEST)?;
                let decided = Decided { outcome: code(posted, "outcome")?, document, cases };
                exit::decide(app, caller, act, entry(posted)?, decided).await
            }
        }
    }
}

fn entry(posted: &Posted) -> Result<[u8; 16], Refusal> {
    input::bytes(posted.raw(OF_ENTRY), OF_ENTRY).map_err(|_not_an_id| Refusal::NotFound)
}

fn code<T: std::str::FromStr<Err = NotACode>>(posted: &Posted, name: &str) -> Result<T, Refused> {
    chosen(posted.raw(name))
}

fn number<T: std::str::FromStr>(posted: &Posted, name: &str, (zh, en): (&str, &str)) -> Result<T, Refused> {
    let digits = posted.typed(name);
    digits.parse().map_err(|_not_a_number| Refusal::Malformed.because(zh, en))
}

fn new_training(posted: &Posted) -> Result<NewTraining, Refused> {
    let [held, until] = DAYS;
    Ok(NewTraining {
        class: code(posted, "class")?,
        level: code(posted, "level")?,
        topic: posted.text("topic", training::LONGEST)?,
        held: field::day(posted, "held_on", held)?,
        until: field::day(posted, "until_on", until)?,
        hours: number(posted, "hours", ("学时应为 1 至 400 的整数。", "Hours are a whole number from 1 to 400."))?,
        proof: posted.text("proof", training::LONGEST)?,
    })
}

fn new_assessment(posted: &Posted) -> Result<NewAssessment, Refused> {
    Ok(NewAssessment {
        year: number(posted, "year", ("请填写四位数的考核年度。", "The year has four digits."))?,
        result: code(posted, "result")?,
        organ: posted.text("organ", assessment::LONGEST)?,
        document: posted.text("document_number", assessment::LONGEST)?,
    })
}

/// An entry of a list: what it says, whether it was annulled, and the act on it.
#[derive(Debug, Clone)]
pub struct Line {
    /// In words.
    pub says: String,
    /// Whether it does not count.
    pub annulled: bool,
    /// Address and label of the acts on it.
    pub acts: Vec<(String, &'static str)>,
}

/// What the page of a person shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Hours of the last years.
    pub hours: Vec<String>,
    /// What is to be proposed.
    pub consequence: Option<&'static str>,
    /// Trainings, assessments and exits, each under its title.
    pub lists: Vec<(&'static str, Vec<Line>)>,
}

/// What this reader sees of the qualification of a person; none where they may see nothing.
///
/// # Errors
/// An internal error.
pub async fn shown(app: &State, signed: &SignedIn, found: &Detail) -> Result<Option<Shown>, Failure> {
    let (caller, id) = (&signed.caller, found.officer.id);
    if !qualification::may_see(caller, id) {
        return Ok(None);
    }
    let known = qualification::of(app, caller.clone(), id).await?;
    Ok(Some(Shown::of(signed, found, &known)))
}

/// An exit in words, step by step.
fn exit_says(language: Language, one: &ExitRow, names: &BTreeMap<OfficerId, String>) -> String {
    let word = |code: &'static str| words::word(language, code);
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    let proposer = match language {
        Language::Chinese => format!("提出人：{}", name(one.proposer)),
        Language::English => format!("proposed by {}", name(one.proposer)),
    };
    let proposal = format!("{}　{}　{}　{}", one.proposed.date(), word(one.ground.code()), one.facts, one.basis);
    let mut parts = vec![proposal, proposer];
    if let (Some(hearing), Some(at)) = (one.hearing, one.heard) {
        let said = one.statement.as_deref().unwrap_or_default();
        parts.push(format!("{}　{}　{said}", at.date(), word(hearing.code())));
    }
    if let (Some(outcome), Some(at), Some(by)) = (one.outcome, one.decided, one.decider) {
        let document = one.document.as_deref().unwrap_or_default();
        parts.push(format!("{}　{}　{document}　{}", at.date(), word(outcome.code()), name(by)));
    }
    parts.join("；")
}

impl Shown {
    fn of(signed: &SignedIn, found: &Detail, known: &Qualification) -> Self {
        let (id, language) = (found.officer.id, signed.visit.language);
        let word = |code: &'static str| words::word(language, code);
        let says = |zh: String, en: String| if language == Language::Chinese { zh } else { en };
        let offered = |act: QualificationAct, entry: &[u8; 16], fits: bool| {
            let (name, (zh, en), _) = act.said();
            let open = fits && act.is_open(&signed.caller, found);
            let address = format!("/console/officers/{id}/act/{name}?{OF_ENTRY}={}", hex(entry));
            open.then(|| (address, words::either(language, zh, en)))
        };
        let hours = known.hours.iter().map(|(year, hours)| {
            let (total, political) = (hours.total(), hours.political);
            says(
                format!("{year}年：{total} 学时（其中政治能力 {political} 学时），每年应不少于 {HOURS_PER_YEAR} 学时"),
                format!("{year}: {total} hours ({political} political), of {HOURS_PER_YEAR} a year"),
            )
        });
        let trainings = known.trainings.iter().map(|one| Line {
            says: format!(
                "{} – {}　{}　{}　{}　{}　{}",
                one.held_on,
                one.until_on,
                one.topic,
                word(one.class.code()),
                word(one.level.code()),
                says(format!("{} 学时", one.hours), format!("{} hours", one.hours)),
                one.proof
            ),
            annulled: one.annulled.is_some(),
            acts: offered(QualificationAct::AnnulTraining, &one.id, one.annulled.is_none()).into_iter().collect(),
        });
        let assessments = known.assessments.iter().map(|one| Line {
            says: format!("{}　{}　{}　{}", one.year, word(one.result.code()), one.organ, one.document),
            annulled: one.annulled.is_some(),
            acts: offered(QualificationAct::AnnulAssessment, &one.id, one.annulled.is_none()).into_iter().collect(),
        });
        let exits = known.exits.iter().map(|one| {
            let stage = one.stage();
            let acts = [
                offered(QualificationAct::HearExit, &one.id, stage.may_hear().is_ok()),
                offered(QualificationAct::DecideExit, &one.id, stage.may_decide(signed.caller.officer).is_ok()),
            ];
            let annulled = matches!(stage, ExitStage::Decided(ExitOutcome::Stays));
            Line { says: exit_says(language, one, &known.names), annulled, acts: acts.into_iter().flatten().collect() }
        });
        Self {
            hours: hours.collect(),
            consequence: known.consequence.map(|code| word(code.code())),
            lists: vec![
                (words::either(language, "培训", "Trainings"), trainings.collect()),
                (words::either(language, "年度考核", "Yearly assessments"), assessments.collect()),
                (words::either(language, "退出", "Exits"), exits.collect()),
            ],
        }
    }
}
