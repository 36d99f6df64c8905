//! What a factory is held to by whom, as the record and the law of the day say.

use cloudsite_domain::record::{Language, Parcel};
use cloudsite_domain::siting::massing::{Finding, HeldTo, Law};
use cloudsite_domain::validation::RuleTable;
use jiff::civil::Date;

use crate::pure::text::{fill, text};

/// What a parcel's bounds come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Basis {
    /// The parcel, as far as it is asked.
    pub(crate) parcel: Parcel,
    /// Names of the masks that the site was made of, such as `mask/H-1`.
    pub(crate) masks: Vec<String>,
    /// The law with its day; none where it cannot be read.
    pub(crate) law: Option<(RuleTable, Date)>,
    /// The region that the park lies in, by its code of GB/T 2260.
    pub(crate) region: Option<String>,
}

impl Basis {
    /// The law; none where it cannot be read.
    pub(crate) fn law(&self) -> Option<Law<'_>> {
        let (table, day) = self.law.as_ref()?;
        Some(Law { table, day: *day, region: self.region.as_deref() })
    }

    /// Who says what a finding is held to, in words; empty where nobody does.
    pub(crate) fn of(&self, finding: &Finding, language: Language) -> Vec<String> {
        let mask = |index: usize| self.masks.get(index).cloned().unwrap_or_default();
        let held = self.law().map(|law| law.held_to(&self.parcel, finding, mask)).unwrap_or_default();
        held.iter().map(|held| told(held, language)).collect()
    }

    /// Who says what the distances from the parcel's sides are held to; none where nobody does.
    pub(crate) fn of_setbacks(&self, language: Language) -> Option<String> {
        Law::setbacks_held_to(&self.parcel).map(|held| told(&held, language))
    }
}

/// A document, an office or a mask, with its date: of law since when it is in force, of the record when it was said.
fn told(held: &HeldTo, language: Language) -> String {
    let is_recorded = ["parcel.", "mask."].iter().any(|part| held.rule.starts_with(part));
    let code = held.source.strip_prefix("mask/");
    let day = held.as_of.map(|day| day.to_string());
    match (held.source.as_str(), code, day) {
        (_, Some(code), _) => fill(language, "fit.held_to.mask", &[("code", code)]),
        ("", _, None) => text(language, "fit.held_to.record"),
        ("", _, Some(day)) => fill(language, "fit.held_to.record_of", &[("date", &day)]),
        (source, _, None) => source.to_owned(),
        (source, _, Some(day)) => {
            let key = if is_recorded { "card.said" } else { "fit.held_to.law" };
            fill(language, key, &[("source", source), ("date", &day)])
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_rule_is_told_with_its_document_and_date() {
        let held = |rule: &str, source: &str, as_of| HeldTo {
            rule: rule.to_owned(),
            source: source.to_owned(),
            as_of,
            confidence: None,
        };
        let day = Some(date(2026, 3, 1));
        let cases = [
            (held("parcel.plot_ratio", "Plan 7", day), "Plan 7, 2026-03-01"),
            (held("parcel.plot_ratio", "", day), "The record, 2026-03-01"),
            (held("parcel.shape", "", None), "The record"),
            (held("storey.counted_once", "Rule 3", day), "Rule 3, in force since 2026-03-01"),
            (held("storey.counted_once", "Rule 3", None), "Rule 3"),
            (held("mask.height_limit_m", "mask/H-1", None), "Mask H-1 of the record"),
        ];
        for (held, expected) in cases {
            assert_eq!(told(&held, Language::En), expected);
        }
    }
}
