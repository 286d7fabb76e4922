//! Events of accounts and phones, read by the person concerned and by account administrators.

use diesel::prelude::*;
use sync_core::account_event::AccountEventKind;
use sync_core::id::{DeviceId, OfficerId, TenantId, hex};
use sync_core::time::Instant;

use super::by_time::page_by_time;
use super::schema::account_event;
use super::tx::Tx;
use super::{Error, TimePage, row};

/// An account event.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = account_event, treat_none_as_default_value = false)]
pub struct AccountEventRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// The person whose account it concerns.
    pub officer: OfficerId,
    /// The actor; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// The kind.
    pub kind: AccountEventKind,
    /// The phone concerned.
    pub device: Option<DeviceId>,
    /// The name of the phone, or the reason.
    pub detail: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = account_event)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    at_ms: Instant,
    officer: OfficerId,
    actor: Option<OfficerId>,
    kind: String,
    device: Option<DeviceId>,
    detail: String,
}

impl Row {
    fn restore(self) -> Result<AccountEventRow, Error> {
        let Self { id, at_ms: at, officer, actor, kind, device, detail } = self;
        let kind = row::code("account_event", "kind", hex(&id), &kind)?;
        Ok(AccountEventRow { id, at, officer, actor, kind, device, detail })
    }
}

impl Tx<'_> {
    /// Adds an event. Events are permanent.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_account_event(&mut self, tenant: &TenantId, new: &AccountEventRow) -> Result<(), Error> {
        diesel::insert_into(account_event::table).values((account_event::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// A page of an officer's account events, and one more row if there is another page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn account_events(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        page: &TimePage,
    ) -> Result<Vec<AccountEventRow>, Error> {
        let query = account_event::table
            .filter(account_event::tenant.eq(*tenant))
            .filter(account_event::officer.eq(*officer))
            .into_boxed();
        let query = page_by_time!(query, page, account_event::at_ms, account_event::id);
        query.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }
}
