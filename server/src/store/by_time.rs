//! Keyset pagination for lists that are ordered by an immutable time.
//!
//! Promise: the order is total, by time and then by id. Rows are only added and their time never changes, so the next
//! page starts where the last one ended. Not here: lists whose rows move (`flow::as_of`).

use sync_core::time::Instant;

/// Order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// A page of such a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimePage {
    /// The order.
    pub order: TimeOrder,
    /// Start of the page; rows after this position only.
    pub after: Option<(Instant, [u8; 16])>,
    /// Rows on a page.
    pub limit: u32,
}

impl TimePage {
    /// The first page, the newest first.
    pub const fn newest(limit: u32) -> Self {
        Self { order: TimeOrder::Newest, after: None, limit }
    }

    /// Rows to read: one more than the page shows, to detect another page.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts the rows to the page, and says whether there are more.
    pub fn cut<T>(&self, mut found: Vec<T>) -> (Vec<T>, bool) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        (found, more)
    }
}

/// Keyset condition: rows after a key and an id in an order. The bound on the key is a separate condition, so that the
/// database can seek in the index.
macro_rules! keyset {
    ($query:expr, $after:expr, $key:expr, $id:expr, $beyond:ident, $from:ident, $way:ident) => {{
        let query = match $after {
            Some((key, id)) => {
                let (key, id): (i64, Vec<u8>) = (key, id);
                $query.filter($key.$from(key)).filter($key.$beyond(key).or($id.$beyond(id)))
            }
            None => $query,
        };
        query.order(($key.$way(), $id.$way()))
    }};
}

/// A [`TimePage`] of a query, by these columns.
macro_rules! page_by_time {
    ($query:expr, $page:expr, $at:expr, $id:expr) => {{
        let page: &$crate::store::TimePage = $page;
        let after = page.after.map(|(at, id)| (at.ms(), id.to_vec()));
        let query = match page.order {
            $crate::store::TimeOrder::Newest => $crate::store::by_time::keyset!($query, after, $at, $id, lt, le, desc),
            $crate::store::TimeOrder::Oldest => $crate::store::by_time::keyset!($query, after, $at, $id, gt, ge, asc),
        };
        query.limit(page.rows())
    }};
}

pub(super) use {keyset, page_by_time};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_so_many_rows_and_says_whether_there_is_one_more() {
        let page = TimePage::newest(3);
        assert_eq!((page.rows(), page.cut(vec![1, 2, 3])), (4, (vec![1, 2, 3], false)));
        assert_eq!(page.cut(vec![1, 2, 3, 4]), (vec![1, 2, 3], true));
    }
}
