//! What the browser downloads, and what it is made of.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{Report, Row};
use crate::dist::{Dist, compressed_name};
use crate::wasm::Profile;

const PAGE_GOAL_MB: f64 = 0.4;
const RULES_GOAL_MB: f64 = 0.4;
const VIEWER_GOAL_MB: f64 = 5.0;

/// Sizes of the shipping profile's modules.
pub(crate) fn measure() -> Result<Report> {
    let dist = Dist::of(Profile::DistWeb);
    let mut rows = Vec::new();
    for (name, folder, goal) in [
        ("page", dist.folder.clone(), PAGE_GOAL_MB),
        ("rules", dist.folder.join("rules"), RULES_GOAL_MB),
        ("viewer", dist.folder.join("viewer"), VIEWER_GOAL_MB),
    ] {
        let file = module_in(&folder, name).context("the shipping profile is not built; run cargo xtask dist")?;
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
        for (section, bytes) in sections(&wasm)? {
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
        file.starts_with(&format!("{name}_bg-")) && file.ends_with(".wasm")
    };
    files.find(is_module).with_context(|| format!("no {name} module in {}", folder.display()))
}

/// The sections of a module that take up most, and everything else in one; the largest first.
fn sections(wasm: &[u8]) -> Result<Vec<(&'static str, usize)>> {
    ensure!(wasm.starts_with(b"\0asm\x01\0\0\0"), "not a WebAssembly module");
    let mut sizes = [("code", 0), ("data", 0), ("custom", 0), ("other", 0)];
    let mut rest = &wasm[8..];
    while let [id, tail @ ..] = rest {
        let (size, tail) = leb128(tail).context("a section's size is cut off")?;
        ensure!(size <= tail.len(), "a section is cut off");
        let slot = match id {
            10 => 0,
            11 => 1,
            0 => 2,
            _ => 3,
        };
        sizes[slot].1 += size;
        rest = &tail[size..];
    }
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(sizes.to_vec())
}

/// An unsigned number of variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
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
        assert_eq!(sections(&wasm).unwrap(), [("custom", 129), ("data", 4), ("code", 2), ("other", 0)]);
        wasm.pop();
        assert!(sections(&wasm).is_err(), "a cut module is refused");
    }
}
