//! What the API and the console both show: domain values as wire types and files.
//!
//! Promise: pure conversions; personal data is masked for readers who may not see it. Not here: HTTP (`web`), HTML
//! (`console`).

pub mod agency;
pub mod allowance;
mod author;
pub mod case;
pub mod case_export;
pub mod case_record;
pub mod change;
pub mod elsewhere;
pub mod label;
pub mod register;
pub mod register_event;
pub mod spreadsheet;
