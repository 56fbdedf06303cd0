//! A certificate authority, and a server that speaks TLS with a certificate of it.

use axum::Router;
use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A certificate authority whose files lie in a directory of its own.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: TempDir,
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Errors
    /// No temporary directory.
    pub fn new() -> anyhow::Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let dir = tempfile::tempdir()?;
        std::fs::write(dir.path().join("ca.pem"), issuer.pem())?;
        Ok(Self { issuer, dir })
    }

    /// Returns the file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Makes a client certificate, and returns the file that holds it with its key.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn client_certificate(&self) -> anyhow::Result<PathBuf> {
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(vec!["client".into()])?.signed_by(&key, &self.issuer)?;
        let path = self.dir.path().join("client.pem");
        std::fs::write(
            &path,
            format!("{}{}", certificate.pem(), key.serialize_pem()),
        )?;
        Ok(path)
    }

    /// Starts a server for `localhost`, and returns its origin. With `clients`, it wants a client certificate of this
    /// authority.
    ///
    /// # Errors
    /// No free port.
    pub async fn serve(&self, router: Router, clients: bool) -> anyhow::Result<String> {
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("https://localhost:{}", tcp.local_addr()?.port());
        let acceptor = TlsAcceptor::from(Arc::new(self.server_config(clients)?));
        tokio::spawn(async move { axum::serve(TlsListener { tcp, acceptor }, router).await });
        Ok(origin)
    }

    fn server_config(&self, clients: bool) -> anyhow::Result<ServerConfig> {
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(vec!["localhost".into()])?.signed_by(&key, &self.issuer)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?;
        let builder = if clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone())?;
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.tcp.accept().await else {
                continue;
            };
            // A handshake that fails is the client's affair.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
