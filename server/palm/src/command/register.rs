//! `palm register`: rosters of enforcement staff (执法人员花名册).

use crate::output;
use clap::Subcommand;
use server::flow::app::App;
use server::flow::refusal::Failure;
use server::flow::register::{self, Act, Imported, Scope, provincial};
use server::flow::register_event::By;
use server::flow::seen::Seen;
use server::flow::sheet::Wrong;
use server::view;
use server::view::spreadsheet::file::FileKind;

use super::admin::existing;
use super::table::{Check, Export, Import, read, tell_check, tell_import, write};
use super::told;

/// Rosters of enforcement staff, as XLSX or CSV.
#[derive(Debug, Subcommand)]
pub enum Register {
    /// Tells what an import of a roster would do, row by row; writes nothing. Exits 1 if it would be refused.
    Check(Check),
    /// Imports a roster, all of it or nothing; the same file again changes nothing. Exits 1 if it is refused.
    Import(Import),
    /// Compares the certificates with an export of the provincial register, and keeps it as their source where both agree.
    /// Exits 1 if they differ.
    Verify(Import),
    /// Writes the register as a workbook that can be imported again.
    Export(Export),
}

impl Register {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(Check { data, file, all }) => {
                let (app, bytes) = (existing(data)?, read(&file)?);
                let found = told(register::check(&app.store, &whole(&app), &bytes, app.clock.now()))?.comparison;
                tell_check(&found.report, all)
            }
            Self::Import(Import { data, file, reason }) => {
                let (app, bytes) = (existing(data)?, read(&file)?);
                let act = Act { actor: None, reason: &reason, seen: Seen::Any, request: None };
                let done = told(register::import(&app.store, &whole(&app), &bytes, &act, app.clock.now()))?;
                let Imported::Now(found, _) = done else { return Ok(()) };
                tell_import(&found.report)
            }
            Self::Verify(Import { data, file, reason }) => {
                let (app, bytes) = (existing(data)?, read(&file)?);
                let export = told(provincial::Export::open(&file, &bytes).map_err(Failure::Refused))?;
                let by = By { actor: None, reason: &reason };
                let found = told(provincial::compare(&app.store, &whole(&app), &export, by, app.clock.now()))?;
                tell_compared(&export, &found)
            }
            Self::Export(Export { data, file }) => {
                let app = existing(data)?;
                let rows = told(register::export(&app.store, &whole(&app)))?;
                write(&file, &view::register::file(&rows, FileKind::Xlsx, app.clock.now().date())?.bytes)
            }
        }
    }
}

/// A line for each difference and each row that could not be read, then the totals; a failure where there are any.
fn tell_compared(export: &provincial::Export, found: &provincial::Compared) -> anyhow::Result<()> {
    for Wrong { place, zh, en } in &export.wrong {
        output::line(format_args!("{place}\t未读取 not read\t{zh} / {en}"));
    }
    for provincial::Disagreement { number, what: (zh, en), here, there } in &found.differ {
        output::line(format_args!("{number}\t不一致 differs\t{zh} {en}: {here} ≠ {there}"));
    }
    let provincial::Compared { agree, stated, missing, differ: _ } = found;
    output::line(format_args!(
        "合计 total: 一致 agree {agree}, 新登记来源 stated {stated}, 省级数据库未收录 missing {missing}"
    ));
    anyhow::ensure!(
        export.wrong.is_empty() && found.differ.is_empty(),
        "两个数据库不一致：请按上面逐项核对并更正。 / The registers differ: see the rows above, and correct what is wrong."
    );
    Ok(())
}

/// The operator on the machine enters people of all agencies.
fn whole(app: &App) -> Scope {
    Scope { tenant: app.tenant, reach: String::new() }
}
