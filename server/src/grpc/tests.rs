//! The services over the wire, by the client of the contract against a server in this process.

use std::sync::Arc;

use cloudsite_domain::record::{Layer, ParcelStatus};
use cloudsite_proto::land as wire;
use cloudsite_proto::land::get_revision_request::Which;
use cloudsite_proto::land::import_service_client::ImportServiceClient;
use cloudsite_proto::land::parcel_service_client::ParcelServiceClient;
use cloudsite_proto::land::park_service_client::ParkServiceClient;
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use geo::Area;
use geozero::ToGeo;
use geozero::wkb::Wkb;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::record::{Record, sample};
use crate::serve::{Given, Server};

struct Fixture {
    folder: TempDir,
    record: Arc<Record>,
    server: Server,
    channel: Channel,
}

async fn fixture() -> Fixture {
    let (folder, opened) = sample::opened();
    let record = Arc::clone(&opened.record);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(opened, listener, Given::alone(folder.path())).await.unwrap();
    let channel = Endpoint::from_shared(format!("http://{}", server.address())).unwrap().connect().await.unwrap();
    Fixture { folder, record, server, channel }
}

impl Fixture {
    fn park(&self) -> ParkServiceClient<Channel> {
        ParkServiceClient::new(self.channel.clone())
    }

    fn parcels(&self) -> ParcelServiceClient<Channel> {
        ParcelServiceClient::new(self.channel.clone())
    }

    async fn parcel(&self, name: &str, revision: u64) -> Result<wire::GetParcelResponse, Status> {
        let request = wire::GetParcelRequest { name: name.to_owned(), revision };
        Ok(self.parcels().get_parcel(request).await?.into_inner())
    }

    async fn list(&self, request: wire::ListParcelsRequest) -> Result<wire::ListParcelsResponse, Status> {
        Ok(self.parcels().list_parcels(request).await?.into_inner())
    }

    async fn features(&self, request: wire::ListFeaturesRequest) -> Result<wire::ListFeaturesResponse, Status> {
        Ok(self.park().list_features(request).await?.into_inner())
    }
}

/// The field that a status complains about.
fn field(status: &Status) -> String {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    status.get_error_details().bad_request().expect("a bad request").field_violations[0].field.clone()
}

fn names(parcels: &[wire::Parcel]) -> Vec<&str> {
    parcels.iter().map(|parcel| parcel.name.as_str()).collect()
}

#[tokio::test]
async fn the_park_says_what_it_is() {
    let fixture = fixture().await;
    let park = fixture.park().get_park(wire::GetParkRequest::default()).await.unwrap().into_inner().park.unwrap();
    assert_eq!((park.code.as_str(), park.synthetic, park.revision), ("PARK", true, 1));
    assert_eq!((park.origin_easting, park.origin_northing), (538_000.0, 3_480_500.0));
    let parcels = park.counts.iter().find(|count| count.layer() == wire::Layer::Parcel).unwrap();
    assert_eq!(parcels.features, 5);
    let status = fixture.park().get_park(wire::GetParkRequest { revision: 7 }).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::NotFound, "there is no revision 7; the newest is 1"));
    assert_eq!(status.get_error_details().error_info().unwrap().metadata["head"], "1");
}

#[tokio::test]
async fn zones_are_got_and_listed() {
    let fixture = fixture().await;
    let get = |name: &str| wire::GetZoneRequest { name: name.to_owned(), revision: 0 };
    let zone = fixture.park().get_zone(get("zones/Z-1")).await.unwrap().into_inner().zone.unwrap();
    assert_eq!((zone.kind.as_str(), zone.parcel_count, zone.area_m2), ("comprehensive_bonded", 5, 900_000.0));
    let status = fixture.park().get_zone(get("zones/Z-9")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(status.get_error_details().resource_info().unwrap().resource_name, "zones/Z-9");
    assert_eq!(field(&fixture.park().get_zone(get("parcels/P-1")).await.unwrap_err()), "name");

    let request = wire::ListZonesRequest { page_size: 1, ..wire::ListZonesRequest::default() };
    let first = fixture.park().list_zones(request.clone()).await.unwrap().into_inner();
    let request = wire::ListZonesRequest { page_token: first.next_page_token, ..request };
    let second = fixture.park().list_zones(request).await.unwrap().into_inner();
    assert_eq!((first.zones[0].name.as_str(), second.zones[0].name.as_str()), ("zones/Z-1", "zones/Z-2"));
    assert_eq!(second.next_page_token, "");
}

#[tokio::test]
async fn a_parcel_comes_whole_to_those_who_may_see_it() {
    let fixture = fixture().await;
    let visited = fixture.parcel("parcels/P-1", 0).await.unwrap().parcel.unwrap();
    assert!(visited.attributes.is_empty(), "what nobody has opened is closed");
    let mut request = tonic::Request::new(wire::GetParcelRequest { name: "parcels/P-1".to_owned(), revision: 0 });
    let proof = fixture.server.operator().token().header().parse().unwrap();
    request.metadata_mut().insert("authorization", proof);
    let parcel = fixture.parcels().get_parcel(request).await.unwrap().into_inner().parcel.unwrap();
    assert_eq!(
        (parcel.name.as_str(), parcel.status.as_str(), parcel.zone.as_str()),
        ("parcels/P-1", "available", "zones/Z-1")
    );
    assert_eq!(parcel.plot_ratio, Some(wire::Bounds { min: Some(1.0), max: Some(2.5) }));
    assert_eq!((parcel.height_limit_m, parcel.green_ratio), (None, None), "unknown is not zero");
    assert_eq!(parcel.attributes["origin"], "invented");
    let shape = Wkb(parcel.geometry_wkb.to_vec()).to_geo().unwrap();
    assert!((shape.unsigned_area() - parcel.area_m2).abs() < 1e-6, "{} m2", shape.unsigned_area());

    let status = fixture.parcel("parcels/P-99", 0).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::NotFound, "there is no parcel 'parcels/P-99'"));
    assert_eq!(status.get_error_details().resource_info().unwrap().resource_type, "parcel");
    assert_eq!(field(&fixture.parcel("P-1", 0).await.unwrap_err()), "name");
}

#[tokio::test]
async fn parcels_are_filtered_ordered_and_paged() {
    let fixture = fixture().await;
    let filter = wire::ParcelFilter { statuses: vec!["available".to_owned()], ..wire::ParcelFilter::default() };
    let request =
        wire::ListParcelsRequest { filter: Some(filter), page_size: 2, ..wire::ListParcelsRequest::default() };
    let first = fixture.list(request.clone()).await.unwrap();
    assert_eq!((names(&first.parcels), first.total_size), (vec!["parcels/P-1", "parcels/P-3"], 3));
    assert!(first.parcels[0].geometry_wkb.is_empty(), "a list holds no shapes unless asked");

    // A token keeps to the revision it was given at.
    sample::commit(&fixture.record, Vec::new(), vec![(Layer::Parcel, "P-5".parse().unwrap())]);
    let second = wire::ListParcelsRequest { page_token: first.next_page_token.clone(), ..request.clone() };
    let reply = fixture.list(second.clone()).await.unwrap();
    assert_eq!((names(&reply.parcels), reply.revision), (vec!["parcels/P-5"], 1));
    assert_eq!(reply.next_page_token, "");
    assert_eq!(fixture.list(request.clone()).await.unwrap().total_size, 2, "without a token the newest is read");

    let foreign = wire::ListParcelsRequest { filter: None, ..second };
    assert_eq!(field(&fixture.list(foreign).await.unwrap_err()), "page_token");
    let zones = wire::ListZonesRequest { page_token: first.next_page_token, ..wire::ListZonesRequest::default() };
    assert_eq!(field(&fixture.park().list_zones(zones).await.unwrap_err()), "page_token");
}

#[tokio::test]
async fn parcels_are_ordered_by_area() {
    let fixture = fixture().await;
    let mut large = sample::parcel("P-0", 2_000.0, 200.0, ParcelStatus::Available);
    large.shape = sample::building("x", 0.0, 0.0).shape;
    sample::commit(&fixture.record, vec![large], Vec::new());
    for (order, first) in [
        (wire::ParcelOrder::AreaAscending, "parcels/P-0"),
        (wire::ParcelOrder::AreaDescending, "parcels/P-1"),
        (wire::ParcelOrder::Unspecified, "parcels/P-0"),
    ] {
        let request = wire::ListParcelsRequest { order: order.into(), ..wire::ListParcelsRequest::default() };
        assert_eq!(names(&fixture.list(request).await.unwrap().parcels)[0], first, "{order:?}");
    }
}

#[tokio::test]
async fn what_can_be_had_comes_first() {
    let fixture = fixture().await;
    let request = wire::ListParcelsRequest {
        order: wire::ParcelOrder::Availability.into(),
        ..wire::ListParcelsRequest::default()
    };
    let listed = fixture.list(request).await.unwrap();
    // Of the sample, P-2 and P-4 are taken.
    assert_eq!(names(&listed.parcels), ["parcels/P-1", "parcels/P-3", "parcels/P-5", "parcels/P-2", "parcels/P-4"]);
}

#[tokio::test]
async fn wrong_fields_of_lists_are_named() {
    let fixture = fixture().await;
    let of = wire::ListParcelsRequest::default;
    let cases = [
        (wire::ListParcelsRequest { page_size: -1, ..of() }, "page_size"),
        (wire::ListParcelsRequest { page_token: "nonsense".to_owned(), ..of() }, "page_token"),
        (wire::ListParcelsRequest { order: 9, ..of() }, "order"),
        (wire::ListParcelsRequest { view: 9, ..of() }, "view"),
        (
            wire::ListParcelsRequest {
                filter: Some(wire::ParcelFilter { statuses: vec!["sold".to_owned()], ..wire::ParcelFilter::default() }),
                ..of()
            },
            "filter.statuses[0]",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(field(&fixture.list(request).await.unwrap_err()), expected);
    }
    let bounds = |west, south| Some(wire::LonLatBounds { west, south, east: 121.0, north: 32.0 });
    let of =
        || wire::ListFeaturesRequest { layer: wire::Layer::Building.into(), ..wire::ListFeaturesRequest::default() };
    let cases = [
        (wire::ListFeaturesRequest { layer: 0, ..of() }, "layer"),
        (wire::ListFeaturesRequest { layer: 99, ..of() }, "layer"),
        (wire::ListFeaturesRequest { bounds: bounds(f64::NAN, 31.0), ..of() }, "bounds"),
        (wire::ListFeaturesRequest { bounds: bounds(120.0, 33.0), ..of() }, "bounds"),
        (wire::ListFeaturesRequest { page_size: -5, ..of() }, "page_size"),
    ];
    for (request, expected) in cases {
        assert_eq!(field(&fixture.features(request).await.unwrap_err()), expected);
    }
}

#[tokio::test]
async fn features_of_a_rectangle_come_as_geojson() {
    let fixture = fixture().await;
    let request =
        wire::ListFeaturesRequest { layer: wire::Layer::Building.into(), ..wire::ListFeaturesRequest::default() };
    let all = fixture.features(request.clone()).await.unwrap().features;
    assert_eq!(all.len(), 3);
    let geojson: serde_json::Value = serde_json::from_str(&all[0].geojson).unwrap();
    assert_eq!((&geojson["type"], &geojson["properties"]["code"]), (&"Feature".into(), &"B-1".into()));
    let there = wire::ListFeaturesRequest { bounds: all[2].bounds, ..request };
    let found = fixture.features(there).await.unwrap().features;
    assert_eq!(found.iter().map(|feature| feature.name.as_str()).collect::<Vec<_>>(), ["building/B-3"]);
}

#[tokio::test]
async fn revisions_are_listed_from_the_newest() {
    let fixture = fixture().await;
    for step in 1..=4_u32 {
        sample::commit(&fixture.record, vec![sample::building("B-1", 20.0 + f64::from(step), 20.0)], Vec::new());
    }
    let mut request = wire::ListRevisionsRequest { page_size: 2, ..wire::ListRevisionsRequest::default() };
    let mut pages = Vec::new();
    loop {
        let reply = fixture.park().list_revisions(request.clone()).await.unwrap().into_inner();
        pages.push(reply.revisions.iter().map(|revision| revision.number).collect::<Vec<_>>());
        if reply.next_page_token.is_empty() {
            break;
        }
        request.page_token = reply.next_page_token;
    }
    assert_eq!(pages, [vec![5, 4], vec![3, 2], vec![1]]);
}

#[tokio::test]
async fn what_is_too_large_or_not_allowed_is_refused() {
    let fixture = fixture().await;
    let text = "x".repeat(5 * 1024 * 1024);
    let filter = wire::ParcelFilter { text, ..wire::ParcelFilter::default() };
    let request = wire::ListParcelsRequest { filter: Some(filter), ..wire::ListParcelsRequest::default() };
    let status = fixture.list(request).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");

    let mut imports = ImportServiceClient::new(fixture.channel.clone());
    let status = imports.import_file(futures::stream::iter([wire::ImportFileRequest::default()])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    let mut request = tonic::Request::new(futures::stream::iter([wire::ImportFileRequest::default()]));
    let proof = fixture.server.operator().token().header().parse().unwrap();
    request.metadata_mut().insert("authorization", proof);
    let status = imports.import_file(request).await.unwrap_err();
    assert_eq!(field(&status), "header", "the operator gets as far as the service");
}

#[tokio::test]
async fn a_stopping_server_ends_its_streams_and_takes_its_file_away() {
    let fixture = fixture().await;
    let mut stream = fixture.park().watch(wire::WatchRequest::default()).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some(), "progress comes first");
    assert!(crate::operator::read(fixture.folder.path()).is_ok());
    let address = fixture.server.address();
    let (stopped, last) = tokio::join!(fixture.server.stop(), stream.message());
    let () = stopped;
    assert_eq!(last.unwrap_err().code(), Code::Unavailable);
    assert!(crate::operator::read(fixture.folder.path()).is_err());
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the port is free");
}

#[tokio::test]
async fn a_revision_is_found_by_number_and_by_moment() {
    let fixture = fixture().await;
    sample::commit(&fixture.record, Vec::new(), vec![(Layer::Parcel, "P-1".parse().unwrap())]);
    let mut client = RevisionServiceClient::new(fixture.channel.clone());
    // The sample's revisions are all of one moment.
    let at = |text: &str| {
        let at: jiff::Timestamp = text.parse().unwrap();
        Some(Which::At(prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }))
    };
    for (which, expected) in [
        (None, 2),
        (Some(Which::Number(0)), 2),
        (Some(Which::Number(1)), 1),
        (at("2026-03-01T08:00:00Z"), 2),
        (at("2030-01-01T00:00:00Z"), 2),
    ] {
        let reply = client.get_revision(wire::GetRevisionRequest { which }).await.unwrap().into_inner();
        assert_eq!((reply.revision.unwrap().number, reply.head), (expected, 2), "{which:?}");
    }
    let before = wire::GetRevisionRequest { which: at("2026-03-01T07:59:59Z") };
    let status = client.get_revision(before).await.unwrap_err();
    let said = "there was no revision at 2026-03-01T07:59:59Z; the first was made at 2026-03-01T08:00:00Z";
    assert_eq!((status.code(), status.message()), (Code::NotFound, said));
    assert_eq!(status.get_error_details().error_info().unwrap().metadata["first_at"], "2026-03-01T08:00:00Z");
    let unknown = wire::GetRevisionRequest { which: Some(Which::Number(3)) };
    assert_eq!(client.get_revision(unknown).await.unwrap_err().message(), "there is no revision 3; the newest is 2");
    let which = Some(Which::At(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }));
    assert_eq!(field(&client.get_revision(wire::GetRevisionRequest { which }).await.unwrap_err()), "at");
    fixture.server.stop().await;
}

/// A request by whoever has a token.
fn by<T>(header: &tonic::metadata::AsciiMetadataValue, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert("authorization", header.clone());
    request
}

#[tokio::test]
async fn an_approver_rolls_back_on_what_was_seen() {
    let fixture = fixture().await;
    sample::commit(&fixture.record, Vec::new(), vec![(Layer::Parcel, "P-1".parse().unwrap())]);
    let mut client = RevisionServiceClient::new(fixture.channel.clone());
    let header: tonic::metadata::AsciiMetadataValue = fixture.server.operator().token().header().parse().unwrap();
    let by_operator = |request: wire::RollBackRequest| by(&header, request);
    let good = wire::RollBackRequest { revision: 1, reason: "P-1 is still there".to_owned(), expected_head: 2 };
    let status = client.roll_back(good.clone()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    for (wrong, name) in [
        (wire::RollBackRequest { revision: 0, ..good.clone() }, "revision"),
        (wire::RollBackRequest { reason: " ".to_owned(), ..good.clone() }, "reason"),
        (wire::RollBackRequest { reason: "很".repeat(501), ..good.clone() }, "reason"),
        (wire::RollBackRequest { expected_head: 0, ..good.clone() }, "expected_head"),
    ] {
        assert_eq!(field(&client.roll_back(by_operator(wrong)).await.unwrap_err()), name);
    }
    let old = wire::RollBackRequest { expected_head: 1, ..good.clone() };
    let status = client.roll_back(by_operator(old)).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Aborted, "the record is at revision 2, not 1: read it again"));
    let unknown = wire::RollBackRequest { revision: 7, ..good.clone() };
    assert_eq!(client.roll_back(by_operator(unknown)).await.unwrap_err().code(), Code::NotFound);

    let reply = client.roll_back(by_operator(good)).await.unwrap().into_inner();
    assert_eq!((reply.revision, reply.created, reply.updated, reply.ended), (3, 1, 0, 0));
    let parcel = fixture.parcel("parcels/P-1", 0).await.unwrap().parcel.unwrap();
    assert_eq!(parcel.since_revision, 1, "it is the version that it was");
    fixture.parcel("parcels/P-1", 2).await.expect_err("the past stays");
    for (request, expected) in [
        (by(&header, wire::GetRevisionRequest::default()), ("operator", "Back to revision 1: P-1 is still there")),
        (tonic::Request::new(wire::GetRevisionRequest::default()), ("", "")),
    ] {
        let revision = client.get_revision(request).await.unwrap().into_inner().revision.unwrap();
        assert_eq!((revision.author.as_str(), revision.message.as_str()), expected, "authors are the government's");
    }
    let again = wire::RollBackRequest { revision: 1, reason: "again".to_owned(), expected_head: 3 };
    assert_eq!(client.roll_back(by_operator(again)).await.unwrap().into_inner().revision, 0, "nothing differs");
    fixture.server.stop().await;
}
