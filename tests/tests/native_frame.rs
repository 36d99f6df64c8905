//! A frame of the native viewer, drawn without a window by software Vulkan, against a stored picture.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use cloudsite_tests::{Picture, Server, difference, program, workspace};
use tokio::process::Command;

const SIZE: (u32, u32) = (640, 400);
const DRAWN_WITHIN: Duration = Duration::from_mins(4);
/// Rasterisers differ by a shade and at edges; a park that lost its buildings differs by more.
const TOLERANCE: u8 = 24;
const MOST_DIFFERENT: f64 = 0.06;

/// The driver description of lavapipe.
fn lavapipe() -> Option<PathBuf> {
    let drivers = fs::read_dir("/usr/share/vulkan/icd.d").ok()?;
    let files = drivers.flatten().map(|entry| entry.path());
    files.into_iter().find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd")))
}

/// Draws the opening view into a file.
async fn draw(server: &Server, driver: &Path) -> PathBuf {
    let file = server.scratch().join("overview.png");
    let mut command = Command::new(program("CLOUDSITE_VIEWER_BIN", "cloudsite-viewer"));
    command.args(["--server", &server.url(""), "--quality", "light"]).arg("--screenshot").arg(&file);
    command.args(["--size", &format!("{}x{}", SIZE.0, SIZE.1)]);
    command.env("VK_ICD_FILENAMES", driver).env("WGPU_BACKEND", "vulkan");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let viewer = command.spawn().expect("the viewer can be started");
    let output = tokio::time::timeout(DRAWN_WITHIN, viewer.wait_with_output()).await;
    let output = output.expect("the picture is drawn in time").expect("the viewer's output can be read");
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    file
}

#[tokio::test]
async fn the_opening_view_looks_as_it_did() {
    let Some(driver) = lavapipe() else {
        println!("skipped: there is no lavapipe (Debian: mesa-vulkan-drivers)");
        return;
    };
    let server = Server::start().await;
    let drawn = Picture::read(&draw(&server, &driver).await);
    assert_eq!(drawn.size(), SIZE);
    assert!(drawn.blankness() < 0.8 && drawn.colours() > 20, "the picture is blank");

    let stored = workspace().join("tests/pictures/overview.png");
    if env::var_os("CLOUDSITE_BLESS").is_some() {
        fs::create_dir_all(workspace().join("tests/pictures")).expect("the folder can be made");
        drawn.write(&stored);
    }
    let share = difference(&drawn, &Picture::read(&stored), TOLERANCE);
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("overview.png");
    if share > MOST_DIFFERENT {
        drawn.write(&kept);
    }
    assert!(
        share <= MOST_DIFFERENT,
        "{:.1} % of the picture differs from {}; look at {}, and if it is right run again with CLOUDSITE_BLESS=1",
        share * 100.0,
        stored.display(),
        kept.display()
    );
}
