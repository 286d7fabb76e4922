//! The standard record of all measurements: 40 fields, exactly 2,560 bytes as JSON.
//!
//! Promise: the number of a record determines its content, so a run is reproducible. It is one signed change with one
//! `Add` and 40 `Put`; a change that also opens the case has an `Open` in front.

use sync_core::change::NewOp;
use sync_core::op::OpRef;
use sync_core::value::Value;

/// Length of a record as JSON.
pub const JSON_BYTES: usize = 2_560;
/// Number of its fields.
pub const FIELDS: usize = 40;
/// Repeated in the narrative until the record has its length.
const NARRATIVE: &str =
    "现场检查时经营者在场，后厨地面有积水，冷藏柜温度符合要求，进货查验记录齐全，已当场告知并责令改正。";

/// The fields of the record with this number, in order.
pub fn fields(number: u64) -> Vec<(&'static str, Value)> {
    let mut fields = head(number);
    fields.extend(findings(number));
    let narrative = JSON_BYTES - json(&fields, "").len();
    let mut text = String::new();
    for character in NARRATIVE.chars().cycle() {
        if text.len() + character.len_utf8() > narrative {
            break;
        }
        text.push(character);
    }
    text.extend(std::iter::repeat_n('.', narrative - text.len()));
    fields.push(("narrative", Value::Text(text)));
    fields
}

fn head(number: u64) -> Vec<(&'static str, Value)> {
    let day = 1 + number % 28;
    let int = |value: u64| Value::Int(i64::try_from(value).unwrap());
    vec![
        ("case_ref", Value::Text(format!("巫山市监检〔2026〕{number:07}号"))),
        ("officer_id", Value::Text(format!("officer-{:05}", number % 1000))),
        ("device_id", Value::Text(format!("device-{:05}", number % 1000))),
        ("district", Value::text("500237")),
        ("site_name", Value::Text(format!("高唐街道第{}餐饮店", number % 5000))),
        ("visit_no", int(1 + number % 3)),
        ("opened_at", Value::Text(format!("2026-11-{day:02}T08:30:00+08:00"))),
        ("visited_at", Value::Text(format!("2026-11-{day:02}T09:10:00+08:00"))),
        ("closed_at", Value::Text(format!("2026-11-{day:02}T10:05:00+08:00"))),
        ("due_on", Value::text("2026-12-31")),
        ("location", Value::Text(format!("31.07{:04},109.87{:04}", number % 10_000, number * 7 % 10_000))),
        ("status", Value::text("submitted")),
        ("priority", Value::text("normal")),
        ("category", Value::text("food_service")),
        ("subject_name", Value::Text(format!("李{number}"))),
        ("subject_phone", Value::Text(format!("139{:08}", number % 100_000_000))),
        ("subject_address", Value::Text(format!("巫山县高唐街道平湖路{}号", number % 900))),
        ("postcode", Value::text("404700")),
        ("household_size", int(1 + number % 6)),
        ("minors", int(number % 3)),
        ("dwelling_type", Value::text("shop")),
        ("consent", Value::Bool(true)),
        ("interpreter", Value::Bool(false)),
    ]
}

fn findings(number: u64) -> Vec<(&'static str, Value)> {
    let int = |value: u64| Value::Int(i64::try_from(value).unwrap());
    vec![
        // In tenths and hundredths, because signed data has no floats.
        ("risk_score", int(number % 100)),
        ("temperature", int(40 + number % 30)),
        ("reading_a", int(number * 31 % 10_000)),
        ("reading_b", int(number * 37 % 10_000)),
        ("sample_count", int(number % 5)),
        ("sample_label", Value::Text(format!("S-{:06}", number % 1_000_000))),
        ("finding_1", Value::text("从业人员健康证明一张过期")),
        ("finding_2", Value::text("食品添加剂未专柜存放")),
        ("finding_3", Value::text("未见其他问题")),
        ("action_1", Value::text("责令改正")),
        ("action_2", Value::text("复查")),
        ("referral", Value::text("none")),
        ("follow_up_on", Value::text("2026-12-15")),
        ("evidence_count", int(number % 4)),
        ("witness_name", Value::Text(format!("王{}", number % 3000))),
        ("supervisor_id", Value::Text(format!("supervisor-{:03}", number % 50))),
    ]
}

/// The record as JSON: one object, no spaces.
pub fn json(fields: &[(&str, Value)], narrative: &str) -> Vec<u8> {
    let plain = |value: &Value| match value {
        Value::Null | Value::Bytes(_) | Value::List(_) => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Decimal(value) => value.to_string().into(),
        Value::Text(text) => text.as_str().into(),
    };
    let mut object: serde_json::Map<String, serde_json::Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), plain(value))).collect();
    object.entry("narrative").or_insert_with(|| narrative.into());
    serde_json::to_vec(&object).unwrap()
}

/// The operations that write the record, where the first of them has this place in its change.
pub fn ops(number: u64, first: u32) -> Vec<NewOp> {
    let add = NewOp::add("record", "a");
    let put = |(name, value): (&str, Value)| NewOp::put(Some(OpRef::Own(first)), name, Vec::new(), value);
    std::iter::once(add).chain(fields(number).into_iter().map(put)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_forty_fields_and_2560_bytes() {
        for number in [0, 1, 99_999, 12_345_678] {
            let fields = fields(number);
            assert_eq!((fields.len(), json(&fields, "").len()), (FIELDS, JSON_BYTES), "{number}");
            assert_eq!(ops(number, 0).len(), FIELDS + 1);
        }
    }
}
