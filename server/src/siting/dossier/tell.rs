//! What the answer to a brief says, as a dossier says it.

use std::str::FromStr;

use cloudsite_domain::siting::{Authority, Quantity};
use cloudsite_dossier::{
    Answer, Ask, Assembly, Change, Counts, Criterion, Destination, Floor, Floors, Instead, Interval, Knows, Names,
    Opinion, RampStep, Ranked, Relaxation, Role, Said, Share, Speed, Standing, Step, StepAnswer, Travel, Unreached,
    Value, Verdict, Way, Winning,
};
use cloudsite_proto::land::LocalizedName;
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

/// Floors that the ranking keeps.
const MOST_FLOORS: usize = 10;

/// What is asked. The brief has been answered, so it makes sense; of what does not there would be nothing to say.
pub(super) fn brief(brief: &wire::Brief) -> Vec<Criterion> {
    brief.criteria.iter().filter_map(|criterion| criterion.ask.as_ref()).map(criterion).collect()
}

fn criterion(ask: &wire::criterion::Ask) -> Criterion {
    use wire::criterion::Ask as Wire;
    let wish = |weight: u32| Role::Wish { weight };
    let (role, asked) = match ask {
        Wire::AmountMust(must) => (Role::Must, amount(&must.quantity, (must.min, must.max), (None, None), &must.on)),
        Wire::AmountWish(asked) => {
            let usual = Quantity::from_str(&asked.quantity).map(Quantity::anchors).ok();
            let none = asked.none.or(usual.map(|anchors| anchors.none));
            let full = asked.full.or(usual.map(|anchors| anchors.full));
            (wish(asked.weight), amount(&asked.quantity, (None, None), (none, full), &asked.on))
        }
        Wire::RampMust(must) => (Role::Must, ramp(&must.quantity, &must.steps)),
        Wire::RampWish(asked) => (wish(asked.weight), ramp(&asked.quantity, &asked.steps)),
        Wire::FootprintMust(must) => (Role::Must, Ask::Footprint { width_m: must.width_m, depth_m: must.depth_m }),
        Wire::FootprintWish(asked) => {
            (wish(asked.weight), Ask::Footprint { width_m: asked.width_m, depth_m: asked.depth_m })
        }
        Wire::WordMust(must) => (Role::Must, word(&must.quality, &must.among)),
        Wire::WordWish(asked) => (wish(asked.weight), word(&asked.quality, &asked.among)),
    };
    let knows = Knows { land: knows(&asked, false), floor: knows(&asked, true) };
    Criterion { role, ask: asked, knows }
}

/// Who knows what is asked, of land or of a floor.
fn knows(ask: &Ask, is_floor: bool) -> String {
    let authority = match ask {
        Ask::Amount { quantity, .. } | Ask::Ramp { quantity, .. } => {
            quantity.parse().ok().map(|quantity| Authority::of_quantity(quantity, is_floor))
        }
        Ask::Word { quality, .. } => quality.parse().ok().map(|quality| Authority::of_quality(quality, is_floor)),
        Ask::Footprint { .. } => Some(Authority::of_room(is_floor)),
    };
    authority.map(|authority| authority.as_str().to_owned()).unwrap_or_default()
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

fn ramp(quantity: &str, steps: &[wire::RampStep]) -> Ask {
    let unit = Quantity::from_str(quantity).map(Quantity::unit).unwrap_or_default().to_owned();
    let steps = steps.iter().map(|step| RampStep { min: step.min, on: step.on.parse().ok() }).collect();
    Ask::Ramp { quantity: quantity.to_owned(), unit, steps }
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
    Answer {
        verdict: verdict(answer.verdict()),
        value: match &answer.value {
            Some(wire::answer::Value::Amount(amount)) => found(*amount, answer.up_to),
            Some(wire::answer::Value::Word(word)) => Value::Word(word.clone()),
            None => Value::Unknown,
        },
        margin: answer.margin,
        from: answer.from.parse().ok(),
        points: answer.points,
        said: said(&answer.source, &answer.as_of, &answer.confidence),
        placement: answer.placement.chunks_exact(2).map(|at| [at[0], at[1]]).collect(),
        steps: answer.steps.iter().map(step_answer).collect(),
        step: answer.step.map(|step| step as usize),
        lacking: answer.lacking.clone(),
    }
}

fn step_answer(step: &wire::StepAnswer) -> StepAnswer {
    StepAnswer {
        verdict: verdict(step.verdict()),
        value: step.amount.map_or(Value::Unknown, |amount| found(amount, step.up_to)),
        from: step.from.parse().ok(),
        said: said(&step.source, &step.as_of, &step.confidence),
    }
}

pub(super) const fn verdict(verdict: wire::Verdict) -> Verdict {
    match verdict {
        wire::Verdict::Pass => Verdict::Pass,
        wire::Verdict::Fail => Verdict::Fail,
        wire::Verdict::Unknown | wire::Verdict::Unspecified => Verdict::Unknown,
    }
}

fn found(amount: f64, up_to: Option<f64>) -> Value {
    match up_to {
        Some(most) => Value::Between { from: amount, to: most.is_finite().then_some(most) },
        None => Value::Amount(amount),
    }
}

fn said(source: &str, as_of: &str, confidence: &str) -> Option<Said> {
    let as_of: Date = as_of.parse().ok()?;
    Some(Said { source: source.to_owned(), as_of, confidence: confidence.to_owned() })
}

pub(super) fn winning(place: &wire::Place) -> Winning {
    let wire::Place { changes, together, musts_suffice, .. } = place;
    Winning { changes: changes.iter().map(change).collect(), together: *together, musts_suffice: *musts_suffice }
}

fn change(change: &wire::Change) -> Change {
    Change { criterion: change.criterion as usize, to: change.to }
}

pub(super) fn relaxation(relaxation: &wire::Relaxation) -> Relaxation {
    use wire::relaxation_step::To;
    let way = |to: &To| match to {
        To::Bound(bound) => Instead::Bound(*bound),
        To::Word(word) => Instead::Word(word.clone()),
        To::Part(part) => Instead::Part(*part),
    };
    let step = |step: &wire::RelaxationStep| {
        Some(Step { to: way(step.to.as_ref()?), opens: step.opens, opens_at_least: step.opens_at_least })
    };
    Relaxation {
        criterion: relaxation.criterion as usize,
        alone: relaxation.alone,
        unknown: relaxation.unknown,
        steps: relaxation.steps.iter().filter_map(step).collect(),
    }
}

pub(super) fn interval(interval: &wire::WeightInterval) -> Interval {
    Interval { criterion: interval.criterion as usize, from: interval.from, to: interval.to }
}

pub(super) fn share(share: &wire::RankShare) -> Share {
    Share { parcel: code_of(&share.parcel), first: share.first }
}

pub(super) fn opinion(opinion: &wire::Opinion) -> Opinion {
    Opinion { method: opinion.method.clone(), parcels: opinion.parcels.iter().map(|name| code_of(name)).collect() }
}

pub(super) fn assembly(assembly: &wire::Assembly) -> Assembly {
    Assembly {
        parcels: assembly.parcels.iter().map(|name| code_of(name)).collect(),
        area_m2: assembly.area_m2,
        standing: standing(assembly.standing()),
        points: assembly.points,
        possible_points: assembly.possible_points,
        answers: assembly.answers.iter().map(answer).collect(),
        binding: assembly.binding.map(|index| index as usize),
        winning: Winning {
            changes: assembly.changes.iter().map(change).collect(),
            together: assembly.together,
            musts_suffice: assembly.musts_suffice,
        },
    }
}

/// The first floors that do not fail, in their order.
pub(super) fn floors(floors: &wire::Floors) -> Floors {
    let ranked = (1..).zip(&floors.places).filter_map(|(rank, told)| floor(rank, told));
    let ranking = ranked.filter(|floor| floor.ranked.standing != Standing::Fails).take(MOST_FLOORS).collect();
    let wire::Floors { suits, open, fails, .. } = *floors;
    Floors { counts: Counts { suits, open, fails, untried: 0 }, ranking }
}

/// A floor at its place among the explained; at 0 where it is not among them.
pub(super) fn floor_among(floors: &wire::Floors, told: &wire::Floor) -> Option<Floor> {
    let rank = (1..).zip(&floors.places).find(|(_, one)| one.name == told.name).map_or(0, |(rank, _)| rank);
    floor(rank, told)
}

fn floor(rank: u32, floor: &wire::Floor) -> Option<Floor> {
    let place = floor.place.as_ref()?;
    Some(Floor {
        building: floor.building.strip_prefix("building/").unwrap_or(&floor.building).to_owned(),
        floor: floor.floor,
        unit: floor.unit.clone(),
        area_m2: floor.area_m2,
        from: floor.from.parse().ok(),
        ranked: ranked(rank, place),
        answers: place.answers.iter().map(answer).collect(),
        binding: place.binding.map(|index| index as usize),
        winning: winning(place),
    })
}

pub(super) fn destination(destination: &wire::Destination) -> Destination {
    Destination {
        kind: destination.kind.clone(),
        by_truck: way(destination.by_truck.as_ref()),
        by_car: way(destination.by_car.as_ref()),
    }
}

fn way(way: Option<&wire::Way>) -> Way {
    let Some(way) = way else { return Way::Unreached(Unreached::NotConnected) };
    match way.unreached() {
        wire::Unreached::NoSuchPlace => Way::Unreached(Unreached::NoSuchPlace),
        wire::Unreached::NoRoadNear => Way::Unreached(Unreached::NoRoadNear),
        wire::Unreached::NotConnected => Way::Unreached(Unreached::NotConnected),
        wire::Unreached::Unspecified => Way::Reached {
            place: way.place.clone(),
            names: names(&way.names),
            minutes: way.minutes,
            length_m: way.length_m,
            off_road_m: way.off_road_m,
        },
    }
}

fn names(names: &[LocalizedName]) -> Names {
    names.iter().map(|name| (name.language.clone(), name.text.clone())).collect()
}

pub(super) fn travel(travel: &wire::Travel) -> Travel {
    let speed = |speed: &wire::TravelSpeed| Speed {
        road_class: speed.road_class.clone(),
        truck_kmh: speed.truck_kmh,
        car_kmh: speed.car_kmh,
    };
    Travel {
        source: travel.source.clone(),
        from: travel.from.parse().ok(),
        speeds: travel.speeds.iter().map(speed).collect(),
    }
}
