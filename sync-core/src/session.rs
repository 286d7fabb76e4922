//! Synchronisation with the server, sans-I/O: the next request to send, and the processing of its answer.
//!
//! Promise:
//!
//! - Every request may be lost, repeated or cut and sent again without duplicates or losses, because all state is in
//!   the [`Device`].
//! - Each case is a lane of its own: a change that the server parks, refuses or fails on (5xx) delays only its case,
//!   and a file only itself; the feed continues.
//! - A phone without authority hands in what it recorded and pulls nothing.
//! - Back-off grows with each failure and honours the server's `Retry-After`. New saves do not shorten it.
//!
//! Not here: connections, tokens, timers. The host sends, waits and calls again.

mod backoff;
mod pull;
mod push;
mod suspect;
mod upload;

use crate::device::{Arrived, Device, Moment, NewEvidence, StoreError, Tally};
use crate::id::{CaseId, ChangeId, Digest};
use crate::message::PushOutcome;
use backoff::Backoff;
use std::collections::BTreeMap;

/// Limits of one request. The server's `Palm-Limits` tightens them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most changes in a push.
    pub batch: usize,
    /// Most bytes of changes in a push; a single larger one still goes alone.
    pub batch_bytes: usize,
    /// Most bytes of a file in one request.
    pub chunk: usize,
    /// Changes in a page of the feed.
    pub page: u32,
    /// First wait after a failure, milliseconds.
    pub first_wait_ms: u64,
    /// Longest wait, milliseconds; the server may ask for more.
    pub longest_wait_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: 64,
            batch_bytes: 1 << 20,
            chunk: 256 << 10,
            page: 100,
            first_wait_ms: 1000,
            longest_wait_ms: 300_000,
        }
    }
}

/// An HTTP request for the host to send, with its token and base address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `HEAD`, `PATCH`.
    pub method: &'static str,
    /// Path and query; an absolute address if the server named one for an upload.
    pub path: String,
    /// The body's type, where there is a body.
    pub content_type: Option<&'static str>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The host's next action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostAction {
    /// Send this, then call [`Session::absorb`].
    Send(Request),
    /// Wait this many milliseconds, then call [`Session::next`].
    Wait(u64),
    /// Get a new token, call [`Session::token_renewed`], then [`Session::next`].
    NeedToken,
    /// Nothing to do now. If something waits for others (parked at the server, an unreadable file), try again after
    /// `again_ms`.
    Idle {
        /// Milliseconds until something is tried again; `None`: everything is done.
        again_ms: Option<u64>,
    },
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP response, read whole.
    Response(Response),
    /// No response, or only a part of one. The server may or may not have processed the request.
    Lost,
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn retry_after_ms(&self) -> Option<u64> {
        let seconds = self.header("retry-after")?.trim().parse::<u64>().ok()?;
        Some(seconds.saturating_mul(1000))
    }

    /// The stable code of a problem document (RFC 9457).
    fn problem(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Problem {
            code: String,
        }
        serde_json::from_slice(&self.body).ok().map(|problem: Problem| problem.code)
    }
}

/// Whether the server reports that this phone or its officer has lost its authority.
fn lost_its_authority(response: &Response) -> bool {
    response.problem().is_some_and(|code| matches!(code.as_str(), "device_revoked" | "officer_left"))
}

/// Reads the bytes of files. The host decides where they are kept.
pub trait Media {
    /// Up to `length` bytes from `offset`; `None` if the file cannot be read now.
    fn read(&mut self, file: &NewEvidence, offset: u64, length: usize) -> Option<Vec<u8>>;
}

impl<F: FnMut(&NewEvidence, u64, usize) -> Option<Vec<u8>>> Media for F {
    fn read(&mut self, file: &NewEvidence, offset: u64, length: usize) -> Option<Vec<u8>> {
        self(file, offset, length)
    }
}

/// What an answer changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Absorbed {
    /// Changes for which a receipt is stored now.
    pub acknowledged: Vec<ChangeId>,
    /// The server's outcome for each pushed change.
    pub outcomes: Vec<PushOutcome>,
    /// Arrivals of the feed.
    pub arrived: Option<Arrived>,
    /// A file that the server now has whole.
    pub uploaded: Option<Digest>,
}

/// The last failure, to show to the officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncFailure {
    /// HTTP status; 0 if there was no answer.
    pub status: u16,
    /// Stable code, if the server gave one.
    pub code: String,
}

/// A request that has been handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flight {
    Push { lanes: Vec<CaseId>, changes: Vec<ChangeId> },
    Create { digest: Digest, case: CaseId },
    Head { digest: Digest, case: CaseId },
    Patch { digest: Digest, case: CaseId },
    Pull,
    Reconcile,
}

/// The state of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    Pull,
    Reconcile,
    /// The feed ended, but the server listed heads that this device lacks: reconcile until it has them.
    Complete,
    Done,
}

/// One device's session with the server. In memory only; a new one continues from the store.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    flight: Option<Flight>,
    feed: Feed,
    needs_token: bool,
    /// The current token permits pushing and uploading only.
    hands_in: bool,
    all: Backoff,
    lanes: BTreeMap<CaseId, Backoff>,
    uploads: BTreeMap<(Digest, CaseId), upload::Upload>,
    /// The server refused a whole batch: send one change at a time.
    alone: bool,
    suspects: suspect::Suspects,
    last_failure: Option<SyncFailure>,
}

impl Session {
    /// A session that pushes and then pulls.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            flight: None,
            feed: Feed::Pull,
            needs_token: false,
            hands_in: false,
            all: Backoff::default(),
            lanes: BTreeMap::new(),
            uploads: BTreeMap::new(),
            alone: false,
            suspects: suspect::Suspects::default(),
            last_failure: None,
        }
    }

    /// Reads `Palm-Limits: changes=N, bytes=N` and never sends more than the server accepts.
    fn heed_limits(&mut self, response: &Response) {
        for part in response.header("palm-limits").unwrap_or_default().split(',') {
            let Some((name, Ok(most))) = part.split_once('=').map(|(name, most)| (name, most.trim().parse())) else {
                continue;
            };
            match name.trim() {
                "changes" => self.limits.batch = self.limits.batch.min(most),
                "bytes" => self.limits.batch_bytes = self.limits.batch_bytes.min(most),
                _ => {}
            }
        }
    }

    /// Pulls the feed again after the session was idle.
    pub fn pull_again(&mut self) {
        if self.feed == Feed::Done {
            self.feed = Feed::Pull;
        }
    }

    /// Compares heads with the server, both ways, before the next pull.
    pub const fn reconcile(&mut self) {
        self.feed = Feed::Reconcile;
    }

    /// The network is back, or the officer asked for it: cancel all waiting.
    pub fn hurry(&mut self) {
        self.all = Backoff::default();
        self.lanes.clear();
        self.uploads.values_mut().for_each(upload::Upload::hurry);
    }

    /// The host has a new token.
    pub const fn token_renewed(&mut self) {
        (self.needs_token, self.hands_in) = (false, false);
    }

    /// The host has a hand-in token: the phone was revoked, or its officer left. Recorded changes are pushed and
    /// uploaded, receipts come back, and nothing is pulled.
    pub const fn hand_in(&mut self) {
        (self.needs_token, self.hands_in) = (false, true);
    }

    /// The last failure since the last success.
    pub const fn last_failure(&self) -> Option<&SyncFailure> {
        self.last_failure.as_ref()
    }

    /// Numbers for a progress bar.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn progress(&self, device: &Device) -> Result<Tally, StoreError> {
        device.tally()
    }

    /// The next action. If the answer to the previous request was not absorbed, that request counts as lost.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn next(&mut self, device: &Device, now_ms: u64, media: &mut dyn Media) -> Result<HostAction, StoreError> {
        self.flight = None;
        if self.needs_token {
            return Ok(HostAction::NeedToken);
        }
        if let Some(wait) = self.all.left(now_ms) {
            return Ok(HostAction::Wait(wait));
        }
        Ok(match self.request(device, now_ms, media)? {
            Some((flight, request)) => {
                self.flight = Some(flight);
                HostAction::Send(request)
            }
            None => HostAction::Idle { again_ms: self.again_ms(device, now_ms)? },
        })
    }

    fn request(
        &mut self,
        device: &Device,
        now_ms: u64,
        media: &mut dyn Media,
    ) -> Result<Option<(Flight, Request)>, StoreError> {
        if self.suspects.doubt_the_server() && !self.hands_in {
            self.pull_again();
            return self.pull(device);
        }
        if let Some(request) = self.push(device, now_ms)? {
            return Ok(Some(request));
        }
        if let Some(request) = self.upload(device, now_ms, media)? {
            return Ok(Some(request));
        }
        if self.hands_in { Ok(None) } else { self.pull(device) }
    }

    fn again_ms(&self, device: &Device, now_ms: u64) -> Result<Option<u64>, StoreError> {
        let offered = device.lanes()?;
        let lanes = offered.iter().filter_map(|case| self.lanes.get(case)?.left(now_ms));
        let uploads = self.uploads.values().filter_map(|upload| upload.backoff.left(now_ms));
        Ok(lanes.chain(uploads).min())
    }

    /// Processes the answer to the last request.
    ///
    /// # Errors
    /// [`StoreError`]; then call again with the same answer, or send again.
    pub fn absorb(&mut self, device: &mut Device, answer: &Answer, now: &Moment) -> Result<Absorbed, StoreError> {
        let Some(flight) = self.flight.clone() else { return Ok(Absorbed::default()) };
        let absorbed = match answer {
            Answer::Lost => {
                self.fail_all(device, 0, String::new(), None, now);
                self.forget_offset(&flight);
                Absorbed::default()
            }
            // When the host asks for a new token, the server tells it that it can have a hand-in token only.
            Answer::Response(response) if response.status == 403 && lost_its_authority(response) => {
                self.needs_token = true;
                self.forget_offset(&flight);
                Absorbed::default()
            }
            Answer::Response(response) => match response.status {
                401 => {
                    self.needs_token = true;
                    self.forget_offset(&flight);
                    Absorbed::default()
                }
                429 | 500.. => {
                    self.errs(device, &flight, response, now);
                    self.forget_offset(&flight);
                    Absorbed::default()
                }
                _ => self.answered(device, &flight, response, now)?,
            },
        };
        self.flight = None;
        Ok(absorbed)
    }

    fn answered(
        &mut self,
        device: &mut Device,
        flight: &Flight,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        self.heed_limits(response);
        match flight {
            Flight::Push { lanes, changes } => self.pushed(device, lanes, changes, response, now),
            Flight::Create { digest, case } => self.created(device, (*digest, *case), response, now),
            Flight::Head { digest, case } => self.headed(device, (*digest, *case), response, now),
            Flight::Patch { digest, case } => self.patched(device, (*digest, *case), response, now),
            Flight::Pull => self.pulled(device, response, now),
            Flight::Reconcile => self.reconciled(device, response, now),
        }
    }

    fn succeed(&mut self) {
        self.all = Backoff::default();
        self.suspects.doubt_no_more();
        self.last_failure = None;
    }

    fn fail_response(&mut self, device: &Device, response: &Response, now: &Moment) {
        let code = response.problem().unwrap_or_default();
        self.fail_all(device, response.status, code, response.retry_after_ms(), now);
    }

    fn fail_all(&mut self, device: &Device, status: u16, code: String, asked_ms: Option<u64>, now: &Moment) {
        self.last_failure = Some(SyncFailure { status, code });
        self.suspects.doubt_no_more();
        self.all.fail(&self.limits, device.identity().device, now.monotonic_ms, asked_ms);
    }
}
