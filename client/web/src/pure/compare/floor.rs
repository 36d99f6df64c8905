//! What the record says of a floor that can be let, in words.

use cloudsite_domain::record::{FloorName, LandUse, Language};
use cloudsite_domain::siting::Authority;
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::{Parcel, Zone};
use cloudsite_proto::siting::LettableFloor;

use super::line::{Cell, Said};
use super::record::unknown;
use crate::pure::facts::{code_of, said, zone_of};
use crate::pure::measure::{self, floor_key, short_length};
use crate::pure::number::{area, number, short_number};
use crate::pure::text::{fill, text};

/// The lines that only floors have, in their order.
pub(super) const LINES: [&str; 7] =
    ["floor.building", "floor.storey", "floor.area", "floor.clear_height", "floor.load", "floor.cleanroom", RENT];

/// The line of the rent, which stands with the price of land.
pub(super) const RENT: &str = "floor.rent";

/// The storey with its unit, if it has one.
pub(crate) fn storey(floor: Option<i32>, unit: &str, language: Language) -> String {
    let storey = floor.map_or_else(
        || text(language, "brief.whole_building"),
        |floor| fill(language, "brief.storey", &[("n", &floor.to_string())]),
    );
    if unit.is_empty() { storey } else { format!("{storey} {unit}") }
}

/// Building, storey and unit.
pub(crate) fn which_floor(name: &FloorName, language: Language) -> String {
    format!("{} · {}", name.building, storey(name.floor, &name.unit, language))
}

/// The answer to a line; none where it does not apply to floors.
pub(super) fn cell(
    floor: &LettableFloor,
    key: &str,
    zones: &[Zone],
    (language, unit): (Language, AreaUnit),
) -> Option<Cell> {
    Some(match key {
        "floor.building" => known(code_of(&floor.building).to_owned()),
        "floor.storey" => known(storey(floor.floor, &floor.unit, language)),
        "floor.area" => known(area(floor.area_m2, unit, language)),
        "floor.clear_height" => amount(floor.clear_height_m, |m| short_length(m, unit, language)),
        "floor.load" => {
            let load = |kn| fill(language, "brief.amount.floor_load", &[("n", &short_number(kn, language))]);
            amount(floor.floor_load_kn_per_m2, load)
        }
        "floor.cleanroom" => amount(floor.cleanroom_iso.map(f64::from), |class| {
            fill(language, "brief.amount.cleanroom", &[("n", &number(class, 0, language))])
        }),
        RENT => rent(floor, unit, language),
        "filter.status" => free(floor, "status.available", language),
        "card.acquisition" => free(floor, "acquisition.direct", language),
        "card.zone" => {
            let land = Parcel { zone: floor.zone.clone(), ..Parcel::default() };
            zone_of(&land, zones, language).map_or_else(|| unknown(None, Authority::PlanningBureau), known)
        }
        "card.land_use" => land_use(floor, language),
        "card.tenure" => known(text(language, "floor.lease")),
        // Of these the record could say more, and says nothing: what a building is supplied with is shared among its floors.
        key if key.starts_with("supply.") || ["card.vibration", "card.hazard_class"].contains(&key) => {
            unknown(None, Authority::Lessor)
        }
        _ => return None,
    })
}

fn known(value: String) -> Cell {
    Cell { said: Said::Known(value), ..Cell::default() }
}

fn amount(value: Option<f64>, write: impl Fn(f64) -> String) -> Cell {
    value.map_or_else(|| unknown(None, Authority::Lessor), |value| known(write(value)))
}

/// What holds once it is free, or from when on.
fn free(floor: &LettableFloor, key: &str, language: Language) -> Cell {
    if floor.from.is_empty() {
        return known(text(language, key));
    }
    known(fill(language, "brief.free_from", &[("day", &floor.from)]))
}

/// In the reader's unit, with the record's own figure below it where that is another.
fn rent(floor: &LettableFloor, unit: AreaUnit, language: Language) -> Cell {
    let Some(rent) = &floor.rent else { return unknown(None, Authority::Lessor) };
    let of = |unit: AreaUnit| measure::rent(rent.cny_per_m2_month, unit, language);
    let recorded = (floor_key(unit) != "unit.square_metre").then(|| of(AreaUnit::SquareMetre));
    let notes = recorded.into_iter().chain([said(&rent.source, &rent.as_of, language)]);
    Cell { notes: notes.collect(), ..known(of(unit)) }
}

fn land_use(floor: &LettableFloor, language: Language) -> Cell {
    let source = floor.land_use_source.as_ref();
    let Ok(code) = floor.land_use.parse::<LandUse>() else {
        return unknown(source.map(|source| source.source.as_str()), Authority::PlanningBureau);
    };
    let name = code.name(language).map_or_else(|| code.to_string(), str::to_owned);
    let notes = [Some(code.to_string()), source.map(|source| said(&source.source, &source.as_of, language))];
    Cell { notes: notes.into_iter().flatten().collect(), ..known(name) }
}
