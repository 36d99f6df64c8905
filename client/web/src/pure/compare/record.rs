//! What the record says of parcels and floors, line by line.

use std::collections::BTreeMap;

use cloudsite_domain::record::{Language, ParcelStatus, SupplyKind};
use cloudsite_domain::siting::{Authority, Quality, Quantity};
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::{Parcel, Zone};
use cloudsite_proto::siting::LettableFloor;

use super::floor::{self, LINES, RENT};
use super::line::{Better, Cell, Line, Said};
use super::{Compared, floor_of};
use crate::pure::brief::{ROWS, Subject, is_of_floors};
use crate::pure::facts::{Fact, planning, source_of, status_of, supply, terms};
use crate::pure::number::area;
use crate::pure::text::text;
use crate::pure::whom::Whom;

/// The fact of a parcel that a row of the brief asks for, by the key of its name; none where the fact says more than the
/// answer does.
pub(crate) fn fact_of(row: &str) -> Option<&'static str> {
    Some(match row {
        "free" => "filter.status",
        "area" => "card.area",
        "plot_ratio" => "card.plot_ratio",
        "height" => "card.height_limit",
        "price" => "card.price",
        "direct" => "card.acquisition",
        "power" => "supply.power",
        "water" => "supply.water",
        "sewage" => "supply.sewage",
        "gas" => "supply.gas",
        "steam" => "supply.steam",
        "second_feed" => "supply.second_feed",
        "telecom" => "supply.telecom",
        "green_power" => "supply.green_power",
        "power_carbon" => "supply.power_carbon",
        "vibration" => "card.vibration",
        "hazard" => "card.hazard_class",
        "floor_area" => "floor.area",
        "clear_height" => "floor.clear_height",
        "floor_load" => "floor.load",
        "cleanroom" => "floor.cleanroom",
        "rent" => RENT,
        _ => return None,
    })
}

/// Whether a row of the brief is a question to a place at all: floors have no plot ratio, and land bears no floor load.
pub(crate) fn arises(row: usize, is_floor: bool) -> bool {
    let of_land = ["plot_ratio", "site_coverage", "height_limit_m", "price_cny_per_m2", "expansion_m2"];
    match ROWS[row].1 {
        Subject::Amount { quantity, .. } if is_floor => !of_land.contains(&quantity),
        Subject::Amount { .. } => !is_of_floors(row),
        Subject::Footprint | Subject::Words { .. } | Subject::Level { .. } => true,
    }
}

/// A place to compare, as far as it is here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column<'a> {
    /// It is asked for by this key.
    Waiting(&'a str),
    /// There is none to be had.
    Missing,
    Loaded(&'a Compared),
}

/// What the record says of each place, line by line, without the lines with these keys. Where parcels stand beside floors, a
/// line says of whom it does not apply to that it does not; a line that applies to none is left out.
pub(crate) fn facts(
    columns: &[Column<'_>],
    zones: &[Zone],
    (language, unit): (Language, AreaUnit),
    left_out: &[&str],
) -> Vec<Line> {
    let keys: Vec<String> = keys(language, unit).filter(|key| !left_out.contains(&key.as_str())).collect();
    let answers: Vec<Vec<Cell>> =
        columns.iter().map(|column| answers(*column, &keys, zones, (language, unit))).collect();
    let line = |(index, key): (usize, &String)| Line {
        name: text(language, key),
        better: Better::Neither,
        cells: answers.iter().map(|cells| cells[index].clone()).collect(),
    };
    keys.iter().enumerate().map(line).filter(applies_to_some).collect()
}

/// Whether a line is one of any of the places; those that are not to be had say nothing.
fn applies_to_some(line: &Line) -> bool {
    let is = |said: Said| line.cells.iter().filter(|cell| cell.said == said).count();
    let cannot_have_it = is(Said::NotApplicable);
    cannot_have_it == 0 || cannot_have_it + is(Said::Nothing) < line.cells.len()
}

/// The answers of one place to the lines with these keys.
fn answers(column: Column<'_>, keys: &[String], zones: &[Zone], (language, unit): (Language, AreaUnit)) -> Vec<Cell> {
    let plain = |said: Said| Cell { said, ..Cell::default() };
    let not_applicable = || plain(Said::NotApplicable);
    match column {
        Column::Missing => keys.iter().map(|_| Cell::default()).collect(),
        Column::Waiting(place) => {
            let is_floor = floor_of(place).is_some();
            let said = |key: &String| if applies(key, is_floor) { Said::Waiting } else { Said::NotApplicable };
            keys.iter().map(|key| plain(said(key))).collect()
        }
        Column::Loaded(Compared::Floor(floor)) => {
            let cell = |key: &String| floor::cell(floor, key, zones, (language, unit));
            keys.iter().map(|key| cell(key).unwrap_or_else(not_applicable)).collect()
        }
        Column::Loaded(Compared::Parcel(parcel)) => {
            let mut all: BTreeMap<String, Cell> = all_facts(parcel, zones, language, unit).into_iter().collect();
            keys.iter().map(|key| all.remove(key).unwrap_or_else(not_applicable)).collect()
        }
        Column::Loaded(Compared::Joined(joined)) => {
            let of = |key: &String| {
                if key == "card.area" {
                    return plain(Said::Known(area(joined.area_m2(), unit, language)));
                }
                let of_one = |parcel: &Parcel| {
                    let all = all_facts(parcel, zones, language, unit);
                    all.into_iter().find(|(own, _)| own == key).map_or_else(not_applicable, |(_, cell)| cell)
                };
                joined.cell(of_one, language)
            };
            keys.iter().map(of).collect()
        }
    }
}

/// The keys of all lines in their order: those of a card, what floors have after the area, and the rent after the price.
fn keys(language: Language, unit: AreaUnit) -> impl Iterator<Item = String> {
    // Every parcel has the same lines, so one of which nothing is known says which.
    let of_land = all_facts(&Parcel::default(), &[], language, unit).into_iter().map(|(key, _)| key);
    of_land.flat_map(|key| {
        let after: &[&str] = match key.as_str() {
            "card.area" => &LINES[..LINES.len() - 1],
            "card.price" => &[RENT],
            _ => &[],
        };
        std::iter::once(key).chain(after.iter().map(|key| (*key).to_owned()))
    })
}

/// Whether a line is one of such a place.
fn applies(key: &str, is_floor: bool) -> bool {
    if is_floor {
        floor::cell(&LettableFloor::default(), key, &[], (Language::En, AreaUnit::SquareMetre)).is_some()
    } else {
        !LINES.contains(&key)
    }
}

/// All lines of one parcel by their keys, in the order of the card.
fn all_facts(parcel: &Parcel, zones: &[Zone], language: Language, unit: AreaUnit) -> Vec<(String, Cell)> {
    let status = match status_of(parcel) {
        ParcelStatus::Unknown => None,
        known => Some(text(language, &format!("status.{known}"))),
    };
    let status = Fact { key: "filter.status", value: status, note: source_of(parcel, "status", language) };
    let facts = [vec![status], planning(parcel, zones, language, unit), terms(parcel, language, unit)].concat();
    let facts = facts.into_iter().map(|fact| (fact.key.to_owned(), cell_of(parcel, fact, language)));
    let supplies = SupplyKind::ALL.iter().map(|kind| {
        let word = kind.to_string();
        (format!("supply.{word}"), cell_of_supply(parcel, *kind, language))
    });
    facts.chain(supplies).collect()
}

fn cell_of(parcel: &Parcel, fact: Fact, language: Language) -> Cell {
    let field = match fact.key {
        "card.height_limit" => "height_limit_m",
        "card.vibration" => "vibration_um_per_s",
        "filter.status" => "status",
        key => key.trim_start_matches("card."),
    };
    // Of an area the note has the other units; one is enough to compare by.
    let note = fact.note.filter(|_| fact.key != "card.area").or_else(|| source_of(parcel, field, language));
    let Some(value) = fact.value else {
        let told = parcel.sources.iter().find(|source| source.fields.iter().any(|other| other == field));
        return unknown(told.map(|told| told.source.as_str()), knower(fact.key));
    };
    Cell { said: Said::Known(value), notes: note.into_iter().collect(), ..Cell::default() }
}

/// Who knows what a line says of a parcel, where nobody is named.
fn knower(key: &str) -> Authority {
    match key {
        "card.vibration" => Authority::of_quantity(Quantity::Vibration, false),
        "card.hazard_class" => Authority::of_quality(Quality::HazardClass, false),
        _ => Authority::PlanningBureau,
    }
}

fn cell_of_supply(parcel: &Parcel, kind: SupplyKind, language: Language) -> Cell {
    let told: Vec<_> = parcel.supplies.iter().filter(|supply| supply.kind == kind.as_str()).collect();
    if told.iter().all(|supply| supply.capacity.is_none()) {
        return unknown(told.first().map(|supply| supply.source.as_str()), Authority::of_supply(kind));
    }
    let lines: Vec<_> = told.into_iter().map(|entry| supply(entry, language)).collect();
    let values: Vec<_> = lines.iter().map(|line| format!("{} {}", line.capacity, line.when)).collect();
    let mut notes: Vec<_> = lines.into_iter().map(|line| line.said).collect();
    notes.dedup();
    Cell { said: Said::Known(values.join(" · ")), notes, ..Cell::default() }
}

/// Not known: to be asked of whom the record names, else of whoever knows such things.
pub(super) fn unknown(named: Option<&str>, knower: Authority) -> Cell {
    let whom = Whom::of(named.unwrap_or_default(), knower);
    Cell { said: Said::Unknown { whom }, ..Cell::default() }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::{Bounds, Source, Supply};
    use cloudsite_proto::siting::Rent;

    use super::*;

    fn find<'a>(lines: &'a [Line], key: &str) -> &'a Line {
        let name = text(Language::En, key);
        lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no line {name}"))
    }

    #[test]
    fn parcels_stand_beside_each_other_as_on_their_cards() {
        let source = Source {
            fields: vec!["plot_ratio".to_owned(), "height_limit_m".to_owned()],
            source: "Bureau".to_owned(),
            as_of: "2026-03-01".to_owned(),
            ..Source::default()
        };
        let power = Supply {
            kind: "power".to_owned(),
            capacity: Some(6_000.0),
            unit: "kW".to_owned(),
            source: "Grid".to_owned(),
            as_of: "2026-02-01".to_owned(),
            ..Supply::default()
        };
        let later = Supply { capacity: Some(12_000.0), from: "2028-07-01".to_owned(), ..power.clone() };
        let rich = Parcel {
            area_m2: 20_000.0,
            status: "available".to_owned(),
            plot_ratio: Some(Bounds { min: None, max: Some(2.5) }),
            supplies: vec![power.clone(), later],
            sources: vec![source],
            ..Parcel::default()
        };
        let asked_in_vain = Supply { capacity: None, ..power };
        let poor = Parcel { area_m2: 10_000.0, supplies: vec![asked_in_vain], ..Parcel::default() };
        let [rich, poor] = [rich, poor].map(|parcel| Compared::Parcel(Box::new(parcel)));
        let columns = [Column::Loaded(&rich), Column::Loaded(&poor), Column::Waiting("P-3"), Column::Missing];
        let lines = facts(&columns, &[], (Language::En, AreaUnit::Hectare), &["card.price"]);

        let said = |key: &str| find(&lines, key).cells.iter().map(|cell| cell.said.clone()).collect::<Vec<_>>();
        let known = |value: &str| Said::Known(value.to_owned());
        let bureau = Said::Unknown { whom: Whom::Kind(Authority::PlanningBureau) };
        let named = |name: &str| Said::Unknown { whom: Whom::Named(name.to_owned()) };
        assert_eq!(said("card.area"), [known("2.00 ha"), known("1.00 ha"), Said::Waiting, Said::Nothing]);
        assert_eq!(said("filter.status")[..2], [known("Available"), bureau.clone()]);
        assert_eq!(said("card.plot_ratio")[..2], [known("≤ 2.5"), bureau]);
        assert_eq!(find(&lines, "card.plot_ratio").cells[0].notes, ["Bureau, 2026-03-01"]);
        assert_eq!(said("card.height_limit")[0], named("Bureau"), "whom to ask");
        let power = said("supply.power");
        assert_eq!(power[0], known("6,000 kW there already · 12,000 kW from 2028-07-01"));
        assert_eq!(power[1], named("Grid"));
        assert_eq!(said("supply.water")[1], Said::Unknown { whom: Whom::Kind(Authority::WaterCompany) });
        assert_eq!(find(&lines, "supply.power").cells[0].notes, ["Grid, 2026-02-01"]);
        assert!(lines.iter().all(|line| line.name != text(Language::En, "card.price")), "what is left out");
        assert!(lines.iter().all(|line| line.cells.len() == columns.len()));
        assert!(lines.iter().all(|line| line.name != text(Language::En, "floor.load")), "no floor is among them");
    }

    #[test]
    fn a_parcel_and_floors_stand_in_one_table() {
        let parcel = Parcel {
            name: "parcels/P-1".to_owned(),
            area_m2: 20_000.0,
            status: "available".to_owned(),
            zone: "zones/HT".to_owned(),
            plot_ratio: Some(Bounds { min: None, max: Some(2.5) }),
            ..Parcel::default()
        };
        let rent = Rent {
            cny_per_m2_month: 22.5,
            as_of: "2026-04-30".to_owned(),
            source: "Operator".to_owned(),
            ..Rent::default()
        };
        let floor = LettableFloor {
            name: "building/B-1/2/East".to_owned(),
            building: "building/B-1".to_owned(),
            floor: Some(2),
            unit: "East".to_owned(),
            area_m2: 1_500.0,
            from: "2027-01-01".to_owned(),
            floor_load_kn_per_m2: Some(10.0),
            rent: Some(rent),
            zone: "zones/HT".to_owned(),
            ..LettableFloor::default()
        };
        let [parcel, floor] = [Compared::Parcel(Box::new(parcel)), Compared::Floor(Box::new(floor))];
        let columns = [Column::Loaded(&parcel), Column::Loaded(&floor), Column::Waiting("building/B-1/3")];
        let lines = facts(&columns, &[], (Language::En, AreaUnit::SquareMetre), &[]);
        let said = |key: &str| find(&lines, key).cells.iter().map(|cell| cell.said.clone()).collect::<Vec<_>>();
        let known = |value: &str| Said::Known(value.to_owned());
        let ask = |kind| Said::Unknown { whom: Whom::Kind(kind) };
        let (no, waits) = (Said::NotApplicable, Said::Waiting);
        let (bureau, lessor) = (ask(Authority::PlanningBureau), ask(Authority::Lessor));
        let cases = [
            ("card.area", [known("20,000 m²"), no.clone(), no.clone()]),
            ("floor.area", [no.clone(), known("1,500 m²"), waits.clone()]),
            ("floor.storey", [no.clone(), known("Floor 2 East"), waits.clone()]),
            ("floor.load", [no.clone(), known("10 kN/m²"), waits.clone()]),
            ("floor.cleanroom", [no.clone(), lessor.clone(), waits.clone()]),
            ("card.plot_ratio", [known("≤ 2.5"), no.clone(), no.clone()]),
            ("card.price", [bureau, no.clone(), no]),
            ("card.zone", [known("HT"), known("HT"), waits.clone()]),
            ("filter.status", [known("Available"), known("Free from 2027-01-01"), waits.clone()]),
            ("supply.power", [ask(Authority::GridCompany), lessor, waits]),
        ];
        for (key, expected) in cases {
            assert_eq!(said(key), expected, "{key}");
        }
        assert_eq!(find(&lines, RENT).cells[1].notes.last().map(String::as_str), Some("Operator, 2026-04-30"));
        let only_floors = facts(&columns[1..], &[], (Language::En, AreaUnit::SquareMetre), &[]);
        assert!(only_floors.iter().all(|line| line.name != text(Language::En, "card.plot_ratio")), "{only_floors:?}");
    }

    #[test]
    fn rows_are_no_question_to_a_place_that_cannot_answer() {
        let row = |name: &str| ROWS.iter().position(|(row, _)| *row == name).unwrap();
        let cases = [
            ("plot_ratio", true, false),
            ("price", true, false),
            ("expansion", false, true),
            ("floor_load", true, true),
            ("rent", false, false),
            ("area", true, true),
            ("power", true, true),
            ("to_airport", false, true),
        ];
        for (name, is_floor, expected) in cases {
            assert_eq!(arises(row(name), is_floor), expected, "{name} of a floor: {is_floor}");
        }
    }

    #[test]
    fn every_fact_that_a_row_stands_for_is_one() {
        let keys: Vec<_> = keys(Language::En, AreaUnit::Mu).collect();
        for (row, _) in crate::pure::brief::ROWS {
            let fact = fact_of(row);
            assert!(fact.is_none_or(|fact| keys.iter().any(|key| key == fact)), "{row}: {fact:?}");
        }
        assert_eq!(fact_of("tenure"), None, "the years do not say whether it is granted or let");
    }
}
