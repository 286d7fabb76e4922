//! Enrolling the phone.

use std::path::Path;

use api_spec::device::{EnrolledDevice, NewDevice, NewRequestKey, enrol_two_keys_message};
use api_spec::session::{AccessToken, Me, NewSession};
use serde_json::json;
use sync_core::device::{Enrolment, Identity};
use sync_core::id::{Epoch, hex, unhex};
use sync_core::key_level::KeyLevel;
use sync_core::proof::{Jwk, thumbprint};
use sync_core::session::{Request, Response};
use sync_core::sign::{PublicKey, Signer as _};

use super::Phone;
use super::answer::{CommandError, Done};
use super::command::Enrol;
use super::line::{get, post, read};
use super::owner::Owner;
use server::flow::keys::ServerKey;
use server::random;

/// How often an enrolment is sent over a bad link.
const TRIES: u32 = 3;

impl Phone {
    /// Signs the officer in, then enrols in their name with two new keys and the one-time code. A lost answer is asked for again.
    pub(super) fn enrol(&mut self, enrol: Enrol) -> Done {
        if self.owner.is_some() {
            return Err(CommandError::broken("the phone is enrolled already: use another --dir for another phone"));
        }
        let Enrol { login, password, code, label } = enrol;
        let (key, request) = (fresh_key(&self.folder.key())?, fresh_key(&self.folder.request_key())?);
        self.line.prove_with(Some(request.clone()));
        let signed_in = self.line.send_with(&post("/v1/sessions", &NewSession { login, password })?, None)?;
        let AccessToken { access_token, .. } = read(&signed_in)?;
        let me: Me = read(&self.line.send_with(&get("/v1/me"), Some(&access_token))?)?;
        let public_key = hex(key.public_key().bytes());
        let message = enrol_two_keys_message(&code, &public_key, &thumbprint(&request.public_key()));
        let proof = hex(&key.sign(&message)?);
        let jwk = Jwk::of(&request.public_key());
        let level = Some(KeyLevel::Soft);
        let request_key = Some(NewRequestKey { jwk, proof: hex(&request.sign(&message)?), level });
        let wanted = NewDevice { code, label, public_key, proof, level, request_key };
        let enrolled: EnrolledDevice = read(&self.insist(&post("/v1/devices", &wanted)?, &access_token)?)?;
        let identity = identity(&enrolled, &me, &key)?;
        let enrolment = Enrolment { identity, epoch: Epoch::new(random::bytes()?) };
        self.owner = Some(Owner::create(&self.folder, &self.pause, &enrolment, key)?);
        self.folder.keep("owner.json", &json!({"officer_name": me.name}))?;
        let Identity { tenant, tenant_key: _, device, device_key: _, officer, agency } = identity;
        Ok(json!({
            "officer": officer, "officer_name": me.name, "device": device, "tenant": tenant, "agency": agency,
        }))
    }

    /// Sends the request a few times until there is an answer. With the same key and code, the server gives the same answer.
    fn insist(&mut self, request: &Request, token: &str) -> Result<Response, CommandError> {
        let mut last = CommandError::broken("not sent");
        for _ in 0..TRIES {
            match self.line.send_with(request, Some(token)) {
                Err(CommandError::Lost(why)) => last = CommandError::Lost(why),
                other => return other,
            }
        }
        Err(last)
    }
}

/// An unused key in this file. The key of a failed attempt may be enrolled already.
fn fresh_key(path: &Path) -> Result<ServerKey, CommandError> {
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    Ok(ServerKey::open(path)?)
}

fn identity(enrolled: &EnrolledDevice, me: &Me, key: &ServerKey) -> Result<Identity, CommandError> {
    let EnrolledDevice { device, tenant, server_public_key } = enrolled;
    let server_key = unhex(server_public_key).and_then(|bytes| PublicKey::from_slice(&bytes));
    Ok(Identity {
        tenant: tenant.parse().map_err(CommandError::broken)?,
        tenant_key: server_key.ok_or_else(|| CommandError::broken("the server's key is no P-256 point"))?,
        device: device.id.parse().map_err(CommandError::broken)?,
        device_key: key.public_key(),
        officer: me.officer.parse().map_err(CommandError::broken)?,
        agency: me.agency.parse().map_err(CommandError::broken)?,
    })
}
