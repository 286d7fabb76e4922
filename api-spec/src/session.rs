//! Signing in, and the caller's own account.

use serde::{Deserialize, Serialize};
use sync_core::role::Role;
use utoipa::ToSchema;

use crate::code::TokenType;
use crate::text::{Id, RefreshToken, Token};

/// Login and password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "county-supervisor", "password": "correct horse battery"}))]
pub struct NewSession {
    /// The name with which the person signs in.
    pub login: String,
    /// 8 to 128 characters.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    pub password: String,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSession { <redacted> }")
    }
}

/// An access token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"access_token": "opaque.to.clients", "token_type": "Bearer", "expires_ms": 1_795_363_800_000_i64}))]
pub struct AccessToken {
    /// The token. Clients send it as `Authorization: Bearer …`, or as `Authorization: DPoP …` with a proof in the header
    /// `DPoP` if it is bound to a key (RFC 9449).
    #[schema(value_type = Token)]
    pub access_token: String,
    /// `DPoP` for a token that is bound to a key, otherwise `Bearer`.
    #[schema(value_type = TokenType)]
    pub token_type: String,
    /// End of its validity.
    pub expires_ms: i64,
    /// Renews the token once, with a proof of the same key. It is given with tokens that are bound to a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RefreshToken>)]
    pub refresh_token: Option<String>,
    /// End of its validity if it is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_expires_ms: Option<i64>,
}

/// A refresh token, to be used.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "5mQ0Yt0rVb3cT1s9uJ2xK8wZ4aE6gH7iL0nOpQrStUv"}))]
pub struct Renewal {
    /// The refresh token that was given last.
    #[schema(value_type = RefreshToken)]
    pub refresh_token: String,
}

impl std::fmt::Debug for Renewal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Renewal { <redacted> }")
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken").field("expires_ms", &self.expires_ms).finish_non_exhaustive()
    }
}

/// The caller, as the database has them now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "officer": "00112233445566778899aabbccddeeff", "name": "李建国", "agency": "ffeeddccbbaa99887766554433221100",
    "agency_name": "巫山县市场监督管理局", "roles": ["officer"], "device": null, "tenant": "0123456789abcdef0123456789abcdef"
}))]
pub struct Me {
    /// Id.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name.
    pub name: String,
    /// Id of the agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name of the agency.
    pub agency_name: String,
    /// Roles, sorted.
    pub roles: Vec<Role>,
    /// Id of the phone to which this token was issued.
    #[schema(value_type = Option<Id>)]
    pub device: Option<String>,
    /// Id of the installation.
    #[schema(value_type = Id)]
    pub tenant: String,
}
