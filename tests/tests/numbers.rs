//! What must not grow faster than what it is about, as ratios within one run: nothing here is a time.
//!
//! A program of its own, so that it runs while no other test does: what a server spends is compared with what the
//! same server spends a moment later.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

#[path = "numbers/growth.rs"]
mod growth;
#[path = "numbers/ratios.rs"]
mod ratios;
