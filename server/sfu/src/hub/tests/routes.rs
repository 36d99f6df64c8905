//! Who gets what.

use std::collections::BTreeSet;
use std::time::Duration;

use super::network::{By, Network, peer, track};
use crate::command::OfferError;
use crate::engine::Output;
use crate::event::{Departure, Event, Receiver};
use crate::forward::packet::{Codec, Head, Packet};
use crate::names::{Channel, Route, Source, Wanted};

const SECOND: Duration = Duration::from_secs(1);
const OPUS: u8 = 111;
const VP8: u8 = 96;

fn receivers(network: &Network, index: usize) -> Vec<Receiver> {
    let last = network.events.iter().rev().find_map(|event| match event {
        Event::Receivers { peer: told, receivers, .. } if *told == peer(index) => Some(receivers.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

over_engines! {
    both:
        sound_pictures_and_messages_reach_whom_they_are_for
        what_is_not_routed_or_not_wanted_is_not_sent
        a_receiver_is_used_for_one_after_another_without_a_jump
        a_picture_that_nobody_looks_at_need_not_be_sent_and_is_there_when_someone_does
        levels_are_told_the_loudest_first_and_not_too_often
        whoever_leaves_or_falls_silent_is_gone_for_all
        a_further_offer_keeps_receivers_and_an_ice_restart_keeps_media
        a_client_who_says_good_bye_is_gone_at_once
        nothing_is_left_of_those_who_have_been_there
        nothing_is_left_of_what_was_published_and_is_no_more
        a_layer_that_begins_anew_goes_on_where_it_was
        a_receiver_that_has_rested_goes_on_where_it_was
        offers_that_cannot_be_met_are_refused_to_that_client_alone
}

fn sound_pictures_and_messages_reach_whom_they_are_for(by: By) {
    let mut network = Network::pair(by, 1);
    network.stream(0, SECOND);
    let (sounds, pictures) = (network.clients[1].received_of(OPUS).len(), network.clients[1].received_of(VP8).len());
    assert!(sounds >= 49, "{sounds} packets of sound have come");
    assert!(pictures >= 70, "{pictures} packets of pictures have come");
    assert!(network.clients[0].received.is_empty(), "nobody hears himself");
    for event in
        [Event::Published { track: track(0, Source::Microphone) }, Event::Published { track: track(0, Source::Camera) }]
    {
        assert_eq!(network.events.iter().filter(|told| **told == event).count(), 1, "{event:?}");
    }
    let now = network.now;
    for (label, channel) in [("reliable", Channel::Reliable), ("latest", Channel::Latest)] {
        assert!(network.clients[0].say(now, label, label.as_bytes()));
        network.hub.send(now, &[peer(1)], channel, b"for you");
    }
    network.run(SECOND);
    let said: BTreeSet<(String, Vec<u8>)> =
        network.clients[1].messages.iter().map(|(label, bytes)| (label.clone(), bytes.to_vec())).collect();
    let expected = ["reliable", "latest"].map(|label| (label.to_owned(), b"for you".to_vec()));
    assert_eq!(said, BTreeSet::from(expected));
    for channel in [Channel::Reliable, Channel::Latest] {
        let bytes = bytes::Bytes::from_static(channel.label().as_bytes());
        assert!(network.events.contains(&Event::Message { peer: peer(0), channel, bytes }));
    }
}

fn what_is_not_routed_or_not_wanted_is_not_sent(by: By) {
    let mut network = Network::pair(by, 2);
    let third = network.join((2, 2));
    network.run(SECOND);
    network.stream(0, SECOND);
    assert!(network.clients[third].received.is_empty(), "nothing is routed to it");
    network.hub.want(network.now, peer(1), track(0, Source::Camera), Wanted { max_height: None });
    network.run(SECOND / 10);
    let before = network.clients[1].received_of(VP8).len();
    network.stream(0, SECOND);
    assert_eq!(network.clients[1].received_of(VP8).len(), before, "its picture is paused");
    let remove = Route { track: track(0, Source::Microphone), to: peer(1) };
    network.hub.route(network.now, vec![], vec![remove]);
    network.run(SECOND / 10);
    let before = network.clients[1].received.len();
    network.stream(0, SECOND);
    assert_eq!(network.clients[1].received.len(), before, "its sound is no longer routed");
    assert!(receivers(&network, 1).iter().all(|receiver| receiver.track.is_none()));
}

fn a_receiver_is_used_for_one_after_another_without_a_jump(by: By) {
    let mut network = Network::pair(by, 3);
    let third = network.join((1, 1));
    network.run(SECOND);
    for speaker in [0, 1, 0] {
        network.route(speaker, third);
        network.stream(speaker, SECOND);
        let remove =
            [Source::Microphone, Source::Camera].map(|source| Route { track: track(speaker, source), to: peer(third) });
        network.hub.route(network.now, vec![], remove.to_vec());
    }
    for payload_type in [OPUS, VP8] {
        let received = network.clients[third].received_of(payload_type);
        assert!(received.len() > 100);
        let streams: BTreeSet<u32> = received.iter().map(|(_, packet)| packet.header.ssrc).collect();
        assert_eq!(streams.len(), 1, "all came in the one receiver");
        for pair in received.windows(2) {
            let (before, after) = (&pair[0].1.header, &pair[1].1.header);
            assert_eq!(after.sequence_number, before.sequence_number.wrapping_add(1));
            let passed = after.timestamp.wrapping_sub(before.timestamp);
            assert!(passed < 48_000 * 2, "time goes on, by {passed}");
        }
    }
    network.run(SECOND / 10);
    assert!(receivers(&network, third).iter().all(|receiver| receiver.track.is_none()));
}

fn a_picture_that_nobody_looks_at_need_not_be_sent_and_is_there_when_someone_does(by: By) {
    let mut network = Network::pair(by, 10);
    let camera = track(0, Source::Camera);
    let asked = |network: &Network| {
        let told = network.events.iter().filter_map(|event| match event {
            Event::Layers { track, sent } if *track == camera => Some(sent.clone()),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    network.stream(0, SECOND);
    network.hub.want(network.now, peer(1), camera, Wanted { max_height: None });
    network.stream(0, SECOND * 35);
    assert_eq!(asked(&network).last(), Some(&vec![false]), "{:?}", asked(&network));
    // The client does as it is told.
    for _ in 0..1_000 {
        let now = network.now;
        network.clients[0].speak(now, 20);
        network.run(Duration::from_millis(20));
    }
    assert!(!network.events.contains(&Event::Unpublished { track: camera }), "it is still there");
    let before = network.clients[1].received_of(VP8).len();
    network.hub.want(network.now, peer(1), camera, Wanted { max_height: Some(360) });
    network.run(Duration::ZERO);
    assert_eq!(asked(&network).last(), Some(&vec![true]), "at once: {:?}", asked(&network));
    network.stream(0, SECOND);
    assert!(network.clients[1].received_of(VP8).len() > before + 30);
    network.run(SECOND * 6);
    assert!(network.events.contains(&Event::Unpublished { track: camera }), "asked for, and not sent");
}

fn levels_are_told_the_loudest_first_and_not_too_often(by: By) {
    let mut network = Network::pair(by, 4);
    network.events.clear();
    for _ in 0..50 {
        let now = network.now;
        network.clients[0].speak(now, 40);
        network.clients[1].speak(now, 10);
        network.run(Duration::from_millis(20));
    }
    let levels: Vec<_> = network
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Levels { levels } => Some(levels.clone()),
            _ => None,
        })
        .collect();
    assert!((4..=6).contains(&levels.len()), "{} times in a second", levels.len());
    let expected = [(track(1, Source::Microphone), 10), (track(0, Source::Microphone), 40)];
    assert_eq!(levels[2], expected);
}

fn whoever_leaves_or_falls_silent_is_gone_for_all(by: By) {
    let mut network = Network::pair(by, 5);
    network.stream(0, SECOND);
    network.hub.leave(network.now, peer(0), Departure::Closed);
    network.run(SECOND);
    assert!(network.events.contains(&Event::Left { peer: peer(0), why: Departure::Closed }));
    assert!(network.events.contains(&Event::Unpublished { track: track(0, Source::Camera) }));
    assert!(receivers(&network, 1).iter().all(|receiver| receiver.track.is_none()));
    network.weather.loss_up = 1.0;
    network.run(SECOND * 25);
    assert!(network.events.contains(&Event::Left { peer: peer(1), why: Departure::Gone }));
    assert_eq!(network.hub.poll_timeout(), None, "an empty hub has nothing to do");
}

fn a_further_offer_keeps_receivers_and_an_ice_restart_keeps_media(by: By) {
    let mut network = Network::pair(by, 7);
    network.stream(0, SECOND);
    let streams = |network: &Network| -> BTreeSet<u32> {
        network.clients[1].received.iter().map(|(_, packet)| packet.header.ssrc).collect()
    };
    let before = streams(&network);
    for restarts in [false, true] {
        let now = network.now;
        let client = &mut network.clients[1];
        let offer = if restarts { client.restart(now) } else { client.offer(now) };
        let answer = network.hub.renegotiate(now, peer(1), &offer).unwrap();
        network.clients[1].answer(now, answer);
        network.stream(0, SECOND);
        network.clients[1].received.clear();
        network.stream(0, SECOND);
        assert!(network.clients[1].received.len() > 100, "media go on, restarted: {restarts}");
        assert_eq!(streams(&network), before, "in the same streams");
    }
}

fn a_client_who_says_good_bye_is_gone_at_once(by: By) {
    let mut network = Network::pair(by, 8);
    network.stream(0, SECOND);
    network.clients[0].close();
    network.run(SECOND / 10);
    assert!(network.events.contains(&Event::Left { peer: peer(0), why: Departure::Closed }));
    assert!(network.events.contains(&Event::Unpublished { track: track(0, Source::Microphone) }));
}

fn nothing_is_left_of_those_who_have_been_there(by: By) {
    let mut network = Network::new(by, 9, super::network::Weather::default());
    for index in 0..30 {
        network.join((2, 2));
        if index > 0 {
            network.route(index, index - 1);
            network.route(index - 1, index);
        }
        network.run(SECOND / 10);
        network.stream(index, SECOND / 10);
        if index > 2 {
            network.hub.leave(network.now, peer(index - 2), Departure::Closed);
        }
    }
    network.hub.want(network.now, peer(28), track(29, Source::Camera), Wanted { max_height: Some(90) });
    network.hub.leave_all(network.now);
    let hub = &network.hub;
    assert!(hub.peers.is_empty() && hub.tracks.is_empty() && hub.routes.is_empty() && hub.wanted.is_empty());
    assert!(hub.touched.is_empty() && hub.lane.demultiplexer.is_empty());
}

/// An offer in which nothing is sent or received in m-lines of pictures that go one way.
fn without_pictures(offer: &str, way: &str) -> String {
    let sections = offer.split("m=").map(|section| {
        let is_meant = section.starts_with("video");
        if is_meant { section.replace(&format!("a={way}"), "a=inactive") } else { section.to_owned() }
    });
    sections.collect::<Vec<_>>().join("m=")
}

fn nothing_is_left_of_what_was_published_and_is_no_more(by: By) {
    let mut network = Network::pair(by, 11);
    network.stream(0, SECOND);
    let now = network.now;
    let offer = without_pictures(&network.clients[0].offer(now), "sendrecv");
    network.hub.renegotiate(now, peer(0), &offer).unwrap();
    assert!(!network.hub.tracks.contains_key(&track(0, Source::Camera)), "it is not offered any more");
    network.hub.leave(now, peer(0), Departure::Closed);
    assert!(network.hub.tracks.keys().all(|track| track.peer == peer(1)), "{:?}", network.hub.tracks.keys());
}

fn a_layer_that_begins_anew_goes_on_where_it_was(by: By) {
    let mut network = Network::pair(by, 13);
    network.stream(0, SECOND);
    let line = network.hub.tracks[&track(0, Source::Camera)].line;
    let last = network.clients[1].received_of(VP8).last().unwrap().1.header.clone();
    let mut inlets = network.hub.peers[&peer(1)].inlets.iter();
    let inlet = inlets.find(|inlet| inlet.track == Some(track(0, Source::Camera))).unwrap();
    let (_, sent) = inlet.rewriter.source(last.sequence_number).unwrap();
    let before = network.clients[1].received_of(VP8).len();
    network.hub.take_output(network.now, peer(0), Output::Anew { line, layer: 0 });
    for count in 0..10_u16 {
        // A key frame after one that is none, and all with numbers that would be too old.
        let payload = vec![0x10, u8::from(count < 3), 0, 0, 0x9d, 1, 0x2a, 0x80, 0x02, 0x68, 1];
        let (codec, sequence, timestamp) = (Codec::Vp8, sent.wrapping_sub(20_000).wrapping_add(count), 77);
        let packet = Packet {
            codec,
            sequence,
            timestamp,
            marker: true,
            level: None,
            head: Head::default(),
            payload: payload.into(),
        };
        network.hub.take_output(network.now, peer(0), Output::Media { line, layer: 0, packet });
        network.run(Duration::from_millis(20));
    }
    network.run(SECOND / 10);
    let received = network.clients[1].received_of(VP8);
    let numbers: Vec<u16> = received[before..]
        .iter()
        .map(|(_, packet)| packet.header.sequence_number.wrapping_sub(last.sequence_number))
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7], "from its key frame on");
    let passed = received[before].1.header.timestamp.wrapping_sub(last.timestamp);
    assert!(passed < 90_000, "time goes on, by {passed}");
}

fn a_receiver_that_has_rested_goes_on_where_it_was(by: By) {
    let mut network = Network::pair(by, 12);
    network.stream(0, SECOND);
    let offer = network.clients[1].offer(network.now);
    let last = network.clients[1].received_of(VP8).last().unwrap().1.header.sequence_number;
    network.hub.renegotiate(network.now, peer(1), &without_pictures(&offer, "recvonly")).unwrap();
    network.stream(0, SECOND);
    assert_eq!(network.clients[1].received_of(VP8).last().unwrap().1.header.sequence_number, last, "it rests");
    network.hub.renegotiate(network.now, peer(1), &offer).unwrap();
    let before = network.clients[1].received_of(VP8).len();
    network.stream(0, SECOND);
    let received = network.clients[1].received_of(VP8);
    let first = received.get(before).map(|(_, packet)| packet.header.sequence_number);
    assert_eq!(first, Some(last.wrapping_add(1)), "no number is used again, and none is left out");
}

fn offers_that_cannot_be_met_are_refused_to_that_client_alone(by: By) {
    let mut network = Network::pair(by, 6);
    let now = network.now;
    let offer = super::support::Client::new(now, "203.0.113.9:9".parse().unwrap(), 9, (1, 1)).offer(now);
    assert_eq!(network.hub.join(now, peer(0), &offer), Err(OfferError::Joined));
    assert_eq!(network.hub.renegotiate(now, peer(9), &offer), Err(OfferError::Unknown));
    for (case, broken) in [
        ("empty", String::new()),
        ("prose", "hello".to_owned()),
        ("without a fingerprint", offer.replace("a=fingerprint", "a=thumbprint")),
        ("without credentials", offer.replace("a=ice-ufrag", "a=ice-nobody")),
        ("cut off", offer[..100].to_owned()),
        (
            "no codec that is known",
            offer
                .replace("opus/48000", "morse/48000")
                .replace("VP8", "VP7")
                .replace("VP9", "VP7")
                .replace("H264", "H263")
                .replace("AV1", "AV0")
                .replace("H265", "H263"),
        ),
    ] {
        let refused = network.hub.join(now, peer(9), &broken);
        assert!(matches!(refused, Err(OfferError::Malformed(_) | OfferError::Unsupported(_))), "{case}: {refused:?}");
    }
    let good = network.clients[1].offer(now);
    for broken in [
        "",
        "v=0\r\n",
        &good.replace("a=mid", "a=dim"),
        &good.replace("a=ice-pwd", "a=ice-nobody"),
        &good[..good.len() / 2],
    ] {
        // What can be read of the last is an offer, and is answered.
        let _ = network.hub.renegotiate(now, peer(1), broken);
    }
    let answer = network.hub.renegotiate(now, peer(1), &good).unwrap();
    network.clients[1].answer(now, answer);
    for index in 2..16 {
        let mut client = super::support::Client::new(now, "203.0.113.9:9".parse().unwrap(), 9, (0, 0));
        assert!(network.hub.join(now, peer(index), &client.offer(now)).is_ok());
    }
    assert_eq!(network.hub.join(now, peer(16), &offer), Err(OfferError::Full));
    network.stream(0, SECOND);
    assert!(network.clients[1].received.len() > 100, "the others notice nothing");
}
