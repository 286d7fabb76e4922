//! Supervision leads (监督事项).

use diesel::dsl::max;
use diesel::prelude::*;
use sync_core::id::{AgencyId, CaseId, OfficerId, TenantId, hex};
use sync_core::lead::{LeadKind, LeadStatus};
use sync_core::time::Instant;

use super::by_time::page_by_time;
use super::case_order::COUNTED;
use super::db::Db;
use super::schema::supervision_lead as lead;
use super::tx::Tx;
use super::{Error, TimePage, Total, row};

/// A statement on a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The words.
    pub text: String,
    /// The author.
    pub by: OfficerId,
    /// When.
    pub at: Instant,
}

/// A supervision lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadRow {
    /// Id.
    pub id: [u8; 16],
    /// About which case.
    pub case: CaseId,
    /// The agency concerned.
    pub agency: AgencyId,
    /// Its path in the tree.
    pub agency_path: String,
    /// The kind of problem.
    pub kind: LeadKind,
    /// The supervisor's finding.
    pub raised: Said,
    /// Which step it is at.
    pub status: LeadStatus,
    /// Grows with every step.
    pub version: i64,
    /// The agency's answer.
    pub answer: Option<Said>,
    /// How the supervisor concluded.
    pub conclusion: Option<Said>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = super::schema::supervision_lead)]
struct Row {
    tenant: TenantId,
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    case_id: CaseId,
    agency: AgencyId,
    agency_path: String,
    kind: String,
    text: String,
    status: String,
    version: i64,
    raised_by: OfficerId,
    raised_ms: Instant,
    answer: Option<String>,
    answered_by: Option<OfficerId>,
    answered_ms: Option<Instant>,
    conclusion: Option<String>,
    closed_by: Option<OfficerId>,
    closed_ms: Option<Instant>,
}

fn said(text: Option<String>, by: Option<OfficerId>, at: Option<Instant>) -> Option<Said> {
    text.zip(by).zip(at).map(|((text, by), at)| Said { text, by, at })
}

impl Row {
    fn new(tenant: &TenantId, lead: &LeadRow) -> Self {
        let LeadRow { id, case, agency, agency_path, kind, raised, status, version, answer, conclusion } = lead.clone();
        let parts = |said: Option<Said>| match said {
            Some(Said { text, by, at }) => (Some(text), Some(by), Some(at)),
            None => (None, None, None),
        };
        let ((answer, answered_by, answered_ms), (conclusion, closed_by, closed_ms)) =
            (parts(answer), parts(conclusion));
        Self {
            tenant: *tenant,
            id,
            case_id: case,
            agency,
            agency_path,
            kind: kind.code().to_owned(),
            text: raised.text,
            status: status.code().to_owned(),
            version,
            raised_by: raised.by,
            raised_ms: raised.at,
            answer,
            answered_by,
            answered_ms,
            conclusion,
            closed_by,
            closed_ms,
        }
    }

    fn restore(self) -> Result<LeadRow, Error> {
        let key = hex(&self.id);
        Ok(LeadRow {
            id: self.id,
            case: self.case_id,
            agency: self.agency,
            agency_path: self.agency_path,
            kind: row::code("supervision_lead", "kind", &key, &self.kind)?,
            raised: Said { text: self.text, by: self.raised_by, at: self.raised_ms },
            status: row::code("supervision_lead", "status", &key, &self.status)?,
            version: self.version,
            answer: said(self.answer, self.answered_by, self.answered_ms),
            conclusion: said(self.conclusion, self.closed_by, self.closed_ms),
        })
    }
}

/// Which leads a list shows. Every part narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// Only those that concern agencies below this path.
    pub agency_path: String,
    /// Only this status.
    pub status: Option<LeadStatus>,
    /// Only those about this case.
    pub case: Option<CaseId>,
    /// Filters by the status as of this step ([`Tx::lead_steps`]); by the current one if absent.
    pub as_of: Option<i64>,
}

/// The filter's conditions.
fn narrow<'a>(tenant: &TenantId, filter: &LeadFilter) -> lead::BoxedQuery<'a, <Db as diesel::Connection>::Backend> {
    let LeadFilter { agency_path, status, case, as_of } = filter;
    let mut query = lead::table
        .filter(lead::tenant.eq(*tenant))
        .filter(lead::agency_path.like(format!("{agency_path}%")))
        .into_boxed();
    // A step that was not taken is none of those after.
    let later = |step: i64| lead::answered_step.is_null().or(lead::answered_step.assume_not_null().gt(step));
    query = match (status, as_of) {
        (None, _) => query,
        (Some(status), None) => query.filter(lead::status.eq(*status)),
        (Some(LeadStatus::Raised), Some(step)) => query.filter(later(*step)),
        (Some(LeadStatus::Answered), Some(step)) => {
            let closed_later = lead::closed_step.is_null().or(lead::closed_step.assume_not_null().gt(*step));
            query.filter(lead::answered_step.assume_not_null().le(*step)).filter(closed_later)
        }
        (Some(LeadStatus::Closed), Some(step)) => query.filter(lead::closed_step.assume_not_null().le(*step)),
    };
    if let Some(case) = case {
        query = query.filter(lead::case_id.eq(*case));
    }
    query
}

impl Tx<'_> {
    /// One lead.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn lead(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<LeadRow>, Error> {
        let found = lead::table.find((tenant, &id[..])).select(Row::as_select()).first(self.db()).optional()?;
        found.map(Row::restore).transpose()
    }

    /// A page of leads, and one row more where there is another page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn leads(&mut self, tenant: &TenantId, filter: &LeadFilter, page: &TimePage) -> Result<Vec<LeadRow>, Error> {
        let query = page_by_time!(narrow(tenant, filter), page, lead::raised_ms, lead::id);
        query.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }

    /// How many leads match the filter.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_leads(&mut self, tenant: &TenantId, filter: &LeadFilter) -> Result<Total, Error> {
        let counted = narrow(tenant, filter).select(lead::raised_ms).limit(COUNTED + 1);
        Ok(Total::of_rows(&counted.load::<i64>(self.db())?))
    }

    /// How many steps were taken on leads: each is numbered, in the order in which they were.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn lead_steps(&mut self, tenant: &TenantId) -> Result<i64, Error> {
        let all = || lead::table.filter(lead::tenant.eq(tenant));
        let answered = all().select(max(lead::answered_step)).get_result::<Option<i64>>(self.db())?;
        let closed = all().select(max(lead::closed_step)).get_result::<Option<i64>>(self.db())?;
        Ok(answered.max(closed).unwrap_or_default())
    }

    /// Adds a lead.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_lead(&mut self, tenant: &TenantId, new: &LeadRow) -> Result<(), Error> {
        diesel::insert_into(lead::table).values(&Row::new(tenant, new)).execute(self.db())?;
        Ok(())
    }

    /// Replaces the previous version of a lead; returns whether that version was still current. The tenant's row must
    /// be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn update_lead(&mut self, tenant: &TenantId, new: &LeadRow) -> Result<bool, Error> {
        let step = self.lead_steps(tenant)? + 1;
        let place = lead::table.find((tenant, &new.id[..])).filter(lead::version.eq(new.version - 1));
        let place = diesel::update(place);
        let row = Row::new(tenant, new);
        let done = match new.status {
            LeadStatus::Raised => place.set(&row).execute(self.db())?,
            LeadStatus::Answered => place.set((&row, lead::answered_step.eq(step))).execute(self.db())?,
            LeadStatus::Closed => place.set((&row, lead::closed_step.eq(step))).execute(self.db())?,
        };
        Ok(done == 1)
    }
}
