//! Records of the register: what was done to people, certificates, accounts and roles.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::code::RegisterEventKind;
use crate::text::{Cursor, Id};

/// A record of the register. Records are permanent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "at_ms": 1_795_370_400_000_i64, "kind": "role_given",
    "actor": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "actor_name": "刘芳", "officer": "b1b2b3b4b5b6b7b8b9babbbcbdbebfc0",
    "officer_name": "李建国", "agency": "ffeeddccbbaa99887766554433221100", "agency_name": "高唐市场监督管理所",
    "detail": "{\"role\":\"case_reviewer\"}", "reason": "岗位调整"
}))]
pub struct RegisterEvent {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// When.
    pub at_ms: i64,
    /// What was done.
    #[schema(value_type = RegisterEventKind)]
    pub kind: sync_core::register_event::RegisterEventKind,
    /// Id of the one who did it; null if the operator did it on the server's machine.
    #[schema(value_type = Option<Id>)]
    pub actor: Option<String>,
    /// Name of the one who did it.
    pub actor_name: Option<String>,
    /// Id of the person concerned; null for an import as a whole.
    #[schema(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// Name of the person concerned.
    pub officer_name: Option<String>,
    /// Id of the agency concerned, of a person the one at that time.
    #[schema(value_type = Option<Id>)]
    pub agency: Option<String>,
    /// Name of the agency.
    pub agency_name: Option<String>,
    /// What it was and what it is, as JSON text. Citizen numbers are masked.
    pub detail: String,
    /// Why.
    pub reason: String,
}

/// A page of records, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterEventPage {
    /// The records.
    pub items: Vec<RegisterEvent>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// Which records, and which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegisterEventQuery {
    /// Id of the person concerned.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// Which records are exported.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegisterEventExportQuery {
    /// Id of the person concerned.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
}
