//! One view for all, as this viewer sees it.

use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{AsOf, Camera, Massing};

/// What the viewer is asked for where whoever leads shows something. To the first camera it flies, and goes along with those
/// after it.
pub(super) fn seen(event: &Event, is_first: bool) -> Event {
    match event {
        Event::Camera(camera) => Event::Camera(Camera { fly: true, follow: !is_first, moving: false, ..*camera }),
        // One is shown what everyone is: nobody is signed in here.
        Event::AsOf(as_of) => Event::AsOf(AsOf { revision: as_of.revision, tier: String::new() }),
        // Whoever leads judges the factory.
        Event::Massing(massing) => Event::Massing(Massing { movable: false, ..massing.clone() }),
        Event::Select(select) => {
            let mut select = select.clone();
            select.fly = false;
            Event::Select(select)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::{Select, TimeOfDay};

    use super::*;

    #[test]
    fn what_is_shown_is_seen_as_far_as_it_is_for_everyone() {
        let camera = Camera { heading_deg: 10.0, moving: true, ..Camera::default() };
        let flown = Camera { heading_deg: 10.0, fly: true, ..Camera::default() };
        let massing = Massing { angle_deg: 3.0, movable: true, ..Massing::default() };
        let select = Select { layer: "parcel".to_owned(), code: "A-1".to_owned(), fly: true, ..Select::default() };
        let hour = Event::TimeOfDay(TimeOfDay { hour: 9.0, declination_deg: None });
        let cases = [
            (Event::Camera(camera), true, Event::Camera(flown)),
            (Event::Camera(camera), false, Event::Camera(Camera { follow: true, ..flown })),
            (Event::Massing(massing.clone()), false, Event::Massing(Massing { movable: false, ..massing })),
            (Event::Select(select.clone()), false, Event::Select(Select { fly: false, ..select })),
            (hour.clone(), false, hour),
            (
                Event::AsOf(AsOf { revision: 3, tier: "investor".to_owned() }),
                false,
                Event::AsOf(AsOf { revision: 3, tier: String::new() }),
            ),
        ];
        for (shown, is_first, expected) in cases {
            assert_eq!(seen(&shown, is_first), expected);
        }
    }
}
