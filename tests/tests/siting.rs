//! Briefs over the wire, answered from the demo park.

use std::collections::BTreeMap;

use cloudsite_proto::land::{ListParcelsRequest, Parcel};
use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::relaxation_step::To;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, Criterion, Floor, FootprintMust, FootprintWish, GetFloorRequest, GetFloorResponse,
    LettableFloor, MatchRequest, MatchResponse, ParcelSet, RampMust, RampStep, RampWish, RelaxationStep, Standing,
    Verdict, WordMust,
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

/// Steps of power in kW, each from a day on; an empty day is the brief's.
fn steps(steps: &[(&str, f64)]) -> Vec<RampStep> {
    steps.iter().map(|(on, min)| RampStep { on: (*on).to_owned(), min: *min }).collect()
}

fn rising(asked: &[(&str, f64)]) -> Ask {
    Ask::RampMust(RampMust { quantity: "power".to_owned(), steps: steps(asked) })
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

    async fn ask(&self, request: MatchRequest) -> Result<MatchResponse, Status> {
        let mut client = SitingServiceClient::new(self.server.channel().await);
        Ok(client.r#match(self.asker.ask(request)).await?.into_inner())
    }

    async fn matched(&self, brief: Brief) -> Result<MatchResponse, Status> {
        let all = MatchRequest { explained: 100, assemblies: 10, floors: 100, ..MatchRequest::default() };
        self.ask(MatchRequest { brief: Some(brief), ..all }).await
    }

    /// The first of the floors, and those with these names.
    async fn named(&self, brief: Brief, floors: i32, names: &[&str]) -> Result<MatchResponse, Status> {
        let named_floors = names.iter().map(|name| (*name).to_owned()).collect();
        self.ask(MatchRequest { brief: Some(brief), floors, named_floors, ..MatchRequest::default() }).await
    }

    async fn floor(&self, name: &str) -> Result<GetFloorResponse, Status> {
        let mut client = SitingServiceClient::new(self.server.channel().await);
        let request = GetFloorRequest { name: name.to_owned(), revision: 0 };
        Ok(client.get_floor(self.asker.ask(request)).await?.into_inner())
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

    // Whoever compares names what it is about, wherever that stands.
    let request = |names: Vec<String>| MatchRequest {
        brief: Some(brief(vec![free(), area(30_000.0), wish("area_m2", 60)])),
        explained: 1,
        parcels: names,
        ..MatchRequest::default()
    };
    let mut client = SitingServiceClient::new(server.channel().await);
    let taken = parcels.values().find(|parcel| parcel.status == "taken").expect("a parcel that is taken").name.clone();
    let names = vec![taken.clone(), "parcels/NO-SUCH".to_owned(), "parcels/ZC-08".to_owned()];
    let reply_named = client.r#match(editor.asker.ask(request(names))).await.expect("an answer").into_inner();
    let named: Vec<&str> = reply_named.named.iter().map(|place| place.parcel.as_str()).collect();
    assert_eq!((named, reply_named.places.len()), (vec![taken.as_str(), "parcels/ZC-08"], 1));
    assert_eq!(reply_named.named[0].standing(), Standing::Fails, "{:?}", reply_named.named[0]);
    let wrong = client.r#match(editor.asker.ask(request(vec!["ZC-08".to_owned()]))).await.expect_err("no name");
    assert!(wrong.message().contains("parcels"), "{wrong:?}");

    // Whoever is not told where nothing may stand is not told that a hall has room.
    let hall = Ask::FootprintMust(FootprintMust { width_m: 120.0, depth_m: 80.0 });
    let public = Asking::of(&server, None).await.matched(brief(vec![free(), hall])).await.expect("an answer");
    assert!(public.suits == 0 && public.open >= reply.suits, "{} suit, {} are open", public.suits, public.open);

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
async fn floors_answer_the_same_brief() {
    let server = Server::start().await;
    let at_least = |quantity: &str, min| {
        Ask::AmountMust(AmountMust { quantity: quantity.to_owned(), min: Some(min), ..AmountMust::default() })
    };
    let rent = AmountMust { quantity: "rent_cny_per_m2_month".to_owned(), max: Some(25.0), ..AmountMust::default() };
    let asked = || {
        let musts = vec![free(), at_least("clear_height_m", 4.0), at_least("floor_load_kn_per_m2", 10.0)];
        brief(musts.into_iter().chain([Ask::AmountMust(rent.clone()), wish("floor_area_m2", 10)]).collect())
    };
    let editor = Asking::of(&server, Some("editor")).await;
    let reply = editor.matched(asked()).await.expect("an answer");
    let floors = reply.floors.as_ref().expect("floors were asked for");
    assert_eq!((reply.suits, reply.fails > 0), (0, true), "no record says what rent land has");
    assert!(floors.suits > 3 && floors.open == 0 && floors.fails > 3, "{floors:?}");
    assert_eq!((floors.relaxations.len(), floors.intervals.len()), (4, 1), "told of floors, not of land");
    let suiting = |floors: &cloudsite_proto::siting::Floors| {
        let suits = floors.places.iter().filter(|floor| floor.place.as_ref().unwrap().standing() == Standing::Suits);
        suits.map(|floor| floor.from.clone()).collect::<Vec<String>>()
    };
    assert!(suiting(floors).iter().all(|from| from.as_str() <= "2026-11-26"), "not free yet: {:?}", suiting(floors));
    let next_year = Brief { day: "2027-02-01".to_owned(), ..asked() };
    let later = editor.matched(next_year).await.expect("an answer").floors.expect("floors were asked for");
    assert!(later.suits > floors.suits, "{} are free later, {} now", later.suits, floors.suits);
    assert!(suiting(&later).iter().any(|from| from == "2027-01-01"), "{:?}", suiting(&later));
    for floor in floors.places.iter().filter(|floor| floor.place.as_ref().unwrap().standing() == Standing::Suits) {
        let place = floor.place.as_ref().unwrap();
        let amount = |index: usize| match place.answers[index].value {
            Some(Value::Amount(amount)) => amount,
            ref other => panic!("{floor:?}: {other:?}"),
        };
        assert!(amount(1) >= 4.0 && amount(2) >= 10.0 && amount(3) <= 25.0, "{floor:?}");
        assert!(place.answers[3].source.contains("synthetic"), "who says what the rent is: {place:?}");
        assert!(amount(4).to_bits() == floor.area_m2.to_bits() && floor.floor.is_some(), "{floor:?}");
        let (building, parcel) = (floor.building.strip_prefix("building/"), place.parcel.strip_prefix("parcels/"));
        assert!(building.unwrap().starts_with(parcel.unwrap()), "it stands there: {floor:?}");
    }
    let points = floors.places.iter().map(|floor| floor.place.as_ref().unwrap());
    let points: Vec<u64> =
        points.filter(|place| place.standing() == Standing::Suits).map(|place| place.points).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "the best first: {points:?}");

    let public = Asking::of(&server, None).await.matched(asked()).await.expect("an answer");
    let floors = public.floors.expect("floors were asked for");
    assert!(floors.suits == 0 && floors.open > 3, "whoever is not told a rent does not get it for low: {floors:?}");
}

fn asks_of_floors() -> Brief {
    let height = AmountMust { quantity: "clear_height_m".to_owned(), min: Some(4.0), ..AmountMust::default() };
    let rent = AmountMust { quantity: "rent_cny_per_m2_month".to_owned(), max: Some(20.0), ..AmountMust::default() };
    let land_use = WordMust { quality: "land_use".to_owned(), among: vec!["10".to_owned()] };
    let musts = vec![free(), Ask::AmountMust(height), Ask::AmountMust(rent), Ask::WordMust(land_use)];
    brief(musts.into_iter().chain([wish("floor_area_m2", 10)]).collect())
}

#[tokio::test]
async fn a_floor_is_explained_by_its_name_wherever_it_stands() {
    let server = Server::start().await;
    let editor = Asking::of(&server, Some("editor")).await;
    let all = editor.named(asks_of_floors(), 100, &[]).await.expect("an answer").floors.expect("floors");
    let (first, last) = (&all.places[0], all.places.last().expect("floors"));
    let standing = |floor: &Floor| floor.place.as_ref().map(cloudsite_proto::siting::Place::standing);
    assert_eq!((standing(first), standing(last)), (Some(Standing::Suits), Some(Standing::Fails)));
    let names: std::collections::BTreeSet<&String> = all.places.iter().map(|floor| &floor.name).collect();
    assert_eq!(names.len(), all.places.len(), "no two are called alike");
    for floor in &all.places {
        let storey = floor.floor.expect("the demo park lets floors");
        assert_eq!(floor.name, format!("{}/{storey}", floor.building));
    }

    let asked = [last.name.as_str(), "building/NO-SUCH/1", first.name.as_str()];
    for floors in [0, 1] {
        let reply = editor.named(asks_of_floors(), floors, &asked).await.expect("an answer");
        let told = reply.floors.expect("some were named");
        assert_eq!((told.suits, told.open, told.fails), (all.suits, all.open, all.fails));
        assert_eq!(told.places, all.places[..floors as usize], "{floors} were asked for");
        assert_eq!(told.named, [last.clone(), first.clone()], "with every answer and source, as among the first");
    }
    let nothing = editor.named(asks_of_floors(), 0, &[]).await.expect("an answer");
    assert_eq!(nothing.floors, None, "none were asked for");
}

#[tokio::test]
async fn a_floor_is_told_as_its_asker_may_know_it() {
    let server = Server::start().await;
    let (editor, public) = (Asking::of(&server, Some("editor")).await, Asking::of(&server, None).await);
    let reply = editor.named(asks_of_floors(), 3, &[]).await.expect("an answer");
    let floors = reply.floors.expect("floors");
    for judged in &floors.places {
        let place = judged.place.as_ref().expect("a place");
        let told = editor.floor(&judged.name).await.expect("a floor");
        assert_eq!(told.revision, reply.revision, "it carries what it was read at");
        let floor = told.floor.expect("a floor");
        assert_eq!((&floor.name, &floor.building, &floor.from), (&judged.name, &judged.building, &judged.from));
        assert_eq!((floor.building_id, floor.floor, &floor.parcel), (judged.building_id, judged.floor, &place.parcel));
        let rent = floor.rent.as_ref().expect("a rent");
        let answer = &place.answers[2];
        assert_eq!(answer.value, Some(Value::Amount(rent.cny_per_m2_month)));
        assert_eq!((&answer.source, &answer.as_of, &answer.confidence), (&rent.source, &rent.as_of, &rent.confidence));
        assert_eq!(place.answers[1].value, floor.clear_height_m.map(Value::Amount));
        assert_eq!(place.answers[3].value, Some(Value::Word(floor.land_use.clone())));
        let land_use = floor.land_use_source.as_ref().map(|source| source.source.as_str());
        assert_eq!(land_use.unwrap_or_default(), place.answers[3].source);
        assert!(floor.bounds.is_some() && floor.zone.starts_with("zones/"), "{floor:?}");

        let public = public.floor(&judged.name).await.expect("a floor").floor.expect("a floor");
        assert_eq!(public.rent, None, "a rent is not for everyone");
        assert_eq!(
            LettableFloor { rent: None, land_use_source: None, bounds: None, ..floor },
            LettableFloor { land_use_source: None, bounds: None, ..public }
        );
    }
}

#[tokio::test]
async fn what_names_no_floor_is_refused_by_field() {
    let server = Server::start().await;
    let visitor = Asking::of(&server, None).await;
    let many = vec!["building/ZC-02-02/1"; 21];
    for (names, field) in [
        (&["building/ZC-02-02/1", "parcels/ZC-02"][..], "named_floors[1]"),
        (&["building/ZC-02-02"], "named_floors[0]"),
        (&many, "named_floors"),
    ] {
        let refused = visitor.named(asks_of_floors(), 0, names).await.expect_err(field);
        assert_eq!(fields(&refused), [field], "{refused:?}");
    }
    for name in ["", "building/ZC-02-02", "building/ZC-02-02/first", "building/ZC-02-02/1/"] {
        let refused = visitor.floor(name).await.expect_err("no name");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["name".to_owned()]), "{name}");
    }
    for name in ["building/ZC-02-02/99", "building/ZC-02-02/whole", "building/ZC-02-02/1/East", "building/NO-SUCH/1"] {
        let refused = visitor.floor(name).await.expect_err("no such floor");
        assert_eq!(refused.code(), Code::NotFound, "{name}: {refused:?}");
    }
}

/// The fields that a refusal names.
fn fields(refused: &Status) -> Vec<String> {
    let details = refused.get_error_details();
    let violations = details.bad_request().map(|request| &request.field_violations);
    violations.into_iter().flatten().map(|violation| violation.field.clone()).collect()
}

#[tokio::test]
async fn exacting_projects_are_answered_as_far_as_the_record_knows() {
    let server = Server::start().await;
    let editor = Asking::of(&server, Some("editor")).await;
    let parcels = editor.parcels().await;
    let at_most = |quantity: &str, max| {
        Ask::AmountMust(AmountMust { quantity: quantity.to_owned(), max: Some(max), ..AmountMust::default() })
    };
    let reply = editor.matched(brief(vec![free(), at_most("vibration_um_per_s", 6.25)])).await.expect("an answer");
    for place in &reply.places {
        let parcel = &parcels[&place.parcel];
        let expected = match parcel.vibration_um_per_s {
            None => Verdict::Unknown,
            Some(vibration) if vibration <= 6.25 => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        assert_eq!(place.answers[1].verdict(), expected, "{}: {:?}", place.parcel, parcel.vibration_um_per_s);
    }
    assert!(reply.suits > 0 && reply.open > 10, "{} suit, {} are open", reply.suits, reply.open);
    let storage = WordMust { quality: "hazard_class".to_owned(), among: vec!["a".to_owned(), "b".to_owned()] };
    let reply = editor.matched(brief(vec![free(), Ask::WordMust(storage)])).await.expect("an answer");
    let classes = reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let classes: Vec<&str> = classes.map(|place| parcels[&place.parcel].hazard_class.as_str()).collect();
    assert!(!classes.is_empty() && classes.iter().all(|class| ["a", "b"].contains(class)), "{classes:?}");

    // What lies around: every dwelling and every free neighbour counts.
    for quantity in ["metres_to_residential", "metres_to_laboratory", "expansion_m2", "minutes_to_port"] {
        let must = AmountMust { quantity: quantity.to_owned(), min: Some(0.0), ..AmountMust::default() };
        let reply = editor.matched(brief(vec![Ask::AmountMust(must)])).await.expect("an answer");
        assert_eq!(reply.suits as usize, parcels.len(), "{quantity} is known of every parcel of the demo park");
        let amounts = reply.places.iter().filter_map(|place| match place.answers[0].value {
            Some(Value::Amount(amount)) => Some(amount),
            _ => None,
        });
        let most = amounts.fold(0.0, f64::max);
        assert!(most > 0.0, "{quantity} of some parcel");
    }
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
    let asked = brief(vec![free(), area(asked_m2), wish("power", 10)]);
    let reply = editor.matched(asked.clone()).await.expect("an answer");
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
    // Named, they are told again; land that lies apart is not joined, and one parcel is no set.
    let set = |parcels: &[String]| ParcelSet { parcels: parcels.to_vec() };
    let mine = reply.assemblies[0].clone();
    let named_assemblies = vec![set(&mine.parcels), set(&[row[0].clone(), "parcels/ZC-38".to_owned()])];
    let request = MatchRequest { brief: Some(asked), named_assemblies, ..MatchRequest::default() };
    assert_eq!(editor.ask(request.clone()).await.expect("an answer").named_assemblies, [mine]);
    let one = MatchRequest { named_assemblies: vec![set(&row[..1])], ..request };
    assert_eq!(fields(&editor.ask(one).await.expect_err("one")), ["named_assemblies[0].parcels"]);
    let enough = editor.matched(brief(vec![free(), area(1.0)])).await.expect("an answer");
    assert_eq!(enough.assemblies, [], "who has a place of his own needs no other");
}

fn bound(step: &RelaxationStep) -> f64 {
    match step.to {
        Some(To::Bound(bound)) => bound,
        ref other => panic!("{other:?} is no bound"),
    }
}

#[tokio::test]
async fn the_whole_park_is_coloured_and_what_keeps_all_of_it_out_is_named() {
    let server = Server::start().await;
    let editor = Asking::of(&server, Some("editor")).await;
    let asks = vec![free(), power(4_000.0), wish("area_m2", 10)];
    let request = MatchRequest { brief: Some(brief(asks)), explained: 1, coloured: 2_000, ..MatchRequest::default() };
    let reply = editor.ask(request.clone()).await.expect("an answer");
    let coloured = reply.coloured.expect("it is asked for");
    assert_eq!((coloured.suits.len() as u32, coloured.open.len() as u32), (reply.suits, reply.open));
    assert!(reply.suits > 1 && reply.places.len() == 1, "{} suit", reply.suits);
    assert_eq!((coloured.suits[0], coloured.points[0]), (reply.places[0].id, reply.places[0].points));
    assert!(coloured.points.is_sorted_by(|a, b| a >= b) && coloured.points.len() == coloured.suits.len());
    let few = editor.ask(MatchRequest { coloured: 1, ..request.clone() }).await.expect("an answer");
    assert_eq!(few.coloured.expect("it is asked for").suits, coloured.suits[..1]);
    assert_eq!(editor.ask(MatchRequest { coloured: 0, ..request }).await.expect("an answer").coloured, None);

    // Another status would do for some; nothing does where two musts are beyond all.
    let status = &editor.matched(brief(vec![free(), area(20_000.0)])).await.expect("an answer").relaxations[0];
    let Some(To::Word(word)) = status.steps.first().and_then(|step| step.to.clone()) else { panic!("{status:?}") };
    assert!(word != "available" && status.steps[0].opens <= status.alone, "{status:?}");
    let beyond = editor.matched(brief(vec![free(), area(5e6), power(9e8)])).await.expect("an answer");
    assert_eq!((beyond.suits, beyond.open), (0, 0), "nothing is as large");
    let sets: Vec<&[u32]> = beyond.sets.iter().map(|set| &set.criteria[..]).collect();
    assert!(!sets.is_empty() && sets.iter().all(|set| set.contains(&1)), "{sets:?}");
    assert!(beyond.relaxations.iter().all(|must| must.alone == 0), "{:?}", beyond.relaxations);
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
        let relaxed = host.matched(asked(bound(step))).await.expect("an answer");
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
    let hall = |width_m, depth_m| Ask::FootprintMust(FootprintMust { width_m, depth_m });
    let rises = |weight, asked: &[(&str, f64)]| {
        Ask::RampWish(RampWish { quantity: "power".to_owned(), steps: steps(asked), weight })
    };
    let wished_hall = |width_m, depth_m| Ask::FootprintWish(FootprintWish { width_m, depth_m, weight: 5 });
    let most = AmountMust { quantity: "power".to_owned(), max: Some(4.0), ..AmountMust::default() };
    let share = |min| {
        let quantity = "site_coverage".to_owned();
        Ask::AmountMust(AmountMust { quantity, min: Some(min), max: None, on: String::new() })
    };
    let cases = [
        (of(between(5.0, 4.0)), "brief.criteria[1].min"),
        (of(between(f64::NAN, 4.0)), "brief.criteria[1].min"),
        (of(wish("volts", 1)), "brief.criteria[1].quantity"),
        (of(wish("power", 0)), "brief.criteria"),
        (of(wish("power", 5_000)), "brief.criteria[1].weight"),
        (of(halfway), "brief.criteria[1].full"),
        (of(hall(5_000.0, 5_000.0)), "brief.criteria[1].width_m"),
        (of(hall(80.0, 20_000.0)), "brief.criteria[1].depth_m"),
        (of(wished_hall(5_000.0, 5_000.0)), "brief.criteria[1].width_m"),
        (of(wished_hall(f64::NAN, 50.0)), "brief.criteria[1].width_m"),
        (of(rising(&[])), "brief.criteria[1].steps"),
        (of(rising(&[("", 5.0), ("2028-07-01", 4.0)])), "brief.criteria[1].steps[1].min"),
        (of(rising(&[("2029-07-01", 4.0), ("2028-07-01", 5.0)])), "brief.criteria[1].steps[1].on"),
        (of(rising(&[("", 4.0), ("soon", 5.0)])), "brief.criteria[1].steps[1].on"),
        (of(rising(&[("", f64::INFINITY)])), "brief.criteria[1].steps[0].min"),
        (of(rises(5, &[("", -1.0)])), "brief.criteria[1].steps[0].min"),
        (of(rises(0, &[("", 1.0)])), "brief.criteria"),
        (brief(vec![Ask::AmountMust(most), rising(&[("", 5.0)])]), "brief.criteria[1].steps[0].min"),
        (of(share(45.0)), "brief.criteria[1].min"),
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
        assert!(fields(&refused).iter().any(|named| named == field), "{field}: {refused:?}");
    }
}

#[tokio::test]
async fn a_ramp_is_judged_step_by_step_and_says_which_binds() {
    let server = Server::start().await;
    let host = Asking::of(&server, Some("editor")).await;
    let ramp = [("", 4_000.0), ("2028-07-01", 12_000.0)];
    let reply = host.matched(brief(vec![free(), rising(&ramp), wish("area_m2", 10)])).await.expect("an answer");
    let each = async |asks: Vec<Ask>| host.matched(brief(asks)).await.expect("an answer").suits;
    let one_by_one = vec![
        free(),
        power(4_000.0),
        Ask::AmountMust(AmountMust {
            quantity: "power".to_owned(),
            min: Some(12_000.0),
            on: "2028-07-01".to_owned(),
            ..AmountMust::default()
        }),
    ];
    assert_eq!(reply.suits, each(one_by_one).await, "whoever meets each step meets the ramp");
    assert!(reply.suits > 0, "{reply:?}");
    // The example parcel has 3 MW now and 12 MW from then on: the first step binds, and the second is met.
    let example = reply.places.iter().map(|place| &place.answers[1]).find(|answer| {
        let amounts: Vec<Option<f64>> = answer.steps.iter().map(|step| step.amount).collect();
        amounts == [Some(3_000.0), Some(12_000.0)]
    });
    let example = example.expect("it is explained");
    assert_eq!(
        (example.verdict(), example.step, &example.value),
        (Verdict::Fail, Some(0), &Some(Value::Amount(3_000.0)))
    );
    assert_eq!((example.margin, example.from.as_str()), (Some(-1_000.0), "2028-07-01"));
    let verdicts: Vec<Verdict> = example.steps.iter().map(cloudsite_proto::siting::StepAnswer::verdict).collect();
    assert_eq!(verdicts, [Verdict::Fail, Verdict::Pass]);
    assert!(example.steps.iter().all(|step| !step.source.is_empty() && !step.as_of.is_empty()), "{example:?}");
    // Cut off where it is said, as many more suit.
    for step in &reply.relaxations[1].steps {
        let cut: Vec<(&str, f64)> = ramp.iter().map(|(on, min)| (*on, min.min(bound(step)))).collect();
        assert_eq!(each(vec![free(), rising(&cut)]).await, reply.suits + step.opens, "{step:?}");
    }
    assert!(!reply.relaxations[1].steps.is_empty(), "{:?}", reply.relaxations);
    // As a wish it is worth the share of it that is there.
    let wished = Ask::RampWish(RampWish { quantity: "power".to_owned(), steps: steps(&ramp), weight: 10 });
    let reply = host.matched(brief(vec![free(), wished])).await.expect("an answer");
    let shares = reply.places.iter().map(|place| &place.answers[1]).filter(|answer| answer.verdict() == Verdict::Pass);
    let mut seen = 0;
    for answer in shares {
        let met = answer.steps.iter().zip(&ramp).map(|(step, (_, min))| step.amount.expect("it is known") / min);
        let share = met.fold(1.0, f64::min);
        assert_eq!(answer.points, 10 * (share * 1e6) as u64, "{answer:?}");
        seen += usize::from(share > 0.0 && share < 1.0);
    }
    assert!(seen > 0, "some have a part of it");
}

#[tokio::test]
async fn a_building_is_wished_as_far_as_it_has_room() {
    let server = Server::start().await;
    let host = Asking::of(&server, Some("editor")).await;
    let (width_m, depth_m) = (260.0, 180.0);
    let wished = Ask::FootprintWish(FootprintWish { width_m, depth_m, weight: 10 });
    let reply = host.matched(brief(vec![free(), wished.clone()])).await.expect("an answer");
    let must = Ask::FootprintMust(FootprintMust { width_m, depth_m });
    let roomy = host.matched(brief(vec![free(), must])).await.expect("an answer").suits;
    let suiting = || reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let whole = suiting().filter(|place| place.points == reply.full_points).count();
    assert_eq!(whole, roomy as usize, "what is worth all is what meets the must");
    let mut parts = 0;
    for answer in suiting().map(|place| &place.answers[1]).filter(|answer| answer.verdict() == Verdict::Pass) {
        let Some(Value::Amount(share)) = answer.value else { panic!("{answer:?}") };
        assert_eq!(answer.points, 10 * (share * 1e6) as u64);
        if share > 0.0 {
            let at = |corner: usize| (answer.placement[2 * corner], answer.placement[2 * corner + 1]);
            let side = |a: usize, b: usize| (at(a).0 - at(b).0).hypot(at(a).1 - at(b).1);
            let drawn_m2 = side(0, 1) * side(1, 2);
            assert!((drawn_m2 / (width_m * depth_m) - share).abs() < 1e-3, "{answer:?}");
        }
        parts += usize::from(share > 0.0 && share < 1.0);
    }
    assert!(parts > 0, "some have room for a part of it");
    assert!(suiting().map(|place| place.points).is_sorted_by(|a, b| a >= b), "the more room the earlier");
    let joined = host.matched(brief(vec![free(), area(150_000.0), wished])).await.expect("an answer").assemblies;
    for assembly in &joined {
        assert_eq!(assembly.answers.iter().map(|answer| answer.points).sum::<u64>(), assembly.points, "{assembly:?}");
    }
}
