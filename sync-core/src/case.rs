//! A case is a grow-only set of changes; its state is a pure fold of that set.
//!
//! Promise: [`fold`] depends only on the set: not on order, repetition, clocks or transport. Two replicas with the same
//! set compute the same [`CaseState`] and the same [`CaseState::hash`]. Merging is set union. A value dies only by an
//! admitted operation that reaches it through replaces-edges, so a concurrent write never removes it. A change of an
//! officer who takes no part in the case has no effect and is no head until a verdict admits it. Not here: what the
//! register says about an author (`plan`), whether a change is lawful (`law`).

mod field;
mod fold;
mod form;
mod graph;
mod part;
mod state;
mod survey;
mod timeline;

pub use fold::fold;
pub(crate) use fold::fold_survey;
pub use form::FormBreach;
pub use graph::Graph;
pub(crate) use part::Inside;
pub use part::{BY_HEAD, Quarantine, taking_part};
pub use state::{
    Author, CaseState, Decision, Entity, FOLD_VERSION, FieldState, GivenNumber, LiveValue, Opening, Participant,
    ReadStep, Signed, Step, StepCorrection, Verdict, Withdrawal,
};
pub(crate) use survey::{Survey, brings};
pub use timeline::{NotInTime, Timeline};

use crate::id::ChangeId;
use crate::sign::Tag;
use crate::value::Value;

const BASIS: Tag = Tag("palm/v1/basis");

/// The basis of a decision: the hash of the case's heads, which include verdicts. It is the `ETag` of a case.
pub fn basis<'a>(heads: impl IntoIterator<Item = &'a ChangeId>) -> crate::id::Digest {
    let parts: Vec<&[u8]> = heads.into_iter().map(|head| head.bytes().as_slice()).collect();
    BASIS.hash(&parts)
}

/// The decision that closes a case.
pub const CLOSED: &str = "closed";

/// Whether the case is closed.
pub fn is_closed(state: &CaseState) -> bool {
    state.decisions.iter().any(|decision| decision.decision == CLOSED)
}

/// A place as a value: latitude and longitude in 10⁻⁷ degree (WGS 84), accuracy in metres.
pub fn place(latitude_e7: i64, longitude_e7: i64, accuracy_m: i64) -> Value {
    Value::List(vec![Value::Int(latitude_e7), Value::Int(longitude_e7), Value::Int(accuracy_m)])
}

/// The value of a `Resolve`: the chosen value and the reason.
pub fn resolution(value: Value, reason: &str) -> Value {
    Value::List(vec![value, Value::text(reason)])
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
