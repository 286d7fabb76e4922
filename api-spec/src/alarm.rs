//! Alarms: what somebody must look at.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "at_ms": 1_795_370_400_000_i64, "kind": "fork",
    "device": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "case": "3f…", "change": "7c…", "detail": "fork"
}))]
pub struct Alarm {
    /// Id.
    pub id: String,
    /// When.
    pub at_ms: i64,
    /// Stable code, such as `refused`, `fork`, `without_effect`, `quarantined`; `password_replaced` where the operator
    /// gave an account another password at the server.
    pub kind: String,
    /// The device it is about.
    pub device: Option<String>,
    /// The case it is about.
    pub case: Option<String>,
    /// The change it is about.
    pub change: Option<String>,
    /// Stable code of the reason; for `password_replaced` the account's login.
    pub detail: String,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlarmQuery {
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// What the page before gave as `next_cursor`.
    pub cursor: Option<String>,
}

/// One page of alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmPage {
    /// The newest first.
    pub items: Vec<Alarm>,
    /// For the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
