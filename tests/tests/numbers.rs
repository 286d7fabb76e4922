//! Scaling tests: ratios within one run instead of times.
//!
//! A separate program, so it runs while no other test does: the server's CPU time is compared with that of the same
//! server a moment later.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

#[path = "numbers/growth.rs"]
mod growth;
#[path = "numbers/ratios.rs"]
mod ratios;
