//! First run: creates the first administrator, or loads the demonstration county.

use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::page::{self, Page};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::Visit;
use crate::flow::first_run::{self, Administrator};
use crate::flow::install::{COUNTY, REGION};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seed;
use crate::web::State;
use crate::web::problem::Problem;

const LONGEST_NAME: usize = 64;

#[derive(Template)]
#[template(path = "first_run.html")]
struct FirstRun {
    page: Page,
    county: &'static str,
    region: &'static str,
    code: String,
    login: String,
    name: String,
}

#[derive(Template)]
#[template(path = "first_run_done.html")]
struct Done {
    page: Page,
    /// Login, name and description; none if an administrator was created.
    people: Vec<(&'static str, &'static str, &'static str)>,
}

fn form(visit: &Visit, code: &str) -> FirstRun {
    let page = Page::of(visit, None, ("首次设置", "First run"));
    let code: String = code.chars().take(LONGEST_NAME).collect();
    FirstRun { page, county: COUNTY, region: REGION, code, login: String::new(), name: String::new() }
}

/// Both ways to begin.
#[get("/first-run")]
pub async fn first_run_page(app: State, visit: Visit, params: PageQuery) -> Result<HttpResponse, Problem> {
    if !first_run::is_due(&app).await? {
        return Ok(page::see("/console/sign-in"));
    }
    page::show(&visit, &form(&visit, &params.plain("code")))
}

/// Makes the first administrator.
#[post("/first-run/administrator")]
pub async fn make_administrator(app: State, visit: Visit, posted: Posted) -> Result<HttpResponse, Problem> {
    let done = match person(&posted) {
        Ok(person) => first_run::administrator(&app, posted.raw("code"), person).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    answer(&visit, &posted, page::outcome(done)?, Vec::new())
}

fn person(posted: &Posted) -> Result<Administrator, Refused> {
    if posted.raw("password") != posted.raw("repeated") {
        return Err(Refusal::Malformed.because("两次输入的密码不一致。", "The two passwords differ."));
    }
    Ok(Administrator {
        login: posted.text("login", LONGEST_NAME)?,
        name: posted.text("name", LONGEST_NAME)?,
        password: posted.raw("password").to_owned(),
    })
}

/// Loads the demonstration county with its people.
#[post("/first-run/demonstration")]
pub async fn load_demonstration(app: State, visit: Visit, posted: Posted) -> Result<HttpResponse, Problem> {
    let done = first_run::demonstration(&app, posted.raw("code"), posted.raw("password").to_owned()).await;
    let people = seed::logins().into_iter().map(|login| (login.login, login.name, login.what)).collect();
    answer(&visit, &posted, page::outcome(done)?, people)
}

fn answer(
    visit: &Visit,
    posted: &Posted,
    done: Result<(), Refused>,
    people: Vec<(&'static str, &'static str, &'static str)>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(()) => page::show(visit, &Done { page: Page::of(visit, None, ("设置完成", "Ready")), people }),
        Err(refused) => {
            let form = form(visit, posted.raw("code"));
            let (login, name) = (posted.typed("login"), posted.typed("name"));
            page::again(visit, &refused, &FirstRun { page: form.page.refused(&refused), login, name, ..form })
        }
    }
}
