//! Detection of numbers on several documents and of acts fined in several cases.
//!
//! Promise: all of them are stored; each case concerned gets a flag, and each document concerned causes one alarm at
//! the time of detection. The alarms count towards the quota of the phone that made the document. Not here: the index
//! (`document_index`), the legal meaning (`sync_core::law`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::alarm::AlarmKind;
use sync_core::case::{CaseState, fold};
use sync_core::facts::index::{Entry, Indexed, Key, entries, lookup_keys};
use sync_core::id::{CaseId, DeviceId, TenantId};
use sync_core::law::rule;
use sync_core::op::OpId;
use sync_core::time::Instant;

use super::access;
use super::caller::Caller;
use super::document_index::change;
use super::judge::Bench;
use super::projection;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{AlarmRow, CaseFileRow, IndexedDocument, OutboxKind, Tx};

/// Alarms of one case in one step; more of them add no information.
const ALARMS_AT_ONCE: usize = 16;
/// Other cases that are queued for comparison in one step.
const NEIGHBOURS: i64 = 64;
/// Documents of other cases that are shown.
const SHOWN: i64 = 64;

/// The entries of a case, compared with other cases.
pub struct Compared {
    /// The case at the time of the comparison.
    file: CaseFileRow,
    documents: BTreeSet<Entry>,
    /// Entries that became shared, or stopped being shared.
    flips: Vec<(Entry, bool)>,
    /// Number of rules that the case breaches now, if that may have changed.
    breaches: Option<i64>,
    /// Alarms, each with the document and its author.
    alarms: Vec<(AlarmKind, OpId, Option<DeviceId>)>,
    /// Cases with the same entries that are not flagged yet.
    neighbours: BTreeSet<i64>,
}

/// Compares cases, named by their `case_leaf`, with all others. Writes nothing.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn prepare(tx: &mut Tx<'_>, tenant: &TenantId, subjects: &BTreeSet<i64>) -> Result<Vec<Compared>, Failure> {
    let mut compared = Vec::new();
    for case_leaf in subjects {
        if let Some(file) = tx.case_file_at(tenant, *case_leaf)? {
            compared.push(compare(tx, tenant, file)?);
        }
    }
    Ok(compared)
}

fn compare(tx: &mut Tx<'_>, tenant: &TenantId, file: CaseFileRow) -> Result<Compared, Failure> {
    let held = tx.case_changes(tenant, &file.id)?;
    let state = fold(file.id, held.iter().map(|stored| &*stored.change));
    let documents = entries(&state);
    let known: BTreeMap<Entry, bool> =
        tx.documents_of(tenant, file.case_leaf)?.into_iter().map(|row| (row.entry, row.doubled)).collect();
    let mut bearers: BTreeMap<Key, usize> = BTreeMap::new();
    for Entry { what, key, .. } in &documents {
        *bearers.entry((*what, *key)).or_default() += 1;
    }
    let keys: Vec<Key> = bearers.keys().copied().filter(|(what, _)| alarm_of(*what).is_some()).collect();
    let beyond = tx.documents_beyond(tenant, file.case_leaf, &keys)?;
    let is_doubled = |entry: &Entry| {
        let key = (entry.what, entry.key);
        let in_case = entry.what == Indexed::Number && bearers.get(&key).is_some_and(|bearers| *bearers > 1);
        alarm_of(entry.what).is_some() && (in_case || beyond.contains_key(&key))
    };
    let flips: Vec<(Entry, bool)> = documents
        .iter()
        .map(|entry| (*entry, is_doubled(entry)))
        .filter(|(entry, doubled)| known.get(entry).copied().unwrap_or_default() != *doubled)
        .collect();
    let mut found =
        Compared { file, documents, flips, breaches: None, alarms: Vec::new(), neighbours: BTreeSet::new() };
    if found.flips.is_empty() {
        return Ok(found);
    }
    let results = Bench::default().judge(tx, tenant, (&state, &held), projection::newest_act(&held))?;
    found.breaches = Some(projection::count(rule::breaches(&results)));
    let doubled = || found.flips.iter().filter(|(_, doubled)| *doubled).map(|(entry, _)| entry);
    let kinds: BTreeSet<(AlarmKind, OpId)> =
        doubled().filter_map(|entry| Some((alarm_of(entry.what)?, entry.document))).collect();
    let maker = |document: &OpId| state.entities.get(document).map(|entity| entity.by.device);
    found.alarms =
        kinds.into_iter().take(ALARMS_AT_ONCE).map(|(kind, document)| (kind, document, maker(&document))).collect();
    let keys: Vec<Key> = doubled().map(|entry| (entry.what, entry.key)).collect();
    let others = tx.documents_like(tenant, found.file.case_leaf, &keys, NEIGHBOURS)?;
    found.neighbours = others.iter().filter(|other| !other.doubled).map(|other| other.case_leaf).collect();
    Ok(found)
}

/// The alarm for a shared entry. A shared name alone raises none; the case file shows it.
const fn alarm_of(what: Indexed) -> Option<AlarmKind> {
    match what {
        Indexed::Number => Some(AlarmKind::NumberDoubled),
        Indexed::Fine => Some(AlarmKind::FinedTwice),
        Indexed::FineByName | Indexed::FineWithoutCode => None,
    }
}

/// Writes the result. A case that changed since is compared again. Returns how many alarms each phone's documents
/// caused.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn apply(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    compared: Vec<Compared>,
    now: Instant,
) -> Result<Vec<(DeviceId, i64)>, Failure> {
    let mut raised: BTreeMap<DeviceId, i64> = BTreeMap::new();
    let mut again: BTreeSet<i64> = BTreeSet::new();
    for Compared { file, documents, flips, breaches, alarms, neighbours } in compared {
        let current = tx.case_file_at(tenant, file.case_leaf)?;
        if current.is_none_or(|current| current.basis != file.basis) {
            again.insert(file.case_leaf);
            continue;
        }
        let there = tx.documents_of(tenant, file.case_leaf)?;
        change(tx, tenant, file.case_leaf, &there, &documents)?;
        for (entry, doubled) in flips {
            tx.set_doubled(tenant, file.case_leaf, &entry, doubled)?;
        }
        if let Some(breaches) = breaches {
            tx.put_case_breaches(tenant, &file, breaches)?;
        }
        for (kind, document, maker) in alarms {
            let (id, detail, change) = (random::bytes()?, kind.code().to_owned(), Some(document.change));
            let alarm = AlarmRow { id, at: now, detail, kind, device: maker, case: Some(file.id), change };
            tx.add_alarm(tenant, &alarm)?;
            if let Some(maker) = maker {
                *raised.entry(maker).or_default() += 1;
            }
        }
        again.extend(neighbours);
    }
    tx.add_outbox(tenant, OutboxKind::DocumentsOfCase, again.into_iter().map(|case_leaf| (case_leaf, now)))?;
    Ok(raised.into_iter().collect())
}

/// An entry that documents of this case share with documents of other cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// What they share.
    pub key: Key,
    /// The other cases within the caller's reach, each with its title and number.
    pub cases: Vec<(CaseId, String, String)>,
    /// Number of other cases out of reach.
    pub out_of_reach: usize,
}

/// The entries that documents of this case share with other cases.
///
/// # Errors
/// An internal error.
pub fn shared(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    (case_leaf, state): (i64, &CaseState),
) -> Result<Vec<Shared>, Failure> {
    let keys: Vec<Key> = lookup_keys(state).into_iter().collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_key: BTreeMap<Key, BTreeSet<i64>> = BTreeMap::new();
    for IndexedDocument { case_leaf, entry, .. } in tx.documents_like(tenant, case_leaf, &keys, SHOWN)? {
        by_key.entry((entry.what, entry.key)).or_default().insert(case_leaf);
    }
    let mut found = Vec::new();
    for (key, others) in by_key {
        let mut shared = Shared { key, cases: Vec::new(), out_of_reach: 0 };
        for other in others {
            let Some(file) = tx.case_file_at(tenant, other)? else { continue };
            match access::reach(tx, tenant, caller, &file.id) {
                Ok(access) => {
                    let file = access::listed(caller, access.file);
                    shared.cases.push((file.id, file.title, file.number));
                }
                Err(Failure::Refused(refused)) if refused.refusal == Refusal::NotFound => shared.out_of_reach += 1,
                Err(other) => return Err(other),
            }
        }
        found.push(shared);
    }
    Ok(found)
}
