//! What the world outside the application may ask between two frames, and how it wakes one that waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bevy::math::DVec3;
use bevy::prelude::*;

use crate::camera::{Camera, Pose, Viewport};
use crate::draw::Panes;
use crate::scene::{SceneSender, SendRefused};
use crate::tiles::TilePark;

/// What was last shown.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    camera: Option<(Pose, f64)>,
    size: Vec2,
    settled: bool,
}

type Waker = Box<dyn Fn() + Send + Sync>;

/// A hold on a running viewer from outside it. Cheap to clone.
#[derive(Clone)]
pub struct ViewerHandle {
    sender: SceneSender,
    shown: Arc<Mutex<Shown>>,
    waker: Arc<OnceLock<Waker>>,
    ended: Arc<AtomicBool>,
}

impl std::fmt::Debug for ViewerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewerHandle").finish_non_exhaustive()
    }
}

impl ViewerHandle {
    /// A handle that sends to `sender`.
    pub fn new(sender: SceneSender) -> Self {
        Self { sender, shown: Arc::default(), waker: Arc::default(), ended: Arc::default() }
    }

    /// Sends an event, the bytes of a `SceneEvent`, and wakes the viewer.
    pub fn send(&self, bytes: Vec<u8>) -> Result<(), SendRefused> {
        self.sender.send(bytes)?;
        self.wake();
        Ok(())
    }

    /// Ends the viewer within its next frame.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.wake();
    }

    /// Wakes a viewer that waits for something to happen.
    pub fn wake(&self) {
        if let Some(wake) = self.waker.get() {
            wake();
        }
    }

    /// Where a point of the park was last seen in the first pane, logical pixels from the picture's top left; none if it was behind the eye
    /// or nothing was shown yet.
    pub fn project(&self, point: DVec3) -> Option<Vec2> {
        let shown = *self.shown.lock().ok()?;
        let (pose, aspect) = shown.camera?;
        let at = pose.project(point, aspect)?;
        Some(Viewport { picture: shown.size, pointer: None, panes: Panes::default() }.px_from_view(at))
    }

    /// Whether everything that the view wants was here and the camera stood still.
    pub fn is_ready(&self) -> bool {
        self.shown.lock().is_ok_and(|shown| shown.settled)
    }

    /// Sets how to wake a viewer that waits for something to happen; the first one stays.
    pub fn set_waker(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.waker.set(Box::new(wake));
    }
}

#[derive(Resource)]
struct Probe(Arc<Mutex<Shown>>);

#[derive(Resource)]
struct Ended(Arc<AtomicBool>);

/// Adds what keeps the handle up to date.
pub fn plugin(app: &mut App, handle: &ViewerHandle) {
    app.insert_resource(Probe(handle.shown.clone()))
        .insert_resource(Ended(handle.ended.clone()))
        .add_systems(PostUpdate, (remember, end));
}

fn end(ended: Res<Ended>, mut exit: MessageWriter<AppExit>) {
    if ended.0.load(Ordering::Relaxed) {
        exit.write(AppExit::Success);
    }
}

fn remember(probe: Res<Probe>, camera: Res<Camera>, viewport: Res<Viewport>, park: Res<TilePark>) {
    if let Ok(mut shown) = probe.0.lock() {
        let rig = camera.rig();
        *shown = Shown {
            camera: rig.map(|rig| (rig.pose(), rig.aspect())),
            size: viewport.size(),
            settled: park.is_settled() && rig.is_some_and(|rig| !rig.is_moving()),
        };
    }
}
