//! Facets: the filters of lists, stored as grams beside those of the text.
//!
//! Promise: a case that matches a filter has every facet of the filter, so the index omits no match. The reverse is not
//! promised: the opening date has no facet, and the filter itself is applied to the result. This holds because every
//! write that changes a filtered value, including the officers, queues the case for indexing in the same transaction
//! (`flow::projection`).

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::store::{CaseFilter, CaseSaid};

/// Facets of a case's current row.
pub fn of_case(case: &CaseSaid) -> BTreeSet<i64> {
    // Every ancestor agency: a path ends with a slash, and so does each of its prefixes.
    let above = case.agency_path.match_indices('/').filter_map(|(at, _)| case.agency_path.get(..=at));
    let mut found: BTreeSet<i64> = above.map(|path| facet("agency", path.as_bytes())).collect();
    found.extend(case.officers.iter().map(|officer| facet("officer", officer.bytes())));
    found.extend([facet("status", case.status.code().as_bytes()), facet("kind", case.kind.code().as_bytes())]);
    found
}

/// Facets that every case matching the filter has.
pub fn of_filter(filter: &CaseFilter) -> BTreeSet<i64> {
    let CaseFilter {
        agency_path,
        officer,
        with_officer,
        status,
        kind,
        with_duties: _,
        filing: _,
        opened_from: _,
        opened_until: _,
        after: _,
        as_of: _,
        order: _,
    } = filter;
    let mut found = BTreeSet::new();
    // A path that does not end at an agency matches parts of names, for which there is no facet.
    let path = agency_path.iter().filter(|path| path.ends_with('/'));
    found.extend(path.map(|path| facet("agency", path.as_bytes())));
    found.extend(officer.iter().chain(with_officer).map(|officer| facet("officer", officer.bytes())));
    found.extend(status.iter().map(|status| facet("status", status.code().as_bytes())));
    found.extend(kind.iter().map(|kind| facet("kind", kind.code().as_bytes())));
    found
}

/// The number of a facet, far below zero, where no text has a gram. If two facets share a number, more cases are compared
/// than necessary.
fn facet(what: &str, value: &[u8]) -> i64 {
    let digest = Sha256::new_with_prefix(what).chain_update([0]).chain_update(value).finalize();
    let first = digest.first_chunk::<8>().map_or(0, |first| i64::from_be_bytes(*first));
    i64::MIN + (first & (i64::MAX >> 1))
}

/// The stored form of the facets of a case.
pub fn to_bytes(facets: &BTreeSet<i64>) -> Vec<u8> {
    facets.iter().flat_map(|facet| facet.to_be_bytes()).collect()
}

/// Reads the output of [`to_bytes`]; none for anything else.
pub fn read(bytes: &[u8]) -> Option<BTreeSet<i64>> {
    let (each, []) = bytes.as_chunks::<8>() else { return None };
    Some(each.iter().map(|facet| i64::from_be_bytes(*facet)).collect())
}

#[cfg(test)]
mod tests {
    use sync_core::decision::CaseStatus;
    use sync_core::id::OfficerId;
    use sync_core::op::CaseKind;
    use sync_core::time::Instant;

    use super::*;

    fn case(path: &str) -> BTreeSet<i64> {
        of_case(&CaseSaid {
            case_leaf: 1,
            updated: Instant::from_ms(1),
            opened: Instant::from_ms(1),
            agency_path: path.into(),
            status: CaseStatus::Open,
            kind: CaseKind::Simple,
            officers: vec![OfficerId::new([1; 16]), OfficerId::new([2; 16])],
            text: String::new(),
        })
    }

    #[test]
    fn a_case_has_the_facets_of_every_filter_that_lets_it_through() {
        let lets = |filter: CaseFilter| of_filter(&filter).is_subset(&case("a/b/"));
        let none = CaseFilter::default;
        for path in ["", "a", "a/", "a/b", "a/b/"] {
            assert!(lets(CaseFilter { agency_path: Some(path.into()), ..none() }), "{path}");
        }
        let [one, two, other] = [1, 2, 3].map(|id| Some(OfficerId::new([id; 16])));
        assert!(lets(none()) && lets(CaseFilter { officer: one, with_officer: two, ..none() }));
        assert!(lets(CaseFilter { status: Some(CaseStatus::Open), kind: Some(CaseKind::Simple), ..none() }));
        assert!(!lets(CaseFilter { with_officer: other, ..none() }));
        for path in ["b/", "a/b/c/", "a/bb/"] {
            assert!(!lets(CaseFilter { agency_path: Some(path.into()), ..none() }), "{path}");
        }
        assert!(!lets(CaseFilter { status: Some(CaseStatus::Closed), ..none() }));
        assert!(!lets(CaseFilter { kind: Some(CaseKind::Ordinary), ..none() }));
        assert_ne!(facet("status", b"simple"), facet("kind", b"simple"), "a kind is no status");
    }

    #[test]
    fn facets_lie_apart_from_every_gram_of_a_text() {
        let facets = case("a/b/");
        assert_eq!(facets.len(), 6);
        assert!(facets.iter().all(|facet| *facet < i64::MIN / 2));
        assert_eq!(read(&to_bytes(&facets)), Some(facets));
        assert_eq!(read(&[0; 7]), None);
    }
}
