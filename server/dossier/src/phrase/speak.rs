//! Amounts, words and criteria as a language says them.

use crate::language::Language;
use crate::model::{
    Amount, Answer, Ask, Criterion, Instead, RampStep, Role, Said, Standing, StepAnswer, Value, Verdict,
};

/// Square metres of a mu, the unit of land in China.
const M2_OF_MU: f64 = 10_000.0 / 15.0;
const M2_OF_HECTARE: f64 = 10_000.0;

impl Language {
    /// The dossier's own text behind a key.
    pub(super) fn own(self, key: &str) -> String {
        self.text(&format!("dossier.{key}"))
    }

    /// The same with places filled in.
    pub(super) fn say(self, key: &str, values: &[(&str, &str)]) -> String {
        self.fill(&format!("dossier.{key}"), values)
    }

    /// What nobody knows.
    pub(super) fn unknown(self) -> String {
        self.own("unknown")
    }

    /// An amount in a unit of the wire. Much power is said in MW, shares of 1 in percent.
    pub(super) fn amount(self, quantity: &str, value: f64, unit: &str) -> String {
        match (quantity, unit) {
            ("site_coverage" | "green_ratio", _) => format!("{}%", number(value * 100.0, 1)),
            (_, "kW") if value >= 1_000.0 => format!("{} MW", number(value / 1_000.0, 3)),
            (_, "") => number(value, 2),
            (_, "m²" | "kW" | "CNY/m²" | "a") => format!("{} {}", number(value, 0), self.unit(unit)),
            // Nobody measures a thousand cubic metres to the litre.
            _ if value.abs() >= 1_000.0 => format!("{} {}", number(value, 0), self.unit(unit)),
            _ => format!("{} {}", number(value, 2), self.unit(unit)),
        }
    }

    fn unit(self, unit: &str) -> String {
        self.find(&format!("dossier.unit.{unit}")).unwrap_or(unit).to_owned()
    }

    /// An area with the unit that readers of this language think in.
    pub(super) fn area(self, m2: f64) -> String {
        let other = if self == Self::Zh { m2 / M2_OF_MU } else { m2 / M2_OF_HECTARE };
        self.say("area", &[("m2", &number(m2, 0)), ("other", &number(other, 2))])
    }

    pub(super) fn plain_amount(self, quantity: &str, amount: &Amount) -> String {
        self.amount(quantity, amount.value, &amount.unit)
    }

    /// A word of a vocabulary; one that has no text stands for itself. A land use is said by the longest code that has one.
    pub(super) fn word(self, quality: &str, word: &str) -> String {
        if quality == "land_use" {
            let codes = (1..=word.len()).rev().filter_map(|end| word.get(..end));
            let said = codes.into_iter().find_map(|code| self.find(&format!("land_use.{code}")));
            return said.map_or_else(|| word.to_owned(), |said| format!("{said} ({word})"));
        }
        self.find(&format!("{quality}.{word}")).unwrap_or(word).to_owned()
    }

    /// What a criterion is about.
    pub(super) fn subject(self, criterion: &Criterion) -> String {
        let found = |kind: &str, word: &str| self.find(&format!("dossier.{kind}.{word}")).unwrap_or(word).to_owned();
        match &criterion.ask {
            Ask::Amount { quantity, .. } | Ask::Ramp { quantity, .. } => found("quantity", quantity),
            Ask::Word { quality, .. } => found("quality", quality),
            Ask::Footprint { .. } => self.own("footprint"),
        }
    }

    /// What is asked.
    pub(super) fn asked(self, criterion: &Criterion) -> String {
        match &criterion.ask {
            Ask::Amount { quantity, unit, min, max, none, full, on } => {
                let amount = |value: f64| self.amount(quantity, value, unit);
                let asked = match (min, max, none, full) {
                    (Some(min), Some(max), ..) => {
                        self.say("ask.between", &[("min", &amount(*min)), ("max", &amount(*max))])
                    }
                    (Some(min), None, ..) => self.say("ask.at_least", &[("value", &amount(*min))]),
                    (None, Some(max), ..) => self.say("ask.at_most", &[("value", &amount(*max))]),
                    (None, None, Some(none), Some(full)) => {
                        self.say("ask.anchors", &[("none", &amount(*none)), ("full", &amount(*full))])
                    }
                    _ => String::new(),
                };
                match on {
                    Some(day) => self.say("ask.on", &[("asked", &asked), ("day", &day.to_string())]),
                    None => asked,
                }
            }
            Ask::Word { quality, among } => {
                let words: Vec<String> = among.iter().map(|word| self.word(quality, word)).collect();
                words.join(&self.list_mark())
            }
            Ask::Ramp { quantity, unit, steps } => {
                let step = |step: &RampStep| self.step(step, &self.amount(quantity, step.min, unit));
                steps.iter().map(step).collect::<Vec<_>>().join(&self.list_mark())
            }
            Ask::Footprint { width_m, depth_m } => {
                self.say("ask.footprint", &[("width", &number(*width_m, 1)), ("depth", &number(*depth_m, 1))])
            }
        }
    }

    /// A bound of a criterion's amount.
    pub(super) fn bound(self, criterion: &Criterion, value: f64) -> String {
        match &criterion.ask {
            Ask::Amount { quantity, unit, .. } | Ask::Ramp { quantity, unit, .. } => self.amount(quantity, value, unit),
            Ask::Word { .. } | Ask::Footprint { .. } => number(value, 2),
        }
    }

    /// How a must gives way: of a ramp with the day of the first step that is cut off there.
    pub(super) fn given_way(self, criterion: &Criterion, way: &Instead) -> String {
        match (way, &criterion.ask) {
            (Instead::Bound(bound), Ask::Ramp { steps, .. }) => {
                let said = self.bound(criterion, *bound);
                steps.iter().find(|step| step.min > *bound).map_or_else(|| said.clone(), |step| self.step(step, &said))
            }
            (Instead::Bound(bound), _) => self.bound(criterion, *bound),
            (Instead::Word(word), Ask::Word { quality, .. }) => self.word(quality, word),
            (Instead::Word(word), _) => word.clone(),
            (Instead::Part(part), _) => self.say("costs.part", &[("percent", &number(part * 100.0, 0))]),
        }
    }

    /// What would have to be: of a ramp or a footprint the share of it.
    pub(super) fn changed(self, criterion: &Criterion, to: f64) -> String {
        match &criterion.ask {
            Ask::Ramp { .. } | Ask::Footprint { .. } => self.say("room.share", &[("percent", &number(to * 100.0, 1))]),
            Ask::Amount { .. } | Ask::Word { .. } => self.bound(criterion, to),
        }
    }

    fn step(self, step: &RampStep, amount: &str) -> String {
        let day = step.on.map_or_else(|| self.own("ramp.now"), |day| day.to_string());
        self.say("ramp.step", &[("amount", amount), ("day", &day)])
    }

    /// What is found of each step of a ramp.
    fn steps(self, criterion: &Criterion, asked: &[RampStep], found: &[StepAnswer]) -> String {
        let said = |(asked, found): (&RampStep, &StepAnswer)| {
            let amount = self.step(asked, &self.value(criterion, &found.value));
            match found.from {
                Some(day) if found.verdict != Verdict::Pass => {
                    let enough = self.bound(criterion, asked.min);
                    self.say("ramp.later", &[("amount", &amount), ("enough", &enough), ("day", &day.to_string())])
                }
                _ => amount,
            }
        };
        asked.iter().zip(found).map(said).collect::<Vec<_>>().join(&self.list_mark())
    }

    fn value(self, criterion: &Criterion, value: &Value) -> String {
        match value {
            Value::Amount(value) => self.bound(criterion, *value),
            Value::Between { from, to: Some(to) } => {
                let (min, max) = (self.bound(criterion, *from), self.bound(criterion, *to));
                self.say("ask.between", &[("min", &min), ("max", &max)])
            }
            Value::Between { from, to: None } => self.say("ask.at_least", &[("value", &self.bound(criterion, *from))]),
            Value::Word(_) | Value::Unknown => self.unknown(),
        }
    }

    /// What is found of a criterion.
    pub(super) fn found(self, criterion: &Criterion, answer: &Answer) -> String {
        match (&criterion.ask, &answer.value, answer.verdict) {
            (Ask::Ramp { steps, .. }, _, _) if !answer.steps.is_empty() => self.steps(criterion, steps, &answer.steps),
            (Ask::Footprint { .. }, Value::Amount(share), _) => {
                self.say("room.share", &[("percent", &number(share * 100.0, 1))])
            }
            (Ask::Footprint { .. }, _, Verdict::Pass) => self.own("room.pass"),
            (Ask::Footprint { .. }, _, Verdict::Fail) => self.own("room.fail"),
            (Ask::Amount { .. } | Ask::Ramp { .. }, value, _) => self.value(criterion, value),
            (Ask::Word { quality, .. }, Value::Word(word), _) => self.word(quality, word),
            _ => self.unknown(),
        }
    }

    /// How much a criterion counts.
    pub(super) fn role(self, criterion: &Criterion) -> String {
        match criterion.role {
            Role::Must => self.own("role.must"),
            Role::Wish { weight } => self.say("role.wish", &[("weight", &weight.to_string())]),
        }
    }

    pub(super) fn source(self, said: &Said) -> String {
        if said.source.is_empty() { self.own("sources.hidden") } else { said.source.clone() }
    }

    pub(super) fn confidence(self, said: &Said) -> String {
        let word = if said.confidence.is_empty() { "none" } else { said.confidence.as_str() };
        self.own(&format!("confidence.{word}"))
    }

    /// What stands between the members of a list.
    pub(super) fn list_mark(self) -> String {
        let mark = self.own("list");
        // The space after a comma does not survive the reading of the table.
        if self == Self::En { mark + " " } else { mark }
    }

    /// Words in a row, the last one after an "and".
    pub(super) fn all_of(self, words: &[String]) -> String {
        let Some((last, others)) = words.split_last() else { return String::new() };
        if others.is_empty() {
            return last.clone();
        }
        let and = match self {
            // The spaces around the word do not survive the reading of the table.
            Self::En => " and ".to_owned(),
            Self::Zh | Self::Ja => self.list_mark(),
        };
        format!("{}{and}{last}", others.join(&self.list_mark()))
    }

    /// Two sentences after each other.
    pub(super) fn join(self, one: &str, other: &str) -> String {
        if self == Self::En { format!("{one} {other}") } else { format!("{one}{other}") }
    }

    pub(super) fn standing(self, standing: Standing) -> String {
        self.own(&format!("standing.{}", standing_key(standing)))
    }
}

pub(super) const fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Suits => "suits",
        Standing::Open => "open",
        Standing::Fails => "fails",
    }
}

/// A number with its thousands parted, and at most so many decimals.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let rest = rest.trim_end_matches('0');
    let mut parted = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    let is_nothing = whole.bytes().all(|digit| digit == b'0') && rest.is_empty();
    let sign = if value < 0.0 && !is_nothing { "−" } else { "" };
    if rest.is_empty() { format!("{sign}{parted}") } else { format!("{sign}{parted}.{rest}") }
}

/// Points as percent of the most.
pub(super) fn percent(points: u64, full: u64) -> String {
    number(share(points, full) * 100.0, 1)
}

/// Points as a share of the most, 0 to 1.
pub(super) fn share(points: u64, full: u64) -> f64 {
    if full == 0 { 0.0 } else { points as f64 / full as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Knows;

    #[test]
    fn numbers_are_parted_and_say_no_more_than_they_are() {
        let cases = [
            (0.0, 2, "0"),
            (-0.001, 2, "0"),
            (999.0, 0, "999"),
            (1_234_567.891, 2, "1,234,567.89"),
            (12.50, 2, "12.5"),
            (-1_000.0, 0, "−1,000"),
        ];
        for (value, decimals, expected) in cases {
            assert_eq!(number(value, decimals), expected);
        }
    }

    #[test]
    fn amounts_are_said_as_readers_say_them() {
        let en = Language::En;
        assert_eq!(en.amount("power", 12_500.0, "kW"), "12.5 MW");
        assert_eq!(en.amount("power", 630.0, "kW"), "630 kW");
        assert_eq!(en.amount("sewage", 8_398.79, "m³/d"), "8,399 m³/d");
        assert_eq!(en.amount("site_coverage", 0.45, ""), "45%");
        assert_eq!(Language::Ja.amount("tenure_years", 50.0, "a"), "50 年");
        assert_eq!(Language::Zh.area(66_666.67), "66,667 m²（100 亩）");
        assert_eq!(en.word("land_use", "100101"), "Industrial (100101)");
        assert_eq!(en.word("status", "no_such_word"), "no_such_word");
    }

    #[test]
    fn a_ramp_is_said_step_by_step() {
        let step = |min, on| RampStep { min, on };
        let steps = vec![step(4_000.0, None), step(12_000.0, Some(jiff::civil::date(2028, 7, 1)))];
        let ask = Ask::Ramp { quantity: "power".to_owned(), unit: "kW".to_owned(), steps };
        let asked = Criterion { role: Role::Must, ask, knows: Knows::default() };
        let found = |verdict, kw, from| StepAnswer { verdict, value: Value::Amount(kw), from, said: None };
        let answer = Answer {
            verdict: Verdict::Fail,
            value: Value::Amount(3_000.0),
            margin: Some(-1_000.0),
            from: None,
            points: 0,
            said: None,
            placement: Vec::new(),
            steps: vec![
                found(Verdict::Fail, 3_000.0, Some(jiff::civil::date(2027, 1, 1))),
                found(Verdict::Pass, 12_000.0, None),
            ],
            step: Some(0),
            lacking: String::new(),
        };
        let en = Language::En;
        assert_eq!(en.asked(&asked), "4 MW from the day of the brief, 12 MW from 2028-07-01");
        let said = "3 MW from the day of the brief (only; 4 MW from 2027-01-01), 12 MW from 2028-07-01";
        assert_eq!(en.found(&asked, &answer), said);
        assert_eq!(en.given_way(&asked, &Instead::Bound(8_000.0)), "8 MW from 2028-07-01");
        assert_eq!(en.given_way(&asked, &Instead::Bound(3_000.0)), "3 MW from the day of the brief");
        assert_eq!((en.subject(&asked), en.changed(&asked, 0.75)), ("Power".to_owned(), "75% of it".to_owned()));
        let ask = Ask::Footprint { width_m: 120.0, depth_m: 80.0 };
        let hall = Criterion { role: Role::Wish { weight: 5 }, ask, knows: Knows::default() };
        let part =
            Answer { verdict: Verdict::Pass, value: Value::Amount(0.64), steps: Vec::new(), step: None, ..answer };
        assert_eq!(en.found(&hall, &part), "64% of it");
    }
}
