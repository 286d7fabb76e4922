//! Whether the server lives and works.

use actix_web::get;
use actix_web::web::Json;
use api_spec::health::Health;

use crate::web::State;
use crate::web::problem::Problem;

fn ok() -> Json<Health> {
    Json(Health { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// The process answers. Says nothing about the database.
#[utoipa::path(tag = "operation", responses((status = 200, description = "The process answers", body = Health)))]
#[get("/healthz")]
pub async fn healthz() -> Json<Health> {
    ok()
}

/// The database takes a write; otherwise the code says what is wrong with it.
#[utoipa::path(
    tag = "operation",
    responses(
        (status = 200, description = "The database takes a write", body = Health),
        (
            status = 503,
            description = "`database_unavailable`, `database_read_only`, `database_full` or `busy`",
            body = api_spec::problem::Problem
        )
    )
)]
#[get("/readyz")]
pub async fn readyz(app: State) -> Result<Json<Health>, Problem> {
    app.readiness.check(&app.store, app.tenant, app.clock.now()).await?;
    Ok(ok())
}
