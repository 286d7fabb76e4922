//! A reader of the feed: a device of the demo's own, which pulls every change of an officer's cases and checks it.
//!
//! Promise: what it finds, anybody with an enrolled device finds: the changes come over `/v1/sync/pull`, are opened
//! with `sync_core`, and fold to the state that the server shows.

use std::collections::BTreeMap;

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use server::random;
use sync_core::case::{CaseState, fold};
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, hex};
use sync_core::message::Pulled;
use sync_core::sign::{Signer as _, SoftwareKey};

use super::api::Api;
use super::stage::{Stage, text};

/// Everything that the feed holds of an officer's cases.
#[derive(Debug, Default)]
pub struct Feed {
    /// Changes by case, in the order of the log.
    pub cases: BTreeMap<CaseId, Vec<Change>>,
}

impl Feed {
    /// The ids of a case's changes, in the order of the log, as often as they came.
    pub fn ids(&self, case: &CaseId) -> Vec<String> {
        self.cases
            .get(case)
            .map(|changes| changes.iter().map(|change| change.id().to_string()).collect())
            .unwrap_or_default()
    }

    /// The case as it folds from the feed.
    pub fn state(&self, case: &CaseId) -> CaseState {
        fold(*case, self.cases.get(case).into_iter().flatten())
    }
}

/// Enrols a device for `login` and reads the feed to its end.
///
/// # Errors
/// The server does not answer, or what it says cannot be read.
pub fn read(stage: &Stage, login: &str) -> anyhow::Result<Feed> {
    let api = enrol(stage, login)?;
    let (mut feed, mut cursor) = (Feed::default(), String::new());
    loop {
        let reply = api.get(&format!("/v1/sync/pull?limit=500{cursor}"))?;
        if reply.status != 200 {
            return Err(anyhow!("pull: {}", reply.problem()));
        }
        let page = Pulled::read(&reply.body)?;
        for bytes in &page.changes {
            let change = Received::read(bytes)?.trust_own_store();
            feed.cases.entry(change.case()).or_default().push(change);
        }
        if !page.more {
            return Ok(feed);
        }
        cursor = format!("&cursor={}", URL_SAFE_NO_PAD.encode(&page.cursor));
    }
}

fn enrol(stage: &Stage, login: &str) -> anyhow::Result<Api> {
    let officer = text(&stage.sign_in(login)?.read("/v1/me")?, "/officer");
    let code = stage.sign_in("agency-admin")?.post("/v1/enrolment-codes", &json!({ "officer": officer }), &[])?;
    let code = text(&code.json(), "/code");
    let key = SoftwareKey::from_secret(&random::bytes()?).ok_or_else(|| anyhow!("no key"))?;
    let public_key = hex(key.public_key().bytes());
    let proof = hex(&key.sign(&api_spec::device::enrol_message(&code, &public_key))?);
    let anybody = Api::at(&stage.server.url());
    let new = json!({ "code": code, "label": "核对用终端", "public_key": public_key, "proof": proof });
    let enrolled = anybody.post("/v1/devices", &new, &[])?;
    let device = text(&enrolled.json(), "/device/id");
    if device.is_empty() {
        return Err(anyhow!("enrol: {}", enrolled.problem()));
    }
    let challenge = anybody.post("/v1/device-challenges", &json!({ "device": device }), &[])?;
    let challenge = text(&challenge.json(), "/challenge");
    let signature = hex(&key.sign(&api_spec::device::token_message(&device, &challenge))?);
    let wanted = json!({ "device": device, "challenge": challenge, "signature": signature });
    let token = anybody.post("/v1/device-tokens", &wanted, &[])?;
    anybody.with_token(&text(&token.json(), "/access_token"))
}
