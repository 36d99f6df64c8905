//! Zones and points of interest: what has a card and is no parcel.

use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::{LocalizedName, LonLatBounds, Zone};
use cloudsite_proto::scene::Select;

use super::facts::{Fact, code_of};
use super::number::{area, number};
use super::text::text;

/// A zone or a point of interest, by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Zone(String),
    Poi(String),
}

impl Place {
    /// The layer of the record that it is in.
    pub(crate) const fn layer(&self) -> &'static str {
        match self {
            Self::Zone(_) => "zone",
            Self::Poi(_) => "poi",
        }
    }

    /// Its code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Zone(code) | Self::Poi(code) => code,
        }
    }

    /// The place with this code in a layer; none where the layer is another, or no code is said.
    pub(crate) fn in_layer(layer: &str, code: &str) -> Option<Self> {
        let make = match layer {
            "zone" => Self::Zone,
            "poi" => Self::Poi,
            _ => return None,
        };
        (!code.is_empty()).then(|| make(code.to_owned()))
    }

    /// The place that a selection in the 3D view means.
    pub(crate) fn selected(select: &Select) -> Option<Self> {
        Self::in_layer(&select.layer, &select.code)
    }
}

/// A point of interest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Poi {
    pub(crate) code: String,
    pub(crate) id: u64,
    pub(crate) names: Vec<LocalizedName>,
    /// One of the kinds of the record, e.g. `metro_station`.
    pub(crate) kind: String,
    pub(crate) bounds: Option<LonLatBounds>,
}

/// The zone with this code.
pub(crate) fn zone_with<'a>(zones: &'a [Zone], code: &str) -> Option<&'a Zone> {
    zones.iter().find(|zone| code_of(&zone.name) == code)
}

/// What a zone's card says. `free` is how many of its parcels can be had, once that is known.
pub(crate) fn zone_facts(zone: &Zone, free: Option<u32>, language: Language, unit: AreaUnit) -> Vec<Fact> {
    let count = |count: u32| number(f64::from(count), 0, language);
    let others = AreaUnit::ALL.into_iter().filter(|other| *other != unit);
    let others: Vec<_> = others.map(|other| area(zone.area_m2, other, language).replace(' ', "\u{a0}")).collect();
    let plain = |key, value| Fact { key, value, note: None };
    vec![
        plain("place.kind", Some(text(language, &format!("zone_kind.{}", zone.kind)))),
        Fact {
            key: "card.area", value: Some(area(zone.area_m2, unit, language)), note: Some(others.join("\u{a0}· "))
        },
        plain("place.parcels", Some(count(zone.parcel_count))),
        plain("place.free", free.map(count)),
    ]
}

/// What the card of a point of interest says.
pub(crate) fn poi_facts(poi: &Poi, language: Language) -> Vec<Fact> {
    let kind = (!poi.kind.is_empty()).then(|| text(language, &format!("poi_kind.{}", poi.kind)));
    vec![Fact { key: "place.kind", value: kind, note: None }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_means_a_place_only_in_its_layers() {
        let cases = [
            ("zone", "BZ", Some(Place::Zone("BZ".to_owned()))),
            ("poi", "I-M1", Some(Place::Poi("I-M1".to_owned()))),
            ("zone", "", None),
            ("parcel", "WX-01", None),
            ("", "", None),
        ];
        for (layer, code, expected) in cases {
            let select = Select { layer: layer.to_owned(), code: code.to_owned(), ..Select::default() };
            let place = Place::selected(&select);
            assert_eq!(place, expected, "{layer} {code}");
            if let Some(place) = place {
                assert_eq!((place.layer(), place.code()), (layer, code));
            }
        }
    }

    #[test]
    fn a_zone_says_its_kind_size_and_what_can_be_had() {
        let zone = Zone {
            name: "zones/BZ".to_owned(),
            kind: "comprehensive_bonded".to_owned(),
            area_m2: 1_500_000.0,
            parcel_count: 24,
            ..Zone::default()
        };
        let value = |free, key: &str| {
            let facts = zone_facts(&zone, free, Language::En, AreaUnit::Hectare);
            facts.into_iter().find(|fact| fact.key == key).and_then(|fact| fact.value)
        };
        assert_eq!(value(None, "place.kind").as_deref(), Some("Comprehensive bonded zone"));
        assert_eq!(value(None, "card.area").as_deref(), Some("150.00 ha"));
        assert_eq!(value(None, "place.parcels").as_deref(), Some("24"));
        assert_eq!((value(None, "place.free"), value(Some(0), "place.free")), (None, Some("0".to_owned())));
        assert_eq!(zone_with(std::slice::from_ref(&zone), "BZ"), Some(&zone));
        assert_eq!(zone_with(std::slice::from_ref(&zone), "B"), None);
    }

    #[test]
    fn a_point_of_interest_says_its_kind_where_it_has_one() {
        let poi = |kind: &str| {
            let poi = Poi { code: "I-1".into(), id: 1, names: Vec::new(), kind: kind.to_owned(), bounds: None };
            poi_facts(&poi, Language::Zh)[0].value.clone()
        };
        assert_eq!((poi("metro_station").as_deref(), poi("")), (Some("轨道交通站"), None));
    }
}
