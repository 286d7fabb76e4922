//! HTTP requests and answers; a status is data, not an error.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{HeaderMap, Request};

use crate::contract::{self, Received};
use crate::prover::Prover;

/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_mins(1);

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// A request that is not sent yet.
#[derive(Debug, Clone)]
pub struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The key that proves it, and the token that is bound to the key.
    proved: Option<(Arc<Prover>, Option<String>)>,
}

impl Call {
    /// A request without body and token.
    pub fn new(method: &str, url: &str) -> Self {
        Self { method: method.to_owned(), url: url.to_owned(), headers: Vec::new(), body: Vec::new(), proved: None }
    }

    /// The same request, sent to another address: that of a proxy.
    #[must_use]
    pub fn at(self, address: std::net::SocketAddr) -> Self {
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        Self { url: format!("http://{address}/{path}"), ..self }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an access token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// With an access token that is bound to a key, and a fresh proof whenever it is sent.
    #[must_use]
    pub fn bound_token(self, prover: &Arc<Prover>, token: &str) -> Self {
        let bound = (Arc::clone(prover), Some(token.to_owned()));
        Self { proved: Some(bound), ..self.header("Authorization", &format!("DPoP {token}")) }
    }

    /// With a proof of a key, to ask for a token.
    #[must_use]
    pub fn proved(self, prover: &Arc<Prover>) -> Self {
        Self { proved: Some((Arc::clone(prover), None)), ..self }
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).unwrap();
        self.bytes("application/json", bytes)
    }

    /// With a body of this content type.
    #[must_use]
    pub fn bytes(self, content_type: &str, body: Vec<u8>) -> Self {
        Self { body, ..self.header("Content-Type", content_type) }
    }

    /// Sends it. An error is an error of the connection.
    ///
    /// # Errors
    /// The connection broke before the answer was complete.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let Some((prover, token)) = self.proved.clone() else { return self.send_once() };
        let prove = || self.clone().header("DPoP", &prover.proof(&self.method, &self.url, token.as_deref()));
        let answer = prove().send_once()?;
        prover.remember(answer.header("dpop-nonce"));
        if !answer.header("www-authenticate").contains("use_dpop_nonce") {
            return Ok(answer);
        }
        let answer = prove().send_once()?;
        prover.remember(answer.header("dpop-nonce"));
        Ok(answer)
    }

    fn send_once(self) -> Result<Answer, ureq::Error> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_idle_connections(0);
        let agent = ureq::Agent::new_with_config(config.build());
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let bodiless = self.body.is_empty() && matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS");
        let response =
            if bodiless { agent.run(request.body(()).unwrap()) } else { agent.run(request.body(self.body).unwrap()) };
        let (parts, mut body) = response?.into_parts();
        let body = body.with_config().limit(64 << 20).read_to_vec()?;
        let (status, headers) = (parts.status.as_u16(), parts.headers);
        contract::hold(&self.method, &self.url, Received { status, headers: &headers, body: &body });
        Ok(Answer { status, headers, body })
    }

    /// Sends it; an error of the connection fails the test.
    pub fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        self.try_send().unwrap_or_else(|error| panic!("{what}: {error}"))
    }
}

impl Answer {
    /// Returns the answer if it has this status; otherwise fails the test.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as a wire type.
    #[track_caller]
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header's text; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and problem code.
    #[track_caller]
    pub fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        (self.status, self.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// `created` for a 201, otherwise the code of the refusal.
    pub fn refusal_or_created(&self) -> String {
        if self.status == 201 { "created".to_owned() } else { self.refusal().1 }
    }

    /// The body of a problem without its variable members.
    #[track_caller]
    pub fn problem_without_request_id(&self) -> Value {
        let mut problem = self.json();
        let id = problem.as_object_mut().and_then(|body| body.remove("request_id"));
        assert!(id.is_some(), "a problem carries its request id: {}", self.text());
        problem
    }
}
