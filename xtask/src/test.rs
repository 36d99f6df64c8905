//! `cargo xtask test`: everything that CI runs.

use std::process::Command;

use anyhow::Result;

use crate::dist::Dist;
use crate::ship;
use crate::steps::Steps;
use crate::tools;
use crate::wasm::Profile;

const CLIPPY: &[&str] = &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];

/// Runs all checks and tests; stops at the first step that fails. The runner's own summary is printed last.
pub(crate) fn test() -> Result<()> {
    let mut steps = Steps::new();
    steps.take("tools", || {
        components()?;
        let native = [tools::NATIVE_WINDOW, tools::NATIVE_SOUND, tools::UNSEEN_SCREEN, tools::SOFTWARE_VULKAN];
        let others = [tools::BROWSER, tools::PDF_TEXT, tools::GDAL, tools::FFMPEG, tools::RELAY];
        tools::provide_aiortc();
        tools::provide(&[native.as_slice(), &others].concat())
    })?;
    steps.take("format", || cargo(&["fmt", "--all", "--check"]))?;
    steps.take("clippy", || cargo(CLIPPY))?;
    if tools::find("cargo-deny").is_some() {
        steps.take("deny", || cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))?;
    } else {
        println!("    cargo-deny is not installed (cargo install cargo-deny); licences and sources go unchecked");
    }
    // A workspace of its own, which nothing else would notice to be broken.
    steps.take("fuzz targets", || cargo(&["check", "--quiet", "--manifest-path", "tests/fuzz/Cargo.toml"]))?;
    let dist = ship::web(&mut steps, Profile::Web)?;
    // All at once, so that each crate is compiled with one set of features.
    steps.take("build", || cargo(&["build", "--workspace", "--all-targets"]))?;
    steps.take("examples in the documentation", || cargo(&["test", "--quiet", "--workspace", "--doc"]))?;
    steps.print();
    steps.take("tests", || tests(&dist))?;
    Ok(())
}

fn cargo(words: &[&str]) -> Result<()> {
    tools::run(tools::cargo().args(words))
}

/// Formatter and linter, which a lean toolchain comes without.
fn components() -> Result<()> {
    let there = |word: &str| tools::succeeds(tools::cargo().args([word, "--version"]));
    if there("fmt") && there("clippy") {
        return Ok(());
    }
    println!("    rustup component add rustfmt clippy");
    tools::run(Command::new("rustup").args(["component", "add", "rustfmt", "clippy"]))
}

fn tests(dist: &Dist) -> Result<()> {
    let mut command = tools::cargo();
    if tools::find("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    }
    let programs = tools::target_dir().join("debug");
    command.env("CLOUDSITE_BIN", programs.join("cloudsite"));
    command.env("CLOUDSITE_VIEWER_BIN", programs.join("cloudsite-viewer"));
    command.env("CLOUDSITE_TEST_WEB_DIST", &dist.folder);
    tools::run(&mut command)
}
