//! Pushes changes without a receipt.

use super::backoff::Backoff;
use super::{Absorbed, Flight, Request, Response, Session};
use crate::device::{Device, Moment, Offered, StoreError};
use crate::id::{CaseId, ChangeId, Digest};
use crate::message::{Class, Missing, Push, PushOutcome, Pushed};
use std::collections::BTreeSet;

pub(super) const CBOR: &str = "application/cbor";

impl Session {
    /// The next batch: round-robin over the cases that need not wait, parents first. A suspect is sent alone and
    /// after the others, fewest failures first.
    pub(super) fn push(&mut self, device: &Device, now_ms: u64) -> Result<Option<(Flight, Request)>, StoreError> {
        let open = |case: &CaseId| self.lanes.get(case).is_none_or(|lane| lane.left(now_ms).is_none());
        let open: Vec<CaseId> = device.lanes()?.into_iter().filter(open).collect();
        if open.is_empty() {
            self.alone = false;
            return Ok(None);
        }
        let open = self.unsuspected(open);
        let limit = if self.alone { 1 } else { self.limits.batch.max(1) };
        let share = limit.div_ceil(open.len());
        let (mut push, mut lanes, mut changes) = (Push::default(), Vec::new(), Vec::new());
        let (mut leases, mut bytes) = (BTreeSet::<Digest>::new(), 0_usize);
        for case in open {
            for Offered { change, bytes: envelope, lease } in device.offered(case, share)? {
                bytes = bytes.saturating_add(envelope.len());
                let full = changes.len() >= limit || bytes > self.limits.batch_bytes;
                if full && !changes.is_empty() {
                    break;
                }
                leases.extend(lease);
                push.changes.push(envelope);
                changes.push(change);
                if lanes.last() != Some(&case) {
                    lanes.push(case);
                }
            }
        }
        for lease in leases {
            push.leases.extend(device.lease_bytes(lease)?);
        }
        let request = Request {
            method: "POST",
            path: "/v1/sync/push".to_owned(),
            content_type: Some(CBOR),
            headers: vec![("Accept", CBOR.to_owned())],
            body: push.to_bytes(),
        };
        Ok(Some((Flight::Push { lanes, changes }, request)))
    }

    fn unsuspected(&self, open: Vec<CaseId>) -> Vec<CaseId> {
        let (suspects, others): (Vec<CaseId>, Vec<CaseId>) =
            open.into_iter().partition(|case| self.suspects.holds(*case));
        if !others.is_empty() {
            return others;
        }
        let failures = |case: &CaseId| self.lanes.get(case).map_or(0, |lane| lane.failures());
        suspects.into_iter().min_by_key(failures).into_iter().collect()
    }

    pub(super) fn pushed(
        &mut self,
        device: &mut Device,
        lanes: &[CaseId],
        changes: &[ChangeId],
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        let answer = if response.status == 200 { Pushed::read(&response.body).ok() } else { None };
        // The answer to a hand-in contains receipts only.
        let is_whole =
            |answer: &Pushed| answer.outcomes.len() == changes.len() || self.hands_in && answer.outcomes.is_empty();
        let Some(Pushed { outcomes, receipts }) = answer.filter(is_whole) else {
            self.not_taken(device, lanes, response, now);
            return Ok(Absorbed::default());
        };
        let acknowledged = device.accept_receipts(&receipts)?;
        self.succeed();
        lanes.iter().for_each(|case| self.suspects.clear(*case));
        let held: BTreeSet<ChangeId> = acknowledged.iter().copied().collect();
        let mut slow = BTreeSet::new();
        let mut asked = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            if held.contains(change) {
                continue;
            }
            asked.extend(outcomes.get(place).into_iter().flat_map(lacking));
            // Neither stored nor finally refused: its case waits, the other cases continue.
            if let Some(case) = device.change(*change)?.map(|change| change.case()) {
                slow.insert(case);
            }
        }
        // If the server lacks a change that it gave a receipt for, it has lost the change: send it again immediately.
        let again = device.offer_again(&asked)?;
        for case in lanes {
            if slow.contains(case) && again == 0 {
                let lane = self.lanes.entry(*case).or_default();
                lane.fail(&self.limits, device.identity().device, now.monotonic_ms, None);
            } else {
                self.lanes.remove(case);
            }
        }
        Ok(Absorbed { acknowledged, outcomes, ..Absorbed::default() })
    }

    /// The server refused the batch. Send each change alone to find the one that is at fault.
    fn not_taken(&mut self, device: &Device, lanes: &[CaseId], response: &Response, now: &Moment) {
        let about_the_batch = matches!(response.status, 400 | 413 | 415 | 422);
        if about_the_batch && !self.alone {
            self.alone = true;
        } else if about_the_batch {
            for case in lanes {
                let lane: &mut Backoff = self.lanes.entry(*case).or_default();
                lane.fail(&self.limits, device.identity().device, now.monotonic_ms, None);
            }
        } else {
            self.fail_response(device, response, now);
        }
    }
}

fn lacking(outcome: &PushOutcome) -> impl Iterator<Item = ChangeId> {
    let parked = outcome.class == Class::Parked;
    outcome.missing.iter().filter_map(move |missing| match missing {
        Missing::Change(id) if parked => Some(*id),
        Missing::Change(_) | Missing::Values | Missing::Lease(_) => None,
    })
}
