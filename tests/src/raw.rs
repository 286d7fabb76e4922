//! A raw connection, for requests that no client would send.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::server::Server;

/// How long a test waits for a byte.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An open connection.
pub struct Raw {
    stream: TcpStream,
    opened: Instant,
}

/// The answer until the server closed.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The bytes, as text.
    pub text: String,
    /// Whether the server closed the connection. False after a timeout.
    pub closed: bool,
    /// Since the connection was opened.
    pub after: Duration,
}

impl Raw {
    /// Connects.
    pub fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self { stream, opened: Instant::now() }
    }

    /// Sends bytes. Returns whether the other side still accepts them.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Reads until the server closes.
    pub fn ending(mut self) -> Ending {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        let closed = loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break true,
                Ok(length) => bytes.extend_from_slice(&buffer[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break false,
                Err(_reset) => break true,
            }
        };
        Ending { text: String::from_utf8_lossy(&bytes).into_owned(), closed, after: self.opened.elapsed() }
    }

    /// Reads one answer: its head and the stated length of its body.
    pub fn answer(&mut self) -> String {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.to_lowercase();
                let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    return text;
                }
            }
            match self.stream.read(&mut buffer) {
                Ok(0) | Err(_) => return text,
                Ok(length) => bytes.extend_from_slice(&buffer[..length]),
            }
        }
    }
}

impl Ending {
    /// The status of the first answer.
    pub fn status(&self) -> u16 {
        self.text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// How many answers came.
    pub fn answers(&self) -> usize {
        self.text.matches("HTTP/1.1 ").count()
    }

    /// Whether the answers contain a problem with this code.
    pub fn tells(&self, code: &str) -> bool {
        self.text.contains(&format!("\"code\":\"{code}\""))
    }
}
