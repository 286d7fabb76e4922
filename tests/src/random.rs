//! Random bytes, and how they stand in addresses and headers.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

/// Fresh random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    server::random::bytes().unwrap()
}

/// Base64 for URLs, without padding (RFC 4648 §5).
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
