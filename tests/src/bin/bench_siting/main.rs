//! Measures site selection against the same predicates in PostgreSQL with PostGIS, in the same run, on generated parcels,
//! and compares the answers.
//!
//! Usage: `bench-siting PARCELS`; prints one JSON object. `cargo xtask bench siting` runs it. The other side counts and
//! orders by seven predicates and a score; ours tries a footprint, explains twenty places and says what musts cost besides.

mod adjacent;
mod dragging;
mod parcels;
mod question;

use std::time::{Duration, Instant};

use anyhow::ensure;
use cloudsite_proto::land::ListParcelsRequest;
use cloudsite_proto::land::parcel_service_client::ParcelServiceClient;
use cloudsite_proto::siting::MatchRequest;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_tests::bench::{Postgis, Rows, fill, median, quantile, resident_mb};
use cloudsite_tests::{Server, import};
use futures::future::try_join_all;
use serde_json::json;
use tempfile::TempDir;
use tonic::transport::Channel;

use parcels::Field;
use question::{COLUMNS, INDEXES, Peer, Question, TABLE};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Parcels of a file that is imported.
const A_FILE: u64 = 100_000;

/// Different briefs.
const QUESTIONS: u64 = 200;

/// Requests under way at a time: as many as are answered at a time.
const AT_A_TIME: usize = 2;

/// Turns at half load, and how long one is: so short that what stops the machine now and then is in a few of them.
const HALF_LOAD_TURNS: usize = 30;
const HALF_LOAD_TURN: Duration = Duration::from_secs(1);

/// How long a side is asked without a break.
const TURN: Duration = Duration::from_secs(4);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    ensure!(count >= 1_000, "a bench of fewer than 1,000 parcels says nothing");
    let mut rows = Rows::default();
    let questions: Vec<Question> = (0..QUESTIONS).map(Question::of).collect();
    dragging::measure(&mut rows)?;
    adjacent::measure(&mut rows)?;
    few(&questions, &mut rows).await?;
    whole(&questions, &mut rows).await?;
    many(count, &questions, &mut rows).await?;
    println!("{}", json!({ "rows": rows }));
    Ok(())
}

/// A park of the usual size.
async fn few(questions: &[Question], rows: &mut Rows) -> anyhow::Result<()> {
    let (server, ours) = served(&Field::of(1_000)).await?;
    rate(questions, TURN, async |question| ours.ask(question).await).await?;
    let mut took = Vec::new();
    for question in questions.iter().cycle().take(2_000) {
        let began = Instant::now();
        ours.ask(question).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    rows.at_most("match among 1,000 parcels, median", "ms", median(&mut took), Some(2.0));
    rows.at_most("match among 1,000 parcels, 99 %", "ms", quantile(&mut took, 0.99), None);
    drop(server);
    Ok(())
}

/// All that the page asks at once, of the demo park: it says within half a second what a brief comes to, and has to draw it.
async fn whole(questions: &[Question], rows: &mut Rows) -> anyhow::Result<()> {
    let server = Server::start().await;
    let ours = Ours::of(&server).await;
    let mut took = Vec::new();
    for question in questions.iter().chain(questions) {
        let mut request = ours.asked(question, true);
        let of_page =
            MatchRequest { explained: 100, assemblies: 5, floors: 100, coloured: 2_000, ..Default::default() };
        let brief = request.get_mut().brief.take();
        *request.get_mut() = MatchRequest { brief, ..of_page };
        let began = Instant::now();
        ours.client.clone().r#match(request).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let name = |part: &str| format!("all that the page asks, of the demo park, {part}");
    rows.at_most(&name("median"), "ms", median(&mut took), None);
    rows.at_most(&name("99 %"), "ms", quantile(&mut took, 0.99), Some(100.0));
    Ok(())
}

/// A park of no size that there is.
async fn many(count: u64, questions: &[Question], rows: &mut Rows) -> anyhow::Result<()> {
    let field = Field::of(count);
    let (server, ours) = served(&field).await?;
    let began = Instant::now();
    ours.ask(&questions[0]).await?;
    rows.at_most("the first match, which makes the columns", "s", began.elapsed().as_secs_f64(), None);
    let peer = Postgis::start().await?;
    let client = peer.client().await?;
    client.batch_execute(TABLE).await?;
    let areas_m2 = ours.areas_m2(&field).await?;
    fill(&client, COLUMNS, (0..count).map(|number| line(&field, number, areas_m2[number as usize])), INDEXES).await?;
    let lines = [Peer::of(client).await?, Peer::of(peer.client().await?).await?];

    for question in questions.iter().step_by(20) {
        let reply = ours.client.clone().r#match(ours.asked(question, false)).await?.into_inner();
        let (ours, theirs) = (question::answer(&reply), lines[0].ask(question).await?);
        ensure!(ours == theirs, "answers differ for {question:?}: {ours:?} and {theirs:?}");
    }
    let (mut ours_rate, mut theirs_rate) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        ours_rate.push(rate(questions, TURN, async |question| ours.ask(question).await).await?);
        let next = std::cell::Cell::new(0_usize);
        let ask = async |question: &Question| {
            next.set(next.get() + 1);
            lines[next.get() % lines.len()].ask(question).await.map(|_| ())
        };
        theirs_rate.push(rate(questions, TURN, ask).await?);
    }
    let rates = (median(&mut ours_rate), median(&mut theirs_rate));
    rows.against(&format!("match among {count} parcels"), "requests/s", rates, Postgis::NAME, 40.0);
    drop(lines);
    drop(peer);

    let (mut medians, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..HALF_LOAD_TURNS {
        let mut took = at_rate(questions, rates.0 / 2.0, async |question| ours.ask(question).await).await?;
        medians.push(median(&mut took));
        tails.push(quantile(&mut took, 0.99));
    }
    let name = |part: &str| format!("match among {count} parcels at half load, {part}");
    rows.at_most(&name("median"), "ms", median(&mut medians), None);
    rows.at_most(&name("99 % of a turn, median of turns"), "ms", median(&mut tails), Some(5.0));
    rows.at_most(&name("99 % of the best turn"), "ms", quantile(&mut tails, 0.0), None);
    rows.at_most(&name("99 % of the worst turn"), "ms", quantile(&mut tails, 1.0), None);
    rows.at_most("memory of the server", "MB", resident_mb(server.pid())?, None);
    Ok(())
}

fn line(field: &Field, number: u64, area_m2: f64) -> String {
    let parcel = field.parcel(number);
    let known = |value: Option<f64>| value.map_or_else(|| "\\N".to_owned(), |value| value.to_string());
    let (ratio, height) = (known(parcel.plot_ratio_max), known(parcel.height_limit_m));
    let (power, price) = (known(parcel.power_kw), known(parcel.price_cny_per_m2));
    let parcels::Sample { code, status, land_use, .. } = parcel;
    format!("{code}\t{status}\t{land_use}\t{area_m2}\t{ratio}\t{height}\t{power}\t{price}\n")
}

/// Answers a second, with some requests under way all the time.
async fn rate(
    questions: &[Question],
    turn: Duration,
    ask: impl AsyncFn(&Question) -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    let (began, ask) = (Instant::now(), &ask);
    let lines = (0..AT_A_TIME).map(|line| async move {
        let mut done = 0_usize;
        while began.elapsed() < turn {
            ask(&questions[(line * 97 + done) % questions.len()]).await?;
            done += 1;
        }
        anyhow::Ok(done)
    });
    let done: usize = try_join_all(lines).await?.into_iter().sum();
    Ok(done as f64 / began.elapsed().as_secs_f64())
}

/// How long each answer takes, ms, from when it was due, if so many are asked a second whatever became of the others.
async fn at_rate(
    questions: &[Question],
    a_second: f64,
    ask: impl AsyncFn(&Question) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<f64>> {
    let (began, ask) = (Instant::now() + Duration::from_millis(50), &ask);
    let count = (a_second * HALF_LOAD_TURN.as_secs_f64()) as usize;
    let asked = (0..count).map(|number| async move {
        let due = began + Duration::from_secs_f64(number as f64 / a_second);
        tokio::time::sleep_until(due.into()).await;
        // A timer is a millisecond late at most, which is not the server's.
        let due = Instant::now();
        ask(&questions[number % questions.len()]).await?;
        anyhow::Ok(due.elapsed().as_secs_f64() * 1e3)
    });
    try_join_all(asked).await
}

/// A server with the parcels of a field.
async fn served(field: &Field) -> anyhow::Result<(Server, Ours)> {
    let folder = TempDir::new()?;
    let data = folder.path().join("data");
    for first in (0..field.count).step_by(A_FILE as usize) {
        let file = field.write(folder.path(), first..field.count.min(first + A_FILE))?;
        import(&file, "parcel", &data, &[]).await.exits(0);
    }
    let server = Server::start_in(folder).await;
    let ours = Ours::of(&server).await;
    Ok((server, ours))
}

/// The server that is measured, asked by the operator, who is given the record as it is.
struct Ours {
    client: SitingServiceClient<Channel>,
    parcels: ParcelServiceClient<Channel>,
    authorization: tonic::metadata::AsciiMetadataValue,
}

impl Ours {
    async fn of(server: &Server) -> Self {
        let channel = server.channel().await;
        let operator = server.as_operator(());
        let authorization = operator.metadata().get("authorization").expect("an operator has a token").clone();
        let client = SitingServiceClient::new(channel.clone()).max_decoding_message_size(16 << 20);
        Self { client, parcels: ParcelServiceClient::new(channel), authorization }
    }

    fn asked(&self, question: &Question, footprint: bool) -> tonic::Request<MatchRequest> {
        let mut request = tonic::Request::new(question.request(footprint));
        request.metadata_mut().insert("authorization", self.authorization.clone());
        request
    }

    async fn ask(&self, question: &Question) -> anyhow::Result<()> {
        self.client.clone().r#match(self.asked(question, true)).await?;
        Ok(())
    }

    /// The areas of all parcels by their numbers, m².
    async fn areas_m2(&self, field: &Field) -> anyhow::Result<Vec<f64>> {
        let mut areas = vec![f64::NAN; field.count as usize];
        let mut page_token = String::new();
        loop {
            let list = ListParcelsRequest { page_size: 1_000, page_token, ..Default::default() };
            let mut request = tonic::Request::new(list);
            request.metadata_mut().insert("authorization", self.authorization.clone());
            let reply = self.parcels.clone().list_parcels(request).await?.into_inner();
            for parcel in &reply.parcels {
                areas[parcel.name.trim_start_matches("parcels/G-").parse::<usize>()?] = parcel.area_m2;
            }
            if reply.next_page_token.is_empty() {
                return Ok(areas);
            }
            page_token = reply.next_page_token;
        }
    }
}
