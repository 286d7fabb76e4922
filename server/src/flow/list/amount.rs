//! Amounts of money as offices write them: `5000`, `5,000.00元`, `0.5万元`, `2万`.

use sync_core::money::Fen;
use table::{Cell, Fault};

/// Fen in ten thousand yuan.
const WAN: i64 = 10_000;

/// The amount of a cell.
///
/// # Errors
/// As [`table::text`]; the text where it is no amount.
pub(super) fn amount(cell: Option<&Cell>) -> Result<Result<Fen, String>, Fault> {
    let text = table::text(cell)?;
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.trim_start_matches(['¥', '￥']).trim_end_matches('元');
    let (number, times) = plain.strip_suffix('万').map_or((plain, 1), |number| (number, WAN));
    // Ten thousand times an amount with four decimals is still whole fen.
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let parsed = if times == 1 { Fen::parse_yuan(number).ok() } else { wan(whole, decimals) };
    Ok(parsed.ok_or(text))
}

fn wan(whole: &str, decimals: &str) -> Option<Fen> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || decimals.len() > 6 || !(decimals.is_empty() || digits(decimals)) {
        return None;
    }
    let padded = format!("{decimals:0<6}");
    let fen = whole.parse::<i64>().ok()?.checked_mul(WAN * 100)?.checked_add(padded.parse::<i64>().ok()?)?;
    Fen::new(fen).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_and_ten_thousands_of_yuan_are_read_exactly_and_nothing_else() {
        let read = |text: &str| amount(Some(&Cell::Text(text.into()))).unwrap().map(Fen::get).ok();
        assert_eq!(read("5000"), Some(500_000));
        assert_eq!(read("5,000.00 元"), Some(500_000));
        assert_eq!(read("￥3000.01"), Some(300_001));
        assert_eq!(read("0.5万元"), Some(500_000));
        assert_eq!(read("２万"), Some(2_000_000));
        assert_eq!(read("0.000001万"), Some(1));
        for wrong in ["五千", "0.0000001万", "-1", "5000以下", "万", "1.万.", "99999999999999999万"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(amount(None), Err(Fault::Empty));
    }
}
