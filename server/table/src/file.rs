//! A file by what it contains: a workbook or a text.

use crate::book::Book;
use crate::fault::NotATable;
use crate::{archive, delimited, limit, xlsx};

/// Reads a file by what it contains; its name does not matter.
///
/// # Errors
/// [`NotATable`] where it is none, is damaged, or is beyond a bound of [`limit`].
pub fn read(bytes: &[u8]) -> Result<Book, NotATable> {
    const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    if bytes.len() > limit::FILE {
        return Err(NotATable::beyond(limit::FILE, "字节", "bytes"));
    }
    if bytes.starts_with(&OLE) {
        return Err(NotATable::OldOrEncrypted);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        archive::check(bytes)?;
        return xlsx::read(bytes);
    }
    Ok(Book { sheets: vec![delimited::read(bytes)?] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_is_refused_with_what_to_do() {
        assert_eq!(read(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]), Err(NotATable::OldOrEncrypted));
        assert!(matches!(read(b"PK\x03\x04 and nothing else"), Err(NotATable::Damaged(_))));
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Err(NotATable::Unknown));
        assert_eq!(read(b""), Err(NotATable::Unknown));
        assert!(matches!(read(&vec![b'a'; limit::FILE + 1]), Err(NotATable::TooLarge { .. })));
    }
}
