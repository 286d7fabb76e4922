//! Selects the newest of a set of index positions without reading any case.
//!
//! Promise: the order is that of the list, except among cases that changed in the same millisecond. A large set is
//! processed in parts, and at most twice as many positions as requested are kept, so the cost does not depend on their
//! order. A caller that needs more asks again for those below the last.

use std::collections::BTreeMap;

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::index;
use super::moment::{self, Moments};
use super::posting::Postings;
use crate::flow::refusal::Failure;
use crate::store::{CaseFilter, Error, Tx};

/// A position in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    /// When its case was last changed.
    pub updated: Instant,
    /// Position in the index.
    pub place: i64,
}

/// At most `at_once` of these positions, newest first, below `below`, within the filter's times; one statement reads
/// the moments of `blocks` blocks.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn newest(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    places: &Postings,
    below: Option<Ranked>,
    (at_once, blocks): (usize, usize),
) -> Result<Vec<Ranked>, Failure> {
    let mut kept = Kept { at_once, places: Vec::new(), least: None };
    for part in places.parts(blocks) {
        let of_spans = || part.chunk_by(|a, b| moment::locate(*a).0 == moment::locate(*b).0);
        let spans: Vec<i64> =
            of_spans().filter_map(|some| some.first()).map(|place| moment::locate(*place).0).collect();
        let mut rows: BTreeMap<i64, Moments> = BTreeMap::new();
        for row in tx.case_moments(tenant, &spans)? {
            rows.insert(row.span, index::read_moments(&row)?);
        }
        for (span, some) in spans.iter().zip(of_spans()) {
            for place in some {
                let moment = rows.get(span).and_then(|moments| moments.get(moment::locate(*place).1));
                let moment = moment.ok_or(Error::Inconsistent { what: "case_moment: a case has none" })?;
                let next = Ranked { updated: moment.updated, place: *place };
                if below.is_none_or(|below| next < below) && lets_through(filter, moment) {
                    kept.put(next);
                }
            }
        }
    }
    kept.places.sort_unstable_by(|a, b| b.cmp(a));
    kept.places.truncate(at_once);
    Ok(kept.places)
}

/// The newest so far, among others.
#[derive(Debug)]
struct Kept {
    at_once: usize,
    places: Vec<Ranked>,
    /// Positions below it are not among the newest.
    least: Option<Ranked>,
}

impl Kept {
    fn put(&mut self, next: Ranked) {
        if self.least.is_some_and(|least| next < least) {
            return;
        }
        self.places.push(next);
        if self.places.len() >= self.at_once * 2 {
            let (_, least, _) = self.places.select_nth_unstable_by(self.at_once - 1, |a, b| b.cmp(a));
            self.least = Some(*least);
            self.places.truncate(self.at_once);
        }
    }
}

/// Whether a case with these times can come after the filter's start. Cases that changed in the same millisecond can.
fn lets_through(filter: &CaseFilter, moment: moment::Moment) -> bool {
    filter.after.is_none_or(|(start, _)| moment.updated <= start)
        && filter.opened_from.is_none_or(|from| moment.opened >= from)
        && filter.opened_until.is_none_or(|until| moment.opened < until)
}
