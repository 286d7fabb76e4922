//! Matches a query with the previous versions of replaced cases.
//!
//! Promise: compares as `super::find` compares current versions, in batches. Not here: which cases were replaced
//! (`flow::as_of`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::TenantId;

use super::bound::compared;
use super::words::Words;
use crate::flow::as_of::Past;
use crate::flow::refusal::Failure;
use crate::store::{PastCase, Tx};

/// Texts in memory at once, of 64 KiB at most.
const AT_ONCE: usize = 64;

/// Those of these cases, by number, that contained the words at the first page.
///
/// # Errors
/// An internal error.
pub fn saying(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    past: &Past,
    some: &[&PastCase],
    words: &Words,
) -> Result<BTreeSet<i64>, Failure> {
    let mut found = BTreeSet::new();
    for some in some.chunks(AT_ONCE) {
        let (mut otherwise, mut still) = (BTreeMap::new(), Vec::new());
        for was in some {
            match past.said_until(was) {
                Some(version) => drop(otherwise.insert(version, was.case_leaf)),
                None => still.push(was.version),
            }
        }
        let versions: Vec<i64> = otherwise.keys().copied().collect();
        let then = tx.past_texts(tenant, &versions)?.into_iter();
        let then = then.filter_map(|(version, text)| Some((*otherwise.get(&version)?, text)));
        let texts = then.chain(tx.texts_of_versions(tenant, &still)?);
        found.extend(texts.filter(|(_, text)| words.occur_in(&compared(text))).map(|(case_leaf, _)| case_leaf));
    }
    Ok(found)
}
