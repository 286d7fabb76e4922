//! HTTP/1.1 messages as bytes: read whole, classified, forwarded unchanged.

use std::io::{self, Read};
use std::net::TcpStream;

/// A received request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Request line and headers, with the empty line.
    pub head: Vec<u8>,
    /// The body, of the announced length.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one request. `None` if the other side closed the connection before sending one.
    ///
    /// # Errors
    /// The connection broke within the request, or its body has no announced length.
    pub fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte)? == 0 {
                return if head.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            head.extend(byte);
        }
        let mut message = Self { head, body: Vec::new() };
        if message.header("transfer-encoding").is_some() {
            return Err(io::Error::other("the link carries bodies of announced length only"));
        }
        let length = message.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
        message.body = vec![0; length];
        stream.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.head).into_owned()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let mut pairs = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }

    /// Method and path.
    pub fn target(&self) -> (String, String) {
        let text = self.text();
        let mut words = text.lines().next().unwrap_or_default().split(' ').map(str::to_owned);
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// Whether it is a push of changes.
    pub fn is_push(&self) -> bool {
        self.target() == ("POST".to_owned(), "/v1/sync/push".to_owned())
    }

    /// Whether it is a request of synchronisation.
    pub fn is_sync(&self) -> bool {
        let (_, path) = self.target();
        path.starts_with("/v1/sync/p") || path.starts_with("/v1/evidence")
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(&self, body: Vec<u8>) -> Self {
        let length = format!("content-length: {}", body.len());
        let head = self.text();
        let lines = head.trim_end().lines().map(|line| {
            let is_length = line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            if is_length { length.as_str() } else { line }
        });
        let head = lines.collect::<Vec<_>>().join("\r\n") + "\r\n\r\n";
        Self { head: head.into_bytes(), body }
    }

    /// The bytes to forward. They ask the server to close the connection after the answer.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = self.text();
        let keeps =
            |line: &&str| !line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case("connection"));
        let mut bytes = head.trim_end().lines().filter(keeps).collect::<Vec<_>>().join("\r\n").into_bytes();
        bytes.extend(b"\r\nconnection: close\r\n\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> Message {
        let head = b"POST /v1/sync/push HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n";
        Message { head: head.to_vec(), body: b"abc".to_vec() }
    }

    #[test]
    fn a_push_is_told_from_the_rest() {
        assert!(push().is_push() && push().is_sync());
        let other = Message { head: b"POST /v1/leases HTTP/1.1\r\n\r\n".to_vec(), body: Vec::new() };
        assert!(!other.is_push() && !other.is_sync());
    }

    #[test]
    fn another_body_brings_its_own_length() {
        let other = push().with_body(b"abcd".to_vec());
        assert_eq!(other.header("Content-Length").as_deref(), Some("4"));
        assert!(other.to_bytes().ends_with(b"connection: close\r\n\r\nabcd"));
        assert!(!String::from_utf8(other.to_bytes()).unwrap().contains("keep-alive"));
    }
}
