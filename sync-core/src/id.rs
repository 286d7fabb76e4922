//! Identifiers.
//!
//! Promise: an identifier is a fixed number of bytes, displayed as lowercase hex; kinds of identifiers are distinct
//! types. Not here: whether the named object exists.
//!
//! ```
//! use sync_core::id::OfficerId;
//!
//! let officer = OfficerId::new([0x1f; 16]);
//! assert_eq!(officer.to_string(), "1f".repeat(16));
//! assert_eq!("1f".repeat(16).parse(), Ok(officer));
//! assert!("1F".repeat(16).parse::<OfficerId>().is_err(), "one text for one identifier");
//! ```

use std::fmt;
use std::str::FromStr;

use base16ct::lower;

/// The text is not an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: expected {digits} lowercase hex digits")]
pub struct NotAnId {
    kind: &'static str,
    digits: usize,
}

/// Bytes as lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    lower::encode_string(bytes)
}

/// The bytes of lowercase hex.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    lower::decode_vec(text).ok()
}

/// Exactly `N` bytes out of lowercase hex.
pub fn unhex_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let read = lower::decode(text, &mut bytes).ok()?.len();
    (read == N).then_some(bytes)
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident: $bytes:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "diesel", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Binary))]
        pub struct $name([u8; $bytes]);

        #[cfg(feature = "diesel")]
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for $name
        where
            [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <[u8] as diesel::serialize::ToSql<diesel::sql_types::Binary, DB>>::to_sql(self.0.as_slice(), out)
            }
        }

        #[cfg(feature = "diesel")]
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for $name
        where
            Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let bytes = <Vec<u8> as diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>>::from_sql(bytes)?;
                Ok(Self::from_slice(&bytes).ok_or(NotAnId { kind: stringify!($name), digits: $bytes * 2 })?)
            }
        }

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $bytes;

            /// An identifier of these bytes.
            pub const fn new(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Takes a slice of exactly [`Self::LEN`] bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The bytes.
            pub const fn bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; $bytes * 2];
                f.write_str(lower::encode_str(&self.0, &mut digits).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                unhex_array(text).map(Self).ok_or(NotAnId { kind: stringify!($name), digits: $bytes * 2 })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}

identifiers! {
    /// One county's installation; the shard key. Never changes.
    TenantId: 16;
    /// A node of the tree of enforcement bodies (执法主体).
    AgencyId: 16;
    /// A person (执法人员, or an administrator).
    OfficerId: 16;
    /// An enrolled phone (终端), or the server.
    DeviceId: 16;
    /// The epoch of a device's store. It changes whenever the store is created or salvaged.
    Epoch: 8;
    /// What a code for checking an officer (核验码) names: a presented certificate, or a printed card. Random.
    CheckCodeId: 16;
    /// One boot of a phone. Two monotonic readings can be compared only within one boot.
    BootId: 16;
    /// SHA-256 of something.
    Digest: 32;
    /// A change: SHA-256 over its tagged header bytes. Also names a case: the change that opened it.
    ChangeId: 32;
}

/// A case is named by the change that opened it.
pub type CaseId = ChangeId;

impl DeviceId {
    /// The server signs as this device, in every tenant; its key is the tenant's.
    pub const SERVER: Self = Self([0; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        let id = OfficerId::new([0xab; 16]);
        assert_eq!(id.to_string().parse::<OfficerId>(), Ok(id));
    }

    #[test]
    fn upper_case_short_and_long_ids_are_refused() {
        let text = "ab".repeat(16);
        assert!(text.parse::<OfficerId>().is_ok());
        assert!(text.to_uppercase().parse::<OfficerId>().is_err());
        assert!(text.get(1..).unwrap().parse::<OfficerId>().is_err());
        assert!(format!("{text}0").parse::<OfficerId>().is_err());
    }

    #[test]
    fn hex_is_lower_case_in_pairs_and_nothing_else() {
        assert_eq!(hex(&[0, 0x9a, 0xff]), "009aff");
        assert_eq!(unhex("009aff"), Some(vec![0, 0x9a, 0xff]));
        assert_eq!(unhex(""), Some(Vec::new()));
        for wrong in ["009af", "009AFF", "00 aff", "0x9aff", "009afg", "00`aff", "00/aff", "00:aff", "é"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
        assert_eq!(unhex_array("009aff"), Some([0, 0x9a, 0xff]));
        assert_eq!((unhex_array::<2>("009aff"), unhex_array::<4>("009aff")), (None, None));
    }
}
