//! gRPC over HTTP/2.

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::LinkError;
use crate::client::DEADLINE;

/// What carries the calls.
pub(crate) type Transport = Channel;

/// A transport to the server at `base_url`. With https the server's certificate leads to an authority that the public
/// trusts, or, where there are any, to one of `authorities`, PEM.
pub(crate) fn transport(base_url: &str, authorities: Option<&[u8]>) -> Result<Transport, LinkError> {
    let invalid = |field: &str, reason: String| LinkError::Invalid { field: field.to_owned(), reason };
    let endpoint = Endpoint::from_shared(base_url.to_owned())
        .map_err(|error| invalid("base_url", error.to_string()))?
        .connect_timeout(DEADLINE);
    let trusting = ClientTlsConfig::new().timeout(DEADLINE);
    let trusting = match authorities {
        None => trusting.with_webpki_roots(),
        Some(pem) if holds_certificates(pem) => trusting.ca_certificate(Certificate::from_pem(pem)),
        Some(_) => return Err(invalid("authorities", "there is no certificate (PEM)".to_owned())),
    };
    if endpoint.uri().scheme_str() != Some("https") {
        return Ok(endpoint.connect_lazy());
    }
    let endpoint = endpoint.tls_config(trusting).map_err(|error| invalid("base_url", error.to_string()))?;
    Ok(endpoint.connect_lazy())
}

fn holds_certificates(pem: &[u8]) -> bool {
    let mut certificates = CertificateDer::pem_slice_iter(pem).peekable();
    certificates.peek().is_some() && certificates.all(|certificate| certificate.is_ok())
}

/// Waits.
pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::pin::pin;

    use futures::StreamExt;

    use crate::{Client, LinkError, WatchEvent, retry_in};

    /// An address at which nobody listens.
    fn deserted() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn nobody_there_is_unreachable() {
        let answer = block_on(async { Client::connect(&deserted()).unwrap().park().await });
        assert!(matches!(answer, Err(LinkError::Unreachable { .. })), "{answer:?}");
    }

    #[test]
    fn a_watch_says_that_the_server_is_away_and_tries_again() {
        let events: Vec<_> = block_on(async {
            let client = Client::connect(&deserted()).unwrap();
            pin!(client.watch(7)).take(2).collect().await
        });
        let expected = [WatchEvent::Away { retry_in: retry_in(1) }, WatchEvent::Away { retry_in: retry_in(2) }];
        assert_eq!(events, expected);
    }

    #[test]
    fn authorities_are_certificates() {
        for wrong in ["", "abc", "-----BEGIN CERTIFICATE-----\nAAAA"] {
            let refusal = block_on(async { Client::trusting("https://localhost:1", wrong.as_bytes()).err() });
            let is_told = matches!(&refusal, Some(LinkError::Invalid { field, .. }) if field == "authorities");
            assert!(is_told, "{wrong:?}: {refusal:?}");
        }
    }

    #[test]
    fn a_malformed_address_is_refused() {
        let refusal = block_on(async { Client::connect("not an address").err() });
        assert!(matches!(&refusal, Some(LinkError::Invalid { field, .. }) if field == "base_url"), "{refusal:?}");
    }
}
