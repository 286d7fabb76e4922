//! The size of changes, as ceilings count it.

use crate::change::Header;
use crate::codec::Reader;
use crate::value::Value;

/// Items of a header beside its deps; of a few it has less.
const HEADER_ITEMS: usize = 40;
/// Items around a value.
const AROUND_A_VALUE: usize = 4;
/// Bytes of memory that an item takes, give or take some.
const ITEM_BYTES: usize = 48;
/// Bytes of memory that a change takes beside its items and bytes.
const CHANGE_BYTES: usize = 1024;

/// So many changes, items and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Changes.
    pub changes: usize,
    /// Items that are decoded, those inside of values too.
    pub items: usize,
    /// Bytes as they travel, give or take what stands around the parts.
    pub bytes: usize,
}

impl Size {
    pub(super) fn of<'a>(header: &Header, ops: &[u8], sign1: usize, values: impl Iterator<Item = &'a Value>) -> Self {
        let mut left = usize::MAX;
        // They were read before.
        let _ = Reader::new(ops).pass(&mut left);
        let mut size = Self {
            changes: 1,
            items: HEADER_ITEMS + header.deps.len() + (usize::MAX - left),
            bytes: sign1 + ops.len(),
        };
        for value in values {
            size.items += AROUND_A_VALUE;
            size.count(value);
        }
        size
    }

    fn count(&mut self, value: &Value) {
        self.items += 1;
        self.bytes += 1;
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Int(_) => self.bytes += 4,
            Value::Decimal(_) => {
                self.items += 3;
                self.bytes += 9;
            }
            Value::Bytes(bytes) => self.bytes += 4 + bytes.len(),
            Value::Text(text) => self.bytes += 4 + text.len(),
            Value::List(items) => items.iter().for_each(|item| self.count(item)),
        }
    }

    /// About how many bytes of memory they take, taken apart.
    pub const fn memory(self) -> usize {
        self.bytes
            .saturating_mul(2)
            .saturating_add(self.items.saturating_mul(ITEM_BYTES))
            .saturating_add(self.changes.saturating_mul(CHANGE_BYTES))
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            changes: self.changes.saturating_add(other.changes),
            items: self.items.saturating_add(other.items),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// Without `part` of it.
    #[must_use]
    pub const fn less(self, part: Self) -> Self {
        Self {
            changes: self.changes.saturating_sub(part.changes),
            items: self.items.saturating_sub(part.items),
            bytes: self.bytes.saturating_sub(part.bytes),
        }
    }

    /// Whether it is within `ceiling` in each respect.
    pub const fn fits(self, ceiling: Self) -> bool {
        self.changes <= ceiling.changes && self.items <= ceiling.items && self.bytes <= ceiling.bytes
    }
}

impl std::iter::Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), Self::plus)
    }
}
