//! Sign-ins that are renewed by refresh tokens.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{refresh_family, refresh_token};
use super::tx::Tx;
use super::{Error, row};

/// One sign-in and the tokens that renew it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_family, treat_none_as_default_value = false)]
pub struct RefreshFamilyRow {
    /// Random id.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub id: [u8; 16],
    /// The officer.
    pub officer: OfficerId,
    /// The phone, if a phone signed in.
    pub device: Option<DeviceId>,
    /// The thumbprint of the key that must prove every use.
    pub key_thumbprint: String,
    /// The session of its access tokens.
    pub session: String,
    /// Version of the account's sessions at the sign-in.
    pub session_version: i64,
    /// When it began.
    #[diesel(column_name = begun_ms)]
    pub begun: Instant,
    /// When it was last used.
    #[diesel(column_name = used_ms)]
    pub used: Instant,
    /// When it ended, if it did.
    #[diesel(column_name = ended_ms)]
    pub ended: Option<Instant>,
}

/// A refresh token; only its SHA-256 is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_token, treat_none_as_default_value = false)]
pub struct RefreshTokenRow {
    /// SHA-256 of the token.
    pub hash: Digest,
    /// Its family.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub family: [u8; 16],
    /// Its place in the family, from 0 on.
    pub generation: i64,
    /// When it was used, if it was.
    #[diesel(column_name = consumed_ms)]
    pub consumed: Option<Instant>,
}

impl Tx<'_> {
    /// Begins a family with its first token. Deletes families that began before `forgotten`, with their tokens.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_refresh_family(
        &mut self,
        tenant: &TenantId,
        family: RefreshFamilyRow,
        first: RefreshTokenRow,
        forgotten: Instant,
    ) -> Result<(), Error> {
        let old = refresh_family::table
            .filter(refresh_family::tenant.eq(*tenant))
            .filter(refresh_family::begun_ms.lt(forgotten))
            .select(refresh_family::id);
        diesel::delete(refresh_token::table)
            .filter(refresh_token::tenant.eq(*tenant))
            .filter(refresh_token::family.eq_any(old))
            .execute(self.db())?;
        diesel::delete(refresh_family::table)
            .filter(refresh_family::tenant.eq(*tenant))
            .filter(refresh_family::begun_ms.lt(forgotten))
            .execute(self.db())?;
        diesel::insert_into(refresh_family::table)
            .values((refresh_family::tenant.eq(tenant), family))
            .execute(self.db())?;
        self.add_refresh_token(tenant, first)
    }

    /// Adds a token to a family.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_refresh_token(&mut self, tenant: &TenantId, new: RefreshTokenRow) -> Result<(), Error> {
        diesel::insert_into(refresh_token::table).values((refresh_token::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Uses a token. Of several attempts at the same time one succeeds, and the others wait for its transaction. Returns
    /// whether it was this one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn use_refresh_token(&mut self, tenant: &TenantId, hash: &Digest, now: Instant) -> Result<bool, Error> {
        let used = diesel::update(refresh_token::table.find((tenant, hash)))
            .filter(refresh_token::consumed_ms.is_null())
            .set(refresh_token::consumed_ms.eq(now))
            .execute(self.db())?;
        Ok(used == 1)
    }

    /// A token.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn refresh_token(&mut self, tenant: &TenantId, hash: &Digest) -> Result<Option<RefreshTokenRow>, Error> {
        let found = refresh_token::table.find((tenant, hash)).select(RefreshTokenRow::as_select());
        Ok(found.first(self.db()).optional()?)
    }

    /// A family.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn refresh_family(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<RefreshFamilyRow>, Error> {
        let found = refresh_family::table.find((tenant, &id[..])).select(RefreshFamilyRow::as_select());
        Ok(found.first(self.db()).optional()?)
    }

    /// Marks a family that has not ended as used now. Returns whether it has not ended.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_refresh_family(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<bool, Error> {
        let used = diesel::update(refresh_family::table.find((tenant, &id[..])))
            .filter(refresh_family::ended_ms.is_null())
            .set(refresh_family::used_ms.eq(now))
            .execute(self.db())?;
        Ok(used == 1)
    }

    /// Ends a family; the first end counts. Returns whether this was the first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_refresh_family(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<bool, Error> {
        let ended = diesel::update(refresh_family::table.find((tenant, &id[..])))
            .filter(refresh_family::ended_ms.is_null())
            .set(refresh_family::ended_ms.eq(now))
            .execute(self.db())?;
        Ok(ended == 1)
    }

    /// Ends the family of a session. Returns whether there was one that had not ended.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_session(&mut self, tenant: &TenantId, session: &str, now: Instant) -> Result<bool, Error> {
        let ended = diesel::update(refresh_family::table)
            .filter(refresh_family::tenant.eq(tenant))
            .filter(refresh_family::session.eq(session))
            .filter(refresh_family::ended_ms.is_null())
            .set(refresh_family::ended_ms.eq(now))
            .execute(self.db())?;
        Ok(ended > 0)
    }

    /// Whether the family of a session has ended.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn is_session_ended(&mut self, tenant: &TenantId, session: &str) -> Result<bool, Error> {
        let count: i64 = refresh_family::table
            .filter(refresh_family::tenant.eq(tenant))
            .filter(refresh_family::session.eq(session))
            .filter(refresh_family::ended_ms.is_not_null())
            .count()
            .get_result(self.db())?;
        Ok(count > 0)
    }
}
