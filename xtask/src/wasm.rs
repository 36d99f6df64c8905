//! Compiles the browser's modules, with whichever compiler can.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools;

const TARGET: &str = "wasm32-unknown-unknown";

/// `getrandom` asks the browser for randomness only when it is told to.
const RUSTFLAGS: &str = r#"--cfg getrandom_backend="wasm_js""#;

/// Which profile the browser's modules are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Quick to build.
    Web,
    /// Small to download.
    DistWeb,
}

impl Profile {
    /// The profile's name in Cargo.toml.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::DistWeb => "dist-web",
        }
    }
}

/// A module of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Module {
    /// The page around the park.
    Page,
    /// The record's rules, for those who edit.
    Rules,
    /// The park.
    Viewer,
}

impl Module {
    /// The module's name in the folder that is served.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Rules => "rules",
            Self::Viewer => "viewer",
        }
    }

    const fn cargo_words(self) -> &'static [&'static str] {
        match self {
            Self::Page => &["--package", "cloudsite-web"],
            Self::Rules => &["--package", "cloudsite-rules"],
            // The package also has a program for native windows, which is none of the browser's.
            Self::Viewer => &["--package", "cloudsite-viewer", "--lib"],
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Page => "cloudsite-web.wasm",
            Self::Rules => "cloudsite_rules.wasm",
            Self::Viewer => "cloudsite_viewer.wasm",
        }
    }
}

/// A compiler that can build for the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one in use, which has the target's standard library.
    Own,
    /// The distribution's, which builds the standard library from source.
    Distribution,
}

impl Toolchain {
    /// Finds a compiler; installs what is missing where that is possible.
    pub(crate) fn provide() -> Result<Self> {
        if has_target() {
            return Ok(Self::Own);
        }
        if (tools::DISTRIBUTION_RUST.is_met)() {
            return Ok(Self::Distribution);
        }
        println!("    rustup target add {TARGET}");
        if tools::succeeds(Command::new("rustup").args(["target", "add", TARGET])) && has_target() {
            return Ok(Self::Own);
        }
        println!("    rustup cannot fetch it; taking the distribution's compiler");
        tools::provide(&[tools::DISTRIBUTION_RUST]).with_context(|| format!("no compiler for {TARGET}"))?;
        Ok(Self::Distribution)
    }

    fn cargo(self) -> Command {
        let Self::Distribution = self else {
            return tools::cargo();
        };
        let mut command = Command::new("/usr/bin/cargo");
        command.current_dir(tools::root());
        // What rustup's cargo leaves in the environment would send this one back to rustup's compiler and libraries.
        for name in ["CARGO", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH", "RUSTC_WRAPPER", "RUSTDOC", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUST_RECURSION_COUNT");
        command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
        command
    }

    /// Compiles a module and returns the file made.
    pub(crate) fn build(self, module: Module, profile: Profile) -> Result<PathBuf> {
        let target_dir = tools::target_dir().join("web");
        let mut command = self.cargo();
        command.arg("build");
        if self == Self::Distribution {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command.args(["--target", TARGET, "--profile", profile.name(), "--target-dir"]).arg(&target_dir);
        command.args(module.cargo_words());
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
        tools::run(&mut command)?;
        let file = target_dir.join(TARGET).join(profile.name()).join(module.file());
        ensure!(file.is_file(), "cargo succeeded, but {} is not there", file.display());
        Ok(file)
    }
}

/// Whether the compiler in use has the target's standard library.
fn has_target() -> bool {
    let output = Command::new("rustc").args(["--print", "sysroot"]).current_dir(tools::root()).output();
    output.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir()
    })
}
