//! `palm register`: rosters of enforcement staff (执法人员花名册).

use clap::Subcommand;
use server::flow::app::App;
use server::flow::register::{self, Act, Imported, Scope};
use server::flow::seen::Seen;
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
            Self::Export(Export { data, file }) => {
                let app = existing(data)?;
                let rows = told(register::export(&app.store, &whole(&app)))?;
                write(&file, &view::register::file(&rows, FileKind::Xlsx, app.clock.now().date())?.bytes)
            }
        }
    }
}

/// The operator on the machine enters people of all agencies.
fn whole(app: &App) -> Scope {
    Scope { tenant: app.tenant, reach: String::new() }
}
