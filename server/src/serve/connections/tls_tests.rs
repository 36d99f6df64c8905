//! Peers that speak TLS, or begin to, on sockets by hand.

use std::net::{IpAddr, Ipv4Addr};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, crypto};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::tests::{Fixture, PATIENCE, fixture_with, large, quick, rest};
use super::*;
use crate::identity::system_clock;
use crate::tls::{Pinned, Source};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Secured {
    _folder: tempfile::TempDir,
    server: Fixture,
    fingerprint: String,
}

async fn secured(limits: Limits) -> Secured {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::Development { names: Vec::new() };
    let tls = Tls::open(source, folder.path(), HERE, system_clock()()).unwrap();
    let fingerprint = tls.fingerprint().to_string();
    Secured { server: fixture_with(limits, Some(Arc::new(tls))).await, fingerprint, _folder: folder }
}

impl Secured {
    async fn speaks(&self, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        self.trusting(self.fingerprint.clone(), protocol).await
    }

    async fn trusting(&self, fingerprint: String, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().dangerous();
        let mut config =
            builder.with_custom_certificate_verifier(Arc::new(Pinned::to(fingerprint))).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(self.server.address).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::IpAddress(HERE.into()), stream).await
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = self.speaks("http/1.1").await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(stream).await
    }
}

#[tokio::test]
async fn both_protocols_are_agreed_on() {
    let server = secured(Limits::default()).await;
    for protocol in ["h2", "http/1.1"] {
        let stream = server.speaks(protocol).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
    }
    assert!(server.speaks("spdy/3").await.is_err());
    assert!(server.get("/").await.ends_with(b"here"));
}

#[tokio::test]
async fn only_the_pinned_certificate_is_trusted() {
    let server = secured(Limits::default()).await;
    let other = server.fingerprint.replace(|digit: char| digit.is_ascii_hexdigit(), "0");
    let refused = server.trusting(other, "h2").await.unwrap_err();
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

#[tokio::test]
async fn a_peer_that_reads_late_is_given_everything_by_tls() {
    let server = secured(Limits::default()).await;
    let mut stream = server.speaks("http/1.1").await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    // Its buffers are full before the first byte of the answer is read.
    stream.get_ref().0.readable().await.unwrap();
    assert!(rest(stream).await.ends_with(&large()));
}

#[tokio::test]
async fn who_begins_and_goes_no_further_makes_way() {
    let server = secured(Limits { connections: 1, handshake: Duration::from_millis(100), ..quick() }).await;
    // A handshake that never goes on, one that is none, and one after which nobody speaks, or half a word.
    let begun = server.server.says(&[0x16, 3, 1, 2, 0, 1]).await;
    assert_eq!(rest(begun).await, b"");
    let broken = server.server.says(&[0x16, 3, 1, 0, 4, 9, 9, 9, 9]).await;
    rest(broken).await;
    for words in [&b""[..], b"PRI * HTT"] {
        let mut silent = server.speaks("h2").await.unwrap();
        silent.write_all(words).await.unwrap();
        let mut said = Vec::new();
        let ended = timeout(PATIENCE, silent.read_to_end(&mut said)).await;
        assert!(ended.is_ok() && said.is_empty(), "after {words:?} it stays open, or is answered: {said:?}");
    }
    assert!(server.get("/").await.ends_with(b"here"), "each has made way");
}

#[tokio::test]
async fn a_peer_that_takes_nothing_by_tls_is_let_go() {
    let server = secured(Limits { connections: 1, ..quick() }).await;
    let mut silent = server.speaks("http/1.1").await.unwrap();
    silent.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(server.get("/").await.ends_with(b"here"), "it has made way");
    drop(silent);
}
