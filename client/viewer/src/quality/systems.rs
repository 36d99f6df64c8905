//! The systems that measure frames, choose the level and say what drawing costs.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::time::Real;
use cloudsite_proto::scene::quality::Level;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{Quality, Statistics};
use wgpu::DeviceType;

use super::{AutoQuality, FrameTimes};
use crate::camera::{Camera, CameraSystems, Rig};
use crate::draw::{DrawStatistics, Panes, QualityLevel, QualitySettings, View};
use crate::people::People;
use crate::scene::{SceneIn, SceneOut};
use crate::tiles::{Detail, TileDetail, TilePark};

const STATISTICS_SECS: f64 = 1.0;
/// After something happened the picture stays lively for so long.
const LIVELY_SECS: f64 = 0.6;

/// The level that was asked for; none is by measured frame time.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen(pub Option<QualityLevel>);

/// Whether frames follow each other without a pause.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Every frame is drawn, whether or not it differs from the last: for measuring.
    pub bench: bool,
    /// Something moves, loads or is being measured.
    pub lively: bool,
    until_secs: f64,
}

impl Pace {
    /// For measuring, or for use.
    pub const fn new(bench: bool) -> Self {
        Self { bench, lively: true, until_secs: 0.0 }
    }
}

/// What is measured.
#[derive(Resource, Debug)]
struct Measured {
    auto: AutoQuality,
    frames: FrameTimes,
    /// The last frame followed the one before it without a pause, so its time is what it took.
    was_lively: bool,
}

/// Adds quality; `start` is where choosing by frame time begins.
pub fn plugin(app: &mut App, chosen: Chosen, start: QualityLevel, bench: bool) {
    let level = chosen.0.unwrap_or(start);
    app.insert_resource(chosen)
        .insert_resource(Pace::new(bench))
        .insert_resource(Measured {
            auto: AutoQuality::starting_at(start),
            frames: FrameTimes::default(),
            was_lively: false,
        })
        .insert_resource(QualitySettings::of(level))
        .insert_resource(TileDetail(detail_of(level)))
        .add_systems(Update, spare_processors.run_if(resource_exists::<RenderAdapterInfo>.and_then(run_once)))
        .add_systems(
            Update,
            (split, measure, obey, set_pace, draw_every_frame, report).chain().after(CameraSystems::Move),
        );
}

/// Where there is no GPU, choosing by frame time never goes above the lightest level.
fn spare_processors(
    adapter: Res<RenderAdapterInfo>,
    chosen: Res<Chosen>,
    mut measured: ResMut<Measured>,
    mut settings: ResMut<QualitySettings>,
    mut detail: ResMut<TileDetail>,
) {
    if adapter.device_type != DeviceType::Cpu {
        return;
    }
    let fallen = measured.auto.keep_below(QualityLevel::Light);
    if let Some(level) = fallen.filter(|_| chosen.0.is_none()) {
        set_level(level, &mut settings, &mut detail);
    }
}

/// The level of a name as it stands in `?quality=`: `auto` is none.
pub fn level_from_name(name: &str) -> Option<Chosen> {
    Some(Chosen(match name {
        "auto" | "" => None,
        "light" => Some(QualityLevel::Light),
        "normal" => Some(QualityLevel::Normal),
        "high" => Some(QualityLevel::High),
        _ => return None,
    }))
}

/// How fine tiles are at a level.
fn detail_of(level: QualityLevel) -> Detail {
    match level {
        QualityLevel::Light => Detail { sides: 2.0, most: 24 },
        QualityLevel::Normal => Detail { sides: 2.6, most: 40 },
        QualityLevel::High => Detail { sides: 3.6, most: 64 },
    }
}

fn wire_level(level: QualityLevel) -> Level {
    match level {
        QualityLevel::Light => Level::Light,
        QualityLevel::Normal => Level::Normal,
        QualityLevel::High => Level::High,
    }
}

fn set_level(level: QualityLevel, settings: &mut QualitySettings, detail: &mut TileDetail) {
    *settings = QualitySettings::of(level);
    *detail = TileDetail(detail_of(level));
}

/// What panes cost says nothing of the one view: once it is back, the level is again what it was, and is measured from
/// where that had come.
fn split(
    panes: Res<Panes>,
    chosen: Res<Chosen>,
    mut measured: ResMut<Measured>,
    mut settings: ResMut<QualitySettings>,
    mut detail: ResMut<TileDetail>,
    mut before: Local<Option<AutoQuality>>,
) {
    if panes.count() > 1 {
        if before.is_none() {
            *before = Some(measured.auto.clone());
            measured.frames.clear();
        }
    } else if let Some(auto) = before.take() {
        if chosen.0.is_none() {
            set_level(auto.level(), &mut settings, &mut detail);
        }
        measured.auto = auto;
        measured.frames.clear();
    }
}

fn measure(
    mut measured: ResMut<Measured>,
    (pace, chosen, park): (Res<Pace>, Res<Chosen>, Res<TilePark>),
    time: Res<Time<Real>>,
    mut settings: ResMut<QualitySettings>,
    mut detail: ResMut<TileDetail>,
    mut out: MessageWriter<SceneOut>,
) {
    let was_lively = std::mem::replace(&mut measured.was_lively, pace.lively);
    if !was_lively {
        return;
    }
    let frame_ms = time.delta_secs_f64() * 1_000.0;
    measured.frames.push(frame_ms);
    if chosen.0.is_none()
        && park.is_settled()
        && let Some(level) = measured.auto.push(frame_ms)
    {
        set_level(level, &mut settings, &mut detail);
        measured.frames.clear();
        out.write(SceneOut(Event::Quality(Quality { level: wire_level(level).into() })));
    }
}

fn obey(
    mut events: MessageReader<SceneIn>,
    mut chosen: ResMut<Chosen>,
    mut measured: ResMut<Measured>,
    mut settings: ResMut<QualitySettings>,
    mut detail: ResMut<TileDetail>,
) {
    for SceneIn(event) in events.read() {
        let Event::Quality(quality) = event else { continue };
        let level = match quality.level() {
            Level::Unspecified => continue,
            Level::Auto => None,
            Level::Light => Some(QualityLevel::Light),
            Level::Normal => Some(QualityLevel::Normal),
            Level::High => Some(QualityLevel::High),
        };
        *chosen = Chosen(level);
        measured.frames.clear();
        measured.auto = AutoQuality::starting_at(settings.level);
        set_level(level.unwrap_or(settings.level), &mut settings, &mut detail);
    }
}

/// What there is to be lively for.
#[derive(SystemParam)]
struct Reasons<'w, 's> {
    camera: Res<'w, Camera>,
    park: Res<'w, TilePark>,
    people: Res<'w, People>,
    chosen: Res<'w, Chosen>,
    measured: Res<'w, Measured>,
    events: MessageReader<'w, 's, SceneIn>,
}

impl Reasons<'_, '_> {
    fn any(&mut self) -> bool {
        let moving = self.camera.rig().is_some_and(Rig::is_moving);
        let measuring = self.chosen.0.is_none() && self.measured.auto.is_measuring();
        let asked = self.events.read().count() > 0;
        asked || moving || measuring || self.people.is_lively() || !self.park.is_settled()
    }
}

fn set_pace(mut pace: ResMut<Pace>, mut reasons: Reasons, settings: Res<QualitySettings>, time: Res<Time<Real>>) {
    let now_secs = time.elapsed_secs_f64();
    if reasons.any() {
        pace.until_secs = now_secs + LIVELY_SECS;
    }
    // Water that moves and turbines that turn want every frame.
    pace.lively = pace.bench || settings.fine || now_secs < pace.until_secs;
}

/// The renderer draws nothing when nothing has changed. For measuring, the view is changed by less than can be seen.
fn draw_every_frame(pace: Res<Pace>, mut view: ResMut<View>, mut odd: Local<bool>) {
    if pace.bench {
        *odd = !*odd;
        view.fov_y_rad += if *odd { 1e-6 } else { -1e-6 };
    }
}

fn report(
    (measured, pace, drawn, settings): (Res<Measured>, Res<Pace>, Res<DrawStatistics>, Res<QualitySettings>),
    time: Res<Time<Real>>,
    mut next_secs: Local<f64>,
    mut out: MessageWriter<SceneOut>,
) {
    let now_secs = time.elapsed_secs_f64();
    if !pace.lively || now_secs < *next_secs {
        return;
    }
    if let Some(median_frame_ms) = measured.frames.median_ms() {
        *next_secs = now_secs + STATISTICS_SECS;
        out.write(SceneOut(Event::Statistics(Statistics {
            median_frame_ms,
            draw_calls: drawn.draw_calls(),
            triangles: drawn.triangles(),
            level: wire_level(settings.level).into(),
        })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Stand;

    #[test]
    fn what_panes_cost_is_forgotten_with_them() {
        let mut app = App::new();
        app.init_resource::<Panes>()
            .insert_resource(Chosen(None))
            .insert_resource(Measured {
                auto: AutoQuality::starting_at(QualityLevel::High),
                frames: FrameTimes::default(),
                was_lively: true,
            })
            .insert_resource(QualitySettings::of(QualityLevel::High))
            .insert_resource(TileDetail(detail_of(QualityLevel::High)))
            .add_systems(Update, split);
        let level = |app: &App| app.world().resource::<QualitySettings>().level;
        app.world_mut().insert_resource(Panes::of_places(&[Stand::default(); 4], bevy::math::Vec2::new(900.0, 600.0)));
        app.update();
        // Four panes are too much for the machine.
        let mut measured = app.world_mut().resource_mut::<Measured>();
        let fallen = (0..100).find_map(|_| measured.auto.push(300.0)).unwrap();
        *app.world_mut().resource_mut::<QualitySettings>() = QualitySettings::of(fallen);
        app.update();
        assert_eq!(level(&app), QualityLevel::Normal, "while there are panes, it stays so");
        app.world_mut().insert_resource(Panes::default());
        app.update();
        assert_eq!(level(&app), QualityLevel::High);
        assert_eq!(app.world().resource::<Measured>().auto.level(), QualityLevel::High);
    }
}
