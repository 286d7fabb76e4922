//! TLS of the server: 1.2 and 1.3 only, no plain HTTP, HSTS.
//!
//! The client is `openssl`, which can still be made to use obsolete versions.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tests::Server;

/// A certificate for `localhost` and its key.
pub fn certificate(directory: &Path) -> (PathBuf, PathBuf) {
    let (chain, key) = (directory.join("chain.pem"), directory.join("tls.key"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out"]).arg(&chain);
    let made = openssl.arg("-keyout").arg(&key).stderr(Stdio::null()).status();
    assert!(made.is_ok_and(|status| status.success()), "openssl is needed here: `bash tests/run.sh` installs it");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    (chain, key)
}

/// Sends a request by TLS as these words say; what came back, and what `openssl` said of the handshake.
fn by_tls(server: &Server, chain: &Path, words: &[&str], request: &str) -> (String, String) {
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-connect", &server.address(), "-servername", "localhost", "-CAfile"]).arg(chain);
    openssl.args(["-verify_return_error", "-verify_hostname", "localhost", "-ign_eof"]).args(words);
    let mut client = openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Where the handshake failed nobody reads any more.
    drop(client.stdin.take().unwrap().write_all(request.as_bytes()));
    let outcome = client.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&outcome.stdout), text(&outcome.stderr))
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn tls_1_2_and_1_3_are_spoken_and_nothing_older() {
    let server = Server::on_sqlite();
    let (chain, key) = certificate(server.directory());
    server.start_by_tls(&chain, &key);
    for (version, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let (answer, said) = by_tls(&server, &chain, &[version], HEALTH);
        assert!(answer.contains("HTTP/1.1 200 OK") && answer.contains(name), "{version}: {answer} {said}");
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{version}: {answer}");
    }
    for version in ["-tls1", "-tls1_1"] {
        let (answer, said) = by_tls(&server, &chain, &[version, "-cipher", "ALL:@SECLEVEL=0"], HEALTH);
        assert!(!answer.contains("HTTP/1.1"), "{version}: {answer}");
        // The server refuses what the client offers, not the client.
        assert!(said.contains("SSL alert number"), "{version}: {said}");
    }
}

#[test]
fn in_the_clear_nothing_is_answered_on_a_port_of_tls() {
    let server = Server::on_sqlite();
    let (chain, key) = certificate(server.directory());
    server.start_by_tls(&chain, &key);
    let mut plain = TcpStream::connect(server.address()).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    plain.write_all(HEALTH.as_bytes()).unwrap();
    let mut came = Vec::new();
    drop(plain.read_to_end(&mut came));
    assert!(came.len() <= 7 && !came.starts_with(b"HTTP"), "an alert at most, no answer and no redirect: {came:?}");
    let (answer, said) = by_tls(&server, &chain, &[], HEALTH);
    assert!(answer.contains("HTTP/1.1 200 OK"), "others are served: {answer} {said}");
}

#[test]
fn a_console_session_is_for_tls_alone() {
    let server = Server::on_sqlite();
    let (chain, key) = certificate(server.directory());
    server.start_by_tls(&chain, &key);
    let page = "GET /console/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let (answer, said) = by_tls(&server, &chain, &[], page);
    let cookies: Vec<&str> = answer.lines().filter(|line| line.starts_with("set-cookie:")).collect();
    assert!(!cookies.is_empty(), "{answer} {said}");
    for cookie in cookies {
        assert!(cookie.contains("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
}

#[test]
fn a_key_that_everybody_can_read_is_refused() {
    let server = Server::on_sqlite();
    let (chain, key) = certificate(server.directory());
    for mode in [0o644, 0o604] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut serve = server.palm("serve");
        serve.args(["--listen", "127.0.0.1:0"]).arg("--tls-cert").arg(&chain).arg("--tls-key").arg(&key);
        let outcome = serve.output().unwrap();
        let told = String::from_utf8_lossy(&outcome.stderr).into_owned();
        assert!(!outcome.status.success() && told.contains("chmod 600") && told.contains("tls.key"), "{told}");
    }
}
