//! What is found of a factory, as lines of text.

use cloudsite_domain::record::Language;
use cloudsite_domain::siting::Verdict;
use cloudsite_domain::siting::massing::{Check, Finding, Findings, Site};
use cloudsite_domain::units::AreaUnit;
use geo_types::Coord;

use crate::pure::measure::length;
use crate::pure::number::number;
use crate::pure::text::{fill, text};

/// Sides that are listed at most: the nearest ones.
const MOST_SIDES: usize = 8;

/// Directions clockwise from the north, as the ends of text keys.
const COMPASS: [&str; 8] = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];

/// A line of the answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// What was asked, as a name for tests.
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) value: String,
    /// What it is held against.
    pub(crate) bound: String,
    pub(crate) verdict: Verdict,
}

/// The word for keys and styles.
pub(crate) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
    }
}

/// The line of a check.
pub(crate) fn check(finding: &Finding, language: Language, unit: AreaUnit) -> Line {
    let Finding { check, verdict, value, min, max, .. } = *finding;
    let id = check.as_str().to_owned();
    let label = text(language, &format!("fit.check.{id}"));
    let said = |value: f64| amount(check, value, language, unit);
    let value = match (check, value) {
        (Check::Inside, _) => text(language, if verdict == Verdict::Pass { "fit.inside" } else { "fit.outside" }),
        (Check::KeptFree, _) if verdict != Verdict::Unknown => {
            text(language, if verdict == Verdict::Pass { "fit.free" } else { "fit.not_free" })
        }
        (_, Some(value)) if check == Check::GreenRatio => fill(language, "fit.up_to", &[("n", &said(value.max(0.0)))]),
        (_, Some(value)) => said(value),
        (_, None) => String::new(),
    };
    let bound = match (min, max) {
        (Some(min), Some(max)) => format!("{} – {}", said(min), said(max)),
        (Some(min), None) => fill(language, "fit.at_least", &[("n", &said(min))]),
        (None, Some(max)) => fill(language, "fit.at_most", &[("n", &said(max))]),
        (None, None) if check == Check::Inside => String::new(),
        (None, None) if check == Check::KeptFree && verdict != Verdict::Unknown => String::new(),
        (None, None) => text(language, &format!("fit.unknown.{id}")),
    };
    Line { id, label, value, bound, verdict }
}

fn amount(check: Check, value: f64, language: Language, unit: AreaUnit) -> String {
    match check {
        Check::PlotRatio => number(value, 2, language),
        Check::SiteCoverage | Check::SiteUse | Check::GreenRatio => format!("{} %", number(value * 100.0, 1, language)),
        Check::Height | Check::AirportHeight => length(value, 1, unit, language),
        Check::Parking => number(value, 0, language),
        Check::Inside | Check::KeptFree => String::new(),
    }
}

/// The lines of the nearest sides, in the order of the parcel's sides, and how many more there are.
pub(crate) fn sides(site: &Site, findings: &Findings, language: Language, unit: AreaUnit) -> (Vec<Line>, usize) {
    let mut nearest: Vec<usize> = (0..findings.sides.len()).collect();
    nearest.sort_by(|&a, &b| findings.sides[a].distance_m.total_cmp(&findings.sides[b].distance_m));
    nearest.truncate(MOST_SIDES);
    let line = |(index, (from, to)): (usize, (Coord, Coord))| {
        let found = findings.sides.get(index).filter(|_| nearest.contains(&index))?;
        let along = to - from;
        let name = text(language, &format!("compass.{}", facing(from, to)));
        let long = length(along.x.hypot(along.y), 0, unit, language);
        Some(Line {
            id: format!("side-{index}"),
            label: fill(language, "fit.side", &[("name", &name), ("length", &long)]),
            value: length(found.distance_m, 1, unit, language),
            bound: String::new(),
            verdict: found.verdict,
        })
    };
    let lines: Vec<Line> = site.sides().enumerate().filter_map(line).collect();
    let more = findings.sides.len() - lines.len();
    (lines, more)
}

/// Where a side faces: outer rings turn left, so outside is on its right.
fn facing(from: Coord, to: Coord) -> &'static str {
    let along = to - from;
    // The outward direction is (along.y, -along.x).
    let clockwise = along.y.atan2(-along.x).rem_euclid(std::f64::consts::TAU);
    COMPASS[(clockwise / std::f64::consts::FRAC_PI_4).round() as usize % 8]
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::geometry::Shape;
    use cloudsite_domain::record::{Parcel, ParcelStatus};
    use cloudsite_domain::siting::massing::{Block, Blocks, Norms};
    use geo_types::polygon;

    use super::*;

    #[test]
    fn every_answer_is_said_in_every_language() {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.plot_ratio.max = Some(2.0);
        let shape = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 100.0), (x: 0.0, y: 100.0)];
        let site = Site::new(&parcel, &Shape::new(shape.into()).unwrap(), Some([]), Norms::default()).unwrap();
        let hall = Block { width_m: 70.0, depth_m: 40.0, storeys: 1, storey_m: 9.0 };
        let massing = Blocks { hall, ..Blocks::default() }.massing(Coord { x: 50.0, y: 50.0 }, 0.0).unwrap();
        let mut findings = Findings::default();
        site.judge(&massing, &mut findings);
        let checks =
            |language| findings.checks.iter().map(|found| check(found, language, AreaUnit::Mu)).collect::<Vec<_>>();
        for language in crate::pure::text::LANGUAGES {
            let lines = checks(language);
            let (sides, more) = sides(&site, &findings, language, AreaUnit::Acre);
            assert_eq!((lines.len(), sides.len(), more), (Check::ALL.len(), 4, 0));
            for line in lines.iter().chain(&sides) {
                assert!(
                    !line.label.is_empty() && !line.label.contains("fit.") && !line.bound.contains("fit."),
                    "{line:?}"
                );
            }
            assert!(sides[0].value.ends_with(" ft") && sides[0].label.contains(" ft"), "{:?}", sides[0]);
        }
        let english = checks(Language::En);
        assert_eq!((english[1].value.as_str(), english[1].bound.as_str()), ("0.28", "at most 2.00"));
        assert_eq!((english[2].value.as_str(), english[2].verdict), ("28.0 %", Verdict::Unknown));
    }

    #[test]
    fn sides_are_called_by_where_they_face() {
        let at = |x: f64, y: f64| Coord { x, y };
        let cases = [
            (at(0.0, 0.0), at(9.0, 0.0), "s"),
            (at(9.0, 0.0), at(9.0, 9.0), "e"),
            (at(9.0, 9.0), at(0.0, 9.0), "n"),
            (at(0.0, 9.0), at(0.0, 0.0), "w"),
            (at(0.0, 0.0), at(9.0, 9.0), "se"),
        ];
        for (from, to, expected) in cases {
            assert_eq!(facing(from, to), expected, "{from:?} to {to:?}");
        }
    }
}
