//! How the picture is split into panes. All are of one size and look the same way from the same height; each may stand
//! over a place of its own.

use bevy::math::{DVec2, Vec2, Vec3};
use bevy::prelude::Resource;

use super::settings::View;

/// At most so many panes.
pub const MOST_PANES: usize = 4;

/// At most so many features stand out in a pane: as many as parcels are joined.
pub const MOST_MARKED: usize = 5;

/// What one pane stands over.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stand {
    /// How far its eye is from that of the first pane, metres east and north.
    pub shift_m: DVec2,
    /// The slots of the features that stand out in this pane alone.
    pub slots: [Option<u32>; MOST_MARKED],
}

/// A pane's pixels, from the picture's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// From the left.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// To the next pane or the picture's end.
    pub width: u32,
    /// Likewise, downward.
    pub height: u32,
}

/// The panes: columns and rows of them, counted by rows from the upper left.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Panes {
    columns: u32,
    rows: u32,
    /// Whether each stands over its own place; else all stand over the same, each with its own overlay.
    compares: bool,
    stands: [Stand; MOST_PANES],
}

impl Default for Panes {
    fn default() -> Self {
        Self::beside_each_other(1)
    }
}

impl Panes {
    /// So many that show the same from the same place, at least one and at most [`MOST_PANES`].
    pub fn beside_each_other(count: usize) -> Self {
        let columns = count.clamp(1, MOST_PANES) as u32;
        Self { columns, rows: 1, compares: false, stands: [Stand::default(); MOST_PANES] }
    }

    /// One for each place, in a picture of this size: beside each other where it is wider than high, else below each
    /// other, and four two by two. Of more than [`MOST_PANES`] the first.
    pub fn of_places(places: &[Stand], picture: Vec2) -> Self {
        let count = places.len().clamp(1, MOST_PANES) as u32;
        let (columns, rows) = match count {
            4 => (2, 2),
            count if picture.x > picture.y => (count, 1),
            count => (1, count),
        };
        let stands = std::array::from_fn(|pane| places.get(pane).copied().unwrap_or_default());
        Self { columns, rows, compares: true, stands }
    }

    /// How many.
    pub const fn count(&self) -> u32 {
        self.columns * self.rows
    }

    /// Columns and rows.
    pub const fn grid(&self) -> (u32, u32) {
        (self.columns, self.rows)
    }

    /// Whether each stands over its own place.
    pub const fn compares(&self) -> bool {
        self.compares
    }

    /// What a pane stands over.
    pub fn stand(&self, pane: usize) -> Stand {
        self.stands.get(pane).copied().unwrap_or_default()
    }

    /// How many of the panes differ in where they stand: all, or all are as the first.
    pub const fn views(&self) -> u32 {
        if self.compares { self.count() } else { 1 }
    }

    /// Which of these a pane is.
    pub const fn view_of(&self, pane: usize) -> usize {
        if self.compares { pane } else { 0 }
    }

    /// What is seen in a pane where the first one has `view`.
    pub fn view(&self, pane: usize, view: &View) -> View {
        let shift = self.stand(pane).shift_m.as_vec2();
        View { eye: view.eye + Vec3::new(shift.x, 0.0, -shift.y), ..*view }
    }

    /// The pane in which a part of the picture is, each from 0 to 1 from the upper left; the nearest outside of it.
    pub fn at(&self, part: Vec2) -> usize {
        let index = |part: f32, count: u32| ((part * count as f32).max(0.0) as u32).min(count - 1);
        (index(part.y, self.rows) * self.columns + index(part.x, self.columns)) as usize
    }

    /// The size of each in a picture of some size, pixels. Where that cannot be shared out it is a pixel more than some
    /// panes show.
    pub const fn size(&self, (width, height): (u32, u32)) -> (u32, u32) {
        (width.div_ceil(self.columns), height.div_ceil(self.rows))
    }

    /// The pixels of a pane in a picture of some size.
    pub const fn cell(&self, pane: u32, (width, height): (u32, u32)) -> Cell {
        let (column, row) = (pane % self.columns, pane / self.columns);
        let (left, top) = (column * width / self.columns, row * height / self.rows);
        let (right, bottom) = ((column + 1) * width / self.columns, (row + 1) * height / self.rows);
        Cell { left, top, width: right - left, height: bottom - top }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stands(count: usize) -> Vec<Stand> {
        (0..count).map(|pane| Stand { shift_m: DVec2::new(pane as f64 * 100.0, 7.0), ..Stand::default() }).collect()
    }

    #[test]
    fn places_stand_beside_each_other_where_it_is_wide_and_below_each_other_where_it_is_high() {
        let (wide, high, square) = (Vec2::new(1280.0, 744.0), Vec2::new(360.0, 640.0), Vec2::splat(500.0));
        let cases = [
            (2, wide, (2, 1)),
            (2, high, (1, 2)),
            (3, wide, (3, 1)),
            (3, high, (1, 3)),
            (4, wide, (2, 2)),
            (4, high, (2, 2)),
            (2, square, (1, 2)),
        ];
        for (count, picture, grid) in cases {
            assert_eq!(Panes::of_places(&stands(count), picture).grid(), grid, "{count} in {picture}");
        }
    }

    #[test]
    fn a_pane_looks_the_same_way_from_over_its_own_place() {
        let panes = Panes::of_places(&stands(3), Vec2::new(900.0, 400.0));
        let view = View::default();
        let third = panes.view(2, &view);
        assert_eq!((third.eye - view.eye, third.forward), (Vec3::new(200.0, 0.0, -7.0), view.forward));
        let halves = Panes::beside_each_other(2);
        assert_eq!((halves.view(1, &view), halves.views(), halves.view_of(1)), (view, 1, 0));
        assert_eq!((panes.views(), panes.view_of(1)), (3, 1));
    }

    proptest! {
        #[test]
        fn every_pixel_is_in_one_pane_and_found_there(
            count in 1usize..=4, width in 8u32..2_000, height in 8u32..2_000, x in 0.0f32..1.0, y in 0.0f32..1.0,
        ) {
            let panes = Panes::of_places(&stands(count), Vec2::new(width as f32, height as f32));
            let pixel = ((x * width as f32) as u32, (y * height as f32) as u32);
            let holds = |pane: &u32| {
                let cell = panes.cell(*pane, (width, height));
                (cell.left..cell.left + cell.width).contains(&pixel.0)
                    && (cell.top..cell.top + cell.height).contains(&pixel.1)
            };
            let holders: Vec<u32> = (0..panes.count()).filter(holds).collect();
            prop_assert_eq!(holders.len(), 1);
            let size = panes.size((width, height));
            let cell = panes.cell(holders[0], (width, height));
            prop_assert!(size.0 - cell.width <= 1 && size.1 - cell.height <= 1, "{:?} of {:?}", cell, size);
            // A place in the middle of a pixel, which no rounding takes to the next pane.
            let middle = Vec2::new(cell.left as f32 + cell.width as f32 / 2.0, cell.top as f32 + cell.height as f32 / 2.0);
            prop_assert_eq!(panes.at(middle / Vec2::new(width as f32, height as f32)) as u32, holders[0]);
        }
    }
}
