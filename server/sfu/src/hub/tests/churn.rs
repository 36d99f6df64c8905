//! Many come and go. `cargo xtask bench sfu` does the same ten thousand times with a release build.

use std::time::Instant;

use allocation_counter::measure;

use super::network::{By, Network, Weather, over_udp, peer, track};
use super::support::Client;
use crate::event::Departure;
use crate::names::{Route, Source, Wanted};

/// Before memory is looked at: tables have grown by then to what so many at once need.
const WARM: usize = 60;
const MANY: usize = 200;

/// One joins, is routed both ways to whoever came before, and the one before that leaves.
fn come_and_go(network: &mut Network, offer: &str, index: usize) {
    let now = network.now;
    network.hub.join(now, peer(index), offer).unwrap();
    let before = index - 1;
    let routes = [(index, before), (before, index)].map(|(from, to)| {
        network.hub.want(now, peer(to), track(from, Source::Camera), Wanted { max_height: Some(180) });
        Route { track: track(from, Source::Camera), to: peer(to) }
    });
    network.hub.route(now, routes.to_vec(), vec![]);
    let remote = ([192, 0, 2, 9], index as u16).into();
    network.hub.handle(now, over_udp(remote, [0x80; 40].as_slice().into()));
    network.hub.leave(now, peer(before), Departure::Closed);
    while network.hub.poll_transmit(now).is_some() {}
    while network.hub.poll_event().is_some() {}
}

over_engines! {
    both:
        those_who_come_and_go_leave_no_memory_behind
}

fn those_who_come_and_go_leave_no_memory_behind(by: By) {
    let mut network = Network::new(by, 41, Weather::default());
    let offer = Client::new(Instant::now(), "203.0.113.9:9".parse().unwrap(), 9, (2, 2)).offer(network.now);
    network.hub.join(network.now, peer(0), &offer).unwrap();
    for index in 1..=WARM {
        come_and_go(&mut network, &offer, index);
    }
    let kept = measure(|| {
        for index in WARM + 1..=WARM + MANY {
            come_and_go(&mut network, &offer, index);
        }
    });
    // One peer is there before and after, with numbers of its own in its answer.
    assert!(kept.bytes_current.abs() < 4_096, "{} bytes are kept of {MANY}", kept.bytes_current);
    network.hub.leave_all(network.now);
    let hub = &network.hub;
    assert!(hub.peers.is_empty() && hub.tracks.is_empty() && hub.routes.is_empty() && hub.wanted.is_empty());
    assert!(hub.touched.is_empty() && hub.lane.demultiplexer.is_empty());
}
