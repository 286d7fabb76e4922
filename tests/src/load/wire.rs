//! HTTP/1.1 over one persistent connection, with little overhead because the generator shares the machine with the
//! server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use api_spec::session::AccessToken;

use crate::Phone;
use crate::prover::Prover;

/// Timeout of an answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A connection that is kept.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    phone: Option<PhoneToken>,
}

/// A fresh token of a phone, with the key that proves its requests.
#[derive(Debug, Clone)]
pub struct PhoneToken {
    token: String,
    prover: Option<Arc<Prover>>,
}

impl PhoneToken {
    /// Asks for a token.
    pub fn of(phone: &Phone<'_>) -> Self {
        let AccessToken { access_token, .. } = phone.ask_for_token().expect(201).read();
        Self { token: access_token, prover: phone.prover.clone() }
    }

    /// The request with token and proof, which is made when it is sent.
    fn authorize(&self, request: &[u8]) -> Vec<u8> {
        let end = request.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let line = String::from_utf8_lossy(&request[..end]).into_owned();
        let (method, rest) = line.split_once(' ').unwrap();
        let path = rest.split_once(' ').unwrap().0;
        let headers = match &self.prover {
            Some(prover) => {
                let proof = prover.proof(method, &format!("http://localhost{path}"), Some(&self.token));
                format!("Authorization: DPoP {}\r\nDPoP: {proof}\r\n", self.token)
            }
            None => format!("Authorization: Bearer {}\r\n", self.token),
        };
        [&request[..end], headers.as_bytes(), &request[end..]].concat()
    }
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
        Self { stream, buffer: vec![0; 1 << 16], phone: None }
    }

    /// Connects as a phone: every request gets its token and a proof.
    pub fn of_phone(address: &str, phone: PhoneToken) -> Self {
        Self { phone: Some(phone), ..Self::to(address) }
    }

    /// Sends a request and reads the whole answer: status and body. One whose proof is not fresh is sent again with the
    /// nonce of the answer.
    pub fn send(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        let Some(phone) = self.phone.clone() else {
            let (status, _head, body) = self.exchange(request);
            return (status, body);
        };
        let (mut status, mut head, mut body) = self.exchange(&phone.authorize(request));
        if status == 401 && head.contains("use_dpop_nonce") {
            remember(&phone, &head);
            (status, head, body) = self.exchange(&phone.authorize(request));
        }
        remember(&phone, &head);
        (status, body)
    }

    /// Status, head and body.
    fn exchange(&mut self, request: &[u8]) -> (u16, String, Vec<u8>) {
        self.stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let body = loop {
            self.more(&mut answer);
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&answer[..body]).into_owned();
        let status = head[9..12].parse().unwrap();
        let lower = head.to_ascii_lowercase();
        let length = lower.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or_else(|| panic!("no length: {head}")).trim().parse().unwrap();
        while answer.len() < body + length {
            self.more(&mut answer);
        }
        (status, head, answer.split_off(body))
    }

    fn more(&mut self, answer: &mut Vec<u8>) {
        let read = self.stream.read(&mut self.buffer).unwrap();
        assert!(read > 0, "the server closed the connection");
        answer.extend_from_slice(&self.buffer[..read]);
    }
}

/// Keeps the nonce of an answer for the next proof.
fn remember(phone: &PhoneToken, head: &str) {
    let of_nonce = |line: &&str| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("dpop-nonce:"));
    if let (Some(prover), Some(line)) = (&phone.prover, head.split("\r\n").find(of_nonce)) {
        prover.remember(line[11..].trim());
    }
}
