//! What the viewer says.

use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{SceneEvent, Select};
use leptos::prelude::*;
use prost::Message;

use crate::pure::place::Place;
use crate::pure::text::fill;
use crate::state::Page;
use crate::viewer::ViewerState;

/// The fault after which the viewer says nothing more.
const VIEWER_ENDED: &str = "viewer_ended";

/// Takes an event from the viewer. Bytes that are none are passed over: viewer and page may be of different ages.
pub(super) fn hear(page: Page, bytes: &[u8]) {
    let Some(event) = SceneEvent::decode(bytes).ok().and_then(|scene| scene.event) else {
        return;
    };
    if draws(&event) && page.viewer.get_untracked() == ViewerState::Starting {
        page.viewer.set(ViewerState::Running);
    }
    match event {
        Event::Select(select) => {
            let code = chosen(&select);
            if let Some(keeping) = page.keeping.get_untracked() {
                keeping.hear_click(code.as_deref());
            }
            if page.selected.get_untracked() != code {
                page.selected.set(code);
            }
            let place = Place::selected(&select);
            if page.place.get_untracked() != place {
                page.place.set(place);
            }
        }
        Event::MassingMoved(moved) => {
            if let Some(fitting) = page.fitting.get_untracked() {
                fitting.hear(moved);
            }
        }
        Event::Camera(camera) => page.camera.set(Some(camera)),
        Event::CameraTaken(_) => {
            page.take_camera();
            if let Some(meeting) = page.meeting.get_untracked() {
                meeting.roam();
            }
        }
        Event::Pointing(pointing) => {
            if let Some(meeting) = page.meeting.get_untracked() {
                meeting.point_at(pointing);
            }
        }
        Event::NamesSeen(seen) => {
            if let Some(meeting) = page.meeting.get_untracked() {
                meeting.place_names(seen.names);
            }
        }
        Event::Progress(progress) => page.tiles.set((progress.tiles_loaded, progress.tiles_wanted)),
        Event::Fault(fault) if fault.code == VIEWER_ENDED => {
            page.viewer.set(ViewerState::Failed { reason: String::new() });
        }
        Event::Fault(fault) => {
            let text = fill(page.language.get_untracked(), "viewer.fault", &[("reason", &fault.message)]);
            page.toast.set(Some(text));
        }
        Event::Statistics(statistics) if page.statistics_shown => page.statistics.set(Some(statistics)),
        _ => {}
    }
}

/// Whether an event shows that there is something to see.
fn draws(event: &Event) -> bool {
    match event {
        Event::Progress(progress) => progress.tiles_loaded > 0,
        Event::Statistics(_) => true,
        _ => false,
    }
}

/// The parcel that a selection means: itself, or the one that a building stands on.
fn chosen(select: &Select) -> Option<String> {
    let code = if select.layer == "parcel" { &select.code } else { &select.parcel_code };
    (!code.is_empty()).then(|| code.clone())
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::Progress;

    use super::*;

    #[test]
    fn the_first_tile_lifts_the_curtain() {
        let progress = |tiles_loaded| Event::Progress(Progress { tiles_loaded, tiles_wanted: 40 });
        assert!(draws(&progress(1)) && !draws(&progress(0)));
    }

    #[test]
    fn a_building_opens_the_parcel_it_stands_on() {
        let select = |layer: &str, code: &str, parcel_code: &str| {
            chosen(&Select {
                layer: layer.to_owned(),
                code: code.to_owned(),
                parcel_code: parcel_code.to_owned(),
                ..Select::default()
            })
        };
        assert_eq!(select("parcel", "WX-01", "").as_deref(), Some("WX-01"));
        assert_eq!(select("building", "B-7", "WX-01").as_deref(), Some("WX-01"));
        assert_eq!(select("building", "B-7", ""), None);
        assert_eq!(select("", "", ""), None, "a click on nothing closes the card");
    }
}
