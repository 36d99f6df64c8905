//! The command line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bevy::math::Vec2;
use clap::Parser;
use cloudsite_domain::record::Language;

use super::headless::{Job, Task};
use super::join::{GuestLink, Joining};
use crate::options::{Options, parse_language, parse_quality, parse_view};

/// Shows a park: in a window, or without one as a picture or a measurement.
#[derive(Debug, Parser)]
#[command(name = "cloudsite-viewer", version)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(super) struct Arguments {
    /// The server; unless given the one that the link names, or `http://localhost:8080`.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The file (PEM) with the authority that the server's certificate leads to, where that is none that the public trusts:
    /// a house's own, or the server's certificate for development itself.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Take part in the meeting to which a guest's link leads, http(s)://host/?meet=SECRET, with microphone and loudspeaker: M
    /// switches the microphone, B goes back to whoever leads, Y agrees to be recorded and N no longer does.
    #[arg(long, value_name = "LINK", conflicts_with_all = ["screenshot", "bench_frames"])]
    join: Option<GuestLink>,
    /// What others call you in the meeting, unless it is what the link says.
    #[arg(long, requires = "join")]
    name: Option<String>,
    /// Begin the meeting with the microphone off.
    #[arg(long, requires = "join")]
    mute: bool,
    /// Send what the microphone hears as it is: for a headset, or a device that takes echoes away by itself.
    #[arg(long, requires = "join")]
    no_echo_cancellation: bool,
    /// How much is drawn: auto, light, normal or high.
    #[arg(long, default_value = "auto")]
    quality: String,
    /// The language of labels: zh, en, ja, ko or de; zh unless given. In a meeting that is interpreted into it, you hear it.
    #[arg(long)]
    language: Option<String>,
    /// Where to begin: the `view` of a link, east,north,up,heading,pitch,distance in metres and degrees, with ,walk on foot.
    #[arg(long, allow_hyphen_values = true)]
    view: Option<String>,
    /// Begin on foot.
    #[arg(long)]
    walk: bool,
    /// The hour that the sun stands at, 0 to 24.
    #[arg(long)]
    hour: Option<f64>,
    /// The size of the picture, pixels.
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = parse_size)]
    size: (u32, u32),
    /// Write a PNG of the view once everything in it is there, without a window, and end.
    #[arg(long, value_name = "FILE", conflicts_with = "bench_frames")]
    screenshot: Option<PathBuf>,
    /// Draw so many frames of the view without a window, say what they took, and end.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    bench_frames: Option<u32>,
    /// Say it as one JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// How long to wait for what the view wants, seconds.
    #[arg(long, default_value_t = 120)]
    timeout_secs: u64,
}

impl Arguments {
    /// What the viewer begins with.
    pub(super) fn options(&self) -> anyhow::Result<Options> {
        Ok(Options {
            base_url: self.base_url(),
            authorities: self.ca.as_deref().map(read_authorities).transpose()?,
            view: self.view.as_deref().map(parse_view).transpose()?,
            walk: self.walk,
            language: self.language.as_deref().map_or(Ok(Language::Zh), parse_language)?,
            quality: parse_quality(&self.quality)?,
            hour: self.hour.filter(|hour| hour.is_finite()),
            bench: false,
            size: Vec2::new(self.size.0 as f32, self.size.1 as f32),
        })
    }

    fn base_url(&self) -> String {
        let named = self.server.clone().or_else(|| Some(self.join.as_ref()?.base_url.clone()));
        named.unwrap_or_else(|| "http://localhost:8080".to_owned())
    }

    /// The meeting to take part in, if that was asked for, by a viewer that begins with `options`.
    pub(super) fn joining(&self, options: &Options) -> Option<Joining> {
        Some(Joining {
            base_url: options.base_url.clone(),
            authorities: options.authorities.clone(),
            link: self.join.clone()?,
            name: self.name.clone().unwrap_or_default(),
            floor: self.language.clone().unwrap_or_default(),
            mute: self.mute,
            cancels_echo: !self.no_echo_cancellation,
        })
    }

    /// What to do without a window, if that was asked for.
    pub(super) fn job(&self) -> Option<Job> {
        let task = match (&self.screenshot, self.bench_frames) {
            (Some(file), _) => Task::Screenshot { file: file.clone() },
            (None, Some(frames)) => Task::Bench { frames },
            (None, None) => return None,
        };
        Some(Job { task, size: self.size, json: self.json, timeout_secs: self.timeout_secs })
    }
}

fn read_authorities(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("--ca {}", file.display()))
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (16..=8_192).contains(side));
    text.split_once('x')
        .and_then(|(width, height)| side(width).zip(side(height)))
        .ok_or_else(|| format!("'{text}' is not WIDTHxHEIGHT with sides of 16 to 8192 pixels"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_asked_for() {
        let arguments = Arguments::try_parse_from([
            "cloudsite-viewer",
            "--server",
            "http://localhost:1",
            "--view",
            "-10,20,0,0,45,300",
            "--size",
            "640x360",
            "--screenshot",
            "park.png",
            "--quality",
            "light",
        ])
        .unwrap();
        let options = arguments.options().unwrap();
        assert!((options.view.unwrap().target.x + 10.0).abs() < 1e-12);
        let job = arguments.job().unwrap();
        assert_eq!((job.task, job.size), (Task::Screenshot { file: "park.png".into() }, (640, 360)));
    }

    #[test]
    fn the_view_of_a_link_is_taken_as_it_is() {
        let camera = cloudsite_proto::scene::Camera {
            target_east_m: -812.4,
            target_north_m: 96.0,
            target_up_m: 12.5,
            heading_deg: -25.0,
            pitch_deg: 38.0,
            distance_m: 640.0,
            ..Default::default()
        };
        let walking = cloudsite_proto::scene::Camera { walking: true, distance_m: 0.0, ..camera };
        for linked in [camera, walking] {
            let arguments = Arguments::try_parse_from(["cloudsite-viewer", "--view", &linked.to_string()]).unwrap();
            let pose = arguments.options().unwrap().view.unwrap();
            assert_eq!(crate::scene::camera_event(&pose), linked);
        }
    }

    fn joining_of(arguments: &Arguments) -> Option<Joining> {
        arguments.joining(&arguments.options().unwrap())
    }

    #[test]
    fn authorities_are_read_and_a_file_that_is_not_there_is_named() {
        let parse = |file: &str| Arguments::try_parse_from(["cloudsite-viewer", "--ca", file]).unwrap();
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(parse(here).options().unwrap().authorities.is_some_and(|read| !read.is_empty()));
        let error = parse("no/such.pem").options().unwrap_err();
        assert!(error.to_string().contains("--ca no/such.pem"), "{error:#}");
    }

    #[test]
    fn a_meeting_is_joined_at_the_server_that_the_link_names() {
        let parse = |words: &[&str]| Arguments::try_parse_from([&["cloudsite-viewer"][..], words].concat());
        let link = ["--join", "https://park.example/?meet=s"];
        let joining = joining_of(&parse(&link).unwrap()).unwrap();
        assert_eq!((joining.base_url.as_str(), joining.floor.as_str()), ("https://park.example", ""));
        assert!(joining.cancels_echo && !joining.mute);
        let words = ["--server", "http://localhost:1", "--name", "Showroom", "--language", "ja", "--mute"];
        let as_it_is = parse(&[&link[..], &["--no-echo-cancellation"]].concat()).unwrap();
        assert!(!joining_of(&as_it_is).unwrap().cancels_echo);
        let arguments = parse(&[&link[..], &words].concat()).unwrap();
        let joining = joining_of(&arguments).unwrap();
        assert_eq!((joining.base_url.as_str(), joining.name.as_str()), ("http://localhost:1", "Showroom"));
        assert_eq!((joining.floor.as_str(), joining.mute), ("ja", true));
        assert_eq!(arguments.options().unwrap().base_url, "http://localhost:1");
        let alone = parse(&[]).unwrap();
        assert!(joining_of(&alone).is_none() && alone.options().unwrap().base_url == "http://localhost:8080");
        for wrong in [
            &["--mute"][..],
            &["--no-echo-cancellation"],
            &["--join", "abc"],
            &[&link[..], &["--screenshot", "a.png"]].concat(),
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn misuse_is_refused() {
        for wrong in [["--size", "10"], ["--size", "0x5"], ["--bench-frames", "0"], ["--hour", "noon"]] {
            assert!(Arguments::try_parse_from(["cloudsite-viewer", wrong[0], wrong[1]]).is_err(), "{wrong:?}");
        }
        let quality = Arguments::try_parse_from(["cloudsite-viewer", "--quality", "ultra"]).unwrap();
        assert!(quality.options().unwrap_err().to_string().contains("ultra"));
    }
}
