//! HTTP requests, nothing decoded on the way.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    /// The version of HTTP that it came by.
    pub version: Version,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, still encoded.
    pub body: Bytes,
}

impl Answer {
    /// A header's value; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are readable text"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body with its content encoding undone.
    pub fn decoded(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            "br" => {
                brotli::BrotliDecompress(&mut &self.body[..], &mut plain).expect("the body is brotli");
            }
            "gzip" => {
                let mut reader = flate2::read::GzDecoder::new(&self.body[..]);
                std::io::copy(&mut reader, &mut plain).expect("the body is gzip");
            }
            "" => plain.extend_from_slice(&self.body),
            other => panic!("nobody asked for the encoding {other}"),
        }
        plain
    }
}

/// The value that an answer sets a cookie to.
pub fn cookie(answer: &Answer, name: &str) -> String {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let mut values = set.filter_map(|set| set.split(';').next()?.split_once('='));
    let found = values.find(|(given, _)| *given == name).map(|(_, value)| value.to_owned());
    found.unwrap_or_else(|| panic!("no cookie {name} in {answer:?}"))
}

/// A client of HTTP/1.1 that keeps its connections.
#[derive(Debug, Clone)]
pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Default for Http {
    fn default() -> Self {
        Self::trusting(b"")
    }
}

/// Who trusts the servers whose certificates lead to these (PEM), and no others.
fn trust(authorities: &[u8]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(authorities).flatten());
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.expect("the versions are known").with_root_certificates(roots).with_no_client_auth()
}

impl Http {
    /// A client that speaks TLS with the servers whose certificates lead to these (PEM).
    pub fn trusting(authorities: &[u8]) -> Self {
        let connector = HttpsConnectorBuilder::new().with_tls_config(trust(authorities)).https_or_http();
        Self(Client::builder(TokioExecutor::new()).build(connector.enable_http1().build()))
    }

    /// The same, which speaks HTTP/2 with servers that say they do.
    pub fn trusting_by_http2(authorities: &[u8]) -> Self {
        let connector = HttpsConnectorBuilder::new().with_tls_config(trust(authorities)).https_or_http();
        Self(Client::builder(TokioExecutor::new()).build(connector.enable_http1().enable_http2().build()))
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        self.try_send(request).await.expect("the server answers")
    }

    /// As [`Self::send`], or why there is no answer.
    pub async fn try_send(&self, request: Request<Bytes>) -> Result<Answer, String> {
        let response = self.0.request(request.map(Full::new)).await.map_err(|error| format!("{error:?}"))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { version: head.version, status: head.status, headers: head.headers, body })
    }

    /// Asks for an address, with further headers.
    pub async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Bytes::new()).expect("the request is well formed")).await
    }
}

/// Asks for an address over a connection of its own, with further headers.
pub async fn get(url: &str, headers: &[(&str, &str)]) -> Answer {
    Http::default().get(url, headers).await
}

/// Sends a request over a connection of its own and reads the whole answer.
pub async fn send(request: Request<Bytes>) -> Answer {
    Http::default().send(request).await
}
