//! Identifiers, keys and instants as SQLite columns.
//!
//! Promise: a column is read as the type that was written, or is an error.

use crate::id::{AgencyId, BootId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::sign::PublicKey;
use crate::time::Instant;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

macro_rules! blobs {
    ($($name:ty),*) => { $(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.bytes().as_slice())))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <$name>::from_slice(value.as_blob()?).ok_or(FromSqlError::InvalidType)
            }
        }
    )* };
}

blobs!(TenantId, AgencyId, OfficerId, DeviceId, Epoch, BootId, Digest, ChangeId, PublicKey);

impl ToSql for Instant {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.ms().into())
    }
}

impl FromSql for Instant {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_ms)
    }
}

/// A count for SQLite, whose integers are signed. Saturates, far beyond any count a phone reaches.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from SQLite; the inverse of [`int`].
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
