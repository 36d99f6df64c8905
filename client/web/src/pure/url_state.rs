//! What a link to the page says: `/?parcel=CODE&view=VIEW&lang=..` or, in place of the parcel, `zone=CODE` or
//! `poi=CODE`; the view as [`Camera`] is written; `revision=N` shows the past,
//! `as=TIER` what a lower tier sees, `changeset=ID` a draft, `brief=ID` a brief that is kept, `fit=..` a factory that is
//! tried on the parcel, as [`cloudsite_domain::siting::massing::Massing`] is written, `compare=CODE,NAME` up to four parcels and
//! floors side by side, with `split=1` in the 3D view, `meet=SECRET` the meeting that a guest was invited to, `meeting=ID` the one that
//! a member is in.

use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::scene::Camera;
use cloudsite_proto::scene::quality::Level;

use super::compare::Chosen;
use super::meet::Meet;
use super::number::unit_tag;
use super::place::Place;
use super::seen_as::SeenAs;
use super::text::LANGUAGES;

/// The state that a link carries. What a link says wrongly is passed over: an old link should still open the page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct UrlState {
    /// Code of the open parcel.
    pub(crate) parcel: Option<String>,
    /// The zone or the point of interest whose card is open.
    pub(crate) place: Option<Place>,
    /// Where the camera is.
    pub(crate) view: Option<Camera>,
    /// The past revision that is shown.
    pub(crate) revision: Option<u64>,
    /// The tier that the park is seen as, where that is not the reader's own.
    pub(crate) seen_as: Option<String>,
    /// The factory that is tried on the parcel.
    pub(crate) fit: Option<String>,
    /// Id of the open changeset.
    pub(crate) changeset: Option<String>,
    /// Id of the kept brief that the form is filled in from.
    pub(crate) brief: Option<String>,
    /// The parcels and floors that stand side by side.
    pub(crate) compare: Option<Chosen>,
    /// Whether they do so in the 3D view.
    pub(crate) split: bool,
    /// The meeting that one comes to or is in.
    pub(crate) meet: Option<Meet>,
    pub(crate) language: Option<Language>,
    pub(crate) quality: Option<Level>,
    pub(crate) unit: Option<AreaUnit>,
    /// Whether the cost of drawing is shown.
    pub(crate) statistics: bool,
}

impl UrlState {
    /// Reads the decoded names and values of a query.
    pub(crate) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut state = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "parcel" if !value.is_empty() => state.parcel = Some(value),
                layer @ ("zone" | "poi") => state.place = Place::in_layer(layer, &value),
                "view" => state.view = value.parse().ok(),
                "revision" => state.revision = value.parse().ok().filter(|revision| *revision > 0),
                "as" => state.seen_as = SeenAs::of_tier(&value).map(|seen| seen.tier.to_string()),
                "fit" => state.fit = Some(value),
                "changeset" if !value.is_empty() => state.changeset = Some(value),
                "brief" if !value.is_empty() => state.brief = Some(value),
                "compare" => {
                    state.compare = Some(Chosen::from_link(&value)).filter(|chosen| *chosen != Chosen::default());
                }
                "split" => state.split = value == "1",
                name @ ("meet" | "meeting") => state.meet = Meet::of_link(name, &value),
                "lang" => state.language = Language::from_tag(&value).filter(|language| LANGUAGES.contains(language)),
                "quality" => state.quality = QUALITIES.into_iter().find(|level| quality_tag(*level) == value),
                "unit" => state.unit = AreaUnit::ALL.into_iter().find(|unit| unit_tag(*unit) == value),
                "stats" => state.statistics = value == "1",
                _ => {}
            }
        }
        state
    }

    /// The names and values of the query, not yet encoded.
    pub(crate) fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("parcel", self.parcel.clone()),
            (
                self.place.as_ref().map_or("zone", Place::layer),
                self.place.as_ref().map(|place| place.code().to_owned()),
            ),
            ("view", self.view.as_ref().map(ToString::to_string)),
            ("revision", self.revision.map(|revision| revision.to_string())),
            ("as", self.seen_as.clone()),
            ("fit", self.fit.clone()),
            ("changeset", self.changeset.clone()),
            ("brief", self.brief.clone()),
            ("compare", self.compare.as_ref().and_then(Chosen::to_link)),
            ("split", self.split.then(|| "1".to_owned())),
            (
                self.meet.as_ref().map_or("meet", |meet| meet.to_link().0),
                self.meet.as_ref().map(|meet| meet.to_link().1),
            ),
            ("lang", self.language.map(|language| language.tag().to_owned())),
            ("quality", self.quality.map(|level| quality_tag(level).to_owned())),
            ("unit", self.unit.map(|unit| unit_tag(unit).to_owned())),
            ("stats", self.statistics.then(|| "1".to_owned())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The levels that can be asked for.
pub(crate) const QUALITIES: [Level; 4] = [Level::Auto, Level::Light, Level::Normal, Level::High];

/// How a level is written in a link.
pub(crate) const fn quality_tag(level: Level) -> &'static str {
    match level {
        Level::Unspecified | Level::Auto => "auto",
        Level::Light => "light",
        Level::Normal => "normal",
        Level::High => "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> UrlState {
        UrlState::from_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_link_says_the_same_when_read_again() {
        let state = UrlState {
            parcel: Some("锡新-2028-01".to_owned()),
            place: None,
            view: Some(Camera {
                target_east_m: 120.5,
                target_north_m: -3_400.0,
                target_up_m: 1.7,
                heading_deg: 330.0,
                pitch_deg: 42.5,
                distance_m: 900.0,
                walking: true,
                ..Camera::default()
            }),
            revision: Some(12),
            seen_as: Some("investor".to_owned()),
            fit: Some("1.00,2.00,0.00_hall,0.00,0.00,120.00,60.00,2,9.00".to_owned()),
            changeset: Some("7".to_owned()),
            brief: Some("81".to_owned()),
            compare: Some(Chosen::from_link("A-1,building/B-1/2/East,锡新-2028-01")),
            split: true,
            meet: Some(Meet::Link("s3cret".to_owned())),
            language: Some(Language::Ja),
            quality: Some(Level::Light),
            unit: Some(AreaUnit::Tsubo),
            statistics: true,
        };
        let pairs = state.to_pairs();
        let borrowed: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(read(&borrowed), state);
        assert_eq!(borrowed[1], ("view", "120.5,-3400.0,1.7,330.0,42.5,900.0,walk"));
    }

    #[test]
    fn a_place_is_opened_in_place_of_a_parcel() {
        for place in [Place::Zone("BZ".to_owned()), Place::Poi("I-M1".to_owned())] {
            let state = UrlState { place: Some(place.clone()), ..UrlState::default() };
            assert_eq!(state.to_pairs(), [(place.layer(), place.code().to_owned())]);
            assert_eq!(read(&[(place.layer(), place.code())]), state);
        }
        assert_eq!(read(&[("zone", "")]), UrlState::default());
    }

    #[test]
    fn members_and_guests_come_by_ways_of_their_own() {
        for (name, meet) in [("meet", Meet::Link("7".to_owned())), ("meeting", Meet::Meeting("7".to_owned()))] {
            let state = UrlState { meet: Some(meet), ..UrlState::default() };
            assert_eq!(state.to_pairs(), [(name, "7".to_owned())]);
            assert_eq!(read(&[(name, "7")]), state);
        }
        assert_eq!(read(&[("meet", ""), ("meeting", "")]), UrlState::default());
    }

    #[test]
    fn nothing_said_is_an_empty_query() {
        assert_eq!(UrlState::default().to_pairs(), []);
    }

    #[test]
    fn what_is_wrong_is_passed_over() {
        let state = read(&[
            ("parcel", ""),
            ("view", "1,2,3"),
            ("changeset", ""),
            ("brief", ""),
            ("compare", ",,"),
            ("split", "two"),
            ("as", "government"),
            ("as", "nobody"),
            ("revision", "0"),
            ("revision", "-3"),
            ("lang", "ko"),
            ("quality", "ultra"),
            ("unit", "football fields"),
            ("stats", "yes"),
            ("utm_source", "mail"),
        ]);
        assert_eq!(state, UrlState::default());
    }
}
