//! What people signal, changed at random: whatever is made of it, a meeting goes on as it should.

use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_proto::scene::{Camera, Layers, SceneEvent, Select};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use wire::act::Act as Doing;
use wire::said::What;

use super::*;

const HOST: u32 = 1;
const GUEST: u32 = 2;
const INTERPRETER: u32 = 3;

fn signals() -> Vec<(u32, Signal)> {
    let act = |act| Signal::Act(wire::Act { act: Some(act) });
    let said = |what| Signal::Said(wire::Said { what: Some(what) });
    let scene = |event| said(What::Scene(SceneEvent { event: Some(event) }));
    let all = wire::Switch { microphone: true, camera: true, screen: true };
    vec![
        (GUEST, act(Doing::Switch(all))),
        (HOST, act(Doing::Switch(all))),
        (HOST, act(Doing::Admit(WAITS.0))),
        (HOST, act(Doing::OpenRoom("Caucus".to_owned()))),
        (HOST, act(Doing::Move(wire::Move { participant: GUEST, room: 1 }))),
        (HOST, act(Doing::Mute(GUEST))),
        (HOST, act(Doing::Unmute(GUEST))),
        (INTERPRETER, act(Doing::Interpret("ja".to_owned()))),
        (INTERPRETER, act(Doing::TakeFloor(wire::TakeFloor {}))),
        (GUEST, act(Doing::Listen(wire::Listen { floor: "ja".to_owned(), original: false }))),
        (GUEST, act(Doing::Hand(wire::Hand { up: true }))),
        (HOST, act(Doing::LowerHand(GUEST))),
        (HOST, act(Doing::Lead(wire::Lead { stop: false }))),
        (HOST, scene(Scene::Camera(Camera { heading_deg: 90.0, ..Camera::default() }))),
        (HOST, scene(Scene::Layers(Layers { visible: [("mask".to_owned(), true)].into() }))),
        (HOST, scene(Scene::Select(Select::default()))),
        (GUEST, act(Doing::Roam(wire::Roam { free: true }))),
        (GUEST, said(What::Pointer(wire::Pointer::default()))),
        (GUEST, said(What::Chat(wire::Chat { text: "看一下".to_owned(), parcel: "WND-001".to_owned() }))),
        (HOST, act(Doing::LetLead(GUEST))),
        (HOST, act(Doing::Record(true))),
        (GUEST, act(Doing::AgreeToRecording(true))),
        (GUEST, Signal::Want(wire::Want { participant: HOST, source: wire::Source::Camera.into(), max_height: 360 })),
        (HOST, act(Doing::SetRole(wire::SetRole { participant: GUEST, role: wire::MeetingRole::Host.into() }))),
        (HOST, act(Doing::CloseRoom(1))),
        (HOST, act(Doing::Lock(true))),
        (HOST, act(Doing::Remove(GUEST))),
        (INTERPRETER, Signal::Leave(wire::Leave {})),
        (HOST, act(Doing::End(wire::End {}))),
    ]
}

/// Each behind its length.
fn written(signals: impl IntoIterator<Item = (u32, Signal)>) -> Vec<u8> {
    let request = |(by, signal): (u32, Signal)| {
        let signal = Some(signal);
        wire::SignalRequest { sequence: by.into(), signal, ..wire::SignalRequest::default() }
    };
    signals.into_iter().flat_map(|signal| request(signal).encode_length_delimited_to_vec()).collect()
}

const OFFER: &str = include_str!("../../../../sfu/seeds/offer/chromium-single.sdp");

fn wish() -> Vec<u8> {
    let (display_name, language) = ("佐藤".to_owned(), "ja".to_owned());
    wire::JoinRequest { display_name, language, ..wire::JoinRequest::default() }.encode_to_vec()
}

/// One picture and one sound, as a camera offers them.
fn one_way() -> String {
    let mut sections = OFFER.split("\r\nm=");
    let session = sections.next().unwrap().to_owned();
    let first = |kind: &str| OFFER.split("\r\nm=").find(|section| section.starts_with(kind)).unwrap();
    let whole = [session.as_str(), first("video"), first("audio")].join("\r\nm=");
    format!("{}\r\n", whole.trim_end().replace("a=recvonly", "a=sendonly"))
}

#[test]
fn what_people_signal_is_done() {
    let count = signals().len();
    assert_eq!(read_signals(&written(signals())), (count, count));
    let backwards = written(signals().into_iter().rev());
    let acts = signals().iter().filter(|(_, signal)| matches!(signal, Signal::Act(_))).count();
    assert_eq!(read_signals(&backwards), (count, count - acts + 1), "no act is done after the end");
    assert!(read_wish(&wish()));
    assert!(!read_wish(&[]), "nobody's name is empty");
    assert!(read_whip(one_way().as_bytes()), "{}", one_way());
    assert_eq!((read_signals(&[]), read_whip(&[])), ((0, 0), false));
}

/// Bytes with some of them changed, taken out, or said twice.
fn changed(mut bytes: Vec<u8>, changes: &[(Index, u8, u8)]) -> Vec<u8> {
    for (place, kind, byte) in changes {
        let at = place.index(bytes.len().max(1)).min(bytes.len());
        let end = bytes.len().min(at + usize::from(*byte) % 32);
        match kind % 5 {
            0 => bytes[at..end].iter_mut().take(1).for_each(|changed| *changed = *byte),
            1 => bytes[at..end].iter_mut().take(1).for_each(|changed| *changed ^= 1 << (byte % 8)),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            _ => bytes.insert(at, *byte),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    vec((any::<Index>(), any::<u8>(), any::<u8>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn signals_in_any_order_and_changed_ones_are_borne(
        order in vec((any::<Index>(), 0_u32..10), 0..40),
        changes in changes(),
    ) {
        let known = signals();
        let any = order.iter().map(|(place, by)| (*by, known[place.index(known.len())].1.clone()));
        let bytes = written(any);
        prop_assert_eq!(read_signals(&bytes).0, order.len());
        read_signals(&changed(bytes, &changes));
        read_signals(&changed(written(signals()), &changes));
    }

    #[test]
    fn changed_wishes_and_offers_are_borne(changes in changes()) {
        read_wish(&changed(wish(), &changes));
        read_whip(&changed(one_way().into_bytes(), &changes));
    }
}
