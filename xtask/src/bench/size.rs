//! What the browser downloads, and what it is made of.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Report, Row};
use crate::dist::{Dist, compressed_name};
use crate::sections;
use crate::wasm::Profile;

const PAGE_GOAL_MB: f64 = 0.4;
const KEEPING_GOAL_MB: f64 = 0.4;
const FITTING_GOAL_MB: f64 = 0.4;
const RULES_GOAL_MB: f64 = 0.4;
const VIEWER_GOAL_MB: f64 = 5.0;

/// Sizes of the shipping profile's modules.
pub(crate) fn measure() -> Result<Report> {
    let dist = Dist::of(Profile::DistWeb);
    let mut rows = Vec::new();
    for (name, folder, file, goal) in [
        ("page", "", "page_bg", PAGE_GOAL_MB),
        ("page, for who keeps the record", "", "page_keeping", KEEPING_GOAL_MB),
        ("page, for who tries a factory", "", "page_fitting", FITTING_GOAL_MB),
        ("rules", "rules", "rules_bg", RULES_GOAL_MB),
        ("viewer", "viewer", "viewer_bg", VIEWER_GOAL_MB),
    ] {
        let folder = dist.folder.join(folder);
        let file = module_in(&folder, file).context("the shipping profile is not built; run cargo xtask dist")?;
        let wasm = fs::read(&file)?;
        let downloaded = megabytes(fs::metadata(compressed_name(&file))?.len());
        rows.push(Row {
            name: format!("{name}, downloaded (brotli)"),
            unit: "MB".to_owned(),
            ours: downloaded,
            goal: Some(format!("<= {goal}")),
            met: Some(downloaded <= goal),
            ..Row::default()
        });
        rows.push(plain(format!("{name}, raw"), wasm.len()));
        for (section, bytes) in section_sizes(&wasm)? {
            rows.push(plain(format!("{name}, {section} section"), bytes));
        }
    }
    Ok(Report { rows })
}

fn plain(name: String, bytes: usize) -> Row {
    Row { name, unit: "MB".to_owned(), ours: megabytes(bytes as u64), ..Row::default() }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn module_in(folder: &Path, name: &str) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let is_module = |file: &PathBuf| {
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with(&format!("{name}-")) && file.ends_with(".wasm")
    };
    files.find(is_module).with_context(|| format!("no {name} module in {}", folder.display()))
}

/// The sections of a module that take up most, and everything else in one; the largest first.
fn section_sizes(wasm: &[u8]) -> Result<Vec<(&'static str, usize)>> {
    let mut sizes = [("code", 0), ("data", 0), ("custom", 0), ("other", 0)];
    for section in sections::all(wasm)? {
        let slot = match section.id {
            10 => 0,
            11 => 1,
            0 => 2,
            _ => 3,
        };
        sizes[slot].1 += section.content.len();
    }
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(sizes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_added_up() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([10, 2, 0, 0]); // code
        wasm.extend([0, 0x81, 0x01]); // custom, 129 bytes
        wasm.extend([7; 129]);
        wasm.extend([11, 1, 0, 11, 3, 0, 0, 0]); // data, twice
        assert_eq!(section_sizes(&wasm).unwrap(), [("custom", 129), ("data", 4), ("code", 2), ("other", 0)]);
    }
}
