//! Rows of a table, many at a time: sets of them, and columns that say which rows lie within bounds without looking at
//! each.

mod bits;
mod steps;

pub use bits::{Bits, Condition, Tally};
pub use steps::{Interval, Step, Steps};
