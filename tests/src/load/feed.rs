//! A generated feed for measuring a phone's store: a tenant's key, an author with a lease, signed changes.
//!
//! Promise: it equals what a server sends for such cases, in pages; the same numbers give the same changes.

use sync_core::change::{Change, Clock, Header, NewOp};
use sync_core::device::{Device, Enrolment, Identity, Moment};
use sync_core::id::{AgencyId, BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::lease::Lease;
use sync_core::message::{CaseHeads, Pulled};
use sync_core::op::{Act, CaseKind, Open};
use sync_core::sign::{PublicKey, Signer as _, SoftwareKey, SoftwareVerifier};
use sync_core::time::Instant;

use super::measured_record;

const TENANT: TenantId = TenantId::new([1; 16]);
const AGENCY: AgencyId = AgencyId::new([2; 16]);
const BOOT: BootId = BootId::new([3; 16]);
/// 2026-11-23, midnight in Asia/Shanghai, ms UTC.
const DAY: i64 = 1_795_363_200_000;
/// Duration of a lease, in ms.
const LEASE_MS: i64 = 8 * 3_600_000;

/// The tenant's signing key.
fn tenant_key() -> SoftwareKey {
    SoftwareKey::from_secret(&[100; 32]).unwrap()
}

/// An hour into the lease.
pub const fn moment() -> Moment {
    Moment {
        wall: Instant::from_ms(DAY + 3_600_000),
        monotonic_ms: 3_600_000,
        boot: BOOT,
        counts_sleep: true,
        place: None,
    }
}

/// An author with a phone.
pub struct Author {
    /// The phone's key.
    pub key: SoftwareKey,
    number: u8,
    seq: u64,
    prev: Option<ChangeId>,
    lease: (Digest, Vec<u8>),
}

impl Author {
    /// The phone of this number, which is not 0.
    pub fn new(number: u8) -> Self {
        let key = SoftwareKey::from_secret(&[number; 32]).unwrap();
        let lease = lease(number, key.public_key());
        Self { key, number, seq: 0, prev: None, lease }
    }

    /// Its lease as the tenant signed it.
    pub fn lease(&self) -> Vec<u8> {
        self.lease.1.clone()
    }

    /// Its officer.
    pub const fn officer(&self) -> OfficerId {
        OfficerId::new([self.number; 16])
    }

    /// The store of its phone, which has its lease and nothing else.
    pub fn store(&self, db: rusqlite::Connection, options: &sync_core::device::Options) -> Device {
        let identity = Identity {
            tenant: TENANT,
            tenant_key: tenant_key().public_key(),
            device: DeviceId::new([self.number; 16]),
            device_key: self.key.public_key(),
            officer: self.officer(),
            agency: AGENCY,
        };
        let enrolment = Enrolment { identity, epoch: Epoch::new([self.number; 8]) };
        let mut device = Device::create_over(db, options, &enrolment, Box::new(SoftwareVerifier)).unwrap();
        let taken = device.accept_lease(&self.lease.1, None, &moment()).unwrap();
        assert!(taken.refused.is_empty(), "{taken:?}");
        device
    }

    /// Signs the next change.
    pub fn save(&mut self, case: Option<CaseId>, deps: Vec<ChangeId>, ops: Vec<NewOp>) -> Change {
        let Moment { wall, monotonic_ms, boot, counts_sleep, place: _ } = moment();
        let header = Header {
            tenant: TENANT,
            device: DeviceId::new([self.number; 16]),
            epoch: Epoch::new([self.number; 8]),
            seq: self.seq + 1,
            prev: self.prev,
            officer: self.officer(),
            lease: Some(self.lease.0),
            case,
            deps,
            clock: Clock { wall, monotonic_ms, boot, counts_sleep, anchor: None },
            rules: Digest::new([0; 32]),
            ops: Digest::new([0; 32]),
        };
        let mut secret = [self.number; 32];
        secret[..8].copy_from_slice(&self.seq.to_be_bytes());
        let change = Change::seal(header, ops, secret, &self.key).unwrap();
        (self.seq, self.prev) = (self.seq + 1, Some(change.id()));
        change
    }

    /// Opens a case with the record in the same change.
    pub fn open(&mut self, number: u64) -> Change {
        let (kind, item) = (CaseKind::Inspection, "SJ-C-001".to_owned());
        let open = Open { kind, agency: AGENCY, item, officers: vec![self.officer()] };
        let ops = std::iter::once(NewOp::new(Act::Open(open))).chain(measured_record::ops(number, 1)).collect();
        self.save(None, Vec::new(), ops)
    }

    /// Opens a case and extends it: each further change replaces the values of the one before.
    pub fn one_case(&mut self, changes: u64) -> Vec<Change> {
        let mut made = vec![self.open(0)];
        for number in 1..changes {
            let last = made.last().unwrap();
            let change = self.save(Some(last.case()), vec![last.id()], measured_record::ops(number, 0));
            made.push(change);
        }
        made
    }

    /// This many cases of one change each, as pages of the feed. The first page lists all of them, as a server's does.
    pub fn pages(&mut self, cases: u64, page: usize) -> Vec<Pulled> {
        let changes: Vec<Change> = (0..cases).map(|number| self.open(number)).collect();
        let listed = changes.iter().map(|change| CaseHeads { case: change.case(), heads: vec![change.id()] }).collect();
        let mut pages: Vec<Pulled> = changes
            .chunks(page)
            .map(|chunk| Pulled {
                cursor: vec![1],
                more: true,
                cases: None,
                removed: Vec::new(),
                leases: vec![self.lease()],
                changes: chunk.iter().map(Change::to_bytes).collect(),
            })
            .collect();
        pages.first_mut().unwrap().cases = Some(listed);
        pages.last_mut().unwrap().more = false;
        pages
    }
}

fn lease(number: u8, key: PublicKey) -> (Digest, Vec<u8>) {
    let lease = Lease {
        tenant: TENANT,
        device: DeviceId::new([number; 16]),
        key,
        epoch: Epoch::new([number; 8]),
        officer: OfficerId::new([number; 16]),
        agency: AGENCY,
        certificate: "22370001001".to_owned(),
        certificate_ends: Instant::from_ms(DAY + 365 * 86_400_000),
        issued: Instant::from_ms(DAY),
        not_after: Instant::from_ms(DAY + LEASE_MS),
        blocks: Vec::new(),
    };
    let signed = lease.sign(&tenant_key()).unwrap();
    (signed.hash, signed.bytes)
}

/// Takes pages into a store; each change must be stored.
pub fn take(device: &mut Device, pages: &[Pulled]) {
    for page in pages {
        let arrived = device.receive_page(page).unwrap();
        assert_eq!(arrived.stored.len(), page.changes.len(), "{arrived:?}");
    }
}
