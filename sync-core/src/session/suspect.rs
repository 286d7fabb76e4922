//! Attributes server errors (5xx) to one case, to one file, or to the whole server.
//!
//! Promise: a case on which the server always fails waits alone; other cases, files and the feed continue. After three
//! such errors without a success in between, the feed is requested next: if it fails too, everything waits.

use super::{Flight, Response, Session, SyncFailure};
use crate::device::{Device, Moment};
use crate::id::CaseId;
use std::collections::BTreeSet;

/// After this many errors in a row, the cause may be the server and not the request.
const DOUBTFUL: u32 = 3;

/// Cases that are sent on their own, because a push with them failed.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    cases: BTreeSet<CaseId>,
    in_a_row: u32,
}

impl Suspects {
    pub fn holds(&self, case: CaseId) -> bool {
        self.cases.contains(&case)
    }

    pub fn clear(&mut self, case: CaseId) {
        self.cases.remove(&case);
    }

    pub const fn doubt_the_server(&self) -> bool {
        self.in_a_row >= DOUBTFUL
    }

    /// A request succeeded, or everything waits now: reset the suspicion.
    pub const fn doubt_no_more(&mut self) {
        self.in_a_row = 0;
    }
}

impl Session {
    /// Handles a 429 or 5xx.
    pub(super) fn errs(&mut self, device: &Device, flight: &Flight, response: &Response, now: &Moment) {
        let asked_ms = response.retry_after_ms();
        let busy = response.status == 429 || response.status == 503 && asked_ms.is_some();
        match flight {
            Flight::Push { lanes, .. } if !busy => {
                self.suspects.cases.extend(lanes);
                self.suspects.in_a_row += 1;
                let code = response.problem().unwrap_or_default();
                self.last_failure = Some(SyncFailure { status: response.status, code });
                // Several lanes are sent one at a time to find the faulty one.
                if let [case] = lanes.as_slice() {
                    let lane = self.lanes.entry(*case).or_default();
                    lane.fail(&self.limits, device.identity().device, now.monotonic_ms, asked_ms);
                }
            }
            Flight::Create { digest, case } | Flight::Head { digest, case } | Flight::Patch { digest, case }
                if !busy =>
            {
                self.suspects.in_a_row += 1;
                self.fail_upload(device, (*digest, *case), response, now);
            }
            Flight::Push { .. }
            | Flight::Create { .. }
            | Flight::Head { .. }
            | Flight::Patch { .. }
            | Flight::Pull
            | Flight::Reconcile => self.fail_response(device, response, now),
        }
    }
}
