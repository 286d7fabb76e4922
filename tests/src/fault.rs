//! Fault injection: a kill or a failing system call at the N-th call of a kind, on named files.
//!
//! Promise: a fault is injected into running processes, and counting starts when it is armed; each thread has its own
//! count. It reports whether it fired, because a fault that did not fire has shown nothing. Needs `strace` and the
//! right to trace; if either is missing, the test fails with a message and is never skipped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long attaching and detaching may take.
const LONGEST: Duration = Duration::from_secs(5);

/// A fault: what, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// System calls, with commas: `pwrite64,write`.
    pub calls: &'static str,
    /// The injected effect: `signal=KILL`, `error=EIO`, `retval=0`.
    pub what: &'static str,
    /// The call at which it fires: `3`, or `3+` for the third and all later calls.
    pub when: String,
    /// The files that it is limited to. If empty, it applies to all files.
    pub files: Vec<PathBuf>,
}

/// A fault that is armed. It is disarmed when dropped.
pub struct Fault {
    strace: Child,
    directory: TempDir,
}

impl Fault {
    /// Arms a fault in processes and all their threads.
    pub fn arm(processes: &[u32], aim: &Aim) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", &format!("trace={}", aim.calls), "-o"]).arg(directory.path().join("calls"));
        strace.args(["-e", &format!("inject={}:{}:when={}", aim.calls, aim.what, aim.when)]);
        for file in &aim.files {
            strace.arg("-P").arg(file);
        }
        for process in processes {
            strace.arg("-p").arg(process.to_string());
        }
        let said = std::fs::File::create(directory.path().join("said")).unwrap();
        let strace = strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).spawn();
        let strace = strace.unwrap_or_else(|error| panic!("strace is needed here (`apt-get install strace`): {error}"));
        let mut fault = Self { strace, directory };
        let begun = Instant::now();
        while !processes.iter().all(|process| is_traced(*process)) {
            let ended = fault.strace.try_wait().unwrap().is_some();
            assert!(
                !ended && begun.elapsed() < LONGEST,
                "strace cannot attach: this test needs leave to trace (CAP_SYS_PTRACE, and \
                 kernel.yama.ptrace_scope below 3): {}",
                fault.read("said")
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        fault
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap_or_default()
    }

    /// How often it fired so far.
    pub fn fired(&self) -> usize {
        let calls = self.read("calls");
        // A kill is reported once per thread.
        let killed = usize::from(calls.contains("killed by SIGKILL"));
        killed + calls.lines().filter(|line| line.contains("(INJECTED)")).count()
    }

    /// Disarms it, and returns how often it fired.
    pub fn end(mut self) -> usize {
        let begun = Instant::now();
        // strace writes its last events with a delay.
        while self.fired() == 0 && begun.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.let_go();
        self.fired()
    }

    fn let_go(&mut self) {
        if self.strace.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        // With a signal that strace handles: it detaches from the processes and ends.
        let pid = self.strace.id().to_string();
        drop(Command::new("kill").args(["-TERM", &pid]).status());
        let begun = Instant::now();
        while self.strace.try_wait().is_ok_and(|ended| ended.is_none()) {
            if begun.elapsed() > LONGEST {
                // Seen once: strace waits for a thread of a process that is dead.
                drop(self.strace.kill());
                drop(self.strace.wait());
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Whether every thread of a process has a tracer. True if the process has ended.
fn is_traced(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return true };
    threads.map_while(Result::ok).all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        status.lines().all(|line| !line.starts_with("TracerPid:") || !line.ends_with("\t0"))
    })
}

/// The file at `path`, in the form that strace requires.
pub fn real(path: &Path) -> PathBuf {
    let directory = path.parent().and_then(|parent| parent.canonicalize().ok());
    directory.map_or_else(|| path.to_owned(), |parent| parent.join(path.file_name().unwrap()))
}
