//! Paging of lists: page size and start.

use sync_core::id::{TenantId, hex};
use sync_core::time::Instant;

use crate::flow::refusal::{Refusal, Refused};
use crate::store::TimePage;

/// The permitted page sizes of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// The default.
    pub usual: u32,
    /// At most.
    pub most: u32,
}

/// The lists that people read.
pub const ROWS: PageSize = PageSize { usual: 50, most: 100 };

/// How many rows a page has.
///
/// # Errors
/// [`Refusal::Malformed`] that names the range, if the size is out of range. It is not adjusted, because a shorter page
/// would look like the last one.
pub fn limit(asked: Option<i64>, PageSize { usual, most }: PageSize) -> Result<u32, Refused> {
    let Some(asked) = asked else { return Ok(usual) };
    let rows = u32::try_from(asked).ok().filter(|rows| (1..=most).contains(rows));
    rows.ok_or_else(|| {
        Refusal::Malformed
            .because(format!("每页条数应为 1 至 {most}。"), format!("A page may have 1 to {most} entries."))
    })
}

/// The cursor after a row of a list that is ordered by time.
pub fn next(at: Instant, id: &[u8; 16]) -> String {
    format!("{}-{}", at.ms(), hex(id))
}

/// Parses the output of [`next`].
///
/// # Errors
/// [`Refusal::WrongCursor`].
pub fn cursor(text: &str) -> Result<(Instant, [u8; 16]), Refusal> {
    let (at, id) = text.split_once('-').ok_or(Refusal::WrongCursor)?;
    let at = at.parse().map_err(|_not_a_number| Refusal::WrongCursor)?;
    // A row's id is as long as a tenant's.
    let id: TenantId = id.parse().map_err(|_not_an_id| Refusal::WrongCursor)?;
    Ok((Instant::from_ms(at), *id.bytes()))
}

/// The requested page of a list that is ordered by time, the newest first.
///
/// # Errors
/// [`Refusal::Malformed`] for a size out of range; [`Refusal::WrongCursor`].
pub fn time_page(asked: Option<i64>, after: Option<&str>) -> Result<TimePage, Refused> {
    let rows = limit(asked, ROWS)?;
    Ok(TimePage { after: after.map(cursor).transpose()?, ..TimePage::newest(rows) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is() {
        let place = (Instant::from_ms(1_795_363_200_000), [7; 16]);
        assert_eq!(cursor(&next(place.0, &place.1)), Ok(place));
        for wrong in ["", "5", "-", "x-07", "5-07"] {
            assert_eq!(cursor(wrong), Err(Refusal::WrongCursor), "{wrong}");
        }
    }

    #[test]
    fn a_page_has_what_is_asked_for_within_its_range_and_says_the_range_outside_of_it() {
        assert_eq!([None, Some(1), Some(100)].map(|asked| limit(asked, ROWS).unwrap()), [50, 1, 100]);
        for outside in [0, -1, 101, i64::MIN, i64::MAX] {
            let refused = limit(Some(outside), ROWS).unwrap_err();
            assert_eq!(refused.refusal, Refusal::Malformed, "{outside}");
            assert!(refused.en.unwrap().contains("1 to 100") && refused.zh.unwrap().contains("1 至 100"), "{outside}");
        }
    }
}
