//! Factories over the wire, judged as the page judges them: by `domain`, from what the server gives.

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Bounds, Mask, Parcel, ParcelStatus, Setbacks};
use cloudsite_domain::siting::Verdict as Found;
use cloudsite_domain::siting::massing::{Check, Findings, Law, Massing, Part, PartKind, Proposal, Site};
use cloudsite_domain::validation::RuleTable;
use cloudsite_proto::land::{self, GetParcelRequest, Layer, ListFeaturesRequest, ListParcelsRequest};
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{Factory, FactoryPart, Fit, FitRequest, FitResponse, Verdict};
use cloudsite_tests::{Asker, Server};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jiff::civil::date;
use prost::Message;
use serde_json::Value;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A parcel of the demo park of which all is known that its record can say.
const PARCEL: &str = "parcels/BZ-04";

/// What positions lose on their way through degrees, metres.
const TOLERANCE_M: f64 = 0.01;

async fn fitted(server: &Server, asker: &Asker, request: FitRequest) -> Result<FitResponse, Status> {
    let mut client = SitingServiceClient::new(server.channel().await);
    Ok(client.fit(asker.ask(request)).await?.into_inner())
}

/// The features of a layer; none if it is withheld.
async fn told(server: &Server, asker: &Asker, layer: Layer) -> Option<Vec<Value>> {
    let request = ListFeaturesRequest { layer: layer.into(), page_size: 1_000, ..ListFeaturesRequest::default() };
    let reply = server.park().await.list_features(asker.ask(request)).await.expect("features").into_inner();
    let read = |feature: land::Feature| serde_json::from_str(&feature.geojson).expect("GeoJSON");
    assert!(!reply.withheld || reply.features.is_empty(), "{layer:?} is withheld");
    (!reply.withheld).then(|| reply.features.into_iter().map(read).collect())
}

async fn features(server: &Server, asker: &Asker, layer: Layer) -> Vec<Value> {
    told(server, asker, layer).await.expect("it is told")
}

/// The area of a feature in canonical metres.
fn shape(feature: &Value) -> Shape {
    let projector = Projector::new(Crs::Wgs84, Crs::CANONICAL);
    let at = |at: &Value| Coord { x: at[0].as_f64().expect("a number"), y: at[1].as_f64().expect("a number") };
    let each = |list: &Value| list.as_array().cloned().expect("a list");
    let ring = |ring: &Value| -> LineString {
        each(ring).iter().map(|place| projector.project(at(place)).expect("it is in the park")).collect()
    };
    let polygon = |rings: &Value| {
        let mut rings = each(rings).iter().map(ring).collect::<Vec<_>>().into_iter();
        Polygon::new(rings.next().expect("an outer ring"), rings.collect())
    };
    let geometry = &feature["geometry"];
    let areas = match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(&geometry["coordinates"])],
        _ => each(&geometry["coordinates"]).iter().map(polygon).collect(),
    };
    Shape::new(MultiPolygon::new(areas).into()).expect("an area")
}

/// What the page asks of a parcel.
fn asked(parcel: &land::Parcel) -> Parcel {
    let bounds = |bounds: Option<land::Bounds>| bounds.map(|all| Bounds { min: all.min, max: all.max });
    Parcel {
        land_use: parcel.land_use.parse().ok(),
        plot_ratio: bounds(parcel.plot_ratio).unwrap_or_default(),
        site_coverage: bounds(parcel.site_coverage).unwrap_or_default(),
        green_ratio: bounds(parcel.green_ratio).unwrap_or_default(),
        height_limit_m: parcel.height_limit_m,
        setbacks: parcel.setbacks.map(|all| Setbacks { front_m: all.front_m, side_m: all.side_m, rear_m: all.rear_m }),
        ..Parcel::with_status(ParcelStatus::Unknown)
    }
}

/// The site as the page makes it.
async fn site(server: &Server, asker: &Asker, name: &str) -> Site {
    let request = GetParcelRequest { name: name.to_owned(), revision: 0 };
    let parcel = server.parcels().await.get_parcel(asker.ask(request)).await.expect("a parcel").into_inner();
    let parcel = asked(&parcel.parcel.expect("a parcel"));
    let code = name.strip_prefix("parcels/");
    let parcels = features(server, asker, Layer::Parcel).await;
    let own = parcels.iter().find(|feature| feature["properties"]["code"].as_str() == code).expect("its shape");
    let masks = told(server, asker, Layer::Mask).await;
    let masks = masks.as_ref().map(|masks| {
        masks.iter().map(|feature| {
            let properties = &feature["properties"];
            let kind = properties["kind"].as_str().and_then(|kind| kind.parse().ok()).expect("a kind");
            (Mask { kind, height_limit_m: properties["height_limit_m"].as_f64() }, shape(feature))
        })
    });
    let masks: Option<Vec<(Mask, Shape)>> = masks.map(Iterator::collect);
    let table = RuleTable::parse(include_str!("../../assets/rules/planning.json")).expect("a table");
    let parks = features(server, asker, Layer::Park).await;
    let law = Law { table: &table, day: date(2026, 11, 26), region: parks[0]["properties"]["region"].as_str() };
    let masks = masks.as_ref().map(|masks| masks.iter().map(|(mask, shape)| (mask, shape)));
    Site::new(&parcel, &shape(own), masks, law.norms(&parcel)).expect("a site")
}

fn factory(massing: &Massing) -> Factory {
    let part = |part: &Part| FactoryPart {
        kind: part.kind.to_string(),
        across_m: part.offset.x,
        along_m: part.offset.y,
        width_m: part.width_m,
        depth_m: part.depth_m,
        storeys: part.storeys,
        storey_m: part.storey_m,
    };
    Factory {
        east_m: massing.at().x,
        north_m: massing.at().y,
        angle_deg: massing.angle_rad().to_degrees(),
        parts: massing.parts().iter().map(part).collect(),
    }
}

fn massing(factory: &Factory) -> Massing {
    let part = |part: &FactoryPart| Part {
        kind: part.kind.parse().expect("a kind"),
        offset: Coord { x: part.across_m, y: part.along_m },
        width_m: part.width_m,
        depth_m: part.depth_m,
        storeys: part.storeys,
        storey_m: part.storey_m,
    };
    let at = Coord { x: factory.east_m, y: factory.north_m };
    let parts = factory.parts.iter().map(part).collect();
    Massing::new(at, factory.angle_deg.to_radians(), parts).expect("a factory")
}

fn asking(parcel: &str, factory: Factory) -> FitRequest {
    FitRequest {
        parcel: parcel.to_owned(),
        day: "2026-11-26".to_owned(),
        factory: Some(factory),
        ..FitRequest::default()
    }
}

const fn wire(verdict: Found) -> Verdict {
    match verdict {
        Found::Pass => Verdict::Pass,
        Found::Fail => Verdict::Fail,
        Found::Unknown => Verdict::Unknown,
    }
}

/// Whether two answers are the same but for what positions lose on their way; `scale` is what a metre makes of it.
fn close(one: Option<f64>, other: Option<f64>, scale: f64) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= scale * TOLERANCE_M,
        (None, None) => true,
        _ => false,
    }
}

/// Holds what the server says of a factory against what `domain` finds.
fn holds(site: &Site, fit: &Fit, of: &str) {
    let mut findings = Findings::default();
    site.judge(&massing(fit.factory.as_ref().expect("a factory")), &mut findings);
    assert_eq!(fit.verdict(), wire(findings.verdict()), "{of}");
    assert_eq!(fit.checks.len(), Check::ALL.len());
    for (check, told) in Check::ALL.iter().zip(&fit.checks) {
        let found = findings.of(*check);
        // Of a share a hundredth is much.
        let scale = if matches!(check, Check::Height | Check::AirportHeight) { 1.0 } else { 0.1 };
        let same = close(told.value, found.value, scale) && close(told.margin, found.margin, scale);
        assert!(same && told.check == check.to_string(), "{of}: {told:?} is not {found:?}");
        assert_eq!((told.verdict(), told.min, told.max), (wire(found.verdict), found.min, found.max), "{of}: {check}");
        assert!(told.rules.iter().all(|rule| !rule.id.is_empty()), "{of}: {told:?}");
        let is_bounded = found.is_bounded() || found.verdict == Found::Fail;
        assert!(!is_bounded || !told.rules.is_empty(), "{of}: nobody says {told:?}");
    }
    assert_eq!(fit.sides.len(), findings.sides.len(), "{of}");
    for (told, found) in fit.sides.iter().zip(&findings.sides) {
        assert!(close(Some(told.distance_m), Some(found.distance_m), 1.0), "{of}: {told:?} is not {found:?}");
        assert_eq!(told.verdict(), wire(found.verdict), "{of}: {told:?}");
        assert_eq!(told.margin_m.is_some(), told.verdict() != Verdict::Unknown && fit.most_setback_m.is_some());
    }
    assert!(close(Some(fit.counted_m2), Some(findings.counted_m2), 1.0), "{of}: {}", fit.counted_m2);
}

#[tokio::test]
async fn the_server_judges_as_the_page_does() {
    let server = Server::start().await;
    for role in [None, Some("investor"), Some("editor")] {
        let asker = Asker::of(&server, role).await;
        let request = ListParcelsRequest { page_size: 1_000, ..ListParcelsRequest::default() };
        let parcels = server.parcels().await.list_parcels(asker.ask(request)).await.expect("parcels").into_inner();
        let some = parcels.parcels.iter().step_by(80).map(|parcel| parcel.name.as_str());
        let mut verdicts = Vec::new();
        for name in some.chain([PARCEL]) {
            let site = site(&server, &asker, name).await;
            let Some(begun) = site.begin() else { panic!("{name} is land") };
            let aside = begun.at() + Coord { x: 31.0, y: -17.0 };
            let aside = begun.clone().moved(aside, begun.angle_rad() + 0.4).expect("a factory");
            for (tried, proposes) in [(begun, true), (aside, false)] {
                let of = format!("{role:?}, {name}, {tried}");
                let request = FitRequest { largest: proposes, best_placed: proposes, ..asking(name, factory(&tried)) };
                let reply = fitted(&server, &asker, request).await.expect("an answer");
                assert!(reply.revision > 0 && reply.day == "2026-11-26" && reply.area_m2 > 0.0, "{of}");
                assert!(close(Some(reply.area_m2), Some(site.area_m2()), 500.0), "{of}: {}", reply.area_m2);
                let judged = reply.asked.expect("what is asked is answered");
                holds(&site, &judged, &of);
                verdicts.push(judged.verdict());
                let found = [Site::largest, Site::best_place]
                    .map(|of| proposes.then(|| of(&site, &tried)).and_then(Proposal::found));
                for (proposed, found) in [reply.largest, reply.best_placed].into_iter().zip(found) {
                    assert_eq!(proposed.is_some(), found.is_some(), "{of}: {found:?}");
                    let (Some(proposed), Some(found)) = (proposed, found) else { continue };
                    holds(&site, &proposed, &format!("{of}, proposed"));
                    let there = massing(proposed.factory.as_ref().expect("a factory"));
                    assert_eq!(there.parts().len(), found.parts().len(), "{of}");
                    let mut judged = Findings::default();
                    site.judge(&found, &mut judged);
                    // Of halls that differ by a grid's step the server may take the other.
                    let near = (judged.counted_m2 - proposed.counted_m2).abs() <= 0.01 * judged.counted_m2;
                    assert!(near, "{of}: {there} is not {found}");
                }
            }
        }
        assert!(verdicts.contains(&Verdict::Fail), "{role:?}: some stand nowhere");
        let known = |verdict: &Verdict| *verdict == Verdict::Pass;
        assert!(!verdicts.iter().any(known), "{role:?}: parking is known of no parcel");
    }
}

#[tokio::test]
async fn rules_are_named_and_what_a_tier_is_not_told_is_unknown() {
    let server = Server::start().await;
    let (editor, visitor) = (Asker::of(&server, Some("editor")).await, Asker::default());
    let begun = site(&server, &editor, PARCEL).await.begin().expect("it is land");
    let check = |fit: &Fit, check: Check| fit.checks.iter().find(|one| one.check == check.as_str()).cloned().unwrap();
    let reply = fitted(&server, &editor, asking(PARCEL, factory(&begun))).await.expect("an answer");
    assert!(reply.largest.is_none() && reply.best_placed.is_none(), "nobody asked for them");
    let told = reply.asked.expect("an answer");
    let ratio = check(&told, Check::PlotRatio);
    let rules: Vec<&str> = ratio.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!((ratio.verdict(), rules), (Verdict::Pass, vec!["parcel.plot_ratio", "storey.counted_once"]));
    assert!(ratio.margin.is_some_and(|margin| margin >= 0.0) && ratio.max.is_some(), "{ratio:?}");
    assert!(ratio.rules.iter().all(|rule| !rule.source.is_empty()), "{ratio:?}");
    let height = check(&told, Check::AirportHeight);
    assert!(height.rules.iter().all(|rule| rule.source.starts_with("mask/")) && height.max.is_some(), "{height:?}");
    assert_eq!(told.setback_rule.as_ref().map(|rule| rule.id.as_str()), Some("parcel.setbacks"), "{told:?}");
    let public = fitted(&server, &visitor, asking(PARCEL, factory(&begun))).await.expect("an answer");
    let public = public.asked.expect("an answer");
    for masked in [Check::AirportHeight, Check::KeptFree] {
        let found = check(&public, masked);
        let expected = (Verdict::Unknown, None, Vec::new());
        assert_eq!((found.verdict(), found.max, found.rules), expected, "masks are told to no visitor");
    }
    // The same question at the same revision has the same bytes.
    let proposals = FitRequest { largest: true, best_placed: true, ..asking(PARCEL, factory(&begun)) };
    let (one, other) =
        (fitted(&server, &editor, proposals.clone()).await, fitted(&server, &editor, proposals.clone()).await);
    assert_eq!(one.expect("an answer").encode_to_vec(), other.expect("an answer").encode_to_vec());
    let past = FitRequest { revision: 1, ..proposals };
    assert_eq!(fitted(&server, &editor, past).await.expect("an answer").revision, 1);
}

#[tokio::test]
async fn a_factory_that_there_cannot_be_is_refused_by_field() {
    let server = Server::start().await;
    let visitor = Asker::default();
    let hall = FactoryPart {
        kind: PartKind::Hall.to_string(),
        width_m: 60.0,
        depth_m: 40.0,
        storeys: 1,
        storey_m: 9.0,
        ..FactoryPart::default()
    };
    let yard = FactoryPart { kind: "yard".to_owned(), ..hall.clone() };
    let at = |parts: Vec<FactoryPart>| Factory { east_m: 531_000.0, north_m: 3_481_000.0, parts, ..Factory::default() };
    let one = |part: FactoryPart| at(vec![hall.clone(), part]);
    let corner =
        |at_m: f64| FactoryPart { across_m: at_m, along_m: at_m, width_m: 3_000.0, depth_m: 3_000.0, ..hall.clone() };
    let cases = [
        (one(FactoryPart { width_m: f64::NAN, ..hall.clone() }), "factory.parts[1].width_m"),
        (one(FactoryPart { depth_m: -4.0, ..hall.clone() }), "factory.parts[1].depth_m"),
        (one(FactoryPart { width_m: 1e9, ..hall.clone() }), "factory.parts[1].width_m"),
        (one(FactoryPart { along_m: f64::INFINITY, ..hall.clone() }), "factory.parts[1].along_m"),
        (one(FactoryPart { storeys: 0, ..hall.clone() }), "factory.parts[1].storeys"),
        (one(FactoryPart { storeys: u32::MAX, ..hall.clone() }), "factory.parts[1].storeys"),
        (one(FactoryPart { storey_m: 1_000.0, ..hall.clone() }), "factory.parts[1].storey_m"),
        (one(FactoryPart { kind: "castle".to_owned(), ..hall.clone() }), "factory.parts[1].kind"),
        (one(yard), "factory.parts[1].storeys"),
        (at(vec![corner(-3_000.0), corner(3_000.0)]), "factory.parts"),
        (at(vec![hall.clone(); 10_000]), "factory.parts"),
        (at(Vec::new()), "factory.parts"),
        (Factory { angle_deg: f64::NAN, ..at(vec![hall.clone()]) }, "factory.angle_deg"),
        (Factory { east_m: f64::INFINITY, ..at(vec![hall.clone()]) }, "factory.east_m"),
        (Factory { north_m: -1e12, ..at(vec![hall.clone()]) }, "factory.north_m"),
    ];
    let mut refused: Vec<(FitRequest, &str)> =
        cases.into_iter().map(|(factory, field)| (asking(PARCEL, factory), field)).collect();
    let good = || asking(PARCEL, at(vec![hall.clone()]));
    refused.push((FitRequest { factory: None, ..good() }, "factory"));
    refused.push((FitRequest { parcel: "BZ-04".to_owned(), ..good() }, "parcel"));
    refused.push((FitRequest { day: "tomorrow".to_owned(), ..good() }, "day"));
    for (request, field) in refused {
        let refused = fitted(&server, &visitor, request).await.expect_err(field);
        assert_eq!(refused.code(), Code::InvalidArgument, "{field}: {refused:?}");
        let details = refused.get_error_details();
        let violations = &details.bad_request().expect("it names fields").field_violations;
        assert!(violations.iter().any(|violation| violation.field == field), "{field}: {violations:?}");
    }
    let nowhere = fitted(&server, &visitor, FitRequest { parcel: "parcels/NO-SUCH".to_owned(), ..good() }).await;
    assert_eq!(nowhere.expect_err("there is none").code(), Code::NotFound);
    let later = fitted(&server, &visitor, FitRequest { revision: 1_000_000, ..good() }).await;
    assert_ne!(later.expect_err("there is none").code(), Code::Ok);
    // Far away it is outside, and that is an answer.
    let far = fitted(&server, &visitor, good()).await.expect("an answer").asked.expect("an answer");
    assert_eq!((far.verdict(), far.checks[0].verdict()), (Verdict::Fail, Verdict::Fail));
}
