use cloudsite_domain::record::Names;
use geo_types::Coord;

use super::*;

fn seen() -> Seen {
    let view = View::looking(Vec3::new(0.0, 400.0, 600.0), Vec3::ZERO);
    Seen { view, layers: LayerVisibility::default(), size: (800, 600), scale: 1.0 }
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
