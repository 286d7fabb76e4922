//! Open work of a person in the cases that they handle or lead: supplements, conflicts, evidence, deadlines.
//!
//! Promise: computed by folding and judging the stored changes, as closing does; a case shown as ready to close has no
//! obstacle at that moment. Supervisors get no cases here, because they read a case only with a purpose. Not here: more
//! than the [`AT_ONCE`] newest cases of each status; leads, alarms, certificates.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::case::{CaseState, Graph, fold};
use sync_core::decision::{self, CaseStatus, Obstacle};
use sync_core::id::TenantId;
use sync_core::law::calendar::{Due, DueAt};
use sync_core::law::rule::{self, Severity, blocking};
use sync_core::plan::Interval;
use sync_core::time::{Date, Instant};

use super::access::{self, Access};
use super::caller::Caller;
use super::judge::Bench;
use super::{case, command, export, loaded, projection};
use crate::flow::app::App;
use crate::flow::refusal::Failure;
use crate::store::{CaseFileRow, CaseFilter, Tx};

/// How many cases of each status are examined, latest change first.
pub const AT_ONCE: i64 = 50;

/// Something to be done about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Todo {
    /// A returned record waits for its supplement.
    Supplement,
    /// This many fields have values that differ.
    Conflict(usize),
    /// This many changes wait to be admitted or dismissed.
    Quarantined(usize),
    /// This many rules are breached.
    Breach(usize),
    /// The bytes of this many pieces of evidence have not arrived.
    Evidence(usize),
    /// This many on-the-spot decisions are to be registered.
    Register(usize),
    /// No obstacle to closing; this many blocking rules are breached (with a reason) or undecided.
    Close(usize),
}

/// The deadline of a case that comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The limit and how it is counted.
    pub due: Due,
    /// Law and article.
    pub article: &'static str,
    /// Whether it has passed.
    pub passed: bool,
}

impl Deadline {
    /// The last day, Asia/Shanghai.
    pub fn day(&self) -> Date {
        match self.due.at {
            DueAt::Day(day) => day,
            DueAt::Moment(limit) => limit.date(),
        }
    }
}

/// A case with open work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The case.
    pub file: CaseFileRow,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// Names of the officers of the case beside the caller.
    pub officers: Vec<String>,
    /// Whether another case of the list has the same title, time of opening, parties and officers.
    pub alike: bool,
    /// The caller's work, most urgent first.
    pub todos: Vec<Todo>,
    /// Work of others that comes first.
    pub of_others: Vec<Todo>,
    /// The first deadline, if there is one.
    pub deadline: Option<Deadline>,
}

/// Cases with work for the caller: those with a deadline first, then by urgency; and whether there may be more.
///
/// # Errors
/// An internal error.
pub async fn cases(app: &App, caller: Caller) -> Result<(Vec<Waiting>, bool), Failure> {
    let Some(reach) = access::filter(&caller).ok().filter(|_| !access::supervises(&caller)) else {
        return Ok((Vec::new(), false));
    };
    let (tenant, now) = (app.tenant, app.clock.now());
    let room = (caller.officer, loaded::LARGEST);
    app.cases.read_within(&app.store, room, move |tx| in_reach(tx, &tenant, &caller, &reach, now)).await
}

fn in_reach(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    reach: &CaseFilter,
    now: Instant,
) -> Result<(Vec<Waiting>, bool), Failure> {
    let (mut found, mut more, mut bench) = (Vec::new(), false, Bench::default());
    // A closed case is listed as long as it has an open deadline.
    for (status, with_duties) in [(CaseStatus::Returned, false), (CaseStatus::Open, false), (CaseStatus::Closed, true)]
    {
        let filter = CaseFilter { status: Some(status), with_duties, ..reach.clone() };
        let mut files = tx.case_files(tenant, &filter, AT_ONCE + 1)?;
        more |= files.len() > usize::try_from(AT_ONCE).map_err(Failure::broken)?;
        files.truncate(usize::try_from(AT_ONCE).map_err(Failure::broken)?);
        for file in files {
            found.extend(waiting(tx, tenant, caller, &mut bench, file, now)?);
        }
    }
    found.sort_by_key(|waiting| {
        let due = waiting.deadline.as_ref().map(Deadline::day);
        (due.is_none(), due, waiting.todos.first().copied())
    });
    mark_alike(&mut found);
    Ok((found, more))
}

/// Marks the cases that differ only in their id.
fn mark_alike(found: &mut [Waiting]) {
    let told = |Waiting { file, parties, officers, .. }: &Waiting| {
        let opened = file.opened.to_string();
        (file.title.clone(), file.item.clone(), file.number.clone(), opened, parties.clone(), officers.clone())
    };
    let mut times = BTreeMap::<_, usize>::new();
    for waiting in &*found {
        *times.entry(told(waiting)).or_default() += 1;
    }
    for waiting in found {
        waiting.alike = times.get(&told(waiting)).is_some_and(|times| *times > 1);
    }
}

/// The open work in a case, if the caller has any.
fn waiting(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    bench: &mut Bench,
    file: CaseFileRow,
    now: Instant,
) -> Result<Option<Waiting>, Failure> {
    let id = file.id;
    let access = access::reach(tx, tenant, caller, &id)?;
    let held = tx.case_changes(tenant, &id)?;
    let state = fold(id, held.iter().map(|stored| &stored.change));
    let graph = Graph::new(held.iter().map(|stored| &stored.change));
    let evidence = tx.missing_evidence(tenant, file.case_leaf)?.len();
    let judged = bench.judge_closing(tx, tenant, (&state, &held), Interval::exactly(now))?;
    let results = bench.judge(tx, tenant, (&state, &held), projection::newest_act(&held))?;
    let breaches = rule::breaches(&results);
    let obstacles = decision::close(&state, &graph);
    let free = obstacles.is_empty() && evidence == 0 && blocking(&judged, rule::FormalAct::Close).is_empty();
    let unmet = results.iter().filter(|result| result.is_open() && result.severity == Severity::Block).count();
    let access = (&access, access.is_own(&caller.officer, &state, &graph));
    let (todos, of_others) = todos(caller, access, &state, &obstacles, (breaches, evidence, free.then_some(unmet)));
    let running = judged.into_iter().filter(|result| result.running);
    let deadlines = running.filter_map(|result| {
        let due = result.due?;
        let passed = !due.met_by(now);
        Some(Deadline { due, article: result.article, passed })
    });
    let deadline = deadlines.min_by_key(Deadline::day);
    if todos.is_empty() && of_others.is_empty() && deadline.is_none() {
        return Ok(None);
    }
    let others = state.participants.keys().copied().filter(|officer| *officer != caller.officer).collect();
    let officers = case::names(tx, tenant, others)?.into_values().collect();
    let parties = access::listed_parties(caller, &file, export::parties(&state));
    let file = access::listed(caller, file);
    Ok(Some(Waiting { parties, officers, alike: false, file, todos, of_others, deadline }))
}

fn todos(
    caller: &Caller,
    (access, own): (&Access, bool),
    state: &CaseState,
    obstacles: &BTreeSet<Obstacle>,
    (breaches, evidence, free): (usize, usize, Option<usize>),
) -> (Vec<Todo>, Vec<Todo>) {
    let powers = command::powers(caller, access, own);
    let quarantined = decision::waiting(state).len();
    let documents = state.signatures.iter().filter_map(|signed| signed.document);
    let documents: BTreeSet<_> = documents.collect();
    let unregistered = documents.iter().filter(|document| decision::may_register(state, **document).is_ok()).count();
    // Officers resolve conflicts and upload evidence from their phones; a head can return what breaks a rule.
    let (own, leads) = (access.takes_part, access.takes_part || powers.heads);
    let todos = [
        (obstacles.contains(&Obstacle::NotSupplemented), own, Todo::Supplement),
        (obstacles.contains(&Obstacle::Conflict), own, Todo::Conflict(state.conflicts().count())),
        (quarantined > 0, powers.heads, Todo::Quarantined(quarantined)),
        (breaches > 0, leads, Todo::Breach(breaches)),
        (evidence > 0, own, Todo::Evidence(evidence)),
        (unregistered > 0, powers.registers, Todo::Register(unregistered)),
        (free.is_some(), powers.heads, Todo::Close(free.unwrap_or_default())),
    ];
    // Obstacles to closing are irrelevant for a closed case.
    let closed = obstacles.contains(&Obstacle::Closed);
    let holding = todos.into_iter().filter(|(holds, _, todo)| *holds && (!closed || matches!(todo, Todo::Register(_))));
    let (own, others): (Vec<_>, Vec<_>) = holding.partition(|(_, own, _)| *own);
    let of = |todos: Vec<(bool, bool, Todo)>| todos.into_iter().map(|(_, _, todo)| todo).collect::<Vec<_>>();
    (of(own), of(others))
}
