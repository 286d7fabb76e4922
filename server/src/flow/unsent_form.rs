//! The fields of a form that was not accepted: the session had ended, or the form was refused.
//!
//! Promise: stored for its author only, for at most [`LASTS_MS`], at most [`MOST`] forms per person; deleted once the
//! form is accepted. Not here: which fields are stored (`console::posted`); passwords, codes and tokens never are.

use std::collections::BTreeMap;

use sync_core::id::OfficerId;
use sync_core::time::Instant;

use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::UnsentFormRow;

/// How long it is kept.
pub const LASTS_MS: i64 = 24 * 60 * 60 * 1000;
/// Largest number of stored forms of one person; the oldest are deleted.
pub const MOST: i64 = 20;
/// The longest form, in bytes of JSON: what the console accepts, six characters per byte.
const LONGEST: usize = 6 * 64 * 1024;

/// Texts of a form by the names of its fields.
pub type Fields = BTreeMap<String, String>;

/// A form that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The typed and chosen values.
    pub fields: Fields,
    /// When it was sent.
    pub at: Instant,
}

/// Stores the form that its author sent from `page`, replacing an earlier one.
///
/// # Errors
/// [`Refusal::TooLarge`], or an internal error.
pub async fn keep(app: &App, officer: OfficerId, page: String, fields: &Fields) -> Result<(), Failure> {
    let fields = serde_json::to_string(fields).map_err(Failure::broken)?;
    if fields.len() > LONGEST {
        return Err(Refusal::TooLarge.into());
    }
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let row = UnsentFormRow { officer, page, fields, kept: now };
            tx.keep_unsent_form(&tenant, &row, now.plus_ms(-LASTS_MS), MOST).map_err(Failure::from)
        })
        .await
}

/// The unaccepted form that the author sent from `page`.
///
/// # Errors
/// An internal error.
pub async fn of(app: &App, officer: OfficerId, page: String) -> Result<Option<Unsent>, Failure> {
    let (tenant, oldest) = (app.tenant, app.clock.now().plus_ms(-LASTS_MS));
    let row = app.store.read(move |tx| tx.unsent_form(&tenant, &officer, &page).map_err(Failure::from)).await?;
    let Some(UnsentFormRow { fields, kept, .. }) = row.filter(|row| row.kept >= oldest) else { return Ok(None) };
    Ok(Some(Unsent { fields: serde_json::from_str(&fields).map_err(Failure::broken)?, at: kept }))
}

/// The pages with unaccepted forms of the author, newest first.
///
/// # Errors
/// An internal error.
pub async fn pages(app: &App, officer: OfficerId) -> Result<Vec<(String, Instant)>, Failure> {
    let (tenant, oldest) = (app.tenant, app.clock.now().plus_ms(-LASTS_MS));
    let mut pages = app.store.read(move |tx| tx.unsent_forms(&tenant, &officer).map_err(Failure::from)).await?;
    pages.retain(|(_, kept)| *kept >= oldest);
    Ok(pages)
}

/// Deletes the stored form of `page`, because it was accepted.
///
/// # Errors
/// An internal error.
pub async fn sent(app: &App, officer: OfficerId, page: String) -> Result<(), Failure> {
    let (tenant, wanted) = (app.tenant, page.clone());
    if app.store.read(move |tx| tx.unsent_form(&tenant, &officer, &wanted).map_err(Failure::from)).await?.is_none() {
        return Ok(());
    }
    app.store.write(move |tx| tx.drop_unsent_form(&tenant, &officer, &page).map_err(Failure::from)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::flow::seed;
    use crate::serve::open::open;

    fn typed(text: &str) -> Fields {
        BTreeMap::from([("text".to_owned(), text.to_owned())])
    }

    #[tokio::test]
    async fn a_form_is_kept_for_its_author_for_a_day_and_no_longer() {
        let directory = tempfile::tempdir().unwrap();
        let mut app = open(directory.path(), None, Clock::system()).unwrap();
        seed::people(&app.store, &app.tenant, "a trial password", app.clock.now()).unwrap();
        let (author, other) = (OfficerId::new([1; 16]), OfficerId::new([2; 16]));
        let of =
            async |app: &App, officer| of(app, officer, "/p".to_owned()).await.unwrap().map(|unsent| unsent.fields);
        keep(&app, author, "/p".to_owned(), &typed("早")).await.unwrap();
        keep(&app, author, "/p".to_owned(), &typed("晚\0")).await.unwrap();
        assert_eq!(of(&app, author).await, Some(typed("晚\0")), "the last one");
        assert_eq!(of(&app, other).await, None);
        app.clock = Clock::offset(LASTS_MS - 60_000);
        assert!(of(&app, author).await.is_some() && pages(&app, author).await.unwrap().len() == 1);
        app.clock = Clock::offset(LASTS_MS + 60_000);
        assert!(of(&app, author).await.is_none() && pages(&app, author).await.unwrap().is_empty());
        keep(&app, other, "/q".to_owned(), &typed("x")).await.unwrap();
        app.clock = Clock::system();
        assert_eq!(of(&app, author).await, None, "what is over is removed with the next one");
    }

    #[tokio::test]
    async fn of_one_person_the_newest_twenty_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let mut app = open(directory.path(), None, Clock::system()).unwrap();
        seed::people(&app.store, &app.tenant, "a trial password", app.clock.now()).unwrap();
        let author = OfficerId::new([1; 16]);
        for number in 0..=MOST {
            app.clock = Clock::offset(number * 1000);
            keep(&app, author, format!("/{number}"), &typed("x")).await.unwrap();
        }
        let kept = pages(&app, author).await.unwrap();
        assert_eq!((kept.len(), kept[0].0.as_str()), (20, "/20"));
        assert!(!kept.iter().any(|(page, _)| page == "/0"), "the oldest is gone");
        sent(&app, author, "/20".to_owned()).await.unwrap();
        assert_eq!(pages(&app, author).await.unwrap().len(), 19);
        assert!(keep(&app, author, "/l".to_owned(), &typed(&"x".repeat(LONGEST))).await.is_err());
    }
}
