//! The configuration of coturn for this server.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::{RelayUrl, Secret};

/// The first and the last port at which coturn takes what comes for those whom it carries.
const RELAY_PORTS: (u16, u16) = (49_152, 65_535);

/// Who a relay is, where it listens, and whom it reaches.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The name under which browsers reach it, and that its certificate has.
    pub(crate) host: String,
    /// The port for TLS.
    pub(crate) port: u16,
    /// The addresses of its machine at which it listens; none is all.
    pub(crate) listen: Vec<IpAddr>,
    /// The address of its machine as the outside sees it, behind address translation.
    pub(crate) external: Option<IpAddr>,
    /// The chain of certificates (PEM).
    pub(crate) certificate: PathBuf,
    /// The key of the certificate (PEM).
    pub(crate) key: PathBuf,
    /// This server's media ports, as the relay reaches them.
    pub(crate) media: Vec<SocketAddr>,
}

/// What cannot stand in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// The name is none.
    #[error("'{0}' is no name of a host")]
    Host(String),
    /// A path that a line cannot hold.
    #[error("the path {0} cannot be written into coturn's configuration")]
    Path(PathBuf),
    /// An address that is no machine's.
    #[error("{0} is the address of no machine: name the media port as the relay reaches it")]
    Media(SocketAddr),
}

impl Config {
    /// How browsers are told of this relay.
    pub(crate) fn url(&self) -> Result<RelayUrl, Unfit> {
        let unfit = || Unfit::Host(self.host.clone());
        format!("turns:{}:{}?transport=tcp", self.host, self.port).parse().map_err(|_| unfit())
    }

    /// The configuration. It holds the secret.
    pub(crate) fn text(&self, secret: &Secret) -> Result<String, Unfit> {
        self.check()?;
        let mut text = String::new();
        let mut line = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        line("# The relay of Cloudsite's meetings, as `cloudsite turn-config` writes it. It holds a secret.");
        for (about, lines) in self.parts(secret) {
            line("");
            for about in about.lines() {
                line(&format!("# {about}"));
            }
            for setting in &lines {
                line(setting);
            }
        }
        Ok(text)
    }

    fn check(&self) -> Result<(), Unfit> {
        self.url()?;
        for path in [&self.certificate, &self.key] {
            let fits = path.to_str().is_some_and(|path| !path.is_empty() && !path.contains(char::is_control));
            if !fits {
                return Err(Unfit::Path(path.clone()));
            }
        }
        let nowhere = |media: &&SocketAddr| media.ip().is_unspecified() || media.ip().is_multicast();
        self.media.iter().find(nowhere).map_or(Ok(()), |media| Err(Unfit::Media(*media)))
    }

    /// The settings by what they are about, with a sentence on each.
    fn parts(&self, secret: &Secret) -> Vec<(&'static str, Vec<String>)> {
        let said = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let mut listens = vec![format!("tls-listening-port={}", self.port)];
        listens.extend(self.listen.iter().map(|ip| format!("listening-ip={ip}")));
        listens.extend(self.external.iter().map(|ip| format!("external-ip={ip}")));
        listens.push(format!("cert={}", self.certificate.display()));
        listens.push(format!("pkey={}", self.key.display()));
        listens.extend(said(&["no-udp", "no-tcp", "no-dtls", "no-tlsv1", "no-tlsv1_1"]));
        let mut names = vec![format!("realm={}", self.host), format!("server-name={}", self.host)];
        names.extend(said(&["fingerprint", "use-auth-secret"]));
        names.push(format!("static-auth-secret={}", secret.reveal()));
        names.push("stale-nonce=600".to_owned());
        let (first, last) = RELAY_PORTS;
        let mut reaches = vec![format!("min-port={first}"), format!("max-port={last}")];
        reaches.extend(said(&[
            "no-tcp-relay",
            "no-multicast-peers",
            "denied-peer-ip=0.0.0.0-255.255.255.255",
            "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ]));
        let mut hosts: Vec<IpAddr> = self.media.iter().map(SocketAddr::ip).collect();
        hosts.sort_unstable();
        hosts.dedup();
        reaches.extend(hosts.iter().map(|ip| format!("allowed-peer-ip={ip}")));
        let limits = said(&["user-quota=16", "total-quota=2000"]);
        let quiet = said(&["no-cli", "no-rfc5780", "no-stun-backward-compatibility", "no-software-attribute"]);
        let mut log = said(&["simple-log"]);
        log.push("log-file=stdout".to_owned());
        vec![
            ("TLS and nothing else: whoever can use another way reaches the server without a relay.", listens),
            ("Names and passwords are the server's, each for one person and one meeting.", names),
            (
                "Nothing is reached but this server's media. coturn knows addresses and no ports: where other services\n\
                 take UDP at the same address, let the firewall keep the relay from them.",
                reaches,
            ),
            ("One person needs few ways, and a server carries a thousand people.", limits),
            ("Nothing that nobody here needs.", quiet),
            ("Words about what happens go where the service manager keeps them.", log),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            host: "turn.example".to_owned(),
            port: 443,
            listen: Vec::new(),
            external: None,
            certificate: "/etc/tls/chain.pem".into(),
            key: "/etc/tls/key.pem".into(),
            media: vec!["203.0.113.7:7881".parse().unwrap(), "[2001:db8::7]:7881".parse().unwrap()],
        }
    }

    #[test]
    fn a_relay_reaches_the_media_and_nothing_else() {
        let text = config().text(&Secret::known("north")).unwrap();
        let settings: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let allowed: Vec<&&str> = settings.iter().filter(|line| line.starts_with("allowed-peer-ip")).collect();
        assert_eq!(allowed, [&"allowed-peer-ip=203.0.113.7", &"allowed-peer-ip=2001:db8::7"]);
        for needed in [
            "denied-peer-ip=0.0.0.0-255.255.255.255",
            "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "tls-listening-port=443",
            "realm=turn.example",
            "static-auth-secret=north",
            "no-tcp-relay",
        ] {
            assert!(settings.contains(&needed), "{needed} is not in {text}");
        }
        assert_eq!(config().url().unwrap().to_string(), "turns:turn.example:443?transport=tcp");
    }

    #[test]
    fn what_would_be_another_setting_is_refused() {
        let cases = [
            Config { host: "x\nno-auth".to_owned(), ..config() },
            Config { host: String::new(), ..config() },
            Config { certificate: "/etc/a\nno-auth".into(), ..config() },
            Config { key: PathBuf::new(), ..config() },
            Config { media: vec!["0.0.0.0:7881".parse().unwrap()], ..config() },
        ];
        for case in cases {
            assert!(case.text(&Secret::known("north")).is_err(), "{case:?}");
        }
    }
}
