//! One-time codes that people scan, type or read out.
//!
//! Promise: a code is derived from a random seed and a secret of the installation. A request that is repeated after a
//! lost answer gets the same code, although the database does not store it; the code cannot be derived from the
//! database without the key file. Typed codes are read case-insensitively, and spaces and hyphens are ignored.

use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, hex};

use super::keys::Keys;

/// Letters and digits that do not look alike (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code for typing: 50 bits.
pub const TYPED: usize = 10;
/// Wrong attempts after which a code for typing is void.
pub const TRIES: i64 = 5;

/// The purpose of a code; codes of different purposes never coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Enrolling a phone.
    Enrolment,
    /// The code for the person who requests a password reset.
    ResetAsked,
    /// The code for the person who confirms it.
    ResetConfirmed,
    /// The one-time password of an account.
    OneTimePassword,
}

impl Purpose {
    const fn tag(self) -> &'static [u8] {
        match self {
            Self::Enrolment => b"palm/v1/enrolment-code\0",
            Self::ResetAsked => b"palm/v1/reset-asked\0",
            Self::ResetConfirmed => b"palm/v1/reset-confirmed\0",
            Self::OneTimePassword => b"palm/v1/one-time-password\0",
        }
    }
}

/// The two forms of one code.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// For scanning: 32 hex digits.
    pub scanned: String,
    /// For typing: ten characters.
    pub typed: String,
}

impl Code {
    /// The code of a seed.
    pub fn of(keys: &Keys, purpose: Purpose, seed: &[u8; 16]) -> Self {
        let secret = Sha256::new_with_prefix(purpose.tag())
            .chain_update(seed)
            .chain_update(keys.secret("palm/v1/code"))
            .finalize();
        let (scanned, rest) = secret.split_at(16);
        let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
        Self { scanned: hex(scanned), typed: rest.iter().take(TYPED).map(letter).collect() }
    }
}

/// SHA-256 of a secret; the database stores only this.
pub fn hash_of(secret: &str) -> Digest {
    Digest::new(Sha256::digest(secret.as_bytes()).into())
}

/// [`hash_of`] a code as entered: scanned, or typed and normalised.
pub fn hash_of_given(code: &str) -> Digest {
    let code = code.trim();
    if code.len() == 32 { hash_of(&code.to_ascii_lowercase()) } else { hash_of(&meant(code)) }
}

/// Normalises a typed code.
pub fn meant(typed: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_follows_from_its_seed_its_purpose_and_the_installation() {
        let directory = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let keys = Keys::open(directory.path()).unwrap();
        let code = |purpose, seed| Code::of(&keys, purpose, &[seed; 16]);
        let first = code(Purpose::Enrolment, 1);
        assert_eq!((first.scanned.len(), first.typed.len()), (32, TYPED));
        assert!(first.typed.bytes().all(|byte| LETTERS.contains(&byte)), "{}", first.typed);
        assert!(first == code(Purpose::Enrolment, 1) && first != code(Purpose::Enrolment, 2));
        assert!(code(Purpose::ResetAsked, 1).typed != code(Purpose::ResetConfirmed, 1).typed);
        assert!(first != Code::of(&Keys::open(other.path()).unwrap(), Purpose::Enrolment, &[1; 16]));
    }

    #[test]
    fn what_is_typed_is_read_as_it_is_meant() {
        assert_eq!(hash_of_given(" ab0d1-fgh2k "), hash_of("AB0D1FGH2K"));
        assert_eq!(hash_of_given("ABODI FGH2K"), hash_of("AB0D1FGH2K"));
        assert_ne!(hash_of_given("AB0D1FGH2"), hash_of("AB0D1FGH2K"));
        assert_eq!(hash_of_given("0F1E2D3C4B5A69788796A5B4C3D2E1F0"), hash_of("0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    }
}
