//! Values of a parcel that no land can have, each by itself or two together.

use super::Problem;
use crate::record::{Bounds, Feature, Parcel, SupplyKind};

/// No plan asks for more floor area than this many times the land.
const GREATEST_PLOT_RATIO: f64 = 30.0;

/// The highest building in the world has less, metres.
const GREATEST_HEIGHT_M: f64 = 1_000.0;

/// Checks ratios and heights.
pub(super) fn check(feature: &Feature, parcel: &Parcel, problems: &mut Vec<Problem>) {
    range(feature, "plot_ratio", parcel.plot_ratio, GREATEST_PLOT_RATIO, problems);
    range(feature, "site_coverage", parcel.site_coverage, 1.0, problems);
    range(feature, "green_ratio", parcel.green_ratio, 1.0, problems);
    if let Some(height_m) = parcel.height_limit_m.filter(|height_m| !(*height_m > 0.0 && *height_m < GREATEST_HEIGHT_M))
    {
        let message = format!("a height limit of {height_m} m leaves nothing to build, or is none");
        problems.push(Problem::error("value.range", feature, message).in_field("height_limit_m"));
    }
    if let Some(vibration) = parcel.vibration_um_per_s.filter(|vibration| !(vibration.is_finite() && *vibration > 0.0))
    {
        let message = format!("{vibration} µm/s is no vibration: no ground is without one");
        problems.push(Problem::error("value.range", feature, message).in_field("vibration_um_per_s"));
    }
    let shares = parcel.supplies.iter().filter(|supply| supply.kind == SupplyKind::GreenPower);
    if let Some(share) = shares.filter_map(|supply| supply.capacity).find(|share| *share > 100.0) {
        let message = format!("{share} % of the power cannot come from anywhere");
        problems.push(Problem::error("value.range", feature, message).in_field("supplies"));
    }
    let setbacks = parcel.setbacks.iter().flat_map(|setbacks| {
        [
            ("setback_front_m", setbacks.front_m),
            ("setback_side_m", setbacks.side_m),
            ("setback_rear_m", setbacks.rear_m),
        ]
    });
    for (field, metres) in setbacks.filter(|(_, metres)| !(metres.is_finite() && *metres >= 0.0)) {
        let message = format!("{metres} m is no distance");
        problems.push(Problem::error("value.range", feature, message).in_field(field));
    }
    if let (Some(built), Some(green)) = (parcel.site_coverage.min, parcel.green_ratio.min)
        && built + green > 1.0 + 1e-9
    {
        let message = format!(
            "at least {built} of the land is to be built on and at least {green} to be green: together more than all of it"
        );
        problems.push(Problem::error("value.coverage_and_green", feature, message).in_field("green_ratio_min"));
    }
}

fn range(feature: &Feature, field: &'static str, bounds: Bounds, most: f64, problems: &mut Vec<Problem>) {
    for (end, bound) in [("min", bounds.min), ("max", bounds.max)] {
        let Some(bound) = bound.filter(|bound| !(bound.is_finite() && (0.0..=most).contains(bound))) else { continue };
        let problem = Problem::error("value.range", feature, format!("{bound} does not lie between 0 and {most}"))
            .in_field(format!("{field}_{end}"));
        // A share that someone wrote in per cent.
        let is_percent = most <= 1.0 && (1.0..=100.0).contains(&bound);
        problems.push(if is_percent { problem.mended_with(bound / 100.0) } else { problem });
    }
    if let (Some(min), Some(max)) = (bounds.min, bounds.max)
        && min > max
    {
        let message = format!("the lower bound {min} is above the upper bound {max}");
        problems.push(Problem::error("value.bounds", feature, message).in_field(format!("{field}_min")));
    }
}
