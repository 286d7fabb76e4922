//! Commands of a head or a supervisor on a case: a form that says what will happen, then the flow.
//!
//! Promise: the command is decided on the state that the form's page showed. A form that is sent twice is executed
//! once. A refusal is shown above the form with the article of law, and the typed text is kept.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, OfficerId, hex};
use sync_core::law::rule::Outcome;
use sync_core::lead::LeadKind;
use sync_core::op::OpId;
use sync_core::schema::{DOCUMENT, EntityKind, RECORD};

use super::case::{Purpose, ask_purpose, case_id};
use super::file::{Block, Check, Drawings, Piece, Reader};
use super::page::{self, Page, Part};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::case::{self, Detail};
use crate::flow::command::{self, Command, CommandKind, Powers, powers};
use crate::flow::handwriting::Handwriting;
use crate::flow::lead::{self, NewLead};
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::view;
use crate::web::State;
use crate::web::problem::Problem;

const LONGEST_LEAD: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CaseAction {
    Register,
    Return,
    Admit,
    Dismiss,
    WriteOff,
    Receive,
    Close,
    Lead,
}

impl CaseAction {
    fn of(name: &str) -> Result<Self, Refusal> {
        match name {
            "register" => Ok(Self::Register),
            "return" => Ok(Self::Return),
            "admit" => Ok(Self::Admit),
            "dismiss" => Ok(Self::Dismiss),
            "write-off" => Ok(Self::WriteOff),
            "receive" => Ok(Self::Receive),
            "close" => Ok(Self::Close),
            "lead" => Ok(Self::Lead),
            _ => Err(Refusal::NotFound),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Return => "return",
            Self::Admit => "admit",
            Self::Dismiss => "dismiss",
            Self::WriteOff => "write-off",
            Self::Receive => "receive",
            Self::Close => "close",
            Self::Lead => "lead",
        }
    }

    const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Register => ("备案登记", "Register for the record"),
            Self::Return => ("退回补充", "Return for a supplement"),
            Self::Admit => ("认可变更", "Admit a change"),
            Self::Dismiss => ("不予认可", "Dismiss a change"),
            Self::WriteOff => ("登记证据灭失", "Write off a file"),
            Self::Receive => ("出具备案回执", "Receive the filing"),
            Self::Close => ("结案", "Close the case"),
            Self::Lead => ("提出监督事项", "Raise a supervision lead"),
        }
    }

    const fn explained(self) -> (&'static str, &'static str) {
        match self {
            Self::Register => (
                "登记已收到的当场处罚决定，只备案、不审批。登记后写入案卷，不能删除。",
                "Records that the decision made on the spot was reported. The registration is no approval. It becomes a permanent part of the file.",
            ),
            Self::Return => (
                "把笔录退回执法人员补充。原笔录不改动；补充内容另作补充笔录。补充之前不能结案。",
                "Returns a record to its officers. The record itself stays as it is: they add a supplement. Until then the case cannot be closed.",
            ),
            Self::Admit => (
                "认可后，该变更自此生效，与其他变更同等对待；决定及理由写入案卷，不能撤回。请先核对变更内容。",
                "From now on the change has effect like any other. The decision and its reason become a permanent part of the file. Read the change first.",
            ),
            Self::Dismiss => (
                "不予认可的变更留存案卷，但不产生任何效力；决定及理由写入案卷，不能撤回。请先核对变更内容。",
                "The change stays in the file without any effect. The decision and its reason become a permanent part of the file. Read the change first.",
            ),
            Self::WriteOff => (
                "确认该证据文件无法补传（例如终端遗失、损坏）后登记。登记后本案不再等待该文件，可以结案；登记及理由写入案卷和案卷记录（结案凭证），不能撤回。此后如收到该文件，仍予保存并显示。",
                "States that a file will never arrive, for instance because its phone was lost. The case no longer waits for it and can be closed. The statement and its reason stay in the case file and in its record. If the evidence arrives later, it is stored and shown.",
            ),
            Self::Receive => (
                "确认已收到该次未取得执法码检查的备案，并出具回执。回执写入案卷，不能删除；案卷其他内容不变，已结案的也可出具。",
                "Confirms that the filing of this inspection without enforcement code was received. The receipt becomes a permanent part of the file; nothing else changes. It is also possible for a closed case.",
            ),
            Self::Close => (
                "结案后服务器编定案号并签发案卷记录；此后收到的变更不在案卷记录之内，另作标记。有记录不一致未处理、变更待认可、证据未上传、退回未补充、没有办理结果，或者违反“阻止”级规定而未说明的，不予结案；下列其他未满足的规定不阻止结案，由您核对。",
                "The server numbers the case and signs its record; changes that arrive later are not covered by it and are marked. It refuses while a conflict is open, a change waits to be admitted, evidence is missing, a return is unanswered, no result is recorded, or a blocking rule is breached without a recorded reason; the other unmet rules below do not prevent it: please consider them.",
            ),
            Self::Lead => (
                "向办案单位提出监督事项，由其负责人答复。案卷本身不变。",
                "Tells the handling agency what you found; its head answers. The case itself does not change.",
            ),
        }
    }

    /// Whether the caller's role and relation to the case permit it.
    fn is_among(self, powers: Powers, raises: bool) -> bool {
        match self {
            Self::Register => powers.registers,
            Self::Return | Self::Admit | Self::Dismiss | Self::WriteOff | Self::Close => powers.heads,
            Self::Receive => powers.receives,
            Self::Lead => raises,
        }
    }

    /// The label of its text field.
    const fn prompt(self) -> (&'static str, &'static str) {
        match self {
            Self::Register | Self::Receive | Self::Close => ("备注（可不填）", "Note (optional)"),
            Self::Return => ("需要补充的内容", "What is missing"),
            Self::Admit | Self::Dismiss | Self::WriteOff => ("理由", "Reason"),
            Self::Lead => ("内容", "In words"),
        }
    }

    /// The kinds of its target entities.
    const fn targets(self) -> &'static [EntityKind] {
        match self {
            Self::Register => &[DOCUMENT],
            Self::Return => &[RECORD],
            Self::Admit | Self::Dismiss | Self::WriteOff | Self::Receive | Self::Close | Self::Lead => &[],
        }
    }

    /// The entities of the case to which it can be applied.
    fn candidates(self, reader: &Reader<'_>) -> Vec<Block> {
        match self {
            Self::Admit | Self::Dismiss => waiting(reader),
            Self::WriteOff => awaited(reader),
            Self::Register | Self::Return | Self::Receive | Self::Close | Self::Lead => reader.blocks(self.targets()),
        }
    }

    /// Whether it is applied to an entity of the case.
    const fn has_target(self) -> bool {
        matches!(self, Self::Register | Self::Return | Self::Admit | Self::Dismiss | Self::WriteOff)
    }
}

#[derive(Template)]
#[template(path = "case_action.html")]
struct CaseActionForm {
    page: Page,
    act: &'static str,
    id: String,
    title: String,
    explained: String,
    targets: Vec<Block>,
    /// Whether the case has no entity to which it can be applied.
    aimless: bool,
    kinds: &'static [&'static str],
    typed: Typed,
    back: String,
    most: usize,
    needs_text: bool,
    /// The label of the text field.
    prompt: String,
    /// Rules that are breached or undecided, before a closing.
    unmet: Vec<Check>,
    /// Whether the case has changed since its reader saw it.
    stale: bool,
}

impl CaseActionForm {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

/// The values of the form, hidden and typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    seen: String,
    /// The current state of the case, if it differs from the seen one; accepted only with the confirmation that it
    /// was read again.
    now: String,
    purpose: String,
    target: String,
    kind: String,
    text: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let raw = |name: &str| posted.raw(name).to_owned();
        Self {
            seen: if has_read_again(posted) { raw("now") } else { raw("seen") },
            now: String::new(),
            purpose: raw("purpose"),
            target: raw("target"),
            kind: raw("kind"),
            text: posted.typed("text"),
        }
    }
}

fn shown(signed: &SignedIn, act: CaseAction, found: Detail, typed: Typed) -> Result<CaseActionForm, Failure> {
    let (powers, raises) = (powers(&signed.caller, &found.access, found.own), lead::may_raise(&signed.caller));
    if !act.is_among(powers, raises) {
        let own = found.own && found.access.handles && act != CaseAction::Lead;
        return Err(if own { Refusal::OwnCase } else { Refusal::Forbidden }.into());
    }
    let phones = found.phones.clone();
    let possible = command::targets(&found);
    let case = view::case::detail(found)?;
    let page = Page::within(signed, Part::Cases, act.title());
    let (zh, en) = act.explained();
    let query = Purpose::from(typed.purpose.as_str()).query();
    let reader = Reader::new(signed.visit.language, &case, &phones);
    let mut targets = act.candidates(&reader);
    let unmet = if act == CaseAction::Close { unmet(&reader) } else { Vec::new() };
    // The choice stays, even if it is no longer possible: the refusal says why.
    let among =
        |ids: &[OpId], block: &Block| block.id == typed.target || block.id.parse().is_ok_and(|id| ids.contains(&id));
    targets.retain(|block| match act {
        CaseAction::Register => among(&possible.to_register, block),
        CaseAction::Return => among(&possible.to_return, block),
        CaseAction::Admit
        | CaseAction::Dismiss
        | CaseAction::WriteOff
        | CaseAction::Receive
        | CaseAction::Close
        | CaseAction::Lead => block.withdrawn.is_empty() && !block.shell,
    });
    Ok(CaseActionForm {
        explained: page.t(zh, en).to_owned(),
        act: act.name(),
        back: format!("/console/cases/{}{query}", case.card.id),
        id: case.card.id,
        title: case.card.title,
        aimless: targets.is_empty() && act.has_target(),
        targets,
        kinds: if act == CaseAction::Lead { LeadKind::CODES } else { &[] },
        typed,
        most: if act == CaseAction::Lead { LONGEST_LEAD } else { reason::LONGEST },
        prompt: page.t(act.prompt().0, act.prompt().1).to_owned(),
        unmet,
        needs_text: !matches!(act, CaseAction::Register | CaseAction::Receive | CaseAction::Close),
        stale: false,
        page,
    })
}

/// Breached and undecided rules, of any severity.
fn unmet(reader: &Reader<'_>) -> Vec<Check> {
    let mut checks = reader.checks();
    checks.retain(|check| matches!(check.outcome, Outcome::Breached | Outcome::Undecided));
    checks
}

/// The changes that wait for a verdict, with their content.
fn waiting(reader: &Reader<'_>) -> Vec<Block> {
    let blocks = reader.noted().into_iter().filter(|noted| noted.waits).map(|noted| Block {
        id: noted.change.change,
        label: noted.says,
        title: String::new(),
        by: noted.by,
        withdrawn: Vec::new(),
        shell: false,
        groups: Vec::new(),
        lines: Vec::new(),
    });
    blocks.collect()
}

/// The missing evidence files of the case.
fn awaited(reader: &Reader<'_>) -> Vec<Block> {
    let pieces = reader.pieces(&Handwriting::default(), &Drawings::default()).into_iter().filter(Piece::missing);
    let blocks = pieces.map(|piece| Block {
        title: if piece.damage.is_empty() { String::new() } else { format!("（{}）", piece.damage) },
        label: piece.title,
        by: format!("SHA-256 {}", piece.digest),
        id: piece.digest,
        withdrawn: Vec::new(),
        shell: false,
        groups: Vec::new(),
        lines: Vec::new(),
    });
    blocks.collect()
}

/// The form: empty, or filled in with the text of a form that was not accepted.
#[get("/cases/{id}/act/{act}")]
pub async fn form_page(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let (id, act) = (case_id(&id)?, CaseAction::of(&act)?);
    let unsent = signed.unsent(&app).await?;
    let of_form = |name: &str| unsent.as_ref().and_then(|unsent| unsent.fields.get(name).cloned()).unwrap_or_default();
    let else_typed = |said: String, name: &str| if said.is_empty() { of_form(name) } else { said };
    let seen = params.read("seen", ("案卷状态", "state of the case"), |text| text.parse::<Digest>().ok());
    let said = |params: &mut PageQuery, name: &str| else_typed(params.plain(name), name);
    let typed = Typed {
        seen: else_typed(seen.map(|seen| seen.to_string()).unwrap_or_default(), "seen"),
        now: String::new(),
        purpose: said(&mut params, "purpose"),
        target: said(&mut params, "target"),
        kind: of_form("kind"),
        text: of_form("text"),
    };
    let why = Purpose::from(typed.purpose.as_str()).said();
    let found = match page::outcome(case::detail(&app, signed.caller.clone(), id, why).await)? {
        Ok(found) => found,
        Err(refused) => return ask_purpose(&signed, refused),
    };
    let form = shown(&signed, act, found, typed)?;
    let page = form.page.clone().ignoring(&params).unsent(unsent.as_ref().filter(|_| !form.aimless));
    page::show(&signed.visit, &CaseActionForm { page, ..form })
}

/// Executes the command of a form.
#[post("/cases/{id}/act/{act}")]
pub async fn run(
    app: State,
    signed: SignedIn,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let (case, act) = (case_id(&id)?, CaseAction::of(&act)?);
    let done = match wanted(act, &posted) {
        Ok(Wanted::Command(seen, kind)) => {
            let key = Some(said_in(signed.caller.officer, act, &[&id, &seen.to_string()], &posted));
            let command = Command { case, seen: Seen::one(seen), key, kind };
            command::run(&app, signed.caller.clone(), command).await.map(|_outcome| None)
        }
        Ok(Wanted::Lead { kind, text }) => {
            let new = NewLead { case, kind, text, key: None };
            lead::raise(&app, signed.caller.clone(), new).await.map(|lead| Some(lead::id_text(&lead.row.id)))
        }
        Err(refused) => Err(Failure::Refused(refused)),
    };
    let typed = Typed::of(&posted);
    let purpose = Purpose::from(typed.purpose.as_str());
    match page::outcome(done)? {
        Ok(Some(lead)) => Ok(page::see(&format!("/console/leads/{lead}"))),
        Ok(None) => Ok(page::see(&format!("/console/cases/{id}{}", purpose.query()))),
        Err(refused) => {
            let found = case::detail(&app, signed.caller.clone(), case, purpose.said()).await?;
            let stale = refused.refusal == Refusal::Stale;
            let now = if stale { found.case.state.basis().to_string() } else { String::new() };
            let form = CaseActionForm { stale, ..shown(&signed, act, found, Typed { now, ..typed })? };
            page::again(&signed.visit, &refused, &CaseActionForm { page: form.page.refused(&refused), ..form })
        }
    }
}

/// The request of a form.
enum Wanted {
    Command(Digest, CommandKind),
    Lead { kind: LeadKind, text: String },
}

/// The idempotency key of a form: its content, the seen state, and its author.
fn said_in(who: OfficerId, act: CaseAction, of: &[&str], posted: &Posted) -> String {
    let (target, text) = (posted.raw("target"), posted.typed("text"));
    let who = who.to_string();
    let parts = [who.as_str(), act.name()].into_iter().chain(of.iter().copied()).chain([target, text.as_str()]);
    let mut digest = Sha256::new_with_prefix(b"palm/v1/console-act\0");
    for part in parts {
        digest.update(format!("{}:", part.len()));
        digest.update(part);
    }
    hex(&digest.finalize())
}

/// Whether the form confirms that the state `now` was read.
fn has_read_again(posted: &Posted) -> bool {
    !posted.raw("now").is_empty() && !posted.raw("again").is_empty()
}

/// The state that the command is decided on: the state that was seen when the form was opened or, if the case changed
/// since, the current one, once its reader confirms having read it. The browser requires the confirmation, and so
/// does the server.
fn decided_on(posted: &Posted) -> Result<Digest, Refused> {
    let rechecked = !posted.raw("now").is_empty();
    if rechecked && !has_read_again(posted) {
        let zh = "案卷内容已有变化：请重新查看案卷，并勾选“我已重新查看案卷，仍作此决定”。所填内容已保留。";
        let en = "The case changed since you looked: read it again and tick that you have, \
                  and still decide so. What you typed is kept.";
        return Err(Refusal::Stale.because(zh, en));
    }
    let state = posted.raw(if rechecked { "now" } else { "seen" });
    state.parse().map_err(|_no_state| Refused::from(Refusal::Stale))
}

fn wanted(act: CaseAction, posted: &Posted) -> Result<Wanted, Refused> {
    let seen = || decided_on(posted);
    let target = || posted.raw("target").parse().map_err(|_no_entity| Refused::from(Refusal::NoSuchTarget));
    let reason = || posted.prose("text", reason::LONGEST);
    let note = || posted.optional("text", reason::LONGEST);
    Ok(match act {
        CaseAction::Register => Wanted::Command(seen()?, CommandKind::Register { target: target()?, note: note()? }),
        CaseAction::Return => Wanted::Command(seen()?, CommandKind::Return { target: target()?, reason: reason()? }),
        CaseAction::Admit | CaseAction::Dismiss => {
            let seen = seen()?;
            let change = posted.raw("target").parse().map_err(|_no_change| Refused::from(Refusal::NotQuarantined))?;
            Wanted::Command(seen, CommandKind::Judge { change, admit: act == CaseAction::Admit, reason: reason()? })
        }
        CaseAction::WriteOff => {
            let seen = seen()?;
            let digest = posted.raw("target").parse().map_err(|_no_digest| Refused::from(Refusal::NoSuchTarget))?;
            Wanted::Command(seen, CommandKind::WriteOff { digest, reason: reason()? })
        }
        CaseAction::Receive => Wanted::Command(seen()?, CommandKind::ReceiveFiling { note: note()? }),
        CaseAction::Close => Wanted::Command(seen()?, CommandKind::Close { note: note()? }),
        CaseAction::Lead => {
            let unknown = || Refusal::Malformed.because("请选择事项类别。", "Choose what kind of problem it is.");
            let kind = LeadKind::parse(posted.raw("kind")).map_err(|_other| unknown())?;
            Wanted::Lead { kind, text: posted.prose("text", LONGEST_LEAD)? }
        }
    })
}
