use bevy::math::{DVec2, Vec2};
use cloudsite_proto::scene::{Camera, PersonSeen, PointedAt, Pointing};
use proptest::prelude::*;

use super::*;
use crate::camera::{Pose, Viewport};
use crate::draw::{Panes, Stand};

const FRAME_SECS: f64 = 1.0 / 60.0;

fn camera(east_m: f64) -> Camera {
    Camera { target_east_m: east_m, heading_deg: 90.0, pitch_deg: 40.0, distance_m: 300.0, ..Camera::default() }
}

fn seen(people: &[(u32, Camera)]) -> scene::People {
    let seen = people.iter().map(|(person, camera)| PersonSeen { person: *person, colour: 0, camera: Some(*camera) });
    scene::People { people: seen.collect() }
}

fn pointed(person: u32, east_m: f64) -> PointedAt {
    let pointing = Pointing { east_m, ..Pointing::default() };
    PointedAt { person, colour: 0, pointing: Some(pointing) }
}

fn east_m(people: &People, person: u32) -> f64 {
    people.avatars().find(|(other, _)| *other == person).map(|(_, avatar)| avatar.eye().x).unwrap()
}

#[test]
fn whoever_is_seen_moves_evenly_between_reports_and_comes_to_rest() {
    let mut people = People::default();
    people.see(&seen(&[(1, camera(0.0))]));
    let mut places = Vec::new();
    for frame in 0..240_u32 {
        // Four reports a second, for two seconds; then nothing more.
        if frame.is_multiple_of(15) && frame <= 120 {
            people.see(&seen(&[(1, camera(f64::from(frame) / 60.0 * 40.0))]));
        }
        people.advance(FRAME_SECS, f64::from(frame) * FRAME_SECS);
        places.push(east_m(&people, 1));
    }
    let steps: Vec<f64> = places.windows(2).map(|two| (two[1] - two[0]) / FRAME_SECS).collect();
    assert!(steps.iter().all(|speed| (-0.1..80.0).contains(speed)), "neither back nor in jumps: {steps:?}");
    assert!(steps[30..120].iter().all(|speed| *speed > 8.0), "it does not stop between two reports");
    assert!(!people.is_lively() && !people.advance(FRAME_SECS, 5.0), "it has come to rest");
}

#[test]
fn who_is_not_named_any_more_is_gone() {
    let mut people = People::default();
    people.see(&seen(&[(1, camera(0.0)), (2, camera(10.0))]));
    people.see(&seen(&[(2, camera(10.0))]));
    assert_eq!(people.avatars().map(|(person, _)| person).collect::<Vec<_>>(), [2]);
    assert!(people.advance(FRAME_SECS, 0.0), "that looks different");
    people.see(&seen(&[]));
    assert_eq!(people.avatars().count(), 0);
}

#[test]
fn who_is_far_away_all_at_once_is_there_at_once() {
    let mut people = People::default();
    people.see(&seen(&[(1, camera(0.0))]));
    let before_m = east_m(&people, 1);
    people.see(&seen(&[(1, camera(5_000.0))]));
    assert!((east_m(&people, 1) - before_m - 5_000.0).abs() < 1e-6);
}

#[test]
fn nobody_is_nowhere_and_there_are_no_more_than_a_meeting_holds() {
    let mut people = People::default();
    let lost = [
        (1, Camera { heading_deg: f64::NAN, ..camera(0.0) }),
        (2, Camera { distance_m: 1e9, ..camera(0.0) }),
        (3, Camera { distance_m: -1.0, ..camera(0.0) }),
        (4, camera(1e7)),
    ];
    people.see(&seen(&lost));
    assert_eq!(people.avatars().count(), 0);
    for at in [f64::NAN, f64::INFINITY, 1e8] {
        people.point(&pointed(1, at), 0.0);
    }
    assert_eq!(people.pointers().count(), 0);
    let many: Vec<(u32, Camera)> = (0..1_000).map(|person| (person, camera(0.0))).collect();
    people.see(&seen(&many));
    (0..1_000).for_each(|person| people.point(&pointed(person, 0.0), 0.0));
    assert_eq!((people.avatars().count(), people.pointers().count()), (MOST, MOST));
}

#[test]
fn names_stand_over_whom_they_name_in_each_pane() {
    let mut people = People::default();
    people.point(&pointed(7, 0.0), 0.0);
    let pose = Pose { target: DVec3::ZERO, heading_deg: 0.0, pitch_deg: 45.0, distance_m: 400.0, walking: false };
    let one = Viewport { picture: Vec2::new(800.0, 600.0), pointer: None, panes: Panes::default() };
    let name = names::seen(&people, &pose, &one)[0];
    assert!((name.across - 0.5).abs() < 1e-9 && name.points && name.person == 7, "{name:?}");
    assert!((0.40..0.499).contains(&name.down), "above the place: {name:?}");

    // Beside it stands another place, 200 m east, of which it is to the left.
    let stands = [Stand::default(), Stand { shift_m: DVec2::new(200.0, 0.0), ..Stand::default() }];
    let two = Viewport { panes: Panes::of_places(&stands, one.picture), ..one };
    let places: Vec<_> = names::seen(&people, &pose, &two).iter().map(|name| (name.pane, name.across)).collect();
    assert_eq!(places.iter().map(|(pane, _)| *pane).collect::<Vec<_>>(), [0], "out of sight in the other: {places:?}");
    assert!((places[0].1 - 0.25).abs() < 1e-9, "{places:?}");
    let near = Pose { distance_m: 2_000.0, ..pose };
    let places: Vec<_> = names::seen(&people, &near, &two).iter().map(|name| (name.pane, name.across)).collect();
    assert!(matches!(places[..], [(0, _), (1, across)] if (0.5..0.75).contains(&across)), "{places:?}");

    // Whoever is where one looks from, or behind, has no name in the picture.
    let eye = Camera { target_north_m: 400.0, ..scene::Camera::default() };
    people = People::default();
    people.see(&seen(&[(1, crate::scene::camera_event(&pose)), (2, Camera { target_north_m: -900.0, ..eye })]));
    assert!(names::seen(&people, &pose, &one).is_empty());
}

proptest! {
    #[test]
    fn whatever_is_reported_all_of_it_is_over_in_time_and_bounded(
        reports in proptest::collection::vec((0u32..4, -100f64..100.0, any::<bool>(), any::<bool>(), 0f64..0.5), 0..200),
    ) {
        let mut people = People::default();
        let mut now_secs = 0.0;
        for (person, east_m, draws, gone, secs) in reports {
            now_secs += secs;
            let pointing = Pointing { east_m, draws, gone, ..Pointing::default() };
            people.point(&PointedAt { person, colour: person, pointing: Some(pointing) }, now_secs);
            people.advance(secs, now_secs);
            let vertices = marks::vertices(&people, 1.0);
            prop_assert!(vertices.iter().all(|vertex| vertex.offset.iter().all(|number| number.is_finite())));
            prop_assert!(vertices.len() < 4 * (pointer::MOST_PLACES * 12 + 200));
        }
        people.advance(0.1, now_secs + 4.1);
        prop_assert_eq!(people.pointers().count(), 0);
        prop_assert!(!people.is_lively());
    }
}
