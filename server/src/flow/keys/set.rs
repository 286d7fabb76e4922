//! The keys of one purpose: one signs, and those before it still verify for a while.
//!
//! Promise: a key is named by its thumbprint (RFC 7638), and its algorithm follows from the key, never from what was
//! signed. A rotation is atomic: after a crash either the old key or the new one signs, and both verify. Not here: which
//! statements are signed.
//!
//! The files of a purpose `x` are `keys/x.pk8`, which signs, and `keys/x.until-MILLISECONDS.pk8`, each of which verifies
//! until then.

use std::path::{Path, PathBuf};

use sync_core::proof::thumbprint;
use sync_core::sign::{PublicKey, Signer as _};
use sync_core::time::Instant;

use super::{KEYS, KeyError, ServerKey, private_directory};

/// The algorithms with which this server signs and verifies. A closed list: no algorithm is taken from a signed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
}

impl Algorithm {
    /// The name in JOSE headers and key sets (RFC 7518 §3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
        }
    }
}

/// A key that verifies.
#[derive(Debug, Clone)]
pub struct SetKey {
    /// The thumbprint.
    pub kid: String,
    /// The key.
    pub key: ServerKey,
    /// Until when it verifies; none for the key that signs.
    pub until: Option<Instant>,
}

impl SetKey {
    fn of(key: ServerKey, until: Option<Instant>) -> Self {
        Self { kid: thumbprint(&key.public_key()), key, until }
    }

    /// The algorithm of the key.
    pub const fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        self.key.public_key()
    }
}

/// The keys of one purpose.
#[derive(Debug, Clone)]
pub struct KeySet {
    signing: SetKey,
    earlier: Vec<SetKey>,
}

impl KeySet {
    /// A set of one key.
    pub fn of(key: ServerKey) -> Self {
        Self { signing: SetKey::of(key, None), earlier: Vec::new() }
    }

    /// Reads the keys of a purpose below a data directory, and creates the one that signs if it is missing.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(directory: &Path, purpose: &str) -> Result<Self, KeyError> {
        let keys = directory.join(KEYS);
        private_directory(&keys)?;
        let signing = SetKey::of(ServerKey::open(&path(&keys, purpose))?, None);
        let mut earlier = Vec::new();
        for (until, path) in earlier_files(&keys, purpose)? {
            let key = SetKey::of(ServerKey::open(&path)?, Some(until));
            // After a crash in the middle of a rotation the key that signs has both names.
            if key.kid != signing.kid {
                earlier.push(key);
            }
        }
        Ok(Self { signing, earlier })
    }

    /// Creates a new key that signs from now on. The one before verifies until `until`. Files of keys that have ended at
    /// `now` are removed: they can forge nothing that is still accepted, and verify nothing.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn rotate(directory: &Path, purpose: &str, now: Instant, until: Instant) -> Result<Self, KeyError> {
        let keys = directory.join(KEYS);
        let current = path(&keys, purpose);
        drop(Self::open(directory, purpose)?);
        let next = keys.join(format!("{purpose}.next.pk8"));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyError::File { path, source }
        };
        if next.exists() {
            std::fs::remove_file(&next).map_err(failed(&next))?;
        }
        drop(ServerKey::open(&next)?);
        let kept = keys.join(format!("{purpose}.until-{}.pk8", until.ms()));
        std::fs::hard_link(&current, &kept).map_err(failed(&kept))?;
        std::fs::rename(&next, &current).map_err(failed(&current))?;
        for (ended, path) in earlier_files(&keys, purpose)? {
            if ended <= now {
                std::fs::remove_file(&path).map_err(failed(&path))?;
            }
        }
        std::fs::File::open(&keys).and_then(|keys| keys.sync_all()).map_err(failed(&keys))?;
        Self::open(directory, purpose)
    }

    /// The key that signs.
    pub const fn signing(&self) -> &SetKey {
        &self.signing
    }

    /// The keys that verify at `now`, the one that signs first.
    pub fn verifying(&self, now: Instant) -> impl Iterator<Item = &SetKey> {
        let earlier = self.earlier.iter().filter(move |key| key.until.is_none_or(|until| now < until));
        std::iter::once(&self.signing).chain(earlier)
    }

    /// The key of this name, if it verifies at `now`.
    pub fn find(&self, kid: &str, now: Instant) -> Option<&SetKey> {
        self.verifying(now).find(|key| key.kid == kid)
    }
}

fn path(keys: &Path, purpose: &str) -> PathBuf {
    keys.join(format!("{purpose}.pk8"))
}

/// The files of keys that only verify, with their ends.
fn earlier_files(keys: &Path, purpose: &str) -> Result<Vec<(Instant, PathBuf)>, KeyError> {
    let failed = |source| KeyError::File { path: keys.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(keys).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let until = name.strip_prefix(purpose).and_then(|rest| rest.strip_prefix(".until-")?.strip_suffix(".pk8"));
        if let Some(until) = until.and_then(|until| until.parse().ok()) {
            found.push((Instant::from_ms(until), path));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_ms(1_795_363_200_000);

    #[test]
    fn after_a_rotation_the_new_key_signs_and_the_old_one_verifies_until_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let first = KeySet::open(directory.path(), "x").unwrap().signing().kid.clone();
        let until = NOW.plus_ms(1000);
        let set = KeySet::rotate(directory.path(), "x", NOW, until).unwrap();
        let second = set.signing().kid.clone();
        assert_ne!(first, second);
        let kids = |now| set.verifying(now).map(|key| key.kid.clone()).collect::<Vec<_>>();
        assert_eq!(kids(NOW.plus_ms(999)), [second.clone(), first.clone()]);
        assert_eq!(kids(until), std::slice::from_ref(&second));
        assert!(set.find(&first, NOW.plus_ms(999)).is_some() && set.find(&first, until).is_none());
        let again = KeySet::open(directory.path(), "x").unwrap();
        assert_eq!(again.verifying(NOW).count(), 2, "other processes read the same");
        let third = KeySet::rotate(directory.path(), "x", until, until.plus_ms(1000)).unwrap();
        assert_eq!(third.earlier.iter().map(|key| key.kid.clone()).collect::<Vec<_>>(), [second], "what ended is gone");
        assert_eq!(KeySet::open(directory.path(), "y").unwrap().verifying(NOW).count(), 1, "another purpose");
    }

    #[test]
    fn a_rotation_that_stopped_in_the_middle_is_done_again() {
        let directory = tempfile::tempdir().unwrap();
        let first = KeySet::open(directory.path(), "x").unwrap().signing().kid.clone();
        let keys = directory.path().join(KEYS);
        std::fs::hard_link(keys.join("x.pk8"), keys.join(format!("x.until-{}.pk8", NOW.ms()))).unwrap();
        drop(ServerKey::open(&keys.join("x.next.pk8")).unwrap());
        let set = KeySet::open(directory.path(), "x").unwrap();
        assert_eq!((set.signing().kid.clone(), set.verifying(NOW).count()), (first.clone(), 1));
        let set = KeySet::rotate(directory.path(), "x", NOW.plus_ms(-1), NOW.plus_ms(7)).unwrap();
        assert!(set.find(&first, NOW.plus_ms(6)).is_some());
    }
}
