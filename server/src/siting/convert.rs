//! Briefs and selections as the wire has them.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

use cloudsite_domain::record::Code;
use cloudsite_domain::siting::{
    Answer, Brief, Criterion, Need, Overtaking, Place, Quality, Quantity, Selection, Share, Standing, Value, Verdict,
    Wish, WishOf, binding, overtaking,
};
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

use crate::grpc::Refusal;

/// Scores of a reply at most.
const MOST_SCORES: usize = 10_000;

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
        Ask::AmountWish(wish) => {
            let quantity: Quantity = term(format!("{at}.quantity"), &wish.quantity)?;
            let mut anchors = quantity.anchors();
            anchors.none = wish.none.unwrap_or(anchors.none);
            anchors.full = wish.full.unwrap_or(anchors.full);
            let on = day(&format!("{at}.on"), &wish.on)?;
            Criterion::Wish(Wish { weight: wish.weight, of: WishOf::Amount { quantity, anchors, on } })
        }
        Ask::WordWish(wish) => Criterion::Wish(Wish {
            weight: wish.weight,
            of: WishOf::Word { quality: term(format!("{at}.quality"), &wish.quality)?, among: words(wish.among) },
        }),
    })
}

/// What a brief came to. `ids` are those of the candidates; the first `explained` places are told in full.
pub(super) fn reply(
    brief: &Brief,
    selection: &Selection,
    shares: Vec<Share>,
    ids: &HashMap<&Code, u64>,
    explained: usize,
) -> wire::MatchResponse {
    let id = |code: &Code| ids.get(code).copied().unwrap_or_default();
    let count = |standing| selection.places.iter().filter(|place| place.standing == standing).count() as u32;
    let score = |place: &Place| wire::Score { id: id(&place.code), points: place.score };
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
    let told = selection.places.iter().take(explained);
    wire::MatchResponse {
        revision: 0,
        day: brief.day().to_string(),
        suits: count(Standing::Suits),
        open: count(Standing::Open),
        fails: count(Standing::Fails),
        full_points: selection.full,
        places: told.map(|one| place(brief, one, selection.first(), id(&one.code))).collect(),
        scores: selection.suiting().iter().take(MOST_SCORES).map(score).collect(),
        relaxations: relaxations.collect(),
        intervals: intervals.collect(),
        shares: shares
            .into_iter()
            .map(|share| wire::RankShare { parcel: name(&share.code), first: share.first })
            .collect(),
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
        confidence: told.and_then(|told| told.confidence).map(|sure| sure.to_string()).unwrap_or_default(),
    }
}
