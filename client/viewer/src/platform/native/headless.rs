//! Without a window: a picture of a view, or what drawing it takes. Needs a GPU or a software one such as lavapipe.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use bevy::app::ScheduleRunnerPlugin;
use bevy::platform::time::Instant;
use bevy::prelude::*;
use bevy::window::{ExitCondition, WindowPlugin};
use bevy::winit::WinitPlugin;
use serde::Serialize;

use crate::app::add_viewer;
use crate::draw::{Captures, DrawStatistics, FontFace, Labels, Picture, QualityLevel};
use crate::options::Options;
use crate::probe::ViewerHandle;
use crate::quality::{Chosen, FrameTimes};
use crate::scene::SceneOutlet;
use crate::tiles::TilePark;

/// Frames that are drawn once all is there and before it counts: uploads, and labels that are laid out a frame later.
const WARM_UP_FRAMES: u32 = 8;
/// Time for a font to come after the tiles; a park without one is shown without labels.
const FONT_SECS: f64 = 3.0;

/// What to do without a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) size: (u32, u32),
    pub(super) json: bool,
    pub(super) timeout_secs: u64,
}

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    /// A PNG.
    Screenshot { file: PathBuf },
    /// Measurements over so many frames.
    Bench { frames: u32 },
}

/// What came of it.
#[derive(Debug, Default)]
struct Outcome {
    picture: Option<Picture>,
    frames: FrameTimes,
    draw_calls: u32,
    triangles: u32,
    failure: Option<String>,
}

/// What a measurement says.
#[derive(Debug, Serialize)]
struct Report {
    frames: usize,
    median_frame_ms: f64,
    draw_calls: u32,
    triangles: u32,
    width: u32,
    height: u32,
    quality: String,
}

/// Does the job.
pub(super) fn run(options: &Options, job: Job) -> anyhow::Result<()> {
    // Frames that a picture waits for say nothing of a window's, so the level is not chosen by them.
    let level = options.quality.0.unwrap_or(QualityLevel::Normal);
    let options = Options { quality: Chosen(Some(level)), ..options.clone() };
    let outcome: Arc<Mutex<Outcome>> = Arc::default();
    let mut app = App::new();
    let no_window =
        WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..WindowPlugin::default() };
    app.add_plugins(
        DefaultPlugins
            .build()
            .disable::<WinitPlugin>()
            .set(no_window)
            .add(ScheduleRunnerPlugin::run_loop(Duration::from_millis(1))),
    );
    let handle = add_viewer(&mut app, &options, level, SceneOutlet(|_| {}));
    app.insert_resource(Work {
        job: job.clone(),
        handle,
        outcome: outcome.clone(),
        stage: Stage::Loading { settled_secs: None },
    })
    .add_systems(PostUpdate, (work, give_up));
    app.run();
    let outcome = std::mem::take(&mut *outcome.lock().map_err(|_| anyhow::anyhow!("the viewer panicked"))?);
    if let Some(failure) = outcome.failure {
        anyhow::bail!(failure);
    }
    finish(&job, outcome, level)
}

fn finish(job: &Job, outcome: Outcome, level: QualityLevel) -> anyhow::Result<()> {
    match &job.task {
        Task::Screenshot { file } => {
            let picture = outcome.picture.context("no picture came")?;
            image::save_buffer(file, &picture.rgba, picture.width, picture.height, image::ColorType::Rgba8)
                .with_context(|| format!("{} was not written", file.display()))
        }
        Task::Bench { .. } => {
            let report = Report {
                frames: outcome.frames.count(),
                median_frame_ms: outcome.frames.median_ms().context("no frame was drawn")?,
                draw_calls: outcome.draw_calls,
                triangles: outcome.triangles,
                width: job.size.0,
                height: job.size.1,
                quality: format!("{level:?}").to_lowercase(),
            };
            if job.json {
                println!("{}", serde_json::to_string(&report)?);
            } else {
                println!(
                    "{} frames of {}x{} in quality {}: median {:.1} ms, {} draw calls, {} triangles",
                    report.frames,
                    report.width,
                    report.height,
                    report.quality,
                    report.median_frame_ms,
                    report.draw_calls,
                    report.triangles,
                );
            }
            Ok(())
        }
    }
}

/// How far the job has come.
enum Stage {
    Loading { settled_secs: Option<f64> },
    Drawing { drawn: u32, asked: Instant, picture: Mutex<Receiver<Picture>> },
}

#[derive(Resource)]
struct Work {
    job: Job,
    handle: ViewerHandle,
    outcome: Arc<Mutex<Outcome>>,
    stage: Stage,
}

impl Work {
    /// Frames to draw in all.
    fn frames(&self) -> u32 {
        WARM_UP_FRAMES
            + match self.job.task {
                Task::Screenshot { .. } => 1,
                Task::Bench { frames } => frames,
            }
    }

    fn ask(&mut self, captures: &mut Captures, drawn: u32) {
        let picture = Mutex::new(captures.ask(self.job.size.0, self.job.size.1));
        self.stage = Stage::Drawing { drawn, asked: Instant::now(), picture };
    }

    /// Whether all that the view wants is there, and fonts have had their time.
    fn is_loaded(&mut self, now_secs: f64, has_font: bool) -> bool {
        let ready = self.handle.is_ready();
        let Stage::Loading { settled_secs } = &mut self.stage else { return false };
        if !ready {
            *settled_secs = None;
            return false;
        }
        let since = *settled_secs.get_or_insert(now_secs);
        has_font || now_secs - since > FONT_SECS
    }

    fn end(&self, change: impl FnOnce(&mut Outcome)) {
        if let Ok(mut outcome) = self.outcome.lock() {
            change(&mut outcome);
        }
    }
}

fn work(
    mut work: ResMut<Work>,
    mut captures: ResMut<Captures>,
    labels: Res<Labels>,
    drawn: Res<DrawStatistics>,
    time: Res<Time<Real>>,
    mut exit: MessageWriter<AppExit>,
) {
    if matches!(work.stage, Stage::Loading { .. }) {
        let has_font = labels.has_font(FontFace::of(labels.language()));
        if work.is_loaded(time.elapsed_secs_f64(), has_font) {
            work.ask(&mut captures, 0);
        }
    } else if let Some((frame, picture, frame_ms)) = work.arrived() {
        if frame > WARM_UP_FRAMES {
            work.end(|outcome| outcome.frames.push(frame_ms));
        }
        if frame < work.frames() {
            work.ask(&mut captures, frame);
        } else {
            work.end(|outcome| {
                outcome.picture = Some(picture);
                (outcome.draw_calls, outcome.triangles) = (drawn.draw_calls(), drawn.triangles());
            });
            exit.write(AppExit::Success);
        }
    }
}

/// Gives up when the job takes too long.
fn give_up(work: Res<Work>, park: Res<TilePark>, time: Res<Time<Real>>, mut exit: MessageWriter<AppExit>) {
    let now_secs = time.elapsed_secs_f64();
    if now_secs > work.job.timeout_secs as f64 {
        let coverage = park.coverage();
        let (loaded, wanted) = (coverage.loaded, coverage.wanted);
        let what = if park.index.is_none() {
            "no tileset came".to_owned()
        } else {
            format!("{loaded} of {wanted} tiles came")
        };
        work.end(|outcome| outcome.failure = Some(format!("{what} in {now_secs:.0} s")));
        exit.write(AppExit::error());
    }
}

impl Work {
    /// The picture that was asked for, if it has come: which one, and how long it took.
    fn arrived(&mut self) -> Option<(u32, Picture, f64)> {
        let Stage::Drawing { drawn, asked, picture } = &self.stage else { return None };
        let received = picture.lock().ok()?.try_recv();
        match received {
            Ok(picture) => Some((drawn + 1, picture, asked.elapsed().as_secs_f64() * 1_000.0)),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }
}
