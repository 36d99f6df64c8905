//! TLS on the one port: whatever is served comes by it, certificates are taken up as they are renewed, and who comes
//! without it is told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::land::{GetParkRequest, WatchRequest};
use cloudsite_tests::{Http, Server, cloudsite, cookie, eventually, geojson, get, import, send};
use http::{HeaderValue, Request, StatusCode, Version};
use rcgen::{CertificateParams, CertifiedKey, KeyPair};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tonic::Code;
use tonic::transport::Endpoint;

/// The server looks at its files every two seconds.
const WITHIN: Duration = Duration::from_secs(30);
/// The file of a certificate for development, in the test's folder.
const DEVELOPMENT: &str = "data/tls-development.pem";

fn folder() -> TempDir {
    TempDir::new().expect("a folder can be made")
}

/// A certificate for this machine and its key.
fn pair() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate can be made")
}

/// Writes a file of this name.
fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).expect("a file can be written");
    file.to_str().expect("paths of tests are text").to_owned()
}

/// Starts a server with a certificate of the operator's.
async fn with_files(folder: TempDir, made: &CertifiedKey<KeyPair>) -> Server {
    let certificate = write(folder.path(), "fullchain.pem", &made.cert.pem());
    let key = write(folder.path(), "privkey.pem", &made.signing_key.serialize_pem());
    let words = ["--tls-certificate", &certificate, "--tls-key", &key];
    Server::start_with_tls(folder, &words, "fullchain.pem").await
}

/// As browsers and the server write it.
fn fingerprint(certificate: &[u8]) -> String {
    let bytes: Vec<String> = Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

fn der(pem: &[u8]) -> Vec<u8> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::from_pem_slice(pem).expect("there is a certificate").to_vec()
}

#[tokio::test]
async fn everything_comes_by_tls_with_a_certificate_for_development() {
    let server = Server::start_with_tls(folder(), &["--tls-development", "--tls-name", "park.test"], DEVELOPMENT).await;
    let certificate = server.certificate();
    let shown = fingerprint(&der(&certificate));
    // It is written beside the log, whose line says that the server is there.
    let told = format!("the terminal is told {shown}");
    eventually(&told, WITHIN, async || server.log().contains(&shown).then_some(())).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(server.data().join("tls-development-key.pem")).expect("there is a key").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "only its owner reads it");
    }

    let clients = [Http::trusting(&certificate), Http::trusting_by_http2(&certificate)];
    for (client, version) in clients.iter().zip([Version::HTTP_11, Version::HTTP_2]) {
        let page = client.get(&server.url("/"), &[]).await;
        assert_eq!((page.status, page.version), (StatusCode::OK, version));
        assert_eq!(page.header("strict-transport-security"), "", "nobody is held to a certificate that nobody trusts");
        let description = client.get(&server.url("/tiles/tilejson.json"), &[("x-forwarded-proto", "http")]).await;
        let tiles = format!("https://{}/tiles/", server.address());
        assert!(description.text().contains(&tiles), "{}", description.text());
    }
    let link = server.sign_in_link("editor").await;
    assert!(link.starts_with("https://"), "{link}");
    let signed_in = clients[0].get(&link, &[]).await;
    assert!(!cookie(&signed_in, "cloudsite_access").is_empty());
    let set: Vec<_> = signed_in.headers.get_all("set-cookie").iter().collect();
    let is_secure = |set: &&HeaderValue| set.to_str().is_ok_and(|set| set.ends_with("; Secure"));
    assert!(set.len() == 2 && set.iter().all(is_secure), "{set:?}");

    let park = server.park().await.get_park(GetParkRequest::default()).await;
    park.expect("gRPC goes by TLS");
    let trusting = Client::trusting(&server.url(""), &certificate).expect("the certificate is one");
    trusting.park().await.expect("a client that trusts the certificate is answered");
    let public = Client::connect(&server.url("")).expect("the address is one").park().await;
    assert!(matches!(&public, Err(LinkError::Unreachable { reason }) if reason.contains("certificate")), "{public:?}");

    let data = server.data().display().to_string();
    let listed = cloudsite(["organisation", "list", "--data", &data]).await;
    listed.exits(0);
    let (ended, folder) = server.terminate().await;
    assert!(ended.success(), "{ended}");
    let again = Server::start_with_tls(folder, &["--tls-development"], DEVELOPMENT).await;
    assert_eq!(again.certificate(), certificate, "who trusts it does so after the next start");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_while_a_stream_goes_on() {
    let first = pair();
    let server = with_files(folder(), &first).await;
    let page = server.get("/").await;
    assert!(page.header("strict-transport-security").starts_with("max-age="), "{:?}", page.headers);
    let mut events = server.park().await.watch(WatchRequest::default()).await.expect("it is watched").into_inner();
    let first_word = events.message().await.expect("the stream goes on").expect("it does not end");
    assert!(matches!(first_word.event, Some(Event::Progress(_))), "{first_word:?}");

    let renewed = pair();
    write(server.scratch(), "privkey.pem", &renewed.signing_key.serialize_pem());
    eventually("a broken pair is told", WITHIN, async || {
        let log = server.log();
        let told = log.lines().any(|line| line.contains("privkey.pem does not belong to the first certificate in"));
        told.then_some(())
    })
    .await;
    assert_eq!(server.get("/healthz").await.status, StatusCode::OK, "the former one is still shown");

    write(server.scratch(), "fullchain.pem", &renewed.cert.pem());
    // The harness trusts what the file holds now.
    eventually("the new one is shown", WITHIN, async || {
        let request = Request::get(server.url("/healthz")).body(Bytes::new()).expect("the request is well formed");
        let answer = Http::trusting(&server.certificate()).try_send(request).await;
        answer.is_ok_and(|answer| answer.status == StatusCode::OK).then_some(())
    })
    .await;

    let file = geojson::write(server.scratch(), "new.geojson", &[geojson::parcel("TLS-1", geojson::BESIDE, 0.001)]);
    // The command trusts the certificate that is shown now; the stream is that of the former one.
    let imported = eventually("the operator's file names the new one", WITHIN, async || {
        let imported = import(&file, "parcel", &server.data(), &["--crs", "EPSG:4326"]).await;
        (imported.code == 0).then_some(imported)
    })
    .await;
    imported.exits(0);
    loop {
        let came = events.message().await.expect("the stream goes on").expect("it does not end");
        match came.event {
            Some(Event::RevisionMade(_)) => break,
            Some(Event::Progress(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_named_at_the_start() {
    let (folder, made, other) = (folder(), pair(), pair());
    let certificate = write(folder.path(), "fullchain.pem", &made.cert.pem());
    let key = write(folder.path(), "privkey.pem", &made.signing_key.serialize_pem());
    let foreign = write(folder.path(), "foreign.pem", &other.signing_key.serialize_pem());
    let (missing, data) = (folder.path().join("missing.pem"), folder.path().join("data"));
    let (missing, data) = (missing.display().to_string(), data.display().to_string());
    let cases = [
        (&certificate, &foreign, "foreign.pem does not belong to the first certificate in"),
        (&key, &key, "privkey.pem holds no certificate (PEM)"),
        (&certificate, &certificate, "fullchain.pem holds no private key (PEM, not encrypted)"),
        (&missing, &key, "cannot use "),
    ];
    for (certificate, key, told) in cases {
        let words = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0"];
        let outcome = cloudsite(words.into_iter().chain(["--tls-certificate", certificate, "--tls-key", key])).await;
        assert!(outcome.exits(1).stderr.contains(told), "{told} in {}", outcome.stderr);
    }
    cloudsite(["serve", "--data", &data, "--tls-certificate", &certificate]).await.exits(2);
}

#[tokio::test]
async fn who_comes_without_tls_is_told() {
    let server = with_files(folder(), &pair()).await;
    let plain = |path: &str| format!("http://{}{path}", server.address());
    let led = get(&plain("/?parcel=A-1"), &[]).await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::TEMPORARY_REDIRECT, server.url("/?parcel=A-1").as_str())
    );
    let posted = Request::post(plain("/whip/m")).body(Bytes::from_static(b"secret")).expect("it is well formed");
    let told = send(posted).await;
    assert_eq!((told.status, told.text().trim()), (StatusCode::BAD_REQUEST, "this port speaks TLS: use https://"));
    let endpoint = Endpoint::from_shared(plain("")).expect("the address is well formed");
    let channel = endpoint.connect().await.expect("the server takes connections");
    let mut park = cloudsite_proto::land::park_service_client::ParkServiceClient::new(channel);
    let refused = park.get_park(GetParkRequest::default()).await.expect_err("nothing is told in the clear");
    assert_eq!((refused.code(), refused.message()), (Code::FailedPrecondition, "this port speaks TLS: use https://"));
}

/// A certificate for this machine that is good from one day from now to another, and its key, as files of this name.
#[expect(clippy::disallowed_methods, reason = "a certificate is good or not at the time of the server")]
fn good_for(folder: &Path, name: &str, days: std::ops::Range<i64>) -> [String; 2] {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).expect("it is a time of this age");
    let day = |from_now: i64| {
        let day = (now + jiff::SignedDuration::from_hours(from_now * 24)).to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    let mut parameters = CertificateParams::new(["127.0.0.1".to_owned()]).expect("the name is one");
    (parameters.not_before, parameters.not_after) = (day(days.start), day(days.end));
    let key = KeyPair::generate().expect("a key can be made");
    let cert = parameters.self_signed(&key).expect("a certificate can be made");
    [(format!("{name}.pem"), cert.pem()), (format!("{name}-key.pem"), key.serialize_pem())]
        .map(|(name, text)| write(folder, &name, &text))
}

#[tokio::test]
async fn a_certificate_that_nobody_would_trust_is_refused_at_the_start() {
    let folder = folder();
    let data = folder.path().join("data").display().to_string();
    for (name, days, told) in [("old", -90..-1, "old.pem has expired, at "), ("new", 2..90, "new.pem is good from ")] {
        let [certificate, key] = good_for(folder.path(), name, days);
        let words = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0"];
        let outcome = cloudsite(words.into_iter().chain(["--tls-certificate", &certificate, "--tls-key", &key])).await;
        assert!(outcome.exits(1).stderr.contains(told), "{}", outcome.stderr);
        assert!(!Path::new(&data).exists(), "nothing was begun");
    }
}

/// What the metrics say, to who trusts this certificate, of how long the shown one is good, seconds.
async fn seconds_left(server: &Server, certificate: &[u8]) -> Option<f64> {
    let request = Request::get(server.url("/metrics")).body(Bytes::new()).expect("the request is well formed");
    let metrics = Http::trusting(certificate).try_send(request).await.ok()?.text();
    metrics.lines().find_map(|line| line.strip_prefix("cloudsite_certificate_seconds_left ")?.parse().ok())
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_told_until_it_is_renewed() {
    const DAY: f64 = 86_400.0;
    let folder = folder();
    let [certificate, key] = good_for(folder.path(), "soon", -80..10);
    let words = ["--tls-certificate", &certificate, "--tls-key", &key];
    let server = Server::start_with_tls(folder, &words, "soon.pem").await;
    let former = server.certificate();
    let said = async || seconds_left(&server, &former).await;
    let left = eventually("the metrics say how long it is good", WITHIN, said).await;
    assert!((9.0 * DAY..=10.0 * DAY).contains(&left), "{left} s");
    let warned = || server.log().lines().filter(|line| line.contains("the certificate ends soon")).count();
    eventually("the log warns", WITHIN, async || (warned() > 0).then_some(())).await;

    // One that is over is not taken up; one that is good is.
    good_for(server.scratch(), "soon", -80..-1);
    eventually("it is told that the new one is over", WITHIN, async || {
        server.log().contains("soon.pem has expired").then_some(())
    })
    .await;
    let left = said().await.expect("the former one is shown");
    assert!(left > 9.0 * DAY, "{left} s");
    good_for(server.scratch(), "soon", -1..89);
    eventually("the metrics say that it was renewed", WITHIN, async || {
        let left = seconds_left(&server, &server.certificate()).await?;
        (left > 80.0 * DAY).then_some(())
    })
    .await;
    assert_eq!(warned(), 1, "it is said once a day");
}
