//! Sessions of the console: an opaque secret in a cookie, its hash in the database.
//!
//! Promise: a session ends 30 minutes after its last use, 12 hours after it began, when the account is closed, or on
//! signing out. Each sign-in creates a new secret. The person is read from the database for every request, as with a
//! token. Not here: cookies and forms (`crate::console`).

use std::net::IpAddr;

use sync_core::id::hex;
use sync_core::time::Instant;

use super::caller::{self, Caller};
use super::{code, session};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::ConsoleSessionRow;

/// How long a session lasts without use.
pub const IDLE_MS: i64 = 30 * 60 * 1000;
/// How long a session lasts at most.
pub const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;
/// Uses within this time are recorded once.
const NOTED_EACH_MS: i64 = 60 * 1000;

/// Whether a session is valid at `now`. A last use in the future was recorded by a wrong clock and does not count.
fn stands(row: &ConsoleSessionRow, now: Instant) -> bool {
    let ahead = row.seen.max(row.created) > now.plus_ms(NOTED_EACH_MS);
    !ahead && now < row.seen.plus_ms(IDLE_MS) && now < row.created.plus_ms(LONGEST_MS)
}

/// Signs in. Returns the secret for the cookie: 256 random bits, hex.
///
/// # Errors
/// As [`session::sign_in`].
pub async fn begin(app: &App, login: String, password: String, from: Option<IpAddr>) -> Result<String, Failure> {
    let account = session::account(app, login, password, from).await?;
    let (tenant, now, secret) = (app.tenant, app.clock.now(), hex(&random::bytes::<32>()?));
    let row = ConsoleSessionRow {
        hash: code::hash_of(&secret),
        officer: account.officer,
        session_version: account.session_version,
        created: now,
        seen: now,
    };
    let (idle, begun) = (now.plus_ms(-IDLE_MS), now.plus_ms(-LONGEST_MS));
    let until = now.plus_ms(NOTED_EACH_MS);
    app.store.write(move |tx| tx.add_console_session(&tenant, &row, idle, begun, until).map_err(Failure::from)).await?;
    Ok(secret)
}

/// The person of a session.
///
/// # Errors
/// [`Refusal::Unauthenticated`] if there is no such session or it has ended, or an internal error.
pub async fn identify(app: &App, secret: &str) -> Result<Caller, Failure> {
    let (tenant, now, hash) = (app.tenant, app.clock.now(), code::hash_of(secret));
    let (caller, seen) = app
        .store
        .read(move |tx| {
            let row = tx.console_session(&tenant, &hash)?.filter(|row| stands(row, now));
            let row = row.ok_or(Refusal::Unauthenticated)?;
            let bearer = tx.bearer(&tenant, &row.officer, None, now)?;
            let caller = caller::person(bearer.as_ref(), row.officer, row.session_version, hash.to_string())?;
            Ok::<_, Failure>((caller, row.seen))
        })
        .await?;
    if now >= seen.plus_ms(NOTED_EACH_MS) {
        app.store.write(move |tx| tx.touch_console_session(&tenant, &hash, now).map_err(Failure::from)).await?;
    }
    Ok(caller)
}

/// Signs out.
///
/// # Errors
/// An internal error.
pub async fn end(app: &App, secret: &str) -> Result<(), Failure> {
    let (tenant, hash) = (app.tenant, code::hash_of(secret));
    app.store.write(move |tx| tx.end_console_session(&tenant, &hash).map_err(Failure::from)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::flow::seed;
    use crate::serve::open::open;

    const PASSWORD: &str = "a trial password";

    fn desk() -> (App, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let app = open(directory.path(), None, Clock::system()).unwrap();
        seed::people(&app.store, &app.tenant, PASSWORD, app.clock.now()).unwrap();
        (app, directory)
    }

    async fn begun(app: &App) -> String {
        begin(app, "unit-head".to_owned(), PASSWORD.to_owned(), None).await.unwrap()
    }

    #[tokio::test]
    async fn a_session_ends_half_an_hour_after_its_last_use() {
        let (mut app, _directory) = desk();
        let secret = begun(&app).await;
        assert_eq!(secret.len(), 64);
        app.clock = Clock::offset(IDLE_MS - 60_000);
        assert!(identify(&app, &secret).await.is_ok(), "and this was a use");
        app.clock = Clock::offset(2 * IDLE_MS - 120_000);
        assert!(identify(&app, &secret).await.is_ok());
        app.clock = Clock::offset(3 * IDLE_MS);
        assert!(identify(&app, &secret).await.is_err());
    }

    #[tokio::test]
    async fn a_session_in_steady_use_ends_after_twelve_hours() {
        let (mut app, _directory) = desk();
        let secret = begun(&app).await;
        for quarter in 1..LONGEST_MS / (IDLE_MS / 2) {
            app.clock = Clock::offset(quarter * (IDLE_MS / 2));
            assert!(identify(&app, &secret).await.is_ok(), "quarter {quarter}");
        }
        app.clock = Clock::offset(LONGEST_MS);
        assert!(identify(&app, &secret).await.is_err());
    }

    #[tokio::test]
    async fn a_session_of_a_clock_that_was_ahead_ends_when_the_clock_is_set_right() {
        let (mut app, _directory) = desk();
        app.clock = Clock::offset(NOTED_EACH_MS - 5_000);
        let skewed = begun(&app).await;
        app.clock = Clock::offset(365 * LONGEST_MS);
        let secret = begun(&app).await;
        assert!(identify(&app, &secret).await.is_ok());
        app.clock = Clock::system();
        assert!(identify(&app, &secret).await.is_err());
        assert!(identify(&app, &skewed).await.is_err(), "forgotten, as it was over a year ago then");
        app.clock = Clock::offset(NOTED_EACH_MS - 5_000);
        let skewed = begun(&app).await;
        app.clock = Clock::system();
        assert!(identify(&app, &skewed).await.is_ok(), "the skew of another server's clock");
    }

    #[tokio::test]
    async fn signing_out_ends_this_session_and_no_other() {
        let (app, _directory) = desk();
        let (first, second) = (begun(&app).await, begun(&app).await);
        assert_ne!(first, second);
        end(&app, &first).await.unwrap();
        assert!(identify(&app, &first).await.is_err());
        assert!(identify(&app, &second).await.is_ok());
        assert!(begin(&app, "unit-head".to_owned(), "another password".to_owned(), None).await.is_err());
        assert!(identify(&app, "").await.is_err());
    }
}
