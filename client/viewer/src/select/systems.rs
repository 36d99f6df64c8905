//! The systems of selection.

use std::collections::{HashMap, HashSet};

use bevy::math::DVec2;
use bevy::prelude::*;
use cloudsite_domain::record::Layer;
use cloudsite_proto::scene::Select;
use cloudsite_proto::scene::scene_event::Event;

use super::find::{Found, circle, find};
use crate::camera::CameraSystems;
use crate::draw::{FeatureSlots, FeatureStates};
use crate::pick::{Hover, Picked};
use crate::scene::{FlyTo, SceneIn, SceneOut};
use crate::tiles::decoded::AreaKind;
use crate::tiles::{Decoded, TileLoaded, TilePark};

/// The radius of a thing of which nothing more is known than where it is, metres.
const UNKNOWN_RADIUS_M: f64 = 150.0;

/// What is selected.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct Selected {
    /// As it was asked for or picked; an empty layer is nothing.
    pub thing: Select,
    /// The feature's id, once it is known.
    pub id: Option<u64>,
}

/// The parcels that stand out, some in a colour of their own; none is all as usual.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
struct Highlighted(Option<HashMap<u64, Option<[u8; 3]>>>);

/// Adds selection.
pub fn plugin(app: &mut App) {
    app.init_resource::<Selected>().init_resource::<Highlighted>().add_systems(
        Update,
        (obey, pick, resolve, mark_selected, mark_hovered, fade).chain().after(CameraSystems::Move),
    );
}

fn obey(
    mut events: MessageReader<SceneIn>,
    park: Res<TilePark>,
    mut selected: ResMut<Selected>,
    mut highlighted: ResMut<Highlighted>,
    mut flights: MessageWriter<FlyTo>,
) {
    for SceneIn(event) in events.read() {
        match event {
            Event::Select(select) => {
                let (id, place) = locate(select, &park);
                if let Some((at, radius_m)) = place.filter(|_| select.fly) {
                    flights.write(FlyTo { at, radius_m });
                }
                *selected = Selected { thing: select.clone(), id };
            }
            Event::Highlight(highlight) => {
                let colours = highlight.colours.iter().map(|rgb| Some(rgb.to_be_bytes()).map(|[_, r, g, b]| [r, g, b]));
                let coloured = highlight.ids.iter().copied().zip(colours.chain(std::iter::repeat(None)));
                highlighted.set_if_neq(Highlighted(highlight.active.then(|| coloured.collect())));
            }
            _ => {}
        }
    }
}

/// The id of a selected thing, and the circle around it, as far as tiles and event say.
fn locate(select: &Select, park: &TilePark) -> (Option<u64>, Option<(DVec2, f64)>) {
    let tiles = || park.store.ready().map(AsRef::as_ref);
    let layer = select.layer.parse::<Layer>().ok();
    let found = layer.and_then(|layer| find(tiles(), layer, select.id, &select.code));
    let id = found.map(|found| found.id).or((select.id != 0).then_some(select.id));
    let told = select.east_m.zip(select.north_m).filter(|(east, north)| east.is_finite() && north.is_finite());
    let told = told.map(|(east, north)| {
        let radius_m = select.radius_m.filter(|radius| radius.is_finite() && *radius > 0.0);
        (DVec2::new(east, north), radius_m.unwrap_or(UNKNOWN_RADIUS_M))
    });
    let seen = || layer.zip(id).and_then(|(layer, id)| circle(tiles(), layer, id));
    (id, told.or_else(seen))
}

fn pick(
    mut picked: MessageReader<Picked>,
    park: Res<TilePark>,
    mut selected: ResMut<Selected>,
    mut out: MessageWriter<SceneOut>,
) {
    for Picked { hit, at } in picked.read() {
        let tiles = park.store.ready().map(AsRef::as_ref);
        let found = hit.and_then(|hit| find(tiles, hit.layer, hit.id, ""));
        let thing = found.map_or_else(Select::default, |found| event_of(found, *at));
        *selected = Selected { id: hit.map(|hit| hit.id), thing: thing.clone() };
        out.write(SceneOut(Event::Select(thing)));
    }
}

fn event_of(found: Found, at: Option<DVec2>) -> Select {
    Select {
        layer: found.layer.to_string(),
        id: found.id,
        code: found.code.unwrap_or_default(),
        parcel_code: found.parcel_code.unwrap_or_default(),
        fly: false,
        east_m: at.map(|at| at.x),
        north_m: at.map(|at| at.y),
        radius_m: None,
    }
}

/// Learns the id of a thing that was selected by its code before its tile came.
fn resolve(mut loaded: MessageReader<TileLoaded>, mut selected: ResMut<Selected>) {
    for TileLoaded(decoded) in loaded.read() {
        if selected.id.is_none()
            && !selected.thing.code.is_empty()
            && let Ok(layer) = selected.thing.layer.parse::<Layer>()
            && let Some(found) = find(std::iter::once(decoded.as_ref()), layer, 0, &selected.thing.code)
        {
            selected.id = Some(found.id);
        }
    }
}

fn mark_selected(
    selected: Res<Selected>,
    slots: Res<FeatureSlots>,
    mut states: ResMut<FeatureStates>,
    mut marked: Local<Option<u32>>,
) {
    let slot = selected.id.and_then(|id| slots.get(id));
    if *marked != slot {
        move_mark(&mut states, &mut marked, slot, |state, on| state.selected = on);
    }
}

fn mark_hovered(
    hover: Res<Hover>,
    slots: Res<FeatureSlots>,
    mut states: ResMut<FeatureStates>,
    mut marked: Local<Option<u32>>,
) {
    let slot = hover.0.and_then(|hit| slots.get(hit.id));
    if *marked != slot {
        move_mark(&mut states, &mut marked, slot, |state, on| state.hovered = on);
    }
}

fn move_mark(
    states: &mut FeatureStates,
    marked: &mut Option<u32>,
    slot: Option<u32>,
    set: impl Fn(&mut crate::draw::State, bool),
) {
    for (slot, on) in [(*marked, false), (slot, true)] {
        if let Some(slot) = slot {
            states.update(slot, |state| set(state, on));
        }
    }
    *marked = slot;
}

fn fade(
    highlighted: Res<Highlighted>,
    park: Res<TilePark>,
    slots: Res<FeatureSlots>,
    mut loaded: MessageReader<TileLoaded>,
    mut states: ResMut<FeatureStates>,
) {
    if highlighted.is_changed() {
        loaded.clear();
        park.store.ready().for_each(|decoded| fade_tile(decoded, &highlighted, &slots, &mut states));
    } else {
        loaded.read().for_each(|TileLoaded(decoded)| fade_tile(decoded, &highlighted, &slots, &mut states));
    }
}

/// Fades the parcels of a tile that do not stand out, and the buildings on them that do not, either.
fn fade_tile(decoded: &Decoded, highlighted: &Highlighted, slots: &FeatureSlots, states: &mut FeatureStates) {
    let mut set = |id: u64, faded: bool, tint: Option<[u8; 3]>| {
        if let Some(slot) = slots.get(id) {
            states.update(slot, |state| (state.faded, state.tint) = (faded, tint));
        }
    };
    let mut faded_codes = HashSet::new();
    for parcel in decoded.tile.areas.iter().filter(|area| matches!(area.kind, AreaKind::Parcel(_))) {
        let stands_out = highlighted.0.as_ref().map(|ids| ids.get(&parcel.id));
        let faded = stands_out.is_some_and(|stands_out| stands_out.is_none());
        set(parcel.id, faded, stands_out.flatten().copied().flatten());
        if faded {
            faded_codes.extend(decoded.codes.get(&parcel.id));
        }
    }
    for building in &decoded.tile.buildings {
        let stands_out = highlighted.0.as_ref().and_then(|ids| ids.get(&building.id));
        let is_on_faded = || building.parcel.as_ref().is_some_and(|code| faded_codes.contains(code));
        set(building.id, stands_out.is_none() && is_on_faded(), stands_out.copied().flatten());
    }
}
