//! Times of last change and opening of the indexed cases, by position; they define the order of the list.
//!
//! Promise: 16 bytes for each of [`SPAN`] positions, in one row, so many cases are sorted without reading them. Bytes
//! that this program never wrote are refused.

use sync_core::time::Instant;

/// Positions in a row: an integral part of a block.
pub const SPAN: i64 = 512;

/// Times of one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When its newest change was stored.
    pub updated: Instant,
    /// When its first change was stored.
    pub opened: Instant,
}

/// The row of a position, and its index in the row.
pub fn locate(place: i64) -> (i64, usize) {
    (place.div_euclid(SPAN), usize::try_from(place.rem_euclid(SPAN)).unwrap_or_default())
}

/// Times of the positions in a row, up to the last with a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moments(Vec<[u8; 16]>);

impl Moments {
    /// Reads the output of [`Moments::to_bytes`]; none for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (each, []) = bytes.as_chunks::<16>() else { return None };
        i64::try_from(each.len()).is_ok_and(|places| places <= SPAN).then(|| Self(each.to_vec()))
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.as_flattened().to_vec()
    }

    /// The times at this position in the row; none if it is empty.
    pub fn get(&self, within: usize) -> Option<Moment> {
        let (halves, _) = self.0.get(within)?.as_chunks::<8>();
        let [updated, opened] = halves else { return None };
        let read = |half: &[u8; 8]| Instant::from_ms(i64::from_be_bytes(*half));
        Some(Moment { updated: read(updated), opened: read(opened) })
    }

    /// Replaces the times at a position.
    pub fn put(&mut self, within: usize, moment: Moment) {
        if within >= self.0.len() {
            self.0.resize(within + 1, [0; 16]);
        }
        if let Some(there) = self.0.get_mut(within) {
            let halves = [moment.updated, moment.opened].map(|at| at.ms().to_be_bytes());
            there.copy_from_slice(halves.as_flattened());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(updated: i64, opened: i64) -> Moment {
        Moment { updated: Instant::from_ms(updated), opened: Instant::from_ms(opened) }
    }

    #[test]
    fn what_was_put_is_read_at_its_place_and_nothing_beyond_it() {
        let mut moments = Moments::default();
        moments.put(511, moment(i64::MAX, -1));
        moments.put(3, moment(1, 2));
        moments.put(3, moment(5, 2));
        let read = Moments::read(&moments.to_bytes()).unwrap();
        assert_eq!((read.get(3), read.get(511), read.get(512)), (Some(moment(5, 2)), Some(moment(i64::MAX, -1)), None));
        assert_eq!(Moments::read(&[]).unwrap().get(0), None);
    }

    #[test]
    fn a_row_has_512_places_and_not_one_more() {
        assert!(Moments::read(&[0; 512 * 16]).is_some());
        assert!(Moments::read(&[0; 513 * 16]).is_none() && Moments::read(&[0; 15]).is_none());
        assert_eq!([511, 512, -1].map(locate), [(0, 511), (1, 0), (-1, 511)]);
    }
}
