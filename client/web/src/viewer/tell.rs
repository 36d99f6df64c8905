//! What the viewer is told: each of these follows a signal of the page and begins when the viewer listens.

use cloudsite_domain::identity::Tier;
use cloudsite_proto::land::LonLatBounds;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{
    AsOf, Compare, Highlight, Language, Layers, Overlay, OverlayArea, Quality, RecordChanged, SceneEvent, Select,
    TimeOfDay,
};
use cloudsite_proto::siting::MatchResponse;
use leptos::prelude::*;
use prost::Message;

use super::bridge;
use crate::fitting::Fitting;
use crate::keeping::Keeping;
use crate::pure::facts::code_of;
use crate::pure::place::{Place, zone_with};
use crate::pure::{brief, camera, route};
use crate::state::{Card, Connection, Page, Tab};

/// The layers that can be switched, in the order of the switches.
pub(crate) const LAYERS: [&str; 12] =
    ["building", "parcel", "zone", "label", "tree", "green", "water", "road", "rail", "utility", "poi", "mask"];

/// Gives the viewer an event.
pub(super) fn tell(event: Event) {
    let bytes = SceneEvent { event: Some(event) }.encode_to_vec();
    if let Err(error) = bridge::send(&bytes) {
        leptos::logging::warn!("the viewer refused an event: {error:?}");
    }
}

/// Tells the viewer what the page says, now and later.
pub(super) fn follow(page: Page) {
    let listens = Memo::new(move |_| page.viewer.with(super::ViewerState::listens));
    on(listens, move || Some(Event::Language(Language { tag: page.language.get().tag().to_owned() })));
    on(listens, move || page.quality.get().map(|level| Event::Quality(Quality { level: level.into() })));
    on(listens, move || {
        let declination_deg = page.fitting.get().and_then(Fitting::declination_deg);
        Some(Event::TimeOfDay(TimeOfDay { hour: page.hour.get(), declination_deg }))
    });
    let compared = Memo::new(move |before: Option<&Compare>| compared(page, before));
    on(listens, move || Some(Event::Compare(compared.get())));
    on(listens, move || page.fitting.get().map(|fitting| Event::Massing(fitting.massing())));
    on(listens, move || Some(Event::Layers(layers(page))));
    on(listens, move || {
        let together = page.joined.get();
        if matched(page, |reply| brief::joined(reply, &together).is_some()) == Some(true) {
            return Some(Event::Highlight(Highlight { active: true, ids: together, colours: Vec::new() }));
        }
        let is_of_floors = page.asks_for_floors();
        if let Some((ids, colours)) = matched(page, |reply| brief::colours(reply, is_of_floors)) {
            return Some(Event::Highlight(Highlight { active: true, ids, colours }));
        }
        let ids = page.highlighted.get();
        Some(Event::Highlight(Highlight { active: ids.is_some(), ids: ids.unwrap_or_default(), colours: Vec::new() }))
    });
    follow_reader(page, listens);
    on(listens, move || Some(Event::Overlay(overlay(page))));
    let revision = Memo::new(move |known: Option<&u64>| match page.connection.get() {
        Connection::Connected { revision } => revision,
        Connection::Connecting | Connection::Away { .. } => known.copied().unwrap_or_default(),
    });
    on(listens, move || {
        let revision = revision.get();
        (revision > 0).then_some(Event::RecordChanged(RecordChanged { revision }))
    });
    follow_selection(page, listens);
}

/// The past revision and the lower tier that are shown, and the reader's own tier.
type Reader = (Option<u64>, Option<Tier>, Option<i32>);

/// What lies over the park: what those lay there who keep the record, else what of the brief has room.
fn overlay(page: Page) -> Overlay {
    let kept = page.keeping.get().map(Keeping::overlay).unwrap_or_default();
    if kept != Overlay::default() {
        return kept;
    }
    let shade = page.fitting.get().map(Fitting::overlay).unwrap_or_default();
    if !shade.is_empty() {
        return Overlay { areas: shade, ..kept };
    }
    let together = page.joined.get();
    let placed = |reply: &MatchResponse| {
        page.park.with(|park| park.as_ref().map(|park| brief::placements(reply, &together, park)))
    };
    let areas = matched(page, placed);
    let mut areas = areas.flatten().unwrap_or_default();
    areas.extend(way(page).unwrap_or_default());
    Overlay { areas, ..kept }
}

/// The places that stand side by side in the 3D view; those before while one is awaited.
fn compared(page: Page, before: Option<&Compare>) -> Compare {
    if !page.is_split() {
        return Compare::default();
    }
    let told = page
        .side_by_side()
        .and_then(|places| page.park.with(|park| park.as_ref().map(|park| camera::compared(park, &places))));
    told.or_else(|| before.cloned()).unwrap_or_default()
}

/// The way from the open parcel that is pointed at, else the one that was chosen.
fn way(page: Page) -> Option<Vec<OverlayArea>> {
    page.selected.with(Option::is_some).then_some(())?;
    let index = page.route_looked_at.get().or(page.route_chosen.get())?;
    let park = page.park.get()?;
    page.routes.with(|routes| Some(route::areas(routes.as_ref()?.as_ref().ok()?, index, &park)))
}

/// Something of the answer to the brief, while the panel shows it.
fn matched<T>(page: Page, of: impl FnOnce(&MatchResponse) -> T) -> Option<T> {
    let shown = !page.keeps() || page.tab.get() == Tab::Find;
    page.matched.with(|matched| matched.reply().filter(|_| shown).map(of))
}

/// Tells what is shown, and tells it again when the reader becomes another: tiles are then other ones, too.
fn follow_reader(page: Page, listens: Memo<bool>) {
    let tier = Memo::new(move |_| page.caller.with(|caller| caller.as_ref().map(|caller| caller.tier)));
    Effect::new(move |told: Option<Option<Reader>>| {
        let (as_of, seen_as, tier) = (page.as_of.get(), page.seen_tier(), tier.get());
        if !listens.get() {
            return None;
        }
        // A viewer begins with the present and the reader of its first request.
        let known = told.flatten().unwrap_or((None, None, tier));
        if known != (as_of, seen_as, tier) {
            let tier = seen_as.map(|tier| tier.to_string()).unwrap_or_default();
            tell(Event::AsOf(AsOf { revision: as_of.unwrap_or(0), tier }));
        }
        Some((as_of, seen_as, tier))
    });
}

/// Tells what `event` gives whenever a signal in it changes.
fn on(listens: Memo<bool>, event: impl Fn() -> Option<Event> + 'static) {
    Effect::new(move |_| {
        if listens.get()
            && let Some(event) = event()
        {
            tell(event);
        }
    });
}

fn layers(page: Page) -> Layers {
    let hidden = page.hidden_layers.get();
    Layers { visible: LAYERS.iter().map(|layer| ((*layer).to_owned(), !hidden.contains(layer))).collect() }
}

/// The selection of a place, once the record has said where it is.
fn select_place(page: Page, place: &Place, fly: bool) -> Option<Select> {
    let park = page.park.get_untracked();
    let select = |id: u64, bounds: Option<&LonLatBounds>| {
        camera::select_in(place.layer(), park.as_ref(), (id, place.code()), bounds, fly)
    };
    match place {
        Place::Zone(code) => page.zones.with(|zones| {
            let zone = zone_with(zones, code)?;
            Some(select(zone.id, zone.bounds.as_ref()))
        }),
        Place::Poi(code) => page.pois.with(|pois| {
            let poi = pois.as_ref()?.as_ref().ok()?.iter().find(|poi| poi.code == *code)?;
            Some(select(poi.id, poi.bounds.as_ref()))
        }),
    }
}

/// A parcel or a place opened on the page is selected in the viewer once both the viewer and where it lies are there; a card
/// that is closed takes the selection away.
fn follow_selection(page: Page, listens: Memo<bool>) {
    Effect::new(move |_| {
        let Some(wanted) = page.wanted.get().filter(|_| listens.get() && page.park.with(Option::is_some)) else {
            return;
        };
        let select = page.card.with(|card| match card {
            Card::Loaded { parcel, .. } if code_of(&parcel.name) == wanted.code => {
                let park = page.park.get_untracked();
                Some(camera::select(park.as_ref(), parcel, &wanted.code, wanted.fly))
            }
            _ => None,
        });
        if let Some(select) = select {
            if select.fly {
                page.take_camera();
            }
            tell(Event::Select(select));
            page.wanted.set(None);
        }
    });
    Effect::new(move |_| {
        let wanted = page.wanted_place.get().filter(|_| listens.get() && page.park.with(Option::is_some));
        if let Some(select) = wanted.and_then(|(place, fly)| select_place(page, &place, fly)) {
            if select.fly {
                page.take_camera();
            }
            tell(Event::Select(select));
            page.wanted_place.set(None);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = page.has_card();
        if was_open == Some(true) && !is_open {
            page.wanted.set(None);
            page.wanted_place.set(None);
            if listens.get_untracked() {
                tell(Event::Select(Select::default()));
            }
        }
        is_open
    });
}
