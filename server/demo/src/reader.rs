//! An independent reader of the feed: a device that pulls every change of an officer's cases and verifies it.
//!
//! Promise: it uses only what any enrolled device can use: changes come from `/v1/sync/pull`; each is verified with the
//! key in its lease, or with the published server key for changes of the server; they fold to the state that the server
//! shows. A lease counts if a published key signed it.

use std::collections::BTreeMap;

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use server::random;
use sync_core::case::{CaseState, fold};
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, DeviceId, Digest, hex, unhex};
use sync_core::lease::{Lease, SignedLease};
use sync_core::message::Pulled;
use sync_core::sign::{PublicKey, Signer as _, SoftwareKey, SoftwareVerifier};

use super::api::Api;
use super::stage::{Stage, list, text};

/// Everything that the feed holds of an officer's cases.
#[derive(Debug, Default)]
pub struct Feed {
    /// Changes by case, in the order of the log.
    pub cases: BTreeMap<CaseId, Vec<Change>>,
}

impl Feed {
    /// The ids of a case's changes in the order of the log, with repetitions if a change came more than once.
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
/// The server does not answer, or its answer is unreadable.
pub fn read(stage: &Stage, login: &str) -> anyhow::Result<Feed> {
    let api = enrol(stage, login)?;
    let mut keys = Keys { published: published(&api.read("/v1/sync/reference")?), leases: BTreeMap::new() };
    let (mut feed, mut cursor) = (Feed::default(), String::new());
    loop {
        let reply = api.get(&format!("/v1/sync/pull?limit=500{cursor}"))?;
        if reply.status != 200 {
            return Err(anyhow!("pull: {}", reply.problem()));
        }
        let page = Pulled::read(&reply.body)?;
        for bytes in &page.leases {
            keys.accept(bytes)?;
        }
        for bytes in &page.changes {
            let change = keys.verified(bytes)?;
            feed.cases.entry(change.case()).or_default().push(change);
        }
        if !page.more {
            return Ok(feed);
        }
        cursor = format!("&cursor={}", URL_SAFE_NO_PAD.encode(&page.cursor));
    }
}

/// Keys by which changes are verified.
#[derive(Debug)]
struct Keys {
    published: Vec<PublicKey>,
    leases: BTreeMap<Digest, Lease>,
}

impl Keys {
    /// Stores a lease if one of the published keys signed it.
    fn accept(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let opened = self.published.iter().find_map(|key| Lease::open(bytes, key, &SoftwareVerifier).ok());
        let SignedLease { lease, hash, bytes: _ } =
            opened.ok_or_else(|| anyhow!("a lease that no published key signed"))?;
        self.leases.insert(hash, lease);
        Ok(())
    }

    /// The change, if its device signed it.
    fn verified(&self, bytes: &[u8]) -> anyhow::Result<Change> {
        let received = Received::read(bytes)?;
        let header = received.header();
        if header.device == DeviceId::SERVER {
            let by = |key: &PublicKey| received.clone().verify(key, &SoftwareVerifier).ok();
            return self.published.iter().find_map(by).ok_or_else(|| anyhow!("a change that no published key signed"));
        }
        let lease = header.lease.and_then(|hash| self.leases.get(&hash));
        let lease = lease.ok_or_else(|| anyhow!("a change whose lease did not come"))?;
        let named = lease.device == header.device && lease.officer == header.officer;
        anyhow::ensure!(named, "a change under the lease of another");
        let key = lease.key;
        Ok(received.verify(&key, &SoftwareVerifier)?)
    }
}

/// The keys of the server that the reference data publish, oldest first.
pub fn published(reference: &Value) -> Vec<PublicKey> {
    let read = |one: &Value| unhex(&text(one, "/public_key")).and_then(|bytes| PublicKey::from_slice(&bytes));
    list(reference, "/server_keys").iter().filter_map(read).collect()
}

fn enrol(stage: &Stage, login: &str) -> anyhow::Result<Api> {
    let at_a_desk = stage.sign_in(login)?;
    let officer = text(&at_a_desk.read("/v1/me")?, "/officer");
    let code = stage.sign_in("agency-admin")?.post("/v1/enrolment-codes", &json!({ "officer": officer }), &[])?;
    let code = text(&code.json(), "/code");
    let key = SoftwareKey::from_secret(&random::bytes()?).ok_or_else(|| anyhow!("no key"))?;
    let public_key = hex(key.public_key().bytes());
    let proof = hex(&key.sign(&api_spec::device::enrol_message(&code, &public_key))?);
    let anybody = Api::at(&stage.server.url());
    let new = json!({ "code": code, "label": "核对用终端", "public_key": public_key, "proof": proof });
    let enrolled = at_a_desk.post("/v1/devices", &new, &[])?;
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
