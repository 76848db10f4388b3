//! From which address a request comes, as far as a limit by address is concerned.

use axum::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// What one customer of a network has: an IPv4 address, or the first 64 bits of an IPv6 address (RFC 6177), because the
/// rest can be chosen at will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address. IPv4 addresses in IPv6 form are IPv4 addresses.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            address => address,
        })
    }
}

/// Where a request comes from: the other end of the connection, or the address that a proxy has put last into the
/// header that the operator trusts. What stands before it in the header may be anybody's invention.
pub(super) fn client(
    connection: SocketAddr,
    headers: &HeaderMap,
    trusted: Option<&HeaderName>,
) -> IpAddr {
    let told = trusted.and_then(|name| {
        let newest = headers.get_all(name).into_iter().next_back()?.to_str().ok()?;
        read(newest.rsplit(',').next()?.trim())
    });
    told.unwrap_or(connection.ip())
}

/// An address, with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "127.0.0.1:40000";

    fn client_of(trusted: bool, lines: &[&str]) -> String {
        let name = HeaderName::from_static("x-forwarded-for");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, line.parse().unwrap());
        }
        client(PROXY.parse().unwrap(), &headers, trusted.then_some(&name)).to_string()
    }

    #[test]
    fn a_header_counts_only_if_the_operator_trusts_it_and_then_its_last_address_does() {
        assert_eq!(client_of(false, &["192.0.2.1"]), "127.0.0.1");
        assert_eq!(client_of(true, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(client_of(true, &["198.51.100.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(client_of(true, &["198.51.100.9", "192.0.2.1:555"]), "192.0.2.1");
        assert_eq!(client_of(true, &["[2001:db8::1]:555"]), "2001:db8::1");
        assert_eq!(client_of(true, &["[2001:db8::1]"]), "2001:db8::1");
        for nonsense in ["", "unknown", "192.0.2.1,", "192.0.2.999"] {
            assert_eq!(client_of(true, &[nonsense]), "127.0.0.1", "{nonsense}");
        }
        assert_eq!(client_of(true, &[]), "127.0.0.1");
    }

    #[test]
    fn addresses_that_one_customer_can_choose_from_are_one() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
