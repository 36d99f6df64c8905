//! Which musts leave places open, because nobody has said whether they are met.

use cloudsite_proto::siting::{MatchResponse, Place, Relaxation, Standing, Verdict};

/// Musts that are told of at most, those that leave most open.
const MOST_TOLD: usize = 3;

/// Musts that leave places open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LeftOpen {
    /// By their places in the brief, and how many: those that leave most come first.
    pub(crate) musts: Vec<(usize, u32)>,
    /// Of how many that are listed these are counted; none where all are counted that each must leaves open by itself.
    pub(crate) of_listed: Option<u32>,
}

/// Of floors or of parcels. Where no place is open for one must alone, those that are explained are looked at.
pub(crate) fn left_open(reply: &MatchResponse, is_of_floors: bool) -> LeftOpen {
    let floors = reply.floors.as_ref().filter(|_| is_of_floors);
    let (relaxations, places): (&[Relaxation], Vec<&Place>) = match floors {
        Some(floors) => (&floors.relaxations, floors.places.iter().filter_map(|floor| floor.place.as_ref()).collect()),
        None => (&reply.relaxations, reply.places.iter().collect()),
    };
    let alone = most(relaxations.iter().map(|must| (must.criterion as usize, must.unknown)));
    if !alone.is_empty() {
        return LeftOpen { musts: alone, of_listed: None };
    }
    let open: Vec<&Place> = places.into_iter().filter(|place| place.standing() == Standing::Open).collect();
    let leaves = |must: &Relaxation| {
        let index = must.criterion as usize;
        let is_unknown = |place: &&&Place| place.answers.get(index).is_some_and(|at| at.verdict() == Verdict::Unknown);
        (index, open.iter().filter(is_unknown).count() as u32)
    };
    LeftOpen { musts: most(relaxations.iter().map(leaves)), of_listed: Some(open.len() as u32) }
}

fn most(musts: impl Iterator<Item = (usize, u32)>) -> Vec<(usize, u32)> {
    let mut musts: Vec<_> = musts.filter(|(_, count)| *count > 0).collect();
    musts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    musts.truncate(MOST_TOLD);
    musts
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::siting::{Answer, Floor, Floors};

    use super::*;

    fn must(criterion: u32, unknown: u32) -> Relaxation {
        Relaxation { criterion, unknown, ..Relaxation::default() }
    }

    fn place(standing: Standing, verdicts: [Verdict; 3]) -> Place {
        let answers = verdicts.map(|verdict| Answer { verdict: verdict.into(), ..Answer::default() });
        Place { standing: standing.into(), answers: answers.into(), ..Place::default() }
    }

    #[test]
    fn what_leaves_most_open_by_itself_comes_first() {
        let relaxations = vec![must(0, 0), must(1, 4), must(3, 9), must(4, 1), must(5, 2)];
        let floors = Floors { relaxations: vec![must(1, 7)], ..Floors::default() };
        let reply = MatchResponse { relaxations, floors: Some(floors), ..MatchResponse::default() };
        assert_eq!(left_open(&reply, false), LeftOpen { musts: vec![(3, 9), (1, 4), (5, 2)], of_listed: None });
        assert_eq!(left_open(&reply, true).musts, [(1, 7)]);
        assert_eq!(left_open(&MatchResponse::default(), false).musts, []);
    }

    #[test]
    fn where_none_does_by_itself_those_that_are_listed_are_counted() {
        use Verdict::{Fail, Pass, Unknown};
        let places = vec![
            place(Standing::Open, [Unknown, Unknown, Unknown]),
            place(Standing::Open, [Pass, Unknown, Unknown]),
            place(Standing::Fails, [Fail, Unknown, Unknown]),
        ];
        let floor = Floor { place: Some(places[0].clone()), ..Floor::default() };
        // The second is a wish.
        let relaxations = vec![must(0, 0), must(2, 0)];
        let floors = Floors { relaxations: relaxations.clone(), places: vec![floor], ..Floors::default() };
        let reply = MatchResponse { places, relaxations, floors: Some(floors), ..MatchResponse::default() };
        assert_eq!(left_open(&reply, false), LeftOpen { musts: vec![(2, 2), (0, 1)], of_listed: Some(2) });
        assert_eq!(left_open(&reply, true), LeftOpen { musts: vec![(0, 1), (2, 1)], of_listed: Some(1) });
    }
}
