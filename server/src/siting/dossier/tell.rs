//! What the answer to a brief says, as a dossier says it.

use std::str::FromStr;

use cloudsite_domain::siting::Quantity;
use cloudsite_dossier::{
    Answer, Ask, Change, Criterion, Interval, Ranked, Relaxation, Role, Said, Share, Standing, Step, Value, Verdict,
};
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

/// What is asked. The brief has been answered, so it makes sense; of what does not there would be nothing to say.
pub(super) fn brief(brief: &wire::Brief) -> Vec<Criterion> {
    brief.criteria.iter().filter_map(|criterion| criterion.ask.as_ref()).map(criterion).collect()
}

fn criterion(ask: &wire::criterion::Ask) -> Criterion {
    use wire::criterion::Ask as Wire;
    match ask {
        Wire::AmountMust(must) => {
            Criterion { role: Role::Must, ask: amount(&must.quantity, (must.min, must.max), (None, None), &must.on) }
        }
        Wire::AmountWish(wish) => {
            let usual = Quantity::from_str(&wish.quantity).map(Quantity::anchors).ok();
            let none = wish.none.or(usual.map(|anchors| anchors.none));
            let full = wish.full.or(usual.map(|anchors| anchors.full));
            Criterion {
                role: Role::Wish { weight: wish.weight },
                ask: amount(&wish.quantity, (None, None), (none, full), &wish.on),
            }
        }
        Wire::WordMust(must) => Criterion { role: Role::Must, ask: word(&must.quality, &must.among) },
        Wire::WordWish(wish) => {
            Criterion { role: Role::Wish { weight: wish.weight }, ask: word(&wish.quality, &wish.among) }
        }
        Wire::FootprintMust(must) => {
            Criterion { role: Role::Must, ask: Ask::Footprint { width_m: must.width_m, depth_m: must.depth_m } }
        }
    }
}

fn amount(
    quantity: &str,
    (min, max): (Option<f64>, Option<f64>),
    (none, full): (Option<f64>, Option<f64>),
    on: &str,
) -> Ask {
    let unit = Quantity::from_str(quantity).map(Quantity::unit).unwrap_or_default().to_owned();
    Ask::Amount { quantity: quantity.to_owned(), unit, min, max, none, full, on: on.parse().ok() }
}

fn word(quality: &str, among: &[String]) -> Ask {
    Ask::Word { quality: quality.to_owned(), among: among.to_vec() }
}

/// A place's code, of its name.
pub(super) fn code_of(name: &str) -> String {
    name.strip_prefix("parcels/").unwrap_or(name).to_owned()
}

pub(super) fn ranked(rank: u32, place: &wire::Place) -> Ranked {
    Ranked {
        parcel: code_of(&place.parcel),
        rank,
        standing: standing(place.standing()),
        points: place.points,
        possible_points: place.possible_points,
    }
}

pub(super) const fn standing(standing: wire::Standing) -> Standing {
    match standing {
        wire::Standing::Suits => Standing::Suits,
        wire::Standing::Open => Standing::Open,
        wire::Standing::Fails | wire::Standing::Unspecified => Standing::Fails,
    }
}

pub(super) fn answer(answer: &wire::Answer) -> Answer {
    let as_of: Option<Date> = answer.as_of.parse().ok();
    Answer {
        verdict: match answer.verdict() {
            wire::Verdict::Pass => Verdict::Pass,
            wire::Verdict::Fail => Verdict::Fail,
            wire::Verdict::Unknown | wire::Verdict::Unspecified => Verdict::Unknown,
        },
        value: match &answer.value {
            Some(wire::answer::Value::Amount(amount)) => Value::Amount(*amount),
            Some(wire::answer::Value::Word(word)) => Value::Word(word.clone()),
            None => Value::Unknown,
        },
        margin: answer.margin,
        from: answer.from.parse().ok(),
        points: answer.points,
        said: as_of.map(|as_of| Said { source: answer.source.clone(), as_of, confidence: answer.confidence.clone() }),
        placement: answer.placement.chunks_exact(2).map(|at| [at[0], at[1]]).collect(),
    }
}

pub(super) fn change(change: &wire::Change) -> Change {
    Change { criterion: change.criterion as usize, to: change.to }
}

pub(super) fn relaxation(relaxation: &wire::Relaxation) -> Relaxation {
    let step = |step: &wire::RelaxationStep| Step { bound: step.bound, opens: step.opens };
    Relaxation {
        criterion: relaxation.criterion as usize,
        alone: relaxation.alone,
        unknown: relaxation.unknown,
        steps: relaxation.steps.iter().map(step).collect(),
    }
}

pub(super) fn interval(interval: &wire::WeightInterval) -> Interval {
    Interval { criterion: interval.criterion as usize, from: interval.from, to: interval.to }
}

pub(super) fn share(share: &wire::RankShare) -> Share {
    Share { parcel: code_of(&share.parcel), first: share.first }
}
