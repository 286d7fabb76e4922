//! A browser without rendering: cookies and forms, for the pages of the console.
//!
//! Promise: sends what a browser would send: its cookies, the origin of the page, the fields of the displayed form. A
//! test removes or forges what it expects to be refused.

use std::collections::BTreeMap;

pub use server::web::url::encoded;

use crate::http::{Answer, Call};
use crate::server::{PASSWORD, Server};

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser.
#[derive(Clone)]
pub struct Desk<'s> {
    server: &'s Server,
    /// Whether a trusted proxy reports TLS.
    tls: bool,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
}

impl<'s> Desk<'s> {
    /// A fresh browser.
    pub fn new(server: &'s Server) -> Self {
        Self { server, tls: false, cookies: BTreeMap::new() }
    }

    /// A fresh browser that connects over TLS through a proxy that the server trusts.
    pub fn over_tls(server: &'s Server) -> Self {
        Self { tls: true, ..Self::new(server) }
    }

    /// Signed in.
    pub fn of(server: &'s Server, login: &str) -> Self {
        let mut desk = Self::new(server);
        let answer = desk.sign_in(login).expect(303);
        assert_eq!(answer.header("location"), "/console");
        desk
    }

    /// Opens the page to sign in, and signs in.
    pub fn sign_in(&mut self, login: &str) -> Answer {
        let page = self.get("/console/sign-in").expect(200);
        let csrf = hidden(&page.text(), "csrf");
        self.post("/console/sign-in", &[("csrf", &csrf), ("login", login), ("password", PASSWORD)])
    }

    /// The origin of the pages.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.server.address())
    }

    /// A request with this browser's cookies and nothing else.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let call = self.server.call(method, path);
        let call = if self.tls { call.header("X-Forwarded-Proto", "https") } else { call };
        if cookies.is_empty() { call } else { call.header("Cookie", &cookies.join("; ")) }
    }

    /// Keeps the cookies of an answer, as a browser does.
    fn keep(&mut self, answer: Answer) -> Answer {
        for set in answer.headers.get_all("set-cookie") {
            let text = set.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> Answer {
        let answer = self.call("GET", path).send();
        self.keep(answer)
    }

    /// Sends a form from a page of this origin.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.call("POST", path).header("Origin", &self.origin()).bytes(FORM, form(fields)).send();
        self.keep(answer)
    }

    /// Sends a form with a file, as a browser does: the fields in their order, then the file.
    pub fn send_file(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let (media_type, body) = multipart(fields, file);
        let answer = self.call("POST", path).header("Origin", &self.origin()).bytes(&media_type, body).send();
        self.keep(answer)
    }

    /// The token of this browser's forms, from a displayed page.
    pub fn csrf(&mut self) -> String {
        hidden(&self.get("/console/devices").expect(200).text(), "csrf")
    }
}

/// The value of a hidden field.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = page.find(&start).unwrap_or_else(|| panic!("no field {name} in {page}"));
    page[at + start.len()..].split('"').next().unwrap().to_owned()
}

/// Fields and a file as a form sends them: media type and body.
pub fn multipart(fields: &[(&str, &str)], (filename, file): (&str, &[u8])) -> (String, Vec<u8>) {
    let boundary = "----desk-7MA4YWxkTrZu0gW";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Fields as a form sends them.
pub fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}
