//! PostgreSQL with PostGIS: started for a run in a folder of its own, and tuned.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::SinkExt;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_postgres::{Client, NoTls};

/// Debian's folder of the programs.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

const READY_WITHIN: Duration = Duration::from_secs(30);

/// What a server that has the machine's memory to itself is set to; what would speed up writes only is left as it is.
const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "shared_buffers=1536MB",
    "effective_cache_size=6GB",
    "work_mem=64MB",
    "maintenance_work_mem=512MB",
    "random_page_cost=1.1",
    "jit=off",
    "max_wal_size=4GB",
    "autovacuum=off",
];

/// Bytes that are copied into a table at a time.
const PIECE_BYTES: usize = 1 << 20;

/// A running server; ends with this value.
pub struct Postgis {
    _process: Child,
    folder: TempDir,
}

/// A program of PostgreSQL, which refuses to be run by root.
fn program(name: &str) -> Command {
    let path = Path::new(PROGRAMS).join(name);
    // Whoever owns this process's own folder is whoever runs it.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
    command
}

impl Postgis {
    /// What a report calls it.
    pub const NAME: &str = "PostGIS";

    /// Starts a server with an empty database that has the extension.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        let data = folder.path().join("data");
        let mut init = program("initdb");
        init.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=bench", "--pgdata"]).arg(&data);
        let output = init.output().await.context("initdb cannot be started")?;
        ensure!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let mut serve = program("postgres");
        serve.arg("-D").arg(&data).arg("-k").arg(folder.path());
        serve.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn()?;
        let started = Self { _process: process, folder };
        started.first_client().await?.batch_execute("CREATE EXTENSION postgis").await?;
        Ok(started)
    }

    async fn first_client(&self) -> anyhow::Result<Client> {
        let ready = async {
            loop {
                if let Ok(client) = self.client().await {
                    return client;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(READY_WITHIN, ready).await.with_context(|| {
            let log: PathBuf = self.folder.path().join("log");
            std::fs::read_to_string(log).unwrap_or_default()
        })
    }

    /// A connection.
    ///
    /// # Errors
    /// The server does not answer.
    pub async fn client(&self) -> anyhow::Result<Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.folder.path()).user("bench").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// Copies rows, each as a line of text, into columns such as `parcel (code, status)`, and runs statements, parted by
/// semicolons, one after the other.
///
/// # Errors
/// What the server says.
pub async fn fill(
    client: &Client,
    columns: &str,
    rows: impl Iterator<Item = String>,
    then: &str,
) -> anyhow::Result<()> {
    let sink = client.copy_in(&format!("COPY {columns} FROM STDIN")).await?;
    let mut sink = std::pin::pin!(sink);
    let mut text = String::new();
    for row in rows {
        text.push_str(&row);
        if text.len() > PIECE_BYTES {
            sink.send(bytes::Bytes::from(std::mem::take(&mut text))).await?;
        }
    }
    sink.send(bytes::Bytes::from(text)).await?;
    sink.finish().await?;
    for statement in then.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        client.batch_execute(statement).await?;
    }
    Ok(())
}
