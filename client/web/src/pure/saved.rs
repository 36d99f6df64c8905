//! Briefs that are kept, as the form shows them.

use cloudsite_link::LinkError;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::{Brief, CreateBriefRequest, RampStep, SavedBrief};

use super::brief::{Draft, MOST_WEIGHT, RAMP_ROW, ROWS, Role, Row, Subject};

/// What the page knows of briefs that are kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shelf {
    /// Those that the reader may read, the one that was kept last first.
    pub(crate) briefs: Vec<SavedBrief>,
    /// The one that the form was filled in from, or that was made of it.
    pub(crate) open: Option<SavedBrief>,
    /// How many needs of that one the form has no row for.
    pub(crate) unshown: usize,
    /// Name of the one that a link leads to, until it is open.
    pub(crate) wanted: Option<String>,
    pub(crate) error: Option<LinkError>,
    /// What leads to those after the ones that were read; empty if there are no more.
    pub(crate) next: String,
    /// The brief that was last asked to be kept, as long as nobody has said that it is: asked again, it is the same request.
    pub(crate) keeping: Option<CreateBriefRequest>,
}

impl Shelf {
    /// Nothing yet but what a link leads to, by its id.
    pub(crate) fn of_link(id: Option<&str>) -> Self {
        Self { wanted: id.map(|id| format!("briefs/{id}")), ..Self::default() }
    }

    /// The id that a link to this state says.
    pub(crate) fn id(&self) -> Option<String> {
        let name = self.open.as_ref().map(|open| &open.name).or(self.wanted.as_ref())?;
        name.strip_prefix("briefs/").map(str::to_owned)
    }

    /// Takes in one that was made, read or changed, and opens it.
    pub(crate) fn opened(&mut self, brief: SavedBrief, unshown: usize) {
        match self.briefs.iter_mut().find(|known| known.name == brief.name) {
            Some(known) => known.clone_from(&brief),
            None => self.briefs.insert(0, brief.clone()),
        }
        let (briefs, next) = (std::mem::take(&mut self.briefs), std::mem::take(&mut self.next));
        *self = Self { briefs, next, open: Some(brief), unshown, ..Self::default() };
    }

    /// Takes in the next page of what there is; what is here already, because it was just kept, stays as it is.
    pub(crate) fn more(&mut self, briefs: Vec<SavedBrief>, next: String) {
        let new: Vec<SavedBrief> =
            briefs.into_iter().filter(|one| self.briefs.iter().all(|known| known.name != one.name)).collect();
        self.briefs.extend(new);
        self.next = next;
    }

    /// The request to keep a brief: if it is the one that nobody has answered, under the name that it had, else under
    /// `request_id`.
    pub(crate) fn keep(&mut self, asked: CreateBriefRequest, request_id: String) -> CreateBriefRequest {
        let again = self.keeping.take().filter(|before| {
            (&before.title, &before.brief, before.matched_revision)
                == (&asked.title, &asked.brief, asked.matched_revision)
        });
        let request = again.unwrap_or(CreateBriefRequest { request_id, ..asked });
        self.keeping = Some(request.clone());
        request
    }
}

/// The form filled in from a brief, and how many of its needs it has no row for.
pub(crate) fn filled_in(brief: &Brief) -> (Draft, usize) {
    let mut draft = Draft { day: brief.day.clone(), ..Draft::default() };
    for row in &mut draft.rows {
        row.role = Role::Open;
    }
    let mut unshown = 0;
    for ask in &brief.criteria {
        let shown = ask.ask.as_ref().and_then(shown_in);
        match shown {
            Some((index, row)) if draft.rows[index].role == Role::Open => draft.rows[index] = row,
            // Before there were ramps, each step was asked by itself.
            Some((RAMP_ROW, row)) if joins(&draft.rows[RAMP_ROW], &row) => {
                if !draft.rows[RAMP_ROW].take_step(row.on, row.amount.unwrap_or_default()) {
                    unshown += 1;
                }
            }
            _ => unshown += 1,
        }
    }
    (draft, unshown)
}

/// Whether a must is one more step of another.
fn joins(ramp: &Row, step: &Row) -> bool {
    let is_new = |on| on != ramp.on && ramp.later.iter().flatten().all(|later| later.on != on);
    [ramp.role, step.role] == [Role::Must; 2] && step.on.is_some() && step.amount.is_some() && is_new(step.on)
}

/// A ramp as the form has it; none if it has no row for it.
fn ramp(quantity: &str, steps: &[RampStep], row: Row) -> Option<(usize, Row)> {
    let is_its = matches!(ROWS[RAMP_ROW].1, Subject::Amount { quantity: of, .. } if of == quantity);
    let mut row = Row { amount: None, ..row };
    let mut taken = steps.iter().map(|step| match step.on.as_str() {
        "" => row.take_step(None, step.min),
        day => day.parse().is_ok_and(|day| row.take_step(Some(day), step.min)),
    });
    let all = taken.all(|taken| taken);
    (is_its && all).then_some((RAMP_ROW, row))
}

/// The row that shows what is asked, if one does, and how.
fn shown_in(ask: &Ask) -> Option<(usize, Row)> {
    let usual = Draft::default().rows[1];
    let find = |is: &dyn Fn(Subject) -> bool| ROWS.iter().position(|(_, subject)| is(*subject));
    let same_words = |quality: &str, among: &[String]| {
        find(&|subject| match subject {
            Subject::Words { quality: of, among: words } => of == quality && words == among,
            Subject::Level { .. } | Subject::Amount { .. } | Subject::Footprint => false,
        })
        .map(|index| (index, None))
        .or_else(|| {
            let level = |subject: Subject| match subject {
                Subject::Level { quality: of, levels } if of == quality => Some(levels),
                _ => None,
            };
            let (index, levels) = ROWS.iter().enumerate().find_map(|(index, row)| Some((index, level(row.1)?)))?;
            let chosen = among.len().checked_sub(1).filter(|last| levels.get(..=*last).is_some_and(|all| all == among));
            chosen.map(|last| (index, Some(last as f64)))
        })
    };
    // Only the row of power says from which day on.
    let amount = |quantity: &str, on: &str| {
        let (is_later, day) = (!on.is_empty(), on.parse().ok());
        let is = |index: usize| match ROWS[index].1 {
            Subject::Amount { quantity: of, .. } => of == quantity && (index == RAMP_ROW || !is_later),
            _ => false,
        };
        let index = (0..ROWS.len()).find(|index| is(*index))?;
        (!is_later || day.is_some()).then_some((index, day))
    };
    match ask {
        Ask::AmountMust(must) => {
            let (index, on) = amount(&must.quantity, &must.on)?;
            let Subject::Amount { at_most, .. } = ROWS[index].1 else { return None };
            let (shown, other) = if at_most { (must.max, must.min) } else { (must.min, must.max) };
            let row = Row { role: Role::Must, amount: Some(shown?), on, ..usual };
            other.is_none().then_some((index, row))
        }
        Ask::AmountWish(wish) if wish.none.is_none() && wish.weight <= MOST_WEIGHT => {
            let (index, on) = amount(&wish.quantity, &wish.on)?;
            Some((index, Row { role: Role::Wish, weight: wish.weight, on, ..usual }))
        }
        Ask::WordMust(must) => {
            let (index, amount) = same_words(&must.quality, &must.among)?;
            Some((index, Row { role: Role::Must, amount, ..usual }))
        }
        Ask::WordWish(wish) if wish.weight <= MOST_WEIGHT => {
            let (index, amount) = same_words(&wish.quality, &wish.among)?;
            Some((index, Row { role: Role::Wish, weight: wish.weight, amount, ..usual }))
        }
        Ask::FootprintMust(must) => {
            let row = Row { role: Role::Must, amount: Some(must.width_m), depth_m: Some(must.depth_m), ..usual };
            Some((find(&|subject| subject == Subject::Footprint)?, row))
        }
        Ask::FootprintWish(wish) if wish.weight <= MOST_WEIGHT => {
            let (amount, depth_m) = (Some(wish.width_m), Some(wish.depth_m));
            let row = Row { role: Role::Wish, weight: wish.weight, amount, depth_m, ..usual };
            Some((find(&|subject| subject == Subject::Footprint)?, row))
        }
        Ask::RampMust(must) => ramp(&must.quantity, &must.steps, Row { role: Role::Must, ..usual }),
        Ask::RampWish(wish) if wish.weight <= MOST_WEIGHT => {
            ramp(&wish.quantity, &wish.steps, Row { role: Role::Wish, weight: wish.weight, ..usual })
        }
        Ask::AmountWish(_) | Ask::WordWish(_) | Ask::FootprintWish(_) | Ask::RampWish(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::siting::{AmountMust, Criterion, WordMust};
    use jiff::civil::date;

    use super::super::brief::{Later, TEMPLATES};
    use super::*;

    fn asked(draft: &Draft) -> Brief {
        draft.request(0).unwrap().0.brief.unwrap()
    }

    #[test]
    fn what_is_kept_comes_back_into_the_form() {
        for (name, rows) in TEMPLATES {
            let brief =
                asked(&Draft { day: "2027-05-01".to_owned(), ..Draft::of_template(name, rows, date(2026, 12, 1)) });
            let (draft, unshown) = filled_in(&brief);
            assert_eq!((asked(&draft), unshown), (brief, 0), "{name}");
        }
        let mut draft = Draft::default();
        draft.rows[0].role = Role::Open;
        draft.rows[9] = Row { role: Role::Must, amount: Some(500.0), ..draft.rows[9] };
        draft.rows[12] = Row { role: Role::Wish, weight: 30, ..draft.rows[12] };
        draft.rows[14] = Row { role: Role::Must, amount: Some(120.0), depth_m: Some(80.0), ..draft.rows[14] };
        let later = |year, kw| Some(Later { amount: Some(kw), on: Some(date(year, 7, 1)) });
        let usual = draft.rows[RAMP_ROW];
        let mut power = Row { role: Role::Must, amount: Some(9e3), on: Some(date(2028, 7, 1)), ..usual };
        (power.later[0], power.later[1]) = (later(2029, 9e3), later(2031, 15e3));
        draft.rows[RAMP_ROW] = power;
        draft.rows[25] = Row { role: Role::Wish, amount: Some(2.0), weight: 10, ..draft.rows[25] };
        for (power, hall) in [(Role::Must, Role::Must), (Role::Wish, Role::Wish)] {
            (draft.rows[RAMP_ROW].role, draft.rows[14].role) = (power, hall);
            assert_eq!(filled_in(&asked(&draft)), (draft.clone(), 0), "{power:?}");
        }
    }

    #[test]
    fn what_has_no_row_is_counted() {
        let power = |min, max, on: &str| {
            let must = AmountMust { quantity: "power".to_owned(), min, max, on: on.to_owned() };
            Criterion { ask: Some(Ask::AmountMust(must)) }
        };
        let zone = WordMust { quality: "zone_kind".to_owned(), among: vec!["research".to_owned()] };
        let criteria = vec![
            power(Some(8_000.0), None, ""),
            power(Some(12_000.0), None, "2028-07-01"),
            power(Some(15_000.0), None, "2029-07-01"),
            power(None, Some(20_000.0), ""),
            Criterion { ask: Some(Ask::WordMust(zone)) },
            power(Some(9_000.0), None, ""),
        ];
        let (draft, unshown) = filled_in(&Brief { day: String::new(), criteria });
        assert_eq!((draft.rows[2].steps().len(), unshown), (3, 3), "steps that were asked one by one are a ramp");
        assert_eq!(draft.rows[2].amount, Some(8_000.0));
        assert_eq!(draft.rows[0].role, Role::Open, "what is not asked is open");
    }

    #[test]
    fn a_link_leads_to_what_is_open() {
        let mut shelf = Shelf::of_link(Some("7"));
        assert_eq!(shelf.id().as_deref(), Some("7"));
        let brief = |name: &str, title: &str| SavedBrief {
            name: name.to_owned(),
            title: title.to_owned(),
            ..SavedBrief::default()
        };
        shelf.opened(brief("briefs/9", "Plant"), 0);
        assert_eq!((shelf.id().as_deref(), shelf.wanted.as_ref()), (Some("9"), None));
        shelf.opened(brief("briefs/9", "Plant 2"), 1);
        assert_eq!((shelf.briefs.len(), shelf.briefs[0].title.as_str(), shelf.unshown), (1, "Plant 2", 1));
        assert_eq!(Shelf::of_link(None).id(), None);
    }

    #[test]
    fn what_is_asked_again_is_the_same_request() {
        let mut shelf = Shelf::default();
        let asked = |title: &str| CreateBriefRequest { title: title.to_owned(), ..CreateBriefRequest::default() };
        let mut keep = |title: &str, id: &str| shelf.keep(asked(title), id.to_owned()).request_id;
        assert_eq!([keep("Plant", "a"), keep("Plant", "b"), keep("Other", "c")], ["a", "a", "c"]);
        shelf.opened(SavedBrief::default(), 0);
        assert_eq!(shelf.keep(asked("Other"), "d".to_owned()).request_id, "d", "it was answered: this is another");
    }

    #[test]
    fn pages_are_added_to_what_is_there() {
        let named = |name: &str| SavedBrief { name: name.to_owned(), ..SavedBrief::default() };
        let mut shelf = Shelf::default();
        shelf.more(vec![named("briefs/3"), named("briefs/2")], "next".to_owned());
        shelf.opened(named("briefs/4"), 0);
        assert_eq!(shelf.next, "next", "what was opened is no reason to forget that there are more");
        shelf.more(vec![named("briefs/2"), named("briefs/1")], String::new());
        let names: Vec<&str> = shelf.briefs.iter().map(|brief| brief.name.as_str()).collect();
        assert_eq!(names, ["briefs/4", "briefs/3", "briefs/2", "briefs/1"]);
    }
}
