//! Texts of a fixed form: ids, digests, cursors, days and keys, as the document describes them.
//!
//! Promise: each form has one schema, which fields name by `value_type`; the Rust fields stay `String`. Every length and
//! pattern is that of the texts that the server writes and takes. Not here: reading them, which routes do.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Array, RefOr};

/// Declares the forms: a type without values for each, and [`all`].
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $pattern:literal, $min:literal..=$max:literal, $format:expr, $example:literal;)+) => {
        $($(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format: Option<KnownFormat> = $format;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some([$($doc.trim()),+].join(" ")))
                    .pattern(Some($pattern))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .format(format.map(SchemaFormat::KnownFormat))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        })+

        /// Every form by its name, for the components of the document: parameters name them, too.
        pub fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), <$name as utoipa::PartialSchema>::schema())),+]
        }
    };
}

texts! {
    /// Id of a person, an agency, a phone, a lead, an upload or an installation: 16 bytes in lowercase hex.
    Id = "^[0-9a-f]{32}$", 32..=32, None, "00112233445566778899aabbccddeeff";
    /// Id of a case, or of a change: 32 bytes in lowercase hex. A case has the id of the change that opened it.
    CaseId = "^[0-9a-f]{64}$", 64..=64, None, "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe";
    /// SHA-256 in lowercase hex.
    Digest = "^[0-9a-f]{64}$", 64..=64, None, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    /// An operation, and the entity, document or step that it made: id of the change, a dot, its place in the change.
    OperationId = "^[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9})$", 66..=75, None,
        "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4";
    /// The case itself, or an entity of it.
    FieldOwner = "^(case|[0-9a-f]{64}\\.(0|[1-9][0-9]{0,9}))$", 4..=75, None, "case";
    /// Where a list goes on. Opaque; it belongs to the list that gave it.
    Cursor = "^[0-9A-Za-z_-]+$", 1..=256, None, "1795363200000-00112233445566778899aabbccddeeff";
    /// A civil day of Asia/Shanghai.
    Day = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 10..=10, Some(KnownFormat::Date), "2026-11-30";
    /// A public key: P-256, uncompressed SEC1 point, lowercase hex.
    PublicKey = "^04[0-9a-f]{128}$", 130..=130, None,
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    /// An ES256 signature, r ‖ s, lowercase hex.
    KeySignature = "^[0-9a-f]{128}$", 128..=128, None,
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    /// The epoch of a phone's store: 8 bytes in lowercase hex.
    StoreEpoch = "^[0-9a-f]{16}$", 16..=16, None, "0011223344556677";
    /// Bytes in lowercase hex.
    HexBytes = "^([0-9a-f]{2})+$", 2..=65_536, None, "d284";
    /// Bytes in base64 with padding.
    Base64Bytes = "^[0-9A-Za-z+/]+={0,2}$", 4..=8_388_608, None, "0oRDoQEm";
    /// A code to be typed: ten characters that are not taken for one another.
    TypedCode = "^[0-9A-HJKMNP-TV-Z]{10}$", 10..=10, None, "7KQ2M9XW4C";
    /// A code to be scanned: 16 bytes in lowercase hex.
    ScannedCode = "^[0-9a-f]{32}$", 32..=32, None, "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    /// Names one request of its caller, so that a repetition finds what the first did.
    IdempotencyKey = "^[ -~]+$", 1..=64, None, "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f";
    /// A division by GB/T 2260: county, street or town, village.
    RegionCode = "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", 6..=12, None, "500237001";
    /// Id of a rule.
    RuleId = "^[A-Z]{2,3}-[0-9]{2}(-[A-Z0-9]+)*$", 5..=32, None, "SPO-01";
    /// Id of a request, which the operator's log knows.
    RequestId = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", 36..=36, Some(KnownFormat::Uuid),
        "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f";
    /// A kind of problem: `urn:palm:problem:` and its code.
    ProblemType = "^urn:palm:problem:[a-z_]+$", 18..=128, None, "urn:palm:problem:not_found";
    /// What is sent as `Authorization: Bearer …`. Opaque: what it consists of is nobody's business and may change.
    Token = "^[0-9A-Za-z._~+/=-]+$", 1..=4096, None, "opaque.to.clients";
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

/// What is recorded in a field or with a step: null, a truth value, an integer, a text (bytes in lowercase hex), or a list.
#[derive(Debug, Clone, Copy)]
pub enum RecordedValue {}

impl utoipa::PartialSchema for RecordedValue {
    fn schema() -> RefOr<Schema> {
        use utoipa::openapi::schema::{AnyOfBuilder, Ref};
        let of = |kind: Type| ObjectBuilder::new().schema_type(kind);
        let integer = of(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
        AnyOfBuilder::new()
            .item(of(Type::Null))
            .item(of(Type::Boolean))
            .item(integer)
            .item(of(Type::String))
            .item(Schema::Array(Array::new(Ref::from_schema_name("RecordedValue"))))
            .description(Some(
                "What is recorded: null, a truth value, an integer, a text (bytes in lowercase hex), or a list of these.",
            ))
            .into()
    }
}

impl utoipa::ToSchema for RecordedValue {}
