//! Claims of the demonstration, each with what was read back.
//!
//! Promise: a claim is a sentence in Chinese and English with its result; a result is based only on data read back
//! through the public API or answered by a phone. Not here: the claims (`story`).

use super::account::Account;
use super::claim::Claim;

/// All claims so far.
#[derive(Debug, Default)]
pub struct Checks {
    claims: Vec<Claim>,
}

impl Checks {
    /// Records a claim with its result and prints both.
    pub fn hold(&mut self, account: &Account, zh: &str, en: &str, held: bool, found: impl FnOnce() -> String) -> bool {
        let claim = Claim { zh: zh.to_owned(), en: en.to_owned(), found: (!held).then(found) };
        account.claim(&claim);
        self.claims.push(claim);
        held
    }

    /// Records a chapter that could not be completed.
    pub fn broke_off(&mut self, account: &Account, error: &anyhow::Error) {
        let found = format!("{error:#}");
        self.hold(account, "故事讲完了", "The story was told to its end", false, || found);
    }

    /// The number of claims.
    pub fn count(&self) -> usize {
        self.claims.len()
    }

    /// The claims that did not hold.
    pub fn failed(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| claim.found.is_some())
    }
}
