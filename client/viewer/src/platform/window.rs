//! A viewer in a window of the system or in a page's canvas.

use std::time::Duration;

use bevy::prelude::*;
use bevy::window::{PrimaryWindow, WindowPlugin};
use bevy::winit::{EventLoopProxyWrapper, UpdateMode, WinitSettings, WinitUserEvent};

use crate::app::add_viewer;
use crate::camera::CameraSystems;
use crate::draw::QualityLevel;
use crate::options::Options;
use crate::probe::ViewerHandle;
use crate::quality::Pace;
use crate::scene::SceneOutlet;

/// How long a still picture stands before it is looked over, though nothing has happened.
const STILL: Duration = Duration::from_secs(5);

/// The viewer in `window`.
pub(super) fn windowed(
    window: Window,
    options: &Options,
    start: QualityLevel,
    outlet: SceneOutlet,
) -> (App, ViewerHandle) {
    let mut app = App::new();
    app.add_plugins(DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..WindowPlugin::default() }));
    let handle = add_viewer(&mut app, options, start, outlet);
    app.insert_resource(WinitSettings::continuous())
        .insert_resource(Handle(handle.clone()))
        .add_systems(Startup, learn_to_wake)
        .add_systems(Update, keep_pace.after(CameraSystems::Move));
    (app, handle)
}

#[derive(Resource)]
struct Handle(ViewerHandle);

fn learn_to_wake(handle: Res<Handle>, proxy: Res<EventLoopProxyWrapper>) {
    let proxy = (**proxy).clone();
    handle.0.set_waker(move || {
        // The loop has ended: nobody is left to wake.
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    });
}

/// Frames follow each other while something happens; else the loop waits for a person, the page or the server.
fn keep_pace(pace: Res<Pace>, mut settings: ResMut<WinitSettings>, window: Query<&Window, With<PrimaryWindow>>) {
    let visible = window.iter().all(|window| window.visible);
    let mode = if pace.lively && visible { UpdateMode::Continuous } else { UpdateMode::reactive_low_power(STILL) };
    if settings.focused_mode != mode || settings.unfocused_mode != mode {
        *settings = WinitSettings { focused_mode: mode, unfocused_mode: mode };
    }
}
