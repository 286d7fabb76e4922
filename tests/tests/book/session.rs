//! Runs blocks tagged ```` ```sh run ````, page by page, in one shell, against the real program.
//!
//! A word after `run` names a separate session with its own directory and shell. Loopback ports are replaced by free
//! ones, the addresses of PostgreSQL by a database made for the run. A ```` ```text ```` block right after a block is
//! its expected output; `…` stands for anything, on a line of its own for any lines.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use super::page::{Block, Page};

/// The longest that a session may take, in seconds.
const TIMEOUT_S: &str = "240";
const LOOPBACK: &str = "127.0.0.1:";

/// A block to run, with its expected output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBlock {
    /// Its line.
    pub line: usize,
    /// The commands.
    pub commands: String,
    /// The expected output, if the page shows it.
    pub prints: Option<String>,
}

/// The sessions of a page by name; the one without a name is ``.
pub fn sessions(page: &Page) -> BTreeMap<String, Vec<CommandBlock>> {
    let mut found: BTreeMap<String, Vec<CommandBlock>> = BTreeMap::new();
    for (place, block) in page.blocks.iter().enumerate() {
        let Some(name) = block.info.strip_prefix("sh run").map(str::trim) else { continue };
        let next: Option<&Block> = page.blocks.get(place + 1);
        let prints = next.filter(|next| next.info == "text" && next.follows).map(|next| next.text.clone());
        let step = CommandBlock { line: block.line, commands: block.text.clone(), prints };
        found.entry(name.to_owned()).or_default().push(step);
    }
    found
}

/// Runs a session and reports deviations from the page. `exchange` replaces texts of the page.
pub fn run(palm: &Path, steps: &[CommandBlock], exchange: &[(String, String)]) -> Result<(), String> {
    let place = tempfile::tempdir().unwrap();
    let bin = place.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(palm, bin.join("palm")).unwrap();
    let work = place.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let mut ports = Ports::default();
    let mut script = String::from("set -euo pipefail\ntrap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT\n");
    for (number, step) in steps.iter().enumerate() {
        let commands = exchange.iter().fold(ports.exchange(&step.commands), |text, (from, to)| text.replace(from, to));
        script.extend([commands.as_str(), "\nprintf '\\x1e%s\\n' ", &number.to_string(), "\n"]);
    }
    let commands = place.path().join("commands.sh");
    std::fs::write(&commands, script).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("timeout");
    shell.args(["--kill-after=5", TIMEOUT_S, "bash"]).arg(&commands).env_clear().env("PATH", path).env("HOME", &work);
    shell.env("LC_ALL", "C.UTF-8").env("TMPDIR", place.path()).current_dir(&work);
    // The address that the page takes for granted.
    if let Some(port) = ports.0.get("8080") {
        shell.env("PALM_LISTEN", format!("{LOOPBACK}{port}"));
    }
    let errors = std::fs::File::create(place.path().join("stderr")).unwrap();
    let outcome = shell.stdin(Stdio::null()).stderr(errors).output().unwrap();
    let said = ports.back(&String::from_utf8_lossy(&outcome.stdout)).replace(&*work.to_string_lossy(), "/home/palm");
    let errors = std::fs::read_to_string(place.path().join("stderr")).unwrap_or_default();
    compare(steps, &said).map_err(|why| {
        let logs = std::fs::read_to_string(work.join("serve.log")).unwrap_or_default();
        format!("{why}\nstandard error:\n{errors}\nserve.log:\n{logs}")
    })
}

fn compare(steps: &[CommandBlock], said: &str) -> Result<(), String> {
    let mut parts = said.split('\x1e');
    for (number, step) in steps.iter().enumerate() {
        let part = parts.next().unwrap_or_default();
        // The end marker of the previous block comes first.
        let printed = if number == 0 { part } else { part.split_once('\n').map_or("", |(_, rest)| rest) };
        if said.matches('\x1e').count() <= number {
            return Err(format!("line {}: the block failed; it printed:\n{printed}", step.line));
        }
        match &step.prints {
            Some(wanted) if !matches(wanted, printed) => {
                return Err(format!("line {}: it prints\n{printed}\nand the page says\n{wanted}", step.line));
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// Whether `printed` matches the page.
pub fn matches(shown: &str, printed: &str) -> bool {
    let shown: Vec<&str> = shown.trim_end().lines().collect();
    let printed: Vec<&str> = printed.trim_end().lines().collect();
    lines_match(&shown, &printed)
}

fn lines_match(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skip| lines_match(rest, &printed[skip..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, left)| line_matches(line, first) && lines_match(rest, left))
        }
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    let mut parts = shown.trim_end().split('…');
    let Some(mut rest) = printed.trim_end().strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || last.is_some_and(|last| last.is_empty() || printed.trim_end().ends_with(last))
}

/// An unused port, below those that the system assigns to outgoing connections.
fn free_port() -> u16 {
    loop {
        let port = 20_000 + u16::from_be_bytes(server::random::bytes().unwrap()) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Ports of the page, and those taken for them.
#[derive(Debug, Default)]
struct Ports(BTreeMap<String, u16>);

impl Ports {
    fn exchange(&mut self, text: &str) -> String {
        let mut changed = text.to_owned();
        for (at, _) in text.match_indices(LOOPBACK) {
            let port: String = text[at + LOOPBACK.len()..].chars().take_while(char::is_ascii_digit).collect();
            if port.len() < 4 {
                continue;
            }
            let taken = *self.0.entry(port.clone()).or_insert_with(free_port);
            changed = changed.replace(&format!("{LOOPBACK}{port}"), &format!("{LOOPBACK}{taken}"));
        }
        changed
    }

    fn back(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (shown, taken)| {
            text.replace(&format!("{LOOPBACK}{taken}"), &format!("{LOOPBACK}{shown}"))
        })
    }
}
