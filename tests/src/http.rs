//! Plain HTTP/1.1 requests, nothing decoded on the way.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Answer {
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

/// A client that keeps its connections.
#[derive(Debug, Clone)]
pub struct Http(Client<HttpConnector, Full<Bytes>>);

impl Default for Http {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }
}

impl Http {
    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        let response = self.0.request(request.map(Full::new)).await.expect("the server answers");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the answer is complete").to_bytes();
        Answer { status: head.status, headers: head.headers, body }
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
