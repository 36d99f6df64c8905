//! The real server, on a free port and a folder of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use cloudsite_proto::identity::identity_service_client::IdentityServiceClient;
use cloudsite_proto::land::parcel_service_client::ParcelServiceClient;
use cloudsite_proto::land::park_service_client::ParkServiceClient;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::command::under;
use crate::eventually;
use crate::http::{Answer, Http, cookie};

const READY_WITHIN: Duration = Duration::from_mins(2);
const DEADLINE: Duration = Duration::from_secs(30);

/// How a server is started.
struct Start<'a> {
    address: SocketAddr,
    /// The folder of the built page; without one, the page within the program.
    web: Option<PathBuf>,
    /// A program that runs another, with its arguments; empty for none.
    launcher: &'a [&'a str],
    /// Further arguments of `serve`.
    words: &'a [&'a str],
    /// Whether it speaks TLS, with which certificate (PEM); a name within the test's folder.
    certificate: Option<&'a str>,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { address: free_address(), web: web_folder(), launcher: &[], words: &[], certificate: None }
    }
}

/// A running server; ends with this value.
#[derive(Debug)]
pub struct Server {
    process: Child,
    folder: TempDir,
    address: SocketAddr,
    certificate: Option<PathBuf>,
}

impl Server {
    /// Starts a server on an empty data folder, which it fills with the demo park.
    pub async fn start() -> Self {
        Self::start_in(TempDir::new().expect("a folder can be made")).await
    }

    /// Starts a server on the data folder `data` within `folder`, empty or filled by a run of the command line.
    pub async fn start_in(folder: TempDir) -> Self {
        Self::begin(folder, Start::default()).await
    }

    /// As [`Self::start_in`], with the page of the folder `web` or, without one, the page within the program.
    pub async fn start_with_web(folder: TempDir, web: Option<&Path>) -> Self {
        Self::begin(folder, Start { web: web.map(Path::to_owned), ..Start::default() }).await
    }

    /// As [`Self::start_in`], by a program that runs another, such as one that sets limits, with its arguments.
    pub async fn start_under(folder: TempDir, launcher: &[&str]) -> Self {
        Self::begin(folder, Start { web: None, launcher, ..Start::default() }).await
    }

    /// As [`Self::start_in`], at an address that was free or another server's before, with further arguments of `serve`.
    pub async fn start_at(folder: TempDir, address: SocketAddr, words: &[&str]) -> Self {
        Self::begin(folder, Start { address, words, ..Start::default() }).await
    }

    /// As [`Self::start_in`], with further arguments of `serve`.
    pub async fn start_saying(folder: TempDir, words: &[&str]) -> Self {
        Self::begin(folder, Start { words, ..Start::default() }).await
    }

    /// As [`Self::start_saying`], where the words make it speak TLS with a certificate that is then trusted, a file within
    /// `folder`.
    pub async fn start_with_tls(folder: TempDir, words: &[&str], certificate: &str) -> Self {
        Self::begin(folder, Start { words, certificate: Some(certificate), ..Start::default() }).await
    }

    async fn begin(folder: TempDir, Start { address, web, launcher, words, certificate }: Start<'_>) -> Self {
        let mut command = under(launcher);
        command.arg("serve").arg("--data").arg(folder.path().join("data"));
        command.args(["--listen", &address.to_string(), "--media", "127.0.0.1:0"]).args(words);
        if let Some(web) = web {
            command.arg("--web-dir").arg(web);
        }
        let log = File::create(folder.path().join("log")).expect("a log can be written");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let process = command.spawn().expect("the server can be started");
        let certificate = certificate.map(|name| folder.path().join(name));
        let mut server = Self { process, folder, address, certificate };
        server.wait_until_ready().await;
        server
    }

    async fn wait_until_ready(&mut self) {
        let (url, address) = (self.url("/readyz"), self.address);
        let (process, certificate) = (&mut self.process, &self.certificate);
        let ended = eventually("the server is ready", READY_WITHIN, async || {
            if let Ok(Some(status)) = process.try_wait() {
                return Some(Some(status));
            }
            // Asking before anyone listens would be an error of the harness.
            tokio::net::TcpStream::connect(address).await.ok()?;
            (http(certificate.as_deref()).get(&url, &[]).await.status == 200).then_some(None)
        })
        .await;
        if let Some(status) = ended {
            panic!("the server ended with {status}: {}", self.log());
        }
    }

    /// Where the media of meetings come and go.
    ///
    /// # Panics
    /// The log does not say so.
    pub fn media(&self) -> SocketAddr {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("media port")).expect("the log names the media port");
        let said: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let address = said["address"].as_str().and_then(|address| address.parse().ok());
        address.unwrap_or_else(|| panic!("no address: {line}"))
    }

    /// The address of a path on the server.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// Asks for a path, over a connection of its own.
    pub async fn get(&self, path: &str) -> Answer {
        http(self.certificate.as_deref()).get(&self.url(path), &[]).await
    }

    /// The certificate that it shows, PEM; empty without TLS.
    pub fn certificate(&self) -> Vec<u8> {
        pem(self.certificate.as_deref())
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for the test's own files.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The address that signs in as the demo member with a role, as the server tells its terminal.
    pub async fn sign_in_link(&self, role: &str) -> String {
        eventually("the server tells its links", DEADLINE, async || {
            let log = self.log();
            let mut lines = log.lines().map(str::split_whitespace);
            lines.find_map(|mut words| (words.next() == Some(role)).then(|| words.next().map(str::to_owned))?)
        })
        .await
    }

    /// An access token of the demo member with a role.
    pub async fn access_token(&self, role: &str) -> String {
        let link = self.sign_in_link(role).await;
        let answer = http(self.certificate.as_deref()).get(&link, &[]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        cookie(&answer, "cloudsite_access")
    }

    /// A client of the identity service.
    pub async fn identity(&self) -> IdentityServiceClient<Channel> {
        IdentityServiceClient::new(self.channel().await)
    }

    /// A connection for gRPC.
    pub async fn channel(&self) -> Channel {
        let mut endpoint = Endpoint::from_shared(self.url("")).expect("the address is well formed").timeout(DEADLINE);
        if self.certificate.is_some() {
            let trusting = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(self.certificate()));
            endpoint = endpoint.tls_config(trusting).expect("the certificate can be used");
        }
        endpoint.connect().await.expect("the server takes connections")
    }

    /// A client of the park service.
    pub async fn park(&self) -> ParkServiceClient<Channel> {
        ParkServiceClient::new(self.channel().await)
    }

    /// A client of the parcel service.
    pub async fn parcels(&self) -> ParcelServiceClient<Channel> {
        ParcelServiceClient::new(self.channel().await)
    }

    /// Asks the server to end, as a service manager does, and waits until it has.
    pub async fn terminate(mut self) -> (ExitStatus, TempDir) {
        let pid = self.process.id().expect("the server runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill can be started");
        assert!(asked.success(), "the server could not be told to end");
        let ended = tokio::time::timeout(DEADLINE, self.process.wait()).await;
        let status = ended.expect("the server ends when told to").expect("its status can be read");
        let folder = TempDir::new().expect("a folder can be made");
        (status, std::mem::replace(&mut self.folder, folder))
    }
}

impl Server {
    /// Ends the server as a power failure would, without a word to it, and gives its folder.
    pub async fn kill(mut self) -> TempDir {
        self.process.kill().await.expect("the server runs");
        let folder = TempDir::new().expect("a folder can be made");
        std::mem::replace(&mut self.folder, folder)
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.process.id().expect("the server runs")
    }

    /// A request with the operator's token, which is kept in the data folder.
    pub fn as_operator<T>(&self, message: T) -> tonic::Request<T> {
        let file = fs::read_to_string(self.data().join("operator.json")).expect("a running server leaves its file");
        let contents: serde_json::Value = serde_json::from_str(&file).expect("the file is JSON");
        let header = format!("Bearer {}", contents["token"].as_str().expect("there is a token in it"));
        let mut request = tonic::Request::new(message);
        request.metadata_mut().insert("authorization", header.parse().expect("a token is a header's value"));
        request
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("the server's last lines:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// A client that trusts a certificate.
fn http(certificate: Option<&Path>) -> Http {
    Http::trusting(&pem(certificate))
}

fn pem(certificate: Option<&Path>) -> Vec<u8> {
    certificate.map(|file| fs::read(file).expect("the certificate can be read")).unwrap_or_default()
}

/// The built page and viewer, if the run was given one.
pub(crate) fn web_folder() -> Option<PathBuf> {
    env::var_os("CLOUDSITE_TEST_WEB_DIST").map(PathBuf::from)
}

/// A local address that nobody listens on at this moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("a listener has an address")
}
