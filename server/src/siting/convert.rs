//! Briefs and selections as the wire has them.

use std::collections::BTreeSet;
use std::str::FromStr;

use cloudsite_domain::record::Code;
use cloudsite_domain::siting::assembly::{Between, JointAnswer, JointStep, explain_joint};
use cloudsite_domain::siting::{
    Anchors, Answer, Brief, Change, Criterion, Footprint, Interval, Lacking, Need, Opinion, Place, Placement, Quality,
    Quantity, Ramp, RampStep, Ranked, Relaxation, Selection, Set, Standing, StepAnswer, Then, Told, Value, Verdict,
    Way, Wish, WishOf, opinions, overtaking,
};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::{AmountMust, AmountWish};
use jiff::civil::Date;

use crate::grpc::Refusal;
use crate::record::Sites;

/// Places that a second opinion names at most.
const MOST_IN_AN_OPINION: usize = 5;

/// Reads a brief; `today` is the day of one that names none.
pub(super) fn brief(brief: wire::Brief, today: Date) -> Result<Brief, Refusal> {
    let day = day("brief.day", &brief.day)?.unwrap_or(today);
    let criteria = brief.criteria.into_iter().enumerate();
    let criteria = criteria.map(|(index, criterion)| criterion_of(criterion, &format!("brief.criteria[{index}]")));
    let criteria = criteria.collect::<Result<Vec<_>, _>>()?;
    Brief::new(criteria, day).map_err(|found| {
        Refusal::Fields(
            found.into_iter().map(|invalid| (format!("brief.{}", invalid.field), invalid.problem)).collect(),
        )
    })
}

/// Whether something is asked that only floors have.
pub(super) fn is_of_floors(brief: &wire::Brief) -> bool {
    use wire::criterion::Ask;
    brief.criteria.iter().filter_map(|criterion| criterion.ask.as_ref()).any(|ask| match ask {
        Ask::AmountMust(AmountMust { quantity, .. }) | Ask::AmountWish(AmountWish { quantity, .. }) => {
            quantity.parse().is_ok_and(Quantity::is_of_floors)
        }
        Ask::RampMust(_)
        | Ask::RampWish(_)
        | Ask::WordMust(_)
        | Ask::WordWish(_)
        | Ask::FootprintMust(_)
        | Ask::FootprintWish(_) => false,
    })
}

/// A day of a request; none where it says none.
pub(super) fn day(field: &str, text: &str) -> Result<Option<Date>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| Refusal::field(field, format!("is no day: {error}")))
}

/// A word of a vocabulary.
pub(super) fn term<T: FromStr<Err: ToString>>(field: String, word: &str) -> Result<T, Refusal> {
    word.parse().map_err(|error: T::Err| Refusal::field(field, error.to_string()))
}

fn criterion_of(criterion: wire::Criterion, at: &str) -> Result<Criterion, Refusal> {
    use wire::criterion::Ask;
    let ask = criterion.ask.ok_or_else(|| Refusal::field(at, "asks nothing"))?;
    let words = |among: Vec<String>| among.into_iter().collect::<BTreeSet<_>>();
    Ok(match ask {
        Ask::AmountMust(must) => Criterion::Must(Need::Amount {
            quantity: term(format!("{at}.quantity"), &must.quantity)?,
            min: must.min,
            max: must.max,
            on: day(&format!("{at}.on"), &must.on)?,
        }),
        Ask::WordMust(must) => Criterion::Must(Need::Word {
            quality: term::<Quality>(format!("{at}.quality"), &must.quality)?,
            among: words(must.among),
        }),
        Ask::FootprintMust(must) => {
            Criterion::Must(Need::Footprint(Footprint { width_m: must.width_m, depth_m: must.depth_m }))
        }
        Ask::FootprintWish(wish) => {
            let of = WishOf::Footprint(Footprint { width_m: wish.width_m, depth_m: wish.depth_m });
            Criterion::Wish(Wish { weight: wish.weight, of })
        }
        Ask::RampMust(must) => Criterion::Must(Need::Ramp(ramp(&must.quantity, &must.steps, at)?)),
        Ask::RampWish(wish) => {
            let of = WishOf::Ramp(ramp(&wish.quantity, &wish.steps, at)?);
            Criterion::Wish(Wish { weight: wish.weight, of })
        }
        Ask::AmountWish(wish) => {
            let quantity: Quantity = term(format!("{at}.quantity"), &wish.quantity)?;
            let anchors = match (wish.none, wish.full) {
                (None, None) => quantity.anchors(),
                (Some(none), Some(full)) => Anchors { none, full },
                // One of them with the other as it is here could turn a wish round.
                _ => return Err(Refusal::field(format!("{at}.full"), "none and full are given together, or neither")),
            };
            let on = day(&format!("{at}.on"), &wish.on)?;
            Criterion::Wish(Wish { weight: wish.weight, of: WishOf::Amount { quantity, anchors, on } })
        }
        Ask::WordWish(wish) => Criterion::Wish(Wish {
            weight: wish.weight,
            of: WishOf::Word { quality: term(format!("{at}.quality"), &wish.quality)?, among: words(wish.among) },
        }),
    })
}

fn ramp(quantity: &str, steps: &[wire::RampStep], at: &str) -> Result<Ramp, Refusal> {
    let step = |(index, step): (usize, &wire::RampStep)| -> Result<RampStep, Refusal> {
        Ok(RampStep { min: step.min, on: day(&format!("{at}.steps[{index}].on"), &step.on)? })
    };
    let steps = steps.iter().enumerate().map(step).collect::<Result<_, Refusal>>()?;
    Ok(Ramp { quantity: term(format!("{at}.quantity"), quantity)?, steps })
}

/// The first place, if it suits.
pub(super) fn first(places: &[(Place, u64)]) -> Option<&Place> {
    places.first().map(|(place, _)| place).filter(|place| place.standing == Standing::Suits)
}

/// What a brief came to, but for the revision that it was asked of.
pub(super) fn reply(
    brief: &Brief,
    selection: &Selection,
    places: &[(Place, u64)],
    named: &[(Place, u64)],
    sites: Sites<'_>,
) -> wire::MatchResponse {
    let range = |quantity, day| sites.table().range(&sites, quantity, day);
    let shares = selection.shares.iter().map(|share| wire::RankShare { parcel: name(&share.code), first: share.first });
    let first = first(places);
    let told = |places: &[(Place, u64)]| {
        places.iter().map(|(one, id)| wire::Place { id: *id, ..place(brief, one, first, range) }).collect()
    };
    wire::MatchResponse {
        revision: 0,
        day: brief.day().to_string(),
        suits: selection.suits,
        open: selection.open,
        fails: selection.fails,
        untried: selection.untried,
        full_points: selection.full,
        places: told(places),
        named: told(named),
        relaxations: selection.relaxations.iter().map(relaxation).collect(),
        sets: selection.sets.iter().map(set).collect(),
        intervals: selection.intervals.iter().map(interval).collect(),
        shares: shares.collect(),
        opinions: second_opinions(brief, places),
        ..Default::default()
    }
}

pub(super) fn interval(interval: &Interval) -> wire::WeightInterval {
    wire::WeightInterval { criterion: interval.criterion as u32, from: interval.from, to: interval.to }
}

pub(super) fn relaxation(relaxation: &Relaxation) -> wire::Relaxation {
    use wire::relaxation_step::To;
    let steps = relaxation.steps.iter().map(|step| wire::RelaxationStep {
        to: Some(match &step.to {
            Way::Bound(bound) => To::Bound(*bound),
            Way::Word(word) => To::Word(word.clone()),
            Way::Part(part) => To::Part(*part),
        }),
        opens: step.opens,
        opens_at_least: step.is_least,
        first: name(&step.first),
    });
    wire::Relaxation {
        criterion: relaxation.criterion as u32,
        alone: relaxation.alone,
        unknown: relaxation.unknown,
        steps: steps.collect(),
    }
}

fn set(set: &Set) -> wire::MustSet {
    wire::MustSet { criteria: set.criteria.iter().map(|index| *index as u32).collect(), parcels: set.places }
}

/// Places that suit and places that are open, by their ids.
pub(super) fn coloured(places: &[(Standing, Ranked)], sites: Sites<'_>) -> wire::Coloured {
    let of = |standing| places.iter().filter(move |place| place.0 == standing).map(|(_, ranked)| ranked);
    let ids = |standing| of(standing).map(|ranked| sites.entry(ranked.row).id.0).collect();
    wire::Coloured {
        suits: ids(Standing::Suits),
        points: of(Standing::Suits).map(|ranked| ranked.score).collect(),
        open: ids(Standing::Open),
    }
}

fn second_opinions(brief: &Brief, places: &[(Place, u64)]) -> Vec<wire::Opinion> {
    let suits = places.iter().map(|(place, _)| place).filter(|place| place.standing == Standing::Suits);
    let suits: Vec<&Place> = suits.collect();
    let opinion = |opinion: Opinion| wire::Opinion {
        method: opinion.method.to_string(),
        parcels: opinion.order.into_iter().take(MOST_IN_AN_OPINION).map(|at| name(&suits[at].code)).collect(),
    };
    opinions(brief, &suits).into_iter().map(opinion).collect()
}

pub(super) fn name(code: &Code) -> String {
    format!("parcels/{code}")
}

/// A place but for its id. `first` is the first of those that suit, `range` what places are known to have (see
/// [`overtaking`]).
pub(super) fn place(
    brief: &Brief,
    place: &Place,
    first: Option<&Place>,
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> wire::Place {
    let taken = taken(brief, place, first, range);
    wire::Place {
        parcel: name(&place.code),
        id: 0,
        standing: standing_of(place.standing).into(),
        points: place.score,
        possible_points: place.possible,
        answers: place.answers.iter().zip(&place.points).map(|(found, points)| answer(found, *points)).collect(),
        binding: place.binding.map(|index| index as u32),
        changes: taken.changes,
        together: taken.together,
        musts_suffice: taken.musts_suffice,
    }
}

/// What it would take for a place to be the first, once it passes every must.
struct Taken {
    changes: Vec<wire::Change>,
    together: bool,
    musts_suffice: bool,
}

fn taken(
    brief: &Brief,
    place: &Place,
    first: Option<&Place>,
    range: impl Fn(Quantity, Date) -> Option<(f64, f64)>,
) -> Taken {
    let (changes, together, musts_suffice) = match overtaking(brief, place, first, range).then {
        Then::IsEnough => (Vec::new(), false, true),
        Then::AnyOf(changes) => (changes, false, false),
        Then::AllOf(changes) => (changes, true, false),
        Then::NotKnown => (Vec::new(), false, false),
    };
    let change = |change: Change| wire::Change { criterion: change.criterion as u32, to: change.to };
    Taken { changes: changes.into_iter().map(change).collect(), together, musts_suffice }
}

/// Parcels that are joined, with every answer; `first` is the first parcel that suits.
pub(super) fn assembly(brief: &Brief, sites: Sites<'_>, rows: &[u32], first: Option<&Place>) -> wire::Assembly {
    let joint = explain_joint(brief, &sites, rows);
    let (points, possible_points) = joint.points(brief);
    let entries = || rows.iter().map(|row| sites.entry(*row));
    let answers = brief.criteria().iter().zip(&joint.answers).map(|(criterion, found)| {
        let weight = criterion.wish().map_or(0, |wish| u64::from(wish.weight));
        joint_answer(found, weight * u64::from(found.worth))
    });
    let answers = answers.collect();
    let code = entries().map(|entry| entry.feature.code.clone()).next();
    let as_one = code.map(|code| joint.as_one(brief, code, (points, possible_points)));
    let range = |quantity, day| sites.table().range(&sites, quantity, day);
    let taken = as_one.map(|place| taken(brief, &place, first, range));
    let (changes, together, musts_suffice) =
        taken.map_or_else(Default::default, |taken| (taken.changes, taken.together, taken.musts_suffice));
    wire::Assembly {
        parcels: entries().map(|entry| name(&entry.feature.code)).collect(),
        ids: entries().map(|entry| entry.id.0).collect(),
        area_m2: entries().map(|entry| entry.feature.shape.area_m2()).sum(),
        standing: standing_of(joint.standing).into(),
        points,
        possible_points,
        answers,
        binding: joint.binding.map(|index| index as u32),
        changes,
        together,
        musts_suffice,
    }
}

fn joint_answer(answer: &JointAnswer, points: u64) -> wire::Answer {
    let amount = answer.amount.map(|amount| amount.from).or(answer.share).map(wire::answer::Value::Amount);
    wire::Answer {
        verdict: verdict_of(answer.verdict).into(),
        value: amount.or_else(|| answer.word.clone().map(wire::answer::Value::Word)),
        up_to: up_to(answer.amount),
        points,
        steps: answer.steps.iter().map(joint_step).collect(),
        step: answer.step.map(|step| step as u32),
        placement: corners(answer.placement.as_ref()),
        lacking: lacking(answer.lacking),
        ..told_by(answer.told.as_ref())
    }
}

/// The most that an amount can be, where that is not the least.
fn up_to(amount: Option<Between>) -> Option<f64> {
    amount.filter(|amount| amount.to > amount.from).map(|amount| amount.to)
}

fn joint_step(step: &JointStep) -> wire::StepAnswer {
    wire::StepAnswer {
        verdict: verdict_of(step.verdict).into(),
        amount: step.amount.map(|amount| amount.from),
        up_to: up_to(step.amount),
        ..step_told_by(step.told.as_ref())
    }
}

fn step_answer(step: &StepAnswer) -> wire::StepAnswer {
    wire::StepAnswer {
        verdict: verdict_of(step.verdict).into(),
        amount: step.amount,
        from: step.from.map(|day| day.to_string()).unwrap_or_default(),
        ..step_told_by(step.told.as_ref())
    }
}

fn step_told_by(told: Option<&Told>) -> wire::StepAnswer {
    let wire::Answer { source, as_of, confidence, .. } = told_by(told);
    wire::StepAnswer { source, as_of, confidence, ..Default::default() }
}

pub(super) const fn verdict_of(verdict: Verdict) -> wire::Verdict {
    match verdict {
        Verdict::Pass => wire::Verdict::Pass,
        Verdict::Fail => wire::Verdict::Fail,
        Verdict::Unknown => wire::Verdict::Unknown,
    }
}

const fn standing_of(standing: Standing) -> wire::Standing {
    match standing {
        Standing::Suits => wire::Standing::Suits,
        Standing::Open => wire::Standing::Open,
        Standing::Fails => wire::Standing::Fails,
    }
}

/// An answer of which only who gave it is known.
fn told_by(told: Option<&Told>) -> wire::Answer {
    wire::Answer {
        source: told.map(|told| told.source.clone()).unwrap_or_default(),
        as_of: told.map(|told| told.as_of.to_string()).unwrap_or_default(),
        confidence: told.and_then(|told| told.confidence).map(|sure| sure.to_string()).unwrap_or_default(),
        ..Default::default()
    }
}

fn lacking(lacking: Option<Lacking>) -> String {
    lacking.map(|lacking| lacking.to_string()).unwrap_or_default()
}

fn corners(placement: Option<&Placement>) -> Vec<f64> {
    placement.map(|placement| placement.corners.iter().flat_map(|at| [at.x, at.y]).collect()).unwrap_or_default()
}

fn answer(answer: &Answer, points: u64) -> wire::Answer {
    wire::Answer {
        verdict: verdict_of(answer.verdict).into(),
        value: match &answer.value {
            Value::Amount(amount) => Some(wire::answer::Value::Amount(*amount)),
            Value::Word(word) => Some(wire::answer::Value::Word(word.clone())),
            Value::Unknown => None,
        },
        margin: answer.margin,
        from: answer.from.map(|day| day.to_string()).unwrap_or_default(),
        points,
        steps: answer.steps.iter().map(step_answer).collect(),
        step: answer.step.map(|step| step as u32),
        placement: corners(answer.placement.as_ref()),
        lacking: lacking(answer.lacking),
        ..told_by(answer.told.as_ref())
    }
}
