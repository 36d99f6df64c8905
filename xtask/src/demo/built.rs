//! What each parcel is for, whether it can be had, and what stands on it.

use cloudsite_domain::record::ParcelStatus;
use geo_types::{Coord, Polygon};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::airport;
use super::buildings::{Site, Task, fill};
use super::layout::Layout;
use super::names::{Owned, Trade, occupant, plot};
use super::parcels::Land;
use super::plane::{holds, inside};
use super::planning::Rules;
use super::program::Program;
use super::utilities::PLANTS;

/// A parcel with everything that is decided about it.
#[derive(Debug)]
pub(super) struct Plot {
    /// Index into the layout's lands.
    pub(super) land: usize,
    pub(super) program: Program,
    pub(super) status: ParcelStatus,
    pub(super) rules: Rules,
    pub(super) names: Owned,
    pub(super) site: Site,
}

/// The parcel that documents and tests speak of: on offer, with 3 MW now and 12 MW later.
pub(super) const EXAMPLE: &str = "ZC-08";

/// Of forty parcels for business, how many are on offer, reserved, negotiated, planned and not known.
const OFFERS: [(ParcelStatus, u32); 5] = [
    (ParcelStatus::Available, 9),
    (ParcelStatus::Reserved, 2),
    (ParcelStatus::Negotiating, 2),
    (ParcelStatus::Planned, 2),
    (ParcelStatus::Unknown, 1),
];

/// Decides and builds every parcel.
pub(super) fn build(layout: &Layout, seed: u64) -> Vec<Plot> {
    let mut occupants = [0; Trade::COUNT];
    let plot_of = |(index, land): (usize, &Land)| {
        // A stream of its own for each parcel: a change in one leaves the others as they are.
        let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(1 + index as u64));
        let zone = &layout.zones[land.zone];
        let (program, plant) = program(land, zone.prefix, &mut rng);
        let status = status(land, program, &mut rng);
        let mut rules = program.rules();
        let limit_m = airport::lowest_limit_m(land.shape.exterior());
        rules.height_limit_m = limit_m.map_or(rules.height_limit_m, |limit_m| limit_m.min(rules.height_limit_m));
        let built = status == ParcelStatus::Taken;
        let mut site = if built { site(land, program, rules, zone.prefix, &mut rng) } else { Site::default() };
        lower(&mut site, rules.height_limit_m);
        let names = match (plant, built) {
            (Some(names), _) => names,
            (None, true) => {
                let (trade, number) = (trade(program), &mut occupants[trade(program) as usize]);
                *number += 1;
                occupant(trade, *number)
            }
            (None, false) => plot(zone.short, &land.code),
        };
        Plot { land: index, program, status, rules, names, site }
    };
    layout.lands.iter().enumerate().map(plot_of).collect()
}

fn program(land: &Land, prefix: &str, rng: &mut ChaCha8Rng) -> (Program, Option<Owned>) {
    let plant = PLANTS.iter().find(|(_, _, _, _, at)| holds(land.shape.exterior(), Coord::from(*at)));
    if let Some((_, program, _, names, _)) = plant {
        return (*program, Some(super::names::owned(*names)));
    }
    let at = inside(&land.shape);
    let mix: &[Program] = match prefix {
        "RD" => &[Program::Campus, Program::Campus, Program::Campus, Program::Towers],
        "CO" => core_mix(at),
        "LG" => &[Program::Warehouse, Program::Warehouse, Program::Warehouse, Program::Workshops],
        "BZ" => &[Program::Warehouse, Program::Warehouse, Program::Factory, Program::Factory, Program::Workshops],
        "AP" => &[Program::Hangars, Program::Warehouse],
        "ZC" => &[Program::Factory, Program::Factory, Program::Workshops, Program::Campus],
        _ => &[Program::Factory, Program::Factory, Program::Factory, Program::Workshops],
    };
    (mix[rng.random_range(0..mix.len())], None)
}

/// Around the lake: towers on the northern shore, homes elsewhere.
fn core_mix(at: Coord) -> &'static [Program] {
    if at.y > 60.0 && at.x > -300.0 {
        &[Program::Towers]
    } else if at.x < -430.0 {
        &[Program::Housing, Program::Housing, Program::Housing, Program::Housing, Program::School]
    } else {
        &[Program::Housing, Program::Housing, Program::Towers]
    }
}

fn status(land: &Land, program: Program, rng: &mut ChaCha8Rng) -> ParcelStatus {
    if land.code == EXAMPLE {
        return ParcelStatus::Available;
    }
    let settled = matches!(program, Program::Housing | Program::School | Program::Hangars);
    if settled || program.is_utility() {
        return ParcelStatus::Taken;
    }
    let mut drawn = rng.random_range(0..40);
    for (status, share) in OFFERS {
        if drawn < share {
            return status;
        }
        drawn -= share;
    }
    ParcelStatus::Taken
}

fn site(land: &Land, program: Program, rules: Rules, prefix: &str, rng: &mut ChaCha8Rng) -> Site {
    let solar = match prefix {
        "ZC" => 0.9,
        "NM" | "BZ" => 0.3,
        _ => 0.12,
    };
    let setback_m = rules.setbacks_m.into_iter().fold(0.0, f64::max);
    fill(&land.shape, Task { program, setback_m, solar }, rng)
}

/// Keeps every building a metre below the limit.
fn lower(site: &mut Site, limit_m: f64) {
    for house in &mut site.houses {
        if house.height_m > limit_m - 1.0 {
            house.height_m = limit_m - 1.0;
            house.floors = house.floors.min((house.height_m / 3.5).max(1.0) as u32);
        }
    }
}

const fn trade(program: Program) -> Trade {
    match program {
        Program::Warehouse | Program::Hangars => Trade::Carrier,
        Program::Campus => Trade::Research,
        Program::Housing => Trade::Homes,
        Program::School => Trade::Teaching,
        Program::Towers => Trade::Business,
        _ => Trade::Maker,
    }
}

/// The lane around the halls of a built parcel, and its way in; parcels without heavy traffic have none.
pub(super) fn lane(parcel: &Polygon, program: Program) -> Option<geo_types::LineString> {
    let busy = matches!(
        program,
        Program::Factory
            | Program::Workshops
            | Program::Warehouse
            | Program::Hangars
            | Program::SewagePlant
            | Program::WaterPlant
    );
    let inner = super::plane::grow(&geo_types::MultiPolygon::new(vec![parcel.clone()]), -7.0);
    match inner.0.as_slice() {
        [only] if busy => Some(only.exterior().clone()),
        _ => None,
    }
}
