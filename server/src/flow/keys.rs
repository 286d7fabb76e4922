//! The server's keys: files in the data directory, one per purpose.
//!
//! Promise: a key file and its directory are created with access for the owner only, whatever the umask, and are
//! refused if others can read them. The server key of the tenant signs changes, leases and receipts; the token keys
//! sign access tokens only, and are rotated ([`set`]); the credential key signs credentials and status lists. Not here: rotation of the server key, and keys in hardware, which
//! fit behind [`sync_core::sign::Signer`].

pub mod set;

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use sha2::{Digest as _, Sha256};
use sync_core::id::{DeviceId, TenantId};
use sync_core::sign::{PublicKey, Signer, SignerError, Verifier};

pub use set::KeySet;

/// A key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Reading or writing failed.
    #[error("key file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else than the owner can read it.
    #[error("key file {0} can be read by others: chmod 600")]
    Exposed(PathBuf),
    /// Another user can read or write the directory of the keys.
    #[error("the directory {0} of the keys is open to others: chmod 700, and look who put what into it")]
    OpenDirectory(PathBuf),
    /// Its secret is a number that people write into tests and examples.
    #[error("key file {0} holds a test key that everybody knows: remove it, and a new one is made")]
    Published(PathBuf),
    /// Not a P-256 key in PKCS#8.
    #[error("key file {0} is not a P-256 key in PKCS#8")]
    Unusable(PathBuf),
    /// Another process uses it.
    #[error("key file {0} is in use: stop the server first / 密钥文件正在使用：请先停止服务器")]
    InUse(PathBuf),
    /// No key could be made.
    #[error("the machine could not create a key")]
    Generate,
}

/// A P-256 key held by this process. Cloning shares it.
#[derive(Clone)]
pub struct ServerKey {
    pair: Arc<EcdsaKeyPair>,
    public: PublicKey,
    pkcs8: Arc<[u8]>,
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The keys of this installation.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Signs changes, leases and receipts.
    pub server: ServerKey,
    /// Sign access tokens.
    pub token: KeySet,
    /// Signs credentials and their status list.
    pub credential: ServerKey,
    /// The file of the server's key. It is locked while it is in use, so that it is not replaced meanwhile.
    _in_use: Arc<File>,
}

/// Name of the directory of keys below the data directory.
const KEYS: &str = "keys";
/// Name of the file of the server's key in it.
const SERVER: &str = "server.pk8";

/// Purpose of the keys that sign access tokens.
pub const TOKEN: &str = "token";
/// How long a token key verifies after it was replaced: longer than a token lasts, and longer than a process goes on
/// signing with it.
const OVERLAP_MS: i64 = 15 * 60 * 1000;

/// Replaces the key that signs access tokens; running servers notice within seconds. Tokens of the key before are valid
/// until they expire; with `at_once` they end now, for a key that was exposed.
///
/// # Errors
/// [`KeyError`].
pub fn rotate_token_key(directory: &Path, at_once: bool, now: sync_core::time::Instant) -> Result<String, KeyError> {
    let until = if at_once { now } else { now.plus_ms(OVERLAP_MS) };
    Ok(KeySet::rotate(directory, TOKEN, now, until)?.signing().kid.clone())
}

/// Path of the server's key below a data directory.
pub fn server_key_path(directory: &Path) -> PathBuf {
    directory.join(KEYS).join(SERVER)
}

impl Keys {
    /// Reads the key files under `directory`, and creates missing ones.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(directory: &Path) -> Result<Self, KeyError> {
        let keys = directory.join(KEYS);
        private_directory(&keys)?;
        let path = keys.join(SERVER);
        let (installed, without_token) = (path.exists(), !keys.join("token.pk8").exists());
        let server = ServerKey::open(&path)?;
        if installed && without_token {
            tracing::warn!(
                "keys/token.pk8 did not exist and was created: access tokens end now, phones fetch new ones"
            );
        }
        let failed = |source| KeyError::File { path: path.clone(), source };
        let in_use = File::open(&path).map_err(failed)?;
        in_use.try_lock_shared().map_err(|error| failed(error.into()))?;
        let credential = ServerKey::open(&keys.join("credential.pk8"))?;
        Ok(Self { server, token: KeySet::open(directory, TOKEN)?, credential, _in_use: Arc::new(in_use) })
    }

    /// Creates another server key; an existing one is moved aside, not deleted.
    ///
    /// # Errors
    /// [`KeyError::InUse`] while a server or a command uses it; another [`KeyError`].
    pub fn replace_server(directory: &Path, now: sync_core::time::Instant) -> Result<Self, KeyError> {
        let path = server_key_path(directory);
        let failed = |source| KeyError::File { path: path.clone(), source };
        match File::open(&path) {
            Ok(file) => {
                file.try_lock().map_err(|error| match error {
                    TryLockError::WouldBlock => KeyError::InUse(path.clone()),
                    TryLockError::Error(source) => failed(source),
                })?;
                std::fs::rename(&path, path.with_extension(format!("replaced-{}", now.ms()))).map_err(failed)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Self::open(directory)
    }

    /// A secret of this installation for one purpose, derived from the server's key.
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        Sha256::new_with_prefix(purpose).chain_update([0]).chain_update(self.server.pkcs8()).finalize().into()
    }

    /// The server as a device of its tenant: the id follows from the key, so another key is another device.
    pub fn server_device(&self, tenant: &TenantId) -> DeviceId {
        let digest = Sha256::new_with_prefix(b"palm/v1/server-device\0")
            .chain_update(tenant.bytes())
            .chain_update(self.server.public.bytes())
            .finalize();
        let mut id = [0; DeviceId::LEN];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        DeviceId::new(id)
    }
}

/// Creates the directory with access for its owner only, whatever the umask, or refuses an existing one that is open
/// to others.
fn private_directory(path: &Path) -> Result<(), KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    match DirBuilder::new().mode(0o700).create(path) {
        // The umask can only have taken rights away from the owner.
        Ok(()) => std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 { Err(KeyError::OpenDirectory(path.to_owned())) } else { Ok(()) }
        }
        Err(error) => Err(failed(error)),
    }
}

impl ServerKey {
    /// Reads the key at `path`, or creates one there.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        match File::open(path) {
            Ok(mut file) => {
                let mode = file.metadata().map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(KeyError::Exposed(path.to_owned()));
                }
                let mut pkcs8 = Vec::new();
                file.read_to_end(&mut pkcs8).map_err(failed)?;
                let key = Self::from_pkcs8(&pkcs8).ok_or_else(|| KeyError::Unusable(path.to_owned()))?;
                if key.is_published() { Err(KeyError::Published(path.to_owned())) } else { Ok(key) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(failed(error)),
        }
    }

    /// A key that lives as long as the process: for tests.
    ///
    /// # Errors
    /// [`KeyError::Generate`].
    pub fn ephemeral() -> Result<Self, KeyError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_unspecified| KeyError::Generate)?;
        Self::from_pkcs8(document.as_ref()).ok_or(KeyError::Generate)
    }

    fn create(path: &Path) -> Result<Self, KeyError> {
        let key = Self::ephemeral()?;
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        // Written completely beside it and then linked: the installation could not start with a half-written key.
        let fresh = path.with_extension(format!("new-{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(failed)?;
        file.write_all(&key.pkcs8).and_then(|()| file.sync_all()).map_err(failed)?;
        // The hard link fails if another process was first; then its key is used.
        let linked = std::fs::hard_link(&fresh, path);
        std::fs::remove_file(&fresh).map_err(failed)?;
        match linked {
            Ok(()) => {
                let directory = path.parent().unwrap_or(Path::new("."));
                File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
                Ok(key)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::open(path),
            Err(error) => Err(failed(error)),
        }
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        let public = PublicKey::from_slice(pair.public_key().as_ref())?;
        Some(Self { pair: Arc::new(pair), public, pkcs8: pkcs8.into() })
    }

    /// Whether the secret is one repeated byte or a small number. Generated keys never are; published test keys are.
    fn is_published(&self) -> bool {
        let Ok(secret) = self.pair.private_key().as_be_bytes() else { return false };
        let secret: &[u8] = (*secret).as_ref();
        let (first, small) = (secret.first(), secret.split_last_chunk::<4>().map(|(high, _)| high));
        secret.iter().all(|byte| Some(byte) == first) || small.is_some_and(|high| high.iter().all(|byte| *byte == 0))
    }

    /// PKCS#8, for the token library only.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl Signer for ServerKey {
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .map_err(|_unspecified| SignerError("aws-lc refused".to_owned()))?;
        signature.as_ref().try_into().map_err(|_length| SignerError("not 64 bytes".to_owned()))
    }

    fn public_key(&self) -> PublicKey {
        self.public
    }
}

/// Checks ES256 signatures with aws-lc: about eight times as fast as the pure-Rust verifier of the phones.
#[derive(Debug, Clone, Copy, Default)]
pub struct FastVerifier;

impl Verifier for FastVerifier {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.bytes()).verify(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::sign::{SoftwareKey, SoftwareVerifier};

    #[test]
    fn a_key_file_is_private_and_the_same_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let first = Keys::open(directory.path()).unwrap();
        let again = Keys::open(directory.path()).unwrap();
        assert_eq!(first.server.public_key(), again.server.public_key());
        assert_ne!(first.server.public_key(), first.token.signing().public());
        let mode = std::fs::metadata(directory.path().join("keys/server.pk8")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        Keys::open(directory.path()).unwrap();
        let path = directory.path().join("keys/token.pk8");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Keys::open(directory.path()), Err(KeyError::Exposed(_))));
    }

    #[test]
    fn a_directory_of_keys_that_is_open_to_others_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        Keys::open(directory.path()).unwrap();
        let keys = directory.path().join("keys");
        let mode = || std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o700);
        for open in [0o710, 0o701, 0o750, 0o777] {
            std::fs::set_permissions(&keys, Permissions::from_mode(open)).unwrap();
            assert!(matches!(Keys::open(directory.path()), Err(KeyError::OpenDirectory(_))), "{open:o}");
        }
        std::fs::set_permissions(&keys, Permissions::from_mode(0o500)).unwrap();
        Keys::open(directory.path()).unwrap();
    }

    #[test]
    fn a_key_out_of_a_test_or_an_example_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token.pk8");
        let mut small = [0; 32];
        small[31] = 9;
        for secret in [[7; 32], small] {
            let public = *SoftwareKey::from_secret(&secret).unwrap().public_key().bytes();
            let pair =
                EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &secret, &public);
            std::fs::write(&path, pair.unwrap().to_pkcs8v1().unwrap().as_ref()).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(ServerKey::open(&path), Err(KeyError::Published(_))));
        }
        assert!(!ServerKey::ephemeral().unwrap().is_published());
    }

    #[test]
    fn both_implementations_accept_each_other() {
        let ours = ServerKey::ephemeral().unwrap();
        let theirs = SoftwareKey::from_secret(&[7; 32]).unwrap();
        let (a, b) = (ours.sign(b"m").unwrap(), theirs.sign(b"m").unwrap());
        assert!(SoftwareVerifier.verify(&ours.public_key(), b"m", &a));
        assert!(FastVerifier.verify(&theirs.public_key(), b"m", &b));
        assert!(!FastVerifier.verify(&theirs.public_key(), b"n", &b));
        assert!(!FastVerifier.verify(&ours.public_key(), b"m", &b));
    }
}
