//! Checking a credential for another system.
//!
//! Promise: the answer says whether what was presented holds, and what it is worth by the register now; nothing is stored.
//! Only credentials of this installation are known here.

use sync_core::credential::jwk::IssuerKey;
use sync_core::credential::presentation::{Presentation, Request};
use sync_core::credential::status_list::Status;
use sync_core::credential::{Credential, CredentialError};
use sync_core::sign::Signer as _;
use sync_core::time::Instant;

use super::{address, list};
use crate::flow::app::App;
use crate::flow::keys::FastVerifier;
use crate::flow::refusal::Failure;

/// What was presented, and for what request.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The SD-JWT with disclosures and proof.
    pub presentation: String,
    /// For whom it was made.
    pub audience: String,
    /// What the asking system gave.
    pub nonce: String,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What it says and is worth now, or why it does not hold.
    pub outcome: Result<(Credential, Status), CredentialError>,
    /// When it was checked.
    pub at: Instant,
}

/// Checks a presentation.
///
/// # Errors
/// A refusal where no public address is configured, or an internal error. A presentation that does not hold is an answer.
pub async fn verify(app: &App, presented: Presented) -> Result<Verified, Failure> {
    let (issuer, at, tenant) = (address(app)?, app.clock.now(), app.tenant);
    let keys = [IssuerKey::of(app.keys.credential.public_key())];
    let Presented { presentation, audience, nonce } = presented;
    let request = Request { audience: &audience, nonce: &nonce };
    let holds =
        Presentation::read(&presentation).and_then(|read| read.verify((issuer, &keys), request, at, &FastVerifier));
    let credential = match holds {
        Ok(credential) => credential,
        Err(error) => return Ok(Verified { outcome: Err(error), at }),
    };
    let place = i64::try_from(credential.status.index).map_err(Failure::broken)?;
    let worth = app.store.read(move |tx| list::worth_at(tx, &tenant, place, at)).await?;
    let outcome = worth.map(|status| (credential, status)).ok_or(CredentialError::Time);
    Ok(Verified { outcome, at })
}
