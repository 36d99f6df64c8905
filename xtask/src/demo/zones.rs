//! Zones: the faces between the main streets, put together.

use cloudsite_domain::record::ZoneKind;
use geo::BooleanOps;
use geo_types::{Coord, MultiPolygon, Polygon};

use super::names::Five;
use super::plane::{grow, inside, ribbon, union};
use super::roads::{Road, line_of};

/// A zone of the plan.
#[derive(Debug)]
pub(super) struct Zone {
    /// Two letters that begin the codes of its parcels.
    pub(super) prefix: &'static str,
    pub(super) kind: ZoneKind,
    pub(super) names: Five,
    /// The name in front of a parcel's number.
    pub(super) short: Five,
    pub(super) shape: MultiPolygon,
}

/// Prefix, kind, full names, short names.
const ZONES: &[(&str, ZoneKind, Five, Five)] = &[
    (
        "ZC",
        ZoneKind::ZeroCarbon,
        [
            "零碳科技产业园",
            "Zero-Carbon Technology Park",
            "ゼロカーボン科技産業園",
            "제로카본 기술산업원",
            "Null-Emissions-Technologiepark",
        ],
        ["零碳园", "Zero-Carbon Park", "ゼロカーボン園", "제로카본원", "Null-Emissions-Park"],
    ),
    (
        "BZ",
        ZoneKind::ComprehensiveBonded,
        ["综合保税区", "Comprehensive Bonded Zone", "総合保税区", "종합보세구", "Umfassende Zollfreizone"],
        ["综保区", "Bonded Zone", "総合保税区", "보세구", "Zollzone"],
    ),
    (
        "RD",
        ZoneKind::Research,
        ["知行科研城", "Zhixing Research Quarter", "知行研究都市", "즈싱 연구단지", "Forschungsquartier Zhixing"],
        ["科研城", "Research Quarter", "研究都市", "연구단지", "Forschungsquartier"],
    ),
    (
        "CO",
        ZoneKind::Other,
        ["镜澜湖核心区", "Jinglan Lake Core", "鏡瀾湖コアエリア", "징란호 중심구", "Kernbereich Jinglan-See"],
        ["镜澜湖", "Lake Core", "鏡瀾湖", "징란호", "Seequartier"],
    ),
    (
        "NM",
        ZoneKind::Industrial,
        [
            "东圃智造园",
            "Dongpu Smart Manufacturing Park",
            "東圃スマート製造園",
            "둥푸 스마트제조원",
            "Park für intelligente Fertigung Dongpu",
        ],
        ["智造园", "Smart Manufacturing Park", "スマート製造園", "스마트제조원", "Fertigungspark"],
    ),
    (
        "IN",
        ZoneKind::Industrial,
        [
            "青岚先进制造园",
            "Qinglan Advanced Manufacturing Park",
            "青嵐先進製造園",
            "칭란 첨단제조원",
            "Industriepark Qinglan",
        ],
        ["制造园", "Manufacturing Park", "製造園", "제조원", "Industriepark"],
    ),
    (
        "LG",
        ZoneKind::Logistics,
        ["南塘物流园", "Nantang Logistics Park", "南塘物流園", "난탕 물류원", "Logistikpark Nantang"],
        ["物流园", "Logistics Park", "物流園", "물류원", "Logistikpark"],
    ),
    (
        "AP",
        ZoneKind::Airport,
        ["临空港区", "Airport Edge", "臨空エリア", "공항 인접구", "Flughafenrand"],
        ["临空区", "Airport Edge", "臨空エリア", "공항구", "Flughafenrand"],
    ),
];

/// The streets whose middle is the border of a zone.
const BORDERS: [&str; 6] = ["R-A1", "R-A2", "R-A3", "R-A4", "R-C1", "R-C2"];
/// Width of the gap that cutting along a border leaves, metres, before it is closed again.
const CUT_M: f64 = 0.2;

/// The zones of the park with this boundary.
pub(super) fn zones(boundary: &Polygon, roads: &[Road]) -> Vec<Zone> {
    let cuts: Vec<_> = BORDERS.iter().map(|code| ribbon(line_of(roads, code), CUT_M)).collect();
    let faces = boundary.difference(&union(&cuts));
    let zone = |&(prefix, kind, names, short): &(&'static str, ZoneKind, Five, Five)| {
        let own: Vec<_> = faces
            .iter()
            .filter(|face| prefix_at(inside(face)) == prefix)
            .map(|face| grow(&MultiPolygon::new(vec![face.clone()]), CUT_M / 2.0 + 0.001))
            .collect();
        let shape = union(&own).intersection(boundary);
        Zone { prefix, kind, names, short, shape }
    };
    ZONES.iter().map(zone).collect()
}

fn prefix_at(at: Coord) -> &'static str {
    let (x, y) = (at.x, at.y);
    match () {
        () if x > 1000.0 && y < -1180.0 => "AP",
        () if x > 1000.0 && y < 330.0 => "BZ",
        () if x > 1000.0 => "NM",
        () if y < -1180.0 && x > -200.0 => "LG",
        () if y < -1180.0 => "IN",
        () if y < 350.0 && x < -1140.0 => "IN",
        () if y < 350.0 => "CO",
        () if x > 100.0 && y > 1300.0 => "NM",
        () if x > 100.0 => "RD",
        () => "ZC",
    }
}
