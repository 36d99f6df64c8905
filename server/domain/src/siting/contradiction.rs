//! Musts that nothing can meet at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::brief::{Criterion, InvalidBrief, Need, invalid, shown};
use super::judge::meets;
use super::quantity::{Quality, Quantity};

/// What contradicts itself in a brief, by field.
pub(super) fn contradictions(criteria: &[Criterion], day: Date) -> Vec<InvalidBrief> {
    [of_amounts(criteria, day), of_words(criteria)].concat()
}

/// A bound of a must: where it stands in the brief, of what, the least and the most.
struct Bound {
    criterion: usize,
    field: String,
    of: (Quantity, Date),
    min: Option<f64>,
    max: Option<f64>,
}

fn bounds(criterion: usize, of: &Criterion, day: Date) -> Vec<Bound> {
    match of {
        Criterion::Must(Need::Amount { quantity, min, max, on }) => {
            let of = (*quantity, on.unwrap_or(day));
            vec![Bound { criterion, field: "min".to_owned(), of, min: *min, max: *max }]
        }
        Criterion::Must(Need::Ramp(ramp)) => {
            let step = |(index, (on, min)): (usize, (Date, f64))| {
                let field = format!("steps[{index}].min");
                Bound { criterion, field, of: (ramp.quantity, on), min: Some(min), max: None }
            };
            ramp.on_days(day).enumerate().map(step).collect()
        }
        Criterion::Must(Need::Word { .. } | Need::Footprint(_)) | Criterion::Wish(_) => Vec::new(),
    }
}

/// A least of one must above the most of another.
fn of_amounts(criteria: &[Criterion], day: Date) -> Vec<InvalidBrief> {
    let all = criteria.iter().enumerate().flat_map(|(index, criterion)| bounds(index, criterion, day));
    let all: Vec<Bound> = all.collect();
    let mut found = Vec::new();
    for one in &all {
        for other in &all {
            if let (Some(min), Some(max)) = (one.min, other.max)
                && one.criterion != other.criterion
                && one.of == other.of
                && min > max
            {
                let of = other.criterion;
                let (min, max) = (shown(min), shown(max));
                let problem = format!("{min} is above {max}, the most in criteria[{of}]: nothing can be both");
                found.push(invalid(format!("criteria[{}].{}", one.criterion, one.field), problem));
            }
        }
    }
    found
}

/// Musts of one quality that no word meets all of: told of the first that leaves none.
fn of_words(criteria: &[Criterion]) -> Vec<InvalidBrief> {
    let mut left = BTreeMap::<Quality, (usize, BTreeSet<String>)>::new();
    let mut found = Vec::new();
    for (index, criterion) in criteria.iter().enumerate() {
        let Some(Need::Word { quality, among }) = criterion.need() else { continue };
        let Some((last, words)) = left.get_mut(quality) else {
            left.insert(*quality, (index, among.clone()));
            continue;
        };
        // Of land uses, one that belongs to another is the narrower word of the two.
        let both = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
            one.iter().filter(|word| meets(*quality, word, other)).cloned().collect()
        };
        let common: BTreeSet<String> = [both(words, among), both(among, words)].concat().into_iter().collect();
        if common.is_empty() && !words.is_empty() && !among.is_empty() {
            let told = |words: &BTreeSet<String>| words.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let problem = format!(
                "{} is none of {}, which criteria[{last}] leaves: nothing can be both",
                told(among),
                told(words)
            );
            found.push(invalid(format!("criteria[{index}].among"), problem));
        }
        (*last, *words) = (index, common);
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::siting::Brief;

    fn told(musts: &[(Quality, &[&str])]) -> Vec<String> {
        let must = |(quality, among): &(Quality, &[&str])| {
            let among = among.iter().map(|word| (*word).to_owned()).collect();
            Criterion::Must(Need::Word { quality: *quality, among })
        };
        let found = Brief::new(musts.iter().map(must).collect(), date(2026, 1, 1)).err().unwrap_or_default();
        found.into_iter().map(|invalid| format!("{}: {}", invalid.field, invalid.problem)).collect()
    }

    #[test]
    fn words_that_no_place_can_meet_at_once_are_named() {
        let (tenure, land_use) = (Quality::Tenure, Quality::LandUse);
        assert_eq!(
            told(&[(tenure, &["lease"]), (Quality::Status, &["available"]), (tenure, &["grant"])]),
            ["criteria[2].among: grant is none of lease, which criteria[0] leaves: nothing can be both"]
        );
        assert_eq!(told(&[(tenure, &["lease", "grant"]), (tenure, &["grant"])]), [""; 0]);
        assert_eq!(told(&[(land_use, &["1001"]), (land_use, &["100102"])]), [""; 0], "one belongs to the other");
        assert_eq!(told(&[(land_use, &["10"]), (land_use, &["11", "100102"])]), [""; 0], "either way round");
        // Each two of them have a word in common, and all three have none.
        let three: [(Quality, &[&str]); 3] =
            [(land_use, &["1001", "11"]), (land_use, &["11", "08"]), (land_use, &["08", "100102"])];
        assert_eq!(
            told(&three),
            ["criteria[2].among: 08, 100102 is none of 11, which criteria[1] leaves: nothing can be both"]
        );
    }
}
