//! Alarms: events that a person must look at.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::code::AlarmKind;
use crate::text::{CaseId, Cursor, Id};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "at_ms": 1_795_370_400_000_i64, "kind": "fork",
    "device": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "case": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe", "change": "5c1f0e8d7b6a594837261504f3e2d1c0bfae9d8c7b6a594837261504f3e2d1c0", "detail": "fork"
}))]
pub struct Alarm {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// When.
    pub at_ms: i64,
    /// Stable code, such as `refused`, `fork`, `without_effect` or `quarantined`. `password_replaced` means that the
    /// operator gave an account another password on the server's machine.
    #[schema(value_type = AlarmKind)]
    pub kind: sync_core::alarm::AlarmKind,
    /// The device it is about.
    #[schema(value_type = Option<Id>)]
    pub device: Option<String>,
    /// The case it is about.
    #[schema(value_type = Option<CaseId>)]
    pub case: Option<String>,
    /// The change it is about.
    #[schema(value_type = Option<CaseId>)]
    pub change: Option<String>,
    /// Stable code of the reason. For `password_replaced` it is the account's login.
    pub detail: String,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlarmQuery {
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// One page of alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmPage {
    /// The newest first.
    pub items: Vec<Alarm>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
