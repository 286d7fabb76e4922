//! Mandates kept by hand: an organ entrusts an agency (委托书), a published decision gives a township powers (赋权).
//!
//! Promise: an administrator in whose care both agencies are enters and ends them, with a reason and a record; a row stays
//! with its days when it has ended. What they give on a day is judged by `sync_core::mandate`. Both agencies and those
//! above them read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sync_core::id::{AgencyId, hex};
use sync_core::mandate::{self, Mandate, MandateFault, MandateKind, Term};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Date;

use super::agency::{care, note, reads};
use super::caller::Caller;
use super::idempotency::IdempotentRequest;
use super::seen::Seen;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::{self, AgencyRow, MandateRow, Tx};

/// Longest 权限, name of a deed, and place of publication, in characters.
pub const LONGEST_TEXT: usize = 500;
/// Items of one mandate.
pub const MOST_ITEMS: usize = 500;

/// What is entered of a mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMandate {
    /// What it rests on.
    pub kind: MandateKind,
    /// The organ that entrusts.
    pub organ: Option<AgencyId>,
    /// Codes of the items.
    pub items: BTreeSet<String>,
    /// 权限, in words.
    pub powers: String,
    /// The deed or the decision.
    pub document: String,
    /// Where it is published.
    pub published: String,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Option<Date>,
}

/// A mandate with the names in it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The mandate.
    pub row: MandateRow,
    /// Who enforces by it.
    pub agency: String,
    /// The organ that entrusts; empty for a decision for townships.
    pub organ: String,
    /// Code and name of each item; a name is empty where the catalogue has it no more.
    pub items: Vec<(String, String)>,
    /// Its present state, for [`Seen`].
    pub tag: String,
    /// Whether the reader may end it.
    pub is_in_care: bool,
}

/// An item that an agency may enforce on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Code.
    pub item: String,
    /// In whose name.
    pub in_the_name_of: AgencyId,
    /// Name of that organ.
    pub organ: String,
    /// By which mandate.
    pub mandate: [u8; 16],
}

/// The state of a mandate: an ended one has another tag.
pub fn tag(row: &MandateRow) -> String {
    let ended = row.mandate.term.ended.map_or_else(|| "open".to_owned(), |day| day.to_string());
    format!("{}-{ended}", hex(&row.mandate.id))
}

/// The mandates of an agency, by which it enforces or entrusts others.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn of(app: &App, caller: Caller, agency: AgencyId) -> Result<Vec<Told>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let _read = tx.agency(&tenant, &agency)?.filter(|row| reads(&caller, row)).ok_or(Refusal::NotFound)?;
            let rows = tx.mandates_of(&tenant, &agency)?;
            told(tx, &tenant, &caller, rows)
        })
        .await
}

/// Code and name of every item of the catalogue, by code.
///
/// # Errors
/// An internal error.
pub async fn catalogue(app: &App) -> Result<Vec<(String, String)>, Failure> {
    let tenant = app.tenant;
    let items = app.store.read(move |tx| tx.items(&tenant).map_err(Failure::from)).await?;
    Ok(items.into_iter().map(|item| (item.code, item.name)).collect())
}

/// One mandate of an agency that the caller reads.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn read(app: &App, caller: Caller, id: [u8; 16]) -> Result<Told, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let row = tx.mandate(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            let all = tx.agencies_below(&tenant, "")?;
            let ours = |id: AgencyId| all.iter().any(|one| one.id == id && reads(&caller, one));
            if !ours(row.mandate.agency) && !row.mandate.organ.is_some_and(ours) {
                return Err(Refusal::NotFound.into());
            }
            told(tx, &tenant, &caller, vec![row])?.pop().ok_or_else(|| Refusal::NotFound.into())
        })
        .await
}

/// What an agency may enforce on a day by its mandates, and in whose name.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn powers(app: &App, caller: Caller, agency: AgencyId, day: Date) -> Result<Vec<Power>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let _read = tx.agency(&tenant, &agency)?.filter(|row| reads(&caller, row)).ok_or(Refusal::NotFound)?;
            powers_on(tx, &tenant, agency, day)
        })
        .await
}

/// As [`powers`], for a flow that judges an act.
///
/// # Errors
/// An internal error.
pub fn powers_on(
    tx: &mut Tx<'_>,
    tenant: &sync_core::id::TenantId,
    agency: AgencyId,
    day: Date,
) -> Result<Vec<Power>, Failure> {
    let held: Vec<Mandate> = tx.mandates_of(tenant, &agency)?.into_iter().map(|row| row.mandate).collect();
    let names = names(&tx.agencies_below(tenant, "")?);
    let each = mandate::powers(&held, agency, day).into_iter().map(|power| Power {
        item: power.item.to_owned(),
        in_the_name_of: power.in_the_name_of,
        organ: names.get(&power.in_the_name_of).cloned().unwrap_or_default(),
        mandate: power.mandate.id,
    });
    Ok(each.collect())
}

/// Enters a mandate for an agency.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::NoSuchAgency`] for an organ that is not in care;
/// [`Refusal::MandateUnlawful`]; [`Refusal::Malformed`] without a reason; [`Refusal::IdempotencyKeyReused`]; or an internal
/// error.
pub async fn enter(
    app: &App,
    caller: Caller,
    agency: AgencyId,
    new: NewMandate,
    (reason, key): (String, Option<String>),
) -> Result<Told, Failure> {
    let (tenant, now, id) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    let parts = [agency.to_string(), format!("{new:?}"), reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "mandate", key, &parts);
    app.store
        .write(move |tx| {
            let care = care(&caller)?;
            crate::flow::reason::read(&reason)?;
            tx.lock_tenant(&tenant, now)?;
            let all = tx.agencies_below(&tenant, "")?;
            let ours = |id: AgencyId| all.iter().find(|one| one.id == id && one.path.starts_with(care));
            let holder = ours(agency).ok_or(Refusal::NotFound)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
                let made: [u8; 16] = made.as_slice().try_into().map_err(|_length| corrupt)?;
                let row = tx.mandate(&tenant, &made)?.ok_or(Refusal::NotFound)?;
                return told(tx, &tenant, &caller, vec![row])?.pop().ok_or_else(|| Refusal::NotFound.into());
            }
            let organ = new.organ.map(|organ| ours(organ).ok_or(Refusal::NoSuchAgency)).transpose()?;
            let row = judged(tx, &tenant, id, (holder, organ), new)?;
            tx.add_mandate(&tenant, &row)?;
            let detail = json!({
                "mandate": hex(&id),
                "kind": row.mandate.kind.code(),
                "organ": organ.map(|organ| &organ.name),
                "items": row.mandate.items,
                "document": row.document,
                "from": row.mandate.term.first.to_string(),
                "to": row.mandate.term.last.map(|day| day.to_string()),
            });
            note(tx, &tenant, (RegisterEventKind::MandateEntered, agency), &detail, (&caller, &reason), now)?;
            request.has_made(tx, &tenant, &id, now)?;
            told(tx, &tenant, &caller, vec![row])?.pop().ok_or_else(|| Refusal::NotFound.into())
        })
        .await
}

/// Ends a mandate: `day` is its last day in force; the day before its first, if it never was in force.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::Stale`]; [`Refusal::MandateEnded`]; [`Refusal::Malformed`]
/// without a reason; or an internal error.
pub async fn end(
    app: &App,
    caller: Caller,
    id: [u8; 16],
    seen: Seen<String>,
    (day, reason): (Date, String),
) -> Result<Told, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            let care = care(&caller)?;
            crate::flow::reason::read(&reason)?;
            tx.lock_tenant(&tenant, now)?;
            let row = tx.mandate(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            let all = tx.agencies_below(&tenant, "")?;
            if !is_in_care(&row.mandate, &all, care) {
                return Err(Refusal::NotFound.into());
            }
            if !seen.holds_for(&tag(&row)) {
                return Err(Refusal::Stale.into());
            }
            if !row.mandate.term.can_end(day) {
                return Err(Refusal::MandateEnded.into());
            }
            tx.end_mandate(&tenant, &id, day)?;
            let detail = json!({ "mandate": hex(&id), "last_day": day.to_string() });
            note(tx, &tenant, (RegisterEventKind::MandateEnded, row.mandate.agency), &detail, (&caller, &reason), now)?;
            let row = tx.mandate(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            told(tx, &tenant, &caller, vec![row])?.pop().ok_or_else(|| Refusal::NotFound.into())
        })
        .await
}

/// The mandate that is to be entered, if nothing speaks against it.
fn judged(
    tx: &mut Tx<'_>,
    tenant: &sync_core::id::TenantId,
    id: [u8; 16],
    (holder, organ): (&AgencyRow, Option<&AgencyRow>),
    new: NewMandate,
) -> Result<MandateRow, Failure> {
    let NewMandate { kind, organ: _, items, powers, document, published, first, last } = new;
    let codes: Vec<&str> = items.iter().map(String::as_str).collect();
    let known: BTreeSet<String> = tx.items_among(tenant, &codes)?.into_iter().map(|item| item.code).collect();
    if let Some(unknown) = items.iter().find(|code| !known.contains(*code)) {
        return Err(Refusal::MandateUnlawful
            .because(
                format!("执法事项目录里没有编号为“{unknown}”的事项：请按目录填写编号。"),
                format!("The catalogue has no item with the code “{unknown}”: write the codes of the catalogue."),
            )
            .into());
    }
    let term = Term { first, last, ended: None };
    let may = match (kind, organ) {
        (MandateKind::Delegation, Some(organ)) => {
            let held = tx.mandates_of(tenant, &organ.id)?;
            let held: Vec<Mandate> = held.into_iter().map(|row| row.mandate).collect();
            mandate::may_entrust(&organ.node(), &holder.node(), (&items, &term), &held)
        }
        (MandateKind::Delegation, None) => return Err(Refusal::NoSuchAgency.into()),
        (MandateKind::Township, _) => mandate::may_empower(&holder.node(), &items, &term),
    };
    may.map_err(|fault| told_fault(&fault, kind))?;
    let organ = organ.filter(|_| kind == MandateKind::Delegation).map(|organ| organ.id);
    Ok(MandateRow { mandate: Mandate { id, kind, agency: holder.id, organ, items, term }, powers, document, published })
}

fn told_fault(fault: &MandateFault, kind: MandateKind) -> Refused {
    let (zh, en) = match fault {
        MandateFault::EndsBeforeItBegins => {
            ("终止日期早于起始日期：请核对。".to_owned(), "It ends before it begins: check both days.".to_owned())
        }
        MandateFault::NoLastDay => (
            "委托书应当载明期限：请填写终止日期。".to_owned(),
            "A delegation states its term: enter the last day.".to_owned(),
        ),
        MandateFault::NoItems => {
            ("请至少填写一个执法事项。".to_owned(), "Enter at least one enforcement item.".to_owned())
        }
        MandateFault::Itself => (
            "不能委托自己：请另选单位。".to_owned(),
            "An organ does not entrust itself: choose another agency.".to_owned(),
        ),
        MandateFault::NotAnOrgan => (
            "只有以自己名义执法的行政机关可以委托：受委托的、派出的或者法律法规授权的组织不能再委托。".to_owned(),
            "Only an organ that acts in its own name entrusts others; one that acts for another, or an organisation \
             authorised by law, does not."
                .to_owned(),
        ),
        MandateFault::Closed => {
            ("单位已停用：请先启用。".to_owned(), "The agency was closed: open it first.".to_owned())
        }
        MandateFault::NotATownship => (
            "赋权只能给乡镇人民政府或者街道办事处。".to_owned(),
            "Only a town, a township or a street is given powers.".to_owned(),
        ),
        MandateFault::Redelegated(item) => (
            format!("事项“{item}”是它自己受委托的，不得再委托。"),
            format!("It is itself entrusted with the item “{item}”, and nobody entrusts others with that."),
        ),
    };
    let article = match kind {
        MandateKind::Delegation => "行政处罚法第二十条",
        MandateKind::Township => "行政处罚法第二十四条",
    };
    Refusal::MandateUnlawful.because(zh, en).under(article)
}

fn is_in_care(mandate: &Mandate, all: &[AgencyRow], care: &str) -> bool {
    let ours = |id: AgencyId| all.iter().any(|one| one.id == id && one.path.starts_with(care));
    ours(mandate.agency) && mandate.organ.is_none_or(ours)
}

fn names(all: &[AgencyRow]) -> BTreeMap<AgencyId, String> {
    all.iter().map(|agency| (agency.id, agency.name.clone())).collect()
}

fn told(
    tx: &mut Tx<'_>,
    tenant: &sync_core::id::TenantId,
    caller: &Caller,
    rows: Vec<MandateRow>,
) -> Result<Vec<Told>, Failure> {
    let all = tx.agencies_below(tenant, "")?;
    let (names, care) = (names(&all), care(caller).ok());
    let items: BTreeMap<String, String> = tx.items(tenant)?.into_iter().map(|item| (item.code, item.name)).collect();
    let name = |id: AgencyId| names.get(&id).cloned().unwrap_or_default();
    let told = rows.into_iter().map(|row| {
        let Mandate { agency, organ, items: codes, .. } = &row.mandate;
        let item = |code: &String| (code.clone(), items.get(code).cloned().unwrap_or_default());
        Told {
            agency: name(*agency),
            organ: organ.map(name).unwrap_or_default(),
            items: codes.iter().map(item).collect(),
            tag: tag(&row),
            is_in_care: care.is_some_and(|care| is_in_care(&row.mandate, &all, care)),
            row,
        }
    });
    Ok(told.collect())
}
