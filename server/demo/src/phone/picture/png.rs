//! PNG (ISO/IEC 15948), the part that is needed: 8-bit palette, stored without compression.
//!
//! Promise: any reader of PNG shows it. Compression would only make the pictures smaller than photographs are.

/// Most bytes of a stored block (RFC 1951 §3.2.4).
const BLOCK: usize = 65_535;

/// A picture of `width` by `height` points, each a place in `palette` (red, green, blue).
pub(super) fn encode(width: usize, height: usize, palette: &[u8], points: &[u8]) -> Vec<u8> {
    let mut head = [size(width), size(height)].concat();
    // Depth 8, palette, and the only methods there are; not interlaced.
    head.extend([8, 3, 0, 0, 0]);
    let mut rows = Vec::with_capacity(points.len() + height);
    for row in points.chunks(width.max(1)) {
        // No filter.
        rows.push(0);
        rows.extend(row);
    }
    let mut out = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    chunk(&mut out, *b"IHDR", &head);
    chunk(&mut out, *b"PLTE", palette);
    chunk(&mut out, *b"IDAT", &stored(&rows));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn size(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(size(data.len()));
    out.extend(kind);
    out.extend(data);
    out.extend(crc32(kind.iter().chain(data)).to_be_bytes());
}

/// A zlib stream (RFC 1950) of stored blocks.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(bytes).to_be_bytes());
    out
}

fn crc32<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_the_ones_of_their_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }
}
