//! The status list: two bits for each credential, signed as one token (Token Status List, `statuslist+jwt`).
//!
//! Promise: what is read is bounded before and after inflating: a token of at most [`MOST_TOKEN`] bytes, a list of at most
//! [`MOST_ENTRIES`] entries. An index outside of the list has no status. Not here: what a credential is worth (the
//! server derives it from the register).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Value, json};

use super::CredentialError;
use super::jwk::IssuerKey;
use super::jws::{self, Jws, instant, member, text};
use crate::certificate::CertificateState;
use crate::code::codes;
use crate::proof::thumbprint;
use crate::sign::{Signer, SignerError, Verifier};
use crate::time::Instant;

/// `typ` of the token.
const TYPE: &str = "statuslist+jwt";
/// Most entries of a list.
pub const MOST_ENTRIES: usize = 1 << 20;
/// Most bytes of the list itself.
const MOST_LIST: usize = MOST_ENTRIES / 4;
/// Most bytes of a token: a list that does not compress, in base64url twice.
pub const MOST_TOKEN: usize = MOST_LIST * 2;
/// How long a list may be kept before it is fetched again, in seconds.
pub const TTL_S: i64 = 15 * 60;
/// How long a list is valid, in milliseconds.
pub const LASTS_MS: i64 = 24 * 60 * 60 * 1000;

codes! {
    /// What a credential is worth.
    pub enum Status {
        /// 有效.
        Valid = "valid",
        /// 失效: for good.
        Invalid = "invalid",
        /// 暂停: the certificate is suspended or reported lost.
        Suspended = "suspended",
    }
}

impl Status {
    const fn bits(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
        }
    }

    /// What a credential is worth that mirrors a certificate with this status.
    pub const fn of(certificate: CertificateState) -> Self {
        match certificate {
            CertificateState::Valid => Self::Valid,
            CertificateState::Suspended | CertificateState::Lost => Self::Suspended,
            CertificateState::Cancelled
            | CertificateState::Revoked
            | CertificateState::Expired
            | CertificateState::NotInForce => Self::Invalid,
        }
    }
}

/// What the register says about a credential that has not expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether its officer works there and is no auxiliary.
    pub enforces: bool,
    /// Whether its phone was revoked.
    pub phone_is_revoked: bool,
    /// Whether the certificate is verified, and the register says what the credential says.
    pub says_the_same: bool,
    /// The certificate now.
    pub certificate: CertificateState,
}

impl Standing {
    /// What the credential is worth.
    pub const fn status(self) -> Status {
        if self.enforces && !self.phone_is_revoked && self.says_the_same {
            Status::of(self.certificate)
        } else {
            Status::Invalid
        }
    }
}

/// The statuses by index. Four to a byte, the lowest bits first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList(Vec<u8>);

impl StatusList {
    /// A list of so many entries, all valid; rounded up to a multiple of four, and [`MOST_ENTRIES`] at most.
    pub fn new(entries: usize) -> Self {
        Self(vec![0; entries.min(MOST_ENTRIES).div_ceil(4)])
    }

    /// How many entries it has.
    pub const fn entries(&self) -> usize {
        self.0.len() * 4
    }

    /// Sets the status at an index; nothing beyond the end.
    pub fn set(&mut self, index: usize, status: Status) {
        if let Some(byte) = self.0.get_mut(index / 4) {
            let shift = (index % 4) * 2;
            *byte = (*byte & !(3 << shift)) | (status.bits() << shift);
        }
    }

    /// The status at an index; none beyond the end, and none for the value that has no meaning here.
    pub fn get(&self, index: u64) -> Option<Status> {
        let index = usize::try_from(index).ok()?;
        match (self.0.get(index / 4)? >> ((index % 4) * 2)) & 3 {
            0 => Some(Status::Valid),
            1 => Some(Status::Invalid),
            2 => Some(Status::Suspended),
            _ => None,
        }
    }

    /// Signs the list as a token.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(&self, uri: &str, now: Instant, signer: &dyn Signer) -> Result<String, SignerError> {
        let list = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&self.0, 9));
        let seconds = |at: Instant| at.ms().div_euclid(1000);
        let claims = json!({
            "sub": uri, "iat": seconds(now), "exp": seconds(now.plus_ms(LASTS_MS)), "ttl": TTL_S,
            "status_list": { "bits": 2, "lst": list },
        });
        jws::sign(TYPE, Some(&thumbprint(&signer.public_key())), &claims, signer)
    }
}

/// A list that its issuer signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    /// Its address.
    pub uri: String,
    /// Of when it is.
    pub issued: Instant,
    /// The first instant at which it is no longer valid.
    pub expires: Instant,
    /// The statuses.
    pub list: StatusList,
}

impl SignedList {
    /// Reads a list and checks that one of these keys signed it. Its age is for the caller to judge: a phone without network
    /// says it.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub fn open(token: &str, keys: &[IssuerKey], verifier: &dyn Verifier) -> Result<Self, CredentialError> {
        if token.len() > MOST_TOKEN {
            return Err(CredentialError::TooLarge);
        }
        let jws = Jws::read(token, TYPE)?;
        let kid = jws.kid.as_deref().ok_or(CredentialError::Issuer)?;
        let key = keys.iter().find(|key| key.kid == kid).ok_or(CredentialError::Issuer)?;
        if !jws.is_by(&key.key, verifier) {
            return Err(CredentialError::Signature);
        }
        let inner = member(&jws.claims, "status_list")?;
        if inner.get("bits").and_then(Value::as_u64) != Some(2) {
            return Err(CredentialError::Claim);
        }
        let list = inner.get("lst").and_then(Value::as_str).ok_or(CredentialError::Claim)?;
        let list = URL_SAFE_NO_PAD.decode(list).map_err(|_wrong| CredentialError::Unreadable)?;
        Ok(Self {
            uri: text(&jws.claims, "sub")?,
            issued: instant(&jws.claims, "iat")?,
            expires: instant(&jws.claims, "exp")?,
            list: StatusList(inflate(&list)?),
        })
    }
}

/// Inflates a list, up to its bound.
fn inflate(list: &[u8]) -> Result<Vec<u8>, CredentialError> {
    use miniz_oxide::inflate::TINFLStatus;
    decompress_to_vec_zlib_with_limit(list, MOST_LIST).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput { CredentialError::TooLarge } else { CredentialError::Unreadable }
    })
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests {
    use super::*;
    use crate::sign::{SoftwareKey, SoftwareVerifier};

    const URI: &str = "https://palm.example/v1/credentials/statuses/1";

    fn key() -> SoftwareKey {
        SoftwareKey::from_secret(&[7; 32]).unwrap()
    }

    fn keys() -> [IssuerKey; 1] {
        [IssuerKey::of(key().public_key())]
    }

    /// A token with this `status_list`.
    fn token(list: &Value) -> String {
        let claims = json!({ "sub": URI, "iat": 1, "exp": 2, "status_list": list });
        jws::sign(TYPE, Some(&keys()[0].kid), &claims, &key()).unwrap()
    }

    #[test]
    fn a_list_is_read_back_and_has_nothing_beyond_its_end() {
        let mut list = StatusList::new(10);
        for (index, status) in
            [(0, Status::Invalid), (3, Status::Suspended), (11, Status::Invalid), (12, Status::Invalid)]
        {
            list.set(index, status);
        }
        list.set(0, Status::Suspended);
        let now = Instant::from_ms(1_795_363_200_000);
        let token = list.sign(URI, now, &key()).unwrap();
        let read = SignedList::open(&token, &keys(), &SoftwareVerifier).unwrap();
        assert_eq!((read.uri.as_str(), read.issued, read.expires), (URI, now, now.plus_ms(LASTS_MS)));
        let statuses: Vec<_> = (0..13).map(|index| read.list.get(index)).collect();
        let (valid, suspended) = (Some(Status::Valid), Some(Status::Suspended));
        let mut wanted = vec![valid; 13];
        (wanted[0], wanted[3], wanted[11], wanted[12]) = (suspended, suspended, Some(Status::Invalid), None);
        assert_eq!(statuses, wanted);
        assert_eq!((read.list.entries(), read.list.get(u64::MAX)), (12, None));
    }

    /// The example of the specification for two bits.
    #[test]
    fn the_bits_lie_as_the_specification_shows_them() {
        let mut list = StatusList::new(12);
        for (index, value) in [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter().enumerate() {
            match value {
                1 => list.set(index, Status::Invalid),
                2 => list.set(index, Status::Suspended),
                _ => {}
            }
        }
        // Without the application's own value 3: 0xC9 0x44 0xF9.
        assert_eq!(list.0, [0x09, 0x44, 0x09]);
        assert_eq!(StatusList(vec![0xC9]).get(3), None, "a value without a meaning here");
    }

    #[test]
    fn check_23_a_list_that_inflates_beyond_its_bound_is_refused_before_it_is_in_memory() {
        let lst = |bytes: usize| URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&vec![0; bytes], 9));
        let open =
            |list: &Value| SignedList::open(&token(list), &keys(), &SoftwareVerifier).map(|read| read.list.entries());
        let of = |bytes: usize| open(&json!({ "bits": 2, "lst": lst(bytes) }));
        assert_eq!(of(MOST_LIST), Ok(MOST_ENTRIES));
        assert_eq!(of(MOST_LIST + 1), Err(CredentialError::TooLarge));
        assert_eq!(of(64 << 20), Err(CredentialError::TooLarge));
        assert_eq!(open(&json!({ "bits": 2, "lst": "AAAA" })), Err(CredentialError::Unreadable));
        assert_eq!(open(&json!({ "bits": 1, "lst": lst(4) })), Err(CredentialError::Claim));
        assert_eq!(open(&json!({ "bits": 2 })), Err(CredentialError::Claim));
        let long = "a".repeat(MOST_TOKEN + 1);
        assert_eq!(SignedList::open(&long, &keys(), &SoftwareVerifier), Err(CredentialError::TooLarge));
    }

    #[test]
    fn a_list_of_another_key_or_another_type_is_refused() {
        let token = StatusList::new(4).sign(URI, Instant::from_ms(0), &key()).unwrap();
        let other = [IssuerKey::of(SoftwareKey::from_secret(&[8; 32]).unwrap().public_key())];
        assert_eq!(SignedList::open(&token, &other, &SoftwareVerifier), Err(CredentialError::Issuer));
        let renamed = [IssuerKey { kid: keys()[0].kid.clone(), ..other[0].clone() }];
        assert_eq!(SignedList::open(&token, &renamed, &SoftwareVerifier), Err(CredentialError::Signature));
        let claims = json!({ "sub": URI, "iat": 1, "exp": 2, "status_list": { "bits": 2, "lst": "eJwDAAAAAAE" } });
        let typed = jws::sign("dc+sd-jwt", Some(&keys()[0].kid), &claims, &key()).unwrap();
        assert_eq!(SignedList::open(&typed, &keys(), &SoftwareVerifier), Err(CredentialError::Type));
    }

    #[test]
    fn a_credential_ends_with_its_officer_its_phone_and_what_it_says() {
        let good = Standing {
            enforces: true,
            phone_is_revoked: false,
            says_the_same: true,
            certificate: CertificateState::Suspended,
        };
        assert_eq!(good.status(), Status::Suspended);
        for ended in [
            Standing { enforces: false, ..good },
            Standing { phone_is_revoked: true, ..good },
            Standing { says_the_same: false, ..good },
        ] {
            assert_eq!(ended.status(), Status::Invalid);
        }
    }

    #[test]
    fn a_suspended_or_lost_certificate_suspends_and_every_other_that_is_not_valid_ends() {
        for state in CertificateState::ALL {
            let wanted = match state.code() {
                "valid" => Status::Valid,
                "suspended" | "lost" => Status::Suspended,
                _ => Status::Invalid,
            };
            assert_eq!(Status::of(*state), wanted, "{state}");
        }
    }
}
