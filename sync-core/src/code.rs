//! Types that are stored and sent as a stable text.
//!
//! Promise: each value has exactly one text, which is never renamed; an unknown text is an error ([`NotACode`]), never
//! a default. `codes!` defines the texts of a type, its column type with the feature `diesel`, and its schema with the
//! feature `openapi`. Not here: labels for people.

use std::fmt;

/// The text is not the code of any value of the type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: {text:?}")]
pub struct NotACode {
    /// Name of the type.
    pub kind: &'static str,
    /// The text that was found.
    pub text: String,
}

impl NotACode {
    /// An error that says that `text` is not a `kind`.
    pub fn new(kind: &'static str, text: &str) -> Self {
        Self { kind, text: text.to_owned() }
    }
}

/// The expected values, for errors of serde. The text that was found is not shown, because it may be personal data.
pub(crate) struct OneOf(pub(crate) &'static [&'static str]);

impl serde::de::Expected for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of `{}`", self.0.join("`, `"))
    }
}

/// Declares an enum whose values are stored and sent as the texts given: `ALL`, `CODES`, `code`, `parse`, `Display`,
/// `FromStr` and serde.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "diesel", derive(diesel::expression::AsExpression))]
        #[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Text))]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All values, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their texts, in the same order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable text.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value with this text.
            ///
            /// # Errors
            /// [`NotACode`](crate::code::NotACode) where no value has it.
            pub fn parse(text: &str) -> Result<Self, $crate::code::NotACode> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    other => Err($crate::code::NotACode::new(stringify!($name), other)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::NotACode;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                let other = serde::de::Unexpected::Other("another text");
                let expected = $crate::code::OneOf(Self::CODES);
                Self::parse(&text).map_err(|_unknown| serde::de::Error::invalid_value(other, &expected))
            }
        }

        #[cfg(feature = "diesel")]
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.code(), out)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
                text.enum_values(Some(Self::CODES.iter().copied())).examples(Self::CODES.first().copied()).into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

pub(crate) use codes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::CaseKind;

    #[test]
    fn each_value_has_its_text_and_every_other_text_is_an_error() {
        for kind in CaseKind::ALL {
            assert_eq!(CaseKind::parse(kind.code()), Ok(*kind));
        }
        for other in ["", "Inspection", "inspection ", "spot"] {
            assert_eq!(CaseKind::parse(other), Err(NotACode::new("CaseKind", other)));
        }
        assert_eq!(NotACode::new("CaseKind", "spot").to_string(), "not a CaseKind: \"spot\"");
    }

    #[test]
    fn a_text_that_is_none_is_not_repeated_to_who_sent_it() {
        assert_eq!(serde_json::from_str::<CaseKind>("\"simple\"").unwrap(), CaseKind::Simple);
        let refused = serde_json::from_str::<CaseKind>("\"canary\"").unwrap_err().to_string();
        assert!(refused.contains("one of `inspection`, `simple`, `ordinary`"), "{refused}");
        assert!(!refused.contains("canary"), "{refused}");
    }
}
