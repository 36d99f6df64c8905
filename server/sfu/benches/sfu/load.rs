//! The loads, the same for whichever system is measured.

use std::cell::RefCell;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::net::UdpSocket;
use tokio::time::{MissedTickBehavior, interval_at, sleep};

use crate::client::{Media, Shared, close, until};
use crate::marks::Arrivals;
use crate::stamped::Stamped;
use crate::system::System;

/// How long a load runs before it is measured, and after.
const SETTLES: Duration = Duration::from_millis(700);
const DRAINS: Duration = Duration::from_millis(200);

/// Each so many bursts begin with a key frame, and each that the server asks for.
const KEY_EVERY: u32 = 300;

/// How often the generator sends to itself.
const OWN_ROUNDS: usize = 500;

/// Ticks of the kernel's accounting a second, which Linux tells all programs (`USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;

/// Who sends what to whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) media: Media,
    pub(crate) payload: usize,
    pub(crate) publishers: u16,
    pub(crate) viewers: u16,
    /// Packets that a publisher sends at once, and how often it does.
    pub(crate) burst: usize,
    pub(crate) every: Duration,
    pub(crate) lasts: Duration,
}

/// What a load came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) received: u64,
    pub(crate) sent: u64,
    pub(crate) cpu: Cpu,
    pub(crate) took: Duration,
    /// How long each packet was on its way, and how long datagrams are that the generator sends to itself.
    pub(crate) delays_us: Vec<f64>,
    pub(crate) own_us: Vec<f64>,
}

impl Outcome {
    /// CPU seconds for a million packets that arrived.
    pub(crate) fn cpu_per_million(&self) -> f64 {
        self.cpu.all.as_secs_f64() * 1e6 / self.received as f64
    }

    /// How much of a core it took.
    pub(crate) fn share(&self) -> f64 {
        self.cpu.all.as_secs_f64() / self.took.as_secs_f64()
    }

    /// The part of its CPU time that the kernel took, for the most part to send.
    pub(crate) fn kernel(&self) -> f64 {
        self.cpu.kernel.as_secs_f64() / self.cpu.all.as_secs_f64()
    }

    /// The part of all packets that should have arrived and did not.
    pub(crate) fn lost(&self, viewers: u16) -> f64 {
        1.0 - self.received as f64 / (self.sent * u64::from(viewers)) as f64
    }
}

/// The address of this machine that everybody uses: not the loopback's if there is another, for Janus has none there.
/// The kernel takes what goes to it the same way.
pub(crate) fn address() -> IpAddr {
    let ips = if_addrs::get_if_addrs().unwrap_or_default().into_iter().map(|interface| interface.ip());
    ips.filter(IpAddr::is_ipv4).find(|ip| !ip.is_loopback()).unwrap_or(Ipv4Addr::LOCALHOST.into())
}

/// CPU time of a process, and how much of it the kernel took for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    pub(crate) all: Duration,
    pub(crate) kernel: Duration,
}

impl Cpu {
    /// What was taken since.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self { all: self.all.saturating_sub(before.all), kernel: self.kernel.saturating_sub(before.kernel) }
    }
}

/// What a process has taken so far.
pub(crate) fn cpu_of(pid: u32) -> Result<Cpu> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in parentheses and may hold anything; fields 14 and 15 are the times.
    let after = stat.rsplit_once(')').context("no name")?.1;
    let mut ticks = after.split_whitespace().skip(11);
    let mut next =
        || anyhow::Ok(Duration::from_secs_f64(ticks.next().context("no time")?.parse::<f64>()? / TICKS_A_SECOND));
    let (user, kernel) = (next()?, next()?);
    Ok(Cpu { all: user + kernel, kernel })
}

/// What a process holds in memory, bytes.
pub(crate) fn resident_of(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0)
}

/// Sends a stream for a while, as long as the client is open, beginning at its own time within an interval.
pub(crate) fn send(client: Shared, load: Load, place: u16, until: Instant) {
    tokio::task::spawn_local(async move {
        let offset = load.every * u32::from(place) / u32::from(load.publishers.max(1));
        let mut ticks = interval_at((Instant::now() + offset).into(), load.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut frame = 0_u32;
        while ticks.tick().await.into_std() < until {
            let key = frame.is_multiple_of(KEY_EVERY) || client.borrow().is_key_frame_wanted();
            for index in 0..load.burst {
                let written = client.borrow_mut().write(load.payload, index == 0, index + 1 == load.burst, key);
                if let Err(error) = written {
                    eprintln!("    a packet is not sent: {error:#}");
                    return;
                }
            }
            frame += 1;
        }
    });
}

/// How long datagrams take that the generator sends to itself, as many at once and to as many sockets as in a load of
/// single packets: what of a delay is not the server's.
pub(crate) async fn own_path(load: Load) -> Result<Vec<f64>> {
    let from = UdpSocket::bind((address(), 0)).await?;
    let began = Instant::now();
    let took = Rc::new(RefCell::new(Vec::new()));
    let mut sockets = Vec::new();
    for _ in 0..load.viewers {
        let socket = Stamped::bind().await?;
        sockets.push(socket.address()?);
        tokio::task::spawn_local(note_own(socket, began, Rc::clone(&took)));
    }
    let mut datagram = vec![0; load.payload];
    for _ in 0..OWN_ROUNDS {
        for to in sockets.iter().cycle().take(sockets.len() * usize::from(load.publishers)) {
            datagram[..8].copy_from_slice(&(began.elapsed().as_nanos() as u64).to_be_bytes());
            from.send_to(&datagram, to).await?;
        }
        sleep(load.every).await;
    }
    for to in &sockets {
        from.send_to(&[], to).await?;
    }
    sleep(DRAINS).await;
    Ok(took.take())
}

/// Notes how long datagrams were on their way, until an empty one comes.
async fn note_own(socket: Stamped, began: Instant, took: Rc<RefCell<Vec<f64>>>) {
    let mut buffer = [0; 2_048];
    while socket.readable().await.is_ok() {
        while let Ok((length, _, at)) = socket.receive(&mut buffer) {
            let Some(sent) = buffer[..length].first_chunk().map(|nanos| u64::from_be_bytes(*nanos)) else { return };
            let came = at.saturating_duration_since(began).as_nanos() as u64;
            took.borrow_mut().push(came.saturating_sub(sent) as f64 / 1e3);
        }
    }
}

/// Those who send and receive, each of whom receives what each of the others sends.
pub(crate) struct Crowd {
    pub(crate) senders: Vec<Shared>,
    viewers: Vec<Shared>,
    pub(crate) arrivals: Arrivals,
}

impl Crowd {
    /// Whatever a load needs joins.
    pub(crate) async fn gather(system: &mut System, load: Load) -> Result<Self> {
        let arrivals = Arrivals::default();
        let mut viewers = Vec::new();
        let numbers: Vec<u16> = (0..load.publishers).map(|_| system.number()).collect();
        let mut senders = Vec::new();
        for number in &numbers {
            senders.push(system.publisher(*number, load.media, &arrivals).await?);
        }
        for _ in 0..load.viewers {
            let number = system.number();
            viewers.push(system.viewer(number, load.media, &numbers, &arrivals).await?);
        }
        // A gentle stream first, until every viewer has every stream.
        let gentle = Load { burst: 1, every: Duration::from_millis(20), ..load };
        let expected = usize::from(load.publishers) * usize::from(load.viewers);
        let known = Instant::now() + Duration::from_secs(2);
        for (place, client) in senders.iter().enumerate() {
            send(client.clone(), gentle, place as u16, known);
        }
        until(|| arrivals.streams() >= expected).await.with_context(|| {
            format!("{}: {} of {expected} streams have come to viewers", load.name, arrivals.streams())
        })?;
        sleep(known.saturating_duration_since(Instant::now())).await;
        Ok(Self { senders, viewers, arrivals })
    }

    /// All of them leave.
    pub(crate) async fn leave(self) {
        for client in self.senders.iter().chain(&self.viewers) {
            close(client);
        }
        sleep(DRAINS).await;
    }
}

/// Runs a load on a system: whatever is needed joins, and leaves afterwards.
pub(crate) async fn run(system: &mut System, load: Load, delays: bool) -> Result<Outcome> {
    let crowd = Crowd::gather(system, load).await?;
    let outcome = measure(system, load, &crowd, delays).await;
    crowd.leave().await;
    outcome
}

async fn measure(system: &System, load: Load, crowd: &Crowd, delays: bool) -> Result<Outcome> {
    let Crowd { senders, arrivals, .. } = crowd;
    let begins = Instant::now() + SETTLES;
    let ends = begins + load.lasts;
    for (place, client) in senders.iter().enumerate() {
        send(client.clone(), load, place as u16, ends + DRAINS);
    }
    sleep(SETTLES).await;
    let pid = system.pid()?;
    if delays {
        arrivals.note_delays();
    }
    let (cpu, received, sent, began) = (cpu_of(pid)?, arrivals.received(), arrivals.sent_count(), Instant::now());
    sleep(ends.saturating_duration_since(Instant::now())).await;
    let cpu = cpu_of(pid)?.since(cpu);
    let (received, sent, took) = (arrivals.received() - received, arrivals.sent_count() - sent, began.elapsed());
    sleep(DRAINS * 2).await;
    let own_us = if delays { own_path(load).await? } else { Vec::new() };
    Ok(Outcome { received, sent, cpu, took, delays_us: arrivals.take_delays_us(), own_us })
}
