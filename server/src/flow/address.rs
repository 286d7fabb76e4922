//! The key under which a client address is counted.

use std::net::IpAddr;

/// The IPv4 address, or the /64 of an IPv6 address, because one customer usually has a whole /64. Empty if the address is
/// not known.
pub fn network(from: Option<IpAddr>) -> Vec<u8> {
    match from.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => address.octets().into_iter().take(8).collect(),
    }
}
