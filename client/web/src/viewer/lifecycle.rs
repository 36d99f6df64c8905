//! From nothing to a viewer that draws.

use std::time::Duration;

use gloo_timers::future::sleep;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::{ViewerState, bridge, listen};
use crate::browser;
use crate::pure::url_state::quality_tag;
use crate::state::Page;

/// How often a viewer that is not there is asked for.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// How often a viewer that has started is asked whether it draws.
const LOOK_AGAIN: Duration = Duration::from_millis(150);
/// After so long it is shown in any case: a slow machine draws its first frame late, and half a park beats a curtain.
const PATIENCE_LOOKS: u32 = 200;

/// The canvas that the viewer draws on.
pub(crate) const CANVAS: &str = "park-view";

/// Where the viewer is, and how large.
struct Manifest {
    script: String,
    module: String,
    bytes: f64,
}

/// Waits for the viewer, fetches it and starts it.
pub(super) async fn bring_up(page: Page) {
    if !bridge::has_web_gl_2() {
        page.viewer.set(ViewerState::NoWebGl);
        return;
    }
    let manifest = wait_for_manifest().await;
    if let Err(error) = fetch_and_start(page, &manifest).await {
        page.viewer.set(ViewerState::Failed { reason: plain(&error) });
        return;
    }
    page.viewer.set(ViewerState::Starting);
    // What it says when it draws shows it earlier (`listen`); a view with much to load is ready late.
    for _ in 0..PATIENCE_LOOKS {
        // A viewer that cannot say whether it draws is shown.
        if page.viewer.with_untracked(|state| *state != ViewerState::Starting) {
            return;
        }
        if bridge::is_ready().unwrap_or(true) {
            break;
        }
        sleep(LOOK_AGAIN).await;
    }
    page.viewer.set(ViewerState::Running);
}

async fn wait_for_manifest() -> Manifest {
    loop {
        // A server that is away is the banner's affair; here it only means: not yet.
        if let Some(manifest) = bridge::manifest().await.ok().as_ref().and_then(read) {
            return manifest;
        }
        sleep(ASK_AGAIN).await;
    }
}

fn read(manifest: &JsValue) -> Option<Manifest> {
    let parts = manifest.dyn_ref::<Array>()?;
    Some(Manifest {
        script: parts.get(0).as_string()?,
        module: parts.get(1).as_string()?,
        bytes: parts.get(2).as_f64()?,
    })
}

async fn fetch_and_start(page: Page, manifest: &Manifest) -> Result<(), JsValue> {
    let total_bytes = manifest.bytes;
    let show = move |done_bytes| page.viewer.set(ViewerState::Loading { done_bytes, total_bytes });
    show(0.0);
    let progress = Closure::<dyn FnMut(f64)>::new(show);
    bridge::load(&manifest.script, &manifest.module, &progress).await?;
    let hear = Closure::<dyn FnMut(Uint8Array)>::new(move |bytes: Uint8Array| listen::hear(page, &bytes.to_vec()));
    let quality = page.quality.get_untracked().map_or("auto", quality_tag);
    let language = page.language.get_untracked().tag();
    let hour = page.hour.get_untracked();
    let view = page.camera.get_untracked().map(|camera| camera.to_string()).unwrap_or_default();
    bridge::begin(&format!("#{CANVAS}"), &browser::origin(), language, quality, hour, &view, &hear).await?;
    // The viewer speaks for as long as the page is open.
    hear.forget();
    Ok(())
}

fn plain(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_default()
}
