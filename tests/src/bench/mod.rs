//! What measurements share.

pub mod geopackage;
mod postgis;
mod rows;

pub use postgis::{Postgis, fill};
pub use rows::Rows;

/// A number that looks like chance, from another.
pub const fn mixed(number: u64) -> u64 {
    let mut value = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The middle one of some numbers.
pub fn median(numbers: &mut [f64]) -> f64 {
    quantile(numbers, 0.5)
}

/// The number that so many of some are at most, such as 0.99.
pub fn quantile(numbers: &mut [f64], part: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let at = (numbers.len() as f64 * part) as usize;
    numbers.get(at.min(numbers.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// What a process holds in memory, MB.
///
/// # Errors
/// The process is gone.
pub fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    use anyhow::Context;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024.0 / 1e6)
}
