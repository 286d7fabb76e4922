//! The case schema: names of entities, fields and steps, with labels and types.
//!
//! Promise: one table. Names are part of signed data and never change their meaning; an unknown name is kept and
//! relayed. Names of entities, fields, steps and forms are of different types. `docs/case-schema.md` is generated from
//! the table. Not here: lawful values (`law`), the effect in the fold (`case`).

mod fields;
mod name;
mod page;
#[cfg(test)]
mod tests;

pub use fields::{ENTITIES, FIELDS, STEPS};
pub use name::*;
pub use page::schema_page;

/// Type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// One of these codes.
    Code(&'static [&'static str]),
    /// Any number of these codes, as a list. A single code may also be given as text.
    Codes(&'static [&'static str]),
    /// An integer.
    Int,
    /// Money in fen.
    Fen,
    /// An instant in milliseconds UTC.
    Instant,
    /// A civil date, `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Bool,
    /// A SHA-256 digest, 32 bytes.
    Digest,
}

/// A field of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Kind of entity; `None` is the case itself.
    pub entity: Option<EntityKind>,
    /// Name.
    pub name: FieldName,
    /// What people read, in Chinese.
    pub zh: &'static str,
    /// What people read, in English.
    pub en: &'static str,
    /// Type.
    pub kind: Kind,
}

/// A kind of entity, or a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label<N> {
    /// Name.
    pub name: N,
    /// What people read, in Chinese.
    pub zh: &'static str,
    /// What people read, in English.
    pub en: &'static str,
}

/// Fields that contain the SHA-256 of a file. The file is evidence of the case, whichever entity has the field.
pub const EVIDENCE_FIELDS: [FieldName; 3] = [DIGEST, PAPER_PHOTO, STROKES];

/// Code of [`NUMBER_SOURCE`]: the phone's own range.
pub const BLOCK: &str = "block";

/// The field `name` of entities of the kind `entity`; `None` is the case itself.
pub fn field(entity: Option<&EntityKind>, name: &FieldName) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.entity.as_ref() == entity && field.name == *name)
}

/// The row of a table of names.
pub fn named<'a, N: PartialEq>(table: &'a [Label<N>], name: &N) -> Option<&'a Label<N>> {
    table.iter().find(|label| label.name == *name)
}

/// Forms of decisions.
pub const DECISIONS: [FormName; 2] = [SPOT_DECISION, PENALTY_DECISION];
/// Forms whose procedure this version has. A document of another form is refused when it is saved.
pub const BUILT_FORMS: [FormName; 5] =
    [SPOT_DECISION, INTERVIEW_RECORD, SCENE_RECORD, CORRECTION_ORDER, INSPECTION_NOTICE];
