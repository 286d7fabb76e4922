//! What the register holds, and what is to be written to it.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{AgencyId, OfficerId};

use super::roster::Written;
use crate::flow::sheet::report::Difference;
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
    /// Citizen numbers of people beyond the agencies that may be touched. Whose they are is not here.
    pub citizens_elsewhere: BTreeSet<String>,
    /// Numbers of their certificates.
    pub certificates_elsewhere: BTreeSet<String>,
}

impl Held {
    /// Leaves the agencies whose paths begin with `reach`, and their people. Of everybody else only the numbers stay, so
    /// that none is given twice.
    #[must_use]
    pub fn within(mut self, reach: &str) -> Self {
        self.agencies.retain(|agency| agency.path.starts_with(reach));
        let agencies: BTreeSet<AgencyId> = self.agencies.iter().map(|agency| agency.id).collect();
        self.officers.retain(|officer| agencies.contains(&officer.agency));
        let people: BTreeSet<OfficerId> = self.officers.iter().map(|officer| officer.id).collect();
        let (near, far): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.identities.into_iter().partition(|(officer, _)| people.contains(officer));
        (self.identities, self.citizens_elsewhere) = (near, far.into_values().collect());
        let (near, far): (Vec<_>, Vec<_>) =
            self.certificates.into_iter().partition(|(row, _)| people.contains(&row.officer));
        self.certificates = near;
        self.certificates_elsewhere = far.into_iter().map(|(row, _)| row.number).collect();
        self
    }
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
