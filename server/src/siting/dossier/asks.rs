//! The brief of a dossier and what is found of each criterion, as tables.

use cloudsite_dossier::{Answer, Ask, Criterion, Dossier, RampStep, Role, Value as Found, Verdict};
use serde_json::{Value, json};

use super::beside::all_floors;
use super::grounds::all_joined;
use crate::export::{Holds, Table};

/// What is asked, a criterion a row, counted from 1 as in `dossier_answers`.
pub(super) fn criteria(dossier: &Dossier) -> Table {
    let rows = (1..).zip(&dossier.brief).map(|(number, criterion)| asked(dossier, number, criterion)).collect();
    Table {
        name: "dossier_criteria",
        columns: &[
            ("criterion", Holds::Whole),
            ("role", Holds::Text),
            ("weight", Holds::Whole),
            ("kind", Holds::Text),
            ("about", Holds::Text),
            ("unit", Holds::Text),
            ("min", Holds::Real),
            ("max", Holds::Real),
            ("none", Holds::Real),
            ("full", Holds::Real),
            ("among", Holds::Text),
            ("steps", Holds::Text),
            ("width_m", Holds::Real),
            ("depth_m", Holds::Real),
            ("day", Holds::Day),
        ],
        rows,
        areas: None,
    }
}

fn asked(dossier: &Dossier, number: u32, Criterion { role, ask, .. }: &Criterion) -> Vec<Value> {
    let (role, weight) = match role {
        Role::Must => ("must", Value::Null),
        Role::Wish { weight } => ("wish", json!(weight)),
    };
    let mut row = vec![json!(number), json!(role), weight, json!(kind(ask)), json!(about(ask)), json!(unit(ask))];
    let none = || Value::Null;
    let day = json!(dossier.day);
    row.extend(match ask {
        Ask::Amount { min, max, none: least, full, on, .. } => {
            let day = on.map_or(day, |on| json!(on));
            [json!(min), json!(max), json!(least), json!(full), none(), none(), none(), none(), day]
        }
        Ask::Word { among, .. } => {
            [none(), none(), none(), none(), json!(among.join(", ")), none(), none(), none(), day]
        }
        Ask::Ramp { steps, .. } => {
            let step = |RampStep { min, on }: &RampStep| format!("{min} on {}", on.unwrap_or(dossier.day));
            let steps = steps.iter().map(step).collect::<Vec<_>>().join("; ");
            [none(), none(), none(), none(), none(), json!(steps), none(), none(), day]
        }
        Ask::Footprint { width_m, depth_m } => {
            [none(), none(), none(), none(), none(), none(), json!(width_m), json!(depth_m), day]
        }
    });
    row
}

const fn kind(ask: &Ask) -> &'static str {
    match ask {
        Ask::Amount { .. } => "amount",
        Ask::Word { .. } => "word",
        Ask::Footprint { .. } => "footprint",
        Ask::Ramp { .. } => "ramp",
    }
}

fn about(ask: &Ask) -> &str {
    match ask {
        Ask::Amount { quantity, .. } | Ask::Ramp { quantity, .. } => quantity,
        Ask::Word { quality, .. } => quality,
        Ask::Footprint { .. } => "footprint",
    }
}

fn unit(ask: &Ask) -> Option<&str> {
    match ask {
        Ask::Amount { unit, .. } | Ask::Ramp { unit, .. } => {
            Some(unit).filter(|unit| !unit.is_empty()).map(String::as_str)
        }
        Ask::Word { .. } | Ask::Footprint { .. } => None,
    }
}

/// What is found of every criterion on each place that is described, on parcels together, and on floors.
pub(super) fn answers(dossier: &Dossier) -> Table {
    let mut rows = Vec::new();
    for place in &dossier.places {
        let who = [json!(place.ranked.parcel), Value::Null, Value::Null];
        rows.extend(each(dossier, &place.answers, place.binding, &who));
    }
    for (number, joined) in all_joined(dossier) {
        let who = [Value::Null, json!(number), Value::Null];
        rows.extend(each(dossier, &joined.answers, joined.binding, &who));
    }
    for (number, floor) in all_floors(dossier) {
        let who = [Value::Null, Value::Null, json!(number)];
        rows.extend(each(dossier, &floor.answers, floor.binding, &who));
    }
    Table {
        name: "dossier_answers",
        columns: &[
            ("parcel", Holds::Text),
            ("assembly", Holds::Whole),
            ("floor_number", Holds::Whole),
            ("criterion", Holds::Whole),
            ("about", Holds::Text),
            ("verdict", Holds::Text),
            ("value", Holds::Real),
            ("value_up_to", Holds::Real),
            ("value_is_least", Holds::Flag),
            ("word", Holds::Text),
            ("unit", Holds::Text),
            ("margin", Holds::Real),
            ("from_day", Holds::Day),
            ("source", Holds::Text),
            ("as_of", Holds::Day),
            ("confidence", Holds::Text),
            ("lacking", Holds::Text),
            ("points", Holds::Whole),
            ("is_binding", Holds::Flag),
        ],
        rows,
        areas: None,
    }
}

fn each(dossier: &Dossier, answers: &[Answer], binding: Option<usize>, who: &[Value; 3]) -> Vec<Vec<Value>> {
    let all = dossier.brief.iter().zip(answers).enumerate();
    all.map(|(index, (criterion, answer))| found(&criterion.ask, answer, (index, binding), who)).collect()
}

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
    }
}

fn found(
    ask: &Ask,
    answer: &Answer,
    (index, binding): (usize, Option<usize>),
    [parcel, assembly, floor]: &[Value; 3],
) -> Vec<Value> {
    let (value, up_to, word) = match &answer.value {
        Found::Unknown => (None, None, None),
        Found::Amount(amount) => (Some(*amount), None, None),
        Found::Between { from, to } => (Some(*from), *to, None),
        Found::Word(word) => (None, None, Some(word)),
    };
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let said = |part: fn(&cloudsite_dossier::Said) -> String| {
        answer.said.as_ref().map_or(Value::Null, |said| text(&part(said)))
    };
    vec![
        parcel.clone(),
        assembly.clone(),
        floor.clone(),
        json!(index + 1),
        json!(about(ask)),
        json!(verdict(answer.verdict)),
        json!(value),
        json!(up_to),
        json!(matches!(answer.value, Found::Between { .. })),
        json!(word),
        json!(unit(ask)),
        json!(answer.margin),
        json!(answer.from),
        said(|said| said.source.clone()),
        said(|said| said.as_of.to_string()),
        said(|said| said.confidence.clone()),
        text(&answer.lacking),
        json!(answer.points),
        json!(binding == Some(index)),
    ]
}
