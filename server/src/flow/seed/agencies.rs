//! The county's agencies that the trial needs.

use sync_core::agency::AgencyKind;
use sync_core::id::{AgencyId, TenantId};

use super::{agency_id, present};
use crate::flow::refusal::Failure;
use crate::store::{AgencyRow, Tx};

/// The root, and the organ of reconsideration for decisions of its departments (行政复议法 第二十四条).
pub const GOVERNMENT: &str = "巫山县人民政府";
/// The supervisor of enforcement.
pub const JUSTICE: &str = "巫山县司法局";
/// Market regulation.
pub const MARKET: &str = "巫山县市场监督管理局";
/// Its station in the county town.
pub const STATION: &str = "巫山县市场监督管理局高唐市场监督管理所";
/// Agriculture.
pub const AGRICULTURE: &str = "巫山县农业农村委员会";

struct Agency {
    name: &'static str,
    short: &'static str,
    parent: &'static str,
    kind: AgencyKind,
    sector: &'static str,
    /// A station (派出机构) whose decisions bear its organ's name and number.
    acts_for: &'static str,
}

const fn department(name: &'static str, short: &'static str, sector: &'static str) -> Agency {
    Agency { name, short, parent: GOVERNMENT, kind: AgencyKind::Department, sector, acts_for: "" }
}

const fn station(name: &'static str) -> Agency {
    Agency { name, short: "巫市监", parent: MARKET, kind: AgencyKind::Station, sector: "market", acts_for: MARKET }
}

/// A parent comes before its children.
const AGENCIES: &[Agency] = &[
    Agency {
        name: GOVERNMENT,
        short: "巫山府",
        parent: "",
        kind: AgencyKind::Government,
        sector: "other",
        acts_for: "",
    },
    Agency {
        name: JUSTICE,
        short: "巫司",
        parent: GOVERNMENT,
        kind: AgencyKind::Justice,
        sector: "other",
        acts_for: "",
    },
    department(MARKET, "巫市监", "market"),
    department(AGRICULTURE, "巫农", "agriculture"),
    department("巫山县交通运输委员会", "巫交", "transport"),
    department("巫山县应急管理局", "巫应急", "emergency"),
    department("巫山县住房和城乡建设委员会", "巫住建", "housing"),
    station(STATION),
    station("巫山县市场监督管理局大昌市场监督管理所"),
    station("巫山县市场监督管理局骡坪市场监督管理所"),
    station("巫山县市场监督管理局官渡市场监督管理所"),
    Agency {
        name: "巫山县高唐街道办事处",
        short: "高唐街",
        parent: GOVERNMENT,
        kind: AgencyKind::Street,
        sector: "other",
        acts_for: "",
    },
    Agency {
        name: "巫山县龙门街道办事处",
        short: "龙门街",
        parent: GOVERNMENT,
        kind: AgencyKind::Street,
        sector: "other",
        acts_for: "",
    },
];

/// Adds the missing agencies. Returns whether one was missing.
pub fn agencies(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    let known = present(tx, tenant)?;
    let mut changed = false;
    for new in AGENCIES.iter().filter(|new| !known.contains(&agency_id(new.name))) {
        tx.add_agency(tenant, &row(new))?;
        changed = true;
    }
    Ok(changed)
}

/// Whether an agency is one of the demonstration.
pub fn is_ours(id: &AgencyId) -> bool {
    AGENCIES.iter().any(|agency| agency_id(agency.name) == *id)
}

fn row(new: &Agency) -> AgencyRow {
    let named = |name: &str| Some(agency_id(name)).filter(|_| !name.is_empty());
    AgencyRow {
        id: agency_id(new.name),
        parent: named(new.parent),
        path: path(new),
        name: new.name.to_owned(),
        short_name: new.short.to_owned(),
        kind: new.kind,
        sector: new.sector.to_owned(),
        acts_for: named(new.acts_for),
        reconsideration: named(GOVERNMENT).filter(|_| new.name != GOVERNMENT),
        active: true,
    }
}

fn path(agency: &Agency) -> String {
    let above = AGENCIES.iter().find(|other| other.name == agency.parent).map(path).unwrap_or_default();
    format!("{above}{}/", agency_id(agency.name))
}
