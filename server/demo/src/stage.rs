//! Shared state of the chapters: server, links, phones, account, saved changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::anyhow;
use serde_json::{Value, json};
use server::clock::Clock;
use sync_core::time::Date;

use super::account::Account;
use super::api::Api;
use super::check::Checks;
use super::link::{Link, Traffic};
use super::process::{Answer, Installation, Phone, Server};
use super::sabotage::Interference;

/// Shared state of the chapters.
#[derive(Debug)]
pub struct Stage {
    /// The printed account.
    pub account: Account,
    /// The claims.
    pub checks: Checks,
    /// How processes are started.
    pub installation: Installation,
    /// The server.
    pub server: Server,
    /// The faults of the links.
    pub traffic: Arc<Traffic>,
    /// Interference on purpose, or none.
    pub interference: Arc<Interference>,
    /// The password of every made-up account, fresh for this run.
    pub password: String,
    /// Seed of the links' scripts.
    pub seed: u64,
}

impl Stage {
    /// Signs in.
    ///
    /// # Errors
    /// The server refuses.
    pub fn sign_in(&self, login: &str) -> anyhow::Result<Api> {
        Api::at(&self.server.url()).sign_in(login, &self.password)
    }

    /// Records a claim.
    pub fn claim(&mut self, zh: &str, en: &str, held: bool, found: impl FnOnce() -> String) -> bool {
        self.checks.hold(&self.account, zh, en, held, found)
    }

    /// Records the claim that two values are equal.
    pub fn same<T: PartialEq + std::fmt::Debug>(&mut self, zh: &str, en: &str, found: &T, wanted: &T) -> bool {
        self.claim(zh, en, found == wanted, || format!("found {found:?}, wanted {wanted:?}"))
    }
}

/// An officer with a phone behind a link.
#[derive(Debug)]
pub struct Member {
    /// The phone.
    pub phone: Phone,
    /// Its link.
    pub link: Link,
    /// Id of the officer.
    pub officer: String,
    /// Name.
    pub name: String,
    /// Number of the certificate.
    pub certificate: String,
    /// Prefix and serial of the sealed paper used in this run.
    pub paper: String,
    /// Ids of the changes that this phone reported as saved.
    pub saved: BTreeSet<String>,
}

impl Member {
    /// Sends a command that saves a change. A refusal is a normal answer.
    ///
    /// # Errors
    /// An internal error on the phone.
    pub fn try_act(&mut self, verb: &str, command: Value) -> anyhow::Result<Answer> {
        let answer = self.phone.ask(verb, command)?;
        if let Answer::Done(done) = &answer {
            self.saved.extend(done.get("change").and_then(Value::as_str).map(str::to_owned));
        }
        Ok(answer)
    }

    /// Sends a command that must not be refused.
    ///
    /// # Errors
    /// An internal error, or a refusal.
    pub fn act(&mut self, verb: &str, command: Value) -> anyhow::Result<Value> {
        match self.try_act(verb, command)? {
            Answer::Done(done) => Ok(done),
            Answer::Refused(refused) => Err(anyhow!(
                "{}: {verb}: {} / {} [{} {}]",
                self.name,
                refused.zh,
                refused.en,
                refused.code,
                refused.article
            )),
        }
    }

    /// Saves operations in a case.
    ///
    /// # Errors
    /// As [`Member::act`].
    pub fn save(&mut self, case: &str, ops: Vec<Value>) -> anyhow::Result<Value> {
        self.act("save", json!({ "case": case, "ops": Value::Array(ops) }))
    }

    /// The case as this phone has it.
    ///
    /// # Errors
    /// An internal error.
    pub fn case(&mut self, case: &str) -> anyhow::Result<Value> {
        self.phone.must("case", json!({ "case": case }))
    }
}

/// The two officers in the field.
#[derive(Debug)]
pub struct Team {
    /// Opens the case.
    pub a: Member,
    /// Joins it.
    pub b: Member,
    /// The approved inspections, as the first phone got them.
    pub tasks: Vec<Value>,
    /// Process id of the refused phone.
    pub expired: u32,
    /// Counts the runs on this database, from 1.
    pub run: u64,
}

/// Results of the field work for later chapters.
#[derive(Debug, Clone, Default)]
pub struct Matter {
    /// The case.
    pub case: String,
    /// The inspected party.
    pub party: String,
    /// The fields it was opened with, by name.
    pub opened: Value,
    /// The interview record.
    pub record: String,
    /// The decision document.
    pub decision: String,
    /// Its number.
    pub number: String,
    /// Digest of each photograph.
    pub photos: Vec<String>,
}

/// Today in Asia/Shanghai.
pub fn today() -> Date {
    Clock::system().now().date()
}

/// The instant now, milliseconds UTC.
pub fn now_ms() -> i64 {
    Clock::system().now().ms()
}

/// Writes a field of the case.
pub fn put(field: &str, value: impl Into<Value>) -> Value {
    json!({ "put": field, "on": null, "value": value.into() })
}

/// Writes a field of an entity.
pub fn put_on(entity: &str, field: &str, value: impl Into<Value>) -> Value {
    json!({ "put": field, "on": entity, "value": value.into() })
}

/// Adds an entity under an alias.
pub fn add(kind: &str, order: &str, alias: &str, on: Option<&str>) -> Value {
    json!({ "add": kind, "order": order, "as": alias, "on": on })
}

/// Records a step.
pub fn step(kind: &str, value: impl Into<Value>) -> Value {
    json!({ "record": kind, "on": null, "value": value.into() })
}

/// A text at a place of some JSON; empty if absent.
pub fn text(json: &Value, pointer: &str) -> String {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A list at a place of some JSON; empty if absent.
pub fn list<'a>(json: &'a Value, pointer: &str) -> &'a [Value] {
    json.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a list of check results names a rule with this outcome.
pub fn flags(checks: &[Value], rule: &str, outcome: &str) -> bool {
    checks.iter().any(|check| text(check, "/rule") == rule && text(check, "/outcome") == outcome)
}
