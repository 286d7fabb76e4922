//! TLS to PostgreSQL: libpq checks the certificate of the database and its name, and signs in bound to the channel.

use std::path::Path;
use std::process::Command;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use tests::Server;
use tests::cluster::Cluster;
use tests::server::{PASSWORD as OF_SEED, binary};

use crate::tls::certificate;

const PASSWORD: &str = "of-the-database";

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The address of the database by this name of the machine, with these parameters.
fn url(cluster: &Cluster, host: &str, parameters: &str) -> String {
    format!("postgres://palm:{PASSWORD}@{host}:{}/postgres?connect_timeout=10&{parameters}", cluster.port())
}

/// What `palm seed` says on standard error where it fails over this database; none where it does not fail.
fn refusal(url: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    let mut palm = Command::new(binary());
    palm.args(["seed", "--dir"]).arg(directory.path()).env("PALM_DATABASE_URL", url);
    let outcome = palm.env("PALM_SEED_PASSWORD", OF_SEED).env("PALM_DATABASE_WAIT_MS", "3000").output().unwrap();
    (!outcome.status.success()).then(|| String::from_utf8_lossy(&outcome.stderr).into_owned())
}

fn rooted(root: &Path) -> String {
    format!("sslrootcert={}", root.display())
}

#[test]
fn the_certificate_of_the_database_is_checked_and_the_sign_in_bound_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let (root, key) = certificate(directory.path());
    let Some(cluster) = Cluster::start_by_tls(&root, &key, PASSWORD) else { return };
    let parameters = format!("sslmode=verify-full&channel_binding=require&{}", rooted(&root));
    let address = url(&cluster, "localhost", &parameters);
    let server = Server::on_postgres_at(address.clone());
    let ours = server.database_processes();
    let mut db = PgConnection::establish(&address).unwrap();
    let asked = format!("SELECT version FROM pg_stat_ssl WHERE ssl AND pid = ANY(ARRAY{ours:?})");
    let versions: Vec<Version> = diesel::sql_query(asked).load(&mut db).unwrap();
    assert!(!ours.is_empty() && versions.len() == ours.len(), "all of {ours:?} by TLS");
    assert!(versions.iter().all(|row| row.version == "TLSv1.3"));
}

#[test]
fn a_database_that_cannot_prove_who_it_is_is_not_used() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, key) = certificate(directory.path());
    let (another, _key) = certificate(elsewhere.path());
    let Some(cluster) = Cluster::start_by_tls(&root, &key, PASSWORD) else { return };
    let (root, another) = (rooted(&root), rooted(&another));
    for (host, parameters, said) in [
        ("localhost", format!("sslmode=verify-full&{another}"), "certificate verify failed"),
        ("localhost", format!("sslmode=verify-ca&{another}"), "certificate verify failed"),
        ("127.0.0.1", format!("sslmode=verify-full&{root}"), "does not match host name"),
        ("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem".to_owned(), "does not exist"),
        ("localhost", "sslmode=disable".to_owned(), "no encryption"),
    ] {
        let told = refusal(&url(&cluster, host, &parameters)).unwrap_or_default();
        assert!(told.contains(said), "{host} {parameters}: {told}");
        assert!(!told.contains(PASSWORD), "{told}");
    }
    let mut db = PgConnection::establish(&url(&cluster, "localhost", &format!("sslmode=verify-full&{root}"))).unwrap();
    let tables = "(SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public')";
    let made: i64 = diesel::select(sql::<BigInt>(tables)).get_result(&mut db).unwrap();
    assert_eq!(made, 0, "nobody signed in");
    // One step less: the certificate is checked, its name is not.
    assert_eq!(refusal(&url(&cluster, "127.0.0.1", &format!("sslmode=verify-ca&{root}"))), None);
}
