//! The tree of agencies.

use serde::{Deserialize, Serialize};
use sync_core::law::facts::Sector;
use utoipa::ToSchema;

use crate::code::AgencyKind;
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
