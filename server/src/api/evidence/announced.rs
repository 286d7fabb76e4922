//! What a client states about a file before it sends it: the tus header `Upload-Metadata`.
//!
//! Promise: the digest is accepted as bytes or as hex digits, because third-party clients send text only. All other
//! metadata is stored as sent and returned to the uploader only. Not here: whether the file is accepted.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use sync_core::id::Digest;

use crate::flow::evidence::NewUpload;
use crate::flow::refusal::{Refusal, Refused};
use crate::store::UploadRow;

/// The longest `Upload-Metadata`, in bytes.
const LONGEST: usize = 4096;
/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads `key base64,key base64`.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn announced(metadata: &str, size: u64) -> Result<NewUpload, Refused> {
    let mut pairs = BTreeMap::new();
    for pair in metadata.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64.decode(value.trim()).map_err(|_not_base64| Refusal::Malformed)?;
        if pairs.insert(key, value).is_some() {
            return Err(Refusal::Malformed.into());
        }
    }
    let digest = pairs.get("sha256").and_then(|said| digest(said)).ok_or_else(|| {
        let zh = "上传前须在 Upload-Metadata 中给出文件的 sha256（32 字节或 64 位十六进制，Base64 编码）。";
        let en = "`Upload-Metadata` must carry the file's `sha256`: base64 of its 32 bytes or of its 64 hex digits.";
        Refusal::Malformed.because(zh, en)
    })?;
    // Third-party clients use the name `filetype`.
    let said = ["type", "filetype"].into_iter().find_map(|key| pairs.remove(key)).unwrap_or_default();
    let media_type = String::from_utf8(said).map_err(|_no_text| Refusal::Malformed)?;
    if metadata.len() > LONGEST {
        return Err(Refusal::Malformed.into());
    }
    Ok(NewUpload { digest, size, media_type, metadata: metadata.to_owned() })
}

/// 32 bytes, or their 64 hex digits in either case.
fn digest(said: &[u8]) -> Option<Digest> {
    let hex = || std::str::from_utf8(said).ok()?.to_ascii_lowercase().parse().ok();
    Digest::from_slice(said).or_else(hex)
}

/// The `Upload-Metadata` of an upload as it was sent. Uploads from before it was stored get it from their columns.
pub fn said(row: &UploadRow) -> String {
    if row.metadata.is_empty() {
        let [digest, media_type] =
            [&row.digest.bytes()[..], row.media_type.as_bytes()].map(|part| STANDARD.encode(part));
        return format!("sha256 {digest},type {media_type}");
    }
    row.metadata.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Digest, String)> {
        announced(text, 1).ok().map(|new| (new.digest, new.media_type))
    }

    #[test]
    fn a_digest_may_come_as_bytes_or_as_hex_digits_and_nothing_else() {
        let hex = "07".repeat(32);
        let wanted = Some((Digest::new([7; 32]), String::new()));
        for said in [&[7; 32][..], hex.as_bytes(), hex.to_uppercase().as_bytes()] {
            let text = STANDARD.encode(said);
            assert_eq!(read(&format!("sha256 {text}")), wanted);
            assert_eq!(read(&format!("sha256 {}", text.trim_end_matches('='))), wanted, "without padding");
        }
        for said in [&[7; 31][..], &[7; 33], &hex.as_bytes()[1..], b"", &[b'g'; 64], format!("{hex}0").as_bytes()] {
            assert_eq!(read(&format!("sha256 {}", STANDARD.encode(said))), None);
        }
        assert_eq!([read(""), read("sha256"), read("sha256 ???"), read(&hex)], [None, None, None, None]);
    }

    #[test]
    fn a_type_is_optional_and_known_by_both_of_its_names() {
        let digest = STANDARD.encode([7; 32]);
        let [jpeg, opus, name] = ["image/jpeg", "audio/webm;codecs=opus", "../../x"].map(|text| STANDARD.encode(text));
        let named = |text: String| read(&text).map(|(_, media_type)| media_type);
        assert_eq!(named(format!("sha256 {digest},type {jpeg},filename {name}")).as_deref(), Some("image/jpeg"));
        assert_eq!(named(format!("filetype {opus}, sha256 {digest}")).as_deref(), Some("audio/webm;codecs=opus"));
        assert_eq!(named(format!("filetype {opus},sha256 {digest},type {jpeg}")).as_deref(), Some("image/jpeg"));
        assert_eq!(named(format!("sha256 {digest},is_confidential")).as_deref(), Some(""));
        assert_eq!(named(format!("sha256 {digest},sha256 {digest}")), None, "said twice");
        assert_eq!(named(format!("sha256 {digest},type {}", STANDARD.encode([0xff]))), None);
    }

    #[test]
    fn what_was_said_is_kept_up_to_its_longest() {
        let digest = STANDARD.encode([7; 32]);
        let of_length = |length: usize| {
            let text = format!("sha256 {digest},name ");
            let rest = length - text.len();
            format!("{text}{}", "A".repeat(rest))
        };
        let whole = of_length(LONGEST - (LONGEST - format!("sha256 {digest},name ").len()) % 4);
        assert_eq!(announced(&whole, 1).unwrap().metadata, whole);
        assert!(announced(&of_length(LONGEST + 4), 1).is_err());
    }
}
