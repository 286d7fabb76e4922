//! Tests of the book: links resolve, names exist, commands run.
//!
//! `cargo test -p tests --test book`. Requires bash and curl, openssl for the page that makes a certificate, and, for
//! the blocks over PostgreSQL, `TEST_POSTGRES_URL` with psql, `pg_dump` and `pg_restore`; `tests/run.sh` installs
//! missing programs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on ends here")]

#[path = "book/links.rs"]
mod links;
#[path = "book/names.rs"]
mod names;
#[path = "book/page.rs"]
mod page;
#[path = "book/session.rs"]
mod session;
#[path = "book/shell.rs"]
mod shell;

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use names::Known;
use page::Page;
use server::metrics;
use tests::server::{binary, sources};

/// The address of a database as pages write it.
const POSTGRES: &str = "postgres://palm@127.0.0.1/palm";

fn pages() -> Vec<Page> {
    let root = sources();
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 20, "the pages were found");
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<Page>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "node_modules" | ".venv" | "generated") {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let from_root = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.push(Page::read(&from_root, &std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_link_leads_somewhere() {
    nothing(&links::check(&sources(), &pages()));
}

#[test]
fn what_pages_name_exists() {
    let known = Known::read(&sources(), &binary());
    nothing(&pages().iter().flat_map(|page| known.check(page)).collect::<Vec<_>>());
}

#[test]
fn every_chapter_stands_in_the_table_of_contents() {
    let pages = pages();
    for contents in ["docs/README.md", "docs/SUMMARY.md"] {
        let listed = &pages.iter().find(|page| page.path == contents).unwrap().links;
        let chapters = pages.iter().filter_map(|page| page.path.strip_prefix("docs/"));
        let of_contents = ["README.md", "SUMMARY.md"];
        let chapters = chapters.filter(|chapter| !of_contents.contains(chapter) && !chapter.starts_with("adr/0"));
        let absent = chapters.filter(|chapter| !listed.iter().any(|(_, target)| target == chapter));
        nothing(&absent.map(|chapter| format!("{contents} does not list {chapter}")).collect::<Vec<_>>());
    }
}

#[test]
fn every_metric_is_explained_to_the_operator() {
    let explained = std::fs::read_to_string(sources().join("docs/operate.md")).unwrap();
    // One of each: what was never counted is not shown.
    metrics::answered("GET", "/", 200, Duration::ZERO);
    metrics::committed(1, Duration::ZERO, true);
    metrics::outcome("accepted");
    metrics::sign_in("right");
    let shown = metrics::text((1, 1), Some((0, 0)));
    let described = shown.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let named: Vec<&str> = described.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(named.len(), 13, "{named:?}");
    let absent = named.iter().filter(|name| !explained.contains(&format!("`{name}`")));
    nothing(&absent.map(|name| format!("docs/operate.md does not explain `{name}`")).collect::<Vec<_>>());
}

/// Runs the blocks of `path`, session by session; those over PostgreSQL if there is one.
fn run(path: &str, sessions: usize) {
    let pages = pages();
    let found = session::sessions(pages.iter().find(|page| page.path == path).unwrap());
    assert_eq!(found.len(), sessions, "{path}: {:?}", found.keys());
    let mut wrong = Vec::new();
    for (name, steps) in &found {
        let outcome = if name == "postgres" {
            let Some(databases) = Databases::make() else { continue };
            session::run(&binary(), steps, &databases.exchange())
        } else {
            session::run(&binary(), steps, &[])
        };
        wrong.extend(outcome.err().map(|why| format!("{path} {name}: {why}")));
    }
    nothing(&wrong);
}

#[test]
fn the_chapter_on_installing_is_run() {
    run("docs/install.md", 1);
}

#[test]
fn the_chapter_on_installing_is_run_in_chinese() {
    run("docs/install.zh-CN.md", 1);
}

#[test]
fn a_chapter_in_two_languages_shows_the_same_commands() {
    let pages = pages();
    let blocks = |path: &str| &pages.iter().find(|page| page.path == path).unwrap().blocks;
    let chinese = pages.iter().filter_map(|page| page.path.strip_prefix("docs/")?.strip_suffix(".zh-CN.md"));
    let chinese: Vec<&str> = chinese.collect();
    assert!(!chinese.is_empty(), "the pages were found");
    for name in chinese {
        let both = ["md", "zh-CN.md"].map(|end| {
            let shown = blocks(&format!("docs/{name}.{end}")).iter();
            shown.map(|block| (block.info.as_str(), block.text.as_str())).collect::<Vec<_>>()
        });
        assert_eq!(both[0], both[1], "{name}");
    }
}

#[test]
fn the_chapter_on_operating_is_run_with_its_backups_and_restores() {
    run("docs/operate.md", 4);
}

#[test]
fn the_walk_through_the_api_is_run() {
    run("docs/api.md", 1);
}

/// Two empty databases, dropped with this value.
struct Databases {
    admin: String,
    name: String,
}

impl Databases {
    fn make() -> Option<Self> {
        let Ok(admin) = std::env::var("TEST_POSTGRES_URL") else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "TEST_POSTGRES_URL is not set");
            println!("skipped: TEST_POSTGRES_URL is not set");
            return None;
        };
        let random: [u8; 8] = server::random::bytes().unwrap();
        let databases = Self { admin, name: format!("book_{}", sync_core::id::hex(&random)) };
        databases.each("CREATE DATABASE");
        Some(databases)
    }

    fn each(&self, what: &str) {
        let mut admin = PgConnection::establish(&self.admin).unwrap();
        for end in ["", "_restored"] {
            admin.batch_execute(&format!("{what} {}{end}", self.name)).unwrap();
        }
    }

    /// Addresses of the page, and those of these databases; the longer first.
    fn exchange(&self) -> Vec<(String, String)> {
        let (server, parameters) = self.admin.split_once('?').unwrap_or((&self.admin, ""));
        let server = server.rsplit_once('/').unwrap().0;
        let mark = if parameters.is_empty() { "" } else { "?" };
        let ends = ["_restored", ""].into_iter();
        ends.map(|end| (format!("{POSTGRES}{end}"), format!("{server}/{}{end}{mark}{parameters}", self.name))).collect()
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.each("DROP DATABASE");
        }
    }
}

#[cfg(test)]
mod notices {
    //! A test that cannot fail proves nothing: each mistake is made once.

    use super::*;

    fn page(text: &str) -> Page {
        Page::read("docs/made-up.md", text)
    }

    fn wrong_links(text: &str) -> Vec<String> {
        links::check(&sources(), &[page(text), Page::read("docs/api.md", "# API\n\n## A walk\n\n## 数据 与 法律\n")])
    }

    fn wrong_names(text: &str) -> Vec<String> {
        Known::read(&sources(), &binary()).check(&page(text))
    }

    #[test]
    fn a_link_without_a_file_or_a_heading() {
        nothing(&wrong_links("[a](api.md) [b](api.md#a-walk) [c](#here)\n# Here\n[d](../README.md)"));
        nothing(&wrong_links("[a](api.md#数据-与-法律) `[no](link.md)`\n```text\n[no](link.md)\n```"));
        for broken in [
            "[a](no-such-page.md)",
            "[a](api.md#no-such-heading)",
            "[a](#nowhere)",
            "![a](screenshots/none.png)",
            "[a](/etc/passwd)",
            "[a](../../outside.md)",
            "[a](https://example.com/)",
            "see http://example.com/ for more",
            "[a]: nowhere.md",
        ] {
            assert_eq!(wrong_links(broken).len(), 1, "{broken}: {:?}", wrong_links(broken));
        }
    }

    #[test]
    fn headings_get_the_anchors_that_a_reader_follows() {
        let page = page("# A `b_c` & d\n## What to do when…\n## What to do when…\n### 案卷 The [case](x.md)\n");
        let wanted = ["a-b_c--d", "what-to-do-when", "what-to-do-when-1", "案卷-the-case"];
        assert_eq!(page.anchors, wanted.iter().map(|anchor| (*anchor).to_owned()).collect());
    }

    #[test]
    fn a_command_or_a_flag_that_is_not_there() {
        nothing(&wrong_names("`palm serve --listen 127.0.0.1:0` and `palm admin create-first --login x`"));
        nothing(&wrong_names("```sh\ncode=$(palm admin enrolment-code --officer \"$o\")\nsudo palm config\n```"));
        nothing(&wrong_names("```sh\ncargo run --release -- demo --once\n```"));
        for broken in [
            "`palm sevre`",
            "`palm serve --listne x`",
            "`palm admin create-last`",
            "```sh\nA=b palm backup --too x\n```",
            "```sh\nx=$(palm admin enrolment-code --oficer \"$o\")\n```",
            "```sh\ncargo run --release -- demo --onec\n```",
            "```sh\ncargo run -p tset --bin load\n```",
            "```sh\nif then\n```",
            "```shell\npalm config\n```",
        ] {
            assert_eq!(wrong_names(broken).len(), 1, "{broken}: {:?}", wrong_names(broken));
        }
    }

    #[test]
    fn a_path_key_route_metric_or_test_that_is_not_there() {
        nothing(&wrong_names(
            "`server/palm/src/main.rs` `POST /v1/cases/{case}/close` `palm_changes_total` `PALM_DIR`",
        ));
        nothing(&wrong_names("```toml\nlisten = \"x\"\n```\n```yaml\nexpr: palm_request_seconds_bucket\n```"));
        nothing(&wrong_names("| a | test |\n|---|---|\n| b | `only_the_store_sees_the_database` |"));
        for broken in [
            "`server/palm/src/mian.rs`",
            "`POST /v1/cases/{id}/open`",
            "`/v1/nothing`",
            "`POST …/reshelve`",
            "`palm_chnages_total`",
            "`PALM_DRI`",
            "```toml\nlisten_adress = \"x\"\n```",
            "```yaml\nexpr: palm_nothing_total > 0\n```",
            "| a | test |\n|---|---|\n| b | `nobodytestedthis` |",
        ] {
            assert_eq!(wrong_names(broken).len(), 1, "{broken}: {:?}", wrong_names(broken));
        }
    }

    #[test]
    fn a_block_that_fails_or_prints_something_else() {
        let outcome = |text: &str| {
            let found = session::sessions(&page(text));
            session::run(&binary(), &found[""], &[])
        };
        outcome("```sh run\na=1\n```\nprose\n```sh run\necho $a; palm --version\n```\n\n```text\n1\npalm …\n```")
            .unwrap();
        for broken in [
            "```sh run\nfalse\n```",
            "```sh run\necho a\n```\n```text\nb\n```",
            "```sh run\necho a; echo b\n```\n```text\na\n```",
            "```sh run\npalm serve --listne x\n```",
            "```sh run\necho $unset\n```",
        ] {
            assert!(outcome(broken).is_err(), "{broken}");
        }
        assert!(session::matches("a\n…\nb…c\n", "a\n1\n2\nb-c\n") && session::matches("{…}", "{}"));
        assert!(
            !session::matches("a…b", "ab c") && !session::matches("…\nb", "b\na") && !session::matches("aXa…a", "aXa")
        );
    }
}
