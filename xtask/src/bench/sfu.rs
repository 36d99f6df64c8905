//! The media plane: its loads and the server that they are put on are one program, `benches/sfu` of `cloudsite-sfu`.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::Report;
use crate::tools;

/// Measures the media plane, beside Janus where that is installed.
pub(crate) fn measure() -> Result<Report> {
    let mut command = tools::cargo();
    command.args(["bench", "--package", "cloudsite-sfu", "--bench", "sfu"]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "the loads ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the report cannot be read")
}
