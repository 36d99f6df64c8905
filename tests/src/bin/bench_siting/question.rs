//! Briefs, and how both sides are asked them.

use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, Criterion, FootprintMust, MatchRequest, MatchResponse, Standing, WordMust,
};
use cloudsite_tests::bench::mixed;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

/// Places that are explained.
pub(crate) const EXPLAINED: i64 = 20;

/// Seven musts and two wishes.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    land_use: &'static str,
    area_m2: f64,
    plot_ratio: f64,
    height_m: f64,
    power_kw: f64,
    price: f64,
    weights: (u32, u32),
}

/// How many places suit, are open and fail, and the first ones that suit.
pub(crate) type Answer = ([i64; 3], Vec<String>);

impl Question {
    pub(crate) fn of(number: u64) -> Self {
        let chance = mixed(number);
        let of = |steps: u64, shift: u32| ((chance >> shift) % steps) as f64;
        Self {
            land_use: ["1001", "100102", "1101"][(chance % 3) as usize],
            area_m2: 250.0 + of(200, 2),
            plot_ratio: 1.0 + of(15, 12) / 10.0,
            height_m: 15.0 + of(30, 20),
            power_kw: 2_000.0 + of(60, 28) * 100.0,
            price: 700.0 + of(700, 36),
            weights: (1 + of(50, 48) as u32, 1 + of(50, 56) as u32),
        }
    }

    /// The request, with or without a footprint, which the other side is not asked for.
    pub(crate) fn request(&self, footprint: bool) -> MatchRequest {
        let amount = |quantity: &str, min: Option<f64>, max: Option<f64>| {
            Ask::AmountMust(AmountMust { quantity: quantity.to_owned(), min, max, on: String::new() })
        };
        let word = |quality: &str, word: &str| {
            Ask::WordMust(WordMust { quality: quality.to_owned(), among: vec![word.to_owned()] })
        };
        let wish = |quantity: &str, weight, none, full| {
            let (quantity, on) = (quantity.to_owned(), String::new());
            Ask::AmountWish(AmountWish { quantity, weight, none: Some(none), full: Some(full), on })
        };
        let asks = [
            word("status", "available"),
            word("land_use", self.land_use),
            amount("area_m2", Some(self.area_m2), None),
            amount("plot_ratio", Some(self.plot_ratio), None),
            amount("height_limit_m", Some(self.height_m), None),
            amount("power", Some(self.power_kw), None),
            amount("price_cny_per_m2", None, Some(self.price)),
            wish("power", self.weights.0, 0.0, 20_000.0),
            wish("price_cny_per_m2", self.weights.1, 1_500.0, 200.0),
        ];
        let hall = Ask::FootprintMust(FootprintMust { width_m: 12.0, depth_m: 9.0 });
        let asks = asks.into_iter().chain(footprint.then_some(hall));
        let criteria = asks.map(|ask| Criterion { ask: Some(ask) }).collect();
        let brief = Brief { day: "2026-11-26".to_owned(), criteria };
        MatchRequest { brief: Some(brief), explained: EXPLAINED as i32, ..Default::default() }
    }
}

/// What a reply says that both sides say.
pub(crate) fn answer(reply: &MatchResponse) -> Answer {
    let suits = reply.places.iter().filter(|place| place.standing() == Standing::Suits);
    let codes = suits.map(|place| place.parcel.trim_start_matches("parcels/").to_owned()).collect();
    ([reply.suits, reply.open, reply.fails].map(i64::from), codes)
}

pub(crate) const TABLE: &str = "
CREATE TABLE parcel (
    code text PRIMARY KEY, status text NOT NULL, land_use text NOT NULL, area_m2 double precision NOT NULL,
    plot_ratio_max double precision, height_limit_m double precision, power_kw double precision,
    price_cny_per_m2 double precision);";

pub(crate) const COLUMNS: &str =
    "parcel (code, status, land_use, area_m2, plot_ratio_max, height_limit_m, power_kw, price_cny_per_m2)";

/// Indexes that the first places can be found by, and one that everything that is counted stands in.
pub(crate) const INDEXES: &str = "
CREATE INDEX ON parcel (status, land_use text_pattern_ops, power_kw, price_cny_per_m2, plot_ratio_max, height_limit_m, area_m2, code);
VACUUM ANALYZE parcel;";

/// A musts' verdict is null where nobody knows; the score is what the record's own is.
const JUDGED: &str = "
    SELECT code, power_kw, price_cny_per_m2,
        trunc(greatest(0, least(1, power_kw / 20000.0::float8)) * 1000000) * $7::int8
        + trunc(greatest(0, least(1, (price_cny_per_m2 - 1500.0::float8) / (200.0::float8 - 1500.0::float8))) * 1000000) * $8::int8 AS score,
        status = 'available' AND land_use LIKE $1 AND area_m2 >= $2 AND plot_ratio_max >= $3
        AND height_limit_m >= $4 AND power_kw >= $5 AND price_cny_per_m2 <= $6 AS met
    FROM parcel";

/// A connection with its statements.
pub(crate) struct Peer {
    client: Client,
    first: Statement,
    counts: Statement,
}

impl Peer {
    pub(crate) async fn of(client: Client) -> anyhow::Result<Self> {
        let first =
            format!("SELECT code FROM ({JUDGED}) AS judged WHERE met ORDER BY score DESC, code LIMIT {EXPLAINED}");
        let counts = "SELECT count(*) FILTER (WHERE met), count(*) FILTER (WHERE met IS NULL), \
            count(*) FILTER (WHERE NOT met) FROM (SELECT status = 'available' AND land_use LIKE $1 AND area_m2 >= $2 \
            AND plot_ratio_max >= $3 AND height_limit_m >= $4 AND power_kw >= $5 AND price_cny_per_m2 <= $6 AS met \
            FROM parcel) AS judged";
        Ok(Self { first: client.prepare(&first).await?, counts: client.prepare(counts).await?, client })
    }

    pub(crate) async fn ask(&self, question: &Question) -> anyhow::Result<Answer> {
        let like = format!("{}%", question.land_use);
        let weights = (i64::from(question.weights.0), i64::from(question.weights.1));
        let values: [&(dyn ToSql + Sync); 8] = [
            &like,
            &question.area_m2,
            &question.plot_ratio,
            &question.height_m,
            &question.power_kw,
            &question.price,
            &weights.0,
            &weights.1,
        ];
        let counts = self.client.query_one(&self.counts, &values[..6]).await?;
        let first = self.client.query(&self.first, &values).await?;
        let codes = first.iter().map(|row| row.get::<_, &str>(0).to_owned()).collect();
        Ok(([counts.get(0), counts.get(1), counts.get(2)], codes))
    }
}
