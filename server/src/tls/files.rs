//! A certificate and its key, as they lie on disk.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use jiff::Timestamp;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::provider;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is no certificate where one should be.
    #[error("{} holds no certificate (PEM)", .0.display())]
    NoCertificate(PathBuf),
    /// There is no key where one should be.
    #[error("{} holds no private key (PEM, not encrypted)", .0.display())]
    NoKey(PathBuf),
    /// A file is PEM, but what it holds is not what it should be.
    #[error("{} is damaged: {problem}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The two files do not belong together.
    #[error("the key in {} does not belong to the first certificate in {}", key.display(), certificate.display())]
    Foreign {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
    },
    /// The certificate has ended.
    #[error("the certificate in {} has expired, at {until}; nobody would trust it", path.display())]
    Ended {
        /// Its file.
        path: PathBuf,
        /// When it did.
        until: Timestamp,
    },
    /// The certificate is not good yet.
    #[error("the certificate in {} is good from {from} on, and it is {now} here; nobody would trust it", path.display())]
    Early {
        /// Its file.
        path: PathBuf,
        /// When it begins.
        from: Timestamp,
        /// What the clock of this machine says.
        now: Timestamp,
    },
    /// A certificate for development cannot be made.
    #[error("no certificate can be made for development: {0}")]
    Making(#[from] rcgen::Error),
    /// The library takes no such configuration.
    #[error(transparent)]
    Configuration(#[from] Error),
}

/// The SHA-256 of a certificate, written as browsers show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of a certificate.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl Display for Fingerprint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// Where certificate and key lie.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// What the two files hold, not looked at yet.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Contents {
    /// Tells whether files have changed.
    pub(super) fn mark(&self) -> [u8; 32] {
        let [certificate, key] = [&self.certificate, &self.key].map(Sha256::digest);
        Sha256::digest([certificate, key].concat()).into()
    }
}

/// A certificate and the key that belongs to it.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) fingerprint: Fingerprint,
    /// Of the contents that it was read from.
    pub(super) mark: [u8; 32],
    pub(super) good_from: Timestamp,
    pub(super) good_until: Timestamp,
}

impl Files {
    /// The pair in the files.
    pub(super) fn read(&self) -> Result<Pair, TlsError> {
        self.understand(&self.contents()?)
    }

    /// What the files hold now.
    pub(super) fn contents(&self) -> Result<Contents, TlsError> {
        let read = |path: &Path| fs::read(path).map_err(|source| TlsError::File { path: path.to_owned(), source });
        Ok(Contents { certificate: read(&self.certificate)?, key: read(&self.key)? })
    }

    /// The pair that the files hold.
    pub(super) fn understand(&self, contents: &Contents) -> Result<Pair, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&contents.certificate).collect();
        let chain = chain.map_err(|error| damaged(&self.certificate, &error))?;
        let Some(first) = chain.first() else { return Err(TlsError::NoCertificate(self.certificate.clone())) };
        let fingerprint = Fingerprint::of(first);
        let (_, parsed) = X509Certificate::from_der(first).map_err(|error| damaged(&self.certificate, &error))?;
        let moment = |seconds| Timestamp::from_second(seconds).map_err(|error| damaged(&self.certificate, &error));
        let validity = parsed.validity();
        let (good_from, good_until) =
            (moment(validity.not_before.timestamp())?, moment(validity.not_after.timestamp())?);
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|error| match error {
            pem::Error::NoItemsFound => TlsError::NoKey(self.key.clone()),
            error => damaged(&self.key, &error),
        })?;
        let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::Foreign { key: self.key.clone(), certificate: self.certificate.clone() }
            }
            error => damaged(&self.key, &error),
        })?;
        Ok(Pair { key: Arc::new(key), fingerprint, mark: contents.mark(), good_from, good_until })
    }
}

fn damaged(path: &Path, problem: &dyn Display) -> TlsError {
    TlsError::Damaged { path: path.to_owned(), problem: problem.to_string() }
}

impl Pair {
    /// The pair of these files, if there is anyone who would trust it now.
    pub(super) fn good(self, files: &Files, now: Timestamp) -> Result<Self, TlsError> {
        let path = || files.certificate.clone();
        if now > self.good_until {
            Err(TlsError::Ended { path: path(), until: self.good_until })
        } else if now < self.good_from {
            Err(TlsError::Early { path: path(), from: self.good_from, now })
        } else {
            Ok(self)
        }
    }
}
