//! `cargo run --release -p tests --bin load`: measures the release binary on this machine and prints Markdown.
//!
//! Options: `--write` puts it into `docs/PERFORMANCE.md`; `--quick` measures a tenth; `--parts pushes,reads,looks,flat,start`
//! measures some of it; `--cases N` sets the largest number of cases that are listed and searched (10,000); `--flat N`
//! up to how many changes held the cost of one more is measured (100,000; a million takes a quarter of an hour or more
//! and 15 GB); `--only PHONES,BATCH` pushes one shape and nothing else, for a profiler; `--sqlite` and `--postgres`
//! leave the other out. PostgreSQL is measured where `TEST_POSTGRES_URL` names one.

#![expect(clippy::unwrap_used, reason = "a run that cannot go on ends here")]

use tests::Server;
use tests::load::{Part, Plan, over, report};

/// Numbers of cases at which lists and searches are measured, as far as `--cases` goes.
const CASES: [usize; 2] = [1_000, 10_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let plan = plan(&arguments);
    let mut text = String::new();
    if !has("--postgres") {
        text += &over("SQLite", Server::on_sqlite, None, &plan);
    }
    if !has("--sqlite")
        && let Ok(address) = std::env::var("TEST_POSTGRES_URL")
    {
        text += &over("PostgreSQL", || Server::on_postgres().unwrap(), Some(&address), &plan);
    }
    println!("{text}");
    if has("--write") {
        let path = tests::server::sources().join("docs/PERFORMANCE.md");
        let page = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, report::replaced(&page, &text).unwrap()).unwrap();
    }
}

fn plan(arguments: &[String]) -> Plan {
    let value = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    let number = |name: &str, otherwise: usize| value(name).map_or(otherwise, |number| number.parse().unwrap());
    let scale = if arguments.iter().any(|argument| argument == "--quick") { 10 } else { 1 };
    let only = value("--only").and_then(|pair| pair.split_once(','));
    let only = only.map(|(phones, batch)| (phones.parse().unwrap(), batch.parse().unwrap()));
    let named = |names: &String| names.split(',').map(|name| Part::named(name).unwrap()).collect();
    let parts = if only.is_some() { vec![Part::Pushes] } else { value("--parts").map_or(Part::ALL.into(), named) };
    let many = number("--cases", 10_000) / scale;
    let mut cases: Vec<usize> = CASES.iter().map(|cases| cases / scale).filter(|cases| *cases < many).collect();
    cases.push(many);
    Plan { changes: 12_800 / scale, cases, flat: number("--flat", 100_000) / scale, only, parts }
}
