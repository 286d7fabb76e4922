//! The phone's connection to the server: HTTP to the address that it was given last, with its access token.
//!
//! Promise: an incomplete response is [`CommandError::Lost`]; the token is sent to that address only, with a proof of the
//! request key. Every request uses a new connection, as on an unstable network. Not here: TLS (the demonstration runs on loopback), the choice and
//! repetition of requests.

use std::time::Duration;

use api_spec::device::{Challenge, NewChallenge, NewDeviceToken, hand_in_message, token_message};
use api_spec::session::AccessToken;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_core::id::{DeviceId, hex};
use sync_core::proof::Proof;
use sync_core::session::{Request, Response};
use sync_core::sign::Signer as _;
use ureq::http;

use super::answer::CommandError;
use server::clock::Clock;
use server::flow::keys::ServerKey;
use server::flow::refusal::Refusal;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest response that is read.
const LONGEST: u64 = 64 << 20;
/// Most attempts of a request that may be repeated.
const TRIES: u32 = 3;
const JSON: &str = "application/json";

/// The line.
#[derive(Debug)]
pub(super) struct Line {
    agent: ureq::Agent,
    base: Option<String>,
    token: Option<String>,
    /// Proves every request; none before enrolment, and for a phone that was enrolled without one.
    request_key: Option<ServerKey>,
    /// The last nonce of the server.
    nonce: Option<String>,
    clock: Clock,
    count: Count,
}

/// Requests and bytes since the process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Requests begun.
    pub requests: u64,
    /// Requests without a whole response.
    pub lost: u64,
}

/// A new proof is made at most once for a request: with the nonce of the answer, or because the link sent the first one
/// twice.
const PROOF_FAULTS: [Refusal; 2] = [Refusal::UseDpopNonce, Refusal::InvalidDpopProof];

impl Line {
    /// A line without address and token. The clock is the phone's own, which may be wrong.
    pub fn new(clock: Clock) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("palm-phone/", env!("CARGO_PKG_VERSION")))
            .build();
        let (agent, count) = (config.new_agent(), Count::default());
        Self { agent, base: None, token: None, request_key: None, nonce: None, clock, count }
    }

    /// Proves every request with this key from now on.
    pub fn prove_with(&mut self, key: Option<ServerKey>) {
        self.request_key = key;
    }
}

/// A request with a JSON body.
pub(super) fn post(path: &str, body: &impl Serialize) -> Result<Request, CommandError> {
    let (path, body) = (path.to_owned(), serde_json::to_vec(body)?);
    Ok(Request { method: "POST", path, content_type: Some(JSON), headers: Vec::new(), body })
}

/// A GET request.
pub(super) fn get(path: &str) -> Request {
    let path = path.to_owned();
    Request { method: "GET", path, content_type: None, headers: Vec::new(), body: Vec::new() }
}

/// Parses a successful response.
pub(super) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, CommandError> {
    match response.status {
        200..300 => Ok(serde_json::from_slice(&response.body)?),
        status => Err(CommandError::of_response(status, &response.body)),
    }
}

impl Line {
    /// Takes the server's address; `None` is no network.
    pub fn tell(&mut self, base: Option<String>) -> Result<(), CommandError> {
        if base.as_ref().is_some_and(|base| !base.starts_with("http://")) {
            return Err(CommandError::broken("the address is http://HOST:PORT, or null for no network"));
        }
        self.base = base.map(|base| base.trim_end_matches('/').to_owned());
        Ok(())
    }

    /// Whether there is a network, even a faulty one.
    pub const fn has_network(&self) -> bool {
        self.base.is_some()
    }

    /// Requests and bytes so far.
    pub const fn count(&self) -> Count {
        self.count
    }

    /// Sends with the token held, if any, and once.
    ///
    /// # Errors
    /// [`CommandError::Lost`].
    pub fn send(&mut self, request: &Request) -> Result<Response, CommandError> {
        let token = self.token.clone();
        self.send_with(request, token.as_deref())
    }

    /// Sends with another token than the phone's, or none.
    ///
    /// # Errors
    /// [`CommandError::Lost`].
    pub fn send_with(&mut self, request: &Request, token: Option<&str>) -> Result<Response, CommandError> {
        let answered = self.send_once(request, token)?;
        if answered.status == 401
            && let CommandError::Refused(told) = CommandError::of_response(answered.status, &answered.body)
            && PROOF_FAULTS.iter().any(|refusal| refusal.explain().code == told.code)
        {
            return self.send_once(request, token);
        }
        Ok(answered)
    }

    fn send_once(&mut self, request: &Request, token: Option<&str>) -> Result<Response, CommandError> {
        self.count.requests += 1;
        let answered = self.exchange(request, token);
        self.count.lost += u64::from(answered.is_err());
        let answered = answered?;
        let nonce = answered.headers.iter().find(|(name, _value)| name.eq_ignore_ascii_case("dpop-nonce"));
        self.nonce = nonce.map(|(_name, value)| value.clone()).or(self.nonce.take());
        Ok(answered)
    }

    /// The proof of a request.
    fn proof(
        &self,
        key: &ServerKey,
        request: &Request,
        url: &str,
        token: Option<&str>,
    ) -> Result<String, CommandError> {
        let id = hex(&server::random::bytes::<16>().map_err(CommandError::broken)?);
        let url = url.split('?').next().unwrap_or_default();
        let (nonce, at_s) = (self.nonce.as_deref(), self.clock.now().ms().div_euclid(1000));
        Ok(Proof { method: request.method, url, token, nonce, id: &id, at_s }.sign(key)?)
    }

    fn exchange(&self, request: &Request, token: Option<&str>) -> Result<Response, CommandError> {
        let base = self.base.as_deref().ok_or_else(|| CommandError::Lost("no network: send connect".to_owned()))?;
        let url = format!("{base}{}", local(&request.path));
        let mut builder = http::Request::builder().method(request.method).uri(&url).header("Accept-Language", "zh-CN");
        if let Some(key) = &self.request_key {
            builder = builder.header("DPoP", self.proof(key, request, &url, token)?);
        }
        if let Some(token) = token {
            let scheme = if self.request_key.is_some() { "DPoP" } else { "Bearer" };
            builder = builder.header("Authorization", format!("{scheme} {token}"));
        }
        if let Some(content_type) = request.content_type {
            builder = builder.header("Content-Type", content_type);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let lost = |error: &dyn std::fmt::Display| CommandError::Lost(error.to_string());
        let answered = match request.method {
            "GET" | "HEAD" => self.agent.run(builder.body(()).map_err(|error| lost(&error))?),
            _ => self.agent.run(builder.body(request.body.clone()).map_err(|error| lost(&error))?),
        };
        let (head, mut body) = answered.map_err(|error| lost(&error))?.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec().map_err(|error| lost(&error))?;
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Response { status: head.status.as_u16(), headers: head.headers.iter().map(header).collect(), body })
    }

    /// Sends an idempotent request with the phone's token, renewing the token if necessary and repeating after a
    /// broken connection.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn ask(&mut self, device: DeviceId, key: &ServerKey, request: &Request) -> Result<Response, CommandError> {
        let mut last = CommandError::broken("not sent");
        for _ in 0..TRIES {
            match self.ask_once(device, key, request) {
                Ok(response) if response.status == 401 => {
                    self.token = None;
                    last = CommandError::of_response(response.status, &response.body);
                }
                Ok(response) => return Ok(response),
                Err(CommandError::Lost(why)) => last = CommandError::Lost(why),
                Err(other) => return Err(other),
            }
        }
        Err(last)
    }

    fn ask_once(&mut self, device: DeviceId, key: &ServerKey, request: &Request) -> Result<Response, CommandError> {
        if self.token.is_none() {
            self.renew(device, key)?;
        }
        self.send(request)
    }

    /// Gets a token: a challenge, signed by the phone's key.
    ///
    /// # Errors
    /// [`CommandError`]; then there is none.
    pub fn renew(&mut self, device: DeviceId, key: &ServerKey) -> Result<(), CommandError> {
        self.prove(device, key, "/v1/device-tokens", token_message)
    }

    /// Gets a token for handing in. It needs the phone's key only.
    ///
    /// # Errors
    /// [`CommandError`]; then there is none.
    pub fn hand_in(&mut self, device: DeviceId, key: &ServerKey) -> Result<(), CommandError> {
        self.prove(device, key, "/v1/hand-in-tokens", hand_in_message)
    }

    fn prove(
        &mut self,
        device: DeviceId,
        key: &ServerKey,
        path: &str,
        message: fn(&str, &str) -> Vec<u8>,
    ) -> Result<(), CommandError> {
        self.token = None;
        let device = device.to_string();
        let asked = self.send_with(&post("/v1/device-challenges", &NewChallenge { device: device.clone() })?, None)?;
        let Challenge { challenge, .. } = read(&asked)?;
        let signature = key.sign(&message(&device, &challenge)).map_err(CommandError::broken)?;
        let answer = NewDeviceToken { device, challenge, signature: hex(&signature) };
        let AccessToken { access_token, .. } = read(&self.send_with(&post(path, &answer)?, None)?)?;
        self.token = Some(access_token);
        Ok(())
    }
}

/// Path and query of an address: whatever origin the server names for an upload, this phone uses its configured
/// address.
fn local(address: &str) -> &str {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_goes_to_the_address_the_phone_was_told_whatever_origin_is_named() {
        assert_eq!(local("/v1/evidence/7"), "/v1/evidence/7");
        assert_eq!(local("http://elsewhere:80/v1/evidence/7?x=1"), "/v1/evidence/7?x=1");
        assert_eq!(local("http://elsewhere"), "/");
    }

    #[test]
    fn without_network_everything_is_lost_and_nothing_crashes() {
        let mut line = Line::new(Clock::system());
        assert!(matches!(line.send(&get("/healthz")), Err(CommandError::Lost(_))));
        line.tell(Some("http://127.0.0.1:1".to_owned())).unwrap();
        assert!(matches!(line.send(&get("/healthz")), Err(CommandError::Lost(_))));
        assert!(line.tell(Some("ftp://x".to_owned())).is_err());
    }
}
