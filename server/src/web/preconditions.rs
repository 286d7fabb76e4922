//! Entity tags in requests (RFC 9110 sections 8.8.3 and 13.1).
//!
//! Promise: lists, `*` and weak tags are parsed as the RFC says. `If-Match` uses strong comparison, so a weak tag
//! matches nothing and the client is told why; `If-None-Match` uses weak comparison.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use crate::flow::refusal::{Refusal, Refused};
use crate::flow::seen::Seen;

/// One entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    weak: bool,
    opaque: String,
}

/// The entity tags in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    List(Vec<Tag>),
}

/// The state of the resource that the caller read, from `If-Match`.
///
/// # Errors
/// [`Refusal::PreconditionRequired`] without `If-Match`; [`Refusal::WeakEntityTag`] where every tag is weak;
/// [`Refusal::Malformed`] where it is no list of tags. A tag that this server did not issue matches nothing.
pub fn if_match<T: FromStr>(request: &HttpRequest) -> Result<Seen<T>, Refused> {
    match tags(request, &IF_MATCH)? {
        None => Err(Refusal::PreconditionRequired.into()),
        Some(Tags::Any) => Ok(Seen::Any),
        Some(Tags::List(tags)) if tags.iter().all(|tag| tag.weak) => Err(Refusal::WeakEntityTag.into()),
        Some(Tags::List(tags)) => {
            let strong = tags.into_iter().filter(|tag| !tag.weak);
            Ok(Seen::OneOf(strong.filter_map(|tag| tag.opaque.parse().ok()).collect()))
        }
    }
}

/// Whether the caller already holds the current state. An unreadable header counts as no, because this is only an
/// optimisation.
pub fn holds(request: &HttpRequest, current: &str) -> bool {
    match tags(request, &IF_NONE_MATCH) {
        Ok(Some(Tags::Any)) => true,
        Ok(Some(Tags::List(tags))) => tags.iter().any(|tag| tag.opaque == current),
        Ok(None) | Err(_) => false,
    }
}

fn tags(request: &HttpRequest, name: &HeaderName) -> Result<Option<Tags>, Refused> {
    let wrong = || {
        Refusal::Malformed.because(
            format!("请求头“{name}”不是实体标签。"),
            format!("The header `{name}` is not a list of entity tags."),
        )
    };
    let mut lines = request.headers().get_all(name).peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for line in lines {
        let line = line.to_str().map_err(|_not_ascii| wrong())?.trim();
        if line == "*" {
            return Ok(Some(Tags::Any));
        }
        found.extend(read(line).ok_or_else(wrong)?);
    }
    Ok(Some(Tags::List(found)))
}

/// Parses a list of tags: `"a", W/"b"`. None if it is not such a list, or empty.
fn read(mut rest: &str) -> Option<Vec<Tag>> {
    let mut found = Vec::new();
    loop {
        let weak = rest.strip_prefix("W/");
        let quoted = weak.unwrap_or(rest).strip_prefix('"')?;
        let (opaque, behind) = quoted.split_once('"')?;
        let plain = opaque.bytes().all(|b| b == 0x21 || (0x23..=0x7e).contains(&b) || b >= 0x80);
        if !plain {
            return None;
        }
        found.push(Tag { weak: weak.is_some(), opaque: opaque.to_owned() });
        rest = behind.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        rest = rest.strip_prefix(',')?.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn matched(value: &str) -> Result<Seen<i64>, Refusal> {
        let request = TestRequest::default().insert_header((IF_MATCH, value)).to_http_request();
        if_match(&request).map_err(|refused| refused.refusal)
    }

    #[test]
    fn if_match_reads_lists_stars_and_compares_strongly() {
        assert_eq!(matched("\"7\""), Ok(Seen::one(7)));
        assert_eq!(matched("\"6\", \"7\""), Ok(Seen::OneOf(vec![6, 7])));
        assert_eq!(matched("\"6\",W/\"7\" ,\"8\","), Ok(Seen::OneOf(vec![6, 8])));
        assert_eq!(matched("*"), Ok(Seen::Any));
        assert_eq!(matched("W/\"7\""), Err(Refusal::WeakEntityTag));
        assert_eq!(matched("\"x\""), Ok(Seen::OneOf(Vec::new())), "a tag of somebody else matches nothing");
        for wrong in ["7", "\"7", "7\"", "\"6\" \"7\"", "", "w/\"7\"", "\"a b\""] {
            assert_eq!(matched(wrong), Err(Refusal::Malformed), "{wrong}");
        }
        let without = TestRequest::default().to_http_request();
        let refused = if_match::<i64>(&without).unwrap_err();
        assert_eq!(refused.refusal, Refusal::PreconditionRequired);
        let twice = TestRequest::default().append_header((IF_MATCH, "\"1\"")).append_header((IF_MATCH, "\"2\""));
        assert_eq!(if_match(&twice.to_http_request()).unwrap(), Seen::OneOf(vec![1, 2]));
        assert!(Seen::one(7).holds_for(&7) && !Seen::one(7).holds_for(&8) && Seen::Any.holds_for(&8));
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let held = |value: &str| {
            let request = TestRequest::default().insert_header((IF_NONE_MATCH, value)).to_http_request();
            holds(&request, "7")
        };
        assert!(held("\"7\"") && held("W/\"7\"") && held("\"6\", \"7\"") && held("*"));
        assert!(!held("\"6\"") && !held("7") && !held(""));
    }
}
