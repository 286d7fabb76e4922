//! Files that offices keep as tables: which file a command takes, and what it tells about it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::output;
use anyhow::Context as _;
use clap::Args;
use server::flow::sheet::Wrong;
use server::flow::sheet::report::{Difference, Line, Outcome, Report, Totals};

use super::Data;

/// Which file.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub data: Data,
    /// The table, as XLSX or CSV.
    pub file: PathBuf,
    /// Also lists the rows that change nothing.
    #[arg(long)]
    pub all: bool,
}

/// Which file, and why.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub data: Data,
    /// The table, as XLSX or CSV.
    pub file: PathBuf,
    /// The reason, which is kept with the import. 1 to 500 characters.
    #[arg(long)]
    pub reason: String,
}

/// Where to.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub data: Data,
    /// The workbook; one that is there is not replaced.
    pub file: PathBuf,
}

/// The bytes of a file within the bound.
pub fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let size = std::fs::metadata(file).with_context(|| file.display().to_string())?.len();
    let most = table::limit::FILE;
    let beyond = || table::NotATable::beyond(most, "字节", "bytes");
    anyhow::ensure!(size <= u64::try_from(most)?, "{}: {}", file.display(), beyond());
    std::fs::read(file).with_context(|| file.display().to_string())
}

/// Writes a file that is not there yet, and tells its name.
pub fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut new = std::fs::File::create_new(file).with_context(|| file.display().to_string())?;
    new.write_all(bytes).with_context(|| file.display().to_string())?;
    output::line(file.display());
    Ok(())
}

/// Tells what an import would do; a failure where it would be refused.
pub fn tell_check(found: &Report, all: bool) -> anyhow::Result<()> {
    tell(found, all);
    anyhow::ensure!(
        !found.is_refused(),
        "不能导入：请按上面逐行所述修改后再试。 / Not to be imported: see the rows above."
    );
    Ok(())
}

/// Tells what an import did; a failure where it was refused.
pub fn tell_import(found: &Report) -> anyhow::Result<()> {
    tell(found, false);
    anyhow::ensure!(
        !found.is_refused(),
        "没有导入任何一行：请按上面逐行所述修改后再试。 / Nothing was imported: see the rows above."
    );
    Ok(())
}

/// A line for each row that matters, then the totals.
fn tell(found: &Report, all: bool) {
    for Wrong { place, zh, en } in &found.notes {
        output::line(format_args!("{place}\t说明 note\t{zh} / {en}"));
    }
    for Wrong { place, zh, en } in &found.wrong {
        output::line(format_args!("{place}\t不接受 refused\t{zh} / {en}"));
    }
    for Line { row, name, agency, outcome } in &found.lines {
        let space = if agency.is_empty() { "" } else { " " };
        match outcome {
            Outcome::New => output::line(format_args!("{row}\t新增 new\t{name}{space}{agency}")),
            Outcome::Changed(differences) => {
                for Difference { zh, en, old, new } in differences {
                    output::line(format_args!("{row}\t变更 changed\t{name} {zh} {en}: {old} → {new}"));
                }
            }
            Outcome::Unchanged if all => {
                output::line(format_args!("{row}\t不变 unchanged\t{name}{space}{agency}"));
            }
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
