//! Output of the phone: cases, their state, and the phone's own state.

use serde_json::{Map, Value as Json, json};
use sync_core::device::{Card, ClockFault};
use sync_core::id::CaseId;
use sync_core::lease::Block;

use super::Phone;
use super::answer::{CommandError, Done};

impl Phone {
    /// A case, folded from the changes on this phone.
    pub(super) fn show_case(&self, case: CaseId) -> Done {
        let owner = self.owner()?;
        let state = owner.device.case(case)?.ok_or_else(|| {
            CommandError::broken(format!("case {case} is not on this phone: open, join or sync first"))
        })?;
        let conflicts: Vec<_> = state.conflicts().collect();
        Ok(json!({
            "state": state, "hash": state.hash(), "basis": state.basis(), "conflicts": conflicts,
            "checks": owner.device.checks_of(&state, &self.now())?, "evidence_missing": owner.device.evidence_missing(case)?,
        }))
    }

    /// Every case on the phone.
    pub(super) fn show_cases(&self) -> Done {
        let card = |card: Card| {
            let Card { case, kind, agency, title, conflicts, newest, unacknowledged, shared, out_of_reach } = card;
            json!({
                "case": case, "kind": kind, "agency": agency, "title": title, "conflicts": conflicts,
                "newest_ms": newest.ms(), "unacknowledged": unacknowledged, "shared": shared,
                "out_of_reach": out_of_reach,
            })
        };
        let cards: Vec<Json> = self.owner()?.device.cases()?.into_iter().map(card).collect();
        Ok(json!({"cases": cards}))
    }

    /// The phone's state.
    pub(super) fn status(&self) -> Done {
        let Some(owner) = &self.owner else { return Ok(json!({"enrolled": false})) };
        let (mut changes, mut hashes) = (0, Map::new());
        for heads in owner.device.heads()? {
            changes += owner.device.changes(heads.case)?.len();
            if let Some(state) = owner.device.case(heads.case)? {
                hashes.insert(heads.case.to_string(), json!(state.hash()));
            }
        }
        let tally = owner.device.tally()?;
        let lease = owner.device.lease()?;
        let (papers, tasks) = self.taken();
        Ok(json!({
            "enrolled": true, "device": owner.id(), "officer": owner.device.identity().officer, "pid": std::process::id(),
            "changes": changes, "unacknowledged": tally.changes, "evidence_waiting": tally.files,
            "evidence_waiting_bytes": tally.bytes, "parked": tally.parked, "state_hashes": hashes,
            "lease_not_after_ms": lease.as_ref().map(|lease| lease.lease.not_after.ms()),
            "blocks": lease.map_or_else(Vec::new, |lease| lease.lease.blocks).iter().map(block).collect::<Vec<_>>(),
            "papers": papers, "tasks": tasks, "clock": owner.device.clock_fault(&self.now())?.map(fault),
        }))
    }
}

/// Numbers that the phone may give offline.
fn block(block: &Block) -> Json {
    let Block { form, agency: _, year, prefix, first, last } = block;
    json!({"form": form, "year": year, "prefix": prefix, "first": first, "last": last})
}

/// The fault of the phone's clock, in words.
pub(super) fn fault(fault: ClockFault) -> Json {
    let ClockFault { off_by_ms, proved: _, zh, en } = fault;
    json!({"off_by_ms": off_by_ms, "zh": zh, "en": en})
}
