//! Briefs and selections as the wire has them.

use std::collections::BTreeSet;
use std::str::FromStr;

use cloudsite_domain::record::Code;
use cloudsite_domain::siting::{
    Anchors, Answer, Brief, Criterion, Footprint, Need, Overtaking, Place, Quality, Quantity, Selection, Share,
    Standing, Value, Verdict, Wish, WishOf, binding, overtaking,
};
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

use crate::grpc::Refusal;

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

fn day(field: &str, text: &str) -> Result<Option<Date>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| Refusal::field(field, format!("is no day: {error}")))
}

fn term<T: FromStr<Err: ToString>>(field: String, word: &str) -> Result<T, Refusal> {
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

/// What a brief came to, but for the revision that it was asked of.
pub(super) fn reply(
    brief: &Brief,
    selection: &Selection,
    places: &[(Place, u64)],
    shares: Vec<Share>,
) -> wire::MatchResponse {
    let relaxations = selection.relaxations.iter().map(|relaxation| wire::Relaxation {
        criterion: relaxation.criterion as u32,
        alone: relaxation.alone,
        unknown: relaxation.unknown,
        steps: relaxation
            .steps
            .iter()
            .map(|step| wire::RelaxationStep { bound: step.bound, opens: step.opens, first: name(&step.first) })
            .collect(),
    });
    let intervals = selection.intervals.iter().map(|interval| wire::WeightInterval {
        criterion: interval.criterion as u32,
        from: interval.from,
        to: interval.to,
    });
    let shares = shares.into_iter().map(|share| wire::RankShare { parcel: name(&share.code), first: share.first });
    let first = places.first().map(|(place, _)| place).filter(|place| place.standing == Standing::Suits);
    wire::MatchResponse {
        revision: 0,
        day: brief.day().to_string(),
        suits: selection.suits.len() as u32,
        open: selection.open.len() as u32,
        fails: selection.fails.len() as u32,
        full_points: selection.full,
        places: places.iter().map(|(one, id)| place(brief, one, first, *id)).collect(),
        relaxations: relaxations.collect(),
        intervals: intervals.collect(),
        shares: shares.collect(),
    }
}

fn name(code: &Code) -> String {
    format!("parcels/{code}")
}

fn place(brief: &Brief, place: &Place, first: Option<&Place>, id: u64) -> wire::Place {
    let standing = match place.standing {
        Standing::Suits => wire::Standing::Suits,
        Standing::Open => wire::Standing::Open,
        Standing::Fails => wire::Standing::Fails,
    };
    let suits = place.standing == Standing::Suits;
    let changes = match first.filter(|_| suits).map(|first| overtaking(brief, place, first)) {
        Some(Overtaking::AnyOf(changes)) => changes,
        _ => Vec::new(),
    };
    wire::Place {
        parcel: name(&place.code),
        id,
        standing: standing.into(),
        points: place.score,
        possible_points: place.possible,
        answers: place.answers.iter().zip(&place.points).map(|(found, points)| answer(found, *points)).collect(),
        binding: binding(brief, place).filter(|_| suits).map(|index| index as u32),
        changes: changes
            .into_iter()
            .map(|change| wire::Change { criterion: change.criterion as u32, to: change.to })
            .collect(),
    }
}

fn answer(answer: &Answer, points: u64) -> wire::Answer {
    let verdict = match answer.verdict {
        Verdict::Pass => wire::Verdict::Pass,
        Verdict::Fail => wire::Verdict::Fail,
        Verdict::Unknown => wire::Verdict::Unknown,
    };
    let told = answer.told.as_ref();
    wire::Answer {
        verdict: verdict.into(),
        value: match &answer.value {
            Value::Amount(amount) => Some(wire::answer::Value::Amount(*amount)),
            Value::Word(word) => Some(wire::answer::Value::Word(word.clone())),
            Value::Unknown => None,
        },
        margin: answer.margin,
        from: answer.from.map(|day| day.to_string()).unwrap_or_default(),
        points,
        source: told.map(|told| told.source.clone()).unwrap_or_default(),
        as_of: told.map(|told| told.as_of.to_string()).unwrap_or_default(),
        placement: answer
            .placement
            .map(|placement| placement.corners.iter().flat_map(|at| [at.x, at.y]).collect())
            .unwrap_or_default(),
        confidence: told.and_then(|told| told.confidence).map(|sure| sure.to_string()).unwrap_or_default(),
    }
}
