//! A meeting that was recorded, at any moment of it.

use std::collections::BTreeMap;

use cloudsite_proto::meeting::recorded_event::What;
use cloudsite_proto::meeting::said::What as Said;
use cloudsite_proto::meeting::{Person, Pointer, RecordedEvent, Recording, Source, Track};
use cloudsite_proto::scene::AsOf;
use cloudsite_proto::scene::scene_event::Event as Scene;

use super::chat::Line;
use super::led::Led;

/// How loud what was said stays beneath an interpreter.
const BENEATH: f64 = 0.15;

/// A recording with all that happened in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Replay {
    recording: Recording,
    /// In order.
    events: Vec<RecordedEvent>,
    /// The revision of the record to show where the meeting saw the newest; 0 if it is still the newest.
    revision: u64,
}

impl Replay {
    /// One of what the server tells, when `newest` is the newest revision of the record.
    pub(crate) fn new(recording: Recording, mut events: Vec<RecordedEvent>, newest: u64) -> Self {
        // A voice is told of when it is first heard, which may be a little late.
        events.sort_by_key(|event| event.at_ms);
        let began = events.iter().find_map(|event| match &event.what {
            Some(What::Began(began)) => Some(began.revision),
            _ => None,
        });
        let revision = began.filter(|revision| *revision < newest).unwrap_or(0);
        Self { recording, events, revision }
    }

    /// What the meeting was about.
    pub(crate) fn title(&self) -> &str {
        &self.recording.title
    }

    /// How long it is, milliseconds.
    pub(crate) fn length_ms(&self) -> u64 {
        self.recording.length_ms
    }

    fn until(&self, at_ms: u64) -> &[RecordedEvent] {
        &self.events[..self.events.partition_point(|event| event.at_ms <= at_ms)]
    }

    fn scene(&self, event: &RecordedEvent) -> Option<Scene> {
        let Some(What::Uttered(uttered)) = &event.what else { return None };
        let Some(Said::Scene(scene)) = &uttered.said.as_ref()?.what else { return None };
        Some(match scene.event.clone()? {
            Scene::AsOf(as_of) if as_of.revision == 0 => Scene::AsOf(AsOf { revision: self.revision, ..as_of }),
            other => other,
        })
    }

    /// What was shown after one moment until another, in order.
    pub(crate) fn shown_between(&self, after_ms: u64, until_ms: u64) -> Vec<Scene> {
        let events = self.until(until_ms).iter().skip_while(|event| event.at_ms <= after_ms);
        events.filter_map(|event| self.scene(event)).collect()
    }

    /// All that is shown at a moment.
    pub(crate) fn shown_at(&self, at_ms: u64) -> Led {
        let mut led = Led::default();
        led.note(Scene::AsOf(AsOf { revision: self.revision, tier: String::new() }));
        for scene in self.until(at_ms).iter().filter_map(|event| self.scene(event)) {
            led.note(scene);
        }
        led
    }

    /// What people pointed at after one moment until another, in order, each with their number.
    pub(crate) fn pointed_between(&self, after_ms: u64, until_ms: u64) -> Vec<(u32, Pointer)> {
        let events = self.until(until_ms).iter().skip_while(|event| event.at_ms <= after_ms);
        events.filter_map(pointer).collect()
    }

    /// What everyone who points at something in the recording points at in a moment; nothing, if they have not yet, or no longer
    /// do.
    pub(crate) fn pointed_at(&self, at_ms: u64) -> BTreeMap<u32, Option<Pointer>> {
        let mut pointed: BTreeMap<_, _> = self.events.iter().filter_map(pointer).map(|(id, _)| (id, None)).collect();
        for (person, pointer) in self.until(at_ms).iter().filter_map(pointer) {
            // A line is drawn from where one was before, which is not drawn now.
            pointed.insert(person, (!pointer.gone).then_some(Pointer { draws: false, ..pointer }));
        }
        pointed
    }

    /// Who is there at a moment.
    pub(crate) fn present_at(&self, at_ms: u64) -> &[Person] {
        let present = self.until(at_ms).iter().rev().find_map(|event| match &event.what {
            Some(What::Present(present)) => Some(present.people.as_slice()),
            _ => None,
        });
        present.unwrap_or_default()
    }

    /// Whether nothing was recorded at a moment, because someone did not agree.
    pub(crate) fn pauses_at(&self, at_ms: u64) -> bool {
        let last = self.until(at_ms).iter().rev().find_map(|event| match &event.what {
            Some(What::Paused(_)) => Some(true),
            Some(What::Began(_) | What::Resumed(_)) => Some(false),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// The lines that were written until a moment; `began_secs` is when it began, seconds since 1970.
    pub(crate) fn lines_at(&self, at_ms: u64, began_secs: i64) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut people: &[Person] = &[];
        for event in self.until(at_ms) {
            match &event.what {
                Some(What::Present(present)) => people = &present.people,
                Some(What::Uttered(uttered)) => {
                    let Some(Said::Chat(chat)) = uttered.said.as_ref().and_then(|said| said.what.as_ref()) else {
                        continue;
                    };
                    let from = uttered.participant;
                    let name = people.iter().find(|person| person.id == from).map(|person| person.name.clone());
                    lines.push(Line {
                        number: lines.len(),
                        from,
                        name: name.unwrap_or_default(),
                        at: began_secs.saturating_add_unsigned(event.at_ms / 1_000),
                        text: chat.text.clone(),
                        parcel: chat.parcel.clone(),
                    });
                }
                _ => {}
            }
        }
        lines
    }

    /// The voices at a moment.
    pub(crate) fn voices_at(&self, at_ms: u64) -> Vec<Track> {
        self.tracks_at(at_ms, |source| source == Source::Microphone)
    }

    /// The pictures and screens at a moment.
    pub(crate) fn pictures_at(&self, at_ms: u64) -> Vec<Track> {
        self.tracks_at(at_ms, |source| matches!(source, Source::Camera | Source::Screen))
    }

    fn tracks_at(&self, at_ms: u64, is: impl Fn(Source) -> bool) -> Vec<Track> {
        let here = |track: &&Track| {
            // One that came to no proper end may go on until the last of all.
            let length_ms = if track.length_ms == 0 { u64::MAX } else { track.length_ms };
            is(track.source()) && (track.begins_ms..track.begins_ms.saturating_add(length_ms)).contains(&at_ms)
        };
        self.recording.tracks.iter().filter(here).cloned().collect()
    }
}

/// Who points in an event, and at what.
fn pointer(event: &RecordedEvent) -> Option<(u32, Pointer)> {
    let Some(What::Uttered(uttered)) = &event.what else { return None };
    match uttered.said.as_ref()?.what.as_ref()? {
        Said::Pointer(pointer) => Some((uttered.participant, *pointer)),
        _ => None,
    }
}

/// How loud a voice is, 0 to 1, for someone who reads `language`: an interpreter's into it goes above what was said.
pub(crate) fn loudness(voice: &Track, voices: &[Track], language: &str) -> f64 {
    let is_interpreted = voices.iter().any(|voice| voice.floor == language);
    match (voice.floor.as_str(), is_interpreted) {
        ("", false) => 1.0,
        ("", true) => BENEATH,
        (floor, _) if floor == language => 1.0,
        _ => 0.0,
    }
}

/// A time as a clock of minutes and seconds shows it, with hours if there are any.
pub(crate) fn clock(ms: u64) -> String {
    let secs = ms / 1_000;
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::recorded_event::{Began, Paused, Present, Resumed, Uttered};
    use cloudsite_proto::meeting::{self, Chat};
    use cloudsite_proto::scene::{Camera, SceneEvent, Select};

    use super::*;

    fn event(at_ms: u64, what: What) -> RecordedEvent {
        RecordedEvent { at_ms, what: Some(what) }
    }

    fn said(at_ms: u64, participant: u32, what: Said) -> RecordedEvent {
        event(at_ms, What::Uttered(Uttered { participant, said: Some(meeting::Said { what: Some(what) }) }))
    }

    fn scene(at_ms: u64, scene: Scene) -> RecordedEvent {
        said(at_ms, 1, Said::Scene(SceneEvent { event: Some(scene) }))
    }

    fn camera(heading_deg: f64) -> Scene {
        Scene::Camera(Camera { heading_deg, ..Camera::default() })
    }

    fn present(at_ms: u64, names: &[&str]) -> RecordedEvent {
        let person = |(id, name): (u32, &&str)| Person { id, name: (*name).to_owned(), ..Person::default() };
        event(at_ms, What::Present(Present { people: (1..).zip(names).map(person).collect(), leader: 1 }))
    }

    fn track(source: Source, begins_ms: u64, length_ms: u64, floor: &str) -> Track {
        Track { source: source.into(), begins_ms, length_ms, floor: floor.to_owned(), ..Track::default() }
    }

    fn replay(newest: u64) -> Replay {
        let events = vec![
            event(0, What::Began(Began { revision: 7, ..Began::default() })),
            present(0, &["Host", "Erika"]),
            scene(100, Scene::AsOf(AsOf::default())),
            scene(2_000, camera(2.0)),
            scene(1_000, camera(1.0)),
            scene(1_500, Scene::Select(Select::default())),
            said(2_500, 2, Said::Chat(Chat { text: "WND-001?".to_owned(), parcel: String::new() })),
            event(3_000, What::Paused(Paused {})),
            event(4_000, What::Resumed(Resumed {})),
            present(4_000, &["Host"]),
        ];
        let tracks = vec![
            track(Source::Microphone, 500, 2_000, ""),
            track(Source::Microphone, 600, 0, "ja"),
            track(Source::Camera, 0, 1_000, ""),
        ];
        let recording = Recording { length_ms: 5_000, tracks, ..Recording::default() };
        Replay::new(recording, events, newest)
    }

    #[test]
    fn what_was_pointed_at_and_drawn_is_seen_again() {
        let at = |east_m, draws, gone| Pointer { east_m, draws, gone, ..Pointer::default() };
        let events = vec![
            said(1_000, 1, Said::Pointer(at(1.0, false, false))),
            said(1_100, 1, Said::Pointer(at(2.0, true, false))),
            said(1_500, 2, Said::Pointer(at(3.0, false, false))),
            said(2_000, 1, Said::Pointer(at(0.0, false, true))),
        ];
        let replay = Replay::new(Recording::default(), events, 1);
        let between = replay.pointed_between(1_000, 1_500);
        assert_eq!(between, [(1, at(2.0, true, false)), (2, at(3.0, false, false))]);
        let cases = [
            (0, [(1, None), (2, None)]),
            (1_200, [(1, Some(at(2.0, false, false))), (2, None)]),
            (9_000, [(1, None), (2, Some(at(3.0, false, false)))]),
        ];
        for (moment, expected) in cases {
            assert_eq!(replay.pointed_at(moment), BTreeMap::from(expected), "{moment}");
        }
    }

    #[test]
    fn what_was_shown_is_shown_again_in_order() {
        let replay = replay(7);
        assert_eq!(replay.shown_between(900, 1_500), [camera(1.0), Scene::Select(Select::default())]);
        assert_eq!(replay.shown_between(1_500, 1_900), []);
        let at_end: Vec<_> = replay.shown_at(5_000).all().cloned().collect();
        assert_eq!(at_end, [Scene::AsOf(AsOf::default()), Scene::Select(Select::default()), camera(2.0)]);
        assert_eq!(replay.shown_at(1_200).all().last(), Some(&camera(1.0)), "after going back");
    }

    #[test]
    fn a_record_that_has_changed_since_is_shown_as_it_was() {
        let revision = |replay: &Replay, at| match replay.shown_at(at).all().next() {
            Some(Scene::AsOf(as_of)) => as_of.revision,
            other => panic!("{other:?}"),
        };
        assert_eq!(revision(&replay(7), 0), 0, "it is the newest still");
        assert_eq!(revision(&replay(9), 0), 7, "before anything was shown");
        assert_eq!(revision(&replay(9), 500), 7, "what was then the newest");
    }

    #[test]
    fn who_was_there_what_was_written_and_what_is_missing() {
        let replay = replay(7);
        let names = |at| replay.present_at(at).iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
        assert_eq!((names(3_999), names(4_000)), (vec!["Host", "Erika"], vec!["Host"]));
        assert_eq!(replay.lines_at(2_499, 100), []);
        let lines = replay.lines_at(5_000, 100);
        assert_eq!((lines.len(), lines[0].name.as_str(), lines[0].at), (1, "Erika", 102));
        let pauses = [2_999, 3_000, 3_999, 4_000].map(|at| replay.pauses_at(at));
        assert_eq!(pauses, [false, true, true, false]);
    }

    #[test]
    fn voices_and_pictures_are_there_at_their_time() {
        let replay = replay(7);
        let counts = |at| (replay.voices_at(at).len(), replay.pictures_at(at).len());
        let expected = [(0, (0, 1)), (500, (1, 1)), (600, (2, 1)), (1_000, (2, 0)), (2_500, (1, 0)), (4_900, (1, 0))];
        for (at, counted) in expected {
            assert_eq!(counts(at), counted, "at {at} ms");
        }
    }

    #[test]
    fn an_interpreter_goes_above_what_was_said_for_whom_it_is() {
        let (said, ja, en) = (
            track(Source::Microphone, 0, 0, ""),
            track(Source::Microphone, 0, 0, "ja"),
            track(Source::Microphone, 0, 0, "en"),
        );
        let all = [said.clone(), ja.clone(), en.clone()];
        let percent =
            |language: &str| [&said, &ja, &en].map(|voice| (loudness(voice, &all, language) * 100.0).round() as i32);
        let beneath = (BENEATH * 100.0) as i32;
        assert_eq!(percent("ja"), [beneath, 100, 0]);
        assert_eq!(percent("en"), [beneath, 0, 100]);
        assert_eq!(percent("zh"), [100, 0, 0]);
    }

    #[test]
    fn times_are_read_like_a_clock() {
        let cases = [(0, "0:00"), (59_999, "0:59"), (61_000, "1:01"), (3_661_000, "1:01:01")];
        for (ms, shown) in cases {
            assert_eq!(clock(ms), shown);
        }
    }
}
