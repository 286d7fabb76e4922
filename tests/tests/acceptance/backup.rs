//! A backup taken while phones work holds everything that was acknowledged before it was begun, and says when it is
//! not whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use sync_core::id::ChangeId;
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

use crate::evidence::upload;

const OFFICERS: [&str; 3] = ["officer-a", "officer-b", "unit-head"];

fn backup(server: &Server, words: &[&str]) -> Output {
    server.palm("backup").args(words).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The backup says that it is not whole, and why.
fn fails(server: &Server, from: &Path, why: &str) {
    let checked = backup(server, &["--check", from.to_str().unwrap()]);
    let told = text(&checked.stderr);
    assert!(!checked.status.success() && told.contains(why), "{why}: {told}");
}

/// Every file below a directory.
fn files(below: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Puts a backup in the place of the installation's data, keeping its keys.
fn restore(server: &Server, from: &Path) {
    server.kill();
    for entry in std::fs::read_dir(server.directory()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("palm.db") {
            std::fs::remove_file(&path).unwrap();
        } else if name == "evidence" {
            std::fs::remove_dir_all(&path).unwrap();
        }
    }
    for path in files(from) {
        let to = server.directory().join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&path, &to).unwrap();
    }
    server.start_again();
}

#[test]
fn what_was_acknowledged_before_a_backup_is_in_it_whatever_goes_on_meanwhile() {
    let server = Server::on_sqlite();
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    let (acknowledged, done) = (Mutex::new(Vec::<ChangeId>::new()), AtomicBool::new(false));
    let phones = OFFICERS.map(|login| Phone::of(&server, login));
    for (phone, login) in phones.iter().zip(OFFICERS) {
        upload(phone, login.as_bytes());
    }
    let before = std::thread::scope(|scope| {
        for mut phone in phones {
            let (acknowledged, done) = (&acknowledged, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let change = phone.open_case(&[]);
                    phone.push(&[&change]);
                    acknowledged.lock().unwrap().push(change.id());
                }
            });
        }
        while acknowledged.lock().unwrap().len() < 60 {
            std::thread::yield_now();
        }
        let before = acknowledged.lock().unwrap().clone();
        let made = backup(&server, &["--to", to.to_str().unwrap()]);
        let meanwhile = acknowledged.lock().unwrap().len() - before.len();
        done.store(true, Ordering::Relaxed);
        assert!(made.status.success(), "{}", text(&made.stderr));
        assert!(meanwhile > 0, "nothing went on meanwhile");
        before
    });
    let checked = backup(&server, &["--check", to.to_str().unwrap()]);
    assert!(checked.status.success() && text(&checked.stdout).contains("evidence  3 files"), "{checked:?}");
    restore(&server, &to);
    let pulled = OFFICERS.map(|login| Phone::of(&server, login).pull_all(500).changes);
    let known: Vec<ChangeId> = pulled.into_iter().flat_map(BTreeMap::into_keys).collect();
    let lost: Vec<_> = before.iter().filter(|id| !known.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {} are lost", lost.len(), before.len());
    upload(&Phone::of(&server, "officer-a"), b"more");
}

#[test]
fn a_backup_holds_no_key_unless_it_is_asked_for_and_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::on_sqlite();
    let place = tempfile::tempdir().unwrap();
    let (without, with) = (place.path().join("without"), place.path().join("with"));
    let made = backup(&server, &["--to", without.to_str().unwrap()]);
    assert!(made.status.success() && text(&made.stdout).contains("not in it"), "{made:?}");
    assert!(!without.join("keys").exists());
    let made = backup(&server, &["--with-keys", "--to", with.to_str().unwrap()]);
    assert!(made.status.success() && text(&made.stdout).contains("signs in the name"), "{made:?}");
    assert!(with.join("keys/server.pk8").exists());
    let open_to_others = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(open_to_others(&with), 0);
    assert!(
        files(&with)
            .iter()
            .filter(|path| !path.starts_with(with.join("evidence")))
            .all(|path| open_to_others(path) == 0)
    );
    let again = backup(&server, &["--to", with.to_str().unwrap()]);
    assert!(!again.status.success() && text(&again.stderr).contains("not empty"), "{again:?}");
}

#[test]
fn a_backup_that_is_not_whole_says_what_is_wrong() {
    let server = Server::on_sqlite();
    upload(&Phone::of(&server, "officer-a"), b"a photograph");
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    assert!(backup(&server, &["--to", to.to_str().unwrap()]).status.success());
    let photo = files(&to.join("evidence")).pop().unwrap();
    let spoil = |path: &Path, why: &str| {
        let good = std::fs::read(path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        std::fs::write(path, &bad).unwrap();
        fails(&server, &to, why);
        std::fs::remove_file(path).unwrap();
        fails(&server, &to, if why == "hash" { "absent" } else { "No such file" });
        std::fs::write(path, good).unwrap();
    };
    spoil(&photo, "hash");
    spoil(&to.join("palm.db"), "database");
    std::fs::remove_file(to.join("manifest.json")).unwrap();
    fails(&server, &to, "manifest.json");
    // Evidence that the disk has spoilt is found when the next backup is made.
    let here = files(&server.directory().join("evidence/files")).pop().unwrap();
    std::fs::write(here, b"a photogroph").unwrap();
    let next = place.path().join("next");
    let made = backup(&server, &["--to", next.to_str().unwrap()]);
    assert!(!made.status.success() && text(&made.stderr).contains("hash"), "{made:?}");
    assert!(!next.join("manifest.json").exists());
}

#[test]
fn postgres_is_refused_with_what_to_do_instead() {
    let place = tempfile::tempdir().unwrap();
    let mut palm = std::process::Command::new(tests::server::binary());
    palm.args(["backup", "--database-url", "postgres://palm:canary@127.0.0.1:1/palm", "--to"]);
    let refused = palm.arg(place.path().join("backup")).output().unwrap();
    let told = text(&refused.stderr);
    assert!(!refused.status.success() && told.contains("pg_dump") && !told.contains("canary"), "{told}");
}

on_both_databases! {
    fn a_new_password_at_the_machine_ends_the_sessions_of_the_old_one(server) {
        let head = Person::sign_in(server, "unit-head");
        let other = Person::sign_in(server, "officer-a");
        let palm = server.palm("admin");
        // The words of `palm admin` stand before its flags.
        let given = palm.get_args().skip(1).map(std::ffi::OsStr::to_owned).collect::<Vec<_>>();
        let mut change = std::process::Command::new(palm.get_program());
        change.args(["admin", "new-password", "--login", "unit-head"]).args(given);
        change.envs(palm.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let changed = change.env("PALM_ADMIN_PASSWORD", "nine herons over the gorge").output().unwrap();
        assert!(changed.status.success(), "{}", text(&changed.stderr));
        assert_eq!(head.call("GET", "/v1/me").send().status, 401);
        let _ = other.call("GET", "/v1/me").send().expect(200);
        let sign_in = |password: &str| {
            server.call("POST", "/v1/sessions").json(&json!({"login": "unit-head", "password": password})).send().status
        };
        assert_eq!((sign_in(PASSWORD), sign_in("nine herons over the gorge")), (401, 201));
    }
}
