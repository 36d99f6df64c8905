//! Domain types to the wire's and back. Only what comes from outside can be wrong, and then its field is named.

use cloudsite_domain::record::{
    Body, Bounds, Change, ChangeKind, Confidence, Feature, Layer, Names, Parcel, RevisionEntry, Zone,
};
use cloudsite_proto::land as wire;
use geo_types::{Coord, Rect};
use geozero::{CoordDimensions, ToWkb};
use prost_types::Timestamp;

use crate::record::{Entry, Snapshot, lon_lat_from_canonical};

/// The layer of the wire that is the record's.
pub(crate) const fn layer_to_wire(layer: Layer) -> wire::Layer {
    match layer {
        Layer::Park => wire::Layer::Park,
        Layer::Zone => wire::Layer::Zone,
        Layer::Parcel => wire::Layer::Parcel,
        Layer::Building => wire::Layer::Building,
        Layer::Road => wire::Layer::Road,
        Layer::Rail => wire::Layer::Rail,
        Layer::Water => wire::Layer::Water,
        Layer::Green => wire::Layer::Green,
        Layer::Utility => wire::Layer::Utility,
        Layer::Poi => wire::Layer::Poi,
        Layer::Mask => wire::Layer::Mask,
    }
}

/// The layer of the record that is the wire's, if it is one.
pub(crate) fn layer_from_wire(layer: i32) -> Option<Layer> {
    Layer::ALL.iter().copied().find(|known| layer_to_wire(*known) as i32 == layer)
}

/// `parcels/{code}` and the like: the collection's name with the code behind it.
pub(super) fn name_in(collection: &str, code: impl std::fmt::Display) -> String {
    format!("{collection}/{code}")
}

/// The name of any feature: `{layer}/{code}`.
pub(crate) fn feature_name(layer: Layer, code: impl std::fmt::Display) -> String {
    format!("{layer}/{code}")
}

/// Names with their languages.
pub(crate) fn names_to_wire(names: &Names) -> Vec<wire::LocalizedName> {
    names
        .iter()
        .map(|(language, text)| wire::LocalizedName { language: language.tag().to_owned(), text: text.to_owned() })
        .collect()
}

/// A rectangle of canonical metres as the smallest one of longitude and latitude around its corners.
pub(crate) fn lon_lat_bounds(bounds: Rect) -> wire::LonLatBounds {
    let (min, max) = (bounds.min(), bounds.max());
    let corners = [(min.x, min.y), (max.x, min.y), (max.x, max.y), (min.x, max.y)];
    let corners = corners.map(|(x, y)| lon_lat_from_canonical(Coord { x, y }));
    let lowest = |value: fn(&Coord) -> f64| corners.iter().map(value).fold(f64::INFINITY, f64::min);
    let highest = |value: fn(&Coord) -> f64| corners.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
    wire::LonLatBounds {
        west: lowest(|at| at.x),
        south: lowest(|at| at.y),
        east: highest(|at| at.x),
        north: highest(|at| at.y),
    }
}

/// A canonical position in degrees.
pub(crate) fn lon_lat(at: Coord) -> wire::LonLat {
    let Coord { x: lon, y: lat } = lon_lat_from_canonical(at);
    wire::LonLat { lon, lat }
}

fn bounds_to_wire(bounds: Bounds) -> Option<wire::Bounds> {
    (!bounds.is_open()).then_some(wire::Bounds { min: bounds.min, max: bounds.max })
}

/// The park, or what stands for it in a record that has none.
pub(super) fn park_to_wire(snapshot: &Snapshot) -> wire::Park {
    let origin = snapshot.origin();
    let counts = Layer::ALL.iter().map(|layer| wire::LayerCount {
        layer: layer_to_wire(*layer).into(),
        features: snapshot.layer(*layer).features().len() as u64,
    });
    let mut park = wire::Park {
        synthetic: snapshot.is_synthetic(),
        origin_easting: origin.x,
        origin_northing: origin.y,
        revision: snapshot.revision().0,
        counts: counts.filter(|count| count.features > 0).collect(),
        bounds: snapshot.bounds().map(lon_lat_bounds),
        ..wire::Park::default()
    };
    if let Some(feature) = snapshot.park().map(|version| &version.feature) {
        feature.code.as_str().clone_into(&mut park.code);
        park.names = names_to_wire(&feature.names);
        park.bounds = Some(lon_lat_bounds(feature.shape.bounds()));
        if let Body::Park(body) = &feature.body {
            park.notice = names_to_wire(&body.notice);
        }
    }
    park
}

/// A zone.
pub(super) fn zone_to_wire(version: &Entry, zone: &Zone, parcel_count: u32) -> wire::Zone {
    let feature = &version.feature;
    wire::Zone {
        name: name_in("zones", &feature.code),
        id: version.id.0,
        names: names_to_wire(&feature.names),
        kind: zone.kind.to_string(),
        area_m2: feature.shape.area_m2(),
        bounds: Some(lon_lat_bounds(feature.shape.bounds())),
        anchor: Some(lon_lat(feature.shape.anchor())),
        parcel_count,
    }
}

/// A parcel, as much of it as the view says, but for the revision since when: see [`super::encode`].
pub(super) fn parcel_to_wire(version: &Entry, parcel: &Parcel, view: wire::ParcelView) -> wire::Parcel {
    let feature = &version.feature;
    let text = |value: Option<String>| value.unwrap_or_default();
    let mut out = wire::Parcel {
        name: name_in("parcels", &feature.code),
        id: version.id.0,
        names: names_to_wire(&feature.names),
        status: parcel.status.to_string(),
        zone: text(parcel.zone.as_ref().map(|code| name_in("zones", code))),
        land_use: text(parcel.land_use.as_ref().map(ToString::to_string)),
        area_m2: feature.shape.area_m2(),
        plot_ratio: bounds_to_wire(parcel.plot_ratio),
        site_coverage: bounds_to_wire(parcel.site_coverage),
        green_ratio: bounds_to_wire(parcel.green_ratio),
        height_limit_m: parcel.height_limit_m,
        bounds: Some(lon_lat_bounds(feature.shape.bounds())),
        anchor: Some(lon_lat(feature.shape.anchor())),
        ..wire::Parcel::default()
    };
    set_terms(&mut out, parcel);
    if view == wire::ParcelView::Full {
        out.geometry_wkb = wkb(feature);
        out.attributes = feature.attributes.clone().into_iter().collect();
    }
    out
}

/// What a parcel can be had for, and what comes with it.
fn set_terms(out: &mut wire::Parcel, parcel: &Parcel) {
    out.setbacks = parcel.setbacks.map(|setbacks| wire::Setbacks {
        front_m: setbacks.front_m,
        side_m: setbacks.side_m,
        rear_m: setbacks.rear_m,
    });
    out.tenure =
        parcel.tenure.as_ref().map(|tenure| wire::Tenure { kind: tenure.kind.to_string(), years: tenure.years });
    out.price = parcel.price.as_ref().map(|price| wire::Price {
        cny_per_m2: price.cny_per_m2,
        as_of: price.as_of.to_string(),
        source: price.source.clone(),
        confidence: confidence(price.confidence),
    });
    let supplies = parcel.supplies.iter().map(|supply| wire::Supply {
        kind: supply.kind.to_string(),
        capacity: supply.capacity,
        unit: supply.kind.unit().to_owned(),
        from: supply.from.map(|day| day.to_string()).unwrap_or_default(),
        as_of: supply.as_of.to_string(),
        source: supply.source.clone(),
        confidence: confidence(supply.confidence),
    });
    out.supplies = supplies.collect();
    out.vibration_um_per_s = parcel.vibration_um_per_s;
    out.hazard_class = parcel.hazard_class.map(|class| class.to_string()).unwrap_or_default();
    out.acquisition = parcel.acquisition.map(|way| way.to_string()).unwrap_or_default();
    let sources = parcel.sources.entries().iter().map(|entry| wire::Source {
        fields: entry.fields.iter().map(ToString::to_string).collect(),
        source: entry.source.source.clone(),
        as_of: entry.source.as_of.to_string(),
        confidence: confidence(entry.source.confidence),
    });
    out.sources = sources.collect();
}

fn confidence(confidence: Option<Confidence>) -> String {
    confidence.map(|confidence| confidence.to_string()).unwrap_or_default()
}

/// A shape as WKB in canonical metres.
fn wkb(feature: &Feature) -> bytes::Bytes {
    let written = feature.shape.to_geometry().to_wkb(CoordDimensions::xy());
    written.expect("writing to memory cannot fail, and a shape has no kind that WKB lacks").into()
}

/// Any feature, but for the revision since when: see [`super::encode`].
pub(super) fn feature_to_wire(version: &Entry) -> wire::Feature {
    let feature = &version.feature;
    wire::Feature {
        name: feature_name(feature.layer(), &feature.code),
        id: version.id.0,
        layer: layer_to_wire(feature.layer()).into(),
        names: names_to_wire(&feature.names),
        bounds: Some(lon_lat_bounds(feature.shape.bounds())),
        geojson: crate::export::feature_geojson(feature),
        since_revision: 0,
    }
}

/// A revision.
pub(crate) fn revision_to_wire(entry: &RevisionEntry) -> wire::Revision {
    wire::Revision {
        number: entry.revision.0,
        at: Some(Timestamp { seconds: entry.at.as_second(), nanos: entry.at.subsec_nanosecond() }),
        author: entry.author.clone(),
        message: entry.message.clone(),
    }
}

/// A change.
pub(crate) fn wire_change(change: &Change) -> wire::Change {
    let kind = match change.kind {
        ChangeKind::Created => wire::ChangeKind::Created,
        ChangeKind::Updated => wire::ChangeKind::Updated,
        ChangeKind::Ended => wire::ChangeKind::Ended,
    };
    wire::Change {
        kind: kind.into(),
        layer: layer_to_wire(change.layer).into(),
        name: feature_name(change.layer, &change.code),
        id: change.id.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_of_the_wire_but_the_unspecified_is_one_of_the_record() {
        for layer in Layer::ALL {
            assert_eq!(layer_from_wire(layer_to_wire(*layer).into()), Some(*layer), "{layer}");
        }
        for unknown in [0, 12, -1] {
            assert_eq!(layer_from_wire(unknown), None, "layer {unknown}");
        }
    }
}
