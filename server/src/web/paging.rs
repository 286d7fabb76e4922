//! Cursors of lists that are ordered by time: the time and the id of the last row shown.

use std::str::FromStr;

use sync_core::id::TenantId;
use sync_core::time::Instant;

use crate::flow::refusal::Refusal;

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;

/// How many rows a page has.
pub fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE)
}

/// The cursor after a row.
pub fn next(at: Instant, id: impl std::fmt::Display) -> String {
    format!("{}-{id}", at.ms())
}

/// Reads what [`next`] wrote.
///
/// # Errors
/// [`Refusal::WrongCursor`].
pub fn cursor<I: FromStr>(text: &str) -> Result<(Instant, I), Refusal> {
    let (at, id) = text.split_once('-').ok_or(Refusal::WrongCursor)?;
    let at = at.parse().map_err(|_not_a_number| Refusal::WrongCursor)?;
    Ok((Instant::from_ms(at), id.parse().map_err(|_not_an_id| Refusal::WrongCursor)?))
}

/// Reads a cursor of a list of leads.
///
/// # Errors
/// [`Refusal::WrongCursor`].
pub fn lead_cursor(text: &str) -> Result<(Instant, [u8; 16]), Refusal> {
    // A lead's id is as long as a tenant's.
    cursor::<TenantId>(text).map(|(at, id)| (at, *id.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::id::CaseId;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is() {
        let place = (Instant::from_ms(1_795_363_200_000), CaseId::new([7; 32]));
        assert_eq!(cursor(&next(place.0, place.1)), Ok(place));
        for wrong in ["", "5", "-", "x-07", "5-07"] {
            assert_eq!(cursor::<CaseId>(wrong), Err(Refusal::WrongCursor), "{wrong}");
        }
        assert_eq!([limit(None), limit(Some(0)), limit(Some(1_000_000))], [50, 1, 100]);
    }
}
