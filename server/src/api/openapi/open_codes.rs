//! Lists of codes that may grow in answers without breaking the contract (`docs/api-changelog.md`).
//!
//! Promise: each says so of itself, in words and by `x-open`, which the comparison with the last released document reads.
//! A list that requests take, too, is closed: what is new there needs no leave.

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{Components, RefOr, Schema};

const OPEN: [&str; 11] = [
    "AccountEventKind",
    "AgencyKind",
    "AlarmKind",
    "DecisionCode",
    "DegradedCode",
    "Flag",
    "LookKind",
    "OperationAct",
    "ReasonCode",
    "RefusalCode",
    "Sector",
];

const SAID: &str = "More codes may be added: show one that you do not know as it is.";

/// Says it of each.
pub(super) fn say(components: &mut Components) {
    for name in OPEN {
        if let Some(RefOr::T(Schema::Object(codes))) = components.schemas.get_mut(name) {
            let about = codes.description.take().unwrap_or_default();
            codes.description = Some(format!("{about} {SAID}").trim().to_owned());
            codes.extensions = Some(ExtensionsBuilder::new().add("x-open", true).build());
        }
    }
}
