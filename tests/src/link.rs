//! A link that kills the server between a commit and its answer.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};

use crate::server::Server;

/// Forwards one connection to `server`, and kills the server when the first byte of its answer arrives: the commit is
/// done and its answer is lost. `send` gets the address to send to.
///
/// Returns whether an answer had begun, which proves that the server was killed after the commit.
pub fn kill_at_first_answer_byte(server: &Server, send: impl FnOnce(SocketAddr)) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        let proxy = scope.spawn(move || {
            let (client, _) = listener.accept().unwrap();
            let upstream = TcpStream::connect(server.address()).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            std::thread::spawn(move || forward(&mut from, &mut to));
            let answered = (&upstream).read(&mut [0]).is_ok_and(|length| length == 1);
            server.kill();
            drop(client.shutdown(Shutdown::Both));
            answered
        });
        send(address);
        proxy.join().unwrap()
    })
}

fn forward(from: &mut TcpStream, to: &mut TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
