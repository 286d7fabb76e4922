//! Reference data. A phone downloads it, so that it applies the rules to the same data as the server.

use std::collections::BTreeMap;

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, get};
use api_spec::reference::{Calendar, Item, Reference, ReferenceOfficer, Region, ServerKey, SpotLimit};
use api_spec::text;
use sync_core::id::hex;
use sync_core::time::Instant;

use crate::api::wire;
use crate::flow;
use crate::store::{HolidayRow, ItemRow, RegionRow, ServerKeyRow};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::preconditions::holds;
use crate::web::problem::Problem;

/// Reads the reference data: regions, agencies, items, officers with their certificates, calendars, keys and the hash of
/// the rule set. A client that sends `If-None-Match` gets 304 while nothing has changed.
#[utoipa::path(
    tag = "sync",
    security(("access_token" = [])),
    params(("If-None-Match" = Option<text::EntityTags>, Header, description = "The `ETag` that the client holds")),
    responses(
        (status = 200, description = "The reference data", body = Reference, headers(("ETag" = text::EntityTag))),
        (status = 304, description = "Unchanged")
    )
)]
#[get("/sync/reference")]
pub async fn read_reference(app: State, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    drop(caller);
    let now = app.clock.now();
    let current = flow::reference::version(&app, now).await?;
    if holds(&request, &current) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, format!("\"{current}\""))).finish());
    }
    let read = flow::reference::read(&app, now).await?;
    let tag = format!("\"{}\"", read.tag);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .json(whole(read, now)))
}

fn whole(read: flow::reference::Reference, now: Instant) -> Reference {
    let flow::reference::Reference {
        tag: _,
        tenant,
        rule_set,
        keys,
        regions,
        agencies,
        items,
        officers,
        certificates,
        holidays,
    } = read;
    let mut by_officer: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in certificates {
        by_officer.entry(one.0.officer).or_default().push(wire::certificate(one, now));
    }
    let officers = officers.into_iter().map(|row| ReferenceOfficer {
        certificates: by_officer.remove(&row.id).unwrap_or_default(),
        officer: wire::officer(row),
    });
    Reference {
        tenant: tenant.id.to_string(),
        region: tenant.region,
        name: tenant.name,
        server_keys: keys.into_iter().map(key).collect(),
        rule_set: rule_set.to_string(),
        regions: regions.into_iter().map(region).collect(),
        agencies: agencies.into_iter().map(wire::agency).collect(),
        items: items.into_iter().map(item).collect(),
        officers: officers.collect(),
        calendars: holidays.into_iter().map(|HolidayRow { year, json }| Calendar { year, json }).collect(),
    }
}

fn key(row: ServerKeyRow) -> ServerKey {
    let ServerKeyRow { device, public_key, since } = row;
    ServerKey { device: device.to_string(), public_key: hex(&public_key), since_ms: since.ms() }
}

fn region(row: RegionRow) -> Region {
    let RegionRow { code, name, parent, level } = row;
    Region { code, name, parent, level }
}

fn item(row: ItemRow) -> Item {
    let ItemRow {
        code,
        name,
        sector,
        kind,
        basis,
        article,
        min_fen,
        max_fen,
        wording,
        confirmed,
        spot_citizen_fen,
        spot_organisation_fen,
        spot_basis,
    } = row;
    // The table's check constraint allows all three or none.
    let limit = spot_citizen_fen.zip(spot_organisation_fen).zip(spot_basis);
    let spot_limit =
        limit.map(|((citizen_fen, organisation_fen), basis)| SpotLimit { citizen_fen, organisation_fen, basis });
    Item { code, name, sector, kind, basis, article, min_fen, max_fen, wording, confirmed, spot_limit }
}
