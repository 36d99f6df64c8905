//! The API over gRPC, against the real server with the demo park.

use std::time::Duration;

use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::land::{
    Bounds, ChangeKind, GetParcelRequest, GetParkRequest, GetZoneRequest, Layer, ListFeaturesRequest,
    ListParcelsRequest, ListRevisionsRequest, ListZonesRequest, Parcel, ParcelFilter, ParcelOrder, ParcelView,
    RevisionMade, WatchRequest, WatchResponse,
};
use cloudsite_tests::{Server, geojson, import};
use prost::Message;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

#[tokio::test]
async fn the_park_says_that_it_is_invented() {
    let server = Server::start().await;
    let park = server.park().await.get_park(GetParkRequest::default()).await.unwrap().into_inner().park.unwrap();
    assert!(park.synthetic);
    for language in ["zh", "en", "ja", "ko", "de"] {
        assert!(park.names.iter().any(|name| name.language == language), "no name in {language}: {:?}", park.names);
    }
    assert!(park.notice.iter().any(|notice| notice.text.contains("演示数据")), "{:?}", park.notice);
    let count = |layer: Layer| park.counts.iter().find(|c| c.layer == layer as i32).map_or(0, |c| c.features);
    assert!((120..=200).contains(&count(Layer::Parcel)), "{} parcels", count(Layer::Parcel));
    assert!((1200..=1800).contains(&count(Layer::Building)), "{} buildings", count(Layer::Building));
}

#[tokio::test]
async fn every_zone_and_layer_can_be_read() {
    let server = Server::start().await;
    let mut park = server.park().await;
    let zones = park.list_zones(ListZonesRequest::default()).await.unwrap().into_inner().zones;
    let kinds: Vec<&str> = zones.iter().map(|zone| zone.kind.as_str()).collect();
    for kind in ["comprehensive_bonded", "zero_carbon", "research"] {
        assert!(kinds.contains(&kind), "no {kind} zone in {kinds:?}");
    }
    let request = GetZoneRequest { name: zones[0].name.clone(), revision: 0 };
    assert_eq!(park.get_zone(request).await.unwrap().into_inner().zone.as_ref(), Some(&zones[0]));
    for layer in [Layer::Building, Layer::Road, Layer::Rail, Layer::Water, Layer::Green, Layer::Utility, Layer::Poi] {
        let request = ListFeaturesRequest { layer: layer.into(), page_size: 5, ..Default::default() };
        let features = park.list_features(request).await.unwrap().into_inner().features;
        assert!(!features.is_empty(), "{layer:?} is empty");
        for feature in &features {
            let json: serde_json::Value = serde_json::from_str(&feature.geojson).expect("a GeoJSON Feature");
            assert_eq!((json["type"].as_str(), feature.layer()), (Some("Feature"), layer));
        }
    }
    let revisions = park.list_revisions(server.as_operator(ListRevisionsRequest::default())).await.unwrap();
    let revisions = revisions.into_inner().revisions;
    assert!(revisions.windows(2).all(|pair| pair[0].number > pair[1].number), "newest first");
    assert!(revisions.iter().all(|revision| revision.at.is_some() && !revision.author.is_empty()));
}

#[tokio::test]
async fn pages_hold_every_parcel_once() {
    let server = Server::start().await;
    let mut parcels = server.parcels().await;
    let mut request =
        ListParcelsRequest { page_size: 40, order: ParcelOrder::AreaDescending.into(), ..Default::default() };
    let (mut seen, mut total) = (Vec::new(), 0);
    loop {
        let page = parcels.list_parcels(request.clone()).await.unwrap().into_inner();
        assert!(page.parcels.len() <= 40);
        total = page.total_size.max(total);
        seen.extend(page.parcels);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(seen.len(), total as usize);
    assert!(seen.windows(2).all(|pair| pair[0].area_m2 >= pair[1].area_m2), "largest first");
    let names: std::collections::BTreeSet<&str> = seen.iter().map(|parcel| parcel.name.as_str()).collect();
    assert_eq!(names.len(), seen.len(), "a parcel came twice");
}

/// Whether a parcel meets a filter, decided anew here.
type Meets<'a> = &'a dyn Fn(&Parcel) -> bool;

#[tokio::test]
async fn filters_and_views_do_what_they_say() {
    let server = Server::start().await;
    let mut parcels = server.parcels().await;
    let all = parcels.list_parcels(ListParcelsRequest { page_size: 1000, ..Default::default() }).await.unwrap();
    let all = all.into_inner().parcels;
    assert!(all.iter().all(|parcel| parcel.geometry_wkb.is_empty()), "the basic view has no shapes");
    let sample = &all[all.len() / 2];
    let bounds = sample.bounds.expect("a parcel lies somewhere");
    let code = sample.name.trim_start_matches("parcels/");
    let cases: [(ParcelFilter, Meets); 5] = [
        (ParcelFilter { statuses: vec!["available".into()], ..Default::default() }, &|p| p.status == "available"),
        (ParcelFilter { zones: vec![sample.zone.clone()], ..Default::default() }, &|p| p.zone == sample.zone),
        (ParcelFilter { land_uses: vec!["1001".into()], ..Default::default() }, &|p| p.land_use.starts_with("1001")),
        (ParcelFilter { area_m2: Some(Bounds { min: Some(50_000.0), max: None }), ..Default::default() }, &|p| {
            p.area_m2 >= 50_000.0
        }),
        (ParcelFilter { text: code.to_lowercase(), ..Default::default() }, &|p| {
            p.name.to_lowercase().contains(&code.to_lowercase())
        }),
    ];
    for (filter, meets) in cases {
        let request = ListParcelsRequest { filter: Some(filter.clone()), page_size: 1000, ..Default::default() };
        let found = parcels.list_parcels(request).await.unwrap().into_inner().parcels;
        let expected: Vec<&str> = all.iter().filter(|p| meets(p)).map(|p| p.name.as_str()).collect();
        let found: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
        assert!(!expected.is_empty(), "{filter:?} meets nothing in the demo park");
        assert_eq!(found, expected, "{filter:?}");
    }
    let filter = ParcelFilter { bounds: Some(bounds), ..Default::default() };
    let request = ListParcelsRequest { filter: Some(filter), view: ParcelView::Full.into(), ..Default::default() };
    let near = parcels.list_parcels(request).await.unwrap().into_inner().parcels;
    assert!(near.iter().any(|parcel| parcel.name == sample.name), "a parcel touches its own rectangle");
    assert!(near.len() < all.len() && near.iter().all(|parcel| !parcel.geometry_wkb.is_empty()));
}

#[tokio::test]
async fn what_is_wrong_is_told_with_a_code_and_the_field() {
    let server = Server::start().await;
    let (mut park, mut parcels) = (server.park().await, server.parcels().await);
    let unknown = GetParcelRequest { name: "parcels/no-such-parcel".into(), revision: 0 };
    assert_eq!(parcels.get_parcel(unknown).await.unwrap_err().code(), Code::NotFound);
    let unknown = GetZoneRequest { name: "zones/no-such-zone".into(), revision: 0 };
    assert_eq!(park.get_zone(unknown).await.unwrap_err().code(), Code::NotFound);

    let list = ListParcelsRequest::default;
    let filter = |filter| ListParcelsRequest { filter: Some(filter), ..list() };
    let crossed = Some(Bounds { min: Some(2.0), max: Some(1.0) });
    let cases = [
        ("page_token", ListParcelsRequest { page_token: "not a token".into(), ..list() }),
        ("page_size", ListParcelsRequest { page_size: -1, ..list() }),
        ("status", filter(ParcelFilter { statuses: vec!["on fire".into()], ..Default::default() })),
        ("area_m2", filter(ParcelFilter { area_m2: crossed, ..Default::default() })),
    ];
    for (field, request) in cases {
        let status = parcels.list_parcels(request).await.unwrap_err();
        assert_names_field(&status, field);
    }
    let name = GetParcelRequest { name: "no-collection".into(), revision: 0 };
    assert_names_field(&parcels.get_parcel(name).await.unwrap_err(), "name");
    let layer = ListFeaturesRequest { layer: 0, ..Default::default() };
    assert_names_field(&park.list_features(layer).await.unwrap_err(), "layer");
}

/// Asserts that a refusal is an invalid argument whose details name the field.
#[track_caller]
fn assert_names_field(status: &Status, field: &str) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let request = status.get_details_bad_request().unwrap_or_else(|| panic!("no details: {status:?}"));
    let fields: Vec<&str> = request.field_violations.iter().map(|violation| violation.field.as_str()).collect();
    assert!(fields.iter().any(|named| named.contains(field)), "{field} is not among {fields:?}");
}

#[tokio::test]
async fn an_oversized_message_is_refused_and_the_server_stays() {
    let server = Server::start().await;
    let mut parcels = server.parcels().await;
    let filter = ParcelFilter { text: "x".repeat(32 << 20), ..Default::default() };
    let request = ListParcelsRequest { filter: Some(filter), ..Default::default() };
    assert!(request.encoded_len() > 32 << 20);
    let status = parcels.list_parcels(request).await.unwrap_err();
    assert!(matches!(status.code(), Code::OutOfRange | Code::ResourceExhausted), "{status:?}");
    assert!(server.parcels().await.list_parcels(ListParcelsRequest::default()).await.is_ok());
}

#[tokio::test]
async fn a_watcher_sees_an_import_and_can_resume() {
    let server = Server::start().await;
    let mut events = server.park().await.watch(WatchRequest::default()).await.unwrap().into_inner();
    let Some(Event::Progress(start)) = next(&mut events).await else { panic!("progress comes first") };

    let made = import_one(&server, "T-1").await;
    let seen = next_revision(&mut events).await;
    assert_eq!(seen.revision.as_ref().map(|revision| revision.number), Some(made));
    assert_eq!(made, start.revision + 1, "revisions have no gaps");
    let change = &seen.changes[0];
    assert_eq!(
        (change.kind(), change.layer(), change.name.as_str()),
        (ChangeKind::Created, Layer::Parcel, "parcel/T-1")
    );
    let bounds = seen.bounds.expect("the change lies somewhere");
    assert!(bounds.west <= geojson::PLACE.0 + 1e-4 && bounds.south <= geojson::PLACE.1 + 1e-4, "{bounds:?}");

    let second = import_one(&server, "T-2").await;
    let resumed = WatchRequest { after_revision: start.revision };
    let mut events = server.park().await.watch(resumed).await.unwrap().into_inner();
    for revision in [made, second] {
        let seen = next_revision(&mut events).await;
        assert_eq!(seen.revision.map(|revision| revision.number), Some(revision), "nothing is left out");
    }
}

#[tokio::test]
async fn a_start_beyond_the_newest_revision_is_no_start() {
    let server = Server::start().await;
    let request = WatchRequest { after_revision: u64::MAX };
    match server.park().await.watch(request).await {
        Err(status) => assert_names_field(&status, "after_revision"),
        Ok(stream) => match next(&mut stream.into_inner()).await {
            Some(Event::Resync(resync)) => assert!(resync.revision >= 1),
            other => panic!("neither refused nor told to read anew: {other:?}"),
        },
    }
}

/// Imports a parcel with this code from the command line into the running server; returns the revision.
async fn import_one(server: &Server, code: &str) -> u64 {
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel(code, geojson::PLACE, 0.001)]);
    let report = import(&file, "parcel", &server.data(), &[]).await.exits(0).json();
    report["revision"].as_u64().expect("a revision was made")
}

async fn next(events: &mut Streaming<WatchResponse>) -> Option<Event> {
    let waited = tokio::time::timeout(Duration::from_secs(30), events.message()).await;
    waited.expect("an event comes in time").expect("the stream is sound").and_then(|response| response.event)
}

async fn next_revision(events: &mut Streaming<WatchResponse>) -> RevisionMade {
    loop {
        match next(events).await {
            Some(Event::RevisionMade(made)) => return made,
            Some(Event::Progress(_)) => {}
            other => panic!("{other:?} instead of a revision"),
        }
    }
}
