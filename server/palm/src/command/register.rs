//! `palm register`: rosters of enforcement staff (执法人员花名册).

use std::path::PathBuf;

use crate::output;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use server::flow::app::App;
use server::flow::register::{self, Act, Comparison, Difference, Imported, Line, Outcome, Scope, Totals, Wrong};
use server::flow::seen::Seen;
use server::view::spreadsheet::file::FileKind;

use super::admin::existing;
use super::list::read;
use super::{Data, told};

/// Rosters of enforcement staff, as XLSX or CSV.
#[derive(Debug, Subcommand)]
pub enum Register {
    /// Tells what an import of a roster would do, row by row; writes nothing. Exits 1 if it would be refused.
    Check(Check),
    /// Imports a roster, all of it or nothing; the same file again changes nothing. Exits 1 if it is refused.
    Import(Import),
    /// Writes the register as a workbook that can be imported again.
    Export(Export),
}

/// Which roster.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    data: Data,
    /// The roster.
    file: PathBuf,
    /// Also lists the rows that change nothing.
    #[arg(long)]
    all: bool,
}

/// Which roster, and why.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    data: Data,
    /// The roster.
    file: PathBuf,
    /// The reason, which is kept with every change. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// Where to.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    data: Data,
    /// The workbook; one that is there is not replaced.
    file: PathBuf,
}

impl Register {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(Check { data, file, all }) => {
                let (app, bytes) = (existing(data)?, read(&file)?);
                let found = told(register::check(&app.store, &whole(&app), &bytes, app.clock.now()))?.comparison;
                report(&found, all);
                anyhow::ensure!(
                    !found.is_refused(),
                    "不能导入：请按上面逐行所述修改后再试。 / Not to be imported: see the rows above."
                );
            }
            Self::Import(Import { data, file, reason }) => {
                let (app, bytes) = (existing(data)?, read(&file)?);
                let act = Act { actor: None, reason: &reason, seen: Seen::Any, request: None };
                let done = told(register::import(&app.store, &whole(&app), &bytes, &act, app.clock.now()))?;
                let Imported::Now(found, _) = done else { return Ok(()) };
                report(&found, false);
                anyhow::ensure!(
                    !found.is_refused(),
                    "没有导入任何一行：请按上面逐行所述修改后再试。 / Nothing was imported: see the rows above."
                );
            }
            Self::Export(Export { data, file }) => {
                let app = existing(data)?;
                let rows = told(register::export(&app.store, &whole(&app)))?;
                let bytes = server::view::register::file(&rows, FileKind::Xlsx, app.clock.now().date())?.bytes;
                let mut new = std::fs::File::create_new(&file).with_context(|| file.display().to_string())?;
                std::io::Write::write_all(&mut new, &bytes).with_context(|| file.display().to_string())?;
                output::line(file.display());
            }
        }
        Ok(())
    }
}

/// The operator on the machine enters people of all agencies.
fn whole(app: &App) -> Scope {
    Scope { tenant: app.tenant, reach: String::new() }
}

/// A line for each row that matters, then the totals.
fn report(found: &Comparison, all: bool) {
    for Wrong { place, zh, en } in &found.notes {
        output::line(format_args!("{place}\t说明 note\t{zh} / {en}"));
    }
    for Wrong { place, zh, en } in &found.wrong {
        output::line(format_args!("{place}\t不接受 refused\t{zh} / {en}"));
    }
    for Line { row, name, agency, outcome } in &found.lines {
        match outcome {
            Outcome::New => output::line(format_args!("{row}\t新增 new\t{name} {agency}")),
            Outcome::Changed(differences) => {
                for Difference { zh, en, old, new } in differences {
                    output::line(format_args!("{row}\t变更 changed\t{name} {zh} {en}: {old} → {new}"));
                }
            }
            Outcome::Unchanged if all => output::line(format_args!("{row}\t不变 unchanged\t{name} {agency}")),
            Outcome::Unchanged => {}
            Outcome::Refused(wrong) => {
                for Wrong { place, zh, en } in wrong {
                    output::line(format_args!("{place}\t不接受 refused\t{name} {zh} / {en}"));
                }
            }
        }
    }
    let Totals { new, changed, unchanged, refused } = found.totals();
    output::line(format_args!(
        "合计 total: 新增 new {new}, 变更 changed {changed}, 不变 unchanged {unchanged}, 不接受 refused {refused}"
    ));
}
