//! `palm agencies`, `palm regions`, `palm items`: lists that offices keep as tables.

use std::path::{Path, PathBuf};

use crate::output;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use server::flow::list::{self, Act, Difference, Line, List, Outcome, Report};
use server::flow::sheet::Wrong;

use super::admin::existing;
use super::{Data, told};

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

/// Which file.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    data: Data,
    /// The list.
    file: PathBuf,
    /// Also lists the rows that change nothing.
    #[arg(long)]
    all: bool,
}

/// Which file, and why.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    data: Data,
    /// The list.
    file: PathBuf,
    /// The reason, which is kept with the import. 1 to 500 characters.
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

impl Agencies {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(List::Agencies),
            Self::Import(import) => import.run(List::Agencies),
            Self::Export(Export { data, file }) => {
                let app = existing(data)?;
                let bytes = told(list::export_agencies(&app.store, &app.tenant))?;
                let mut new = std::fs::File::create_new(&file).with_context(|| file.display().to_string())?;
                std::io::Write::write_all(&mut new, &bytes).with_context(|| file.display().to_string())?;
                output::line(file.display());
                Ok(())
            }
        }
    }
}

impl Table {
    /// Does it with this list.
    pub fn run(self, list: List) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(list),
            Self::Import(import) => import.run(list),
        }
    }
}

impl Check {
    fn run(self, list: List) -> anyhow::Result<()> {
        let (app, bytes) = (existing(self.data)?, read(&self.file)?);
        let found = told(list::check(&app.store, &app.tenant, list, &bytes))?;
        report(&found, self.all);
        anyhow::ensure!(
            !found.is_refused(),
            "不能导入：请按上面逐行所述修改后再试。 / Not to be imported: see the rows above."
        );
        Ok(())
    }
}

impl Import {
    fn run(self, list: List) -> anyhow::Result<()> {
        let (app, bytes) = (existing(self.data)?, read(&self.file)?);
        let act = Act { actor: None, reason: &self.reason };
        let found = told(list::import(&app.store, &app.tenant, (list, &bytes), act, app.clock.now()))?;
        report(&found, false);
        anyhow::ensure!(
            !found.is_refused(),
            "没有导入任何一行：请按上面逐行所述修改后再试。 / Nothing was imported: see the rows above."
        );
        Ok(())
    }
}

/// The bytes of a file within the bound.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let size = std::fs::metadata(file).with_context(|| file.display().to_string())?.len();
    let most = table::limit::FILE;
    let beyond = || table::NotATable::beyond(most, "字节", "bytes");
    anyhow::ensure!(size <= u64::try_from(most)?, "{}: {}", file.display(), beyond());
    std::fs::read(file).with_context(|| file.display().to_string())
}

/// A line for each row that matters, then the totals.
fn report(found: &Report, all: bool) {
    for Wrong { place, zh, en } in &found.notes {
        output::line(format_args!("{place}\t说明 note\t{zh} / {en}"));
    }
    for Wrong { place, zh, en } in &found.wrong {
        output::line(format_args!("{place}\t不接受 refused\t{zh} / {en}"));
    }
    for Line { row, name, outcome } in &found.lines {
        match outcome {
            Outcome::New => output::line(format_args!("{row}\t新增 new\t{name}")),
            Outcome::Changed(differences) => {
                for Difference { zh, en, old, new } in differences {
                    output::line(format_args!("{row}\t变更 changed\t{name} {zh} {en}: {old} → {new}"));
                }
            }
            Outcome::Unchanged if all => output::line(format_args!("{row}\t不变 unchanged\t{name}")),
            Outcome::Unchanged => {}
            Outcome::Refused(wrong) => {
                for Wrong { place, zh, en } in wrong {
                    output::line(format_args!("{place}\t不接受 refused\t{name} {zh} / {en}"));
                }
            }
        }
    }
    let [new, changed, unchanged, refused] = found.counts();
    output::line(format_args!(
        "合计 total: 新增 new {new}, 变更 changed {changed}, 不变 unchanged {unchanged}, 不接受 refused {refused}"
    ));
}
