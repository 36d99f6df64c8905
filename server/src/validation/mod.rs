//! The rules of `domain` for this program: the table of law and plan that it was built with, and the record to ask.

use std::sync::LazyLock;

use cloudsite_domain::record::{Code, Feature, Layer};
use cloudsite_domain::siting::massing::Law;
use cloudsite_domain::validation::{Context, Neighbours, Problem, RuleTable, Submission, validate};
use geo_types::Rect;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::record::Snapshot;

/// The attribute of the park that says which region it lies in, by its code of GB/T 2260.
const REGION: &str = "region";

/// Law and plan speak of days in China.
const LOCAL: Offset = Offset::constant(8);

/// The table of rules that this program was built with.
pub(crate) fn table() -> &'static RuleTable {
    static TABLE: LazyLock<RuleTable> = LazyLock::new(|| {
        let text = include_str!("../../../assets/rules/planning.json");
        RuleTable::parse(text).expect("the table was read when the program was tested")
    });
    &TABLE
}

/// Law and plan as of a day, where the park of `snapshot` lies.
pub(crate) fn law(snapshot: &Snapshot, day: Date) -> Law<'_> {
    let region = snapshot.park().and_then(|park| park.feature.attributes.get(REGION)).map(String::as_str);
    Law { table: table(), day, region }
}

/// The day on which a moment falls where the park is.
pub(crate) fn day_of(at: Timestamp) -> Date {
    LOCAL.to_datetime(at).date()
}

/// All that is wrong with a submission to the record as `snapshot` has it, by the rules in force on a day.
pub(crate) fn check(submission: Submission<'_>, snapshot: &Snapshot, day: Date) -> Vec<Problem> {
    let put = submission.puts.iter().find(|feature| feature.layer() == Layer::Park);
    let park = put.or_else(|| snapshot.park().map(|version| &version.feature));
    let region = park.and_then(|park| park.attributes.get(REGION)).map(String::as_str);
    validate(submission, snapshot, &Context { region, ..Context::of(table(), day) })
}

/// What a land-use code of the classification before today's has become, if it is one.
pub(crate) fn land_use_today(older: &str) -> Option<String> {
    table().classification(Date::MAX)?.successor(older).map(ToString::to_string)
}

impl Neighbours for Snapshot {
    fn near(&self, layer: Layer, bounds: Rect) -> Vec<&Feature> {
        self.layer(layer).near(bounds).into_iter().map(|version| &version.feature).collect()
    }

    fn find(&self, layer: Layer, code: &Code) -> Option<&Feature> {
        self.layer(layer).find(code).map(|version| &version.feature)
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::{Body, ParcelStatus};
    use cloudsite_domain::validation::Severity;
    use jiff::civil::date;

    use super::*;
    use crate::demo;
    use crate::record::sample;

    const TODAY: Date = date(2026, 11, 24);

    #[test]
    fn the_built_in_table_is_sound_and_knows_older_codes() {
        assert!(table().rules().len() >= 9);
        assert_eq!(land_use_today("M1").as_deref(), Some("100101"));
        assert_eq!(land_use_today("castle"), None);
    }

    #[test]
    fn the_demo_park_has_no_errors() {
        let (_folder, record) = sample::empty();
        let features = demo::features().unwrap();
        let problems = check(Submission { puts: &features, ends: &[] }, &record.snapshot(), TODAY);
        let bad = problems.iter().filter(|problem| problem.severity == Severity::Error);
        let bad: Vec<String> = bad.map(ToString::to_string).collect();
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }

    #[test]
    fn a_change_is_checked_against_what_the_record_has() {
        let (_folder, record) = sample::open();
        let over = sample::parcel("P-9", 10.0, 100.0, ParcelStatus::Available);
        let mut beside = sample::parcel("P-1", 2_200.0, 1_200.0, ParcelStatus::Available);
        let Body::Parcel(parcel) = &mut beside.body else { panic!("a parcel") };
        parcel.zone = Some("Z-2".parse().unwrap());
        let snapshot = record.snapshot();
        let rules = |puts: &[Feature]| {
            let problems = check(Submission { puts, ends: &[] }, &snapshot, TODAY);
            problems.into_iter().map(|problem| problem.rule.into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(rules(std::slice::from_ref(&over)), ["parcel.overlap"], "P-1 lies there");
        assert_eq!(rules(&[over, beside]), Vec::<String>::new(), "P-1 moves away");
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let cases = [("2026-11-23T15:59:59Z", date(2026, 11, 23)), ("2026-11-23T16:00:00Z", date(2026, 11, 24))];
        for (at, day) in cases {
            assert_eq!(day_of(at.parse().unwrap()), day, "{at}");
        }
    }
}
