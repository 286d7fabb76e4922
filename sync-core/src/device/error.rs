//! Errors of the store, and refusals of a save.

use crate::case::FormBreach;
use crate::change::{ReadError, SealError};
use crate::evidence::Unfit;
use crate::id::{CaseId, ChangeId, Digest};
use crate::op::OpId;
use crate::schema::EntityKind;
use crate::sign::SignerError;

/// The store failed. The call had no effect, unless the commit itself returned the error: then it may have had. Call again;
/// every call is idempotent.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite failed.
    #[error("the store failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The store was written by a newer app. This app must not modify it.
    #[error("the store has version {found}, this app knows up to {known}")]
    Newer {
        /// Version of the file.
        found: i64,
        /// Version of this app.
        known: i64,
    },
    /// The file is damaged: move it aside and `salvage` it into a new store.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// A stored change differs from what was signed.
    #[error("change {change} in the store is damaged: {source}")]
    Damaged {
        /// Which.
        change: ChangeId,
        /// How.
        source: ReadError,
    },
    /// This phone is not enrolled yet.
    #[error("the store is not enrolled")]
    NotEnrolled,
    /// The store already belongs to a device.
    #[error("the store is already enrolled")]
    Enrolled,
    /// A required setting has no effect, such as write-ahead logging.
    #[error("the store does not accept the setting {0}")]
    Setting(&'static str),
    /// The reference data cannot be read.
    #[error("the reference data cannot be read: {0}")]
    Reference(String),
}

/// A rule, or the state of the case, prevents a save: a formal act (正式行为), an edit of signed content, or something
/// without a procedure in this program.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stop {
    /// Stable code: the rule's id, or `field_in_conflict`, `lease_over`, `clock_not_proved`, `value_signed`,
    /// `kind_not_built`, `form_not_built`.
    pub code: String,
    /// Law and article, if a rule prevents it.
    pub article: Option<String>,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
    /// The live operations of the field, if a conflict or a signature prevents it; document and party, if a rule does.
    pub ops: Vec<OpId>,
    /// The kind of entity that allows it, such as `supplementary_record`.
    pub offer: Option<EntityKind>,
}

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keystore would not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The case is not on this phone.
    #[error("case {0} is not on this phone")]
    UnknownCase(CaseId),
    /// The operations would break a rule of form and have no effect: a fault of the app.
    #[error("the operations break the rule of form {}", .0.code())]
    Form(FormBreach),
    /// The save is too large for one change, or cannot be read back for another reason.
    #[error("the save is not a readable change: {0}")]
    Unreadable(ReadError),
    /// The phone may not void this number.
    #[error("no free number of the phone's blocks: {0}")]
    Number(String),
    /// The server would refuse the file. Report it, and save without the file.
    #[error("file {digest}: {why}")]
    Evidence {
        /// SHA-256 of its bytes.
        digest: Digest,
        /// Why not.
        why: Unfit,
    },
    /// A formal act is stopped.
    #[error("the act is stopped: {}", .0.iter().map(|stop| stop.code.as_str()).collect::<Vec<_>>().join(", "))]
    Stopped(Vec<Stop>),
}

impl From<SealError> for SaveError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Signer(error) => Self::Signer(error),
            SealError::Limits(error) => Self::Unreadable(error),
        }
    }
}

impl From<rusqlite::Error> for SaveError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
