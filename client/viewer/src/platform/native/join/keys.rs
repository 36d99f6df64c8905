//! What someone does at the viewer while they take part.

use bevy::prelude::*;
use cloudsite_proto::scene::scene_event::Event;

use super::{Command, Meeting};
use crate::scene::SceneOut;

/// Adds the meeting to a viewer with a window.
pub(in super::super) fn plugin(app: &mut App, meeting: Meeting) {
    app.insert_resource(meeting).add_systems(Update, hear_keys).add_systems(PostUpdate, hear_viewer);
}

/// B goes back to whoever leads, M switches the microphone, Y agrees to be recorded and N no longer does.
fn hear_keys(meeting: Res<Meeting>, keys: Res<ButtonInput<KeyCode>>) {
    let commands = [
        (KeyCode::KeyB, Command::Back),
        (KeyCode::KeyM, Command::Microphone),
        (KeyCode::KeyY, Command::Agree(true)),
        (KeyCode::KeyN, Command::Agree(false)),
    ];
    for (key, command) in commands {
        if keys.just_pressed(key) {
            meeting.tell(command);
        }
    }
}

fn hear_viewer(meeting: Res<Meeting>, mut events: MessageReader<SceneOut>) {
    for SceneOut(event) in events.read() {
        match event {
            Event::CameraTaken(_) => meeting.tell(Command::HandsTook),
            Event::Camera(camera) => meeting.tell(Command::At(*camera)),
            _ => {}
        }
    }
}
