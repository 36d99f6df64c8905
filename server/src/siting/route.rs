//! `SitingService.Route`: how long it takes from a parcel to the places that matter.

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::record::{Code, Layer, RoadClass};
use cloudsite_domain::route::{Kind, Network, TravelTable, Unreached, Vehicle, Way};
use cloudsite_proto::siting as wire;

use crate::disclosure::{Channel, Parcelled};
use crate::grpc::{Refusal, blocking, code_in, feature_name, names_to_wire, snapshot};
use crate::record::{Entry, Snapshot, View};

/// What is told of a kind of place.
type Told<'a> = Result<Way<'a>, Unreached>;

/// Answers from the roads and places that the view shows.
pub(super) async fn answer(view: View, request: wire::RouteRequest) -> Result<wire::RouteResponse, Refusal> {
    let code = code_in("parcels", &request.parcel).map_err(|problem| Refusal::field("parcel", problem))?;
    let snapshot = snapshot(&view, request.revision).await?;
    blocking(move || told(&view, &snapshot, &code)).await
}

/// How one gets from a parcel to the places that matter; what that names has gone over the desk.
///
/// # Errors
/// If there is no such parcel, or no more is given to who asks.
pub(super) fn told(view: &View, snapshot: &Snapshot, code: &Code) -> Result<wire::RouteResponse, Refusal> {
    let missing = || Refusal::NotFound { kind: "parcel", name: format!("parcels/{code}") };
    let parcel = snapshot.layer(Layer::Parcel).find(code).ok_or_else(missing)?;
    let network = snapshot.roads();
    let way = |kind, vehicle| network.way(&parcel.feature.shape, kind, vehicle);
    let ways: Vec<(Kind, [Told<'_>; 2])> =
        Kind::ALL.iter().map(|kind| (*kind, [Vehicle::Truck, Vehicle::Car].map(|by| way(*kind, by)))).collect();
    give(view, snapshot, parcel, &ways)?;
    let destinations = ways.iter().map(|(kind, [by_truck, by_car])| wire::Destination {
        kind: kind.to_string(),
        by_truck: Some(way_to_wire(by_truck, snapshot)),
        by_car: Some(way_to_wire(by_car, snapshot)),
    });
    Ok(wire::RouteResponse {
        revision: snapshot.revision().0,
        destinations: destinations.collect(),
        travel: Some(travel_to_wire(network)),
    })
}

/// Takes for given what a reply names and draws: the parcel, the places, and the whole of each road that a way takes.
fn give(view: &View, snapshot: &Snapshot, parcel: &Entry, ways: &[(Kind, [Told<'_>; 2])]) -> Result<(), Refusal> {
    let mut named: BTreeMap<Layer, BTreeSet<&Code>> = [(Layer::Parcel, [&parcel.feature.code].into())].into();
    for way in ways.iter().flat_map(|(_, by)| by).flatten() {
        named.entry(way.place.layer).or_default().insert(&way.place.code);
        named.entry(Layer::Road).or_default().extend(&way.roads);
    }
    let mut all = Parcelled::default();
    for (layer, codes) in named {
        let mut delivery = view.delivery(layer);
        for entry in codes.into_iter().filter_map(|code| snapshot.layer(layer).find(code)) {
            delivery.add(entry);
        }
        let Parcelled { features, mut cells } = delivery.parcelled();
        all.features.extend(features);
        all.cells.append(&mut cells);
    }
    Ok(view.hand_over(Channel::Grpc, &all)?)
}

fn way_to_wire(way: &Told<'_>, snapshot: &Snapshot) -> wire::Way {
    match way {
        Ok(way) => {
            let feature = snapshot.layer(way.place.layer).find(&way.place.code).map(|entry| &entry.feature);
            wire::Way {
                unreached: wire::Unreached::Unspecified.into(),
                place: feature_name(way.place.layer, &way.place.code),
                names: feature.map(|feature| names_to_wire(&feature.names)).unwrap_or_default(),
                minutes: way.minutes,
                length_m: way.length_m,
                off_road_m: way.off_road_m,
                line: way.line.iter().flat_map(|at| [at.x, at.y]).collect(),
            }
        }
        Err(why) => {
            let why = match why {
                Unreached::NoSuchPlace => wire::Unreached::NoSuchPlace,
                Unreached::NoRoadNear => wire::Unreached::NoRoadNear,
                Unreached::NotConnected => wire::Unreached::NotConnected,
            };
            wire::Way { unreached: why.into(), ..wire::Way::default() }
        }
    }
}

fn travel_to_wire(network: &Network) -> wire::Travel {
    let travel: &TravelTable = network.travel();
    let speeds = RoadClass::ALL.iter().map(|class| wire::TravelSpeed {
        road_class: class.to_string(),
        truck_kmh: travel.speed_kmh(*class, Vehicle::Truck),
        car_kmh: travel.speed_kmh(*class, Vehicle::Car),
    });
    wire::Travel { source: travel.source.to_string(), from: travel.from.to_string(), speeds: speeds.collect() }
}
