//! Requests over HTTP, each on a thread of its own.

use std::io::Read as _;
use std::thread;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What asks. Without authorities of its own it is ehttp, which trusts whom the public trusts and can be told no other.
#[derive(Debug)]
pub(crate) struct Requests(Option<ureq::Agent>);

impl Requests {
    /// Trusts these authorities (PEM) and no others, or without any those that the public trusts.
    pub(crate) fn trusting(authorities: Option<&[u8]>) -> Self {
        Self(authorities.map(|pem| {
            let trusted = RootCerts::new_with_certs(&certificates(pem));
            let tls = TlsConfig::builder().root_certs(trusted).build();
            let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false);
            config.timeout_global(Some(LIMIT)).build().into()
        }))
    }

    /// Asks, and hears the status and the bytes.
    pub(crate) fn fetch(
        &self,
        request: ehttp::Request,
        heard: impl FnOnce(Result<(u16, Vec<u8>), String>) + Send + 'static,
    ) {
        let Some(agent) = self.0.clone() else {
            return ehttp::fetch(request, |answer| heard(answer.map(|answer| (answer.status, answer.bytes))));
        };
        let asking = thread::Builder::new().name("request".to_owned());
        if let Err(error) = asking.spawn(move || heard(ask(&agent, &request))) {
            // What was asked for fails at its time limit and is asked for again.
            bevy::log::warn!("no thread to ask the server with: {error}");
        }
    }
}

fn ask(agent: &ureq::Agent, request: &ehttp::Request) -> Result<(u16, Vec<u8>), String> {
    let asked = request
        .headers
        .headers
        .iter()
        .fold(agent.get(&request.url), |asked, (name, value)| asked.header(name.as_str(), value.as_str()));
    let mut answer = asked.call().map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok((answer.status().as_u16(), bytes))
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let is_certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    };
    parse_pem(pem).filter_map(is_certificate).collect()
}
