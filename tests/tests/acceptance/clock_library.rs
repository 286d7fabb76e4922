//! The program runs under a library that intercepts the clock (libfaketime).

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tests::http::Call;
use tests::server::{PASSWORD, binary};

/// Longer than any start takes; before, the program hung for good.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The command that preloads the library, where it is installed; that it is not is a failure where `CI` is `true`.
fn faketime(moment: &str) -> Option<Command> {
    let installed = Command::new("faketime").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !installed {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "faketime is not installed");
        println!("skipped: faketime is not installed");
        return None;
    }
    let mut command = Command::new("faketime");
    command.args(["-f", moment]).arg(binary()).env_remove("PALM_DATABASE_URL");
    Some(command)
}

fn ends(mut process: Child) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < TIMEOUT {
        if let Some(status) = process.try_wait().unwrap() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    false
}

/// What the server says is the date, as its answers carry it.
fn date(directory: &Path, moment: &str) -> Option<String> {
    let mut serve = faketime(moment)?;
    serve.args(["serve", "--listen", "127.0.0.1:0", "--until-stdin-closes", "--dir"]).arg(directory);
    let mut process = serve.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("palm listening on ").map(str::to_owned)).unwrap();
    let answer = Call::new("GET", &format!("http://{address}/readyz")).send().expect(200);
    drop(process.stdin.take());
    assert!(ends(process), "it ends");
    Some(answer.header("date").to_owned())
}

#[test]
fn the_program_starts_and_serves_under_a_clock_library() {
    let directory = tempfile::tempdir().unwrap();
    let moment = "@2026-12-31 12:00:00";
    let Some(mut version) = faketime(moment) else { return };
    assert!(ends(version.arg("--version").stdout(Stdio::null()).spawn().unwrap()), "--version");
    let Some(mut seed) = faketime(moment) else { return };
    seed.args(["seed", "--dir"]).arg(directory.path()).env("PALM_SEED_PASSWORD", PASSWORD);
    assert!(ends(seed.stdout(Stdio::null()).spawn().unwrap()), "seed");
    for (moment, year) in [("@2026-12-31 12:00:00", "2026"), ("@2027-01-02 12:00:00", "2027")] {
        let Some(date) = date(directory.path(), moment) else { return };
        assert!(date.contains(year), "{date}");
    }
}
