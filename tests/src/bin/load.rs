//! `cargo run --release -p tests --bin load`: measures the release binary on this machine and prints Markdown.
//!
//! Options: `--write` puts it into `docs/PERFORMANCE.md`; `--quick` measures a tenth; `--cases N` sets the larger
//! number of cases that are pulled, listed and searched (10,000); `--only PHONES,BATCH` pushes one shape and nothing
//! else, for a profiler; `--pushes` leaves the rest out. PostgreSQL is measured where `TEST_POSTGRES_URL` names one.

#![expect(clippy::unwrap_used, reason = "a run that cannot go on ends here")]

use tests::Server;
use tests::load::{Plan, over, start};

/// Where the numbers stand in the page that `--write` makes.
const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    let only = value("--only").and_then(|pair| pair.split_once(','));
    let only = only.map(|(phones, batch)| (phones.parse().unwrap(), batch.parse().unwrap()));
    let many = value("--cases").map_or(10_000, |cases| cases.parse().unwrap());
    let scale = if has("--quick") { 10 } else { 1 };
    let plan = Plan {
        changes: 12_800 / scale,
        cases: [1_000.min(many) / scale, many / scale],
        only,
        pushes_only: only.is_some() || has("--pushes"),
    };
    let mut text = String::new();
    if !has("--postgres") {
        let server = Server::on_sqlite();
        text += &over("SQLite", &server, None, &plan);
        text += &start(&server);
    }
    if !has("--sqlite")
        && let Some(server) = Server::on_postgres()
    {
        let address = std::env::var("TEST_POSTGRES_URL").unwrap();
        text += &over("PostgreSQL", &server, Some(&address), &plan);
        text += &start(&server);
    }
    println!("{text}");
    if has("--write") {
        write(&text);
    }
}

/// Replaces what the page says was measured; its prose stays.
fn write(text: &str) {
    let path = tests::server::sources().join("docs/PERFORMANCE.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    std::fs::write(path, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", text.trim_end())).unwrap();
}
