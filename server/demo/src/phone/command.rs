//! Commands of the phone.
//!
//! Promise: a command with an unknown field or without a required one is not executed; the error names the field.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use sync_core::id::{CaseId, OfficerId};

use super::value::{Given, Ref};

/// A command with the id that its answer carries.
pub(super) struct Order;

impl Order {
    /// Parses one line. The id is returned even if the rest is invalid.
    pub fn read(line: &str) -> (Json, Result<Command, String>) {
        let mut map = match serde_json::from_str::<Json>(line) {
            Ok(Json::Object(map)) => map,
            Ok(_) => return (Json::Null, Err("a command is a JSON object on one line".to_owned())),
            Err(error) => return (Json::Null, Err(format!("not JSON: {error}"))),
        };
        let id = map.remove("id").unwrap_or(Json::Null);
        if !id.is_u64() {
            return (id, Err("a command wants an \"id\", an integer from 0".to_owned()));
        }
        (id, serde_json::from_value(Json::Object(map)).map_err(|error| error.to_string()))
    }
}

/// A command.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Command {
    /// Sets the address of the server; null stands for no network.
    Connect { server: Option<String> },
    /// Sets the place that the GPS reports.
    Locate(Locate),
    /// Generates a key and enrols.
    Enrol(Enrol),
    /// Fetches the permission to work offline.
    Lease {},
    /// Fetches reference data and tasks.
    Prepare {},
    /// Opens a case.
    Open(Open),
    /// Saves.
    Save(Save),
    /// Takes a photograph and saves it.
    Photo(Photo),
    /// Signs a document.
    Sign(Sign),
    /// Delivers a document.
    Deliver(Deliver),
    /// Resolves a conflict.
    Resolve(Resolve),
    /// Takes a form number for a document.
    Number(Number),
    /// Shows a case.
    Case { case: CaseId },
    /// Lists the cases.
    Cases {},
    /// Waits for a connection from another phone.
    Host { cases: Vec<CaseId> },
    /// Connects to another phone.
    Join { address: std::net::SocketAddr, cases: Vec<CaseId> },
    /// Synchronises with the server.
    Sync(Sync),
    /// Reports the state of the phone.
    Status {},
}

/// All three, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locate {
    /// 10⁻⁷ degree north (WGS 84).
    pub latitude_e7: Option<i64>,
    /// 10⁻⁷ degree east.
    pub longitude_e7: Option<i64>,
    /// Metres.
    pub accuracy_m: Option<i64>,
}

/// The data of an enrolment.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enrol {
    /// What the officer types as a name.
    pub login: String,
    /// The password.
    pub password: String,
    /// The one-time code.
    pub code: String,
    /// What the officer calls the phone.
    pub label: String,
}

impl std::fmt::Debug for Enrol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrol").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Opens a case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    /// `inspection`, `simple`, `ordinary`.
    pub kind: String,
    /// Code of the enforcement item.
    pub item: String,
    /// Its officers; the phone's own is added.
    #[serde(default)]
    pub officers: Vec<OfficerId>,
    /// Fields of the case.
    #[serde(default)]
    pub fields: BTreeMap<String, Given>,
    /// Where to stop.
    #[serde(default)]
    pub pause: Option<PauseAt>,
}

/// A save.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Save {
    /// The case.
    pub case: CaseId,
    /// The operations, in order.
    pub ops: Vec<Op>,
    /// Where to stop.
    #[serde(default)]
    pub pause: Option<PauseAt>,
}

/// The point at which a save stops and waits to be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PauseAt {
    /// With everything written in the open transaction, before it is committed.
    BeforeCommit,
}

/// One operation of a save: an object with exactly one of these as its first word.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Json")]
pub(super) enum Op {
    /// Adds an entity.
    Add(AddOp),
    /// Writes a field.
    Put(PutOp),
    /// Records a step.
    Record(RecordOp),
    /// Adds an officer.
    Invite(InviteOp),
    /// Voids an entity.
    Withdraw(WithdrawOp),
}

/// `{"add": "party", "order": "a", "as": "p", "on": null}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddOp {
    /// Kind of entity.
    pub add: String,
    /// Order key; after its siblings where absent.
    pub order: Option<String>,
    /// Name for later operations of this save.
    #[serde(rename = "as")]
    pub alias: Option<String>,
    /// Below which entity.
    pub on: Option<Ref>,
}

/// `{"put": "name", "on": null, "value": V}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutOp {
    /// The field.
    pub put: String,
    /// The entity.
    pub on: Option<Ref>,
    /// The value.
    pub value: Given,
}

/// `{"record": "certificate_shown", "on": null, "value": V}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordOp {
    /// The step.
    pub record: String,
    /// To which entity.
    pub on: Option<Ref>,
    /// Further details.
    pub value: Option<Given>,
}

/// `{"invite": "<officer>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteOp {
    /// Whom.
    pub invite: OfficerId,
}

/// `{"withdraw": REF, "reason": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawOp {
    /// The entity.
    pub withdraw: Ref,
    /// Why.
    pub reason: String,
}

impl TryFrom<Json> for Op {
    type Error = String;
    fn try_from(json: Json) -> Result<Self, String> {
        const WORDS: [&str; 5] = ["add", "put", "record", "invite", "withdraw"];
        let said: Vec<&str> = WORDS.into_iter().filter(|word| json.get(word).is_some()).collect();
        let read = match said.as_slice() {
            ["add"] => serde_json::from_value(json).map(Self::Add),
            ["put"] => serde_json::from_value(json).map(Self::Put),
            ["record"] => serde_json::from_value(json).map(Self::Record),
            ["invite"] => serde_json::from_value(json).map(Self::Invite),
            ["withdraw"] => serde_json::from_value(json).map(Self::Withdraw),
            _ => {
                return Err(
                    "an operation is an object with exactly one of add, put, record, invite, withdraw".to_owned()
                );
            }
        };
        read.map_err(|error| format!("{}: {error}", said.concat()))
    }
}

/// A photograph.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Photo {
    /// The case.
    pub case: CaseId,
    /// The title.
    pub title: String,
    /// What it proves.
    #[serde(default)]
    pub proves: String,
    /// Kind of evidence.
    #[serde(default = "electronic_data")]
    pub kind: String,
    /// Which scene is drawn.
    pub scene: u32,
    /// About how large.
    #[serde(default = "usual_size")]
    pub bytes: usize,
}

fn electronic_data() -> String {
    "电子数据".to_owned()
}

const fn usual_size() -> usize {
    200 << 10
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    /// The case.
    pub case: CaseId,
    /// The document or record.
    pub document: Ref,
    /// Its form.
    pub form: String,
    /// Version of the form's wording.
    pub version: u32,
    /// `officer`, `second_officer`, `party`, `witness`, `refusal`.
    pub role: String,
    /// `key`, `strokes`, `ink_photo`, `fingerprint`, `refused`.
    pub manner: String,
    /// The value, depending on the manner.
    pub value: Option<Given>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deliver {
    /// The case.
    pub case: CaseId,
    /// The document.
    pub document: Ref,
    /// Value of the step `delivered`.
    pub manner: String,
}

/// The resolution of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolve {
    /// The case.
    pub case: CaseId,
    /// The entity.
    pub on: Option<Ref>,
    /// The field.
    pub field: String,
    /// The value to keep.
    pub value: Given,
    /// Why.
    pub reason: String,
}

/// A form number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    /// The case.
    pub case: CaseId,
    /// The document.
    pub document: Ref,
    /// Its form.
    pub form: String,
    /// Year of its date.
    pub year: u32,
}

/// How to synchronise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sync {
    /// How often to poll while something waits; 20 if absent.
    pub rounds: Option<u32>,
    /// Most bytes of a file in one request.
    pub chunk: Option<usize>,
    /// Most changes in one push.
    pub batch: Option<usize>,
    /// Whether to compare heads with the server first.
    #[serde(default)]
    pub reconcile: bool,
    /// Milliseconds after which to give up; 30 000 where absent.
    pub give_up_ms: Option<u64>,
}

#[cfg(test)]
mod tests;
