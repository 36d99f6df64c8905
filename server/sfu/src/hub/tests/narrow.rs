//! What goes to a viewer whose line is too narrow for all that it is to see.

use std::time::{Duration, Instant};

use super::network::{By, Network, Weather, peer, track};
use crate::event::Event;
use crate::names::{Source, TrackId};

const OPUS: u8 = 111;

/// Two who show themselves, with 670 kbit/s each, and one who looks on.
fn three() -> Network {
    let mut network = Network::new(By::Rtc, 41, Weather { delay: Duration::from_millis(20), ..Weather::default() });
    for _ in 0..3 {
        network.join((2, 2));
    }
    network.route(0, 2);
    network.route(1, 2);
    network.run(Duration::from_secs(2));
    network
}

/// Lets both speak and show themselves for a while. The second is the louder one.
fn pass(network: &mut Network, time: Duration) {
    for tick in 0..time.as_millis() / 20 {
        let now = network.now;
        for (client, level) in [(0, 60), (1, 20)] {
            network.clients[client].speak(now, level);
            if tick % 2 == 0 {
                network.clients[client].show(now, 3, tick % 50 == 0);
            }
        }
        network.run(Duration::from_millis(20));
    }
}

/// The cameras that the viewer was last told to receive.
fn seen(network: &Network) -> Vec<TrackId> {
    let told = network.events.iter().rev().find_map(|event| match event {
        Event::Receivers { peer: viewer, receivers, .. } if *viewer == peer(2) => Some(receivers),
        _ => None,
    });
    let tracks = told.expect("it has receivers").iter().filter_map(|receiver| receiver.track);
    let mut seen: Vec<TrackId> = tracks.filter(|track| track.source == Source::Camera).collect();
    seen.sort_unstable();
    seen
}

/// Whether the viewer was last told that its line is narrow.
fn is_narrow(network: &Network) -> bool {
    let told = network.events.iter().rev().find_map(|event| match event {
        Event::Receivers { peer: viewer, narrow, .. } if *viewer == peer(2) => Some(*narrow),
        _ => None,
    });
    told.expect("it has receivers")
}

/// The longest time between two packets of sound that came since then.
fn longest_silence(network: &Network, since: Instant) -> Duration {
    let sound: Vec<Instant> = network.clients[2].received_of(OPUS).iter().map(|(at, _)| *at).collect();
    let since = sound.iter().filter(|at| **at >= since);
    since.clone().zip(since.skip(1)).map(|(one, next)| *next - *one).max().expect("there is sound")
}

#[test]
fn what_does_not_fit_is_left_out_until_it_does() {
    let mut network = three();
    pass(&mut network, Duration::from_secs(3));
    let (quiet, loud) = (track(0, Source::Camera), track(1, Source::Camera));
    assert_eq!(seen(&network), [quiet, loud]);
    network.weather.down_bps = 1_000_000;
    pass(&mut network, Duration::from_secs(4));
    assert_eq!(seen(&network), [loud], "the one who speaks is what fits");
    assert!(is_narrow(&network), "and the viewer is told why");
    let narrow = network.now;
    pass(&mut network, Duration::from_secs(10));
    assert_eq!(seen(&network), [loud], "trials change nothing while it is as narrow");
    let silence = longest_silence(&network, narrow);
    assert!(silence <= Duration::from_millis(150), "the sound that goes over the same line stops for {silence:?}");
    network.weather.down_bps = 4_000_000;
    pass(&mut network, Duration::from_secs(20));
    assert_eq!(seen(&network), [quiet, loud], "it is wide again");
    assert!(!is_narrow(&network));
}

#[test]
fn where_all_fits_nothing_is_left_out() {
    let mut network = three();
    network.weather.down_bps = 2_000_000;
    network.weather.jitter = Duration::from_millis(20);
    network.weather.loss_down = 0.03;
    pass(&mut network, Duration::from_secs(30));
    assert_eq!(seen(&network), [track(0, Source::Camera), track(1, Source::Camera)]);
    let told =
        network.events.iter().filter(|event| matches!(event, Event::Receivers { peer: of, .. } if *of == peer(2)));
    assert_eq!(told.count(), 4, "each of the four tracks came once, and stayed");
}
