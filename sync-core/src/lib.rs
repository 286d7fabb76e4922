//! The shared core of Palm: everything on which a phone and the server must agree.
//!
//! Promise: same input, same output, on every machine. No network, async, clock or randomness: keys, times, ids and
//! salts are arguments. Not here: storage (only with the feature `device`), transport, rendering.

pub mod case;
pub mod case_record;
pub mod certificate;
pub mod change;
pub mod code;
pub mod codec;
pub mod decimal;
pub mod decision;
#[cfg(feature = "device")]
pub mod device;
pub mod evidence;
pub mod facts;
pub mod id;
pub mod law;
pub mod lead;
pub mod lease;
#[cfg(feature = "device")]
pub mod link;
pub mod log;
pub mod message;
pub mod money;
pub mod op;
pub mod plan;
pub mod receipt;
pub mod role;
pub mod schema;
#[cfg(feature = "device")]
pub mod session;
pub mod sign;
pub mod strokes;
pub mod time;
pub mod value;
pub mod when;
