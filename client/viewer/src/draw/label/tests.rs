use cloudsite_domain::record::Names;
use geo_types::Coord;

use super::*;
use crate::draw::panes::Stand;

fn seen() -> Seen {
    let view = View::looking(Vec3::new(0.0, 400.0, 600.0), Vec3::ZERO);
    Seen { view, panes: Panes::default(), layers: LayerVisibility::default(), size: (800, 600), scale: 1.0 }
}

fn poi(id: u64, x: f64) -> LabelFeature {
    let names: Names = [(Language::En, "Gate 1".to_owned())].into_iter().collect();
    LabelFeature { id, of: Layer::Poi, at: Coord { x, y: 0.0 }, names, code: None }
}

#[test]
fn without_a_font_nothing_is_written() {
    let mut labels = Labels::default();
    labels.lay_out([poi(1, 0.0)].iter(), &seen(), true);
    assert!(labels.take().is_some_and(|update| update.vertices.is_empty() && update.atlas.is_none()));
}

#[test]
fn labels_are_laid_out_again_only_when_something_changed() {
    let mut labels = Labels::default();
    let all = [poi(1, 0.0)];
    let mut again = |seen: &Seen, changed: bool| {
        labels.lay_out(all.iter(), seen, changed);
        labels.take().is_some()
    };
    assert!(again(&seen(), false), "the first time");
    assert!(!again(&seen(), false), "nothing changed");
    assert!(again(&seen(), true), "other labels");
    let mut moved = seen();
    moved.view.eye.x += 1.0;
    assert!(!again(&moved, false), "a metre at 400 m height is no movement");
    moved.view.eye.x += 50.0;
    assert!(again(&moved, false), "50 m are");
    moved.layers.set(Layer::Poi, false);
    assert!(again(&moved, false), "a layer was switched");
    moved.size.0 += 1;
    assert!(again(&moved, false), "the window has another size");
}

#[test]
fn a_language_has_the_face_of_its_han_variants() {
    let cases = [
        (Language::Zh, FontFace::Sc),
        (Language::Ja, FontFace::Jp),
        (Language::Ko, FontFace::Kr),
        (Language::De, FontFace::Sc),
    ];
    for (language, face) in cases {
        assert_eq!(FontFace::of(language), face, "{language:?}");
    }
}

#[test]
fn a_label_is_found_where_it_is_seen() {
    let mut labels = Labels::default();
    labels.add_font(FontFace::Sc, include_bytes!("../../../../../assets/fonts/labels-sc.ttf")).unwrap();
    labels.set_language(Language::En);
    let seen = seen();
    labels.lay_out([poi(7, 30.0)].iter(), &seen, true);
    let screen = Screen::new(&seen.view, &seen.panes, 0, seen.size);
    let anchor = labels.sheets[0].standing[0].anchor;
    let (at_px, _) = screen.project(anchor).unwrap();
    let place = |right_px: f32, up_px: f32| (at_px + Vec2::new(right_px, up_px)) / Vec2::new(400.0, 300.0);
    let found = |right_px, up_px| labels.at(0, place(right_px, up_px), &seen.view).map(|named| (named.of, named.id));
    assert_eq!(found(0.0, 0.0), Some((Layer::Poi, 7)));
    assert_eq!(found(12.0, 5.0), Some((Layer::Poi, 7)), "beside its middle");
    assert_eq!([found(0.0, 30.0), found(120.0, 0.0)], [None, None], "beside it");
    assert_eq!(labels.at(0, place(0.0, 0.0), &seen.view).map(|named| named.at), Some(DVec2::new(30.0, 0.0)));
}

#[test]
fn each_pane_has_its_own_labels_and_none_is_cut_off_between_two() {
    let mut labels = Labels::default();
    labels.add_font(FontFace::Sc, include_bytes!("../../../../../assets/fonts/labels-sc.ttf")).unwrap();
    labels.set_language(Language::En);
    let east = Stand { shift_m: DVec2::new(2_000.0, 0.0), ..Stand::default() };
    let panes = Panes::of_places(&[Stand::default(), east], Vec2::new(800.0, 600.0));
    let seen = Seen { panes, size: (400, 600), ..seen() };
    let screen = Screen::new(&seen.view, &panes, 0, seen.size);
    // Where the pane ends, metres east of its middle.
    let reach = (0..1_000).map(|x| x as f32).take_while(|x| screen.project(Vec3::new(*x, 28.0, 0.0)).is_some());
    let edge_m = f64::from(reach.last().unwrap());
    labels.lay_out([poi(7, 30.0), poi(8, 2_030.0), poi(9, edge_m - 2.0)].iter(), &seen, true);
    let standing = |pane: usize| labels.sheets[pane].standing.iter().map(|label| label.id).collect::<Vec<_>>();
    assert_eq!([standing(0), standing(1)], [vec![7], vec![8]]);
    let middle = |pane: usize, east_m: f32| {
        let (at_px, _) =
            Screen::new(&seen.view, &panes, pane, seen.size).project(Vec3::new(east_m, 28.0, 0.0)).unwrap();
        labels.at(pane, at_px / Vec2::new(200.0, 300.0), &seen.view).map(|named| named.id)
    };
    assert_eq!([middle(0, 30.0), middle(1, 2_030.0), middle(1, 1_900.0)], [Some(7), Some(8), None]);
    let update = labels.take().unwrap();
    let glyphs = update.views.iter().map(ExactSizeIterator::len).collect::<Vec<_>>();
    assert!(glyphs[0] > 0 && glyphs[0] == glyphs[1] && update.vertices.len() == 8 * glyphs[0], "{glyphs:?}");
}
