//! Measures the viewer's opening view of the demo park in headless Chromium, light quality, 1280x720, and the same tiles
//! in MapLibre GL, by turns in one run; then the native viewer in each quality.
//!
//! Usage: `bench-viewer MAPLIBRE_DIST`, the folder of MapLibre GL's modules; prints one JSON object. `CLOUDSITE_BIN`,
//! `CLOUDSITE_VIEWER_BIN` and `CLOUDSITE_TEST_WEB_DIST` say what to measure. `cargo xtask bench viewer` runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cloudsite_tests::{Browser, Server, program, workspace};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// Rounds, in each of which both are drawn once.
const ROUNDS: usize = 3;
/// Frames a round that count.
const FRAMES: usize = 48;
const WITHIN: Duration = Duration::from_mins(4);
const MAPLIBRE: &str = "MapLibre GL";
/// A browser shows a frame only at the next sixtieth of a second, so a single one says too much or too little; over some
/// that follow each other it evens out.
const EVENED_OVER: usize = 8;

#[tokio::main]
async fn main() -> Result<()> {
    let maplibre = PathBuf::from(std::env::args().nth(1).context("usage: bench-viewer MAPLIBRE_DIST")?);
    let web = PathBuf::from(std::env::var_os("CLOUDSITE_TEST_WEB_DIST").context("CLOUDSITE_TEST_WEB_DIST is not set")?);
    let pages = pages(&web, &maplibre)?;
    let server = Server::start_with_web(TempDir::new()?, Some(pages.path())).await;
    let browser = Browser::start().await;
    let (mut ours, mut peers) = (Drawn::default(), Drawn::default());
    for _ in 0..ROUNDS {
        ours.draw(&browser, &server.url("/peers/viewer.html")).await?;
        // MapLibre looks from as far away as the viewer's opening view does.
        let distance_m = ours.distance_m.context("the viewer told of no camera")?;
        peers.draw(&browser, &server.url(&format!("/peers/maplibre.html?distance={distance_m}"))).await?;
    }
    let (ours_ms, peer_ms) = (median(&ours.frames_ms), median(&peers.frames_ms));
    let mut rows = vec![
        json!({
            "name": "opening view, light, 1280x720: median frame, of means of 8", "unit": "ms", "ours": ours_ms, "peer": peer_ms,
            "peer_name": MAPLIBRE, "ratio": ours_ms / peer_ms, "goal": "<= 1.5 x peer", "met": ours_ms <= 1.5 * peer_ms,
        }),
        json!({
            "name": "opening view: tiles drawn", "unit": "", "ours": ours.tiles, "peer": peers.tiles,
            "peer_name": MAPLIBRE, "ratio": ours.tiles / peers.tiles,
        }),
    ];
    for quality in ["light", "normal", "high"] {
        rows.extend(native(&server, quality).await?);
    }
    println!("{}", json!({ "rows": rows }));
    Ok(())
}

/// The native viewer in one quality, without a window, by whatever Vulkan there is.
async fn native(server: &Server, quality: &str) -> Result<[Value; 2]> {
    let mut command = Command::new(program("CLOUDSITE_VIEWER_BIN", "cloudsite-viewer"));
    command.args(["--server", &server.url(""), "--quality", quality, "--size", "1280x720", "--json"]);
    command.args(["--bench-frames", &FRAMES.to_string()]).stderr(Stdio::inherit());
    let output = command.output().await.context("the viewer cannot be started")?;
    ensure!(output.status.success(), "the viewer ended with {}", output.status);
    let report: Value = serde_json::from_slice(&output.stdout).context("the viewer's report cannot be read")?;
    let name = format!("native, {quality}, 1280x720");
    let draw_calls = report["draw_calls"].as_u64().context("the viewer's report has no draw_calls")?;
    Ok([
        json!({ "name": format!("{name}: median frame"), "unit": "ms", "ours": report["median_frame_ms"] }),
        json!({
            "name": format!("{name}: draw calls"), "unit": "", "ours": draw_calls,
            "goal": "<= 200", "met": draw_calls <= 200,
        }),
    ])
}

/// A folder with the built page, the two pages of the bench, and MapLibre GL.
fn pages(web: &Path, maplibre: &Path) -> Result<TempDir> {
    let folder = TempDir::new()?;
    copy(web, folder.path())?;
    let peers = folder.path().join("peers");
    copy(&workspace().join("tests/peers"), &peers)?;
    for module in ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs"] {
        let from = maplibre.join(module);
        fs::copy(&from, peers.join(module)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// What a page drew.
#[derive(Default)]
struct Drawn {
    /// Of all rounds.
    frames_ms: Vec<f64>,
    tiles: f64,
    /// How far away the camera was, where the page says so.
    distance_m: Option<f64>,
}

impl Drawn {
    /// Takes the frames of a page once everything is drawn.
    async fn draw(&mut self, browser: &Browser, address: &str) -> Result<()> {
        let page = browser.open(address, 1280, 860).await;
        page.until("everything is drawn", WITHIN, "return window.settled?.() ?? false").await;
        page.run("window.frames_ms.length = 0; return true").await;
        // The first frames after the last tile still hold its upload.
        let enough = format!("return window.frames_ms.length >= {}", FRAMES + 10);
        page.until("enough frames are drawn", WITHIN, &enough).await;
        let all = page.run("return window.frames_ms").await;
        self.tiles = page.run("return window.tiles()").await.as_f64().unwrap_or_default();
        self.distance_m = page.run("return window.distance_m ?? null").await.as_f64();
        page.close().await;
        let frames = all.as_array().into_iter().flatten().filter_map(Value::as_f64).skip(10).take(FRAMES);
        let before = self.frames_ms.len();
        self.frames_ms.extend(frames);
        ensure!(self.frames_ms.len() == before + FRAMES, "{address} gave {} frames", self.frames_ms.len() - before);
        ensure!(self.tiles > 0.0, "{address} drew no tiles");
        Ok(())
    }
}

/// The median of what a frame takes, evened over some that follow each other.
fn median(frames: &[f64]) -> f64 {
    let mean = |frames: &[f64]| frames.iter().sum::<f64>() / frames.len() as f64;
    let mut evened: Vec<f64> = frames.chunks_exact(EVENED_OVER).map(mean).collect();
    evened.sort_by(f64::total_cmp);
    evened[evened.len() / 2]
}
