//! Enforcement certificates (行政执法证), mirrored, with the history of their status.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::certificate::CertificateStatus;
use sync_core::id::{OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{agency, certificate, certificate_interval, officer};
use super::tx::Tx;
use super::{Error, row};

/// What the certificate says. The number is opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRow {
    /// Order within the certificate, from 0.
    pub ordinal: i64,
    /// The status.
    pub status: CertificateStatus,
    /// From then on.
    pub from: Instant,
    /// Until then, not included; open while none is known.
    pub until: Option<Instant>,
    /// Why, in words.
    pub reason: String,
    /// The provision or document it rests on.
    pub basis: String,
}

type Columns = (Vec<u8>, String, Vec<u8>, String, String, String, String);
type IntervalColumns = (Vec<u8>, String, i64, String, i64, Option<i64>, String, String);

fn restore(columns: Columns) -> Result<CertificateRow, Error> {
    let (_tenant, number, officer, category, region, issued_on, valid_until) = columns;
    let officer = row::id(&officer, OfficerId::from_slice, "certificate.officer")?;
    Ok(CertificateRow { number, officer, category, region, issued_on, valid_until })
}

fn restore_interval(columns: IntervalColumns) -> Result<(String, IntervalRow), Error> {
    let (_tenant, certificate, ordinal, status, from_ms, until_ms, reason, basis) = columns;
    let (from, until) = (Instant::from_ms(from_ms), until_ms.map(Instant::from_ms));
    let key = format_args!("{certificate} {ordinal}");
    let status = row::code("certificate_interval", "status", key, &status)?;
    Ok((certificate, IntervalRow { ordinal, status, from, until, reason, basis }))
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
        let wanted: Vec<&[u8]> = officers.iter().map(|id| &id.bytes()[..]).collect();
        let its = certificate_interval::tenant
            .eq(certificate::tenant)
            .and(certificate_interval::certificate.eq(certificate::number));
        let found = certificate::table
            .left_join(certificate_interval::table.on(its))
            .filter(certificate::tenant.eq(&tenant.bytes()[..]))
            .filter(certificate::officer.eq_any(wanted))
            .order((certificate::number, certificate_interval::ordinal))
            .select((certificate::all_columns, certificate_interval::all_columns.nullable()))
            .load::<(Columns, Option<IntervalColumns>)>(self.db())?;
        let mut answer: Vec<(CertificateRow, Vec<IntervalRow>)> = Vec::new();
        for (columns, interval) in found {
            let certificate = restore(columns)?;
            let interval = interval.map(restore_interval).transpose()?.map(|(_, interval)| interval);
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
            .filter(certificate_interval::tenant.eq(&tenant.bytes()[..]))
            .order(certificate_interval::ordinal)
            .load::<IntervalColumns>(self.db())?;
        let mut intervals: BTreeMap<String, Vec<IntervalRow>> = BTreeMap::new();
        for columns in found {
            let (number, interval) = restore_interval(columns)?;
            intervals.entry(number).or_default().push(interval);
        }
        certificate::table
            .filter(certificate::tenant.eq(&tenant.bytes()[..]))
            .order(certificate::number)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|columns| {
                let certificate = restore(columns)?;
                let history = intervals.remove(&certificate.number).unwrap_or_default();
                Ok((certificate, history))
            })
            .collect()
    }

    /// Certificates of active officers of the agencies below `path` whose last day is from `first` to `last`
    /// (`YYYY-MM-DD`), the soonest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn certificates_ending(
        &mut self,
        tenant: &TenantId,
        path: &str,
        (first, last): (&str, &str),
        limit: i64,
    ) -> Result<Vec<CertificateRow>, Error> {
        let holder = officer::tenant.eq(certificate::tenant).and(officer::id.eq(certificate::officer));
        certificate::table
            .inner_join(officer::table.on(holder))
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(certificate::tenant.eq(&tenant.bytes()[..]))
            .filter(agency::path.like(format!("{path}%")))
            .filter(officer::active.eq(true))
            .filter(certificate::valid_until.between(first, last))
            .order((certificate::valid_until, certificate::number))
            .limit(limit)
            .select(certificate::all_columns)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Adds a certificate with its history; the officer is there already.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_certificate(
        &mut self,
        tenant: &TenantId,
        new: &CertificateRow,
        history: &[IntervalRow],
    ) -> Result<(), Error> {
        let CertificateRow { number, officer, category, region, issued_on, valid_until } = new;
        diesel::insert_into(certificate::table)
            .values((
                certificate::tenant.eq(&tenant.bytes()[..]),
                certificate::number.eq(number),
                certificate::officer.eq(&officer.bytes()[..]),
                certificate::category.eq(category),
                certificate::region.eq(region),
                certificate::issued_on.eq(issued_on),
                certificate::valid_until.eq(valid_until),
            ))
            .execute(self.db())?;
        for interval in history {
            let IntervalRow { ordinal, status, from, until, reason, basis } = interval;
            diesel::insert_into(certificate_interval::table)
                .values((
                    certificate_interval::tenant.eq(&tenant.bytes()[..]),
                    certificate_interval::certificate.eq(number),
                    certificate_interval::ordinal.eq(ordinal),
                    certificate_interval::status.eq(status),
                    certificate_interval::from_ms.eq(from.ms()),
                    certificate_interval::until_ms.eq(until.map(Instant::ms)),
                    certificate_interval::reason.eq(reason),
                    certificate_interval::basis.eq(basis),
                ))
                .execute(self.db())?;
        }
        Ok(())
    }
}
