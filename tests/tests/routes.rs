//! Ways from a parcel over the wire, by the roads of the demo park.

use cloudsite_proto::audit::ListDisclosuresRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::land::ListParcelsRequest;
use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, Criterion, MatchRequest, RouteRequest, RouteResponse, Standing, Unreached,
};
use cloudsite_tests::{Asker, Server};
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

async fn routes(server: &Server, asker: &Asker, parcel: &str, revision: u64) -> Result<RouteResponse, Status> {
    let mut client = SitingServiceClient::new(server.channel().await);
    let request = RouteRequest { parcel: parcel.to_owned(), revision };
    Ok(client.route(asker.ask(request)).await?.into_inner())
}

async fn parcels(server: &Server, asker: &Asker) -> Vec<String> {
    let request = ListParcelsRequest { page_size: 1_000, ..ListParcelsRequest::default() };
    let reply = server.parcels().await.list_parcels(asker.ask(request)).await.expect("parcels").into_inner();
    reply.parcels.into_iter().map(|parcel| parcel.name).collect()
}

#[tokio::test]
async fn every_tier_is_told_the_way_by_the_roads_that_it_is_given() {
    let server = Server::start().await;
    let mut by_tier = Vec::new();
    for role in [None, Some("investor"), Some("editor")] {
        let asker = Asker::of(&server, role).await;
        let mut minutes = Vec::new();
        for parcel in parcels(&server, &asker).await {
            let reply = routes(&server, &asker, &parcel, 0).await.expect("an answer");
            let kinds: Vec<&str> = reply.destinations.iter().map(|one| one.kind.as_str()).collect();
            assert_eq!(kinds, ["airport", "metro_station", "customs_gate", "port", "gate", "ramp", "interchange"]);
            for destination in &reply.destinations {
                let [truck, car] =
                    [&destination.by_truck, &destination.by_car].map(|way| way.as_ref().expect("both are answered"));
                for way in [truck, car] {
                    let of = format!("{role:?} {parcel} {}", destination.kind);
                    assert_eq!(way.unreached(), Unreached::Unspecified, "{of}");
                    assert!(way.place.contains('/') && way.minutes > 0.0 && way.minutes < 40.0, "{of}: {way:?}");
                    let at: Vec<&[f64]> = way.line.chunks_exact(2).collect();
                    let drawn_m: f64 =
                        at.windows(2).map(|two| (two[0][0] - two[1][0]).hypot(two[0][1] - two[1][1])).sum();
                    assert!((drawn_m - way.length_m).abs() < 30.0, "{of}: {drawn_m} m drawn of {} m", way.length_m);
                }
                assert!(car.minutes <= truck.minutes, "a car is no slower");
                minutes.push(car.minutes);
            }
            let travel = reply.travel.expect("what is assumed");
            assert!(travel.source.contains("no traffic is counted") && travel.speeds.len() == 7, "{travel:?}");
        }
        by_tier.push(minutes);
    }
    // On a grid a parcel's nearest road may be the one around the corner, which is a block away and no more.
    for tier in &by_tier[..2] {
        assert_eq!(tier.len(), by_tier[2].len());
        let most = tier.iter().zip(&by_tier[2]).map(|(given, whole)| (given - whole).abs()).fold(0.0, f64::max);
        assert!(most < 2.0, "{most} minutes apart");
    }
}

#[tokio::test]
async fn what_is_drawn_is_counted_and_the_same_each_time() {
    let server = Server::start().await;
    let investor = Asker::of(&server, Some("investor")).await;
    // A visitor is not counted.
    let parcel = parcels(&server, &Asker::default()).await.swap_remove(0);
    let first = routes(&server, &investor, &parcel, 0).await.expect("an answer");
    let again = routes(&server, &investor, &parcel, first.revision).await.expect("an answer");
    assert_eq!(first.encode_to_vec(), again.encode_to_vec(), "the same parcel at the same revision, the same bytes");

    // Who is given a way is given the roads that it takes.
    let given_km2 = async || {
        let auditor = Asker::of(&server, Some("auditor")).await;
        let mut audit = AuditServiceClient::new(server.channel().await);
        let told = audit.list_disclosures(auditor.ask(ListDisclosuresRequest {})).await.expect("a list").into_inner();
        told.disclosures.iter().flat_map(|firm| &firm.areas).map(|area| area.area_km2).fold(0.0, f64::max)
    };
    assert!(given_km2().await > 1.0, "{} km2", given_km2().await);
}

#[tokio::test]
async fn a_brief_asks_for_the_minutes_that_a_card_tells() {
    let server = Server::start().await;
    let visitor = Asker::default();
    let quantity = || "minutes_to_airport".to_owned();
    let must = Ask::AmountMust(AmountMust { quantity: quantity(), max: Some(6.0), ..AmountMust::default() });
    let wish = Ask::AmountWish(AmountWish { quantity: quantity(), weight: 50, ..AmountWish::default() });
    let criteria = [must, wish].map(|ask| Criterion { ask: Some(ask) }).to_vec();
    let brief = Some(Brief { day: "2026-11-26".to_owned(), criteria });
    let mut client = SitingServiceClient::new(server.channel().await);
    let request = MatchRequest { brief, explained: 100, ..MatchRequest::default() };
    let reply = client.r#match(visitor.ask(request)).await.expect("an answer").into_inner();
    assert!(reply.suits > 5 && reply.fails > 5, "{} suit, {} fail", reply.suits, reply.fails);
    for place in reply.places.iter().step_by(9) {
        let routes = routes(&server, &visitor, &place.parcel, 0).await.expect("an answer");
        let truck = routes.destinations[0].by_truck.as_ref().expect("the airport is reached");
        let Some(Value::Amount(minutes)) = place.answers[0].value else { panic!("{place:?}") };
        assert!((minutes - truck.minutes).abs() <= 0.0501, "{minutes} and {}", truck.minutes);
        assert_eq!(place.standing() == Standing::Suits, minutes <= 6.0);
        assert!(place.answers[0].source.contains("no traffic is counted"), "{place:?}");
    }
}

#[tokio::test]
async fn a_parcel_that_is_none_is_refused() {
    let server = Server::start().await;
    let visitor = Asker::of(&server, None).await;
    let unnamed = routes(&server, &visitor, "P-1", 0).await.expect_err("no name");
    assert_eq!(unnamed.code(), Code::InvalidArgument);
    let details = unnamed.get_error_details();
    assert_eq!(details.bad_request().expect("it names the field").field_violations[0].field, "parcel");
    assert_eq!(routes(&server, &visitor, "parcels/none", 0).await.expect_err("no parcel").code(), Code::NotFound);
    let parcel = parcels(&server, &visitor).await.swap_remove(0);
    assert_eq!(routes(&server, &visitor, &parcel, 99).await.expect_err("no revision").code(), Code::NotFound);
}
