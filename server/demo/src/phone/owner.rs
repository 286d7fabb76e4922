//! The enrolled phone: its store and its key.
//!
//! Promise: every save is signed by the key in the directory. A save with `pause` stops inside the COMMIT of its
//! transaction, with everything written and nothing durable, and never continues.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use serde_json::json;
use sync_core::device::{Device, Enrolment, Moment, Options, Save, Saved, StoreError};
use sync_core::id::DeviceId;
use sync_core::sign::SignerError;

use super::answer::CommandError;
use super::folder::Folder;
use super::say;
use server::flow::keys::{FastVerifier, KeyError, ServerKey};
use server::random;

/// Stops the next commit on request.
#[derive(Debug, Clone, Default)]
pub(super) struct Pause(Arc<AtomicBool>);

impl Pause {
    /// The next commit reports it and waits to be killed.
    pub fn arm(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// A refused save has no commit, so cancel the stop.
    pub fn disarm(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// SQLite's commit hook, called before a page is written; true would roll back.
    fn hook(&self) -> impl FnMut() -> bool + Send + 'static {
        let armed = Arc::clone(&self.0);
        move || {
            if armed.load(Ordering::SeqCst) {
                // The parent sees the line or the pipe is broken; either way this process does not commit.
                drop(say(&json!({"event": "paused"})));
                loop {
                    std::thread::park();
                }
            }
            false
        }
    }
}

/// Store and key.
#[derive(Debug)]
pub(super) struct Owner {
    /// The store.
    pub device: Device,
    /// The key.
    pub key: ServerKey,
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        Self::broken(error)
    }
}

impl From<SignerError> for CommandError {
    fn from(error: SignerError) -> Self {
        Self::broken(error)
    }
}

fn connect(folder: &Folder, pause: &Pause) -> Result<Connection, CommandError> {
    let db = Connection::open(folder.database()).map_err(CommandError::broken)?;
    db.commit_hook(Some(pause.hook())).map_err(CommandError::broken)?;
    Ok(db)
}

impl Owner {
    /// The phone as it was enrolled; none before that.
    ///
    /// # Errors
    /// Where store or key cannot be used.
    pub fn open(folder: &Folder, pause: &Pause) -> Result<Option<Self>, CommandError> {
        if !folder.database().exists() {
            return Ok(None);
        }
        match Device::over(connect(folder, pause)?, &Options::default(), Box::new(FastVerifier)) {
            Ok(device) => Ok(Some(Self { device, key: ServerKey::open(&folder.key())? })),
            Err(StoreError::NotEnrolled) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The store of a newly enrolled phone.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(folder: &Folder, pause: &Pause, enrolment: &Enrolment, key: ServerKey) -> Result<Self, CommandError> {
        let db = connect(folder, pause)?;
        Ok(Self { device: Device::create_over(db, &Options::default(), enrolment, Box::new(FastVerifier))?, key })
    }

    /// The phone's id.
    pub const fn id(&self) -> DeviceId {
        self.device.identity().device
    }

    /// Saves, with fresh randomness.
    ///
    /// # Errors
    /// The refusal, or an internal error.
    pub fn save(&mut self, save: Save, now: &Moment) -> Result<Saved, CommandError> {
        Ok(self.device.save(save, now, random::bytes()?, &self.key)?)
    }
}
