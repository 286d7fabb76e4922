//! Phone-to-phone synchronisation: the link of `sync_core` over a TCP connection on loopback, in place of a radio.
//!
//! Promise: `equal_heads` is measured: a second link between the same phones has nothing left to send.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant as Ticks};

use serde_json::{Value as Json, json};
use sync_core::id::{CaseId, OfficerId};
use sync_core::link::{Link, LinkTally};

use super::answer::{CommandError, Done};
use super::owner::Owner;
use super::{Phone, say};
use server::random;

/// How long a host waits for the other phone.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long each phone waits for the next bytes of the other.
const SILENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(5);

/// The result of a meeting.
struct Met {
    peer: Option<OfficerId>,
    first: LinkTally,
    equal: bool,
    bytes: u64,
}

impl Met {
    fn told(&self) -> Json {
        let Self { peer, first, equal, bytes } = self;
        let LinkTally { sent, stored, known, parked, refused } = first;
        json!({
            "sent": sent, "received": stored, "known": known, "parked": parked, "refused": refused,
            "equal_heads": equal, "bytes": bytes, "peer": peer,
        })
    }
}

impl Phone {
    /// Waits for one other phone. Returns the address at once and reports the rest as an event.
    pub(super) fn host(&mut self, id: &Json, cases: &[CaseId]) -> io::Result<()> {
        let listener = match self.listen(cases) {
            Ok((listener, address)) => {
                say(&json!({"id": id, "ok": {"address": address.to_string()}}))?;
                listener
            }
            Err(error) => return say(&super::answer::line(id, Err(error))),
        };
        let met = self.owner.as_mut().ok_or_else(CommandError::not_enrolled).and_then(|owner| {
            let end = Ticks::now() + TIMEOUT;
            meet(owner, || accept(&listener, end))
        });
        match met {
            Ok(met) => {
                let mut event = met.told();
                if let Some(map) = event.as_object_mut() {
                    map.insert("event".to_owned(), json!("linked"));
                }
                say(&event)
            }
            Err(error) => say(&json!({"event": "link_failed", "error": error.to_string()})),
        }
    }

    fn listen(&mut self, cases: &[CaseId]) -> Result<(TcpListener, SocketAddr), CommandError> {
        self.share(cases)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    /// Connects to the phone that waits at `address`.
    pub(super) fn join(&mut self, address: SocketAddr, cases: &[CaseId]) -> Done {
        self.share(cases)?;
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        let met = meet(owner, || TcpStream::connect_timeout(&address, SILENCE))?;
        Ok(met.told())
    }

    fn share(&mut self, cases: &[CaseId]) -> Result<(), CommandError> {
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        Ok(cases.iter().try_for_each(|case| owner.device.share(*case))?)
    }
}

fn accept(listener: &TcpListener, end: Ticks) -> io::Result<TcpStream> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Ticks::now() < end => {
                std::thread::sleep(GLANCE);
            }
            Err(error) => return Err(error),
        }
    }
}

/// One link that exchanges, and one that checks whether anything is left.
fn meet(owner: &mut Owner, mut reach: impl FnMut() -> io::Result<TcpStream>) -> Result<Met, CommandError> {
    let (link, bytes) = run(owner, &reach()?)?;
    let (again, _) = run(owner, &reach()?)?;
    let equal = *again.tally() == LinkTally::default();
    Ok(Met { peer: link.peer(), first: link.tally().clone(), equal, bytes })
}

/// Runs one link to its end. Returns the number of transferred bytes.
fn run(owner: &mut Owner, stream: &TcpStream) -> Result<(Link, u64), CommandError> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(SILENCE))?;
    stream.set_read_timeout(Some(SILENCE))?;
    // Both phones may write at once: one side must read meanwhile, or both would deadlock.
    let (sender, receiver) = channel();
    let reader = stream.try_clone()?;
    let listening = std::thread::spawn(move || listen_to(reader, &sender));
    let done = exchange(owner, stream, &receiver);
    stream.shutdown(if done.is_ok() { std::net::Shutdown::Write } else { std::net::Shutdown::Both }).ok();
    drop(receiver);
    if listening.join().is_err() {
        return Err(CommandError::broken("the reader of the link failed"));
    }
    done
}

fn exchange(
    owner: &mut Owner,
    mut stream: &TcpStream,
    receiver: &Receiver<io::Result<Vec<u8>>>,
) -> Result<(Link, u64), CommandError> {
    let mut link = Link::new(random::bytes()?);
    let mut bytes = 0;
    loop {
        let out = link.outgoing(&owner.device).map_err(CommandError::broken)?;
        if !out.is_empty() {
            bytes += count(out.len());
            stream.write_all(&out).map_err(|error| CommandError::Lost(error.to_string()))?;
            continue;
        }
        if link.is_done() {
            return Ok((link, bytes));
        }
        let piece = match receiver.recv_timeout(SILENCE) {
            Ok(Ok(piece)) => piece,
            Ok(Err(error)) => return Err(CommandError::Lost(error.to_string())),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                return Err(CommandError::Lost("the other phone is gone".to_owned()));
            }
        };
        bytes += count(piece.len());
        link.incoming(&mut owner.device, &piece, &owner.key).map_err(CommandError::broken)?;
    }
}

fn listen_to(mut stream: TcpStream, sender: &Sender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = stream.read(&mut buffer);
        let sent = match read {
            Ok(0) => return,
            Ok(length) => sender.send(Ok(buffer.get(..length).unwrap_or_default().to_vec())),
            Err(error) => {
                // The receiver may be gone; then the result is not needed.
                drop(sender.send(Err(error)));
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
