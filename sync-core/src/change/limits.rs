//! Limits of a change, counted in decoded items and not only in bytes.
//!
//! Promise: [`within`] is called before a save is sealed and before a received change is decoded, so a phone never
//! saves a change that a server would not read. It decodes nothing itself. An item is an integer, a string, a truth
//! value, `null`, an array or a map; an array or a map counts itself and its content. An item takes about forty bytes
//! of memory, whatever its size on the wire.

use crate::codec::{CodecError, Reader};

/// Most items of a change outside its values: of header, operations and what stands around the values.
pub const MAX_ITEMS: usize = 10_000;
/// Most items inside one value. Handwriting has up to 30,000.
pub const MAX_VALUE_ITEMS: usize = 32_768;
/// Most items inside all values of a change: four of the largest.
pub const MAX_ITEMS_OF_VALUES: usize = 4 * MAX_VALUE_ITEMS;

/// More than is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Outside the values.
    #[error("more than {MAX_ITEMS} items outside the values")]
    Items,
    /// Inside one value.
    #[error("more than {MAX_VALUE_ITEMS} items in the value of operation {0}")]
    OfValue(u32),
    /// Inside all values together.
    #[error("more than {MAX_ITEMS_OF_VALUES} items in all values together")]
    OfValues,
}

/// Why a change is not taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotWithin {
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Unreadable(CodecError),
}

impl From<CodecError> for NotWithin {
    fn from(error: CodecError) -> Self {
        if error == CodecError::TooMany { Self::TooMany(TooMany::Items) } else { Self::Unreadable(error) }
    }
}

/// Whether header, operations and values may be taken apart, and how many items they are outside the values.
pub(super) fn within(header: &[u8], ops: &[u8], values: Option<&[u8]>) -> Result<usize, NotWithin> {
    let (mut left, mut inside) = (MAX_ITEMS, MAX_ITEMS_OF_VALUES);
    for part in [header, ops] {
        Reader::whole(part, |reader| reader.pass(&mut left))?;
    }
    if let Some(values) = values {
        Reader::whole(values, |reader| of_values(reader, &mut left, &mut inside))?;
    }
    Ok(MAX_ITEMS - left)
}

/// `[secret or null, [[index, salt or null, value], …]]`.
fn of_values(reader: &mut Reader<'_>, left: &mut usize, inside: &mut usize) -> Result<(), NotWithin> {
    one(left)?;
    reader.tuple(2, |reader| {
        reader.pass(left)?;
        one(left)?;
        reader.list(|reader| {
            one(left)?;
            reader.tuple(3, |reader| {
                one(left)?;
                let index = reader.uint32()?;
                reader.pass(left)?;
                of_value(reader, index, inside)
            })
        })?;
        Ok(())
    })
}

/// Counts one item.
fn one(left: &mut usize) -> Result<(), TooMany> {
    *left = left.checked_sub(1).ok_or(TooMany::Items)?;
    Ok(())
}

fn of_value(reader: &mut Reader<'_>, index: u32, inside: &mut usize) -> Result<(), NotWithin> {
    let most = MAX_VALUE_ITEMS.min(*inside);
    let mut left = most;
    let passed = reader.pass(&mut left);
    if passed == Err(CodecError::TooMany) {
        return Err(if most < MAX_VALUE_ITEMS { TooMany::OfValues } else { TooMany::OfValue(index) }.into());
    }
    *inside -= most - left;
    Ok(passed?)
}
