//! The public keys of the server.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::{JwkCurve, JwkType, JwkUse, SignatureAlgorithm};
use crate::text::Thumbprint;

/// A set of public keys (JWK Set, RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JwkSet {
    /// The keys that verify now. The key that signs is the first of its purpose.
    pub keys: Vec<PublicJwk>,
}

/// A public key that verifies signatures of the server (RFC 7517 §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA", "use": "sig", "alg": "ES256", "kid": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}))]
pub struct PublicJwk {
    /// `EC`.
    #[schema(value_type = JwkType)]
    pub kty: String,
    /// `P-256`.
    #[schema(value_type = JwkCurve)]
    pub crv: String,
    /// The x coordinate, base64url.
    #[schema(value_type = Thumbprint)]
    pub x: String,
    /// The y coordinate, base64url.
    #[schema(value_type = Thumbprint)]
    pub y: String,
    /// `sig`.
    #[serde(rename = "use")]
    #[schema(value_type = JwkUse)]
    pub purpose: String,
    /// The algorithm of the key.
    #[schema(value_type = SignatureAlgorithm)]
    pub alg: String,
    /// The name of the key: its thumbprint (RFC 7638).
    #[schema(value_type = Thumbprint)]
    pub kid: String,
}
