//! The server that is measured.

use std::time::Instant;

use anyhow::ensure;
use cloudsite_proto::land::parcel_service_client::ParcelServiceClient;
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use cloudsite_proto::land::{
    Bounds, GetRevisionRequest, ListParcelsRequest, ListParcelsResponse, LonLatBounds, ParcelFilter, ParcelOrder,
    ParcelView, RollBackRequest, RollBackResponse,
};
use cloudsite_tests::Server;
use cloudsite_tests::bench::{Rows, median};
use tonic::Request;
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::Channel;

use crate::line::Line;
use crate::load::{Answer, CONNECTIONS, Query};
use crate::parcels::Field;

/// How often the record is rolled back and forth.
const ROLL_BACKS: usize = 6;

/// Requests for each of the two states that are compared.
const AS_OF_REQUESTS: usize = 2_000;

/// Connections for the load, of the operator, who is given the record as it is: what others are given is generalised, and
/// PostGIS would answer otherwise.
pub(crate) struct Ours {
    operator: AsciiMetadataValue,
    client: ParcelServiceClient<Channel>,
    lines: Vec<Line>,
}

/// Connects as often as the other side does.
pub(crate) async fn connect(server: &Server) -> anyhow::Result<Ours> {
    let request = server.as_operator(());
    let operator = request.metadata().get("authorization").expect("an operator has a token").clone();
    let mut lines = Vec::new();
    for _ in 0..CONNECTIONS {
        lines.push(Line::to(&server.url(""), operator.to_str()?).await?);
    }
    Ok(Ours { operator, client: ParcelServiceClient::new(server.channel().await), lines })
}

impl Ours {
    async fn answer(&self, request: ListParcelsRequest) -> anyhow::Result<ListParcelsResponse> {
        Ok(self.client.clone().list_parcels(self.asked(request)).await?.into_inner())
    }

    fn asked<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.operator.clone());
        request
    }

    /// The whole answer.
    pub(crate) async fn ask(&self, query: &Query) -> anyhow::Result<Answer> {
        let reply = self.answer(request(query, 0)).await?;
        let code = |name: &str| name.trim_start_matches("parcels/").to_owned();
        Ok((reply.parcels.iter().map(|parcel| code(&parcel.name)).collect(), i64::from(reply.total_size)))
    }

    /// The areas of all parcels by their numbers, m².
    pub(crate) async fn areas_m2(&self, field: &Field) -> anyhow::Result<Vec<f64>> {
        let mut areas = vec![f64::NAN; field.count as usize];
        let mut request = ListParcelsRequest { page_size: 1_000, ..Default::default() };
        loop {
            let reply = self.answer(request.clone()).await?;
            for parcel in &reply.parcels {
                let number: usize = parcel.name.trim_start_matches("parcels/G-").parse()?;
                areas[number] = parcel.area_m2;
            }
            if reply.next_page_token.is_empty() {
                break;
            }
            request.page_token = reply.next_page_token;
        }
        ensure!(areas.iter().all(|area| area.is_finite()), "a parcel is missing");
        Ok(areas)
    }

    /// How many parcels the answer holds, by one of the connections.
    pub(crate) async fn fetch(&self, line: usize, query: &Query) -> anyhow::Result<usize> {
        self.lines[line % self.lines.len()].fetch(&request(query, 0)).await
    }
}

fn request(query: &Query, revision: u64) -> ListParcelsRequest {
    let at_least = |min: f64| Some(Bounds { min: Some(min), max: None });
    let (filter, order, page_size) = match query {
        Query::Box([west, south, east, north]) => {
            let bounds = LonLatBounds { west: *west, south: *south, east: *east, north: *north };
            (ParcelFilter { bounds: Some(bounds), ..Default::default() }, ParcelOrder::Unspecified, 1_000)
        }
        Query::Filter { status, land_use, plot_ratio, power_kw } => {
            let filter = ParcelFilter {
                statuses: vec![(*status).to_owned()],
                land_uses: vec![(*land_use).to_owned()],
                plot_ratio_max: at_least(*plot_ratio),
                min_power_kw: Some(*power_kw),
                ..Default::default()
            };
            (filter, ParcelOrder::Unspecified, 100)
        }
        Query::Largest { status, plot_ratio, power_kw } => {
            let filter = ParcelFilter {
                statuses: vec![(*status).to_owned()],
                plot_ratio_max: at_least(*plot_ratio),
                min_power_kw: Some(*power_kw),
                ..Default::default()
            };
            (filter, ParcelOrder::AreaDescending, 20)
        }
    };
    let (view, order) = (ParcelView::Full.into(), order.into());
    ListParcelsRequest { filter: Some(filter), order, page_size, view, revision, ..Default::default() }
}

/// Makes a former revision the newest.
pub(crate) async fn back(
    server: &Server,
    client: &mut RevisionServiceClient<Channel>,
    to: u64,
    expected_head: u64,
) -> anyhow::Result<RollBackResponse> {
    let request = RollBackRequest { revision: to, reason: "a bench".to_owned(), expected_head };
    Ok(client.roll_back(server.as_operator(request)).await?.into_inner())
}

/// The newest revision.
pub(crate) async fn head(client: &mut RevisionServiceClient<Channel>) -> anyhow::Result<u64> {
    Ok(client.get_revision(GetRevisionRequest::default()).await?.into_inner().head)
}

/// Takes the last import back, and puts it in again, several times.
pub(crate) async fn roll_back(server: &Server, rows: &mut Rows) -> anyhow::Result<()> {
    let mut client = RevisionServiceClient::new(server.channel().await);
    let first = head(&mut client).await?;
    let (mut newest, mut changed) = (first, 0);
    let mut took = Vec::new();
    for round in 0..ROLL_BACKS {
        let to = if round % 2 == 0 { first - 1 } else { first };
        let began = Instant::now();
        let reply = back(server, &mut client, to, newest).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
        ensure!(reply.revision == newest + 1, "nothing was rolled back: {reply:?}");
        (newest, changed) = (reply.revision, reply.created + reply.updated + reply.ended);
    }
    rows.at_most(&format!("roll-back of {changed} parcels"), "ms", median(&mut took), Some(200.0));
    Ok(())
}

/// Latency of what was and of what is, by turns.
pub(crate) async fn as_of(server: &Server, ours: &Ours, field: &Field, rows: &mut Rows) -> anyhow::Result<()> {
    let mut client = RevisionServiceClient::new(server.channel().await);
    let past = head(&mut client).await? - ROLL_BACKS as u64 - 1;
    let queries = Query::boxes(field, 100);
    let began = Instant::now();
    ours.answer(request(&queries[0], past)).await?;
    rows.at_most("a past revision, loaded", "s", began.elapsed().as_secs_f64(), None);
    let (mut then, mut now) = (Vec::new(), Vec::new());
    for query in queries.iter().cycle().take(AS_OF_REQUESTS) {
        for (revision, took) in [(past, &mut then), (0, &mut now)] {
            let began = Instant::now();
            ours.answer(request(query, revision)).await?;
            took.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    let (then, now) = (median(&mut then), median(&mut now));
    rows.at_most("as of a past revision, p50", "ms", then, None);
    rows.at_most("now, p50", "ms", now, None);
    rows.at_most("as of a past revision: times now", "", then / now, Some(1.5));
    Ok(())
}
