//! Refusals of document numbers on the phone, each with instructions.
//!
//! Promise: before the save, the phone reports what it can know: a number that is malformed, of another year, of its
//! own range but typed by hand, or already used on a document that it holds, voided numbers included. What it cannot
//! know is saved, and the server detects it. A number that the phone drew from its range is never refused.

use crate::case::CaseState;
use crate::change::Change;
use crate::device::{Stop, StoreError, index, number};
use crate::facts::decisions;
use crate::facts::index::{bearers, number_key};
use crate::law::number::FormNumber;
use crate::op::{Act, OpId};
use crate::schema as names;
use crate::value::Value;
use crate::when::Interval;
use rusqlite::Connection;

/// Characters of a number that are displayed.
const SHOWN: usize = 60;

/// Refusals of a change, judged on the case with the change in it, made at `now`.
pub(in crate::device) fn in_case(
    db: &Connection,
    state: &CaseState,
    change: &Change,
    now: Interval,
) -> Result<Vec<Stop>, StoreError> {
    let own = change.id();
    let mut stops = Vec::new();
    for (_, op) in change.named_ops() {
        let Some(document) = op.target.map(|target| target.resolve(own)) else { continue };
        let writes = matches!(op.act, Act::Put | Act::Resolve) && op.field == Some(names::NUMBER);
        let signs = matches!(op.act, Act::Sign(_));
        let is_document = state.entities.get(&document).is_some_and(|entity| entity.kind == names::DOCUMENT);
        let shown = state.field(Some(document), &names::NUMBER).and_then(|field| field.live.first());
        let Some(number) = shown.and_then(|live| live.value.as_ref()?.as_text()) else { continue };
        // A number that this phone drew from its range is right. If it occurs elsewhere, that other number is wrong.
        let drawn = shown.map(|live| number::was_drawn(db, number, live.op.change)).transpose()?.unwrap_or_default();
        if !is_document || drawn || number.trim().is_empty() || !(writes || signs) {
            continue;
        }
        let found = of_document(db, state, (document, number), writes.then_some(now))?;
        stops.extend(found.filter(|stop| !stops.contains(stop)));
    }
    Ok(stops)
}

/// Why this number cannot be used for this document. The notation is checked only when the number is being written.
fn of_document(
    db: &Connection,
    state: &CaseState,
    (document, number): (OpId, &str),
    written: Option<Interval>,
) -> Result<Option<Stop>, StoreError> {
    let shown: String = number.trim().chars().take(SHOWN).collect();
    if let Some(now) = written {
        if decisions(state).contains(&document) {
            let shape = shape(&shown, number, now, document);
            if shape.is_some() {
                return Ok(shape);
            }
        }
        let of_range =
            state.value(Some(document), &names::NUMBER_SOURCE).and_then(Value::as_text) == Some(names::BLOCK);
        let parsed = FormNumber::parse(number).filter(|_| !of_range);
        if let Some(parsed) = parsed
            && index::own_ranges(db)?.iter().any(|range| parsed.is_of(range))
        {
            return Ok(Some(stop(
                "number_of_range",
                format!(
                    "“{shown}”属于发给本机的号段，不能手工填写。请用“取号”由手机取下一个号，或者填写编号纸上印的号。"
                ),
                format!(
                    "“{shown}” belongs to the range of this phone and cannot be typed by hand. Let the phone take the next number, or enter the one printed on the paper."
                ),
                document,
            )));
        }
    }
    let key = number_key(number);
    let here = bearers(state, key).into_iter().any(|bearer| bearer != document);
    if !here && !index::stands_elsewhere(db, state, key)? {
        return Ok(None);
    }
    Ok(Some(stop(
        "number_used",
        format!(
            "文号“{shown}”已经用在另一份文书上，或者已经作废，不能再用。请核对纸上印的号后重新填写；该号的纸已作废的，换一张。"
        ),
        format!(
            "The number “{shown}” is already on another document, or was voided, and cannot be used again. Compare it with the paper and enter it again; if that paper was voided, use another."
        ),
        document,
    )))
}

fn shape(shown: &str, number: &str, now: Interval, document: OpId) -> Option<Stop> {
    let Some(FormNumber { year, .. }) = FormNumber::parse(number) else {
        return Some(stop(
            "number_shape",
            format!(
                "“{shown}”不是完整的文号。请按纸上印的完整填写：机关代字＋文种〔年份〕序号号，例如（巫市监）当罚〔2026〕12号。"
            ),
            format!(
                "“{shown}” is not a complete document number. Enter it as it is printed: agency, form, year in brackets, serial and 号, such as （巫市监）当罚〔2026〕12号."
            ),
            document,
        ));
    };
    let (first, last) = (i32::from(now.lower.date().year()), i32::from(now.upper.date().year()));
    (year < first || last < year).then(|| {
        stop(
            "number_year",
            format!("“{shown}”是{year}年的文号，今天是{first}年。请使用本年度的编号纸，或者由手机取号。"),
            format!("“{shown}” is a number of {year}, but today is in {first}. Use this year's paper, or let the phone take a number."),
            document,
        )
    })
}

fn stop(code: &str, zh: String, en: String, document: OpId) -> Stop {
    let article = Some("行政处罚法 第五十二条".to_owned());
    Stop { code: code.to_owned(), article, zh, en, ops: vec![document], offer: None }
}
