//! Processing of every form that is sent to the console.
//!
//! Promise: a form is accepted only from the browser and the person that its page was issued to. The fields of a
//! refused form are stored for their author (`flow::unsent_form`), and only the author sees them again. The stored
//! fields are deleted when the form is accepted.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::UrlencodedError;
use actix_web::middleware::Next;
use actix_web::web::Form;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use sync_core::id::OfficerId;

use super::left::Left;
use super::page::explained;
use super::posted::{Posted, says_something};
use super::visit::{Visit, person};
use super::{page, session, upload};
use crate::flow::caller::Caller;
use crate::flow::form_token::{MadeFor, claimed};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::unsent_form::{self, Fields};
use crate::web::State;
use crate::web::input::of_payload;
use crate::web::middleware;
use crate::web::problem::{Problem, of_framework};

const SIGN_IN: &str = "/console/sign-in";
const SIGN_OUT: &str = "/console/sign-out";
/// Forms of pages without a signed-in person.
const OPEN: [&str; 4] =
    [SIGN_IN, "/console/first-run/administrator", "/console/first-run/demonstration", "/console/new-password"];

/// A form that is being processed.
struct Sending<'a> {
    app: State,
    visit: Visit,
    id: &'a str,
    path: String,
    token: String,
    fields: Fields,
    person: Option<Caller>,
}

/// Accepts a form, or refuses it with a reason.
///
/// # Errors
/// A refusal that cannot be rendered as a page.
pub async fn send(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    visit: Visit,
    id: &str,
) -> Result<ServiceResponse, Error> {
    let app = request.app_data::<State>().cloned().ok_or_else(|| Problem::from(Refusal::Internal))?;
    let (posted, token) = match opened(&mut request, &app, &visit).await {
        Ok(opened) => opened,
        Err(refusal) => {
            let who = person(&app, &visit).await.ok().flatten();
            let answer = explained(&visit, who.as_ref(), &refusal.into(), id, Left::default())?;
            return Ok(request.into_response(answer));
        }
    };
    let (path, fields) = (request.path().to_owned(), posted.kept());
    let mut sending = Sending { app, visit, id, path, token, fields, person: None };
    match person(&sending.app, &sending.visit).await {
        Ok(person) => sending.person = person,
        Err(failure) => {
            let answer = sending.refused(&known(failure, id))?;
            return Ok(request.into_response(answer));
        }
    }
    if let Some(instead) = sending.instead(&posted).await? {
        return Ok(request.into_response(instead));
    }
    {
        let mut extensions = request.extensions_mut();
        extensions.insert(posted);
        sending.person.iter().for_each(|caller| drop(extensions.insert(caller.clone())));
    }
    let response = next.call(request).await?;
    sending.answered(response).await
}

async fn opened(request: &mut ServiceRequest, app: &State, visit: &Visit) -> Result<(Posted, String), Refusal> {
    if upload::is_one(request) {
        let fits = async |token: &str| match (visit.made_for(token), person(app, visit).await) {
            (Some(MadeFor::Officer(author)), Ok(Some(person))) => person.officer == author,
            (Some(MadeFor::Officer(_) | MadeFor::Nobody) | None, _) => false,
        };
        let (fields, file) = upload::open(request, fits).await?;
        let (posted, token) = Posted::open(fields)?;
        return Ok((posted.with(file), token));
    }
    let form = request.extract::<Form<Vec<(String, String)>>>().await;
    Posted::open(form.map_err(|error| of_form(&error))?.into_inner())
}

/// Why a form could not be read.
fn of_form(error: &Error) -> Refusal {
    match error.as_error::<UrlencodedError>() {
        Some(UrlencodedError::Payload(error)) => of_payload(error),
        Some(_) | None => of_framework(error.as_response_error()),
    }
}

fn known(failure: Failure, id: &str) -> Refused {
    middleware::known(&Error::from(Problem::from(failure)), id)
}

impl Sending<'_> {
    /// The refusal of a form from this sender; none if it is accepted.
    async fn instead(&self, posted: &Posted) -> Result<Option<HttpResponse>, Problem> {
        let (made_for, open) = (self.visit.made_for(&self.token), OPEN.contains(&self.path.as_str()));
        match (made_for, &self.person) {
            (Some(MadeFor::Nobody), _) if open => Ok(None),
            (Some(MadeFor::Officer(author)), Some(person)) if person.officer == author => Ok(None),
            // Signing out is accepted from anybody: it ends the session and stores nothing typed.
            (Some(MadeFor::Officer(_)), _) if self.path == SIGN_OUT => Ok(None),
            (Some(MadeFor::Officer(author)), _) => self.left_by(author).await.map(Some),
            (None, _) if self.path == SIGN_IN => Ok(Some(page::see(&session::once_more(posted.raw("next"))))),
            (Some(MadeFor::Nobody) | None, _) => self.refused(&Refusal::CrossSite.into()).map(Some),
        }
    }

    /// The answer if the session of the form's author has ended, or belongs to another person now.
    async fn left_by(&self, author: OfficerId) -> Result<HttpResponse, Problem> {
        let kept = match self.keep(author).await {
            Ok(kept) => kept,
            Err(failure) => {
                let refused = known(failure, self.id);
                let left = if self.person.is_none() { self.left(&refused) } else { Left::default() };
                return explained(&self.visit, self.person.as_ref(), &refused, self.id, left);
            }
        };
        if self.person.is_some() {
            let refused = Refusal::OtherAccount.into();
            return explained(&self.visit, self.person.as_ref(), &refused, self.id, Left::default());
        }
        Ok(page::see(&session::to_go_on(self.visit.page(), kept)))
    }

    /// Stores the typed text; returns whether there was any.
    async fn keep(&self, author: OfficerId) -> Result<bool, Failure> {
        if !says_something(&self.fields) {
            return Ok(false);
        }
        unsent_form::keep(&self.app, author, self.visit.page().to_owned(), &self.fields).await?;
        Ok(true)
    }

    /// As [`Self::keep`], best effort, because the answer shows the typed text anyway.
    async fn keep_if_possible(&self, author: OfficerId) {
        if let Err(failure) = self.keep(author).await {
            let code = known(failure, self.id).refusal.explain().code;
            tracing::warn!(request_id = self.id, code, "a form that was not accepted could not be stored");
        }
    }

    /// Deletes the stored form, best effort.
    async fn forget(&self, author: OfficerId) {
        if let Err(failure) = unsent_form::sent(&self.app, author, self.visit.page().to_owned()).await {
            let code = known(failure, self.id).refusal.explain().code;
            tracing::warn!(
                request_id = self.id,
                code,
                "the stored copy of an accepted form could not be deleted; it expires within a day"
            );
        }
    }

    /// The typed text, if this visitor may see it.
    fn left(&self, refused: &Refused) -> Left {
        let theirs = match (claimed(&self.token), &self.person) {
            (Some(MadeFor::Officer(author)), Some(person)) => person.officer == author,
            (Some(MadeFor::Nobody) | None, Some(_)) | (_, None) => true,
        };
        if !theirs {
            return Left::default();
        }
        let left = Left::to_copy(&self.fields, self.visit.language);
        let again = refused.refusal.explain().retryable || refused.refusal == Refusal::CrossSite;
        if again && !OPEN.contains(&self.path.as_str()) { left.sent_again(&self.path) } else { left }
    }

    /// The refusal page, with the typed text.
    fn refused(&self, refused: &Refused) -> Result<HttpResponse, Problem> {
        explained(&self.visit, self.person.as_ref(), refused, self.id, self.left(refused))
    }

    /// Processes the handler's answer.
    async fn answered(self, response: ServiceResponse<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
        let refused = response.response().error().map(|error| middleware::known(error, self.id));
        let status = response.status();
        let taken = refused.is_none() && !status.is_client_error() && !status.is_server_error();
        let author = self.person.as_ref().map(|person| person.officer);
        match (&refused, author) {
            (Some(Refused { refusal: Refusal::Unauthenticated, .. }), Some(author)) => {
                let answer = Self { person: None, ..self }.left_by(author).await?;
                return Ok(response.into_response(answer));
            }
            (None, Some(author)) if taken => {
                self.forget(author).await;
            }
            (_, Some(author)) => self.keep_if_possible(author).await,
            (_, None) => {}
        }
        Ok(match refused {
            Some(Refused { refusal: Refusal::Unauthenticated, .. }) => {
                response.into_response(page::see(&session::to_go_on(self.visit.page(), false)))
            }
            Some(refused) => {
                let answer = self.refused(&refused)?;
                response.into_response(answer)
            }
            None => response.map_into_boxed_body(),
        })
    }
}
