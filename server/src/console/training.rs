//! The training of a year: agencies, and officers who have not had their hours.
//!
//! Not here: entering a training (the page of the person).

use actix_web::{HttpResponse, get};
use askama::Template;
use sync_core::id::OfficerId;
use sync_core::qualification::HOURS_PER_YEAR;
use sync_core::role::Duty;

use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use crate::flow::caller::Caller;
use crate::flow::qualification::{self, AgencyYear, Hours};
use crate::store::Total;
use crate::web::State;
use crate::web::problem::Problem;

/// An agency in a year, as the page shows it.
struct Agency {
    name: String,
    officers: u32,
    trained: String,
    enough: String,
    reviewers: String,
}

/// An officer with hours.
struct Officer {
    id: String,
    name: String,
    hours: Hours,
    missing: i64,
}

#[derive(Template)]
#[template(path = "training.html")]
struct Training {
    page: Page,
    year: i16,
    /// Other years: the year and its address.
    years: Vec<(i16, String)>,
    wanted: u32,
    agencies: Vec<Agency>,
    officers: Vec<Officer>,
    pager: Pager,
}

/// Whether the caller sees the page.
pub fn may_see(caller: &Caller) -> bool {
    caller.must_have(Duty::QualificationRecords).is_ok()
}

/// "3 of 12 (25 %)", rounded down, so that a share below a limit never looks like one that reaches it.
fn share(part: u32, of: u32) -> String {
    let hundredths = u64::from(part).saturating_mul(1000).checked_div(u64::from(of));
    match hundredths {
        None => "—".to_owned(),
        Some(thousandths) => format!("{part}（{}.{}%）", thousandths / 10, thousandths % 10),
    }
}

fn agency(AgencyYear { agency, officers, trained, enough, reviewers }: AgencyYear) -> Agency {
    Agency {
        name: agency.name,
        officers,
        trained: share(trained, officers),
        enough: share(enough, officers),
        reviewers: share(reviewers, officers),
    }
}

/// The page.
#[get("/training")]
pub async fn read(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let today = app.clock.now().date();
    let asked = params.read("year", ("年度", "year"), |text| {
        text.parse::<i64>().ok().filter(|year| qualification::year(Some(*year), today).is_ok())
    });
    let year = qualification::year(asked, today)?;
    let place = PagePosition::read(&mut params, |text| text.parse().ok().map(|id: OfficerId| id.to_string()));
    let after = place.cursor.as_deref().and_then(|cursor| cursor.parse().ok());
    let agencies = qualification::agencies(&app, signed.caller.clone(), year).await?;
    let (found, more) = qualification::hours(&app, signed.caller.clone(), year, after, place.size).await?;
    let next = found.last().filter(|_| more).map(|(last, _)| last.id.to_string());
    let everybody = agencies.iter().map(|one| i64::from(one.officers)).sum();
    let said = format!("year={year}&");
    let pager = place.pager("/console/training", &said, found.len(), next.as_deref(), Total::Exactly(everybody));
    let years = (0..3).filter_map(|back| today.year().checked_sub(back)).filter(|other| *other != year);
    let officers = found.into_iter().map(|(person, hours)| Officer {
        id: person.id.to_string(),
        name: person.name,
        hours,
        missing: i64::from(HOURS_PER_YEAR).saturating_sub(hours.total()).max(0),
    });
    let shown = Training {
        page: Page::within(&signed, Part::Officers, ("培训与资格", "Training and qualification")).ignoring(&params),
        year,
        years: years.map(|year| (year, format!("/console/training?year={year}"))).collect(),
        wanted: HOURS_PER_YEAR,
        agencies: agencies.into_iter().map(agency).collect(),
        officers: officers.collect(),
        pager,
    };
    page::show(&signed.visit, &shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_and_of_nobody_there_is_none() {
        assert_eq!(share(1, 20), "1（5.0%）");
        assert_eq!(share(499, 10_000), "499（4.9%）", "below five percent");
        assert_eq!(share(3, 3), "3（100.0%）");
        assert_eq!(share(0, 0), "—");
    }
}
