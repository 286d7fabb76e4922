//! Commands of a head on a case: register, return, admit or dismiss a change, write off a file, close.
//!
//! Promise: a command is decided on the state that the caller saw, or refused as stale. An officer who handles the case
//! and a supervisor are refused. The decision is a change of the server that names the person. `sync_core::decision`
//! and the law determine the obstacles; each obstacle has its own code.

use sync_core::case::{BY_HEAD, CaseState, Graph, fold};
use sync_core::change::NewOp;
use sync_core::decision::{self, CaseStatus, Obstacle};
use sync_core::id::{CaseId, ChangeId, Digest, TenantId};
use sync_core::law::rule::{self, blocking};
use sync_core::op::{self, Act, Number, OpId, OpRef, VerdictAct};
use sync_core::plan::Interval;
use sync_core::schema::{CASE_NUMBER, DOCUMENT, EntityKind, RECORD};
use sync_core::time::Instant;
use sync_core::value::Value;

use super::access::{self, Access};
use super::caller::{Caller, Role};
use super::case::Detail;
use super::evidence::damage;
use super::idempotency::IdempotentRequest;
use super::judge::Bench;
use super::seen::Seen;
use super::{case_record, chain};
use crate::flow::app::App;
use crate::flow::keys::Keys;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{self, StoredChange, Tx};

/// The kind of a command, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandKind {
    /// Register an on-the-spot decision (备案).
    Register {
        /// The document.
        target: OpId,
        /// A note.
        note: Option<String>,
    },
    /// Return a record for a supplement (退回补充).
    Return {
        /// The record.
        target: OpId,
        /// What the supplement must contain.
        reason: String,
    },
    /// Admit a quarantined change (认可), or dismiss it permanently (不予认可).
    Judge {
        /// The change.
        change: ChangeId,
        /// Whether it has effect from now on.
        admit: bool,
        /// Why.
        reason: String,
    },
    /// Write off a file that will never arrive (登记证据灭失).
    WriteOff {
        /// SHA-256 of its bytes.
        digest: Digest,
        /// Why it will not arrive.
        reason: String,
    },
    /// Receive the filing of an inspection without code (备案回执).
    ReceiveFiling {
        /// A note.
        note: Option<String>,
    },
    /// Close the case (结案).
    Close {
        /// A note.
        note: Option<String>,
    },
}

/// A command on a case.
#[derive(Debug, Clone)]
pub struct Command {
    /// Which case.
    pub case: CaseId,
    /// Hash of the heads that the caller saw.
    pub seen: Seen<Digest>,
    /// The idempotency key.
    pub key: Option<String>,
    /// The kind.
    pub kind: CommandKind,
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The case.
    pub case: CaseId,
    /// The server's change that carries the decision.
    pub change: ChangeId,
    /// Hash of the heads now.
    pub basis: Digest,
    /// Status now.
    pub status: CaseStatus,
    /// Case number, or empty.
    pub number: String,
}

/// Roles that register decisions.
const REGISTERING: [Role; 3] = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead];
/// Roles that return records, judge changes and close cases: the head of the unit, or the head of the organ if the head of
/// the unit is an officer of the case.
const HEADING: [Role; 2] = [Role::UnitHead, Role::PrincipalHead];
/// Roles that receive filings, for the department of justice.
const RECEIVING: [Role; 1] = [Role::CountySupervisor];

/// Commands that the caller's role and relation to the case permit. The state of the case may still prevent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    /// Register decisions.
    pub registers: bool,
    /// Return records, judge changes, write off files and close the case.
    pub heads: bool,
    /// Receive filings.
    pub receives: bool,
}

/// See [`Powers`].
pub fn powers(caller: &Caller, access: &Access, own: bool) -> Powers {
    let decides = access.handles && !own && !access::supervises(caller);
    let is_one = |roles: &[Role]| decides && caller.must_be(roles).is_ok();
    let receives = receives(caller, access);
    Powers { registers: is_one(&REGISTERING), heads: is_one(&HEADING), receives }
}

/// Documents that can be registered and records that can be returned, in the current state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// Decisions on the spot that were not registered.
    pub to_register: Vec<OpId>,
    /// Records that were not returned, or were supplemented.
    pub to_return: Vec<OpId>,
}

/// See [`Targets`].
pub fn targets(found: &Detail) -> Targets {
    let graph = Graph::new(found.held.iter().map(|stored| &*stored.change));
    let of = |kind: &EntityKind, may: &dyn Fn(OpId) -> bool| {
        found.case.state.entities_of(kind).into_iter().map(|(id, _)| id).filter(|id| may(*id)).collect()
    };
    Targets {
        to_register: of(&DOCUMENT, &|id| decision::may_register(&found.case.state, id).is_ok()),
        to_return: of(&RECORD, &|id| decision::may_return(&found.case.state, &graph, id).is_ok()),
    }
}

fn receives(caller: &Caller, access: &Access) -> bool {
    access::supervises(caller) && !access.takes_part && caller.must_be(&RECEIVING).is_ok()
}

impl CommandKind {
    const fn route(&self) -> &'static str {
        match self {
            Self::Register { .. } => "case.register",
            Self::Return { .. } => "case.return",
            Self::Judge { .. } => "case.verdict",
            Self::WriteOff { .. } => "case.write_off",
            Self::ReceiveFiling { .. } => "case.receive_filing",
            Self::Close { .. } => "case.close",
        }
    }

    const fn deciders(&self) -> &'static [Role] {
        match self {
            Self::Register { .. } => &REGISTERING,
            Self::ReceiveFiling { .. } => &RECEIVING,
            Self::Return { .. } | Self::Judge { .. } | Self::WriteOff { .. } | Self::Close { .. } => &HEADING,
        }
    }

    fn idempotent_request(&self, caller: &Caller, command: &Command) -> IdempotentRequest {
        let (target, text) = match self {
            Self::Register { target, note } => (target.to_string(), note.clone().unwrap_or_default()),
            Self::Return { target, reason } => (target.to_string(), reason.clone()),
            Self::Judge { change, admit, reason } => (format!("{change} {admit}"), reason.clone()),
            Self::WriteOff { digest, reason } => (digest.to_string(), reason.clone()),
            Self::ReceiveFiling { note } | Self::Close { note } => (String::new(), note.clone().unwrap_or_default()),
        };
        let (case, seen) = (command.case.to_string(), command.seen.to_string());
        IdempotentRequest::new(caller.officer, self.route(), command.key.clone(), &[&case, &seen, &target, &text])
    }
}

/// Executes a command.
///
/// # Errors
/// [`Refusal::NotFound`] out of reach; [`Refusal::Forbidden`], [`Refusal::OwnCase`]; [`Refusal::Stale`] where the
/// case has changed since; the refusal of the obstacle; or an internal error.
pub async fn run(app: &App, caller: Caller, command: Command) -> Result<Outcome, Failure> {
    let (tenant, now, keys) = (app.tenant, app.clock.now(), app.keys.clone());
    if matches!(command.kind, CommandKind::Close { .. }) {
        // The record states which files the server holds.
        damage::look_for(app, command.case).await?;
    }
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let access = may_decide(tx, &tenant, &caller, &command)?;
            let request = command.kind.idempotent_request(&caller, &command);
            if let Some(made) = request.made_before(tx, &tenant)? {
                let change =
                    ChangeId::from_slice(&made).ok_or(store::Error::Inconsistent { what: "idempotency.made" })?;
                return outcome(tx, &tenant, command.case, change);
            }
            if !command.seen.holds_for(&access.file.basis) {
                return Err(Refusal::Stale.into());
            }
            let mut deciding = Deciding { tx, keys: &keys, tenant, now, caller: &caller, access };
            let change = deciding.decide(&command)?;
            request.has_made(tx, &tenant, change.bytes(), now)?;
            outcome(tx, &tenant, command.case, change)
        })
        .await
}

fn may_decide(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, command: &Command) -> Result<Access, Failure> {
    let access = access::reach(tx, tenant, caller, &command.case)?;
    if matches!(command.kind, CommandKind::ReceiveFiling { .. }) {
        return if receives(caller, &access) { Ok(access) } else { Err(Refusal::Forbidden.into()) };
    }
    if access::supervises(caller) || !access.handles {
        return Err(Refusal::Forbidden.into());
    }
    caller.must_be(command.kind.deciders())?;
    let own = access.reads_own(tx, tenant, &caller.officer)?;
    if own { Err(Refusal::OwnCase.into()) } else { Ok(access) }
}

fn outcome(tx: &mut Tx<'_>, tenant: &TenantId, case: CaseId, change: ChangeId) -> Result<Outcome, Failure> {
    let file = tx.case_file(tenant, &case)?.ok_or(Refusal::NotFound)?;
    Ok(Outcome { case, change, basis: file.basis, status: file.status, number: file.number })
}

fn refusal(obstacle: Obstacle) -> Refusal {
    match obstacle {
        Obstacle::Closed => Refusal::CaseClosed,
        Obstacle::NoSuchTarget => Refusal::NoSuchTarget,
        Obstacle::NotBuilt => Refusal::NotBuilt,
        Obstacle::NotReported => Refusal::NotReported,
        Obstacle::NoResult => Refusal::NoResult,
        Obstacle::NotFiled => Refusal::NotFiled,
        Obstacle::FilingReceived => Refusal::FilingReceived,
        Obstacle::NotASpotDecision => Refusal::NotASpotDecision,
        Obstacle::Registered => Refusal::AlreadyRegistered,
        Obstacle::Returned => Refusal::AlreadyReturned,
        Obstacle::Conflict => Refusal::ConflictOpen,
        Obstacle::NotSupplemented => Refusal::RecordNotSupplemented,
        Obstacle::Quarantined => Refusal::ChangeQuarantined,
        Obstacle::NotQuarantined => Refusal::NotQuarantined,
        Obstacle::WrittenOff => Refusal::AlreadyWrittenOff,
    }
}

struct Deciding<'a, 't> {
    tx: &'a mut Tx<'t>,
    keys: &'a Keys,
    tenant: TenantId,
    now: Instant,
    caller: &'a Caller,
    access: Access,
}

impl Deciding<'_, '_> {
    fn decide(&mut self, command: &Command) -> Result<ChangeId, Failure> {
        let held = self.tx.case_changes(&self.tenant, &command.case)?;
        let state = fold(command.case, held.iter().map(|stored| &*stored.change));
        let graph = Graph::new(held.iter().map(|stored| &*stored.change));
        let basis = state.basis();
        match &command.kind {
            CommandKind::Register { target, note } => {
                decision::may_register(&state, *target).map_err(refusal)?;
                let op = decided(decision::REGISTERED, basis, note.as_deref()).on(OpRef::Of(*target));
                self.append(command.case, vec![op])
            }
            CommandKind::Return { target, reason } => {
                decision::may_return(&state, &graph, *target).map_err(refusal)?;
                let op = decided(decision::RETURNED, basis, Some(reason)).on(OpRef::Of(*target));
                self.append(command.case, vec![op])
            }
            CommandKind::Judge { change, admit, reason } => {
                let against = decision::may_judge(&state, *change).map_err(refusal)?;
                self.append(command.case, vec![verdict(*change, *admit, reason, against)])
            }
            CommandKind::WriteOff { digest, reason } => {
                let op = decision::write_off(&state, &graph, *digest, reason).map_err(refusal)?;
                if !self.tx.missing_evidence(&self.tenant, self.access.file.case_leaf)?.contains(digest) {
                    return Err(Refusal::EvidenceArrived.into());
                }
                self.append(command.case, vec![op])
            }
            CommandKind::ReceiveFiling { note } => {
                decision::may_receive_filing(&state).map_err(refusal)?;
                self.append(command.case, vec![decided(decision::FILING_RECEIVED, basis, note.as_deref())])
            }
            CommandKind::Close { note } => {
                self.may_close(&state, &held)?;
                let number = self.number()?;
                let closed = decided(decision::CLOSED, basis, note.as_deref());
                let change = self.append(command.case, vec![closed, NewOp::new(Act::Number(number))])?;
                let closing = case_record::Closing { basis, by: self.caller.officer, at: self.now };
                case_record::issue(self.tx, self.keys, &self.tenant, command.case, closing)?;
                Ok(change)
            }
        }
    }

    fn append(&mut self, case: CaseId, ops: Vec<NewOp>) -> Result<ChangeId, Failure> {
        let person = self.caller.officer;
        chain::append(self.tx, self.keys, self.tenant, case, person, ops, self.now)
    }

    fn may_close(&mut self, state: &CaseState, held: &[StoredChange]) -> Result<(), Failure> {
        let graph = Graph::new(held.iter().map(|stored| &*stored.change));
        if let Some(first) = decision::close(state, &graph).into_iter().next() {
            return Err(refusal(first).into());
        }
        let first = held.first().ok_or(store::Error::Inconsistent { what: "case_file" })?;
        let missing = self.tx.missing_evidence(&self.tenant, first.case_leaf)?.len();
        if missing > 0 {
            let zh = format!(
                "有 {missing} 个证据文件尚未上传或已损坏，暂不能结案：请等待上传；确实无法补传的，先登记证据灭失并说明理由。"
            );
            let en = format!(
                "{missing} files of evidence have not arrived or are damaged: wait for them, or write off those that will \
                 never arrive, with a reason; then close the case."
            );
            return Err(Refusal::EvidenceIncomplete.because(zh, en).into());
        }
        let results =
            Bench::default().judge_closing(self.tx, &self.tenant, (state, held), Interval::exactly(self.now))?;
        match blocking(&results, rule::FormalAct::Close).first() {
            Some(stop) => {
                Err(Refusal::ClosingUnlawful.because(stop.zh.clone(), stop.en.clone()).under(stop.article).into())
            }
            None => Ok(()),
        }
    }

    /// The next case number of the organ in whose name the agency acts.
    fn number(&mut self) -> Result<Number, Failure> {
        let corrupt = store::Error::Inconsistent { what: "case_file.agency" };
        let mut agency = self.tx.agency(&self.tenant, &self.access.file.agency)?.ok_or(corrupt)?;
        if let Some(organ) = agency.acts_for {
            agency = self.tx.agency(&self.tenant, &organ)?.unwrap_or(agency);
        }
        let year = self.now.date().year();
        let serial = self.tx.take_numbers(&self.tenant, &CASE_NUMBER, &agency.id, year.into(), 1)?;
        let text = format!("（{}）案〔{year}〕{serial}号", agency.short_name);
        let year = u32::try_from(year).map_err(Failure::broken)?;
        Ok(Number { form: CASE_NUMBER, year, serial: u32::try_from(serial).map_err(Failure::broken)?, text })
    }
}

fn verdict(change: ChangeId, admit: bool, reason: &str, against: Vec<OpId>) -> NewOp {
    let outcome = if admit { op::Outcome::Admit } else { op::Outcome::Dismiss };
    let act = Act::Verdict(VerdictAct { change, outcome, code: BY_HEAD.to_owned() });
    let replaces = against.into_iter().map(OpRef::Of).collect();
    NewOp { replaces, ..NewOp::new(act) }.with(Value::text(reason))
}

fn decided(what: &str, basis: Digest, said: Option<&str>) -> NewOp {
    let op = NewOp::new(Act::Decide { decision: what.to_owned(), basis });
    match said {
        Some(said) => op.with(Value::text(said)),
        None => op,
    }
}
