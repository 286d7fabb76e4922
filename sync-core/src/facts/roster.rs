//! Who is who: what phone and server know of agencies and certificates when they judge a case.
//!
//! Promise: a certificate's state is read from its intervals at the time of the act, never from a
//! flag that says how it is now.

use crate::id::{AgencyId, OfficerId, TenantId};
use crate::law::facts::{Certificate, NotValid};
use crate::time::Instant;
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
            let spans = certificates.into_iter().flat_map(|certificate| certificate.intervals).map(Span::from);
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
    intervals: Vec<Interval>,
}

#[derive(Deserialize)]
struct Interval {
    status: String,
    from_ms: i64,
    #[serde(default)]
    until_ms: Option<i64>,
}
