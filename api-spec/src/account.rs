//! Account events and passwords.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::AccountEventKind;
use crate::text::{Cursor, GivenCode, Id, TypedCode};

/// An event of an account or of one of its phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "at_ms": 1_795_363_200_000_i64,
    "officer": "00112233445566778899aabbccddeeff", "actor": "00112233445566778899aabbccddeeff",
    "kind": "device_enrolled", "device": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "detail": "执法终端 A"
}))]
pub struct AccountEvent {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// When.
    pub at_ms: i64,
    /// Id of the officer whose account it concerns.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Id of the officer who did it; null if the operator did it on the server's machine.
    #[schema(value_type = Option<Id>)]
    pub actor: Option<String>,
    /// `enrolment_code_issued`, `device_enrolled`, `device_revoked`, `password_changed`, `password_reset_asked`,
    /// `password_reset_confirmed`, `password_reset`, `password_replaced`, `account_opened`,
    /// `one_time_password`, `account_closed`, `security_admin_appointed`, `first_administrator`.
    #[schema(value_type = AccountEventKind)]
    pub kind: sync_core::account_event::AccountEventKind,
    /// Id of the phone that it is about.
    #[schema(value_type = Option<Id>)]
    pub device: Option<String>,
    /// Label of the phone, or the reason of the event.
    pub detail: String,
}

/// A page of account events, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountEventPage {
    /// The events.
    pub items: Vec<AccountEvent>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// Whose events, and which page.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountEventQuery {
    /// Id of an officer in reach; the caller where absent.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// Whose password is to be reset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"officer": "00112233445566778899aabbccddeeff"}))]
pub struct NewPasswordReset {
    /// Id of the officer.
    #[schema(value_type = Id)]
    pub officer: String,
}

/// A reset of a password. Two people must act; the officer needs the code of each.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "officer": "00112233445566778899aabbccddeeff",
    "asked_by": "ffeeddccbbaa99887766554433221100", "asked_ms": 1_795_363_200_000_i64,
    "expires_ms": 1_795_449_600_000_i64, "confirmed": false, "code": "7KQ2M9XW4C"
}))]
pub struct PasswordReset {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Id of the officer whose password it is.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Id of the administrator who asked for it.
    #[schema(value_type = Option<Id>)]
    pub asked_by: Option<String>,
    /// When.
    pub asked_ms: i64,
    /// End of its validity, a day after it was asked for.
    pub expires_ms: i64,
    /// Whether a second person has confirmed it.
    pub confirmed: bool,
    /// The caller's code, 10 characters, to be given to the officer only. Absent in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TypedCode>)]
    pub code: Option<String>,
}

impl std::fmt::Debug for PasswordReset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordReset")
            .field("id", &self.id)
            .field("confirmed", &self.confirmed)
            .finish_non_exhaustive()
    }
}

/// The open reset, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordResetList {
    /// At most one.
    pub items: Vec<PasswordReset>,
}

/// Whose reset.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PasswordResetQuery {
    /// Id of an officer in reach; the caller where absent.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
}

/// The password that the officer chose, with the codes of the two people.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "login": "officer-a", "first_code": "7KQ2M9XW4C", "second_code": "X4T0B8N2ZD", "password": "correct horse battery"
}))]
pub struct ChosenPassword {
    /// Login of the officer.
    pub login: String,
    /// The code of the person who asked for the reset.
    #[schema(value_type = GivenCode)]
    pub first_code: String,
    /// The code of the person who confirmed it.
    #[schema(value_type = GivenCode)]
    pub second_code: String,
    /// The new password, 8 to 128 characters.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub password: String,
}

impl std::fmt::Debug for ChosenPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChosenPassword { <redacted> }")
    }
}

/// The caller's present password and the new one.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"present": "correct horse battery", "new": "nine herons over the gorge"}))]
pub struct ChangedPassword {
    /// The present password.
    #[schema(format = Password)]
    pub present: String,
    /// The new password, 8 to 128 characters.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub new: String,
}

impl std::fmt::Debug for ChangedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChangedPassword { <redacted> }")
    }
}
