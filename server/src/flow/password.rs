//! Passwords: Argon2id with bounded cost.
//!
//! Promise: at most as many concurrent hashings as cores, and at most half of them for one address, so a flood from one
//! address does not block sign-ins from elsewhere. Passwords over 128 characters are not hashed. An unknown login costs
//! as much time as a wrong password.

mod guessable;
mod turns;

use std::net::IpAddr;
use std::time::Duration;

use super::address::network;
use crate::flow::refusal::{Failure, Refusal};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use turns::Turns;

const LENGTHS: std::ops::RangeInclusive<usize> = 8..=128;
const WAIT: Duration = Duration::from_secs(10);

/// Hashing failed for a reason other than the password.
#[derive(Debug, thiserror::Error)]
#[error("hash a password: {0}")]
pub struct HashError(String);

/// Bounded hashing.
pub struct Passwords {
    turns: Turns,
    /// A hash that is compared if there is no account, so that the time does not differ.
    nobody: String,
}

/// Hashes a password on this thread: 19 MiB, 2 passes, 1 lane. 40 to 80 ms.
///
/// # Errors
/// [`Refusal::PasswordLength`], [`Refusal::PasswordCommon`], or an internal error.
pub fn hash(password: &str) -> Result<String, Failure> {
    hash_for(password, &[])
}

/// As [`hash`], for an account with these names; the password must not consist of them.
///
/// # Errors
/// As [`hash`].
pub fn hash_for(password: &str, names: &[&str]) -> Result<String, Failure> {
    check_length(password)?;
    if guessable::is_common(password, names) {
        return Err(Refusal::PasswordCommon.into());
    }
    argon2id(password)
}

/// Hashes a secret that is not a password, such as a code.
///
/// # Errors
/// An internal error.
pub(super) fn argon2id(secret: &str) -> Result<String, Failure> {
    let hash = Argon2::default().hash_password(secret.as_bytes());
    Ok(hash.map_err(|error| Failure::broken(HashError(error.to_string())))?.to_string())
}

/// Checks the length of a password.
///
/// # Errors
/// [`Refusal::PasswordLength`].
pub fn check_length(password: &str) -> Result<(), Refusal> {
    // Bytes are checked first, because counting the characters of a megabyte takes time.
    let short_enough = password.len() <= LENGTHS.end() * 4;
    if short_enough && LENGTHS.contains(&password.chars().count()) { Ok(()) } else { Err(Refusal::PasswordLength) }
}

impl Passwords {
    /// As many concurrent hashings as the machine has cores.
    ///
    /// # Errors
    /// An internal error.
    pub fn new() -> Result<Self, Failure> {
        // Not checked for being guessable: that loads 11 MB of dictionaries, which a server needs when a password is chosen.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { turns: Turns::new(cores), nobody: argon2id("nobody has this password")? })
    }

    /// Whether `password`, sent from this address, matches `stored`; without an account the same work is done and the
    /// answer is no.
    ///
    /// # Errors
    /// [`Refusal::PasswordLength`]; [`Refusal::Busy`] after waiting ten seconds for a turn; or an internal error.
    pub async fn check(&self, password: String, stored: Option<String>, from: Option<IpAddr>) -> Result<bool, Failure> {
        check_length(&password)?;
        let turn = tokio::time::timeout(WAIT, self.turns.take(network(from)))
            .await
            .map_err(|_elapsed| Refusal::Busy)?
            .map_err(Failure::broken)?;
        let known = stored.is_some();
        let phc = stored.unwrap_or_else(|| self.nobody.clone());
        let right = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let parsed = PasswordHash::new(&phc).map_err(|error| HashError(error.to_string()))?;
            Ok::<_, HashError>(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
        .map_err(Failure::broken)?
        .map_err(Failure::broken)?;
        Ok(known && right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_passes() {
        let passwords = Passwords::new().unwrap();
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.check("correct horse".into(), Some(stored.clone()), None).await.unwrap());
        assert!(!passwords.check("wrong horses".into(), Some(stored), None).await.unwrap());
        assert!(!passwords.check("nobody has this password".into(), None, None).await.unwrap());
    }

    #[test]
    fn lengths_outside_8_to_128_are_refused_without_hashing() {
        for (length, fine) in [(7, false), (8, true), (128, true), (129, false), (1_000_000, false)] {
            assert_eq!(check_length(&"密".repeat(length)).is_ok(), fine, "{length}");
        }
    }
}
