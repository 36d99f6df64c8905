//! TLS on the one port: the operator's certificate, or one made for development. A certificate that changes on disk is
//! taken up while the server runs.

mod development;
mod files;
mod pinned;
mod remaining;
mod renewal;

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use self::files::{Files, Pair};
pub(crate) use self::files::{Fingerprint, TlsError};
pub(crate) use self::pinned::Pinned;
pub(crate) use self::remaining::SECONDS_LEFT;
pub(crate) use self::renewal::keep_up;

/// Handshakes at a time. Who finds no place waits for one, no longer than a handshake may take.
const HANDSHAKES: usize = 512;

/// Where certificate and key come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The operator's files.
    Files {
        /// The certificate, PEM, and after it those that lead to its authority.
        certificate: PathBuf,
        /// Its private key, PEM.
        key: PathBuf,
    },
    /// Made here, signed by itself, for this machine and these names besides.
    Development {
        /// Host names and addresses.
        names: Vec<String>,
    },
}

/// What speaks TLS with whoever connects.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    handshakes: Semaphore,
    files: Files,
    is_development: bool,
}

impl Tls {
    /// Reads the certificate and its key; one for development is made if there is none in the data folder that is good. Those
    /// that have ended or are not good yet are refused.
    pub(crate) fn open(source: Source, data: &Path, listen: IpAddr, now: Timestamp) -> Result<Self, TlsError> {
        let (files, is_development) = match source {
            Source::Files { certificate, key } => (Files { certificate, key }, false),
            Source::Development { names } => (development::provide(data, listen, names, now)?, true),
        };
        let pair = files.read()?.good(&files, now)?;
        let shown = Arc::new(Shown(ArcSwap::from_pointee(pair)));
        let acceptor = TlsAcceptor::from(Arc::new(configuration(Arc::clone(&shown))?));
        Ok(Self { acceptor, shown, handshakes: Semaphore::new(HANDSHAKES), files, is_development })
    }

    /// Speaks TLS on a connection.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let _place = self.handshakes.acquire().await.map_err(io::Error::other)?;
        self.acceptor.accept(stream).await
    }

    /// Of the certificate that is shown.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.shown.0.load().fingerprint
    }

    /// The file of a certificate that was made here.
    pub(crate) fn development_file(&self) -> Option<&Path> {
        self.is_development.then_some(&self.files.certificate)
    }
}

/// The certificate that is shown to whoever connects next.
#[derive(Debug)]
struct Shown(ArcSwap<Pair>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.load().key))
    }
}

/// The cryptography that the rest of the program is built with, too.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn configuration(shown: Arc<Shown>) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13, &TLS12])?;
    let mut configuration = builder.with_no_client_auth().with_cert_resolver(shown);
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

#[cfg(test)]
mod tests;
