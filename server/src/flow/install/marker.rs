//! The file of a data directory that says which installation of the database it belongs to.
//!
//! Promise: the file is complete or absent, and names one installation. While an installation is being entered into the
//! database its file has another name, so that an interrupted start is continued and a file that names an installation
//! of another database is never taken for one. Not here: whether the database has that installation (`super`).

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sync_core::id::TenantId;

/// Name of the file.
pub const FILE: &str = "installation";
/// Its name until the installation is in the database.
const BEGUN: &str = "installation.new";

/// A marker cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MarkerError {
    /// Reading or writing failed.
    #[error("{path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It names nothing.
    #[error(
        "{0} does not name an installation: put it back from a backup, or remove it, and `palm admin installation` names \
         it again / {0} 的内容不是一套安装的标识：请从备份放回，或删除后执行 palm admin installation 重新指定。"
    )]
    Unreadable(PathBuf),
}

/// What a data directory says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// It belongs to this installation.
    Named(TenantId),
    /// A start was interrupted while it entered this installation into the database.
    Begun(TenantId),
    /// Nothing.
    Absent,
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> MarkerError {
    let path = path.to_owned();
    move |source| MarkerError::File { path, source }
}

/// Keeps every other process from naming the installation of this directory, until it is dropped.
///
/// # Errors
/// [`MarkerError::File`].
pub fn lock(directory: &Path) -> Result<File, MarkerError> {
    let handle = File::open(directory).map_err(at(directory))?;
    handle.lock().map_err(at(directory))?;
    Ok(handle)
}

/// Path of the marker.
pub fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Reads it.
///
/// # Errors
/// [`MarkerError`].
pub fn read(directory: &Path) -> Result<Marker, MarkerError> {
    if let Some(named) = read_file(&path(directory))? {
        return Ok(Marker::Named(named));
    }
    Ok(read_file(&directory.join(BEGUN))?.map_or(Marker::Absent, Marker::Begun))
}

fn read_file(path: &Path) -> Result<Option<TenantId>, MarkerError> {
    match std::fs::read_to_string(path) {
        Ok(text) => text.trim().parse().map(Some).map_err(|_not_an_id| MarkerError::Unreadable(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(MarkerError::Unreadable(path.to_owned())),
        Err(error) => Err(at(path)(error)),
    }
}

/// Writes down that this installation is about to be entered into the database.
///
/// # Errors
/// [`MarkerError::File`].
pub fn begin(directory: &Path, tenant: &TenantId) -> Result<(), MarkerError> {
    write(directory, BEGUN, tenant)
}

/// Writes down that the directory belongs to this installation, which the database has.
///
/// # Errors
/// [`MarkerError::File`].
pub fn name(directory: &Path, tenant: &TenantId) -> Result<(), MarkerError> {
    write(directory, BEGUN, tenant)?;
    let (from, to) = (directory.join(BEGUN), path(directory));
    std::fs::rename(&from, &to).map_err(at(&to))?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(at(directory))
}

/// Written completely beside it and then renamed: half an id would name nothing.
fn write(directory: &Path, name: &str, tenant: &TenantId) -> Result<(), MarkerError> {
    let (to, fresh) = (directory.join(name), directory.join(format!("{name}.part")));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(at(&fresh))?;
    file.write_all(format!("{tenant}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(at(&fresh))?;
    std::fs::rename(&fresh, &to).map_err(at(&to))?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(at(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: TenantId = TenantId::new([7; TenantId::LEN]);

    #[test]
    fn a_marker_is_begun_then_named_and_reads_the_same() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read(directory.path()).unwrap(), Marker::Absent);
        begin(directory.path(), &ONE).unwrap();
        assert_eq!(read(directory.path()).unwrap(), Marker::Begun(ONE));
        name(directory.path(), &ONE).unwrap();
        assert_eq!(read(directory.path()).unwrap(), Marker::Named(ONE));
        let left: Vec<_> = directory.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [FILE]);
    }

    #[test]
    fn a_marker_that_names_nothing_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let half = &ONE.to_string()[1..];
        for wrong in [b"".as_slice(), b"\xff\xfe", half.as_bytes()] {
            std::fs::write(path(directory.path()), wrong).unwrap();
            assert!(matches!(read(directory.path()), Err(MarkerError::Unreadable(_))), "{wrong:?}");
        }
    }
}
