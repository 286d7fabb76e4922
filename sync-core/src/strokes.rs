//! The strokes of a handwritten signature, as numbers.
//!
//! Promise: one encoding, normative in `docs/encoding.md`; decoded strokes are within bounds and can be drawn; anything
//! else is refused as a whole. Not here: who signed, which people judge.

use crate::codec::{CodecError, Reader};
use crate::value::Value;

/// The longest encoding, in bytes.
pub const LONGEST: usize = 256 << 10;
/// The most numbers: 10,000 points and lifts of the pen.
const NUMBERS: usize = 30_000;
/// The farthest place to the right or down, in hundredths of a millimetre: 300 mm.
const FARTHEST: i64 = 30_000;
/// The longest time from the first touch, in milliseconds: ten minutes.
const LATEST: i64 = 600_000;
/// Stands in both places of a point where the pen was lifted.
const LIFTED: i64 = -1;

/// Where the pen was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// To the right, in hundredths of a millimetre, `0 ..= 30,000`.
    pub x: i64,
    /// Down, in hundredths of a millimetre, `0 ..= 30,000`.
    pub y: i64,
    /// Milliseconds since the first touch.
    pub at_ms: i64,
}

/// What a signature left: strokes in the order in which they were made, none of them empty.
///
/// ```
/// use sync_core::strokes::Strokes;
/// use sync_core::value::Value;
///
/// // x, y and milliseconds, three and three; -1 and -1 behind a point where the pen was lifted.
/// let pen = [100, 100, 0, 900, 120, 40, -1, -1, 40, 500, 700, 300];
/// let strokes = Strokes::from_value(&Value::List(pen.map(Value::Int).to_vec())).unwrap();
/// assert_eq!(strokes.lines().iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strokes(Vec<Vec<Point>>);

/// These are no strokes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStrokes {
    /// More bytes or numbers than there may be.
    #[error("strokes have at most {LONGEST} bytes and {NUMBERS} numbers")]
    TooMany,
    /// Not the one encoding of a value.
    #[error(transparent)]
    Encoding(#[from] CodecError),
    /// Not a list of numbers, three and three.
    #[error("strokes are a flat list of integers x, y, ms, …, at least one point")]
    Shape,
    /// A place or a time that cannot be.
    #[error(
        "x and y are 0 to {FARTHEST} hundredths of a millimetre, or -1 and -1 behind a point where the pen was lifted; \
         times are 0 to {LATEST} ms and never fall"
    )]
    Place,
}

impl Strokes {
    /// Reads the bytes of a piece of evidence.
    ///
    /// # Errors
    /// [`NotStrokes`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotStrokes> {
        if bytes.len() > LONGEST {
            return Err(NotStrokes::TooMany);
        }
        // Counted before anything is made of it: the list itself and its numbers.
        let counted = Reader::whole(bytes, |reader| reader.pass(&mut (NUMBERS + 1)));
        counted.map_err(|error| if error == CodecError::TooMany { NotStrokes::TooMany } else { error.into() })?;
        Self::from_value(&Reader::whole(bytes, Value::read)?)
    }

    /// Reads the value that a signature carries.
    ///
    /// # Errors
    /// [`NotStrokes`].
    pub fn from_value(value: &Value) -> Result<Self, NotStrokes> {
        let items = value.as_list().ok_or(NotStrokes::Shape)?;
        if items.len() > NUMBERS {
            return Err(NotStrokes::TooMany);
        }
        let numbers: Option<Vec<i64>> = items.iter().map(Value::as_int).collect();
        let numbers = numbers.ok_or(NotStrokes::Shape)?;
        let (points, []) = numbers.as_chunks::<3>() else { return Err(NotStrokes::Shape) };
        let (mut strokes, mut open, mut last_ms) = (Vec::new(), Vec::new(), 0);
        for &[x, y, at_ms] in points {
            if !(last_ms..=LATEST).contains(&at_ms) {
                return Err(NotStrokes::Place);
            }
            last_ms = at_ms;
            let there = 0..=FARTHEST;
            if there.contains(&x) && there.contains(&y) {
                open.push(Point { x, y, at_ms });
            } else if (x, y) == (LIFTED, LIFTED) && !open.is_empty() {
                strokes.push(std::mem::take(&mut open));
            } else {
                return Err(NotStrokes::Place);
            }
        }
        if !open.is_empty() {
            strokes.push(open);
        }
        if strokes.is_empty() { Err(NotStrokes::Shape) } else { Ok(Self(strokes)) }
    }

    /// The strokes, each from touch to lift.
    pub fn lines(&self) -> &[Vec<Point>] {
        &self.0
    }

    /// The smallest and the largest place: `[left, top, right, bottom]`.
    pub fn bounds(&self) -> [i64; 4] {
        let nothing = [FARTHEST, FARTHEST, 0, 0];
        self.0.iter().flatten().fold(nothing, |[left, top, right, bottom], point| {
            [left.min(point.x), top.min(point.y), right.max(point.x), bottom.max(point.y)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(numbers: &[i64]) -> Result<Strokes, NotStrokes> {
        Strokes::parse(&Value::List(numbers.iter().copied().map(Value::Int).collect()).to_bytes())
    }

    #[test]
    fn a_stroke_ends_where_the_pen_is_lifted() {
        let strokes = read(&[0, 5, 0, 30_000, 7, 20, -1, -1, 21, 9, 30_000, 600_000]).unwrap();
        let ends: Vec<usize> = strokes.lines().iter().map(Vec::len).collect();
        assert_eq!(ends, [2, 1]);
        assert_eq!(strokes.lines()[1], [Point { x: 9, y: 30_000, at_ms: 600_000 }]);
        assert_eq!(strokes.bounds(), [0, 5, 30_000, 30_000]);
        assert_eq!(read(&[1, 2, 0, -1, -1, 3]).unwrap().lines().len(), 1, "lifted at the end, as hands do");
    }

    #[test]
    fn what_lies_outside_the_bounds_is_refused_whole() {
        for wrong in [
            &[30_001, 0, 0][..],
            &[0, 30_001, 0],
            &[-1, 0, 0],
            &[0, -2, 0],
            &[0, 0, -1],
            &[0, 0, 600_001],
            &[0, 0, 5, 0, 0, 4],
            &[-1, -1, 0, 0, 0, 1],
            &[0, 0, 0, -1, -1, 1, -1, -1, 2],
            &[i64::MAX, i64::MIN, 0],
        ] {
            assert_eq!(read(wrong), Err(NotStrokes::Place), "{wrong:?}");
        }
        for wrong in [&[][..], &[1], &[1, 2], &[1, 2, 3, 4]] {
            assert_eq!(read(wrong), Err(NotStrokes::Shape), "{wrong:?}");
        }
        assert!(read(&vec![0; NUMBERS]).is_ok());
        assert_eq!(read(&vec![0; NUMBERS + 3]), Err(NotStrokes::TooMany));
    }

    #[test]
    fn what_is_no_list_of_numbers_is_refused() {
        for wrong in [Value::Null, Value::text("<svg>"), Value::List(vec![Value::text("1"); 3]), Value::Int(1)] {
            assert_eq!(Strokes::parse(&wrong.to_bytes()), Err(NotStrokes::Shape), "{wrong:?}");
        }
        for wrong in [&b""[..], b"<svg onload=x>", b"\x83\x01\x02", b"\x83\x01\x02\x03\x00", b"\x83\x18\x01\x02\x03"] {
            assert!(matches!(Strokes::parse(wrong), Err(NotStrokes::Encoding(_))), "{wrong:?}");
        }
        assert!(matches!(Strokes::parse(&vec![0; LONGEST]), Err(NotStrokes::Encoding(_))), "not for its length");
        assert_eq!(Strokes::parse(&vec![0; LONGEST + 1]), Err(NotStrokes::TooMany));
        assert!(Strokes::parse(b"\x83\x01\x02\x03").is_ok());
    }
}
