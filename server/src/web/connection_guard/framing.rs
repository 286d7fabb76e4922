//! The boundaries of requests on a connection (RFC 9112), by its strictest reading.
//!
//! Promise: a line ends with CR LF only; a request has one length, or chunks, or no body. Input that two programs could
//! read differently is refused at the first ambiguous byte, and nothing of it is passed on after that.

use crate::web::language::Language;

/// Longest line that is examined; a longer one is not a framing header, and the parser bounds the rest.
const LONGEST_LINE: usize = 16 * 1024;
/// Bytes of the request line that are kept: its target decides whether pages are shown.
const FIRST_LINE: usize = 256;

/// Longest head of a request: the longest address that a browser shows, and the cookies of a host with many programs.
pub const LONGEST_HEAD: usize = 32 * 1024;

/// The position at which passing on ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How many of the bytes just taken may be passed on.
    pub at: usize,
    /// Whether no handler has seen the request yet.
    pub in_head: bool,
    /// Why.
    pub fault: Fault,
}

/// Why no more is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Two programs could read these bytes differently.
    Ambiguous,
    /// The head is too long.
    LongHead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParseState {
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Framing {
    place: ParseState,
    line: Vec<u8>,
    after_cr: bool,
    begun: bool,
    length: Option<u64>,
    chunked: bool,
    language: Vec<u8>,
    /// The beginning of the last request's first line, and the language of pages that its cookies chose.
    target: Vec<u8>,
    chosen: Language,
    /// Bytes of the head that arrives now.
    head: usize,
    /// Heads that were whole.
    requests: u64,
    /// Bytes of bodies, without chunk framing.
    in_bodies: u64,
}

impl Default for Framing {
    fn default() -> Self {
        Self {
            place: ParseState::Head,
            line: Vec::new(),
            after_cr: false,
            begun: false,
            length: None,
            chunked: false,
            target: Vec::new(),
            language: Vec::new(),
            chosen: Language::Chinese,
            head: 0,
            requests: 0,
            in_bodies: 0,
        }
    }
}

impl Framing {
    /// `Accept-Language` of the last request.
    pub fn language(&self) -> &[u8] {
        &self.language
    }

    /// The language of pages from a cookie of the last request; Chinese without such a cookie.
    pub const fn chosen(&self) -> Language {
        self.chosen
    }

    /// The target of the last request, as far as its request line was read.
    pub fn target(&self) -> String {
        let line = if self.begun { &self.target } else { &self.line };
        let target = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        String::from_utf8_lossy(target).into_owned()
    }

    /// Number of the body that is arriving, if one is.
    pub fn body(&self) -> Option<u64> {
        (self.place != ParseState::Head).then_some(self.requests)
    }

    /// How many bytes of bodies and how many requests were passed on. A request counts even if its body is incomplete.
    pub const fn passed(&self) -> (u64, u64) {
        (self.in_bodies, self.requests)
    }

    /// Processes received bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let left = bytes.len() - at;
            if let ParseState::Body(rest) | ParseState::Chunk(rest) = &mut self.place {
                let passed = usize::try_from(*rest).unwrap_or(usize::MAX).min(left);
                *rest -= u64::try_from(passed).unwrap_or_default();
                self.in_bodies += u64::try_from(passed).unwrap_or_default();
                at += passed;
                if self.place == ParseState::Body(0) {
                    self.place = ParseState::Head;
                } else if self.place == ParseState::Chunk(0) {
                    self.place = ParseState::ChunkEnd;
                }
                continue;
            }
            let in_head = self.place == ParseState::Head;
            self.byte(*byte).map_err(|fault| Ended { at, in_head, fault })?;
            at += 1;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), Fault> {
        if self.place == ParseState::Head {
            self.head += 1;
            if self.head > LONGEST_HEAD {
                return Err(Fault::LongHead);
            }
        }
        match (self.after_cr, byte) {
            (true, b'\n') => {
                self.after_cr = false;
                let line = std::mem::take(&mut self.line);
                return self.end_of_line(&line);
            }
            (true, _) | (false, b'\n' | 0) => return Err(Fault::Ambiguous),
            (false, b'\r') => self.after_cr = true,
            (false, _) if self.line.len() < LONGEST_LINE => self.line.push(byte),
            (false, _) => {}
        }
        Ok(())
    }

    fn end_of_line(&mut self, line: &[u8]) -> Result<(), Fault> {
        match self.place {
            // An empty line may precede a request.
            ParseState::Head if !self.begun => self.begin(line),
            ParseState::Head if line.is_empty() => self.end_of_head()?,
            ParseState::Head => self.header(line)?,
            ParseState::ChunkSize => self.place = chunk(line)?,
            ParseState::ChunkEnd if line.is_empty() => self.place = ParseState::ChunkSize,
            ParseState::ChunkEnd => return Err(Fault::Ambiguous),
            ParseState::Trailer if line.is_empty() => self.place = ParseState::Head,
            ParseState::Trailer | ParseState::Body(_) | ParseState::Chunk(_) => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: &[u8]) {
        if !line.is_empty() {
            (self.begun, self.length, self.chunked) = (true, None, false);
            self.target = line.get(..line.len().min(FIRST_LINE)).unwrap_or_default().to_vec();
            self.chosen = Language::Chinese;
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Fault> {
        let colon = line.iter().position(|byte| *byte == b':').ok_or(Fault::Ambiguous)?;
        let (name, value) = line.split_at(colon);
        // A folded line, or a name that some programs trim and others do not.
        if name.is_empty() || name.iter().any(|byte| *byte <= b' ') {
            return Err(Fault::Ambiguous);
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let fresh = self.length.replace(number(value, 10)?).is_none();
            return if fresh && !self.chunked { Ok(()) } else { Err(Fault::Ambiguous) };
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let fresh = !std::mem::replace(&mut self.chunked, true) && self.length.is_none();
            return if fresh && value.eq_ignore_ascii_case(b"chunked") { Ok(()) } else { Err(Fault::Ambiguous) };
        }
        if name.eq_ignore_ascii_case(b"accept-language") {
            self.language = value.to_vec();
        }
        if name.eq_ignore_ascii_case(b"cookie") && asks_for_english(value) {
            self.chosen = Language::English;
        }
        Ok(())
    }

    fn end_of_head(&mut self) -> Result<(), Fault> {
        (self.begun, self.head, self.requests) = (false, 0, self.requests + 1);
        self.place = match (self.chunked, self.length) {
            (true, None) => ParseState::ChunkSize,
            (false, Some(length @ 1..)) => ParseState::Body(length),
            (false, Some(0) | None) => ParseState::Head,
            (true, Some(_)) => return Err(Fault::Ambiguous),
        };
        Ok(())
    }
}

/// Whether one of these cookies asks for English pages.
fn asks_for_english(cookies: &[u8]) -> bool {
    cookies.split(|byte| *byte == b';').any(|cookie| cookie.trim_ascii().ends_with(b"palm-language=en"))
}

fn chunk(line: &[u8]) -> Result<ParseState, Fault> {
    let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
    Ok(match number(size, 16)? {
        0 => ParseState::Trailer,
        size => ParseState::Chunk(size),
    })
}

/// Digits and nothing else, at least one.
fn number(text: &[u8], radix: u32) -> Result<u64, Fault> {
    let text = std::str::from_utf8(text).map_err(|_not_text| Fault::Ambiguous)?;
    let digits = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    if digits { u64::from_str_radix(text, radix).map_err(|_too_large| Fault::Ambiguous) } else { Err(Fault::Ambiguous) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeding byte by byte and as a whole must give the same result: where it ends, if it does.
    fn ends(text: &str) -> Option<usize> {
        let whole = Framing::default().take(text.as_bytes()).err().map(|ended| ended.at);
        let mut framing = Framing::default();
        let single = text.bytes().position(|byte| framing.take(&[byte]).is_err());
        assert_eq!(whole, single, "{text:?}");
        whole
    }

    #[test]
    fn what_has_one_reading_passes() {
        for text in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na\n\0POST / HTTP/1.1\r\ncontent-length:0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\n\n\0\r\r\n0\r\nT: x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(ends(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_has_two_readings_ends_before_the_head_is_whole() {
        for head in [
            "GET / HTTP/1.1\nHost: a\n\n",
            "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\r\n\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\n\r\n",
            "GET / HTTP/1.1\r\nX: a\nContent-Length: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\rContent-Length: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\0\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length : 1\r\n\r\n",
            "POST / HTTP/1.1\r\nX: a\r\n folded: b\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            let end = ends(head).unwrap_or_else(|| panic!("{head:?}"));
            assert!(end < head.len(), "{head:?}");
        }
    }

    #[test]
    fn each_body_has_a_number_while_it_is_on_its_way() {
        let mut framing = Framing::default();
        let mut after = |text: &str| {
            framing.take(text.as_bytes()).unwrap();
            framing.body()
        };
        assert_eq!(after("POST / HTTP/1.1\r\nContent-Length: 2\r\n"), None);
        assert_eq!(after("\r\n"), Some(1));
        assert_eq!(after("a"), Some(1));
        assert_eq!(after("b"), None);
        assert_eq!(after("GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na"), Some(3));
        assert_eq!(after("\r\n1\r\nb"), Some(3));
        assert_eq!(after("\r\n0\r\n\r\n"), None);
    }

    #[test]
    fn a_head_has_32_kibibytes_and_not_a_byte_more_and_the_next_has_its_own() {
        let head = |length: usize| {
            let frame = "GET / HTTP/1.1\r\nX: \r\n\r\n".len();
            format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(length - frame))
        };
        let longest = head(LONGEST_HEAD);
        assert_eq!(ends(&format!("{longest}{longest}")), None);
        assert_eq!(ends(&head(LONGEST_HEAD + 1)), Some(LONGEST_HEAD));
        let ended = Framing::default().take(head(LONGEST_HEAD + 1).as_bytes());
        assert_eq!(ended, Err(Ended { at: LONGEST_HEAD, in_head: true, fault: Fault::LongHead }));
    }

    #[test]
    fn bytes_of_bodies_are_counted_without_their_frames() {
        let mut framing = Framing::default();
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n0\r\nT: x\r\n\r\n";
        framing.take(format!("{chunked}POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab").as_bytes()).unwrap();
        assert_eq!(framing.passed(), (4, 2));
    }

    #[test]
    fn chunks_are_held_to_their_form() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for body in [
            "3\nabc\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "-1\r\n",
            "0x3\r\n",
            " 3\r\n",
            "3 \r\n",
            "3\t;x\r\n",
            "\r\n",
            "0\r\n\n",
            "0\r\nT: x\n",
        ] {
            assert!(ends(&format!("{head}{body}")).is_some(), "{body:?}");
        }
    }
}
