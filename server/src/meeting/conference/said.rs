//! What people say by the way: what it may be, how it travels, and what a latecomer is told of it.

use std::collections::BTreeMap;

use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::scene::SceneEvent;
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_sfu::Channel;
use prost::Message;

use crate::grpc::Refusal;

/// The longest line of text, characters.
const LONGEST_TEXT: usize = 2_000;

/// The longest number of a parcel that a line is about, characters.
const LONGEST_PARCEL: usize = 64;

/// The most that is said at once, bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024;

/// How something said travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Must arrive, and in order.
    Kept,
    /// Soon out of date: the next one says it better.
    Fleeting,
    /// Says that a channel works.
    Ready,
}

impl Kind {
    /// The data channel that carries it.
    pub(super) const fn channel(self) -> Channel {
        match self {
            Self::Kept | Self::Ready => Channel::Reliable,
            Self::Fleeting => Channel::Latest,
        }
    }
}

/// Refuses what cannot be said, by field; how it travels otherwise.
pub(super) fn check(said: &wire::Said) -> Result<Kind, Refusal> {
    if said.encoded_len() > MOST_BYTES {
        return Err(Refusal::field(
            "said",
            format!("has {} bytes; at most {MOST_BYTES} are taken", said.encoded_len()),
        ));
    }
    match &said.what {
        None => Err(Refusal::field("said", "says nothing")),
        Some(What::Ready(_)) => Ok(Kind::Ready),
        Some(What::Chat(chat)) => {
            let length = chat.text.chars().count();
            if chat.text.trim().is_empty() || length > LONGEST_TEXT {
                Err(Refusal::field("said.chat.text", format!("has 1 to {LONGEST_TEXT} characters, not {length}")))
            } else if chat.parcel.chars().count() > LONGEST_PARCEL {
                Err(Refusal::field("said.chat.parcel", format!("has at most {LONGEST_PARCEL} characters")))
            } else {
                Ok(Kind::Kept)
            }
        }
        Some(What::Pointer(pointer)) => {
            let all = [pointer.east_m, pointer.north_m, pointer.up_m];
            if all.iter().all(|metres| metres.is_finite()) {
                Ok(Kind::Fleeting)
            } else {
                Err(Refusal::field("said.pointer", "is not at a place: its metres are numbers"))
            }
        }
        Some(What::Scene(scene)) => check_scene(scene),
    }
}

/// Of a scene it is said where one looks and at what; what each sets up for themselves is not for others.
fn check_scene(scene: &SceneEvent) -> Result<Kind, Refusal> {
    match &scene.event {
        Some(Scene::Camera(camera)) => {
            let all = [
                camera.target_east_m,
                camera.target_north_m,
                camera.target_up_m,
                camera.heading_deg,
                camera.pitch_deg,
                camera.distance_m,
            ];
            if all.iter().all(|number| number.is_finite()) {
                Ok(Kind::Fleeting)
            } else {
                Err(Refusal::field("said.scene.camera", "is not at a place: its metres and degrees are numbers"))
            }
        }
        Some(
            Scene::Select(_)
            | Scene::Layers(_)
            | Scene::TimeOfDay(_)
            | Scene::AsOf(_)
            | Scene::Compare(_)
            | Scene::Massing(_),
        ) => Ok(Kind::Kept),
        _ => Err(Refusal::field(
            "said.scene",
            "is told to others if it is camera, select, layers, time_of_day, as_of, compare or massing",
        )),
    }
}

/// Whether it is what only who leads may say: everything of a scene but where one's own camera is.
pub(super) const fn is_leading(said: &wire::Said) -> bool {
    match &said.what {
        Some(What::Scene(scene)) => !matches!(scene.event, Some(Scene::Camera(_))),
        _ => false,
    }
}

/// Whether it shows whoever says it in the park: where they look from, or what they point at.
pub(super) const fn shows_oneself(said: &wire::Said) -> bool {
    match &said.what {
        Some(What::Pointer(_)) => true,
        Some(What::Scene(scene)) => matches!(scene.event, Some(Scene::Camera(_))),
        _ => false,
    }
}

/// What the one who leads has shown last, of each kind.
#[derive(Debug, Default)]
pub(super) struct Shown(BTreeMap<u8, wire::Said>);

impl Shown {
    /// Takes note of it, if it is of a scene.
    pub(super) fn note(&mut self, said: &wire::Said) {
        let Some(What::Scene(SceneEvent { event: Some(event) })) = &said.what else { return };
        // The camera last: what it looks at is there by then.
        let order = match event {
            Scene::AsOf(_) => 0,
            Scene::Layers(_) => 1,
            Scene::TimeOfDay(_) => 2,
            Scene::Select(_) => 3,
            Scene::Massing(_) => 4,
            Scene::Compare(_) => 5,
            _ => 6,
        };
        let mut said = said.clone();
        if let (Some(What::Scene(SceneEvent { event: Some(Scene::Layers(next)) })), Some(before)) =
            (&mut said.what, self.0.get(&order))
            && let Some(What::Scene(SceneEvent { event: Some(Scene::Layers(before)) })) = &before.what
        {
            // A layer that is not named stays as it is.
            for (layer, visible) in &before.visible {
                next.visible.entry(layer.clone()).or_insert(*visible);
            }
        }
        self.0.insert(order, said);
    }

    /// All of it, in the order in which it is shown.
    pub(super) fn all(&self) -> impl Iterator<Item = &wire::Said> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::{Camera, Highlight, Layers, Select, TimeOfDay};
    use tonic::Status;

    use super::*;

    fn scene(event: Scene) -> wire::Said {
        wire::Said { what: Some(What::Scene(SceneEvent { event: Some(event) })) }
    }

    fn chat(text: &str, parcel: &str) -> wire::Said {
        wire::Said { what: Some(What::Chat(wire::Chat { text: text.to_owned(), parcel: parcel.to_owned() })) }
    }

    fn layers(name: &str, visible: bool) -> wire::Said {
        scene(Scene::Layers(Layers { visible: [(name.to_owned(), visible)].into() }))
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_field() {
        let lost = Camera { heading_deg: f64::NAN, ..Camera::default() };
        let nowhere = wire::Pointer { up_m: f64::INFINITY, ..wire::Pointer::default() };
        let cases = [
            (wire::Said::default(), "said: "),
            (chat("", ""), "said.chat.text: "),
            (chat(" \n", ""), "said.chat.text: "),
            (chat(&"字".repeat(2_001), ""), "said.chat.text: "),
            (chat("x", &"P".repeat(65)), "said.chat.parcel: "),
            (chat(&"字".repeat(10_000), ""), "said: "),
            (scene(Scene::Camera(lost)), "said.scene.camera: "),
            (scene(Scene::Highlight(Highlight::default())), "said.scene: "),
            (wire::Said { what: Some(What::Pointer(nowhere)) }, "said.pointer: "),
        ];
        for (said, field) in cases {
            let status = Status::from(check(&said).unwrap_err());
            assert!(status.message().starts_with(field), "{}: {said:?}", status.message());
        }
    }

    #[test]
    fn what_must_arrive_and_what_is_soon_out_of_date_travel_apart() {
        let cases = [
            (chat("看一下", "WND-001"), Kind::Kept, false),
            (scene(Scene::Camera(Camera::default())), Kind::Fleeting, false),
            (scene(Scene::Select(Select::default())), Kind::Kept, true),
            (wire::Said { what: Some(What::Pointer(wire::Pointer::default())) }, Kind::Fleeting, false),
            (wire::Said { what: Some(What::Ready(wire::Ready {})) }, Kind::Ready, false),
        ];
        for (said, kind, leads) in cases {
            assert_eq!((check(&said).unwrap(), is_leading(&said)), (kind, leads), "{said:?}");
            assert_eq!(
                shows_oneself(&said),
                kind == Kind::Fleeting,
                "what one is seen by is soon out of date: {said:?}"
            );
        }
    }

    #[test]
    fn a_latecomer_is_told_the_last_of_each_kind_and_the_camera_last() {
        let mut shown = Shown::default();
        let at = |heading_deg| scene(Scene::Camera(Camera { heading_deg, ..Camera::default() }));
        for said in [at(1.0), layers("mask", true), layers("rail", false), at(2.0), layers("mask", false)] {
            shown.note(&said);
        }
        shown.note(&chat("not of the scene", ""));
        shown.note(&scene(Scene::TimeOfDay(TimeOfDay { hour: 9.0, ..TimeOfDay::default() })));
        let told: Vec<_> = shown.all().cloned().collect();
        let both = [("mask".to_owned(), false), ("rail".to_owned(), false)].into();
        let expected = [
            scene(Scene::Layers(Layers { visible: both })),
            scene(Scene::TimeOfDay(TimeOfDay { hour: 9.0, ..TimeOfDay::default() })),
            at(2.0),
        ];
        assert_eq!(told, expected);
    }
}
