//! Names on pages exist: commands and flags, paths, keys, routes, metrics, tests, identifiers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use server::console::ROUTES;
use server::serve::config::KEYS;

use super::page::Page;
use super::shell;

/// Routes outside of the lists: for browsers, and for Prometheus.
const OTHER_ROUTES: &[&str] = &["GET /", "GET /docs/", "GET /openapi.json", "GET /metrics"];
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Files that are searched for identifiers.
const KINDS: &[&str] = &["rs", "sql", "sh", "mjs", "toml", "html", "json", "service"];

/// The sources, and the program's own help.
pub struct Known {
    root: PathBuf,
    palm: PathBuf,
    texts: String,
    routes: Vec<String>,
    tops: Vec<String>,
    helps: RefCell<BTreeMap<String, Option<String>>>,
}

impl Known {
    /// Reads the sources below `root`; `palm` answers for its flags.
    pub fn read(root: &Path, palm: &Path) -> Self {
        let mut texts = String::new();
        let mut tops = Vec::new();
        for entry in std::fs::read_dir(root).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if !matches!(name.as_str(), "target" | ".git" | "data") {
                gather(&root.join(&name), &mut texts);
            }
            if name != "target" && name != ".git" {
                tops.push(name);
            }
        }
        let document = std::fs::read_to_string(root.join("api-spec/openapi.json")).unwrap();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let mut routes: Vec<String> = OTHER_ROUTES.iter().map(|route| (*route).to_owned()).collect();
        routes.extend(ROUTES.iter().map(|(method, path)| format!("{method} {path}")));
        for (path, item) in document["paths"].as_object().unwrap() {
            let methods = METHODS.iter().filter(|method| item.get(method.to_lowercase()).is_some());
            routes.extend(methods.map(|method| format!("{method} {path}")));
        }
        let routes = routes.iter().map(|route| without_names(route)).collect();
        Self { root: root.to_owned(), palm: palm.to_owned(), texts, routes, tops, helps: RefCell::default() }
    }

    /// Errors in the names of a page.
    pub fn check(&self, page: &Page) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut say = |line: usize, found: Vec<String>| {
            wrong.extend(found.into_iter().map(|what| format!("{}:{line}: {what}", page.path)));
        };
        for (line, code) in &page.code {
            say(*line, self.check_code(code));
        }
        for (line, name) in &page.tests {
            let there = self.texts.contains(&format!("fn {name}("));
            say(*line, if there { Vec::new() } else { vec![format!("there is no test `{name}`")] });
        }
        for block in &page.blocks {
            say(block.line, self.check_block(&block.info, &block.text));
        }
        wrong
    }

    fn check_block(&self, info: &str, text: &str) -> Vec<String> {
        match info.split(' ').next().unwrap_or_default() {
            "sh" => [self.check_shell(text), self.check_words(text, "PALM_")].concat(),
            "toml" => {
                let names = text.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
                let unknown = names.filter(|name| !KEYS.iter().any(|key| key.name == *name));
                unknown.map(|name| format!("`{name}` is no key of the configuration")).collect()
            }
            "yaml" => self.check_words(text, "palm_"),
            "ini" => self.check_words(text, "PALM_"),
            "" | "text" | "nginx" | "json" => Vec::new(),
            other => vec![format!("blocks are sh, text, toml, yaml, ini, json, nginx or nothing, not {other}")],
        }
    }

    /// A block of commands must parse, and its programs must exist.
    fn check_shell(&self, text: &str) -> Vec<String> {
        let mut bash = Command::new("bash");
        let parsed = bash.args(["-n", "-c", text]).output().unwrap();
        if !parsed.status.success() {
            return vec![format!("bash -n: {}", String::from_utf8_lossy(&parsed.stderr))];
        }
        shell::commands(text).iter().flat_map(|words| self.check_command(words)).collect()
    }

    fn check_command(&self, words: &[String]) -> Vec<String> {
        let paths = words.iter().flat_map(|word| self.check_path(word));
        let mut wrong: Vec<String> = paths.collect();
        match words.first().map(String::as_str) {
            Some("palm") => wrong.extend(self.check_palm(&words[1..])),
            Some("cargo") => wrong.extend(self.check_cargo(&words[1..])),
            Some(_) | None => {}
        }
        wrong
    }

    /// `palm WORD… --flag …`: each word that the program takes for a command, and each flag of it.
    fn check_palm(&self, words: &[String]) -> Vec<String> {
        let mut below: Vec<&str> = Vec::new();
        let mut wrong = Vec::new();
        let mut help = self.help(&[]).unwrap_or_default();
        for word in words {
            let flag = word.split('=').next().unwrap_or_default();
            if flag.starts_with("--") && flag.len() > 2 {
                if !has_word(&help, flag) {
                    wrong.push(format!("palm {} has no flag {flag}", below.join(" ")));
                }
            } else if help.contains("\nCommands:") && !word.starts_with('-') {
                below.push(word);
                match self.help(&below) {
                    Some(found) => help = found,
                    None => return vec![format!("there is no `palm {}`", below.join(" "))],
                }
            }
        }
        wrong
    }

    fn help(&self, below: &[&str]) -> Option<String> {
        let ask = || {
            let said = Command::new(&self.palm).args(below).arg("--help").output().unwrap();
            said.status.success().then(|| String::from_utf8_lossy(&said.stdout).into_owned())
        };
        self.helps.borrow_mut().entry(below.join(" ")).or_insert_with(ask).clone()
    }

    /// `cargo … -p PACKAGE --bin NAME -- WORD…`.
    fn check_cargo(&self, words: &[String]) -> Vec<String> {
        let mut wrong = Vec::new();
        let own = words.split(|word| word == "--").next().unwrap_or_default();
        let (mut package, mut program) = ("palm", "palm");
        for pair in own.windows(2) {
            match pair[0].as_str() {
                "-p" => package = &pair[1],
                "--bin" => program = &pair[1],
                _ => {}
            }
        }
        // Packages nest at most one folder below the root's own.
        let places = [self.root.join(package), self.root.join("server").join(package)];
        let Some(place) = places.iter().find(|place| place.join("Cargo.toml").exists()) else {
            return vec![format!("there is no package {package}")];
        };
        let source = place.join(format!("src/bin/{program}.rs"));
        let given = &words[words.len().min(own.len() + 1)..];
        if own.first().is_some_and(|verb| verb == "run") && program == "palm" {
            wrong.extend(self.check_palm(given));
        } else if own.first().is_some_and(|verb| verb == "run") {
            let text = std::fs::read_to_string(source).unwrap_or_default();
            let flags = given.iter().filter(|word| word.starts_with("--") && !text.contains(&format!("\"{word}\"")));
            wrong.extend(flags.map(|flag| format!("{program} has no flag {flag}")));
        }
        wrong
    }

    /// Code in the running text.
    fn check_code(&self, code: &str) -> Vec<String> {
        let first = code.split(' ').next().unwrap_or_default();
        if matches!(first, "palm" | "cargo") && !code.contains('…') {
            return self.check_shell(code);
        }
        if METHODS.contains(&first) && code.contains(" /") {
            return self.check_route(code);
        }
        if METHODS.contains(&first) && code.contains(" …/") {
            let end = without_names(code.split_once('…').map_or("", |(_, end)| end));
            let known = self.routes.iter().any(|route| route.starts_with(first) && route.ends_with(&end));
            return if known { Vec::new() } else { vec![format!("no route ends like {code}")] };
        }
        if code.starts_with("/v1/") || code.starts_with("/console/") {
            let known = METHODS.iter().any(|method| self.check_route(&format!("{method} {code}")).is_empty());
            return if known || code.ends_with('/') { Vec::new() } else { vec![format!("there is no route {code}")] };
        }
        if is_name(code) {
            return self.check_name(code);
        }
        [self.check_path(code), self.check_words(code, "PALM_")].concat()
    }

    fn check_route(&self, route: &str) -> Vec<String> {
        // The changelog of the API names what breaks: `GET /v1/me: …`.
        let route = route.split(": ").next().unwrap_or_default();
        let plain = without_names(route.split(['?', '&']).next().unwrap_or_default());
        if self.routes.contains(&plain) { Vec::new() } else { vec![format!("there is no route {route}")] }
    }

    /// `snake_case`: somewhere in the sources.
    fn check_name(&self, name: &str) -> Vec<String> {
        let counted = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        if has_word(&self.texts, name) || has_word(&self.texts, counted) {
            return Vec::new();
        }
        vec![format!("the sources know no `{name}`")]
    }

    /// A word that looks like a source path.
    fn check_path(&self, word: &str) -> Vec<String> {
        let (top, rest) = word.split_once('/').unwrap_or((word, ""));
        let ours = self.tops.iter().any(|known| known == top) && (word.contains('/') || top.contains('.'));
        if !ours || word.contains(['*', '…', '{', '<', '$', ' ']) || rest == "release/palm" {
            return Vec::new();
        }
        let path = word.split([':', '#']).next().unwrap_or_default();
        let there = self.root.join(path).exists() || top == "target";
        if there { Vec::new() } else { vec![format!("there is no {word}")] }
    }

    /// Names with this prefix, anywhere in a text.
    fn check_words(&self, text: &str, prefix: &str) -> Vec<String> {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = text.split(|c| !part(c)).filter(|word| word.starts_with(prefix) && word.len() > prefix.len());
        let known = |word: &str| KEYS.iter().any(|key| key.variable() == word) || self.check_name(word).is_empty();
        words.filter(|word| !known(word)).map(|word| format!("the sources know no `{word}`")).collect()
    }
}

fn gather(path: &Path, texts: &mut String) {
    if path.is_dir() {
        // Code of others, made or fetched, and this test, which makes mistakes on purpose.
        if ["node_modules", ".venv", "generated", "tests/book"].iter().any(|others| path.ends_with(others)) {
            return;
        }
        for entry in std::fs::read_dir(path).unwrap() {
            gather(&entry.unwrap().path(), texts);
        }
    } else if !path.ends_with("tests/book.rs")
        && path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
    {
        texts.push_str(&std::fs::read_to_string(path).unwrap_or_default());
        texts.push('\n');
    }
}

/// Lower-case words joined by underscores.
fn is_name(code: &str) -> bool {
    let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    code.contains('_') && code.starts_with(|c: char| c.is_ascii_lowercase()) && code.split('_').all(fits)
}

/// Whether `word` occurs in the text as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(|c: char| part(c) && !word.starts_with('-')) && !after.starts_with(part)
    })
}

/// A route with its parameters unnamed.
fn without_names(route: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    route.split('/').map(part).collect::<Vec<_>>().join("/")
}
