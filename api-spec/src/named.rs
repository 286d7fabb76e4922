//! Declares the texts of the contract that have a form or a list of codes.
//!
//! Promise: each text has one schema, under its name, with its documentation as description.

/// A type without values for each name, described by an `ObjectBuilder`, and `all`.
macro_rules! named_texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {
        $($(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let schema: utoipa::openapi::ObjectBuilder = $schema;
                let text = schema.schema_type(utoipa::openapi::schema::Type::String);
                text.description(Some([$($doc.trim()),+].join(" "))).into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        })+

        /// All of them by name, for the components of the document. Parameters refer to them, too.
        pub fn all() -> Vec<(&'static str, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
            vec![$((stringify!($name), <$name as utoipa::PartialSchema>::schema())),+]
        }
    };
}

pub(crate) use named_texts;
