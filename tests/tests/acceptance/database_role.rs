//! On PostgreSQL the server works with a role that owns nothing.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use sync_core::message::Class;
use tests::server::binary;
use tests::{Person, Phone, Server};

const ROLE: &str = "palm_acceptance";

/// The server's database, by another role.
fn by_role(url: &str) -> String {
    let (_, rest) = url.split_once('@').unwrap();
    format!("postgres://{ROLE}@{rest}")
}

#[test]
fn check_46_the_server_works_by_a_role_that_owns_nothing_and_cannot_alter_the_record() {
    let Some(server) = Server::on_postgres() else { return };
    let owners = server.postgres_url().unwrap();
    let mut owner = PgConnection::establish(&owners).unwrap();
    let make = format!("DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    owner.batch_execute(&make).unwrap();
    assert!(server.log_text().contains("owns the tables of the record"), "the owner is told");
    let mut grant = std::process::Command::new(binary());
    grant.args(["admin", "database-role", "--role", ROLE, "--dir"]).arg(server.directory());
    let granted = grant.env("PALM_DATABASE_URL", &owners).output().unwrap();
    assert!(granted.status.success(), "{granted:?}");
    let before = server.log_text().matches("owns the tables of the record").count();
    let application = by_role(&owners);
    server.start_with(&[("PALM_DATABASE_URL", &application)]);
    assert_eq!(server.log_text().matches("owns the tables of the record").count(), before);
    let mut phone = Phone::of(&server, "officer-a");
    let opening = phone.open_case(&[]);
    assert_eq!(phone.push(&[&opening]).outcomes[0].class, Class::Accepted);
    let head = Person::sign_in(&server, "unit-head");
    let _ = head.call("GET", &format!("/v1/cases/{}", opening.id())).send().expect(200);
    let mut attacker = PgConnection::establish(&application).unwrap();
    for attack in [
        "UPDATE receipt SET issued_ms = 0",
        "DELETE FROM change",
        "TRUNCATE leaf",
        "UPDATE log_head SET at_ms = 0",
        "DELETE FROM alarm",
        "ALTER TABLE change DISABLE TRIGGER ALL",
        "DROP TABLE change CASCADE",
        "CREATE TABLE mine (id BIGINT)",
        "SET session_replication_role = replica",
    ] {
        let refused = attacker.batch_execute(attack).expect_err(attack).to_string();
        assert!(refused.contains("permission denied") || refused.contains("must be owner"), "{attack}: {refused}");
    }
}
