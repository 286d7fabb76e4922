//! Verification of a certificate: where its data came from, and the two persons who confirmed them.
//!
//! Promise: every statement and every confirmation is kept with who made it and why. A confirmation is of the data as they
//! are; a correction or another last day ends it, because nobody has compared the new text yet. Palm mirrors
//! certificates: the organ that issued one decides about it.

use serde_json::json;
use sync_core::id::Digest;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::verification::SourceKind;

use super::act::{Act, Begun, done};
use super::detail::Detail;
use super::verified::{Verification, of_officer};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{ConfirmationRow, SourceRow, Tx};

/// The card of this certificate was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSeen {
    /// Number of the certificate.
    pub number: String,
    /// When and where it was seen, what was compared.
    pub proof: String,
    /// SHA-256 of a copy that is kept elsewhere.
    pub digest: Option<Digest>,
}

/// Two persons name the organ that issued a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Number of the certificate.
    pub number: String,
    /// The organ that issued it.
    pub issued_by: String,
}

fn held(tx: &mut Tx<'_>, begun: &Begun<'_>, number: &str) -> Result<Verification, Failure> {
    let mut all = of_officer(tx, &begun.tenant, &begun.person.id)?;
    Ok(all.remove(number).ok_or(Refusal::NotFound)?)
}

/// States that the card was seen, with what proves it.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::NothingChanges`]
/// where the same was stated of the same data; or an internal error.
pub async fn see_card(app: &App, caller: Caller, act: Act, seen: CardSeen) -> Result<Detail, Failure> {
    done(app, caller, Duty::Certificates, act, move |tx, begun| {
        let CardSeen { number, proof, digest } = seen;
        let now = held(tx, begun, &number)?;
        let (kind, actor) = (SourceKind::CardSeen, Some(begun.caller.officer));
        let is_known = now.sources.iter().any(|one| {
            (one.revision, one.kind, one.actor, &one.proof, one.digest) == (now.revision, kind, actor, &proof, digest)
        });
        if is_known {
            return Err(Refusal::NothingChanges.into());
        }
        let detail = json!({
            "certificate": number, "source": kind, "proof": proof, "sha256": digest.map(|digest| digest.to_string()),
        });
        let (certificate, at) = (number, begun.now);
        let row = SourceRow { certificate, ordinal: 0, revision: 0, at, actor, kind, proof, digest };
        tx.add_source(&begun.tenant, row)?;
        begun.note(tx, RegisterEventKind::CertificateSource, &detail)
    })
    .await
}

/// Confirms the data of a certificate, as one of two persons.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`];
/// [`Refusal::CertificateWithoutSource`]; [`Refusal::ConfirmedBefore`] by the same person;
/// [`Refusal::OtherIssuer`] where the other person named another organ; or an internal error.
pub async fn confirm(app: &App, caller: Caller, act: Act, confirmation: Confirmation) -> Result<Detail, Failure> {
    let reason = act.reason.clone();
    done(app, caller, Duty::Certificates, act, move |tx, begun| {
        let Confirmation { number, issued_by } = confirmation;
        let now = held(tx, begun, &number)?;
        if !now.has_source() {
            return Err(Refusal::CertificateWithoutSource.into());
        }
        let mut of_these_data = now.confirmations.iter().filter(|row| row.revision == now.revision);
        if of_these_data.clone().any(|row| row.officer == begun.caller.officer) {
            return Err(Refusal::ConfirmedBefore.into());
        }
        if of_these_data.any(|row| row.issued_by != issued_by) {
            return Err(Refusal::OtherIssuer.into());
        }
        let detail = json!({ "certificate": number, "issued by": issued_by });
        let (certificate, revision, officer, at) = (number, now.revision, begun.caller.officer, begun.now);
        let row = ConfirmationRow { certificate, revision, officer, at, issued_by, reason };
        tx.add_confirmation(&begun.tenant, &row)?;
        begun.note(tx, RegisterEventKind::CertificateConfirmed, &detail)
    })
    .await
}
