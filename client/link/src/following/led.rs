//! What whoever leads has shown.

use cloudsite_proto::scene::scene_event::Event;

/// The last of each kind that the one who leads has shown, in the order in which it is applied: the camera last, since what it
/// looks at is there by then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Led([Option<Event>; 7]);

impl Led {
    /// Takes note of what was shown; false if it is of no kind that is led.
    pub fn note(&mut self, event: Event) -> bool {
        let order = match &event {
            Event::AsOf(_) => 0,
            Event::Layers(_) => 1,
            Event::TimeOfDay(_) => 2,
            Event::Select(_) => 3,
            Event::Massing(_) => 4,
            Event::Compare(_) => 5,
            Event::Camera(_) => 6,
            _ => return false,
        };
        self.0[order] = Some(event);
        true
    }

    /// All of it.
    pub fn all(&self) -> impl Iterator<Item = &Event> {
        self.0.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::{Camera, Highlight, Select, TimeOfDay};

    use super::*;

    #[test]
    fn the_last_of_each_kind_is_kept_and_the_camera_comes_last() {
        let mut led = Led::default();
        let camera = |heading_deg| Event::Camera(Camera { heading_deg, ..Camera::default() });
        let hour = Event::TimeOfDay(TimeOfDay { hour: 9.0, declination_deg: None });
        for event in [camera(1.0), Event::Select(Select::default()), camera(2.0), hour.clone()] {
            assert!(led.note(event));
        }
        assert!(!led.note(Event::Highlight(Highlight::default())));
        assert_eq!(led.all().cloned().collect::<Vec<_>>(), [hour, Event::Select(Select::default()), camera(2.0)]);
    }
}
