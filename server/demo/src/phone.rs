//! A simulated phone as a process: one JSON command per line on standard input, one JSON answer per line on standard
//! output, in order. Used by the demonstration and the acceptance tests.
//!
//! Promise: it has what a phone app has and nothing more: a key file, a store ([`sync_core::device`]) and a media
//! directory under `DIR`; HTTP to the address that it was given last. A killed process loses nothing that it
//! acknowledged. Not here: the server's modules. A phone uses the server through its public API only; of the server's
//! package it shares the key files, the clock and the texts of refusals.

mod answer;
mod boot;
mod case;
mod command;
mod edit;
mod enrol;
mod folder;
mod line;
mod meet;
mod owner;
mod photo;
mod picture;
mod prepare;
mod sign;
mod sync;
mod value;

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use serde_json::{Value as Json, json};
use server::clock::Clock;
use server::flow::keys::ServerKey;
use sync_core::device::{Moment, Place};

use answer::{CommandError, Done};
use boot::Boot;
use command::{Command, Order};
use folder::Folder;
use line::Line;
use owner::{Owner, Pause};

/// The phone cannot start.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The directory, the store or a pipe.
    #[error("{what}: {source}")]
    Io {
        /// The current activity.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The store or the key in the directory.
    #[error("{0}")]
    Store(String),
}

/// A running phone.
struct Phone {
    folder: Folder,
    boot: Boot,
    line: Line,
    place: Option<Place>,
    pause: Pause,
    owner: Option<Owner>,
}

/// Runs a phone over `directory` until standard input ends. `clock_offset_ms` moves its wall clock.
///
/// # Errors
/// [`PhoneError`] where the directory cannot be used, or a pipe breaks.
pub fn run(directory: &Path, clock_offset_ms: i64) -> Result<(), PhoneError> {
    let mut phone = Phone::start(directory, clock_offset_ms)?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|source| PhoneError::Io { what: "read a command", source })?;
        if !line.trim().is_empty() {
            phone.obey(&line).map_err(|source| PhoneError::Io { what: "write an answer", source })?;
        }
    }
    Ok(())
}

/// Writes one line to standard output and flushes it.
fn say(what: &Json) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()
}

impl Phone {
    fn start(directory: &Path, clock_offset_ms: i64) -> Result<Self, PhoneError> {
        let folder = Folder::open(directory).map_err(|source| PhoneError::Io { what: "open the directory", source })?;
        let boot = Boot::read(clock_offset_ms).map_err(|error| PhoneError::Store(error.to_string()))?;
        let pause = Pause::default();
        let owner = Owner::open(&folder, &pause).map_err(|error| PhoneError::Store(error.to_string()))?;
        let mut line = Line::new(Clock::offset(clock_offset_ms));
        let request_key = folder.request_key();
        if owner.is_some() && request_key.exists() {
            let key = ServerKey::open(&request_key).map_err(|error| PhoneError::Store(error.to_string()))?;
            line.prove_with(Some(key));
        }
        Ok(Self { folder, boot, line, place: None, pause, owner })
    }

    fn obey(&mut self, line: &str) -> std::io::Result<()> {
        let (id, order) = Order::read(line);
        let command = match order {
            Ok(command) => command,
            Err(error) => return say(&json!({"id": id, "error": error})),
        };
        // The other phone needs the address before this one can wait for it.
        if let Command::Host { cases } = command {
            return self.host(&id, &cases);
        }
        say(&answer::line(&id, self.act(command)))
    }

    fn act(&mut self, command: Command) -> Done {
        match command {
            Command::Connect { server } => self.connect(server),
            Command::Locate(place) => self.locate(&place),
            Command::Enrol(enrol) => self.enrol(enrol),
            Command::Lease {} => self.lease(),
            Command::Prepare {} => self.prepare(),
            Command::Open(open) => self.open_case(open),
            Command::Save(save) => self.save(save),
            Command::Photo(photo) => self.photo(photo),
            Command::Sign(sign) => self.sign(sign),
            Command::Deliver(deliver) => self.deliver(&deliver),
            Command::Resolve(resolve) => self.resolve(resolve),
            Command::Number(number) => self.number(&number),
            Command::Case { case } => self.show_case(case),
            Command::Cases {} => self.show_cases(),
            Command::Host { .. } => Err(CommandError::broken("host is answered apart")),
            Command::Join { address, cases } => self.join(address, &cases),
            Command::Sync(sync) => self.sync(&sync),
            Command::Status {} => self.status(),
        }
    }

    fn connect(&mut self, server: Option<String>) -> Done {
        self.line.tell(server)?;
        Ok(json!({}))
    }

    fn locate(&mut self, place: &command::Locate) -> Done {
        let command::Locate { latitude_e7, longitude_e7, accuracy_m } = *place;
        self.place = match (latitude_e7, longitude_e7, accuracy_m) {
            (Some(latitude_e7), Some(longitude_e7), Some(accuracy_m)) => {
                Some(Place { latitude_e7, longitude_e7, accuracy_m })
            }
            (None, None, None) => None,
            (_, _, _) => {
                return Err(CommandError::broken("locate wants latitude_e7, longitude_e7 and accuracy_m, or none"));
            }
        };
        Ok(json!({}))
    }

    fn now(&self) -> Moment {
        self.boot.moment(self.place)
    }

    /// The enrolled phone.
    fn owner(&self) -> Result<&Owner, CommandError> {
        self.owner.as_ref().ok_or_else(CommandError::not_enrolled)
    }
}
