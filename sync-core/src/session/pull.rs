//! Pulls the feed, and reconciles heads if the server does not know the cursor or lists heads that the feed did not
//! contain (cases that the officer joined late).

use super::push::CBOR;
use super::{Absorbed, Feed, Flight, Request, Response, Session, SyncFailure};
use crate::device::{Device, Moment, StoreError};
use crate::message::{Pulled, Reconcile, Reconciled};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

impl Session {
    pub(super) fn pull(&self, device: &Device) -> Result<Option<(Flight, Request)>, StoreError> {
        let accept = vec![("Accept", CBOR.to_owned())];
        Ok(match self.feed {
            Feed::Done => None,
            Feed::Pull => {
                let cursor = device.cursor()?.map(|cursor| format!("&cursor={}", URL_SAFE_NO_PAD.encode(cursor)));
                let path = format!("/v1/sync/pull?limit={}{}", self.limits.page, cursor.unwrap_or_default());
                let request = Request { method: "GET", path, content_type: None, headers: accept, body: Vec::new() };
                Some((Flight::Pull, request))
            }
            Feed::Reconcile | Feed::Complete => {
                let body = Reconcile { cases: device.heads()? }.to_bytes();
                let path = "/v1/sync/reconcile".to_owned();
                let request = Request { method: "POST", path, content_type: Some(CBOR), headers: accept, body };
                Some((Flight::Reconcile, request))
            }
        })
    }

    pub(super) fn pulled(
        &mut self,
        device: &mut Device,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        if response.status == 409 && response.problem().as_deref() == Some("cursor_unknown") {
            device.forget_cursor()?;
            self.feed = Feed::Reconcile;
            return Ok(Absorbed::default());
        }
        let page = if response.status == 200 { Pulled::read(&response.body).ok() } else { None };
        let Some(page) = page else {
            self.fail_response(device, response, now);
            return Ok(Absorbed::default());
        };
        let arrived = device.receive_page(&page)?;
        self.succeed();
        if !arrived.not_kept.is_empty() {
            // The cursor did not move, so the server sends the page again when there is room.
            self.too_much_parked(response);
        } else if !page.more {
            self.feed = if device.lacks_listed()? { Feed::Complete } else { Feed::Done };
        }
        // A lane may have waited for one of the arrivals.
        arrived.cases.iter().for_each(|case| {
            self.lanes.remove(case);
        });
        Ok(Absorbed { arrived: Some(arrived), ..Absorbed::default() })
    }

    pub(super) fn reconciled(
        &mut self,
        device: &mut Device,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        let answer = if response.status == 200 { Reconciled::read(&response.body).ok() } else { None };
        let Some(answer) = answer else {
            self.fail_response(device, response, now);
            return Ok(Absorbed::default());
        };
        let arrived = device.receive_reconciled(&answer)?;
        self.succeed();
        self.lanes.clear();
        if self.feed != Feed::Complete {
            self.feed = Feed::Pull;
        } else if !device.lacks_listed()? {
            self.feed = Feed::Done;
        } else if !arrived.not_kept.is_empty() {
            self.too_much_parked(response);
        } else if arrived.stored.is_empty() {
            // The same request would give the same answer; the next list of heads names them again.
            device.forget_listed()?;
            self.feed = Feed::Done;
        }
        Ok(Absorbed { arrived: Some(arrived), ..Absorbed::default() })
    }

    /// Too many changes are parked here: pull again when there is room.
    fn too_much_parked(&mut self, response: &Response) {
        self.last_failure = Some(SyncFailure { status: response.status, code: "too_much_parked".to_owned() });
        self.feed = Feed::Done;
    }
}
