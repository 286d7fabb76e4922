//! Delegations and powers given to townships.

use std::collections::BTreeSet;

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post};
use api_spec::mandate::{
    Mandate as Wire, MandateEnd, MandateItem, MandateList, NewMandate as WireNew, Power as WirePower, PowerList,
    PowerQuery,
};
use api_spec::text;
use sync_core::id::{AgencyId, hex};
use sync_core::mandate::{Mandate, Term};
use sync_core::time::Date;

use crate::flow::mandate::{self, LONGEST_TEXT, MOST_ITEMS, NewMandate, Power, Told};
use crate::flow::reason::LONGEST as LONGEST_REASON;
use crate::flow::refusal::{Refusal, Refused};
use crate::store::MandateRow;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id, idempotency_key, text as one_line, wrong};
use crate::web::preconditions::if_match;
use crate::web::problem::{CREATED, OK, Problem};

fn agency_id(text: &str) -> Result<AgencyId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

fn day(text: &str, field: &str) -> Result<Date, Refused> {
    let known = text.len() == 10;
    text.parse::<Date>().ok().filter(|_| known).ok_or_else(|| wrong(field))
}

fn wire(told: Told) -> Wire {
    let Told { row, agency: agency_name, organ: organ_name, items, tag: _, is_in_care: _ } = told;
    let MandateRow { mandate, powers, document, published } = row;
    let Mandate { id, kind, agency, organ, items: _, term: Term { first, last, ended } } = mandate;
    Wire {
        id: hex(&id),
        kind,
        agency: agency.to_string(),
        agency_name,
        organ: organ.map(|id| id.to_string()),
        organ_name,
        items: items.into_iter().map(|(code, name)| MandateItem { code, name }).collect(),
        powers,
        deed: document,
        published,
        first_day: first.to_string(),
        last_day: last.map(|day| day.to_string()),
        ended_day: ended.map(|day| day.to_string()),
    }
}

fn tagged(mut response: HttpResponseBuilder, told: Told) -> HttpResponse {
    let tag = format!("\"{}\"", told.tag);
    response.insert_header((ETAG, tag)).json(wire(told))
}

/// Lists the mandates of an agency in reach: those by which it enforces, and those by which it entrusts others. Ended ones
/// stay.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the agency")),
    responses(
        (status = 200, description = "Mandates", body = MandateList),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem)
    )
)]
#[get("/agencies/{id}/mandates")]
pub async fn list_mandates(app: State, caller: Caller, path: Path<String>) -> Result<Json<MandateList>, Problem> {
    let found = mandate::of(&app, caller, agency_id(&path)?).await?;
    Ok(Json(MandateList { items: found.into_iter().map(wire).collect() }))
}

/// Enters a mandate: a delegation (委托书, 行政处罚法第二十条), or powers given to a township or street by a published
/// decision (第二十四条). An administrator in whose subtree both agencies are does it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the agency that enforces by it"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key gets the mandate that the first one entered")
    ),
    request_body = WireNew,
    responses(
        (status = 201, description = "Entered", body = Wire, headers(("ETag" = text::EntityTag), ("Location" = text::Location))),
        (status = 400, description = "`malformed`, `idempotency_key_required`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_agency`, `mandate_unlawful`, `idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies/{id}/mandates")]
pub async fn enter_mandate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<WireNew>,
) -> Result<HttpResponse, Problem> {
    let WireNew { kind, organ, items, powers, deed, published, first_day, last_day, reason } = body.into_inner();
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(wrong("items").into());
    }
    let new = NewMandate {
        kind,
        organ: organ.map(|text| id(&text, "organ")).transpose()?,
        items: items.iter().map(|code| one_line(code, LONGEST_TEXT, "items")).collect::<Result<BTreeSet<_>, _>>()?,
        powers: one_line(&powers, LONGEST_TEXT, "powers")?,
        document: one_line(&deed, LONGEST_TEXT, "deed")?,
        published: one_line(&published, LONGEST_TEXT, "published")?,
        first: day(&first_day, "first_day")?,
        last: last_day.map(|text| day(&text, "last_day")).transpose()?,
    };
    let reason = one_line(&reason, LONGEST_REASON, "reason")?;
    let key = idempotency_key(&request)?.ok_or(Refusal::IdempotencyKeyRequired)?;
    let told = mandate::enter(&app, caller, agency_id(&path)?, new, (reason, Some(key))).await?;
    let mut response = HttpResponse::build(CREATED);
    response.insert_header((LOCATION, format!("/v1/mandates/{}", hex(&told.row.mandate.id))));
    Ok(tagged(response, told))
}

/// Reads a mandate of an agency in reach.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the mandate")),
    responses(
        (status = 200, description = "The mandate", body = Wire, headers(("ETag" = text::EntityTag))),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem)
    )
)]
#[get("/mandates/{id}")]
pub async fn read_mandate(app: State, caller: Caller, path: Path<String>) -> Result<HttpResponse, Problem> {
    Ok(tagged(HttpResponse::build(OK), mandate::read(&app, caller, mandate_id(&path)?).await?))
}

/// Ends a mandate before its term. It stays with its days.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the mandate"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the mandate")
    ),
    request_body = MandateEnd,
    responses(
        (status = 200, description = "Ended", body = Wire, headers(("ETag" = text::EntityTag))),
        (status = 400, description = "`malformed`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 409, description = "`mandate_ended`: ended before, or the day is beyond its days", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/mandates/{id}/end")]
pub async fn end_mandate(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<MandateEnd>,
) -> Result<HttpResponse, Problem> {
    let (id, seen) = (mandate_id(&path)?, if_match(&request)?);
    let (last, reason) = (day(&body.last_day, "last_day")?, one_line(&body.reason, LONGEST_REASON, "reason")?);
    Ok(tagged(HttpResponse::build(OK), mandate::end(&app, caller, id, seen, (last, reason)).await?))
}

/// What an agency in reach may enforce on a day by its mandates, and in whose name.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the agency"), PowerQuery),
    responses(
        (status = 200, description = "Items", body = PowerList),
        (status = 400, description = "`malformed`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem)
    )
)]
#[get("/agencies/{id}/powers")]
pub async fn list_powers(
    app: State,
    caller: Caller,
    path: Path<String>,
    query: Query<PowerQuery>,
) -> Result<Json<PowerList>, Problem> {
    let today = app.clock.now().date();
    let day = query.day.as_deref().map_or(Ok(today), |text| day(text, "day"))?;
    let found = mandate::powers(&app, caller, agency_id(&path)?, day).await?;
    let items = found.into_iter().map(|Power { item, in_the_name_of, organ, mandate }| WirePower {
        item,
        in_the_name_of: in_the_name_of.to_string(),
        organ_name: organ,
        mandate: hex(&mandate),
    });
    Ok(Json(PowerList { day: day.to_string(), items: items.collect() }))
}

fn mandate_id(text: &str) -> Result<[u8; 16], Refusal> {
    bytes(text, "id").map_err(|_not_an_id| Refusal::NotFound)
}
