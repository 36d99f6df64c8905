//! The same parcels in PostgreSQL with PostGIS.

use cloudsite_tests::bench::{Postgis, fill};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use crate::load::{Answer, CONNECTIONS, Query};
use crate::parcels::{Field, Sample, ring};

const TABLE: &str = "
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

/// A server with the parcels of a field; ends with this value.
pub(crate) struct Peer(Postgis);

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

impl Peer {
    /// Starts a server with the parcels of a field, whose areas are those that the record gives.
    pub(crate) async fn start(field: &Field, areas_m2: &[f64]) -> anyhow::Result<Self> {
        let peer = Postgis::start().await?;
        let client = peer.client().await?;
        client.batch_execute(TABLE).await?;
        let into = "parcel (code, status, land_use, plot_ratio_max, power_kw, area_m2, geom)";
        let rows = (0..field.count).zip(areas_m2).map(|(number, area_m2)| row(&field.parcel(number), *area_m2));
        fill(&client, into, rows, INDEXES).await?;
        Ok(Self(peer))
    }

    /// Connections for the load.
    pub(crate) async fn connect(&self) -> anyhow::Result<PeerSide> {
        let mut lines = Vec::new();
        for _ in 0..CONNECTIONS {
            lines.push(Line::of(self.0.client().await?).await?);
        }
        Ok(PeerSide { lines })
    }
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
