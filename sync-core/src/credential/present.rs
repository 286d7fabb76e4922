//! Showing a credential: the phone leaves out what its officer does not disclose, and proves that it holds the key.

use serde_json::json;

use super::issue::digest;
use super::presentation::{Parts, Request, disclosure};
use super::{CredentialError, HOLDER_TYPE, jws};
use crate::sign::{Signer, SignerError};
use crate::time::Instant;

/// Why a credential cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresentError {
    /// It is not a credential as it was issued.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The keystore refused.
    #[error(transparent)]
    Key(#[from] SignerError),
}

/// The credential with the disclosures of these claims, bound to this request.
///
/// # Errors
/// [`PresentError`].
pub fn present(
    credential: &str,
    claims: &[&str],
    request: Request<'_>,
    now: Instant,
    signer: &dyn Signer,
) -> Result<String, PresentError> {
    let Parts { jwt, disclosures, proof } = Parts::of(credential)?;
    if proof.is_some() {
        return Err(CredentialError::Unreadable.into());
    }
    let mut shown = format!("{jwt}~");
    for text in disclosures {
        if claims.contains(&disclosure(text)?.0.as_str()) {
            shown.push_str(text);
            shown.push('~');
        }
    }
    let Request { audience, nonce } = request;
    let proof = json!({
        "iat": now.ms().div_euclid(1000), "aud": audience, "nonce": nonce, "sd_hash": digest(&shown),
    });
    let proof = jws::sign(HOLDER_TYPE, None, &proof, signer)?;
    Ok(shown + &proof)
}
