//! Enrolling phones, their tokens and leases.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use sync_core::key_level::KeyLevel;
use sync_core::proof::Jwk;

use crate::code::{JwkCurve, JwkType};
use crate::text::{
    Digest, GivenCode, HexBytes, Id, KeySignature, PublicKey, ScannedCode, StoreEpoch, Thumbprint, TypedCode,
};

/// What a phone signs (ES256, r ‖ s) to enrol: `palm/v1/enrol`, a zero byte, the code, a zero byte, the public key in hex.
pub fn enrol_message(code: &str, public_key: &str) -> Vec<u8> {
    ["palm/v1/enrol", code, public_key].join("\0").into_bytes()
}

/// What a phone with a request key signs with both keys to enrol: `palm/v1/enrol-two-keys`, a zero byte, the code, a zero
/// byte, the public key in hex, a zero byte, the thumbprint of the request key (RFC 7638, base64url).
pub fn enrol_two_keys_message(code: &str, public_key: &str, thumbprint: &str) -> Vec<u8> {
    ["palm/v1/enrol-two-keys", code, public_key, thumbprint].join("\0").into_bytes()
}

/// What a phone signs to get a token: `palm/v1/device-token`, a zero byte, its id in hex, a zero byte, the challenge.
pub fn token_message(device: &str, challenge: &str) -> Vec<u8> {
    ["palm/v1/device-token", device, challenge].join("\0").into_bytes()
}

/// What a phone signs to hand in: `palm/v1/hand-in`, a zero byte, its id in hex, a zero byte, the challenge.
pub fn hand_in_message(device: &str, challenge: &str) -> Vec<u8> {
    ["palm/v1/hand-in", device, challenge].join("\0").into_bytes()
}

/// The officer for whom a code is created.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"officer": "00112233445566778899aabbccddeeff"}))]
pub struct NewEnrolmentCode {
    /// Id of the officer.
    #[schema(value_type = Id)]
    pub officer: String,
}

/// A one-time code. It is shown once: the server stores only its hash.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "code": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "typed": "7KQ2M9XW4C", "expires_ms": 1_795_363_800_000_i64
}))]
pub struct EnrolmentCode {
    /// The code for a QR code, 32 hex digits.
    #[schema(value_type = ScannedCode)]
    pub code: String,
    /// The code for typing, 10 characters. It allows five attempts.
    #[schema(value_type = TypedCode)]
    pub typed: String,
    /// End of its validity, after ten minutes.
    pub expires_ms: i64,
}

impl std::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolmentCode").field("expires_ms", &self.expires_ms).finish_non_exhaustive()
    }
}

/// A phone to be enrolled. Only the officer for whom the code was created can use it, and must be signed in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "label": "执法终端 A", "public_key": "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", "proof": "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"}))]
pub struct NewDevice {
    /// The one-time code, scanned or typed.
    #[schema(value_type = GivenCode)]
    pub code: String,
    /// What the officer calls the phone, up to 64 characters.
    #[schema(max_length = 64)]
    pub label: String,
    /// P-256, uncompressed SEC1 point: 130 hex digits that begin with 04.
    #[schema(value_type = PublicKey)]
    pub public_key: String,
    /// ES256 signature, r ‖ s, 128 hex digits, over `palm/v1/enrol` 00 code 00 public_key (the texts
    /// as they are sent); with a request key over `palm/v1/enrol-two-keys` 00 code 00 public_key 00 thumbprint of the request
    /// key (RFC 7638).
    #[schema(value_type = KeySignature)]
    pub proof: String,
    /// What the phone states about the protection of its key; `none` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<KeyLevel>,
    /// The key that signs the phone's requests. A phone without one gets tokens that are bound to no key, if the installation
    /// allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_key: Option<NewRequestKey>,
}

/// The request key of a phone to be enrolled. It differs from the key that signs records.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequestKey {
    /// The public key.
    #[schema(value_type = RequestJwk)]
    pub jwk: Jwk,
    /// ES256 signature by this key over the same message, r ‖ s, 128 hex digits.
    #[schema(value_type = KeySignature)]
    pub proof: String,
    /// What the phone states about its protection; `none` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<KeyLevel>,
}

/// A P-256 public key as a JSON Web Key (RFC 7517), with these members only.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RequestJwk {
    /// `EC`.
    #[schema(value_type = JwkType)]
    pub kty: String,
    /// `P-256`.
    #[schema(value_type = JwkCurve)]
    pub crv: String,
    /// The x coordinate, base64url.
    #[schema(value_type = Thumbprint)]
    pub x: String,
    /// The y coordinate, base64url.
    #[schema(value_type = Thumbprint)]
    pub y: String,
}

impl std::fmt::Debug for NewDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDevice").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "officer": "00112233445566778899aabbccddeeff", "label": "执法终端 A",
    "public_key": "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", "enrolled_ms": 1_795_363_200_000_i64, "revoked_ms": null, "revoked_reason": null,
    "request_key": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "key_level": "soft", "request_key_level": "soft"
}))]
pub struct Device {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Id of its officer.
    #[schema(value_type = Id)]
    pub officer: String,
    /// What the officer calls it.
    pub label: String,
    /// Uncompressed SEC1 point, hex.
    #[schema(value_type = PublicKey)]
    pub public_key: String,
    /// When it was enrolled.
    pub enrolled_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
    /// Thumbprint of the key that signs its requests (RFC 7638); null for a phone that was enrolled without one.
    #[schema(value_type = Option<Thumbprint>)]
    pub request_key: Option<String>,
    /// What the phone stated about the protection of its key when it was enrolled. It is not verified.
    pub key_level: KeyLevel,
    /// The same for its request key.
    pub request_key_level: KeyLevel,
}

/// The enrolled phone, with the data that it needs to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolledDevice {
    /// The phone.
    pub device: Device,
    /// Id of the installation.
    #[schema(value_type = Id)]
    pub tenant: String,
    /// The public key that verifies leases, receipts and the server's changes, hex. The phone pins it.
    #[schema(value_type = PublicKey)]
    pub server_public_key: String,
}

/// Phones of the caller, or of an officer in reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceList {
    /// In the order of their ids, with revoked ones.
    pub items: Vec<Device>,
}

/// Whose phones.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// Id of an officer in reach; the caller where absent.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
}

/// Why a phone is revoked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "终端遗失", "lost": true}))]
pub struct Revocation {
    /// 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
    /// Whether it is lost or stolen: an alarm tells the heads. No, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<bool>,
}

/// The name of a phone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"label": "执法终端 B"}))]
pub struct DeviceLabel {
    /// 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub label: String,
}

/// Which phone asks for a challenge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"device": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0"}))]
pub struct NewChallenge {
    /// Id of the phone.
    #[schema(value_type = Id)]
    pub device: String,
}

/// A challenge. It can be used once, within two minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"challenge": "5c1f0e8d7b6a594837261504f3e2d1c0bfae9d8c7b6a594837261504f3e2d1c0", "expires_ms": 1_795_363_320_000_i64}))]
pub struct Challenge {
    /// 64 hex digits.
    #[schema(value_type = Digest)]
    pub challenge: String,
    /// End of its validity.
    pub expires_ms: i64,
}

/// The answer to a challenge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"device": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "challenge": "5c1f0e8d7b6a594837261504f3e2d1c0bfae9d8c7b6a594837261504f3e2d1c0", "signature": "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"}))]
pub struct NewDeviceToken {
    /// Id of the phone.
    #[schema(value_type = Id)]
    pub device: String,
    /// The challenge as received.
    #[schema(value_type = Digest)]
    pub challenge: String,
    /// ES256 signature, r ‖ s, 128 hex digits, over `palm/v1/device-token` (for handing in `palm/v1/hand-in`) 00 device 00
    /// challenge (the hex texts).
    #[schema(value_type = KeySignature)]
    pub signature: String,
}

/// The store of the phone for which it asks for a lease.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"epoch": "0011223344556677"}))]
pub struct NewLease {
    /// The epoch of the phone's store, 16 hex digits. Number blocks belong to an epoch.
    #[schema(value_type = StoreEpoch)]
    pub epoch: String,
    /// How many numbers of this year the phone still has. Below ten the lease carries a further block, at most ten times a
    /// day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers_left: Option<u32>,
    /// The last number of the newest block of this year that the phone holds; 0 if it holds none. From it the server sees
    /// that the answer with a newer block was lost, and sends that block again instead of a further one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_number: Option<u32>,
}

/// Permission to work offline (终端离线使用许可), signed by the tenant's server key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lease {
    /// Hash of the lease, by which changes name it, hex.
    #[schema(value_type = Digest)]
    pub hash: String,
    /// The signed lease (COSE_Sign1), hex; opaque to apps.
    #[schema(value_type = HexBytes)]
    pub bytes: String,
    /// When it was issued. It is a time anchor.
    pub issued_ms: i64,
    /// Its end: after 24 hours, or the end of the certificate if that is earlier.
    pub not_after_ms: i64,
    /// Numbers this phone may use.
    pub blocks: Vec<NumberBlock>,
    /// Numbered paper registered to the officer.
    pub papers: Vec<NumberedPaper>,
}

/// Numbers a phone may use offline, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"form": "spot_decision", "agency": "ffeeddccbbaa99887766554433221100", "year": 2026, "prefix": "巫市监当罚〔2026〕", "first": 1, "last": 20}))]
pub struct NumberBlock {
    /// Form.
    pub form: String,
    /// Id of the agency in whose name the documents are issued.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Year of the document's date.
    pub year: u32,
    /// Text printed before the number.
    pub prefix: String,
    /// First number.
    pub first: u32,
    /// Last number, included.
    pub last: u32,
}

/// Sealed, numbered paper an officer carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"form": "spot_decision", "prefix": "渝巫市监当罚", "first": 2_600_101, "last": 2_600_150}))]
pub struct NumberedPaper {
    /// Form.
    pub form: String,
    /// Text printed before the number.
    pub prefix: String,
    /// First number.
    pub first: i64,
    /// Last number, included.
    pub last: i64,
}
