//! The relay for those whose network lets nothing but TLS through: coturn takes the configuration that is written for it,
//! carries whoever has what the server tells attendees, and nobody to any other place.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::{IceServer, MeetingRole};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::relay::Relay;
use cloudsite_tests::{Server, cloudsite, free_address};
use tempfile::TempDir;

/// What the relay reaches, and an address of a network within that it does not.
const MEDIA: &str = "127.0.0.1";
const MEDIA_IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const INSIDE: &str = "10.0.0.1";

fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have readable names").to_owned()
}

/// A certificate for this machine and its key, as files.
fn certificate(folder: &Path) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate can be made");
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.cert.pem()).expect("it can be written");
    fs::write(&key, made.signing_key.serialize_pem()).expect("it can be written");
    (text(&certificate), text(&key))
}

/// The one relay that an attendee is told of.
fn told(attendee: &Attendee) -> IceServer {
    let [relay] = attendee.welcome.ice_servers.as_slice() else { panic!("one relay is told: {:?}", attendee.welcome) };
    relay.clone()
}

#[tokio::test]
async fn whoever_is_in_a_meeting_is_carried_and_nobody_else() {
    let relay_port = free_address().port();
    let url = format!("turns:localhost:{relay_port}?transport=tcp");
    let server = Server::start_saying(TempDir::new().expect("a folder"), &["--turn", &url]).await;
    let folder = TempDir::new().expect("a folder");
    let (certificate, key) = certificate(folder.path());
    let (data, port, media) = (text(&server.data()), relay_port.to_string(), format!("{MEDIA}:7881"));
    let written = cloudsite([
        "turn-config",
        "--data",
        &data,
        "--host",
        "localhost",
        "--port",
        &port,
        "--listen",
        MEDIA,
        "--media-public",
        &media,
        "--certificate",
        &certificate,
        "--key",
        &key,
    ])
    .await;
    let configuration = written.exits(0).stdout.clone();
    let relay = Relay::start(folder.path(), &configuration, (MEDIA_IP, relay_port).into()).await;

    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let IceServer { urls, username, credential } = told(&host);
    assert_eq!(urls, [url]);
    let carried = relay.carry(&username, &credential, None).await;
    assert!(!carried.contains("Cannot complete Allocation") && !carried.contains("Forbidden"), "{carried}");
    assert!(carried.contains("Total lost packets 0"), "{carried}");
    let carried = relay.carry(&username, &credential, Some(INSIDE)).await;
    assert!(carried.contains("403 (Forbidden IP)"), "no network within is reached: {carried}");

    // Nobody is carried by another's name, or after the time that stands in it.
    let (_, who) = username.split_once(':').expect("a name says until when");
    for (case, username, credential) in [
        ("a password that is wrong", username.as_str(), "d3Jvbmc="),
        ("a name that was changed", &format!("{username}0"), credential.as_str()),
        ("a time that is over", &format!("1000000000:{who}"), credential.as_str()),
    ] {
        let refused = relay.carry(username, credential, None).await;
        assert!(refused.contains("Cannot complete Allocation"), "{case}: {refused}");
    }

    // Whoever waits before the door is told of no relay, and of one as soon as they are in.
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Guest).await;
    let mut guest = Attendee::guest(&server, &secret).await.expect("the guest joins");
    assert_eq!(guest.welcome.ice_servers, []);
    let id = guest.id();
    host.until_state("the guest waits", |state| state.people.iter().any(|person| person.id == id)).await;
    host.act(Doing::Admit(id)).await.expect("a host lets in");
    guest.until_state("the guest is in", |state| state.people.iter().any(|p| p.id == id && !p.waiting)).await;
    let own = told(&guest);
    assert_ne!(own.username, username, "each has a name of their own");
    assert!(!server.log().contains(&credential), "no secret in a log");
}

#[tokio::test]
async fn the_configuration_is_written_for_its_owner_alone_and_keeps_its_secret() {
    let folder = TempDir::new().expect("a folder");
    let (data, out) = (folder.path().join("data"), text(&folder.path().join("turnserver.conf")));
    fs::create_dir(&data).expect("it can be made");
    let data = text(&data);
    let asked = |more: &[&str]| {
        let words = ["turn-config", "--json", "--data", &data, "--certificate", "/c.pem", "--key", "/k.pem"];
        words.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let fit = ["--host", "turn.example", "--media-public", "203.0.113.7:7881"];
    let shown = cloudsite(asked(&fit)).await.exits(0).json();
    assert_eq!(shown["url"], "turns:turn.example:443?transport=tcp");
    let filed = cloudsite(asked(&[&fit[..], &["--out", &out]].concat())).await.exits(0).json();
    assert_eq!(filed["file"], out);
    assert_eq!(shown["config"], fs::read_to_string(&out).expect("it was written"), "the secret is made once");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&out).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let misused: [&[&str]; 3] = [
        &["--host", "turn.example"],
        &["--host", "turn example", "--media-public", "203.0.113.7:7881"],
        &["--host", "turn.example", "--media-public", "0.0.0.0:7881"],
    ];
    for case in misused {
        cloudsite(asked(case)).await.exits(2);
    }
}
