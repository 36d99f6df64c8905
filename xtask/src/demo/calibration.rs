//! Numbers that the demo park is drawn from.
//!
//! They are quantiles of the real district, taken once from a grid of 250 m cells with building counts, footprints and
//! mean heights (cells of which more than half is of one use, with at least one building; 1,225 industrial, 526
//! residential, 39 office and 7 commercial cells). The grid itself is neither read nor shipped.

/// Heights at the 5th, 25th, 50th, 75th and 95th percentile, metres.
type Quantiles = [f64; 5];

pub(super) const INDUSTRIAL_HEIGHT_M: Quantiles = [9.8, 13.4, 16.6, 21.8, 33.5];
pub(super) const RESIDENTIAL_HEIGHT_M: Quantiles = [11.1, 16.0, 22.2, 34.5, 60.8];
pub(super) const OFFICE_HEIGHT_M: Quantiles = [9.4, 19.3, 26.5, 33.1, 51.4];
pub(super) const COMMERCIAL_HEIGHT_M: Quantiles = [20.8, 21.3, 31.2, 39.0, 43.4];

/// Footprints over land, streets and water included, in industrial cells: the quartiles. The mean is 0.245.
#[cfg(test)]
pub(super) const INDUSTRIAL_DENSITY: [f64; 3] = [0.099, 0.220, 0.356];

const RANKS: Quantiles = [0.0, 0.25, 0.5, 0.75, 1.0];

/// The value at `rank`, 0 to 1, between the quantiles; nothing lies beyond the outer ones.
pub(super) fn at_rank(quantiles: Quantiles, rank: f64) -> f64 {
    let upper = RANKS.iter().position(|each| rank <= *each).unwrap_or(4).max(1);
    let share = (rank - RANKS[upper - 1]) / (RANKS[upper] - RANKS[upper - 1]);
    quantiles[upper - 1] + share * (quantiles[upper] - quantiles[upper - 1])
}
