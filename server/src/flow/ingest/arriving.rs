//! How many bytes of pushes there may be before they are taken apart.
//!
//! Promise: what is being read and what waits for its turn is bounded, for all phones together and for each, so that
//! neither many phones at once nor one that sends much and ends nothing takes the memory of the others. Who is over the
//! bound is told to come back. Not here: how many are taken apart at one time (`super::ROOM_KIB`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sync_core::id::DeviceId;

use crate::flow::refusal::Refusal;

/// Bytes of all phones: a hundred phones that come home at once with half a megabyte each.
const ALL_BYTES: usize = 64 << 20;
/// Bytes of one phone: two of the longest pushes, for one whose link broke and who sends again.
const PHONE_BYTES: usize = 8 << 20;

/// The bytes that are there.
#[derive(Debug, Default)]
struct Counted {
    all: usize,
    phones: HashMap<DeviceId, usize>,
}

/// Counts for all phones.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals(Arc<Mutex<Counted>>);

impl Arrivals {
    /// A push of this phone of which nothing has come yet.
    pub(super) fn begin(&self, phone: DeviceId) -> Arriving {
        Arriving { counted: Arc::clone(&self.0), phone, bytes: 0 }
    }
}

/// One push that is coming in; its bytes count until this is dropped.
#[derive(Debug)]
pub struct Arriving {
    counted: Arc<Mutex<Counted>>,
    phone: DeviceId,
    bytes: usize,
}

impl Arriving {
    /// So many more bytes have come.
    ///
    /// # Errors
    /// [`Refusal::Busy`] where there is no room for them; nothing is counted then.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let Counted { all, phones } = &mut *counted;
        let theirs = phones.entry(self.phone).or_default();
        if *all + bytes > ALL_BYTES || *theirs + bytes > PHONE_BYTES {
            return Err(Refusal::Busy);
        }
        *all += bytes;
        *theirs += bytes;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.all -= self.bytes;
        if let Some(theirs) = counted.phones.get_mut(&self.phone) {
            *theirs -= self.bytes;
            if *theirs == 0 {
                counted.phones.remove(&self.phone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: u8) -> DeviceId {
        DeviceId::new([number; 16])
    }

    #[test]
    fn a_phone_has_room_for_two_of_the_longest_pushes_and_not_for_a_byte_more() {
        let arrivals = Arrivals::default();
        let mut first = arrivals.begin(phone(1));
        first.grow(PHONE_BYTES / 2).unwrap();
        let mut second = arrivals.begin(phone(1));
        second.grow(PHONE_BYTES / 2).unwrap();
        assert_eq!(second.grow(1), Err(Refusal::Busy));
        assert_eq!(arrivals.begin(phone(1)).grow(1), Err(Refusal::Busy));
        arrivals.begin(phone(2)).grow(PHONE_BYTES).unwrap();
        drop(first);
        second.grow(PHONE_BYTES / 2).unwrap();
        assert_eq!(second.grow(1), Err(Refusal::Busy));
    }

    #[test]
    fn all_phones_have_room_for_so_much_and_not_for_a_byte_more() {
        let arrivals = Arrivals::default();
        let full: Vec<Arriving> = (1..=8)
            .map(|number| {
                let mut arriving = arrivals.begin(phone(number));
                arriving.grow(ALL_BYTES / 8).unwrap();
                arriving
            })
            .collect();
        assert_eq!(arrivals.begin(phone(9)).grow(1), Err(Refusal::Busy));
        drop(full);
        arrivals.begin(phone(9)).grow(1).unwrap();
        assert!(arrivals.0.lock().unwrap().phones.is_empty(), "nothing is left of who is done");
    }
}
