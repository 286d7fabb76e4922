//! Position in a paged list: page size, page number, and links to the other pages.
//!
//! Promise: the next page starts where this one ended, even if rows were added meanwhile. The previous page is the one
//! that was shown before; the first page too, where the list is read as of a version. Each page's address contains the
//! start positions of the pages before it. Not here: the rows of a list and their order.

use std::borrow::Borrow;
use std::fmt::Write as _;

use sync_core::time::Instant;

use super::query::PageQuery;
use crate::flow::as_of::Start;
use crate::store::Total;
use crate::web::language::Language;
use crate::web::url::encoded;

/// How many rows a page may have.
const SIZES: [u32; 3] = [20, 50, 100];
/// How many, unless something else is chosen.
const SIZE: u32 = 50;
/// How many start positions of previous pages an address contains; beyond them, the link leads to the first page.
const REMEMBERED: usize = 40;
/// Reported as ignored if the position is unreadable.
const PAGE: (&str, &str) = ("页码", "page");
/// Separator of start positions; occurs in none of them.
const BETWEEN: char = '~';

/// The start position of a page, in its address.
pub trait Cursor {
    /// Whether it is the beginning of the list.
    fn is_first(&self) -> bool {
        false
    }
}

impl<I> Cursor for Start<I> {
    fn is_first(&self) -> bool {
        self.after.is_none()
    }
}

/// For lists with immutable rows: time and id.
impl<I> Cursor for (Instant, I) {}

/// For lists sorted in memory: the last row of the previous page.
impl Cursor for String {}

/// The start position of a page, and those of the pages before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePosition<C> {
    /// The start position; none for the first page.
    pub cursor: Option<C>,
    /// How many rows it has.
    pub size: u32,
    written: String,
    past: Vec<String>,
    number: u32,
}

impl<C: Cursor> PagePosition<C> {
    /// The first page, of this size.
    const fn first(size: u32) -> Self {
        Self { cursor: None, size, written: String::new(), past: Vec::new(), number: 1 }
    }

    /// The first page, because this start position is no longer valid; the reader is informed.
    #[must_use]
    pub fn begun_again(&self, params: &mut PageQuery) -> Self {
        params.ignore(PAGE);
        Self::first(self.size)
    }

    /// The same position in the list that begins at `beginning`, so that links to the first page show it as it was.
    #[must_use]
    pub fn of_list(mut self, beginning: String) -> Self {
        if self.written.is_empty() {
            self.written = beginning;
        }
        self
    }

    /// Reads the position from the query; an unreadable one leads to the first page.
    pub fn read(params: &mut PageQuery, parse: impl Fn(&str) -> Option<C>) -> Self {
        let size = params.read("size", ("每页条数", "rows on a page"), |text| {
            text.parse().ok().filter(|size| SIZES.contains(size))
        });
        let size = size.unwrap_or(SIZE);
        let found = params.read("cursor", PAGE, |text| parse(text).map(|cursor| (cursor, text.to_owned())));
        let Some((cursor, written)) = found else { return Self::first(size) };
        let past = params.plain("past");
        let past: Vec<String> = past.split(BETWEEN).filter(|text| parse(text).is_some()).map(str::to_owned).collect();
        let first = past.first().and_then(|first| parse(first));
        // The previous pages include the first one, unless the address lacks its start position.
        let told = first.as_ref().unwrap_or(&cursor).is_first();
        let fewest = u32::try_from(past.len()).unwrap_or(u32::MAX).saturating_add(if told { 1 } else { 2 });
        let number = params.plain("page").parse().unwrap_or(fewest).max(fewest);
        Self { cursor: Some(cursor), size, written, past, number }
    }

    /// Navigation from here. `path` and `said` form the address of the first page; `said` ends in `&` or is empty.
    /// `shown` is the number of rows here, `next` the start position of the next page, if there is one.
    pub fn pager(&self, path: &str, said: &str, shown: usize, next: Option<&str>, total: Total) -> Pager {
        let of_size = |size: u32| if size == SIZE { String::new() } else { format!("size={size}&") };
        let first = |size: u32| format!("{path}?{said}{}", of_size(size)).trim_end_matches(['?', '&']).to_owned();
        let at = |cursor: &str, past: &[String], number: u32| {
            let mut address = format!("{path}?{said}{}cursor={}&page={number}", of_size(self.size), encoded(cursor));
            if !past.is_empty() {
                let past: Vec<String> = past.iter().map(|cursor| encoded(cursor)).collect();
                // Writing into a text does not fail.
                let _ = write!(address, "&past={}", past.join("~"));
            }
            address
        };
        let before = (self.number > 1).then(|| match self.past.split_last() {
            Some((last, past)) => at(last, past, self.number - 1),
            None => first(self.size),
        });
        let next = next.map(|next| {
            let mut past = self.past.clone();
            past.extend((!self.written.is_empty()).then(|| self.written.clone()));
            let remembered = past.split_at(past.len().saturating_sub(REMEMBERED)).1;
            at(next, remembered, self.number.saturating_add(1))
        });
        let begins = i64::from(self.number - 1) * i64::from(self.size);
        let shown = i64::try_from(shown).unwrap_or(i64::MAX);
        let sizes = SIZES.map(|size| (size, first(size), size == self.size));
        let one_page = before.is_none() && next.is_none();
        Pager {
            from: begins + 1,
            to: begins + shown,
            total: if one_page { Total::Exactly(shown) } else { total },
            before,
            next,
            sizes,
        }
    }
}

/// The footer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// Number of the first row.
    pub from: i64,
    /// Number of the last row.
    pub to: i64,
    /// How many there are.
    pub total: Total,
    /// Address of the page before.
    pub before: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
    /// Sizes of a page, their addresses, and which it is.
    pub sizes: [(u32, String, bool); 3],
}

impl Pager {
    /// The total, and the range shown here.
    pub fn says(&self, language: impl Borrow<Language>) -> String {
        let (from, to) = (self.from, self.to);
        match (*language.borrow(), self.total) {
            (Language::Chinese, Total::AtLeast(total)) => format!("第 {from}–{to} 条，共 {} 条以上", total.max(to)),
            (Language::English, Total::AtLeast(total)) => format!("{from}–{to} of at least {}", total.max(to)),
            (Language::Chinese, Total::Exactly(total)) => format!("第 {from}–{to} 条，共 {} 条", total.max(to)),
            (Language::English, Total::Exactly(total)) => format!("{from}–{to} of {}", total.max(to)),
        }
    }

    /// Whether there is more than the smallest page shows.
    pub fn has_sizes(&self) -> bool {
        self.before.is_some() || self.next.is_some() || self.to > i64::from(SIZES.first().copied().unwrap_or(SIZE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Cursor for u32 {
        fn is_first(&self) -> bool {
            *self == 0
        }
    }

    fn place(query: &str) -> PagePosition<u32> {
        PagePosition::read(&mut PageQuery::parse(query), |text| text.parse().ok())
    }

    fn query(address: &str) -> &str {
        address.split_once('?').map_or("", |(_, query)| query)
    }

    #[test]
    fn from_every_page_one_comes_back_to_the_pages_before() {
        let mut here = place("");
        let mut addresses = vec!["/l?status=open".to_owned()];
        for number in 1..=5_i64 {
            let next = (number * 50).to_string();
            let pager = here.pager("/l", "status=open&", 50, Some(&next), Total::Exactly(300));
            assert_eq!((pager.from, pager.to), ((number - 1) * 50 + 1, number * 50));
            assert_eq!(pager.before.as_ref(), addresses.iter().rev().nth(1).filter(|_| number > 1), "page {number}");
            let address = pager.next.unwrap();
            here = place(query(&address));
            assert_eq!(here.cursor, Some(u32::try_from(number * 50).unwrap()));
            addresses.push(address);
        }
        let last = here.pager("/l", "status=open&", 50, None, Total::Exactly(300));
        assert_eq!((&last.next, last.says(Language::Chinese).as_str()), (&None, "第 251–300 条，共 300 条"));
    }

    #[test]
    fn the_first_page_of_a_list_that_is_read_as_it_was_is_led_back_to() {
        let mut here = place("").of_list("0".to_owned());
        for number in 1..=3_i64 {
            let next = here.pager("/l", "", 50, Some(&(number * 50).to_string()), Total::Exactly(200)).next.unwrap();
            here = place(query(&next));
        }
        for number in (1..=3_i64).rev() {
            let before = here.pager("/l", "", 50, None, Total::Exactly(200)).before.unwrap();
            here = place(query(&before));
            let pager = here.pager("/l", "", 50, None, Total::Exactly(200));
            assert_eq!(pager.from, (number - 1) * 50 + 1, "{before}");
            assert_eq!(here.cursor.map(i64::from), Some((number - 1) * 50), "{before}");
        }
        assert_eq!(here.pager("/l", "", 50, Some("50"), Total::Exactly(200)).before, None);
    }

    #[test]
    fn what_cannot_be_read_is_the_first_page() {
        for wrong in ["cursor=x&page=7&past=1~2", "page=3", "past=1", "size=1000"] {
            assert_eq!(place(wrong), place(""), "{wrong}");
        }
        assert_eq!(place("size=20").size, 20);
        assert_eq!(place("cursor=9&past=x~1").number, 3);
        assert_eq!(place("").pager("/l", "", 3, None, Total::Exactly(7)).says(Language::English), "1–3 of 3");
        let deep = place(&format!("cursor=9&page=4294967295&past={}", "1~".repeat(5000)));
        let next = deep.pager("/l", "", 50, Some("10"), Total::AtLeast(10_000)).next.unwrap();
        assert!(next.len() < 300, "an address stays short: {}", next.len());
    }
}
