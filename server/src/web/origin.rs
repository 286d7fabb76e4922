//! Same-origin check of browser requests.
//!
//! Promise: `Sec-Fetch-Site`, which no page can set, decides if the browser sends it, so a proxy that changes `Host` or
//! drops its port does no harm. For older browsers `Origin` is compared with the requested host, with default ports
//! filled in (RFC 6454 section 4); for a named proxy, `X-Forwarded-Host` and `X-Forwarded-Port` count as well.

use actix_web::http::Uri;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::http::uri::Authority;

/// Whether the request comes from a page of this origin. Browsers send `Origin` with every form that they post, so a
/// request without either header does not come from a form. `proxied`: the peer is a configured proxy.
pub fn is_same(headers: &HeaderMap, secure: bool, proxied: bool) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), origin) => site == "same-origin" && origin != Some("null"),
        (None, Some(origin)) => hosts(headers, proxied).iter().any(|host| is_of(origin, host, secure)),
        (None, None) => false,
    }
}

/// The host names by which the client may have addressed this server.
pub(super) fn hosts(headers: &HeaderMap, proxied: bool) -> Vec<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned());
    let mut hosts: Vec<String> = text(HOST.as_str()).into_iter().collect();
    if proxied {
        hosts.extend(text("x-forwarded-host"));
        if let Some(port) = text("x-forwarded-port") {
            let named = hosts.iter().filter_map(|host| host.parse::<Authority>().ok());
            let with_port: Vec<String> = named.map(|authority| format!("{}:{port}", authority.host())).collect();
            hosts.extend(with_port);
        }
    }
    hosts
}

fn is_of(origin: &str, host: &str, secure: bool) -> bool {
    let (scheme, usual) = if secure { ("https", 443) } else { ("http", 80) };
    let (Ok(uri), Ok(host)) = (origin.parse::<Uri>(), host.parse::<Authority>()) else { return false };
    let port = |authority: &Authority| authority.port_u16().unwrap_or(usual);
    let same = |named: &Authority| named.host().eq_ignore_ascii_case(host.host()) && port(named) == port(&host);
    uri.scheme_str() == Some(scheme) && uri.authority().is_some_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn said(pairs: &[(&str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn the_browsers_own_word_decides_and_the_host_only_without_it() {
        let host = ("host", "palm.example:8443");
        for (origin, site, ours) in [
            (Some("https://palm.example:8443"), Some("same-origin"), true),
            (Some("https://palm.example:8443"), None, true),
            (None, Some("same-origin"), true),
            (None, None, false),
            (Some("null"), None, false),
            (Some("null"), Some("same-origin"), false),
            (Some("http://palm.example:8443"), None, false),
            (Some("https://palm.example"), None, false),
            (Some("https://palm.example:8443.evil.example"), None, false),
            (Some("https://evil.example"), Some("cross-site"), false),
            (Some("https://palm.example:8443"), Some("same-site"), false),
            (None, Some("none"), false),
        ] {
            let named = [Some(host), origin.map(|o| ("origin", o)), site.map(|s| ("sec-fetch-site", s))];
            let headers = said(&named.into_iter().flatten().collect::<Vec<_>>());
            assert_eq!(is_same(&headers, true, false), ours, "{origin:?} {site:?}");
        }
        assert!(is_same(&said(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]), false, false));
        assert!(!is_same(&said(&[("origin", "https://palm.example")]), true, false), "without a host");
    }

    #[test]
    fn a_proxy_on_another_port_stops_nobody() {
        let page = ("origin", "https://palm.example:8443");
        let modern = [("host", "palm.example"), page, ("sec-fetch-site", "same-origin")];
        assert!(is_same(&said(&modern), true, true), "`proxy_set_header Host $host` drops the port");
        let older = [("host", "127.0.0.1:8080"), page, ("x-forwarded-host", "palm.example:8443")];
        assert!(is_same(&said(&older), true, true) && !is_same(&said(&older), true, false), "of a named proxy only");
        let split = [("host", "palm.example"), page, ("x-forwarded-port", "8443")];
        assert!(is_same(&said(&split), true, true) && !is_same(&said(&split), true, false));
        let other = [("host", "palm.example"), ("origin", "https://palm.example:9443"), ("x-forwarded-port", "8443")];
        assert!(!is_same(&said(&other), true, true));
    }

    #[test]
    fn the_usual_port_and_the_case_of_a_name_make_no_difference() {
        let same = [("host", "Palm.Example:443"), ("origin", "https://palm.example")];
        assert!(is_same(&said(&same), true, false));
        let plain = [("host", "palm.example"), ("origin", "http://palm.example:80")];
        assert!(is_same(&said(&plain), false, false));
    }
}
