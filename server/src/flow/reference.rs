//! Reference data for phones: register, items, calendar.
//!
//! Promise: two answers with the same entity tag have the same content. Certificates begin, end and are suspended by
//! date without a write, so their statuses are part of the tag. Not here: revoked phones, which rules do not need.

use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, hex};
use sync_core::time::Instant;

use super::certificate::status_at;
use super::judge::rule_set;
use crate::flow::app::App;
use crate::flow::refusal::Failure;
use crate::store::{
    AgencyRow, CertificateRow, HolidayRow, IntervalRow, ItemRow, OfficerRow, RegionRow, ServerKeyRow, TenantRow,
};

/// All reference data, from one snapshot.
#[derive(Debug)]
pub struct Reference {
    /// Its entity tag; see [`version`].
    pub tag: String,
    /// The installation.
    pub tenant: TenantRow,
    /// Hash of the rule set.
    pub rule_set: Digest,
    /// Keys, oldest first.
    pub keys: Vec<ServerKeyRow>,
    /// Divisions.
    pub regions: Vec<RegionRow>,
    /// Agencies.
    pub agencies: Vec<AgencyRow>,
    /// Items.
    pub items: Vec<ItemRow>,
    /// Officers by id.
    pub officers: Vec<OfficerRow>,
    /// Certificates by number.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// Calendars.
    pub holidays: Vec<HolidayRow>,
}

/// Limit of the officers that are read. The largest county has fewer.
const ALL: i64 = 100_000;

/// Name of an enforcement item; its code where it is not in the catalogue.
///
/// # Errors
/// An internal error.
pub async fn item_name(app: &App, code: &str) -> Result<String, Failure> {
    let (tenant, wanted) = (app.tenant, code.to_owned());
    let found = app.store.read(move |tx| tx.item_name(&tenant, &wanted).map_err(Failure::from)).await?;
    Ok(found.unwrap_or_else(|| code.to_owned()))
}

/// Entity tag of the reference data at `now`. It changes when the data, the rule set, the civil day in Asia/Shanghai or the
/// status of a certificate changes.
///
/// # Errors
/// An internal error.
pub async fn version(app: &App, now: Instant) -> Result<String, Failure> {
    let id = app.tenant;
    app.store
        .read(move |tx| {
            let tenant = tx.tenant(&id)?;
            Ok(tag(&tenant, &tx.all_certificates(&id)?, now))
        })
        .await
}

fn tag(tenant: &TenantRow, certificates: &[(CertificateRow, Vec<IntervalRow>)], now: Instant) -> String {
    let statuses = certificates.iter().fold(Sha256::new(), |hash, (certificate, history)| {
        let status = status_at(certificate, history, now).code();
        hash.chain_update(&certificate.number).chain_update([0]).chain_update(status).chain_update([0])
    });
    let (id, rules, statuses) = (tenant.id.to_string(), rule_set().to_string(), hex(&statuses.finalize()));
    let (id, rules, statuses) = (start(&id, 8), start(&rules, 16), start(&statuses, 16));
    format!("{id}-{}-{rules}-{}-{statuses}", tenant.reference_version, now.date())
}

fn start(text: &str, characters: usize) -> &str {
    text.split_at_checked(characters).map_or(text, |(start, _)| start)
}

/// Reads the reference data, with the certificates as of `now`.
///
/// # Errors
/// An internal error.
pub async fn read(app: &App, now: Instant) -> Result<Reference, Failure> {
    let id = app.tenant;
    app.store
        .read(move |tx| {
            let tenant = tx.tenant(&id)?;
            let certificates = tx.all_certificates(&id)?;
            Ok(Reference {
                tag: tag(&tenant, &certificates, now),
                tenant,
                rule_set: rule_set(),
                keys: tx.server_keys(&id)?,
                regions: tx.regions(&id)?,
                agencies: tx.agencies_below(&id, "")?,
                items: tx.items(&id)?,
                officers: tx.officers_below(&id, ("", &[]), None, ALL)?,
                certificates,
                holidays: tx.holidays(&id)?,
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use sync_core::certificate::{CertificateState, CertificateStatus};

    use super::*;
    use crate::clock::Clock;
    use crate::flow::seed;
    use crate::serve::open::open;

    fn status(read: &Reference, number: &str, now: Instant) -> CertificateState {
        let (certificate, history) = read.certificates.iter().find(|(one, _)| one.number == number).unwrap();
        status_at(certificate, history, now)
    }

    #[tokio::test]
    async fn a_certificate_that_ends_overnight_makes_another_version_without_a_write() {
        let directory = tempfile::tempdir().unwrap();
        let app = open(directory.path(), None, Clock::system()).unwrap();
        let today = app.clock.now();
        seed::people(&app.store, &app.tenant, "a trial password", today).unwrap();
        let ends = read(&app, today).await.unwrap().certificates.into_iter();
        let ends = ends.map(|(one, _)| one).find(|one| one.number == "22370001004").unwrap();
        let midnight = crate::flow::certificate::ends(&ends);
        let (before, after) = (midnight.plus_ms(-1), midnight);
        let (old, new) = (read(&app, before).await.unwrap(), read(&app, after).await.unwrap());
        assert_eq!(status(&old, &ends.number, before), CertificateState::Valid);
        assert_eq!(status(&new, &ends.number, after), CertificateState::Expired);
        assert_ne!(old.tag, new.tag);
        assert_eq!((version(&app, before).await.unwrap(), version(&app, after).await.unwrap()), (old.tag, new.tag));
        let noon = midnight.plus_ms(12 * 60 * 60 * 1000);
        assert_eq!(version(&app, after).await.unwrap(), version(&app, noon).await.unwrap());
    }

    #[tokio::test]
    async fn a_suspension_that_begins_in_the_course_of_a_day_makes_another_version() {
        let directory = tempfile::tempdir().unwrap();
        let app = open(directory.path(), None, Clock::system()).unwrap();
        let today = app.clock.now();
        seed::people(&app.store, &app.tenant, "a trial password", today).unwrap();
        let Reference { tenant, mut certificates, .. } = read(&app, today).await.unwrap();
        let noon = Instant::start_of(today.date()).plus_ms(12 * 60 * 60 * 1000);
        let (_, history) = certificates.iter_mut().find(|(one, _)| one.number == "22370001001").unwrap();
        let valid = history.last_mut().unwrap();
        let suspended = IntervalRow { ordinal: 9, status: CertificateStatus::Suspended, from: noon, ..valid.clone() };
        valid.until = Some(noon);
        history.push(suspended);
        assert_ne!(tag(&tenant, &certificates, noon.plus_ms(-1)), tag(&tenant, &certificates, noon));
    }
}
