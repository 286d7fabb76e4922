//! The register as a whole: what a roster is compared with, and what it changes.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::certificate::CertificateStatus;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::dialect::{by_column, upsert_rows};
use super::register_event::NewEvent;
use super::schema::{certificate, certificate_interval, officer, officer_identity};
use super::tx::Tx;
use super::verification::NewSource;
use super::{Additions, CertificateRow, Error, IntervalRow, OfficerRow, RegisterEventRow, SourceRow};

/// The citizen number of a person, apart from the person: no list of people reads it.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = officer_identity)]
pub struct IdentityRow {
    /// Whose.
    pub officer: OfficerId,
    /// GB 11643. Personal data: shown to nobody.
    pub citizen_number: String,
}

impl std::fmt::Debug for IdentityRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityRow").field("officer", &self.officer).finish_non_exhaustive()
    }
}

/// What is written together. Rows of a later field may rest on those of an earlier one.
#[derive(Debug, Default)]
pub struct RegisterChanges {
    /// New people.
    pub officers: Vec<OfficerRow>,
    /// People whose name, agency or kind is another now.
    pub moved: Vec<OfficerRow>,
    /// Citizen numbers, new or corrected.
    pub identities: Vec<IdentityRow>,
    /// New certificates with their history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// Certificates of which something other than the holder is another now, with what their history gains.
    pub corrected: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// Where the data of the certificates came from; the certificate is filled in.
    pub source: Option<SourceRow>,
    /// What was done.
    pub events: Vec<RegisterEventRow>,
}

#[derive(Insertable)]
#[diesel(table_name = officer)]
struct NewOfficer {
    tenant: TenantId,
    id: OfficerId,
    agency: AgencyId,
    name: String,
    helper: bool,
    active: bool,
    created_ms: Instant,
}
by_column!(officer, NewOfficer { tenant, id, agency, name, helper, active, created_ms });

#[derive(Insertable)]
#[diesel(table_name = officer_identity)]
struct NewIdentity {
    tenant: TenantId,
    #[diesel(embed)]
    row: IdentityRow,
}
by_column!(officer_identity, NewIdentity { tenant } with row: IdentityRow { officer, citizen_number });

#[derive(Insertable)]
#[diesel(table_name = certificate)]
struct NewCertificate {
    tenant: TenantId,
    #[diesel(embed)]
    row: CertificateRow,
}
by_column!(certificate, NewCertificate { tenant } with row: CertificateRow {
    number, officer, category, region, issued_on, valid_until
});

#[derive(Insertable)]
#[diesel(table_name = certificate_interval, treat_none_as_default_value = false)]
struct NewInterval {
    tenant: TenantId,
    certificate: String,
    ordinal: i64,
    status: CertificateStatus,
    from_ms: Instant,
    until_ms: Option<Instant>,
    reason: String,
    basis: String,
    decided_by: String,
}
by_column!(
    certificate_interval,
    NewInterval { tenant, certificate, ordinal, status, from_ms, until_ms, reason, basis, decided_by }
);

impl Tx<'_> {
    /// Everybody of the register.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn all_officers(&mut self, tenant: &TenantId) -> Result<Vec<OfficerRow>, Error> {
        let all = officer::table.filter(officer::tenant.eq(tenant)).order(officer::id);
        Ok(all.select(OfficerRow::as_select()).load(self.db())?)
    }

    /// All citizen numbers by their holders: to compare a roster with, never to show.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn identities(&mut self, tenant: &TenantId) -> Result<BTreeMap<OfficerId, String>, Error> {
        let all = officer_identity::table.filter(officer_identity::tenant.eq(tenant));
        let rows: Vec<IdentityRow> = all.select(IdentityRow::as_select()).load(self.db())?;
        Ok(rows.into_iter().map(|IdentityRow { officer, citizen_number }| (officer, citizen_number)).collect())
    }

    /// Who has this citizen number.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officer_of_citizen(&mut self, tenant: &TenantId, number: &str) -> Result<Option<OfficerId>, Error> {
        let found = officer_identity::table
            .filter(officer_identity::tenant.eq(tenant))
            .filter(officer_identity::citizen_number.eq(number));
        Ok(found.select(officer_identity::officer).first(self.db()).optional()?)
    }

    /// Writes changes of the register.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn change_register(&mut self, tenant: &TenantId, changes: RegisterChanges) -> Result<(), Error> {
        let RegisterChanges { officers, moved, identities, certificates, corrected, source, events } = changes;
        let mut people = Additions::default();
        people.rows(officers.into_iter().map(|row| new_officer(tenant, row)).collect());
        people.insert(self.db())?;
        for row in moved {
            self.set_officer(tenant, &row)?;
        }
        let identities: Vec<NewIdentity> =
            identities.into_iter().map(|row| NewIdentity { tenant: *tenant, row }).collect();
        upsert_rows!(self, officer_identity, identities, (tenant, officer), (citizen_number))?;
        let (mut numbers, mut intervals, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        let source = |number: &str| source.clone().map(|row| SourceRow { certificate: number.to_owned(), ..row });
        for (certificate, history) in certificates {
            intervals.extend(history.into_iter().map(|row| new_interval(tenant, &certificate.number, row)));
            sources.extend(source(&certificate.number).map(|row| NewSource::of(tenant, row)));
            numbers.push(NewCertificate { tenant: *tenant, row: certificate });
        }
        let mut additions = Additions::default();
        additions.rows(numbers);
        additions.insert(self.db())?;
        for (certificate, history) in corrected {
            intervals.extend(history.into_iter().map(|row| new_interval(tenant, &certificate.number, row)));
            self.set_certificate(tenant, &certificate)?;
            if let Some(row) = source(&certificate.number) {
                self.add_source(tenant, row)?;
            }
        }
        let mut rest = Additions::default();
        rest.rows(intervals);
        rest.rows(sources);
        rest.rows(events.into_iter().map(|row| NewEvent::of(tenant, row)).collect());
        Ok(rest.insert(self.db())?)
    }
}

fn new_officer(tenant: &TenantId, row: OfficerRow) -> NewOfficer {
    let OfficerRow { id, agency, name, helper, active, created } = row;
    NewOfficer { tenant: *tenant, id, agency, name, helper, active, created_ms: created }
}

fn new_interval(tenant: &TenantId, certificate: &str, row: IntervalRow) -> NewInterval {
    let IntervalRow { ordinal, status, from, until, reason, basis, decided_by } = row;
    let (tenant, certificate) = (*tenant, certificate.to_owned());
    NewInterval { tenant, certificate, ordinal, status, from_ms: from, until_ms: until, reason, basis, decided_by }
}
