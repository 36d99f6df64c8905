//! From nothing to a viewer that draws.

use std::time::Duration;

use gloo_timers::future::sleep;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use super::{ViewerState, bridge, listen};
use crate::browser;
use crate::pure::text::text;
use crate::pure::url_state::quality_tag;
use crate::state::{Page, Wanted};

/// How often a viewer that is not there is asked for.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// How often a viewer that has started is asked whether it draws.
const LOOK_AGAIN: Duration = Duration::from_millis(150);
/// After so long it is shown in any case: a slow machine draws its first frame late, and half a park beats a curtain.
const PATIENCE_LOOKS: u32 = 200;

/// How long the browser is given to come to itself after it has taken the graphics away.
const RECOVERY: Duration = Duration::from_secs(1);
/// So often the viewer comes back by itself; a machine that loses its graphics again and again is left in peace.
const MAX_RECOVERIES: u32 = 3;

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
    let canvas = page.canvas.get_untracked();
    let manifest = wait_for_manifest().await;
    if let Err(error) = fetch_and_start(page, &manifest).await {
        page.viewer.set(ViewerState::Failed { reason: plain(&error) });
        return;
    }
    // It may have ended already, or lost its graphics.
    let is_over = page.viewer.with_untracked(|state| matches!(state, ViewerState::Failed { .. }));
    if is_over || page.canvas.get_untracked() != canvas {
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

/// Puts a fresh canvas in the place of one that no context can be had for any more, and brings a viewer up on it after a
/// pause. It shows what was last seen, and what is open on the page is selected in it.
pub(super) async fn bring_up_again(page: Page, pause: Duration) {
    bridge::end();
    page.canvas.update(|number| *number += 1);
    let wanted = page.selected.get_untracked().map(|code| Wanted { code, fly: false });
    page.wanted.set(wanted);
    page.wanted_place.set(page.place.get_untracked().map(|place| (place, false)));
    // The canvas is put in place by the next turn of the browser's loop at the earliest.
    sleep(pause).await;
    bring_up(page).await;
}

/// What happens when the browser has taken the graphics away: the page says so and brings them back, or has it asked
/// for when that did not last.
fn lose(page: Page) {
    page.recoveries.update_value(|count| *count += 1);
    if page.recoveries.get_value() > MAX_RECOVERIES {
        bridge::end();
        let reason = text(page.language.get_untracked(), "viewer.lost_again");
        page.viewer.set(ViewerState::Failed { reason });
        return;
    }
    page.viewer.set(ViewerState::Lost);
    spawn_local(bring_up_again(page, RECOVERY));
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
    // One that comes back needs not be fetched again.
    if page.viewer.with_untracked(|state| *state != ViewerState::Lost) {
        show(0.0);
    }
    let progress = Closure::<dyn FnMut(f64)>::new(show);
    bridge::load(&manifest.script, &manifest.module, &progress).await?;
    let hear = Closure::<dyn FnMut(Uint8Array)>::new(move |bytes: Uint8Array| listen::hear(page, &bytes.to_vec()));
    let lost = Closure::<dyn FnMut()>::new(move || lose(page));
    let quality = page.quality.get_untracked().map_or("auto", quality_tag);
    let language = page.language.get_untracked().tag();
    let hour = page.hour.get_untracked();
    let view = page.camera.get_untracked().map(|camera| camera.to_string()).unwrap_or_default();
    bridge::begin(&format!("#{CANVAS}"), &browser::origin(), language, quality, hour, &view, &hear, &lost).await?;
    // The viewer speaks for as long as the page is open.
    hear.forget();
    lost.forget();
    Ok(())
}

fn plain(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_default()
}
