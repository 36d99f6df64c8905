//! A native process: the command line, the window, pictures without one, and word of new revisions.

mod arguments;
mod headless;
mod watch;

use std::process::ExitCode;

use anyhow::Context as _;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use clap::Parser as _;
use cloudsite_proto::scene::scene_event::Event;

use self::arguments::Arguments;
use super::window::windowed;
use crate::draw::QualityLevel;
use crate::options::Options;
use crate::scene::{SceneOut, SceneOutlet};

/// Nobody is signed in to a native viewer: it is given what everyone is.
pub(crate) const fn as_whoever_is_signed_in(request: ehttp::Request) -> ehttp::Request {
    request
}

/// Runs the command line. Exits 0 when done, 1 when refused with the reason on standard error, 2 when misused.
pub fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let options = arguments.options()?;
    if let Some(job) = arguments.job() {
        return headless::run(&options, job);
    }
    run_window(&options)
}

fn run_window(options: &Options) -> anyhow::Result<()> {
    let window = Window {
        title: TITLE.to_owned(),
        resolution: (options.size.x as u32, options.size.y as u32).into(),
        ..Window::default()
    };
    // Nobody listens outside the process; the title is told within.
    let (mut app, handle) = windowed(window, options, QualityLevel::Normal, SceneOutlet(|_| {}));
    app.add_systems(PostUpdate, (entitle, log_faults));
    watch::spawn(&options.base_url, handle).context("no thread to watch the record with")?;
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => anyhow::bail!("the viewer ended with code {code}"),
    }
}

const TITLE: &str = "Cloudsite";

/// The window's title says what is selected.
fn entitle(mut events: MessageReader<SceneOut>, mut window: Query<&mut Window, With<PrimaryWindow>>) {
    for SceneOut(event) in events.read() {
        let (Event::Select(select), Ok(mut window)) = (event, window.single_mut()) else { continue };
        window.title = match (select.code.as_str(), select.layer.as_str()) {
            (_, "") => TITLE.to_owned(),
            ("", layer) => format!("{TITLE} – {layer} {}", select.id),
            (code, layer) => format!("{TITLE} – {layer} {code}"),
        };
    }
}

fn log_faults(mut events: MessageReader<SceneOut>) {
    for SceneOut(event) in events.read() {
        if let Event::Fault(fault) = event {
            warn!("{}: {}", fault.code, if fault.message.is_empty() { "over" } else { &fault.message });
        }
    }
}
