//! Requirements on evidence files: size and media type.
//!
//! Promise: one function for both sides. A phone calls [`fit`] before a save binds a file, the server before an upload
//! begins, so a phone never records a file that the server will refuse. The media type is only a label: a server sends
//! a row of [`known`], never a client's text. Not here: the bytes and their digest.

mod known;

pub use known::{Known, Shown, known};

use crate::code::codes;

/// The largest file, in bytes: 512 MiB. A file of exactly this size is accepted, and so is an empty file.
pub const LARGEST: u64 = 512 << 20;
/// The longest media type with its parameters, in bytes.
pub const LONGEST_MEDIA_TYPE: usize = 255;

codes! {
    /// What happened to a file after it had arrived.
    pub enum Damage {
        /// Its bytes have changed.
        Altered = "altered",
        /// The file is missing.
        Removed = "removed",
    }
}

/// Why a file is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is larger than [`LARGEST`].
    #[error("the file is larger than 512 MiB")]
    TooLarge,
    /// Its media type does not have the form of RFC 9110 §8.3.1, or is too long.
    #[error("the media type is not of the form type/subtype; name=value")]
    MediaType,
}

impl Unfit {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::MediaType => "wrong_media_type",
        }
    }

    /// For people, in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::TooLarge => "文件超过 512 MiB，服务器不能接收：请分段录制或压缩后再保存。",
            Self::MediaType => "文件类型的写法不正确，服务器不能接收：请改用常见格式，或不填类型。",
        }
    }

    /// For people, in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::TooLarge => "The file is larger than 512 MiB and the server would not take it: record it in parts.",
            Self::MediaType => {
                "The file's type is not written as the server takes it: use a common format or give no type."
            }
        }
    }
}

/// Whether a file of this size and media type is accepted. An empty media type means that the type is unknown.
///
/// ```
/// use sync_core::evidence::{Unfit, fit};
///
/// assert_eq!(fit(3 << 20, "image/jpeg"), Ok(()));
/// assert_eq!(fit(3 << 20, "a photograph"), Err(Unfit::MediaType));
/// assert_eq!(fit(u64::MAX, "image/jpeg"), Err(Unfit::TooLarge));
/// ```
///
/// # Errors
/// [`Unfit`].
pub fn fit(size: u64, media_type: &str) -> Result<(), Unfit> {
    if size > LARGEST {
        return Err(Unfit::TooLarge);
    }
    let named = media_type.len() <= LONGEST_MEDIA_TYPE && is_media_type(media_type);
    if media_type.is_empty() || named { Ok(()) } else { Err(Unfit::MediaType) }
}

/// `type/subtype` in lower case, without parameters. `None` if the text is not a media type.
pub fn essence(media_type: &str) -> Option<String> {
    let named = media_type.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    is_media_type(media_type).then(|| named.to_ascii_lowercase())
}

/// RFC 9110 §8.3.1: `type "/" subtype *( OWS ";" OWS [ name "=" ( token / quoted-string ) ] )`.
fn is_media_type(text: &str) -> bool {
    let Some((kind, rest)) = token(text) else { return false };
    let Some((_subtype, mut rest)) = rest.strip_prefix('/').and_then(token) else { return false };
    while !rest.is_empty() {
        let Some(next) = blanks(rest).strip_prefix(';') else { return false };
        let Some(next) = parameter(blanks(next)) else { return false };
        rest = next;
    }
    !kind.is_empty()
}

/// The rest of the text after one parameter, which may be empty.
fn parameter(text: &str) -> Option<&str> {
    if text.is_empty() || text.starts_with(';') {
        return Some(text);
    }
    let (_name, rest) = token(text)?;
    let value = rest.strip_prefix('=')?;
    match value.strip_prefix('"') {
        Some(quoted) => after_quotes(quoted),
        None => token(value).map(|(_value, rest)| rest),
    }
}

/// The rest of the text after a quoted string whose opening quote has been read.
fn after_quotes(text: &str) -> Option<&str> {
    let mut escaped = false;
    for (place, c) in text.char_indices() {
        match c {
            '\t' | ' '..='~' if escaped => escaped = false,
            '"' => return text.get(place + 1..),
            '\\' => escaped = true,
            '\t' | ' '..='~' => {}
            _ => return None,
        }
    }
    None
}

fn blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// A token and the rest of the text. `None` if the text does not begin with a token.
fn token(text: &str) -> Option<(&str, &str)> {
    let of_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !of_token(c)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(token, _)| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_exactly_the_largest_size_is_taken_and_one_byte_more_is_not() {
        assert_eq!(fit(0, "image/jpeg"), Ok(()));
        assert_eq!(fit(LARGEST, "image/jpeg"), Ok(()));
        assert_eq!(fit(LARGEST + 1, "image/jpeg"), Err(Unfit::TooLarge));
        assert_eq!(fit(u64::MAX, ""), Err(Unfit::TooLarge));
    }

    #[test]
    fn a_media_type_may_have_parameters_and_may_be_unknown() {
        for text in [
            "",
            "image/jpeg",
            "image/JPEG",
            "audio/webm;codecs=opus",
            "audio/webm; codecs=opus",
            "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"",
            "text/plain;charset=\"a\\\"b\" ;\tformat=flowed",
            "text/plain;",
            "text/plain;;charset=utf-8",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "x/*",
        ] {
            assert_eq!(fit(1, text), Ok(()), "{text:?}");
        }
        for text in [
            "image",
            "/jpeg",
            "image/",
            " image/jpeg",
            "image/jpeg ",
            "image /jpeg",
            "image/jpeg;codecs",
            "image/jpeg;codecs=",
            "image/jpeg;=opus",
            "image/jpeg;codecs =opus",
            "image/jpeg;codecs=\"opus",
            "image/jpeg;codecs=\"a\"b",
            "image/jpeg,image/png",
            "image/jp\u{e9}g",
            "image/jpeg;a=\"\u{e9}\"",
            "a\r\nb/c",
            "text/html\0",
        ] {
            assert_eq!(fit(1, text), Err(Unfit::MediaType), "{text:?}");
        }
    }

    #[test]
    fn a_media_type_of_the_longest_length_is_taken_and_one_character_more_is_not() {
        let of_length = |length: usize| format!("a/{}", "b".repeat(length - 2));
        assert_eq!(fit(1, &of_length(LONGEST_MEDIA_TYPE)), Ok(()));
        assert_eq!(fit(1, &of_length(LONGEST_MEDIA_TYPE + 1)), Err(Unfit::MediaType));
    }

    #[test]
    fn the_essence_of_a_type_is_lower_case_and_without_parameters() {
        assert_eq!(essence("Audio/WebM ;codecs=opus").as_deref(), Some("audio/webm"));
        assert_eq!(essence("image/jpeg").as_deref(), Some("image/jpeg"));
        assert_eq!([essence(""), essence("jpeg"), essence("image/jpeg;x")], [None, None, None]);
    }
}
