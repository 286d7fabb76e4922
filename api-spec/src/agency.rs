//! The tree of agencies.

use serde::{Deserialize, Serialize};
use sync_core::law::facts::Sector;
use utoipa::ToSchema;

use crate::code::{AgencyKind, GivenAgencyKind, GivenSector};
use crate::text::Id;

/// An agency (执法主体) or a body within one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "ffeeddccbbaa99887766554433221100", "parent": null, "name": "巫山县市场监督管理局", "short_name": "巫山市监",
    "kind": "department", "sector": "market", "acts_for": null, "reconsideration": null, "active": true
}))]
pub struct Agency {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Id of the agency above it.
    #[schema(value_type = Option<Id>)]
    pub parent: Option<String>,
    /// Full name.
    pub name: String,
    /// Short name, as document numbers use it.
    pub short_name: String,
    /// `government`, `department`, `station`, `street`, `justice`.
    #[schema(value_type = AgencyKind)]
    pub kind: sync_core::agency::AgencyKind,
    /// Field of enforcement.
    #[schema(value_type = Sector)]
    pub sector: String,
    /// Id of the organ in whose name it acts, if it does not act in its own.
    #[schema(value_type = Option<Id>)]
    pub acts_for: Option<String>,
    /// The organ to which a party applies for reconsideration (行政复议机关).
    #[schema(value_type = Option<Id>)]
    pub reconsideration: Option<String>,
    /// Whether it still enforces.
    pub active: bool,
}

/// The agencies in reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyList {
    /// In the order of the tree: an agency before the agencies below it.
    pub items: Vec<Agency>,
}

/// An agency with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyDetail {
    /// The agency.
    pub agency: Agency,
    /// How many people work there.
    #[schema(example = 12)]
    pub people: i64,
    /// How many of its cases are open.
    #[schema(example = 3)]
    pub open_cases: i64,
    /// How many agencies below it, or acting in its name, still enforce.
    #[schema(example = 4)]
    pub agencies: i64,
    /// How many delegations and powers have not ended, by which it enforces or entrusts others.
    #[schema(example = 1)]
    pub mandates: i64,
}

/// A new agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgency {
    /// Id of the agency above it.
    #[schema(value_type = Id)]
    pub parent: String,
    /// Full name, which no other agency has.
    #[schema(min_length = 1, max_length = 60, example = "巫山县市场监督管理局抱龙市场监督管理所")]
    pub name: String,
    /// Short name, as document numbers use it. No other organ that acts in its own name has it.
    #[schema(min_length = 1, max_length = 12, example = "巫市监抱龙")]
    pub short_name: String,
    /// Kind of the agency.
    #[schema(value_type = GivenAgencyKind, example = "station")]
    pub kind: String,
    /// Field of enforcement.
    #[schema(value_type = GivenSector)]
    pub sector: String,
    /// Id of the organ in whose name it acts, if it does not act in its own.
    #[serde(default)]
    #[schema(value_type = Id)]
    pub acts_for: Option<String>,
    /// Id of the organ to which a party applies for reconsideration.
    #[serde(default)]
    #[schema(value_type = Id)]
    pub reconsideration: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "机构改革新设")]
    pub reason: String,
}

/// An agency as it is to be: all of its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyChange {
    /// Full name, which no other agency has.
    #[schema(min_length = 1, max_length = 60, example = "巫山县市场监督管理局官渡市场监督管理所（改）")]
    pub name: String,
    /// Short name, as document numbers use it. No other organ that acts in its own name has it.
    #[schema(min_length = 1, max_length = 12, example = "巫市监官渡")]
    pub short_name: String,
    /// Kind of the agency.
    #[schema(value_type = GivenAgencyKind, example = "station")]
    pub kind: String,
    /// Field of enforcement.
    #[schema(value_type = GivenSector)]
    pub sector: String,
    /// Id of the organ in whose name it acts, if it does not act in its own.
    #[serde(default)]
    #[schema(value_type = Id)]
    pub acts_for: Option<String>,
    /// Id of the organ to which a party applies for reconsideration.
    #[serde(default)]
    #[schema(value_type = Id)]
    pub reconsideration: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "机构改革更名")]
    pub reason: String,
}

/// Another place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyMove {
    /// Id of the agency above it from now on.
    #[schema(value_type = Id)]
    pub parent: String,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "机构改革划转")]
    pub reason: String,
}

/// Why an agency is closed, or opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyReason {
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "机构改革撤销")]
    pub reason: String,
}
