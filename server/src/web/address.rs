//! Where a request comes from, for slowing guesses down. Never logged.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::transport::Transport;

/// The client's address: the peer's, or what the named proxies say of theirs. `X-Forwarded-For` of anybody else is
/// not believed.
pub fn client(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let trusted =
        request.app_data::<Data<Transport>>().map(|transport| transport.trusted_proxies.clone()).unwrap_or_default();
    if trusted.is_empty() {
        return Some(peer);
    }
    let headers = request.headers().get_all("X-Forwarded-For").filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = headers.flat_map(|text| text.split(',')).map(str::trim).collect();
    Some(from(peer, &told, &trusted))
}

/// The last address that is no proxy of ours: what stands before it, the client may have written itself.
fn from(peer: IpAddr, told: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer;
    let mut before = told.iter().rev();
    while trusted.contains(&address) || (address.is_loopback() && address == peer) {
        match before.next().and_then(|text| text.parse().ok()) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_proxies_are_believed() {
        let [proxy, client, other] = ["10.0.0.1", "203.0.113.7", "198.51.100.2"].map(|text| text.parse().unwrap());
        let trusted = [proxy];
        assert_eq!(from(proxy, &["203.0.113.7"], &trusted), client);
        assert_eq!(from(proxy, &["198.51.100.2", "203.0.113.7"], &trusted), client, "the client wrote the first");
        assert_eq!(from(proxy, &["203.0.113.7", "10.0.0.1"], &trusted), client, "two proxies");
        assert_eq!(from(other, &["203.0.113.7"], &trusted), other, "no proxy");
        assert_eq!(from(proxy, &["unknown"], &trusted), proxy);
        assert_eq!(from(proxy, &[], &trusted), proxy);
    }
}
