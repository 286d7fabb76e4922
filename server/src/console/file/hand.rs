//! A handwritten signature as a drawing inside a page.
//!
//! Promise: only numbers within the bounds of `sync_core::strokes` get from the file into the page. A drawing that
//! cannot be made is replaced by a sentence.

use std::cell::Cell;
use std::fmt::Write as _;

use sync_core::strokes::{Point, Strokes};

use crate::flow::handwriting::Hand;

/// Bytes of all drawings of one page.
const ALL: usize = 2 << 20;
/// Bytes of a point in a drawing, at most.
const POINT: usize = 12;
/// Room around the strokes, in hundredths of a millimetre.
const MARGIN: i64 = 150;

/// Lines to be drawn, in hundredths of a millimetre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Left, top, width, height.
    pub view: String,
    /// Width in millimetres, as it was written.
    pub width_mm: i64,
    /// Height in millimetres.
    pub height_mm: i64,
    /// One path for each stroke.
    pub paths: Vec<String>,
}

/// Handwriting on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// As a drawing.
    Drawn(Drawing),
    /// In words, Chinese and English.
    Told(&'static str, &'static str),
}

/// The remaining room for drawings on one page, so that its size is bounded.
#[derive(Debug)]
pub struct Drawings(Cell<usize>);

impl Default for Drawings {
    fn default() -> Self {
        Self(Cell::new(ALL))
    }
}

impl Drawings {
    /// Handwriting as a drawing where there is room, otherwise in words.
    pub fn show(&self, hand: &Hand) -> Shown {
        let points = match hand {
            Hand::Strokes(strokes) => strokes.lines().iter().map(Vec::len).sum::<usize>(),
            Hand::Nothing | Hand::Absent | Hand::Unreadable | Hand::TooMany => 0,
        };
        match self.0.get().checked_sub(points * POINT) {
            Some(left) => {
                self.0.set(left);
                Shown::from(hand)
            }
            None => Shown::from(&Hand::TooMany),
        }
    }
}

impl From<&Hand> for Shown {
    fn from(hand: &Hand) -> Self {
        match hand {
            Hand::Strokes(strokes) => Self::Drawn(drawing(strokes)),
            Hand::Nothing => {
                Self::Told("未保存笔迹，或已依法封存", "no strokes were kept, or a lawful order removed them")
            }
            Hand::Absent => Self::Told("笔迹尚未上传", "the strokes are not uploaded yet"),
            Hand::Unreadable => Self::Told("笔迹无法读取，未予绘制", "the strokes cannot be read: nothing is drawn"),
            Hand::TooMany => {
                Self::Told("笔迹较多，请在证据中逐一查看", "too many to draw here: open them under Evidence")
            }
        }
    }
}

fn drawing(strokes: &Strokes) -> Drawing {
    let [left, top, right, bottom] = strokes.bounds();
    let (width, height) = (right - left + 2 * MARGIN, bottom - top + 2 * MARGIN);
    Drawing {
        view: format!("{} {} {width} {height}", left - MARGIN, top - MARGIN),
        width_mm: width.div_euclid(100),
        height_mm: height.div_euclid(100),
        paths: strokes.lines().iter().map(|points| path(points)).collect(),
    }
}

/// The path from point to point; a single point becomes a dot.
fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (place, Point { x, y, at_ms: _ }) in points.iter().enumerate() {
        let verb = if place == 0 { 'M' } else { 'L' };
        // Writing into a text does not fail.
        let _ = write!(path, "{verb}{x} {y}");
    }
    if let [Point { x, y, at_ms: _ }] = points {
        let _ = write!(path, "L{x} {y}");
    }
    path
}

#[cfg(test)]
mod tests {
    use sync_core::value::Value;

    use super::*;

    #[test]
    fn a_page_draws_so_much_and_says_the_rest_in_words() {
        let numbers: Vec<Value> = (0..10_000).flat_map(|n| [n, 30_000 - n, n].map(Value::Int)).collect();
        let hand = Hand::Strokes(Strokes::from_value(&Value::List(numbers)).unwrap());
        let drawings = Drawings::default();
        let shown: Vec<Shown> = (0..2_000).map(|_| drawings.show(&hand)).collect();
        let bytes = |shown: &Shown| match shown {
            Shown::Drawn(drawing) => drawing.paths.iter().map(String::len).sum(),
            Shown::Told(..) => 0,
        };
        let drawn = shown.iter().filter(|shown| bytes(shown) > 0).count();
        assert_eq!(drawn, ALL / (10_000 * POINT), "{drawn} of two thousand");
        assert!(shown.iter().map(bytes).sum::<usize>() <= ALL);
        assert!(matches!(drawings.show(&Hand::Nothing), Shown::Told(..)));
    }

    #[test]
    fn each_stroke_is_a_path_and_a_touch_is_a_dot() {
        let numbers = [600, 900, 0, 1_600, 900, 9, -1, -1, 10, 700, 1_100, 20].map(Value::Int).to_vec();
        let strokes = Strokes::from_value(&Value::List(numbers)).unwrap();
        let Shown::Drawn(drawn) = Shown::from(&Hand::Strokes(strokes)) else { panic!("it can be drawn") };
        assert_eq!(drawn.view, "450 750 1300 500");
        assert_eq!((drawn.width_mm, drawn.height_mm), (13, 5));
        assert_eq!(drawn.paths, ["M600 900L1600 900", "M700 1100L700 1100"]);
    }
}
