//! The colours of the model, sRGB: a warm light ground, quiet greens and blues, near-white buildings; only a parcel's
//! status is saturated enough to be looked for.

use cloudsite_domain::record::{BuildingUse, GreenKind, ParcelStatus, RoadClass, ZoneKind};
use cloudsite_proto::scene::overlay_area;

/// An sRGB colour.
pub type Rgb = [u8; 3];

/// Land outside every area.
pub const LAND: Rgb = [222, 219, 209];
/// The park's own ground.
pub const PARK: Rgb = [228, 225, 216];
/// Water.
pub const WATER: Rgb = [128, 172, 196];
/// Pavement and verge beside a carriageway.
pub const VERGE: Rgb = [206, 204, 196];
/// Ballast of tracks.
pub const TRACK: Rgb = [170, 165, 158];
/// Concrete of viaducts, towers and gates.
pub const CONCRETE: Rgb = [205, 206, 205];
/// Galvanised steel of fences.
pub const STEEL: Rgb = [150, 158, 164];
/// Machines on roofs and in substations.
pub const MACHINE: Rgb = [176, 182, 186];

/// The rim of marks that are laid over the ground, and the marks themselves.
pub const MARK_RIM: Rgb = [255, 255, 255];
/// Of an error.
pub const MARK_ERROR: Rgb = [206, 30, 44];
/// Of a warning.
pub const MARK_WARNING: Rgb = [232, 146, 12];

/// Those of people in a meeting, by turns: each is told from the others, and light letters are read on it.
pub const PEOPLE: [Rgb; 8] = [
    [31, 111, 209],
    [194, 65, 12],
    [124, 58, 237],
    [15, 118, 110],
    [190, 24, 93],
    [77, 124, 15],
    [146, 64, 14],
    [51, 65, 85],
];

/// Fill and outline of what a draft would do.
pub const fn overlay(kind: overlay_area::Kind) -> (Rgb, Rgb) {
    match kind {
        overlay_area::Kind::Created => ([140, 205, 240], [10, 98, 178]),
        overlay_area::Kind::Unspecified | overlay_area::Kind::Updated => ([252, 214, 110], [190, 104, 0]),
        overlay_area::Kind::Ended => ([240, 176, 172], [188, 30, 44]),
    }
}

/// The mark under the name of a point of interest.
pub const POI_MARK: Rgb = [196, 84, 58];

/// A parcel's fill.
pub const fn parcel(status: ParcelStatus) -> Rgb {
    match status {
        ParcelStatus::Available => [168, 219, 199],
        ParcelStatus::Reserved => [244, 224, 170],
        ParcelStatus::Negotiating => [244, 200, 164],
        ParcelStatus::Taken => [216, 213, 207],
        ParcelStatus::Planned => [206, 209, 236],
        ParcelStatus::Unknown => [229, 223, 205],
    }
}

/// A parcel's outline.
pub const fn parcel_outline(status: ParcelStatus) -> Rgb {
    match status {
        ParcelStatus::Available => [22, 142, 112],
        ParcelStatus::Reserved => [204, 148, 32],
        ParcelStatus::Negotiating => [214, 108, 40],
        ParcelStatus::Taken => [166, 162, 154],
        ParcelStatus::Planned => [112, 118, 198],
        ParcelStatus::Unknown => [176, 171, 161],
    }
}

/// A zone's ground and boundary.
pub const fn zone(kind: ZoneKind) -> (Rgb, Rgb) {
    match kind {
        ZoneKind::ComprehensiveBonded => ([226, 220, 212], [176, 92, 84]),
        ZoneKind::ZeroCarbon => ([220, 226, 212], [70, 150, 96]),
        ZoneKind::Research => ([218, 222, 230], [78, 112, 184]),
        ZoneKind::Industrial => ([226, 223, 214], [150, 138, 116]),
        ZoneKind::Logistics => ([228, 221, 208], [178, 134, 72]),
        ZoneKind::Airport => ([214, 216, 216], [116, 130, 142]),
        ZoneKind::Other => ([226, 223, 214], [150, 146, 138]),
    }
}

/// A green space.
pub const fn green(kind: GreenKind) -> Rgb {
    match kind {
        GreenKind::Park => [172, 200, 140],
        GreenKind::Belt => [156, 188, 126],
        GreenKind::Lawn => [190, 211, 156],
    }
}

/// A carriageway.
pub const fn road(class: RoadClass) -> Rgb {
    match class {
        RoadClass::Expressway | RoadClass::Ramp => [128, 132, 138],
        RoadClass::Arterial => [138, 141, 146],
        RoadClass::Collector => [148, 151, 154],
        RoadClass::Local => [160, 161, 163],
        RoadClass::Service => [178, 177, 174],
        RoadClass::Path => [214, 204, 186],
    }
}

/// A building's walls.
pub const fn wall(usage: BuildingUse) -> Rgb {
    match usage {
        BuildingUse::Factory | BuildingUse::StandardFactory => [238, 236, 230],
        BuildingUse::Warehouse => [226, 229, 231],
        BuildingUse::Office => [240, 242, 244],
        BuildingUse::Laboratory => [242, 240, 236],
        BuildingUse::Residential => [241, 228, 212],
        BuildingUse::Commercial => [238, 220, 200],
        BuildingUse::Public => [236, 222, 206],
        BuildingUse::Utility => [208, 212, 214],
        BuildingUse::Unknown => [234, 231, 224],
    }
}

/// A building's flat roof.
pub const fn roof(usage: BuildingUse) -> Rgb {
    match usage {
        BuildingUse::Factory | BuildingUse::StandardFactory | BuildingUse::Warehouse => [216, 221, 225],
        BuildingUse::Residential => [206, 176, 156],
        BuildingUse::Commercial | BuildingUse::Public => [222, 208, 194],
        BuildingUse::Utility => [196, 200, 202],
        BuildingUse::Office | BuildingUse::Laboratory | BuildingUse::Unknown => [220, 219, 214],
    }
}

/// A planted roof, and the ground of one with panels.
pub const GREEN_ROOF: Rgb = [166, 192, 138];
/// Photovoltaic panels.
pub const SOLAR_PANEL: Rgb = [44, 66, 106];

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance that the eye sees is more than this one, but two colours far apart here look different.
    fn distance(a: Rgb, b: Rgb) -> i32 {
        (0..3).map(|channel| (i32::from(a[channel]) - i32::from(b[channel])).abs()).sum()
    }

    #[test]
    fn statuses_are_told_apart_by_fill_and_by_outline() {
        for (index, &a) in ParcelStatus::ALL.iter().enumerate() {
            assert!(distance(parcel(a), parcel_outline(a)) > 100, "the outline of {a} must stand out from its fill");
            for &b in &ParcelStatus::ALL[index + 1..] {
                assert!(distance(parcel(a), parcel(b)) >= 15, "fills of {a} and {b}");
                assert!(distance(parcel_outline(a), parcel_outline(b)) >= 15, "outlines of {a} and {b}");
            }
        }
    }
}
