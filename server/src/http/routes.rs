//! Every route, on one screen.
//!
//! Promise: `service(...)` only, so that what serves is what is documented.

use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::health;

/// The whole API.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(health::healthz).service(health::readyz).service(scope("/v1").configure(v1));
}

fn v1(_config: &mut ServiceConfig<'_>) {}
