//! Enforcement certificates (行政执法证), copied from the register, with the history of their status.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::certificate::CertificateStatus;
use sync_core::id::{OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{certificate, certificate_interval};
use super::tx::Tx;
use super::{Error, row};

/// A certificate. Its number is opaque.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate)]
pub struct CertificateRow {
    /// 证号.
    pub number: String,
    /// The holder.
    pub officer: OfficerId,
    /// 执法类别.
    pub category: String,
    /// 执法区域, GB/T 2260.
    pub region: String,
    /// `YYYY-MM-DD`.
    pub issued_on: String,
    /// `YYYY-MM-DD`, the last day included.
    pub valid_until: String,
}

/// A span of time in which the certificate had one status.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = certificate_interval, treat_none_as_default_value = false)]
pub struct IntervalRow {
    /// Order within the certificate, from 0.
    pub ordinal: i64,
    /// The status.
    pub status: CertificateStatus,
    /// From then on.
    #[diesel(column_name = from_ms)]
    pub from: Instant,
    /// End of the interval, not included; none if no end is known.
    #[diesel(column_name = until_ms)]
    pub until: Option<Instant>,
    /// Why, in words.
    pub reason: String,
    /// The provision or document that is its basis.
    pub basis: String,
    /// The organ that decided; empty where it is not known.
    pub decided_by: String,
}

/// The columns of the table: the status in its stored form.
#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_interval)]
struct Interval {
    certificate: String,
    ordinal: i64,
    status: String,
    from_ms: Instant,
    until_ms: Option<Instant>,
    reason: String,
    basis: String,
    decided_by: String,
}

impl Interval {
    /// The number of its certificate, and the row.
    fn restore(self) -> Result<(String, IntervalRow), Error> {
        let Self { certificate, ordinal, status, from_ms: from, until_ms: until, reason, basis, decided_by } = self;
        let key = format_args!("{certificate} {ordinal}");
        let status = row::code("certificate_interval", "status", key, &status)?;
        Ok((certificate, IntervalRow { ordinal, status, from, until, reason, basis, decided_by }))
    }
}

impl Tx<'_> {
    /// An officer's certificates with their intervals in order of time.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn certificates(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
    ) -> Result<Vec<(CertificateRow, Vec<IntervalRow>)>, Error> {
        self.certificates_of(tenant, std::slice::from_ref(officer))
    }

    /// The certificates of these officers by number, with their intervals in order of time.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn certificates_of(
        &mut self,
        tenant: &TenantId,
        officers: &[OfficerId],
    ) -> Result<Vec<(CertificateRow, Vec<IntervalRow>)>, Error> {
        let its = certificate_interval::tenant
            .eq(certificate::tenant)
            .and(certificate_interval::certificate.eq(certificate::number));
        let found = certificate::table
            .left_join(certificate_interval::table.on(its))
            .filter(certificate::tenant.eq(tenant))
            .filter(certificate::officer.eq_any(officers))
            .order((certificate::number, certificate_interval::ordinal))
            .select((CertificateRow::as_select(), Option::<Interval>::as_select()))
            .load(self.db())?;
        let mut answer: Vec<(CertificateRow, Vec<IntervalRow>)> = Vec::new();
        for (certificate, interval) in found {
            let interval = interval.map(Interval::restore).transpose()?.map(|(_, interval)| interval);
            match answer.last_mut().filter(|(last, _)| *last == certificate) {
                Some((_, intervals)) => intervals.extend(interval),
                None => answer.push((certificate, interval.into_iter().collect())),
            }
        }
        Ok(answer)
    }

    /// Every certificate of the tenant with its intervals, by number.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn all_certificates(&mut self, tenant: &TenantId) -> Result<Vec<(CertificateRow, Vec<IntervalRow>)>, Error> {
        let found = certificate_interval::table
            .filter(certificate_interval::tenant.eq(tenant))
            .order(certificate_interval::ordinal)
            .select(Interval::as_select())
            .load(self.db())?;
        let mut intervals: BTreeMap<String, Vec<IntervalRow>> = BTreeMap::new();
        for interval in found {
            let (number, interval) = Interval::restore(interval)?;
            intervals.entry(number).or_default().push(interval);
        }
        let all = certificate::table
            .filter(certificate::tenant.eq(tenant))
            .order(certificate::number)
            .select(CertificateRow::as_select())
            .load(self.db())?;
        let with_history = |certificate: CertificateRow| {
            let history = intervals.remove(&certificate.number).unwrap_or_default();
            (certificate, history)
        };
        Ok(all.into_iter().map(with_history).collect())
    }

    /// Adds a certificate with its history; the officer must exist.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_certificate(
        &mut self,
        tenant: &TenantId,
        new: &CertificateRow,
        history: &[IntervalRow],
    ) -> Result<(), Error> {
        diesel::insert_into(certificate::table).values((certificate::tenant.eq(tenant), new)).execute(self.db())?;
        for interval in history {
            let row =
                (certificate_interval::tenant.eq(tenant), certificate_interval::certificate.eq(&new.number), interval);
            diesel::insert_into(certificate_interval::table).values(row).execute(self.db())?;
        }
        Ok(())
    }

    /// The certificate with this number, with its history.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn certificate(
        &mut self,
        tenant: &TenantId,
        number: &str,
    ) -> Result<Option<(CertificateRow, Vec<IntervalRow>)>, Error> {
        let found = certificate::table.find((tenant, number)).select(CertificateRow::as_select());
        let Some(row) = found.first(self.db()).optional()? else { return Ok(None) };
        let all = self.certificates(tenant, &row.officer)?;
        Ok(all.into_iter().find(|(one, _)| one.number == number))
    }

    /// Replaces what is written on a certificate; its holder stays. The revision grows, so confirmations of what was written
    /// before end.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_certificate(&mut self, tenant: &TenantId, row: &CertificateRow) -> Result<(), Error> {
        let CertificateRow { number, officer: _, category, region, issued_on, valid_until } = row;
        diesel::update(certificate::table.find((tenant, number)))
            .set((
                certificate::category.eq(category),
                certificate::region.eq(region),
                certificate::issued_on.eq(issued_on),
                certificate::valid_until.eq(valid_until),
                certificate::revision.eq(certificate::revision + 1),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Adds an entry to the history of a certificate.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_interval(&mut self, tenant: &TenantId, number: &str, row: &IntervalRow) -> Result<(), Error> {
        let row = (certificate_interval::tenant.eq(tenant), certificate_interval::certificate.eq(number), row);
        diesel::insert_into(certificate_interval::table).values(row).execute(self.db())?;
        Ok(())
    }

    /// Corrects from when an entry of the history holds.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn begin_interval(
        &mut self,
        tenant: &TenantId,
        number: &str,
        ordinal: i64,
        from: Instant,
    ) -> Result<(), Error> {
        diesel::update(certificate_interval::table.find((tenant, number, ordinal)))
            .set(certificate_interval::from_ms.eq(from))
            .execute(self.db())?;
        Ok(())
    }
}
