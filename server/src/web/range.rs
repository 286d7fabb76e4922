//! Range requests (RFC 9110 sections 13 and 14).
//!
//! Promise: a single byte range is served, cut at the end of the file. Several satisfiable ranges, an unparsable header
//! and another unit give the whole file, as section 14.2 allows. A part is sent only if `If-Range` is absent or names
//! this file. Not here: reading the bytes.
//!
//! Why not a library: the file services of actix identify files by time and inode and read them without verification,
//! and its `Range` parser drops unreadable parts instead of the header.

use std::ops::Range;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};

/// The answer to a range request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The whole file.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Only ranges beyond the end of the file.
    Beyond,
    /// Nothing: the caller has the file already.
    Known,
    /// Nothing: the caller wants another file.
    Another,
}

/// Evaluates the range headers of a request for a file of `size` bytes with the strong entity tag `tag`.
pub fn asked(method: &Method, headers: &HeaderMap, tag: &str, size: u64) -> Asked {
    let names = |header, weakly| list(headers, header).is_some_and(|list| lists(&list, tag, weakly));
    if headers.contains_key(IF_MATCH) && !names(IF_MATCH, false) {
        return Asked::Another;
    }
    if names(IF_NONE_MATCH, true) {
        return Asked::Known;
    }
    let same = headers.get(IF_RANGE).is_none_or(|wanted| wanted.as_bytes() == tag.as_bytes());
    let mut ranges = headers.get_all(RANGE);
    match (ranges.next().and_then(|value| value.to_str().ok()), ranges.next()) {
        (Some(text), None) if method == Method::GET && same => part(text, size),
        _ => Asked::Whole,
    }
}

/// A header's values as one list.
fn list(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Option<Vec<&str>> = headers.get_all(name).map(|value| value.to_str().ok()).collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join(","))
}

/// Whether a list of entity tags, or `*`, names `tag`. Our tags contain no comma.
fn lists(list: &str, tag: &str, weakly: bool) -> bool {
    let strong =
        |entry: &str| if weakly { entry.strip_prefix("W/").unwrap_or(entry).to_owned() } else { entry.to_owned() };
    list.trim() == "*" || list.split(',').any(|entry| strong(entry.trim()) == tag)
}

/// A range as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spec {
    From { first: u64, last: Option<u64> },
    Last(u64),
}

fn part(text: &str, size: u64) -> Asked {
    let Some(specs) = parse(text) else { return Asked::Whole };
    let mut parts = specs.into_iter().filter_map(|spec| within(spec, size));
    match (parts.next(), parts.next()) {
        // `Content-Range` cannot express a range of an empty file, so the whole file is sent.
        (Some(part), None) if part.is_empty() => Asked::Whole,
        (Some(part), None) => Asked::Part(part),
        (Some(_), Some(_)) => Asked::Whole,
        (None, _) => Asked::Beyond,
    }
}

/// Every range of the header; none if the unit is not bytes or a range is malformed.
fn parse(text: &str) -> Option<Vec<Spec>> {
    let (unit, set) = text.split_once('=')?;
    let blank = [' ', '\t'];
    let specs = set.split(',').map(|spec| spec.trim_matches(blank)).filter(|spec| !spec.is_empty());
    let specs: Option<Vec<Spec>> = specs.map(spec).collect();
    specs.filter(|specs| unit.eq_ignore_ascii_case("bytes") && !specs.is_empty())
}

fn spec(text: &str) -> Option<Spec> {
    let (first, last) = text.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Spec::Last(number(last)?)),
        (first, "") => Some(Spec::From { first: number(first)?, last: None }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Spec::From { first, last: Some(last) })
        }
    }
}

/// Digits; a number that overflows is beyond every file.
fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// The bytes of a range that exist in the file; none if it cannot be satisfied.
fn within(spec: Spec, size: u64) -> Option<Range<u64>> {
    match spec {
        Spec::From { first, last } => {
            let end = last.map_or(size, |last| last.saturating_add(1).min(size));
            (first < size).then_some(first..end)
        }
        Spec::Last(count) => (count > 0).then(|| size.saturating_sub(count)..size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    const TAG: &str = "\"abc\"";

    fn of(pairs: &[(HeaderName, &str)], size: u64) -> Asked {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        asked(&Method::GET, &headers, TAG, size)
    }

    #[test]
    fn one_range_is_served_as_it_was_asked_for_and_cut_at_the_end() {
        for (text, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-99", 0..100),
            ("bytes=0-100", 0..100),
            ("bytes=0-18446744073709551615", 0..100),
            ("bytes=0-99999999999999999999999", 0..100),
            ("bytes=10-", 10..100),
            ("bytes=99-", 99..100),
            ("bytes=-1", 99..100),
            ("bytes=-100", 0..100),
            ("bytes=-101", 0..100),
            ("BYTES= 5-9 ", 5..10),
            ("bytes=,5-9,", 5..10),
            ("bytes=100-200, 5-9", 5..10),
        ] {
            assert_eq!(of(&[(RANGE, text)], 100), Asked::Part(part), "{text}");
        }
    }

    #[test]
    fn what_lies_beyond_the_end_cannot_be_served() {
        for text in ["bytes=100-", "bytes=100-100", "bytes=-0", "bytes=99999999999999999999999-", "bytes=100-,200-300"]
        {
            assert_eq!(of(&[(RANGE, text)], 100), Asked::Beyond, "{text}");
        }
        assert_eq!(of(&[(RANGE, "bytes=0-")], 0), Asked::Beyond);
        assert_eq!(of(&[(RANGE, "bytes=0-0")], 0), Asked::Beyond);
        assert_eq!(of(&[(RANGE, "bytes=-5")], 0), Asked::Whole, "all that there is");
    }

    #[test]
    fn a_header_that_is_wrong_or_asks_for_several_parts_gives_the_whole() {
        for text in [
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-",
            "bytes=1-a",
            "bytes=5-4",
            "bytes=1 -2",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=0-1,x",
            "lines=0-1",
            "bytes 0-1",
            "bytes=0-0,5-6",
            "bytes=-1,0-0",
            "",
        ] {
            assert_eq!(of(&[(RANGE, text)], 100), Asked::Whole, "{text}");
        }
        assert_eq!(of(&[(RANGE, "bytes=0-1"), (RANGE, "bytes=0-1")], 100), Asked::Whole, "sent twice");
        assert_eq!(of(&[], 100), Asked::Whole);
        let mut headers = HeaderMap::new();
        headers.append(RANGE, HeaderValue::from_static("bytes=0-1"));
        assert_eq!(asked(&Method::HEAD, &headers, TAG, 100), Asked::Whole);
    }

    #[test]
    fn a_part_is_given_only_of_the_very_file_that_the_caller_began_with() {
        let range = (RANGE, "bytes=0-1");
        assert_eq!(of(&[range.clone(), (IF_RANGE, TAG)], 100), Asked::Part(0..2));
        for other in ["\"abd\"", "W/\"abc\"", "abc", "Tue, 01 Dec 2026 00:00:00 GMT"] {
            assert_eq!(of(&[range.clone(), (IF_RANGE, other)], 100), Asked::Whole, "{other}");
        }
    }

    #[test]
    fn a_caller_who_has_the_file_or_wants_another_gets_none() {
        for known in [TAG, "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert_eq!(of(&[(IF_NONE_MATCH, known), (RANGE, "bytes=0-1")], 100), Asked::Known, "{known}");
        }
        assert_eq!(of(&[(IF_NONE_MATCH, "\"x\"")], 100), Asked::Whole);
        for same in [TAG, "\"x\", \"abc\"", "*"] {
            assert_eq!(of(&[(IF_MATCH, same)], 100), Asked::Whole, "{same}");
        }
        for other in ["\"x\"", "W/\"abc\"", "abc", ""] {
            assert_eq!(of(&[(IF_MATCH, other)], 100), Asked::Another, "{other}");
        }
    }
}
