//! CSV texts: UTF-8 with or without a byte order mark, UTF-16 as Excel's “Unicode text” has it, or GB 18030 (of which
//! GBK is a part); separated by comma, semicolon or tab.

use crate::book::{Cell, Count, Sheet};
use crate::fault::NotATable;

/// Reads a text.
///
/// # Errors
/// [`NotATable`] where it is no text or beyond a bound.
pub fn read(bytes: &[u8]) -> Result<Sheet, NotATable> {
    let text = decode(bytes)?;
    if text.trim().is_empty() || text.contains('\0') {
        return Err(NotATable::Unknown);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let (mut sheet, mut count) = (Sheet::default(), Count::default());
    let mut record = csv::StringRecord::new();
    let mut line = 0_u32;
    while reader.read_record(&mut record).map_err(|error| NotATable::Damaged(error.to_string()))? {
        line = line.saturating_add(blank_lines(&text, record.position().map_or(0, csv::Position::byte)));
        for (column, field) in (0_u32..).zip(&record).filter(|(_, field)| !field.trim().is_empty()) {
            count.put(&mut sheet, (line, column), Cell::Text(field.into()))?;
        }
        line = line.saturating_add(1);
    }
    Ok(sheet)
}

/// Lines without anything before the record that is read from `start` on: the reader skips them, a spreadsheet counts them.
fn blank_lines(text: &str, start: u64) -> u32 {
    let (before, rest) =
        usize::try_from(start).ok().and_then(|start| text.split_at_checked(start)).unwrap_or((text, ""));
    // The reader ends a record at CR and leaves the LF to the next.
    let rest = if before.ends_with('\r') { rest.strip_prefix('\n').unwrap_or(rest) } else { rest };
    let (breaks, _) =
        rest.split_at_checked(rest.len() - rest.trim_start_matches(['\r', '\n']).len()).unwrap_or_default();
    u32::try_from(breaks.replace("\r\n", "\n").chars().count()).unwrap_or(u32::MAX)
}

fn decode(bytes: &[u8]) -> Result<String, NotATable> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        let (_, rest) = bytes.split_at_checked(length).unwrap_or((&[], bytes));
        let (text, had_errors) = encoding.decode_without_bom_handling(rest);
        return if had_errors { Err(NotATable::Encoding) } else { Ok(text.into_owned()) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    if bytes.contains(&0) {
        return Err(NotATable::Unknown);
    }
    let (text, had_errors) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if had_errors { Err(NotATable::Encoding) } else { Ok(text.into_owned()) }
}

/// What separates the fields: what stands most often outside quotes in the first lines.
fn separator(text: &str) -> u8 {
    let head: String = text.lines().take(20).collect::<Vec<_>>().join("\n");
    let mut quoted = false;
    let outside: String = head
        .chars()
        .filter(|c| {
            quoted ^= *c == '"';
            !quoted
        })
        .collect();
    let often = |separator: u8| outside.matches(char::from(separator)).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|separator| often(*separator)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(sheet: &Sheet, row: u32, column: u32) -> &str {
        match sheet.rows.get(&row).and_then(|row| row.get(&column)) {
            Some(Cell::Text(text)) => text,
            other => panic!("{row} {column}: {other:?}"),
        }
    }

    #[test]
    fn the_same_text_in_each_encoding_is_the_same_table() {
        let text = "姓名,证号\r\n阿依努尔·买买提,22370001001\r\n㐂喆,\"说明，含\"\"引号\"\"\n与换行\"\r\n";
        let utf8 = text.as_bytes().to_vec();
        let with_mark = [&[0xef, 0xbb, 0xbf][..], &utf8].concat();
        let utf16: Vec<u8> =
            [0xfffe_u16.swap_bytes()].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (gbk, _, lost) = encoding_rs::GB18030.encode(text);
        assert!(!lost);
        for bytes in [utf8, with_mark, utf16, gbk.into_owned()] {
            let sheet = read(&bytes).unwrap();
            assert_eq!(
                (cell(&sheet, 1, 0), cell(&sheet, 2, 0), cell(&sheet, 3, 0)),
                ("姓名", "阿依努尔·买买提", "㐂喆")
            );
            assert_eq!((cell(&sheet, 3, 1), sheet.rows.len()), ("说明，含\"引号\"\n与换行", 3));
        }
    }

    #[test]
    fn separators_are_told_apart_and_those_in_quotes_do_not_count() {
        for text in ["a,b\n1,2\n", "a;b\n\"1,1,1,1\";2\n", "a\tb\n1\t2\n"] {
            let sheet = read(text.as_bytes()).unwrap();
            assert_eq!((cell(&sheet, 1, 1), cell(&sheet, 2, 1)), ("b", "2"), "{text}");
        }
        assert_eq!(cell(&read("a\nb\n".as_bytes()).unwrap(), 2, 0), "b");
    }

    #[test]
    fn empty_rows_keep_their_number() {
        for text in ["标题\n,,\n\n  ,x\n\ny\n", "标题\r\n,,\r\n\r\n  ,x\r\n\r\ny\r\n", "标题\r,,\r\r  ,x\r\ry\r"]
        {
            let sheet = read(text.as_bytes()).unwrap();
            assert_eq!(sheet.rows.keys().copied().collect::<Vec<_>>(), [1, 4, 6], "{text:?}");
        }
        let sheet = read("\n\n\"a\nb\"\nc\n".as_bytes()).unwrap();
        assert_eq!(sheet.rows.keys().copied().collect::<Vec<_>>(), [3, 4], "a break in quotes is within one row");
    }

    #[test]
    fn bytes_in_no_encoding_are_refused() {
        assert_eq!(read(b"a,\xff\xff\n"), Err(NotATable::Encoding));
        assert_eq!(read(b"a,\x00\xff\n"), Err(NotATable::Unknown));
    }
}
