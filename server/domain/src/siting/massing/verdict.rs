//! What plan and record say to a factory on a parcel.

use geo_types::Coord;

use super::edges::{Edges, Rectangle, crosses};
use super::site::Site;
use super::{MOST_PARTS, Massing, Part, PartKind, plan};
use crate::record::{Bounds, terms};
use crate::siting::Verdict;

/// What a distance may lack, metres: coordinates are millimetres, and sides are turned.
const TOLERANCE_M: f64 = 0.015;

/// What a share or a height may exceed, for the sake of rounding.
const ROUNDING: f64 = 1e-9;

/// The ground that a parking place in the open takes with its share of the lane, m². Customary are 25 to 30, and the larger is
/// taken: no place is promised that there may be no room for.
pub const PLACE_M2: f64 = 30.0;

terms! {
    /// What is asked of a factory on a parcel, setbacks aside.
    Check, "check";
    /// All of it lies on the parcel.
    Inside = "inside",
    /// Plot ratio (容积率): floor area over land area; a storey that is too high counts twice.
    PlotRatio = "plot_ratio",
    /// Site coverage (建筑密度): ground under buildings over land area.
    SiteCoverage = "site_coverage",
    /// Site-use coefficient (建筑系数): ground under buildings and yards over land area.
    SiteUse = "site_use",
    /// Green ratio (绿地率): the most that can be green, the rest of the land over all of it.
    GreenRatio = "green_ratio",
    /// The height of the highest part, metres.
    Height = "height",
    /// The height of the part that is least below a height limit of the airport, metres.
    AirportHeight = "airport_height",
    /// No building stands where nothing may.
    KeptFree = "kept_free",
    /// Parking places: as many as the car parks have room for, at [`PLACE_M2`] each. `min` is what is needed, if a norm is known.
    Parking = "parking",
}

/// The answer to a check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// What was asked.
    pub check: Check,
    /// What is found.
    pub verdict: Verdict,
    /// What it is; none if it cannot be told or is no number.
    pub value: Option<f64>,
    /// Not less than.
    pub min: Option<f64>,
    /// Not more than.
    pub max: Option<f64>,
    /// How far within the nearer bound; negative outside.
    pub margin: Option<f64>,
    /// The mask that says so, by its place among those that the site was made of.
    pub mask: Option<usize>,
}

impl Finding {
    /// Whether anything is known that it is held against.
    pub const fn is_bounded(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }
}

/// How the buildings stand to a side of the parcel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SideFinding {
    /// Whether that is far enough: for sure from the largest setback on, for sure not below the smallest.
    pub verdict: Verdict,
    /// How far from it the nearest building stands, metres; negative if a building stands beyond it.
    pub distance_m: f64,
}

impl SideFinding {
    /// How far within the largest setback, or, where it fails, outside the smallest, metres; `setbacks_m` are the least and
    /// the most. None where it is unknown.
    pub fn margin_m(&self, setbacks_m: Option<(f64, f64)>) -> Option<f64> {
        let (least_m, most_m) = setbacks_m?;
        match self.verdict {
            Verdict::Pass => Some(self.distance_m - most_m),
            Verdict::Fail => Some(self.distance_m - least_m),
            Verdict::Unknown => None,
        }
    }
}

/// All that is found. Kept by whoever asks and filled anew each time, so that asking takes no memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// One for each of [`Check::ALL`], in that order.
    pub checks: [Finding; Check::ALL.len()],
    /// One for each side of the parcel, in the order of [`Site::sides`].
    pub sides: Vec<SideFinding>,
    /// Ground under buildings, m².
    pub footprint_m2: f64,
    /// Floor area, m².
    pub floor_m2: f64,
    /// Floor area as the plan counts it, m².
    pub counted_m2: f64,
}

impl Default for Findings {
    fn default() -> Self {
        let checks = std::array::from_fn(|index| open(Check::ALL[index]));
        Self { checks, sides: Vec::new(), footprint_m2: 0.0, floor_m2: 0.0, counted_m2: 0.0 }
    }
}

impl Findings {
    /// The answer to a check.
    pub const fn of(&self, check: Check) -> &Finding {
        &self.checks[check as usize]
    }

    /// What is found of all together: a pass is one of everything.
    pub fn verdict(&self) -> Verdict {
        let all =
            || self.checks.iter().map(|finding| finding.verdict).chain(self.sides.iter().map(|side| side.verdict));
        if all().any(|verdict| verdict == Verdict::Fail) {
            return Verdict::Fail;
        }
        if all().all(|verdict| verdict == Verdict::Pass) { Verdict::Pass } else { Verdict::Unknown }
    }

    /// Whether nothing fails.
    pub fn may_stand(&self) -> bool {
        self.verdict() != Verdict::Fail
    }
}

/// How the parts of a massing stand to the edges of an area.
struct Stand {
    /// Whether the middle of each part lies inside.
    within: [bool; MOST_PARTS],
    /// Whether an edge comes into each part.
    met: [bool; MOST_PARTS],
}

impl Site {
    /// Judges a massing.
    pub fn judge(&self, massing: &Massing, findings: &mut Findings) {
        let stand = self.stand(massing, &mut findings.sides);
        let parts = massing.parts();
        let lies = |index: usize| stand.within[index] && !stand.met[index];
        let is_inside = (0..parts.len()).all(lies);
        let stands_out = parts.iter().enumerate().any(|(index, part)| part.kind.is_building() && !lies(index));
        self.judge_sides(stands_out, &mut findings.sides);

        let areas = plan::areas(massing, self.norms.counted_once_m);
        let share = |area_m2: f64| area_m2 / self.area_m2;
        let height_m = parts.iter().map(Part::height_m).fold(0.0, f64::max);
        let below = |max: Option<f64>| Bounds { min: None, max };
        let most_coverage = self.coverage.max.map(|max| max.min(1.0));
        let inside = Finding { verdict: if is_inside { Verdict::Pass } else { Verdict::Fail }, ..open(Check::Inside) };
        findings.checks = [
            inside,
            bounded(Check::PlotRatio, share(areas.counted), self.plot_ratio, true),
            bounded(Check::SiteCoverage, share(areas.built), Bounds { max: most_coverage, ..self.coverage }, true),
            bounded(Check::SiteUse, share(areas.used), Bounds { min: self.norms.least_site_use, max: None }, false),
            // It can always be less green than it could be, so an upper bound refuses nothing.
            bounded(Check::GreenRatio, 1.0 - share(areas.covered), Bounds { max: None, ..self.green_ratio }, false),
            bounded(Check::Height, height_m, below(self.height_limit_m), true),
            self.airport(massing),
            self.kept_free(massing),
            self.parking(massing, &areas),
        ];
        (findings.footprint_m2, findings.floor_m2, findings.counted_m2) = (areas.built, areas.floor, areas.counted);
    }

    /// Looks once at each edge: how far from the buildings each side is, and how the parts lie.
    fn stand(&self, massing: &Massing, sides: &mut Vec<SideFinding>) -> Stand {
        sides.clear();
        let (parts, frame) = (massing.parts(), massing.frame());
        let mut stand = Stand { within: [false; MOST_PARTS], met: [false; MOST_PARTS] };
        for side in &self.edges.sides {
            let mut nearest = f64::INFINITY;
            for (a, b) in &self.edges.edges[side.clone()] {
                let (a, b) = (frame.inward(*a), frame.inward(*b));
                for (index, part) in parts.iter().enumerate() {
                    let rectangle = Rectangle { middle: part.offset, half: part.half() };
                    stand.within[index] ^= crosses(part.offset, a, b);
                    let no_nearer = rectangle.nearer_than_squared(a, b);
                    stand.met[index] |= no_nearer == 0.0 && rectangle.shrunk(TOLERANCE_M).meets(a, b);
                    if part.kind.is_building() && no_nearer < nearest {
                        nearest = nearest.min(rectangle.distance_squared(a, b));
                    }
                }
            }
            sides.push(SideFinding { verdict: Verdict::Unknown, distance_m: nearest.sqrt() });
        }
        stand
    }

    fn judge_sides(&self, stands_out: bool, sides: &mut [SideFinding]) {
        for side in sides.iter_mut() {
            side.verdict = match self.setbacks_m {
                Some((_, most_m)) if side.distance_m >= most_m - TOLERANCE_M => Verdict::Pass,
                Some((least_m, _)) if side.distance_m < least_m - TOLERANCE_M => Verdict::Fail,
                _ => Verdict::Unknown,
            };
        }
        let beyond = sides.iter_mut().min_by(|a, b| a.distance_m.total_cmp(&b.distance_m)).filter(|_| stands_out);
        if let Some(side) = beyond {
            *side = SideFinding { verdict: Verdict::Fail, distance_m: -side.distance_m };
        }
    }

    /// Against the lowest limit over each building; land under none may have one that nobody tells.
    fn airport(&self, massing: &Massing) -> Finding {
        let frame = massing.frame();
        let (mut narrowest, mut all_known) = (open(Check::AirportHeight), true);
        for part in massing.parts().iter().filter(|part| part.kind.is_building()) {
            let rectangle = Rectangle { middle: part.offset, half: part.half() };
            let over = self.ceilings.iter().filter(|ceiling| is_over(&ceiling.edges, &frame, rectangle));
            let mut limits = 0;
            for ceiling in over {
                let limit = Bounds { min: None, max: ceiling.limit_m };
                (limits, all_known) = (limits + 1, all_known && ceiling.limit_m.is_some());
                let finding = bounded(Check::AirportHeight, part.height_m(), limit, true);
                if narrowest.margin.is_none_or(|margin| finding.margin.is_some_and(|other| other < margin)) {
                    narrowest = Finding { mask: Some(ceiling.mask), ..finding };
                }
            }
            all_known &= limits > 0;
        }
        if narrowest.verdict == Verdict::Pass && !all_known {
            narrowest.verdict = Verdict::Unknown;
        }
        narrowest
    }

    /// Where whoever asks is not told of masks, there may be one that keeps land free.
    fn kept_free(&self, massing: &Massing) -> Finding {
        let frame = massing.frame();
        let stood_on = |part: &Part| {
            let rectangle = Rectangle { middle: part.offset, half: part.half() }.shrunk(TOLERANCE_M);
            self.kept_free.iter().find(|kept| is_over(&kept.edges, &frame, rectangle))
        };
        let buildings = massing.parts().iter().filter(|part| part.kind.is_building());
        let mask = buildings.filter_map(stood_on).map(|kept| kept.mask).next();
        let verdict = match mask {
            Some(_) => Verdict::Fail,
            None if self.kept_free_is_told => Verdict::Pass,
            None => Verdict::Unknown,
        };
        Finding { verdict, mask, ..open(Check::KeptFree) }
    }

    /// Where no car park is drawn, nobody has said how many places there are.
    fn parking(&self, massing: &Massing, areas: &plan::Areas) -> Finding {
        let min = self.norms.parking_places.map(|places| (places * areas.floor / 100.0).ceil());
        if massing.parts().iter().all(|part| part.kind != PartKind::Parking) {
            return Finding { min, ..open(Check::Parking) };
        }
        // Sides are sums of centimetres: a place is not lost to what a float cannot tell.
        let places = (areas.parked / PLACE_M2 + ROUNDING).floor();
        bounded(Check::Parking, places, Bounds { min, max: None }, false)
    }
}

/// Whether any of a rectangle lies under an area.
fn is_over(area: &Edges, frame: &super::Frame, rectangle: Rectangle) -> bool {
    let (mut within, mut met) = (false, false);
    for (a, b) in &area.edges {
        let (a, b): (Coord, Coord) = (frame.inward(*a), frame.inward(*b));
        within ^= crosses(rectangle.middle, a, b);
        met |= rectangle.meets(a, b);
    }
    within || met
}

/// A check of which nothing is known.
const fn open(check: Check) -> Finding {
    Finding { check, verdict: Verdict::Unknown, value: None, min: None, max: None, margin: None, mask: None }
}

/// A value against its bounds: outside of one it fails; it passes if the one that matters is known, `by_max` saying which.
fn bounded(check: Check, value: f64, Bounds { min, max }: Bounds, by_max: bool) -> Finding {
    let above = min.map(|min| value - min);
    let below = max.map(|max| max - value);
    let margin = match (above, below) {
        (Some(above), Some(below)) => Some(above.min(below)),
        (one, other) => one.or(other),
    };
    let is_known = if by_max { max.is_some() } else { min.is_some() };
    let verdict = match margin {
        Some(margin) if margin < -ROUNDING => Verdict::Fail,
        Some(_) if is_known => Verdict::Pass,
        _ => Verdict::Unknown,
    };
    Finding { check, verdict, value: Some(value), min, max, margin, mask: None }
}
