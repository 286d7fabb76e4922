//! What the API and the console both show: domain values as wire types and files.
//!
//! Promise: pure conversions; what identifies a person is hidden from those who may not see it.
//! Not here: HTTP (`web`), HTML (`console`).

pub mod allowance;
mod author;
pub mod case;
pub mod case_export;
pub mod change;
pub mod elsewhere;
pub mod label;
pub mod record;
pub mod spreadsheet;
