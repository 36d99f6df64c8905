//! The whole way: a client on the network, the media plane, a tap of it, the file.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use cloudsite_sfu::{Codec, PeerId, Settings, Sfu, Source, Tap, TrackId};
use rtc::rtp::codec::vp8::Vp8Payloader;
use rtc::rtp::packetizer::Payloader as _;
use tokio::net::UdpSocket;
use tokio::time::{sleep_until, timeout};

use super::ffmpeg::{SIZE, pictures, probe, sound};
use crate::meeting::recording::file::{TrackFile, Written};

#[expect(dead_code, reason = "it can do more than is needed here")]
#[path = "../../../../../sfu/tests/support/mod.rs"]
mod support;

use support::Client;

const PATIENCE: Duration = Duration::from_secs(20);
const MTU: usize = 1_100;

/// A client on its way.
struct Connected {
    client: Client,
    socket: UdpSocket,
    server: SocketAddr,
}

impl Connected {
    async fn join(sfu: &Sfu, peer: PeerId) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::new(Instant::now(), socket.local_addr().unwrap(), peer.0 as u32, (0, 0));
        let answer = sfu.join(peer, client.offer(Instant::now())).await.unwrap();
        client.answer(Instant::now(), answer);
        Self { client, socket, server: sfu.local_addr() }
    }

    /// Runs the client until something holds, or for a moment.
    async fn run(&mut self, until: Instant, holds: impl Fn(&Client) -> bool) {
        let mut datagram = vec![0; 2_000];
        while !holds(&self.client) && Instant::now() < until {
            while let Some(datagram) = self.client.poll_transmit(Instant::now()) {
                self.socket.send_to(&datagram, self.server).await.unwrap();
            }
            let due = self.client.poll_timeout().map_or(until, |due| due.min(until));
            tokio::select! {
                received = self.socket.recv_from(&mut datagram) => {
                    let datagram = BytesMut::from(&datagram[..received.unwrap().0]);
                    self.client.handle(Instant::now(), self.server, datagram);
                }
                () = sleep_until(due.into()) => self.client.handle_timeout(Instant::now()),
            }
        }
    }
}

async fn record(mut tap: Tap, mut file: TrackFile) -> Written {
    while let Some(frame) = tap.next().await {
        file.write(&frame).unwrap();
    }
    file.finish().unwrap().unwrap()
}

#[tokio::test]
async fn what_a_client_sends_is_in_files_that_play() {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let (udp, clock) = (any, Instant::now);
    let (sfu, _events) = Sfu::start(Settings {
        udp,
        tcp: None,
        told: vec![],
        threads: NonZeroUsize::MIN,
        max_peers: 2,
        clock,
        seed: [7; 32],
    })
    .unwrap();
    let peer = PeerId(1);
    let mut connected = Connected::join(&sfu, peer).await;
    let folder = tempfile::tempdir().unwrap();
    let [heard, seen] = [Source::Microphone, Source::Camera];
    let taps = [sfu.tap(TrackId { peer, source: heard }).await, sfu.tap(TrackId { peer, source: seen }).await];
    let recorded = taps.map(|tap| tokio::spawn(record(tap, TrackFile::new(folder.path(), "track"))));
    connected.run(Instant::now() + PATIENCE, |client| client.connected.is_some()).await;
    let (sounds, pictures) = (sound(2), pictures(Codec::Vp8, 2));
    let mut payloader = Vp8Payloader::default();
    payloader.enable_picture_id = true;
    // Two packets of sound in the time of a picture, sent twice as fast as they are heard and seen.
    for (sounds, picture) in sounds.chunks(2).zip(&pictures) {
        let now = Instant::now();
        for sound in sounds {
            connected.client.send_sound(now, 30, sound.clone());
        }
        let payloads: Vec<Bytes> = payloader.payload(MTU, picture).unwrap();
        let last = payloads.len() - 1;
        for (index, payload) in payloads.into_iter().enumerate() {
            connected.client.send_picture(now, if index == 0 { 3_600 } else { 0 }, index == last, payload);
        }
        connected.run(now + Duration::from_millis(20), |_| false).await;
    }
    sfu.leave(peer).await;
    let [sound, picture] = recorded;
    for (written, codec, frames, size) in [(sound, "opus", 100, None), (picture, "vp8", 50, Some(SIZE))] {
        let written = timeout(PATIENCE, written).await.unwrap().unwrap();
        let probed = probe(&folder.path().join(&written.name));
        println!("{written:?}, {probed:?}");
        assert_eq!((probed.codec.as_str(), probed.frames), (codec, frames));
        assert_eq!(probed.size, size.map(|(width, height)| (width.into(), height.into())));
        assert!((written.duration.as_secs_f64() - 2.0).abs() < 0.021, "{written:?}");
        assert!((probed.duration_secs.unwrap() - 2.0).abs() < 0.021, "{probed:?}");
    }
}
