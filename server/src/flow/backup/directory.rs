//! The directory of a backup: created before the backup, and checked name by name afterwards.
//!
//! Promise: [`prepare`] creates an empty directory outside of the installation that only its owner can enter.
//! [`account_for`] opens no file and accepts no name that the manifest does not account for, so a restore copies
//! nothing else. Not here: whether the bytes are right.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use sync_core::id::Digest;

use crate::flow::install::marker;

use super::{BackupError, DATABASE, KEYS, MANIFEST, at};

/// Creates the directory `to`, or accepts an empty one. Returns whether it created it.
pub(super) fn prepare(directory: &Path, to: &Path) -> Result<bool, BackupError> {
    let target = resolved(to).map_err(at(to))?;
    match directory.canonicalize() {
        Ok(source) if target.starts_with(&source) => return Err(BackupError::Inside(to.to_owned())),
        Ok(_) => {}
        // If the database is elsewhere, the data directory need not exist; then no path is inside it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(directory)(error)),
    }
    let made = !target.exists();
    DirBuilder::new().recursive(true).mode(0o700).create(&target).map_err(at(to))?;
    if target.read_dir().map_err(at(to))?.next().is_some() {
        return Err(BackupError::NotEmpty(to.to_owned()));
    }
    std::fs::set_permissions(&target, Permissions::from_mode(0o700)).map_err(at(to))?;
    Ok(made)
}

/// Resolves a path of which only the beginning needs to exist.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    for there in whole.ancestors() {
        match there.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(real) => {
                let rest = whole.strip_prefix(there).map_err(io::Error::other)?;
                if rest.components().any(|part| part == Component::ParentDir) {
                    return Err(io::Error::other("`..` after a directory that is not there"));
                }
                return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
            }
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Checks every name in a backup, and returns the names of the evidence.
pub(super) fn account_for(from: &Path, keys: bool) -> Result<BTreeSet<Digest>, BackupError> {
    directory(from)?;
    for name in names(from)? {
        let path = from.join(&name);
        match name.as_str() {
            MANIFEST | DATABASE | marker::FILE => regular(&path)?,
            "evidence" => directory(&path)?,
            "keys" if keys => key_files(&path)?,
            _ => return Err(BackupError::Surplus(path)),
        }
    }
    evidence(&from.join("evidence"))
}

fn key_files(keys: &Path) -> Result<(), BackupError> {
    directory(keys)?;
    if let Some(other) = names(keys)?.iter().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(BackupError::Surplus(keys.join(other)));
    }
    KEYS.iter().try_for_each(|key| regular(&keys.join(key)))
}

fn evidence(root: &Path) -> Result<BTreeSet<Digest>, BackupError> {
    let mut found = BTreeSet::new();
    directory(root)?;
    for name in names(root)? {
        let path = root.join(&name);
        directory(&path)?;
        let files = names(&path)?;
        match (name.as_str(), files.first()) {
            ("uploads" | "damaged", None) => {}
            ("uploads" | "damaged", Some(file)) => return Err(BackupError::Surplus(path.join(file))),
            ("files", _) => files.iter().try_for_each(|shard| shard_of(&path.join(shard), shard, &mut found))?,
            _ => return Err(BackupError::Surplus(path)),
        }
    }
    Ok(found)
}

fn shard_of(path: &Path, shard: &str, found: &mut BTreeSet<Digest>) -> Result<(), BackupError> {
    directory(path)?;
    for name in names(path)? {
        let file = path.join(&name);
        regular(&file)?;
        match name.parse::<Digest>() {
            Ok(digest) if digest.to_string() == name && name.starts_with(shard) && shard.len() == 2 => {
                found.insert(digest);
            }
            Ok(_) | Err(_) => return Err(BackupError::Surplus(file)),
        }
    }
    Ok(())
}

fn names(directory: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    for entry in directory.read_dir().map_err(at(directory))? {
        let name = entry.map_err(at(directory))?.file_name();
        found.push(name.into_string().map_err(|name| BackupError::Surplus(directory.join(name)))?);
    }
    found.sort_unstable();
    Ok(found)
}

fn directory(path: &Path) -> Result<(), BackupError> {
    let kind = path.symlink_metadata().map_err(at(path))?;
    if kind.is_dir() { Ok(()) } else { Err(BackupError::Irregular(path.to_owned())) }
}

/// Only regular files are opened: opening a pipe would block, and a link leads elsewhere.
pub(super) fn regular(path: &Path) -> Result<(), BackupError> {
    let kind = path.symlink_metadata().map_err(at(path))?;
    if kind.is_file() { Ok(()) } else { Err(BackupError::Irregular(path.to_owned())) }
}
