//! Several lanes of one port: whatever comes to the wrong one is handed on.

use std::time::Duration;

use super::network::{By, Network, over_udp, peer, server, track};
use super::support::Client;
use crate::command::OfferError;
use crate::event::{Departure, Event};
use crate::names::Source;

over_engines! {
    both:
    what_comes_to_another_lane_reaches_its_peer
    a_peer_is_there_once_on_all_lanes;
    rtc:
    an_address_that_changes_is_found_from_each_lane
    noise_goes_round_once
}

const SECOND: Duration = Duration::from_secs(1);

fn what_comes_to_another_lane_reaches_its_peer(by: By) {
    let mut network = Network::pair_on(by, 21, 3);
    network.stream(0, SECOND);
    let received = network.clients[1].received.len();
    // 50 packets of sound and 75 of pictures, but for those that were before the first key frame was asked for.
    assert!(received >= 100, "{received} packets came");
    for (lane, hub) in network.others.iter_mut().enumerate() {
        assert_eq!(hub.poll_event(), None, "lane {lane} has nobody");
        assert_eq!(hub.poll_transmit(network.now), None, "lane {lane} answers nobody");
    }
}

/// As of one lane; the packet that comes from the new address may come to any.
fn an_address_that_changes_is_found_from_each_lane(by: By) {
    let mut network = Network::pair_on(by, 22, 3);
    for port in 6_000..6_006 {
        network.stream(0, SECOND / 2);
        network.outside[0].set_port(port);
        let moved = network.now;
        network.stream(0, SECOND);
        let back = network.clients[1].received.iter().find(|(at, _)| *at > moved + Duration::from_millis(100));
        assert!(back.is_some_and(|(at, _)| *at < moved + SECOND), "port {port}");
        let is_told = |event: &Event| matches!(event, Event::Connected { path, .. } if path.remote.port() == port);
        assert!(network.events.iter().any(is_told), "port {port} is told");
    }
}

fn a_peer_is_there_once_on_all_lanes(by: By) {
    let mut network = Network::pair_on(by, 23, 2);
    let now = network.now;
    let mut client = Client::new(now, "203.0.113.9:9".parse().unwrap(), 9, (2, 2));
    let (offer, other) = (client.offer(now), &mut network.others[0]);
    assert_eq!(other.join(now, peer(0), &offer), Err(OfferError::Joined));
    other.join(now, peer(5), &offer).unwrap();
    assert_eq!(other.lane.demultiplexer.population(), [1, 2]);
    assert_eq!(other.lane.demultiplexer.lane_of(peer(5)), Some(0));
    other.leave(now, peer(5), Departure::Closed);
    network.hub.leave_all(now);
    assert!(network.hub.lane.demultiplexer.is_empty());
}

/// What looks like media of a known host and is nobody's is seen by each hub once, and that of an unknown host by one.
fn noise_goes_round_once(by: By) {
    let mut network = Network::pair_on(by, 24, 3);
    let noise = |remote: &str| {
        let mut bytes = vec![0x80, 96, 0, 1, 0, 0, 0, 0];
        bytes.extend_from_slice(&[7; 64]);
        over_udp(remote.parse().unwrap(), bytes.as_slice().into())
    };
    let now = network.now;
    let known = network.others[0].handle(now, noise("203.0.113.1:6666")).unwrap();
    assert_eq!((known.0, known.1.seen), (1, 1));
    let known = network.others[1].handle(now, known.1).unwrap();
    assert_eq!((known.0, known.1.seen), (2, 2));
    assert_eq!(network.hub.handle(now, known.1), None, "all have seen it");
    assert_eq!(network.others[0].handle(now, noise("192.0.2.1:6666")), None, "nobody is there");
    assert_eq!(network.others[0].handle(now, over_udp(server(), [0; 3].as_slice().into())), None, "it is nothing");
    assert!(network.hub.tracks.contains_key(&track(0, Source::Camera)));
}
