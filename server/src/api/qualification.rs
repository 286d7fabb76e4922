//! Qualification of officers: of one person, and the training of a year.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Json, Path, Query};
use api_spec::qualification::{
    AgencyTraining, AgencyTrainingList, Assessment, OfficerExit, OfficerHours, Qualification, Training, TrainingPage,
    TrainingQuery, YearHours, YearQuery,
};
use api_spec::text;
use sync_core::id::{OfficerId, hex};
use sync_core::qualification::HOURS_PER_YEAR;
use sync_core::time::Instant;

use crate::flow::qualification::{self, AgencyYear, Hours};
use crate::flow::refusal::Refusal;
use crate::store::{AssessmentRow, ExitRow, TrainingRow};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::paging;
use crate::web::problem::Problem;

/// Reads the trainings, assessments and exits of a person: one's own, or of a person in reach for those who have the duty.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the officer")),
    responses((status = 200, description = "What is known", body = Qualification))
)]
#[get("/officers/{id}/qualification")]
pub async fn read_qualification(
    app: State,
    caller: Caller,
    path: Path<String>,
) -> Result<Json<Qualification>, Problem> {
    let officer: OfficerId = path.parse().map_err(|_not_an_id| Refusal::NotFound)?;
    let found = qualification::of(&app, caller, officer).await?;
    let names = &found.names;
    Ok(Json(Qualification {
        hours: found.hours.iter().map(|(year, hours)| year_hours(*year, *hours)).collect(),
        trainings: found.trainings.into_iter().map(training).collect(),
        assessments: found.assessments.into_iter().map(assessment).collect(),
        consequence: found.consequence,
        exits: found.exits.into_iter().map(|row| exit(row, names)).collect(),
    }))
}

/// Lists the active certificate holders in reach with their training hours of a year.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(TrainingQuery),
    responses((status = 200, description = "A page", body = TrainingPage))
)]
#[get("/training")]
pub async fn list_training(
    app: State,
    caller: Caller,
    query: Query<TrainingQuery>,
) -> Result<Json<TrainingPage>, Problem> {
    let TrainingQuery { year, limit, cursor } = query.into_inner();
    let year = qualification::year(year, app.clock.now().date())?;
    let after = cursor.map(|cursor| cursor.parse::<OfficerId>()).transpose();
    let after = after.map_err(|_not_an_id| Refusal::WrongCursor)?;
    let limit = paging::limit(limit, paging::ROWS)?;
    let (found, more) = qualification::hours(&app, caller, year, after, limit).await?;
    let next_cursor = found.last().filter(|_| more).map(|(last, _)| last.id.to_string());
    let items = found.into_iter().map(|(person, hours)| OfficerHours {
        officer: person.id.to_string(),
        name: person.name,
        agency: person.agency.to_string(),
        hours: year_hours(year, hours),
    });
    Ok(Json(TrainingPage { items: items.collect(), next_cursor }))
}

/// Lists the agencies in reach with how many of their officers were trained in a year, and how many are legal reviewers.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(YearQuery),
    responses((status = 200, description = "The agencies", body = AgencyTrainingList))
)]
#[get("/training/agencies")]
pub async fn list_agency_training(
    app: State,
    caller: Caller,
    query: Query<YearQuery>,
) -> Result<Json<AgencyTrainingList>, Problem> {
    let year = qualification::year(query.year, app.clock.now().date())?;
    let found = qualification::agencies(&app, caller, year).await?;
    let items = found.into_iter().map(|AgencyYear { agency, officers, trained, enough, reviewers }| AgencyTraining {
        agency: agency.id.to_string(),
        name: agency.name,
        officers,
        trained,
        enough,
        legal_reviewers: reviewers,
    });
    Ok(Json(AgencyTrainingList { year, items: items.collect() }))
}

fn year_hours(year: i16, hours: Hours) -> YearHours {
    let Hours { political, professional } = hours;
    YearHours { year, political, professional, total: hours.total(), wanted: HOURS_PER_YEAR }
}

fn training(row: TrainingRow) -> Training {
    let TrainingRow { id, officer: _, class, level, topic, held_on, until_on, hours, proof, entered, annulled } = row;
    let (entered_ms, annulled_ms) = (entered.ms(), annulled.map(Instant::ms));
    Training { id: hex(&id), class, level, topic, held_on, until_on, hours, proven_by: proof, entered_ms, annulled_ms }
}

fn assessment(row: AssessmentRow) -> Assessment {
    let AssessmentRow { id, officer: _, year, result, organ, document, entered, annulled } = row;
    let (entered_ms, annulled_ms) = (entered.ms(), annulled.map(Instant::ms));
    Assessment { id: hex(&id), year, result, organ, document_number: document, entered_ms, annulled_ms }
}

fn exit(row: ExitRow, names: &BTreeMap<OfficerId, String>) -> OfficerExit {
    let name = |id: &OfficerId| names.get(id).cloned().unwrap_or_default();
    OfficerExit {
        id: hex(&row.id),
        ground: row.ground,
        facts: row.facts,
        basis: row.basis,
        proposed_by: name(&row.proposer),
        proposed_ms: row.proposed.ms(),
        hearing: row.hearing,
        statement: row.statement,
        heard_by: row.hearer.as_ref().map(name),
        heard_ms: row.heard.map(Instant::ms),
        outcome: row.outcome,
        document_number: row.document,
        decided_by: row.decider.as_ref().map(name),
        decided_ms: row.decided.map(Instant::ms),
    }
}
