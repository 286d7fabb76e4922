//! Lists of codes that may grow in answers without breaking the contract (`docs/api-changelog.md`).
//!
//! Promise: each list says so in its description and by `x-open`, which the comparison with the last released document
//! reads. A list that requests use is never open: a request may always accept one more code.

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{Components, RefOr, Schema};

const OPEN: [&str; 12] = [
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
    "RegisterEventKind",
    "Sector",
];

const SAID: &str = "More codes may be added: a client shows an unknown code as it is.";

/// Marks each list.
pub(super) fn say(components: &mut Components) {
    for name in OPEN {
        if let Some(RefOr::T(Schema::Object(codes))) = components.schemas.get_mut(name) {
            let about = codes.description.take().unwrap_or_default();
            codes.description = Some(format!("{about} {SAID}").trim().to_owned());
            codes.extensions = Some(ExtensionsBuilder::new().add("x-open", true).build());
        }
    }
}
