//! Signed-in people, enrolled phones, and what a phone has pulled.
//!
//! A [`Phone`] keeps only its chain and clock. The test states the dependencies of each change, so it can also do what no
//! real phone would do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use api_spec::device::{
    Challenge, EnrolledDevice, EnrolmentCode, Lease as WireLease, NewChallenge, NewDevice, NewDeviceToken,
    NewEnrolmentCode, NewLease, NewRequestKey, enrol_message, enrol_two_keys_message, hand_in_message, token_message,
};
use api_spec::session::{AccessToken, Me, NewSession};
use sync_core::case::{CaseState, fold};
use sync_core::change::{Anchor, Change, Clock, Header, NewOp, Reading, Received};
use sync_core::id::{AgencyId, BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId, hex, unhex};
use sync_core::key_level::KeyLevel;
use sync_core::lease::{Lease, SignedLease};
use sync_core::log::Cursor;
use sync_core::message::{Pulled, Push, Pushed, Reconcile, Reconciled};
use sync_core::op::{Act, CaseKind, Open};
use sync_core::proof::{Jwk, thumbprint};
use sync_core::receipt::{Receipt, SignedReceipt};
use sync_core::sign::{PublicKey, Signer as _, SoftwareKey, SoftwareVerifier};
use sync_core::value::Value;

use crate::http::{Answer, Call};
use crate::prover::Prover;
pub use crate::random::{base64url, random};
use crate::server::{PASSWORD, Server};

/// An administrator with reach over all agencies.
pub const ADMINISTRATOR: &str = "county-admin";
const CBOR: &str = "application/cbor";

/// Adds an entity of this kind. The kind is also its order key.
pub fn add(kind: &str) -> NewOp {
    NewOp::add(kind, kind)
}

/// A signed-in person.
#[derive(Clone)]
pub struct Person<'s> {
    server: &'s Server,
    token: String,
    /// The server's data about them.
    pub me: Me,
}

impl<'s> Person<'s> {
    /// Signs in a seeded person.
    pub fn sign_in(server: &'s Server, login: &str) -> Self {
        let token = session(server, login, PASSWORD).expect(201).read::<AccessToken>();
        server.confides(&token.access_token);
        let me = server.call("GET", "/v1/me").token(&token.access_token).send().expect(200).read();
        Self { server, token: token.access_token, me }
    }

    /// A request in their name.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.server.call(method, path).token(&self.token)
    }

    /// The access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Revokes a phone.
    pub fn revoke(&self, device: DeviceId) {
        let reason = serde_json::json!({"reason": "终端遗失"});
        let _ = self.call("POST", &format!("/v1/devices/{device}/revoke")).json(&reason).send().expect(200);
    }

    /// A one-time code for an officer.
    pub fn enrolment_code(&self, officer: &str) -> String {
        let body = NewEnrolmentCode { officer: officer.to_owned() };
        let code: EnrolmentCode = self.call("POST", "/v1/enrolment-codes").json(&body).send().expect(201).read();
        self.server.confides(&code.code);
        self.server.confides(&code.typed);
        code.code
    }
}

/// Asks for a session with this password.
pub fn session(server: &Server, login: &str, password: &str) -> Answer {
    let body = NewSession { login: login.to_owned(), password: password.to_owned() };
    server.call("POST", "/v1/sessions").json(&body).send()
}

/// A key out of fresh random bytes.
pub fn fresh_key() -> SoftwareKey {
    SoftwareKey::from_secret(&random()).unwrap()
}

/// The enrolment request of a phone without a request key, sent by its signed-in officer.
pub fn enrolment(code: &str, key: &SoftwareKey) -> NewDevice {
    let public_key = hex(key.public_key().bytes());
    let proof = hex(&key.sign(&enrol_message(code, &public_key)).unwrap());
    NewDevice {
        code: code.to_owned(), label: "执法终端".to_owned(), public_key, proof, level: None, request_key: None
    }
}

/// The same with a request key.
pub fn enrolment_with(code: &str, key: &SoftwareKey, request: &SoftwareKey) -> NewDevice {
    let public_key = hex(key.public_key().bytes());
    let message = enrol_two_keys_message(code, &public_key, &thumbprint(&request.public_key()));
    let proof = hex(&request.sign(&message).unwrap());
    let jwk = Jwk::of(&request.public_key());
    NewDevice {
        proof: hex(&key.sign(&message).unwrap()),
        level: Some(KeyLevel::Soft),
        request_key: Some(NewRequestKey { jwk, proof, level: Some(KeyLevel::Hw) }),
        ..enrolment(code, key)
    }
}

/// An enrolled phone.
pub struct Phone<'s> {
    server: &'s Server,
    token: String,
    /// Its request key; none for a phone with bearer tokens.
    pub prover: Option<Arc<Prover>>,
    /// Its officer, signed in at a desk.
    pub desk: Person<'s>,
    /// Its key.
    pub key: SoftwareKey,
    /// The key of the server, pinned at enrolment.
    pub server_key: PublicKey,
    /// The installation.
    pub tenant: TenantId,
    /// The phone.
    pub device: DeviceId,
    /// Its officer.
    pub officer: OfficerId,
    /// The officer's agency.
    pub agency: AgencyId,
    /// The epoch of its store.
    pub epoch: Epoch,
    /// Its lease; none before [`Phone::fetch_lease`].
    pub lease: Option<SignedLease>,
    /// Number of changes that it made.
    pub seq: u64,
    /// The last of them.
    pub prev: Option<ChangeId>,
    boot: BootId,
    since_lease: Stopwatch,
    lease_took_ms: u64,
}

impl<'s> Phone<'s> {
    /// Enrols a phone for a seeded officer, signs in with it and fetches a lease.
    pub fn of(server: &'s Server, login: &str) -> Self {
        let mut phone = Self::without_lease(server, login);
        phone.fetch_lease();
        phone
    }

    /// As [`Phone::of`], without a lease.
    pub fn without_lease(server: &'s Server, login: &str) -> Self {
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        Self::enrolled_by(server, login, &administrator)
    }

    /// As [`Phone::of`], without a request key: for clients that send bearer tokens.
    pub fn with_bearer(server: &'s Server, login: &str) -> Self {
        let mut phone = Self::enrolled(server, login, &Person::sign_in(server, ADMINISTRATOR), None);
        phone.fetch_lease();
        phone
    }

    /// As [`Phone::without_lease`], for a server whose clients ask by this address.
    pub fn by_public_address(server: &'s Server, login: &str, address: &str) -> Self {
        let prover = Some(Arc::new(Prover::at(fresh_key(), address)));
        Self::enrolled(server, login, &Person::sign_in(server, ADMINISTRATOR), prover)
    }

    /// As [`Phone::without_lease`], with a code from this administrator.
    pub fn enrolled_by(server: &'s Server, login: &str, administrator: &Person<'_>) -> Self {
        let prover = match server.public_address() {
            Some(address) => Prover::at(fresh_key(), &address),
            None => Prover::of(fresh_key()),
        };
        Self::enrolled(server, login, administrator, Some(Arc::new(prover)))
    }

    fn enrolled(server: &'s Server, login: &str, administrator: &Person<'_>, prover: Option<Arc<Prover>>) -> Self {
        let desk = Person::sign_in(server, login);
        let me = desk.me.clone();
        let code = administrator.enrolment_code(&me.officer);
        let key = fresh_key();
        let wanted = match &prover {
            Some(prover) => enrolment_with(&code, &key, &prover.key),
            None => enrolment(&code, &key),
        };
        let enrolled = desk.call("POST", "/v1/devices").json(&wanted).send().expect(201);
        let EnrolledDevice { device, tenant, server_public_key } = enrolled.read();
        let mut phone = Self {
            server,
            token: String::new(),
            prover,
            desk,
            key,
            server_key: PublicKey::from_slice(&unhex(&server_public_key).unwrap()).unwrap(),
            tenant: tenant.parse().unwrap(),
            device: device.id.parse().unwrap(),
            officer: me.officer.parse().unwrap(),
            agency: me.agency.parse().unwrap(),
            epoch: Epoch::new(random()),
            lease: None,
            seq: 0,
            prev: None,
            boot: BootId::new(random()),
            since_lease: Stopwatch::now(),
            lease_took_ms: 0,
        };
        let token: AccessToken = phone.ask_for_token().expect(201).read();
        phone.token = token.access_token;
        server.confides(&phone.token);
        phone
    }

    /// Its access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Answers a challenge.
    pub fn ask_for_token(&self) -> Answer {
        self.prove("/v1/device-tokens", token_message)
    }

    /// Answers a challenge to hand in.
    pub fn ask_to_hand_in(&self) -> Answer {
        self.prove("/v1/hand-in-tokens", hand_in_message)
    }

    /// A request with a token for handing in, which the key alone gets.
    pub fn hands_in(&self, method: &str, path: &str) -> Call {
        let token: AccessToken = self.ask_to_hand_in().expect(201).read();
        self.server.confides(&token.access_token);
        self.with_token(self.server.call(method, path), &token.access_token)
    }

    fn with_token(&self, call: Call, token: &str) -> Call {
        match &self.prover {
            Some(prover) => call.bound_token(prover, token),
            None => call.token(token),
        }
    }

    /// The headers that authenticate a request by hand, each with its end of line. `host` is its header `Host`.
    pub fn authorization(&self, host: &str, method: &str, path: &str) -> String {
        match &self.prover {
            Some(prover) => {
                let proof = prover.proof_with(method, &format!("http://{host}{path}"), Some(&self.token), None);
                format!("Authorization: DPoP {}\r\nDPoP: {proof}\r\n", self.token)
            }
            None => format!("Authorization: Bearer {}\r\n", self.token),
        }
    }

    fn prove(&self, path: &str, message: fn(&str, &str) -> Vec<u8>) -> Answer {
        let device = self.device.to_string();
        let ask = self.server.call("POST", "/v1/device-challenges");
        let challenge: Challenge = ask.json(&NewChallenge { device: device.clone() }).send().expect(201).read();
        let signature = hex(&self.key.sign(&message(&device, &challenge.challenge)).unwrap());
        let body = NewDeviceToken { device, challenge: challenge.challenge, signature };
        let call = self.server.call("POST", path).json(&body);
        self.prover.iter().fold(call, Call::proved).send()
    }

    /// Asks for a lease.
    pub fn ask_for_lease(&self) -> Answer {
        self.ask_for_numbers(None)
    }

    /// Requests a lease, reporting this many numbers of this year as left.
    pub fn ask_for_numbers(&self, numbers_left: Option<u32>) -> Answer {
        let wanted = NewLease { epoch: self.epoch.to_string(), numbers_left, newest_number: None };
        self.call("POST", "/v1/leases").json(&wanted).send()
    }

    /// Fetches a lease, which is also the anchor of its clock.
    pub fn fetch_lease(&mut self) {
        self.since_lease = Stopwatch::now();
        let wire: WireLease = self.ask_for_lease().expect(201).read();
        self.lease_took_ms = u64::try_from(self.since_lease.elapsed().as_millis()).unwrap();
        self.lease = Some(Lease::open(&unhex(&wire.bytes).unwrap(), &self.server_key, &SoftwareVerifier).unwrap());
    }

    /// A request in the phone's name.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.with_token(self.server.call(method, path), &self.token)
    }

    /// The header of the next change, from the current `seq` and `prev`.
    pub fn header(&self, case: Option<CaseId>, deps: &[ChangeId]) -> Header {
        let elapsed = self.since_lease.elapsed();
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap();
        let lease = self.lease.as_ref();
        let reading = Some(Reading { asked_ms: 0, came_ms: self.lease_took_ms });
        let anchor = lease.map(|lease| Anchor { lease: lease.hash, reading });
        let wall = lease.map_or(server::clock::Clock::system().now(), |lease| {
            lease.lease.issued.plus_ms(i64::try_from(milliseconds).unwrap())
        });
        Header {
            tenant: self.tenant,
            device: self.device,
            epoch: self.epoch,
            seq: self.seq + 1,
            prev: self.prev,
            officer: self.officer,
            lease: lease.map(|lease| lease.hash),
            case,
            deps: deps.to_vec(),
            clock: Clock { wall, monotonic_ms: milliseconds, boot: self.boot, counts_sleep: true, anchor },
            rules: Digest::new([0; 32]),
            ops: Digest::new([0; 32]),
        }
    }

    /// Signs a change and advances the chain.
    pub fn save(&mut self, case: Option<CaseId>, deps: &[ChangeId], ops: Vec<NewOp>) -> Change {
        let change = Change::seal(self.header(case, deps), ops, random(), &self.key).unwrap();
        self.seq += 1;
        self.prev = Some(change.id());
        change
    }

    /// Opens a case with these officers beside its own.
    pub fn open_case(&mut self, others: &[OfficerId]) -> Change {
        let mut officers = vec![self.officer];
        officers.extend(others);
        officers.sort_unstable();
        let open = Open { kind: CaseKind::Inspection, agency: self.agency, item: "SJ-C-001".to_owned(), officers };
        self.save(None, &[], vec![NewOp::new(Act::Open(open))])
    }

    /// Writes a field of the case itself after `deps`, without replacing a value.
    pub fn write(&mut self, case: CaseId, deps: &[ChangeId], field: &str, text: &str) -> Change {
        self.save(Some(case), deps, vec![NewOp::put(None, field, vec![], Value::text(text))])
    }

    /// The push that carries these envelopes, with the phone's own lease.
    pub fn push_of(&self, envelopes: Vec<Vec<u8>>) -> Push {
        Push { leases: self.lease.iter().map(|lease| lease.bytes.clone()).collect(), changes: envelopes }
    }

    /// The request of a push, not sent yet, which can go to any address.
    pub fn push_call(&self, push: &Push) -> Call {
        self.call("POST", "/v1/sync/push").bytes(CBOR, push.to_bytes())
    }

    /// Pushes changes of any author.
    pub fn push(&self, changes: &[&Change]) -> Pushed {
        self.push_bytes(changes.iter().map(|change| change.to_bytes()).collect())
    }

    /// Pushes arbitrary bytes as envelopes of changes.
    pub fn push_bytes(&self, envelopes: Vec<Vec<u8>>) -> Pushed {
        let answer = self.push_call(&self.push_of(envelopes)).send().expect(200);
        Pushed::read(&answer.body).unwrap()
    }

    /// One page of the feed.
    pub fn pull(&self, cursor: Option<&[u8]>, limit: u32) -> Answer {
        let cursor = cursor.map(|bytes| format!("&cursor={}", base64url(bytes))).unwrap_or_default();
        self.call("GET", &format!("/v1/sync/pull?limit={limit}{cursor}")).send()
    }

    /// The whole feed in pages of `limit`.
    pub fn pull_all(&self, limit: u32) -> Replica {
        let mut replica = Replica::default();
        let mut cursor = None;
        loop {
            let page = Pulled::read(&self.pull(cursor.as_deref(), limit).expect(200).body).unwrap();
            replica.take(&page.leases, &page.changes, self);
            replica.size = Cursor::read(&page.cursor).unwrap().size;
            replica.cursor.clone_from(&page.cursor);
            if !page.more {
                return replica;
            }
            cursor = Some(page.cursor);
        }
    }

    /// Number of leaves in the log. A test compares it to show that nothing was stored.
    pub fn log_size(&self) -> u64 {
        self.pull_all(500).size
    }

    /// Compares heads with the server.
    pub fn reconcile(&self, held: &Reconcile) -> Reconciled {
        let answer = self.call("POST", "/v1/sync/reconcile").bytes(CBOR, held.to_bytes()).send().expect(200);
        Reconciled::read(&answer.body).unwrap()
    }

    /// Checks a receipt: by the server's key, for this phone.
    pub fn open_receipt(&self, bytes: &[u8]) -> SignedReceipt {
        let receipt = Receipt::open(bytes, &self.server_key, &SoftwareVerifier).unwrap();
        assert_eq!(receipt.receipt.device, self.device);
        receipt
    }
}

/// The changes that one phone has pulled, each verified by the key in its author's lease.
#[derive(Debug, Default)]
pub struct Replica {
    keys: BTreeMap<DeviceId, PublicKey>,
    /// The changes.
    pub changes: BTreeMap<ChangeId, Change>,
    /// The cursor after the last page.
    pub cursor: Vec<u8>,
    /// The size of the log at that cursor.
    pub size: u64,
}

impl Replica {
    /// Processes a page or a reconciliation.
    pub fn take(&mut self, leases: &[Vec<u8>], changes: &[Vec<u8>], reader: &Phone<'_>) {
        self.keys.insert(DeviceId::SERVER, reader.server_key);
        self.keys.insert(reader.device, reader.key.public_key());
        for bytes in leases {
            let lease = Lease::open(bytes, &reader.server_key, &SoftwareVerifier).unwrap().lease;
            self.keys.insert(lease.device, lease.key);
        }
        for bytes in changes {
            let received = Received::read(bytes).unwrap();
            let key = self.keys.get(&received.header().device).expect("a change comes with its author's key");
            let change = received.verify(key, &SoftwareVerifier).unwrap();
            let known = |dep: &ChangeId| self.changes.contains_key(dep);
            assert!(change.header().deps.iter().all(known), "parents come before children");
            self.changes.insert(change.id(), change);
        }
    }

    /// A case as this replica shows it.
    pub fn case(&self, case: CaseId) -> CaseState {
        fold(case, self.changes.values().filter(|change| change.case() == case))
    }
}

/// Waits, for tests about times.
pub fn wait_ms(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
