//! What the register holds, and what is to be written to it.

use std::collections::BTreeMap;

use sync_core::id::{AgencyId, OfficerId};

use super::roster::Written;
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow, RegionRow};

/// What the register holds.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// Everybody.
    pub officers: Vec<OfficerRow>,
    /// Citizen numbers, as far as they are known.
    pub identities: BTreeMap<OfficerId, String>,
    /// Every certificate with its history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// Every agency.
    pub agencies: Vec<AgencyRow>,
    /// The divisions of the county.
    pub regions: Vec<RegionRow>,
    /// The county.
    pub region: String,
}

/// One value that is another now. Citizen numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What, in Chinese.
    pub zh: &'static str,
    /// What, in English.
    pub en: &'static str,
    /// What it was; empty where there was nothing.
    pub old: String,
    /// What it is.
    pub new: String,
}

/// What is to be written for a row that is new or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The person as the register has them; none for a new one.
    pub known: Option<OfficerRow>,
    /// Name.
    pub name: String,
    /// Agency.
    pub agency: AgencyId,
    /// An auxiliary person.
    pub helper: bool,
    /// The citizen number, where it is not in the register yet.
    pub citizen_number: Option<String>,
    /// The certificate, where it is new or different.
    pub certificate: Option<PlannedCertificate>,
    /// What is different; empty for a new person.
    pub differences: Vec<Difference>,
}

/// A certificate to be written. Its holder is the person of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCertificate {
    /// What the roster says; the region is a code.
    pub written: Written,
    /// Code of its region.
    pub region: String,
    /// Whether the register has its number already.
    pub is_known: bool,
    /// What its history gains.
    pub history: Vec<IntervalRow>,
}
