//! Second opinions: what other methods make of the same places, wishes and weights.
//!
//! These compare places with each other, so another place can change the order of two; that is why none of them makes the
//! score. They look at amounts as they are, without value functions. Where they agree with the score, the first place does
//! not hang on the method.

use super::Place;
use super::brief::{Brief, Criterion, WishOf};
use super::candidate::Value;
use super::judge::{Verdict, meets};
use crate::record::terms;

terms! {
    /// A way to weigh places against each other.
    Method, "method";
    /// Nearness to the best and distance from the worst of each column, after columns are brought to 0 to 1 (Hwang and Yoon,
    /// *Multiple Attribute Decision Making*, 1981).
    Topsis = "topsis",
    /// A compromise between the sum of regrets and the largest one, weighed evenly (Opricovic and Tzeng, EJOR 156, 2004).
    Vikor = "vikor",
    /// Who is preferred to how many others, in each column by more than nothing (Brans and Vincke, Management Science 31,
    /// 1985).
    PrometheeIi = "promethee_ii",
}

/// Rows are alternatives, columns criteria.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Amounts by row and column, finite; all rows as long as `weights`.
    pub rows: Vec<Vec<f64>>,
    /// Of each column; they add up to 1.
    pub weights: Vec<f64>,
    /// Of each column whether more of it is better.
    pub more_is_better: Vec<bool>,
}

impl Decision {
    /// How good each row is by a method: the more the better.
    pub fn scores(&self, method: Method) -> Vec<f64> {
        match method {
            Method::Topsis => self.topsis(),
            Method::Vikor => self.vikor().into_iter().map(|q| -q).collect(),
            Method::PrometheeIi => self.promethee(),
        }
    }

    /// The columns brought to 0 for the worst to 1 for the best; where all are the same, 0.
    fn good(&self) -> Vec<Vec<f64>> {
        let columns = 0..self.weights.len();
        let bounds: Vec<(f64, f64)> = columns
            .map(|column| {
                let values = self.rows.iter().map(|row| row[column]);
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
            })
            .collect();
        let good = |(column, value): (usize, &f64)| {
            let (low, high) = bounds[column];
            match (high > low, self.more_is_better[column]) {
                (false, _) => 0.0,
                (true, true) => (value - low) / (high - low),
                (true, false) => (high - value) / (high - low),
            }
        };
        self.rows.iter().map(|row| row.iter().enumerate().map(good).collect()).collect()
    }

    fn topsis(&self) -> Vec<f64> {
        let good = self.good();
        let best = (0..self.weights.len()).map(|column| good.iter().map(|row| row[column]).fold(0.0, f64::max));
        let best: Vec<f64> = best.collect();
        let score = |row: &Vec<f64>| {
            let away = |from: &[f64]| -> f64 {
                let parts = row.iter().zip(from).zip(&self.weights);
                parts.map(|((value, from), weight)| (weight * (value - from)).powi(2)).sum::<f64>().sqrt()
            };
            let (from_best, from_worst) = (away(&best), away(&vec![0.0; row.len()]));
            if from_best + from_worst > 0.0 { from_worst / (from_best + from_worst) } else { 0.0 }
        };
        good.iter().map(score).collect()
    }

    /// Q of VIKOR: 0 for the best.
    fn vikor(&self) -> Vec<f64> {
        let regrets = |row: &Vec<f64>| -> Vec<f64> {
            row.iter().zip(&self.weights).map(|(good, weight)| weight * (1.0 - good)).collect()
        };
        let varied = self.varied();
        let regrets: Vec<Vec<f64>> = self
            .good()
            .iter()
            .map(|row| {
                regrets(row)
                    .into_iter()
                    .zip(&varied)
                    .map(|(regret, varied)| if *varied { regret } else { 0.0 })
                    .collect()
            })
            .collect();
        let sums: Vec<f64> = regrets.iter().map(|row| row.iter().sum()).collect();
        let most: Vec<f64> = regrets.iter().map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
        sums.iter().zip(&most).map(|(sum, one)| 0.5 * part(*sum, &sums) + 0.5 * part(*one, &most)).collect()
    }

    /// Which columns differ from row to row.
    fn varied(&self) -> Vec<bool> {
        let differs = |column: usize| self.rows.iter().any(|row| row[column].total_cmp(&self.rows[0][column]).is_ne());
        (0..self.weights.len()).map(differs).collect()
    }

    /// The net flow of PROMETHEE II with the usual preference.
    fn promethee(&self) -> Vec<f64> {
        let others = (self.rows.len().max(2) - 1) as f64;
        let flow = |row: &Vec<f64>| -> f64 {
            let against = |other: &Vec<f64>| -> f64 {
                let columns = row.iter().zip(other).zip(self.weights.iter().zip(&self.more_is_better));
                let preferred = columns.map(|((own, theirs), (weight, more))| {
                    let better = if *more { own.partial_cmp(theirs) } else { theirs.partial_cmp(own) };
                    weight * better.map_or(0.0, |order| f64::from(order as i8))
                });
                preferred.sum()
            };
            self.rows.iter().map(against).sum::<f64>() / others
        };
        self.rows.iter().map(flow).collect()
    }
}

/// Where a value lies between the least and the most of all; 0 where they are the same.
fn part(value: f64, all: &[f64]) -> f64 {
    let (low, high) =
        all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(*one), high.max(*one)));
    if high > low { (value - low) / (high - low) } else { 0.0 }
}

/// What a method says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The method.
    pub method: Method,
    /// Places by their index among those that were given, the best first; of equals the one that was given first.
    pub order: Vec<usize>,
}

/// What each method says of explained places: of those of which everything is known that is wished, by the wishes that have a
/// weight. None if there are fewer than two such places, or no such wish.
pub fn opinions(brief: &Brief, places: &[&Place]) -> Vec<Opinion> {
    let wishes: Vec<(usize, f64)> = brief
        .wishes()
        .filter(|(_, wish)| wish.weight > 0)
        .map(|(index, wish)| (index, f64::from(wish.weight)))
        .collect();
    let whole: f64 = wishes.iter().map(|(_, weight)| weight).sum();
    let row = |place: &Place| {
        wishes.iter().map(|(index, _)| amount(&brief.criteria()[*index], place, *index)).collect::<Option<Vec<f64>>>()
    };
    let (known, rows): (Vec<usize>, Vec<Vec<f64>>) =
        places.iter().enumerate().filter_map(|(at, place)| Some((at, row(place)?))).unzip();
    if wishes.is_empty() || known.len() < 2 {
        return Vec::new();
    }
    let more_is_better = wishes.iter().map(|(index, _)| match &brief.criteria()[*index] {
        Criterion::Wish(wish) => match &wish.of {
            WishOf::Amount { anchors, .. } => anchors.full > anchors.none,
            WishOf::Word { .. } | WishOf::Footprint(_) | WishOf::Ramp(_) => true,
        },
        Criterion::Must(_) => true,
    });
    let decision = Decision {
        weights: wishes.iter().map(|(_, weight)| weight / whole).collect(),
        more_is_better: more_is_better.collect(),
        rows,
    };
    let opinion = |method: &Method| {
        let scores = decision.scores(*method);
        let mut order: Vec<usize> = (0..known.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        Opinion { method: *method, order: order.into_iter().map(|at| known[at]).collect() }
    };
    Method::ALL.iter().map(opinion).collect()
}

/// How much a place has of what is wished; of words whether it has one.
fn amount(criterion: &Criterion, place: &Place, index: usize) -> Option<f64> {
    let answer = &place.answers[index];
    match (&answer.value, criterion.wish().map(|wish| &wish.of)) {
        // Of a ramp the amount is that of one step, and the next place may be bound by another.
        (_, Some(WishOf::Ramp(_))) => (answer.verdict == Verdict::Pass).then(|| f64::from(answer.worth)),
        (Value::Amount(amount), _) => Some(*amount),
        (Value::Word(word), Some(WishOf::Word { quality, among })) => {
            Some(f64::from(u8::from(meets(*quality, word, among))))
        }
        _ => None,
    }
}
