//! `cloudsite serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use openidconnect::url::Url;
use rustls::pki_types::{InvalidDnsNameError, ServerName};

use super::answer::{Done, Failure};
use super::refused;
use crate::identity::openid;
use crate::serve::{self, MediaPort, Options};
use crate::tls::Source;
use crate::turn::RelayUrl;

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The data folder that holds the record; an empty one is filled with the demo park.
    #[arg(long)]
    data: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder that holds the built page; without it, the page within the program.
    #[arg(long, value_name = "DIR")]
    web_dir: Option<PathBuf>,
    /// The address whose UDP and TCP port carry the sound and pictures of meetings; by default port 7881 at the address of
    /// --listen. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS")]
    media: Option<SocketAddr>,
    /// An address under which clients reach that port, where it is not one of this machine's own, as behind address
    /// translation. May be given several times.
    #[arg(long, value_name = "ADDRESS")]
    media_public: Vec<SocketAddr>,
    /// A relay for those whose network lets nothing but TLS through, such as turns:turn.example:443?transport=tcp. It is a
    /// coturn with the configuration that `cloudsite turn-config` writes. May be given several times.
    #[arg(long, value_name = "URL")]
    turn: Vec<RelayUrl>,
    /// Delete recordings of meetings so many days after they ended, and tell the audit log of it; by default they are kept
    /// until someone deletes them.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    recordings_days: Option<u32>,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    openid: OpenId,
}

/// TLS for everything on the port of --listen. Browsers give camera and microphone to pages that come by TLS, or from
/// localhost.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
struct Tls {
    /// The file with the certificate (PEM), and after it those that lead to its authority. A file that is renewed is taken
    /// up at once, without a restart.
    #[arg(long = "tls-certificate", value_name = "FILE", env = "CLOUDSITE_TLS_CERTIFICATE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The file with its private key (PEM).
    #[arg(long = "tls-key", value_name = "FILE", env = "CLOUDSITE_TLS_KEY", requires = "certificate")]
    key: Option<PathBuf>,
    /// Use a certificate of this server's own, made in the data folder for this machine's names and addresses. Browsers warn
    /// of it; its fingerprint is told at the start.
    #[arg(long = "tls-development", conflicts_with = "certificate")]
    development: bool,
    /// Another host name or address that this certificate is for. May be given several times.
    #[arg(long = "tls-name", value_name = "NAME", requires = "development", value_parser = host)]
    names: Vec<String>,
}

/// A host name or an address.
fn host(given: &str) -> Result<String, InvalidDnsNameError> {
    ServerName::try_from(given).map(|name| name.to_str().into_owned())
}

impl Tls {
    /// A certificate of this server's own is for the host of its public address, too.
    fn source(self, public_url: Option<&str>) -> Option<Source> {
        match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => Some(Source::Files { certificate, key }),
            _ if self.development => {
                let url = public_url.and_then(|given| Url::parse(given).ok());
                let named = url.and_then(|url| url.host_str().and_then(|given| host(given).ok()));
                Some(Source::Development { names: self.names.into_iter().chain(named).collect() })
            }
            _ => None,
        }
    }
}

/// The port of meetings, unless another is asked for.
const MEDIA_PORT: u16 = 7881;

/// How staff sign in with OpenID Connect. Members are those that the park has, found by the email address that the
/// provider says is verified; the provider makes nobody a member.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sign-in with OpenID Connect")]
struct OpenId {
    /// The provider's address, as it stands in its discovery document.
    #[arg(long, value_name = "URL", env = "CLOUDSITE_OPENID_ISSUER", requires_all = ["openid_client_id", "public_url"])]
    openid_issuer: Option<String>,
    /// The client id that the provider has for this server.
    #[arg(long, value_name = "ID", env = "CLOUDSITE_OPENID_CLIENT_ID", requires = "openid_issuer")]
    openid_client_id: Option<String>,
    /// The file that holds the client's secret.
    #[arg(long, value_name = "FILE", env = "CLOUDSITE_OPENID_CLIENT_SECRET_FILE", requires = "openid_issuer")]
    openid_client_secret_file: Option<PathBuf>,
    /// The certificate (PEM) of the authority behind the provider's, where that is a house's own.
    #[arg(long, value_name = "FILE", env = "CLOUDSITE_OPENID_CA_FILE", requires = "openid_issuer")]
    openid_ca_file: Option<PathBuf>,
    /// What the page calls the provider.
    #[arg(long, value_name = "NAME", env = "CLOUDSITE_OPENID_NAME", default_value = "OpenID Connect")]
    openid_name: String,
    /// The address under which browsers reach this server; the provider knows it with /sign-in/openid/callback after it.
    #[arg(long, value_name = "URL", env = "CLOUDSITE_PUBLIC_URL")]
    public_url: Option<String>,
}

impl OpenId {
    fn settings(self) -> Result<Option<openid::Settings>, Failure> {
        let (Some(issuer), Some(client_id), Some(public_url)) =
            (self.openid_issuer, self.openid_client_id, self.public_url)
        else {
            return Ok(None);
        };
        let (secret_file, authority_file) = (self.openid_client_secret_file, self.openid_ca_file);
        let given =
            openid::Given { issuer, client_id, secret_file, authority_file, name: self.openid_name, public_url };
        openid::Settings::read(given).map(Some).map_err(|error| refused(&error))
    }
}

impl Serve {
    /// Returns when the server was told to stop and has stopped. What goes to standard output, the server writes itself
    /// as soon as it listens.
    pub(super) fn run(self, json: bool) -> Result<Done, Failure> {
        let tls = self.tls.source(self.openid.public_url.as_deref());
        let openid = self.openid.settings()?;
        let media = MediaPort {
            address: self.media.unwrap_or(SocketAddr::new(self.listen.ip(), MEDIA_PORT)),
            public: self.media_public,
            relays: self.turn,
        };
        let (data, listen, web_dir, recordings_days) = (self.data, self.listen, self.web_dir, self.recordings_days);
        let options = Options { data, listen, web_dir, media, recordings_days, openid, tls, json };
        let runtime = tokio::runtime::Runtime::new().map_err(|error| refused(&error))?;
        let served = runtime.block_on(serve::run(options));
        served.map_err(|error| Failure::Refused { message: format!("{error:#}"), problems: None })?;
        Ok(Done::default())
    }
}
