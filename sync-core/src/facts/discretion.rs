//! How the fine of a decision was determined, and what the catalogue of items says about it.

use super::{Roster, text};
use crate::case::CaseState;
use crate::facts::ItemEntry;
use crate::law::discretion::{FineRange, Grade};
use crate::law::facts::Discretion;
use crate::money::Fen;
use crate::op::OpId;
use crate::schema::{self as names, FieldName};
use crate::value::Value;

/// The item of the catalogue that a decision applies: the item that the decision names or, without one, the item of the
/// case if it provides for a fine.
pub(super) fn item<'a>(state: &CaseState, roster: &'a Roster, document: OpId) -> Option<&'a ItemEntry> {
    let named = text(state, Some(document), &names::ITEM);
    let opened = state.opening.as_ref().map(|opening| opening.item.as_str());
    let of_case = || opened.and_then(|code| roster.items.get(code)).filter(|item| item.range.is_some());
    named.map_or_else(of_case, |code| roster.items.get(code))
}

pub(super) fn of(state: &CaseState, document: OpId, item: Option<&ItemEntry>) -> Discretion {
    let read = |name: &FieldName| text(state, Some(document), name).map(str::to_owned);
    Discretion {
        range: range(state, document),
        catalogue: item.and_then(|item| item.range),
        grade: text(state, Some(document), &names::DISCRETION_GRADE).and_then(Grade::of_code),
        deviation_reason: read(&names::DEVIATION_REASON),
        deviation_approval: read(&names::DEVIATION_APPROVAL),
        explanation: read(&names::DISCRETION_EXPLANATION),
    }
}

/// The range by its kind. Missing or inconsistent amounts count as not entered.
fn range(state: &CaseState, document: OpId) -> Option<FineRange> {
    let int = |name: &FieldName| state.value(Some(document), name).and_then(Value::as_int);
    let fen = |name: &FieldName| int(name).and_then(|fen| Fen::new(fen).ok());
    let percent = |name: &FieldName| int(name).and_then(|percent| u32::try_from(percent).ok());
    let (min, max) = (|| fen(&names::RANGE_MIN_FEN), || fen(&names::RANGE_MAX_FEN));
    let (least, most) = (|| percent(&names::RANGE_MIN_PERCENT), || percent(&names::RANGE_MAX_PERCENT));
    match text(state, Some(document), &names::RANGE_KIND)? {
        "between" => FineRange::between(min()?, max()?).ok(),
        "up_to" => FineRange::up_to(max()?).ok(),
        "multiples" => FineRange::multiples(fen(&names::RANGE_BASE_FEN)?, Some(least()?), most()?).ok(),
        "up_to_multiple" => FineRange::multiples(fen(&names::RANGE_BASE_FEN)?, None, most()?).ok(),
        _ => None,
    }
}
