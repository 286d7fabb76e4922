//! The console: pages for people with a browser, rendered by the server. A second interface over the same flows as the
//! API.
//!
//! Promise: everything that a page shows or does goes through `crate::flow`, with the same roles, masks and audit as
//! `/v1`. No page needs a script, and the content security policy forbids scripts. A form that this console did not
//! issue has no effect. Not here: database access; the OpenAPI document, which does not contain these internal routes
//! ([`ROUTES`] lists them).

mod account;
mod agency;
mod alarm;
mod assets;
mod by_time;
mod case;
mod case_action;
mod case_list;
mod case_record;
mod device;
mod evidence;
mod export;
mod file;
mod first_run;
mod form_page;
mod key_level;
mod lead;
mod left;
mod list;
mod mandate;
mod middleware;
mod noted;
mod officer;
mod page;
mod posted;
mod query;
mod read_audit;
mod refusal_page;
mod register;
mod register_event;
mod sending;
mod session;
mod start;
mod training;
mod trial;
mod upload;
mod visit;
mod words;
mod work;

use actix_web::HttpRequest;
use actix_web::web::{self, FormConfig};

use crate::web::problem::unmatched;
use crate::web::refusal_page::RefusalPages;

pub use refusal_page::of_head as refusal_of_head;

/// The longest form, in bytes: two thousand characters, each written as nine, and some room.
const FORM_LIMIT: usize = 64 * 1024;

/// Every page and every form: method and path. They are internal and not in the API document. A test compares this list
/// with the routes.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/console"),
    ("GET", "/console/"),
    ("GET", "/console/static/{name}"),
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("POST", "/console/sign-out"),
    ("GET", "/console/first-run"),
    ("POST", "/console/first-run/administrator"),
    ("POST", "/console/first-run/demonstration"),
    ("GET", "/console/work"),
    ("GET", "/console/cases"),
    ("GET", "/console/cases/export/{format}"),
    ("GET", "/console/cases/{id}"),
    ("GET", "/console/cases/{id}/fields/{target}/{name}"),
    ("GET", "/console/cases/{id}/evidence/{digest}"),
    ("GET", "/console/cases/{id}/evidence/{digest}/file"),
    ("GET", "/console/cases/{id}/record"),
    ("GET", "/console/cases/{id}/record/file"),
    ("GET", "/console/cases/{id}/act/{act}"),
    ("POST", "/console/cases/{id}/act/{act}"),
    ("GET", "/console/leads"),
    ("GET", "/console/leads/{id}"),
    ("POST", "/console/leads/{id}/answer"),
    ("POST", "/console/leads/{id}/close"),
    ("GET", "/console/alarms"),
    ("GET", "/console/audit"),
    ("GET", "/console/officers"),
    ("GET", "/console/officers/new"),
    ("POST", "/console/officers/new"),
    ("GET", "/console/officers/{id}"),
    ("GET", "/console/officers/{id}/act/{act}"),
    ("POST", "/console/officers/{id}/act/{act}"),
    ("GET", "/console/training"),
    ("GET", "/console/register/events"),
    ("GET", "/console/register/events/export"),
    ("POST", "/console/officers/{id}/enrolment-code"),
    ("POST", "/console/officers/{id}/password-reset"),
    ("POST", "/console/password-resets/{id}/confirm"),
    ("GET", "/console/new-password"),
    ("POST", "/console/new-password"),
    ("GET", "/console/agencies"),
    ("GET", "/console/agencies/{id}"),
    ("GET", "/console/agencies/{id}/act/{act}"),
    ("POST", "/console/agencies/{id}/act/{act}"),
    ("GET", "/console/mandates/{id}/end"),
    ("POST", "/console/mandates/{id}/end"),
    ("GET", "/console/register"),
    ("POST", "/console/register/file"),
    ("POST", "/console/register/import"),
    ("POST", "/console/register/discard"),
    ("GET", "/console/register/export/{format}"),
    ("GET", "/console/password"),
    ("POST", "/console/password"),
    ("GET", "/console/trial"),
    ("POST", "/console/trial/remove"),
    ("GET", "/console/devices"),
    ("GET", "/console/devices/{id}/revoke"),
    ("POST", "/console/devices/{id}/revoke"),
    ("GET", "/console/devices/{id}/rename"),
    ("POST", "/console/devices/{id}/rename"),
];

/// Registers the console.
pub fn pages(config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(RefusalPages(refusal_page::teller)));
    config.service(
        web::scope("/console")
            .app_data(FormConfig::default().limit(FORM_LIMIT))
            .service(case_list::home)
            .service(case_list::home_with_slash)
            .service(assets::file)
            .service(session::sign_in_page)
            .service(session::sign_in)
            .service(session::sign_out)
            .service(first_run::first_run_page)
            .service(first_run::make_administrator)
            .service(first_run::load_demonstration)
            .service(work::read)
            .service(case_list::list)
            // Before `/cases/{id}`, which would match it.
            .service(export::take)
            .service(case::read)
            .service(case::read_history)
            .service(evidence::viewer)
            .service(evidence::bytes)
            .service(case_record::read)
            .service(case_record::download_record)
            .service(case_action::form_page)
            .service(case_action::run)
            .service(lead::list)
            .service(lead::read)
            .service(lead::answer)
            .service(lead::close)
            .service(alarm::list)
            .service(read_audit::list)
            .service(officer::list)
            // Before `/officers/{id}`, which would match it.
            .service(officer::form::enter_page)
            .service(officer::form::enter)
            .service(officer::read)
            .service(officer::form::act_form)
            .service(officer::form::run_act)
            .service(training::read)
            .service(register_event::list)
            .service(register_event::export)
            .service(officer::give_code)
            .service(register::read)
            .service(register::take_file)
            .service(register::import)
            .service(register::discard)
            .service(register::export)
            .service(account::ask)
            .service(account::confirm)
            .service(account::new_password_page)
            .service(account::choose)
            .service(account::own_password_page)
            .service(account::change_own)
            .service(trial::form)
            .service(trial::remove)
            .configure(devices)
            .configure(agencies)
            .default_service(web::to(async |request: HttpRequest| Err::<String, _>(unmatched(&request))))
            .wrap(actix_web::middleware::from_fn(middleware::handle)),
    );
}

fn devices(config: &mut web::ServiceConfig) {
    config
        .service(device::list)
        .service(device::revoke_form)
        .service(device::revoke)
        .service(device::rename_form)
        .service(device::rename);
}

fn agencies(config: &mut web::ServiceConfig) {
    config
        .service(agency::list)
        .service(agency::read)
        .service(agency::form_page)
        .service(agency::run)
        .service(mandate::end_form)
        .service(mandate::end);
}

#[cfg(test)]
mod tests;
