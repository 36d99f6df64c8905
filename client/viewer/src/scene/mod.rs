//! What viewer and page tell each other, and what the viewer's features tell each other.

mod convert;
mod queue;
pub mod settings;

use bevy::math::DVec2;
use bevy::prelude::*;
use cloudsite_proto::scene::SceneEvent;
use cloudsite_proto::scene::scene_event::Event;
use prost::Message as _;

pub use convert::{BadEvent, camera_event, pose_from_event};
pub use queue::{SceneInbox, SceneSender, SendRefused, queue};

use crate::camera::ParkBounds;

/// The page asks for something.
#[derive(Message, Debug, Clone, PartialEq)]
pub struct SceneIn(pub Event);

/// The page has to know something.
#[derive(Message, Debug, Clone, PartialEq)]
pub struct SceneOut(pub Event);

/// It is known where the park is.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
pub struct ParkKnown(pub ParkBounds);

/// The camera has to show a place.
#[derive(Message, Debug, Clone, Copy, PartialEq)]
pub struct FlyTo {
    /// Where, park metres.
    pub at: DVec2,
    /// Radius of the circle around the thing, metres.
    pub radius_m: f64,
}

/// Takes what the viewer says, as bytes of a `SceneEvent`, out of the application. Called within a frame, so it must not
/// wait; it may put events into the inbox, which the next frame reads.
#[derive(Resource, Debug, Clone, Copy)]
pub struct SceneOutlet(pub fn(&[u8]));

/// Adds the bridge between the queues and the messages.
pub fn plugin(app: &mut App, inbox: SceneInbox, outlet: SceneOutlet) {
    app.add_message::<SceneIn>()
        .add_message::<SceneOut>()
        .add_message::<ParkKnown>()
        .add_message::<FlyTo>()
        .insert_resource(inbox)
        .insert_resource(outlet)
        .add_systems(PreUpdate, receive)
        .add_systems(PostUpdate, deliver);
}

fn receive(inbox: Res<SceneInbox>, mut events: MessageWriter<SceneIn>) {
    while let Some(bytes) = inbox.next() {
        match SceneEvent::decode(bytes.as_slice()) {
            Ok(SceneEvent { event: Some(event) }) => {
                events.write(SceneIn(event));
            }
            Ok(SceneEvent { event: None }) => {
                warn!("an event of a kind that this viewer does not know was passed over");
            }
            Err(error) => warn!("bytes that are no event were passed over: {error}"),
        }
    }
}

fn deliver(outlet: Res<SceneOutlet>, mut events: MessageReader<SceneOut>) {
    for SceneOut(event) in events.read() {
        (outlet.0)(&SceneEvent { event: Some(event.clone()) }.encode_to_vec());
    }
}
