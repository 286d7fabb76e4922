//! Trainings of a person: entering one, and annulling a wrong entry.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::Reason;
use api_spec::qualification::NewTraining;
use api_spec::text;

use super::entry::{act, day, making};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::training;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, text as line};
use crate::web::problem::{CREATED, OK, Problem};

/// Enters a training (培训学时) of a person. Training managers and the agency's administrator do it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = NewTraining,
    responses(
        (status = 201, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/trainings")]
pub async fn add_training(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<NewTraining>,
) -> Result<HttpResponse, Problem> {
    let NewTraining { class, level, topic, held_on, until_on, hours, proven_by, reason } = body.into_inner();
    let (act, key) = making(&path, &request, &reason)?;
    let new = training::NewTraining {
        class,
        level,
        topic: line(&topic, training::LONGEST, "topic")?,
        held: day(&held_on, "held_on")?,
        until: day(&until_on, "until_on")?,
        hours,
        proof: line(&proven_by, training::LONGEST, "proven_by")?,
    };
    let found = training::add(&app, caller, act, new, key).await?;
    Ok(tagged(HttpResponse::build(CREATED), found, app.clock.now()))
}

/// Annuls an entry of a training that was wrong. It stays, and does not count.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer"),
        ("training" = text::Id, Path, description = "Id of the training")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Annulled", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/trainings/{training}/annulment")]
pub async fn annul_training(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (officer, training) = path.into_inner();
    let act = act(&officer, &request, &body.reason)?;
    let training = bytes(&training, "training").map_err(|_not_an_id| Refusal::NotFound)?;
    let found = training::annul(&app, caller, act, training).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
