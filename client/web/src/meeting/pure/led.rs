//! What whoever leads shows, and how it is seen on this page.

use cloudsite_domain::siting::massing::{Massing, Part, PartKind};
pub(crate) use cloudsite_link::Led;
use cloudsite_proto::scene::{self, Camera, Layers};
use geo_types::Coord;

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
