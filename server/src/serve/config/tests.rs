use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::web::timeouts::Timeouts;

fn file(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("palm.toml");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    (directory, path)
}

fn with(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Layers::read(BTreeMap::new(), variables, None)?.settings()
}

fn refused<T>(outcome: Result<T, ConfigError>) -> ConfigError {
    outcome.err().unwrap()
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let (_directory, path) = file("listen = '127.0.0.1:1'\nkeep_alive_s = 4\nshutdown_s = 9\n", 0o644);
    let flags = BTreeMap::from([("listen", "127.0.0.1:3".to_owned())]);
    let variables = [("PALM_LISTEN", "127.0.0.1:2"), ("PALM_KEEP_ALIVE_S", "5"), ("HOME", "/")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let layers = Layers::read(flags, variables, Some(&path)).unwrap();
    let settings = layers.settings().unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.timeouts.idle.as_secs(), 5);
    assert_eq!(settings.shutdown.as_secs(), 9);
    assert_eq!(settings.timeouts.head, Timeouts::default().head);
    let told = layers.explain();
    for wanted in ["from --listen", "from PALM_KEEP_ALIVE_S", "from default", &format!("from {}", path.display())] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn an_unknown_key_is_refused_by_name_wherever_it_stands() {
    let (_directory, path) = file("listne = '127.0.0.1:1'\n", 0o644);
    let from_file = refused(Layers::read(BTreeMap::new(), [], Some(&path))).to_string();
    assert!(from_file.contains("`listne`") && from_file.contains("palm.toml"), "{from_file}");
    let from_environment = refused(with(&[("PALM_LISTNE", "x")])).to_string();
    assert!(from_environment.contains("`PALM_LISTNE`"), "{from_environment}");
    let (_directory, nested) = file("[server]\nlisten = '127.0.0.1:1'\n", 0o644);
    assert!(refused(Layers::read(BTreeMap::new(), [], Some(&nested))).to_string().contains("`server`"));
    assert!(with(&[("PALM_SEED_PASSWORD", "x"), ("PALM_SERVICE_HOST", "x")]).is_ok(), "of others");
}

#[test]
fn a_secret_is_printed_nowhere() {
    let (_directory, path) = file("database_url = 'postgres://palm:canary@db/palm'\n", 0o600);
    let layers = Layers::read(BTreeMap::new(), [], Some(&path)).unwrap();
    assert!(layers.settings().is_ok());
    assert!(!layers.explain().contains("canary"));
    let (_directory, broken) = file("database_url = 'postgres://palm:canary@db/palm\n", 0o600);
    let error = refused(Layers::read(BTreeMap::new(), [], Some(&broken))).to_string();
    assert!(error.contains("line 1") && !error.contains("canary"), "{error}");
    let wrong = refused(with(&[("PALM_LISTEN", "canary")])).to_string();
    assert!(wrong.contains("`listen` (from PALM_LISTEN)") && !wrong.contains("canary"), "{wrong}");
}

#[test]
fn a_file_with_a_secret_that_others_can_read_is_refused() {
    let (_directory, path) = file("database_url = 'postgres://palm:canary@db/palm'\n", 0o640);
    assert!(matches!(Layers::read(BTreeMap::new(), [], Some(&path)), Err(ConfigError::Exposed { .. })));
    let (_directory, harmless) = file("log = 'warn'\n", 0o644);
    assert!(Layers::read(BTreeMap::new(), [], Some(&harmless)).is_ok());
}

#[test]
fn a_default_password_towards_another_machine_is_refused() {
    for (url, fine) in [
        ("postgres://palm:palm@db.county/palm", false),
        ("postgres://palm:changeme@10.0.0.4:5432/palm", false),
        ("postgres://postgres:postgres@[fd00::1]/palm", false),
        ("postgres://palm:@db/palm", false),
        ("postgres://palm:b6Vd-9fQq@db/palm", true),
        ("postgres://postgres:postgres@localhost/palm", true),
        ("postgres://palm@db/palm", true),
        ("sqlite:/var/lib/palm/palm.db", true),
    ] {
        let outcome = with(&[("PALM_DATABASE_URL", url)]);
        assert_eq!(outcome.is_ok(), fine, "{url}");
        assert!(fine || matches!(outcome, Err(ConfigError::DefaultSecret)), "{url}");
    }
}

#[test]
fn debug_logging_beyond_loopback_is_refused() {
    for (log, listen, fine) in [
        ("debug", "0.0.0.0:8080", false),
        ("info,actix_http=TRACE", "10.0.0.1:8080", false),
        ("debug", "127.0.0.1:8080", true),
        ("info,debugger=warn", "0.0.0.0:8080", true),
    ] {
        assert_eq!(with(&[("PALM_LOG", log), ("PALM_LISTEN", listen)]).is_ok(), fine, "{log} {listen}");
    }
}

#[test]
fn values_of_the_wrong_form_and_halves_of_a_pair_are_refused() {
    for (name, value) in [
        ("PALM_LISTEN", "8080"),
        ("PALM_TRUSTED_PROXY", "10.0.0.1,proxy"),
        ("PALM_CORS_ORIGIN", "*"),
        ("PALM_CORS_ORIGIN", "https://app.example.org, null"),
        ("PALM_CORS_ORIGIN", "https://app.example.org/"),
        ("PALM_BODY_SILENCE_S", "0"),
        ("PALM_DATABASE_CONNECTIONS", "-1"),
        ("PALM_TLS_CERT", "chain.pem"),
        ("PALM_TLS_KEY", "key.pem"),
    ] {
        assert!(with(&[(name, value)]).is_err(), "{name}={value}");
    }
    let settings = with(&[("PALM_TRUSTED_PROXY", "10.0.0.1, 10.0.0.2")]).unwrap();
    let named = |text: &str| settings.trusted_proxies.contains(text.parse().unwrap());
    assert!(named("10.0.0.1") && named("10.0.0.2") && !named("10.0.0.3"));
    let (_directory, list) = file("trusted_proxy = ['10.0.0.1', '10.0.0.2']\nlisten = true\n", 0o644);
    assert!(refused(Layers::read(BTreeMap::new(), [], Some(&list))).to_string().contains("`listen`"));
}

#[test]
fn the_defaults_are_the_same_in_the_table_and_in_the_types() {
    let settings = with(&[]).unwrap();
    assert_eq!(settings.timeouts, Timeouts::default());
}

/// Compares `docs/configuration.md` with the table; `UPDATE=1` writes it.
#[test]
fn the_book_lists_every_key() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let book = explain::book();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &book).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), book, "UPDATE=1 accepts");
}

#[test]
fn metrics_beyond_loopback_are_refused_unless_they_are_meant_to_be() {
    let of = |address, open| with(&[("PALM_METRICS_LISTEN", address), ("PALM_METRICS_OPEN", open)]);
    for address in ["127.0.0.1:9", "127.9.9.9:9", "[::1]:9"] {
        assert!(of(address, "false").is_ok(), "{address}");
    }
    for address in ["0.0.0.0:9", "[::]:9", "10.0.0.1:9", "128.0.0.1:9"] {
        let told = refused(of(address, "false")).to_string();
        assert!(told.contains(address) && told.contains("`metrics_open`"), "{told}");
        assert!(of(address, "true").is_ok(), "{address}");
    }
    assert!(refused(of("127.0.0.1:9", "yes")).to_string().contains("true or false"));
}
