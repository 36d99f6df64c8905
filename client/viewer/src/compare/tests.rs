use bevy::math::DVec3;
use cloudsite_proto::scene::ComparedPlace;

use super::*;
use crate::camera::{ParkBounds, Viewport};

const WIDE: Vec2 = Vec2::new(1280.0, 744.0);

fn place(id: u64, east_m: f64, north_m: f64, radius_m: f64) -> ComparedPlace {
    ComparedPlace { ids: vec![id], east_m, north_m, radius_m }
}

fn event(places: &[ComparedPlace]) -> Compare {
    Compare { places: places.to_vec(), ..Compare::default() }
}

/// Three places far from each other, the second one the largest.
fn three() -> Vec<Place> {
    let places = [place(7, -900.0, 300.0, 80.0), place(8, 1_200.0, 40.0, 160.0), place(9, 0.0, -1_500.0, 120.0)];
    places_of(&event(&places)).unwrap()
}

fn rig() -> Rig {
    Rig::new(ParkBounds { min: DVec2::splat(-2_500.0), max: DVec2::splat(2_500.0) }, 1.72)
}

fn panes(comparison: &Comparison, slots: &FeatureSlots) -> Panes {
    comparison.panes(WIDE, slots).unwrap_or_default()
}

/// The comparison of three places with its camera and viewport, as the systems put them.
fn compared() -> (Comparison, Rig, Viewport) {
    let (mut comparison, mut rig) = (Comparison::default(), rig());
    comparison.set(three(), Some(&rig));
    let viewport = Viewport { picture: WIDE, pointer: None, panes: panes(&comparison, &FeatureSlots::default()) };
    rig.set_aspect(viewport.aspect());
    comparison.settle(&mut rig);
    (comparison, rig, viewport)
}

/// The middle of a pane, pixels.
fn middle(viewport: &Viewport, pane: usize) -> Vec2 {
    let size = viewport.size();
    Vec2::new(size.x * (pane as f32 + 0.5), size.y / 2.0)
}

#[test]
fn what_cannot_be_compared_is_refused_by_its_name() {
    let (a, b) = (place(7, 0.0, 0.0, 80.0), place(8, 500.0, 0.0, 80.0));
    let of = |ids: Vec<u64>| ComparedPlace { ids, ..b.clone() };
    let nowhere = ComparedPlace { north_m: f64::NAN, ..b.clone() };
    let cases = [
        (vec![a.clone()], BadComparison::Count(1)),
        (vec![a.clone(); 5], BadComparison::Count(5)),
        (vec![a.clone(), of(vec![])], BadComparison::Features { place: 1, count: 0 }),
        (vec![of(vec![1; 6]), a.clone()], BadComparison::Features { place: 0, count: 6 }),
        (vec![a.clone(), nowhere], BadComparison::Nowhere { place: 1, field: "north_m" }),
        (
            vec![ComparedPlace { radius_m: 0.0, ..a.clone() }, b.clone()],
            BadComparison::Nowhere { place: 0, field: "radius_m" },
        ),
    ];
    for (places, expected) in cases {
        assert_eq!(places_of(&event(&places)), Err(expected));
    }
    assert_eq!(places_of(&event(&[])), Ok(Vec::new()), "none is the one view");
    assert_eq!(
        places_of(&event(&[a.clone(), b, a])).map(|places| places.len()),
        Ok(3),
        "two floors are of one building"
    );
}

#[test]
fn each_pane_looks_at_its_own_place_from_equally_far() {
    let (_, rig, viewport) = compared();
    for (pane, place) in three().into_iter().enumerate() {
        let (pose, at) = viewport.sight(&rig.pose(), middle(&viewport, pane));
        assert!(at.length() < 1e-6, "the middle of pane {pane} is at {at}");
        let seen = pose.project(place.at.extend(0.0), viewport.aspect()).unwrap();
        assert!(seen.length() < 1e-9, "pane {pane} sees its place at {seen}");
        let circle = [DVec2::X, DVec2::Y, -DVec2::X, -DVec2::Y].map(|along| place.at + along * 160.0);
        let inside = |at: DVec2| pose.project(at.extend(0.0), viewport.aspect()).unwrap().abs().max_element() < 1.0;
        assert!(circle.into_iter().all(inside), "the largest of the places fits pane {pane}");
        assert_eq!((pose.distance_m, pose.heading_deg), (rig.pose().distance_m, rig.pose().heading_deg));
    }
}

#[test]
fn what_is_pointed_at_in_a_pane_is_that_panes() {
    let (_, rig, viewport) = compared();
    for (pane, place) in three().into_iter().enumerate() {
        let ray = viewport.ray(&rig.pose(), middle(&viewport, pane));
        let ground: DVec3 = ray.from + ray.along * (-ray.from.z / ray.along.z);
        assert!(ground.truncate().distance(place.at) < 1e-3, "pane {pane} is pointed at {ground}");
    }
}

#[test]
fn a_drag_in_any_pane_moves_all_of_them_alike() {
    let (_, rig, viewport) = compared();
    let dragged = |pane: usize| {
        let mut rig = rig.clone();
        let from = middle(&viewport, pane);
        let (from, to) = viewport.moved(from, from + Vec2::new(60.0, -25.0));
        rig.drag(from, to, 0.016);
        rig.pose()
    };
    assert!(dragged(0).target.distance(rig.pose().target) > 10.0);
    for pane in [1, 2] {
        assert!(dragged(pane).target.distance(dragged(0).target) < 1e-2, "in pane {pane} as in the first");
    }
}

#[test]
fn a_panes_place_stands_out_there_and_nowhere_else() {
    let (comparison, ..) = compared();
    let mut slots = FeatureSlots::default();
    let marked = |panes: Panes| [0, 1, 2].map(|pane| panes.stand(pane).slots.into_iter().flatten().collect::<Vec<_>>());
    assert_eq!(marked(panes(&comparison, &slots)), [const { Vec::<u32>::new() }; 3], "no tile of any is here yet");
    let slot = slots.slot(8);
    assert_eq!(marked(panes(&comparison, &slots)), [vec![], vec![slot], vec![]]);
}

#[test]
fn of_parcels_that_are_joined_all_stand_out() {
    let joined = ComparedPlace { ids: vec![11, 12, 13], ..place(0, 400.0, 0.0, 300.0) };
    let mut comparison = Comparison::default();
    comparison.set(places_of(&event(&[place(7, 0.0, 0.0, 80.0), joined])).unwrap(), None);
    let mut slots = FeatureSlots::default();
    let ids = [11, 12, 13].map(|id| Some(slots.slot(id)));
    assert_eq!(panes(&comparison, &slots).stand(1).slots[..3], ids);
}

#[test]
fn going_back_restores_the_camera() {
    let whole = 1.72;
    let elsewhere =
        Pose { target: DVec3::new(400.0, -300.0, 0.0), heading_deg: 50.0, distance_m: 640.0, ..rig().pose() };
    for start in [None, Some(elsewhere)] {
        let (mut comparison, mut rig) = (Comparison::default(), rig());
        if let Some(pose) = &start {
            rig.jump(pose);
        }
        let before = rig.pose();
        comparison.set(three(), Some(&rig));
        rig.set_aspect(0.57);
        comparison.settle(&mut rig);
        assert!(rig.pose().target.truncate().distance(three()[0].at) < 1e-9);
        rig.turn(DVec2::new(0.4, 0.1));
        let turned = rig.pose().heading_deg;
        comparison.set(three()[1..].to_vec(), Some(&rig));
        comparison.settle(&mut rig);
        assert!((rig.pose().heading_deg - turned).abs() < 1e-9, "other places are seen from the same direction");
        comparison.set(Vec::new(), Some(&rig));
        rig.set_aspect(whole);
        comparison.settle(&mut rig);
        assert_eq!(rig.pose(), before);
        assert_eq!(comparison.panes(WIDE, &FeatureSlots::default()), None);
    }
}

#[test]
fn places_asked_for_before_there_is_a_park_are_seen_once_it_is_there() {
    let mut comparison = Comparison::default();
    comparison.set(three(), None);
    let mut rig = Rig::new(ParkBounds { min: DVec2::splat(-2_500.0), max: DVec2::splat(2_500.0) }, 0.57);
    comparison.settle(&mut rig);
    assert!(rig.pose().target.truncate().distance(three()[0].at) < 1e-9);
    comparison.set(Vec::new(), Some(&rig));
    rig.set_aspect(1.72);
    comparison.settle(&mut rig);
    assert!(rig.is_home() && rig.pose() == self::rig().pose(), "back to the opening view of the whole picture");
}
