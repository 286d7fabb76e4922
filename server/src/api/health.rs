//! Liveness and readiness of the server.

use actix_web::web::Json;
use actix_web::{HttpRequest, get};
use api_spec::health::Health;

use crate::flow::health::Degraded;
use crate::web::State;
use crate::web::language::Language;
use crate::web::problem::Problem;

fn ok() -> Health {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Health { status: "ok".to_owned(), version, code: None, detail: None }
}

/// Says that the process answers. It does not check the database.
#[utoipa::path(tag = "operation", responses((status = 200, description = "The process answers", body = Health)))]
#[get("/healthz")]
pub async fn healthz() -> Json<Health> {
    Json(ok())
}

/// Checks that the database accepts a write. If it does not, the code says what is wrong. The status `degraded` means
/// that the server works and an operator should act; its code is `clock_behind` if the server's clock is behind the
/// newest record.
#[utoipa::path(
    tag = "operation",
    responses(
        (status = 200, description = "The database accepts a write. `degraded` means that an operator should act", body = Health),
        (
            status = 503,
            description = "`database_unavailable`, `database_read_only`, `database_full` or `busy`",
            body = api_spec::problem::Problem
        )
    )
)]
#[get("/readyz")]
pub async fn readyz(app: State, request: HttpRequest) -> Result<Json<Health>, Problem> {
    let now = app.clock.now();
    app.readiness.check(&app.store, app.tenant, now).await?;
    let Some(Degraded { code, zh, en }) = app.readiness.degraded(now) else { return Ok(Json(ok())) };
    let detail = match Language::of(request.headers()) {
        Language::Chinese => zh,
        Language::English => en,
    };
    let (status, code, detail) = ("degraded".to_owned(), Some(code.to_owned()), Some(detail.to_owned()));
    Ok(Json(Health { status, code, detail, ..ok() }))
}
