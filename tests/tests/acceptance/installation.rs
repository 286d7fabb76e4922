//! An installation is the one that its data directory names, whatever else the database has.

use std::path::Path;
use std::process::Output;

use sync_core::id::ChangeId;
use tests::{Person, Phone, Server, on_both_databases};

fn marker(server: &Server) -> std::path::PathBuf {
    server.directory().join("installation")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A data directory of one's own with the server's database.
fn palm(server: &Server, directory: &Path, words: &[&str]) -> Output {
    let mut palm = std::process::Command::new(tests::server::binary());
    let embedded = || format!("sqlite:{}", server.directory().join("palm.db").display());
    let url = server.postgres_url().unwrap_or_else(embedded);
    palm.args(words).env("PALM_DATABASE_URL", url).env("PALM_DIR", directory).output().unwrap()
}

/// Both languages, what the database has, and what to do.
fn is_refused(outcome: &Output, said: &[&str]) {
    let told = text(&outcome.stderr);
    assert!(!outcome.status.success(), "{outcome:?}");
    for what in said {
        assert!(told.contains(what), "{what}: {told}");
    }
}

fn id(server: &Server) -> String {
    std::fs::read_to_string(marker(server)).unwrap().trim().to_owned()
}

fn pulled(server: &Server) -> Vec<ChangeId> {
    Phone::of(server, "officer-a").pull_all(500).changes.into_keys().collect()
}

on_both_databases! {
    fn two_counties_work_side_by_side_in_one_database(server) {
        let mut here = Phone::of(server, "officer-a");
        let first = here.open_case(&[]);
        here.push(&[&first]);
        let other = server.another_installation();
        assert!(id(&other) < id(server), "the second row comes first in the table");
        let mut there = Phone::of(&other, "officer-a");
        assert_ne!(here.server_key, there.server_key);
        let second = there.open_case(&[]);
        there.push(&[&second]);
        // Both were started again since the other was there.
        server.start_again();
        other.start_again();
        let third = here.open_case(&[]);
        Phone::of(server, "officer-a");
        here.push(&[&third]);
        let (mut ours, mut expected) = (pulled(server), vec![first.id(), third.id()]);
        ours.sort();
        expected.sort();
        assert_eq!(ours, expected);
        assert_eq!(pulled(&other), [second.id()]);
        for one in [server, &other] {
            let head = Person::sign_in(one, "unit-head");
            let reference = head.call("GET", "/v1/sync/reference").send().expect(200).json();
            assert_eq!(reference["tenant"], id(one));
        }
        drop(other);
        server.start_again();
    }

    fn a_data_directory_without_its_marker_is_known_by_its_key(server) {
        let named = id(server);
        server.kill();
        std::fs::remove_file(marker(server)).unwrap();
        server.start_again();
        assert_eq!(id(server), named);
        // Also where another installation is beside it.
        let other = server.another_installation();
        server.kill();
        std::fs::remove_file(marker(server)).unwrap();
        server.start_again();
        assert_eq!(id(server), named);
        drop(other);
    }

    fn an_empty_data_directory_beside_an_installation_says_what_to_do(server) {
        let named = id(server);
        let empty = tempfile::tempdir().unwrap();
        let refused = palm(server, empty.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let said = [named.as_str(), "巫山县", "palm admin installation --new", "数据库中已有安装", "/installation"];
        is_refused(&refused, &said);
        assert!(!empty.path().join("keys").exists() && !empty.path().join("installation").exists());
        let listed = palm(server, empty.path(), &["admin", "installation"]);
        assert_eq!(text(&listed.stdout), format!("{named}  巫山县\n"));
        let unknown = palm(server, empty.path(), &["admin", "installation", "--id", &"ab".repeat(16)]);
        is_refused(&unknown, &[&named, "没有安装"]);
        // Named, it is known, and its keys are asked for.
        let made = palm(server, empty.path(), &["admin", "installation", "--id", &named]);
        assert!(made.status.success() && text(&made.stdout).trim() == named, "{made:?}");
        is_refused(&palm(server, empty.path(), &["serve", "--listen", "127.0.0.1:0"]), &["server.pk8 is not there"]);
        is_refused(&palm(server, empty.path(), &["admin", "installation", "--new"]), &["belongs to an installation"]);
        // A new one is made once, on purpose.
        let second = tempfile::tempdir().unwrap();
        assert!(palm(server, second.path(), &["admin", "installation", "--new"]).status.success());
        let seeded = ["seed", "--password", tests::server::PASSWORD];
        assert!(palm(server, second.path(), &seeded).status.success());
        let listed = text(&palm(server, second.path(), &["admin", "installation"]).stdout);
        assert_eq!(listed.lines().count(), 2, "{listed}");
    }

    fn a_marker_of_another_database_or_of_nothing_is_refused(server) {
        let named = id(server);
        server.kill();
        for (wrong, said) in [("cd".repeat(16), named.as_str()), ("here".to_owned(), "不是一套安装的标识")] {
            std::fs::write(marker(server), wrong).unwrap();
            let refused = server.palm("serve").args(["--listen", "127.0.0.1:0"]).output().unwrap();
            is_refused(&refused, &[said, "installation", "请"]);
        }
        std::fs::write(marker(server), &named).unwrap();
        server.start_again();
        assert_eq!(pulled(server), []);
    }
}

#[test]
fn a_backup_of_one_of_two_installations_is_restored_as_that_one() {
    let server = Server::on_sqlite();
    let other = server.another_installation();
    let mut phone = Phone::of(&other, "officer-a");
    let change = phone.open_case(&[]);
    phone.push(&[&change]);
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    let to = to.to_str().unwrap();
    let made = other.palm("backup").args(["--to", to, "--with-keys"]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let checked = other.palm("backup").args(["--check", to]).output().unwrap();
    assert!(checked.status.success() && text(&checked.stdout).contains("1 leaves"), "{checked:?}");
    assert_eq!(std::fs::read_to_string(format!("{to}/installation")).unwrap().trim(), id(&other));
    // Another marker in it is told.
    std::fs::write(Path::new(to).join("installation"), id(&server)).unwrap();
    let checked = other.palm("backup").args(["--check", to]).output().unwrap();
    is_refused(&checked, &["does not name the installation"]);
    std::fs::write(Path::new(to).join("installation"), id(&other)).unwrap();
    // It starts with its own database, as the installation that was backed up.
    let listed = palm_alone(Path::new(to), &["admin", "check-evidence"]);
    assert!(listed.status.success(), "{listed:?}");
}

fn palm_alone(directory: &Path, words: &[&str]) -> Output {
    let mut palm = std::process::Command::new(tests::server::binary());
    palm.args(words).env_remove("PALM_DATABASE_URL").env("PALM_DIR", directory).output().unwrap()
}
