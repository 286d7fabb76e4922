//! Agencies kept by hand: entered, changed, moved in the tree, closed and opened again.
//!
//! Promise: an agency's administrator does it in the own subtree, the system administrator in the whole tree; each act is
//! on the state that the person saw, has a reason, and leaves a record in the same transaction. Nothing is deleted: a
//! closed agency stays with its cases. Whether an agency fits among the others is judged by `sync_core::organ`. Not here:
//! mandates (`mandate`), files with agencies.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sync_core::agency::AgencyKind;
use sync_core::id::{AgencyId, TenantId, hex};
use sync_core::law::facts::Sector;
use sync_core::organ::{self, Misfit, Node, Standing};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::time::Instant;

use super::caller::Caller;
use super::idempotency::IdempotentRequest;
use super::register_event::{self, By};
use super::seen::Seen;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::{self, AgencyRow, Tx};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 60;
/// Longest short name, in characters.
pub const LONGEST_SHORT_NAME: usize = 12;

/// What is entered of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyData {
    /// Full name.
    pub name: String,
    /// As document numbers write it.
    pub short_name: String,
    /// The kind.
    pub kind: AgencyKind,
    /// Field of enforcement.
    pub sector: Sector,
    /// The organ in whose name it acts; none if it acts in its own.
    pub acts_for: Option<AgencyId>,
    /// The organ of reconsideration for its decisions.
    pub reconsideration: Option<AgencyId>,
}

/// Something to do to an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Other data.
    Change(AgencyData),
    /// Another place in the tree: below this agency.
    Move(AgencyId),
    /// It enforces no more.
    Close,
    /// It enforces again.
    Reopen,
}

/// An agency with what belongs to it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The agency.
    pub agency: AgencyRow,
    /// Its present state, for [`Seen`].
    pub tag: String,
    /// The agencies above it, the highest first. Names of organs are public.
    pub above: Vec<AgencyRow>,
    /// The agencies right below it.
    pub below: Vec<AgencyRow>,
    /// Name of the organ in whose name it acts; empty if it acts in its own.
    pub acts_for: String,
    /// Name of the organ of reconsideration; empty without one.
    pub reconsideration: String,
    /// What keeps it from being closed.
    pub standing: Standing,
    /// Whether the reader may change it.
    pub is_in_care: bool,
}

/// Whether the caller keeps agencies at all.
pub fn may_keep(caller: &Caller) -> bool {
    care(caller).is_ok()
}

/// How the paths of the agencies begin that the caller may change.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub fn care(caller: &Caller) -> Result<&str, Refusal> {
    if caller.must_have(Duty::AgencyTree).is_ok() {
        return Ok("");
    }
    caller.must_have(Duty::Agencies)?;
    Ok(&caller.path)
}

/// The state of an agency: another one has another tag.
pub fn tag(row: &AgencyRow) -> String {
    let AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active } = row;
    let said = json!([id, parent, path, name, short_name, kind.code(), sector, acts_for, reconsideration, active]);
    hex(&Sha256::digest(said.to_string()))
}

/// One agency in reach.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn detail(app: &App, caller: Caller, id: AgencyId) -> Result<Detail, Failure> {
    let (tenant, today) = (app.tenant, app.clock.now());
    app.store
        .read(move |tx| {
            let agency = tx.agency(&tenant, &id)?.filter(|agency| reads(&caller, agency)).ok_or(Refusal::NotFound)?;
            let all = tx.agencies_below(&tenant, "")?;
            let named = |organ: Option<AgencyId>| organ.map(|organ| name(&all, organ)).unwrap_or_default();
            let (acts_for, reconsideration) = (named(agency.acts_for), named(agency.reconsideration));
            let below = all.iter().filter(|one| one.parent == Some(id)).cloned().collect();
            let above = all.into_iter().filter(|one| one.id != id && agency.path.starts_with(&one.path)).collect();
            let is_in_care = care(&caller).is_ok_and(|care| agency.path.starts_with(care));
            let standing = standing(tx, &tenant, &agency, today)?;
            Ok(Detail { tag: tag(&agency), above, below, acts_for, reconsideration, standing, is_in_care, agency })
        })
        .await
}

/// Whether somebody reads an agency: in reach, or in their care.
pub(super) fn reads(caller: &Caller, agency: &AgencyRow) -> bool {
    caller.reaches(&agency.path) || care(caller).is_ok_and(|care| agency.path.starts_with(care))
}

/// The agencies that the caller reads, in the order of the tree.
///
/// # Errors
/// An internal error.
pub async fn tree(app: &App, caller: Caller) -> Result<Vec<AgencyRow>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let mut all = tx.agencies_below(&tenant, "")?;
            all.retain(|agency| reads(&caller, agency));
            Ok(all)
        })
        .await
}

/// The agencies that one may name as organ of another: those in care, and those above them.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn near(app: &App, caller: Caller) -> Result<Vec<AgencyRow>, Failure> {
    let tenant = app.tenant;
    let care = care(&caller)?.to_owned();
    app.store
        .read(move |tx| {
            let mut all = tx.agencies_below(&tenant, "")?;
            all.retain(|one| is_near(&care, one));
            Ok(all)
        })
        .await
}

fn is_near(care: &str, agency: &AgencyRow) -> bool {
    agency.path.starts_with(care) || care.starts_with(&agency.path)
}

/// Enters an agency below another.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NoSuchAgency`] for one that is not in care; [`Refusal::AgencyClosed`];
/// [`Refusal::AgencyMisfit`]; [`Refusal::Malformed`] without a reason; [`Refusal::IdempotencyKeyReused`]; or an internal
/// error.
pub async fn add(
    app: &App,
    caller: Caller,
    parent: AgencyId,
    data: AgencyData,
    (reason, key): (String, Option<String>),
) -> Result<AgencyRow, Failure> {
    let (tenant, now, id) = (app.tenant, app.clock.now(), AgencyId::new(random::bytes()?));
    let parts = [parent.to_string(), format!("{data:?}"), reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "agency", key, &parts);
    app.store
        .write(move |tx| {
            let care = care(&caller)?;
            crate::flow::reason::read(&reason)?;
            tx.lock_tenant(&tenant, now)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
                let made: [u8; 16] = made.as_slice().try_into().map_err(|_length| corrupt)?;
                return Ok(tx.agency(&tenant, &AgencyId::new(made))?.ok_or(Refusal::NotFound)?);
            }
            let all = tx.agencies_below(&tenant, "")?;
            let above = all.iter().find(|one| one.id == parent && one.path.starts_with(care));
            let above = above.ok_or(Refusal::NoSuchAgency)?;
            if !above.active {
                return Err(Refusal::AgencyClosed.into());
            }
            let row = of(&data, id, Some(parent), format!("{}{id}/", above.path));
            check(&row, &all, care)?;
            tx.add_agency(&tenant, &row)?;
            note(tx, &tenant, (RegisterEventKind::AgencyAdded, id), &said(&row, &all), (&caller, &reason), now)?;
            request.has_made(tx, &tenant, id.bytes(), now)?;
            Ok(row)
        })
        .await
}

/// Does something to an agency as the caller saw it.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::Stale`]; [`Refusal::Malformed`] without a reason;
/// [`Refusal::NoSuchAgency`] for another agency that is not near; [`Refusal::AgencyMisfit`]; [`Refusal::AgencyInUse`];
/// [`Refusal::AgencyClosed`]; or an internal error.
pub async fn act(
    app: &App,
    caller: Caller,
    id: AgencyId,
    seen: Seen<String>,
    (act, reason): (Act, String),
) -> Result<AgencyRow, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            let care = care(&caller)?;
            crate::flow::reason::read(&reason)?;
            tx.lock_tenant(&tenant, now)?;
            let all = tx.agencies_below(&tenant, "")?;
            let agency = all.iter().find(|one| one.id == id && one.path.starts_with(care)).ok_or(Refusal::NotFound)?;
            if !seen.holds_for(&tag(agency)) {
                return Err(Refusal::Stale.into());
            }
            let (kind, detail) = match &act {
                Act::Change(data) => match change(tx, &tenant, agency, (data, &all, care))? {
                    Some(detail) => (RegisterEventKind::AgencyChanged, detail),
                    None => return Ok(agency.clone()),
                },
                Act::Move(parent) => {
                    (RegisterEventKind::AgencyMoved, transfer(tx, &tenant, agency, (*parent, &all, care))?)
                }
                Act::Close => (RegisterEventKind::AgencyClosed, close(tx, &tenant, agency, now)?),
                Act::Reopen => (RegisterEventKind::AgencyReopened, reopen(tx, &tenant, agency, &all)?),
            };
            note(tx, &tenant, (kind, id), &detail, (&caller, &reason), now)?;
            Ok(tx.agency(&tenant, &id)?.ok_or(Refusal::NotFound)?)
        })
        .await
}

fn change(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    agency: &AgencyRow,
    (data, all, care): (&AgencyData, &[AgencyRow], &str),
) -> Result<Option<Value>, Failure> {
    let new = AgencyRow { active: agency.active, ..of(data, agency.id, agency.parent, agency.path.clone()) };
    if new == *agency {
        return Ok(None);
    }
    // What is as it was may lie beyond the care.
    let named = [(new.acts_for, agency.acts_for), (new.reconsideration, agency.reconsideration)];
    is_known(named.into_iter().filter(|(new, old)| new != old).filter_map(|(new, _)| new), all, care)?;
    fits(&new, all)?;
    tx.put_agency(tenant, &new)?;
    let (old, new) = (said(agency, all), said(&new, all));
    let differs = |(name, was): (&String, &Value)| {
        let is = new.get(name)?;
        (is != was).then(|| json!({ "what": name, "old": was, "new": is }))
    };
    Ok(Some(old.as_object().into_iter().flatten().filter_map(differs).collect()))
}

fn transfer(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    agency: &AgencyRow,
    (parent, all, care): (AgencyId, &[AgencyRow], &str),
) -> Result<Value, Failure> {
    // Nobody moves the top of their own subtree, for it decides what they may touch.
    if agency.path == care {
        return Err(Refusal::Forbidden.into());
    }
    let below = all.iter().find(|one| one.id == parent && one.path.starts_with(care)).ok_or(Refusal::NoSuchAgency)?;
    if !organ::can_move(&agency.node(), &below.node()) {
        return Err(Refusal::AgencyMisfit.because(CANNOT_MOVE.0, CANNOT_MOVE.1).into());
    }
    for row in all.iter().filter(|one| one.path.starts_with(&agency.path)) {
        let rest = row.path.strip_prefix(agency.path.as_str()).unwrap_or_default();
        let above = if row.id == agency.id { Some(parent) } else { row.parent };
        let path = format!("{}{}/{rest}", below.path, agency.id);
        tx.put_agency(tenant, &AgencyRow { parent: above, path, ..row.clone() })?;
    }
    Ok(json!({ "old": agency.parent.map(|id| name(all, id)), "new": below.name }))
}

const CANNOT_MOVE: (&str, &str) = (
    "不能移到这里：不能移到自己或者自己的下级单位之下，不能移到已停用的单位之下，也不必移到现在所在的位置。",
    "It cannot go there: not below itself or an agency below it, not below one that was closed, and not where it is already.",
);

fn close(tx: &mut Tx<'_>, tenant: &TenantId, agency: &AgencyRow, now: Instant) -> Result<Value, Failure> {
    if !agency.active {
        return Err(Refusal::AgencyClosed.into());
    }
    let standing = standing(tx, tenant, agency, now)?;
    if !standing.is_clear() {
        return Err(in_use(standing).into());
    }
    tx.put_agency(tenant, &AgencyRow { active: false, ..agency.clone() })?;
    Ok(json!({ "name": agency.name }))
}

fn reopen(tx: &mut Tx<'_>, tenant: &TenantId, agency: &AgencyRow, all: &[AgencyRow]) -> Result<Value, Failure> {
    let new = AgencyRow { active: true, ..agency.clone() };
    let above = agency.parent.and_then(|parent| all.iter().find(|one| one.id == parent));
    if agency.active || above.is_some_and(|above| !above.active) {
        return Err(Refusal::Stale.because(CANNOT_REOPEN.0, CANNOT_REOPEN.1).into());
    }
    fits(&new, all)?;
    tx.put_agency(tenant, &new)?;
    Ok(json!({ "name": agency.name }))
}

const CANNOT_REOPEN: (&str, &str) = (
    "这个单位没有停用，或者它的上级单位已停用：请先启用上级单位。",
    "The agency is not closed, or the one above it is: open that one first.",
);

fn standing(tx: &mut Tx<'_>, tenant: &TenantId, agency: &AgencyRow, now: Instant) -> Result<Standing, Failure> {
    let today = now.date();
    let mandates = tx.mandates_of(tenant, &agency.id)?;
    let open = mandates.iter().filter(|row| row.mandate.term.end().is_none_or(|end| today <= end)).count();
    let mandates = i64::try_from(open).map_err(Failure::broken)?;
    Ok(Standing { mandates, ..tx.agency_standing(tenant, agency)? })
}

fn in_use(standing: Standing) -> Refused {
    let Standing { people, cases, agencies, mandates } = standing;
    let all = [
        (people, "在岗人员", "人", "people who work there"),
        (cases, "未结案件", "件", "open cases"),
        (agencies, "下级单位或者以其名义执法的单位", "个", "agencies below it or acting in its name"),
        (mandates, "未到期的委托或者赋权", "项", "delegations or powers that have not ended"),
    ];
    let left = || all.iter().filter(|(count, ..)| *count > 0);
    let zh: Vec<String> = left().map(|(count, zh, unit, _)| format!("{zh} {count} {unit}")).collect();
    let en: Vec<String> = left().map(|(count, _, _, en)| format!("{count} {en}")).collect();
    Refusal::AgencyInUse.because(
        format!("还有{}，不能停用：请先调出人员、办结案件、移走下级单位、终止委托或者赋权。", zh.join("、")),
        format!(
            "There are still {}: transfer the people, close the cases, move the agencies and end the delegations first.",
            en.join(", ")
        ),
    )
}

fn of(data: &AgencyData, id: AgencyId, parent: Option<AgencyId>, path: String) -> AgencyRow {
    let AgencyData { name, short_name, kind, sector, acts_for, reconsideration } = data.clone();
    let sector = sector.code().to_owned();
    AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active: true }
}

fn check(row: &AgencyRow, all: &[AgencyRow], care: &str) -> Result<(), Failure> {
    is_known([row.acts_for, row.reconsideration].into_iter().flatten(), all, care)?;
    fits(row, all)
}

/// The organs that are named exist, in care or above it.
fn is_known(named: impl Iterator<Item = AgencyId>, all: &[AgencyRow], care: &str) -> Result<(), Failure> {
    for organ in named {
        if !all.iter().any(|one| one.id == organ && is_near(care, one)) {
            return Err(Refusal::NoSuchAgency.into());
        }
    }
    Ok(())
}

fn fits(row: &AgencyRow, all: &[AgencyRow]) -> Result<(), Failure> {
    let nodes: Vec<Node> = all.iter().map(AgencyRow::node).collect();
    organ::fits(&row.node(), &nodes).map_err(|misfit| told(&misfit).into())
}

fn told(misfit: &Misfit) -> Refused {
    let (zh, en) = match misfit {
        Misfit::NameTaken => ("已有同名的单位：请核对名称。".to_owned(), "Another agency has this name.".to_owned()),
        Misfit::ShortNameTaken(other) => (
            format!("简称已由“{other}”使用，两个单位的文号会相同：请改用别的简称。"),
            format!("“{other}” has this short name, so both would write the same document numbers: take another one."),
        ),
        Misfit::ActsForItself => (
            "以自己的名义执法的单位，不要填写“以谁的名义执法”。".to_owned(),
            "An agency that acts in its own name names no other organ for that.".to_owned(),
        ),
        Misfit::ActsForNoOrgan(other) => (
            format!("“{other}”自己不是以本机关名义执法，或者已停用：请选择以自己名义执法的机关。"),
            format!("“{other}” does not act in its own name, or was closed: choose an organ that does."),
        ),
        Misfit::OthersActForIt(other) => (
            format!("“{other}”以它的名义执法，所以它不能改为以别的机关的名义执法。"),
            format!("“{other}” acts in its name, so it cannot act in the name of another organ."),
        ),
    };
    Refusal::AgencyMisfit.because(zh, en)
}

fn name(all: &[AgencyRow], id: AgencyId) -> String {
    all.iter().find(|one| one.id == id).map(|one| one.name.clone()).unwrap_or_default()
}

/// An agency in the words of a record.
fn said(row: &AgencyRow, all: &[AgencyRow]) -> Value {
    let organ = |id: Option<AgencyId>| id.map(|id| name(all, id));
    json!({
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind.code(),
        "sector": row.sector,
        "acts_for": organ(row.acts_for),
        "reconsideration": organ(row.reconsideration),
    })
}

/// Writes a record about an agency, and tells phones that the reference data changed.
///
/// # Errors
/// An internal error.
pub(super) fn note(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    about: (RegisterEventKind, AgencyId),
    detail: &Value,
    (caller, reason): (&Caller, &str),
    now: Instant,
) -> Result<(), Failure> {
    let by = By { actor: Some(caller.officer), reason };
    register_event::note_agency(tx, tenant, about, detail, by, now)?;
    Ok(tx.touch_reference(tenant)?)
}
