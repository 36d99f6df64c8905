//! PostgreSQL with PostGIS: started for the run in a folder of its own, filled with the same parcels, and tuned.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::SinkExt;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

use crate::load::{Answer, CONNECTIONS, Query};
use crate::parcels::{Field, Sample, ring};

/// What a report calls it.
pub(crate) const NAME: &str = "PostGIS";

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

const TABLE: &str = "
CREATE EXTENSION postgis;
CREATE TABLE parcel (
    code text PRIMARY KEY, status text NOT NULL, land_use text NOT NULL, plot_ratio_max double precision NOT NULL,
    power_kw double precision NOT NULL, area_m2 double precision NOT NULL, geom geometry(Polygon, 4326) NOT NULL);";

/// Made after the rows are there. Each query finds the index that it would ask for.
const INDEXES: &str = "
CREATE INDEX ON parcel USING gist (geom);
CREATE INDEX ON parcel (status, land_use, power_kw, plot_ratio_max, code);
CREATE INDEX ON parcel (status, area_m2 DESC, code);
CREATE INDEX ON parcel (status, power_kw, plot_ratio_max);
CLUSTER parcel USING parcel_geom_idx;
VACUUM ANALYZE parcel;";

const COLUMNS: &str = "code, status, land_use, plot_ratio_max, power_kw, area_m2, ST_AsBinary(geom)";

/// A running server; ends with this value.
pub(crate) struct Peer {
    _process: Child,
    folder: TempDir,
}

/// Connections with their prepared statements.
pub(crate) struct PeerSide {
    lines: Vec<Line>,
}

struct Line {
    client: Client,
    touching: Statement,
    filter: Statement,
    filter_count: Statement,
    largest: Statement,
    largest_count: Statement,
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

impl Peer {
    /// Starts a server with the parcels of a field, whose areas are those that the record gives.
    pub(crate) async fn start(field: &Field, areas_m2: &[f64]) -> anyhow::Result<Self> {
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
        let peer = Self { _process: process, folder };
        let client = peer.first_client().await?;
        fill(&client, field, areas_m2).await?;
        Ok(peer)
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

    async fn client(&self) -> anyhow::Result<Client> {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.folder.path()).user("bench").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Connections for the load.
    pub(crate) async fn connect(&self) -> anyhow::Result<PeerSide> {
        let mut lines = Vec::new();
        for _ in 0..CONNECTIONS {
            lines.push(Line::of(self.client().await?).await?);
        }
        Ok(PeerSide { lines })
    }
}

async fn fill(client: &Client, field: &Field, areas_m2: &[f64]) -> anyhow::Result<()> {
    client.batch_execute(TABLE).await?;
    let into = "COPY parcel (code, status, land_use, plot_ratio_max, power_kw, area_m2, geom) FROM STDIN";
    let sink = client.copy_in(into).await?;
    let mut sink = std::pin::pin!(sink);
    let mut text = String::new();
    for (number, area_m2) in (0..field.count).zip(areas_m2) {
        text.push_str(&row(&field.parcel(number), *area_m2));
        if text.len() > 1 << 20 || number + 1 == field.count {
            sink.send(bytes::Bytes::from(std::mem::take(&mut text))).await?;
        }
    }
    sink.finish().await?;
    for statement in INDEXES.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        client.batch_execute(statement).await?;
    }
    Ok(())
}

fn row(parcel: &Sample, area_m2: f64) -> String {
    let corners = ring(parcel.square).map(|(x, y)| format!("{x} {y}")).join(",");
    let Sample { code, status, land_use, plot_ratio_max, power_kw, .. } = parcel;
    format!("{code}\t{status}\t{land_use}\t{plot_ratio_max}\t{power_kw}\t{area_m2}\tSRID=4326;POLYGON(({corners}))\n")
}

impl Line {
    async fn of(client: Client) -> anyhow::Result<Self> {
        let touching = format!(
            "SELECT {COLUMNS} FROM parcel WHERE ST_Intersects(geom, ST_MakeEnvelope($1, $2, $3, $4, 4326)) ORDER BY code"
        );
        let filter = "WHERE status = $1 AND land_use = $2 AND plot_ratio_max >= $3 AND power_kw >= $4";
        let largest = "WHERE status = $1 AND plot_ratio_max >= $2 AND power_kw >= $3";
        Ok(Self {
            touching: client.prepare(&touching).await?,
            filter: client.prepare(&format!("SELECT {COLUMNS} FROM parcel {filter} ORDER BY code LIMIT 100")).await?,
            filter_count: client.prepare(&format!("SELECT count(*) FROM parcel {filter}")).await?,
            largest: client
                .prepare(&format!("SELECT {COLUMNS} FROM parcel {largest} ORDER BY area_m2 DESC, code LIMIT 20"))
                .await?,
            largest_count: client.prepare(&format!("SELECT count(*) FROM parcel {largest}")).await?,
            client,
        })
    }

    async fn answer(&self, query: &Query) -> anyhow::Result<Answer> {
        let (rows, total) = match query {
            Query::Box([west, south, east, north]) => {
                let rows = self.client.query(&self.touching, &[west, south, east, north]).await?;
                let total = rows.len() as i64;
                (rows, total)
            }
            Query::Filter { status, land_use, plot_ratio, power_kw } => {
                let values: [&(dyn ToSql + Sync); 4] = [status, land_use, plot_ratio, power_kw];
                let total = self.client.query_one(&self.filter_count, &values).await?.get(0);
                (self.client.query(&self.filter, &values).await?, total)
            }
            Query::Largest { status, plot_ratio, power_kw } => {
                let values: [&(dyn ToSql + Sync); 3] = [status, plot_ratio, power_kw];
                let total = self.client.query_one(&self.largest_count, &values).await?.get(0);
                (self.client.query(&self.largest, &values).await?, total)
            }
        };
        Ok((rows.iter().map(|row| row.get::<_, &str>(0).to_owned()).collect(), total))
    }
}

impl PeerSide {
    /// The whole answer.
    pub(crate) async fn ask(&self, query: &Query) -> anyhow::Result<Answer> {
        self.lines[0].answer(query).await
    }

    /// How many parcels the answer holds, by one of the connections.
    pub(crate) async fn fetch(&self, line: usize, query: &Query) -> anyhow::Result<usize> {
        Ok(self.lines[line % self.lines.len()].answer(query).await?.0.len())
    }
}
