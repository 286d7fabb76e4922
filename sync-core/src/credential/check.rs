//! Checking another officer's credential, with or without network.
//!
//! Promise: a presentation that does not hold is an error; one that holds is worth what the last known status list says,
//! and how old that list is always goes along. A list of another issuer, for another address or with fewer entries says
//! nothing. Not here: fetching keys and lists; the phone keeps the last ones.

use super::jwk::IssuerKey;
use super::presentation::{Presentation, Request};
use super::status_list::{SignedList, Status};
use super::{Credential, CredentialError};
use crate::sign::Verifier;
use crate::time::Instant;

/// What the checking phone knows of an issuer.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The issuer's address.
    pub issuer: &'a str,
    /// Its keys.
    pub keys: &'a [IssuerKey],
    /// The last status list that was received, as it was signed.
    pub list: Option<&'a str>,
}

/// What a credential is worth, as far as the checking phone knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The last list says so.
    Listed {
        /// What it says.
        status: Status,
        /// Of when it is.
        as_of: Instant,
        /// Whether it has expired: a list is valid for a day.
        is_old: bool,
    },
    /// No list that has an entry for it.
    NotKnown,
}

/// A credential that holds, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The credential.
    pub credential: Credential,
    /// What it is worth.
    pub worth: Worth,
}

/// Checks what another phone presented for this request.
///
/// # Errors
/// [`CredentialError`] where the presentation does not hold. A list that does not hold counts as none.
pub fn check(
    presented: &str,
    known: Known<'_>,
    request: Request<'_>,
    now: Instant,
    verifier: &dyn Verifier,
) -> Result<Checked, CredentialError> {
    let Known { issuer, keys, list } = known;
    let credential = Presentation::read(presented)?.verify((issuer, keys), request, now, verifier)?;
    let list = list.and_then(|token| SignedList::open(token, keys, verifier).ok());
    let list = list.filter(|list| list.uri == credential.status.uri);
    let listed = list.and_then(|found| found.list.get(credential.status.index).map(|status| (found, status)));
    let worth = listed.map_or(Worth::NotKnown, |(found, status)| Worth::Listed {
        status,
        as_of: found.issued,
        is_old: now >= found.expires,
    });
    Ok(Checked { credential, worth })
}

impl Worth {
    /// Whether the officer may be taken for one whose certificate is valid now, as far as that is known. A list that has
    /// expired proves nothing.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Listed { status: Status::Valid, as_of: _, is_old: false })
    }

    /// What the checking officer reads, in Chinese and English: the status, as of when, and how old that is.
    pub fn says(self, now: Instant) -> (String, String) {
        let Self::Listed { status, as_of, is_old } = self else {
            return (
                "尚未取得状态列表，不知道该凭证目前是否有效：请查验行政执法证原件，或者联网后再核验。".to_owned(),
                "No status list has been received, so it is not known whether the credential is valid now: look at the \
                 certificate itself, or check again with a network."
                    .to_owned(),
            );
        };
        let (zh, en) = match status {
            Status::Valid => ("有效", "Valid"),
            Status::Invalid => ("已失效", "No longer valid"),
            Status::Suspended => ("已暂停", "Suspended"),
        };
        let hours = now.ms().saturating_sub(as_of.ms()).max(0) / (60 * 60 * 1000);
        let (old_zh, old_en) = if is_old {
            ("；状态信息已过时，请联网更新后再核验", "; this is out of date: connect to a network and check again")
        } else {
            ("", "")
        };
        (
            format!("{zh}（状态截至 {as_of}，距今 {hours} 小时{old_zh}）"),
            format!("{en} (status as of {as_of}, {hours} hours old{old_en})"),
        )
    }
}
