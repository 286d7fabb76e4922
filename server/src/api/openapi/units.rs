//! Adds the unit of a number to its description; the unit is part of its name (`…_ms`, `…_fen`).
//!
//! Promise: every integer with such a name has its unit in the document.

use utoipa::openapi::{RefOr, Schema};

/// The unit of a number, by the suffix of its name.
const UNITS: [(&str, &str); 2] =
    [("_ms", "Milliseconds since 1970-01-01T00:00:00Z."), ("_fen", "In fen, a hundredth of a yuan.")];

/// Says it of each number of an object.
pub(super) fn say(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for (name, property) in &mut object.properties {
        let unit = UNITS.iter().find(|(end, _)| name.ends_with(end));
        let (Some((_, unit)), RefOr::T(Schema::Object(number))) = (unit, property) else { continue };
        let said = number.description.take().unwrap_or_default();
        number.description = Some(format!("{said} {unit}").trim().to_owned());
    }
}
