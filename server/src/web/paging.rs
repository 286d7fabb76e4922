//! Pages of lists: how many rows one has, and where it begins.

use sync_core::id::{TenantId, hex};
use sync_core::time::Instant;

use crate::flow::refusal::Refusal;
use crate::store::TimePage;

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;

/// How many rows a page has.
pub fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE)
}

/// The cursor after a row of a list that is ordered by time.
pub fn next(at: Instant, id: &[u8; 16]) -> String {
    format!("{}-{}", at.ms(), hex(id))
}

/// Reads what [`next`] wrote.
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

/// The page that a query asks for of a list that is ordered by time, the newest first.
///
/// # Errors
/// [`Refusal::WrongCursor`].
pub fn time_page(asked: Option<u32>, after: Option<&str>) -> Result<TimePage, Refusal> {
    Ok(TimePage { after: after.map(cursor).transpose()?, ..TimePage::newest(limit(asked)) })
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
        assert_eq!([limit(None), limit(Some(0)), limit(Some(1_000_000))], [50, 1, 100]);
    }
}
