//! The audit of looks at cases (查阅审计): who looked at what, when and why.
//!
//! Promise: those who audit the system read all of it; heads read who looked at cases of their subtree, and what their
//! own people looked at. Reading the audit is a look too, and is written down before anything is shown.
//! Not here: the looks themselves, which are written where something is read (`access`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use super::{access, case, mask};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{ReadAuditFilter, ReadAuditRow, Tx};

/// They read who looked at the cases of their subtree.
const SUPERIORS: [Role; 3] = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead];

/// Whether the caller reads the audit at all.
pub fn may_see(caller: &Caller) -> bool {
    caller.is(Role::AuditAdmin) || caller.must_be(&SUPERIORS).is_ok()
}

/// Whose looks, and at what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those of this officer: an id, a login, or a name, which several people may have.
    pub officer: Option<String>,
    /// Only those at this case: an id, or a number.
    pub case: Option<String>,
}

/// A look with what people call the person and the case.
#[derive(Debug, Clone)]
pub struct Named {
    /// The look.
    pub row: ReadAuditRow,
    /// Name of the person.
    pub officer: String,
    /// Title of the case; none for those who may not read it.
    pub case: Option<String>,
}

/// A page of the audit.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The newest first.
    pub rows: Vec<Named>,
    /// Whether there are more.
    pub more: bool,
    /// How many there are in all; of more than [`crate::store::COUNTED`], one more.
    pub total: i64,
}

/// A page of the looks in reach.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who do not read the audit, or an accident.
pub async fn list(
    app: &App,
    caller: Caller,
    wanted: Wanted,
    after: Option<(Instant, [u8; 16])>,
    limit: u32,
) -> Result<Page, Failure> {
    if !may_see(&caller) {
        return Err(Refusal::Forbidden.into());
    }
    let (tenant, size) = (app.tenant, usize::try_from(limit).map_err(Failure::broken)?);
    let look = look(&caller, &wanted, app.clock.now())?;
    app.store.write(move |tx| Ok::<_, Failure>(tx.add_read_audit(&tenant, &look)?)).await?;
    app.store
        .read(move |tx| {
            let path = Some(caller.reach()).filter(|path| !caller.is(Role::AuditAdmin) && !path.is_empty());
            let (officers, cases) = (officers(tx, &tenant, &wanted)?, cases(tx, &tenant, &wanted)?);
            let filter = ReadAuditFilter { agency_path: path.map(str::to_owned), officers, cases, after };
            let total = tx.count_read_audits(&tenant, &filter)?;
            let mut found = tx.read_audit_page(&tenant, &filter, i64::from(limit) + 1)?;
            let more = found.len() > size;
            found.truncate(size);
            Ok(Page { rows: named(tx, &tenant, &caller, found)?, more, total })
        })
        .await
}

/// The look at the audit itself.
fn look(caller: &Caller, wanted: &Wanted, now: Instant) -> Result<ReadAuditRow, Failure> {
    let part = [&wanted.officer, &wanted.case].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let (what, purpose) = ("audit".to_owned(), String::new());
    Ok(ReadAuditRow { id: random::bytes()?, at: now, officer: caller.officer, what, case: None, part, purpose })
}

fn officers(tx: &mut Tx<'_>, tenant: &TenantId, wanted: &Wanted) -> Result<Option<Vec<OfficerId>>, Failure> {
    let Some(text) = &wanted.officer else { return Ok(None) };
    if let Ok(id) = text.parse() {
        return Ok(Some(vec![id]));
    }
    let mut found = tx.officers_named(tenant, text)?;
    found.extend(tx.account(tenant, text)?.map(|account| account.officer));
    Ok(Some(found))
}

fn cases(tx: &mut Tx<'_>, tenant: &TenantId, wanted: &Wanted) -> Result<Option<Vec<CaseId>>, Failure> {
    let Some(text) = &wanted.case else { return Ok(None) };
    match text.parse() {
        Ok(id) => Ok(Some(vec![id])),
        Err(_not_an_id) => Ok(Some(tx.cases_numbered(tenant, text)?)),
    }
}

fn named(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, rows: Vec<ReadAuditRow>) -> Result<Vec<Named>, Failure> {
    let people: BTreeSet<OfficerId> = rows.iter().map(|row| row.officer).collect();
    let names = case::names(tx, tenant, people)?;
    let seen: BTreeSet<CaseId> = rows.iter().filter_map(|row| row.case).collect();
    let mut titles: BTreeMap<CaseId, String> = BTreeMap::new();
    for case in seen {
        match access::reach(tx, tenant, caller, &case) {
            Ok(access) if access.sees_personal_data() => drop(titles.insert(case, access.file.title)),
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(broken @ Failure::Broken(_)) => return Err(broken),
        }
    }
    let shown = rows.into_iter().map(|mut row| {
        mask::hide(&mut row.part);
        mask::hide(&mut row.purpose);
        let officer = names.get(&row.officer).cloned().unwrap_or_default();
        let case = row.case.and_then(|case| titles.get(&case).cloned());
        Named { row, officer, case }
    });
    Ok(shown.collect())
}
