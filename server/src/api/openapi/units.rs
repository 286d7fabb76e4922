//! Adds the unit of a number to its description, by the suffix of its name (`…_ms`, `…_fen`). Times get an example.
//!
//! Promise: every integer with such a name has its unit in the document.

use utoipa::openapi::{RefOr, Schema};

/// Suffix of the name, unit, and an example if one fits every such number.
const UNITS: [(&str, &str, Option<i64>); 2] = [
    ("_ms", "Milliseconds since 1970-01-01T00:00:00Z.", Some(1_795_370_400_000)),
    ("_fen", "In fen, a hundredth of a yuan.", None),
];

/// Adds it to each number of an object.
pub(super) fn say(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for (name, property) in &mut object.properties {
        let unit = UNITS.iter().find(|(end, ..)| name.ends_with(end));
        let (Some((_, unit, example)), RefOr::T(Schema::Object(number))) = (unit, property) else { continue };
        let said = number.description.take().unwrap_or_default();
        number.description = Some(format!("{said} {unit}").trim().to_owned());
        number.example = number.example.take().or_else(|| example.map(Into::into));
    }
}
