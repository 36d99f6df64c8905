//! A site brief as it is filled in: what can be asked, templates, and what goes over the wire.

use std::collections::BTreeSet;

use cloudsite_domain::crs::LocalFrame;
use cloudsite_proto::land::Park;
use cloudsite_proto::scene::overlay_area::Kind;
use cloudsite_proto::scene::{OverlayArea, OverlayRing};
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Answer, Assembly, Brief, Criterion, Floors, FootprintMust, FootprintWish, MatchRequest,
    MatchResponse, RampMust, RampWish, Standing, WordMust, WordWish,
};
use geo_types::Coord;
use jiff::civil::Date;

mod open;
mod ramp;
mod refusal;
mod rows;

pub(crate) use rows::{
    GROUPS, Measure, RAMP_ROW, RAMPS, ROWS, Subject, TEMPLATES, VIBRATION, classes, is_of_floors, measure_of,
    wire_per_shown,
};

pub(crate) use open::left_open;
pub(crate) use ramp::{Later, MOST_LATER};
pub(crate) use refusal::{Refused, Why};
use rows::Filled;

/// Places that are explained, and parcels that are coloured.
const EXPLAINED: i32 = 100;
const COLOURED: i32 = 2_000;

/// Assemblies that are listed, and floors that are told: more where floors are asked for, since their buildings are coloured.
pub(crate) const ASSEMBLIES: i32 = 5;
const FLOORS: i32 = 10;
const FLOORS_ASKED_FOR: i32 = 100;

/// Places that are listed at first, and how many more each time.
pub(crate) const LISTED: usize = 20;

/// The weight that a wish begins with, and the highest.
const USUAL_WEIGHT: u32 = 50;
pub(crate) const MOST_WEIGHT: u32 = 100;

/// How much a row counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Not at all.
    #[default]
    Open,
    /// Without it a place is of no use.
    Must,
    /// The more of it the better.
    Wish,
}

/// A row as it is filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) role: Role,
    /// In the wire's unit; none is not filled in yet. Of a footprint one side.
    pub(crate) amount: Option<f64>,
    /// The other side of a footprint.
    pub(crate) depth_m: Option<f64>,
    /// From which day on it is needed; none is the day of the brief. Only the row of power has one.
    pub(crate) on: Option<Date>,
    /// Of power: what is needed from later days on, without gaps.
    pub(crate) later: [Option<Later>; MOST_LATER],
    pub(crate) weight: u32,
}

/// A brief as it is filled in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub(crate) rows: [Row; ROWS.len()],
    /// ISO 8601; empty is today.
    pub(crate) day: String,
}

impl Default for Draft {
    fn default() -> Self {
        let row = Row {
            role: Role::Open,
            amount: None,
            depth_m: None,
            on: None,
            later: [None; MOST_LATER],
            weight: USUAL_WEIGHT,
        };
        let mut rows = [row; ROWS.len()];
        rows[0].role = Role::Must;
        Self { rows, day: String::new() }
    }
}

impl Draft {
    /// Whether room for a building is asked.
    pub(crate) fn asks_room(&self) -> bool {
        self.rows
            .iter()
            .zip(ROWS)
            .any(|(row, (_, subject))| subject == Subject::Footprint && ask(row, subject).is_some())
    }

    /// The sides of the building that is asked for, metres.
    pub(crate) fn hall(&self) -> Option<(f64, f64)> {
        let asks =
            |(row, (_, subject)): &(&Row, (&str, Subject))| *subject == Subject::Footprint && row.role != Role::Open;
        let (row, _) = self.rows.iter().zip(ROWS).find(asks)?;
        row.amount.zip(row.depth_m)
    }

    /// Whether something is asked that only floors have.
    pub(crate) fn is_of_floors(&self) -> bool {
        (0..self.rows.len()).any(|row| self.rows[row].role != Role::Open && is_of_floors(row))
    }

    /// Whether something is wished and all of it weighs nothing: then there is nothing to rank by.
    pub(crate) fn weighs_nothing(&self) -> bool {
        let asks = |(row, (_, subject)): &(&Row, (&str, Subject))| ask(&Row { weight: 1, ..**row }, *subject).is_some();
        let wishes = || self.rows.iter().zip(ROWS).filter(|(row, _)| row.role == Role::Wish).filter(asks);
        wishes().next().is_some() && wishes().all(|(row, _)| row.weight == 0)
    }

    /// What a template begins with.
    pub(crate) fn of_template(name: &str, rows: &[Filled], today: Date) -> Self {
        let mut draft = Self::default();
        for (row, role, amount) in rows {
            draft.rows[*row].role = *role;
            draft.rows[*row].amount = (*amount > 0.0).then_some(*amount);
        }
        let ramp = RAMPS.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, ramp)| *ramp);
        for (later, (years, amount)) in draft.rows[RAMP_ROW].later.iter_mut().zip(ramp) {
            let on = Date::new(today.year() + years, 7, 1).ok();
            *later = Some(Later { amount: Some(*amount), on });
        }
        draft
    }

    /// The request, and which row each criterion is of. Musts without an amount are left out; with nothing left there is
    /// nothing to ask.
    pub(crate) fn request(&self, revision: u64) -> Option<(MatchRequest, Vec<usize>)> {
        let asks = self.rows.iter().zip(ROWS).enumerate();
        let asks = asks.filter_map(|(index, (row, (_, subject)))| Some((ask(row, subject)?, index)));
        let (criteria, rows): (Vec<Criterion>, Vec<usize>) =
            asks.map(|(ask, index)| (Criterion { ask: Some(ask) }, index)).unzip();
        let brief = Brief { day: self.day.clone(), criteria };
        let floors = if self.is_of_floors() { FLOORS_ASKED_FOR } else { FLOORS };
        let (explained, assemblies) = (EXPLAINED, ASSEMBLIES);
        let request = MatchRequest {
            brief: Some(brief),
            revision,
            explained,
            assemblies,
            floors,
            coloured: COLOURED,
            ..MatchRequest::default()
        };
        (!rows.is_empty()).then_some((request, rows))
    }
}

fn ask(row: &Row, subject: Subject) -> Option<Ask> {
    let words = |among: &[&str]| among.iter().map(|word| (*word).to_owned()).collect();
    match (row.role, subject) {
        (Role::Open, _) => None,
        // A wish that is worth nothing weighs nothing, and only such are no brief.
        (Role::Wish, _) if row.weight == 0 => None,
        (Role::Wish, Subject::Footprint) => {
            let (width_m, depth_m) = (row.amount?, row.depth_m?);
            Some(Ask::FootprintWish(FootprintWish { width_m, depth_m, weight: row.weight }))
        }
        (Role::Must, Subject::Amount { quantity, .. }) if row.is_ramp() => {
            Some(Ask::RampMust(RampMust { quantity: quantity.to_owned(), steps: row.steps() }))
        }
        (Role::Wish, subject @ Subject::Amount { quantity, .. }) if row.is_ramp() || is_filled_wish(row, subject) => {
            let (quantity, steps) = (quantity.to_owned(), row.steps());
            Some(Ask::RampWish(RampWish { quantity, steps, weight: row.weight }))
        }
        (Role::Must, Subject::Footprint) => {
            let (width_m, depth_m) = (row.amount?, row.depth_m?);
            Some(Ask::FootprintMust(FootprintMust { width_m, depth_m }))
        }
        (Role::Must, Subject::Amount { quantity, at_most, .. }) => {
            let amount = row.amount?;
            let (min, max) = if at_most { (None, Some(amount)) } else { (Some(amount), None) };
            let on = row.on.map(|day| day.to_string()).unwrap_or_default();
            Some(Ask::AmountMust(AmountMust { quantity: quantity.to_owned(), min, max, on }))
        }
        (Role::Must, Subject::Words { quality, among }) => {
            Some(Ask::WordMust(WordMust { quality: quality.to_owned(), among: words(among) }))
        }
        (Role::Must, Subject::Level { quality, levels }) => {
            let among = words(&levels[..=level(row, levels)?]);
            Some(Ask::WordMust(WordMust { quality: quality.to_owned(), among }))
        }
        (Role::Wish, Subject::Amount { quantity, .. }) => {
            let (none, full, on) = (None, None, row.on.map(|day| day.to_string()).unwrap_or_default());
            Some(Ask::AmountWish(AmountWish { quantity: quantity.to_owned(), weight: row.weight, none, full, on }))
        }
        (Role::Wish, Subject::Words { quality, among }) => {
            Some(Ask::WordWish(WordWish { quality: quality.to_owned(), among: words(among), weight: row.weight }))
        }
        (Role::Wish, Subject::Level { quality, levels }) => {
            let among = words(&levels[..=level(row, levels)?]);
            Some(Ask::WordWish(WordWish { quality: quality.to_owned(), among, weight: row.weight }))
        }
    }
}

/// Whether as much is wished as is filled in; of other amounts the more the better, or the less.
fn is_filled_wish(row: &Row, subject: Subject) -> bool {
    subject == ROWS[RAMP_ROW].1 && row.amount.is_some()
}

/// The place of the level that is chosen; none if none is.
fn level(row: &Row, levels: &[&str]) -> Option<usize> {
    let place = row.amount? as usize;
    (place < levels.len()).then_some(place)
}

/// Points as a share of the most, 0 to 1; all where nothing is wished.
pub(crate) fn share(points: u64, full: u64) -> f64 {
    if full == 0 { 1.0 } else { points as f64 / full as f64 }
}

/// The parcels that suit, by name; none if there are more than were explained.
pub(crate) fn suiting(reply: &MatchResponse) -> Option<BTreeSet<String>> {
    let suiting = reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let suiting: BTreeSet<String> = suiting.map(|place| place.parcel.clone()).collect();
    (suiting.len() == reply.suits as usize).then_some(suiting)
}

/// The colours of what suits worst and best, and of what may suit, once something is asked.
pub(crate) const WORST_COLOUR: u32 = 0xFD_E7_96;
pub(crate) const BEST_COLOUR: u32 = 0x08_68_5C;
pub(crate) const OPEN_COLOUR: u32 = 0xB3_A6_D6;

/// Ids and colours of what answers the brief: of what suits, the better the deeper; what is open has one of its own. Of
/// buildings where floors are asked for and there are some, else of parcels.
pub(crate) fn colours(reply: &MatchResponse, is_of_floors: bool) -> (Vec<u64>, Vec<u32>) {
    let floors = reply.floors.as_ref().filter(|floors| is_of_floors && floors.suits + floors.open > 0);
    let (suits, open) = match (floors, &reply.coloured) {
        (Some(floors), _) => coloured_floors(floors),
        (None, Some(coloured)) => {
            let suits = coloured.suits.iter().copied().zip(coloured.points.iter().copied());
            (suits.collect(), coloured.open.clone())
        }
        (None, None) => (Vec::new(), Vec::new()),
    };
    let shares = || suits.iter().map(|(_, points)| share(*points, reply.full_points));
    // Between the worst and the best that suits, so that they can be told apart.
    let (low, high) = shares().fold((1.0_f64, 0.0_f64), |(low, high), share| (low.min(share), high.max(share)));
    let colour = |share: f64| {
        let part = if high > low { (share - low) / (high - low) } else { 1.0 };
        let channel = |shift: u32| {
            let of = |colour: u32| f64::from((colour >> shift) & 0xFF);
            let mixed = of(WORST_COLOUR) + (of(BEST_COLOUR) - of(WORST_COLOUR)) * part;
            (mixed.round() as u32) << shift
        };
        channel(16) | channel(8) | channel(0)
    };
    let colours = shares().map(colour).chain(open.iter().map(|_| OPEN_COLOUR)).collect();
    (suits.iter().map(|(id, _)| *id).chain(open).collect(), colours)
}

/// Whether something has a colour of the scale, and something that of what is open.
pub(crate) fn shades(reply: &MatchResponse, is_of_floors: bool) -> (bool, bool) {
    let (_, colours) = colours(reply, is_of_floors);
    let open = colours.iter().filter(|colour| **colour == OPEN_COLOUR).count();
    (open < colours.len(), open > 0)
}

/// Buildings with a floor that suits, with the points of the best; and those with one that is open.
fn coloured_floors(floors: &Floors) -> (Vec<(u64, u64)>, Vec<u64>) {
    let (mut suits, mut open) = (Vec::<(u64, u64)>::new(), Vec::new());
    // The best come first.
    for floor in &floors.places {
        let Some(place) = &floor.place else { continue };
        let is_new = suits.iter().all(|(id, _)| *id != floor.building_id) && !open.contains(&floor.building_id);
        match place.standing() {
            Standing::Suits if is_new => suits.push((floor.building_id, place.points)),
            Standing::Open if is_new => open.push(floor.building_id),
            _ => {}
        }
    }
    (suits, open)
}

/// The assembly of these parcels; none if the answer has no such one.
pub(crate) fn joined<'a>(reply: &'a MatchResponse, ids: &[u64]) -> Option<&'a Assembly> {
    reply.assemblies.iter().find(|assembly| assembly.ids == ids)
}

/// Where buildings have room on the places that suit, or on the parcels that are looked at together, as areas of an overlay
/// in the park's frame.
pub(crate) fn placements(reply: &MatchResponse, ids: &[u64], park: &Park) -> Vec<OverlayArea> {
    let frame = LocalFrame { origin: Coord { x: park.origin_easting, y: park.origin_northing } };
    let suiting = reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let answers: Vec<&Answer> = match joined(reply, ids) {
        Some(assembly) => assembly.answers.iter().collect(),
        None => suiting.flat_map(|place| &place.answers).collect(),
    };
    let placed = answers.into_iter().filter(|answer| !answer.placement.is_empty());
    let ring = |corners: &[f64]| {
        let local = corners.chunks_exact(2).map(|at| frame.park_from_canonical(Coord { x: at[0], y: at[1] }));
        OverlayRing { coordinates: local.flat_map(|at| [at.x, at.y]).collect() }
    };
    let area = |answer: &Answer| OverlayArea {
        kind: Kind::Created.into(),
        rings: vec![ring(&answer.placement)],
        emphasised: false,
        ..OverlayArea::default()
    };
    placed.map(area).collect()
}

/// How a place stands, as the word of a text key.
pub(crate) const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Suits => "suits",
        Standing::Open => "open",
        Standing::Unspecified | Standing::Fails => "fails",
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::siting::{Coloured, Floor, Place, RampStep};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_filled_in_is_asked() {
        let mut draft = Draft::default();
        assert_eq!(draft.request(0).map(|(_, rows)| rows), Some(vec![0]), "free land, to begin with");
        draft.rows[0].role = Role::Open;
        assert_eq!(draft.request(0), None, "nothing is asked");
        draft.rows[2] = Row { role: Role::Must, ..draft.rows[2] };
        assert_eq!(draft.request(0), None, "how much is still to be filled in");
        draft.rows[2].amount = Some(8_000.0);
        draft.rows[9] = Row { role: Role::Must, amount: Some(500.0), ..draft.rows[9] };
        draft.rows[1] = Row { role: Role::Wish, weight: 30, ..draft.rows[1] };
        draft.rows[12] = Row { role: Role::Wish, weight: 0, ..draft.rows[12] };
        draft.rows[14] = Row { role: Role::Must, amount: Some(120.0), ..draft.rows[14] };
        assert_eq!(draft.request(0).map(|(_, rows)| rows), Some(vec![1, 2, 9]), "a hall with one side is none");
        assert_eq!(draft.hall(), None);
        draft.rows[14].depth_m = Some(80.0);
        assert_eq!(draft.hall(), Some((120.0, 80.0)));
        draft.rows[RAMP_ROW].later[0] = Some(Later { amount: Some(12_000.0), on: Some(date(2028, 7, 1)) });
        draft.rows[25] = Row { role: Role::Must, ..draft.rows[25] };
        assert_eq!(draft.request(0).map(|(_, rows)| rows.contains(&25)), Some(false), "no class is chosen yet");
        draft.rows[25].amount = Some(1.0);
        let (request, rows) = draft.request(7).unwrap();
        assert_eq!((request.revision, rows), (7, vec![1, 2, 9, 14, 25]));
        let asks: Vec<Ask> =
            request.brief.unwrap().criteria.into_iter().filter_map(|criterion| criterion.ask).collect();
        assert!(matches!(&asks[0], Ask::AmountWish(wish) if wish.quantity == "area_m2" && wish.weight == 30));
        let step = |on: &str, min| RampStep { on: on.to_owned(), min };
        let steps = vec![step("", 8_000.0), step("2028-07-01", 12_000.0)];
        assert!(matches!(&asks[1], Ask::RampMust(must) if must.steps == steps));
        assert!(matches!(&asks[2], Ask::AmountMust(must) if (must.min, must.max) == (None, Some(500.0))), "at most");
        let stored =
            Ask::WordMust(WordMust { quality: "hazard_class".to_owned(), among: ["a", "b"].map(str::to_owned).into() });
        assert_eq!(asks[4], stored, "where 甲 may be stored, 乙 may be");
    }

    #[test]
    fn wishes_that_all_weigh_nothing_rank_nothing() {
        let mut draft = Draft::default();
        assert!(!draft.weighs_nothing(), "nothing is wished");
        draft.rows[1] = Row { role: Role::Wish, weight: 0, ..draft.rows[1] };
        assert!(draft.weighs_nothing());
        draft.rows[14] = Row { role: Role::Wish, ..draft.rows[14] };
        assert!(draft.weighs_nothing(), "how large the building is is still to be filled in");
        draft.rows[9] = Row { role: Role::Wish, weight: 1, ..draft.rows[9] };
        assert!(!draft.weighs_nothing(), "one counts");
    }

    #[test]
    fn every_template_is_a_brief() {
        for (name, rows) in TEMPLATES {
            let draft = Draft::of_template(name, rows, date(2027, 3, 9));
            let (_, asked) = draft.request(0).unwrap();
            assert_eq!(asked.len(), rows.len() + 1, "{name}: each row is asked, and free land");
            assert!(draft.rows.iter().any(|row| row.role == Role::Wish), "{name} ranks");
        }
    }

    #[test]
    fn the_best_is_the_deepest() {
        let coloured = Coloured { suits: vec![5, 3, 9], points: vec![80, 60, 40], open: vec![7] };
        let reply = MatchResponse { full_points: 100, coloured: Some(coloured), ..MatchResponse::default() };
        let (ids, found) = colours(&reply, false);
        assert_eq!(ids, [5, 3, 9, 7]);
        assert_eq!((found[0], found[2], found[3]), (BEST_COLOUR, WORST_COLOUR, OPEN_COLOUR));
        assert!((share(1, 0) - 1.0).abs() < 1e-9, "where nothing is wished, all is as wished");
        let floor = |building_id, points, standing: Standing| Floor {
            building_id,
            place: Some(Place { points, standing: standing.into(), ..Place::default() }),
            ..Floor::default()
        };
        let places = vec![floor(1, 80, Standing::Suits), floor(1, 40, Standing::Suits), floor(2, 0, Standing::Open)];
        let floors = Floors { suits: 2, open: 1, places, ..Floors::default() };
        let reply = MatchResponse { floors: Some(floors), ..reply };
        assert_eq!(colours(&reply, true).0, [1, 2], "a building once");
        assert_eq!(colours(&reply, false).0, [5, 3, 9, 7], "nobody asks for floors");
        let only_open = Floors { suits: 0, open: 1, places: vec![floor(2, 0, Standing::Open)], ..Floors::default() };
        let reply = MatchResponse { floors: Some(only_open), ..reply };
        assert_eq!((shades(&reply, true), shades(&reply, false)), ((false, true), (true, true)), "of what is coloured");
        assert_eq!(shades(&MatchResponse::default(), true), (false, false));
    }

    #[test]
    fn who_suits_is_known_only_where_all_are_explained() {
        let place = |parcel: &str, standing: Standing| Place {
            parcel: parcel.to_owned(),
            standing: standing.into(),
            ..Place::default()
        };
        let places = vec![place("parcels/A", Standing::Suits), place("parcels/B", Standing::Open)];
        let reply = MatchResponse { suits: 1, places, ..MatchResponse::default() };
        assert_eq!(suiting(&reply), Some(BTreeSet::from(["parcels/A".to_owned()])));
        assert_eq!(suiting(&MatchResponse { suits: 101, ..reply }), None);
    }
}
