//! Columns into domain values; what does not fit was never written by this program.

use super::Error;

/// An id of a fixed length.
pub(super) fn id<T>(bytes: &[u8], read: fn(&[u8]) -> Option<T>, what: &'static str) -> Result<T, Error> {
    read(bytes).ok_or(Error::Corrupt { what })
}

/// Bytes of a fixed length.
pub(super) fn bytes<const N: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_wrong_length| Error::Corrupt { what })
}
