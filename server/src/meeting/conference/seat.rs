//! The seat of someone who is connected: what waits for them, and what they have signalled.

use std::collections::BTreeSet;

use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_sfu::{Channel, PeerId};
use tokio::sync::mpsc;
use tonic::Status;

use super::token::Seating;
use crate::identity::Resolved;

/// Messages that wait for someone. Who does not take so many has their stream ended, and comes back for all of it anew.
const OUTBOX: usize = 256;

/// How much of it what is soon out of date may fill.
const ROOM_FOR_LATEST: usize = OUTBOX / 4;

/// What someone says in a second at most, without what is soon out of date.
const SAID_A_SECOND: u32 = 20;

/// How often someone shows in a second where they look from and what they point at. A page says each 15 times at most: twice of
/// both is room for what comes late and all at once.
const SHOWN_A_SECOND: u32 = 60;

/// Where messages for a stream come from.
pub(super) type Inbox = mpsc::Receiver<Result<wire::JoinResponse, Status>>;

/// The end of a signal: the answer, or why there is none.
pub(super) type Answered = Result<wire::SignalResponse, Status>;

/// Whether a signal is new.
pub(super) enum Turn {
    /// It is: do it.
    New,
    /// It was done: this was the answer.
    Again(Answered),
    /// A later one was done.
    Late(u64),
}

/// A seat.
pub(super) struct Seat {
    outbox: mpsc::Sender<Result<wire::JoinResponse, Status>>,
    /// Who opened the stream.
    pub(super) caller: Resolved,
    /// What their token says.
    pub(super) seating: Seating,
    /// Their connection for media.
    pub(super) peer: Option<PeerId>,
    /// The data channels that work.
    pub(super) channels: BTreeSet<Channel>,
    /// The meeting as it is told to them.
    pub(super) meeting: wire::Meeting,
    /// Whether something could not be put into the outbox.
    is_behind: bool,
    last: Option<(u64, Answered)>,
    said: u32,
    shown: u32,
}

impl Seat {
    /// A new one, and where its messages come out.
    pub(super) fn new(seating: Seating, caller: Resolved) -> (Self, Inbox) {
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let (peer, channels, meeting) = (None, BTreeSet::new(), wire::Meeting::default());
        (
            Self { outbox, caller, seating, peer, channels, meeting, is_behind: false, last: None, said: 0, shown: 0 },
            inbox,
        )
    }

    /// Whether the stream is gone, or has to go because too much waits for it.
    pub(super) fn is_lost(&self) -> bool {
        self.is_behind || self.outbox.is_closed()
    }

    /// Tells something that must not be missed.
    pub(super) fn tell(&mut self, event: Event) {
        self.is_behind |= self.outbox.try_send(Ok(wire::JoinResponse { event: Some(event) })).is_err();
    }

    /// Tells something that is soon out of date, unless much waits already.
    pub(super) fn tell_latest(&mut self, event: Event) {
        if OUTBOX - self.outbox.capacity() < ROOM_FOR_LATEST {
            self.tell(event);
        }
    }

    /// Whether a signal's number says that it is new.
    pub(super) fn turn(&self, sequence: u64) -> Turn {
        match &self.last {
            Some((last, answered)) if *last == sequence => Turn::Again(answered.clone()),
            Some((last, _)) if *last > sequence => Turn::Late(*last),
            _ => Turn::New,
        }
    }

    /// Keeps the answer to a signal, in case it comes again.
    pub(super) fn answered(&mut self, sequence: u64, answered: Answered) {
        self.last = Some((sequence, answered));
    }

    /// Whether they may say something more in this second.
    pub(super) fn may_say(&mut self) -> bool {
        self.said = self.said.saturating_add(1);
        self.said <= SAID_A_SECOND
    }

    /// Whether they may show once more in this second where they look from or what they point at.
    pub(super) fn may_show(&mut self) -> bool {
        self.shown = self.shown.saturating_add(1);
        self.shown <= SHOWN_A_SECOND
    }

    /// A second has passed.
    pub(super) fn next_second(&mut self) {
        self.said = 0;
        self.shown = 0;
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::meeting::{Joining, Meeting, MeetingId, MeetingRole, ParticipantId, Side};
    use cloudsite_domain::record::Language;
    use jiff::Timestamp;

    use super::*;

    fn seat() -> (Seat, Inbox) {
        let mut meeting = Meeting::new(BTreeSet::new());
        let (name, side) = ("x".parse().unwrap(), Side::Invited);
        let (role, language) = (MeetingRole::Guest, Language::En);
        let joining = Joining { name, role, side, came: None, language, back_in: None, seating: 0 };
        meeting.join(ParticipantId(1), joining).unwrap();
        let person = meeting.person(ParticipantId(1)).unwrap();
        Seat::new(Seating::of(MeetingId(1), 1, person, None, None, Timestamp::UNIX_EPOCH), Resolved::visitor())
    }

    fn heard() -> Event {
        Event::Heard(wire::Heard::default())
    }

    #[test]
    fn a_signal_is_done_once_and_in_order() {
        let (mut seat, _inbox) = seat();
        assert!(matches!(seat.turn(3), Turn::New));
        seat.answered(3, Ok(wire::SignalResponse { answer_sdp: "v=0".to_owned() }));
        assert!(matches!(seat.turn(3), Turn::Again(Ok(answer)) if answer.answer_sdp == "v=0"));
        assert!(matches!(seat.turn(2), Turn::Late(3)));
        assert!(matches!(seat.turn(4), Turn::New));
    }

    #[test]
    fn who_takes_nothing_is_given_up_but_not_for_what_is_soon_out_of_date() {
        let (mut seat, inbox) = seat();
        for _ in 0..10 * OUTBOX {
            seat.tell_latest(heard());
        }
        assert!(!seat.is_lost());
        for _ in 0..OUTBOX {
            seat.tell(heard());
        }
        assert!(seat.is_lost(), "the outbox is full of what must not be missed");
        drop(inbox);
        let (seat, inbox) = self::seat();
        assert!(!seat.is_lost());
        drop(inbox);
        assert!(seat.is_lost(), "the stream is gone");
    }

    #[test]
    fn so_much_is_said_in_a_second() {
        let (mut seat, _inbox) = seat();
        let said = (0..100).filter(|_| seat.may_say()).count();
        assert_eq!(said, SAID_A_SECOND as usize);
        // A camera that moves leaves room for what is said, and the other way round.
        let shown = (0..100).filter(|_| seat.may_show()).count();
        assert_eq!(shown, SHOWN_A_SECOND as usize);
        seat.next_second();
        assert!(seat.may_say() && seat.may_show());
    }
}
