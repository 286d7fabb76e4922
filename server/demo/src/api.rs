//! Client of the public API for the readers of the demonstration: HTTP, sign-in, JSON.
//!
//! Promise: uses documented routes only; a refusal is a normal answer. Not here: phones, which send their own requests
//! over their faulty links.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{Request, Response};

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The `ETag`.
    pub tag: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Stable code and article of a problem, for messages.
    pub fn problem(&self) -> String {
        let body = self.json();
        let part = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} {} {} {}", self.status, part("code"), part("article"), part("detail"))
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        self.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// A client, signed in or not.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    agent: Agent,
    token: Option<String>,
}

impl Api {
    /// A client that is not signed in.
    pub fn at(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
        Self { base: base.to_owned(), agent: config.build().into(), token: None }
    }

    /// Signs in.
    ///
    /// # Errors
    /// The server refuses or does not answer.
    pub fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<Self> {
        let reply = self.post("/v1/sessions", &json!({ "login": login, "password": password }), &[])?;
        let token = reply.json().get("access_token").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.with_token(&token).map_err(|_no_token| anyhow!("{login}: {}", reply.problem()))
    }

    /// Uses this token from now on.
    ///
    /// # Errors
    /// It is empty.
    pub fn with_token(&self, token: &str) -> anyhow::Result<Self> {
        anyhow::ensure!(!token.is_empty(), "no access token");
        Ok(Self { token: Some(token.to_owned()), ..self.clone() })
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> ureq::http::request::Builder {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    fn reply(path: &str, answer: Result<Response<ureq::Body>, ureq::Error>) -> anyhow::Result<Reply> {
        let mut answer = answer.with_context(|| path.to_owned())?;
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().with_context(|| path.to_owned())?;
        Ok(Reply { status: answer.status().as_u16(), tag, body })
    }

    /// GET.
    ///
    /// # Errors
    /// No answer.
    pub fn get(&self, path: &str) -> anyhow::Result<Reply> {
        let request = self.request("GET", path, &[]).body(())?;
        Self::reply(path, self.agent.run(request))
    }

    /// GET of JSON. A refusal is an error.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub fn read(&self, path: &str) -> anyhow::Result<Value> {
        let reply = self.get(path)?;
        if reply.status == 200 { Ok(reply.json()) } else { Err(anyhow!("{path}: {}", reply.problem())) }
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// No answer.
    pub fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> anyhow::Result<Reply> {
        let request = self.request("POST", path, headers).header("content-type", "application/json");
        Self::reply(path, self.agent.run(request.body(body.to_string())?))
    }
}
