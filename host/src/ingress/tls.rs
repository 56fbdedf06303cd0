//! What a listener needs for TLS, from PEM files.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// Reads what TLS needs from PEM files: a certificate chain with its key, and the authorities whose clients are let in.
///
/// # Errors
/// A file cannot be read or does not hold what it should.
pub fn tls(
    certificate: &Path,
    key: &Path,
    client_ca: Option<&Path>,
) -> io::Result<Arc<ServerConfig>> {
    // The provider may have been chosen before, by this program or one that embeds it; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = match client_ca {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(|error| bad(path, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            ServerConfig::builder()
                .with_client_cert_verifier(verifier.map_err(|error| bad(path, &error))?)
        }
    };
    let chain = certificates(certificate)?;
    let secret = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| bad(key, &error))?;
    let config = builder.with_single_cert(chain, secret);
    config
        .map(Arc::new)
        .map_err(|error| bad(certificate, &error))
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(bad(path, &"it holds no certificate in PEM form")),
        Err(error) => Err(bad(path, &error)),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|error| bad(path, &error))
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {why}", path.display()))
}
