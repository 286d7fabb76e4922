//! The filters of the list of cases, as the API and the console send them.

use api_spec::case::CaseQuery;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::id::CaseId;
use sync_core::op::CaseKind;

use super::input::{days, id, purpose, text, wrong};
use crate::flow::as_of::Start;
use crate::flow::case::Search;
use crate::flow::refusal::{Refusal, Refused};
use crate::flow::search::words::Words;
use crate::store::CaseFilter;

/// The longest text to search for, in characters.
pub const LONGEST_SEARCH: usize = 100;

/// The search of a list query.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field; [`Refusal::WrongCursor`].
pub fn search(query: CaseQuery) -> Result<Search, Refused> {
    let CaseQuery {
        status,
        kind,
        filing,
        agency,
        officer,
        from,
        to,
        text: words,
        limit: _,
        cursor: after,
        purpose: why,
    } = query;
    let (opened_from, opened_until) = days(from.as_deref(), to.as_deref())?;
    let typed = words.map(|words| text(&words, LONGEST_SEARCH, "text")).transpose()?.unwrap_or_default();
    let text = match Words::parse(&typed) {
        None if !typed.is_empty() => return Err(Refusal::NothingToSearch.into()),
        words => words,
    };
    let start: Option<Start<CaseId>> = after.as_deref().map(str::parse).transpose()?;
    Ok(Search {
        text,
        typed,
        filter: CaseFilter {
            status: status.map(|code| CaseStatus::parse(&code).map_err(|_unknown| wrong("status"))).transpose()?,
            kind: kind.map(|code| CaseKind::parse(&code).map_err(|_unknown| wrong("kind"))).transpose()?,
            filing: filing.map(|code| Filing::parse(&code).map_err(|_unknown| wrong("filing"))).transpose()?,
            with_officer: officer.as_deref().map(|text| id(text, "officer")).transpose()?,
            opened_from,
            opened_until,
            after: start.and_then(|start| start.after),
            as_of: start.map(|start| start.as_of),
            ..CaseFilter::default()
        },
        agency: agency.as_deref().map(|text| id(text, "agency")).transpose()?,
        purpose: purpose(why)?,
    })
}
