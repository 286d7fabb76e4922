//! Entries of a case for the document index: the numbers on its documents, and the fines that it imposes.
//!
//! Promise: same state, same entries, on phone and server. Both store the entries of the cases that they hold and pass
//! the data of other cases to the rules ([`Beyond`]), so a rule about two cases is one function everywhere, limited by
//! what its holder knows. Entries are hashes, so an index names no party. Not here: storage of the index, consequences
//! of duplicates (`law`).

use super::document::fine;
use super::party::against;
use super::{document, party, text};
use crate::case::CaseState;
use crate::code::codes;
use crate::id::{ChangeId, DeviceId, Digest};
use crate::law::facts::{Known, NumberUse, Party};
use crate::law::identity::{CitizenNumber, CreditCode};
use crate::law::number::{NumberRange, same};
use crate::op::OpId;
use crate::schema as names;
use crate::sign::Tag;
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

const KEY: Tag = Tag("palm/v1/document-index");
/// Most entries of one case; further ones are not compared with other cases.
pub const MOST_ENTRIES: usize = 4096;
/// Index of the text in the value of a step that voids a number: `[form, year, serial, text, reason]`.
const VOIDED_TEXT: usize = 3;

codes! {
    /// The kind of an entry.
    pub enum Indexed {
        /// A number on a document.
        Number = "number",
        /// A fine for one act, by the code or the identity number of its party.
        Fine = "fine",
        /// A fine of a party that has a code or an identity number, by its name and kind.
        FineByName = "fine_by_name",
        /// A fine of a party without them, by its name and kind.
        FineWithoutCode = "fine_without_code",
    }
}

/// The key by which documents of several cases match.
pub type Key = (Indexed, Digest);

/// A number or fine on a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The kind.
    pub what: Indexed,
    /// The key, which is equal for equal numbers or acts.
    pub key: Digest,
    /// The document, or the step that voided the number.
    pub document: OpId,
}

/// Data from outside of the case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beyond {
    /// Numbers granted to phones; a phone that is absent is unknown.
    pub ranges: BTreeMap<DeviceId, Vec<NumberRange>>,
    /// How many documents of other cases have such an entry.
    pub others: BTreeMap<Key, usize>,
}

impl Beyond {
    /// Nothing is known.
    pub const NOTHING: &'static Self = &Self { ranges: BTreeMap::new(), others: BTreeMap::new() };

    /// How many documents of other cases have one of these entries.
    pub(super) fn count(&self, keys: impl IntoIterator<Item = Key>) -> usize {
        keys.into_iter().map(|key| self.others.get(&key).copied().unwrap_or_default()).sum()
    }
}

/// The entries of the case.
pub fn entries(state: &CaseState) -> BTreeSet<Entry> {
    let mut found: BTreeSet<Entry> = BTreeSet::new();
    for (document, number) in numbers(state) {
        found.insert(Entry { what: Indexed::Number, key: number_key(number).1, document });
    }
    for Fined { document, signed, keys, .. } in fines(state) {
        let stands = keys.into_iter().filter(|_| signed);
        found.extend(stands.map(|(what, key)| Entry { what, key, document }));
    }
    found.into_iter().take(MOST_ENTRIES).collect()
}

/// The keys that rules look up in other cases. [`Beyond::others`] contains the results.
pub fn lookup_keys(state: &CaseState) -> BTreeSet<Key> {
    let mut keys: BTreeSet<Key> = numbers(state).map(|(_, number)| number_key(number)).collect();
    for Fined { proved, perhaps, .. } in fines(state) {
        keys.extend(proved);
        keys.extend(perhaps);
    }
    keys.into_iter().take(MOST_ENTRIES).collect()
}

/// The phones that wrote numbers of their ranges, each with the change. [`Beyond::ranges`] needs the ranges of these.
pub fn numbering_phones(state: &CaseState) -> BTreeSet<(DeviceId, ChangeId)> {
    let documents = state.entities.iter().filter(|(_, entity)| entity.kind == names::DOCUMENT);
    let from_range = documents.filter(|(id, _)| text(state, Some(**id), &names::NUMBER_SOURCE) == Some(names::BLOCK));
    let shown = from_range.filter_map(|(id, _)| state.field(Some(*id), &names::NUMBER)?.live.first());
    shown.map(|live| (live.by.device, live.op.change)).collect()
}

/// The key of a number.
pub fn number_key(text: &str) -> Key {
    (Indexed::Number, KEY.hash(&[same(text).as_bytes()]))
}

/// The documents with a number in the case.
pub fn bearers(state: &CaseState, key: Key) -> BTreeSet<OpId> {
    numbers(state).filter(|(_, number)| number_key(number) == key).map(|(bearer, _)| bearer).collect()
}

/// Every number of the case with its documents, including voided documents and voided numbers. A number is used once:
/// a spoiled one is not used again (行政处罚法 第五十二条: 编有号码).
pub(super) fn numbers(state: &CaseState) -> impl Iterator<Item = (OpId, &str)> {
    let is_document =
        |id: &OpId| state.entities.get(id).is_some_and(|entity| entity.kind == names::DOCUMENT && !entity.shell);
    let fields = state.fields.iter().filter(|field| field.name == names::NUMBER);
    let written = fields.filter_map(move |field| Some((field.target.filter(is_document)?, field)));
    let written = written.flat_map(|(document, field)| {
        field.live.iter().filter_map(move |live| Some((document, live.value.as_ref()?.as_text()?)))
    });
    let given = state.numbers.iter().filter_map(|number| Some((number.target?, number.text.as_str())));
    let voided = state
        .steps_of(&names::NUMBER_VOIDED)
        .filter_map(|step| Some((step.recorded.op, step.value?.as_list()?.get(VOIDED_TEXT)?.as_text()?)));
    written.chain(given).chain(voided).filter(|(_, text)| !text.trim().is_empty())
}

/// A fine against one party.
pub(super) struct Fined {
    pub document: OpId,
    pub party: OpId,
    /// Whether it is signed.
    signed: bool,
    /// Its index keys.
    keys: Vec<Key>,
    /// Entries of other cases that are fines of the same party for the same act.
    pub proved: Vec<Key>,
    /// Entries of other cases that may be such fines.
    pub perhaps: Vec<Key>,
}

/// Every fine of the case, drafted or signed, against each of its parties. A fine for an act without a date is not
/// compared.
pub(super) fn fines(state: &CaseState) -> Vec<Fined> {
    let day = text(state, None, &names::VIOLATION_DATE).and_then(|day| day.parse::<Date>().ok());
    let Some(day) = day else { return Vec::new() };
    let parties = party::all(state);
    let mut fines = Vec::new();
    for (document, signed) in document::deciding(state) {
        if fine(state, document).is_none() {
            continue;
        }
        let opened = state.opening.as_ref().map(|opening| opening.item.as_str());
        let Some(item) = text(state, Some(document), &names::ITEM).or(opened) else { continue };
        for party in against(state, document, &parties) {
            let of = |who: String| KEY.hash(&[format!("{who}\0{}\0{day}", item.trim()).as_bytes()]);
            let proofs: Vec<Key> = identities(&party.facts).into_iter().map(|code| (Indexed::Fine, of(code))).collect();
            let name = text(state, Some(party.id), &names::NAME).map(|name| of(named(name, &party.facts)));
            let mut keys = proofs.clone();
            let kind = if proofs.is_empty() { Indexed::FineWithoutCode } else { Indexed::FineByName };
            keys.extend(name.map(|name| (kind, name)));
            let mut perhaps: Vec<Key> = name.map(|name| (Indexed::FineWithoutCode, name)).into_iter().collect();
            perhaps.extend(name.filter(|_| proofs.is_empty()).map(|name| (Indexed::FineByName, name)));
            fines.push(Fined { document, party: party.id, signed, keys, proved: proofs, perhaps });
        }
    }
    fines
}

/// The identifiers of a party. An invalid code identifies nobody.
fn identities(party: &Party) -> Vec<String> {
    let code = party.credit_code.as_deref().and_then(|code| CreditCode::parse(code).ok());
    let number = party.citizen_number.as_deref().and_then(|number| CitizenNumber::parse(number).ok());
    let code = code.map(|code| format!("code\0{}", code.as_str()));
    code.into_iter().chain(number.map(|number| format!("number\0{}", number.as_str()))).collect()
}

fn named(name: &str, party: &Party) -> String {
    let kind = match party.kind {
        Known::Known(kind) => kind.zh(),
        Known::NotEntered | Known::Unknown => "",
    };
    format!("name\0{kind}\0{}", same(name))
}

/// How often each number occurs in the case and in other cases.
pub(super) fn number_uses(state: &CaseState, beyond: &Beyond) -> Vec<NumberUse> {
    let mut uses: BTreeMap<Key, (String, BTreeSet<OpId>)> = BTreeMap::new();
    for (document, number) in numbers(state) {
        let (_, bearers) =
            uses.entry(number_key(number)).or_insert_with(|| (number.trim().to_owned(), BTreeSet::new()));
        bearers.insert(document);
    }
    let one = |(key, (text, bearers)): (Key, (String, BTreeSet<OpId>))| NumberUse {
        text,
        here: bearers.len(),
        elsewhere: beyond.count([key]),
    };
    uses.into_iter().map(one).collect()
}

/// The number with this key, as written in the case.
pub fn number_of(state: &CaseState, key: Key) -> Option<String> {
    numbers(state).find(|(_, number)| number_key(number) == key).map(|(_, number)| number.trim().to_owned())
}

/// The documents of the case for which the rules ask after this key in other cases.
pub fn bearing(state: &CaseState, key: Key) -> BTreeSet<OpId> {
    let fines = fines(state).into_iter();
    let asking = fines.filter(|fined| fined.proved.contains(&key) || fined.perhaps.contains(&key));
    asking.map(|fined| fined.document).chain(bearers(state, key)).collect()
}

#[cfg(test)]
mod tests;
