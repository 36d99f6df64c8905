//! Canals as the towns south of the lower Yangtze have them, and a lake in the middle.

use cloudsite_domain::record::WaterKind;
use geo::BooleanOps;
use geo_types::MultiPolygon;

use super::names::Five;
use super::plane::{ribbon, smooth, smooth_ring, union};

/// A water surface of the plan.
#[derive(Debug)]
pub(super) struct Surface {
    pub(super) code: &'static str,
    pub(super) names: Five,
    pub(super) kind: WaterKind,
    pub(super) shape: MultiPolygon,
}

type Row = (&'static str, Five, f64, &'static [(f64, f64)]);

/// Code, names, width and the points that the middle of the canal passes.
const CANALS: &[Row] = &[
    (
        "W-1",
        ["云溪港", "Yunxi Canal", "雲渓運河", "윈시운하", "Yunxi-Kanal"],
        36.0,
        &[
            (-790.0, 2420.0),
            (-750.0, 1900.0),
            (-850.0, 1480.0),
            (-840.0, 1000.0),
            (-660.0, 660.0),
            (-640.0, 240.0),
            (-730.0, -160.0),
            (-690.0, -620.0),
            (-600.0, -1000.0),
            (-640.0, -1480.0),
            (-800.0, -1900.0),
            (-780.0, -2420.0),
        ],
    ),
    (
        "W-2",
        ["白荡浜", "Baidang Creek", "白蕩浜", "바이당천", "Baidang-Graben"],
        24.0,
        &[(-690.0, -560.0), (-560.0, -520.0), (-410.0, -500.0), (-260.0, -430.0), (-100.0, -400.0), (20.0, -400.0)],
    ),
    (
        "W-3",
        ["菱塘河", "Lingtang Canal", "菱塘運河", "링탕운하", "Lingtang-Kanal"],
        30.0,
        &[
            (170.0, -520.0),
            (210.0, -720.0),
            (290.0, -960.0),
            (330.0, -1300.0),
            (290.0, -1650.0),
            (340.0, -2050.0),
            (310.0, -2420.0),
        ],
    ),
    (
        "W-4",
        ["望东河", "Wangdong Canal", "望東運河", "왕둥운하", "Wangdong-Kanal"],
        32.0,
        &[
            (2230.0, 1640.0),
            (1900.0, 1580.0),
            (1500.0, 1610.0),
            (1180.0, 1500.0),
            (1090.0, 1200.0),
            (960.0, 1010.0),
            (700.0, 985.0),
            (480.0, 1000.0),
            (350.0, 880.0),
            (330.0, 640.0),
            (290.0, 330.0),
            (250.0, 90.0),
            (220.0, -180.0),
        ],
    ),
    (
        "W-5",
        ["石塘浜", "Shitang Creek", "石塘浜", "스탕천", "Shitang-Graben"],
        22.0,
        &[(-850.0, 1500.0), (-1140.0, 1590.0), (-1480.0, 1560.0), (-1800.0, 1600.0), (-2240.0, 1560.0)],
    ),
    (
        "W-6",
        ["青芦浜", "Qinglu Creek", "青蘆浜", "칭루천", "Qinglu-Graben"],
        22.0,
        &[(-640.0, -1480.0), (-1000.0, -1560.0), (-1400.0, -1630.0), (-1800.0, -1590.0), (-2240.0, -1640.0)],
    ),
];

const LAKE: (&str, Five, &[(f64, f64)]) = (
    "W-7",
    ["镜澜湖", "Jinglan Lake", "鏡瀾湖", "징란호", "Jinglan-See"],
    &[
        (180.0, -40.0),
        (330.0, -90.0),
        (420.0, -230.0),
        (400.0, -400.0),
        (440.0, -540.0),
        (330.0, -650.0),
        (150.0, -620.0),
        (40.0, -560.0),
        (-60.0, -590.0),
        (-170.0, -500.0),
        (-130.0, -360.0),
        (-190.0, -230.0),
        (-90.0, -110.0),
        (40.0, -120.0),
    ],
);

/// Canals and the lake. No surface covers another.
pub(super) fn surfaces() -> Vec<Surface> {
    let (code, names, shore) = LAKE;
    let lake = MultiPolygon::new(vec![smooth_ring(shore)]);
    let mut taken = lake.clone();
    let mut all = vec![Surface { code, names, kind: WaterKind::Lake, shape: lake }];
    for &(code, names, width_m, through) in CANALS {
        let shape = ribbon(&smooth(through), width_m).difference(&taken);
        taken = union([&taken, &shape]);
        all.push(Surface { code, names, kind: WaterKind::Canal, shape });
    }
    all
}
