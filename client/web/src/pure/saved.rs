//! Briefs that are kept, as the form shows them.

use cloudsite_link::LinkError;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::{Brief, SavedBrief};

use super::brief::{Draft, LATER_ROW, MOST_WEIGHT, ROWS, Role, Row, Subject};

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
        *self = Self { briefs: std::mem::take(&mut self.briefs), open: Some(brief), unshown, ..Self::default() };
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
            _ => unshown += 1,
        }
    }
    (draft, unshown)
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
    // What is needed from a day on has a row of its own, for power.
    let amount = |quantity: &str, on: &str| {
        let (is_later, day) = (!on.is_empty(), on.parse().ok());
        let is = |index: usize| match ROWS[index].1 {
            Subject::Amount { quantity: of, .. } => of == quantity && (index == LATER_ROW) == is_later,
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
        Ask::AmountWish(_) | Ask::WordWish(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::siting::{AmountMust, Criterion, WordMust};
    use jiff::civil::date;

    use super::super::brief::TEMPLATES;
    use super::*;

    fn asked(draft: &Draft) -> Brief {
        draft.request(0).unwrap().0.brief.unwrap()
    }

    #[test]
    fn what_is_kept_comes_back_into_the_form() {
        for (name, rows) in TEMPLATES {
            let brief = asked(&Draft { day: "2027-05-01".to_owned(), ..Draft::of_template(rows) });
            let (draft, unshown) = filled_in(&brief);
            assert_eq!((asked(&draft), unshown), (brief, 0), "{name}");
        }
        let mut draft = Draft::default();
        draft.rows[0].role = Role::Open;
        draft.rows[9] = Row { role: Role::Must, amount: Some(500.0), ..draft.rows[9] };
        draft.rows[12] = Row { role: Role::Wish, weight: 30, ..draft.rows[12] };
        draft.rows[14] = Row { role: Role::Must, amount: Some(120.0), depth_m: Some(80.0), ..draft.rows[14] };
        draft.rows[LATER_ROW] =
            Row { role: Role::Must, amount: Some(9e3), on: Some(date(2028, 7, 1)), ..draft.rows[LATER_ROW] };
        draft.rows[25] = Row { role: Role::Wish, amount: Some(2.0), weight: 10, ..draft.rows[25] };
        assert_eq!(filled_in(&asked(&draft)), (draft, 0));
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
        assert_eq!((draft.rows[2].amount, unshown), (Some(8_000.0), 4));
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
}
