//! Child processes of the demonstration: the server and the phones.
//!
//! Promise: phones are controlled by lines of JSON only; a killed process was killed with SIGKILL, without a chance to
//! clean up. When this process ends for any reason, its children end too: they watch their standard input. Not here:
//! the content of commands.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};

/// How long an answer of a phone may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How long the server may take to listen.
const START: Duration = Duration::from_secs(30);

/// How children are started: this executable, the data directory, the database.
#[derive(Debug, Clone)]
pub struct Installation {
    /// This program.
    pub program: PathBuf,
    /// The directory of the run.
    pub directory: PathBuf,
    /// Another database than the embedded one.
    pub database: Option<String>,
}

impl Installation {
    /// The server's data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.join("server")
    }

    fn command(&self, what: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(what).arg("--dir").arg(self.data());
        if let Some(url) = &self.database {
            command.env("PALM_DATABASE_URL", url);
        }
        command
    }

    /// Runs `palm seed` to its end: creates the invented people of the trial, all with this password.
    ///
    /// # Errors
    /// The text that it wrote to standard error.
    pub fn seed(&self, password: &str) -> anyhow::Result<()> {
        let done = self.command(&["seed"]).env("PALM_SEED_PASSWORD", password).stdin(Stdio::null()).output()?;
        if !done.status.success() {
            bail!("palm seed: {}", String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(())
    }
}

fn log(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new().create(true).append(true).open(path).with_context(|| path.display().to_string())
}

/// Lines of a child's standard output, read by a thread so that waiting for one can end.
fn lines(child: &mut Child) -> anyhow::Result<Receiver<String>> {
    let output = child.stdout.take().ok_or_else(|| anyhow!("no standard output"))?;
    let (to, from) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { return };
            if to.send(line).is_err() {
                return;
            }
        }
    });
    Ok(from)
}

/// Takes a lock whose state is valid even after a panic.
pub fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server process; clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Server {
    installation: Arc<Installation>,
    address: SocketAddr,
    child: Arc<Mutex<Child>>,
    pids: Arc<Mutex<Vec<u32>>>,
}

impl Server {
    /// Starts `palm serve` and waits until it listens.
    ///
    /// # Errors
    /// It does not listen within half a minute.
    pub fn start(installation: Installation, listen: SocketAddr) -> anyhow::Result<Self> {
        let (child, address) = serve(&installation, listen)?;
        let pids = Arc::new(Mutex::new(vec![child.id()]));
        Ok(Self { installation: Arc::new(installation), address, child: Arc::new(Mutex::new(child)), pids })
    }

    /// Its address, which a restart does not change.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Process ids so far, the running one last.
    pub fn pids(&self) -> Vec<u32> {
        held(&self.pids).clone()
    }

    /// SIGKILL.
    pub fn kill(&self) {
        let mut child = held(&self.child);
        // It may be dead already; then there is nothing left to do.
        drop(child.kill());
        drop(child.wait());
    }

    /// Ends it by closing its standard input.
    pub fn stop(&self) {
        let mut child = held(&self.child);
        drop(child.stdin.take());
        drop(child.wait());
    }

    /// Starts it again with the same directory, database and port.
    ///
    /// # Errors
    /// It does not listen again.
    pub fn restart(&self) -> anyhow::Result<()> {
        let (child, _) = serve(&self.installation, self.address)?;
        held(&self.pids).push(child.id());
        *held(&self.child) = child;
        Ok(())
    }
}

fn serve(installation: &Installation, listen: SocketAddr) -> anyhow::Result<(Child, SocketAddr)> {
    let errors = log(&installation.directory.join("server.log"))?;
    let mut child = installation
        .command(&["serve", "--until-stdin-closes", "--listen", &listen.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .context("start palm serve")?;
    let said = lines(&mut child)?;
    let mut heard = std::iter::from_fn(|| said.recv_timeout(START).ok());
    let Some(address) = heard.find_map(|line| line.strip_prefix("palm listening on ")?.parse().ok()) else {
        drop(child.kill());
        bail!("the server does not listen: see {}", installation.directory.join("server.log").display());
    };
    Ok((child, address))
}

/// An answer of law, server or device.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Stable code.
    pub code: String,
    /// The provision that refuses, or empty.
    pub article: String,
    /// The rule, or empty.
    pub rule: String,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

/// An answer of a phone.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Done.
    Done(Value),
    /// Refused: an answer, not an internal error.
    Refused(Refused),
}

impl Answer {
    /// The refusal, if it is one.
    pub fn refused(self) -> Option<Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            Self::Done(_) => None,
        }
    }
}

/// One officer's phone.
#[derive(Debug)]
pub struct Phone {
    /// Name of the officer, for messages.
    pub name: String,
    installation: Installation,
    directory: PathBuf,
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
    /// Lines that were read before they were waited for.
    heard: Vec<Value>,
    next: u64,
    /// Process ids so far, the running one last.
    pub pids: Vec<u32>,
}

impl Phone {
    /// Starts `palm phone` in a directory of its own.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start(installation: &Installation, directory: PathBuf, name: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        let (child, input, output) = phone(installation, &directory)?;
        Ok(Self {
            name: name.to_owned(),
            installation: installation.clone(),
            pids: vec![child.id()],
            directory,
            child,
            input: Some(input),
            output,
            heard: Vec::new(),
            next: 1,
        })
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        self.heard.clear();
    }

    /// Opens the same directory in a new process.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn reopen(&mut self) -> anyhow::Result<()> {
        let (child, input, output) = phone(&self.installation, &self.directory)?;
        self.pids.push(child.id());
        (self.child, self.input, self.output) = (child, Some(input), output);
        Ok(())
    }

    /// Sends a command without waiting for its answer. Returns the command's number.
    ///
    /// # Errors
    /// The phone is gone.
    pub fn send(&mut self, verb: &str, mut command: Value) -> anyhow::Result<u64> {
        let id = self.next;
        self.next += 1;
        let fields = command.as_object_mut().ok_or_else(|| anyhow!("a command is an object"))?;
        fields.insert("id".to_owned(), id.into());
        fields.insert("do".to_owned(), verb.into());
        let input = self.input.as_mut().ok_or_else(|| anyhow!("{} is gone", self.name))?;
        writeln!(input, "{command}").and_then(|()| input.flush()).with_context(|| format!("{} is gone", self.name))?;
        Ok(id)
    }

    fn hear(&mut self, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        if let Some(place) = self.heard.iter().position(&wanted) {
            return Ok(self.heard.swap_remove(place));
        }
        loop {
            let line = match self.output.recv_timeout(TIMEOUT) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => bail!("{} does not answer", self.name),
                Err(RecvTimeoutError::Disconnected) => bail!("{} has ended: see phones.log", self.name),
            };
            let said: Value = serde_json::from_str(&line).with_context(|| format!("{}: {line}", self.name))?;
            if wanted(&said) {
                return Ok(said);
            }
            self.heard.push(said);
        }
    }

    /// Waits for an event.
    ///
    /// # Errors
    /// It does not come.
    pub fn event(&mut self, name: &str) -> anyhow::Result<Value> {
        self.hear(|said| said.get("event").and_then(Value::as_str) == Some(name))
    }

    /// Waits for the answer to a command.
    ///
    /// # Errors
    /// An internal error on the phone, or no answer.
    pub fn answer(&mut self, id: u64) -> anyhow::Result<Answer> {
        let said = self.hear(|said| said.get("id").and_then(Value::as_u64) == Some(id))?;
        if let Some(done) = said.get("ok") {
            return Ok(Answer::Done(done.clone()));
        }
        let Some(refused) = said.get("refused") else { bail!("{}: {said}", self.name) };
        let text = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Answer::Refused(Refused {
            code: text("code"),
            article: text("article"),
            rule: text("rule"),
            zh: text("zh"),
            en: text("en"),
        }))
    }

    /// Sends a command and waits for its answer.
    ///
    /// # Errors
    /// An internal error on the phone, or no answer.
    pub fn ask(&mut self, verb: &str, command: Value) -> anyhow::Result<Answer> {
        let id = self.send(verb, command)?;
        self.answer(id)
    }

    /// Sends a command that must succeed.
    ///
    /// # Errors
    /// An internal error, no answer, or a refusal.
    pub fn must(&mut self, verb: &str, command: Value) -> anyhow::Result<Value> {
        match self.ask(verb, command)? {
            Answer::Done(done) => Ok(done),
            Answer::Refused(Refused { code, article, rule, zh, en }) => {
                bail!("{}: {verb}: {zh} / {en} [{code} {rule} {article}]", self.name)
            }
        }
    }

    /// Sets the address of the server; `None` stands for no network.
    ///
    /// # Errors
    /// As [`Phone::must`].
    pub fn connect(&mut self, server: Option<&str>) -> anyhow::Result<()> {
        self.must("connect", json!({ "server": server })).map(drop)
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.input = None;
        self.kill();
    }
}

fn phone(installation: &Installation, directory: &Path) -> anyhow::Result<(Child, ChildStdin, Receiver<String>)> {
    let errors = log(&installation.directory.join("phones.log"))?;
    let mut child = Command::new(&installation.program)
        .arg("phone")
        .arg("--dir")
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .context("start palm phone")?;
    let input = child.stdin.take().ok_or_else(|| anyhow!("no standard input"))?;
    let output = lines(&mut child)?;
    Ok((child, input, output))
}
