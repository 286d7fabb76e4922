//! Whether the server lives and works.

use actix_web::get;
use actix_web::web::Json;
use api_spec::health::Health;

use super::State;
use super::problem::Problem;
use crate::refusal::Failure;

fn ok() -> Json<Health> {
    Json(Health { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// The process answers. Says nothing about the database.
#[utoipa::path(tag = "operation", responses((status = 200, description = "The process answers", body = Health)))]
#[get("/healthz")]
pub async fn healthz() -> Json<Health> {
    ok()
}

/// The database answers too.
#[utoipa::path(tag = "operation", responses((status = 200, description = "The database answers", body = Health)))]
#[get("/readyz")]
pub async fn readyz(app: State) -> Result<Json<Health>, Problem> {
    app.store.read(|tx| tx.only_tenant().map(drop).map_err(Failure::from)).await?;
    Ok(ok())
}
