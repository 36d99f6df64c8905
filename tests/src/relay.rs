//! A relay: Debian's coturn, for those whose network lets nothing but TLS through.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::eventually;

/// How long it may take to start, and its client may try.
const TRIES_FOR: Duration = Duration::from_secs(30);

/// A running one; ends with this value.
pub struct Relay {
    _process: Child,
    address: SocketAddr,
}

impl Relay {
    /// Whether there is one to start.
    pub fn is_installed() -> bool {
        std::process::Command::new("turnserver").arg("--version").output().is_ok()
    }

    /// Starts coturn with a configuration, to which a test adds only where to keep what, and that this machine's own
    /// addresses can be reached at all.
    ///
    /// # Panics
    /// It ends, or understands a setting in another way.
    pub async fn start(folder: &Path, configuration: &str, address: SocketAddr) -> Self {
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
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
        let log = fs::read_to_string(folder.join("coturn.log")).unwrap_or_default();
        assert!(!log.contains("Bad configuration"), "{log}");
        Self { _process: process, address }
    }

    /// What coturn's own client says when it asks to be carried to a peer, or to itself, which the relay reaches at the
    /// address of the media.
    pub async fn carry(&self, username: &str, credential: &str, peer: Option<&str>) -> String {
        let mut command = Command::new("turnutils_uclient");
        command.args([
            "-S",
            "-t",
            "-m",
            "1",
            "-n",
            "1",
            "-p",
            &self.address.port().to_string(),
            "-u",
            username,
            "-w",
            credential,
        ]);
        match peer {
            Some(peer) => command.args(["-e", peer]),
            None => command.arg("-y"),
        };
        command.arg(self.address.ip().to_string());
        let output = tokio::time::timeout(TRIES_FOR, command.stdin(Stdio::null()).kill_on_drop(true).output());
        let output = output.await.expect("the client ends").expect("the client is installed");
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }
}
