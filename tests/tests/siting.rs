//! Briefs over the wire, answered from the demo park.

use std::collections::BTreeMap;

use cloudsite_proto::land::{ListParcelsRequest, Parcel};
use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, Criterion, FootprintMust, MatchRequest, MatchResponse, Standing, Verdict, WordMust,
};
use cloudsite_tests::{Asker, Server, geojson, import};
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

fn power(min_kw: f64) -> Ask {
    Ask::AmountMust(AmountMust { quantity: "power".to_owned(), min: Some(min_kw), ..AmountMust::default() })
}

fn area(min_m2: f64) -> Ask {
    Ask::AmountMust(AmountMust { quantity: "area_m2".to_owned(), min: Some(min_m2), ..AmountMust::default() })
}

fn free() -> Ask {
    Ask::WordMust(WordMust { quality: "status".to_owned(), among: vec!["available".to_owned()] })
}

fn wish(quantity: &str, weight: u32) -> Ask {
    Ask::AmountWish(AmountWish { quantity: quantity.to_owned(), weight, ..AmountWish::default() })
}

fn brief(asks: Vec<Ask>) -> Brief {
    let criteria = asks.into_iter().map(|ask| Criterion { ask: Some(ask) }).collect();
    Brief { day: "2026-11-26".to_owned(), criteria }
}

/// Someone who asks.
struct Asking<'a> {
    server: &'a Server,
    asker: Asker,
}

impl<'a> Asking<'a> {
    async fn of(server: &'a Server, role: Option<&str>) -> Self {
        Self { server, asker: Asker::of(server, role).await }
    }

    async fn matched(&self, brief: Brief) -> Result<MatchResponse, Status> {
        let mut client = SitingServiceClient::new(self.server.channel().await);
        let request = MatchRequest { brief: Some(brief), revision: 0, explained: 100, assemblies: 10 };
        Ok(client.r#match(self.asker.ask(request)).await?.into_inner())
    }

    async fn parcels(&self) -> BTreeMap<String, Parcel> {
        let request = ListParcelsRequest { page_size: 1_000, ..ListParcelsRequest::default() };
        let reply =
            self.server.parcels().await.list_parcels(self.asker.ask(request)).await.expect("parcels").into_inner();
        reply.parcels.into_iter().map(|parcel| (parcel.name.clone(), parcel)).collect()
    }
}

#[tokio::test]
async fn a_brief_is_answered_from_what_the_asker_may_know() {
    let server = Server::start().await;
    let asked =
        || brief(vec![free(), area(30_000.0), power(2_000.0), wish("area_m2", 60), wish("price_cny_per_m2", 40)]);
    let editor = Asking::of(&server, Some("editor")).await;
    let (reply, parcels) = (editor.matched(asked()).await.expect("an answer"), editor.parcels().await);
    let standing = reply.suits + reply.open + reply.fails + reply.untried;
    assert_eq!(standing as usize, parcels.len(), "each parcel stands somewhere");
    assert!(reply.suits > 3 && reply.fails > 20, "{} suit, {} fail", reply.suits, reply.fails);
    assert_eq!(reply.full_points, 100_000_000);
    for place in reply.places.iter().filter(|place| place.standing() == Standing::Suits) {
        let parcel = &parcels[&place.parcel];
        let has_power = parcel.supplies.iter().any(|supply| supply.kind == "power" && supply.capacity >= Some(2_000.0));
        assert!(parcel.status == "available" && parcel.area_m2 >= 30_000.0 && has_power, "{parcel:?}");
        assert_eq!(place.points, place.answers.iter().map(|answer| answer.points).sum::<u64>(), "{place:?}");
        assert_eq!(place.answers[3].value, Some(Value::Amount(parcel.area_m2)));
        let price = parcel.price.as_ref().map(|price| Value::Amount(price.cny_per_m2));
        assert_eq!(place.answers[4].value, price, "{}", place.parcel);
        assert!(place.binding.is_some_and(|index| (1..3).contains(&index)), "a narrowest must: {place:?}");
    }
    let suiting = reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let points: Vec<u64> = suiting.map(|place| place.points).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "the best first: {points:?}");
    assert_eq!(reply.shares.iter().map(|share| share.first).sum::<u32>(), 1_000);
    assert_eq!((reply.relaxations.len(), reply.intervals.len()), (3, 2));
    let methods: Vec<&str> = reply.opinions.iter().map(|opinion| opinion.method.as_str()).collect();
    assert_eq!(methods, ["topsis", "vikor", "promethee_ii"]);
    for opinion in &reply.opinions {
        let known = opinion.parcels.iter().all(|parcel| reply.places.iter().any(|place| place.parcel == *parcel));
        assert!(known && !opinion.parcels.is_empty(), "{opinion:?} is of other places");
    }

    // A hall is placed where it has room, within the parcel.
    let hall = Ask::FootprintMust(FootprintMust { width_m: 120.0, depth_m: 80.0 });
    let reply = editor.matched(brief(vec![free(), hall])).await.expect("an answer");
    assert!(reply.suits > 3 && reply.fails > 20, "{} suit, {} fail", reply.suits, reply.fails);
    for place in reply.places.iter().filter(|place| place.standing() == Standing::Suits) {
        let corners = &place.answers[1].placement;
        assert_eq!(corners.len(), 8, "{place:?}");
        let side = |from: usize, to: usize| (corners[from] - corners[to]).hypot(corners[from + 1] - corners[to + 1]);
        let (one, other) = (side(0, 2), side(2, 4));
        assert!((one * other - 9_600.0).abs() < 0.01 && (one.min(other) - 80.0).abs() < 1e-4, "{one} by {other} m");
        let parcel = &parcels[&place.parcel];
        assert!(parcel.area_m2 > 9_600.0 && parcel.setbacks.is_some(), "{parcel:?}");
    }

    // Whoever is not told a price is told that it is unknown, and never that it is low enough.
    let affordable = AmountMust { quantity: "price_cny_per_m2".to_owned(), max: Some(1e6), ..AmountMust::default() };
    let asked = || brief(vec![free(), Ask::AmountMust(affordable.clone())]);
    let (told, public) = (editor.matched(asked()).await, Asking::of(&server, None).await.matched(asked()).await);
    let (told, public) = (told.expect("an answer"), public.expect("an answer"));
    assert!(told.suits > 20, "{} suit", told.suits);
    assert_eq!((public.suits, public.open), (0, told.suits + told.open));
    let first = &public.places[0];
    assert_eq!((first.standing(), first.answers[1].verdict()), (Standing::Open, Verdict::Unknown));
    assert!(first.answers[1].value.is_none() && first.answers[1].source.is_empty(), "{first:?}");
    assert!((told.suits..=public.open).contains(&public.relaxations[1].unknown), "{:?}", public.relaxations);
}

#[tokio::test]
async fn adjacent_parcels_are_joined_where_none_is_enough() {
    let server = Server::start().await;
    // Five squares in a row beside the demo park, whose own free parcels lie apart, and one that only a road's width parts.
    let square = |index: u32, gap: f64| {
        let west = geojson::BESIDE.0 + f64::from(index) * 0.0022 + gap;
        geojson::parcel(&format!("ROW-{index}"), (west, geojson::BESIDE.1), 0.0022)
    };
    let squares: Vec<_> = (0..5).map(|index| square(index, 0.0)).chain([square(5, 0.0002)]).collect();
    let file = geojson::write(server.scratch(), "row.geojson", &squares);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let editor = Asking::of(&server, Some("editor")).await;
    let parcels = editor.parcels().await;
    let largest_m2 = parcels.values().filter(|parcel| parcel.status == "available").map(|parcel| parcel.area_m2);
    let asked_m2 = largest_m2.fold(0.0, f64::max) + 1.0;
    let reply = editor.matched(brief(vec![free(), area(asked_m2), wish("power", 10)])).await.expect("an answer");
    assert_eq!((reply.suits, reply.assemblies_cut_short), (0, false), "no parcel is as large as {asked_m2} m²");
    let found: Vec<&[String]> = reply.assemblies.iter().map(|one| one.parcels.as_slice()).collect();
    let row: Vec<String> = (0..5).map(|index| format!("parcels/ROW-{index}")).collect();
    assert!(found.len() == 1 && found[0].iter().all(|parcel| row.contains(parcel)), "{found:?}");
    let mut used = std::collections::BTreeSet::new();
    for assembly in &reply.assemblies {
        assert_eq!(assembly.standing(), Standing::Suits, "{assembly:?}");
        assert!((2..=5).contains(&assembly.parcels.len()) && assembly.ids.len() == assembly.parcels.len());
        let members: Vec<&Parcel> = assembly.parcels.iter().map(|name| &parcels[name]).collect();
        let together_m2: f64 = members.iter().map(|parcel| parcel.area_m2).sum();
        assert!((together_m2 - assembly.area_m2).abs() < 0.01 && together_m2 >= asked_m2, "{assembly:?}");
        for parcel in &members {
            assert_eq!((parcel.status.as_str(), used.insert(&parcel.name)), ("available", true), "{}", parcel.name);
            assert!(together_m2 - parcel.area_m2 < asked_m2, "{} is of no use to {assembly:?}", parcel.name);
        }
        let bonded = |parcel: &&Parcel| parcel.zone.contains("BZ") || parcel.zone.contains("bonded");
        let inside = members.iter().filter(|parcel| bonded(parcel)).count();
        assert!(inside == 0 || inside == members.len(), "across the fence: {assembly:?}");
    }
    let enough = editor.matched(brief(vec![free(), area(1.0)])).await.expect("an answer");
    assert_eq!(enough.assemblies, [], "who has a place of his own needs no other");
}

#[tokio::test]
async fn a_step_that_is_told_opens_as_many() {
    let server = Server::start().await;
    let host = Asking::of(&server, Some("editor")).await;
    let asked = |kw: f64| brief(vec![free(), area(20_000.0), power(kw)]);
    let strict = host.matched(asked(50_000.0)).await.expect("an answer");
    let steps = &strict.relaxations[2].steps;
    assert!(!steps.is_empty(), "{:?}", strict.relaxations);
    for step in steps {
        let relaxed = host.matched(asked(step.bound)).await.expect("an answer");
        assert_eq!(relaxed.suits, strict.suits + step.opens, "{step:?}");
        assert!(relaxed.places.iter().take(relaxed.suits as usize).any(|place| place.parcel == step.first), "{step:?}");
    }
    let once_more = host.matched(asked(50_000.0)).await.expect("an answer");
    assert_eq!(
        once_more.encode_to_vec(),
        strict.encode_to_vec(),
        "the same brief at the same revision, the same bytes"
    );
}

#[tokio::test]
async fn a_brief_that_makes_no_sense_is_refused_by_field() {
    let server = Server::start().await;
    let visitor = Asking::of(&server, None).await;
    let of = |ask: Ask| brief(vec![area(1.0), ask]);
    let between = |min, max| {
        Ask::AmountMust(AmountMust { quantity: "power".to_owned(), min: Some(min), max: Some(max), on: String::new() })
    };
    let price = AmountWish { quantity: "price_cny_per_m2".to_owned(), weight: 1, ..AmountWish::default() };
    let halfway = Ask::AmountWish(AmountWish { none: Some(150.0), ..price });
    let cases = [
        (of(between(5.0, 4.0)), "brief.criteria[1].min"),
        (of(between(f64::NAN, 4.0)), "brief.criteria[1].min"),
        (of(wish("volts", 1)), "brief.criteria[1].quantity"),
        (of(wish("power", 0)), "brief.criteria"),
        (of(wish("power", 5_000)), "brief.criteria[1].weight"),
        (of(halfway), "brief.criteria[1].full"),
        (
            of(Ask::WordMust(WordMust { quality: "status".to_owned(), among: vec!["free".to_owned()] })),
            "brief.criteria[1].among",
        ),
        (Brief { criteria: vec![Criterion { ask: None }], ..Brief::default() }, "brief.criteria[0]"),
        (Brief { day: "tomorrow".to_owned(), ..brief(vec![area(1.0)]) }, "brief.day"),
        (Brief::default(), "brief.criteria"),
    ];
    for (brief, field) in cases {
        let refused = visitor.matched(brief.clone()).await.expect_err(field);
        assert_eq!(refused.code(), Code::InvalidArgument, "{brief:?}");
        let details = refused.get_error_details();
        let violations = &details.bad_request().expect("it names fields").field_violations;
        assert!(violations.iter().any(|violation| violation.field == field), "{field}: {violations:?}");
    }
}
