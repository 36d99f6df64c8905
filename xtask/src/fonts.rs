//! The fonts of the viewer's labels: subsets of Noto Sans CJK, made by `assets/fonts/subset.py`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::{self, Need};

/// The fonts that the subsets are made of.
const NOTO: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const NOTO_BOLD: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";
/// Pythons that may have fontTools; the distribution's second, because its package brings it there.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

const NEEDS: [Need; 2] = [
    Need {
        purpose: "the fonts that the labels' and the dossiers' fonts are made of",
        packages: &["fonts-noto-cjk"],
        is_met: || [NOTO, NOTO_BOLD].iter().all(|font| Path::new(font).is_file()),
    },
    Need {
        purpose: "fontTools for Python",
        packages: &["python3", "python3-fonttools"],
        is_met: || python().is_some(),
    },
];

/// Makes the labels' fonts anew below `root`. They hold every character of the demo park's names, so they are made after
/// it.
pub(crate) fn generate(root: &Path) -> Result<()> {
    tools::provide(&NEEDS)?;
    let python = python().context("no Python has fontTools")?;
    let folder = root.join("assets/fonts");
    let mut command = Command::new(python);
    command
        .arg(folder.join("subset.py"))
        .args([NOTO, NOTO_BOLD])
        .arg(root.join("assets/demo/park.geojson"))
        .arg(&folder);
    tools::run(&mut command)
}

fn python() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| tools::succeeds(Command::new(python).args(["-c", "import fontTools.subset"])))
}
