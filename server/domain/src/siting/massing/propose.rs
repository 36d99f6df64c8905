//! Where a factory has most room, and the largest hall that may stand.

use std::f64::consts::FRAC_PI_2;

use geo::{Area, BooleanOps, Centroid, Contains, InteriorPoint, Translate};
use geo_types::{Coord, MultiPolygon, Polygon};

use super::super::fit::{angles, room, turn, turned_back, vertices};
use super::site::Site;
use super::{Block, Blocks, Massing, PartKind, plan};

/// Vertices of a parcel up to which every angle is tried; of a more intricate one only that of the longest edge is.
const FEW_VERTICES: usize = 60;

/// Widths over depths that a hall is tried in.
const ASPECTS: [f64; 9] = [1.0, 1.5, 1.0 / 1.5, 2.0, 0.5, 3.0, 1.0 / 3.0, 4.5, 1.0 / 4.5];

/// How often the largest hall of a shape is looked for between what fits and what does not.
const STEPS: u32 = 12;

/// Proposed sides are whole ones of these, metres.
const GRID_M: f64 = 0.1;

/// A hall smaller than this on a side is none, metres.
const LEAST_SIDE_M: f64 = 5.0;

/// The height of a usual hall, metres: the project's own.
const USUAL_STOREY_M: f64 = 9.0;

/// A storey is not made lower than this to come below a height limit, metres.
const LEAST_STOREY_M: f64 = 3.0;

/// What a parcel proposes.
#[derive(Debug, Clone, PartialEq)]
pub enum Proposal {
    /// This.
    Found(Massing),
    /// Nothing: it was tried, and there is none.
    Nowhere,
    /// Nothing was tried: the parcel's outline is too intricate.
    Untried,
}

impl Proposal {
    /// What is proposed.
    pub fn found(self) -> Option<Massing> {
        match self {
            Self::Found(massing) => Some(massing),
            Self::Nowhere | Self::Untried => None,
        }
    }
}

impl Site {
    /// What is found, where anything was tried.
    fn proposal(&self, find: impl FnOnce() -> Option<Massing>) -> Proposal {
        if self.plain.is_none() {
            return Proposal::Untried;
        }
        find().map_or(Proposal::Nowhere, Proposal::Found)
    }

    /// A factory put where it has most room to be moved, at one of the angles of the parcel's edges: with the largest
    /// setback all around if there is such a place, else with the smallest. Of an intricate outline a plainer one is looked at,
    /// from which it keeps as much further as the two are apart.
    pub fn best_place(&self, massing: &Massing) -> Proposal {
        self.proposal(|| self.roomiest(massing))
    }

    fn roomiest(&self, massing: &Massing) -> Option<Massing> {
        let (least_m, most_m) = self.setbacks_m.unwrap_or_default();
        let places = |setback_m: f64| {
            let all = self.turns().into_iter().filter_map(move |(area, angle)| {
                let turned = (0..4).map(move |quarter| angle + f64::from(quarter) * FRAC_PI_2);
                turned
                    .filter_map(|angle| self.place(massing, area, angle, setback_m))
                    .max_by(|a, b| a.0.total_cmp(&b.0))
            });
            all.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        let (_, at, angle) = places(most_m).or_else(|| if least_m < most_m { places(least_m) } else { None })?;
        massing.clone().moved(at, angle).ok()
    }

    /// The hall with the most floor area, as the plan counts it, that may stand for sure, its storeys as high as those of
    /// `like`; of several with as much the one with the fewest storeys. Where the record knows no height limit or no plot
    /// ratio, there are as many storeys as `like` has.
    pub fn largest(&self, like: &Massing) -> Proposal {
        self.proposal(|| self.largest_hall(like))
    }

    fn largest_hall(&self, like: &Massing) -> Option<Massing> {
        let hall = Blocks::of_massing(like).hall;
        let most_m2 = self.most_ground_m2()?;
        let (_, setback_m) = self.setbacks_m.unwrap_or_default();
        let shapes = self.turns().into_iter().flat_map(|(area, angle)| ASPECTS.map(|aspect| (area, angle, aspect)));
        let mut largest: Option<(f64, Massing)> = None;
        for (area, angle, aspect) in shapes {
            let Some(width_m) = self.widest((area, angle), aspect, setback_m, most_m2) else { continue };
            let Some((counted_m2, block)) = self.storeyed(width_m, aspect, hall) else { continue };
            let better = largest.as_ref().is_none_or(|(other, _)| counted_m2 > other * 1.001);
            let found = Blocks { hall: block, ..Blocks::default() }.massing(Coord::zero(), 0.0).ok();
            let found = found.filter(|_| better).and_then(|massing| {
                let (_, at, angle) = self.place(&massing, area, angle, setback_m)?;
                massing.moved(at, angle).ok()
            });
            if let Some(massing) = found {
                largest = Some((counted_m2, massing));
            }
        }
        largest.map(|(_, massing)| massing)
    }

    /// The ground that may be built over, m²: what coverage permits and green leaves.
    fn most_ground_m2(&self) -> Option<f64> {
        let share = self.coverage.max.unwrap_or(1.0).min(1.0 - self.green_ratio.min.unwrap_or(0.0));
        (share > 0.0).then_some(share * self.area_m2)
    }

    /// The areas with the angles that they are tried at.
    fn turns(&self) -> Vec<(&Polygon, f64)> {
        let of = |area| {
            let most = if vertices(area) <= FEW_VERTICES { usize::MAX } else { 1 };
            angles(area).into_iter().take(most).map(move |angle| (area, angle))
        };
        self.plain.iter().flat_map(|plain| &plain.areas).flat_map(of).collect()
    }

    /// How many storeys a hall of so wide a footprint at most has for the most floor area, and its counted floor area, m².
    fn storeyed(&self, width_m: f64, aspect: f64, hall: Block) -> Option<(f64, Block)> {
        let ceilings = self.ceilings.iter().filter_map(|ceiling| ceiling.limit_m);
        let limit_m = ceilings.chain(self.height_limit_m).min_by(f64::total_cmp);
        let storey_m = limit_m.map_or(hall.storey_m, |limit_m| hall.storey_m.min(limit_m));
        let by_height = limit_m.map(|limit_m| (limit_m / storey_m + 1e-9).floor());
        let (most_m2, times) = (width_m * width_m / aspect, plan::times(storey_m, self.norms.counted_once_m));
        let floors_m2 = self.plot_ratio.max.map(|most| most * self.area_m2 / times);
        let most_storeys = match (by_height, floors_m2) {
            (Some(by_height), Some(floors_m2)) => by_height.min((floors_m2 / most_m2).ceil()),
            _ => by_height.unwrap_or(f64::INFINITY).min(f64::from(hall.storeys)),
        };
        if storey_m < LEAST_STOREY_M || most_storeys < 1.0 {
            return None;
        }
        let of = |storeys: u32| {
            let ground_m2 = floors_m2.map_or(most_m2, |floors_m2| most_m2.min(floors_m2 / f64::from(storeys)));
            let on_grid = |side_m: f64| (side_m / GRID_M + 1e-6).floor() * GRID_M;
            let (width_m, depth_m) = (on_grid((ground_m2 * aspect).sqrt()), on_grid((ground_m2 / aspect).sqrt()));
            (width_m.min(depth_m) >= LEAST_SIDE_M).then(|| {
                let block = Block { width_m, depth_m, storeys, storey_m };
                (f64::from(storeys) * times * width_m * depth_m, block)
            })
        };
        let most = (most_storeys as u32).min(super::MOST_STOREYS);
        let mut best: Option<(f64, Block)> = None;
        for found in (1..=most).filter_map(of) {
            if best.is_none_or(|(counted_m2, _)| found.0 > counted_m2 * 1.001) {
                best = Some(found);
            }
        }
        best
    }

    /// How wide a hall of a shape can be at an angle, its middle somewhere and its ground not more than so much, metres.
    fn widest(&self, (area, angle): (&Polygon, f64), aspect: f64, setback_m: f64, most_m2: f64) -> Option<f64> {
        let origin = area.exterior().0.first().copied()?;
        let turned = turn(area, origin, -angle);
        let kept_free = self.turned_kept_free(origin, angle);
        let setback_m = setback_m + self.apart_m();
        let fits = |width_m: f64| !room(&turned, &kept_free, (width_m, width_m / aspect), setback_m).0.is_empty();
        let (mut narrow_m, mut wide_m) = (LEAST_SIDE_M * aspect.max(1.0), (most_m2 * aspect).sqrt());
        if wide_m > narrow_m && fits(wide_m) {
            return Some(wide_m);
        }
        if wide_m <= narrow_m || !fits(narrow_m) {
            return None;
        }
        for _ in 0..STEPS {
            let between_m = f64::midpoint(narrow_m, wide_m);
            if fits(between_m) { narrow_m = between_m } else { wide_m = between_m }
        }
        Some(narrow_m)
    }

    /// The room that a massing has at an angle, m², and the middle of it with that angle. Buildings keep the setback, yards
    /// none.
    fn place(&self, massing: &Massing, area: &Polygon, angle: f64, setback_m: f64) -> Option<(f64, Coord, f64)> {
        let origin = area.exterior().0.first().copied()?;
        let turned = turn(area, origin, -angle);
        let kept_free = self.turned_kept_free(origin, angle);
        let mut free: Option<MultiPolygon> = None;
        for part in massing.parts() {
            let (setback_m, kept_free) =
                if part.kind.is_building() { (setback_m, &kept_free[..]) } else { (0.0, &[][..]) };
            let own = room(&turned, kept_free, (part.width_m, part.depth_m), setback_m + self.apart_m())
                .translate(-part.offset.x, -part.offset.y);
            let both = free.map_or_else(|| own.clone(), |others| others.intersection(&own));
            if both.0.is_empty() {
                return None;
            }
            free = Some(both);
        }
        let largest = free?.0.into_iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
        let middle =
            largest.centroid().filter(|middle| largest.contains(middle)).or_else(|| largest.interior_point())?;
        Some((largest.unsigned_area(), turned_back(middle.0, origin, angle), angle))
    }

    /// How far the outline that is tried is from the true one at most, metres.
    fn apart_m(&self) -> f64 {
        self.plain.as_ref().map_or(0.0, |plain| plain.apart_m)
    }

    /// What is kept free, turned as an area is that is tried at an angle.
    fn turned_kept_free(&self, origin: Coord, angle: f64) -> Vec<Polygon> {
        self.kept_free.iter().map(|kept| turn(&kept.area, origin, -angle)).collect()
    }
}

/// Factories of every kind of part but a car park, the largest first, that a parcel of so many m² is tried with. Their
/// proportions are the project's own; how many come by car is for whoever builds to say.
fn usual(area_m2: f64) -> impl Iterator<Item = Blocks> {
    const SHARES: [f64; 8] = [0.60, 0.52, 0.44, 0.36, 0.28, 0.20, 0.13, 0.07];
    SHARES.into_iter().map(move |share| {
        let side_m = (area_m2 * share).sqrt();
        let block = |width: f64, depth: f64, storeys: u32, storey_m: f64| Block {
            width_m: (side_m * width).round().max(1.0),
            depth_m: (side_m * depth).round().max(1.0),
            storeys,
            storey_m,
        };
        let yard = Block { storeys: 0, storey_m: 0.0, ..block(1.2, 0.15, 0, 0.0) };
        Blocks {
            hall: block(1.2, 0.6, 1, USUAL_STOREY_M),
            offices: Some(block(0.4, 0.12, 3, 4.0)),
            docks: Some(block(0.8, 0.06, 1, 6.0)),
            utility: Some(block(0.12, 0.25, 1, 6.0)),
            yard: Some(yard),
            parking: None,
        }
    })
}

impl Site {
    /// A hall that is asked for to begin with, where it has most room; where it has none, in the middle of the parcel.
    pub fn begin_with(&self, width_m: f64, depth_m: f64) -> Option<Massing> {
        let hall = Block { width_m, depth_m, storeys: 1, storey_m: USUAL_STOREY_M };
        let middle = self.areas.centroid()?.0;
        let massing = self.taller(Blocks { hall, ..Blocks::default() }).massing(middle, 0.0).ok()?;
        Some(self.best_place(&massing).found().unwrap_or(massing))
    }

    /// A usual factory to begin with, the largest of a few sizes for which there is a place where nothing fails; failing
    /// that a small one in the middle of the parcel.
    pub fn begin(&self) -> Option<Massing> {
        let mut findings = super::Findings::default();
        let mut may_stand = |massing: &Massing| {
            self.judge(massing, &mut findings);
            findings.may_stand()
        };
        let middle = self.areas.centroid()?.0;
        let mut smallest = None;
        for blocks in usual(self.area_m2) {
            let massing = self.taller(blocks).massing(middle, 0.0).ok()?;
            if let Some(placed) = self.best_place(&massing).found().filter(&mut may_stand) {
                return Some(placed);
            }
            smallest = Some(massing);
        }
        smallest
    }

    /// Blocks that have come below the height limits, and have storeys enough for the least plot ratio where they can.
    fn taller(&self, mut blocks: Blocks) -> Blocks {
        let ceilings = self.ceilings.iter().filter_map(|ceiling| ceiling.limit_m);
        let limit_m = ceilings.chain(self.height_limit_m).min_by(f64::total_cmp).unwrap_or(f64::INFINITY);
        for kind in PartKind::ALL.iter().copied().filter(|kind| kind.is_building()) {
            if let Some(mut block) = blocks.of(kind) {
                block.storey_m = block.storey_m.min(limit_m.max(LEAST_STOREY_M));
                block.storeys = block.storeys.min((limit_m / block.storey_m) as u32).max(1);
                blocks.set(kind, Some(block));
            }
        }
        let Some(least) = self.plot_ratio.min else { return blocks };
        let most = (limit_m / blocks.hall.storey_m).min(12.0) as u32;
        for storeys in 1..=most.max(1) {
            blocks.hall.storeys = storeys;
            let counted =
                blocks.massing(Coord::zero(), 0.0).map(|massing| plan::areas(&massing, self.norms.counted_once_m));
            if counted.is_ok_and(|areas| areas.counted >= least * self.area_m2) {
                break;
            }
        }
        blocks
    }
}
