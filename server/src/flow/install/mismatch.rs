//! Why the parts of an installation are not taken for one.

use std::fmt;
use std::path::PathBuf;

use sync_core::id::TenantId;

use super::marker::MarkerError;
use crate::flow::keys::KeyError;
use crate::flow::refusal::Failure;

/// The installations of a database, as a refusal lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installations(pub Vec<(TenantId, String)>);

impl fmt::Display for Installations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (id, county)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{id} {}", if county.is_empty() { "-" } else { county })?;
        }
        Ok(())
    }
}

/// The database and the data directory do not belong together.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// The database was used with a key that is not here.
    #[error(
        "{0} is not there, and the database has been used with a server key: put back the keys/ of this installation \
         (from where they are kept apart, or from a backup made --with-keys) and start again. Only where they are lost \
         for good: `palm admin new-server-key --reason TEXT`; then every phone enrols again. / \
         缺少服务器密钥文件，而数据库已在使用一把密钥：请放回本套安装的 keys/（单独保管的副本，或含密钥的备份）后再启动。\
         确已遗失的，执行 palm admin new-server-key --reason 理由；之后所有终端须重新登记。"
    )]
    KeyMissing(PathBuf),
    /// The key that is here is not the one of the database.
    #[error(
        "{0} is not the key that the database was last used with: check that the data directory and the database belong \
         to the same installation, and put its keys/ back. Only where they are lost for good: \
         `palm admin new-server-key --reason TEXT`; then every phone enrols again. / \
         服务器密钥与数据库不符：请核对数据目录与数据库是否属于同一套安装，并放回其 keys/。\
         确已遗失的，执行 palm admin new-server-key --reason 理由；之后所有终端须重新登记。"
    )]
    OtherKey(PathBuf),
    /// There are keys, and the database is empty.
    #[error(
        "{0} is there, and the database is empty: check the address of the database, or restore it. To begin a new \
         installation, begin with an empty data directory. / \
         数据目录属于一套已有的安装，而数据库是空的：请核对数据库地址，或先恢复数据库。要新建安装，请使用空的数据目录。"
    )]
    DatabaseMissing(PathBuf),
    /// The marker names an installation that this database does not have.
    #[error(
        "{path} names an installation that is not in this database, which has: {held}. Check that the data directory and \
         the address of the database belong together. / \
         数据目录所属的安装不在此数据库中（数据库中有：{held}）：请核对数据目录与数据库地址是否属于同一套安装。"
    )]
    OtherDatabase {
        /// The marker.
        path: PathBuf,
        /// What the database has.
        held: Installations,
    },
    /// The database has installations, and the data directory does not say which is its own.
    #[error(
        "the database already has: {held}; and {path}, which says which of them this data directory belongs to, is not \
         there. Put back the data directory of the installation, or name it: `palm admin installation --id ID`. For \
         another county in the same database: `palm admin installation --new`, with a data directory of its own. / \
         数据库中已有安装：{held}；数据目录中没有说明属于哪一套的文件 {path}。请放回原数据目录，或执行 \
         palm admin installation --id 标识；要在同一数据库中为另一个县新建安装，请用新的数据目录执行 \
         palm admin installation --new。"
    )]
    Unnamed {
        /// The marker that is missing.
        path: PathBuf,
        /// What the database has.
        held: Installations,
    },
    /// The data directory belongs to an installation already.
    #[error(
        "{0} is there: the data directory belongs to an installation already. Use another data directory, or move the \
         file away if it is the wrong one. / 数据目录已属于一套安装（{0}）：请另用数据目录；确系有误的，先移走该文件。"
    )]
    Taken(PathBuf),
    /// No installation of the database has this id.
    #[error("the database has no installation {id}; it has: {held} / 数据库中没有安装 {id}；现有：{held}")]
    NoSuch {
        /// The id.
        id: TenantId,
        /// What the database has.
        held: Installations,
    },
    /// Another key is to be made for a database that has none.
    #[error("the database holds no installation: there is no key to replace / 数据库中没有安装，无密钥可换")]
    NoInstallation,
    /// A reason is asked for.
    #[error("a reason of 1 to 500 characters is needed / 须填写理由（1 至 500 字）")]
    NoReason,
}

/// Why an installation is not opened.
#[derive(Debug)]
pub enum MisfitOr {
    /// Its parts do not belong together.
    Mismatch(Mismatch),
    /// A key file cannot be used.
    Key(KeyError),
    /// The marker cannot be used.
    Marker(MarkerError),
    /// An internal error.
    Failure(Failure),
}

impl From<Mismatch> for MisfitOr {
    fn from(error: Mismatch) -> Self {
        Self::Mismatch(error)
    }
}

impl From<KeyError> for MisfitOr {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<Failure> for MisfitOr {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<MarkerError> for MisfitOr {
    fn from(error: MarkerError) -> Self {
        Self::Marker(error)
    }
}
