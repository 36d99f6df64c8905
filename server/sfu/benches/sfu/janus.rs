//! Janus with its `VideoRoom`, as Debian packages it, in a folder and on ports of its own.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::client::{Client, Media, Shared, connected, run};
use crate::load::address;
use crate::marks::Arrivals;

const PROGRAM: &str = "/usr/bin/janus";
const PATIENCE: Duration = Duration::from_secs(10);
const TRIES: usize = 3;
const FEED_TRIES: usize = 20;
const FEED_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_MESSAGE: usize = 128 * 1_024;

/// The one room.
const ROOM: u64 = 1;

/// A running server; ends with this value.
pub(crate) struct Janus {
    process: Child,
    socket: UnixDatagram,
    folder: TempDir,
    session: u64,
    count: u64,
}

/// An event or reply, and the session description in it.
struct Reply {
    message: Value,
    jsep: Option<String>,
}

impl Janus {
    /// What a report calls it.
    pub(crate) const NAME: &str = "Janus";

    /// Whether it is installed.
    pub(crate) fn is_installed() -> bool {
        Path::new(PROGRAM).is_file()
    }

    /// Starts one with an empty room. Sometimes it ends at once and says that it has no transport, which is tried again.
    pub(crate) async fn start() -> Result<Self> {
        for _ in 1..TRIES {
            if let Ok(janus) = Self::try_start().await {
                return Ok(janus);
            }
        }
        Self::try_start().await
    }

    async fn try_start() -> Result<Self> {
        let folder = TempDir::new()?;
        write_settings(folder.path())?;
        let log = fs::File::create(folder.path().join("log"))?;
        let mut command = Command::new(PROGRAM);
        command.arg("--configs-folder").arg(folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let process = command.spawn().context("Janus cannot be started")?;
        let socket = UnixDatagram::bind(folder.path().join("client"))?;
        let mut janus = Self { process, socket, folder, session: 0, count: 0 };
        let started = async {
            loop {
                if let Ok(reply) = janus.send(json!({ "janus": "create" })).await {
                    return id_of(&reply);
                }
                if let Some(status) = janus.process.try_wait()? {
                    bail!("it has ended with {status}");
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let session = timeout(PATIENCE, started).await;
        let log = fs::read_to_string(janus.folder.path().join("log")).unwrap_or_default();
        janus.session = session.with_context(|| format!("Janus does not start: {log}"))??;
        let handle = janus.attach().await?;
        let room = json!({
            "request": "create", "room": ROOM, "publishers": 100, "audiocodec": "opus", "videocodec": "vp8",
            "audiolevel_ext": false, "transport_wide_cc_ext": false, "playoutdelay_ext": false,
        });
        janus.message(handle, room, None).await?;
        Ok(janus)
    }

    /// The process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.process.id().context("Janus has ended")
    }

    /// Sends a request, and waits for what is more than its acknowledgement.
    async fn send(&mut self, mut request: Value) -> Result<Reply> {
        self.count += 1;
        let transaction = self.count.to_string();
        request["transaction"] = transaction.as_str().into();
        let server = self.folder.path().join("server");
        self.socket.send_to(&serde_json::to_vec(&request)?, server).await?;
        let mut buffer = vec![0; LONGEST_MESSAGE];
        loop {
            let length = timeout(PATIENCE, self.socket.recv(&mut buffer)).await.context("Janus does not answer")??;
            let message: Value = serde_json::from_slice(&buffer[..length])?;
            if message["transaction"] != transaction.as_str() || message["janus"] == "ack" {
                continue;
            }
            let error = &message["plugindata"]["data"]["error"];
            if message["janus"] == "error" || !error.is_null() {
                bail!("Janus: {message}");
            }
            let jsep = message["jsep"]["sdp"].as_str().map(str::to_owned);
            return Ok(Reply { message, jsep });
        }
    }

    async fn attach(&mut self) -> Result<u64> {
        let request = json!({ "janus": "attach", "session_id": self.session, "plugin": "janus.plugin.videoroom" });
        id_of(&self.send(request).await?)
    }

    async fn message(&mut self, handle: u64, body: Value, jsep: Option<Value>) -> Result<Reply> {
        let mut request = json!({ "janus": "message", "session_id": self.session, "handle_id": handle, "body": body });
        if let Some(jsep) = jsep {
            request["jsep"] = jsep;
        }
        self.send(request).await
    }

    /// A client that sends a stream.
    pub(crate) async fn publisher(&mut self, number: u16, media: Media, arrivals: &Arrivals) -> Result<Shared> {
        let mut client = Client::new(number, true, 0, media, arrivals.clone()).await?;
        let handle = self.attach().await?;
        let join = json!({ "request": "join", "ptype": "publisher", "room": ROOM, "id": number });
        self.message(handle, join, None).await?;
        let jsep = json!({ "type": "offer", "sdp": client.offer()?, "trickle": false });
        let reply = self.message(handle, json!({ "request": "publish" }), Some(jsep)).await?;
        client.take_answer(reply.jsep.context("Janus gives no answer")?)?;
        let client = run(client);
        connected(&client).await?;
        Ok(client)
    }

    /// A client that receives the streams of some publishers.
    pub(crate) async fn viewer(
        &mut self,
        number: u16,
        media: Media,
        publishers: &[u16],
        arrivals: &Arrivals,
    ) -> Result<Shared> {
        let mut client = Client::new(number, false, 0, media, arrivals.clone()).await?;
        let streams: Vec<Value> = publishers.iter().map(|feed| json!({ "feed": feed })).collect();
        let join = json!({ "request": "join", "ptype": "subscriber", "room": ROOM, "streams": streams });
        let (mut handle, mut joined) = (self.attach().await?, None);
        // A feed is there a little later than its publisher is connected.
        for _ in 0..FEED_TRIES {
            match self.message(handle, join.clone(), None).await {
                Ok(reply) => {
                    joined = reply.jsep;
                    break;
                }
                Err(error) => eprintln!("    asked again: {error:#}"),
            }
            tokio::time::sleep(FEED_PAUSE).await;
            handle = self.attach().await?;
        }
        let offer = joined.context("Janus gives no offer")?;
        let jsep = json!({ "type": "answer", "sdp": client.answer(offer)?, "trickle": false });
        self.message(handle, json!({ "request": "start" }), Some(jsep)).await?;
        let client = run(client);
        connected(&client).await?;
        Ok(client)
    }
}

/// What is installed beside what is needed, and not loaded.
const OTHER_PLUGINS: [&str; 11] = [
    "audiobridge",
    "duktape",
    "echotest",
    "lua",
    "nosip",
    "recordplay",
    "sip",
    "streaming",
    "textroom",
    "videocall",
    "voicemail",
];
const OTHER_TRANSPORTS: [&str; 5] = ["http", "mqtt", "nanomsg", "rabbitmq", "websockets"];

fn libraries(names: &[&str]) -> String {
    names.iter().map(|name| format!("libjanus_{name}.so")).collect::<Vec<_>>().join(",")
}

fn id_of(reply: &Reply) -> Result<u64> {
    reply.message["data"]["id"].as_u64().context("a reply without an id")
}

/// Settings: the plain socket, the one plugin, the one address, and no log but of what goes wrong.
fn write_settings(folder: &Path) -> Result<()> {
    let server = folder.join("server");
    let janus = format!(
        r#"
general: {{ debug_level = 2, session_timeout = 0 }}
media: {{ rtp_port_range = "52000-54000", ipv6 = false }}
nat: {{ ice_lite = true, ice_enforce_list = "{}", full_trickle = false }}
plugins: {{ disable = "{}" }}
transports: {{ disable = "{}" }}
events: {{ broadcast = false }}
"#,
        address(),
        libraries(&OTHER_PLUGINS),
        libraries(&OTHER_TRANSPORTS),
    );
    let socket = format!(
        "general: {{ enabled = true, json = \"compact\", path = \"{}\", type = \"SOCK_DGRAM\" }}\n\
         admin: {{ admin_enabled = false }}\n",
        server.display()
    );
    fs::write(folder.join("janus.jcfg"), janus)?;
    fs::write(folder.join("janus.transport.pfunix.jcfg"), socket)?;
    fs::write(folder.join("janus.plugin.videoroom.jcfg"), "general: { }\n")?;
    Ok(())
}
