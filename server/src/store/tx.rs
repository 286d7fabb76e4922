//! One transaction, exposed as intents.
//!
//! Promise: a [`Tx`] lives as long as its transaction and exposes only what `store/<noun>.rs` implements on it.

use super::db::Db;
use super::{Additions, Error};

/// A running transaction. Intents are methods, one file per noun.
pub struct Tx<'a> {
    db: &'a mut Db,
}

impl<'a> Tx<'a> {
    pub(super) fn new(db: &'a mut Db) -> Self {
        Self { db }
    }

    /// Inserts the gathered rows.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add(&mut self, new: Additions<'_>) -> Result<(), Error> {
        Ok(new.insert(self.db)?)
    }

    /// The connection; only `store/<noun>.rs` may ask.
    pub(super) fn db(&mut self) -> &mut Db {
        self.db
    }
}
