//! What a running server leaves in its data folder for the operator's commands: where it listens, and a token that
//! proves that whoever sends it can read the folder.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use tonic::transport::{ClientTlsConfig, Endpoint};

use crate::private_file;
use crate::tls::{Fingerprint, Pinned};

/// The file's name within the data folder.
const FILE: &str = "operator.json";

/// 256 random bits, as 64 hexadecimal digits. Made anew each time a server starts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(secret)")
    }
}

impl Token {
    /// A new token from the operating system's random numbers.
    pub(crate) fn generate() -> io::Result<Self> {
        let bytes: [u8; 32] = private_file::random()?;
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        Ok(Self(bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()))
    }

    /// The value of the `authorization` header that proves it.
    pub(crate) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether `given`, what an `authorization` header has after `Bearer `, is this token. Takes as long for any wrong
    /// token of the right length.
    pub(crate) fn is_proved_by(&self, given: &str) -> bool {
        let differing =
            self.0.bytes().zip(given.bytes()).fold(0, |differing, (ours, theirs)| differing | (ours ^ theirs));
        given.len() == self.0.len() && std::hint::black_box(differing) == 0
    }
}

/// Where a server is, and what it asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What proves that a call comes from someone who can read the folder.
    pub(crate) token: Token,
    /// The fingerprint of the certificate that it shows; none where it speaks without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate_sha256: Option<String>,
}

impl Place {
    /// How it is called, and by nobody else.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, tonic::transport::Error> {
        let Some(fingerprint) = &self.certificate_sha256 else {
            return Endpoint::from_shared(format!("http://{}", self.address));
        };
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address))?;
        let pinned = Arc::new(Pinned::to(fingerprint.clone()));
        endpoint.tls_config_with_verifier(ClientTlsConfig::new(), pinned)
    }
}

/// The file, there as long as this value is.
#[derive(Debug)]
pub(crate) struct OperatorFile {
    path: PathBuf,
    place: Place,
}

impl OperatorFile {
    /// Writes the file into `folder`, for its owner's eyes only. `listen` is where the server really listens, `certificate`
    /// what it shows there.
    pub(crate) fn publish(folder: &Path, listen: SocketAddr, certificate: Option<Fingerprint>) -> io::Result<Self> {
        let certificate_sha256 = certificate.map(|fingerprint| fingerprint.to_string());
        let place = Place { address: reachable(listen), token: Token::generate()?, certificate_sha256 };
        let path = folder.join(FILE);
        write(&path, &place)?;
        Ok(Self { path, place })
    }

    /// What writes the file again when the server shows another certificate. It must not be called once this value is gone.
    pub(crate) fn rewriter(&self) -> impl Fn(Fingerprint) + Send + use<> {
        let (path, place) = (self.path.clone(), self.place.clone());
        move |certificate| {
            let place = Place { certificate_sha256: Some(certificate.to_string()), ..place.clone() };
            if let Err(error) = write(&path, &place) {
                tracing::error!(%error, "the operator's commands will not trust this server: its file was not written");
            }
        }
    }

    /// The token in the file.
    pub(crate) const fn token(&self) -> &Token {
        &self.place.token
    }
}

fn write(path: &Path, place: &Place) -> io::Result<()> {
    private_file::replace(path, &serde_json::to_vec(place)?)
}

impl Drop for OperatorFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the operator's file stays behind");
        }
    }
}

/// Where the server of `folder` is.
pub(crate) fn read(folder: &Path) -> io::Result<Place> {
    Ok(serde_json::from_slice(&fs::read(folder.join(FILE))?)?)
}

/// A server that listens on every address is reached on this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_as_long_as_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let file = OperatorFile::publish(folder.path(), "0.0.0.0:8080".parse().unwrap(), None).unwrap();
        let Place { address, token, .. } = read(folder.path()).unwrap();
        assert_eq!(address.to_string(), "127.0.0.1:8080");
        assert!(file.token().is_proved_by(&token.0));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
        }
        drop(file);
        assert!(read(folder.path()).is_err());
    }

    #[test]
    fn only_the_token_itself_proves_it() {
        let (token, other) = (Token::generate().unwrap(), Token::generate().unwrap());
        let whole = &token.0;
        assert!(token.is_proved_by(whole));
        assert_eq!(token.header(), format!("Bearer {whole}"));
        for wrong in ["", "0", &whole[..whole.len() - 1], &format!("{whole}0"), &token.header(), &other.0] {
            assert!(!token.is_proved_by(wrong), "{wrong:?} proves nothing");
        }
        assert!(!format!("{token:?}").contains(whole.as_str()), "a log must not tell it");
    }
}
