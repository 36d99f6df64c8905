//! A dossier as it is read in one language: whole sentences and cells, which the template only sets.

mod answer;
mod closing;
mod described;
mod floors;
mod joined;
mod open;
mod place;
mod ranking;
mod routes;
mod sources;
mod speak;
mod variant;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::drawing::Drawing;
use crate::drawing::ROUTES;
use crate::font::{bold_families, families};
use crate::language::Language;
use crate::model::Dossier;
use crate::typesetting::Maps;
use described::DescribedView;
use floors::FloorsView;
use joined::{Assembled, Opinions};
use open::OpenRow;
use place::PlaceView;
use ranking::{Cost, Ranking, Weights};
use routes::Assumed;
use sources::Sources;

pub use joined::assembly_letter;

/// A dossier in one language.
#[derive(Debug, Serialize)]
pub(crate) struct Edition {
    lang: &'static str,
    fonts: [&'static str; 3],
    bold: [&'static str; 4],
    colours: [&'static str; ROUTES.len()],
    /// Headings, captions and heads of columns by their keys.
    labels: BTreeMap<&'static str, String>,
    title: String,
    language: String,
    park: String,
    project: String,
    revision_day: String,
    lead: String,
    cover: Vec<[String; 2]>,
    /// Title and detail, where the park is invented.
    synthetic: Option<[String; 2]>,
    tiles: [[String; 2]; 4],
    summary: Vec<String>,
    ranking: Vec<Ranking>,
    overview: Option<MapView>,
    brief: Vec<[String; 3]>,
    costs: Vec<Cost>,
    weights: Weights,
    opinions: Opinions,
    joined: Assembled,
    floors: Option<FloorsView>,
    places: Vec<PlaceView>,
    described: Vec<DescribedView>,
    sources: Vec<[String; 5]>,
    open: Vec<OpenRow>,
    missing: Vec<String>,
    travel: Option<Assumed>,
    method: Vec<String>,
}

/// A map on the page.
#[derive(Debug, Serialize)]
pub(crate) struct MapView {
    file: String,
    aspect: f64,
    marks: Vec<MarkView>,
    bar: String,
    bar_share: f64,
    caption: String,
}

#[derive(Debug, Serialize)]
struct MarkView {
    x: f64,
    y: f64,
    text: String,
    is_strong: bool,
    route: Option<usize>,
}

/// What the template calls by a key, from the dossier's own texts.
const LABELS: [&str; 77] = [
    "h.contents",
    "h.summary",
    "h.ranking",
    "h.map",
    "h.brief",
    "h.costs",
    "h.weights",
    "h.opinions",
    "h.joined",
    "h.floors",
    "h.facts",
    "h.supplies",
    "h.answers",
    "h.why",
    "h.routes",
    "h.ask",
    "h.pictures",
    "h.sources",
    "h.open",
    "h.missing",
    "h.speeds",
    "h.method",
    "col.rank",
    "col.parcel",
    "col.floor",
    "col.standing",
    "col.score",
    "col.what",
    "col.asked",
    "col.role",
    "col.found",
    "col.points",
    "col.source",
    "col.as_of",
    "col.confidence",
    "col.for",
    "col.weight",
    "col.stays",
    "col.capacity",
    "col.since",
    "col.alone",
    "col.unknown",
    "col.steps",
    "col.whom",
    "col.decides",
    "col.besides",
    "col.area",
    "col.open",
    "col.together",
    "col.method",
    "col.order",
    "col.to",
    "col.truck",
    "col.car",
    "col.road",
    "col.number",
    "costs.lead",
    "costs.none",
    "pictures.lead",
    "legend.suits",
    "legend.open",
    "legend.fails",
    "legend.joined",
    "sources.lead",
    "sources.none",
    "supply_none",
    "open.lead",
    "open.none",
    "joined.lead",
    "cite.note",
    "h.variants",
    "variants.lead",
    "col.name",
    "col.plot_ratio",
    "col.coverage",
    "col.ground",
    "col.floors",
];

/// The name of a map's picture.
pub(crate) fn overview_file() -> String {
    "overview.svg".to_owned()
}

/// What a map that there are several of is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Site,
    Ways,
    Assembly,
    /// Of joined parcels that are described.
    Joined,
    Floor,
    Variant,
}

impl Of {
    /// The name of its picture, by an index.
    pub(crate) fn file(self, index: usize) -> String {
        let of = match self {
            Self::Site => "site",
            Self::Ways => "ways",
            Self::Assembly => "assembly",
            Self::Joined => "joined",
            Self::Floor => "floor",
            Self::Variant => "variant",
        };
        format!("{of}-{index}.svg")
    }
}

impl MapView {
    fn of(drawing: &Drawing, file: String, caption: String, language: Language) -> Option<Self> {
        let aspect = drawing.aspect()?;
        let (length, bar_share) = drawing.scale_bar();
        let bar = if length >= 1_000.0 { (length / 1_000.0, "km") } else { (length, "m") };
        let mark = |mark: &crate::drawing::Mark| {
            let [x, y] = drawing.share(mark.at);
            MarkView { x, y, text: mark.text.clone(), is_strong: mark.is_strong, route: mark.route }
        };
        let bar = language.amount("", bar.0, bar.1);
        // What is below the scale bar or the arrow to the north would be half hidden.
        let is_seen =
            |mark: &MarkView| mark.is_strong || !((mark.x < 0.34 && mark.y > 0.84) || (mark.x > 0.88 && mark.y < 0.18));
        let marks = drawing.marks.iter().map(mark).filter(is_seen).collect();
        Some(Self { file, aspect, marks, bar, bar_share, caption })
    }
}

/// What is put into words: a dossier, its maps, and how many pictures come with it.
pub(crate) struct Told<'a> {
    pub(crate) dossier: &'a Dossier,
    pub(crate) maps: &'a Maps,
    pub(crate) pictures: usize,
    /// Both languages, the first first.
    pub(crate) languages: [Language; 2],
}

impl Told<'_> {
    /// The dossier in one language.
    pub(crate) fn in_language(&self, language: Language) -> Edition {
        let dossier = self.dossier;
        let revision = dossier.revision.to_string();
        let day = dossier.day.to_string();
        let caption = language.say("map.caption", &[("revision", &revision)]);
        let sources = Sources::of(dossier, language);
        Edition {
            lang: language.tag(),
            fonts: families(language),
            bold: bold_families(language),
            colours: ROUTES,
            labels: LABELS.into_iter().map(|key| (key, language.own(key))).collect(),
            title: language.own("title"),
            language: language.text("language"),
            park: language.name(&dossier.park.names).map_or_else(|| language.text("app.park_fallback"), str::to_owned),
            project: dossier.project.clone(),
            revision_day: language.say("revision_day", &[("revision", &revision), ("day", &day)]),
            lead: language.own("lead"),
            cover: self.cover(language),
            synthetic: dossier.park.synthetic.then(|| {
                let notice = language.name(&dossier.park.notice);
                let detail = notice.map_or_else(|| language.own("synthetic_detail"), str::to_owned);
                [language.own("synthetic"), detail]
            }),
            tiles: ranking::tiles(dossier, language),
            summary: ranking::summary(dossier, language),
            ranking: ranking::ranking(dossier, language),
            overview: MapView::of(&self.maps.overview, overview_file(), caption, language),
            brief: dossier
                .brief
                .iter()
                .map(|criterion| [language.subject(criterion), language.asked(criterion), language.role(criterion)])
                .collect(),
            costs: ranking::costs(dossier, language),
            weights: ranking::weights(dossier, language),
            opinions: joined::opinions(dossier, language),
            joined: joined::assembled(self, language),
            floors: floors::view(dossier, &sources, language),
            places: (0..dossier.places.len()).map(|index| self.place(index, &sources, language)).collect(),
            described: described::views(self, &sources, language),
            sources: sources.rows(language),
            open: open::rows(dossier, language),
            missing: closing::missing(self, language),
            travel: routes::assumed(dossier, language),
            method: ["musts", "points", "same", "coordinates"].map(|key| language.own(&format!("method.{key}"))).into(),
        }
    }

    fn cover(&self, language: Language) -> Vec<[String; 2]> {
        let dossier = self.dossier;
        let mut places: Vec<String> = dossier.places.iter().map(|place| place.ranked.parcel.clone()).collect();
        places.extend(described::names(self, language));
        let languages = self.languages.map(|language| language.text("language"));
        let rows = [
            ("cover.revision", dossier.revision.to_string()),
            ("cover.day", dossier.day.to_string()),
            ("cover.made_on", dossier.made_on.to_string()),
            ("cover.tier", language.word("tier", &dossier.tier)),
            ("cover.places", places.join(&language.list_mark())),
            ("cover.languages", languages.join(" · ")),
        ];
        rows.into_iter().map(|(key, value)| [language.own(key), value]).collect()
    }

    fn place(&self, index: usize, sources: &Sources<'_>, language: Language) -> PlaceView {
        let place = &self.dossier.places[index];
        let parcel = place.ranked.parcel.as_str();
        let mut caption = language.say("map.site", &[("parcel", parcel)]);
        if place.answers.iter().any(|answer| !answer.placement.is_empty()) {
            caption = language.join(&caption, &language.own("map.placement"));
        }
        let maps = [
            (Of::Site, self.maps.sites.get(index), caption),
            (Of::Ways, self.maps.ways.get(index), language.own("map.ways")),
        ]
        .map(|(of, drawn, caption)| MapView::of(drawn?, of.file(index), caption, language));
        place::view((self.dossier, place), maps, variant::views(self, index, language), sources, language)
    }
}
