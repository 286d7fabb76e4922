//! What Palm promises, held against the real binary over HTTP, on both databases.
//!
//! One module for each subject; a test is a sentence. `bash tests/run.sh` runs them with a PostgreSQL of their own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on ends here")]

#[path = "acceptance/alarm.rs"]
mod alarm;
#[path = "acceptance/batch.rs"]
mod batch;
#[path = "acceptance/casework.rs"]
mod casework;
#[path = "acceptance/convergence.rs"]
mod convergence;
#[path = "acceptance/document.rs"]
mod document;
#[path = "acceptance/evidence.rs"]
mod evidence;
#[path = "acceptance/form.rs"]
mod form;
#[path = "acceptance/handset.rs"]
mod handset;
#[path = "acceptance/hostile.rs"]
mod hostile;
#[path = "acceptance/identity.rs"]
mod identity;
#[path = "acceptance/kill.rs"]
mod kill;
#[path = "acceptance/layers.rs"]
mod layers;
#[path = "acceptance/reach.rs"]
mod reach;
#[path = "acceptance/revocation.rs"]
mod revocation;
