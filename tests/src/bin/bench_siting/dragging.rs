//! A factory that is dragged across an intricate parcel.

use std::f64::consts::TAU;
use std::time::Instant;

use anyhow::ensure;
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Bounds, Mask, MaskKind, Parcel, ParcelStatus, Setbacks};
use cloudsite_domain::siting::massing::{Findings, Massing, Norms, Part, PartKind, Site};
use cloudsite_tests::bench::{Rows, median, quantile};
use geo_types::{Coord, LineString, Polygon};

/// Vertices of the parcel.
const VERTICES: u32 = 500;

/// Places that the factory is dragged to.
const STEPS: u32 = 20_000;

/// Measures a verdict, and that what it is kept in does not grow.
pub(crate) fn measure(rows: &mut Rows) -> anyhow::Result<()> {
    let site = site()?;
    let mut massing = Massing::new(Coord::zero(), 0.0, parts())?;
    let mut findings = Findings::default();
    site.judge(&massing, &mut findings);
    let room = findings.sides.capacity();
    let mut took = Vec::with_capacity(STEPS as usize);
    for step in 0..STEPS {
        let part = f64::from(step) / f64::from(STEPS);
        let (reach_m, turn) = (150.0 * part, TAU * part * 40.0);
        let began = Instant::now();
        massing = massing.moved(Coord { x: reach_m * turn.cos(), y: reach_m * turn.sin() }, turn)?;
        site.judge(&massing, &mut findings);
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    ensure!(findings.sides.capacity() == room, "what is found takes more memory from frame to frame");
    let name = |part: &str| format!("verdict while a factory of 8 parts is dragged on a parcel of 500 corners, {part}");
    rows.at_most(&name("median"), "ms", median(&mut took), None);
    rows.at_most(&name("99 %"), "ms", quantile(&mut took, 0.99), Some(1.0));
    Ok(())
}

/// A parcel with a wavy edge, partly under two height limits of an airport.
fn site() -> anyhow::Result<Site> {
    let ring = |count: u32, radius: f64, waves: f64, middle: (f64, f64)| {
        let corner = |number: u32| {
            let turn = TAU * f64::from(number) / f64::from(count);
            let reach = radius * (1.0 + 0.1 * (turn * waves).sin());
            Coord { x: middle.0 + reach * turn.cos(), y: middle.1 + reach * turn.sin() }
        };
        Polygon::new((0..count).map(corner).collect::<LineString>(), vec![])
    };
    let shape = |area: Polygon| Shape::new(area.into()).map_err(|problems| anyhow::anyhow!("{problems:?}"));
    let mut parcel = Parcel::with_status(ParcelStatus::Available);
    parcel.plot_ratio = Bounds { min: Some(0.8), max: Some(2.0) };
    parcel.site_coverage = Bounds { min: None, max: Some(0.5) };
    parcel.green_ratio = Bounds { min: Some(0.1), max: Some(0.3) };
    parcel.height_limit_m = Some(36.0);
    parcel.setbacks = Some(Setbacks { front_m: 12.0, side_m: 8.0, rear_m: 6.0 });
    let limit = |height_limit_m| Mask { kind: MaskKind::AirportHeight, height_limit_m: Some(height_limit_m) };
    let under = |x: f64| shape(ring(100, 200.0, 5.0, (x, 0.0)));
    let masks = [(limit(30.0), under(-150.0)?), (limit(45.0), under(150.0)?)];
    let masks = masks.iter().map(|(mask, shape)| (mask, shape));
    Ok(Site::new(&parcel, &shape(ring(VERTICES, 250.0, 12.0, (0.0, 0.0)))?, Some(masks), Norms::default())?)
}

/// As many parts as there may be.
fn parts() -> Vec<Part> {
    let part = |number: u32| {
        let (x, y) = (f64::from(number % 4) * 60.0 - 90.0, f64::from(number / 4) * 80.0 - 40.0);
        let kind = if number == 7 { PartKind::Yard } else { PartKind::Hall };
        let (storeys, storey_m) = if kind.is_building() { (2, 7.0) } else { (0, 0.0) };
        Part { kind, offset: Coord { x, y }, width_m: 55.0, depth_m: 70.0, storeys, storey_m }
    };
    (0..8).map(part).collect()
}
