//! How many connections each peer has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Bits of an IPv6 address that tell sites apart: one site has all addresses of a `/64` (RFC 4291, 2.5.4).
const SITE_BITS: u32 = 64;

/// Number of connections by peer.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    limit: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of a peer; it counts as long as this lives.
#[derive(Debug)]
pub(super) struct Peer {
    peers: Peers,
    site: IpAddr,
}

impl Peers {
    /// Makes a count that lets each peer have so many connections.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            open: Arc::default(),
        }
    }

    /// Lets a peer in, unless it has all that it may have.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Peer> {
        let site = site(address);
        self.counted(|open| {
            let count = open.entry(site).or_default();
            let has_room = *count < self.limit;
            *count += usize::from(has_room);
            has_room
        })
        .then(|| Peer {
            peers: self.clone(),
            site,
        })
    }

    fn counted<T>(&self, with: impl FnOnce(&mut HashMap<IpAddr, usize>) -> T) -> T {
        with(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.peers.counted(|open| {
            if let Some(count) = open.get_mut(&self.site) {
                *count -= 1;
                if *count == 0 {
                    open.remove(&self.site);
                }
            }
        });
    }
}

fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << (u128::BITS - SITE_BITS);
            Ipv6Addr::from(u128::from(address) & mask).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_peer_has_its_share_and_gives_it_back() {
        let peers = Peers::with_limit(2);
        let one = peers.enter(address("192.0.2.1")).expect("room");
        let two = peers.enter(address("::ffff:192.0.2.1")).expect("room");
        assert!(peers.enter(address("192.0.2.1")).is_none());
        assert!(peers.enter(address("192.0.2.2")).is_some());
        drop(one);
        assert!(peers.enter(address("192.0.2.1")).is_some());
        drop(two);
        assert!(peers.counted(|open| open.is_empty()));
    }

    #[test]
    fn a_site_of_ipv6_is_one_peer() {
        let peers = Peers::with_limit(1);
        let _held = peers.enter(address("2001:db8::1")).expect("room");
        assert!(peers.enter(address("2001:db8::ffff:2")).is_none());
        assert!(peers.enter(address("2001:db8:0:1::1")).is_some());
    }
}
