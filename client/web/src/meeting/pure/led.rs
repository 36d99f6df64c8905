//! What whoever leads shows, and how it is seen on this page.

use std::collections::BTreeMap;

use cloudsite_domain::siting::massing::{Massing, Part, PartKind};
pub(crate) use cloudsite_link::Led;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{self, Camera, Layers};
use geo_types::Coord;

/// What people show. What someone shows may be heard before it is known that they lead: voices and the view come by another
/// way than the state of the meeting.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shown {
    leader: u32,
    led: Led,
    others: BTreeMap<u32, Led>,
}

impl Shown {
    /// Takes note of what someone shows; whether it is what all see now.
    pub(crate) fn note(&mut self, from: u32, event: Event) -> bool {
        if from == self.leader {
            return self.led.note(event);
        }
        self.others.entry(from).or_default().note(event);
        false
    }

    /// Someone leads from now on: what the one before has shown is over, and what this one has shown already is what all see.
    pub(crate) fn lead_by(&mut self, leader: u32) {
        if leader != self.leader {
            self.leader = leader;
            self.led = self.others.remove(&leader).unwrap_or_default();
            self.others.clear();
        }
    }

    /// Forgets those who are not there.
    pub(crate) fn keep(&mut self, is_there: impl Fn(u32) -> bool) {
        self.others.retain(|id, _| is_there(*id));
    }

    /// Who is known to lead; 0 is nobody.
    pub(crate) const fn leader(&self) -> u32 {
        self.leader
    }

    /// What all see.
    pub(crate) const fn led(&self) -> &Led {
        &self.led
    }
}

/// A factory as a link writes it; none if there is none, or one that there cannot be.
pub(crate) fn fit(massing: &scene::Massing) -> Option<String> {
    let part = |part: &scene::MassingPart| {
        let storeys = part.storeys;
        Some(Part {
            kind: part.kind.parse::<PartKind>().ok()?,
            offset: Coord { x: part.across_m, y: part.along_m },
            width_m: part.width_m,
            depth_m: part.depth_m,
            storeys,
            storey_m: if storeys == 0 { 0.0 } else { part.height_m / f64::from(storeys) },
        })
    };
    let parts: Option<Vec<Part>> = massing.parts.iter().map(part).collect();
    let at = Coord { x: massing.east_m, y: massing.north_m };
    Massing::new(at, massing.angle_deg.to_radians(), parts?).ok().map(|massing| massing.to_string())
}

/// The layers that are not drawn, where some are said to be shown or not.
pub(crate) fn hidden(all: &[&'static str], before: &[&'static str], layers: &Layers) -> Vec<&'static str> {
    let is_hidden =
        |layer: &&&'static str| layers.visible.get(**layer).map_or_else(|| before.contains(*layer), |visible| !visible);
    all.iter().filter(is_hidden).copied().collect()
}

/// Whether two cameras look at the same from the same place, as far as it can be seen.
pub(crate) fn is_same_view(a: &Camera, b: &Camera) -> bool {
    let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance;
    let apart_m = 1.0 + a.distance_m.abs() * 0.01;
    let turn = (a.heading_deg - b.heading_deg).rem_euclid(360.0);
    near(a.target_east_m, b.target_east_m, apart_m)
        && near(a.target_north_m, b.target_north_m, apart_m)
        && near(a.distance_m, b.distance_m, apart_m)
        && near(a.pitch_deg, b.pitch_deg, 1.0)
        && turn.min(360.0 - turn) <= 1.0
        && a.walking == b.walking
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::MassingPart;

    use super::*;

    #[test]
    fn what_a_new_leader_shows_before_they_are_known_to_lead_is_seen() {
        let camera = |heading_deg| Event::Camera(Camera { heading_deg, ..Camera::default() });
        let seen = |shown: &Shown| shown.led().all().cloned().collect::<Vec<_>>();
        let mut shown = Shown::default();
        shown.lead_by(1);
        assert!(shown.note(1, camera(1.0)));
        assert!(!shown.note(2, camera(2.0)), "of another");
        assert!(!shown.note(3, camera(3.0)));
        assert_eq!(seen(&shown), [camera(1.0)]);
        shown.lead_by(2);
        assert_eq!(seen(&shown), [camera(2.0)], "it came before the state did");
        shown.lead_by(2);
        assert_eq!(seen(&shown), [camera(2.0)], "nothing has changed");
        shown.lead_by(3);
        assert_eq!(seen(&shown), [], "what was shown before another led is over");
        assert!(!shown.note(1, camera(4.0)));
        shown.keep(|id| id != 1);
        shown.lead_by(1);
        assert_eq!(seen(&shown), [], "whoever has gone has shown nothing");
    }

    #[test]
    fn a_factory_is_the_same_on_the_other_page() {
        let part = |kind: &str, storeys, height_m| MassingPart {
            kind: kind.to_owned(),
            width_m: 120.0,
            depth_m: 60.0,
            height_m,
            storeys,
            ..MassingPart::default()
        };
        let shown = scene::Massing {
            east_m: 5.0,
            north_m: -3.5,
            angle_deg: 90.0,
            parts: vec![part("hall", 2, 18.0), part("yard", 0, 0.0)],
            movable: true,
        };
        let read: Massing = fit(&shown).unwrap().parse().unwrap();
        assert_eq!((read.at(), read.parts().len()), (Coord { x: 5.0, y: -3.5 }, 2));
        assert_eq!((read.parts()[0].storeys, read.parts()[0].storey_m), (2, 9.0));
        assert_eq!(fit(&scene::Massing::default()), None, "no factory");
        let shed = scene::Massing { parts: vec![part("shed", 1, 9.0)], ..shown };
        assert_eq!(fit(&shed), None);
    }

    #[test]
    fn a_layer_that_is_not_named_stays_as_it_is() {
        let layers = Layers { visible: [("mask".to_owned(), true), ("rail".to_owned(), false)].into() };
        assert_eq!(hidden(&["mask", "rail", "road", "poi"], &["mask", "poi"], &layers), ["rail", "poi"]);
    }

    #[test]
    fn small_differences_are_the_same_view() {
        let here = Camera { target_east_m: 100.0, heading_deg: 359.8, distance_m: 800.0, ..Camera::default() };
        let cases = [
            (Camera { heading_deg: 0.2, target_east_m: 105.0, ..here }, true),
            (Camera { fly: true, ..here }, true),
            (Camera { heading_deg: 5.0, ..here }, false),
            (Camera { target_east_m: 120.0, ..here }, false),
            (Camera { walking: true, ..here }, false),
        ];
        for (there, expected) in cases {
            assert_eq!(is_same_view(&here, &there), expected, "{there:?}");
        }
    }
}
