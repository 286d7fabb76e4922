//! Reference data that a phone downloads before it goes offline.

use serde::{Deserialize, Serialize};
use sync_core::law::facts::Sector;
use utoipa::ToSchema;

use crate::code::{ItemKind, RegionLevel};
use crate::text::{Digest, Id, PublicKey, RegionCode};

use crate::agency::Agency;
use crate::officer::{Certificate, Officer};

/// All reference data. It has an `ETag`, which clients send in `If-None-Match`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    /// Id of the installation.
    #[schema(value_type = Id)]
    pub tenant: String,
    /// GB/T 2260 code of the county.
    #[schema(value_type = RegionCode)]
    pub region: String,
    /// Name of the county.
    #[schema(example = "巫山县")]
    pub name: String,
    /// The server's public keys, the oldest first. The last one belongs to the key that signs now; the others verify older
    /// signatures.
    pub server_keys: Vec<ServerKey>,
    /// Hash of the rule set that the server applies, hex.
    #[schema(value_type = Digest)]
    pub rule_set: String,
    /// Divisions of the county.
    pub regions: Vec<Region>,
    /// Every agency of the county.
    pub agencies: Vec<Agency>,
    /// Enforcement items.
    pub items: Vec<Item>,
    /// Officers with their certificates.
    pub officers: Vec<ReferenceOfficer>,
    /// Calendars by year.
    pub calendars: Vec<Calendar>,
}

/// A public key of the server, present or former.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerKey {
    /// Id of the server as a device.
    #[schema(value_type = Id)]
    pub device: String,
    /// Uncompressed SEC1 point, hex.
    #[schema(value_type = PublicKey)]
    pub public_key: String,
    /// First use.
    pub since_ms: i64,
}

/// A division of the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"code": "500237001", "name": "高唐街道", "parent": "500237", "level": "street"}))]
pub struct Region {
    /// GB/T 2260.
    #[schema(value_type = RegionCode)]
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the division above it.
    #[schema(value_type = Option<RegionCode>)]
    pub parent: Option<String>,
    /// `county`, `street`, `town`, `township`.
    #[schema(value_type = RegionLevel)]
    pub level: String,
}

/// An enforcement item (执法事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "code": "SJ-C-001", "name": "不按规定明码标价", "sector": "market", "kind": "penalty", "basis": "价格法",
    "article": "第四十二条", "min_fen": null, "max_fen": 500_000, "wording": "责令改正，没收违法所得，可以并处五千元以下的罚款。",
    "confirmed": true, "spot_limit": null
}))]
pub struct Item {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Field of enforcement.
    #[schema(value_type = Sector)]
    pub sector: String,
    /// `inspection`, `penalty`, `coercion`.
    #[schema(value_type = ItemKind)]
    pub kind: String,
    /// The law.
    pub basis: String,
    /// Its article.
    pub article: String,
    /// Smallest fine. Absent if the law names only a maximum; that does not mean that the minimum is zero.
    pub min_fen: Option<i64>,
    /// Largest fine, if the item imposes one.
    pub max_fen: Option<i64>,
    /// Wording for the decision.
    pub wording: String,
    /// Whether legal reviewers have confirmed its article and amounts. Others are shown with a warning.
    pub confirmed: bool,
    /// Limit of on-the-spot fines from another law, if one applies to this item (行政处罚法 第五十一条).
    pub spot_limit: Option<SpotLimit>,
}

/// A limit of on-the-spot fines from another law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpotLimit {
    /// Largest fine for a citizen.
    #[schema(example = 20_000)]
    pub citizen_fen: i64,
    /// Largest fine for an organisation.
    #[schema(example = 20_000)]
    pub organisation_fen: i64,
    /// Law and article of the limit.
    #[schema(example = "道路交通安全法 第一百零七条")]
    pub basis: String,
}

/// An officer with certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferenceOfficer {
    /// The person.
    pub officer: Officer,
    /// Certificates with their history.
    pub certificates: Vec<Certificate>,
}

/// A year's holidays and make-up working days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// The year of the notice.
    #[schema(example = 2026)]
    pub year: i64,
    /// The published file, as text (JSON).
    #[schema(example = r#"{"year":2026,"days":[]}"#)]
    pub json: String,
}
