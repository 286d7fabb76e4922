//! ES256 signatures and COSE_Sign1 (RFC 9052 section 4.2) for everything that is signed.
//!
//! Promise: a signed statement of one kind is never accepted as another (the kind is external data of the signature),
//! and a signature is never used as an identity, because ECDSA signatures are malleable. Not here: key storage. The
//! host signs ([`Signer`]) and verifies ([`Verifier`]).

use crate::codec::{CodecError, Reader, Writer};
use crate::id::Digest;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The protected header of every signature: `{1: -7}`, ES256 (RFC 9053 §2.1).
const PROTECTED: [u8; 3] = [0xa1, 0x01, 0x26];

/// A P-256 public key as an uncompressed point (SEC 1 §2.3.3), 65 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 65]);

impl PublicKey {
    /// Accepts 65 bytes that begin with 4. The [`Verifier`] checks whether the point lies on the curve.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 65] = bytes.try_into().ok()?;
        bytes.starts_with(&[4]).then_some(Self(bytes))
    }

    /// The 65 bytes.
    pub const fn bytes(&self) -> &[u8; 65] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::id::hex(&self.0))
    }
}

/// Signs with a key. The key may be outside of this process, such as in a hardware keystore.
pub trait Signer {
    /// ES256 over `message`: r ‖ s, 64 bytes.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses (locked, lost, attacked).
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;
    /// The key that verifies [`Signer::sign`].
    fn public_key(&self) -> PublicKey;
}

/// The keystore refused to sign, with its message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the keystore would not sign: {0}")]
pub struct SignerError(pub String);

/// Checks signatures.
pub trait Verifier {
    /// Whether `signature` (r ‖ s) is ES256 over `message` by `key`.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool;
}

/// Why bytes were not accepted as a signed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// Not deterministic CBOR, or not a COSE_Sign1 of this shape.
    #[error("not a COSE_Sign1 of this encoding: {0}")]
    Unreadable(#[from] CodecError),
    /// Another algorithm or further header parameters.
    #[error("the only protected header is ES256")]
    Algorithm,
    /// The signature is not by this key over these bytes.
    #[error("the signature is not by this key over these bytes")]
    Signature,
}

/// The kind of a signed or hashed statement. The text is part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(pub &'static str);

impl Tag {
    /// SHA-256 over the tag, a zero byte, and the concatenated parts.
    pub fn hash(self, parts: &[&[u8]]) -> Digest {
        let mut hash = Sha256::new_with_prefix(self.0.as_bytes());
        hash.update([0]);
        parts.iter().for_each(|part| hash.update(part));
        Digest::new(hash.finalize().into())
    }
}

/// A statement with its signature, parsed but not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    tag: Tag,
    /// The signed payload.
    pub payload: &'a [u8],
    signature: [u8; 64],
}

impl<'a> Signed<'a> {
    /// Reads a COSE_Sign1 without CBOR tag: `[protected, {}, payload, signature]`.
    ///
    /// # Errors
    /// [`SignedError`] unless it is exactly that.
    pub fn read(tag: Tag, bytes: &'a [u8]) -> Result<Self, SignedError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(4, |reader| {
                if reader.bytes()? != PROTECTED {
                    return Err(SignedError::Algorithm);
                }
                reader.uint_map(|_, _| Err(SignedError::Algorithm))?;
                Ok(Self { tag, payload: reader.bytes()?, signature: reader.bytes_exact()? })
            })
        })
    }

    /// Checks the signature by `key`.
    ///
    /// # Errors
    /// [`SignedError::Signature`].
    pub fn verify(&self, key: &PublicKey, verifier: &dyn Verifier) -> Result<(), SignedError> {
        let message = sig_structure(self.tag, self.payload);
        if verifier.verify(key, &message, &self.signature) { Ok(()) } else { Err(SignedError::Signature) }
    }
}

/// Signs `payload` as a statement of kind `tag`.
///
/// ```
/// use sync_core::sign::{Signed, SignedError, Signer as _, SoftwareKey, SoftwareVerifier, Tag, seal};
///
/// const NOTE: Tag = Tag("example/v1/note");
/// let key = SoftwareKey::from_secret(&[7; 32]).unwrap();
/// let bytes = seal(NOTE, b"payload", &key).unwrap();
/// let signed = Signed::read(NOTE, &bytes).unwrap();
/// assert!(signed.verify(&key.public_key(), &SoftwareVerifier).is_ok());
/// // A statement of one kind is never one of another.
/// let taken_for_another = Signed::read(Tag("example/v1/order"), &bytes).unwrap();
/// assert_eq!(taken_for_another.verify(&key.public_key(), &SoftwareVerifier), Err(SignedError::Signature));
/// ```
///
/// # Errors
/// [`SignerError`] when the keystore refuses.
pub fn seal(tag: Tag, payload: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, SignerError> {
    let signature = signer.sign(&sig_structure(tag, payload))?;
    Ok(Writer::new().array(4).bytes(&PROTECTED).map(0).bytes(payload).bytes(&signature).finish())
}

/// Verifies a statement of kind `tag` with `key` and returns its payload and hash.
///
/// # Errors
/// [`SignedError`] unless the holder of the key signed exactly this.
pub fn open<'a>(
    tag: Tag,
    bytes: &'a [u8],
    key: &PublicKey,
    verifier: &dyn Verifier,
) -> Result<(&'a [u8], Digest), SignedError> {
    let signed = Signed::read(tag, bytes)?;
    signed.verify(key, verifier)?;
    Ok((signed.payload, tag.hash(&[signed.payload])))
}

/// `Sig_structure` of RFC 9052 §4.4 with the tag as external data.
fn sig_structure(tag: Tag, payload: &[u8]) -> Vec<u8> {
    Writer::new().array(4).text("Signature1").bytes(&PROTECTED).bytes(tag.0.as_bytes()).bytes(payload).finish()
}

#[cfg(feature = "p256")]
pub use software::{SoftwareKey, SoftwareVerifier};

#[cfg(feature = "p256")]
mod software {
    use super::{PublicKey, Signer, SignerError, Verifier};
    use p256::ecdsa::signature::{Signer as _, Verifier as _};
    use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

    /// A key held in this process's memory. For hosts without a keystore, and for tests.
    #[derive(Clone)]
    pub struct SoftwareKey(SigningKey);

    impl SoftwareKey {
        /// Uses 32 random bytes as the secret scalar. `None` for the few values that are not a valid scalar.
        pub fn from_secret(secret: &[u8; 32]) -> Option<Self> {
            SigningKey::from_slice(secret).ok().map(Self)
        }
    }

    impl std::fmt::Debug for SoftwareKey {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("SoftwareKey(<redacted>)")
        }
    }

    impl Signer for SoftwareKey {
        fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
            let signature: Signature = self.0.try_sign(message).map_err(|error| SignerError(error.to_string()))?;
            Ok(signature.to_bytes().into())
        }

        fn public_key(&self) -> PublicKey {
            let point = self.0.verifying_key().to_sec1_point(false);
            PublicKey::from_slice(point.as_bytes()).unwrap_or(PublicKey([4; 65]))
        }
    }

    /// Verifies signatures with the pure-Rust implementation of P-256.
    #[derive(Debug, Clone, Copy, Default)]
    pub struct SoftwareVerifier;

    impl Verifier for SoftwareVerifier {
        fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
            let key = VerifyingKey::from_sec1_bytes(key.bytes());
            let signature = Signature::from_slice(signature);
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
        }
    }
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests {
    use super::*;

    const LETTER: Tag = Tag("palm/v1/test");

    fn key(byte: u8) -> SoftwareKey {
        SoftwareKey::from_secret(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_statement_is_checked_with_its_key_its_kind_and_its_bytes() {
        let bytes = seal(LETTER, b"hello", &key(1)).unwrap();
        let signed = Signed::read(LETTER, &bytes).unwrap();
        assert_eq!(signed.payload, b"hello");
        assert_eq!(signed.verify(&key(1).public_key(), &SoftwareVerifier), Ok(()));
        assert_eq!(signed.verify(&key(2).public_key(), &SoftwareVerifier), Err(SignedError::Signature));
        let other_kind = Signed::read(Tag("palm/v1/other"), &bytes).unwrap();
        assert_eq!(other_kind.verify(&key(1).public_key(), &SoftwareVerifier), Err(SignedError::Signature));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let verdict = Signed::read(LETTER, &changed)
                .and_then(|signed| signed.verify(&key(1).public_key(), &SoftwareVerifier));
            assert!(verdict.is_err(), "byte {place}");
        }
    }

    #[test]
    fn other_cose_software_reads_and_checks_our_signature() {
        use coset::CborSerializable as _;
        let bytes = seal(LETTER, b"hello", &key(1)).unwrap();
        let theirs = coset::CoseSign1::from_slice(&bytes).unwrap();
        let outcome = theirs.verify_signature(LETTER.0.as_bytes(), |signature, message| {
            let signature: [u8; 64] = signature.try_into().unwrap();
            SoftwareVerifier.verify(&key(1).public_key(), message, &signature).then_some(()).ok_or(())
        });
        assert_eq!(outcome, Ok(()));
    }
}
