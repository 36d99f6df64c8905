//! Why a brief is refused: which row the server means, and why, as far as the form itself tells.
//!
//! A refusal names a field and says why in one language and the wire's units. What is wrong with that field is looked for in
//! what was filled in, so that it can be said in the reader's words; only where nothing is found it is said as the server does.

use cloudsite_domain::siting::Quantity;

use super::{Draft, ROWS, Row, Subject};

/// Between which lengths the server takes a side of a building, metres.
const LEAST_SIDE_M: f64 = 1.0;
const MOST_SIDE_M: f64 = 5_000.0;

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why {
    /// No number of at least 0.
    NotANumber,
    /// Out of its range, in the unit of the row; of a building's side in metres.
    Range { value: f64, least: f64, most: f64 },
    /// Nothing can be this and what another row asks.
    Contradicts { row: usize },
    /// A step of a ramp needs less than the one before.
    Falls,
    /// Two steps of a ramp begin on one day.
    SameDay,
    /// A step of a ramp begins before the first.
    Early,
    /// No wish weighs anything.
    WeighsNothing,
    /// As the server says it.
    Said(String),
}

/// A refusal of what was filled in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    /// The row that is meant; none where it is the brief as a whole.
    pub(crate) row: Option<usize>,
    /// What of that row, such as `min`, `width_m` or `steps[1].on`.
    pub(crate) part: String,
    pub(crate) why: Why,
}

impl Refused {
    /// Reads what the server says to a brief, of which row by row was asked; none if it does not speak of the brief.
    pub(crate) fn read(draft: &Draft, rows: &[usize], field: &str, reason: &str) -> Option<Self> {
        let said = || Why::Said(reason.to_owned());
        let of_brief = field.strip_prefix("brief")?.trim_start_matches('.');
        let Some((index, part)) = criterion(of_brief) else {
            let why = if of_brief == "criteria" && draft.weighs_nothing() { Why::WeighsNothing } else { said() };
            return Some(Self { row: None, part: of_brief.to_owned(), why });
        };
        let row = rows.get(index).copied();
        let other = named(reason).filter(|other| *other != index).and_then(|other| rows.get(other).copied());
        let why = row.and_then(|row| why(draft, row, part, other)).unwrap_or_else(said);
        Some(Self { row, part: part.to_owned(), why })
    }

    /// Whether it is about a part of a row.
    pub(crate) fn is_of(&self, row: usize, parts: &[&str]) -> bool {
        self.row == Some(row) && parts.iter().any(|part| self.part.starts_with(part))
    }
}

/// The place of the criterion and what of it, of `criteria[2].min`.
fn criterion(field: &str) -> Option<(usize, &str)> {
    let (index, rest) = field.strip_prefix("criteria[")?.split_once(']')?;
    Some((index.parse().ok()?, rest.trim_start_matches('.')))
}

/// The criterion that a sentence names besides.
fn named(reason: &str) -> Option<usize> {
    criterion(&reason[reason.find("criteria[")?..]).map(|(index, _)| index)
}

fn why(draft: &Draft, row: usize, part: &str, other: Option<usize>) -> Option<Why> {
    let filled = &draft.rows[row];
    match part {
        "width_m" => side(filled.amount?),
        "depth_m" => side(filled.depth_m?),
        _ if part.starts_with("steps[") => step(filled, part),
        _ => amount(row, filled),
    }
    .or_else(|| other.map(|row| Why::Contradicts { row }))
}

fn side(value: f64) -> Option<Why> {
    let (least, most) = (LEAST_SIDE_M, MOST_SIDE_M);
    (!(least..=most).contains(&value)).then_some(Why::Range { value, least, most })
}

fn step(row: &Row, part: &str) -> Option<Why> {
    let steps = row.steps();
    if steps.iter().any(|step| !is_amount(step.min)) {
        return Some(Why::NotANumber);
    }
    let is_twice = steps.windows(2).any(|pair| pair[0].on == pair[1].on);
    match part.rsplit_once('.')?.1 {
        "min" => row.falls().then_some(Why::Falls),
        "on" if is_twice => Some(Why::SameDay),
        "on" => Some(Why::Early),
        _ => None,
    }
}

fn amount(row: usize, filled: &Row) -> Option<Why> {
    let Subject::Amount { quantity, .. } = ROWS[row].1 else { return None };
    let value = filled.amount?;
    if !is_amount(value) {
        return Some(Why::NotANumber);
    }
    let most = quantity.parse::<Quantity>().ok()?.most()?;
    (value > most).then_some(Why::Range { value, least: 0.0, most })
}

fn is_amount(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::{Brief, Criterion, Footprint, Need, Ramp, RampStep};
    use jiff::civil::{Date, date};

    use super::super::{Later, RAMP_ROW, Role};
    use super::*;

    const TODAY: Date = date(2026, 9, 1);

    fn row(name: &str) -> usize {
        ROWS.iter().position(|(row, _)| *row == name).unwrap()
    }

    /// What the domain says to a must of a row as it is filled in, read again.
    fn read(name: &str, fill: impl FnOnce(&mut Row)) -> Option<Refused> {
        let (mut draft, row) = (Draft::default(), row(name));
        draft.rows[0].role = Role::Open;
        draft.rows[row].role = Role::Must;
        fill(&mut draft.rows[row]);
        let filled = &draft.rows[row];
        let need = match ROWS[row].1 {
            Subject::Footprint => Need::Footprint(Footprint { width_m: filled.amount?, depth_m: filled.depth_m? }),
            Subject::Amount { quantity, .. } if row == RAMP_ROW => {
                let step =
                    |step: cloudsite_proto::siting::RampStep| RampStep { min: step.min, on: step.on.parse().ok() };
                let steps = filled.steps().into_iter().map(step).collect();
                Need::Ramp(Ramp { quantity: quantity.parse().unwrap(), steps })
            }
            Subject::Amount { quantity, .. } => {
                let quantity = quantity.parse().unwrap();
                Need::Amount { quantity, min: filled.amount, max: None, on: None }
            }
            Subject::Words { .. } | Subject::Level { .. } => return None,
        };
        let problem = Brief::new(vec![Criterion::Must(need)], TODAY).err()?.remove(0);
        Refused::read(&draft, &[row], &format!("brief.{}", problem.field), &problem.problem)
    }

    #[test]
    fn what_the_domain_refuses_is_known_by_what_was_filled_in() {
        let later = |on: Option<Date>, amount| Some(Later { amount: Some(amount), on });
        let ramp = |on: Option<Date>, amount| {
            read("power", |row| (row.amount, row.later[0]) = (Some(4_000.0), later(on, amount))).unwrap().why
        };
        let range = |value, least, most| Why::Range { value, least, most };
        let amount = |name, amount| read(name, |row| row.amount = Some(amount)).map(|refused| refused.why);
        let hall = |width, depth| {
            read("footprint", |row| (row.amount, row.depth_m) = (Some(width), Some(depth)))
                .map(|refused| (refused.part, refused.why))
        };
        assert_eq!(amount("coverage", 1.5), Some(range(1.5, 0.0, 1.0)));
        assert_eq!(amount("green_power", 150.0), Some(range(150.0, 0.0, 100.0)));
        assert_eq!(amount("water", -1.0), Some(Why::NotANumber));
        assert_eq!(amount("area", 1.0), None, "that is no refusal");
        assert_eq!(hall(0.5, 80.0), Some(("width_m".to_owned(), range(0.5, 1.0, 5_000.0))));
        assert_eq!(hall(80.0, 5_001.0), Some(("depth_m".to_owned(), range(5_001.0, 1.0, 5_000.0))));
        assert_eq!(hall(1.0, 5_000.0), None, "the bounds are the domain's");
        assert_eq!(ramp(Some(date(2028, 7, 1)), 1_000.0), Why::Falls);
        assert_eq!(ramp(Some(date(2020, 7, 1)), 9_000.0), Why::Early);
        let twice = read("power", |row| {
            let on = Some(date(2028, 7, 1));
            (row.on, row.amount, row.later[0]) = (on, Some(4_000.0), later(on, 9_000.0));
        });
        assert_eq!(twice.unwrap().why, Why::SameDay);
    }

    #[test]
    fn a_refusal_is_of_the_row_that_it_names() {
        let mut draft = Draft::default();
        let rows = [row("area"), row("expansion")];
        let read = |draft: &Draft, field: &str, reason: &str| Refused::read(draft, &rows, field, reason);
        let both = "5000 is above 3000, the most in criteria[1]: nothing can be both";
        let refused = read(&draft, "brief.criteria[0].min", both).unwrap();
        assert_eq!((refused.row, &refused.why), (Some(rows[0]), &Why::Contradicts { row: rows[1] }));
        assert!(refused.is_of(rows[0], &["min", "max"]) && !refused.is_of(rows[1], &["min"]));
        let strange = read(&draft, "brief.criteria[1].quantity", "is no word").unwrap();
        assert_eq!((strange.row, strange.why), (Some(rows[1]), Why::Said("is no word".to_owned())));
        assert_eq!(read(&draft, "brief.day", "is no day").unwrap().row, None);
        assert_eq!(read(&draft, "page_size", "is too large"), None, "that is not about the brief");
        draft.rows[rows[0]] = Row { role: Role::Wish, weight: 0, ..draft.rows[rows[0]] };
        assert_eq!(read(&draft, "brief.criteria", "all are zero").unwrap().why, Why::WeighsNothing);
    }
}
