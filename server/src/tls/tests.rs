//! Certificates as files, good and bad.

use std::fs;
use std::net::Ipv4Addr;

use jiff::SignedDuration;
use tempfile::TempDir;

use super::files::Pair;
use super::remaining::Remaining;
use super::renewal::{Found, Looks};
use super::*;

const LISTEN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// The day that the tests are on.
fn today() -> Timestamp {
    "2026-11-27T12:00:00Z".parse().unwrap()
}

fn in_days(days: i64) -> Timestamp {
    today() + SignedDuration::from_hours(days * 24)
}

fn files(folder: &TempDir) -> Files {
    let made = rcgen::generate_simple_self_signed(["park.test".to_owned()]).unwrap();
    let files = Files { certificate: folder.path().join("fullchain.pem"), key: folder.path().join("privkey.pem") };
    fs::write(&files.certificate, made.cert.pem()).unwrap();
    fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

fn development(folder: &TempDir, names: &[&str], now: Timestamp) -> Pair {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    development::provide(folder.path(), LISTEN, names, now).unwrap().read().unwrap()
}

#[test]
fn a_pair_is_read_with_all_that_leads_to_its_authority() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let alone = files.read().unwrap();
    let text = fs::read_to_string(&files.certificate).unwrap();
    fs::write(&files.certificate, format!("a word before\n{text}\n{text}")).unwrap();
    let chain = files.read().unwrap();
    assert_eq!((alone.key.cert.len(), chain.key.cert.len()), (1, 2));
    assert_eq!(chain.fingerprint, alone.fingerprint);
    assert_ne!(chain.mark, alone.mark, "what is shown has changed");
    let written = alone.fingerprint.to_string();
    assert_eq!((written.len(), written.matches(':').count()), (95, 31), "{written}");
}

#[test]
fn what_is_wrong_is_said_with_the_file() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (good, foreign) = (files(&folder), files(&other));
    let [certificate, key, theirs] =
        [&good.certificate, &good.key, &foreign.key].map(|file| fs::read_to_string(file).unwrap());
    let cut = certificate.replace("-----END", "----");
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cases = [
        ("", key.as_str(), "fullchain.pem holds no certificate"),
        (key.as_str(), key.as_str(), "fullchain.pem holds no certificate"),
        (cut.as_str(), key.as_str(), "fullchain.pem is damaged"),
        (nonsense, key.as_str(), "fullchain.pem is damaged"),
        (certificate.as_str(), "", "privkey.pem holds no private key"),
        (certificate.as_str(), locked.as_str(), "privkey.pem holds no private key"),
        (certificate.as_str(), theirs.as_str(), "privkey.pem does not belong to the first certificate in"),
    ];
    for (certificate, key, told) in cases {
        fs::write(&good.certificate, certificate).unwrap();
        fs::write(&good.key, key).unwrap();
        let error = good.read().unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
    fs::remove_file(&good.certificate).unwrap();
    assert!(good.read().unwrap_err().to_string().contains("fullchain.pem: "));
}

#[test]
fn a_certificate_for_development_stays_until_it_no_longer_fits() {
    let folder = tempfile::tempdir().unwrap();
    let first = development(&folder, &[], today());
    assert!(first.good_from < today() && first.good_until > in_days(390) && first.good_until < in_days(398));
    let kept = |names, now| development(&folder, names, now).fingerprint;
    assert_eq!(kept(&[], in_days(300)), first.fingerprint);
    let named = kept(&["park.test"], in_days(300));
    assert_ne!(named, first.fingerprint, "it is not for that name");
    assert_eq!(kept(&["park.test", "192.0.2.7", "localhost", "::1"], in_days(600)), named);
    assert_eq!(kept(&[], in_days(600)), named, "it may be for more");
    let fresh = kept(&[], in_days(680));
    assert_ne!(fresh, named, "it has a few days left");
    fs::write(folder.path().join("tls-development.pem"), "damaged").unwrap();
    assert_ne!(kept(&[], in_days(680)), fresh);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(folder.path().join("tls-development-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn files_that_are_wrong_are_told_once_and_not_between_two_writes() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let mut looks = Looks::default();
    let wrong = |text: &str| Err(TlsError::NoKey(text.into()));
    assert!(matches!(looks.judge(Ok(None)), Found::Nothing));
    assert!(matches!(looks.judge(wrong("key")), Found::Nothing), "the other file may be on its way");
    assert!(matches!(looks.judge(files.read().map(Some)), Found::Renewed(_)));
    assert!(matches!(looks.judge(wrong("key")), Found::Nothing));
    assert!(matches!(looks.judge(wrong("key")), Found::Broken(TlsError::NoKey(_))));
    assert!(matches!(looks.judge(wrong("key")), Found::Nothing), "it was said");
    assert!(matches!(looks.judge(wrong("another")), Found::Nothing));
    assert!(matches!(looks.judge(wrong("another")), Found::Broken(_)));
}

#[test]
fn a_certificate_is_good_from_its_first_second_to_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let second = SignedDuration::from_secs(1);
    let (from, until) = (today(), in_days(90));
    let at = |now| Pair { good_from: from, good_until: until, ..files.read().unwrap() }.good(&files, now);
    for now in [from, in_days(45), until] {
        at(now).unwrap();
    }
    let ended = at(until + second).unwrap_err().to_string();
    assert!(ended.contains("fullchain.pem has expired, at 2027-02-25T12:00:00Z"), "{ended}");
    let early = at(from - second).unwrap_err().to_string();
    assert!(early.contains("good from 2026-11-27T12:00:00Z on, and it is 2026-11-27T11:59:59Z here"), "{early}");
}

#[test]
fn an_end_that_is_near_is_said_once_a_day() {
    let hours = |hours: i64| SignedDuration::from_hours(hours);
    let until = in_days(20);
    let mut remaining = Remaining::default();
    let said: Vec<i64> = (0..=21 * 24)
        .filter(|hour| {
            let now = today() + hours(*hour);
            remaining.is_due(until.duration_since(now), now)
        })
        .collect();
    let expected: Vec<i64> = (0..15).map(|day| 6 * 24 + 1 + day * 24).collect();
    assert_eq!(said, expected, "from thirteen days and 23 hours before it on, also when it is over");
    let late = in_days(21);
    assert!(!remaining.is_due(hours(90 * 24), late), "it was renewed");
    assert!(remaining.is_due(hours(24), late + hours(1)), "by one that ends tomorrow");
}
