//! A proxy in front of a database, which a test can interrupt and restore.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Forwards connections to an address until the test cuts it.
pub struct Proxy {
    /// Its address.
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    to: String,
    cut: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// An open proxy to `to`.
    pub fn to(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { to, cut: AtomicBool::new(false), open: Mutex::default() });
        let forwarding = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // While interrupted, a connection is closed immediately, as by a machine without the program.
                if !forwarding.cut.load(Ordering::SeqCst) {
                    forwarding.join(client);
                }
            }
        });
        Self { address, state }
    }

    /// Closes all connections and refuses new ones.
    pub fn cut(&self) {
        self.state.cut.store(true, Ordering::SeqCst);
        for stream in self.state.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn join(&self, client: TcpStream) {
        let Ok(server) = TcpStream::connect(&self.to) else { return };
        let copies = [&client, &server].map(|stream| stream.try_clone().unwrap());
        self.open.lock().unwrap().extend(copies);
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || pump(&mut from, &mut to));
        let (mut from, mut to) = (server, client);
        std::thread::spawn(move || pump(&mut from, &mut to));
    }
}

fn pump(from: &mut TcpStream, to: &mut TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
}
