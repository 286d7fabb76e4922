//! A fresh phone that pulls every case of its officer.

use std::path::Path;
use std::time::{Duration, Instant};

use sync_core::change::Received;
use sync_core::device::{Device, Enrolment, Identity};
use sync_core::lease::Lease;
use sync_core::message::Pulled;
use sync_core::sign::{Signer as _, SoftwareVerifier, Verifier};

use super::wire::{PhoneToken, Wire, request};
use crate::actor::base64url;
use crate::{Phone, Server};

/// Changes in a page.
const PAGE: u32 = 500;
/// More pages than any run has.
const PAGES: usize = 10_000;

/// Measurements.
#[derive(Debug, Clone, Copy)]
pub struct Pull {
    /// Changes that came.
    pub changes: usize,
    /// Bytes of all answers.
    pub bytes: usize,
    /// Until the last byte arrived, without processing.
    pub received: Duration,
    /// Checking every signature and commitment, besides.
    pub verified: Duration,
    /// Keeping it in the phone's store, checking included, besides.
    pub stored: Duration,
}

/// Pulls everything into a fresh store.
pub fn run(server: &Server, phone: &Phone<'_>, directory: &Path) -> Pull {
    let mut wire = Wire::of_phone(&server.address(), PhoneToken::of(phone));
    let (mut pages, mut cursor, mut bytes) = (Vec::new(), String::new(), 0);
    let started = Instant::now();
    while pages.len() < PAGES {
        let path = format!("/v1/sync/pull?limit={PAGE}{cursor}");
        let (status, body) = wire.send(&request("GET", &path, "", "", &[]));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        bytes += body.len();
        let page = Pulled::read(&body).unwrap();
        let more = page.more;
        cursor = format!("&cursor={}", base64url(&page.cursor));
        pages.push(page);
        if !more {
            break;
        }
    }
    let received = started.elapsed();
    let changes = pages.iter().map(|page| page.changes.len()).sum();
    Pull { changes, bytes, received, verified: verify(phone, &pages), stored: store(phone, &pages, directory) }
}

fn verify(phone: &Phone<'_>, pages: &[Pulled]) -> Duration {
    let verifier: &dyn Verifier = &SoftwareVerifier;
    let started = Instant::now();
    let mut keys = std::collections::BTreeMap::new();
    for page in pages {
        for bytes in &page.leases {
            let lease = Lease::open(bytes, &phone.server_key, verifier).unwrap().lease;
            keys.insert(lease.device, lease.key);
        }
        for bytes in &page.changes {
            let received = Received::read(bytes).unwrap();
            let key = keys[&received.header().device];
            received.verify(&key, verifier).unwrap();
        }
    }
    started.elapsed()
}

fn store(phone: &Phone<'_>, pages: &[Pulled], directory: &Path) -> Duration {
    let identity = Identity {
        tenant: phone.tenant,
        tenant_key: phone.server_key,
        device: phone.device,
        device_key: phone.key.public_key(),
        officer: phone.officer,
        agency: phone.agency,
    };
    let path = directory.join(format!("phone-{}.db", phone.device));
    let mut device =
        Device::create(&path, &Enrolment { identity, epoch: phone.epoch }, Box::new(SoftwareVerifier)).unwrap();
    let started = Instant::now();
    for page in pages {
        let arrived = device.receive_page(page).unwrap();
        assert!(arrived.refused.is_empty() && arrived.parked.is_empty(), "{arrived:?}");
    }
    started.elapsed()
}
