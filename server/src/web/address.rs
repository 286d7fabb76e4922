//! The client address of a request. It is used for throttling and never logged.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::networks::{Networks, parse};
use super::transport::Transport;

/// The client's address: the peer's, or the one that a named proxy forwards. `X-Forwarded-For` of any other peer is
/// ignored.
pub fn client(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let Some(transport) = request.app_data::<Data<Transport>>() else { return Some(peer) };
    if transport.trusted_proxies.is_empty() {
        return Some(peer);
    }
    let headers = request.headers().get_all("X-Forwarded-For").filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = headers.flat_map(|text| text.split(',')).map(str::trim).collect();
    Some(from(peer, &told, &transport.trusted_proxies))
}

/// The last address that is not one of our proxies; the client may have written anything before it.
fn from(peer: IpAddr, told: &[&str], trusted: &Networks) -> IpAddr {
    let mut address = peer;
    let mut before = told.iter().rev();
    while trusted.contains(address) || (address.is_loopback() && address == peer) {
        match before.next().and_then(|text| parse(text)) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let [proxy, client, other] = ["10.0.0.1", "203.0.113.7", "198.51.100.2"].map(ip);
        let trusted = "10.0.0.1".parse().unwrap();
        assert_eq!(from(proxy, &["203.0.113.7"], &trusted), client);
        assert_eq!(from(proxy, &["198.51.100.2", "203.0.113.7"], &trusted), client, "the client wrote the first");
        assert_eq!(from(proxy, &["203.0.113.7", "10.0.0.1"], &trusted), client, "two proxies");
        assert_eq!(from(other, &["203.0.113.7"], &trusted), other, "no proxy");
        assert_eq!(from(proxy, &["unknown"], &trusted), proxy);
        assert_eq!(from(proxy, &[], &trusted), proxy);
    }

    #[test]
    fn an_address_is_read_with_its_port_in_brackets_and_in_quotes() {
        for (text, wanted) in [
            ("203.0.113.7:5544", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("[2001:db8::1]:5544", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("\"[2001:db8::1]:80\"", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(parse(text), Some(ip(wanted)), "{text}");
        }
        for text in ["", "unknown", "_hidden", "203.0.113", "203.0.113.7:", "203.0.113.7:99999", "[203.0.113.7"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let proxy = ip("10.0.0.1");
        let trusted = "10.0.0.0/8".parse().unwrap();
        assert_eq!(from(proxy, &["203.0.113.7:5544"], &trusted), ip("203.0.113.7"), "each guesser counts alone");
    }
}
