//! Tokens that bind a form to a browser and a person.
//!
//! Promise: the key is derived from the installation's key, so a token cannot be made for another person or used in
//! another browser. The token is independent of the session's lifetime.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use subtle::ConstantTimeEq as _;
use sync_core::id::{OfficerId, hex};

use super::keys::Keys;

/// The person in a token of a page without a signed-in person: sign-in and first run.
const NOBODY: &str = "-";

/// The person for whom a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeFor {
    /// Nobody was signed in.
    Nobody,
    /// The person who was signed in.
    Officer(OfficerId),
}

/// Makes and reads tokens.
#[derive(Clone)]
pub struct FormKey(hmac::Key);

impl std::fmt::Debug for FormKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormKey")
    }
}

impl FormKey {
    /// The key of an installation.
    pub fn of(keys: &Keys) -> Self {
        let secret = keys.secret("palm/v1/console-form");
        Self(hmac::Key::new(HMAC_SHA256, &secret))
    }

    /// The token of a page, for a browser identified by a secret.
    pub fn token(&self, browser: &str, whom: MadeFor) -> String {
        let author = match whom {
            MadeFor::Nobody => NOBODY.to_owned(),
            MadeFor::Officer(officer) => officer.to_string(),
        };
        let tag = hmac::sign(&self.0, bound(browser, &author).as_bytes());
        format!("{author}.{}", hex(tag.as_ref()))
    }

    /// The person for whom a page of this browser was made; none if the token does not belong to this browser.
    pub fn read(&self, browser: &str, token: &str) -> Option<MadeFor> {
        let whom = claimed(token)?;
        let right = self.token(browser, whom);
        bool::from(right.as_bytes().ct_eq(token.as_bytes())).then_some(whom)
    }
}

/// The person that a token names. The token is not verified here.
pub fn claimed(token: &str) -> Option<MadeFor> {
    match token.split_once('.')?.0 {
        NOBODY => Some(MadeFor::Nobody),
        author => author.parse().ok().map(MadeFor::Officer),
    }
}

fn bound(browser: &str, author: &str) -> String {
    format!("{}:{browser}:{author}", browser.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_one_browser_and_one_person() {
        let directory = tempfile::tempdir().unwrap();
        let key = FormKey::of(&Keys::open(directory.path()).unwrap());
        let (one, other) = (OfficerId::new([1; 16]), OfficerId::new([2; 16]));
        let token = key.token("browser", MadeFor::Officer(one));
        assert_eq!(key.read("browser", &token), Some(MadeFor::Officer(one)));
        assert_eq!(key.read("another", &token), None);
        assert_eq!(key.read("browser", &key.token("browser", MadeFor::Nobody)), Some(MadeFor::Nobody));
        let tag = token.split_once('.').unwrap().1;
        for forged in [format!("{other}.{tag}"), format!("-.{tag}"), format!("{one}."), String::new(), ".".to_owned()] {
            assert_eq!(key.read("browser", &forged), None, "{forged}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(FormKey::of(&Keys::open(elsewhere.path()).unwrap()).read("browser", &token), None);
    }
}
