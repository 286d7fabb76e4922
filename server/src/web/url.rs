//! Encodes a text for use in a URL.
//!
//! Promise: any text becomes exactly one value of a query, one segment of a path or one field of a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except the unreserved ones (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text, percent-encoded.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_written_as_percent_and_digits() {
        assert_eq!(encoded("专项 a&b=1/?"), "%E4%B8%93%E9%A1%B9%20a%26b%3D1%2F%3F");
        assert_eq!(encoded("Az09-._~"), "Az09-._~");
        assert_eq!(encoded("\u{0}%+,`@[{"), "%00%25%2B%2C%60%40%5B%7B");
    }
}
