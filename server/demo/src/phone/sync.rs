//! Synchronisation: the session of `sync_core` over the phone's connection.
//!
//! Promise: a lost connection is counted and retried; the command returns when everything is done, when only others can
//! proceed, or when it gives up. Saved changes stay queued.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};
use sync_core::device::NewEvidence;
use sync_core::id::ChangeId;
use sync_core::message::Class;
use sync_core::session::{Absorbed, Answer, HostAction, Limits, Request, Session};

use server::flow::refusal::Refusal;

use super::Phone;
use super::answer::{CommandError, Done};
use super::command::Sync;

const ROUNDS: u32 = 20;
const GIVE_UP_MS: u64 = 30_000;
/// Short waits, because the phone is observed; a background app waits longer.
const FIRST_WAIT_MS: u64 = 40;
const LONGEST_WAIT_MS: u64 = 300;
const LONGEST_SLEEP_MS: u64 = 1000;

/// The result.
#[derive(Debug, Default)]
struct Account {
    pushed: usize,
    acknowledged: usize,
    pulled: usize,
    uploaded: usize,
    reconciled: usize,
    retries: u64,
    last: BTreeMap<ChangeId, (Class, String)>,
    unreadable: Vec<String>,
    gave_up: bool,
}

impl Account {
    fn take(&mut self, request: &Request, absorbed: Absorbed) {
        let Absorbed { acknowledged, outcomes, arrived, uploaded } = absorbed;
        self.pushed += outcomes.len();
        self.acknowledged += acknowledged.len();
        self.uploaded += usize::from(uploaded.is_some());
        self.reconciled += usize::from(arrived.is_some() && request.path.ends_with("/reconcile"));
        for outcome in outcomes {
            self.last.extend(outcome.change.map(|change| (change, (outcome.class, outcome.code))));
        }
        if let Some(arrived) = arrived {
            self.pulled += arrived.stored.len();
            self.unreadable.extend(arrived.refused);
        }
    }

    fn of(&self, class: Class) -> Vec<Json> {
        let of_class = self.last.iter().filter(|(_, (found, _))| *found == class);
        of_class.map(|(change, (_, code))| json!({"change": change, "code": code})).collect()
    }
}

impl Phone {
    /// Pushes, uploads and pulls until there is nothing left to do.
    pub(super) fn sync(&mut self, how: &Sync) -> Done {
        if !self.line.has_network() {
            return Err(CommandError::Lost("no network: send connect".to_owned()));
        }
        let before = self.line.count();
        let usual = Limits::default();
        let limits = Limits {
            batch: how.batch.unwrap_or(usual.batch),
            chunk: how.chunk.unwrap_or(usual.chunk).max(1),
            first_wait_ms: FIRST_WAIT_MS,
            longest_wait_ms: LONGEST_WAIT_MS,
            ..usual
        };
        let mut session = Session::new(limits);
        if how.reconcile {
            session.reconcile();
        }
        let account = self.converse(&mut session, how)?;
        let tally = self.owner()?.device.tally()?;
        let (after, failure) = (self.line.count(), session.last_failure());
        Ok(json!({
            "pushed": account.pushed, "acknowledged": account.acknowledged, "unacknowledged": tally.changes,
            "parked": account.of(Class::Parked).len(), "refused": account.of(Class::Refused).len(),
            "quarantined": account.of(Class::Quarantined), "without_effect": account.of(Class::WithoutEffect),
            "refusals": account.of(Class::Refused), "pulled": account.pulled, "parked_here": tally.parked,
            "unreadable": account.unreadable, "uploaded": account.uploaded, "evidence_waiting": tally.files,
            "reconciled": account.reconciled, "requests": after.requests - before.requests,
            "lost": after.lost - before.lost, "retries": account.retries, "gave_up": account.gave_up,
            "trouble": failure.map(|failure| json!({"status": failure.status, "code": failure.code})),
        }))
    }

    fn converse(&mut self, session: &mut Session, how: &Sync) -> Result<Account, CommandError> {
        let mut account = Account::default();
        let end = self.boot.monotonic_ms().saturating_add(how.give_up_ms.unwrap_or(GIVE_UP_MS));
        let mut rounds = how.rounds.unwrap_or(ROUNDS).max(1);
        loop {
            if self.boot.monotonic_ms() >= end {
                account.gave_up = true;
                return Ok(account);
            }
            match self.next(session)? {
                HostAction::Send(request) => self.carry(session, &request, &mut account)?,
                HostAction::Wait(ms) => {
                    account.retries += 1;
                    sleep(ms);
                }
                HostAction::NeedToken => self.renew(session, &mut account)?,
                HostAction::Idle { again_ms: None } => return Ok(account),
                HostAction::Idle { again_ms: Some(ms) } => {
                    rounds -= 1;
                    if rounds == 0 {
                        return Ok(account);
                    }
                    account.retries += 1;
                    sleep(ms);
                    // The feed may contain what it waits for.
                    session.pull_again();
                }
            }
        }
    }

    fn next(&self, session: &mut Session) -> Result<HostAction, CommandError> {
        let folder = &self.folder;
        let mut media =
            |file: &NewEvidence, offset: u64, length: usize| folder.read_media(&file.location, offset, length);
        Ok(session.next(&self.owner()?.device, self.boot.monotonic_ms(), &mut media)?)
    }

    fn carry(&mut self, session: &mut Session, request: &Request, account: &mut Account) -> Result<(), CommandError> {
        let answer = match self.line.send(request) {
            Ok(response) => Answer::Response(response),
            Err(CommandError::Lost(why)) => {
                tracing::debug!(%why, path = request.path, "lost");
                Answer::Lost
            }
            Err(other) => return Err(other),
        };
        let now = self.now();
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        account.take(request, session.absorb(&mut owner.device, &answer, &now)?);
        Ok(())
    }

    fn renew(&mut self, session: &mut Session, account: &mut Account) -> Result<(), CommandError> {
        let owner = self.owner.as_ref().ok_or_else(CommandError::not_enrolled)?;
        match self.line.renew(owner.id(), &owner.key) {
            Ok(()) => session.token_renewed(),
            Err(CommandError::Lost(_)) => {
                account.retries += 1;
                sleep(FIRST_WAIT_MS);
            }
            // Without authority the phone hands in its changes with its key alone.
            Err(CommandError::Refused(told)) if lost_authority(&told.code) => {
                match self.line.hand_in(owner.id(), &owner.key) {
                    Ok(()) => session.hand_in(),
                    Err(CommandError::Lost(_)) => {
                        account.retries += 1;
                        sleep(FIRST_WAIT_MS);
                    }
                    Err(other) => return Err(other),
                }
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

fn lost_authority(code: &str) -> bool {
    let codes = [Refusal::DeviceRevoked, Refusal::OfficerLeft].map(|refusal| refusal.explain().code);
    codes.contains(&code)
}

fn sleep(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms.min(LONGEST_SLEEP_MS)));
}
