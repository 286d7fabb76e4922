//! A server with an unsafe configuration does not start and says why.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use tests::server::binary;
use tests::{Person, Phone, on_both_databases};

fn palm(directory: &Path, words: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut palm = Command::new(binary());
    palm.env_remove("PALM_DATABASE_URL").env("PALM_DIR", directory).args(words);
    palm.envs(settings.iter().copied()).output().unwrap()
}

/// `palm serve` ends at once, and its last words name each of these.
fn refuses(directory: &Path, words: &[&str], settings: &[(&str, &str)], said: &[&str]) {
    let outcome = palm(directory, &[&["serve"], words].concat(), settings);
    let told = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(!outcome.status.success(), "{words:?} {settings:?}");
    for what in said {
        assert!(told.contains(what), "{what}: {told}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("palm.toml");
    std::fs::write(&file, "listen = '127.0.0.1:0'\nlisten_adress = 'x'\n").unwrap();
    refuses(directory.path(), &["--config", file.to_str().unwrap()], &[], &["`listen_adress`", "palm.toml"]);
    refuses(directory.path(), &[], &[("PALM_LISTN", "127.0.0.1:0")], &["`PALM_LISTN`"]);
    refuses(directory.path(), &["--listn", "127.0.0.1:0"], &[], &["--listn"]);
}

#[test]
fn values_that_do_not_fit_are_refused_by_name_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    refuses(directory.path(), &[], &[("PALM_LISTEN", "canary")], &["`listen`", "PALM_LISTEN"]);
    refuses(directory.path(), &["--tls-cert", "x.pem"], &[], &["`tls_key`"]);
}

#[test]
fn secrets_that_are_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let url = "postgres://palm:changeme@database.county.example/palm";
    refuses(directory.path(), &[], &[("PALM_DATABASE_URL", url)], &["default"]);
    let explained =
        palm(directory.path(), &["config", "--explain"], &[("PALM_DATABASE_URL", "postgres://p:canary@h/d")]);
    let said = format!("{explained:?}");
    assert!(explained.status.success() && !said.contains("canary"), "{said}");
    assert!(said.contains("PALM_DATABASE_URL"));
}

#[test]
fn a_key_file_that_others_can_read_or_that_everybody_knows_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let made = palm(directory.path(), &["seed"], &[("PALM_SEED_PASSWORD", "a trial passphrase")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = directory.path().join("keys/token.pk8");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    refuses(directory.path(), &["--listen", "127.0.0.1:0"], &[], &["token.pk8", "chmod 600"]);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&key, b"not a key").unwrap();
    refuses(directory.path(), &["--listen", "127.0.0.1:0"], &[], &["token.pk8"]);
}

#[test]
fn check_47_directories_that_are_open_to_others_are_refused_with_what_to_do() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    // With the widest umask there is: what is made is for its owner alone all the same.
    let mut seed = Command::new("sh");
    seed.args(["-c", "umask 000; exec \"$0\" seed"]).arg(binary()).env_remove("PALM_DATABASE_URL");
    let seeded = seed.env("PALM_DIR", &directory).env("PALM_SEED_PASSWORD", "a trial passphrase").output().unwrap();
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let keys = directory.join("keys");
    assert_eq!([mode(&directory), mode(&keys), mode(&directory.join("evidence"))], [0o700; 3]);
    let chmod = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    chmod(&keys, 0o750);
    refuses(&directory, &["--listen", "127.0.0.1:0"], &[], &["keys", "chmod 700"]);
    chmod(&keys, 0o700);
    chmod(&directory, 0o777);
    refuses(&directory, &["--listen", "127.0.0.1:0"], &[], &["everybody can write", "chmod 700"]);
}

#[test]
fn metrics_for_everybody_are_refused_unless_they_are_meant_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let open = ["--listen", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"];
    refuses(directory.path(), &open, &[], &["0.0.0.0:0", "metrics_open"]);
}

#[test]
fn an_open_address_without_tls_and_debug_logging_on_one_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    refuses(directory.path(), &["--listen", "0.0.0.0:0"], &[], &["--trusted-proxy"]);
    let open = [("PALM_LISTEN", "0.0.0.0:0"), ("PALM_TRUSTED_PROXY", "10.0.0.1"), ("PALM_LOG", "info,server=debug")];
    refuses(directory.path(), &[], &open, &["debug"]);
}

#[test]
fn a_database_that_is_not_there_is_said_without_its_password() {
    let directory = tempfile::tempdir().unwrap();
    let url = "postgres://palm:canary-secret@127.0.0.1:1/palm";
    let outcome = palm(directory.path(), &["serve"], &[("PALM_DATABASE_URL", url)]);
    let told = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(!outcome.status.success() && told.contains("PostgreSQL") && !told.contains("canary"), "{told}");
}

on_both_databases! {
    fn a_database_without_its_key_is_refused_with_what_to_do_and_no_key_is_made(server) {
        let key = server.directory().join("keys/server.pk8");
        let kept = std::fs::read(&key).unwrap();
        server.kill();
        std::fs::remove_file(&key).unwrap();
        let told = refused(server);
        assert!(told.contains("server.pk8 is not there") && told.contains("new-server-key"), "{told}");
        assert!(!key.exists(), "none is made");

        // Another key is no better; nor is one that was used before.
        let other = tempfile::tempdir().unwrap();
        assert!(palm(other.path(), &["seed"], &[("PALM_SEED_PASSWORD", "a trial passphrase")]).status.success());
        std::fs::copy(other.path().join("keys/server.pk8"), &key).unwrap();
        assert!(refused(server).contains("is not the key that the database was last used with"));
        std::fs::write(&key, &kept).unwrap();
        server.start_again();
    }

    fn another_key_is_taken_on_purpose_with_a_reason_and_an_alarm(server) {
        let pinned = Phone::of(server, "officer-a").server_key;
        let ask = |reason: &str| server.palm("admin new-server-key").args(["--reason", reason]).output().unwrap();
        let busy = ask("密钥文件遗失");
        assert!(!busy.status.success() && String::from_utf8_lossy(&busy.stderr).contains("stop the server first"));
        server.kill();
        assert!(!ask(" ").status.success(), "a reason is needed");
        let made = ask("密钥文件遗失");
        assert!(made.status.success(), "{made:?}");
        server.start_again();
        let phone = Phone::of(server, "officer-a");
        assert!(phone.server_key != pinned);
        let administrator = Person::sign_in(server, "county-admin");
        let alarms = administrator.call("GET", "/v1/alarms").send().expect(200).json();
        let raised = alarms["items"].as_array().unwrap().iter().find(|alarm| alarm["kind"] == "server_key_replaced");
        assert_eq!(raised.unwrap()["detail"], "密钥文件遗失");
        // The one before was moved aside: put back, it is refused.
        let keys = server.directory().join("keys");
        let names = || std::fs::read_dir(&keys).unwrap().map(|entry| entry.unwrap().path());
        let before = names().find(|path| path.to_string_lossy().contains("server.replaced-")).unwrap();
        server.kill();
        let now = std::fs::read(keys.join("server.pk8")).unwrap();
        std::fs::copy(before, keys.join("server.pk8")).unwrap();
        assert!(refused(server).contains("is not the key"));
        std::fs::write(keys.join("server.pk8"), now).unwrap();
        server.start_again();
    }

    fn a_missing_token_key_is_made_and_said_in_the_log(server) {
        server.kill();
        std::fs::remove_file(server.directory().join("keys/token.pk8")).unwrap();
        server.start_again();
        assert!(server.log_text().contains("token.pk8"), "{}", server.log_tail());
        let _ = Person::sign_in(server, "officer-a");
    }

    fn a_seeded_installation_can_be_seeded_again_and_is_marked(server) {
        let seeded = server.palm("seed").env("PALM_SEED_PASSWORD", tests::server::PASSWORD).output().unwrap();
        assert!(seeded.status.success(), "seeding twice changes nothing: {seeded:?}");
        let page = server.call("GET", "/console/sign-in").send().expect(200).text();
        assert!(page.contains("演示安装"), "{page}");
        assert!(server.log_text().contains("made up"), "{}", server.log_tail());
    }
}

/// What the server says when it does not start.
fn refused(server: &tests::Server) -> String {
    let outcome = server.palm("serve").args(["--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!outcome.status.success());
    String::from_utf8_lossy(&outcome.stderr).into_owned()
}

#[test]
fn made_up_people_are_not_loaded_among_real_ones() {
    let directory = tempfile::tempdir().unwrap();
    let person = ["admin", "create-first", "--county", "500237", "--login", "registrar", "--name", "登记员"];
    let made = palm(directory.path(), &person, &[("PALM_ADMIN_PASSWORD", "seven lamps by the river")]);
    assert!(made.status.success(), "{made:?}");
    let seeded = palm(directory.path(), &["seed"], &[("PALM_SEED_PASSWORD", "seven lamps by the river")]);
    let told = String::from_utf8_lossy(&seeded.stderr).into_owned();
    assert!(!seeded.status.success() && told.contains("people_are_real"), "{told}");
}

#[test]
fn keys_without_their_database_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let made = palm(directory.path(), &["seed"], &[("PALM_SEED_PASSWORD", "a trial passphrase")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for file in ["palm.db", "palm.db-wal", "palm.db-shm"] {
        drop(std::fs::remove_file(directory.path().join(file)));
    }
    refuses(directory.path(), &["--listen", "127.0.0.1:0"], &[], &["server.pk8", "the database is empty"]);
}

#[test]
fn no_key_is_made_where_there_is_no_installation() {
    let directory = tempfile::tempdir().unwrap();
    let made = palm(directory.path(), &["admin", "new-server-key", "--reason", "x"], &[]);
    assert!(!made.status.success() && !directory.path().join("keys").exists(), "{made:?}");
}
