//! The plan as features with the properties of an import file.

use anyhow::Result;
use cloudsite_domain::record::{
    Confidence, GreenKind, Layer, MaskKind, ParcelStatus, PoiKind, RailKind, RoadClass, Roof, UtilityKind, WaterKind,
};
use geo::Area;
use geo_types::{Geometry, LineString, MultiPolygon};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::airport;
use super::built::{EXAMPLE, Plot, lane};
use super::layout::Layout;
use super::names::{NOTICE, PARK};
use super::plane::{chamfer, inside, ribbon, tidy};
use super::planning::{PRICE_OFFICE, example_power, supplies};
use super::roads::line_of;
use super::sources::{REGION, acquisition, offers, sources};
use super::surveyed::surveyed;
use super::utilities::{GATES, METRO, METRO_LEVEL_M, PLANTS, POINTS, POIS, fence, metro_line, place, point};
use super::write::{ORIGIN, Writer, plainly};

/// Protected on both sides of the metro's middle line, and on both banks of a canal, metres.
const METRO_GUARD_M: f64 = 25.0;

/// Writes the whole park.
pub(super) fn emit(layout: &Layout, built: &[Plot]) -> Result<String> {
    let mut writer = Writer::new();
    park(&mut writer, layout)?;
    zones(&mut writer, layout)?;
    for plot in built {
        parcel(&mut writer, layout, plot)?;
    }
    for plot in built {
        houses(&mut writer, layout, plot)?;
    }
    roads(&mut writer, layout, built)?;
    rail(&mut writer, layout)?;
    water_and_green(&mut writer, layout, built)?;
    utilities(&mut writer, layout, built)?;
    points(&mut writer, layout)?;
    masks(&mut writer, layout)?;
    writer.finish()
}

fn park(writer: &mut Writer, layout: &Layout) -> Result<()> {
    writer
        .feature(Layer::Park, "CL")
        .in_languages("name", &PARK)
        .with("synthetic", true)
        .with("region", REGION)
        .with("origin_easting", ORIGIN.x)
        .with("origin_northing", ORIGIN.y)
        .in_languages("notice", &NOTICE)
        .shaped(layout.boundary.clone())
}

fn zones(writer: &mut Writer, layout: &Layout) -> Result<()> {
    for zone in &layout.zones {
        writer
            .feature(Layer::Zone, zone.prefix)
            .in_languages("name", &zone.names)
            .with("kind", zone.kind)
            .shaped(plainly(zone.shape.clone()))?;
    }
    Ok(())
}

fn parcel(writer: &mut Writer, layout: &Layout, plot: &Plot) -> Result<()> {
    let land = &layout.lands[plot.land];
    let mut rng = ChaCha8Rng::seed_from_u64(plot.land as u64);
    let (rules, known) = (plot.rules, plot.status != ParcelStatus::Unknown);
    // Land that is only planned has its use and its ratios, but nothing that anyone could sign.
    let firm = known && plot.status != ParcelStatus::Planned;
    let mut supplied = supplies(rules, land.shape.unsigned_area() / 10_000.0, plot.status, &mut rng);
    if land.code == EXAMPLE {
        supplied.retain(|supply| supply.kind != "power");
        supplied.splice(0..0, example_power());
    }
    let zone = layout.zones[land.zone].prefix;
    let power_kw = supplied.iter().find(|supply| supply.kind == "power" && supply.from.is_none());
    let surveyed = surveyed(plot, zone, power_kw.map(|supply| supply.capacity));
    supplied.extend(surveyed.supplies);
    let provenances: Vec<_> = sources(plot).into_iter().chain(surveyed.sources).collect();
    let price = rules.price_cny_per_m2.map(|(least, most)| (rng.random_range(least..most) / 10.0).round() * 10.0);
    let price = price.filter(|_| firm && plot.status != ParcelStatus::Taken && rng.random_bool(0.9));
    let [front_m, side_m, rear_m] = rules.setbacks_m;
    let limits = |line: super::write::Line<'_>| -> Result<()> {
        line.maybe("plot_ratio_min", rules.plot_ratio.0.filter(|_| known))
            .maybe("plot_ratio_max", rules.plot_ratio.1.filter(|_| known))
            .maybe("site_coverage_min", rules.site_coverage.0.filter(|_| firm))
            .maybe("site_coverage_max", rules.site_coverage.1.filter(|_| firm))
            .maybe("green_ratio_min", rules.green_ratio.0.filter(|_| firm))
            .maybe("green_ratio_max", rules.green_ratio.1.filter(|_| firm))
            .maybe("height_limit_m", Some(rules.height_limit_m).filter(|_| known))
            .maybe("setback_front_m", Some(front_m).filter(|_| firm))
            .maybe("setback_side_m", Some(side_m).filter(|_| firm))
            .maybe("setback_rear_m", Some(rear_m).filter(|_| firm))
            .maybe("tenure", Some(rules.tenure.0).filter(|_| firm))
            .maybe("tenure_years", Some(rules.tenure.1).filter(|_| firm))
            .maybe("vibration_um_per_s", surveyed.vibration_um_per_s)
            .maybe("hazard_class", surveyed.hazard_class)
            .maybe("price_cny_per_m2", price)
            .maybe("price_as_of", price.map(|_| "2026-04-30"))
            .maybe("price_source", price.map(|_| PRICE_OFFICE))
            .maybe("price_confidence", price.map(|_| Confidence::Medium))
            .maybe("supplies", Some(&supplied).filter(|all| !all.is_empty()))
            .maybe("sources", Some(&provenances).filter(|all| !all.is_empty()))
            .shaped(land.shape.clone())
    };
    let line = writer
        .feature(Layer::Parcel, &land.code)
        .in_languages("name", &plot.names)
        .with("status", plot.status)
        .maybe("acquisition", acquisition(plot))
        .with("zone", zone)
        .maybe("land_use", Some(rules.land_use).filter(|_| known));
    limits(line)
}

fn houses(writer: &mut Writer, layout: &Layout, plot: &Plot) -> Result<()> {
    let parcel = &layout.lands[plot.land].code;
    for (index, house) in plot.site.houses.iter().enumerate() {
        writer
            .feature(Layer::Building, &format!("{parcel}-{:02}", index + 1))
            .with("use", house.usage)
            .with("height_m", house.height_m)
            .with("floors", house.floors)
            .with("roof", if house.height_m < 4.0 { Roof::Flat } else { house.roof })
            .with("parcel", parcel)
            .maybe("offers", Some(offers(plot, index, house)).filter(|all| !all.is_empty()))
            .shaped(house.shape.clone())?;
    }
    Ok(())
}

fn roads(writer: &mut Writer, layout: &Layout, built: &[Plot]) -> Result<()> {
    for road in &layout.roads {
        let line = writer.feature(Layer::Road, &road.code);
        let line = match &road.names {
            Some(names) => line.in_languages("name", names),
            None => line,
        };
        line.with("class", road.class)
            .with("width_m", road.width_m)
            .with("lanes", road.lanes)
            .shaped(road.line.clone())?;
    }
    let mut bare = |code: String, class: RoadClass, width_m: f64, line: LineString| {
        writer.feature(Layer::Road, &code).with("class", class).with("width_m", width_m).shaped(line)
    };
    for (code, width_m, through) in airport::STRIPS {
        bare(code.to_owned(), RoadClass::Service, width_m, through.iter().copied().collect())?;
    }
    for (index, path) in layout.paths.iter().enumerate() {
        bare(format!("R-F{}", index + 1), RoadClass::Path, 3.0, path.clone())?;
    }
    for plot in built.iter().filter(|plot| !plot.site.houses.is_empty()) {
        let land = &layout.lands[plot.land];
        if let Some(lane) = lane(&land.shape, plot.program) {
            bare(format!("R-{}", land.code), RoadClass::Service, 6.0, lane)?;
        }
    }
    Ok(())
}

fn rail(writer: &mut Writer, layout: &Layout) -> Result<()> {
    writer
        .feature(Layer::Rail, "M-1")
        .in_languages("name", &METRO)
        .with("kind", RailKind::Metro)
        .with("level_m", METRO_LEVEL_M)
        .shaped(metro_line(line_of(&layout.roads, "R-A1")))
}

fn water_and_green(writer: &mut Writer, layout: &Layout, built: &[Plot]) -> Result<()> {
    for water in &layout.waters {
        writer
            .feature(Layer::Water, water.code)
            .in_languages("name", &water.names)
            .with("kind", water.kind)
            .shaped(plainly(water.shape.clone()))?;
    }
    for (index, basin) in built.iter().flat_map(|plot| &plot.site.basins).enumerate() {
        let code = format!("W-B{:02}", index + 1);
        writer.feature(Layer::Water, &code).with("kind", WaterKind::Basin).shaped(basin.clone())?;
    }
    for (index, green) in layout.greens.iter().enumerate() {
        let line = writer.feature(Layer::Green, &format!("G-{:03}", index + 1));
        let line = match &green.names {
            Some(names) => line.in_languages("name", names),
            None => line,
        };
        line.with("kind", green.kind).shaped(green.shape.clone())?;
    }
    for (index, lawn) in built.iter().flat_map(|plot| &plot.site.lawns).enumerate() {
        let code = format!("G-L{:03}", index + 1);
        writer.feature(Layer::Green, &code).with("kind", GreenKind::Lawn).shaped(lawn.clone())?;
    }
    Ok(())
}

fn utilities(writer: &mut Writer, layout: &Layout, built: &[Plot]) -> Result<()> {
    for (code, kind, names, at, height_m) in POINTS {
        let line = writer.feature(Layer::Utility, code).with("kind", kind).maybe("height_m", *height_m);
        match names {
            Some(names) => line.in_languages("name", names).shaped(point(*at))?,
            None => line.shaped(point(*at))?,
        }
    }
    for (code, program, kind, names, at) in PLANTS {
        let line = writer.feature(Layer::Utility, code).in_languages("name", names).with("kind", kind);
        let own = built.iter().find(|plot| {
            plot.program == *program && super::plane::holds(layout.lands[plot.land].shape.exterior(), (*at).into())
        });
        let at = own.map_or((*at).into(), |plot| inside(&layout.lands[plot.land].shape));
        line.shaped(geo_types::Point::from(at))?;
    }
    let bonded = layout.zones.iter().find(|zone| zone.prefix == "BZ").map(|zone| fence(&zone.shape));
    if let Some(lines) = bonded {
        let line = writer.feature(Layer::Utility, "U-F1").with("kind", UtilityKind::Fence).with("height_m", 3.5);
        line.shaped(Geometry::MultiLineString(lines))?;
    }
    for (code, names, at) in GATES {
        writer
            .feature(Layer::Utility, &format!("U-G{code}"))
            .in_languages("name", names)
            .with("kind", UtilityKind::Gate)
            .with("height_m", 7.5)
            .shaped(point(*at))?;
    }
    Ok(())
}

fn points(writer: &mut Writer, layout: &Layout) -> Result<()> {
    let metro = metro_line(line_of(&layout.roads, "R-A1"));
    for (code, kind, names, at) in POIS {
        writer
            .feature(Layer::Poi, code)
            .in_languages("name", names)
            .with("kind", kind)
            .shaped(geo_types::Point::from(place(*kind, *at, &metro)))?;
    }
    for (code, names, at) in GATES {
        writer
            .feature(Layer::Poi, &format!("I-G{code}"))
            .in_languages("name", names)
            .with("kind", PoiKind::CustomsGate)
            .shaped(point(*at))?;
    }
    Ok(())
}

fn masks(writer: &mut Writer, layout: &Layout) -> Result<()> {
    use geo::BooleanOps;
    for (index, (limit_m, shape)) in airport::bands(&layout.boundary).into_iter().enumerate() {
        writer
            .feature(Layer::Mask, &format!("K-A{}", index + 1))
            .with("kind", MaskKind::AirportHeight)
            .with("height_limit_m", limit_m)
            .shaped(plainly(shape))?;
    }
    let metro = ribbon(&metro_line(line_of(&layout.roads, "R-A1")), METRO_GUARD_M * 2.0);
    let mut guards: Vec<(String, MultiPolygon)> = vec![("K-M1".to_owned(), metro)];
    for water in layout.waters.iter().filter(|water| water.kind == WaterKind::Canal) {
        let banks = super::plane::grow(&water.shape, 10.0);
        guards.push((format!("K-{}", water.code), banks));
    }
    for (code, shape) in guards {
        writer
            .feature(Layer::Mask, &code)
            .with("kind", MaskKind::Protection)
            .shaped(plainly(MultiPolygon::new(tidy(&chamfer(&shape.intersection(&layout.boundary), 1.0), 1.0))))?;
    }
    Ok(())
}
