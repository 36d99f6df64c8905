//! The work of an interpreter: going to a floor, and turning round.

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{Listen, MeetingRole};
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::floors::other_way;

impl Attending {
    /// Goes to a floor, or from all.
    pub(in crate::meeting) fn interpret(self, floor: String) {
        let hall = self.hall;
        let me = hall.seen.with_untracked(|seen| seen.me().cloned()).unwrap_or_default();
        if !me.interprets.is_empty() && me.interprets != floor {
            hall.came_from.set(me.interprets);
        }
        // Nobody works from their own words.
        if !floor.is_empty() && me.hears == floor {
            self.tell(Which::Listen(Listen { floor: String::new(), original: me.hears_original }));
        }
        self.tell(Which::Interpret(floor));
    }

    /// The floor that an interpreter turns to; none where there is no other, or they are on none. Follows.
    pub(in crate::meeting) fn other_way(self) -> Option<String> {
        let before = self.hall.came_from.get();
        self.hall.seen.with(|seen| {
            let me = seen.me().filter(|me| me.role() == MeetingRole::Interpreter)?;
            other_way(&seen.state.floors, &me.interprets, &before).map(str::to_owned)
        })
    }

    /// Interprets the other way from now on.
    pub(in crate::meeting) fn turn(self) {
        if let Some(floor) = untrack(|| self.other_way()) {
            self.interpret(floor);
        }
    }
}
