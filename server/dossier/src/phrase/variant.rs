//! Factories that whoever asks keeps on a place, in words.

use serde::Serialize;

use super::{MapView, Of, Told};
use crate::language::Language;
use crate::model::{Place, Verdict};
use crate::variant::{Checked, Variant};

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct VariantView {
    name: String,
    plot_ratio: String,
    coverage: String,
    ground: String,
    floors: String,
    verdict: String,
    verdict_key: &'static str,
    /// What is not permitted or not known; empty where all passes.
    why: String,
    map: Option<MapView>,
}

/// Those of a place, by its index.
pub(super) fn views(told: &Told<'_>, index: usize, language: Language) -> Vec<VariantView> {
    let places = &told.dossier.places;
    let before: usize = places[..index].iter().map(|place: &Place| place.variants.len()).sum();
    let view = |(own, variant): (usize, &Variant)| {
        let caption = language.say("map.variant", &[("name", &variant.name)]);
        let drawn = told.maps.variants.get(before + own);
        let map = drawn.and_then(|drawing| MapView::of(drawing, Of::Variant.file(before + own), caption, language));
        view(variant, map, language)
    };
    places[index].variants.iter().enumerate().map(view).collect()
}

fn view(variant: &Variant, map: Option<MapView>, language: Language) -> VariantView {
    let (key, why) = match variant.verdict {
        Verdict::Pass => ("pass", String::new()),
        Verdict::Fail => ("fail", listed(variant, Verdict::Fail, language)),
        Verdict::Unknown => ("unknown", listed(variant, Verdict::Unknown, language)),
    };
    let why_key = format!("variant.why.{key}");
    VariantView {
        name: variant.name.clone(),
        plot_ratio: held("plot_ratio", variant, language),
        coverage: held("site_coverage", variant, language),
        ground: language.area(variant.footprint_m2),
        floors: language.area(variant.floor_m2),
        verdict: language.own(&format!("variant.{key}")),
        verdict_key: key,
        why: if why.is_empty() { why } else { language.say(&why_key, &[("what", &why)]) },
        map,
    }
}

/// What it is, and what it may be.
fn held(name: &str, variant: &Variant, language: Language) -> String {
    let said = |value: f64| language.amount(name, value, "");
    let check = variant.checks.iter().find(|one| one.check == name);
    let Some((check, value)) = check.and_then(|check| Some((check, check.value?))) else { return language.unknown() };
    let most = check.max.map(|most| language.say("ask.at_most", &[("value", &said(most))]));
    most.map_or_else(|| said(value), |most| format!("{} ({most})", said(value)))
}

fn listed(variant: &Variant, verdict: Verdict, language: Language) -> String {
    let such = variant.checks.iter().filter(|check| check.verdict == verdict);
    let named = |check: &Checked| match check.check.as_str() {
        "setbacks" => language.text("fit.setbacks"),
        other => language.text(&format!("fit.check.{other}")),
    };
    such.map(named).collect::<Vec<_>>().join(&language.list_mark())
}
