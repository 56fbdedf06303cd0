//! Names to addresses, by the system's resolver.

use super::failure::Failure;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The system's resolver, except that `localhost` and `*.localhost` are this machine, whatever it says: plain http may
/// go there (RFC 6761, 6.3).
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = addresses(name.as_str().to_owned()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn addresses(name: String) -> Result<Vec<SocketAddr>, Failure> {
    if name == "localhost" || name.ends_with(".localhost") {
        return Ok(vec![
            (Ipv4Addr::LOCALHOST, 0).into(),
            (Ipv6Addr::LOCALHOST, 0).into(),
        ]);
    }
    let found = tokio::net::lookup_host((name, 0))
        .await
        .map_err(|error| Failure::Dns(reason(&error)))?;
    Ok(found.collect())
}

/// Says in a word of the DNS why a name has no address (RFC 8499): `NXDOMAIN` if there is no such name, else `SERVFAIL`, after
/// which asking again may help. The system's resolver tells by its sentence only.
fn reason(error: &io::Error) -> String {
    const NO_SUCH_NAME: [&str; 4] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "nodename nor servname provided",
    ];
    let sentence = error.to_string();
    let is_final = NO_SUCH_NAME.iter().any(|known| sentence.contains(known));
    if is_final { "NXDOMAIN" } else { "SERVFAIL" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_below_localhost_are_this_machine() {
        for name in ["localhost", "sandbox.localhost"] {
            let found = addresses(name.to_owned()).await.unwrap();
            assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
        }
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_a_dns_failure() {
        assert!(matches!(
            addresses("name.invalid".to_owned()).await,
            Err(Failure::Dns(_))
        ));
    }
}
