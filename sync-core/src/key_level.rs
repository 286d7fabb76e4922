//! How well a phone says that it protects a key (evidence level).
//!
//! Promise: the level is what the phone stated at enrolment. Nothing raises it later. Not here: whether it is true; no
//! decision depends on it.

use crate::code::codes;

codes! {
    /// What a phone states about the protection of a key.
    pub enum KeyLevel {
        /// A security chip of its own (StrongBox, Secure Enclave).
        HwStrong = "hw_strong",
        /// The trusted execution environment of the processor.
        Hw = "hw",
        /// A keystore in software.
        Soft = "soft",
        /// Nothing is stated.
        None = "none",
    }
}
