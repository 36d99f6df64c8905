//! Assemblies of real plots, against all sets that there are and against shapely.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, Parcel, ParcelStatus};
use cloudsite_domain::siting::{
    Borders, Brief, Candidate, Criterion, Footprint, Judged, Need, Quantity, Standing, Table, fit,
};
use cloudsite_tests::plots;
use geo_types::{Geometry, Polygon};
use jiff::civil::date;
use serde_json::{Value, json};

/// All connected sets of two to five rows, by growing each by each neighbour.
fn connected(borders: &Borders, rows: u32) -> BTreeSet<Vec<u32>> {
    let mut last: BTreeSet<Vec<u32>> = (0..rows).map(|row| vec![row]).collect();
    let mut all = BTreeSet::new();
    for _ in 1..5 {
        let mut grown = BTreeSet::new();
        for set in &last {
            for near in set.iter().flat_map(|row| borders.of_row(*row)).filter(|near| !set.contains(near)) {
                let mut set = set.clone();
                set.push(*near);
                set.sort_unstable();
                grown.insert(set);
            }
        }
        all.extend(grown.iter().cloned());
        last = grown;
    }
    all
}

#[test]
fn real_plots_are_joined_as_looking_at_every_set_joins_them() {
    let Some(plots) = plots::bubenec() else { return };
    assert_eq!(plots.len(), 407);
    let shapes: Vec<Option<&Shape>> = plots.iter().map(Some).collect();
    let borders = Borders::of(&shapes, |_, _| false, &[]);
    let codes: Vec<Code> = (0..plots.len()).map(|index| format!("B-{index:03}").parse().expect("a code")).collect();
    let parcel = Parcel::with_status(ParcelStatus::Available);
    let areas_m2: Vec<f64> = plots.iter().map(Shape::area_m2).collect();
    let candidates: Vec<Candidate<'_>> = codes
        .iter()
        .zip(&plots)
        .map(|(code, shape)| Candidate {
            code,
            area_m2: shape.area_m2(),
            shape: Some(shape),
            parcel: &parcel,
            zone: None,
            around: None,
            floor: None,
        })
        .collect();
    let all = connected(&borders, plots.len() as u32);
    for least_m2 in [3_000.0, 5_000.0, 8_000.0] {
        let must = Need::Amount { quantity: Quantity::Area, min: Some(least_m2), max: None, on: None };
        let brief = Brief::new(vec![Criterion::Must(must)], date(2026, 11, 26)).expect("it makes sense");
        let table = Table::new(candidates.len());
        let found = Judged::of(&brief, &table, &candidates[..], 10).assemblies(&borders, usize::MAX);
        assert!(!found.cut_short, "there are few enough");
        let sum = |set: &[u32]| -> f64 { set.iter().map(|row| areas_m2[*row as usize]).sum() };
        let alone = |set: &[u32]| set.iter().all(|row| areas_m2[*row as usize] < least_m2);
        let of_use: Vec<&Vec<u32>> = all.iter().filter(|set| alone(set) && sum(set) >= least_m2).collect();
        let is_part = |part: &[u32], set: &[u32]| part.len() < set.len() && part.iter().all(|row| set.contains(row));
        let expected: BTreeSet<&Vec<u32>> =
            of_use.iter().filter(|set| !of_use.iter().any(|part| is_part(part, set))).copied().collect();
        assert!(expected.len() > 20, "{least_m2} m²: there is something to find");
        let mut used = BTreeSet::new();
        for one in &found.found {
            assert!(expected.contains(&one.rows), "{least_m2} m²: {one:?} is none that looking at each finds");
            assert_eq!(one.standing, Standing::Suits);
            assert!(one.rows.iter().all(|row| used.insert(*row)), "{one:?} shares a plot with another one");
        }
        let left = expected.iter().filter(|set| set.iter().all(|row| !used.contains(row)));
        let left = left.count();
        assert!(left == 0, "{least_m2} m²: {left} more could be listed beside {}", found.found.len());
    }
}

/// Runs a script that reads JSON and writes JSON; none, with a word about it, where python3 has no shapely.
fn shapely(script: &str, input: &Value) -> Option<Value> {
    use std::io::Write;
    let has = Command::new("python3").args(["-c", "import shapely"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        eprintln!("skipped: python3 has no shapely");
        return None;
    }
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    child.stdin.take().expect("piped").write_all(input.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "python3 ended with {}", output.status);
    Some(serde_json::from_slice(&output.stdout).expect("it writes JSON"))
}

fn polygons(shape: &Shape) -> Vec<Polygon> {
    match shape.to_geometry() {
        Geometry::Polygon(area) => vec![area],
        Geometry::MultiPolygon(areas) => areas.0,
        _ => Vec::new(),
    }
}

fn rings(area: &Polygon) -> Value {
    let ring = |ring: &geo_types::LineString| json!(ring.0.iter().map(|at| [at.x, at.y]).collect::<Vec<_>>());
    json!(std::iter::once(area.exterior()).chain(area.interiors()).map(ring).collect::<Vec<_>>())
}

const BORDERS: &str = "
import json, sys, shapely
from shapely.geometry import Polygon
from shapely.ops import unary_union
plots = [unary_union([Polygon(r[0], r[1:]) for r in areas]) for areas in json.load(sys.stdin)]
tree = shapely.STRtree(plots)
pairs = []
for i, plot in enumerate(plots):
    for j in tree.query(plot.buffer(0.2)):
        if j > i:
            shared = plot.boundary.intersection(plots[j].buffer(0.05, cap_style='flat', join_style='mitre')).length
            if shared > 0:
                pairs.append([i, int(j), shared])
json.dump({'pairs': pairs, 'areas': [plot.area for plot in plots]}, sys.stdout)
";

#[test]
fn plots_border_where_shapely_sees_a_common_edge() {
    let Some(plots) = plots::bubenec() else { return };
    let input: Vec<Value> =
        plots.iter().map(|plot| json!(polygons(plot).iter().map(rings).collect::<Vec<_>>())).collect();
    let Some(told) = shapely(BORDERS, &json!(input)) else { return };
    let areas = told["areas"].as_array().expect("areas");
    for (index, (plot, area)) in plots.iter().zip(areas).enumerate() {
        let area_m2 = area.as_f64().expect("a number");
        assert!((plot.area_m2() - area_m2).abs() < 1e-6 * area_m2, "plot {index}: {} and {area_m2} m²", plot.area_m2());
    }
    let shapes: Vec<Option<&Shape>> = plots.iter().map(Some).collect();
    let borders = Borders::of(&shapes, |_, _| false, &[]);
    let mut long = 0;
    for pair in told["pairs"].as_array().expect("pairs") {
        let number = |at: usize| pair[at].as_f64().expect("a number");
        let (a, b, shared_m) = (number(0) as u32, number(1) as u32, number(2));
        let ours = borders.of_row(a).contains(&b);
        // Near the least length both may be right.
        if shared_m > 7.0 {
            long += 1;
            assert!(ours, "plots {a} and {b} share {shared_m:.1} m");
        } else if shared_m < 5.0 {
            assert!(!ours, "plots {a} and {b} share only {shared_m:.1} m");
        }
    }
    assert!(long > 400, "there are borders to compare: {long}");
}

const PLACED: &str = "
import json, sys
from shapely.geometry import Polygon
wrong = []
for case in json.load(sys.stdin):
    area = Polygon(case['area'][0], case['area'][1:])
    hall = Polygon(case['corners'])
    apart = min(hall.distance(ring) for ring in [area.exterior, *area.interiors])
    if not area.buffer(0.02).contains(hall) or apart < case['setback'] - 0.02:
        wrong.append([case['plot'], apart])
json.dump(wrong, sys.stdout)
";

#[test]
fn what_is_placed_on_real_plots_lies_within_them_as_shapely_sees_it() {
    let Some(plots) = plots::bubenec() else { return };
    let mut cases = Vec::new();
    for (plot, shape) in plots.iter().enumerate() {
        for area in polygons(shape) {
            for (width_m, depth_m, setback_m) in [(12.0, 9.0, 0.0), (18.0, 10.0, 3.0), (30.0, 15.0, 5.0)] {
                if let Some(placement) = fit::place(Footprint { width_m, depth_m }, &area, &[], setback_m) {
                    let corners: Vec<[f64; 2]> = placement.corners.iter().map(|at| [at.x, at.y]).collect();
                    let case = json!({ "plot": plot, "area": rings(&area), "corners": corners, "setback": setback_m });
                    cases.push(case);
                }
            }
        }
    }
    assert!(cases.len() > 200, "there is room for something: {}", cases.len());
    let Some(wrong) = shapely(PLACED, &json!(cases)) else { return };
    assert_eq!(wrong, json!([]), "plots and how near an edge the building stands");
}
