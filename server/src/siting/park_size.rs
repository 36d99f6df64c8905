//! How large a building may be that is asked for: not larger than the park.

use crate::record::Snapshot;

/// The box around all that the record holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct ParkSize {
    shorter_m: f64,
    across_m: f64,
}

impl ParkSize {
    /// Of an empty record it is not known.
    pub(super) fn of(snapshot: &Snapshot) -> Option<Self> {
        let bounds = snapshot.bounds()?;
        let (width_m, height_m) = (bounds.width(), bounds.height());
        Some(Self { shorter_m: width_m.min(height_m), across_m: width_m.hypot(height_m) })
    }

    /// The side of a rectangle that is too long however it is turned, as a field, and what is wrong with it.
    pub(super) fn refuses(self, width_m: f64, depth_m: f64) -> Option<(&'static str, String)> {
        let is_width_longer = width_m > depth_m;
        let sides = [("width_m", width_m, is_width_longer), ("depth_m", depth_m, !is_width_longer)];
        sides.into_iter().find_map(|(field, side_m, is_longer)| {
            let most_m = if is_longer { self.across_m } else { self.shorter_m };
            (side_m > most_m).then(|| (field, format!("is {side_m} m: the park has room for {most_m:.0} m")))
        })
    }
}
