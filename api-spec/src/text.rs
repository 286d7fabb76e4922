//! Texts of a fixed form: ids, digests, cursors, days and keys, as the document describes them.
//!
//! Promise: each form has one schema, which fields name by `value_type`; the Rust fields stay `String`. Every length and
//! pattern fits the texts that the server writes and accepts. Not here: parsing them, which the routes do.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Array, RefOr};

use crate::named::named_texts;

/// The file that the examples of uploads send as one piece.
pub const SAMPLE_FILE: &[u8] = b"A price list, photographed.\n";

/// The roster that the examples check and import: two people who are new to the demonstration county.
pub const SAMPLE_ROSTER: &str =
    "姓名,工作单位,人员类别\r\n向春梅,高唐市场监督管理所,执法辅助人员\r\n龚家乐,大昌市场监督管理所,执法辅助人员\r\n";

/// The `Upload-Metadata` that announces [`SAMPLE_FILE`].
const SAMPLE_METADATA: &str = "sha256 nVIRk8XHq2Et+P0TuYG/6IOtHGeohS1u8GQYMCrzc94=,type aW1hZ2UvanBlZw==";

/// A text with a pattern, a length in characters and an example.
fn form(pattern: &str, length: std::ops::RangeInclusive<usize>, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .pattern(Some(pattern))
        .min_length(Some(*length.start()))
        .max_length(Some(*length.end()))
        .examples([example])
}

named_texts! {
    /// Id of a person, an agency, a phone, a lead, an upload or an installation: 16 bytes in lowercase hex.
    Id = form("^[0-9a-f]{32}$", 32..=32, "00112233445566778899aabbccddeeff");
    /// Id of a case or of a change: 32 bytes in lowercase hex. The id of a case is that of the change that opened it.
    CaseId = form("^[0-9a-f]{64}$", 64..=64, "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe");
    /// SHA-256 in lowercase hex.
    Digest = form("^[0-9a-f]{64}$", 64..=64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /// Id of an operation, and of the entity, document or step that it made: id of the change, a dot, index in the change.
    OperationId = form("^[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9})$", 66..=75, "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4");
    /// The case itself, or an entity of it.
    FieldOwner = form("^(case|[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9}))$", 4..=75, "case");
    /// Position in a list. Opaque; it can be used only with the list that returned it.
    Cursor = form("^[0-9A-Za-z_-]+$", 1..=256, "1795363200000-00112233445566778899aabbccddeeff");
    /// A strong entity tag of the state of a resource, for `If-Match`, `If-None-Match` or `If-Range`. Opaque.
    EntityTag = form("^\"[!#-~]+\"$", 3..=128, "\"a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe\"");
    /// Entity tags, as RFC 9110 writes them: one, several with commas between them, or `*`.
    EntityTags = form("^(\\*|(W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)$", 1..=1024, "\"a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe\"");
    /// One range of bytes (RFC 9110 §14.1.2). A request for several ranges gets the whole file.
    ByteRange = form("^bytes=.+$", 7..=128, "bytes=0-1023");
    /// Pairs of a key and a value in base64, with commas between them (tus 1.0.0).
    UploadMetadata = form("^[!-+\\--~]+( [0-9A-Za-z+/]*={0,2})?(, *[!-+\\--~]+( [0-9A-Za-z+/]*={0,2})?)*$", 1..=4096, SAMPLE_METADATA);
    /// Path of the created resource on this server.
    Location = form("^/v1/[a-z-]+/[0-9a-f]{32}$", 38..=96, "/v1/leads/00112233445566778899aabbccddeeff");
    /// A civil day of Asia/Shanghai.
    Day = form("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 10..=10, "2026-11-30").format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    /// A public key: P-256, uncompressed SEC1 point, lowercase hex.
    PublicKey = form("^04[0-9a-f]{128}$", 130..=130, "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    /// An ES256 signature, r ‖ s, lowercase hex.
    KeySignature = form("^[0-9a-f]{128}$", 128..=128, "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    /// The epoch of a phone's store: 8 bytes in lowercase hex.
    StoreEpoch = form("^[0-9a-f]{16}$", 16..=16, "0011223344556677");
    /// Bytes in lowercase hex.
    HexBytes = form("^([0-9a-f]{2})+$", 2..=65_536, "d284");
    /// Bytes in base64 with padding.
    Base64Bytes = form("^[0-9A-Za-z+/]+={0,2}$", 4..=8_388_608, "0oRDoQEm");
    /// A code for typing: ten characters that do not look alike.
    TypedCode = form("^[0-9A-HJKMNP-TV-Z]{10}$", 10..=10, "7KQ2M9XW4C");
    /// A code as the user enters it: scanned, or typed with spaces and hyphens.
    GivenCode = form("^[0-9A-Za-z -]+$", 10..=64, "7KQ2M-9XW4C");
    /// A code for scanning: 16 bytes in lowercase hex.
    ScannedCode = form("^[0-9a-f]{32}$", 32..=32, "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    /// Identifies a request of the caller. The same request with the same key gets the outcome of the first one.
    IdempotencyKey = form("^[ -~]+$", 1..=64, "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f");
    /// Code of a division by GB/T 2260: county, street or town, village.
    RegionCode = form("^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", 6..=12, "500237001");
    /// Id of a rule.
    RuleId = form("^[A-Z]{2,3}-[0-9]{2}(-[A-Z0-9]+)*$", 5..=32, "SPO-01");
    /// Id of a request. The operator finds it in the log.
    RequestId = form("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", 36..=36, "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f").format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    /// A kind of problem: `urn:palm:problem:` and its code.
    ProblemType = form("^urn:palm:problem:[a-z_]+$", 18..=128, "urn:palm:problem:not_found");
    /// An SD-JWT (RFC 9901): a JWT, disclosures, and at the end the proof of its holder, with `~` between them.
    SdJwt = form("^[0-9A-Za-z._~-]+$", 1..=16_384, "eyJhbGciOiJFUzI1NiJ9.e30.AA~WyJzYWx0IiwibmFtZSIsIuadjuW7uuWbvSJd~");
    /// 32 bytes in base64url: the thumbprint of a key (RFC 7638), or a coordinate of one.
    Thumbprint = form("^[0-9A-Za-z_-]{43}$", 43..=43, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    /// A refresh token: 256 bits in base64url.
    RefreshToken = form("^[0-9A-Za-z_-]{43}$", 43..=43, "5mQ0Yt0rVb3cT1s9uJ2xK8wZ4aE6gH7iL0nOpQrStUv");
    /// A token for `Authorization: Bearer …` or `Authorization: DPoP …`. Opaque: its content may change.
    Token = form("^[0-9A-Za-z._~+/=-]+$", 1..=4096, "opaque.to.clients");
}

/// A body that is not JSON.
#[derive(Debug, Clone, Copy)]
pub enum Binary {}

impl utoipa::PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        let format = Some(SchemaFormat::KnownFormat(KnownFormat::Binary));
        ObjectBuilder::new().schema_type(Type::String).format(format).into()
    }
}

impl utoipa::ToSchema for Binary {}

/// A value of a field or step: null, a boolean, an integer, a text (bytes are lowercase hex, a decimal is digits) or a list.
#[derive(Debug, Clone, Copy)]
pub enum RecordedValue {}

impl utoipa::PartialSchema for RecordedValue {
    fn schema() -> RefOr<Schema> {
        use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
        let of = |kind: Type| ObjectBuilder::new().schema_type(kind);
        // Inline, without a named schema: generators would make a type that refers to itself, which TypeScript refuses.
        let of_any_kind =
            ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("One of these again."));
        let integer = of(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
        AnyOfBuilder::new()
            .item(of(Type::Null))
            .item(of(Type::Boolean))
            .item(integer)
            .item(of(Type::String))
            .item(Schema::Array(Array::new(of_any_kind)))
            .description(Some(
                "A recorded value: null, a boolean, an integer, a text (bytes are lowercase hex, a decimal is digits), or a list of these.",
            ))
            .examples(["餐饮明码标价检查"])
            .into()
    }
}

impl utoipa::ToSchema for RecordedValue {}
