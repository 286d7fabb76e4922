//! HTTP/1.1 over one persistent connection, with little overhead because the generator shares the machine with the
//! server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Timeout of an answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A connection that is kept.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A request as its bytes.
pub fn request(method: &str, path: &str, token: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    if !token.is_empty() {
        bytes.push_str("Authorization: Bearer ");
        bytes.push_str(token);
        bytes.push_str("\r\n");
    }
    if !content_type.is_empty() {
        let length = body.len().to_string();
        for part in ["Content-Type: ", content_type, "\r\nContent-Length: ", &length, "\r\n"] {
            bytes.push_str(part);
        }
    }
    bytes += "\r\n";
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Wire {
    /// Connects to a server on this machine.
    pub fn to(address: &str) -> Self {
        assert!(address.starts_with("127.0.0.1:"), "load stays on this machine");
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self { stream, buffer: vec![0; 1 << 16] }
    }

    /// Sends a request and reads the whole answer: status and body.
    pub fn send(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let body = loop {
            self.more(&mut answer);
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&answer[..body]).to_ascii_lowercase();
        let status = head[9..12].parse().unwrap();
        let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or_else(|| panic!("no length: {head}")).trim().parse().unwrap();
        while answer.len() < body + length {
            self.more(&mut answer);
        }
        (status, answer.split_off(body))
    }

    fn more(&mut self, answer: &mut Vec<u8>) {
        let read = self.stream.read(&mut self.buffer).unwrap();
        assert!(read > 0, "the server closed the connection");
        answer.extend_from_slice(&self.buffer[..read]);
    }
}
