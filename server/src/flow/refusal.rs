//! Refusals, whose texts are shown to people, and errors, which are only logged.
//!
//! Promise: every refusal has a stable code, a Chinese and an English sentence, and a row that says what the officer
//! and the operator do. `docs/refusals.md` is generated from this table. Codes are never renamed. Not here: HTTP
//! statuses (`web::problem`), rules of law (`sync_core::law`).

mod table;

pub use table::Refusal;

use crate::store::DatabaseFault;

/// The meaning of a code, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Stable, `snake_case`.
    pub code: &'static str,
    /// The sentence in Chinese.
    pub zh: &'static str,
    /// The sentence in English.
    pub en: &'static str,
    /// The provision, if the law is the reason.
    pub article: Option<&'static str>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What the user does.
    pub user: &'static str,
    /// What the operator does.
    pub operator: &'static str,
}

/// A refusal with the details of this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The refusal.
    pub refusal: Refusal,
    /// Details in Chinese; replaces the sentence of the table.
    pub zh: Option<String>,
    /// Details in English; replaces the sentence of the table.
    pub en: Option<String>,
    /// The provision, if a legal rule refused; replaces the article of the table.
    pub article: Option<String>,
    /// Seconds to wait before another attempt; replaces the default of the refusal.
    pub wait_s: Option<u32>,
    /// Size of the file in bytes, if the requested range lies beyond it.
    pub whole_size: Option<u64>,
    /// A nonce for the proof of the next attempt.
    pub nonce: Option<Box<str>>,
}

impl Refusal {
    /// Adds details of this request. They must hold no personal data, because the caller's proxy may log them.
    pub fn because(self, zh: impl Into<String>, en: impl Into<String>) -> Refused {
        Refused {
            refusal: self,
            zh: Some(zh.into()),
            en: Some(en.into()),
            article: None,
            wait_s: None,
            whole_size: None,
            nonce: None,
        }
    }
}

impl Refused {
    /// Adds the provision that is the reason.
    #[must_use]
    pub fn under(self, article: impl Into<String>) -> Self {
        Self { article: Some(article.into()), ..self }
    }
}

impl Refused {
    /// Sets the seconds to wait before another attempt.
    #[must_use]
    pub fn after_s(self, seconds: u32) -> Self {
        Self { wait_s: Some(seconds), ..self }
    }
}

impl Refused {
    /// Gives a nonce for the next attempt.
    #[must_use]
    pub fn with_nonce(self, nonce: String) -> Self {
        Self { nonce: Some(nonce.into_boxed_str()), ..self }
    }
}

impl Refused {
    /// Sets the size of the file.
    #[must_use]
    pub fn of_size(self, bytes: u64) -> Self {
        Self { whole_size: Some(bytes), ..self }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, zh: None, en: None, article: None, wait_s: None, whole_size: None, nonce: None }
    }
}

/// Why a flow failed.
#[derive(Debug)]
pub enum Failure {
    /// A refusal, which is the answer to the request.
    Refused(Refused),
    /// An internal error. The middleware logs it once with its sources; its text is never shown.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<crate::store::Error> for Failure {
    fn from(error: crate::store::Error) -> Self {
        let refusal = match error.database_fault() {
            Some(DatabaseFault::Busy) => Refusal::Busy,
            Some(DatabaseFault::Unavailable) => Refusal::DatabaseUnavailable,
            Some(DatabaseFault::ReadOnly) => Refusal::DatabaseReadOnly,
            Some(DatabaseFault::Full) => Refusal::DatabaseFull,
            None => return Self::Broken(Box::new(error)),
        };
        // A refusal carries no cause, so this is the only log line with it.
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::warn!(code = refusal.explain().code, cause, "database fault");
        refusal.into()
    }
}

impl From<crate::random::NoRandomness> for Failure {
    fn from(error: crate::random::NoRandomness) -> Self {
        Self::broken(error)
    }
}

impl Failure {
    /// An internal error outside the store.
    pub fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Broken(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    /// Compares `docs/refusals.md` with the table; `UPDATE=1` writes it.
    #[test]
    fn the_book_lists_every_refusal() {
        let mut book = String::from(
            "# Refusals\n\nEvery problem (`application/problem+json`) carries one of these codes. Generated from \
             `server/src/flow/refusal/table.rs`; `UPDATE=1 cargo test -p server refusal` writes it.\n\n\
             | code | 中文 | English | article | retry | what the user does | what the operator does |\n\
             |---|---|---|---|---|---|---|\n",
        );
        for refusal in Refusal::ALL {
            let Explanation { code, zh, en, article, retryable, user, operator } = refusal.explain();
            let (article, retry) = (article.unwrap_or("–"), if retryable { "yes" } else { "no" });
            writeln!(book, "| `{code}` | {zh} | {en} | {article} | {retry} | {user} | {operator} |").unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/refusals.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &book).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), book, "UPDATE=1 accepts");
    }

    #[test]
    fn codes_are_distinct_and_snake_case() {
        let codes: BTreeSet<_> = Refusal::ALL.iter().map(|refusal| refusal.explain().code).collect();
        assert_eq!(codes.len(), Refusal::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }
}
