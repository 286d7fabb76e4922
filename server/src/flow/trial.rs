//! The demonstration in a running installation: who is made up, and their removal.
//!
//! Promise: only a system administrator sees and does this. Not here: what the demonstration consists of (`seed`).

use std::sync::atomic::Ordering;

use sync_core::id::OfficerId;

use super::caller::{Caller, Role};
use super::seed;
pub use super::seed::Left;
use crate::flow::app::App;
use crate::flow::refusal::Failure;

/// Whether this person may remove the demonstration.
pub fn may_remove(caller: &Caller) -> bool {
    caller.is(Role::SystemAdmin)
}

/// Login, name and description of everybody who is made up and still there.
///
/// # Errors
/// [`Forbidden`](crate::flow::refusal::Refusal::Forbidden), or an internal error.
pub async fn people(app: &App, caller: &Caller) -> Result<Vec<(String, String, String)>, Failure> {
    caller.must_be(&[Role::SystemAdmin])?;
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let ids: Vec<OfficerId> = seed::made_up().collect();
            let there: Vec<OfficerId> = tx
                .officers(&tenant, &ids)?
                .into_iter()
                .filter(|person| person.active)
                .map(|person| person.id)
                .collect();
            let logins = seed::logins().into_iter().filter(|login| there.contains(&login.officer));
            Ok(logins.map(|one| (one.login.to_owned(), one.name.to_owned(), one.what.to_owned())).collect())
        })
        .await
}

/// Removes the demonstration, for a reason.
///
/// # Errors
/// [`Forbidden`](crate::flow::refusal::Refusal::Forbidden), and those of [`seed::remove`].
pub async fn remove(app: &App, caller: &Caller, reason: String) -> Result<Left, Failure> {
    caller.must_be(&[Role::SystemAdmin])?;
    let (store, tenant, now, actor) = (app.store.clone(), app.tenant, app.clock.now(), Some(caller.officer));
    let work = move || seed::remove(&store, &tenant, (actor, &reason), now);
    let left = tokio::task::spawn_blocking(work).await.map_err(Failure::broken)??;
    app.trial.store(false, Ordering::Relaxed);
    if left == Left::Nobody {
        app.set_up.store(false, Ordering::Relaxed);
    }
    Ok(left)
}
