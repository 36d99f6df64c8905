//! What the page sets: layers, the hour, the language and with it the fonts of labels.

use std::collections::BTreeSet;

use bevy::prelude::*;
use cloudsite_domain::record::Language;
use cloudsite_proto::scene::scene_event::Event;

use super::SceneIn;
use crate::draw::{FontFace, Labels, LayerVisibility, Shown, Sun};
use crate::tiles::{Asked, Fetcher, FontArrived};

/// The fonts that were asked for.
#[derive(Resource, Debug, Default)]
struct AskedFonts(BTreeSet<FontFace>);

/// The language that labels begin in.
#[derive(Resource, Debug, Clone, Copy)]
struct FirstLanguage(Language);

/// The hour that the sun begins at, where one was asked for.
#[derive(Resource, Debug, Clone, Copy)]
struct FirstHour(Option<f64>);

/// Adds the settings and what they begin with.
pub fn plugin(app: &mut App, language: Language, hour: Option<f64>) {
    app.init_resource::<AskedFonts>()
        .insert_resource(FirstLanguage(language))
        .insert_resource(FirstHour(hour))
        .add_systems(Startup, begin)
        .add_systems(Update, (obey, ask_fonts, take_fonts).chain());
}

fn begin(language: Res<FirstLanguage>, hour: Res<FirstHour>, mut labels: ResMut<Labels>, mut sun: ResMut<Sun>) {
    labels.set_language(language.0);
    if let Some(hour) = hour.0 {
        sun.hour = hour_of_day(hour);
    }
}

fn obey(
    mut events: MessageReader<SceneIn>,
    mut layers: ResMut<LayerVisibility>,
    mut sun: ResMut<Sun>,
    mut labels: ResMut<Labels>,
) {
    for SceneIn(event) in events.read() {
        match event {
            Event::Layers(asked) => asked.visible.iter().for_each(|(name, visible)| match name.parse::<Shown>() {
                Ok(what) => layers.set(what, *visible),
                Err(error) => warn!("a layer was passed over: {error}"),
            }),
            Event::TimeOfDay(time) if time.hour.is_finite() => {
                let declination_deg = time.declination_deg.filter(|degrees| degrees.abs() < 23.5).unwrap_or(0.0);
                *sun = Sun { hour: hour_of_day(time.hour), declination_deg };
            }
            Event::Language(asked) => {
                if let Some(language) = Language::from_tag(&asked.tag) {
                    labels.set_language(language);
                } else {
                    warn!("labels have no names in language '{}'", asked.tag);
                }
            }
            _ => {}
        }
    }
}

fn hour_of_day(hour: f64) -> f64 {
    hour.rem_euclid(24.0)
}

fn ask_fonts(labels: Res<Labels>, fetcher: Res<Fetcher>, mut asked: ResMut<AskedFonts>) {
    let face = FontFace::of(labels.language());
    if !labels.has_font(face) && asked.0.insert(face) {
        fetcher.ask(Asked::Font(face), "");
    }
}

fn take_fonts(mut fonts: MessageReader<FontArrived>, mut labels: ResMut<Labels>) {
    for FontArrived { face, bytes } in fonts.read() {
        if let Err(error) = labels.add_font(*face, bytes) {
            warn!("a font was passed over: {error}");
        }
    }
}
