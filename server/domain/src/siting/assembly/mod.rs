//! Adjacent parcels that together are what none of them is alone.

mod borders;
mod connected;
mod joint;
mod search;
#[cfg(test)]
mod tests;

pub use borders::{Barrier, Borders, LEAST_BORDER_M};
pub use connected::MOST_JOINED;
pub use joint::Between;
pub(super) use joint::{joint_room, together};
pub(super) use search::search;
pub use search::{Assemblies, Assembly};

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::brief::{Brief, Criterion, Need, WishOf};
use super::candidate::{Told, Value};
use super::fit::{Fit, Lacking, Placement};
use super::judge::{Answer, Verdict, meets, narrowest};
use super::quantity::Quality;
use super::ramp::Ramp;
use super::score::joint_ramp_worth;
use super::table::Places;
use super::value::FULL_VALUE;
use super::{Place, Standing};
use crate::record::Code;
use joint::room;

/// What is found of a criterion of several parcels together.
#[derive(Debug, Clone, PartialEq)]
pub struct JointAnswer {
    /// What is found; of a wish, whether anything is known.
    pub verdict: Verdict,
    /// How much there is of an amount; none where nothing is known.
    pub amount: Option<Between>,
    /// The word that all have; none where they differ, or one is not known.
    pub word: Option<String>,
    /// Who says so, where somebody does of each: all of them, with the day of the oldest and the least confidence.
    pub told: Option<Told>,
    /// Of a building that has room: where; of one that is wished, where as much of it as there is room for.
    pub placement: Option<Placement>,
    /// Of a building of which it is not known whether it has room: what would have to be.
    pub lacking: Option<Lacking>,
    /// How much of a building that is wished has room, as a share of its area, 0 to 1.
    pub share: Option<f64>,
    /// Of a ramp: what is found of each step.
    pub steps: Vec<JointStep>,
    /// Of a ramp: the step that binds, whose amount and source these are.
    pub step: Option<usize>,
    /// What it is worth of a wish, parts per million.
    pub worth: u32,
}

/// What is found of a step of a ramp.
#[derive(Debug, Clone, PartialEq)]
pub struct JointStep {
    /// Whether it is met.
    pub verdict: Verdict,
    /// How much there is on its day; none where nothing is known.
    pub amount: Option<Between>,
    /// Who says so, where somebody does of each: all of them, with the day of the oldest and the least confidence.
    pub told: Option<Told>,
}

/// Several parcels together, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct JointPlace {
    /// How they stand to the musts.
    pub standing: Standing,
    /// The answer to each criterion of the brief, in its order.
    pub answers: Vec<JointAnswer>,
    /// As of a [`Place`].
    pub binding: Option<usize>,
}

impl JointPlace {
    /// The points that they have for sure, and those that they would have if all that is unknown were as wished.
    pub fn points(&self, brief: &Brief) -> (u64, u64) {
        brief.wishes().fold((0, 0), |(score, possible), (index, wish)| {
            let (answer, weight) = (&self.answers[index], u64::from(wish.weight));
            let most = if answer.verdict == Verdict::Unknown { FULL_VALUE } else { answer.worth };
            (score + weight * u64::from(answer.worth), possible + weight * u64::from(most))
        })
    }

    /// The same as one place under a code and with its points, at the least that it has of each amount for sure.
    pub fn as_one(&self, brief: &Brief, code: Code, (score, possible): (u64, u64)) -> Place {
        let answer = |answer: &JointAnswer| Answer {
            value: match (&answer.word, answer.amount) {
                (Some(word), _) => Value::Word(word.clone()),
                (None, Some(amount)) => Value::Amount(amount.from),
                (None, None) => answer.share.map_or(Value::Unknown, Value::Amount),
            },
            step: answer.step,
            worth: answer.worth,
            ..Answer::nothing(answer.verdict)
        };
        let answers: Vec<Answer> = self.answers.iter().map(answer).collect();
        let weight = |criterion: &Criterion| criterion.wish().map_or(0, |wish| u64::from(wish.weight));
        let points = brief.criteria().iter().zip(&answers);
        let points = points.map(|(criterion, answer)| weight(criterion) * u64::from(answer.worth)).collect();
        Place { code, standing: self.standing, answers, points, score, possible, binding: self.binding }
    }
}

/// Several parcels together, with every answer in the order of the brief.
pub fn explain_joint(brief: &Brief, places: &(impl Places + ?Sized), rows: &[u32]) -> JointPlace {
    let answers: Vec<JointAnswer> =
        brief.criteria().iter().map(|criterion| answer(brief, criterion, places, rows)).collect();
    let standing = brief.musts().map(|(index, _)| match answers[index].verdict {
        Verdict::Pass => Standing::Suits,
        Verdict::Unknown => Standing::Open,
        Verdict::Fail => Standing::Fails,
    });
    let standing = standing.max().unwrap_or(Standing::Suits);
    let candidates: Vec<_> = rows.iter().map(|row| places.candidate(*row)).collect();
    let has_room = |footprint| matches!(room(footprint, &candidates), Fit::Fits(_));
    let amount = |index: usize| answers[index].amount.map(|amount| (amount.from, amount.to));
    let suits = standing == Standing::Suits;
    let binding = suits.then(|| narrowest(brief, |index| answers[index].step, amount, has_room)).flatten();
    JointPlace { standing, answers, binding }
}

fn answer(brief: &Brief, criterion: &Criterion, places: &(impl Places + ?Sized), rows: &[u32]) -> JointAnswer {
    let candidates = || rows.iter().map(|row| places.candidate(*row));
    let none = JointAnswer {
        verdict: Verdict::Unknown,
        amount: None,
        word: None,
        told: None,
        placement: None,
        lacking: None,
        share: None,
        steps: Vec::new(),
        step: None,
        worth: 0,
    };
    let of_amount = |quantity, on: Option<Date>| {
        let day = on.unwrap_or(brief.day());
        let parts: Vec<(f64, f64)> =
            candidates().map(|one| (one.amount(quantity, day).unwrap_or(f64::NAN), one.area_m2)).collect();
        let told = all_told(candidates().map(|one| one.told_amount(quantity, day)).collect());
        (together(quantity, parts.into_iter()), told)
    };
    let of_word = |quality, among: &BTreeSet<String>| {
        let found: Vec<Option<bool>> =
            candidates().map(|one| one.word(quality).map(|word| meets(quality, word, among))).collect();
        // One that is known not to be wished is enough; of the others each has to be known.
        let all = if found.contains(&Some(false)) { Some(false) } else { (!found.contains(&None)).then_some(true) };
        let told = all_told(candidates().map(|one| one.told_word(quality)).collect());
        (all, JointAnswer { word: one_word(places, rows, quality), told, ..none.clone() })
    };
    let of_ramp = |ramp: &Ramp| {
        let step = |(on, min): (Date, f64)| {
            let (amount, told) = of_amount(ramp.quantity, Some(on));
            let verdict = amount.map_or(Verdict::Unknown, |amount| amount.verdict(Some(min), None));
            JointStep { verdict, amount, told }
        };
        let steps: Vec<JointStep> = ramp.on_days(brief.day()).map(step).collect();
        let verdict = worst(steps.iter().map(|step| step.verdict));
        // The one that is not met; of those that are, or of which nobody knows, the one of which least is there for sure.
        let least: Vec<Option<f64>> = steps.iter().map(|step| step.amount.map(|amount| amount.from)).collect();
        let at = steps.iter().position(|step| step.verdict == Verdict::Fail).or_else(|| ramp.binding(&least));
        let binding = at.and_then(|at| steps.get(at)).cloned();
        let (amount, told) = binding.map_or((None, None), |step| (step.amount, step.told));
        JointAnswer { verdict, amount, told, steps, step: at, ..none.clone() }
    };
    match criterion {
        Criterion::Must(Need::Amount { quantity, min, max, on }) => {
            let (amount, told) = of_amount(*quantity, *on);
            let verdict = amount.map_or(Verdict::Unknown, |amount| amount.verdict(*min, *max));
            JointAnswer { verdict, amount, told, ..none }
        }
        Criterion::Must(Need::Word { quality, among }) => {
            let (all, answer) = of_word(*quality, among);
            let verdict = match all {
                Some(true) => Verdict::Pass,
                Some(false) => Verdict::Fail,
                None => Verdict::Unknown,
            };
            JointAnswer { verdict, ..answer }
        }
        Criterion::Must(Need::Footprint(footprint)) => {
            let candidates: Vec<_> = candidates().collect();
            match room(*footprint, &candidates) {
                Fit::Fits(placement) => JointAnswer { verdict: Verdict::Pass, placement: Some(placement), ..none },
                Fit::Fails => JointAnswer { verdict: Verdict::Fail, ..none },
                Fit::Unknown(lacking) => JointAnswer { lacking: Some(lacking), ..none },
            }
        }
        Criterion::Must(Need::Ramp(ramp)) => of_ramp(ramp),
        Criterion::Wish(wish) => match &wish.of {
            WishOf::Amount { quantity, anchors, on } => {
                let (amount, told) = of_amount(*quantity, *on);
                let worth = amount.and_then(|amount| amount.worth(*anchors));
                let verdict = if worth.is_some() { Verdict::Pass } else { Verdict::Unknown };
                JointAnswer { verdict, amount, told, worth: worth.unwrap_or(0), ..none }
            }
            WishOf::Word { quality, among } => {
                let (all, answer) = of_word(*quality, among);
                let verdict = if all.is_some() { Verdict::Pass } else { Verdict::Unknown };
                JointAnswer { verdict, worth: if all == Some(true) { FULL_VALUE } else { 0 }, ..answer }
            }
            WishOf::Footprint(footprint) => {
                let candidates: Vec<_> = candidates().collect();
                let Some(found) = joint_room(*footprint, &candidates) else {
                    return JointAnswer { lacking: room(*footprint, &candidates).lacking(), ..none };
                };
                let (share, placement, worth) = (Some(found.area_share()), found.placement, found.worth());
                JointAnswer { verdict: Verdict::Pass, share, placement, worth, ..none }
            }
            WishOf::Ramp(ramp) => {
                let found = of_ramp(ramp);
                let amounts: Vec<Option<Between>> = found.steps.iter().map(|step| step.amount).collect();
                let worth = joint_ramp_worth(ramp, &amounts);
                let verdict = if worth.is_some() { Verdict::Pass } else { Verdict::Unknown };
                JointAnswer { verdict, worth: worth.unwrap_or(0), ..found }
            }
        },
    }
}

/// Who says what is said of some parcels; none where nobody is named for one of them.
fn all_told(told: Vec<Option<Told>>) -> Option<Told> {
    let told: Vec<Told> = told.into_iter().collect::<Option<_>>()?;
    let mut sources: Vec<&str> = Vec::new();
    for one in &told {
        if !sources.contains(&one.source.as_str()) {
            sources.push(&one.source);
        }
    }
    let confidence = told.iter().map(|one| one.confidence).collect::<Option<Vec<_>>>();
    Some(Told {
        source: sources.join("; "),
        as_of: told.iter().map(|one| one.as_of).min()?,
        // High comes before low.
        confidence: confidence.and_then(|all| all.into_iter().max()),
    })
}

/// What is found of all of some steps: one that is not met is enough to fail.
fn worst(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    let has = |wanted| verdicts.clone().any(|verdict| verdict == wanted);
    if has(Verdict::Fail) {
        Verdict::Fail
    } else if has(Verdict::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Pass
    }
}

/// The word that all have.
fn one_word(places: &(impl Places + ?Sized), rows: &[u32], quality: Quality) -> Option<String> {
    let (first, others) = rows.split_first()?;
    let of = |row: &u32| places.candidate(*row).word(quality).map(str::to_owned);
    let word = of(first)?;
    others.iter().all(|row| of(row).as_ref() == Some(&word)).then_some(word)
}
