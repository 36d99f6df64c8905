//! A certificate for development: made here, signed by itself, kept in the data folder, so that a browser or a viewer which
//! was told to trust it does so after the next start, too.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::files::{Files, TlsError};
use crate::private_file;

/// The files' names within the data folder.
const CERTIFICATE: &str = "tls-development.pem";
const KEY: &str = "tls-development-key.pem";

/// How long one is good: some browsers take none for longer.
const SPAN: SignedDuration = SignedDuration::from_hours(397 * 24);

/// How long one is still good that is not made anew at a start.
const LEFT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The files of a certificate that is good for this machine, for `listen` and for `names`.
pub(super) fn provide(data: &Path, listen: IpAddr, names: Vec<String>, now: Timestamp) -> Result<Files, TlsError> {
    let files = Files { certificate: data.join(CERTIFICATE), key: data.join(KEY) };
    let names = all_names(listen, names);
    if !is_good(&files, &names, now) {
        make(data, &files, names, now)?;
    }
    Ok(files)
}

/// What this machine is called, besides what the operator says.
fn all_names(listen: IpAddr, more: Vec<String>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = more.into_iter().collect();
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    if listen.is_unspecified() {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        names.extend(
            interfaces.into_iter().filter(|interface| !interface.is_link_local()).map(|each| each.ip().to_string()),
        );
    } else {
        names.insert(listen.to_string());
    }
    names
}

/// Whether there is one that can be used as it is. What cannot be read is made anew.
fn is_good(files: &Files, names: &BTreeSet<String>, now: Timestamp) -> bool {
    let Ok(pair) = files.read() else { return false };
    let covered = pair.key.cert.first().map(|certificate| names_of(certificate)).unwrap_or_default();
    pair.good_from <= now
        && now.saturating_add(LEFT).is_ok_and(|later| later < pair.good_until)
        && names.is_subset(&covered)
}

fn names_of(certificate: &[u8]) -> BTreeSet<String> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return BTreeSet::new() };
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return BTreeSet::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
        },
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

fn make(data: &Path, files: &Files, names: BTreeSet<String>, now: Timestamp) -> Result<(), TlsError> {
    let mut parameters = CertificateParams::new(names.into_iter().collect::<Vec<_>>())?;
    parameters.distinguished_name.push(DnType::CommonName, "Cloudsite development");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let midnight = |moment: Timestamp| {
        let day = moment.to_zoned(TimeZone::UTC).date();
        rcgen::date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    // A day early, for clocks that are behind.
    let early = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    parameters.not_before = midnight(early);
    parameters.not_after = midnight(early.saturating_add(SPAN).unwrap_or(now));
    let key = KeyPair::generate()?;
    let certificate = parameters.self_signed(&key)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::File { path, source }
    };
    fs::create_dir_all(data).map_err(failed(data))?;
    private_file::replace(&files.key, key.serialize_pem().as_bytes()).map_err(failed(&files.key))?;
    fs::write(&files.certificate, certificate.pem()).map_err(failed(&files.certificate))
}
