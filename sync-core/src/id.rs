//! Identifiers.
//!
//! Promise: an identifier is a fixed number of bytes, displayed as lowercase hex; kinds of identifiers are distinct
//! types. Not here: whether the named object exists.

use std::fmt;
use std::str::FromStr;

/// The text is not an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: expected {digits} lowercase hex digits")]
pub struct NotAnId {
    kind: &'static str,
    digits: usize,
}

/// Bytes as lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

/// The two digits of a byte. Ids are written by the thousand wherever a case is shown or hashed.
const fn digits(byte: u8) -> [u8; 2] {
    [digit(byte >> 4), digit(byte & 15)]
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
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

            /// Takes the bytes as they are.
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
                f.write_str(std::str::from_utf8(self.0.map(digits).as_flattened()).unwrap_or_default())
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
                read_hex(text).map(Self).ok_or(NotAnId { kind: stringify!($name), digits: $bytes * 2 })
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
    /// One life of a device's store. A new one whenever the store is created or salvaged.
    Epoch: 8;
    /// One boot of a phone, by which two monotonic readings can be compared.
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
}
