//! What a viewer begins with, from the command line or from the page.

use bevy::math::Vec2;
use cloudsite_domain::record::Language;
use cloudsite_proto::scene;
use serde::Deserialize;

use crate::camera::Pose;
use crate::quality::{Chosen, level_from_name};
use crate::scene::{BadEvent, pose_from_event};

/// What a viewer begins with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server; empty is where the page came from.
    pub base_url: String,
    /// The authorities (PEM) that the server's certificate has to lead to, instead of those that the public trusts. Natively.
    pub authorities: Option<Vec<u8>>,
    /// Where the camera begins; none is the opening view.
    pub view: Option<Pose>,
    /// Whether it begins on foot wherever the view is.
    pub walk: bool,
    /// The language of labels.
    pub language: Language,
    /// How much is drawn.
    pub quality: Chosen,
    /// The hour that the sun stands at; none is the renderer's own choice.
    pub hour: Option<f64>,
    /// Every frame is drawn and measured.
    pub bench: bool,
    /// The size of the picture where there is no window, pixels.
    pub size: Vec2,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            authorities: None,
            view: None,
            walk: false,
            language: Language::Zh,
            quality: Chosen(None),
            hour: None,
            bench: false,
            size: Vec2::new(1280.0, 720.0),
        }
    }
}

/// An option that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadOption {
    /// The options are not JSON of the known fields.
    #[error("the options are not understood")]
    Json(#[from] serde_json::Error),
    /// A view of another form.
    #[error(transparent)]
    View(#[from] scene::BadView),
    /// A view that is nowhere.
    #[error(transparent)]
    Pose(#[from] BadEvent),
    /// A level that is none.
    #[error("quality '{0}' is none of auto, light, normal and high")]
    Quality(String),
    /// A language that the record keeps no names in.
    #[error("language '{0}' is none of zh, en, ja, ko and de")]
    Language(String),
}

/// The options as the page writes them. All may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PageOptions {
    view: Option<String>,
    language: Option<String>,
    quality: Option<String>,
    hour: Option<f64>,
    bench: bool,
}

impl Options {
    /// The options of a page: an object with any of `view`, `language`, `quality`, `hour` and `bench`. Empty
    /// text is an empty object.
    pub fn from_page(base_url: &str, json: &str) -> Result<Self, BadOption> {
        let page: PageOptions =
            if json.trim().is_empty() { PageOptions::default() } else { serde_json::from_str(json)? };
        let default = Self::default();
        Ok(Self {
            base_url: base_url.to_owned(),
            authorities: default.authorities,
            view: page.view.filter(|view| !view.is_empty()).map(|view| parse_view(&view)).transpose()?,
            walk: false,
            language: page.language.map_or(Ok(default.language), |tag| parse_language(&tag))?,
            quality: page.quality.map_or(Ok(default.quality), |name| parse_quality(&name))?,
            hour: page.hour,
            bench: page.bench,
            size: default.size,
        })
    }
}

/// A view as links and the command line write it.
pub fn parse_view(text: &str) -> Result<Pose, BadOption> {
    let camera: scene::Camera = text.parse()?;
    Ok(pose_from_event(&camera)?)
}

/// A language by its tag.
pub fn parse_language(tag: &str) -> Result<Language, BadOption> {
    Language::from_tag(tag).ok_or_else(|| BadOption::Language(tag.to_owned()))
}

/// A quality by its name.
pub fn parse_quality(name: &str) -> Result<Chosen, BadOption> {
    level_from_name(name).ok_or_else(|| BadOption::Quality(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use bevy::math::DVec3;

    use super::*;
    use crate::draw::QualityLevel;

    #[test]
    fn a_pages_options_are_read() {
        let json = r#"{"view":"120.5,-80,0,15,35,900","language":"ja-JP","quality":"light","bench":true,"hour":9.5}"#;
        let options = Options::from_page("http://localhost:8080", json).unwrap();
        let view = options.view.unwrap();
        assert_eq!((view.target, view.distance_m, view.walking), (DVec3::new(120.5, -80.0, 0.0), 900.0, false));
        assert_eq!(options.language, Language::Ja);
        assert_eq!(options.quality, Chosen(Some(QualityLevel::Light)));
        assert!(options.bench && options.hour == Some(9.5));
        assert!(Options::from_page("", "").unwrap().view.is_none());
        assert!(Options::from_page("", r#"{"view":"0,0,0,0,0,0,walk"}"#).unwrap().view.unwrap().walking);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (r#"{"view":"1,2,3"}"#, "view '1,2,3'"),
            (r#"{"view":"1,2,3,4,5,NaN"}"#, "view '1,2,3,4,5,NaN'"),
            (r#"{"quality":"ultra"}"#, "quality 'ultra'"),
            (r#"{"language":"tlh"}"#, "language 'tlh'"),
            (r#"{"colour":"red"}"#, "not understood"),
        ];
        for (json, expected) in cases {
            let error = Options::from_page("", json).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
