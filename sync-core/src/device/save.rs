//! A save: one change in one transaction.
//!
//! Promise: change, operations, values, chain head, number, evidence rows and check results are stored together or not
//! at all. A draft is never refused for its content. A formal act is refused if a rule blocks it, if a field shown by
//! the document has two live values, or if the lease has ended and no reason is recorded. If a case has very many
//! heads, empty merge changes reduce them first, in the same transaction.

use crate::case::{CaseState, Graph, fold};
use crate::change::{Change, Header, MAX_DEPS, NewOp};
use crate::device::index::Opener;
use crate::device::judge::Judge;
use crate::device::recent::RecentCase;
use crate::device::rows::{self, Chain};
use crate::device::time::{self, Now};
use crate::device::{
    ClockFault, Device, Drawn, Identity, Moment, NewEvidence, NumberFor, SaveError, Stop, StoreError, VoidNumber,
    evidence, index, number, offer, refuse,
};
use crate::evidence::fit;
use crate::id::{CaseId, ChangeId, Digest, Epoch};
use crate::law::check::Check;
use crate::lease::SignedLease;
use crate::op::{Act, OpId};
use crate::schema::{self as names, FieldName};
use crate::sign::{PublicKey, Signer, SignerError, Tag};
use crate::value::Value;
use rusqlite::{Transaction, TransactionBehavior};

const EPOCH: Tag = Tag("palm/v1/epoch");
const MERGE: Tag = Tag("palm/v1/merge");
/// Largest number of heads that a save names: half of the limit of a change.
const MOST_HEADS: usize = MAX_DEPS / 2;

/// The content of one save.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Save {
    /// The case; `None` if the first operation opens one.
    pub case: Option<CaseId>,
    /// The operations.
    pub ops: Vec<NewOp>,
    /// Files that it binds.
    pub evidence: Vec<NewEvidence>,
    /// A form number that it takes. If no number is free, the field stays empty.
    pub number: Option<NumberFor>,
    /// A form number that it voids.
    pub void: Option<VoidNumber>,
}

/// The result of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The change.
    pub change: ChangeId,
    /// The case.
    pub case: CaseId,
    /// The number it took.
    pub number: Option<Drawn>,
    /// The number it voided.
    pub voided: Option<Drawn>,
    /// Current check results: breached and undecided.
    pub checks: Vec<Check>,
    /// The fault of the phone's clock, if one is proven.
    pub clock: Option<ClockFault>,
}

impl Device {
    /// Saves. `secret` is 32 fresh random bytes.
    ///
    /// # Errors
    /// [`SaveError`]; then nothing was saved, unless the commit itself returned the error.
    pub fn save(
        &mut self,
        mut save: Save,
        moment: &Moment,
        secret: [u8; 32],
        signer: &dyn Signer,
    ) -> Result<Saved, SaveError> {
        let refused = refuse::not_built(&save);
        if !refused.is_empty() {
            return Err(SaveError::Stopped(refused));
        }
        for NewEvidence { digest, size, media_type, .. } in &save.evidence {
            fit(*size, media_type).map_err(|why| SaveError::Evidence { digest: *digest, why })?;
        }
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut held = match save.case {
            Some(case) => RecentCase::load(self.recent.take(), &tx, case)?.changes,
            None => Vec::new(),
        };
        if let Some(case) = save.case.filter(|_| held.is_empty()) {
            return Err(SaveError::UnknownCase(case));
        }
        let mut chain = chain(&tx, &secret)?;
        let lease = match rows::newest_lease(&tx, self.identity.device)? {
            Some(hash) => rows::lease(&tx, hash, &self.identity.tenant_key, self.verifier.as_ref())?,
            None => None,
        };
        let (number, voided) = numbers(&tx, &mut save)?;
        if let Some(place) = moment.place {
            save.ops.push(NewOp::new(Act::RecordStep { step: names::PLACE }).with(place.value()));
        }
        let now = time::now(&tx, &self.identity, moment)?;
        let made = Made { tx: &tx, identity: &self.identity, lease: lease.as_ref(), moment };
        let heads = made.fewer_heads(&mut chain, save.case, &mut held, &secret, signer)?;
        let header = made.header(&chain, save.case, heads)?;
        let opener = Opener { identity: &self.identity, verifier: self.verifier.as_ref() };
        let judge = &self.judge;
        let acting = Acting { tx: &tx, judge, opener, held: &held, header: &header, lease: lease.as_ref(), now };
        let stops = acting.stops(&save.ops, signer)?;
        if !stops.is_empty() {
            return Err(SaveError::Stopped(stops));
        }
        let change = Change::seal(header, save.ops, secret, signer)?;
        let state = check_form(&held, &change)?;
        mark(&tx, change.id(), (number.as_ref(), voided.as_ref()), save.void.as_ref())?;
        let mut refused = refuse::in_case(&state, &change);
        refused.extend(refuse::number::in_case(&tx, &state, &change, now.proved)?);
        if !refused.is_empty() {
            return Err(SaveError::Stopped(refused));
        }
        append(&tx, &mut chain, &change)?;
        save.evidence.iter().try_for_each(|file| evidence::add(&tx, change.case(), file))?;
        let (id, case) = (change.id(), change.case());
        held.push(change);
        let beyond = index::beyond(&tx, opener, &state)?;
        let checks = judge.checks((&state, &time::timeline(&tx, &held, &now)?), &beyond, now.proved);
        keep_checks(&tx, id, &checks)?;
        rows::write_card(&tx, &state)?;
        index::write(&tx, &state)?;
        let saved = Saved { change: id, case, number, voided, checks, clock: now.fault() };
        let held = RecentCase::now(&tx, saved.case, held)?;
        tx.commit()?;
        self.recent.replace(Some(held));
        Ok(saved)
    }
}

/// The chain head. A store that was found to be behind begins a new epoch, which is derived from the secret.
fn chain(tx: &Transaction<'_>, secret: &[u8; 32]) -> Result<Chain, StoreError> {
    let chain = Chain::load(tx)?;
    if !chain.behind {
        return Ok(chain);
    }
    let hash = EPOCH.hash(&[secret]);
    let epoch = hash.bytes().first_chunk().copied().unwrap_or_default();
    let fresh = Chain { epoch: Epoch::new(epoch), seq: 0, prev: None, behind: false };
    fresh.store(tx)?;
    Ok(fresh)
}

/// Common data of all changes of one save.
struct Made<'a> {
    tx: &'a Transaction<'a>,
    identity: &'a Identity,
    lease: Option<&'a SignedLease>,
    moment: &'a Moment,
}

impl Made<'_> {
    fn header(&self, chain: &Chain, case: Option<CaseId>, deps: Vec<ChangeId>) -> Result<Header, StoreError> {
        let Self { tx, identity, lease, moment } = self;
        Ok(Header {
            tenant: identity.tenant,
            device: identity.device,
            epoch: chain.epoch,
            seq: chain.seq + 1,
            prev: chain.prev,
            officer: identity.officer,
            lease: lease.map(|lease| lease.hash),
            case,
            deps,
            clock: time::clock(tx, moment)?,
            rules: Judge::rules_hash(),
            ops: Digest::new([0; 32]),
        })
    }

    /// The heads of the case, few enough for one change.
    fn fewer_heads(
        &self,
        chain: &mut Chain,
        case: Option<CaseId>,
        held: &mut Vec<Change>,
        secret: &[u8; 32],
        signer: &dyn Signer,
    ) -> Result<Vec<ChangeId>, SaveError> {
        let mut heads: Vec<ChangeId> = Graph::new(&*held).heads().into_iter().collect();
        while heads.len() > MOST_HEADS {
            let rest = heads.split_off(MOST_HEADS);
            let header = self.header(chain, case, heads)?;
            let fresh = MERGE.hash(&[secret, &header.seq.to_be_bytes()]);
            let merge = Change::seal(header, Vec::new(), *fresh.bytes(), signer)?;
            append(self.tx, chain, &merge)?;
            heads = rest;
            heads.push(merge.id());
            held.push(merge);
        }
        Ok(heads)
    }
}

/// Stores an own change and offers it.
fn append(tx: &Transaction<'_>, chain: &mut Chain, change: &Change) -> Result<(), StoreError> {
    rows::insert(tx, change, true)?;
    offer::add(tx, change.id())?;
    *chain = Chain { seq: change.header().seq, prev: Some(change.id()), ..*chain };
    chain.store(tx)
}

/// Takes the numbers that the save requests, and appends the operations that write them.
fn numbers(tx: &Transaction<'_>, save: &mut Save) -> Result<(Option<Drawn>, Option<Drawn>), SaveError> {
    let mut drawn = None;
    if let Some(NumberFor { document, form, year }) = &save.number {
        drawn = number::next(tx, form, *year)?;
        if let Some(drawn) = &drawn {
            let put = |field: FieldName, text: &str| NewOp::put(Some(*document), field, Vec::new(), Value::text(text));
            save.ops.extend([put(names::NUMBER, &drawn.text), put(names::NUMBER_SOURCE, names::BLOCK)]);
        }
    }
    let Some(VoidNumber { form, year, reason }) = &save.void else { return Ok((drawn, None)) };
    if drawn.as_ref().is_some_and(|drawn| drawn.form == *form && drawn.year == *year) {
        return Err(SaveError::Number("one save cannot take and void the same number".to_owned()));
    }
    let voided = number::next(tx, form, *year)?.ok_or_else(|| SaveError::Number(format!("{form} {year}")))?;
    let said = Value::List(vec![
        Value::text(form.as_str()),
        Value::Int((*year).into()),
        Value::Int(voided.serial.into()),
        Value::text(&voided.text),
        Value::text(reason),
    ]);
    save.ops.push(NewOp::new(Act::RecordStep { step: names::NUMBER_VOIDED }).with(said));
    Ok((drawn, Some(voided)))
}

/// Marks the numbers that a change takes and voids.
fn mark(
    tx: &Transaction<'_>,
    change: ChangeId,
    (taken, voided): (Option<&Drawn>, Option<&Drawn>),
    void: Option<&VoidNumber>,
) -> Result<(), SaveError> {
    if let Some(drawn) = taken {
        number::mark(tx, drawn, change, None)?;
    }
    if let (Some(drawn), Some(void)) = (voided, void) {
        number::mark(tx, drawn, change, Some(&void.reason))?;
    }
    Ok(())
}

/// A save with formal acts, before it is stored.
struct Acting<'a> {
    tx: &'a Transaction<'a>,
    judge: &'a Judge,
    opener: Opener<'a>,
    held: &'a [Change],
    header: &'a Header,
    lease: Option<&'a SignedLease>,
    now: Now,
}

impl Acting<'_> {
    /// The refusals of the formal acts in this save, judged on the case with the other operations of the save.
    fn stops(&self, ops: &[NewOp], signer: &dyn Signer) -> Result<Vec<Stop>, SaveError> {
        if !ops.iter().any(|op| op.act.is_formal()) {
            return Ok(Vec::new());
        }
        let rest = ops.iter().map(|op| if op.act.is_formal() { nothing() } else { op.clone() }).collect();
        let trial = Change::seal(self.header.clone(), rest, [0; 32], &NoSigner(signer))?;
        let own = trial.id();
        let with_trial: Vec<Change> = self.held.iter().cloned().chain([trial]).collect();
        let before = fold(self.header.case.unwrap_or(own), &with_trial);
        let timeline = time::timeline(self.tx, &with_trial, &self.now)?;
        let beyond = index::beyond(self.tx, self.opener, &before)?;
        let mut stops = self.judge.stops((&before, &timeline), &beyond, own, ops, self.now.proved);
        stops.extend(ops.iter().filter_map(|op| conflict(&before, own, op)));
        if before.steps_of(&names::OVERRUN_REASON).next().is_none() {
            stops.extend(self.lease_stop());
        }
        Ok(stops)
    }

    /// Whether the lease stops a formal act now. A wall clock alone neither ends a lease nor extends one that has
    /// provably ended.
    fn lease_stop(&self) -> Option<Stop> {
        let Now { proved, wall } = self.now;
        let ends = self.lease.map(|lease| lease.lease.not_after);
        let over = || {
            let zh = "终端离线使用许可已到期：签名、送达前请先记录理由。".to_owned();
            let en =
                "The permission to work offline has ended: record a reason before signing or delivering.".to_owned();
            Some(stop("lease_over", zh, en))
        };
        let Some(ends) = ends.filter(|ends| proved.lower < *ends) else { return over() };
        let fault = self.now.fault();
        if proved.upper < ends || (fault.is_none() && wall < ends) {
            return None;
        }
        if proved.is_bounded() {
            // It ends within the tolerance of the monotonic clock.
            return over();
        }
        let (zh, en) = match fault {
            Some(fault) => (fault.zh, fault.en),
            None => (
                format!(
                    "手机重启后无法证明现在的时间：手机时钟显示 {wall}，终端离线使用许可到 {ends} 为止。请核对手机时钟。"
                ),
                format!(
                    "The phone was restarted and cannot prove the time: its clock shows {wall}, the permission to work offline ends {ends}. Check the clock."
                ),
            ),
        };
        Some(stop(
            "clock_not_proved",
            format!("{zh}请联网后再签名、送达，或者先记录理由。"),
            format!("{en} Connect before signing or delivering, or record a reason first."),
        ))
    }
}

fn stop(code: &str, zh: String, en: String) -> Stop {
    Stop { code: code.to_owned(), article: None, zh, en, ops: Vec::new(), offer: None }
}

/// A placeholder for a formal act, so that the other operations keep their indexes.
fn nothing() -> NewOp {
    NewOp::new(Act::Unknown { kind: u64::MAX, detail: Value::Null })
}

/// A field that the document has or shows, with two live values.
fn conflict(before: &CaseState, own: ChangeId, op: &NewOp) -> Option<Stop> {
    let Act::Sign(signature) = &op.act else { return None };
    let target = op.target?.resolve(own);
    let shown: Vec<OpId> = signature.shown.iter().map(|shown| shown.resolve(own)).collect();
    let field = before
        .conflicts()
        .find(|field| field.target == Some(target) || field.live.iter().any(|live| shown.contains(&live.op)))?;
    let entity = field.target.and_then(|target| before.entities.get(&target)).map(|found| &found.kind);
    let label = names::field(entity, &field.name);
    let (zh, en) = label.map_or(("某项内容", "A value"), |label| (label.zh, label.en));
    Some(Stop {
        code: "field_in_conflict".to_owned(),
        article: None,
        zh: format!("文书中的“{zh}”有两个不同的值，须先确定再签名。"),
        en: format!("“{en}” shown in the document has two different values: resolve this before signing."),
        ops: field.live.iter().map(|live| live.op).collect(),
        offer: None,
    })
}

/// The state with the change; a save without effect is refused.
fn check_form(held: &[Change], change: &Change) -> Result<CaseState, SaveError> {
    let state = fold(change.case(), held.iter().chain([change]));
    match state.without_effect.get(&change.id()) {
        Some(breach) => Err(SaveError::Form(*breach)),
        None => Ok(state),
    }
}

fn keep_checks(tx: &Transaction<'_>, change: ChangeId, checks: &[Check]) -> Result<(), StoreError> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO check_result
             (change, place, rules, rule, article, document, party, reason, severity, outcome, zh, en)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (place, check) in (0_i64..).zip(checks) {
        let Check { rule, article, document, party, reason, severity, outcome, zh, en } = check;
        let [document, party] = [document, party].map(|of| of.map(|of| of.to_string()));
        let (rules, severity, outcome) = (Judge::rules_hash(), severity.code(), outcome.code());
        statement.execute((change, place, rules, rule, article, document, party, reason, severity, outcome, zh, en))?;
    }
    Ok(())
}

/// A signer for a change that is only used inside this call.
struct NoSigner<'a>(&'a dyn Signer);

impl Signer for NoSigner<'_> {
    fn sign(&self, _message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok([0; 64])
    }

    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }
}
