//! `palm agencies`, `palm regions`, `palm items`: lists that offices keep as tables.

use clap::Subcommand;
use server::flow::list::{self, List};
use server::flow::register_event::By;
use server::view;
use server::view::spreadsheet::file::FileKind;

use super::admin::existing;
use super::table::{Check, Export, Import, read, tell_check, tell_import, write};
use super::told;

/// The list of agencies, as XLSX or CSV.
#[derive(Debug, Subcommand)]
pub enum Agencies {
    /// Tells what an import would do, row by row; writes nothing. Exits 1 if it would be refused.
    Check(Check),
    /// Imports the list, all of it or nothing; the same file again changes nothing. Exits 1 if it is refused.
    Import(Import),
    /// Writes the agencies as a workbook that can be imported again.
    Export(Export),
}

/// A list, as XLSX or CSV.
#[derive(Debug, Subcommand)]
pub enum Table {
    /// Tells what an import would do, row by row; writes nothing. Exits 1 if it would be refused.
    Check(Check),
    /// Imports the list, all of it or nothing; the same file again changes nothing. Exits 1 if it is refused.
    Import(Import),
}

impl Agencies {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(wanted) => check(wanted, List::Agencies),
            Self::Import(wanted) => import(wanted, List::Agencies),
            Self::Export(Export { data, file }) => {
                let app = existing(data)?;
                let rows = told(list::agency_rows(&app.store, &app.tenant))?;
                write(&file, &view::agency::file(&rows, FileKind::Xlsx, app.clock.now().date())?.bytes)
            }
        }
    }
}

impl Table {
    /// Does it with this list.
    pub fn run(self, list: List) -> anyhow::Result<()> {
        match self {
            Self::Check(wanted) => check(wanted, list),
            Self::Import(wanted) => import(wanted, list),
        }
    }
}

fn check(Check { data, file, all }: Check, list: List) -> anyhow::Result<()> {
    let (app, bytes) = (existing(data)?, read(&file)?);
    tell_check(&told(list::check(&app.store, &app.tenant, list, &bytes))?, all)
}

fn import(Import { data, file, reason }: Import, list: List) -> anyhow::Result<()> {
    let (app, bytes) = (existing(data)?, read(&file)?);
    let by = By { actor: None, reason: &reason };
    tell_import(&told(list::import(&app.store, &app.tenant, (list, &bytes), by, app.clock.now()))?)
}
