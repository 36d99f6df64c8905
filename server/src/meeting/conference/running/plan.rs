//! A meeting that runs is changed by whoever planned it.

use cloudsite_domain::meeting::Scheduled;

use super::Running;

impl Running {
    /// It is as it is planned now: everyone is told, with a token that is good for as long as it lasts now. One that was called
    /// off ends. Its floors stay as they were when it began.
    pub(super) fn replan(&mut self, scheduled: Scheduled) {
        // Of two changes that overtake each other the later one counts.
        if scheduled.version <= self.scheduled.version {
            return;
        }
        self.scheduled = scheduled;
        self.is_changed = true;
        if self.scheduled.is_cancelled {
            self.behind.shelf.end(self.id());
            self.meeting.call_off();
            return;
        }
        let ids: Vec<_> = self.seats.keys().copied().collect();
        for id in ids {
            let known = self.seats.get(&id).map(|seat| (seat.seating.stream, seat.seating.came));
            let seating = known.and_then(|(stream, came)| self.seating(id, stream, came));
            let (Some(seating), Some(seat)) = (seating, self.seats.get_mut(&id)) else { continue };
            seat.meeting = self.behind.plans.shown(&self.scheduled, &seat.caller.principal);
            seat.seating = seating;
            self.welcome(id);
        }
    }
}
