//! The page after signing in: the open work of the person.

use actix_web::{HttpResponse, get};
use askama::Template;

use super::alarm as alarm_page;
use super::officer::{Entry, needing_attention};
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::start::{StartLink, start_links};
use super::visit::SignedIn;
use super::words;
use crate::flow::caller::{Caller, Role};
use crate::flow::lead::{self, Lead, Search};
use crate::flow::work::{self, Todo, Waiting};
use crate::flow::{access, alarm, officer, unsent_form};
use crate::store::{TaskRow, TimePage};
use crate::web::State;
use crate::web::problem::Problem;

/// Alarms on this page; the list has the others.
const ALARMS: u32 = 5;
/// Most names of parties or officers per case.
const NAMES: usize = 3;
/// A case appears this long before its deadline, even without work for the reader.
const NEAR_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Most leads that are read.
const LEADS: u32 = 100;

#[derive(Template)]
#[template(path = "work.html")]
struct Work {
    page: Page,
    /// Forms that were sent and not accepted: their page, and when.
    unsent: Vec<(String, String)>,
    /// None for roles that handle no cases.
    cases: Option<Vec<Waiting>>,
    /// Cases that wait for others, or whose deadline is far.
    of_others: Vec<Waiting>,
    more: bool,
    /// Approved inspections of this officer; none for other roles.
    tasks: Option<Vec<TaskRow>>,
    /// None for roles without leads.
    leads: Option<Vec<Lead>>,
    /// None for roles without alarms.
    alarms: Option<Vec<alarm_page::Row>>,
    ending: Vec<Entry>,
    /// Links for a start.
    steps: Vec<StartLink>,
}

impl Work {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    fn status(&self, lead: &Lead) -> &'static str {
        words::lead_status(self.page.language, lead.row.status)
    }

    /// Colour and text of an open task.
    fn todo(&self, todo: &Todo) -> (&'static str, String) {
        let counted = |zh: &str, en: &str, number: &usize| format!("{} {number}", self.page.t(zh, en));
        let said = |zh: &str, en: &str| self.page.t(zh, en).to_owned();
        match todo {
            Todo::Supplement => ("returned", said("退回的笔录待补充", "a returned record waits for its supplement")),
            Todo::Conflict(number) => ("conflict", counted("记录不一致待处理", "conflicts to settle", number)),
            Todo::Quarantined(number) => ("conflict", counted("变更待认可", "changes to admit or dismiss", number)),
            Todo::Breach(number) => ("breached", counted("违反规定", "rules breached", number)),
            Todo::Evidence(number) => ("missing", counted("证据未上传", "evidence not uploaded", number)),
            Todo::Register(number) => ("open", counted("当场处罚待备案", "decisions to register", number)),
            Todo::Close(0) => ("satisfied", said("可以结案", "ready to close")),
            Todo::Close(number) => {
                let (zh, en) = (
                    "结案前核对：阻止性规定未满足或待定",
                    "to check before closing: blocking rules unmet or undecided",
                );
                ("undecided", counted(zh, en, number))
            }
        }
    }

    /// The first names of several.
    #[expect(clippy::unused_self, reason = "the template calls it on the page")]
    fn names(&self, names: &[String]) -> String {
        let first: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
        format!("{}{}", first.join("、"), if names.len() > NAMES { "…" } else { "" })
    }

    /// The beginning of a case's id.
    #[expect(clippy::unused_self, reason = "the template calls it on the page")]
    fn short(&self, waiting: &Waiting) -> String {
        waiting.file.id.to_string().chars().take(8).collect()
    }

    /// Open tasks, in words.
    fn words(&self, todos: &[Todo]) -> String {
        let words: Vec<String> = todos.iter().map(|todo| self.todo(todo).1).collect();
        words.join(self.page.t("、", ", "))
    }

    fn opened(&self, waiting: &Waiting) -> &'static str {
        let (zh, en) = words::opened(waiting.file.kind);
        words::either(self.page.language, zh, en)
    }

    fn deadline(&self, deadline: &work::Deadline) -> String {
        self.page.t(&deadline.due.zh, &deadline.due.en).to_owned()
    }
}

/// Whether certificates of others matter to the caller.
fn looks_after_others(caller: &Caller) -> bool {
    caller.roles.iter().any(|role| *role != Role::Officer)
}

/// Leads whose next step is the caller's.
async fn waiting_leads(app: &State, caller: &Caller) -> Result<Option<Vec<Lead>>, Problem> {
    if !lead::may_see(caller) {
        return Ok(None);
    }
    let Some(status) = lead::waits_in(caller) else { return Ok(Some(Vec::new())) };
    let search = Search { status: Some(status), ..Search::default() };
    let mut waiting = lead::list(app, caller.clone(), search, LEADS).await?.leads;
    waiting.retain(|lead| lead::next_step(caller, lead).is_some());
    Ok(Some(waiting))
}

/// Expired or soon expiring certificates that matter to the caller; and the number of officers.
async fn ending(app: &State, caller: &Caller) -> Result<(Vec<Entry>, usize), Problem> {
    let mut everybody = officer::roster(app, caller.clone()).await?;
    let number = everybody.len();
    everybody.retain(|listed| looks_after_others(caller) || listed.officer.id == caller.officer);
    Ok((needing_attention(everybody, app.clock.now()), number))
}

/// The open work of the caller.
#[get("/work")]
pub async fn read(app: State, signed: SignedIn, params: PageQuery) -> Result<HttpResponse, Problem> {
    let caller = &signed.caller;
    let handles = access::filter(caller).is_ok() && !access::supervises(caller);
    let (cases, more) = work::cases(&app, caller.clone()).await?;
    let near = app.clock.now().plus_ms(NEAR_MS).date();
    let is_near = |waiting: &Waiting| waiting.deadline.as_ref().is_some_and(|deadline| deadline.day() <= near);
    let (cases, of_others) = cases.into_iter().partition(|waiting| !waiting.todos.is_empty() || is_near(waiting));
    let tasks = if caller.is(Role::Officer) { Some(officer::tasks(&app, caller.clone()).await?) } else { None };
    let alarms = if alarm::may_see(caller) {
        let (found, _more) = alarm::list(&app, caller.clone(), TimePage::newest(ALARMS)).await?;
        let named = alarm::named(&app, caller.clone(), found).await?;
        Some(named.into_iter().map(|named| alarm_page::row(signed.visit.language, caller, named)).collect())
    } else {
        None
    };
    let unsent = unsent_form::pages(&app, caller.officer).await?;
    let (ending, officers) = ending(&app, caller).await?;
    let shown = Work {
        page: Page::within(&signed, Part::Work, ("我的待办", "My work")).ignoring(&params),
        unsent: unsent.into_iter().map(|(page, at)| (page, at.to_string())).collect(),
        cases: handles.then_some(cases),
        of_others,
        more,
        tasks,
        leads: waiting_leads(&app, caller).await?,
        alarms,
        ending,
        steps: start_links(caller, officers),
    };
    page::show(&signed.visit, &shown)
}
