//! The 3D viewer: fetched when it is there, then told and listened to. The page works without it.

mod bridge;
mod lifecycle;
mod listen;
mod tell;

pub(crate) use lifecycle::CANVAS;
pub(crate) use tell::LAYERS;

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::state::Page;

/// How far the viewer has come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ViewerState {
    /// Not built yet; asked for again every few seconds.
    Absent,
    /// Being fetched.
    Loading { done_bytes: f64, total_bytes: f64 },
    /// Compiled and started; has not drawn yet.
    Starting,
    /// Drawing.
    Running,
    /// The browser has taken the graphics away; the viewer comes back by itself.
    Lost,
    /// Could not start.
    Failed { reason: String },
    /// The browser has no WebGL 2.
    NoWebGl,
}

impl ViewerState {
    /// The word for tools and tests.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Loading { .. } | Self::Starting => "loading",
            Self::Running => "running",
            Self::Lost => "lost",
            Self::Failed { .. } | Self::NoWebGl => "failed",
        }
    }

    /// Whether the viewer can be told something.
    const fn listens(&self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }
}

/// Brings the viewer up, and tells it from then on what the page says.
pub(crate) fn start(page: Page) {
    tell::follow(page);
    bring_up(page);
}

fn bring_up(page: Page) {
    page.viewer.set(ViewerState::Absent);
    spawn_local(lifecycle::bring_up(page));
}

/// Brings a viewer up anew after one that could not start, or ended.
pub(crate) fn bring_up_again(page: Page) {
    page.viewer.set(ViewerState::Absent);
    spawn_local(lifecycle::bring_up_again(page, Duration::ZERO));
}

/// Moves the camera as the reader wants it, who takes it by that from whoever goes round with it.
pub(crate) fn look(page: Page, camera: cloudsite_proto::scene::Camera) {
    page.take_camera();
    go(camera);
}

/// Moves the camera for whoever goes round with it.
pub(crate) fn go(camera: cloudsite_proto::scene::Camera) {
    tell::tell(cloudsite_proto::scene::scene_event::Event::Camera(camera));
}

/// Wants to be told often where the camera is while it moves, or not.
pub(crate) fn report_movements(moving: bool) {
    tell::tell(cloudsite_proto::scene::scene_event::Event::Reporting(cloudsite_proto::scene::Reporting { moving }));
}

/// Shows people in the park, in place of those before.
pub(crate) fn show_people(people: cloudsite_proto::scene::People) {
    tell::tell(cloudsite_proto::scene::scene_event::Event::People(people));
}

/// Shows what someone points at.
pub(crate) fn show_pointing(pointed: cloudsite_proto::scene::PointedAt) {
    tell::tell(cloudsite_proto::scene::scene_event::Event::PointedAt(pointed));
}

/// Lets hands point at the park instead of moving the camera, or not.
pub(crate) fn point(active: bool) {
    tell::tell(cloudsite_proto::scene::scene_event::Event::Point(cloudsite_proto::scene::Point { active }));
}

/// Waits until the camera stands still where it was last told to be, and all that it sees is drawn; at most so long, and no
/// longer than `goes_on`. Whether that was long enough.
pub(crate) async fn settles(within: Duration, goes_on: impl Fn() -> bool) -> bool {
    /// How long a viewer takes at least to set out for where it is told to be, and how often it is looked.
    const SETS_OUT: Duration = Duration::from_millis(250);
    const LOOK_AGAIN: Duration = Duration::from_millis(100);
    sleep(SETS_OUT).await;
    let mut waited = SETS_OUT;
    while !bridge::is_ready().unwrap_or(false) {
        if waited >= within || !goes_on() {
            return false;
        }
        sleep(LOOK_AGAIN).await;
        waited += LOOK_AGAIN;
    }
    goes_on()
}

/// What the park looks like now, as a PNG of at most so many bytes; none if there is no view to be had.
pub(crate) async fn picture(page: Page, most_bytes: u32) -> Option<Vec<u8>> {
    use wasm_bindgen::JsCast;
    if !page.viewer.with_untracked(ViewerState::listens) {
        return None;
    }
    let png = bridge::picture(&format!("#{CANVAS}"), f64::from(most_bytes)).await.ok()?;
    Some(png.dyn_into::<js_sys::Uint8Array>().ok()?.to_vec())
}
