//! Someone who takes part in a meeting, by the wire alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::conference_service_client::ConferenceServiceClient;
use cloudsite_proto::meeting::join_request::Way;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{
    Act, Chat, CreateGuestLinkRequest, CreateMeetingRequest, Heard, JoinRequest, JoinResponse, Meeting, MeetingRole,
    Person, Said, SignalRequest, SignalResponse, State, Welcome,
};
use prost_types::Timestamp;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};

use crate::{Asker, Server};

/// How long something may take that is to be heard.
const SOON: Duration = Duration::from_secs(20);

/// A meeting of the Tokyo centre that is open now, with floors in Japanese and English.
///
/// # Panics
/// It cannot be planned.
#[expect(clippy::disallowed_methods, reason = "a meeting is entered around its time")]
pub async fn meeting_now(server: &Server) -> Meeting {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs() as i64;
    let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
    let meeting = Meeting {
        title: "Site visit".to_owned(),
        starts_at: at(now - 60),
        ends_at: at(now + 3_600),
        time_zone: "Asia/Tokyo".to_owned(),
        floors: vec!["ja".to_owned(), "en".to_owned()],
        ..Meeting::default()
    };
    let host = Asker::of(server, Some("host")).await;
    let mut client = MeetingServiceClient::new(server.channel().await);
    let planned = client.create_meeting(host.ask(CreateMeetingRequest { meeting: Some(meeting) })).await;
    planned.expect("a host plans meetings").into_inner().meeting.expect("there is a meeting")
}

/// The secret of a new link to a meeting.
///
/// # Panics
/// It cannot be made.
pub async fn guest_link(server: &Server, meeting: &Meeting, name: &str, role: MeetingRole) -> String {
    let host = Asker::of(server, Some("host")).await;
    let mut client = MeetingServiceClient::new(server.channel().await);
    let request = CreateGuestLinkRequest {
        parent: meeting.name.clone(),
        display_name: name.to_owned(),
        role: role.into(),
        language: "ja".to_owned(),
    };
    client.create_guest_link(host.ask(request)).await.expect("a host invites").into_inner().secret
}

/// Someone who takes part.
pub struct Attendee {
    client: ConferenceServiceClient<Channel>,
    stream: Streaming<JoinResponse>,
    sequence: u64,
    /// The last welcome: who they are, and the token.
    pub welcome: Welcome,
    /// The last state that they were told.
    pub state: State,
}

impl Attendee {
    /// Joins as the demo member with a role.
    pub async fn member(server: &Server, role: &str, meeting: &Meeting) -> Result<Self, Status> {
        let asker = Asker::of(server, Some(role)).await;
        Self::join(server, asker.ask(way(Way::Meeting(meeting.name.clone())))).await
    }

    /// Joins by a link.
    pub async fn guest(server: &Server, secret: &str) -> Result<Self, Status> {
        Self::join(server, Request::new(way(Way::Link(secret.to_owned())))).await
    }

    /// Comes back by a token: a member as the demo member with a role, who came by a link as nobody in particular.
    pub async fn again(server: &Server, role: Option<&str>, token: &str) -> Result<Self, Status> {
        let asker = Asker::of(server, role).await;
        Self::join(server, asker.ask(way(Way::ResumeToken(token.to_owned())))).await
    }

    /// Joins.
    pub async fn join(server: &Server, request: Request<JoinRequest>) -> Result<Self, Status> {
        let mut client = ConferenceServiceClient::new(server.channel().await);
        let mut stream = client.join(request).await?.into_inner();
        let first = stream.message().await?.and_then(|message| message.event);
        let Some(Event::Welcome(welcome)) = first else { panic!("a stream begins with a welcome, not {first:?}") };
        let state = welcome.state.clone().expect("a welcome says how the meeting stands");
        Ok(Self { client, stream, sequence: 0, welcome, state })
    }

    /// Their number.
    pub const fn id(&self) -> u32 {
        self.welcome.participant
    }

    /// Signals.
    pub async fn signal(&mut self, signal: Signal) -> Result<SignalResponse, Status> {
        self.sequence += 1;
        self.signal_as(self.sequence, signal).await
    }

    /// Signals under a number.
    pub async fn signal_as(&mut self, sequence: u64, signal: Signal) -> Result<SignalResponse, Status> {
        let resume_token = self.welcome.resume_token.clone();
        let request = SignalRequest { resume_token, sequence, signal: Some(signal) };
        Ok(self.client.signal(request).await?.into_inner())
    }

    /// Does something.
    pub async fn act(&mut self, act: Doing) -> Result<(), Status> {
        self.signal(Signal::Act(Act { act: Some(act) })).await.map(drop)
    }

    /// Says something.
    pub async fn say(&mut self, what: What) -> Result<(), Status> {
        self.signal(Signal::Said(Said { what: Some(what) })).await.map(drop)
    }

    /// Writes a line.
    pub async fn write(&mut self, text: &str) -> Result<(), Status> {
        self.say(What::Chat(Chat { text: text.to_owned(), parcel: String::new() })).await
    }

    /// The next event; none if the stream is over.
    ///
    /// # Panics
    /// None comes in time.
    pub async fn next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(SOON, self.stream.message()).await;
        let event = next.expect("something comes in time").ok().flatten()?.event;
        match &event {
            Some(Event::Welcome(welcome)) => {
                self.welcome = welcome.clone();
                self.state = welcome.state.clone().unwrap_or_default();
            }
            Some(Event::State(state)) => self.state = state.clone(),
            _ => {}
        }
        event
    }

    /// Waits until an event says what is looked for.
    ///
    /// # Panics
    /// The stream ends before.
    pub async fn until<T>(&mut self, what: &str, mut found: impl FnMut(&Event) -> Option<T>) -> T {
        loop {
            let Some(event) = self.next().await else { panic!("the stream ended before {what}") };
            if let Some(value) = found(&event) {
                return value;
            }
        }
    }

    /// Waits until the state is as it is looked for, or is so already.
    pub async fn until_state(&mut self, what: &str, mut holds: impl FnMut(&State) -> bool) {
        while !holds(&self.state) {
            assert!(self.next().await.is_some(), "the stream ended before {what}: {:?}", self.state);
        }
    }

    /// Waits for the next line of text that is heard, and from whom.
    pub async fn line(&mut self) -> (u32, String) {
        self.until("a line is heard", |event| match event {
            Event::Heard(Heard { from, said: Some(Said { what: Some(What::Chat(chat)) }), .. }) => {
                Some((*from, chat.text.clone()))
            }
            _ => None,
        })
        .await
    }

    /// Someone as they are in the state that was told last.
    pub fn sees(&self, id: u32) -> Option<&Person> {
        self.state.people.iter().find(|person| person.id == id)
    }
}

/// A request to join.
pub fn way(way: Way) -> JoinRequest {
    JoinRequest { way: Some(way), ..JoinRequest::default() }
}
