//! Uploads files by tus 1.0: creation, offset, chunks.
//!
//! Promise: after an interruption the offset is requested before anything is sent; a file counts as uploaded only when
//! the server has confirmed every byte.

use super::backoff::Backoff;
use super::{Absorbed, Flight, Media, Request, Response, Session};
use crate::device::{Device, Evidence, Moment, StoreError};
use crate::id::{CaseId, Digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const TUS: (&str, &str) = ("Tus-Resumable", "1.0.0");

/// The state of an upload in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Upload {
    pub backoff: Backoff,
    /// Whether the server confirmed the stored offset in this session.
    offset_known: bool,
}

impl Upload {
    pub fn hurry(&mut self) {
        self.backoff = Backoff::default();
    }
}

type Name = (Digest, CaseId);

impl Session {
    pub(super) fn upload(
        &mut self,
        device: &Device,
        now_ms: u64,
        media: &mut dyn Media,
    ) -> Result<Option<(Flight, Request)>, StoreError> {
        for evidence in device.evidence_to_send()? {
            let name = (evidence.file.digest, evidence.case);
            let upload = self.uploads.entry(name).or_default();
            if upload.backoff.left(now_ms).is_some() {
                continue;
            }
            let Some(url) = evidence.upload.clone() else { return Ok(Some(create(&evidence))) };
            if !upload.offset_known {
                return Ok(Some(head(&evidence, url)));
            }
            let rest = usize::try_from(evidence.file.size.saturating_sub(evidence.sent)).unwrap_or(usize::MAX);
            match media.read(&evidence.file, evidence.sent, rest.min(self.limits.chunk)) {
                Some(bytes) if !bytes.is_empty() || rest == 0 => return Ok(Some(patch(&evidence, url, bytes))),
                // Unreadable now: continue with the other files.
                Some(_) | None => upload.backoff.fail(&self.limits, device.identity().device, now_ms, None),
            }
        }
        Ok(None)
    }

    /// After a lost answer the offset is unknown.
    pub(super) fn forget_offset(&mut self, flight: &Flight) {
        if let Flight::Create { digest, case } | Flight::Head { digest, case } | Flight::Patch { digest, case } = flight
        {
            self.uploads.entry((*digest, *case)).or_default().offset_known = false;
        }
    }

    pub(super) fn created(
        &mut self,
        device: &mut Device,
        name: Name,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        let url = response.header("location").map(str::to_owned);
        match response.status {
            200 | 201 | 204 => self.at_offset(device, name, url.as_deref(), response, Some(0)),
            _ => Ok(self.fail_upload(device, name, response, now)),
        }
    }

    pub(super) fn headed(
        &mut self,
        device: &mut Device,
        name: Name,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        match response.status {
            200 | 204 => self.at_offset(device, name, None, response, None),
            403 | 404 | 410 => {
                // The server has dropped the upload, or has discarded its bytes because their hash was wrong.
                device.note_upload(name.0, name.1, None, 0)?;
                Ok(self.fail_upload(device, name, response, now))
            }
            _ => Ok(self.fail_upload(device, name, response, now)),
        }
    }

    pub(super) fn patched(
        &mut self,
        device: &mut Device,
        name: Name,
        response: &Response,
        now: &Moment,
    ) -> Result<Absorbed, StoreError> {
        match response.status {
            200 | 204 => self.at_offset(device, name, None, response, None),
            // The server has another offset: ask for it.
            409 => {
                self.uploads.entry(name).or_default().offset_known = false;
                Ok(Absorbed::default())
            }
            403 | 404 | 410 | 422 | 460 => {
                device.note_upload(name.0, name.1, None, 0)?;
                Ok(self.fail_upload(device, name, response, now))
            }
            _ => Ok(self.fail_upload(device, name, response, now)),
        }
    }

    /// Continues at the offset that the server stated, or at `otherwise`.
    fn at_offset(
        &mut self,
        device: &mut Device,
        name: Name,
        url: Option<&str>,
        response: &Response,
        otherwise: Option<u64>,
    ) -> Result<Absorbed, StoreError> {
        let said = response.header("upload-offset").and_then(|offset| offset.trim().parse::<u64>().ok()).or(otherwise);
        let Some(evidence) = device.evidence_to_send()?.into_iter().find(|e| (e.file.digest, e.case) == name) else {
            return Ok(Absorbed::default());
        };
        self.succeed();
        let offset = said.unwrap_or(evidence.sent).min(evidence.file.size);
        let upload = self.uploads.entry(name).or_default();
        *upload = Upload { backoff: Backoff::default(), offset_known: said.is_some() };
        // An empty file is complete when created; any other file when the server has confirmed its whole length.
        if offset == evidence.file.size && said.is_some() {
            let receipt = response.header("palm-receipt").and_then(|text| STANDARD.decode(text).ok());
            device.note_complete(name.0, name.1, receipt.as_deref())?;
            self.uploads.remove(&name);
            return Ok(Absorbed { uploaded: Some(name.0), ..Absorbed::default() });
        }
        device.note_upload(name.0, name.1, url.or(evidence.upload.as_deref()), offset)?;
        Ok(Absorbed::default())
    }

    pub(super) fn fail_upload(&mut self, device: &Device, name: Name, response: &Response, now: &Moment) -> Absorbed {
        let code = response.problem().unwrap_or_default();
        self.last_failure = Some(super::SyncFailure { status: response.status, code });
        let upload = self.uploads.entry(name).or_default();
        upload.offset_known = false;
        let asked_ms = response.retry_after_ms();
        upload.backoff.fail(&self.limits, device.identity().device, now.monotonic_ms, asked_ms);
        Absorbed::default()
    }
}

fn request(method: &'static str, path: String, headers: Vec<(&'static str, String)>, body: Vec<u8>) -> Request {
    let mut all = vec![(TUS.0, TUS.1.to_owned())];
    all.extend(headers);
    let content_type = (method == "PATCH").then_some("application/offset+octet-stream");
    Request { method, path, content_type, headers: all, body }
}

fn create(evidence: &Evidence) -> (Flight, Request) {
    let (digest, case) = (evidence.file.digest, evidence.case);
    let named = case.to_string();
    let metadata: [(&str, &[u8]); 3] =
        [("sha256", digest.bytes()), ("type", evidence.file.media_type.as_bytes()), ("case", named.as_bytes())];
    let metadata = metadata.map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).join(",");
    let headers = vec![("Upload-Length", evidence.file.size.to_string()), ("Upload-Metadata", metadata)];
    (Flight::Create { digest, case }, request("POST", "/v1/evidence".to_owned(), headers, Vec::new()))
}

fn head(evidence: &Evidence, url: String) -> (Flight, Request) {
    let (digest, case) = (evidence.file.digest, evidence.case);
    (Flight::Head { digest, case }, request("HEAD", url, Vec::new(), Vec::new()))
}

fn patch(evidence: &Evidence, url: String, body: Vec<u8>) -> (Flight, Request) {
    let (digest, case) = (evidence.file.digest, evidence.case);
    let headers = vec![("Upload-Offset", evidence.sent.to_string())];
    (Flight::Patch { digest, case }, request("PATCH", url, headers, body))
}
