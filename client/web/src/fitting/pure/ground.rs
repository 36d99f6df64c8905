//! A parcel made ready from what the server says.

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Bounds, Mask, MaskKind, Parcel, ParcelStatus, Setbacks, Source, SourceEntry, SourcedField, Sources,
};
use cloudsite_domain::siting::massing::Site;
use cloudsite_domain::validation::RuleTable;
use cloudsite_proto::land;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use jiff::civil::Date;
use serde_json::Value;

use super::basis::Basis;
use crate::fitting::trial::Neighbour;
use crate::pure::facts::code_of;
use crate::pure::shapes::{Rings, areas};

/// The rules that the server was built with, too.
const TABLE: &str = include_str!("../../../../../assets/rules/planning.json");

/// Features around a parcel, as the server gives them.
#[derive(Debug, Default)]
pub(crate) struct Around {
    pub(crate) parcels: Vec<land::Feature>,
    pub(crate) buildings: Vec<land::Feature>,
    /// None where the reader is not told of masks.
    pub(crate) masks: Option<Vec<land::Feature>>,
    /// The region that the park lies in, by its code of GB/T 2260.
    pub(crate) region: Option<String>,
}

/// The site, with its neighbours and with what its bounds come from; `place` brings longitude and latitude into the park's frame. None if the parcel is not
/// among what lies around, or has no area.
pub(crate) fn ground(
    parcel: &land::Parcel,
    around: &Around,
    day: Option<Date>,
    place: impl Fn(Coord) -> Option<Coord>,
) -> Option<(Site, Vec<Neighbour>, Basis)> {
    let code = code_of(&parcel.name);
    let shape_of = |feature: &land::Feature| polygons(areas(&feature.geojson, &place));
    let own = around.parcels.iter().find(|feature| code_of(&feature.name) == code)?;
    let shape = Shape::new(Geometry::MultiPolygon(shape_of(own))).ok()?;
    let masks: Vec<(String, Mask, Shape)> = around
        .masks
        .iter()
        .flatten()
        .filter_map(|feature| {
            let shape = Shape::new(shape_of(feature).into()).ok()?;
            Some((feature.name.clone(), mask(&feature.geojson)?, shape))
        })
        .collect();
    let basis = Basis {
        parcel: asked(parcel),
        masks: masks.iter().map(|(name, ..)| name.clone()).collect(),
        law: RuleTable::parse(TABLE).ok().zip(day),
        region: around.region.clone(),
    };
    let norms = basis.law().map(|law| law.norms(&basis.parcel)).unwrap_or_default();
    let over = masks.iter().map(|(_, mask, shape)| (mask, shape));
    let over = around.masks.as_ref().map(|_| over);
    let site = Site::new(&basis.parcel, &shape, over, norms).ok()?;
    // What stands on the parcel itself is no neighbour.
    let others = around.parcels.iter().filter(|feature| feature.name != own.name);
    let stands_here = |feature: &&land::Feature| property(&feature.geojson, "parcel").as_deref() == Some(code);
    let buildings = around.buildings.iter().filter(|feature| !stands_here(feature));
    let neighbour =
        |feature: &land::Feature| Neighbour { code: code_of(&feature.name).to_owned(), areas: shape_of(feature) };
    Some((site, others.chain(buildings).map(neighbour).collect(), basis))
}

/// What of a parcel is asked.
fn asked(parcel: &land::Parcel) -> Parcel {
    let bounds = |bounds: Option<land::Bounds>| {
        bounds.map_or_else(Bounds::default, |bounds| Bounds { min: bounds.min, max: bounds.max })
    };
    Parcel {
        land_use: parcel.land_use.parse().ok(),
        plot_ratio: bounds(parcel.plot_ratio),
        site_coverage: bounds(parcel.site_coverage),
        green_ratio: bounds(parcel.green_ratio),
        height_limit_m: parcel.height_limit_m,
        setbacks: parcel.setbacks.map(|land::Setbacks { front_m, side_m, rear_m }| Setbacks {
            front_m,
            side_m,
            rear_m,
        }),
        sources: sources(parcel),
        ..Parcel::with_status(ParcelStatus::Unknown)
    }
}

/// Who says what of it; whatever a later contract says in other words is left out.
fn sources(parcel: &land::Parcel) -> Sources {
    let entry = |said: &land::Source| {
        let source = Source {
            source: said.source.clone(),
            as_of: said.as_of.parse().ok()?,
            confidence: said.confidence.parse().ok(),
        };
        let fields = said.fields.iter().filter_map(|field| field.parse::<SourcedField>().ok()).collect();
        Some(SourceEntry { fields, source })
    };
    let entries: Vec<SourceEntry> = parcel.sources.iter().filter_map(entry).collect();
    Sources::try_from(entries).unwrap_or_default()
}

fn mask(geojson: &str) -> Option<Mask> {
    let feature: Value = serde_json::from_str(geojson).ok()?;
    let properties = &feature["properties"];
    let kind: MaskKind = properties["kind"].as_str()?.parse().ok()?;
    Some(Mask { kind, height_limit_m: properties["height_limit_m"].as_f64() })
}

fn property(geojson: &str, name: &str) -> Option<String> {
    let feature: Value = serde_json::from_str(geojson).ok()?;
    feature["properties"][name].as_str().map(str::to_owned)
}

/// Areas as geometry, rings closed.
fn polygons(areas: Vec<Rings>) -> MultiPolygon {
    let polygon = |rings: Rings| {
        let mut rings = rings.into_iter().map(|ring| {
            let mut ring = LineString::from(ring);
            ring.close();
            ring
        });
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    MultiPolygon::new(areas.into_iter().map(polygon).collect())
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::Language;
    use cloudsite_domain::siting::Verdict;
    use cloudsite_domain::siting::massing::{Block, Blocks, Check, Findings};
    use jiff::civil::date;

    use super::*;

    fn square(name: &str, west: f64, properties: &Value) -> land::Feature {
        let corners = [[west, 0.0], [west + 100.0, 0.0], [west + 100.0, 100.0], [west, 100.0], [west, 0.0]];
        let geometry = serde_json::json!({ "type": "Polygon", "coordinates": [corners] });
        let geojson = serde_json::json!({ "type": "Feature", "properties": properties, "geometry": geometry });
        land::Feature { name: name.to_owned(), geojson: geojson.to_string(), ..land::Feature::default() }
    }

    #[test]
    fn a_site_is_what_record_masks_and_law_say() {
        let none = Value::Object(serde_json::Map::new());
        let around = Around {
            parcels: vec![square("parcel/A", 0.0, &none), square("parcel/B", 100.0, &none)],
            buildings: vec![
                square("building/1", 0.0, &serde_json::json!({ "parcel": "A" })),
                square("building/2", 100.0, &serde_json::json!({ "parcel": "B" })),
            ],
            masks: Some(vec![square(
                "mask/K",
                50.0,
                &serde_json::json!({ "kind": "airport_height", "height_limit_m": 15.0 }),
            )]),
            region: None,
        };
        let parcel = land::Parcel {
            name: "parcels/A".to_owned(),
            plot_ratio: Some(land::Bounds { min: None, max: Some(2.0) }),
            setbacks: Some(land::Setbacks { front_m: 12.0, side_m: 8.0, rear_m: 6.0 }),
            sources: vec![land::Source {
                fields: vec!["plot_ratio".to_owned(), "later".to_owned()],
                source: "Plan 7".to_owned(),
                as_of: "2026-03-01".to_owned(),
                ..land::Source::default()
            }],
            ..land::Parcel::default()
        };
        let (site, neighbours, basis) = ground(&parcel, &around, Some(date(2026, 11, 26)), Some).unwrap();
        let codes: Vec<&str> = neighbours.iter().map(|neighbour| neighbour.code.as_str()).collect();
        assert_eq!(codes, ["B", "2"], "what stands on the parcel is no neighbour");
        let hall = Block { width_m: 50.0, depth_m: 40.0, storeys: 2, storey_m: 9.0 };
        let massing = Blocks { hall, ..Blocks::default() }.massing(Coord { x: 50.0, y: 50.0 }, 0.0).unwrap();
        let mut findings = Findings::default();
        site.judge(&massing, &mut findings);
        assert!((findings.of(Check::PlotRatio).value.unwrap() - 0.8).abs() < 1e-9, "9 m count twice: {findings:?}");
        assert_eq!(findings.of(Check::AirportHeight).verdict, Verdict::Fail);
        assert_eq!(findings.of(Check::Height).verdict, Verdict::Unknown);
        assert_eq!(findings.of(Check::KeptFree).verdict, Verdict::Pass, "no strip is near, and masks are told");
        let told = |check: Check| basis.of(findings.of(check), Language::En);
        assert_eq!(told(Check::PlotRatio)[0], "Plan 7, 2026-03-01");
        assert_eq!(told(Check::PlotRatio)[1], "project brief", "a high storey counts twice");
        assert_eq!(
            (told(Check::AirportHeight), told(Check::Height)),
            (vec!["Mask K of the record".to_owned()], vec![])
        );
        assert_eq!(basis.of_setbacks(Language::En).as_deref(), Some("The record"));
        let elsewhere = land::Parcel { name: "parcels/C".to_owned(), ..parcel.clone() };
        assert!(ground(&elsewhere, &around, None, Some).is_none());
        let (untold, ..) = ground(&parcel, &Around { masks: None, ..around }, None, Some).unwrap();
        untold.judge(&massing, &mut findings);
        assert_eq!(findings.of(Check::KeptFree).verdict, Verdict::Unknown);
    }
}
