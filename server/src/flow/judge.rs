//! Rules on the server: facts of the folded case, judged by the rule table.
//!
//! Promise: the same facts, functions and table as on the phone (`sync_core::facts`, `sync_core::law`); this module
//! only supplies register and calendar from the database and decides nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, RwLock};

use sync_core::case::{CaseState, Timeline};
use sync_core::facts::{AgencyEntry, ItemEntry, OfficerEntry, Roster, Seen, check, decisions, organ_kind};
use sync_core::id::{AgencyId, Digest, OfficerId, TenantId};
use sync_core::law::calendar::Calendar;
use sync_core::law::check::Check;
use sync_core::law::hash::rule_set_hash;
use sync_core::law::rule::CheckResult;
use sync_core::law::table;
use sync_core::op::OpId;
use sync_core::plan::Interval;
use sync_core::schema;

use crate::flow::refusal::Failure;
use crate::flow::{certificate, document_index};
use crate::store::{self, AgencyRow, CertificateRow, IntervalRow, OfficerRow, StoredChange, TenantRow, Tx};

/// Hash of the rule set that this server judges by.
pub fn rule_set() -> Digest {
    static HASH: LazyLock<Digest> = LazyLock::new(|| rule_set_hash(table::rules()));
    *HASH
}

/// Register data for judging, read once per transaction or per version of the register.
#[derive(Default)]
pub struct Bench {
    /// Region of the tenant, and the version of its reference data.
    tenant: Option<(String, i64)>,
    agencies: BTreeMap<AgencyId, Option<AgencyRow>>,
    officers: BTreeMap<OfficerId, Option<Arc<Registered>>>,
    items: BTreeMap<String, Option<ItemEntry>>,
}

/// An officer as the register has them.
pub struct Registered {
    /// The person.
    pub row: OfficerRow,
    /// Their certificates with their history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
}

/// Between when and when a change was made, as was found when it came in.
pub fn interval(stored: &StoredChange) -> Interval {
    Interval { lower: stored.lower, upper: stored.upper, grade: stored.grade }
}

/// The changes of a case in time.
pub fn timeline(held: &[StoredChange]) -> Timeline {
    Timeline::new(held.iter().map(|stored| (&*stored.change, interval(stored))))
}

/// All check results of the case, as of `at`. Each act is judged at its own time.
///
/// # Errors
/// [`Failure`] where a statement fails or the stored calendar cannot be read.
pub fn judge(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (state, held): (&CaseState, &[StoredChange]),
    at: Interval,
) -> Result<Vec<CheckResult>, Failure> {
    Bench::default().judge(tx, tenant, (state, held), at)
}

impl Bench {
    /// [`judge`], with cached register data.
    ///
    /// # Errors
    /// As [`judge`].
    pub fn judge(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        of: (&CaseState, &[StoredChange]),
        at: Interval,
    ) -> Result<Vec<CheckResult>, Failure> {
        self.judge_finishing(tx, tenant, of, at, &[])
    }

    /// [`Bench::judge`], as if the case were closed now: over every decision in it, a draft too.
    ///
    /// # Errors
    /// As [`judge`].
    pub fn judge_closing(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        of: (&CaseState, &[StoredChange]),
        at: Interval,
    ) -> Result<Vec<CheckResult>, Failure> {
        self.judge_finishing(tx, tenant, of, at, &decisions(of.0))
    }

    fn judge_finishing(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        (state, held): (&CaseState, &[StoredChange]),
        at: Interval,
        finishing: &[OpId],
    ) -> Result<Vec<CheckResult>, Failure> {
        let (region, version) = self.tenant(tx, tenant)?;
        let calendar = calendar(tx, tenant, version)?;
        let roster = self.roster(tx, tenant, state, region)?;
        let beyond = document_index::beyond(tx, tenant, held.first().map(|first| first.case_leaf), state)?;
        let timeline = timeline(held);
        Ok(check(Seen { finishing, beyond: &beyond, ..Seen::at(state, &timeline, &roster, at) }, &calendar))
    }

    /// An agency, if there is one.
    ///
    /// # Errors
    /// [`Failure`] where the statement fails.
    pub fn agency(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, id: &AgencyId) -> Result<Option<AgencyRow>, Failure> {
        if let Some(known) = self.agencies.get(id) {
            return Ok(known.clone());
        }
        let found = tx.agency(tenant, id)?;
        self.agencies.insert(*id, found.clone());
        Ok(found)
    }

    /// Looks those of these officers up together whom it does not know, so that [`Bench::officer`] does.
    ///
    /// # Errors
    /// [`Failure`] where a statement fails.
    pub fn look_up(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, ids: &BTreeSet<OfficerId>) -> Result<(), Failure> {
        let ids: Vec<OfficerId> = ids.iter().filter(|id| !self.officers.contains_key(*id)).copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut certificates: BTreeMap<OfficerId, Vec<_>> = BTreeMap::new();
        for (certificate, intervals) in tx.certificates_of(tenant, &ids)? {
            certificates.entry(certificate.officer).or_default().push((certificate, intervals));
        }
        self.officers.extend(ids.iter().map(|id| (*id, None)));
        for row in tx.officers(tenant, &ids)? {
            let certificates = certificates.remove(&row.id).unwrap_or_default();
            self.officers.insert(row.id, Some(Arc::new(Registered { row, certificates })));
        }
        Ok(())
    }

    /// The rule data of these items, as far as the catalogue has them. Amounts that form no range are a fault of the
    /// row.
    fn items(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        codes: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, ItemEntry>, Failure> {
        let asked: Vec<&str> = codes.iter().copied().filter(|code| !self.items.contains_key(*code)).collect();
        if !asked.is_empty() {
            self.items.extend(asked.iter().map(|code| ((*code).to_owned(), None)));
            for row in tx.items_among(tenant, &asked)? {
                let entry = row.entry()?;
                self.items.insert(row.code, Some(entry));
            }
        }
        let known = |code: &&str| Some(((*code).to_owned(), self.items.get(*code)?.clone()?));
        Ok(codes.iter().filter_map(known).collect())
    }

    /// An officer, if there is one.
    ///
    /// # Errors
    /// [`Failure`] where a statement fails.
    pub fn officer(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        id: &OfficerId,
    ) -> Result<Option<Arc<Registered>>, Failure> {
        if let Some(known) = self.officers.get(id) {
            return Ok(known.clone());
        }
        let found = match tx.officer(tenant, id)? {
            Some(row) => Some(Arc::new(Registered { row, certificates: tx.certificates(tenant, id)? })),
            None => None,
        };
        self.officers.insert(*id, found.clone());
        Ok(found)
    }

    /// Takes over the versions in the tenant's row that the caller has read.
    pub fn know(&mut self, row: &TenantRow) {
        self.tenant = Some((row.region.clone(), row.reference_version));
    }

    /// How many officers and agencies it knows.
    pub fn known(&self) -> usize {
        self.officers.len() + self.agencies.len() + self.items.len()
    }

    fn tenant(&mut self, tx: &mut Tx<'_>, id: &TenantId) -> Result<(String, i64), Failure> {
        if let Some(known) = &self.tenant {
            return Ok(known.clone());
        }
        let row = tx.tenant(id)?;
        self.know(&row);
        Ok((row.region, row.reference_version))
    }

    fn roster(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        state: &CaseState,
        region: String,
    ) -> Result<Roster, Failure> {
        let mut agencies = BTreeMap::new();
        if let Some(opening) = &state.opening
            && let Some(agency) = self.agency(tx, tenant, &opening.agency)?
        {
            let organ = match agency.reconsideration {
                Some(organ) => self.agency(tx, tenant, &organ)?.map(|organ| organ.name),
                None => None,
            };
            let kind = organ_kind(Some(agency.kind), agency.acts_for.is_some());
            agencies.insert(agency.id, AgencyEntry { sector: agency.sector, reconsideration: organ, kind });
        }
        let mut officers = BTreeMap::new();
        for officer in state.participants.keys() {
            officers.extend(self.officer(tx, tenant, officer)?.map(|found| (*officer, entry(&found))));
        }
        let items = self.items(tx, tenant, &item_codes(state))?;
        let tenant = Some(*tenant);
        Ok(Roster {
            tenant,
            region,
            agencies,
            officers,
            items,
            individual_business_as_organisation: None,
            code_of_another_kind: None,
        })
    }
}

/// Results that people need to see: breached or undecided.
pub fn open(results: Vec<CheckResult>) -> Vec<Check> {
    results.into_iter().filter(CheckResult::is_open).map(Check::from).collect()
}

/// A case has no more items; further ones are not looked up.
const ITEMS_OF_A_CASE: usize = 100;

/// The codes of the items that a case and its documents name.
fn item_codes(state: &CaseState) -> BTreeSet<&str> {
    let documents = state.entities_of(&schema::DOCUMENT).into_iter();
    let named = documents.filter_map(|(document, _)| state.value(Some(document), &schema::ITEM)?.as_text());
    let opened = state.opening.iter().map(|opening| opening.item.as_str());
    opened.chain(named.take(ITEMS_OF_A_CASE)).collect()
}

fn entry(registered: &Registered) -> OfficerEntry {
    OfficerEntry { is_helper: registered.row.helper, certificates: certificate::held(&registered.certificates) }
}

/// The calendar of the reference data's present version. Reading nine years for every commit would be
/// most of its time, so the last one read is kept.
fn calendar(tx: &mut Tx<'_>, tenant: &TenantId, version: i64) -> Result<Arc<Calendar>, Failure> {
    type Kept = Option<(TenantId, i64, Arc<Calendar>)>;
    static KEPT: RwLock<Kept> = RwLock::new(None);
    if let Ok(kept) = KEPT.read()
        && let Some((of, at, calendar)) = kept.as_ref()
        && (of, *at) == (tenant, version)
    {
        return Ok(Arc::clone(calendar));
    }
    let years = tx.holidays(tenant)?;
    let calendar = Calendar::from_json(years.iter().map(|year| year.json.as_str()))
        .map_err(|_unreadable| store::Error::Inconsistent { what: "holiday.json" })?;
    let calendar = Arc::new(calendar);
    if let Ok(mut kept) = KEPT.write() {
        *kept = Some((*tenant, version, Arc::clone(&calendar)));
    }
    Ok(calendar)
}
