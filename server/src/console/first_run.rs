//! First run: chooses the county, its first agencies and the first administrator, or loads the demonstration.

use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::page::{self, Page};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::Visit;
use crate::flow::area::{self, Area};
use crate::flow::first_run::{self, Administrator, Beginning, usual_organs};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seed;
use crate::web::State;
use crate::web::problem::Problem;

const LONGEST_NAME: usize = 64;
/// Counties that are shown of a search.
const SHOWN: usize = 40;

#[derive(Template)]
#[template(path = "first_run.html")]
struct FirstRun {
    page: Page,
    code: String,
    /// What was searched for.
    said: String,
    found: Vec<&'static Area>,
    /// How many counties fit, beyond those that are shown.
    count: usize,
    /// Whether there are more than are shown.
    cut: bool,
    chosen: Option<Chosen>,
}

/// A county that was chosen, and what is typed for it.
struct Chosen {
    area: &'static Area,
    government: String,
    justice: String,
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

impl FirstRun {
    fn of(visit: &Visit, code: &str, said: &str, chosen: Option<Chosen>) -> Self {
        let page = Page::of(visit, None, ("首次设置", "First run"));
        let cut = |text: &str| text.chars().take(LONGEST_NAME).collect::<String>();
        let said = cut(said.trim());
        let (found, count) = area::search(&said, SHOWN);
        Self { page, code: cut(code), said, cut: count > found.len(), found, count, chosen }
    }

    /// Address of the page where this county is chosen.
    fn choice(&self, area: &Area) -> String {
        format!("/console/first-run?code={}&county={}", crate::web::url::encoded(&self.code), area.code)
    }
}

impl Chosen {
    fn usual(area: &'static Area) -> Self {
        let (government, justice) = usual_organs(area);
        Self { area, government, justice, login: String::new(), name: String::new() }
    }
}

/// The search for the county; with a county, the form for what begins with it.
#[get("/first-run")]
pub async fn first_run_page(app: State, visit: Visit, params: PageQuery) -> Result<HttpResponse, Problem> {
    if !first_run::is_due(&app).await? {
        return Ok(page::see("/console/sign-in"));
    }
    let chosen = area::of_code(params.plain("county").trim()).map(Chosen::usual);
    page::show(&visit, &FirstRun::of(&visit, &params.plain("code"), &params.plain("q"), chosen))
}

/// Enters the county, its first agencies and the first administrator.
#[post("/first-run/administrator")]
pub async fn make_administrator(app: State, visit: Visit, posted: Posted) -> Result<HttpResponse, Problem> {
    let done = match beginning(&posted) {
        Ok(beginning) => first_run::administrator(&app, posted.raw("code"), beginning).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    answer(&visit, &posted, page::outcome(done)?, Vec::new())
}

fn beginning(posted: &Posted) -> Result<Beginning, Refused> {
    if posted.raw("password") != posted.raw("repeated") {
        return Err(Refusal::Malformed.because("两次输入的密码不一致。", "The two passwords differ."));
    }
    let administrator = Administrator {
        login: posted.text("login", LONGEST_NAME)?,
        name: posted.text("name", LONGEST_NAME)?,
        password: posted.raw("password").to_owned(),
    };
    let (county, government, justice) =
        (posted.raw("county").to_owned(), posted.typed("government"), posted.typed("justice"));
    Ok(Beginning { county, government, justice, administrator })
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
            let chosen = area::of_code(posted.raw("county").trim()).map(|area| Chosen {
                area,
                government: posted.typed("government"),
                justice: posted.typed("justice"),
                login: posted.typed("login"),
                name: posted.typed("name"),
            });
            let form = FirstRun::of(visit, posted.raw("code"), "", chosen);
            page::again(visit, &refused, &FirstRun { page: form.page.refused(&refused), ..form })
        }
    }
}
