//! A faulty link between a phone and the server: a TCP proxy on loopback that drops, repeats, reorders, cuts and kills.
//!
//! Promise: a fault is counted when it has happened, not when it was planned; a link without faults only forwards. Not
//! here: the schedule of faults (`script`), interference that a check must detect (`sabotage`).

pub mod script;

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::message::Message;
use script::{PushOutcome, Script};

use super::process::{Server, held};
use super::sabotage::{Interference, OnTheWay};

/// The longest time that a push is held back if no other push arrives.
const HOLD: Duration = Duration::from_secs(8);
/// A peer that is silent for this long is considered gone.
const SILENCE: Duration = Duration::from_secs(30);

/// Faults on all links.
#[derive(Debug, Default)]
pub struct Counts {
    /// Requests that never reached the server.
    pub drops: AtomicU64,
    /// Pushes that reached the server twice.
    pub repeats: AtomicU64,
    /// Pushes that reached the server after a later one.
    pub reorders: AtomicU64,
    /// Requests and answers of which only half arrived.
    pub cuts: AtomicU64,
    /// Processes killed with SIGKILL.
    pub kills: AtomicU64,
}

/// Adds one.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Pushes delivered so far, per link, which define "later".
#[derive(Debug, Default)]
pub struct Order {
    delivered: Mutex<Vec<usize>>,
    more: Condvar,
}

impl Order {
    fn deliver(&self, link: usize) {
        held(&self.delivered).push(link);
        self.more.notify_all();
    }

    /// Waits until a push of another link was delivered. False if none arrived in time.
    fn wait_for_another(&self, link: usize) -> bool {
        let delivered = held(&self.delivered);
        let since = delivered.len();
        let none = |delivered: &mut Vec<usize>| delivered.iter().skip(since).all(|other| *other == link);
        match self.more.wait_timeout_while(delivered, HOLD, none) {
            Ok((delivered, _)) => delivered.iter().skip(since).any(|other| *other != link),
            Err(_poisoned) => false,
        }
    }
}

/// Shared state of all links.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Fault counts.
    pub counts: Counts,
    order: Order,
}

/// One phone's link.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    number: usize,
    server: SocketAddr,
    bad: AtomicBool,
    script: Mutex<Script>,
    trap: Mutex<Option<(Server, Sender<()>)>>,
    traffic: Arc<Traffic>,
    interference: Arc<Interference>,
}

impl Link {
    /// Opens a link to the server. It has no faults at first.
    ///
    /// # Errors
    /// There is no free port on loopback.
    pub fn open(
        number: usize,
        server: SocketAddr,
        script: Script,
        traffic: &Arc<Traffic>,
        interference: &Arc<Interference>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            number,
            server,
            bad: AtomicBool::new(false),
            script: Mutex::new(script),
            trap: Mutex::new(None),
            traffic: Arc::clone(traffic),
            interference: Arc::clone(interference),
        });
        let accepting = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&accepting);
                // A broken connection is this link's trade.
                std::thread::spawn(move || drop(state.carry(stream)));
            }
        });
        Ok(Self { address, state })
    }

    /// The address for the phone.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts or stops the faults of the script.
    pub fn set_bad(&self, bad: bool) {
        self.state.bad.store(bad, Ordering::Relaxed);
    }

    /// Delivers the next push completely and kills the server at the first byte of its answer.
    pub fn arm(&self, server: &Server, killed: Sender<()>) {
        *held(&self.state.trap) = Some((server.clone(), killed));
    }
}

impl State {
    /// One request and its answer; then the connection ends.
    fn carry(&self, mut phone: TcpStream) -> io::Result<()> {
        phone.set_read_timeout(Some(SILENCE))?;
        let Some(request) = Message::read(&mut phone)? else { return Ok(()) };
        let (request, taken) = match self.interference.on_the_way(request) {
            OnTheWay::Goes { request, taken } => (request, taken),
            OnTheWay::Swallowed { answer } => return phone.write_all(&answer),
        };
        if request.is_push()
            && let Some((server, killed)) = held(&self.trap).take()
        {
            return self.kill(&request, &server, &killed);
        }
        match self.outcome(&request) {
            PushOutcome::Pass => self.deliver(&request, taken, &mut phone),
            PushOutcome::Drop => {
                count(&self.traffic.counts.drops);
                Ok(())
            }
            PushOutcome::Repeat => {
                self.exchange(&request)?;
                count(&self.traffic.counts.repeats);
                self.deliver(&request, taken, &mut phone)
            }
            PushOutcome::Hold => {
                if self.traffic.order.wait_for_another(self.number) {
                    count(&self.traffic.counts.reorders);
                } else {
                    held(&self.script).again(PushOutcome::Hold);
                }
                self.deliver(&request, taken, &mut phone)
            }
            PushOutcome::CutRequest => self.cut_request(&request),
            PushOutcome::CutAnswer => {
                let answer = self.exchange(&request)?;
                if request.is_push() {
                    self.traffic.order.deliver(self.number);
                }
                count(&self.traffic.counts.cuts);
                phone.write_all(first_half(&answer))
            }
        }
    }

    fn outcome(&self, request: &Message) -> PushOutcome {
        if self.bad.load(Ordering::Relaxed) && request.is_sync() {
            held(&self.script).next(request.is_push())
        } else {
            PushOutcome::Pass
        }
    }

    fn send(&self, bytes: &[u8]) -> io::Result<TcpStream> {
        let mut server = TcpStream::connect(self.server)?;
        server.set_read_timeout(Some(SILENCE))?;
        server.write_all(bytes)?;
        Ok(server)
    }

    fn exchange(&self, request: &Message) -> io::Result<Vec<u8>> {
        let mut answer = Vec::new();
        self.send(&request.to_bytes())?.read_to_end(&mut answer)?;
        Ok(answer)
    }

    fn deliver(&self, request: &Message, taken: Option<usize>, phone: &mut TcpStream) -> io::Result<()> {
        let answer = self.interference.on_the_way_back(self.exchange(request)?, taken);
        if request.is_push() {
            self.traffic.order.deliver(self.number);
        }
        phone.write_all(&answer)
    }

    fn cut_request(&self, request: &Message) -> io::Result<()> {
        let bytes = request.to_bytes();
        let half = request.body.len().div_ceil(2).max(1);
        let server = self.send(bytes.get(..bytes.len().saturating_sub(half)).unwrap_or_default())?;
        count(&self.traffic.counts.cuts);
        server.shutdown(std::net::Shutdown::Both)
    }

    /// The push was committed, but its answer is lost: a retry must succeed.
    fn kill(&self, request: &Message, server: &Server, killed: &Sender<()>) -> io::Result<()> {
        let mut stream = self.send(&request.to_bytes())?;
        let begun = stream.read(&mut [0])?;
        server.kill();
        if begun > 0 {
            count(&self.traffic.counts.kills);
        }
        // The receiver may have given up.
        let _ = killed.send(());
        Ok(())
    }
}

fn first_half(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len() / 2).unwrap_or_default()
}
