//! Utilities that are points or lines, points of interest, and the metro.

use cloudsite_domain::record::{PoiKind, UtilityKind};
use geo::{BooleanOps, Buffer};
use geo_types::{Coord, LineString, MultiLineString, MultiPolygon, Point};

use super::names::Five;
use super::plane::grow;
use super::program::Program;

/// A utility at a point: code, kind, names, place, height in metres.
pub(super) type At = (&'static str, UtilityKind, Option<Five>, (f64, f64), Option<f64>);

/// Utilities that stand on no parcel of their own.
pub(super) const POINTS: &[At] = &[
    ("U-W1", UtilityKind::WindTurbine, None, (-1_560.0, 2_345.0), Some(95.0)),
    ("U-W2", UtilityKind::WindTurbine, None, (-1_260.0, 2_345.0), Some(95.0)),
    ("U-W3", UtilityKind::WindTurbine, None, (-960.0, 2_345.0), Some(95.0)),
    ("U-W4", UtilityKind::WindTurbine, None, (-590.0, 2_345.0), Some(95.0)),
    ("U-W5", UtilityKind::WindTurbine, None, (-2_160.0, 1_900.0), Some(110.0)),
    ("U-W6", UtilityKind::WindTurbine, None, (-2_130.0, 1_350.0), Some(110.0)),
];

/// The belt along the northern edge in which turbines stand, from and to.
pub(super) const WIND_BELT: [(f64, f64); 2] = [(-1_700.0, 2_290.0), (150.0, 2_420.0)];

/// A utility with a parcel of its own: code, program, kind, names, a place on the parcel.
pub(super) type Plant = (&'static str, Program, UtilityKind, Five, (f64, f64));

/// Parcels that serve the park: what is built there, the utility's kind and names, a place on the parcel.
pub(super) const PLANTS: &[Plant] = &[
    (
        "U-S1",
        Program::Substation,
        UtilityKind::Substation,
        ["西堤变电站", "Xidi Substation", "西堤変電所", "시디 변전소", "Umspannwerk Xidi"],
        (-1_760.0, 1_150.0),
    ),
    (
        "U-S2",
        Program::Substation,
        UtilityKind::Substation,
        ["青岚变电站", "Qinglan Substation", "青嵐変電所", "칭란 변전소", "Umspannwerk Qinglan"],
        (-1_740.0, -800.0),
    ),
    (
        "U-S3",
        Program::Substation,
        UtilityKind::Substation,
        ["听涛变电站", "Tingtao Substation", "聴濤変電所", "팅타오 변전소", "Umspannwerk Tingtao"],
        (960.0, -1_350.0),
    ),
    (
        "U-S4",
        Program::Substation,
        UtilityKind::Substation,
        ["东圃变电站", "Dongpu Substation", "東圃変電所", "둥푸 변전소", "Umspannwerk Dongpu"],
        (2_080.0, 1_000.0),
    ),
    (
        "U-P1",
        Program::WaterPlant,
        UtilityKind::WaterPlant,
        ["镜澜水厂", "Jinglan Water Works", "鏡瀾浄水場", "징란 정수장", "Wasserwerk Jinglan"],
        (-1_780.0, 2_150.0),
    ),
    (
        "U-P2",
        Program::SewagePlant,
        UtilityKind::SewagePlant,
        [
            "青芦水质净化厂",
            "Qinglu Water Reclamation Plant",
            "青蘆水再生センター",
            "칭루 하수처리장",
            "Klärwerk Qinglu",
        ],
        (-1_780.0, -2_150.0),
    ),
    (
        "U-P3",
        Program::HeatPlant,
        UtilityKind::HeatPlant,
        ["西堤能源站", "Xidi Energy Station", "西堤エネルギーセンター", "시디 에너지센터", "Heizkraftwerk Xidi"],
        (-1_760.0, -400.0),
    ),
    (
        "U-B1",
        Program::Storage,
        UtilityKind::Storage,
        [
            "零碳储能站",
            "Zero-Carbon Battery Storage",
            "ゼロカーボン蓄電所",
            "제로카본 에너지저장소",
            "Batteriespeicher Null-Emissions-Park",
        ],
        (-1_770.0, 880.0),
    ),
];

/// Gates of the bonded zone: code, names, place.
pub(super) const GATES: &[(&str, Five, (f64, f64))] = &[
    (
        "1",
        ["综合保税区西卡口", "Bonded Zone West Gate", "総合保税区西ゲート", "종합보세구 서문", "Zolltor West"],
        (1_030.0, -440.0),
    ),
    (
        "2",
        ["综合保税区北卡口", "Bonded Zone North Gate", "総合保税区北ゲート", "종합보세구 북문", "Zolltor Nord"],
        (1_590.0, 270.0),
    ),
    (
        "3",
        ["综合保税区南卡口", "Bonded Zone South Gate", "総合保税区南ゲート", "종합보세구 남문", "Zolltor Süd"],
        (1_590.0, -1_150.0),
    ),
];

/// Half of the width that a gate opens in the fence, metres.
const GATE_HALF_M: f64 = 17.0;
/// From the middle of the streets around the bonded zone to its fence, metres.
pub(super) const FENCE_IN_M: f64 = 30.0;

/// The bonded zone's fence: closed but for the gates.
pub(super) fn fence(zone: &MultiPolygon) -> MultiLineString {
    let lines: MultiLineString =
        MultiLineString::new(grow(zone, -FENCE_IN_M).into_iter().map(|polygon| polygon.exterior().clone()).collect());
    let open = GATES
        .iter()
        .fold(MultiPolygon::new(Vec::new()), |open, (_, _, at)| open.union(&Point::from(*at).buffer(GATE_HALF_M)));
    open.clip(&lines, true)
}

/// The metro's line, which is elevated above the avenue, and the height of its track, metres.
pub(super) const METRO_LEVEL_M: f64 = 11.0;

/// Names of the metro.
pub(super) const METRO: Five =
    ["地铁云台线", "Metro Yuntai Line", "地下鉄雲台線", "지하철 윈타이선", "U-Bahn Yuntai-Linie"];

/// Points of interest: code, kind, names, place.
pub(super) const POIS: &[(&str, PoiKind, Five, (f64, f64))] = &[
    (
        "I-M1",
        PoiKind::MetroStation,
        ["青岚站", "Qinglan Station", "青嵐駅", "칭란역", "Bahnhof Qinglan"],
        (-1_145.0, 268.0),
    ),
    (
        "I-M2",
        PoiKind::MetroStation,
        ["星澜站", "Xinglan Station", "星瀾駅", "싱란역", "Bahnhof Xinglan"],
        (-50.0, 462.0),
    ),
    (
        "I-M3",
        PoiKind::MetroStation,
        ["科研城站", "Research Quarter Station", "研究都市駅", "연구단지역", "Bahnhof Forschungsquartier"],
        (790.0, 413.0),
    ),
    (
        "I-M4",
        PoiKind::MetroStation,
        ["综保区站", "Bonded Zone Station", "総合保税区駅", "보세구역", "Bahnhof Zollzone"],
        (1_590.0, 301.0),
    ),
    (
        "I-X1",
        PoiKind::Interchange,
        ["云台互通", "Yuntai Interchange", "雲台インターチェンジ", "윈타이 나들목", "Anschlussstelle Yuntai"],
        (-1_955.0, 205.0),
    ),
    (
        "I-A1",
        PoiKind::Airport,
        ["临空货运站", "Air Cargo Terminal", "航空貨物ターミナル", "항공화물터미널", "Luftfrachtterminal"],
        (1_500.0, -1_900.0),
    ),
    (
        "I-P1",
        PoiKind::Port,
        ["云溪内河港", "Yunxi Inland Port", "雲渓内陸港", "윈시 내륙항", "Binnenhafen Yunxi"],
        (-610.0, 235.0),
    ),
    (
        "I-S1",
        PoiKind::ServiceCentre,
        ["园区会客厅", "Park Reception Centre", "パーク迎賓センター", "파크 비즈니스센터", "Empfangszentrum"],
        (480.0, 250.0),
    ),
    (
        "I-S2",
        PoiKind::ServiceCentre,
        ["零碳展示馆", "Zero-Carbon Pavilion", "ゼロカーボン展示館", "제로카본 전시관", "Null-Emissions-Pavillon"],
        (-480.0, 820.0),
    ),
    (
        "I-O1",
        PoiKind::Other,
        ["镜澜湖公园", "Jinglan Lake Park", "鏡瀾湖公園", "징란호 공원", "Jinglan-Seepark"],
        (160.0, -690.0),
    ),
];

/// The place of a point of interest; stations stand on the metro's line.
pub(super) fn place(kind: PoiKind, at: (f64, f64), metro: &LineString) -> Coord {
    let crossed = metro.lines().find(|edge| edge.start.x <= at.0 && at.0 < edge.end.x);
    match crossed {
        Some(edge) if kind == PoiKind::MetroStation => edge.start + edge.delta() * ((at.0 - edge.start.x) / edge.dx()),
        _ => at.into(),
    }
}

/// A place as a point.
pub(super) fn point(at: (f64, f64)) -> Point {
    Point::from(Coord::from(at))
}

/// The metro's part of the avenue: as far west as the street along the expressway.
pub(super) fn metro_line(avenue: &LineString) -> LineString {
    avenue.0.iter().copied().filter(|at| at.x > -1_700.0).collect()
}
