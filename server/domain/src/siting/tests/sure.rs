//! How sure the first of many places is: what is not looked at would change nothing.

use proptest::prelude::*;

use super::*;

/// A place, and the points that it has of three wishes.
fn of(number: usize, (kw, ratio, cny): (u32, u32, u32)) -> Land {
    land(&format!("P-{number:03}"), 50_000.0, |parcel| {
        parcel.supplies = vec![power(Some(f64::from(kw)), None)];
        parcel.plot_ratio.max = Some(f64::from(ratio) / 1_000.0);
        let (source, cny_per_m2) = ("List".to_owned(), f64::from(cny));
        parcel.price = Some(Price { cny_per_m2, as_of: DAY, source, confidence: None });
    })
}

/// Compares what is said of all places with what is said of the first against so few that each of them is looked at.
fn check(lands: &[Land], weights: [u32; 3], spread_percent: u32) -> Vec<Share> {
    let quantities = [Quantity::Power, Quantity::PlotRatio, Quantity::Price];
    let criteria = quantities.into_iter().zip(weights).map(|(quantity, weight)| wish(quantity, weight));
    let brief = Brief::new(criteria.collect(), DAY).unwrap();
    let draws = Draws { spread_percent, ..DRAWS };
    let of = |lands: &[Land]| selected(&brief, &candidates(lands), 1, draws);
    let all = of(lands);
    let first = all.places[0].1.row as usize;

    let others: Vec<Land> =
        lands.iter().enumerate().filter(|(at, _)| *at != first).map(|(_, land)| land.clone()).collect();
    let mut winners = BTreeSet::from([lands[first].0.clone()]);
    let mut intervals: Vec<(f64, f64)> = vec![(0.0, f64::INFINITY); 3];
    for few in others.chunks(40) {
        let few: Vec<Land> = few.iter().cloned().chain([lands[first].clone()]).collect();
        let found = of(&few);
        winners.extend(found.shares.iter().map(|share| share.code.clone()));
        for (interval, other) in intervals.iter_mut().zip(&found.intervals) {
            *interval = (interval.0.max(other.from), interval.1.min(other.to.unwrap_or(f64::INFINITY)));
        }
    }
    let told: Vec<(f64, f64)> =
        all.intervals.iter().map(|interval| (interval.from, interval.to.unwrap_or(f64::INFINITY))).collect();
    assert_eq!(told, intervals);
    let winners: Vec<Land> = lands.iter().filter(|land| winners.contains(&land.0)).cloned().collect();
    assert_eq!(all.shares, of(&winners).shares, "among the {} that win among a few", winners.len());
    all.shares
}

#[test]
fn a_place_far_behind_wins_where_several_weights_move_at_once() {
    // Worths of the three wishes, per mille.
    let mut worths = vec![(600, 600, 600)];
    // Each is next to nothing behind, and so leaves each weight next to no room.
    worths.extend([
        (800, 600, 399),
        (800, 399, 600),
        (600, 800, 399),
        (399, 800, 600),
        (600, 399, 800),
        (399, 600, 800),
    ]);
    worths.extend([(599, 600, 600); 70]);
    worths.push((1_000, 700, 0));
    let anchors = [Quantity::Power, Quantity::PlotRatio, Quantity::Price].map(Quantity::anchors);
    let land = |(number, (one, two, three)): (usize, (u32, u32, u32))| {
        let at = |wish: usize, worth: u32| anchors[wish].amount(worth * 1_000);
        land(&format!("P-{number:03}"), 50_000.0, |parcel| {
            parcel.supplies = vec![power(Some(at(0, one)), None)];
            parcel.plot_ratio.max = Some(at(1, two));
            let (source, cny_per_m2) = ("List".to_owned(), at(2, three));
            parcel.price = Some(Price { cny_per_m2, as_of: DAY, source, confidence: None });
        })
    };
    let last = worths.len() - 1;
    let lands: Vec<Land> = worths.into_iter().enumerate().map(land).collect();
    let shares = check(&lands, [10, 10, 10], 50);
    assert!(shares.iter().any(|share| share.code == lands[last].0), "{shares:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn many_say_what_the_first_says_against_a_few_at_a_time(
        mut worths in proptest::collection::vec((0_u32..20_000, 0_u32..4_000, 0_u32..1_500), 300..600),
        special in proptest::collection::vec((0_usize..300, 0_usize..3), 0..9),
        weights in [0_u32..60, 1..60, 0..60],
        spread_percent in 0_u32..=100,
    ) {
        for (number, wish) in special {
            // The best there is of one wish, and nothing of the others.
            worths[number] = [(25_000, 0, 1_500), (0, 5_000, 1_500), (0, 0, 0)][wish];
        }
        let lands: Vec<Land> = worths.into_iter().enumerate().map(|(number, worths)| of(number, worths)).collect();
        check(&lands, weights, spread_percent);
    }
}
