//! Every route, on one screen.
//!
//! Promise: `service(...)` only, so that what serves is what is documented.

use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{device, health, officer, reference, session, sync};

/// The whole API.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(health::healthz).service(health::readyz).service(scope("/v1").configure(v1));
}

fn v1(config: &mut ServiceConfig<'_>) {
    config
        .service(session::create_session)
        .service(session::me)
        .service(device::create_enrolment_code)
        .service(device::create_device)
        .service(device::list_devices)
        .service(device::revoke_device)
        .service(device::create_challenge)
        .service(device::create_device_token)
        .service(device::create_lease)
        .service(officer::list_agencies)
        .service(officer::list_officers)
        .service(officer::read_officer)
        .service(officer::list_tasks)
        .service(reference::read_reference)
        .service(sync::push_changes)
        .service(sync::pull_changes)
        .service(sync::reconcile_heads);
}
