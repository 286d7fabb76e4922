//! A minimal server for session tests: stores changes that are closed under deps, issues receipts once and repeats
//! them, serves a feed and tus.

use crate::world::{DAY, TENANT, tenant_key};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::Digest as _;
use std::collections::{BTreeMap, BTreeSet};
use sync_core::case::Graph;
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, ChangeId, DeviceId, Digest, Epoch};
use sync_core::message::{
    CaseHeads, Class, MAX_BATCH, Missing, Pulled, Push, PushOutcome, Pushed, Reconcile, Reconciled,
};
use sync_core::receipt::{Receipt, ReceiptEntry};
use sync_core::session::{Request, Response};
use sync_core::time::Instant;

#[derive(Default)]
pub struct Server {
    /// In the order stored.
    pub log: Vec<(ChangeId, Vec<u8>)>,
    pub leases: Vec<Vec<u8>>,
    pub receipts: BTreeMap<(DeviceId, ChangeId), Vec<u8>>,
    pub files: BTreeMap<Digest, Vec<u8>>,
    /// Length, announced digest and bytes so far.
    pub uploads: BTreeMap<String, (usize, Digest, Vec<u8>)>,
    pub epoch: u8,
    /// Refuses every push that holds this change, as a proxy might.
    pub poison: Option<ChangeId>,
    /// Answers 500 to every push that holds a change of one of these cases.
    pub cursed: BTreeSet<CaseId>,
    /// Answers 500 to everything.
    pub broken: bool,
    pub busy: u32,
    /// Cases out of a device's reach.
    pub hidden: BTreeSet<(DeviceId, CaseId)>,
    /// Lists this head too, which nobody holds.
    pub phantom: Option<CaseHeads>,
    pub reconciled: u32,
    pub token: bool,
    pub authority: Authority,
}

/// What the phone may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authority {
    /// Everything.
    #[default]
    Whole,
    /// It has ended: the phone's token opens nothing.
    Ended,
    /// It has ended, and the phone's token is one for handing in: it is answered with receipts only.
    HandsIn,
}

fn response(status: u16, body: Vec<u8>) -> Response {
    Response { status, headers: Vec::new(), body }
}

impl Server {
    pub fn holds(&self, id: ChangeId) -> bool {
        self.log.iter().any(|(held, _)| *held == id)
    }

    pub fn answer(&mut self, device: DeviceId, request: &Request) -> Response {
        if !self.token {
            return response(401, Vec::new());
        }
        if self.authority == Authority::Ended {
            return response(403, br#"{"code":"device_revoked"}"#.to_vec());
        }
        let hands_in = self.authority == Authority::HandsIn;
        assert!(!hands_in || !request.path.contains("/pull") && !request.path.contains("/reconcile"), "a read");
        if self.busy > 0 {
            self.busy -= 1;
            return Response { headers: vec![("Retry-After".into(), "90".into())], ..response(503, Vec::new()) };
        }
        if self.broken {
            return response(500, Vec::new());
        }
        match (request.method, request.path.split('?').next().unwrap_or_default()) {
            ("POST", "/v1/sync/push") => self.push(device, &request.body),
            ("GET", "/v1/sync/pull") => self.pull(device, &request.path),
            ("POST", "/v1/sync/reconcile") => self.reconcile(device, &request.body),
            ("POST", "/v1/evidence") => self.create(request),
            ("HEAD" | "PATCH", path) => self.upload(request, path),
            _ => response(404, Vec::new()),
        }
    }

    fn push(&mut self, device: DeviceId, body: &[u8]) -> Response {
        let Ok(push) = Push::read(body) else { return response(400, Vec::new()) };
        self.leases.extend(push.leases);
        let (mut outcomes, mut new, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for bytes in push.changes {
            let received = Received::read(&bytes).unwrap();
            let id = received.id();
            if self.cursed.contains(&received.header().case.unwrap_or(id)) {
                return response(500, Vec::new());
            }
            if self.poison == Some(id) {
                return response(422, Vec::new());
            }
            let missing: Vec<Missing> = received
                .header()
                .deps
                .iter()
                .filter(|dep| !self.holds(**dep))
                .map(|dep| Missing::Change(*dep))
                .collect();
            let class = if missing.is_empty() { Class::Accepted } else { Class::Parked };
            if class == Class::Accepted {
                if !self.holds(id) {
                    self.log.push((id, bytes));
                }
                match self.receipts.get(&(device, id)) {
                    Some(receipt) => again.push(receipt.clone()),
                    None => new.push(id),
                }
            }
            outcomes.push(PushOutcome { change: Some(id), class, code: String::new(), flags: Vec::new(), missing });
        }
        again.dedup();
        if !new.is_empty() {
            let receipt = self.receipt(device, &new);
            self.receipts.extend(new.iter().map(|id| ((device, *id), receipt.clone())));
            again.push(receipt);
        }
        if self.authority == Authority::HandsIn {
            outcomes.clear();
        }
        let answer = response(200, Pushed { outcomes, receipts: again }.to_bytes());
        Response { headers: vec![("palm-limits".into(), format!("changes={MAX_BATCH}, bytes=5000"))], ..answer }
    }

    fn receipt(&self, device: DeviceId, ids: &[ChangeId]) -> Vec<u8> {
        let received = Instant::from_ms(DAY);
        let entries = ids.iter().map(|id| ReceiptEntry { change: *id, leaf: 0, counter: 1, received }).collect();
        let receipt = Receipt {
            tenant: TENANT,
            device,
            log_epoch: Epoch::new([self.epoch; 8]),
            issued: received,
            size: 1,
            root: Digest::new([0; 32]),
            entries,
        };
        receipt.sign(&tenant_key()).unwrap().bytes
    }

    /// What is within the device's reach, by case.
    fn reach(&self, device: DeviceId) -> BTreeMap<CaseId, Vec<Change>> {
        let mut reach: BTreeMap<CaseId, Vec<Change>> = BTreeMap::new();
        for (_, bytes) in &self.log {
            let change = Received::read(bytes).unwrap().trust_own_store();
            if !self.hidden.contains(&(device, change.case())) {
                reach.entry(change.case()).or_default().push(change);
            }
        }
        reach
    }

    fn pull(&self, device: DeviceId, path: &str) -> Response {
        let cursor = path.split_once("&cursor=").map(|(_, text)| URL_SAFE_NO_PAD.decode(text).unwrap());
        let cursor = cursor.unwrap_or(vec![self.epoch, 0, u8::MAX]);
        if cursor[0] != self.epoch || usize::from(cursor[1]) > self.log.len() {
            return response(409, br#"{"code":"cursor_unknown","title":"?"}"#.to_vec());
        }
        let from = usize::from(cursor[1]);
        let to = (from + 3).min(self.log.len());
        let reach = self.reach(device);
        let hidden = u8::try_from(self.hidden.iter().filter(|(of, _)| *of == device).count()).unwrap();
        let heads = |(case, changes): (&CaseId, &Vec<Change>)| CaseHeads {
            case: *case,
            heads: Graph::new(changes).tips().into_iter().collect(),
        };
        let listed = || reach.iter().map(heads).chain(self.phantom.clone()).collect();
        let visible = |id: &ChangeId| reach.values().flatten().any(|change| change.id() == *id);
        let page = Pulled {
            cursor: vec![self.epoch, u8::try_from(to).unwrap(), hidden],
            more: to < self.log.len(),
            cases: (cursor[2] != hidden).then(listed),
            leases: self.leases.clone(),
            changes: self.log[from..to].iter().filter(|(id, _)| visible(id)).map(|(_, bytes)| bytes.clone()).collect(),
            ..Pulled::default()
        };
        response(200, page.to_bytes())
    }

    /// Gives three changes at a time.
    fn reconcile(&mut self, device: DeviceId, body: &[u8]) -> Response {
        self.reconciled += 1;
        let theirs = Reconcile::read(body).unwrap();
        let heads: Vec<ChangeId> = theirs.cases.iter().flat_map(|case| case.heads.clone()).collect();
        let mut changes = Vec::new();
        for held in self.reach(device).values() {
            let graph = Graph::new(held);
            let has = |id: ChangeId| heads.iter().any(|head| *head == id || graph.builds_on(head, &id));
            changes.extend(graph.order().iter().filter(|change| !has(change.id())).map(|change| change.to_bytes()));
        }
        changes.truncate(3);
        let wanted = heads.into_iter().filter(|head| !self.holds(*head)).collect();
        response(200, Reconciled { wanted, leases: self.leases.clone(), changes }.to_bytes())
    }

    fn create(&mut self, request: &Request) -> Response {
        let header = |name| request.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.clone());
        let length = header("Upload-Length").unwrap().parse().unwrap();
        let metadata = header("Upload-Metadata").unwrap();
        let sha256 = metadata.split(',').find_map(|pair| pair.strip_prefix("sha256 ")).unwrap().to_owned();
        let digest = Digest::from_slice(&STANDARD.decode(sha256).unwrap()).unwrap();
        let url = format!("/v1/evidence/{digest}");
        let upload = self.uploads.entry(url.clone()).or_insert((length, digest, Vec::new()));
        let headers = vec![("Location".into(), url), ("Upload-Offset".into(), upload.2.len().to_string())];
        Response { headers, ..response(201, Vec::new()) }
    }

    fn upload(&mut self, request: &Request, path: &str) -> Response {
        let Some((length, digest, held)) = self.uploads.get_mut(path) else { return response(404, Vec::new()) };
        if request.method == "PATCH" {
            let offset = request.headers.iter().find(|(name, _)| *name == "Upload-Offset").unwrap();
            if offset.1 != held.len().to_string() {
                return response(409, Vec::new());
            }
            held.extend(&request.body);
            if held.len() == *length {
                let found: [u8; 32] = sha2::Sha256::digest(&held).into();
                if found != *digest.bytes() {
                    self.uploads.remove(path);
                    return response(422, Vec::new());
                }
                self.files.insert(*digest, held.clone());
            }
        }
        let headers = vec![("Upload-Offset".into(), held.len().to_string())];
        Response { headers, ..response(if request.method == "HEAD" { 200 } else { 204 }, Vec::new()) }
    }
}
