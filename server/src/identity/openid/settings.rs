//! What the operator says about the provider.

use std::path::{Path, PathBuf};
use std::{fs, io};

use openidconnect::url::Url;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};

use super::CALLBACK;

/// Why a provider cannot be used as it is described.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidSettings {
    /// An address that is none.
    #[error("--{option} {given}: {problem}")]
    Address {
        /// The option.
        option: &'static str,
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that cannot be read.
    #[error("--{option} {}: {source}", path.display())]
    File {
        /// The option.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file that does not hold what it should.
    #[error("--{option} {}: {problem}", path.display())]
    Contents {
        /// The option.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// What the operator gives, as it was typed.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// The provider's address.
    pub(crate) issuer: String,
    /// What the provider calls this server.
    pub(crate) client_id: String,
    /// The file with the client's secret; none for a public client.
    pub(crate) secret_file: Option<PathBuf>,
    /// The file with the certificate (PEM) of the authority that the provider's is signed by; none for a public one.
    pub(crate) authority_file: Option<PathBuf>,
    /// What the page calls the provider.
    pub(crate) name: String,
    /// The address under which browsers reach this server.
    pub(crate) public_url: String,
}

/// A provider of OpenID Connect, and what this server is to it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: Option<ClientSecret>,
    /// PEM.
    pub(super) authority: Option<Vec<u8>>,
    pub(super) name: String,
    pub(super) redirect: RedirectUrl,
}

impl Settings {
    /// Reads what was given, and the files that it names.
    pub(crate) fn read(given: Given) -> Result<Self, InvalidSettings> {
        let issuer = address("openid-issuer", &given.issuer)?;
        let public = address("public-url", &given.public_url)?;
        let redirect = format!("{}{CALLBACK}", public.as_str().trim_end_matches('/'));
        let secret = given.secret_file.as_deref().map(|path| secret("openid-client-secret-file", path)).transpose()?;
        let authority = given.authority_file.as_deref().map(|path| file("openid-ca-file", path)).transpose()?;
        Ok(Self {
            // The library compares the issuer to the letter with what the provider says of itself, so it is not rewritten.
            issuer: IssuerUrl::new(given.issuer.clone()).map_err(|error| wrong("openid-issuer", &issuer, &error))?,
            client_id: ClientId::new(given.client_id),
            client_secret: secret.map(ClientSecret::new),
            authority,
            name: given.name,
            redirect: RedirectUrl::new(redirect).map_err(|error| wrong("public-url", &public, &error))?,
        })
    }
}

/// An address that secrets may be sent to: with TLS, or on this machine.
fn address(option: &'static str, given: &str) -> Result<Url, InvalidSettings> {
    let invalid = |problem: &str| InvalidSettings::Address { option, given: given.into(), problem: problem.into() };
    let url = Url::parse(given).map_err(|error| invalid(&error.to_string()))?;
    let here = url.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host));
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err(invalid("an https address is needed (http only on this machine)")),
    }
}

fn wrong(option: &'static str, given: &Url, error: &dyn std::fmt::Display) -> InvalidSettings {
    InvalidSettings::Address { option, given: given.to_string(), problem: error.to_string() }
}

fn file(option: &'static str, path: &Path) -> Result<Vec<u8>, InvalidSettings> {
    fs::read(path).map_err(|source| InvalidSettings::File { option, path: path.to_owned(), source })
}

fn secret(option: &'static str, path: &Path) -> Result<String, InvalidSettings> {
    let contents = |problem: &str| InvalidSettings::Contents { option, path: path.to_owned(), problem: problem.into() };
    let text = String::from_utf8(file(option, path)?).map_err(|_| contents("it is not text"))?;
    match text.trim() {
        "" => Err(contents("it is empty")),
        secret => Ok(secret.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(folder: &Path) -> Given {
        fs::write(folder.join("secret"), "s3cret\n").unwrap();
        Given {
            issuer: "https://id.example/realm".to_owned(),
            client_id: "cloudsite".to_owned(),
            secret_file: Some(folder.join("secret")),
            authority_file: None,
            name: "Bureau".to_owned(),
            public_url: "https://park.example/".to_owned(),
        }
    }

    #[test]
    fn the_provider_sends_browsers_back_to_the_public_address() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::read(given(folder.path())).unwrap();
        assert_eq!(settings.redirect.as_str(), "https://park.example/sign-in/openid/callback");
        assert_eq!(settings.client_secret.unwrap().secret(), "s3cret", "without the line's end");
    }

    /// What makes good options bad ones.
    type Change = Box<dyn Fn(&mut Given)>;

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::write(&empty, " \n").unwrap();
        let cases: Vec<(Change, &str)> = vec![
            (Box::new(|given| given.issuer = "id.example".into()), "--openid-issuer id.example: "),
            (Box::new(|given| given.issuer = "http://id.example".into()), "an https address is needed"),
            (Box::new(|given| given.public_url = "ftp://park.example".into()), "--public-url ftp://park.example: "),
            (Box::new(|given| given.secret_file = Some("no/such".into())), "--openid-client-secret-file no/such: "),
            (Box::new(move |given| given.secret_file = Some(empty.clone())), "it is empty"),
            (Box::new(|given| given.authority_file = Some("no/such".into())), "--openid-ca-file no/such: "),
        ];
        for (change, expected) in cases {
            let mut given = given(folder.path());
            change(&mut given);
            let error = Settings::read(given).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let here = Given { issuer: "http://127.0.0.1:9/".to_owned(), ..given(folder.path()) };
        assert!(Settings::read(here).is_ok(), "on this machine nobody listens in");
    }
}
