//! The demonstration of this installation, and its removal in one act.

use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::page::{self, Page, Part};
use super::posted::Posted;
use super::visit::SignedIn;
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refused};
use crate::flow::trial::{self, Left};
use crate::web::State;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "trial.html")]
struct Trial {
    page: Page,
    /// Login, name and description of everybody who is made up and still there.
    people: Vec<(String, String, String)>,
    reason: String,
}

#[derive(Template)]
#[template(path = "trial_removed.html")]
struct Removed {
    page: Page,
    /// Whether the first run asks for a county now.
    asks: bool,
}

async fn shown(app: &State, signed: &SignedIn, reason: String) -> Result<Trial, Problem> {
    let page = Page::within(signed, Part::Nowhere, ("演示", "Demonstration"));
    let people = trial::people(app, &signed.caller).await?;
    Ok(Trial { page, people, reason })
}

/// Who is made up, and the form that removes them.
#[get("/trial")]
pub async fn form(app: State, signed: SignedIn) -> Result<HttpResponse, Problem> {
    let unsent = signed.unsent(&app).await?;
    let reason = unsent.as_ref().and_then(|unsent| unsent.fields.get("reason").cloned()).unwrap_or_default();
    let trial = shown(&app, &signed, reason).await?;
    let page = trial.page.clone().unsent(unsent.as_ref());
    page::show(&signed.visit, &Trial { page, ..trial })
}

/// Removes them.
#[post("/trial/remove")]
pub async fn remove(app: State, signed: SignedIn, posted: Posted) -> Result<HttpResponse, Problem> {
    let done: Result<Left, Failure> = match posted.text("reason", reason::LONGEST) {
        Ok(reason) => trial::remove(&app, &signed.caller, reason).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    match page::outcome(done)? {
        Ok(left) => {
            let mut page = Page::of(&signed.visit, None, ("演示已移除", "Demonstration removed"));
            page.trial = false;
            page::show(&signed.visit, &Removed { page, asks: left == Left::Nobody })
        }
        Err(refused) => refused_form(&app, &signed, &posted, &refused).await,
    }
}

async fn refused_form(
    app: &State,
    signed: &SignedIn,
    posted: &Posted,
    refused: &Refused,
) -> Result<HttpResponse, Problem> {
    let trial = shown(app, signed, posted.typed("reason")).await?;
    page::again(&signed.visit, refused, &Trial { page: trial.page.clone().refused(refused), ..trial })
}
