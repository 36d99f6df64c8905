//! Tiles and bounding-box queries: the load generator of `cloudsite-tests` against the release server.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::Report;
use crate::{ship, tools};

/// Measures the demo park and as many generated parcels.
pub(crate) fn measure(parcels: u64) -> Result<Report> {
    ship::server(None)?;
    let mut command = tools::cargo();
    command.args(["run", "--release", "--package", "cloudsite-tests", "--bin", "bench-tiles", "--"]);
    command.arg(parcels.to_string()).env("CLOUDSITE_BIN", ship::server_file());
    let output = command.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "the load generator ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the load generator's report cannot be read")
}
