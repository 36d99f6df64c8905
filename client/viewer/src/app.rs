//! Putting the viewer together. Each feature is a plugin; they meet through messages and resources.

use bevy::prelude::*;

use crate::camera::{self, Camera, CameraSystems, Pose};
use crate::draw::{DrawPlugin, QualityLevel};
use crate::options::Options;
use crate::probe::{self, ViewerHandle};
use crate::scene::{self, SceneOutlet};
use crate::tiles::Fetcher;
use crate::{compare, massing, overlay, people, pick, quality, select, tiles};

/// Adds the park to an application that has Bevy's own plugins, and gives a hold on it.
///
/// `start` is the level that choosing by frame time begins at; what the viewer says goes to `outlet`.
pub fn add_viewer(app: &mut App, options: &Options, start: QualityLevel, outlet: SceneOutlet) -> ViewerHandle {
    let (sender, inbox) = scene::queue();
    let handle = ViewerHandle::new(sender);
    app.add_plugins(DrawPlugin);
    scene::plugin(app, inbox, outlet);
    camera::plugin(app, options.view, options.size);
    tiles::plugin(app, Fetcher::new(&options.base_url, options.authorities.as_deref()));
    quality::plugin(app, options.quality, start, options.bench);
    scene::settings::plugin(app, options.language, options.hour);
    pick::plugin(app);
    select::plugin(app);
    overlay::plugin(app);
    massing::plugin(app);
    people::plugin(app);
    compare::plugin(app);
    probe::plugin(app, &handle);
    if options.walk {
        app.add_systems(Update, step_down.before(CameraSystems::Move).run_if(run_once_known));
    }
    handle
}

fn run_once_known(camera: Res<Camera>, mut done: Local<bool>) -> bool {
    let now = camera.rig().is_some() && !*done;
    *done |= now;
    now
}

fn step_down(mut camera: ResMut<Camera>) {
    if let Some(rig) = camera.rig_mut()
        && !rig.pose().walking
    {
        rig.jump(&Pose { walking: true, pitch_deg: 0.0, ..rig.pose() });
    }
}
