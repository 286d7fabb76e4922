//! Preparation for offline work: lease, reference data, tasks.

use api_spec::device::{Lease, NewLease};
use api_spec::reference::Reference;
use api_spec::task::TaskList;
use serde_json::{Value as Json, json};
use sync_core::id::unhex;
use sync_core::schema::SPOT_DECISION;

use super::Phone;
use super::answer::{CommandError, Done};
use super::line::{get, post, read};
use super::owner::Owner;

/// Numbered paper forms that were given to the officer.
const PAPERS: &str = "papers.json";
/// The officer's tasks.
const TASKS: &str = "tasks.json";

impl Phone {
    /// Fetches the lease with its blocks of numbers.
    pub(super) fn lease(&mut self) -> Done {
        let asked_ms = self.boot.monotonic_ms();
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        let this_year = self.boot.moment(self.place).wall.date().year();
        let (numbers_left, newest_number) = match u32::try_from(this_year) {
            Ok(year) => (
                u32::try_from(owner.device.numbers_left(&SPOT_DECISION, year)?).ok(),
                Some(owner.device.newest_number(&SPOT_DECISION, year)?),
            ),
            Err(_before_christ) => (None, None),
        };
        let epoch = owner.device.epoch()?.to_string();
        let wanted = post("/v1/leases", &NewLease { epoch, numbers_left, newest_number })?;
        let granted = self.line.ask(owner.id(), &owner.key, &wanted)?;
        let Lease { hash: _, bytes, issued_ms: _, not_after_ms, blocks, papers } = read(&granted)?;
        let bytes = unhex(&bytes).ok_or_else(|| CommandError::broken("the lease is not hex"))?;
        let arrived = owner.device.accept_lease(&bytes, Some(asked_ms), &self.boot.moment(self.place))?;
        if let Some(why) = arrived.refused.first() {
            return Err(CommandError::broken(why));
        }
        self.folder.keep(PAPERS, &json!(papers))?;
        Ok(json!({"not_after_ms": not_after_ms, "blocks": blocks, "papers": papers}))
    }

    /// Fetches the reference data, if it has changed, and the officer's tasks.
    pub(super) fn prepare(&mut self) -> Done {
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        let mut question = get("/v1/sync/reference");
        if let Some((_, Some(etag))) = owner.device.reference()? {
            question.headers.push(("If-None-Match", etag));
        }
        let answered = self.line.ask(owner.id(), &owner.key, &question)?;
        let unchanged = answered.status == 304;
        if !unchanged {
            let _whole: Reference = read(&answered)?;
            let etag = answered.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag"));
            let text = String::from_utf8(answered.body).map_err(CommandError::broken)?;
            owner.device.set_reference(&text, etag.map(|(_, value)| value.as_str()))?;
        }
        let TaskList { items: tasks } = read(&self.line.ask(owner.id(), &owner.key, &get("/v1/tasks"))?)?;
        self.folder.keep(TASKS, &json!(tasks))?;
        let (reference, etag) = taken_along(owner)?;
        Ok(json!({
            "tasks": tasks, "items": reference.items.len(), "officers": reference.officers.len(),
            "agencies": reference.agencies.len(), "reference_etag": etag, "unchanged": unchanged,
        }))
    }

    /// The paper forms and tasks that were fetched last.
    pub(super) fn taken(&self) -> (Json, Json) {
        let kept = |name| self.folder.kept(name).unwrap_or_else(|| json!([]));
        (kept(PAPERS), kept(TASKS))
    }
}

fn taken_along(owner: &Owner) -> Result<(Reference, Option<String>), CommandError> {
    let (text, etag) = owner.device.reference()?.ok_or_else(|| CommandError::broken("no reference data arrived"))?;
    Ok((serde_json::from_str(&text)?, etag))
}
