//! Draws without a window and looks at the pixels. Where there is no adapter at all the tests say so and pass: the
//! browser and native tests of the whole viewer draw in any case.

use std::sync::mpsc::channel;

use bevy::math::Vec3;
use cloudsite_domain::record::Layer;
use cloudsite_proto::scene::overlay_area::Kind;
use cloudsite_proto::scene::{OverlayArea, OverlayRing};

use super::*;
use crate::draw::{FeatureSlots, FeatureStates, Picture, QualityLevel, State};
use crate::mesh::{Detail, TreeRule, build, overlay, sample};

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
        let halves = |picture: &Picture| {
            let row =
                |half: usize| picture.rgba.chunks(640 * 4).flat_map(move |row| row[half * 1_280..][..1_280].to_vec());
            [0, 1].map(|half| Picture { width: 320, height: 360, rgba: row(half).collect() })
        };
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
