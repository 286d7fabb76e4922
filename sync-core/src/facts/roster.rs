//! Who is who: what phone and server know of agencies and certificates when they judge a case.
//!
//! Promise: a certificate's state is read from its intervals at the time of the act, never from a
//! flag that says how it is now.

use crate::id::{AgencyId, OfficerId, TenantId};
use crate::law::facts::{Certificate, NotValid};
use crate::time::{Date, Instant};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is known of agencies and officers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The installation.
    pub tenant: Option<TenantId>,
    /// Six-digit region of the county.
    pub region: String,
    /// Agencies by id.
    pub agencies: BTreeMap<AgencyId, AgencyEntry>,
    /// Officers by id.
    pub officers: BTreeMap<OfficerId, OfficerEntry>,
    /// Source of the signed local configuration by which an individual business counts as an
    /// organisation.
    pub individual_business_as_organisation: Option<String>,
}

/// What rules look at in an agency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgencyEntry {
    /// Stable code of its sector.
    pub sector: String,
    /// Organ of reconsideration.
    pub reconsideration: Option<String>,
}

/// What rules look at in an officer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfficerEntry {
    /// 辅助人员, 网格员.
    pub is_helper: bool,
    /// The history of every certificate of theirs.
    pub spans: Vec<Span>,
}

/// A span in which a certificate had one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// `valid`, `suspended`, `cancelled`, `revoked`, `lost`, `expired`.
    pub status: String,
    /// From then on.
    pub from: Instant,
    /// Until then, not included.
    pub until: Option<Instant>,
}

impl Span {
    /// The span as far as the certificate reaches: `valid_until` (`YYYY-MM-DD`) is the last day printed on it and
    /// counts. After a day that cannot be read nothing is valid.
    #[must_use]
    pub fn printed(self, valid_until: &str) -> Self {
        let end = last_instant(valid_until);
        Self { until: Some(self.until.map_or(end, |until| until.min(end))), ..self }
    }
}

/// The first instant after the last day of a certificate; an unreadable date has ended long ago.
pub fn last_instant(valid_until: &str) -> Instant {
    let last = valid_until.parse::<Date>().ok();
    last.and_then(|day| day.tomorrow().ok()).map_or(Instant::from_ms(i64::MIN), Instant::start_of)
}

/// State of an officer's certificates at a time. Somebody the roster does not name is unknown.
pub fn certificate_of(entry: Option<&OfficerEntry>, at: Instant) -> Certificate {
    let Some(entry) = entry else { return Certificate::Unknown };
    let holding = |span: &&Span| span.from <= at && span.until.is_none_or(|until| at < until);
    let spans: Vec<&Span> = entry.spans.iter().filter(holding).collect();
    if spans.iter().any(|span| span.status == "valid") {
        return Certificate::Valid;
    }
    let Some(span) = spans.first() else {
        let ended = entry.spans.iter().any(|span| span.until.is_some_and(|until| until <= at));
        return Certificate::NotValid(if ended { NotValid::Expired } else { NotValid::Missing });
    };
    Certificate::NotValid(match span.status.as_str() {
        "suspended" => NotValid::Suspended,
        "cancelled" => NotValid::Cancelled,
        "revoked" => NotValid::Revoked,
        "lost" => NotValid::Lost,
        _ => NotValid::Expired,
    })
}

impl Roster {
    /// Reads the parts of the reference data that rules look at; other parts are left alone.
    ///
    /// # Errors
    /// What `serde_json` says of a text that is not the reference data.
    pub fn from_reference(json: &str) -> Result<Self, serde_json::Error> {
        let Reference { tenant, region, agencies, officers, individual_business_as_organisation } =
            serde_json::from_str(json)?;
        // The reference names the organ of reconsideration by id; rules compare it with what documents say.
        let names: BTreeMap<AgencyId, String> =
            agencies.iter().map(|agency| (agency.id, agency.name.clone())).collect();
        let agencies = agencies.into_iter().map(|Agency { id, sector, reconsideration, .. }| {
            let reconsideration = reconsideration.and_then(|organ| names.get(&organ).cloned());
            (id, AgencyEntry { sector, reconsideration })
        });
        let officers = officers.into_iter().map(|Entry { officer, certificates }| {
            let spans = certificates.into_iter().flat_map(Holding::spans);
            (officer.id, OfficerEntry { is_helper: officer.helper, spans: spans.collect() })
        });
        Ok(Self {
            tenant,
            region,
            agencies: agencies.collect(),
            officers: officers.collect(),
            individual_business_as_organisation,
        })
    }
}

impl From<Interval> for Span {
    fn from(Interval { status, from_ms, until_ms }: Interval) -> Self {
        Self { status, from: Instant::from_ms(from_ms), until: until_ms.map(Instant::from_ms) }
    }
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    tenant: Option<TenantId>,
    #[serde(default)]
    region: String,
    #[serde(default)]
    agencies: Vec<Agency>,
    #[serde(default)]
    officers: Vec<Entry>,
    #[serde(default)]
    individual_business_as_organisation: Option<String>,
}

#[derive(Deserialize)]
struct Agency {
    id: AgencyId,
    #[serde(default)]
    name: String,
    #[serde(default)]
    sector: String,
    #[serde(default)]
    reconsideration: Option<AgencyId>,
}

#[derive(Deserialize)]
struct Entry {
    officer: Officer,
    #[serde(default)]
    certificates: Vec<Holding>,
}

#[derive(Deserialize)]
struct Officer {
    id: OfficerId,
    #[serde(default)]
    helper: bool,
}

#[derive(Deserialize)]
struct Holding {
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    intervals: Vec<Interval>,
}

impl Holding {
    fn spans(self) -> impl Iterator<Item = Span> {
        let Self { valid_until, intervals } = self;
        intervals.into_iter().map(Span::from).map(move |span| match &valid_until {
            Some(last_day) => span.printed(last_day),
            None => span,
        })
    }
}

#[derive(Deserialize)]
struct Interval {
    status: String,
    from_ms: i64,
    #[serde(default)]
    until_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register that left the interval open: the last day printed on the certificate ends it.
    #[test]
    fn the_last_day_printed_on_a_certificate_counts_and_the_next_does_not() {
        let roster = |valid_until: &str| {
            let intervals = r#"[{"status": "valid", "from_ms": 0, "until_ms": null}]"#;
            let officer = "11".repeat(16);
            let json = format!(
                r#"{{"officers": [{{"officer": {{"id": "{officer}"}},
                    "certificates": [{{"valid_until": "{valid_until}", "intervals": {intervals}}}]}}]}}"#
            );
            Roster::from_reference(&json).unwrap()
        };
        let state = |roster: &Roster, at| certificate_of(roster.officers.get(&OfficerId::new([0x11; 16])), at);
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        let printed = roster("2026-11-23");
        assert_eq!(state(&printed, midnight.plus_ms(-1)), Certificate::Valid);
        assert_eq!(state(&printed, midnight), Certificate::NotValid(NotValid::Expired));
        assert_eq!(state(&roster("some day"), Instant::from_ms(1)), Certificate::NotValid(NotValid::Expired));
    }
}
