//! `cloudsite turn-config`.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::answer::{Done, Failure};
use super::refused;
use crate::private_file;
use crate::turn::{Config, Secret};

/// Write the configuration of coturn, which carries the meetings of those whose network lets nothing but TLS through. It
/// holds a secret, which this server keeps in its data folder; `serve --turn` tells attendees of the relay.
#[derive(Debug, Args)]
pub(super) struct TurnConfig {
    /// The data folder of the server that the relay is for; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The name under which browsers reach the relay; its certificate has it.
    #[arg(long)]
    host: String,
    /// The port at which the relay takes TLS; the usual one is 5349, and 443 passes most networks.
    #[arg(long, default_value_t = 443)]
    port: u16,
    /// The file of the relay's certificate and those above it (PEM), as coturn finds it.
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    /// The file of the certificate's key (PEM), as coturn finds it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The address of this server's media port as the relay reaches it; it reaches no other host. May be given several
    /// times, and is what `serve --media-public` says, or else the address of --media.
    #[arg(long, value_name = "ADDRESS", required = true)]
    media_public: Vec<SocketAddr>,
    /// An address of the relay's machine at which it listens; by default all. May be given several times.
    #[arg(long, value_name = "IP")]
    listen: Vec<IpAddr>,
    /// The address under which the outside sees the relay's machine, behind address translation.
    #[arg(long, value_name = "IP")]
    external_ip: Option<IpAddr>,
    /// The file to write; without it, standard output. Whoever runs coturn must be able to read it, and nobody else.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl TurnConfig {
    pub(super) fn run(self, json: bool) -> Result<Done, Failure> {
        let config = Config {
            host: self.host,
            port: self.port,
            listen: self.listen,
            external: self.external_ip,
            certificate: self.certificate,
            key: self.key,
            media: self.media_public,
        };
        let misused = |unfit: crate::turn::Unfit| Failure::Misused(unfit.to_string());
        let url = config.url().map_err(misused)?;
        if !self.data.is_dir() {
            let message = format!("there is no data folder {}", self.data.display());
            return Err(Failure::Refused { message, problems: None });
        }
        let secret = Secret::open(&self.data).map_err(|error| refused(&error))?;
        let text = config.text(&secret).map_err(misused)?;
        let serve = format!("serve --turn '{url}'");
        let Some(out) = self.out else {
            if json {
                return Ok(Done::new(String::new(), json!({ "url": url.to_string(), "config": text })));
            }
            std::io::stdout().lock().write_all(text.as_bytes()).map_err(|error| refused(&error))?;
            return Ok(Done::default());
        };
        let cannot = |error: std::io::Error| Failure::Refused {
            message: format!("cannot write {}: {error}", out.display()),
            problems: None,
        };
        private_file::replace(&out, text.as_bytes()).map_err(cannot)?;
        let sentence = format!("wrote {}; start the server with {serve}", out.display());
        Ok(Done::new(sentence, json!({ "url": url.to_string(), "file": out })))
    }
}
