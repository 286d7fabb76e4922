//! Every route of the API, on one screen.
//!
//! Promise: routes are registered with `service(...)` only, so every served route is documented.

use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    account, agency, alarm, case, credential, device, evidence, health, keys, lead, mandate, officer, qualification,
    read_audit, reference, register, register_event, session, sync,
};

/// The whole API.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(health::healthz)
        .service(health::readyz)
        .service(keys::read_jwks)
        .service(credential::read_issuer)
        .service(scope("/v1").configure(v1));
}

fn v1(config: &mut ServiceConfig<'_>) {
    agencies(config);
    config
        .service(session::create_session)
        .service(session::renew_session)
        .service(session::end_session)
        .service(session::me)
        .service(account::change_password)
        .service(account::choose_password)
        .service(account::ask_password_reset)
        .service(account::list_password_resets)
        .service(account::confirm_password_reset)
        .service(account::list_account_events)
        .service(device::create_enrolment_code)
        .service(device::create_device)
        .service(device::list_devices)
        .service(device::revoke_device)
        .service(device::rename_device)
        .service(device::create_challenge)
        .service(device::create_device_token)
        .service(device::create_hand_in_token)
        .service(device::create_lease)
        .service(credential::issue_credential)
        .service(credential::read_statuses)
        .service(credential::verify_credential)
        .service(credential::read_credential_type)
        .service(officer::list_officers)
        .service(officer::read_officer)
        .service(officer::list_tasks)
        .service(register::check_roster)
        .service(register::import_roster)
        .service(register::export_register)
        .service(reference::read_reference)
        .service(sync::push_changes)
        .service(sync::pull_changes)
        .service(sync::reconcile_heads)
        .service(evidence::evidence_options)
        .service(evidence::create_upload)
        .service(evidence::upload_status)
        .service(evidence::upload_piece)
        .service(evidence::upload_overridden)
        .service(evidence::read_evidence)
        .service(case::list_cases)
        // Before `/cases/{id}`, which would match it.
        .service(case::export::export_cases)
        .service(case::read_case)
        .service(case::read_history)
        .service(case::register_decision)
        .service(case::return_record)
        .service(case::judge_change)
        .service(case::write_off::write_off_evidence)
        .service(case::receive_filing)
        .service(case::close_case)
        .service(case::read_record)
        .service(lead::raise_lead)
        .service(lead::list_leads)
        .service(lead::read_lead)
        .service(lead::answer_lead)
        .service(lead::close_lead)
        .service(alarm::list_alarms)
        .service(read_audit::list_looks);
    people(config);
}

/// What administrators do to people, and the records of it.
fn people(config: &mut ServiceConfig<'_>) {
    config
        .service(officer::entry::enter_officer)
        .service(officer::entry::correct_officer)
        .service(officer::entry::transfer_officer)
        .service(officer::entry::deactivate_officer)
        .service(officer::entry::reactivate_officer)
        .service(officer::certificate::add_certificate)
        .service(officer::certificate::correct_certificate)
        .service(officer::certificate::decide_certificate)
        .service(officer::certificate::see_card)
        .service(officer::certificate::confirm_certificate)
        .service(officer::certificate::list_ending_certificates)
        .service(officer::account::open_account)
        .service(officer::account::give_one_time_password)
        .service(officer::account::close_account)
        .service(officer::role::give_role)
        .service(officer::role::take_role)
        .service(officer::deputy::appoint_deputy)
        .service(officer::deputy::end_deputy)
        .service(officer::training::add_training)
        .service(officer::training::annul_training)
        .service(officer::assessment::add_assessment)
        .service(officer::assessment::annul_assessment)
        .service(officer::exit::propose_exit)
        .service(officer::exit::hear_exit)
        .service(officer::exit::decide_exit)
        .service(qualification::read_qualification)
        .service(qualification::list_agency_training)
        .service(qualification::list_training)
        .service(register_event::list_register_events)
        .service(register_event::export_register_events);
}

fn agencies(config: &mut ServiceConfig<'_>) {
    config
        .service(officer::list_agencies)
        .service(agency::read_agency)
        .service(agency::add_agency)
        .service(agency::change_agency)
        .service(agency::move_agency)
        .service(agency::close_agency)
        .service(agency::reopen_agency)
        .service(mandate::list_mandates)
        .service(mandate::enter_mandate)
        .service(mandate::list_powers)
        .service(mandate::read_mandate)
        .service(mandate::end_mandate);
}
