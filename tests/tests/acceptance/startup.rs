//! A server that is not safe to run does not start, and says why.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use tests::server::binary;

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
