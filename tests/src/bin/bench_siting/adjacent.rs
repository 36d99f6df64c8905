//! Parcels that all lie beside each other, joined.

use std::time::Instant;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, Parcel, ParcelStatus, Supply, SupplyKind};
use cloudsite_domain::siting::{Borders, Brief, Candidate, Criterion, Judged, Need, Quantity, Table, Wish, WishOf};
use cloudsite_tests::bench::{Rows, median, mixed};
use geo_types::Rect;
use jiff::civil::{Date, date};

/// Parcels in a row, and rows.
const SIDE: u32 = 100;

const DAY: Date = date(2026, 11, 26);

/// Measures how long it takes to find who borders on whom, and the assemblies of a brief that only five parcels together
/// answer, so that every set has to be looked at.
pub(crate) fn measure(rows: &mut Rows) -> anyhow::Result<()> {
    let codes = (0..SIDE * SIDE).map(|row| format!("A-{row:05}").parse()).collect::<Result<Vec<Code>, _>>()?;
    let square = |row: u32| {
        let (x, y) = (f64::from(row % SIDE) * 100.0, f64::from(row / SIDE) * 100.0);
        Shape::new(Rect::new((x, y), (x + 100.0, y + 100.0)).to_polygon().into()).expect("a square is a shape")
    };
    let shapes: Vec<Shape> = (0..SIDE * SIDE).map(square).collect();
    let parcels: Vec<Parcel> = (0..SIDE * SIDE).map(parcel).collect();
    let places = codes.iter().zip(&shapes).zip(&parcels).map(|((code, shape), parcel)| Candidate {
        code,
        area_m2: shape.area_m2(),
        shape: Some(shape),
        parcel,
        zone: None,
        around: None,
        floor: None,
    });
    let places: Vec<Candidate<'_>> = places.collect();
    let shapes: Vec<Option<&Shape>> = shapes.iter().map(Some).collect();
    let began = Instant::now();
    let borders = Borders::of(&shapes, |_, _| false, &[]);
    let name = "who borders on whom of 10,000 adjacent parcels, once a revision";
    rows.at_most(name, "ms", began.elapsed().as_secs_f64() * 1e3, None);
    let table = Table::new(places.len());
    let at_least = |quantity, min| Criterion::Must(Need::Amount { quantity, min: Some(min), max: None, on: None });
    let wished = WishOf::Amount { quantity: Quantity::Power, anchors: Quantity::Power.anchors(), on: None };
    let criteria = vec![
        at_least(Quantity::Area, 50_000.0),
        at_least(Quantity::Power, 8_000.0),
        Criterion::Wish(Wish { weight: 10, of: wished }),
    ];
    let brief = Brief::new(criteria, DAY).map_err(|found| anyhow::anyhow!("{found:?}"))?;
    let mut took = Vec::new();
    for _ in 0..9 {
        let began = Instant::now();
        let found = Judged::of(&brief, &table, &places[..], 20).assemblies(&borders, 20);
        took.push(began.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(found.found.len() == 20 && !found.cut_short, "{} assemblies were found", found.found.len());
    }
    rows.at_most("assembly among 10,000 adjacent parcels", "ms", median(&mut took), Some(200.0));
    Ok(())
}

fn parcel(row: u32) -> Parcel {
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    parcel.supplies = vec![Supply {
        kind: SupplyKind::Power,
        capacity: Some((mixed(u64::from(row)) % 100) as f64 * 100.0),
        from: None,
        as_of: DAY,
        source: "generated".to_owned(),
        confidence: None,
    }];
    parcel
}
