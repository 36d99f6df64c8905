//! The systems that carry tiles from the server to the renderer.

use std::sync::Arc;
use std::time::Duration;

use bevy::platform::time::Instant;
use bevy::prelude::*;
use bevy::time::Real;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::tile::TileAddress;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{Fault, Progress};
use cloudsite_proto::tile::Tileset;
use prost::Message as _;

use super::choose::{ViewPyramid, choose};
use super::decode::decode;
use super::feed::{Reachability, ServerHealth, TilesetFeed};
use super::fetch::{Answer, Asked, FetchFailure, Fetcher};
use super::grid::TileGrid;
use super::store::{Coverage, Received, TileStore};
use super::{BrokenTileset, Decoded, Detail, TileIndex};
use crate::camera::{Camera, CameraSystems, Pose};
use crate::draw::{FeatureSlots, FontFace, Panes, TileScene};
use crate::mesh::{self, TreeRule};
use crate::scene::{ParkKnown, SceneIn, SceneOut};

/// The part of a frame that may go into decoding and meshing, and its limits: short enough that a smooth picture stays
/// smooth, long enough that a slow machine gets there.
const BUILD_SHARE: f64 = 0.25;
const BUILD_LIMITS: (Duration, Duration) = (Duration::from_millis(4), Duration::from_millis(40));
/// From this zoom on a tile is meshed with everything.
const FULL_FROM_ZOOM: u8 = 14;

/// The tiles and what is known of them.
#[derive(Resource, Debug, Default)]
pub struct TilePark {
    /// Which tiles there are; none before the tileset has come.
    pub index: Option<TileIndex>,
    /// Those that are here.
    pub store: TileStore,
    feed: TilesetFeed,
    health: ServerHealth,
}

impl TilePark {
    /// Whether everything that the view wants is here.
    pub fn is_settled(&self) -> bool {
        self.feed.is_current() && self.coverage().is_complete()
    }

    /// How much of what the view wants is here.
    pub fn coverage(&self) -> Coverage {
        self.index.as_ref().map_or(Coverage::default(), |index| self.store.coverage(index))
    }
}

/// How fine tiles are chosen.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct TileDetail(pub Detail);

/// A tile was handed to the renderer: its features now have slots.
#[derive(Message, Debug, Clone)]
pub struct TileLoaded(pub Arc<Decoded>);

/// A font of the labels came.
#[derive(Message, Debug, Clone)]
pub struct FontArrived {
    /// Which.
    pub face: FontFace,
    /// A TrueType file.
    pub bytes: Arc<Vec<u8>>,
}

/// The systems of this module.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileSystems;

/// Adds the tiles of the server that `fetcher` asks.
pub fn plugin(app: &mut App, fetcher: Fetcher) {
    app.add_message::<TileLoaded>()
        .add_message::<FontArrived>()
        .init_resource::<TilePark>()
        .insert_resource(fetcher)
        .configure_sets(Update, TileSystems.after(CameraSystems::Move))
        .add_systems(Update, (hear, receive, want, ask, build, show, report).chain().in_set(TileSystems));
}

fn hear(mut events: MessageReader<SceneIn>, mut park: ResMut<TilePark>) {
    for SceneIn(event) in events.read() {
        match event {
            Event::RecordChanged(changed) => park.feed.announce(changed.revision),
            Event::AsOf(said) => park.feed.show(said.into()),
            _ => {}
        }
    }
}

fn receive(
    fetcher: Res<Fetcher>,
    mut park: ResMut<TilePark>,
    time: Res<Time<Real>>,
    mut known: MessageWriter<ParkKnown>,
    mut fonts: MessageWriter<FontArrived>,
    mut out: MessageWriter<SceneOut>,
) {
    let now_secs = time.elapsed_secs_f64();
    while let Some(Answer { asked, bytes }) = fetcher.next() {
        match (asked, bytes) {
            (Asked::Font(face), Ok(bytes)) => {
                fonts.write(FontArrived { face, bytes: Arc::new(bytes) });
            }
            // A park without labels is worth seeing; nobody is told.
            (Asked::Font(face), Err(failure)) => warn!("there is no font {face:?} for labels: {failure}"),
            // Something else is shown meanwhile.
            (Asked::Tileset(shown), _) if shown != park.feed.shown() => {}
            (Asked::Tileset(_), Ok(bytes)) => match index(&bytes) {
                Ok(index) => {
                    park.feed.receive(index.revision, now_secs);
                    known.write(ParkKnown(index.bounds));
                    park.index = Some(index);
                    reached(&mut park, &mut out);
                }
                Err(error) => {
                    park.feed.fail(now_secs);
                    out.write(fault("tileset_broken", &error.to_string()));
                }
            },
            (Asked::Tile(request), Ok(bytes)) => {
                park.store.receive(request, bytes);
                reached(&mut park, &mut out);
            }
            (Asked::Tileset(_), Err(failure)) => {
                park.feed.fail(now_secs);
                failed(&mut park, &failure, &mut out);
            }
            (Asked::Tile(request), Err(failure)) => {
                park.store.fail(request.address, now_secs);
                if matches!(failure, FetchFailure::Status(_)) {
                    park.feed.doubt();
                }
                failed(&mut park, &failure, &mut out);
            }
        }
    }
}

fn index(bytes: &[u8]) -> Result<TileIndex, BrokenTileset> {
    TileIndex::new(&Tileset::decode(bytes)?)
}

fn fault(code: &str, message: &str) -> SceneOut {
    SceneOut(Event::Fault(Fault { code: code.to_owned(), message: message.to_owned() }))
}

fn failed(park: &mut TilePark, failure: &FetchFailure, out: &mut MessageWriter<SceneOut>) {
    if park.health.fail() == Some(Reachability::Away) {
        out.write(fault("tiles_unreachable", &failure.to_string()));
    }
}

/// A fault without a message says that the one of that code is over.
fn reached(park: &mut TilePark, out: &mut MessageWriter<SceneOut>) {
    if park.health.succeed() == Some(Reachability::Back) {
        out.write(fault("tiles_unreachable", ""));
    }
}

/// What the choice of tiles was last made for.
type Chosen = (Pose, f64, Panes, Detail, (u64, Tier));

fn want(
    mut park: ResMut<TilePark>,
    camera: Res<Camera>,
    panes: Res<Panes>,
    detail: Res<TileDetail>,
    mut last: Local<Option<Chosen>>,
) {
    let park = &mut *park;
    let (Some(index), Some(rig)) = (&park.index, camera.rig()) else { return };
    let (pose, aspect) = (rig.pose(), rig.aspect());
    let here = (pose, aspect, *panes, detail.0, (index.revision, index.tier));
    if last.replace(here) != Some(here) {
        let view = |pane| ViewPyramid::new(&pose.shifted(panes.stand(pane).shift_m), aspect);
        let views: Vec<ViewPyramid> = (0..panes.views() as usize).map(view).collect();
        park.store.want(choose(index, &views, detail.0.in_panes(&panes)));
    }
}

fn ask(mut park: ResMut<TilePark>, fetcher: Res<Fetcher>, time: Res<Time<Real>>) {
    let (park, now_secs) = (&mut *park, time.elapsed_secs_f64());
    if park.feed.ask(now_secs) {
        fetcher.ask(Asked::Tileset(park.feed.shown()), "");
    }
    let Some(index) = &park.index else { return };
    for request in park.store.requests(index, now_secs) {
        fetcher.ask(Asked::Tile(request), &index.base);
    }
}

fn build(
    mut park: ResMut<TilePark>,
    mut slots: ResMut<FeatureSlots>,
    mut scene: ResMut<TileScene>,
    time: Res<Time<Real>>,
    mut loaded: MessageWriter<TileLoaded>,
    mut out: MessageWriter<SceneOut>,
) {
    let TilePark { index: Some(index), store, .. } = &mut *park else { return };
    let (start, budget) = (Instant::now(), time.delta().mul_f64(BUILD_SHARE).clamp(BUILD_LIMITS.0, BUILD_LIMITS.1));
    while let Some(Received { request, bytes }) = store.next_received() {
        let address = request.address;
        let decoded = TileGrid::new(address, index.park)
            .map_err(|error| error.to_string())
            .and_then(|grid| decode(address, &bytes, &grid).map_err(|error| chain(&error)));
        match decoded.map(Arc::new) {
            Ok(decoded) => {
                let detail = if address.z >= FULL_FROM_ZOOM { mesh::Detail::Full } else { mesh::Detail::Prisms };
                scene.insert(address, mesh::build(&decoded.tile, &mut slots, &TreeRule::default(), detail));
                let shown = store.complete(request, decoded.clone());
                scene.set_visible(address, shown);
                loaded.write(TileLoaded(decoded));
            }
            Err(error) => {
                store.fail(address, time.elapsed_secs_f64());
                out.write(fault("tile_broken", &format!("tile {address}: {error}")));
            }
        }
        if start.elapsed() >= budget {
            break;
        }
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error.to_string()).chain(sources.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}

fn show(mut park: ResMut<TilePark>, mut scene: ResMut<TileScene>, panes: Res<Panes>, detail: Res<TileDetail>) {
    let TilePark { index: Some(index), store, .. } = park.bypass_change_detection() else { return };
    for change in store.show(index) {
        scene.set_visible(change.address, change.shown);
    }
    let removed: Vec<TileAddress> = store.evict(index, detail.0.in_panes(&panes).most * 3);
    for address in removed {
        scene.remove(address);
    }
}

fn report(
    park: Res<TilePark>,
    camera: Res<Camera>,
    mut last: Local<Option<Coverage>>,
    mut out: MessageWriter<SceneOut>,
) {
    let coverage = park.coverage();
    // Before there is a view nothing is wanted, which is not to be taken for being there.
    if park.index.is_some() && camera.rig().is_some() && last.replace(coverage) != Some(coverage) {
        let (tiles_loaded, tiles_wanted) = (coverage.loaded as u32, coverage.wanted as u32);
        out.write(SceneOut(Event::Progress(Progress { tiles_loaded, tiles_wanted })));
    }
}
