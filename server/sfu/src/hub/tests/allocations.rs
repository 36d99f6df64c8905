//! What forwarding takes from the heap: the engine what it will, and everything else nothing.

use std::iter::from_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use bytes::BytesMut;

use super::network::{By, Network, Weather, over_udp, peer, track};
use crate::command::OfferError;
use crate::engine::{Answer, Engine, Engines, Feedback, Output, Unsent};
use crate::event::{Path, Protocol};
use crate::forward::packet::Packet;
use crate::hub::Datagram;
use crate::names::{Channel, Route, Source};

/// How often engines have taken memory.
type Count = Arc<AtomicU64>;

struct CountedEngines(Box<dyn Engines>, Count);

impl Engines for CountedEngines {
    fn open(&mut self, now: Instant, seed: u64) -> Result<Box<dyn Engine>, OfferError> {
        Ok(Box::new(Counted(self.0.open(now, seed)?, Arc::clone(&self.1))))
    }
}

/// An engine whose share of the heap is counted.
struct Counted(Box<dyn Engine>, Count);

impl Counted {
    fn with<T>(&mut self, act: impl FnOnce(&mut dyn Engine) -> T) -> T {
        let mut done = None;
        let taken = measure(|| done = Some(act(self.0.as_mut())));
        self.1.fetch_add(taken.count_total, Ordering::Relaxed);
        done.expect("it was done")
    }
}

impl Engine for Counted {
    fn answer(&mut self, now: Instant, offer: &str) -> Result<Answer, OfferError> {
        self.with(|engine| engine.answer(now, offer))
    }
    fn checked(&mut self, now: Instant, request: BytesMut) {
        self.with(|engine| engine.checked(now, request));
    }
    fn handle(&mut self, now: Instant, datagram: BytesMut) {
        self.with(|engine| engine.handle(now, datagram));
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.with(|engine| engine.handle_timeout(now));
    }
    fn poll_timeout(&mut self) -> Option<Instant> {
        self.with(|engine| engine.poll_timeout())
    }
    fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.with(|engine| engine.poll_transmit())
    }
    fn poll_output(&mut self, now: Instant, messages: bool) -> Option<Output> {
        self.with(|engine| engine.poll_output(now, messages))
    }
    fn sends(&self, ssrc: u32) -> bool {
        self.0.sends(ssrc)
    }
    fn has_heard(&mut self) -> bool {
        self.0.has_heard()
    }

    fn forward(&mut self, now: Instant, line: usize, packet: &Packet, repair: bool) {
        self.with(|engine| engine.forward(now, line, packet, repair));
    }
    fn feed_back(&mut self, now: Instant, feedback: Feedback) {
        self.with(|engine| engine.feed_back(now, feedback));
    }
    fn desire(&mut self, now: Instant, bps: u64) {
        self.with(|engine| engine.desire(now, bps));
    }
    fn send(&mut self, now: Instant, channel: Channel, bytes: &[u8]) -> Result<(), Unsent> {
        self.with(|engine| engine.send(now, channel, bytes))
    }
    fn close(&mut self, now: Instant) {
        self.with(|engine| engine.close(now));
    }
}

over_engines! {
    both:
        what_is_forwarded_takes_nothing_from_the_heap_outside_of_engines
        a_further_subscription_takes_little_memory
}

fn what_is_forwarded_takes_nothing_from_the_heap_outside_of_engines(by: By) {
    const ROUNDS: usize = 100;
    const VIEWERS: usize = 3;
    let count = Count::default();
    let engines = Box::new(CountedEngines(by.engines(), Arc::clone(&count)));
    let mut network = Network::over(engines, 31, Weather::default());
    for viewer in 0..=VIEWERS {
        network.join((1, 1));
        if viewer > 0 {
            network.route(0, viewer);
        }
    }
    network.run(Duration::from_secs(2));
    network.stream(0, Duration::from_secs(1));
    let from = Path { protocol: Protocol::Udp, remote: network.outside[0] };
    let (mut taken, mut forwarded) = (0, 0);
    count.store(0, Ordering::Relaxed);
    for round in 0..ROUNDS {
        let now = network.now;
        network.clients[0].speak(now, 20);
        network.clients[0].show(now, 3, round % 15 == 0);
        let datagrams: Vec<BytesMut> = from_fn(|| network.clients[0].poll_transmit(now)).collect();
        let before = count.load(Ordering::Relaxed);
        let all = measure(|| {
            for datagram in datagrams {
                network.hub.handle(now, Datagram::new(from, datagram));
                while network.hub.poll_transmit(now).is_some() {
                    forwarded += 1;
                }
            }
        });
        let engines = count.load(Ordering::Relaxed) - before;
        taken += all.count_total - engines;
        network.run(Duration::from_millis(20));
        count.store(engines + before, Ordering::Relaxed);
    }
    let engines = count.load(Ordering::Relaxed) as f64 / forwarded as f64;
    println!("{forwarded} packets were forwarded; engines took memory {engines:.2} times for each");
    assert!(forwarded >= ROUNDS * 4 * VIEWERS, "only {forwarded} packets were forwarded");
    assert_eq!(taken, 0, "memory was taken outside of engines");
}

/// Bytes that are kept of some packets of sound and pictures, with routes that are added before.
fn kept(network: &mut Network, routes: Vec<Route>) -> i64 {
    let (now, remote) = (network.now, network.outside[0]);
    network.clients[0].speak(now, 20);
    network.clients[0].show(now, 3, true);
    let datagrams: Vec<BytesMut> = from_fn(|| network.clients[0].poll_transmit(now)).collect();
    let kept = measure(|| {
        network.hub.route(now, routes, vec![]);
        for datagram in datagrams {
            network.hub.handle(now, over_udp(remote, datagram));
            while network.hub.poll_transmit(now).is_some() {}
        }
        while network.hub.poll_event().is_some() {}
    });
    network.run(Duration::from_millis(20));
    kept.bytes_current
}

fn a_further_subscription_takes_little_memory(by: By) {
    const MOST_BYTES: i64 = 8_000;
    let mut network = Network::new(by, 32, Weather::default());
    for _ in 0..2 {
        network.join((1, 1));
    }
    network.run(Duration::from_secs(2));
    network.stream(0, Duration::from_secs(1));
    let without = kept(&mut network, Vec::new());
    let routes = [Source::Microphone, Source::Camera].map(|source| Route { track: track(0, source), to: peer(1) });
    let with = kept(&mut network, routes.to_vec());
    let each = (with - without) / 2;
    println!("a subscription takes {each} bytes");
    assert!(each > 0 && each <= MOST_BYTES, "a subscription takes {each} bytes");
}
