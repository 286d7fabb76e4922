//! Layer rules: the imports that `docs/ARCHITECTURE.md` allows, read from the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::imports::Imports;
use tests::server::sources;

/// Most lines of code in a file; blank lines, comments and the file's own tests are not counted.
const LONGEST: usize = 400;
/// Files over [`LONGEST`], each with the reason why it is not divided.
const LONG_FILES: &[(&str, &str)] = &[
    ("server/src/store/schema.rs", "one table after another, as the schema is; nothing to understand between them"),
    ("server/src/flow/refusal/table.rs", "one refusal after another; the code above the rows is short"),
];
/// File names that do not describe their content.
const EMPTY_NAMES: &[&str] = &["mod", "util", "utils", "helper", "helpers", "common", "misc", "manager", "shared"];
/// Words about the development environment, which must not occur in the sources.
const FOREIGN_WORDS: &[&str] = &["/work/", "shared/", "claude", "anthropic", "copilot", "chatgpt", "index.crates.io"];

/// A file of the tree, by its path from the root.
pub struct Source {
    pub path: String,
    pub text: String,
}

pub fn rust_files() -> Vec<Source> {
    let root = sources();
    let mut files = Vec::new();
    for package in ["sync-core", "api-spec", "migrations", "server", "tests"] {
        collect(&root, &root.join(package), &mut files);
    }
    assert!(files.len() > 100, "the sources were found");
    files
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<Source>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

/// The lines of code: no blank line, no comment, nothing after the file's own `mod tests`.
pub fn code(text: &str) -> impl Iterator<Item = &str> {
    let cut = text.find("\n#[cfg(test)]\nmod tests {").or_else(|| text.find("\nmod tests {")).unwrap_or(text.len());
    let lines = text[..cut].lines().map(str::trim_start);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//"))
}

/// Whether `word` stands in the line as a word of its own.
pub fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

/// Files that are tests of the module beside them; they may know more.
pub fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The lines in files below `place` (not below `but`, no tests) that use one of `words`.
fn uses(place: &str, but: &[&str], words: &[&str]) -> Vec<String> {
    let within = |path: &str, place: &str| path == format!("{place}.rs") || path.starts_with(&format!("{place}/"));
    let mut found = Vec::new();
    for file in rust_files() {
        if is_test(&file.path) || !within(&file.path, place) || but.iter().any(|but| within(&file.path, but)) {
            continue;
        }
        for line in code(&file.text) {
            found.extend(
                words
                    .iter()
                    .filter(|word| has_word(line, word))
                    .map(|word| format!("{} uses {word}: {line}", file.path)),
            );
        }
    }
    found
}

pub fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Each room of a crate, and the rooms that it imports: the map of `docs/ARCHITECTURE.md`.
type Map = &'static [(&'static str, &'static [&'static str])];

const LEAVES: [&str; 5] = ["budget", "clock", "metrics", "random", "unseen"];
const SERVER: Map = &[
    ("serve", &["api", "console", "web", "flow", "store"]),
    ("console", &["web", "view", "flow", "store"]),
    ("api", &["web", "view", "flow", "store"]),
    ("web", &["flow", "store"]),
    ("view", &["flow", "store"]),
    ("flow", &["store"]),
    ("store", &[]),
    ("clock", &[]),
    ("metrics", &[]),
    ("random", &[]),
    ("budget", &[]),
    ("unseen", &[]),
];
const CORE: Map = &[
    ("session", &["device", "message", "id"]),
    ("link", &["device", "change", "lease", "message", "sign", "codec", "id"]),
    (
        "device",
        &[
            "facts", "plan", "case", "law", "change", "op", "lease", "live", "message", "receipt", "schema",
            "evidence", "value", "sign", "id", "when", "time",
        ],
    ),
    ("alarm", &["plan"]),
    ("decision", &["facts", "law", "case", "change", "op", "schema", "value", "id"]),
    (
        "facts",
        &["case", "law", "agency", "certificate", "op", "schema", "value", "sign", "id", "money", "when", "time"],
    ),
    ("plan", &["case", "change", "log", "message", "op", "schema", "value", "id", "when", "time"]),
    ("case", &["change", "op", "schema", "value", "sign", "id", "when", "time"]),
    ("law", &["op", "sign", "codec", "id", "money", "when", "time"]),
    ("change", &["op", "schema", "value", "sign", "codec", "id", "time"]),
    ("op", &["schema", "value", "codec", "id"]),
    ("lease", &["schema", "sign", "codec", "id", "time"]),
    ("credential", &["proof", "certificate", "sign", "id", "time"]),
    ("live", &["sign", "codec", "id", "when", "time"]),
    ("log", &["sign", "codec", "id", "time"]),
    ("message", &["log", "codec", "id"]),
    ("proof", &["sign"]),
    ("qualification", &["id", "time"]),
    ("receipt", &["sign", "codec", "id", "time"]),
    ("case_record", &["op", "sign", "codec", "id", "time"]),
    ("mandate", &["organ", "agency", "id", "time"]),
    ("organ", &["agency", "id"]),
    ("certificate", &["time"]),
    ("account_event", &[]),
    ("agency", &[]),
    ("key_level", &[]),
    ("lead", &[]),
    ("read_audit", &[]),
    ("register_event", &[]),
    ("role", &[]),
    ("strokes", &["value", "codec"]),
    ("verification", &["id"]),
    ("schema", &[]),
    ("evidence", &[]),
    ("value", &["codec", "decimal", "id"]),
    ("sign", &["codec", "id"]),
    ("codec", &[]),
    ("code", &[]),
    ("id", &[]),
    ("money", &[]),
    ("decimal", &[]),
    ("when", &["time"]),
    ("time", &[]),
];

/// What differs between the map and the sources, both ways.
fn differences(map: Map, package: &str, leaves: &[&str]) -> Vec<String> {
    let imports = Imports::read(&sources().join(package).join("src"));
    let arrows = imports.between_rooms();
    let mut found: Vec<String> = Vec::new();
    let on_map: BTreeSet<&str> = map.iter().map(|(room, _)| *room).collect();
    found.extend(
        imports.rooms().symmetric_difference(&on_map).map(|room| format!("{package}: {room} is on one side only")),
    );
    for ((from, to), module) in &arrows {
        let allowed = map.iter().any(|(room, may)| room == from && may.contains(to));
        if !allowed && !leaves.contains(to) {
            found.push(format!("{package}: {module} imports {to}"));
        }
    }
    for (room, may) in map {
        let unused = may.iter().filter(|to| !arrows.contains_key(&(*room, **to)));
        found.extend(unused.map(|to| format!("{package}: nothing in {room} imports {to}, the map says so")));
    }
    found
}

#[test]
fn every_import_follows_the_map() {
    nothing(&differences(SERVER, "server", &LEAVES));
    nothing(&differences(CORE, "sync-core", &["code"]));
}

#[test]
fn nothing_imports_in_a_circle() {
    for package in ["server", "sync-core", "server/demo", "server/palm", "server/table", "api-spec", "tests"] {
        nothing(&Imports::read(&sources().join(package).join("src")).circles());
    }
}

#[test]
fn only_the_store_sees_the_database() {
    let database = ["diesel", "diesel_migrations", "rusqlite"];
    nothing(&uses("server/src", &["server/src/store"], &database));
    for room in ["api", "console", "web", "view", "serve"] {
        nothing(&uses(&format!("server/src/{room}"), &[], &["Tx"]));
    }
}

#[test]
fn flow_and_store_know_neither_the_web_nor_the_wire() {
    for room in ["flow", "store"] {
        nothing(&uses(&format!("server/src/{room}"), &[], &["actix_web", "actix_http", "api_spec", "utoipa"]));
    }
}

/// Files of one layer that have no counterpart in another, and why.
const OWN_NAMES: &[(&str, &str)] = &[
    ("openapi", "the document of the API"),
    ("routes", "the list of routes"),
    ("sync", "one push is `flow::ingest`, the feed `flow::pull` and `flow::reconcile`"),
    ("wire", "conversion of rows"),
];

/// Nouns without JSON of their own: tus has headers and bytes.
const WITHOUT_WIRE: &[&str] = &["evidence"];

#[test]
fn the_same_noun_has_the_same_file_name_in_every_layer() {
    let stems = |room: &str| -> BTreeSet<String> {
        let inside = |path: &String| path.strip_prefix(room).is_some_and(|rest| !rest.contains('/'));
        let files = rust_files().into_iter().map(|file| file.path).filter(inside);
        files.map(|path| path[room.len()..].trim_end_matches(".rs").to_owned()).collect()
    };
    let (api, flow, wire) = (stems("server/src/api/"), stems("server/src/flow/"), stems("api-spec/src/"));
    let mut found = Vec::new();
    for noun in api.iter().filter(|noun| !OWN_NAMES.iter().any(|(name, _)| name == noun)) {
        let own = |room: &str| room == "api-spec" && WITHOUT_WIRE.contains(&noun.as_str());
        let rooms = [("flow", &flow), ("api-spec", &wire)].into_iter().filter(|(room, _)| !own(room));
        let lacking = rooms.filter(|(_, names)| !names.contains(noun));
        found.extend(lacking.map(|(room, _)| format!("api/{noun}.rs has no {room}/{noun}.rs")));
    }
    let rooms = ["api", "console", "view", "flow", "store"].map(|room| stems(&format!("server/src/{room}/")));
    let all: BTreeSet<&String> = rooms.iter().flatten().chain(&wire).collect();
    let plural = all.iter().filter(|name| all.contains(&format!("{name}s")));
    found.extend(plural.map(|name| format!("{name} has two names: one is a plural")));
    nothing(&found);
}

/// The drawing of a crate in `docs/ARCHITECTURE.md`: the rooms of each rank, from the top, and its leaves.
fn drawing(of: &str) -> (Vec<BTreeSet<String>>, BTreeSet<String>) {
    let page = std::fs::read_to_string(sources().join("docs/ARCHITECTURE.md")).unwrap();
    let block = page.split("```").find(|block| block.contains(&format!("\n{of}:"))).unwrap();
    let mut lines = block.lines().skip_while(|line| !line.starts_with(&format!("{of}:")));
    let first = lines.next().unwrap_or_default()[of.len() + 1..].to_owned();
    let rest = lines.take_while(|line| line.starts_with(' '));
    let all = std::iter::once(first).chain(rest.map(str::to_owned)).collect::<Vec<_>>().join(" ");
    let names = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (ranks, leaves) = all.split_once("leaves").unwrap_or((&all, ""));
    (ranks.split('>').map(names).collect(), names(leaves))
}

#[test]
fn the_drawing_of_the_layers_says_what_the_map_says() {
    for (of, map, after) in [("server", SERVER, "sync"), ("sync-core", CORE, "")] {
        let (ranks, leaves) = drawing(of);
        let rank = |room: &str| ranks.iter().position(|rooms| rooms.contains(room));
        let mut found = Vec::new();
        for (room, may) in map.iter().filter(|(room, _)| !leaves.contains(*room)) {
            let Some(own) = rank(room) else {
                found.push(format!("{of}: {room} is not on the drawing"));
                continue;
            };
            let wrong = may.iter().filter(|to| !leaves.contains(**to) && rank(to).is_none_or(|other| other <= own));
            found.extend(wrong.map(|to| format!("{of}: {room} imports {to}, which is not below it on the drawing")));
        }
        let drawn = ranks.iter().flatten().chain(&leaves).filter(|room| !map.iter().any(|(known, _)| known == room));
        let foreign = drawn.filter(|room| after.is_empty() || !["sync", "core"].contains(&room.as_str()));
        found.extend(foreign.map(|room| format!("{of}: {room} is drawn and does not exist")));
        nothing(&found);
    }
}

#[test]
fn only_the_files_of_the_two_databases_name_their_types() {
    let but = ["server/src/store/db", "server/src/store/dialect"];
    let mut found = uses("server/src", &but, &["on_each", "PgConnection", "SqliteConnection"]);
    let variants = rust_files().into_iter().filter(|file| file.path.starts_with("server/src/"));
    for file in variants.filter(|file| !but.iter().any(|but| file.path.starts_with(but))) {
        let named = code(&file.text).filter(|line| line.contains("Db::Sqlite") || line.contains("Db::Postgres"));
        found.extend(named.map(|line| format!("{}: {line}", file.path)));
    }
    nothing(&found);
}

#[test]
fn the_core_has_no_clock_no_network_no_files_and_no_threads() {
    let words = ["SystemTime", "tokio", "async", "thread", "TcpStream", "UdpSocket", "getrandom", "rand", "OsRng"];
    nothing(&uses("sync-core/src", &[], &words));
    let mut found = uses("sync-core/src", &["sync-core/src/device"], &["rusqlite"]);
    for file in rust_files().into_iter().filter(|file| file.path.starts_with("sync-core/src/") && !is_test(&file.path))
    {
        let clock = |line: &&str| line.contains("std::time") && !line.contains("std::time::Duration");
        let named =
            code(&file.text).filter(|line| line.contains("std::net") || line.contains("std::fs") || clock(line));
        found.extend(named.map(|line| format!("{}: {line}", file.path)));
    }
    nothing(&found);
}

#[test]
fn routes_are_services_so_that_they_are_documented() {
    let files = rust_files().into_iter().filter(|file| {
        ["server/src/api", "server/src/console", "server/src/serve"].iter().any(|room| file.path.starts_with(room))
    });
    let routed = files.filter(|file| code(&file.text).any(|line| line.contains(".route(")));
    nothing(&routed.map(|file| format!("{} calls .route(", file.path)).collect::<Vec<_>>());
}

#[test]
fn packages_depend_in_one_direction() {
    let allowed: [(&str, &[&str]); 8] = [
        ("migrations", &[]),
        ("sync-core", &["migrations"]),
        ("api-spec", &["sync-core"]),
        ("server/table", &["sync-core"]),
        ("server", &["api-spec", "sync-core", "migrations", "table"]),
        ("server/demo", &["server", "api-spec", "sync-core"]),
        ("server/palm", &["demo", "server", "sync-core", "table"]),
        ("tests", &["server", "api-spec", "sync-core", "migrations"]),
    ];
    let ours: BTreeSet<&str> = allowed.iter().filter_map(|(package, _)| package.rsplit('/').next()).collect();
    let mut found = Vec::new();
    for (package, may) in allowed {
        let manifest = std::fs::read_to_string(sources().join(package).join("Cargo.toml")).unwrap();
        let mut section = "";
        for line in manifest.lines() {
            section = if line.starts_with('[') { line } else { section };
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if section == "[dependencies]" && ours.contains(name) && !may.contains(&name) {
                found.push(format!("{package} depends on {name}"));
            }
        }
    }
    nothing(&found);
}

#[test]
fn file_names_say_what_is_inside() {
    let stem = |path: &str| Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
    let empty = rust_files().into_iter().filter(|file| EMPTY_NAMES.contains(&stem(&file.path).as_str()));
    nothing(&empty.map(|file| file.path).collect::<Vec<_>>());
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    let mut found = Vec::new();
    for file in rust_files() {
        let lines = code(&file.text).count();
        let excepted = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if (lines > LONGEST) != excepted {
            found.push(format!("{}: {lines} lines of code", file.path));
        }
    }
    nothing(&found);
}

#[test]
fn tracked_files_tell_nothing_of_the_place_where_they_were_made() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(sources()).output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        // A source archive without history: there is nothing tracked to look at.
        return;
    };
    let mut found = Vec::new();
    for path in String::from_utf8(listed.stdout).unwrap().split_terminator('\0') {
        // The lock file names the registry as cargo writes it; this file names what it looks for.
        if path == "Cargo.lock" || path.starts_with("data/") || path.ends_with("acceptance/layers.rs") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(sources().join(path)) else { continue };
        let lower = text.to_lowercase();
        let words = FOREIGN_WORDS.iter().filter(|word| lower.contains(*word));
        found.extend(words.map(|word| format!("{path} mentions {word}")));
    }
    nothing(&found);
}
