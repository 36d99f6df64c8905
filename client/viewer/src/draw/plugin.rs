//! Ties the renderer to Bevy: what changed in the main world is taken over once a frame and drawn to the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bevy::prelude::*;
use bevy::render::renderer::{RenderDevice, RenderGraph, RenderGraphSystems, RenderQueue};
use bevy::render::view::ExtractedWindows;
use bevy::render::{ExtractSchedule, MainWorld, Render, RenderApp, RenderSystems};

use super::capture::{CaptureRequest, Captures};
use super::gpu::{Drawn, Renderer, Shot, Target};
use super::label::{self, LabelUpdate, Labels};
use super::mark::{MarkVertex, Marks};
use super::panes::Panes;
use super::settings::{LayerVisibility, QualitySettings, View};
use super::states::{FeatureSlots, FeatureStates};
use super::sun::Sun;
use super::tiles::{TileChange, TileScene};

/// Draws the park on the primary window, if there is one, and the pictures that are asked for.
///
/// Wants Bevy's `RenderPlugin` before it.
#[derive(Debug, Default)]
pub struct DrawPlugin;

impl Plugin for DrawPlugin {
    fn build(&self, app: &mut App) {
        let statistics = DrawStatistics::default();
        app.init_resource::<TileScene>()
            .init_resource::<FeatureSlots>()
            .init_resource::<FeatureStates>()
            .init_resource::<View>()
            .init_resource::<Panes>()
            .init_resource::<Sun>()
            .init_resource::<QualitySettings>()
            .init_resource::<LayerVisibility>()
            .init_resource::<Labels>()
            .init_resource::<Marks>()
            .init_resource::<Captures>()
            .insert_resource(statistics.clone())
            .add_systems(Last, label::lay_out);
        if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
            render_app
                .insert_resource(statistics)
                .init_resource::<Incoming>()
                .init_resource::<Drawing>()
                .add_systems(ExtractSchedule, take_over)
                .add_systems(Render, ask_for_window.in_set(RenderSystems::CreateViews))
                .add_systems(RenderGraph, draw.in_set(RenderGraphSystems::Render));
        }
    }
}

/// What the last frame took.
#[derive(Resource, Debug, Clone, Default)]
pub struct DrawStatistics {
    shared: Arc<[AtomicU32; 3]>,
}

impl DrawStatistics {
    /// Draw calls.
    pub fn draw_calls(&self) -> u32 {
        self.shared[0].load(Ordering::Relaxed)
    }

    /// Triangles, before any is culled.
    pub fn triangles(&self) -> u32 {
        self.shared[1].load(Ordering::Relaxed)
    }

    /// Frames drawn since the start. It stands still while nothing changes.
    pub fn frames(&self) -> u32 {
        self.shared[2].load(Ordering::Relaxed)
    }

    fn record(&self, drawn: Drawn) {
        self.shared[0].store(drawn.draw_calls, Ordering::Relaxed);
        self.shared[1].store(drawn.triangles, Ordering::Relaxed);
        self.shared[2].fetch_add(1, Ordering::Relaxed);
    }
}

/// What was taken over from the main world and not drawn yet.
#[derive(Resource, Default)]
struct Incoming {
    tiles: Vec<TileChange>,
    state_rows: Vec<(u32, Vec<[u8; 4]>)>,
    slots: u32,
    labels: Option<LabelUpdate>,
    marks: Option<Vec<MarkVertex>>,
    captures: Vec<CaptureRequest>,
    shot: Option<Shot>,
    /// Whether the window shows something else than it would.
    stale: bool,
}

/// The renderer, once there is a device.
#[derive(Resource, Default)]
struct Drawing {
    renderer: Option<Renderer>,
}

fn take_over(mut main: ResMut<MainWorld>, mut incoming: ResMut<Incoming>) {
    let shot = Shot {
        view: *main.resource::<View>(),
        panes: *main.resource::<Panes>(),
        sun: *main.resource::<Sun>(),
        quality: *main.resource::<QualitySettings>(),
        layers: *main.resource::<LayerVisibility>(),
        time_secs: main.resource::<Time>().elapsed_secs_wrapped(),
    };
    let tiles = main.resource_mut::<TileScene>().take();
    let rows = main.resource_mut::<FeatureStates>().take_dirty();
    let labels = main.resource_mut::<Labels>().take();
    let marks = main.resource_mut::<Marks>().take();
    incoming.captures.extend(main.resource_mut::<Captures>().take());
    incoming.slots = main.resource::<FeatureSlots>().count();
    // Nothing moves by itself unless drawn finely: then the last frame is still good, and costs nothing.
    let moved = incoming.shot.is_none_or(|last| {
        let still = Shot { time_secs: last.time_secs, ..shot };
        shot.quality.fine || last != still
    });
    incoming.stale |= moved || !tiles.is_empty() || !rows.is_empty() || labels.is_some() || marks.is_some();
    incoming.shot = Some(shot);
    incoming.tiles.extend(tiles);
    incoming.state_rows.extend(rows);
    if labels.is_some() {
        incoming.labels = merged(incoming.labels.take(), labels);
    }
    if marks.is_some() {
        incoming.marks = marks;
    }
}

/// The newer update, with the older one's glyphs where the newer brings none.
fn merged(older: Option<LabelUpdate>, newer: Option<LabelUpdate>) -> Option<LabelUpdate> {
    match (older, newer) {
        (Some(older), Some(newer)) => Some(newer.after(older)),
        (older, newer) => newer.or(older),
    }
}

/// Without a camera Bevy takes no texture from the window's surface and presents none, except when a window is new: so
/// it is told that ours is, whenever there is something new to show.
fn ask_for_window(mut windows: ResMut<ExtractedWindows>, mut incoming: ResMut<Incoming>) {
    let Some(primary) = windows.primary else { return };
    if let Some(window) = windows.get_mut(&primary) {
        incoming.stale |= window.size_changed;
        window.needs_initial_present = incoming.stale;
    }
}

fn draw(
    mut incoming: ResMut<Incoming>,
    mut drawing: ResMut<Drawing>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
    windows: Res<ExtractedWindows>,
    statistics: Res<DrawStatistics>,
) {
    let Some(shot) = incoming.shot else { return };
    let renderer = drawing.renderer.get_or_insert_with(|| Renderer::new(device.wgpu_device(), &queue));
    for change in incoming.tiles.drain(..) {
        renderer.change(change);
    }
    let rows = std::mem::take(&mut incoming.state_rows);
    renderer.write_states(&rows, incoming.slots);
    if let Some(labels) = incoming.labels.take() {
        renderer.write_labels(&labels);
    }
    if let Some(marks) = incoming.marks.take() {
        renderer.write_marks(&marks);
    }
    for request in incoming.captures.drain(..) {
        statistics.record(renderer.capture(request.size, &shot, request.reply));
    }
    if !incoming.stale {
        return;
    }
    let window = windows.primary.and_then(|primary| windows.get(&primary));
    let Some(window) = window else { return };
    if let (Some(view), Some(format)) = (&window.swap_chain_texture_view, window.swap_chain_texture_view_format) {
        let size = (window.physical_width, window.physical_height);
        statistics.record(renderer.draw(Target { view, format, size }, &shot));
        incoming.stale = false;
    }
}
