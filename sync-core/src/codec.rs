//! Deterministic CBOR (RFC 8949 section 4.2.1), the only encoding of hashed and signed data.
//!
//! Promise: a value has exactly one encoding. The reader refuses input that is not minimal, has indefinite length, is out of
//! order, has duplicate keys, is deeper than [`MAX_DEPTH`] or has trailing bytes. So input that was read successfully need
//! not be encoded again and compared. `docs/encoding.md` is normative. Not here: the meaning of items.
//!
//! ```
//! use sync_core::codec::{CodecError, Reader, Writer};
//!
//! let bytes = Writer::new().array(2).uint(24).text("a").finish();
//! assert_eq!(bytes, [0x82, 0x18, 24, 0x61, b'a']);
//! let pair = |bytes| Reader::whole(bytes, |reader| reader.tuple(2, |reader| Ok::<_, CodecError>((reader.uint()?, reader.text()?))));
//! assert_eq!(pair(&bytes), Ok((24, "a")));
//! // The same number in two bytes more is refused, not repaired.
//! assert_eq!(pair(&[0x82, 0x19, 0, 24, 0x61, b'a']), Err(CodecError::NotMinimal));
//! ```

/// Deepest permitted nesting, counting the outermost item as 1.
pub const MAX_DEPTH: usize = 32;
/// The only tag that is used (RFC 8949 §3.4.4).
const DECIMAL_FRACTION: u64 = 4;
/// Capacity that is reserved for the items of an array before they are read. Most arrays have fewer items. A larger array
/// grows only as its items are read, so a false length reserves no memory.
const RESERVED: usize = 64;

/// Why bytes are not deterministic CBOR of the expected shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end inside an item.
    #[error("the bytes end inside an item")]
    Truncated,
    /// An integer, length or decimal is not written in its shortest form.
    #[error("an integer, length or decimal is not written in its shortest form")]
    NotMinimal,
    /// Bytes follow the last item.
    #[error("bytes follow the last item")]
    Trailing,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// More items than the limit of decoded items.
    #[error("more items than the limit")]
    TooMany,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Map keys or set members are out of order or duplicate.
    #[error("keys are out of order or duplicate")]
    KeyOrder,
    /// Another kind of item, or a value out of range, is in the place where `0` was expected.
    #[error("expected {0}")]
    Expected(&'static str),
    /// Indefinite lengths, other tags, floats and undefined are not part of the encoding.
    #[error("an item that this encoding does not use")]
    Unsupported,
}

/// Writes items one after another.
#[derive(Debug, Default, Clone)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty output.
    pub fn new() -> Self {
        Self::default()
    }

    fn head(&mut self, major: u8, value: u64) -> &mut Self {
        let major = major << 5;
        let wide = value.to_be_bytes();
        let [.., b4, b5, b6, b7] = wide;
        match value {
            0..=23 => self.0.push(major + b7),
            24..=0xff => self.0.extend([major + 24, b7]),
            0x100..=0xffff => self.0.extend([major + 25, b6, b7]),
            0x1_0000..=0xffff_ffff => self.0.extend([major + 26, b4, b5, b6, b7]),
            _ => {
                self.0.push(major + 27);
                self.0.extend(wide);
            }
        }
        self
    }

    fn length(&mut self, major: u8, length: usize) -> &mut Self {
        self.head(major, u64::try_from(length).unwrap_or(u64::MAX))
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(positive) => self.head(0, positive),
            Err(_negative) => self.head(1, (!value).cast_unsigned()),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.length(2, bytes.len()).0.extend(bytes);
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.length(3, text.len()).0.extend(text.as_bytes());
        self
    }

    /// The head of an array of `length` items, which must follow.
    pub fn array(&mut self, length: usize) -> &mut Self {
        self.length(4, length)
    }

    /// The head of a map of `length` pairs, which must follow in key order.
    pub fn map(&mut self, length: usize) -> &mut Self {
        self.length(5, length)
    }

    /// A decimal fraction (RFC 8949 §3.4.4): `coefficient` / 10^`places`. The caller must pass it normalised.
    pub fn decimal(&mut self, coefficient: i64, places: u8) -> &mut Self {
        self.head(6, DECIMAL_FRACTION).array(2).int(-i64::from(places)).int(coefficient)
    }

    /// `null`.
    pub fn null(&mut self) -> &mut Self {
        self.0.push(0xf6);
        self
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.0.push(if value { 0xf5 } else { 0xf4 });
        self
    }

    /// A byte string, or `null`.
    pub fn optional_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            Some(bytes) => self.bytes(bytes),
            None => self.null(),
        }
    }

    /// Passes the written bytes to `see` and clears the buffer, keeping its capacity.
    pub fn take<T>(&mut self, see: impl FnOnce(&[u8]) -> T) -> T {
        let seen = see(&self.0);
        self.0.clear();
        seen
    }

    /// The written bytes.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// The kind of the next item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unsigned or negative integer.
    Int,
    /// Byte string.
    Bytes,
    /// Text.
    Text,
    /// Array.
    Array,
    /// Map.
    Map,
    /// Decimal fraction.
    Decimal,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

/// Reads items one after another from bytes that may be hostile.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0 }
    }

    /// Reads one whole item with `read` and refuses anything after it.
    ///
    /// # Errors
    /// The error of `read`, or [`CodecError::Trailing`].
    pub fn whole<T, E: From<CodecError>>(
        bytes: &'a [u8],
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = Self::new(bytes);
        let value = read(&mut reader)?;
        if reader.rest.is_empty() { Ok(value) } else { Err(CodecError::Trailing.into()) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CodecError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        self.take(N)?.try_into().map_err(|_length| CodecError::Truncated)
    }

    fn head(&mut self) -> Result<(u8, u64), CodecError> {
        let [first] = self.fixed()?;
        let (major, short) = (first >> 5, first & 31);
        let (value, least) = match short {
            0..=23 => (u64::from(short), 0),
            24 => (u64::from(u8::from_be_bytes(self.fixed()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.fixed()?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(self.fixed()?)), 0x1_0000),
            27 => (u64::from_be_bytes(self.fixed()?), 0x1_0000_0000),
            _ => return Err(CodecError::Unsupported),
        };
        // Major type 7 with a following byte is a simple value or a float, which are not used.
        if major == 7 && short >= 24 {
            return Err(CodecError::Unsupported);
        }
        if value < least { Err(CodecError::NotMinimal) } else { Ok((major, value)) }
    }

    /// The kind of the next item, without consuming it.
    ///
    /// # Errors
    /// At the end of the bytes, or before an item that this encoding does not use.
    pub fn peek(&self) -> Result<Kind, CodecError> {
        let first = *self.rest.first().ok_or(CodecError::Truncated)?;
        match (first >> 5, first) {
            (0 | 1, _) => Ok(Kind::Int),
            (2, _) => Ok(Kind::Bytes),
            (3, _) => Ok(Kind::Text),
            (4, _) => Ok(Kind::Array),
            (5, _) => Ok(Kind::Map),
            (_, 0xc4) => Ok(Kind::Decimal),
            (_, 0xf4 | 0xf5) => Ok(Kind::Bool),
            (_, 0xf6) => Ok(Kind::Null),
            _ => Err(CodecError::Unsupported),
        }
    }

    fn expect(&mut self, major: u8, what: &'static str) -> Result<u64, CodecError> {
        match self.head()? {
            (found, value) if found == major => Ok(value),
            _ => Err(CodecError::Expected(what)),
        }
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn uint(&mut self) -> Result<u64, CodecError> {
        self.expect(0, "an unsigned integer")
    }

    /// An unsigned integer of at most 32 bits.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn uint32(&mut self) -> Result<u32, CodecError> {
        u32::try_from(self.uint()?).map_err(|_large| CodecError::Expected("an integer of 32 bits"))
    }

    /// A signed integer of 64 bits.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn int(&mut self) -> Result<i64, CodecError> {
        let (major, value) = self.head()?;
        let value = i64::try_from(value).map_err(|_large| CodecError::Expected("an integer of 64 bits"))?;
        match major {
            0 => Ok(value),
            1 => Ok(!value),
            _ => Err(CodecError::Expected("an integer")),
        }
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn bytes(&mut self) -> Result<&'a [u8], CodecError> {
        let length = self.expect(2, "a byte string")?;
        self.take(usize::try_from(length).map_err(|_large| CodecError::Truncated)?)
    }

    /// A byte string of exactly `N` bytes.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn bytes_exact<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        self.bytes()?.try_into().map_err(|_length| CodecError::Expected("a byte string of the fixed length"))
    }

    /// A text.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn text(&mut self) -> Result<&'a str, CodecError> {
        let length = self.expect(3, "a text")?;
        let bytes = self.take(usize::try_from(length).map_err(|_large| CodecError::Truncated)?)?;
        std::str::from_utf8(bytes).map_err(|_invalid| CodecError::NotUtf8)
    }

    /// The coefficient of a decimal fraction and its number of decimal places. The caller checks whether it is normalised.
    ///
    /// # Errors
    /// [`CodecError`] for any other item, such as one with a positive exponent.
    pub fn decimal(&mut self) -> Result<(i64, u8), CodecError> {
        const WHAT: &str = "a decimal fraction";
        if self.expect(6, WHAT)? != DECIMAL_FRACTION {
            return Err(CodecError::Unsupported);
        }
        let (exponent, coefficient) = self.tuple(2, |reader| Ok::<_, CodecError>((reader.int()?, reader.int()?)))?;
        let places = exponent.checked_neg().and_then(|places| u8::try_from(places).ok());
        Ok((coefficient, places.ok_or(CodecError::Expected(WHAT))?))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        match self.head()? {
            (7, 20) => Ok(false),
            (7, 21) => Ok(true),
            _ => Err(CodecError::Expected("true or false")),
        }
    }

    /// `null`.
    ///
    /// # Errors
    /// [`CodecError`] for any other item.
    pub fn null(&mut self) -> Result<(), CodecError> {
        if self.head()? == (7, 22) { Ok(()) } else { Err(CodecError::Expected("null")) }
    }

    /// `null`, or an item read by `read`.
    ///
    /// # Errors
    /// The error of `read`.
    pub fn optional<T, E: From<CodecError>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if self.peek()? == Kind::Null {
            self.null()?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// Skips the next item with its content, without decoding it. Subtracts the number of skipped items from `left`.
    ///
    /// # Errors
    /// [`CodecError::TooMany`] if there are more items than `left`; otherwise [`CodecError`].
    pub fn pass(&mut self, left: &mut usize) -> Result<(), CodecError> {
        let mut awaited = 1_u64;
        while awaited > 0 {
            *left = left.checked_sub(1).ok_or(CodecError::TooMany)?;
            awaited -= 1;
            let held = match self.head()? {
                (2 | 3, length) => {
                    self.take(usize::try_from(length).map_err(|_large| CodecError::Truncated)?)?;
                    0
                }
                (4, count) => count,
                (5, pairs) => pairs.saturating_mul(2),
                (6, DECIMAL_FRACTION) => 1,
                (6, _tag) => return Err(CodecError::Unsupported),
                (_, _value) => 0,
            };
            awaited = awaited.saturating_add(held);
        }
        Ok(())
    }

    fn nested<T, E: From<CodecError>>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.depth == MAX_DEPTH {
            return Err(CodecError::TooDeep.into());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn count(&mut self, major: u8, what: &'static str) -> Result<usize, CodecError> {
        let count = usize::try_from(self.expect(major, what)?).map_err(|_large| CodecError::Truncated)?;
        // Every item takes at least one byte, so a count larger than the remaining bytes is false.
        if count > self.rest.len() { Err(CodecError::Truncated) } else { Ok(count) }
    }

    /// An array whose items are read by `item`.
    ///
    /// # Errors
    /// [`CodecError`], or the error of `item`.
    pub fn list<T, E: From<CodecError>>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let count = self.count(4, "an array")?;
        self.nested(|reader| {
            let mut items = Vec::with_capacity(count.min(RESERVED));
            for _ in 0..count {
                items.push(item(reader)?);
            }
            Ok(items)
        })
    }

    /// An array whose items must be strictly ascending.
    ///
    /// # Errors
    /// [`CodecError::KeyOrder`], or the error of `item`.
    pub fn ascending<T: Ord, E: From<CodecError>>(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let items = self.list(item)?;
        if items.is_sorted_by(|a, b| a < b) { Ok(items) } else { Err(CodecError::KeyOrder.into()) }
    }

    /// An array of exactly `length` items, read by `read` one after another.
    ///
    /// # Errors
    /// [`CodecError`], or the error of `read`.
    pub fn tuple<T, E: From<CodecError>>(
        &mut self,
        length: usize,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.count(4, "an array")? != length {
            return Err(CodecError::Expected("an array of the fixed length").into());
        }
        self.nested(read)
    }

    /// A map with unsigned keys in strictly ascending order; `pair` reads the value of each.
    ///
    /// # Errors
    /// [`CodecError::KeyOrder`], or the error of `pair`.
    pub fn uint_map<E: From<CodecError>>(
        &mut self,
        mut pair: impl FnMut(u64, &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let count = self.count(5, "a map")?;
        self.nested(|reader| {
            let mut last = None;
            for _ in 0..count {
                let key = reader.uint()?;
                if last.is_some_and(|last| key <= last) {
                    return Err(CodecError::KeyOrder.into());
                }
                last = Some(key);
                pair(key, reader)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
