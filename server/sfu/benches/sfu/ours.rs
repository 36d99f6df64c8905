//! This project's media plane as one of the systems that are measured.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::client::{Client, Media, Shared, connected, run};
use crate::marks::Arrivals;
use crate::server::{Ask, Told};

/// A running server; ends with this value.
pub(crate) struct Ours {
    process: Child,
    asks: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
}

impl Ours {
    /// Starts one.
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(crate::SERVE).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("the server under test cannot be started")?;
        let asks = process.stdin.take().context("no standard input")?;
        let told = BufReader::new(process.stdout.take().context("no standard output")?).lines();
        Ok(Self { process, asks, told })
    }

    /// The process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.process.id().context("the server has ended")
    }

    async fn ask(&mut self, ask: &Ask) -> Result<Told> {
        let mut text = serde_json::to_vec(ask)?;
        text.push(b'\n');
        self.asks.write_all(&text).await?;
        let line = self.told.next_line().await?.context("the server has ended")?;
        Ok(serde_json::from_str(&line)?)
    }

    async fn join(&mut self, peer: u16, client: &mut Client) -> Result<()> {
        let ask = Ask::Join { peer: u64::from(peer), offer: client.offer()? };
        match self.ask(&ask).await? {
            Told::Answer(answer) => client.take_answer(answer),
            Told::Done => bail!("not an answer"),
        }
    }

    /// A client that sends a stream.
    pub(crate) async fn publisher(&mut self, number: u16, media: Media, arrivals: &Arrivals) -> Result<Shared> {
        let mut client = Client::new(number, true, 0, media, arrivals.clone()).await?;
        self.join(number, &mut client).await?;
        let client = run(client);
        connected(&client).await?;
        Ok(client)
    }

    /// A client that receives the streams of some publishers, and has `spare` receivers more.
    pub(crate) async fn viewer(
        &mut self,
        number: u16,
        (media, spare): (Media, usize),
        publishers: &[u16],
        arrivals: &Arrivals,
    ) -> Result<Shared> {
        let receives = publishers.len() + spare;
        let mut client = Client::new(number, false, receives, media, arrivals.clone()).await?;
        self.join(number, &mut client).await?;
        for publisher in publishers {
            self.route(*publisher, number, media).await?;
        }
        let client = run(client);
        connected(&client).await?;
        Ok(client)
    }

    /// Sends what one publishes to another.
    pub(crate) async fn route(&mut self, from: u16, to: u16, media: Media) -> Result<()> {
        let (from, to) = (u64::from(from), u64::from(to));
        self.ask(&Ask::Route { from, to, pictures: media == Media::Pictures }).await.map(drop)
    }

    /// Lets so many peers come and go.
    pub(crate) async fn come_and_go(&mut self, first: u64, times: u64) -> Result<()> {
        let mut client = Client::new(0, true, 4, Media::Pictures, Arrivals::default()).await?;
        let offer = client.offer()?;
        self.ask(&Ask::ComeAndGo { peer: first, times, offer }).await.map(drop)
    }

    /// Lets a peer go.
    pub(crate) async fn leave(&mut self, peer: u16) -> Result<()> {
        self.ask(&Ask::Leave { peer: u64::from(peer) }).await.map(drop)
    }
}
