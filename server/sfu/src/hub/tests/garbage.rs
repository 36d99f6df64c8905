//! Whatever comes, nothing breaks, and nothing stays.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::network::{By, Network, over_udp};

const SECOND: Duration = Duration::from_secs(1);

/// A datagram that begins like one of each protocol, and goes on with noise.
fn noise(random: &mut ChaCha8Rng) -> BytesMut {
    let length = random.random_range(0..200);
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    let begins: [&[u8]; 7] = [
        &[0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42],
        &[22, 254, 253, 0, 0, 0, 0, 0, 0],
        &[23, 254, 253, 0, 1],
        &[0x80, 96],
        &[0x80, 200, 0, 6],
        &[0x90, 111, 0, 1],
        &[],
    ];
    let begin = begins[random.random_range(0..begins.len())];
    for (byte, given) in bytes.iter_mut().zip(begin) {
        *byte = *given;
    }
    BytesMut::from(bytes.as_slice())
}

over_engines! {
    both:
        noise_from_strangers_and_from_a_peer_is_borne
        what_comes_twice_is_forwarded_once
}

fn noise_from_strangers_and_from_a_peer_is_borne(by: By) {
    let mut network = Network::pair(by, 21);
    let mut random = ChaCha8Rng::seed_from_u64(21);
    for round in 0..20_000 {
        let remote = match round % 3 {
            0 => network.outside[0],
            _ => SocketAddr::from(([198, 51, 100, 7], random.random_range(1..=u16::MAX))),
        };
        network.hub.handle(network.now, over_udp(remote, noise(&mut random)));
    }
    network.stream(0, SECOND);
    assert!(network.clients[1].received.len() > 100, "media go on");
    network.stream(1, SECOND);
    assert!(network.clients[0].received.len() > 100, "to whom the noise was sent for as well");
}

fn what_comes_twice_is_forwarded_once(by: By) {
    let mut network = Network::pair(by, 22);
    network.weather.doubled = 1.0;
    network.stream(0, SECOND);
    network.weather.doubled = 0.0;
    let mut numbers: Vec<(u8, u16)> = network.clients[1]
        .received
        .iter()
        .map(|(_, packet)| (packet.header.payload_type, packet.header.sequence_number))
        .collect();
    numbers.sort_unstable();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all);
}
