//! Computes the projection of a case from its changes: the data for lists and search.
//!
//! Promise: depends only on the stored changes and the current register, so it can be computed again at any time.
//! Nothing is stored in the projection alone.

use std::collections::BTreeSet;

use sync_core::case::{CaseState, Graph, fold};
use sync_core::change::Change;
use sync_core::decision;
use sync_core::facts::index::{Entry, entries};
use sync_core::id::{CaseId, DeviceId, Digest, OfficerId, TenantId};
use sync_core::law::rule;
use sync_core::plan::Interval;
use sync_core::schema::{self, EntityKind, FieldName};
use sync_core::time::Instant;
use sync_core::value::Value;

use crate::flow::judge::{self, Bench};
use crate::flow::refusal::Failure;
use crate::flow::{document_index, mask};
use crate::store::{Additions, CaseFileRow, NewCaseFile, OutboxKind, StoredChange, Tx};

/// Longest text that is searched, in bytes.
const SEARCH_TEXT_MAX: usize = 64 << 10;
/// Limit of a title, number or party's name in it, so that room is left for the rest.
const SEARCH_FIRST_MAX: usize = 4 << 10;
/// Characters of a title in a list.
const TITLE_MAX: usize = 200;

/// A projected case, with participants and claimed evidence.
pub struct Projected {
    new: NewCaseFile,
    officers: Vec<OfficerId>,
    evidence: Vec<Digest>,
    /// Digests of the files that were written off.
    written_off: Vec<Digest>,
    /// Index entries of its documents; none if it never had a document.
    documents: Option<BTreeSet<Entry>>,
}

/// Folds the stored changes of a case and stores the projection. `extra` are officers whose participation was excluded;
/// they stay in the projection beside the participants of the fold.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn project(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    case: CaseId,
    held: &[StoredChange],
    extra: &BTreeSet<OfficerId>,
) -> Result<CaseState, Failure> {
    let state = fold(case, held.iter().map(|stored| &*stored.change));
    if let Some(projected) = draw(tx, &mut Bench::default(), tenant, &state, held, extra)? {
        put(tx, tenant, projected)?;
    }
    Ok(state)
}

/// The projection of a folded case; none if its opening is missing. Writes nothing.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn draw(
    tx: &mut Tx<'_>,
    bench: &mut Bench,
    tenant: &TenantId,
    state: &CaseState,
    held: &[StoredChange],
    extra: &BTreeSet<OfficerId>,
) -> Result<Option<Projected>, Failure> {
    let (Some(first), Some(last)) = (held.first(), held.last()) else { return Ok(None) };
    let Some(opening) = &state.opening else { return Ok(None) };
    let agency = bench.agency(tx, tenant, &opening.agency)?;
    let officers: BTreeSet<OfficerId> = state.participants.keys().chain(extra).copied().collect();
    let results = bench.judge(tx, tenant, (state, held), newest_act(held))?;
    let graph = || Graph::new(held.iter().map(|stored| &*stored.change));
    // Phones compare all changes without a successor, including those outside the case, so that none is missed.
    let tips = if state.outside.is_empty() { state.heads.clone() } else { graph().tips() };
    let file = CaseFileRow {
        id: state.id,
        case_leaf: first.case_leaf,
        agency: opening.agency,
        agency_path: agency.map(|agency| agency.path).unwrap_or_default(),
        item: brief(&opening.item),
        kind: opening.kind,
        status: decision::status(state, graph),
        title: title(state),
        number: state
            .numbers
            .iter()
            .rfind(|number| number.target.is_none())
            .map(|n| storable(&n.text))
            .unwrap_or_default(),
        opened: first.received,
        updated: last.received,
        counter: last.counter,
        last_leaf: last.leaf,
        basis: state.basis(),
        heads: tips.into_iter().collect(),
        conflicts: count(state.conflicts().count()),
        breaches: count(rule::breaches(&results)),
        missing_evidence: 0,
        duties: count(results.iter().filter(|result| result.running).count()),
        filing: decision::filing(state, &results),
        fold: state.fold.into(),
    };
    let new = NewCaseFile { file, search_text: search_text(state) };
    let written_off = decision::written_off(state).map(|(digest, _)| digest).collect();
    let documents = document_index::has_documents(state).then(|| entries(state));
    let (officers, evidence) = (officers.into_iter().collect(), claimed(state));
    Ok(Some(Projected { new, officers, evidence, written_off, documents }))
}

/// Rebuilds the projection and the text of these cases (by `case_leaf`) from their changes. Writes nothing.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn texts(tx: &mut Tx<'_>, tenant: &TenantId, cases: &BTreeSet<i64>) -> Result<Vec<(CaseFileRow, String)>, Failure> {
    let mut texts = Vec::new();
    for case_leaf in cases {
        let Some(before) = tx.case_file_at(tenant, *case_leaf)? else { continue };
        let held = tx.case_changes(tenant, &before.id)?;
        let state = fold(before.id, held.iter().map(|stored| &*stored.change));
        let (title, basis) = (title(&state), state.basis());
        texts.push((CaseFileRow { title, basis, item: brief(&before.item), ..before }, search_text(&state)));
    }
    Ok(texts)
}

/// Stores a projection in place of the previous one, if there was one.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn put(tx: &mut Tx<'_>, tenant: &TenantId, projected: Projected) -> Result<(), Failure> {
    let Projected { mut new, officers, evidence, written_off, documents } = projected;
    let (case, case_leaf) = (new.file.id, new.file.case_leaf);
    if let Some(documents) = documents {
        document_index::put(tx, tenant, (case_leaf, new.file.updated), &documents)?;
    }
    let there: BTreeSet<OfficerId> = tx.case_officers(tenant, case_leaf)?.into_iter().collect();
    let joined = officers.into_iter().filter(|id| !there.contains(id));
    let joined: Vec<_> = joined.map(|officer| (case_leaf, case, officer)).collect();
    tx.add_case_officers(tenant, &joined)?;
    let there: BTreeSet<Digest> = tx.claimed_evidence(tenant, case_leaf)?.into_iter().collect();
    let claimed: Vec<Digest> = evidence.into_iter().filter(|digest| !there.contains(digest)).collect();
    tx.add_case_evidence(tenant, case_leaf, &claimed)?;
    tx.write_off_evidence(tenant, case_leaf, &written_off)?;
    if !there.is_empty() || !claimed.is_empty() {
        new.file.missing_evidence = count(tx.missing_evidence(tenant, case_leaf)?.len());
    }
    Ok(tx.put_case_file(tenant, new)?)
}

/// Adds the projections of new cases, together with the other `new` rows.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn add(tx: &mut Tx<'_>, tenant: &TenantId, mut new: Additions<'_>, all: Vec<Projected>) -> Result<(), Failure> {
    // Participants are written first, because the arrived evidence depends on them.
    let part = |one: &Projected| {
        let CaseFileRow { case_leaf, id, .. } = one.new.file;
        one.officers.iter().map(|officer| (case_leaf, id, *officer)).collect::<Vec<_>>()
    };
    let officers: Vec<_> = all.iter().flat_map(part).collect();
    new.case_officers(tenant, &officers);
    let documents = |one: &Projected| {
        let case_leaf = one.new.file.case_leaf;
        one.documents.iter().flatten().map(|entry| (case_leaf, *entry)).collect::<Vec<_>>()
    };
    let documents: Vec<_> = all.iter().flat_map(documents).collect();
    let to_compare: BTreeSet<i64> = documents.iter().map(|(case_leaf, _)| *case_leaf).collect();
    let moments = all.iter().map(|one| (one.new.file.case_leaf, one.new.file.updated));
    let to_compare = moments.filter(|(case_leaf, _)| to_compare.contains(case_leaf));
    new.outbox(tenant, OutboxKind::DocumentsOfCase, to_compare)?;
    new.documents(tenant, documents);
    if all.iter().any(|one| !one.evidence.is_empty()) {
        tx.add(std::mem::take(&mut new))?;
    }
    let mut files = Vec::new();
    for Projected { new: mut case, officers: _, evidence, written_off, documents: _ } in all {
        let case_leaf = case.file.case_leaf;
        if !evidence.is_empty() {
            tx.add_case_evidence(tenant, case_leaf, &evidence)?;
            tx.write_off_evidence(tenant, case_leaf, &written_off)?;
            case.file.missing_evidence = count(tx.missing_evidence(tenant, case_leaf)?.len());
        }
        files.push(case);
    }
    new.case_files(tenant, files)?;
    Ok(tx.add(new)?)
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn title(state: &CaseState) -> String {
    brief(state.value(None, &schema::TITLE).and_then(Value::as_text).unwrap_or_default())
}

/// A text, cut for lists.
fn brief(text: &str) -> String {
    match text.char_indices().nth(TITLE_MAX) {
        Some((cut, _)) => storable(text.get(..cut).unwrap_or_default()) + "…",
        None => storable(text),
    }
}

/// A text that both databases can store: PostgreSQL has no zero byte. The change itself keeps the original.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The time of the newest change by a phone. Rows of the rule table that came into force later do not apply; each act
/// is judged at its own time.
pub fn newest_act(held: &[StoredChange]) -> Interval {
    let by_phones = held.iter().filter(|stored| stored.change.header().device != DeviceId::SERVER);
    let newest = by_phones.max_by_key(|stored| (stored.lower, stored.leaf));
    newest.map_or(Interval::exactly(Instant::from_ms(0)), judge::interval)
}

/// Digests of the evidence that the case claims, withdrawn pieces included: they were recorded.
pub fn claimed(state: &CaseState) -> Vec<Digest> {
    let digests: BTreeSet<Digest> = state
        .fields
        .iter()
        .filter(|field| schema::EVIDENCE_FIELDS.contains(&field.name))
        .flat_map(|field| &field.live)
        .filter_map(|live| live.value.as_ref().and_then(Value::as_digest))
        .collect();
    digests.into_iter().collect()
}

/// Digests that a change names as evidence, whether or not it has effect.
pub fn named(change: &Change) -> Vec<Digest> {
    let is_evidence = |field: &FieldName| schema::EVIDENCE_FIELDS.contains(field);
    let named = change.named_ops().filter(|(_, op)| op.field.as_ref().is_some_and(is_evidence));
    named.filter_map(|(id, _)| change.value(id.index)?.as_digest()).collect()
}

/// The searchable text of a case, line by line: title, numbers and names of parties, then the rest. Masked values are
/// left out, because search would reveal them.
fn search_text(state: &CaseState) -> String {
    let mut first: Vec<&str> = Vec::new();
    let (mut names, mut rest) = (Vec::new(), Vec::new());
    for field in &state.fields {
        // A missing entity may have been a party.
        let known = field.target.map(|target| state.entities.get(&target));
        let entity = known.map(|entity| entity.map_or(&schema::PARTY, |entity| &entity.kind));
        if mask::is_personal(entity, &field.name) {
            continue;
        }
        let values = field.live.iter().filter_map(|live| live.value.as_ref()?.as_text());
        let is = |of: Option<&EntityKind>, name: &FieldName| entity == of && field.name == *name;
        if is(None, &schema::TITLE) {
            first.extend(values);
        } else if is(Some(&schema::PARTY), &schema::NAME) {
            names.extend(values);
        } else {
            rest.extend(values);
        }
    }
    first.extend(state.numbers.iter().map(|number| number.text.as_str()));
    first.extend(names);
    lines(first, rest)
}

/// The first parts in their order, then the rest, shortest first, so that the longest is cut.
fn lines(first: Vec<&str>, mut rest: Vec<&str>) -> String {
    rest.sort_by_key(|part| part.len());
    let first = first.into_iter().map(|part| (part, SEARCH_FIRST_MAX));
    let rest = rest.into_iter().map(|part| (part, SEARCH_TEXT_MAX));
    let mut text = String::new();
    for (part, most) in first.chain(rest) {
        let room = SEARCH_TEXT_MAX.saturating_sub(text.len() + 1);
        let part = storable(&mask::text::without(part));
        text.push_str(part.get(..part.floor_char_boundary(most.min(room))).unwrap_or_default());
        text.push('\n');
        if text.len() >= SEARCH_TEXT_MAX {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_part_is_cut_and_hides_no_other() {
        let all = |length: usize| {
            let (long, title) = ("长".repeat(length), "题".repeat(100_000));
            lines(vec![&title, "渝罚1号", "张三"], vec![&long, "末", "两字"])
        };
        let around = SEARCH_FIRST_MAX / 3 * 3 + "\n渝罚1号\n张三\n末\n两字\n\n".len();
        let fits = (SEARCH_TEXT_MAX - around) / 3;
        for (length, kept) in [(1, 1), (fits, fits), (fits + 1, fits), (70_000, fits)] {
            let text = all(length);
            assert!(text.len() <= SEARCH_TEXT_MAX);
            let lines: Vec<&str> = text.lines().collect();
            let [title, number, name, rest @ ..] = lines.as_slice() else { panic!("{}", lines.len()) };
            assert_eq!((title.chars().count(), *number, *name), (SEARCH_FIRST_MAX / 3, "渝罚1号", "张三"));
            let long = rest.iter().find(|line| line.starts_with('长')).map(|line| line.chars().count());
            assert!(rest.contains(&"末") && rest.contains(&"两字"));
            assert_eq!(long, Some(kept), "{length}");
        }
    }

    #[test]
    fn a_part_that_fits_is_whole_to_its_last_byte() {
        let whole = "a".repeat(SEARCH_TEXT_MAX - 1);
        assert_eq!(lines(vec![], vec![&whole]), format!("{whole}\n"));
        let more = format!("{whole}b");
        assert_eq!(lines(vec![], vec![&more]), format!("{whole}\n"), "one past it");
        assert_eq!(lines(vec![], vec![]), "");
    }

    #[test]
    fn a_list_shows_so_much_of_a_title() {
        let title = |length| "题".repeat(length);
        assert_eq!(brief(&title(TITLE_MAX)), title(TITLE_MAX));
        assert_eq!(brief(&title(TITLE_MAX + 1)), title(TITLE_MAX) + "…");
        assert_eq!(brief("\0"), "\u{fffd}");
    }
}
