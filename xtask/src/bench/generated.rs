//! The load generators of `cloudsite-tests` against the release server and PostgreSQL with PostGIS.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::Report;
use crate::{ship, tools};

/// Measures generated parcels with a load generator, such as `bench-record`.
pub(crate) fn measure(generator: &str, parcels: u64) -> Result<Report> {
    tools::provide(&[tools::POSTGIS])?;
    ship::server(None)?;
    let mut command = tools::cargo();
    command.args(["run", "--release", "--package", "cloudsite-tests", "--bin", generator, "--"]);
    command.arg(parcels.to_string()).env("CLOUDSITE_BIN", ship::server_file());
    let output = command.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "the load generator ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the load generator's report cannot be read")
}
