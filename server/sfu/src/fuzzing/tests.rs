//! What real clients have sent, changed at random: whatever is made of it, each reader comes to an end with it.

use std::fs;
use std::path::Path;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// The contents of the files that real clients have made, in one folder of `seeds`.
fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Numbers that are at the edge of what lengths and counts can say.
const EDGES: [u8; 8] = [0, 1, 0x0f, 0x7f, 0x80, 0xbe, 0xf0, 0xff];

/// One of the seeds, with a few changes.
fn changed(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..=bytes.len());
        let end = random.random_range(at..=bytes.len().min(at + 64));
        match random.random_range(0..8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            3 => {
                let other = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => bytes[at..end].fill_with(|| random.random()),
            6 => bytes[at..end].iter_mut().take(2).for_each(|byte| *byte = EDGES[random.random_range(0..8)]),
            _ => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8)),
        }
    }
    bytes
}

/// A description with whole lines and numbers changed, so that more than its first lines are read.
fn changed_text(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    const NUMBERS: [&str; 8] = ["0", "-1", "65536", "4294967296", "99999999999999999999", "", "1.5", "\u{fffd}"];
    let text = String::from_utf8_lossy(&seeds[random.random_range(0..seeds.len())]).into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..random.random_range(1..6) {
        let (at, other) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
        match random.random_range(0..5) {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            3 => {
                let words = lines[at].split(' ').count();
                let place = random.random_range(0..words);
                let number = NUMBERS[random.random_range(0..NUMBERS.len())];
                let word = |(index, word)| if index == place { number } else { word };
                lines[at] = lines[at].split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ");
            }
            _ => {
                let cut = random.random_range(0..=lines[at].chars().count());
                lines[at] = lines[at].chars().take(cut).collect();
            }
        }
    }
    lines.join("\r\n").into_bytes()
}

/// Reads so many changed seeds, and tells how many of them `is_read` still understood.
fn read_changed(folder: &str, rounds: usize, mut is_read: impl FnMut(&[u8]) -> bool) -> usize {
    let (seeds, mut random) = (seeds(folder), ChaCha8Rng::seed_from_u64(31));
    let understood = (0..rounds).filter(|_| is_read(&changed(&mut random, &seeds))).count();
    assert!(understood < rounds, "changes that change nothing try nothing");
    understood
}

#[test]
fn descriptions_of_real_clients_are_read_and_changed_ones_are_borne() {
    for seed in seeds("offer") {
        assert!(read_sdp(&seed).is_some_and(|lines| lines >= 2));
    }
    let understood = read_changed("offer", 1_500, |bytes| read_sdp(bytes).is_some());
    assert!(understood > 100, "{understood}");
    let (seeds, mut random) = (seeds("offer"), ChaCha8Rng::seed_from_u64(32));
    let understood = (0..1_500).filter(|_| read_sdp(&changed_text(&mut random, &seeds)).is_some()).count();
    assert!(understood > 500, "{understood}");
}

#[test]
fn a_connection_answers_offers_of_real_clients_and_bears_changed_ones() {
    let (seeds, mut random, now) = (seeds("offer"), ChaCha8Rng::seed_from_u64(33), Instant::now());
    let mut offers = Offers::new().unwrap();
    for seed in &seeds {
        assert!(offers.read(now, seed));
    }
    let answered = (0..40).filter(|_| offers.read(now, &changed_text(&mut random, &seeds))).count();
    assert!((5..40).contains(&answered), "{answered}");
}

#[test]
fn binding_requests_of_real_clients_are_read_and_changed_ones_are_borne() {
    for seed in seeds("binding") {
        assert!(read_datagram(&seed));
    }
    let understood = read_changed("binding", 8_000, read_datagram);
    assert!(understood > 500, "{understood}");
}

#[test]
fn packets_of_real_clients_are_read_and_changed_ones_are_borne() {
    let now = Instant::now();
    for seed in seeds("media") {
        let (written, frames) = read_media(now, &seed);
        assert!(written > 10 && frames > 2, "{written} packets, {frames} frames");
    }
    let understood = read_changed("media", 300, |bytes| read_media(now, bytes).0 > 0);
    assert!(understood > 50, "{understood}");
}

#[test]
fn reports_of_real_clients_are_read_and_changed_ones_are_borne() {
    let now = Instant::now();
    for seed in seeds("reports") {
        assert!(read_reports(now, &seed) > 0);
    }
    let understood = read_changed("reports", 1_500, |bytes| read_reports(now, bytes) > 0);
    assert!(understood > 100, "{understood}");
}

#[test]
fn frames_of_a_stream_come_out_the_same_however_it_is_cut() {
    let understood = read_changed("reports", 1_500, |bytes| read_frames(bytes) > 1);
    assert!(understood > 100, "{understood}");
}

#[test]
fn payloads_of_each_codec_are_borne() {
    let (now, mut random) = (Instant::now(), ChaCha8Rng::seed_from_u64(34));
    let payloads = seeds("payloads");
    for seed in &payloads {
        let (written, frames) = read_payloads(now, seed);
        assert!(written > 2 && frames > 0, "codec {}: {written} packets, {frames} frames", seed[0]);
    }
    for _ in 0..1_500 {
        read_payloads(now, &changed(&mut random, &payloads));
    }
}
