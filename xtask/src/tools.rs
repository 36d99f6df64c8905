//! Finds the programs and libraries that a task needs, and installs them from the distribution where that is allowed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    // Asked at run time: with a target folder shared between checkouts, the program may have been built in another one.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().unwrap_or(&manifest).to_path_buf()
}

/// The folder that cargo builds in.
pub(crate) fn target_dir() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Cargo, in the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command and takes anything but success as an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", spoken(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", spoken(command));
    }
    Ok(())
}

/// Whether a command can be started and succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// A command as one would type it.
fn spoken(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The program of this name in the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Something outside cargo that a task needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    /// What it is for, as people say it.
    pub(crate) purpose: &'static str,
    /// The Debian packages that bring it.
    pub(crate) packages: &'static [&'static str],
    /// Whether it is there.
    pub(crate) is_met: fn() -> bool,
}

/// Libraries that the native viewer is linked with.
pub(crate) const NATIVE_WINDOW: Need = Need {
    purpose: "the native viewer's window",
    packages: &["pkg-config", "libwayland-dev", "libxkbcommon-dev"],
    is_met: || succeeds(Command::new("pkg-config").args(["--exists", "wayland-client", "xkbcommon"])),
};

/// Libraries by which the native viewer takes part in meetings.
pub(crate) const NATIVE_SOUND: Need = Need {
    purpose: "the native viewer's sound (ALSA and Opus)",
    packages: &["pkg-config", "libasound2-dev", "libopus-dev"],
    is_met: || succeeds(Command::new("pkg-config").args(["--exists", "alsa", "opus"])),
};

/// A screen that nobody sees, for tests of the native viewer's window.
pub(crate) const UNSEEN_SCREEN: Need = Need {
    purpose: "a screen that nobody sees (Xvfb), and what a window needs of X11",
    packages: &["xvfb", "libx11-xcb1", "libxcursor1", "libxi6", "libxkbcommon-x11-0", "libxrandr2"],
    is_met: || {
        find("Xvfb").is_some() && installed("libxkbcommon-x11-0") && installed("libxcursor1") && installed("libxi6")
    },
};

/// Vulkan in software, for pictures of the native viewer.
pub(crate) const SOFTWARE_VULKAN: Need = Need {
    purpose: "Vulkan in software (lavapipe)",
    packages: &["libvulkan1", "mesa-vulkan-drivers"],
    is_met: || lavapipe().is_some(),
};

/// A browser that a test can drive.
pub(crate) const BROWSER: Need = Need {
    purpose: "a browser for the page's tests",
    packages: &["chromium", "chromium-driver"],
    is_met: || find("chromium").is_some() && find("chromedriver").is_some(),
};

/// A program that reads what the pages of a PDF say.
pub(crate) const PDF_TEXT: Need = Need {
    purpose: "pdftotext, to read the dossier's pages",
    packages: &["poppler-utils"],
    is_met: || find("pdftotext").is_some(),
};

/// A second reader of what is exported, and of the dossier's layers.
pub(crate) const GDAL: Need = Need {
    purpose: "GDAL, to read exported files and the dossier's layers",
    packages: &["gdal-bin"],
    is_met: || find("ogrinfo").is_some() && find("ogr2ogr").is_some(),
};

/// A second opinion on files of recordings, and what the frames in them are coded with.
pub(crate) const FFMPEG: Need = Need {
    purpose: "ffmpeg and ffprobe, to play recordings",
    packages: &["ffmpeg"],
    is_met: || find("ffmpeg").is_some() && find("ffprobe").is_some(),
};

/// A relay, and a client that tries it.
pub(crate) const RELAY: Need = Need {
    purpose: "coturn, to try the configuration that is made for it",
    packages: &["coturn"],
    is_met: || find("turnserver").is_some() && find("turnutils_uclient").is_some(),
};

/// The database that the record is measured against.
pub(crate) const POSTGIS: Need = Need {
    purpose: "PostgreSQL 15 with PostGIS",
    packages: &["postgresql-15", "postgresql-15-postgis-3"],
    is_met: || Path::new("/usr/lib/postgresql/15/bin/initdb").is_file() && installed("postgresql-15-postgis-3"),
};

/// The distribution's Rust compiler, which can build the standard library for the browser.
pub(crate) const DISTRIBUTION_RUST: Need = Need {
    purpose: "a compiler for wasm32-unknown-unknown",
    packages: &["rustc-web", "cargo-web", "rust-web-src", "lld-19"],
    is_met: || {
        let files = ["/usr/bin/rustc", "/usr/bin/cargo"];
        files.iter().all(|file| Path::new(file).is_file())
            && find("wasm-ld-19").is_some()
            && installed("rustc-web")
            && installed("rust-web-src")
            && is_recent(Path::new("/usr/bin/rustc"))
    },
};

/// Sees to it that there is aiortc, a WebRTC client that has nothing in common with the server's own. The distribution's is too
/// old to offer one transport for all. Tests that want it say so where it cannot be had.
pub(crate) fn provide_aiortc() {
    let python = |words: &[&str]| succeeds(Command::new("python3").args(words));
    if !python(&["-c", "import aiortc"]) {
        println!("    python3 -m pip install aiortc==1.16.0");
        python(&["-m", "pip", "install", "--quiet", "--break-system-packages", "aiortc==1.16.0"]);
    }
}

/// Whether a compiler is as new as the workspace asks for.
fn is_recent(rustc: &Path) -> bool {
    let output = Command::new(rustc).arg("--version").output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    version(&said).zip(version(env!("CARGO_PKG_RUST_VERSION"))).is_some_and(|(its, least)| its >= least)
}

/// The first two numbers of a version, which may have words before it.
fn version(text: &str) -> Option<(u32, u32)> {
    let word = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let mut numbers = word.split(['.', '-', '+']).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The driver description of lavapipe, for `VK_ICD_FILENAMES`.
pub(crate) fn lavapipe() -> Option<PathBuf> {
    let folder = fs::read_dir("/usr/share/vulkan/icd.d").ok()?;
    folder
        .flatten()
        .map(|entry| entry.path())
        .find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd")))
}

fn installed(package: &str) -> bool {
    succeeds(Command::new("dpkg-query").args(["--show", package]))
}

/// Sees to it that all needs are met: installs what is missing if it may, and otherwise says exactly how to.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_met)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("    missing: {} (Debian: {})", need.purpose, need.packages.join(" "));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages.iter().copied()).collect();
    let by_hand = format!("apt-get update && apt-get install --no-install-recommends -y {}", packages.join(" "));
    if find("apt-get").is_none() || !is_root() {
        bail!("install what is missing and start again; on Debian, as root: {by_hand}");
    }
    println!("    {by_hand}");
    apt(&["update", "-q"])?;
    let mut words = vec!["install", "-q", "-y", "--no-install-recommends"];
    words.extend(packages);
    apt(&words)?;
    match missing.iter().find(|need| !(need.is_met)()) {
        Some(need) => bail!("{} is still missing after its packages were installed", need.purpose),
        None => Ok(()),
    }
}

fn apt(words: &[&str]) -> Result<()> {
    let output = Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive").output()?;
    if !output.status.success() {
        bail!("apt-get {} failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_compilers_and_manifests_write_them() {
        let cases = [
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", Some((1, 96))),
            ("1.95", Some((1, 95))),
            ("rustc 1.100.0-nightly", Some((1, 100))),
            ("no version", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_command_that_fails_is_an_error_that_repeats_it() {
        let error = run(Command::new("false").arg("--really")).unwrap_err();
        assert!(error.to_string().starts_with("false --really ended with"), "{error}");
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start no-such-program-here");
    }

    #[test]
    fn programs_are_found_in_the_search_path() {
        assert!(find("sh").is_some());
        assert_eq!(find("no-such-program-here"), None);
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
