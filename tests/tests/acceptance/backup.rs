//! A backup taken while phones work contains everything acknowledged before it began, and reports damage.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};
use sync_core::id::ChangeId;
use tests::desk::Desk;
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

use crate::alarm;
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
    upload(&Phone::of(&server, "officer-a"), b"a photograph");
    let photo = files(&server.directory().join("evidence/files")).pop().unwrap();
    std::fs::set_permissions(&photo, std::fs::Permissions::from_mode(0o644)).unwrap();
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("with")).unwrap();
    std::fs::set_permissions(place.path().join("with"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (without, with) = (place.path().join("without"), place.path().join("with"));
    let made = backup(&server, &["--to", without.to_str().unwrap()]);
    assert!(made.status.success() && text(&made.stdout).contains("not in it"), "{made:?}");
    assert!(!without.join("keys").exists());
    let made = backup(&server, &["--with-keys", "--to", with.to_str().unwrap()]);
    assert!(made.status.success() && text(&made.stdout).contains("can sign in the name"), "{made:?}");
    assert!(with.join("keys/server.pk8").exists());
    let open_to_others = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(open_to_others(&with), 0);
    assert!(files(&with).iter().all(|path| open_to_others(path) == 0 && open_to_others(path.parent().unwrap()) == 0));
    let again = backup(&server, &["--to", with.to_str().unwrap()]);
    assert!(!again.status.success() && text(&again.stderr).contains("not empty"), "{again:?}");
    assert!(backup(&server, &["--check", with.to_str().unwrap()]).status.success());
    // Whole, private, a key, and another installation's.
    let other = Server::on_sqlite();
    std::fs::copy(other.directory().join("keys/server.pk8"), with.join("keys/server.pk8")).unwrap();
    fails(&server, &with, "not a key that the database names");
    std::fs::write(with.join("keys/server.pk8"), b"no key").unwrap();
    fails(&server, &with, "PKCS#8");
}

/// Does this to a database whose triggers are dropped, as somebody with the file can.
fn spoil(database: &Path, sql: &str) {
    let db = rusqlite::Connection::open(database).unwrap();
    db.execute_batch("DROP TRIGGER change_is_permanent; DROP TRIGGER change_is_unalterable;").unwrap();
    db.execute_batch(sql).unwrap();
    // What VACUUM INTO gave has no log beside it, and shall have none.
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE;").unwrap();
}

#[test]
fn a_change_that_is_not_what_was_stored_is_named_and_there_is_no_backup() {
    // What is done to the second change of a case of two, and why that is refused.
    let cases = [
        (
            "UPDATE change SET op_bytes = x'00' WHERE leaf = 1; DELETE FROM change_value",
            "leaf 1: the operations are not",
        ),
        ("DELETE FROM change_value WHERE leaf = 1", "and nobody sealed it"),
        (
            "UPDATE change_value SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'21' AS BLOB)
             WHERE leaf = 1",
            "is not the one it committed to",
        ),
        (
            "UPDATE change SET sign1 = CAST(substr(sign1, 1, length(sign1) - 2) || x'0000' AS BLOB) WHERE leaf = 1",
            "leaf 1: its signature",
        ),
        ("UPDATE change SET class = 'quarantined' WHERE leaf = 1", "leaf 1: its leaf is of something else"),
        ("UPDATE change SET counter = 7 WHERE leaf = 1", "leaf 1: its leaf is of something else"),
        ("UPDATE change SET received_ms = received_ms - 1 WHERE leaf = 1", "leaf 1: its leaf is of something else"),
        ("UPDATE change SET case_id = id WHERE leaf = 1", "leaf 1: its columns"),
        ("UPDATE change SET seq = 9 WHERE leaf = 1", "leaf 1: its columns"),
        ("DELETE FROM change WHERE leaf = 1", "leaf 1: its change is not there"),
        ("UPDATE change SET leaf = 2 WHERE leaf = 1", "leaf 1: its change is not there"),
        ("UPDATE change SET case_leaf = 1 WHERE leaf = 1", "leaf 1: its leaf is of something else"),
        ("UPDATE change SET case_leaf = 5 WHERE leaf = 1", "leaf 1: it stands in another case"),
        (
            "INSERT INTO change SELECT tenant, 9, x'0102', case_leaf, case_id, device, epoch, seq, officer, lease, counter,
             class, code, flags, lower_ms, upper_ms, grade, received_ms, sign1, op_bytes, case_items, case_bytes FROM change WHERE leaf = 1",
            "there is no leaf 9",
        ),
    ];
    let server = Server::on_sqlite();
    let mut phone = Phone::of(&server, "officer-a");
    let opening = phone.open_case(&[]);
    let written = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府 1");
    phone.push(&[&opening, &written]);
    server.kill();
    let place = tempfile::tempdir().unwrap();
    let whole = place.path().join("whole");
    assert!(backup(&server, &["--to", whole.to_str().unwrap()]).status.success());
    for (number, (sql, why)) in cases.into_iter().enumerate() {
        let (installed, to) = (place.path().join(format!("installed-{number}")), place.path().join(number.to_string()));
        std::fs::create_dir(&installed).unwrap();
        std::fs::copy(whole.join("palm.db"), installed.join("palm.db")).unwrap();
        spoil(&installed.join("palm.db"), sql);
        let mut palm = std::process::Command::new(tests::server::binary());
        palm.args(["backup", "--dir"]).arg(&installed).arg("--to").arg(&to).env_remove("PALM_DATABASE_URL");
        let made = palm.output().unwrap();
        let told = text(&made.stderr);
        assert!(!made.status.success() && told.contains(why), "{sql}: {why}: {told}");
        assert!(!to.join("manifest.json").exists(), "{sql}");
        // An earlier backup, altered in the same way by somebody who can write the manifest too.
        let earlier = place.path().join(format!("earlier-{number}"));
        assert!(backup(&server, &["--to", earlier.to_str().unwrap()]).status.success());
        spoil(&earlier.join("palm.db"), sql);
        say_hash_of_database(&earlier);
        fails(&server, &earlier, why);
    }
}

/// Lets the manifest name the hash that the database has now.
fn say_hash_of_database(of: &Path) {
    use sha2::Digest as _;
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(of.join("manifest.json")).unwrap()).unwrap();
    let hash = sha2::Sha256::digest(std::fs::read(of.join("palm.db")).unwrap());
    manifest["database"] = json!(sync_core::id::hex(&hash));
    std::fs::write(of.join("manifest.json"), manifest.to_string()).unwrap();
}

#[test]
fn nothing_lies_in_a_backup_that_its_manifest_does_not_account_for() {
    let server = Server::on_sqlite();
    upload(&Phone::of(&server, "officer-a"), b"a photograph");
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("backup");
    assert!(backup(&server, &["--to", to.to_str().unwrap()]).status.success());
    let photo = files(&to.join("evidence")).pop().unwrap();
    let beside = photo.with_file_name(format!(
        "{}{}",
        &text(photo.file_name().unwrap().as_encoded_bytes())[..2],
        "0".repeat(62)
    ));
    for (file, why) in [
        (to.join("palm.db-wal"), "does not belong"),
        (to.join("palm.db-journal"), "does not belong"),
        (to.join("palm.db-shm"), "does not belong"),
        (to.join("notes"), "does not belong"),
        (to.join("evidence/notes"), "is not the regular file or directory"),
        (to.join("evidence/uploads/00"), "does not belong"),
        (photo.with_file_name("notes"), "does not belong"),
        (beside, "the database does not name it"),
    ] {
        std::fs::write(&file, b"more").unwrap();
        fails(&server, &to, why);
        std::fs::remove_file(&file).unwrap();
    }
    std::fs::create_dir(to.join("keys")).unwrap();
    fails(&server, &to, "does not belong");
    std::fs::remove_dir(to.join("keys")).unwrap();
    // Neither a link to what is sound nor a pipe, which would never end.
    for path in [photo, to.join("palm.db"), to.join("manifest.json")] {
        let away = place.path().join("away");
        std::fs::rename(&path, &away).unwrap();
        std::os::unix::fs::symlink(&away, &path).unwrap();
        fails(&server, &to, "is not the regular file or directory");
        std::fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        fails(&server, &to, "is not the regular file or directory");
        std::fs::remove_file(&path).unwrap();
        std::fs::rename(&away, &path).unwrap();
    }
    let checked = backup(&server, &["--check", to.to_str().unwrap()]);
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_backup_lies_outside_of_what_it_copies_and_is_made_of_an_installation_only() {
    let server = Server::on_sqlite();
    let place = tempfile::tempdir().unwrap();
    let link = place.path().join("link");
    std::os::unix::fs::symlink(server.directory(), &link).unwrap();
    for to in [server.directory().join("backup"), link.join("deep/backup"), server.directory().join("../x/../y")] {
        let made = backup(&server, &["--to", to.to_str().unwrap()]);
        assert!(!made.status.success() && !to.exists(), "{to:?}: {made:?}");
    }
    let wrong = place.path().join("wrong");
    for words in [
        &["backup", "--to", place.path().join("to").to_str().unwrap()][..],
        &["backup", "--database-url", "sqlite:absent.db", "--to", place.path().join("to").to_str().unwrap()],
        &["admin", "new-password", "--login", "unit-head", "--password", "nine herons over the gorge"],
        &["admin", "enrolment-code", "--officer", "00000000000000000000000000000001"],
    ] {
        let mut palm = std::process::Command::new(tests::server::binary());
        let told = palm.args(words).arg("--dir").arg(&wrong).env_remove("PALM_DATABASE_URL").output().unwrap();
        assert!(
            !told.status.success()
                && ["there is no", "no installation"].iter().any(|why| text(&told.stderr).contains(why)),
            "{told:?}"
        );
        assert!(!wrong.exists() && !place.path().join("to").exists(), "{words:?}: something was made");
    }
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
        // Done by nobody who is signed in: those who look after the system see that it was done, when and to whom.
        let raised = alarm::of_kind(server, "password_replaced");
        assert_eq!((raised.len(), &raised[0]["detail"], &raised[0]["case"]), (1, &json!("unit-head"), &Json::Null));
        assert!(raised[0]["at_ms"].as_i64().unwrap() > 0);
        let mut administrator = Desk::of(server, "county-admin");
        let page = administrator.get("/console/alarms").expect(200).text();
        assert!(page.contains("运维人员在服务器上重设了密码") && page.contains("账号 unit-head"), "{page}");
        let own = Desk::of(server, "principal-head").get("/console/alarms").expect(200).text();
        assert!(!own.contains("重设了密码"), "a head sees what is about cases and phones: {own}");
    }
}
