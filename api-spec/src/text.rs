//! Texts of a fixed form: ids, digests, cursors, days and keys, as the document describes them.
//!
//! Promise: each form has one schema, which fields name by `value_type`; the Rust fields stay `String`. Every length and
//! pattern is that of the texts that the server writes and takes. Not here: reading them, which routes do.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Array, RefOr};

use crate::named::named_texts;

/// The piece of a file that the examples of uploads send: a whole file.
pub const SAMPLE_FILE: &[u8] = b"A price list, photographed.\n";

/// What announces [`SAMPLE_FILE`].
const SAMPLE_METADATA: &str = "sha256 nVIRk8XHq2Et+P0TuYG/6IOtHGeohS1u8GQYMCrzc94=,type aW1hZ2UvanBlZw==";

/// Written by this pattern, so many characters long, for example so.
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
    /// Id of a case, or of a change: 32 bytes in lowercase hex. A case has the id of the change that opened it.
    CaseId = form("^[0-9a-f]{64}$", 64..=64, "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe");
    /// SHA-256 in lowercase hex.
    Digest = form("^[0-9a-f]{64}$", 64..=64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /// An operation, and the entity, document or step that it made: id of the change, a dot, its place in the change.
    OperationId = form("^[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9})$", 66..=75, "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4");
    /// The case itself, or an entity of it.
    FieldOwner = form("^(case|[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9}))$", 4..=75, "case");
    /// Where a list goes on. Opaque; it belongs to the list that gave it.
    Cursor = form("^[0-9A-Za-z_-]+$", 1..=256, "1795363200000-00112233445566778899aabbccddeeff");
    /// A strong entity tag: the state of a thing, to be named in `If-Match`, `If-None-Match` or `If-Range`. Opaque.
    EntityTag = form("^\"[!#-~]+\"$", 3..=128, "\"a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe\"");
    /// Entity tags, as RFC 9110 writes them: one, several with commas between them, or `*`.
    EntityTags = form("^(\\*|(W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)$", 1..=1024, "\"a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe\"");
    /// One range of bytes (RFC 9110 §14.1.2). Several ranges are answered with the whole.
    ByteRange = form("^bytes=.+$", 7..=128, "bytes=0-1023");
    /// Pairs of a key and a value in base64, with commas between them (tus 1.0.0).
    UploadMetadata = form("^[!-+\\--~]+( [0-9A-Za-z+/]*={0,2})?(, *[!-+\\--~]+( [0-9A-Za-z+/]*={0,2})?)*$", 1..=4096, SAMPLE_METADATA);
    /// Where the thing is that was made: a path on this server.
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
    /// A code to be typed: ten characters that are not taken for one another.
    TypedCode = form("^[0-9A-HJKMNP-TV-Z]{10}$", 10..=10, "7KQ2M9XW4C");
    /// A code as somebody gives it back: scanned, or typed with blanks and dashes.
    GivenCode = form("^[0-9A-Za-z -]+$", 10..=64, "7KQ2M-9XW4C");
    /// A code to be scanned: 16 bytes in lowercase hex.
    ScannedCode = form("^[0-9a-f]{32}$", 32..=32, "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    /// Names one request of its caller, so that a repetition finds what the first did.
    IdempotencyKey = form("^[ -~]+$", 1..=64, "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f");
    /// A division by GB/T 2260: county, street or town, village.
    RegionCode = form("^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", 6..=12, "500237001");
    /// Id of a rule.
    RuleId = form("^[A-Z]{2,3}-[0-9]{2}(-[A-Z0-9]+)*$", 5..=32, "SPO-01");
    /// Id of a request, which the operator's log knows.
    RequestId = form("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", 36..=36, "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f").format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    /// A kind of problem: `urn:palm:problem:` and its code.
    ProblemType = form("^urn:palm:problem:[a-z_]+$", 18..=128, "urn:palm:problem:not_found");
    /// What is sent as `Authorization: Bearer …`. Opaque: what it consists of is nobody's business and may change.
    Token = form("^[0-9A-Za-z._~+/=-]+$", 1..=4096, "opaque.to.clients");
}

/// A body that is no JSON.
#[derive(Debug, Clone, Copy)]
pub enum Binary {}

impl utoipa::PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        let format = Some(SchemaFormat::KnownFormat(KnownFormat::Binary));
        ObjectBuilder::new().schema_type(Type::String).format(format).into()
    }
}

impl utoipa::ToSchema for Binary {}

/// What is recorded in a field or with a step: null, a truth value, an integer, a text (bytes in lowercase hex, a decimal in digits), or a list.
#[derive(Debug, Clone, Copy)]
pub enum RecordedValue {}

impl utoipa::PartialSchema for RecordedValue {
    fn schema() -> RefOr<Schema> {
        use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
        let of = |kind: Type| ObjectBuilder::new().schema_type(kind);
        // Said by no name: generators make a type of it that refers to itself, which TypeScript refuses.
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
                "What is recorded: null, a truth value, an integer, a text (bytes in lowercase hex, a decimal in digits), or a list of these.",
            ))
            .examples(["餐饮明码标价检查"])
            .into()
    }
}

impl utoipa::ToSchema for RecordedValue {}
