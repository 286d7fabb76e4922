//! Runs the attacks of one phone or of an anonymous client, and compares their cost with the bounds.
//!
//! `cargo run --release -p tests --bin attack`, with `--postgres` over the PostgreSQL that `TEST_POSTGRES_URL` names.
//! Exits with 1 if a request or the process exceeded a bound.

#![expect(clippy::unwrap_used, reason = "a run that cannot go on ends here")]

use tests::Server;
use tests::attack::{self, MEMORY_MIB, REQUEST_CPU, REQUEST_MIB};

fn main() {
    let postgres = std::env::args().any(|argument| argument == "--postgres");
    let server = if postgres { Server::on_postgres().unwrap() } else { Server::on_sqlite() };
    let mut over = 0;
    println!("| attempt | requests | CPU each | memory before | at most |\n|---|---|---|---|---|");
    for attempt in attack::run(&server) {
        let (before, most) = attempt.memory_mib;
        let (cpu, requests) = (attempt.cpu_each(), attempt.requests);
        let one = requests > 1 || most - before <= REQUEST_MIB;
        let within = cpu <= REQUEST_CPU && most < MEMORY_MIB && one;
        over += i32::from(!within);
        let mark = if within { "" } else { " **over**" };
        println!("| {} | {requests} | {} ms | {before:.0} MiB | {most:.0} MiB{mark} |", attempt.name, cpu.as_millis());
    }
    std::process::exit(over.min(1));
}
