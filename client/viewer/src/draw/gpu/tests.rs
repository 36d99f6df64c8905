//! Draws without a window and looks at the pixels. Where there is no adapter at all the tests say so and pass: the
//! browser and native tests of the whole viewer draw in any case.

use std::sync::mpsc::channel;

use bevy::math::{DVec2, Vec2, Vec3};
use cloudsite_domain::record::Layer;
use cloudsite_proto::scene::overlay_area::Kind;
use cloudsite_proto::scene::{Camera, OverlayArea, OverlayRing, PersonSeen, PointedAt, Pointing};

use super::*;
use crate::draw::{FeatureSlots, FeatureStates, MOST_MARKED, Picture, QualityLevel, Stand, State};
use crate::mesh::{Detail, TreeRule, build, overlay, palette, sample};
use crate::people::{People, vertices};

fn device() -> Option<(Device, Queue)> {
    let instance = wgpu::Instance::default();
    let adapter = bevy::tasks::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok()?;
    let descriptor =
        wgpu::DeviceDescriptor { required_limits: wgpu::Limits::downlevel_webgl2_defaults(), ..Default::default() };
    bevy::tasks::block_on(adapter.request_device(&descriptor)).ok()
}

/// A renderer of a four by four quarter around the origin.
fn quarter() -> Option<(Renderer, FeatureSlots)> {
    let Some((device, queue)) = device() else {
        eprintln!("skipped: no graphics adapter");
        return None;
    };
    let mut renderer = Renderer::new(&device, &queue);
    let mut slots = FeatureSlots::default();
    for (column, row) in (-2..2).flat_map(|column| (-2..2).map(move |row| (column, row))) {
        let tile = sample::tile(column, row);
        renderer.insert(tile.address, &build(&tile, &mut slots, &TreeRule::default(), Detail::Full));
    }
    renderer.write_states(&[], slots.count());
    Some((renderer, slots))
}

fn shot(level: QualityLevel) -> Shot {
    Shot {
        view: View::looking(Vec3::new(-500.0, 520.0, 1_150.0), Vec3::new(150.0, 0.0, -100.0)),
        panes: Panes::default(),
        sun: Sun::default(),
        quality: QualitySettings::of(level),
        layers: LayerVisibility::default(),
        time_secs: 1.0,
    }
}

fn picture(renderer: &mut Renderer, shot: &Shot) -> (Picture, Drawn) {
    let (reply, pictures) = channel();
    let drawn = renderer.capture((640, 360), shot, reply);
    (pictures.recv().expect("a capture comes before the call returns"), drawn)
}

fn pixels(picture: &Picture) -> impl Iterator<Item = [u8; 4]> + '_ {
    picture.rgba.chunks(4).map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]])
}

/// Pixels that are not alike in two pictures.
fn difference(a: &Picture, b: &Picture) -> usize {
    let far = |(a, b): &([u8; 4], [u8; 4])| (0..3).any(|channel| a[channel].abs_diff(b[channel]) > 8);
    pixels(a).zip(pixels(b)).filter(far).count()
}

/// The left or the right half of a picture of the usual size.
fn half_of(picture: &Picture, half: usize) -> Picture {
    let rows = picture.rgba.chunks(640 * 4).flat_map(|row| row[half * 1_280..][..1_280].to_vec());
    Picture { width: 320, height: 360, rgba: rows.collect() }
}

#[test]
fn a_quarter_is_drawn_in_every_quality() {
    let Some((mut renderer, _)) = quarter() else { return };
    for level in [QualityLevel::Light, QualityLevel::Normal, QualityLevel::High] {
        let (picture, drawn) = picture(&mut renderer, &shot(level));
        let colours: std::collections::HashSet<[u8; 4]> = pixels(&picture).collect();
        assert!(colours.len() > 2_000, "{level:?}: {} colours", colours.len());
        assert!(drawn.draw_calls <= 5 * 16 + 2 && drawn.triangles > 10_000, "{level:?}: {drawn:?}");
    }
}

#[test]
fn layers_states_and_hours_change_the_picture() {
    let Some((mut renderer, mut slots)) = quarter() else { return };
    let usual = shot(QualityLevel::Light);
    let (before, drawn) = picture(&mut renderer, &usual);
    assert_eq!(difference(&before, &picture(&mut renderer, &usual).0), 0, "the same shot is the same picture");

    for layer in [Layer::Building, Layer::Road, Layer::Parcel, Layer::Green, Layer::Zone] {
        let mut shot = usual;
        shot.layers.set(layer, false);
        let (without, _) = picture(&mut renderer, &shot);
        assert!(difference(&before, &without) > 300, "without {layer} it must look different");
    }
    let night = Shot { sun: Sun { hour: 22.0, ..Sun::default() }, ..usual };
    assert!(difference(&before, &picture(&mut renderer, &night).0) > 100_000, "by night");

    let mut states = FeatureStates::default();
    let parcel =
        sample::tile(0, 0).areas.iter().find(|area| area.kind != sample::tile(0, 0).areas[0].kind).map(|area| area.id);
    let building = sample::tile(0, 0).buildings[0].id;
    states.set(slots.slot(building), State { hidden: true, ..State::default() });
    states.set(slots.slot(parcel.expect("the sample has areas")), State { selected: true, ..State::default() });
    renderer.write_states(&states.take_dirty(), slots.count());
    let (after, again) = picture(&mut renderer, &usual);
    assert!(difference(&before, &after) > 200, "a hidden building and a selected area show");
    assert_eq!(drawn, again, "a state costs no draw call");
}

#[test]
fn what_is_out_of_view_is_not_drawn() {
    let Some((mut renderer, _)) = quarter() else { return };
    let mut away = shot(QualityLevel::Light);
    away.view = View::looking(Vec3::new(0.0, 100.0, 3_500.0), Vec3::new(0.0, 90.0, 9_000.0));
    let (_, drawn) = picture(&mut renderer, &away);
    assert_eq!(drawn.draw_calls, 1, "the backdrop alone");
}

#[test]
fn states_survive_a_larger_texture() {
    let Some((mut renderer, mut slots)) = quarter() else { return };
    let usual = shot(QualityLevel::Light);
    let mut states = FeatureStates::default();
    for building in sample::tile(0, 0).buildings {
        states.set(slots.slot(building.id), State { tint: Some([255, 0, 0]), ..State::default() });
    }
    renderer.write_states(&states.take_dirty(), slots.count());
    let (before, _) = picture(&mut renderer, &usual);
    renderer.write_states(&[], 100_000);
    assert_eq!(difference(&before, &picture(&mut renderer, &usual).0), 0);
}

#[test]
fn panes_show_the_same_park_each_with_its_own_overlay() {
    let Some((mut renderer, _)) = quarter() else { return };
    for level in [QualityLevel::Light, QualityLevel::High] {
        let split = Shot { panes: Panes::beside_each_other(2), ..shot(level) };
        let halves = |picture: &Picture| [0, 1].map(|half| half_of(picture, half));
        renderer.change(TileChange::Overlay(Vec::new()));
        let (same, drawn) = picture(&mut renderer, &split);
        let [left, right] = halves(&same);
        // Rounding differs by where a half begins: a few pixels on edges.
        let alike = |one: &Picture, other: &Picture| difference(one, other) < 50;
        assert!(alike(&left, &right), "{level:?}: both halves are the same");
        let narrow = Shot { panes: Panes::default(), ..split };
        let (reply, pictures) = channel();
        let once = renderer.capture((320, 360), &narrow, reply);
        assert!(alike(&left, &pictures.recv().unwrap()), "{level:?}: a half is a picture of its size");
        assert_eq!(drawn.draw_calls, 2 * once.draw_calls, "{level:?}");

        let area = OverlayArea {
            kind: Kind::Created.into(),
            rings: vec![OverlayRing { coordinates: vec![-200.0, -200.0, 200.0, -200.0, 200.0, 200.0, -200.0, 200.0] }],
            emphasised: true,
            ..OverlayArea::default()
        };
        renderer.change(TileChange::Overlay(vec![overlay(&[], &[]), overlay(&[area], &[])]));
        let [bare, laid] = halves(&picture(&mut renderer, &split).0);
        assert_eq!(difference(&left, &bare), 0, "{level:?}: nothing is laid over the left half");
        assert!(difference(&right, &laid) > 1_000, "{level:?}: something is laid over the right half");
    }
}

#[test]
fn panes_over_places_show_each_its_own_with_its_feature_standing_out() {
    let Some((mut renderer, slots)) = quarter() else { return };
    let usual = shot(QualityLevel::Light);
    let slot = slots.get(sample::tile(0, 0).areas[1].id);
    let stands = |shift_m: DVec2, slots: [Option<u32>; MOST_MARKED]| {
        let stands = [Stand::default(), Stand { shift_m, slots }];
        Panes::of_places(&stands, Vec2::new(640.0, 360.0))
    };
    let mut halves = |panes: Panes| {
        let picture = picture(&mut renderer, &Shot { panes, ..usual }).0;
        [0, 1].map(|half| half_of(&picture, half))
    };
    let [left, right] = halves(stands(DVec2::ZERO, [None; MOST_MARKED]));
    assert!(difference(&left, &right) < 50, "from one place both are the same");
    let [still, moved] = halves(stands(DVec2::new(180.0, 90.0), [None; MOST_MARKED]));
    assert_eq!(difference(&left, &still), 0, "the first stays where it is");
    assert!(difference(&right, &moved) > 5_000, "the second stands over another place");
    for place in 0..MOST_MARKED {
        let slots = std::array::from_fn(|index| slot.filter(|_| index == place));
        let [plain, marked] = halves(stands(DVec2::ZERO, slots));
        assert_eq!(difference(&left, &plain), 0, "what stands out in the second does not in the first");
        assert!(difference(&right, &marked) > 200, "{} pixels stand out", difference(&right, &marked));
    }

    // A pane is what a whole picture of its size shows from there.
    let panes = stands(DVec2::new(180.0, 90.0), [None; MOST_MARKED]);
    let alone = Shot { view: panes.view(1, &usual.view), panes: Panes::default(), ..usual };
    let (reply, pictures) = channel();
    renderer.capture((320, 360), &alone, reply);
    assert!(difference(&moved, &pictures.recv().unwrap()) < 50);
}

/// Width and height of the box around all pixels that are not alike in two pictures of the usual size.
fn box_of_difference(a: &Picture, b: &Picture) -> (usize, usize) {
    let far = |(a, b): ([u8; 4], [u8; 4])| (0..3).any(|channel| a[channel].abs_diff(b[channel]) > 8);
    let changed = pixels(a).zip(pixels(b)).map(far).enumerate().filter_map(|(index, is_far)| is_far.then_some(index));
    let (across, down): (Vec<_>, Vec<_>) = changed.map(|index| (index % 640, index / 640)).unzip();
    let reach = |places: &[usize]| places.iter().max().map_or(0, |max| max - places.iter().min().unwrap() + 1);
    (reach(&across), reach(&down))
}

#[test]
fn a_mark_is_so_large_near_by_and_keeps_a_least_size_far_away() {
    let Some((mut renderer, _)) = quarter() else { return };
    let usual = shot(QualityLevel::Light);
    let (before, drawn) = picture(&mut renderer, &usual);
    let (right, up) = usual.view.ray_axes(1.0);
    let (right, up) = (right.normalize(), up.normalize());
    let pixel_m = 2.0 * (usual.view.fov_y_rad / 2.0).tan() / 360.0;
    let mut square = |depth_m: f32| {
        let anchor = (usual.view.eye + usual.view.forward * depth_m).to_array();
        let corner = |x: f32, y: f32| MarkVertex {
            anchor,
            offset: (right * x + up * y).to_array(),
            size: [1.0, 10.0],
            colour: [255, 0, 255, 255],
        };
        let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        renderer.write_marks(&corners.map(|(x, y)| corner(x, y)));
        let (after, with) = picture(&mut renderer, &usual);
        assert_eq!(with.draw_calls, drawn.draw_calls + 1, "one call for all marks");
        box_of_difference(&before, &after)
    };
    for depth_m in [20.0_f32, 60.0, 900.0, 20_000.0] {
        let expected = (1.0 / (pixel_m * depth_m)).max(10.0) * 2.0;
        let (width, height) = square(depth_m);
        for side in [width, height] {
            assert!((side as f32 - expected).abs() < 2.0, "{side} pixels instead of {expected} at {depth_m} m");
        }
    }
    assert_eq!(square(1.5), (0, 0), "what is at the eye itself is not seen");
    assert_eq!(square(-300.0), (0, 0), "nor what is behind it");
    renderer.write_marks(&[]);
    assert_eq!(difference(&before, &picture(&mut renderer, &usual).0), 0);
}

#[test]
fn people_and_what_they_point_at_stand_out_by_day_and_night() {
    let Some((mut renderer, _)) = quarter() else { return };
    let mut people = People::default();
    let camera =
        Camera { target_east_m: 100.0, target_up_m: 60.0, heading_deg: 60.0, pitch_deg: 20.0, ..Camera::default() };
    let seen = PersonSeen { person: 1, colour: 0, camera: Some(camera) };
    people.see(&cloudsite_proto::scene::People { people: vec![seen] });
    for step in 0..20_u32 {
        let pointing = Pointing { east_m: f64::from(step) * 12.0, draws: step > 0, ..Pointing::default() };
        people.point(&PointedAt { person: 2, colour: 1, pointing: Some(pointing) }, 0.0);
    }
    people.advance(1.0, 0.5);
    for hour in [12.0, 22.0] {
        let shot = Shot { sun: Sun { hour, ..Sun::default() }, ..shot(QualityLevel::Light) };
        renderer.write_marks(&[]);
        let (before, _) = picture(&mut renderer, &shot);
        renderer.write_marks(&vertices(&people, 1.0));
        let (after, _) = picture(&mut renderer, &shot);
        let changed = difference(&before, &after);
        assert!((400..6_000).contains(&changed), "{changed} pixels at {hour}");
        let [blue, orange] = [0, 1].map(|colour| {
            let like = |pixel: [u8; 4]| hue(pixel).is_some_and(|own| (own - hue_of(colour)).abs() < 0.12);
            pixels(&before).zip(pixels(&after)).filter(|(before, after)| before != after && like(*after)).count()
        });
        assert!(blue > 60 && orange > 200, "{blue} of the avatar, {orange} of the pin and the line at {hour}");
    }
}

/// Red, and green between it and blue, of what is coloured at all.
fn hue([red, green, blue, _]: [u8; 4]) -> Option<f32> {
    let [red, green, blue] = [red, green, blue].map(f32::from);
    let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
    (most - least > 60.0).then(|| (red - blue) / (most - least) + 0.1 * (green - least) / (most - least))
}

fn hue_of(colour: usize) -> f32 {
    let [red, green, blue] = palette::PEOPLE[colour];
    hue([red, green, blue, 255]).expect("people have colours")
}

#[test]
fn four_panes_cost_at_most_four_views() {
    let Some((mut renderer, _)) = quarter() else { return };
    let usual = shot(QualityLevel::Light);
    let (_, once) = picture(&mut renderer, &usual);
    let panes = Panes::of_places(&[Stand::default(); 4], Vec2::new(640.0, 360.0));
    let (_, four) = picture(&mut renderer, &Shot { panes, ..usual });
    assert!(four.draw_calls <= 4 * once.draw_calls, "{four:?} for four of {once:?}");
    assert!(four.triangles < 4 * once.triangles, "smaller panes have fewer trees: {four:?} for four of {once:?}");
}
