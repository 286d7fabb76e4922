//! Numbers and fines that a case shares with other cases, as the API shows them.

use api_spec::case::{CaseLink, SharedEntry};
use sync_core::case::CaseState;
use sync_core::facts::index::{bearing, number_of};

use super::allowance::{Allowance, THING};
use crate::flow::double::Shared;

/// Numbers and fines that documents of the case share with other cases.
pub fn shared(state: &CaseState, found: Vec<Shared>, room: &Allowance) -> Vec<SharedEntry> {
    let one = |shared: Shared| {
        let Shared { key, cases, out_of_reach } = shared;
        let documents: Vec<_> = bearing(state, key).into_iter().collect();
        room.takes(THING * (documents.len() + cases.len())).then(|| SharedEntry {
            what: key.0,
            number: number_of(state, key),
            documents: documents.iter().map(ToString::to_string).collect(),
            cases: cases
                .into_iter()
                .map(|(id, title, number)| CaseLink { id: id.to_string(), title, number })
                .collect(),
            out_of_reach: u32::try_from(out_of_reach).unwrap_or(u32::MAX),
        })
    };
    found.into_iter().filter_map(one).collect()
}
