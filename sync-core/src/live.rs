//! The live proof (实时核验码) that a phone shows to anybody as a QR code: who presents the certificate, by which phone,
//! and when.
//!
//! Promise: only the phone's own key makes a proof, and a proof is accepted for [`LiveProof::ACCEPTED_MS`] around the
//! time in it. A proof is never accepted as another signed statement, nor another statement as a proof (its tag). The
//! text of a proof has one form. Not here: what the certificate is worth (`certificate`), who may look (the server).
//!
//! ```
//! use sync_core::id::{CheckCodeId, DeviceId};
//! use sync_core::live::{Fit, LiveProof, Presented};
//! use sync_core::sign::{Signer as _, SoftwareKey, SoftwareVerifier};
//! use sync_core::time::Instant;
//! use sync_core::when::Grade;
//!
//! let key = SoftwareKey::from_secret(&[7; 32]).unwrap();
//! let phone = DeviceId::new([1; 16]);
//! let made = Instant::from_ms(1_795_406_400_000);
//! let proof = LiveProof { who: CheckCodeId::new([9; 16]), phone: LiveProof::hint(phone), made, grade: Grade::A, nonce: [3; 8] };
//! let text = proof.sign(&key).unwrap();
//! let Some(Presented::Live(read)) = Presented::parse(&text) else { unreachable!() };
//! assert!(read.verify(&key.public_key(), &SoftwareVerifier).is_ok());
//! assert_eq!(read.proof.fit(made.plus_ms(90_000)), Fit::Fresh);
//! assert_eq!(read.proof.fit(made.plus_ms(90_001)), Fit::Old);
//! ```

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::codec::{CodecError, Reader, Writer};
use crate::id::{CheckCodeId, DeviceId, Digest};
use crate::sign::{PublicKey, Signed, SignedError, Signer, SignerError, Tag, Verifier, seal};
use crate::time::Instant;
use crate::when::Grade;

const LIVE: Tag = Tag("palm/v1/live");
const VERSION: u64 = 1;
/// Bytes of a device's id that a proof contains. They choose among the few phones of one officer.
const HINT: usize = 4;
/// No text of a proof is longer.
const LONGEST_TEXT: usize = 200;

/// What a phone states when it shows its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveProof {
    /// The random id under which the server knows the presented certificate.
    pub who: CheckCodeId,
    /// The first bytes of the phone's id.
    pub phone: [u8; HINT],
    /// When it was made, by the phone.
    pub made: Instant,
    /// How well the phone can prove that time.
    pub grade: Grade,
    /// Random bytes: no two proofs are the same.
    pub nonce: [u8; 8],
}

/// Whether the time of a proof fits the time at which it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It was made within the time in which a proof is accepted.
    Fresh,
    /// The phone's time is proved, and the proof is older.
    Old,
    /// The phone's time is proved, and the proof is from a time that has not come yet.
    Ahead,
    /// It does not fit, and the phone could not prove its time: the proof may be new.
    ClockNotProved,
}

/// A proof as it was read, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadProof {
    /// What it states.
    pub proof: LiveProof,
    /// Names the proof. It does not cover the signature, which anybody can rewrite into another valid one.
    pub hash: Digest,
    bytes: Vec<u8>,
}

/// What stands in the address that somebody opened to check an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// The code of a printed card: 16 random bytes.
    Static(CheckCodeId),
    /// A proof by a phone.
    Live(ReadProof),
}

impl LiveProof {
    /// A phone shows another proof after this time.
    pub const STEP_MS: i64 = 30_000;
    /// Greatest distance between the time in a proof and the time of the check.
    pub const ACCEPTED_MS: i64 = 3 * Self::STEP_MS;

    /// The bytes of a phone's id that stand in its proofs.
    pub fn hint(phone: DeviceId) -> [u8; HINT] {
        let [a, b, c, d, ..] = *phone.bytes();
        [a, b, c, d]
    }

    /// Signs with the phone's key and gives the text for the address: base64url without padding.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, SignerError> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(seal(LIVE, &self.to_bytes(), signer)?))
    }

    /// Whether its time fits `now`.
    pub const fn fit(&self, now: Instant) -> Fit {
        let age = now.ms().saturating_sub(self.made.ms());
        match (age >= -Self::ACCEPTED_MS && age <= Self::ACCEPTED_MS, self.grade) {
            (true, _) => Fit::Fresh,
            (false, Grade::A) if age > 0 => Fit::Old,
            (false, Grade::A) => Fit::Ahead,
            (false, Grade::B | Grade::C) => Fit::ClockNotProved,
        }
    }

    fn to_bytes(self) -> Vec<u8> {
        let Self { who, phone, made, grade, nonce } = self;
        let mut out = Writer::new();
        out.array(6).uint(VERSION).bytes(who.bytes()).bytes(&phone).int(made.ms()).text(grade.code()).bytes(&nonce);
        out.finish()
    }

    fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(6, |reader| {
                if reader.uint()? != VERSION {
                    return Err(CodecError::Expected("proof version 1"));
                }
                Ok(Self {
                    who: CheckCodeId::new(reader.bytes_exact()?),
                    phone: reader.bytes_exact()?,
                    made: Instant::from_ms(reader.int()?),
                    grade: Grade::parse(reader.text()?).map_err(|_unknown| CodecError::Expected("a grade"))?,
                    nonce: reader.bytes_exact()?,
                })
            })
        })
    }
}

impl ReadProof {
    /// Checks the signature by the key of a phone.
    ///
    /// # Errors
    /// [`SignedError`] unless that phone made exactly this proof.
    pub fn verify(&self, key: &PublicKey, verifier: &dyn Verifier) -> Result<(), SignedError> {
        Signed::read(LIVE, &self.bytes)?.verify(key, verifier)
    }
}

impl Presented {
    /// Reads what stands in the address. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        if let Some(id) = CheckCodeId::from_slice(&bytes) {
            return Some(Self::Static(id));
        }
        let payload = Signed::read(LIVE, &bytes).ok()?.payload;
        let (proof, hash) = (LiveProof::read(payload).ok()?, LIVE.hash(&[payload]));
        Some(Self::Live(ReadProof { proof, hash, bytes }))
    }

    /// The text of a printed card's code.
    pub fn of_card(id: CheckCodeId) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(id.bytes())
    }
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests {
    use super::*;
    use crate::sign::{SoftwareKey, SoftwareVerifier};

    const NOW: Instant = Instant::from_ms(1_795_406_400_000);

    fn key(byte: u8) -> SoftwareKey {
        SoftwareKey::from_secret(&[byte; 32]).unwrap()
    }

    fn proof(grade: Grade) -> LiveProof {
        let phone = LiveProof::hint(DeviceId::new([1; 16]));
        LiveProof { who: CheckCodeId::new([9; 16]), phone, made: NOW, grade, nonce: [3; 8] }
    }

    fn live(text: &str) -> Option<ReadProof> {
        match Presented::parse(text) {
            Some(Presented::Live(read)) => Some(read),
            _ => None,
        }
    }

    fn is_good(text: &str) -> bool {
        live(text).is_some_and(|read| read.verify(&key(1).public_key(), &SoftwareVerifier).is_ok())
    }

    #[test]
    fn check_21_a_proof_is_accepted_for_ninety_seconds_in_both_directions_and_no_millisecond_longer() {
        let fit = |grade, ms| proof(grade).fit(NOW.plus_ms(ms));
        for grade in [Grade::A, Grade::B, Grade::C] {
            assert_eq!([-90_000, 0, 90_000].map(|ms| fit(grade, ms)), [Fit::Fresh; 3], "{grade}");
        }
        assert_eq!([fit(Grade::A, 90_001), fit(Grade::A, -90_001)], [Fit::Old, Fit::Ahead]);
        for grade in [Grade::B, Grade::C] {
            assert_eq!([90_001, -90_001].map(|ms| fit(grade, ms)), [Fit::ClockNotProved; 2], "{grade}");
        }
        let farthest = LiveProof { made: Instant::from_ms(i64::MIN), ..proof(Grade::A) };
        assert_eq!(farthest.fit(Instant::from_ms(i64::MAX)), Fit::Old);
    }

    #[test]
    fn a_proof_that_was_changed_anywhere_is_no_proof_of_this_phone() {
        let text = proof(Grade::A).sign(&key(1)).unwrap();
        assert!(is_good(&text));
        assert_eq!(live(&text).unwrap().proof, proof(Grade::A));
        assert!(live(&text).unwrap().verify(&key(2).public_key(), &SoftwareVerifier).is_err());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(!is_good(&BASE64_URL_SAFE_NO_PAD.encode(&changed)), "byte {place}");
        }
        for other in [format!("{text}A"), format!("{text}="), text[1..].to_owned(), format!(" {text}"), String::new()] {
            assert!(!is_good(&other), "{other}");
        }
        assert_eq!(Presented::parse(&"A".repeat(LONGEST_TEXT + 1)), None);
    }

    #[test]
    fn a_rewritten_signature_does_not_give_the_proof_another_name() {
        let text = proof(Grade::A).sign(&key(1)).unwrap();
        let again = LiveProof { nonce: [4; 8], ..proof(Grade::A) }.sign(&key(1)).unwrap();
        let mut rewritten = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
        *rewritten.last_mut().unwrap() ^= 1;
        let hash = |text: &str| live(text).unwrap().hash;
        assert_eq!(hash(&text), hash(&BASE64_URL_SAFE_NO_PAD.encode(rewritten)));
        assert_ne!(hash(&text), hash(&again), "the nonce is part of it");
    }

    #[test]
    fn a_proof_is_never_a_lease_or_a_receipt_and_these_are_never_a_proof() {
        use crate::case_record::CaseRecord;
        use crate::lease::Lease;
        use crate::receipt::Receipt;
        let payload = proof(Grade::A).to_bytes();
        let (mine, verifier) = (key(1).public_key(), SoftwareVerifier);
        let text = proof(Grade::A).sign(&key(1)).unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        assert_eq!(Lease::open(&bytes, &mine, &verifier), Err(SignedError::Signature));
        assert_eq!(Receipt::open(&bytes, &mine, &verifier), Err(SignedError::Signature));
        assert_eq!(CaseRecord::open(&bytes, &mine, &verifier), Err(SignedError::Signature));
        assert!(crate::change::Received::read(&bytes).is_err());
        let others = ["palm/v1/change", "palm/v1/lease", "palm/v1/receipt", "palm/v1/case-record", "palm/v1/link"];
        for tag in others {
            let taken = seal(Tag(tag), &payload, &key(1)).unwrap();
            assert!(!is_good(&BASE64_URL_SAFE_NO_PAD.encode(taken)), "{tag}");
        }
        // What a phone signs to get a token begins with its purpose, and not with a COSE structure.
        let challenge = [b"palm/v1/device-token\0".as_slice(), &payload].concat();
        let mut forged = bytes.clone();
        forged.splice(bytes.len() - 64.., key(1).sign(&challenge).unwrap());
        assert!(!is_good(&BASE64_URL_SAFE_NO_PAD.encode(forged)));
    }

    #[test]
    fn a_card_has_a_text_of_22_characters_and_a_proof_one_of_158() {
        let card = Presented::of_card(CheckCodeId::new([0xab; 16]));
        assert_eq!((card.len(), Presented::parse(&card)), (22, Some(Presented::Static(CheckCodeId::new([0xab; 16])))));
        assert_eq!(proof(Grade::A).sign(&key(1)).unwrap().len(), 158);
        // The last character holds four unused bits: one text for one code.
        let other = format!("{}{}", &card[..21], char::from(card.as_bytes()[21] + 1));
        assert_eq!(Presented::parse(&other), None);
    }
}
