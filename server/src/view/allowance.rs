//! Bounds the size of an answer about one case.
//!
//! Promise: an answer is bounded in bytes, whatever a case contains. An item that does not fit is left out as a whole,
//! and the answer states how many items there are. A normal case is far below the bound.

use std::cell::Cell;

use sync_core::value::Value;

/// Bytes of one answer, give or take names and marks.
pub const ANSWER: usize = 8 << 20;
/// Bytes of an item beside its content: ids, labels, author.
pub const THING: usize = 700;

/// The bytes that are left.
#[derive(Debug)]
pub struct Allowance {
    left: Cell<usize>,
    left_out: Cell<u32>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: Cell::new(ANSWER), left_out: Cell::new(0) }
    }
}

impl Allowance {
    /// Whether an item with this many bytes of content fits; it is then reserved, otherwise counted as left out.
    pub fn takes(&self, says: usize) -> bool {
        let left = self.left.get().checked_sub(says.saturating_add(THING));
        match left {
            Some(left) => self.left.set(left),
            None => self.left_out.set(self.left_out.get().saturating_add(1)),
        }
        left.is_some()
    }

    /// How many items were left out.
    pub fn left_out(&self) -> u32 {
        self.left_out.get()
    }
}

/// About how many bytes a value takes as JSON.
pub fn json_bytes(value: Option<&Value>) -> usize {
    match value {
        None | Some(Value::Null | Value::Bool(_)) => 5,
        Some(Value::Int(_)) => 8,
        Some(Value::Decimal(_)) => 22,
        Some(Value::Bytes(bytes)) => 2 * bytes.len(),
        Some(Value::Text(text)) => text.len(),
        Some(Value::List(items)) => items.iter().map(|item| json_bytes(Some(item)) + 1).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_to_the_last_byte_is_taken_and_the_rest_is_counted() {
        let allowance = Allowance::default();
        assert!(allowance.takes(ANSWER - 2 * THING));
        assert!(!allowance.takes(1), "one past it");
        assert!(allowance.takes(0));
        assert!(!allowance.takes(0));
        assert_eq!(allowance.left_out(), 2);
    }

    #[test]
    fn a_value_is_about_as_long_as_its_json() {
        let value = Value::List(vec![Value::Int(1_234), Value::text("巫峡"), Value::Bytes(vec![1; 32])]);
        let written = super::super::label::json(Some(&value)).to_string().len();
        assert!(json_bytes(Some(&value)).abs_diff(written) < 16, "{written}");
    }
}
