//! Rows of a table, many at a time: sets of them, and columns that say which rows lie within bounds without looking at
//! each.

mod bits;
mod steps;

pub use bits::{Bits, Condition, Missed, Tally};
pub use steps::{Each, Interval, Steps};
