//! What parcels have to meet to be listed.

use cloudsite_domain::record::{Bounds, Code, Feature, LandUse, Parcel, ParcelStatus};
use cloudsite_proto::land as wire;

use super::Refusal;
use super::read::search_area;
use crate::record::{LayerSnapshot, Order, SearchArea, power_now_kw};

/// A filter that has been read. All conditions have to hold; a value that is unknown meets none.
#[derive(Debug, Default)]
pub(super) struct ParcelQuery {
    pub(super) statuses: Vec<ParcelStatus>,
    pub(super) zones: Vec<Code>,
    /// Beginnings of codes.
    pub(super) land_uses: Vec<String>,
    pub(super) area_m2: Bounds,
    pub(super) plot_ratio_max: Bounds,
    pub(super) min_power_kw: Option<f64>,
    /// In lower case.
    pub(super) text: String,
    /// Where parcels have to touch; decided by the layer's index, not by [`Self::meets`].
    pub(super) area: Option<SearchArea>,
}

impl TryFrom<wire::ParcelFilter> for ParcelQuery {
    type Error = Refusal;

    /// Names every field that is wrong.
    fn try_from(filter: wire::ParcelFilter) -> Result<Self, Refusal> {
        let mut wrong = Vec::new();
        let mut note = |field: String, problem: String| wrong.push((field, problem));
        let mut query = Self { text: filter.text.to_lowercase(), ..Self::default() };
        for (index, word) in filter.statuses.iter().enumerate() {
            match word.parse() {
                Ok(status) => query.statuses.push(status),
                Err(error) => note(format!("filter.statuses[{index}]"), format!("{error}")),
            }
        }
        for (index, name) in filter.zones.iter().enumerate() {
            match super::read::code_in("zones", name) {
                Ok(code) => query.zones.push(code),
                Err(problem) => note(format!("filter.zones[{index}]"), problem),
            }
        }
        for (index, digits) in filter.land_uses.into_iter().enumerate() {
            if (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                query.land_uses.push(digits);
            } else {
                let problem = format!("'{digits}' is not the beginning of a land-use code: one to six digits");
                note(format!("filter.land_uses[{index}]"), problem);
            }
        }
        for (field, asked, kept) in [
            ("filter.area_m2", filter.area_m2, &mut query.area_m2),
            ("filter.plot_ratio_max", filter.plot_ratio_max, &mut query.plot_ratio_max),
        ] {
            let asked = asked.unwrap_or_default();
            match Bounds::new(asked.min, asked.max) {
                Ok(bounds) => *kept = bounds,
                Err(error) => note(field.to_owned(), error.to_string()),
            }
        }
        match filter.min_power_kw {
            Some(power) if !power.is_finite() || power < 0.0 => {
                note("filter.min_power_kw".to_owned(), format!("{power} is not a power of at least 0 kW"));
            }
            power => query.min_power_kw = power,
        }
        match filter.bounds.map(|bounds| search_area("filter.bounds", bounds)).transpose() {
            Ok(area) => query.area = area,
            Err(Refusal::Fields(fields)) => wrong.extend(fields),
            Err(other) => return Err(other),
        }
        if wrong.is_empty() { Ok(query) } else { Err(Refusal::Fields(wrong)) }
    }
}

impl ParcelQuery {
    /// Whether there is any condition but the rectangle.
    pub(super) fn is_asking(&self) -> bool {
        !self.statuses.is_empty()
            || !self.zones.is_empty()
            || !self.land_uses.is_empty()
            || !self.area_m2.is_open()
            || !self.plot_ratio_max.is_open()
            || self.min_power_kw.is_some()
            || !self.text.is_empty()
    }

    /// Whether a layer answers at once: within a small rectangle, or by an index that it has already.
    pub(super) fn is_small(&self, layer: &LayerSnapshot, order: Option<Order>) -> bool {
        let is_indexed = || self.text.is_empty() && layer.is_indexed_for(order);
        self.area.as_ref().map_or_else(is_indexed, SearchArea::is_small)
    }

    /// Whether a parcel meets every condition but the rectangle.
    pub(super) fn meets(&self, feature: &Feature, parcel: &Parcel) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&parcel.status))
            && (self.zones.is_empty() || parcel.zone.as_ref().is_some_and(|zone| self.zones.contains(zone)))
            && (self.land_uses.is_empty() || parcel.land_use.as_ref().is_some_and(|code| self.meets_land_use(code)))
            && (self.area_m2.is_open() || within(Some(feature.shape.area_m2()), self.area_m2))
            && within(parcel.plot_ratio.max, self.plot_ratio_max)
            && self.min_power_kw.is_none_or(|least| power_now_kw(parcel).is_some_and(|power| power >= least))
            && (self.text.is_empty() || self.meets_text(feature))
    }

    /// Whether a land use is one of those that are asked for.
    pub(super) fn meets_land_use(&self, code: &LandUse) -> bool {
        self.land_uses.iter().any(|beginning| code.as_str().starts_with(beginning.as_str()))
    }

    /// Whether code or a name holds the text.
    pub(super) fn meets_text(&self, feature: &Feature) -> bool {
        let contains = |text: &str| text.to_lowercase().contains(&self.text);
        contains(feature.code.as_str()) || feature.names.iter().any(|(_, name)| contains(name))
    }
}

fn within(value: Option<f64>, bounds: Bounds) -> bool {
    if bounds.is_open() {
        return true;
    }
    let Some(value) = value else { return false };
    bounds.min.is_none_or(|min| value >= min) && bounds.max.is_none_or(|max| value <= max)
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::geometry::Shape;
    use cloudsite_domain::record::{Body, Language, Names, Supply, SupplyKind};
    use geo_types::polygon;

    use super::*;

    /// 10 000 m², available, zone Z-1, 100101, plot ratio at most 2.0, 3 MW now and 12 MW later.
    fn parcel() -> Feature {
        let day = |text: &str| text.parse().unwrap();
        let power = |capacity, from: Option<&str>| Supply {
            kind: SupplyKind::Power,
            capacity: Some(capacity),
            from: from.map(day),
            as_of: day("2026-01-01"),
            source: "test".to_owned(),
            confidence: None,
        };
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.zone = Some("Z-1".parse().unwrap());
        parcel.land_use = Some("100101".parse().unwrap());
        parcel.plot_ratio = Bounds::new(Some(1.2), Some(2.0)).unwrap();
        parcel.supplies = vec![power(3_000.0, None), power(12_000.0, Some("2028-07-01"))];
        let square = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 100.0), (x: 0.0, y: 100.0)];
        Feature {
            code: "XDG-2026-7".parse().unwrap(),
            names: Names::from_iter([(Language::Zh, "综保区七号".to_owned())]),
            shape: Shape::new(square.into()).unwrap(),
            body: Body::Parcel(Box::new(parcel)),
            attributes: std::collections::BTreeMap::default(),
        }
    }

    fn bounds(min: Option<f64>, max: Option<f64>) -> wire::Bounds {
        wire::Bounds { min, max }
    }

    #[test]
    fn each_condition_takes_and_leaves() {
        let of = wire::ParcelFilter::default;
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let cases = [
            ("nothing asked", of(), true),
            ("status", wire::ParcelFilter { statuses: words(&["taken", "available"]), ..of() }, true),
            ("another status", wire::ParcelFilter { statuses: words(&["taken"]), ..of() }, false),
            ("zone", wire::ParcelFilter { zones: words(&["zones/Z-1"]), ..of() }, true),
            ("another zone", wire::ParcelFilter { zones: words(&["zones/Z-2"]), ..of() }, false),
            ("land use", wire::ParcelFilter { land_uses: words(&["1001"]), ..of() }, true),
            ("another land use", wire::ParcelFilter { land_uses: words(&["0802"]), ..of() }, false),
            ("area", wire::ParcelFilter { area_m2: Some(bounds(Some(10_000.0), None)), ..of() }, true),
            ("larger area", wire::ParcelFilter { area_m2: Some(bounds(Some(10_001.0), None)), ..of() }, false),
            ("plot ratio", wire::ParcelFilter { plot_ratio_max: Some(bounds(Some(2.0), Some(3.0))), ..of() }, true),
            ("lower plot ratio", wire::ParcelFilter { plot_ratio_max: Some(bounds(None, Some(1.9))), ..of() }, false),
            ("power now", wire::ParcelFilter { min_power_kw: Some(3_000.0), ..of() }, true),
            ("power only later", wire::ParcelFilter { min_power_kw: Some(3_001.0), ..of() }, false),
            ("code", wire::ParcelFilter { text: "xdg-2026".to_owned(), ..of() }, true),
            ("name", wire::ParcelFilter { text: "七号".to_owned(), ..of() }, true),
            ("another text", wire::ParcelFilter { text: "八号".to_owned(), ..of() }, false),
        ];
        let feature = parcel();
        let Body::Parcel(parcel) = &feature.body else { panic!("a parcel") };
        for (name, filter, expected) in cases {
            let query = ParcelQuery::try_from(filter).unwrap();
            assert_eq!(query.meets(&feature, parcel), expected, "{name}");
        }
    }

    #[test]
    fn what_is_unknown_meets_no_condition() {
        let mut feature = parcel();
        let unknown = Parcel::with_status(ParcelStatus::Unknown);
        feature.body = Body::Parcel(Box::new(unknown.clone()));
        let of = wire::ParcelFilter::default;
        let cases = [
            wire::ParcelFilter { zones: vec!["zones/Z-1".to_owned()], ..of() },
            wire::ParcelFilter { land_uses: vec!["1".to_owned()], ..of() },
            wire::ParcelFilter { plot_ratio_max: Some(bounds(Some(0.0), None)), ..of() },
            wire::ParcelFilter { min_power_kw: Some(0.0), ..of() },
        ];
        for filter in cases {
            let query = ParcelQuery::try_from(filter.clone()).unwrap();
            assert!(!query.meets(&feature, &unknown), "{filter:?}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let filter = wire::ParcelFilter {
            statuses: vec!["available".to_owned(), "sold".to_owned()],
            zones: vec!["parcels/P-1".to_owned()],
            land_uses: vec!["M1".to_owned()],
            area_m2: Some(bounds(Some(2.0), Some(1.0))),
            plot_ratio_max: Some(bounds(Some(f64::NAN), None)),
            min_power_kw: Some(-1.0),
            text: String::new(),
            bounds: Some(wire::LonLatBounds { west: 120.0, south: 32.0, east: 121.0, north: 31.0 }),
        };
        let Err(Refusal::Fields(fields)) = ParcelQuery::try_from(filter) else { panic!("refused") };
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "filter.statuses[1]",
                "filter.zones[0]",
                "filter.land_uses[0]",
                "filter.area_m2",
                "filter.plot_ratio_max",
                "filter.min_power_kw",
                "filter.bounds"
            ]
        );
    }
}
