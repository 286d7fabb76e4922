//! Generated photographs: a drawn room with a board, tables and plates, and the number of the scene.
//!
//! Promise: the same scene and size give the same bytes on every machine; another scene gives another picture. Not
//! here: cameras; these pictures are not evidence of anything.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

/// Colours: wall, floor, wood, dark wood, board, chalk, plate, food, tag, strip, digit, window.
const COLOURS: [(u8, u8, u8); 12] = [
    (222, 211, 190),
    (150, 120, 95),
    (170, 115, 60),
    (105, 70, 40),
    (45, 70, 60),
    (225, 230, 220),
    (240, 240, 245),
    (190, 75, 45),
    (235, 195, 60),
    (25, 25, 30),
    (250, 250, 250),
    (140, 185, 215),
];
const WALL: u8 = 0;
const FLOOR: u8 = 1;
const WOOD: u8 = 2;
const DARK: u8 = 3;
const BOARD: u8 = 4;
const CHALK: u8 = 5;
const PLATE: u8 = 6;
const FOOD: u8 = 7;
const TAG: u8 = 8;
const STRIP: u8 = 9;
const DIGIT: u8 = 10;
const WINDOW: u8 = 11;
/// Shades of each colour: light falls unevenly and every sensor has grain.
const SHADES: u8 = 16;
const MIDDLE: u8 = SHADES / 2;

/// Digits, five by seven, a row in five bits.
const FONT: [[u8; 7]; 10] = [
    [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
    [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
    [0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f],
    [0x0e, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0e],
    [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
    [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
    [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
    [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
    [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
];

/// A PNG of the scene, of about `bytes` bytes; at least 64 by 48 points.
///
/// # Errors
/// More points than a PNG can have.
pub(super) fn draw(scene: u32, bytes: usize) -> Result<Vec<u8>, EncodingError> {
    // One byte a point, four points wide for three high.
    let height = (bytes * 3 / 4).isqrt().max(48);
    let mut canvas = Canvas::new(height * 4 / 3, height);
    let mut dice = Dice(u64::from(scene));
    canvas.room(&mut dice);
    canvas.board(&mut dice);
    canvas.tables(&mut dice);
    canvas.caption(scene);
    canvas.grain(&mut dice);
    canvas.to_png()
}

fn palette() -> Vec<u8> {
    let shade = |part: u8, shade: u8| {
        let bright = u32::from(part) * (u32::from(shade) + 24) / (u32::from(MIDDLE) + 24);
        u8::try_from(bright).unwrap_or(u8::MAX)
    };
    let shades = |(red, green, blue): &(u8, u8, u8)| {
        let (red, green, blue) = (*red, *green, *blue);
        (0..SHADES).flat_map(move |at| [shade(red, at), shade(green, at), shade(blue, at)])
    };
    COLOURS.iter().flat_map(shades).collect()
}

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `below`, not included.
    fn up_to(&mut self, below: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap_or(0) % below.max(1)
    }
}

/// Points, a colour each, row by row.
struct Canvas {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, points: vec![WALL; width * height] }
    }

    fn put(&mut self, x: usize, y: usize, colour: u8) {
        if x < self.width
            && let Some(point) = self.points.get_mut(y * self.width + x)
        {
            *point = colour;
        }
    }

    fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), colour: u8) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.put(column, row, colour);
            }
        }
    }

    /// An ellipse twice as wide as high.
    fn disc(&mut self, (x, y): (usize, usize), radius: usize, colour: u8) {
        for row in y.saturating_sub(radius / 2)..=y + radius / 2 {
            for column in x.saturating_sub(radius)..=x + radius {
                let (across, down) = (column.abs_diff(x), row.abs_diff(y) * 2);
                if across * across + down * down <= radius * radius {
                    self.put(column, row, colour);
                }
            }
        }
    }

    fn room(&mut self, dice: &mut Dice) {
        let (width, height) = (self.width, self.height);
        self.fill((0, height * 3 / 5), (width, height), FLOOR);
        let left = width / 20 + dice.up_to(width / 8);
        self.fill((left, height / 8), (width / 5, height / 4), DARK);
        self.fill((left + width / 80, height / 7), (width / 5 - width / 40, height / 5), WINDOW);
    }

    /// The menu: lines of dishes, some with a price beside them.
    fn board(&mut self, dice: &mut Dice) {
        let (width, height) = (self.width, self.height);
        let (left, top) = (width * 2 / 5 + dice.up_to(width / 10), height / 12);
        self.fill((left, top), (width * 2 / 5, height * 2 / 5), BOARD);
        let step = height / 20;
        for line in 0..7 {
            let y = top + step / 2 + line * step;
            let length = width / 8 + dice.up_to(width / 10);
            self.fill((left + width / 40, y), (length, step / 3), CHALK);
            if dice.up_to(3) == 0 {
                self.fill((left + width * 3 / 10, y), (width / 16, step / 3), TAG);
            }
        }
    }

    fn tables(&mut self, dice: &mut Dice) {
        let (width, height) = (self.width, self.height);
        let count = 2 + dice.up_to(3);
        for table in 0..count {
            let x = width * (2 * table + 1) / (2 * count);
            let y = height * 2 / 3 + dice.up_to(height / 10);
            self.fill((x.saturating_sub(width / 100), y), (width / 50, height / 6), DARK);
            self.disc((x, y), width / (2 * count + 1), WOOD);
            for _ in 0..=dice.up_to(3) {
                let at = (x + dice.up_to(width / 12) - width / 24, y + dice.up_to(height / 24) - height / 48);
                self.disc(at, width / 36, PLATE);
                self.disc(at, width / 60, FOOD);
            }
        }
    }

    fn caption(&mut self, scene: u32) {
        let dot = (self.height / 80).max(1);
        let top = self.height.saturating_sub(dot * 11);
        self.fill((0, top), (self.width, self.height), STRIP);
        for (place, digit) in scene.to_string().bytes().enumerate() {
            let rows = FONT.get(usize::from(digit - b'0')).copied().unwrap_or_default();
            for (down, row) in rows.into_iter().enumerate() {
                for across in (0..5).filter(|across| row & (0x10 >> across) != 0) {
                    let x = dot * (2 + place * 6 + across);
                    self.fill((x, top + dot * (2 + down)), (dot, dot), DIGIT);
                }
            }
        }
    }

    fn to_png(&self) -> Result<Vec<u8>, EncodingError> {
        let size = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, size(self.width), size(self.height));
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_palette(palette());
        // Compression would only make the pictures smaller than photographs are.
        encoder.set_compression(Compression::NoCompression);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.points)?;
        writer.finish()?;
        Ok(out)
    }

    /// Colours become places in the palette: darker towards the corners, with grain.
    fn grain(&mut self, dice: &mut Dice) {
        let (width, height) = (self.width, self.height);
        for (at, point) in self.points.iter_mut().enumerate() {
            let far = (at % width).abs_diff(width / 2) * 4 / width + (at / width).abs_diff(height / 2) * 4 / height;
            let dark = u8::try_from(far).unwrap_or(0);
            let noise = u8::try_from(dice.roll() >> 62).unwrap_or(0);
            *point = *point * SHADES + MIDDLE + 1 + noise - dark.min(4);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_always_the_same_picture_and_another_scene_another() {
        assert_eq!(draw(1, 20_000).unwrap(), draw(1, 20_000).unwrap());
        assert_ne!(draw(1, 20_000).unwrap(), draw(2, 20_000).unwrap());
    }

    #[test]
    fn a_picture_has_about_the_size_that_was_asked_for() {
        for bytes in [0, 1, 30_000, 200 << 10, 1 << 20] {
            let drawn = draw(7, bytes).unwrap().len();
            assert!(drawn >= bytes / 100 * 98 && drawn <= bytes + bytes / 50 + 8_000, "{bytes}: {drawn}");
        }
    }

    #[test]
    fn every_point_is_in_the_palette() {
        assert_eq!(palette().len(), COLOURS.len() * usize::from(SHADES) * 3);
        assert!(COLOURS.len() * usize::from(SHADES) <= 256);
    }
}
