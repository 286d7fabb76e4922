//! The author of a change, as the API shows it.

use std::collections::BTreeMap;

use api_spec::case as wire;
use sync_core::case::Author;
use sync_core::id::OfficerId;
use sync_core::op::{Act, Op, OpId};
use sync_core::plan::Interval;
use sync_core::schema::PLACE;
use sync_core::time::Instant;
use sync_core::value::Value;

use crate::flow::judge;
use crate::store::StoredChange;

fn place(value: &Value) -> Option<wire::Place> {
    let [Value::Int(latitude_e7), Value::Int(longitude_e7), Value::Int(accuracy_m)] = value.as_list()? else {
        return None;
    };
    Some(wire::Place { latitude_e7: *latitude_e7, longitude_e7: *longitude_e7, accuracy_m: *accuracy_m })
}

/// Proven bounds, and the time of the wall clock.
fn time(proved: Interval, claimed: Instant) -> wire::ProvedTime {
    let contradicted = proved.contradicts(claimed);
    let Interval { lower, upper, grade } = proved;
    wire::ProvedTime { from_ms: lower.ms(), until_ms: upper.ms(), grade, contradicted }
}

/// The author of an act, with name and time.
pub fn author(by: &Author, proved: Interval, names: &BTreeMap<OfficerId, String>) -> wire::Author {
    let Author { officer, device, wall_ms, place: at } = by;
    wire::Author {
        officer: officer.to_string(),
        name: names.get(officer).cloned().unwrap_or_default(),
        device: device.to_string(),
        wall_ms: wall_ms.ms(),
        time: time(proved, *wall_ms),
        place: at.as_ref().and_then(place),
    }
}

/// The author of a change that the folded state does not name.
pub fn author_of(stored: &StoredChange, names: &BTreeMap<OfficerId, String>) -> wire::Author {
    let header = stored.change.header();
    let step = |(_, op): &(OpId, &Op)| matches!(&op.act, Act::RecordStep { step } if *step == PLACE);
    let at = stored.change.named_ops().find(step).and_then(|(id, _)| stored.change.value(id.index)).cloned();
    let by = Author { officer: header.officer, device: header.device, wall_ms: header.clock.wall, place: at };
    author(&by, judge::interval(stored), names)
}
