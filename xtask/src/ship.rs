//! Builds the folder for browsers, and the server that ships with it inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::dist::Dist;
use crate::steps::Steps;
use crate::tools;
use crate::wasm::{Module, Profile, Toolchain};

/// Builds page, rules and viewer.
pub(crate) fn web(steps: &mut Steps, profile: Profile) -> Result<Dist> {
    modules(steps, profile, &[Module::Page, Module::Rules, Module::Viewer])
}

/// Builds some of the browser's modules; the folder keeps the others as they are.
pub(crate) fn modules(steps: &mut Steps, profile: Profile, modules: &[Module]) -> Result<Dist> {
    let toolchain = steps.take("compiler for the browser", Toolchain::provide)?;
    let dist = Dist::of(profile);
    for module in modules {
        steps.take(module.name(), || dist.lay_out(*module, &toolchain.build(*module, profile)?))?;
    }
    Ok(dist)
}

/// The server's file in the release profile.
pub(crate) fn server_file() -> PathBuf {
    tools::target_dir().join("release/cloudsite")
}

/// Builds the server.
pub(crate) fn server(with: Option<&Dist>) -> Result<()> {
    let mut command = tools::cargo();
    command.args(["build", "--release", "--package", "cloudsite-server"]);
    match with {
        Some(dist) => command.env("CLOUDSITE_WEB_DIST", &dist.folder),
        None => command.env_remove("CLOUDSITE_WEB_DIST"),
    };
    tools::run(&mut command)
}

/// Builds what ships.
pub(crate) fn dist() -> Result<()> {
    let mut steps = Steps::new();
    let dist = web(&mut steps, Profile::DistWeb)?;
    steps.take("server", || server(Some(&dist)))?;
    steps.print();
    crate::bench::run(crate::bench::Name::Size, false, 0)?;
    let size = std::fs::metadata(server_file())?.len();
    println!("{} ({:.1} MB) serves page and viewer by itself", server_file().display(), size as f64 / 1e6);
    Ok(())
}
