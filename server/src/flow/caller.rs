//! The person behind a request, read from the database for every request.
//!
//! Promise: a role, agency or phone that was revoked has no effect from the next request on. A phone's token carries
//! the officer's field role only, whatever other roles the officer has. A hand-in token names a phone and its officer
//! and carries no role. A token that is bound to a key is presented with a proof of that key (`proof`). Somebody with a one-time password may do nothing but choose another ([`identify`] refuses it).

use std::str::FromStr as _;
use std::sync::Arc;

use sync_core::id::{AgencyId, DeviceId, OfficerId};
use sync_core::role::Duty;
pub use sync_core::role::Role;

use crate::flow::app::App;
use crate::flow::proof::{self, Presented};
use crate::flow::push_sender::PushSender;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::token::Claims;
use crate::store::BearerRow;

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Id.
    pub officer: OfficerId,
    /// Name.
    pub name: String,
    /// The agency.
    pub agency: AgencyId,
    /// Name of the agency.
    pub agency_name: String,
    /// Path of the agency in the tree.
    pub path: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// The phone to which the token was issued; it is enrolled and not revoked.
    pub device: Option<DeviceId>,
    /// The session the token belongs to.
    pub session: String,
    /// Whether the password is a one-time password, so that the caller may only choose another.
    pub must_change: bool,
}

impl Caller {
    /// Whether the caller has a role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Requires one of these roles.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Refusal> {
        if roles.iter().any(|role| self.is(*role)) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// Requires a duty of an administrator.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn must_have(&self, duty: Duty) -> Result<(), Refusal> {
        if duty.is_of(&self.roles) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// Whether an agency at `path` is in the caller's own subtree. A supervisor's reach does not count: it is for reading.
    pub fn administers(&self, path: &str) -> bool {
        path.starts_with(&self.path)
    }

    /// Requires a phone.
    ///
    /// # Errors
    /// [`Refusal::DeviceRequired`].
    pub fn must_have_device(&self) -> Result<DeviceId, Refusal> {
        self.device.ok_or(Refusal::DeviceRequired)
    }

    /// Path prefix of the agencies in reach: the subtree, or all for roles with county-wide reach.
    pub fn reach(&self) -> &str {
        if self.is(Role::CountySupervisor) || self.is(Role::CountyLeadership) { "" } else { &self.path }
    }

    /// Whether an agency at `path` is in reach.
    pub fn reaches(&self, path: &str) -> bool {
        path.starts_with(self.reach())
    }
}

/// Reads the token, then the person.
///
/// # Errors
/// [`Refusal::Unauthenticated`], [`Refusal::DeviceRevoked`], [`Refusal::PasswordMustChange`], as
/// [`proof::check_binding`], or an internal error.
pub async fn identify(app: &App, token: &Presented) -> Result<Caller, Failure> {
    let caller = identify_for_password(app, token).await?;
    if caller.must_change { Err(Refusal::PasswordMustChange.into()) } else { Ok(caller) }
}

/// As [`identify`], also for somebody with a one-time password. Only for the act that replaces it.
///
/// # Errors
/// As [`identify`].
pub async fn identify_for_password(app: &App, token: &Presented) -> Result<Caller, Failure> {
    let (claims, officer, device) = authenticate(app, token).await?;
    if claims.hand_in {
        return Err(Refusal::HandInOnly.into());
    }
    let (tenant, now) = (app.tenant, app.clock.now());
    // Only a session that is bound to a key can be ended apart from the others of its person.
    let session = claims.cnf.as_ref().map(|_bound| claims.sid.clone());
    let (bearer, ended) = app
        .store
        .ask(move |tx| {
            let ended = session.as_ref().map_or(Ok(false), |session| tx.is_session_ended(&tenant, session))?;
            Ok((tx.bearer(&tenant, &officer, device.as_ref(), now)?, ended))
        })
        .await?;
    if ended {
        return Err(Refusal::Unauthenticated.into());
    }
    let found = person(bearer.as_ref(), officer, claims.sv, claims.sid.clone())?;
    let Some(device) = device else { return Ok(found) };
    match bearer.and_then(|bearer| bearer.phone) {
        None => Err(Refusal::Unauthenticated.into()),
        Some(phone) if phone.revoked.is_some() => Err(Refusal::DeviceRevoked.into()),
        Some(_) => {
            let roles = found.roles.iter().copied().filter(|role| *role == Role::Officer).collect();
            Ok(Caller { device: Some(device), roles, ..found })
        }
    }
}

/// The claims of a token that is presented as it was issued.
async fn authenticate(app: &App, token: &Presented) -> Result<(Arc<Claims>, OfficerId, Option<DeviceId>), Failure> {
    let found = read(app, &token.token)?;
    let (claims, ..) = &found;
    proof::check_binding(app, token, claims.cnf.as_ref().map(|bound| bound.jkt.as_str())).await?;
    Ok(found)
}

/// The claims of a token, with parsed ids.
fn read(app: &App, token: &str) -> Result<(Arc<Claims>, OfficerId, Option<DeviceId>), Refusal> {
    let claims = app.tokens.read(token, app.clock.now()).map_err(|_not_a_token| Refusal::Unauthenticated)?;
    let officer = OfficerId::from_str(&claims.sub).map_err(|_not_an_id| Refusal::Unauthenticated)?;
    let device = claims.device.as_deref().map(DeviceId::from_str).transpose();
    let device = device.map_err(|_not_an_id| Refusal::Unauthenticated)?;
    Ok((claims, officer, device))
}

/// Whether a token is an access token of a phone.
pub fn is_of_a_phone(app: &App, token: &str) -> bool {
    read(app, token).is_ok_and(|(claims, _, device)| device.is_some() && !claims.hand_in)
}

/// Whether a token is a hand-in token.
pub fn hands_in(app: &App, token: &str) -> bool {
    read(app, token).is_ok_and(|(claims, ..)| claims.hand_in)
}

/// Reads the token of a phone that sends a push: an access token, or a hand-in token, which a phone gets with its key
/// alone, even after it was revoked or its officer left.
///
/// # Errors
/// [`Refusal::Unauthenticated`], [`Refusal::DeviceRevoked`], [`Refusal::DeviceRequired`], as
/// [`proof::check_binding`], or an internal error.
pub async fn sender(app: &App, token: &Presented) -> Result<PushSender, Failure> {
    if !hands_in(app, &token.token) {
        let caller = identify(app, token).await?;
        return Ok(PushSender { device: caller.must_have_device()?, officer: caller.officer, hands_in: false });
    }
    let (_claims, officer, device) = authenticate(app, token).await?;
    let (tenant, now, device) = (app.tenant, app.clock.now(), device.ok_or(Refusal::Unauthenticated)?);
    let bearer = app.store.ask(move |tx| tx.bearer(&tenant, &officer, Some(&device), now)).await?;
    match bearer.and_then(|bearer| bearer.phone) {
        Some(_) => Ok(PushSender { device, officer, hands_in: true }),
        None => Err(Refusal::Unauthenticated.into()),
    }
}

/// The person of a session, without a phone, if the account's sessions are still of that version.
///
/// # Errors
/// [`Refusal::Unauthenticated`].
pub(super) fn person(
    bearer: Option<&BearerRow>,
    officer: OfficerId,
    version: i64,
    session: String,
) -> Result<Caller, Failure> {
    let bearer = bearer.filter(|bearer| bearer.active && !bearer.closed).ok_or(Refusal::Unauthenticated)?;
    if bearer.session_version.unwrap_or_default() != version {
        return Err(Refusal::Unauthenticated.into());
    }
    Ok(Caller {
        officer,
        name: bearer.name.clone(),
        agency: bearer.agency,
        agency_name: bearer.agency_name.clone(),
        path: bearer.path.clone(),
        roles: bearer.roles.clone(),
        device: None,
        session,
        must_change: bearer.one_time,
    })
}
