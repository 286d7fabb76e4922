//! The demonstration, chapter by chapter.
//!
//! Promise: each chapter acts through the phones or the API and then verifies the result by reading back. A chapter
//! that fails ends the demonstration and counts as a claim that did not hold.

mod closing;
mod county;
mod departure;
mod homecoming;
mod offline;
mod review;
mod supervision;

use super::stage::{Stage, Team};

pub use departure::pids;

/// Plays all chapters. Returns the phones if the chapter that enrols them succeeded.
pub fn tell(stage: &mut Stage) -> Option<Team> {
    let mut team = None;
    if let Err(error) = chapters(stage, &mut team) {
        stage.checks.broke_off(&stage.account, &error);
    }
    team
}

fn chapters(stage: &mut Stage, team: &mut Option<Team>) -> anyhow::Result<()> {
    county::tell(stage)?;
    let team = team.insert(departure::tell(stage)?);
    let matters = offline::tell(stage, team)?;
    homecoming::tell(stage, team, &matters)?;
    let matter = &matters.restaurant;
    review::tell(stage, team, &matters)?;
    closing::tell(stage, team, &matters)?;
    supervision::tell(stage, matter)
}
