//! The container of an XLSX file, a ZIP archive, looked at before anything in it is read.
//!
//! Promise: the entries are counted, their names are plain, and their contents are unpacked once into nothing, with a
//! bound on all of them together, so that what the archive says of its sizes does not matter.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::fault::NotATable;
use crate::limit;

/// Whether an archive may be handed to the reader of workbooks.
///
/// # Errors
/// [`NotATable`] for what is damaged, too large or not a workbook's.
pub fn check(bytes: &[u8]) -> Result<(), NotATable> {
    check_within(bytes, limit::ENTRIES, limit::UNPACKED)
}

fn check_within(bytes: &[u8], entries: usize, most: u64) -> Result<(), NotATable> {
    let damaged = |error: zip::result::ZipError| NotATable::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > entries {
        return Err(NotATable::beyond(entries, "个压缩条目", "archive entries"));
    }
    let mut left = most;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        let is_plain = entry.enclosed_name().is_some() && !name.starts_with('/') && !name.contains(['\\', '\0', ':']);
        if !is_plain || entry.is_symlink() {
            return Err(NotATable::Suspicious(name.chars().take(80).collect()));
        }
        let unpacked = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink())
            .map_err(|error| NotATable::Damaged(error.to_string()))?;
        if unpacked > left {
            return Err(NotATable::TooLarge { zh: "字节（解压后）", en: "bytes when unpacked", most });
        }
        left -= unpacked;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        fill(&mut writer);
        writer.finish().unwrap().into_inner()
    }

    fn of_names(names: &[&str]) -> Vec<u8> {
        archive(|writer| names.iter().for_each(|name| writer.start_file(*name, SimpleFileOptions::default()).unwrap()))
    }

    #[test]
    fn entries_that_leave_the_archive_are_refused() {
        for name in ["/etc/passwd", "xl/../../x", "..\\x", "C:\\x", "xl/a:b"] {
            assert!(matches!(check(&of_names(&["xl/workbook.xml", name])), Err(NotATable::Suspicious(_))), "{name}");
        }
        let link = archive(|writer| writer.add_symlink("xl/x", "/etc/passwd", SimpleFileOptions::default()).unwrap());
        assert!(matches!(check(&link), Err(NotATable::Suspicious(_))));
        assert_eq!(check(&of_names(&["[Content_Types].xml", "xl/worksheets/sheet1.xml", "docProps/"])), Ok(()));
    }

    #[test]
    fn the_bounds_hold_and_one_more_is_refused() {
        let four = of_names(&["a", "b", "c", "d"]);
        assert_eq!(check_within(&four, 4, 0), Ok(()));
        assert!(matches!(check_within(&four, 3, 0), Err(NotATable::TooLarge { most: 3, .. })));
        let large = archive(|writer| {
            for name in ["a", "b"] {
                writer.start_file(name, SimpleFileOptions::default()).unwrap();
                writer.write_all(&vec![0; 50_000]).unwrap();
            }
        });
        assert!(large.len() < 1_000);
        assert_eq!(check_within(&large, 4, 100_000), Ok(()));
        assert!(matches!(check_within(&large, 4, 99_999), Err(NotATable::TooLarge { most: 99_999, .. })));
    }

    #[test]
    fn an_archive_that_lies_about_its_sizes_is_unpacked_no_further_than_the_bound() {
        let mut bytes = archive(|writer| {
            writer.start_file("a", SimpleFileOptions::default()).unwrap();
            writer.write_all(&vec![0; 50_000]).unwrap();
        });
        let told = 50_000_u32.to_le_bytes();
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == told).collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        assert!(check_within(&bytes, 4, 1_000).is_err());
    }
}
