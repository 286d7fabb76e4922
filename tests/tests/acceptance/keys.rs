//! The keys that sign access tokens: published, and rotated while servers run.

use api_spec::keys::JwkSet;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sync_core::proof::{Jwk, thumbprint};
use sync_core::sign::{SoftwareVerifier, Verifier as _};
use tests::actor::wait_ms;
use tests::http::Call;
use tests::{Person, Server, on_both_databases};

/// How long a running server may go on with the keys that it read.
const READ_AGAIN_MS: u64 = 10_500;

fn published(address: &str) -> JwkSet {
    let answer = Call::new("GET", &format!("http://{address}/.well-known/jwks.json")).send().expect(200);
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    answer.read()
}

/// The key that a token names.
fn kid(token: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("at+jwt"), Some("ES256")));
    header["kid"].as_str().unwrap().to_owned()
}

fn rotate(server: &Server, how: &[&str]) -> String {
    let done = server.palm("admin rotate-token-key").args(how).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

fn status(address: &str, person: &Person<'_>) -> u16 {
    Call::new("GET", &format!("http://{address}/v1/me")).token(person.token()).send().status
}

on_both_databases! {
    fn the_published_key_verifies_a_token_and_is_named_by_its_thumbprint(server) {
        let person = Person::sign_in(server, "officer-a");
        let set = published(&server.address());
        assert_eq!(set.keys.len(), 1);
        let key = &set.keys[0];
        let jwk = Jwk { crv: key.crv.clone(), kty: key.kty.clone(), x: key.x.clone(), y: key.y.clone() };
        let public = jwk.key().unwrap();
        assert_eq!((key.kid.clone(), key.kid.clone()), (thumbprint(&public), kid(person.token())));
        assert_eq!((key.purpose.as_str(), key.alg.as_str()), ("sig", "ES256"));
        let (message, signature) = person.token().rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap().try_into().unwrap();
        assert!(SoftwareVerifier.verify(&public, message.as_bytes(), &signature));
    }

    fn a_rotation_while_two_servers_run_ends_no_token_and_counts_on_both(server) {
        let beside = server.beside();
        let (one, two) = (server.address(), beside.address().to_owned());
        let before = Person::sign_in(server, "officer-a");
        let old = kid(before.token());
        let new = rotate(server, &[]);
        assert_ne!(old, new);
        wait_ms(READ_AGAIN_MS);
        for address in [&one, &two] {
            let kids: Vec<String> = published(address).keys.into_iter().map(|key| key.kid).collect();
            assert_eq!(kids, [new.clone(), old.clone()], "{address}");
        }
        let after = Person::sign_in(server, "officer-a");
        assert_eq!(kid(after.token()), new);
        assert_eq!([&one, &two].map(|address| (status(address, &before), status(address, &after))), [(200, 200); 2]);
        server.start_again();
        assert_eq!(status(&server.address(), &before), 200, "also after a restart");
    }

    fn an_exposed_key_ends_at_once_with_its_tokens(server) {
        let before = Person::sign_in(server, "officer-a");
        assert_eq!(status(&server.address(), &before), 200);
        let new = rotate(server, &["--at-once"]);
        wait_ms(READ_AGAIN_MS);
        assert_eq!(status(&server.address(), &before), 401);
        let kids: Vec<String> = published(&server.address()).keys.into_iter().map(|key| key.kid).collect();
        assert_eq!(kids, std::slice::from_ref(&new));
        let after = Person::sign_in(server, "officer-a");
        assert_eq!((kid(after.token()), status(&server.address(), &after)), (new, 200));
    }
}
