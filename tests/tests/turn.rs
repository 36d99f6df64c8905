//! The relay for those whose network lets nothing but TLS through: coturn takes the configuration that is written for it,
//! carries whoever has what the server tells attendees, and nobody to any other place.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::{IceServer, MeetingRole};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::{Server, cloudsite, eventually, free_address};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// What the relay reaches, and an address of a network within that it does not.
const MEDIA: &str = "127.0.0.1";
const INSIDE: &str = "10.0.0.1";

/// How long the client of coturn may try.
const TRIES_FOR: Duration = Duration::from_secs(30);

fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have readable names").to_owned()
}

/// A running relay; ends with this value.
struct Relay {
    _process: Child,
    port: u16,
}

impl Relay {
    /// Starts coturn with a configuration, to which a test adds only where to keep what, and that this machine's own
    /// addresses can be reached at all.
    async fn start(folder: &Path, configuration: &str, port: u16) -> Self {
        let file = folder.join("coturn.conf");
        fs::write(&file, format!("{configuration}\nallow-loopback-peers\n")).expect("it can be written");
        let log = File::create(folder.join("coturn.log")).expect("a log can be written");
        let mut command = Command::new("turnserver");
        command.arg("-c").arg(file).arg("--pidfile").arg(folder.join("pid")).arg("--userdb").arg(folder.join("users"));
        let errors = log.try_clone().expect("a file can be held twice");
        command.stdin(Stdio::null()).stdout(log).stderr(errors).kill_on_drop(true);
        let mut process = command.spawn().expect("coturn is installed");
        eventually("the relay listens", TRIES_FOR, async || {
            let ended = process.try_wait().expect("it can be looked at");
            let log = || fs::read_to_string(folder.join("coturn.log")).unwrap_or_default();
            assert!(ended.is_none(), "coturn ended: {}", log());
            tokio::net::TcpStream::connect((MEDIA, port)).await.ok()
        })
        .await;
        let log = fs::read_to_string(folder.join("coturn.log")).unwrap_or_default();
        assert!(!log.contains("Bad configuration"), "{log}");
        Self { _process: process, port }
    }

    /// What coturn's own client says when it asks to be carried to a peer, or to itself, which the relay reaches at the
    /// address of the media.
    async fn carry(&self, username: &str, credential: &str, peer: Option<&str>) -> String {
        let mut command = Command::new("turnutils_uclient");
        command.args([
            "-S",
            "-t",
            "-m",
            "1",
            "-n",
            "1",
            "-p",
            &self.port.to_string(),
            "-u",
            username,
            "-w",
            credential,
        ]);
        match peer {
            Some(peer) => command.args(["-e", peer]),
            None => command.arg("-y"),
        };
        command.arg(MEDIA);
        let output = tokio::time::timeout(TRIES_FOR, command.stdin(Stdio::null()).kill_on_drop(true).output());
        let output = output.await.expect("the client ends").expect("the client is installed");
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }
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
    let relay = Relay::start(folder.path(), &configuration, relay_port).await;

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
