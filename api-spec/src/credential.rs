//! Credentials of officers' phones: issued, and checked for other systems.

use serde::{Deserialize, Serialize};
use sync_core::credential::status_list::Status;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};

use crate::text::{Digest, SdJwt};

/// A credential (亮证核验凭证), bound to the phone's record key.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuedCredential {
    /// SD-JWT VC with all its disclosures, without a proof of its holder.
    #[schema(value_type = SdJwt)]
    pub credential: String,
    /// When it was issued.
    #[schema(example = 1_795_363_200_000_i64)]
    pub issued_ms: i64,
    /// The first instant at which it is no longer valid: a week later at most, and with the certificate.
    #[schema(example = 1_795_968_000_000_i64)]
    pub expires_ms: i64,
}

impl std::fmt::Debug for IssuedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedCredential").field("expires_ms", &self.expires_ms).finish_non_exhaustive()
    }
}

/// A presentation to be checked.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentedCredential {
    /// SD-JWT with the disclosed claims and the proof of its holder, at most 16 KiB.
    #[schema(value_type = SdJwt)]
    pub presentation: String,
    /// For whom the phone made the proof (`aud`), 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, example = "https://other.example")]
    pub audience: String,
    /// The nonce that the asking system gave to the phone for this check, 1 to 200 characters. The system uses each once:
    /// this server does not remember it.
    #[schema(min_length = 1, max_length = 200, example = "q2Zr8sVbT1yN0wLx")]
    pub nonce: String,
}

impl std::fmt::Debug for PresentedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PresentedCredential").field("audience", &self.audience).finish_non_exhaustive()
    }
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "holds": true, "status": "valid", "reason": null, "checked_ms": 1_795_363_200_000_i64,
    "holder": {"name": "李建国", "agency_name": "高唐市场监督管理所", "certificate_number": "22370001001",
                "issued_by": "巫山县人民政府", "category": null, "region": null, "photo_sha256": null}
}))]
pub struct CheckedCredential {
    /// Whether the presentation holds: issued by this installation, not expired, and proved by its holder for this request.
    pub holds: bool,
    /// What the credential is worth by the register now; null where the presentation does not hold.
    pub status: Option<Status>,
    /// Why the presentation does not hold, in the language that the request asks for; null where it holds.
    pub reason: Option<String>,
    /// When it was checked.
    pub checked_ms: i64,
    /// What was disclosed; null where the presentation does not hold. It mirrors a certificate and does not replace it.
    pub holder: Option<DisclosedOfficer>,
}

/// What an officer disclosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "李建国", "agency_name": "高唐市场监督管理所", "certificate_number": "22370001001", "issued_by": "巫山县人民政府",
    "category": null, "region": null, "photo_sha256": null
}))]
pub struct DisclosedOfficer {
    /// Name; null where it was not disclosed.
    pub name: Option<String>,
    /// Name of the agency; null where it was not disclosed.
    pub agency_name: Option<String>,
    /// Number of the certificate, which is always visible.
    pub certificate_number: String,
    /// The organ that issued the certificate, which is always visible.
    pub issued_by: String,
    /// Category of enforcement; null where it was not disclosed.
    pub category: Option<String>,
    /// Area of enforcement; null where it was not disclosed.
    pub region: Option<String>,
    /// SHA-256 of the photograph; null where it was not disclosed or there is none.
    #[schema(value_type = Option<Digest>)]
    pub photo_sha256: Option<String>,
}

/// The metadata of the issuer, or of a type: JSON of its own specification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Metadata(pub serde_json::Value);

impl utoipa::PartialSchema for Metadata {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)))
            .description(Some("Metadata of the issuer or of the type of credentials, as SD-JWT VC specifies them."))
            .examples([serde_json::json!({"issuer": "https://palm.example", "jwks": {"keys": []}})])
            .into()
    }
}

impl ToSchema for Metadata {}
