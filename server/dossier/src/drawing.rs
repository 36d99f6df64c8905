//! Maps as vector pictures: what lies where, in metres, becomes SVG.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// What is drawn, in metres east and north of anything; what is first lies below.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Drawing {
    /// West, south, east, north.
    pub frame: [f64; 4],
    /// Areas.
    pub areas: Vec<Area>,
    /// Lines, above the areas whose paint is of the ground, and below the rest.
    pub lines: Vec<Line>,
    /// Ways, above everything but marks.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// Numbers on it.
    pub marks: Vec<Mark>,
}

/// What something is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paint {
    /// The park's ground.
    Ground,
    /// A zone, by its outline.
    Zone,
    /// Water.
    Water,
    /// Green.
    Green,
    /// A parcel that was not judged, or lies around.
    Parcel,
    /// A parcel that suits; from pale at 0 to deep at 255 by its score.
    Suits(u8),
    /// A parcel of which an answer is open.
    Open,
    /// A parcel that fails.
    Fails,
    /// The parcel that the map is about.
    Subject,
    /// A building.
    Building,
    /// Parcels that are joined.
    Joined,
    /// The building that is asked for, hatched.
    Placement,
}

/// An area: its outer ring first, then holes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// As what.
    pub paint: Paint,
    /// Rings of positions.
    pub rings: Vec<Vec<[f64; 2]>>,
}

/// A road or a railway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its width, metres.
    pub width_m: f64,
    /// Whether trains go on it.
    pub is_rail: bool,
    /// Positions.
    pub points: Vec<[f64; 2]>,
}

/// A way from the place that the map is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Which of the colours of [`ROUTES`]; where ways share a road, a later one is drawn within an earlier one.
    pub colour: usize,
    /// Positions.
    pub points: Vec<[f64; 2]>,
}

/// A number on a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Where.
    pub at: [f64; 2],
    /// What is written.
    pub text: String,
    /// Whether it stands out.
    pub is_strong: bool,
    /// The colour of the way that ends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<usize>,
}

/// How wide a picture is, in its own units; its height follows from its frame.
const WIDTH: f64 = 1_000.0;

/// Colours of ways, to be told apart by those who see red and green alike (after Okabe and Ito, 2008).
pub(crate) const ROUTES: [&str; 6] = ["#0072b2", "#b4461a", "#8a4f7d", "#2b2b2b", "#a87900", "#007a5e"];

/// How wide the first way is drawn, and by how much each later one is narrower, in the picture's units.
const ROUTE_WIDTH: f64 = 14.0;
const ROUTE_STEP: f64 = 2.0;

/// Lengths that a scale bar may have, metres.
const BARS: [f64; 12] =
    [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0];

impl Drawing {
    /// Height over width; none where there is nothing to draw.
    pub(crate) fn aspect(&self) -> Option<f64> {
        let [west, south, east, north] = self.frame;
        let (width, height) = (east - west, north - south);
        (width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()).then_some(height / width)
    }

    /// A position as shares of the width and the height, from the top left.
    pub(crate) fn share(&self, at: [f64; 2]) -> [f64; 2] {
        let [west, south, east, north] = self.frame;
        [(at[0] - west) / (east - west), (north - at[1]) / (north - south)]
    }

    /// The length of a scale bar that takes about a fifth of the width: metres, and its share of the width.
    pub(crate) fn scale_bar(&self) -> (f64, f64) {
        let width = self.frame[2] - self.frame[0];
        let length = BARS.into_iter().rev().find(|length| *length <= width / 4.0).unwrap_or(BARS[0]);
        (length, length / width)
    }

    /// The picture; empty where there is nothing to draw.
    pub(crate) fn svg(&self) -> String {
        let Some(aspect) = self.aspect() else { return String::new() };
        let height = WIDTH * aspect;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.1}\" width=\"{WIDTH}\" \
             height=\"{height:.1}\"><defs><clipPath id=\"f\"><rect width=\"{WIDTH}\" height=\"{height:.1}\"/></clipPath>{HATCH}</defs>\
             <g clip-path=\"url(#f)\"><rect width=\"{WIDTH}\" height=\"{height:.1}\" fill=\"#f4f6f3\"/>"
        );
        let (ground, rest): (Vec<&Area>, Vec<&Area>) = self.areas.iter().partition(|area| area.paint.is_ground());
        for area in ground {
            self.area(&mut svg, area);
        }
        self.lines(&mut svg);
        for area in rest {
            self.area(&mut svg, area);
        }
        self.routes(&mut svg);
        svg + "</g></svg>"
    }

    fn routes(&self, svg: &mut String) {
        for route in &self.routes {
            let colour = ROUTES[route.colour % ROUTES.len()];
            let width = ROUTE_WIDTH - ROUTE_STEP * (route.colour % ROUTES.len()) as f64;
            let path = self.path(&route.points);
            put(
                svg,
                format_args!(
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.1}\" \
                     stroke-linejoin=\"round\" stroke-linecap=\"round\"/>"
                ),
            );
        }
    }

    fn area(&self, svg: &mut String, area: &Area) {
        let path: String = area.rings.iter().map(|ring| self.path(ring) + "Z").collect();
        put(svg, format_args!("<path d=\"{path}\" fill-rule=\"evenodd\" {}/>", area.paint.style()));
    }

    fn lines(&self, svg: &mut String) {
        let per_m = WIDTH / (self.frame[2] - self.frame[0]);
        // Casings first, so that crossings are open.
        for (is_casing, more) in [(true, 2.4), (false, 0.0)] {
            for line in &self.lines {
                let width = (line.width_m * per_m).max(1.6) + more;
                let colour = match (is_casing, line.is_rail) {
                    (true, true) => continue,
                    (true, false) => "#c3cbc6",
                    (false, true) => "#6b7772",
                    (false, false) => "#ffffff",
                };
                let dashes = if line.is_rail { " stroke-dasharray=\"9 6\"" } else { "" };
                let width = if line.is_rail { 2.2 } else { width };
                let path = self.path(&line.points);
                put(
                    svg,
                    format_args!(
                        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.1}\" \
                         stroke-linejoin=\"round\" stroke-linecap=\"round\"{dashes}/>"
                    ),
                );
            }
        }
    }

    fn path(&self, points: &[[f64; 2]]) -> String {
        let aspect = self.aspect().unwrap_or(1.0);
        let mut path = String::new();
        for (index, at) in points.iter().enumerate() {
            let [x, y] = self.share(*at);
            let step = if index == 0 { 'M' } else { 'L' };
            put(&mut path, format_args!("{step}{:.1} {:.1}", x * WIDTH, y * WIDTH * aspect));
        }
        path
    }
}

/// The pattern of [`Paint::Placement`]: slanted lines on a pale ground.
const HATCH: &str = "<pattern id=\"h\" width=\"12\" height=\"12\" patternUnits=\"userSpaceOnUse\" \
    patternTransform=\"rotate(45)\"><rect width=\"12\" height=\"12\" fill=\"#fdf0dc\"/>\
    <rect width=\"4.5\" height=\"12\" fill=\"#c9730f\"/></pattern>";

/// Writing into a string does not fail.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _always = text.write_fmt(what);
}

impl Paint {
    const fn is_ground(self) -> bool {
        matches!(self, Self::Ground | Self::Water | Self::Green)
    }

    fn style(self) -> String {
        let (fill, stroke, width) = match self {
            Self::Ground => ("#eaeee9", "#b9c4be", 2.0),
            Self::Zone => ("none", "#0a5547", 2.2),
            Self::Water => ("#c5dcea", "#a9c8da", 0.8),
            Self::Green => ("#d7e6cf", "none", 0.0),
            Self::Parcel => ("#fbfbf7", "#a8b2ad", 1.0),
            Self::Suits(depth) => return format!("fill=\"{}\" stroke=\"#5d6f69\" stroke-width=\"1\"", by_score(depth)),
            Self::Open => ("#f3d9a4", "#8f7433", 1.0),
            Self::Fails => ("#e6e8e6", "#b4bcb8", 0.8),
            Self::Subject => ("#bfe3d8", "#0a5547", 4.0),
            Self::Building => ("#9aa6a1", "#7c8984", 0.6),
            Self::Joined => ("#d9c9ea", "#5b3a8c", 3.4),
            Self::Placement => ("url(#h)", "#8a4b08", 3.0),
        };
        format!("fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{width}\"")
    }
}

/// From pale to deep, as the page colours the park.
pub(crate) fn by_score(depth: u8) -> String {
    let part = f64::from(depth) / 255.0;
    let mixed = |from: f64, to: f64| (from + (to - from) * part).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mixed(253.0, 8.0), mixed(231.0, 104.0), mixed(150.0, 92.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [f64; 4] = [100.0, 200.0, 300.0, 300.0];

    fn square(paint: Paint) -> Area {
        Area { paint, rings: vec![vec![[100.0, 200.0], [300.0, 200.0], [300.0, 300.0], [100.0, 200.0]]] }
    }

    #[test]
    fn north_is_up_and_metres_keep_their_shape() {
        let drawing =
            Drawing { frame: [100.0, 200.0, 300.0, 300.0], areas: vec![square(Paint::Subject)], ..Drawing::default() };
        assert_eq!(drawing.aspect(), Some(0.5));
        let [x, y] = drawing.share([100.0, 300.0]);
        assert!(x.abs() < 1e-12 && y.abs() < 1e-12, "the north-west is the top left, and not at {x}, {y}");
        assert!(drawing.svg().contains("M0.0 500.0L1000.0 500.0L1000.0 0.0"), "{}", drawing.svg());
        assert_eq!(drawing.scale_bar(), (50.0, 0.25));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(Drawing::default().svg(), "");
        assert_eq!(Drawing { frame: [0.0, 0.0, f64::NAN, 1.0], ..Drawing::default() }.svg(), "");
    }

    #[test]
    fn the_ground_lies_below_the_roads_and_parcels_above() {
        let line = Line { width_m: 10.0, is_rail: false, points: vec![[100.0, 250.0], [300.0, 250.0]] };
        let areas = vec![square(Paint::Suits(255)), square(Paint::Water)];
        let svg = Drawing { frame: FRAME, areas, lines: vec![line], ..Drawing::default() }.svg();
        let at = |what: &str| svg.find(what).unwrap_or_else(|| panic!("{what} is not in {svg}"));
        assert!(at("#c5dcea") < at("#ffffff") && at("#ffffff") < at("#08685c"));
    }

    #[test]
    fn the_building_that_is_asked_for_is_hatched_as_the_words_say() {
        let svg = Drawing { frame: FRAME, areas: vec![square(Paint::Placement)], ..Drawing::default() }.svg();
        assert!(svg.contains("<pattern id=\"h\"") && svg.contains("fill=\"url(#h)\""), "{svg}");
    }

    #[test]
    fn ways_that_share_a_road_are_all_seen() {
        let points = vec![[100.0, 250.0], [300.0, 250.0]];
        let routes = (0..ROUTES.len()).map(|colour| Route { colour, points: points.clone() }).collect();
        let svg = Drawing { frame: FRAME, routes, ..Drawing::default() }.svg();
        let widths = |part: &str| {
            part.split_once("stroke-width=\"")
                .and_then(|(_, rest)| rest.split_once('"'))
                .and_then(|(width, _)| width.parse::<f64>().ok())
        };
        let widths: Vec<f64> =
            ROUTES.iter().filter_map(|colour| svg.split_once(colour)).filter_map(|(_, rest)| widths(rest)).collect();
        assert!(
            widths.len() == ROUTES.len() && widths.windows(2).all(|pair| pair[1] < pair[0] && pair[1] > 1.0),
            "{widths:?}"
        );
    }
}
