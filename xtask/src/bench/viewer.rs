//! Frame time of the viewer in the browser, beside MapLibre GL with the same tiles.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::Report;
use crate::dist::Dist;
use crate::steps::Steps;
use crate::wasm::Profile;
use crate::{ship, tools};

/// The version that was compared with; another may be put here at any time.
const MAPLIBRE: &str = "maplibre-gl@6.17.0";

/// Measures with what was built last of the shipping profile, else with the quick one.
pub(crate) fn measure() -> Result<Report> {
    tools::provide(&[tools::BROWSER, tools::NATIVE_WINDOW, tools::NATIVE_SOUND, tools::SOFTWARE_VULKAN])?;
    let shipping = Dist::of(Profile::DistWeb).folder;
    let web = if shipping.join("viewer/manifest.json").is_file() {
        shipping
    } else {
        ship::web(&mut Steps::new(), Profile::Web)?.folder
    };
    ship::server(None)?;
    tools::run(tools::cargo().args(["build", "--release", "--package", "cloudsite-viewer", "--bins"]))?;
    let mut command = tools::cargo();
    command.args(["run", "--release", "--package", "cloudsite-tests", "--bin", "bench-viewer", "--"]);
    command.arg(maplibre()?).env("CLOUDSITE_BIN", ship::server_file()).env("CLOUDSITE_TEST_WEB_DIST", web);
    command.env("CLOUDSITE_VIEWER_BIN", tools::target_dir().join("release/cloudsite-viewer"));
    let output = command.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "the bench ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("the bench's report cannot be read")
}

/// The folder of MapLibre GL's modules, fetched by npm if it is not there yet.
fn maplibre() -> Result<PathBuf> {
    let peers = tools::target_dir().join("peers").join(MAPLIBRE);
    let modules = peers.join("node_modules/maplibre-gl/dist");
    if !modules.join("maplibre-gl.mjs").is_file() {
        ensure!(tools::find("npm").is_some(), "npm is missing; Debian has it in the package npm");
        fs::create_dir_all(&peers)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&peers).arg(MAPLIBRE);
        tools::run(&mut npm)?;
    }
    Ok(modules)
}
