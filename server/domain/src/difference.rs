//! What has changed from one version of a feature to another, attribute by attribute.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::merge::attributes::{self, GEOMETRY};
use crate::merge::written;
use crate::record::Feature;

/// Before the name of a field whose source has changed.
const SOURCE: &str = "source:";

/// An attribute that is not what it was. What is absent had or has no value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The attribute, as a conflict of a merge names it; with `source:` before it where the source has changed.
    pub path: String,
    /// What it was.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

/// All that has changed, by path. Of a feature that is new or gone, everything it says.
pub fn difference(before: Option<&Feature>, after: Option<&Feature>) -> Vec<FieldChange> {
    if before == after {
        return Vec::new();
    }
    let [mut was, mut is] = [before, after].map(|side| side.map(attributes::of).unwrap_or_default());
    let paths: BTreeSet<String> = was.keys().chain(is.keys()).cloned().collect();
    let mut changes = Vec::new();
    let mut note = |path: String, before: Option<Value>, after: Option<Value>| {
        if before != after {
            changes.push(FieldChange { path, before, after });
        }
    };
    for path in paths {
        let [was, is] = [&mut was, &mut is].map(|side| side.remove(&path).unwrap_or_default());
        note(format!("{SOURCE}{path}"), was.source, is.source);
        note(path, was.value, is.value);
    }
    let [was, is] = [before, after].map(|side| side.map(|feature| &feature.shape));
    if was != is {
        note(GEOMETRY.to_owned(), was.and_then(written), is.and_then(written));
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use geo_types::Point;
    use jiff::civil::date;

    use super::*;
    use crate::geometry::Shape;
    use crate::record::{Body, Bounds, Language, Names, Parcel, ParcelStatus, Source, SourcedField};

    fn feature() -> Feature {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.plot_ratio = Bounds { min: Some(1.5), max: None };
        Feature {
            code: "P-1".parse().unwrap(),
            names: Names::from_iter([(Language::Zh, "一号".to_owned())]),
            shape: Shape::Point(Point::new(1.0, 2.0)),
            body: Body::Parcel(Box::new(parcel)),
            attributes: std::collections::BTreeMap::from([("ref".to_owned(), "7".to_owned())]),
        }
    }

    fn said(before: Option<&Feature>, after: Option<&Feature>) -> String {
        let value = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let changes = difference(before, after);
        let lines = changes.iter().map(|c| format!("{}: {} -> {}", c.path, value(&c.before), value(&c.after)));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_changed_attribute_is_listed_once() {
        let before = feature();
        let mut after = feature();
        after.shape = Shape::Point(Point::new(1.0, 3.0));
        after.names.set(Language::En, "One");
        after.attributes.clear();
        let Body::Parcel(parcel) = &mut after.body else { panic!("a parcel") };
        parcel.status = ParcelStatus::Reserved;
        parcel.plot_ratio.max = Some(2.5);
        let plan = Source { source: "Plan".to_owned(), as_of: date(2026, 5, 1), confidence: None };
        parcel.sources.set(SourcedField::PlotRatio, plan.clone());
        parcel.sources.set(SourcedField::Tenure, plan);
        expect![[r#"
            attribute:ref: "7" -> -
            geometry: {"point":[1.0,2.0]} -> {"point":[1.0,3.0]}
            name:en: - -> "One"
            plot_ratio: {"min":1.5} -> {"max":2.5,"min":1.5}
            source:plot_ratio: - -> {"as_of":"2026-05-01","source":"Plan"}
            source:tenure: - -> {"as_of":"2026-05-01","source":"Plan"}
            status: "available" -> "reserved""#]]
        .assert_eq(&said(Some(&before), Some(&after)));
        assert_eq!(difference(Some(&before), Some(&before)), []);
    }

    #[test]
    fn all_of_a_new_feature_is_new_and_all_of_an_ended_one_gone() {
        let expected = expect![[r#"
            attribute:ref: - -> "7"
            geometry: - -> {"point":[1.0,2.0]}
            name:zh: - -> "一号"
            plot_ratio: - -> {"min":1.5}
            status: - -> "available""#]];
        expected.assert_eq(&said(None, Some(&feature())));
        let gone = difference(Some(&feature()), None);
        assert!(gone.iter().all(|change| change.after.is_none() && change.before.is_some()), "{gone:?}");
        assert_eq!(gone.len(), 5);
    }
}
