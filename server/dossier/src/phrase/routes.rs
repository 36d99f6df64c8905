//! How one gets from a place to others, in words, and what that is computed with.

use serde::Serialize;

use super::speak::number;
use crate::language::Language;
use crate::model::{Dossier, Place};
use crate::travel::{DRAWN_WAYS, Destination, Way, way_letter};

/// The ways of a place.
#[derive(Debug, Default, Serialize)]
pub(super) struct Routes {
    rows: Vec<RouteRow>,
    /// That it is computed and by whose assumption, and how much of it is on no road.
    notes: Vec<String>,
}

/// The ways to one kind of destination.
#[derive(Debug, Serialize)]
struct RouteRow {
    letter: String,
    colour: usize,
    kind: String,
    /// The place, where truck and car go to the same.
    name: String,
    truck: Cell,
    car: Cell,
}

#[derive(Debug, Serialize)]
struct Cell {
    text: String,
    is_unknown: bool,
}

/// What ways are computed with.
#[derive(Debug, Serialize)]
pub(super) struct Assumed {
    lead: String,
    source: String,
    rows: Vec<[String; 3]>,
}

/// The ways of a place; nothing where none were looked for.
pub(super) fn routes(dossier: &Dossier, place: &Place, language: Language) -> Routes {
    let row = |(colour, (kind, _)): (usize, &(&str, bool))| {
        let destination = place.routes.iter().find(|destination| destination.kind == *kind)?;
        Some(row(colour, destination, language))
    };
    let rows: Vec<RouteRow> = DRAWN_WAYS.iter().enumerate().filter_map(row).collect();
    let mut notes = Vec::new();
    if dossier.travel.is_some() && !rows.is_empty() {
        notes.push(language.own("routes.assumed"));
        let ways = place.routes.iter().flat_map(|destination| [&destination.by_truck, &destination.by_car]);
        let off_road = ways.filter_map(|way| match way {
            Way::Reached { off_road_m, .. } => Some(*off_road_m),
            Way::Unreached(_) => None,
        });
        let most = off_road.fold(0.0, f64::max);
        if most >= 1.0 {
            notes.push(language.say("routes.off_road", &[("n", &number(most, 0))]));
        }
    }
    Routes { rows, notes }
}

fn row(colour: usize, destination: &Destination, language: Language) -> RouteRow {
    let name = |way: &Way| match way {
        Way::Reached { place, names, .. } => {
            // Of what has no name its code is better than nothing.
            let code = place.rsplit('/').next().unwrap_or(place);
            language.name(names).unwrap_or(code).to_owned()
        }
        Way::Unreached(_) => String::new(),
    };
    let (by_truck, by_car) = (name(&destination.by_truck), name(&destination.by_car));
    let is_one = by_truck == by_car || by_truck.is_empty() || by_car.is_empty();
    let cell = |way: &Way, own: &str| match way {
        Way::Reached { minutes, length_m, .. } => {
            let text = format!("{}, {}", minutes_of(*minutes, language), length(*length_m, language));
            Cell { text: if is_one { text } else { format!("{text} ({own})") }, is_unknown: false }
        }
        Way::Unreached(why) => Cell { text: language.text(&format!("route.{}", why.as_str())), is_unknown: true },
    };
    RouteRow {
        letter: way_letter(colour),
        colour,
        kind: language.text(&format!("route.kind.{}", destination.kind)),
        name: if !is_one {
            String::new()
        } else if by_truck.is_empty() {
            by_car.clone()
        } else {
            by_truck.clone()
        },
        truck: cell(&destination.by_truck, &by_truck),
        car: cell(&destination.by_car, &by_car),
    }
}

fn minutes_of(minutes: f64, language: Language) -> String {
    if minutes < 1.0 {
        return language.text("route.under_a_minute");
    }
    language.fill("route.minutes", &[("n", &number(minutes, 0))])
}

fn length(length_m: f64, language: Language) -> String {
    language.fill("route.length", &[("n", &number(length_m / 1_000.0, 1))])
}

/// The kinds of destinations to which no way is known from a place, neither by truck nor by car.
pub(super) fn unreached(place: &Place, language: Language) -> Vec<String> {
    let told = |destination: &&Destination| DRAWN_WAYS.iter().any(|(kind, _)| *kind == destination.kind);
    let is_unknown = |way: &Way| matches!(way, Way::Unreached(_));
    let kinds = place.routes.iter().filter(told);
    let kinds = kinds.filter(|destination| is_unknown(&destination.by_truck) && is_unknown(&destination.by_car));
    let what = |destination: &Destination| {
        let to = language.text(&format!("route.kind.{}", destination.kind));
        language.say("routes.way_to", &[("to", &to)])
    };
    kinds.map(what).collect()
}

/// What ways are computed with.
pub(super) fn assumed(dossier: &Dossier, language: Language) -> Option<Assumed> {
    let travel = dossier.travel.as_ref()?;
    let speed =
        |kmh: Option<f64>| kmh.map_or_else(|| language.own("routes.closed"), |kmh| format!("{} km/h", number(kmh, 0)));
    let open = travel.speeds.iter().filter(|speed| speed.truck_kmh.is_some() || speed.car_kmh.is_some());
    let row = |one: &crate::travel::Speed| {
        let class = language.find(&format!("dossier.road.{}", one.road_class)).unwrap_or(&one.road_class).to_owned();
        [class, speed(one.truck_kmh), speed(one.car_kmh)]
    };
    let day = travel.from.map_or_else(|| language.unknown(), |day| day.to_string());
    Some(Assumed {
        lead: language.text("route.assumed"),
        source: language.say("routes.source", &[("source", &travel.source), ("day", &day)]),
        rows: open.map(row).collect(),
    })
}
