//! A native process: the command line, the window, pictures without one, and word of new revisions.

mod arguments;
mod headless;
mod join;
mod requests;
mod watch;

use std::process::ExitCode;

use anyhow::Context as _;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use clap::Parser as _;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::scene::scene_event::Event;

use self::arguments::Arguments;
use self::join::{Joining, Meeting};
pub(crate) use self::requests::Requests;
use super::window::windowed;
use crate::draw::QualityLevel;
use crate::options::Options;
use crate::scene::{SceneOut, SceneOutlet};

/// Nobody is signed in to a native viewer: it is given what everyone is.
pub(crate) const fn as_whoever_is_signed_in(request: ehttp::Request) -> ehttp::Request {
    request
}

/// A client of a server whose certificate leads to these authorities (PEM), or without any to those that the public trusts.
fn client(base_url: &str, authorities: Option<&[u8]>) -> Result<Client, LinkError> {
    authorities.map_or_else(|| Client::connect(base_url), |authorities| Client::trusting(base_url, authorities))
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
    run_window(&options, arguments.joining(&options))
}

fn run_window(options: &Options, joining: Option<Joining>) -> anyhow::Result<()> {
    let window = Window {
        title: TITLE.to_owned(),
        resolution: (options.size.x as u32, options.size.y as u32).into(),
        ..Window::default()
    };
    // Nobody listens outside the process; the title is told within.
    let (mut app, handle) = windowed(window, options, QualityLevel::Normal, SceneOutlet(|_| {}));
    app.init_resource::<Caption>().add_systems(PostUpdate, (caption, entitle, log_faults).chain());
    let attendance = match joining {
        Some(joining) => {
            let (meeting, attendance) = join::spawn(joining, handle.clone()).context("no thread for the meeting")?;
            join::plugin(&mut app, meeting);
            Some(attendance)
        }
        None => None,
    };
    watch::spawn(options, handle).context("no thread to watch the record with")?;
    let exit = app.run();
    // What the viewer held of the meeting went with it.
    drop(app);
    if let Some(attendance) = attendance {
        attendance.end();
    }
    match exit {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => anyhow::bail!("the viewer ended with code {code}"),
    }
}

const TITLE: &str = "Cloudsite";

/// What is selected, as the window's title says it; empty is nothing.
#[derive(Resource, Debug, Default)]
struct Caption(String);

fn caption(mut events: MessageReader<SceneOut>, mut caption: ResMut<Caption>) {
    for SceneOut(event) in events.read() {
        let Event::Select(select) = event else { continue };
        caption.0 = match (select.code.as_str(), select.layer.as_str()) {
            (_, "") => String::new(),
            ("", layer) => format!("{layer} {}", select.id),
            (code, layer) => format!("{layer} {code}"),
        };
    }
}

/// The window's title says how one stands in the meeting, and what is selected.
fn entitle(caption: Res<Caption>, meeting: Option<Res<Meeting>>, mut window: Query<&mut Window, With<PrimaryWindow>>) {
    let Ok(mut window) = window.single_mut() else { return };
    let standing = meeting.map(|meeting| meeting.words()).unwrap_or_default();
    let parts = [TITLE, &standing, &caption.0];
    let title = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ");
    if window.title != title {
        window.title = title;
    }
}

fn log_faults(mut events: MessageReader<SceneOut>) {
    for SceneOut(event) in events.read() {
        if let Event::Fault(fault) = event {
            warn!("{}: {}", fault.code, if fault.message.is_empty() { "over" } else { &fault.message });
        }
    }
}
