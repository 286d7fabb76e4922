//! Compares the address in a proof with that of the request (RFC 9449 §4.3, step 9).
//!
//! Promise: two addresses are the same if they are the same by the syntax and the scheme (RFC 3986 §6.2.2 and §6.2.3);
//! query and fragment do not count.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use url::Url;

/// All characters except the unreserved ones (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether the address in the proof is one of those by which the request may have been sent.
pub(super) fn is_one_of(htu: &str, targets: &[String]) -> bool {
    let Some(named) = normal(htu) else { return false };
    targets.iter().any(|target| normal(target).is_some_and(|target| target == named))
}

/// Scheme, host, port and path in their normal form; none if it is no address of HTTP.
fn normal(address: &str) -> Option<(String, String, u16, String)> {
    let url = Url::parse(address).ok()?;
    if !["http", "https"].contains(&url.scheme()) || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let port = url.port_or_known_default()?;
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), port, normal_path(url.path())))
}

/// The path with unreserved characters as they are, and everything else percent-encoded in capitals (RFC 3986 §6.2.2).
fn normal_path(path: &str) -> String {
    let segment = |segment: &str| {
        let bytes: Vec<u8> = percent_decode_str(segment).collect();
        percent_encode(&bytes, RESERVED).to_string()
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(htu: &str, target: &str) -> bool {
        is_one_of(htu, &[target.to_owned()])
    }

    #[test]
    fn addresses_are_compared_in_their_normal_form_without_query() {
        let target = "https://palm.example/v1/cases/a%20b?limit=5";
        for named in [
            "https://palm.example/v1/cases/a%20b",
            "HTTPS://Palm.Example:443/v1/cases/a%20b",
            "https://palm.example/v1/cases/%61%20b#top",
            "https://palm.example/v1/x/../cases/./a%20b?limit=6",
        ] {
            assert!(same(named, target), "{named}");
        }
        for other in [
            "http://palm.example/v1/cases/a%20b",
            "https://palm.example:8443/v1/cases/a%20b",
            "https://palm.example.evil.example/v1/cases/a%20b",
            "https://palm.example/v1/cases/a%20b/",
            "https://palm.example/v1/cases/a%2520b",
            "https://palm.example/V1/cases/a%20b",
            "https://user@palm.example/v1/cases/a%20b",
            "/v1/cases/a%20b",
            "ftp://palm.example/v1/cases/a%20b",
            "",
        ] {
            assert!(!same(other, target), "{other}");
        }
        assert!(same("http://127.0.0.1:80", "http://127.0.0.1/"), "an empty path");
        assert!(same("http://h/a%2fb", "http://h/a%2Fb") && !same("http://h/a/b", "http://h/a%2Fb"), "a coded slash");
    }

    #[test]
    fn behind_a_proxy_one_of_several_addresses_is_enough() {
        let targets = ["http://127.0.0.1:8080/v1/me".to_owned(), "https://palm.example/v1/me".to_owned()];
        assert!(is_one_of("https://palm.example/v1/me", &targets));
        assert!(!is_one_of("https://palm.example/v1/tasks", &targets) && !is_one_of("https://palm.example/v1/me", &[]));
    }
}
