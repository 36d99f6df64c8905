//! Taking part past the time that was planned, by a clock that is set by hand.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::identity::Role;
use cloudsite_domain::meeting::MeetingRole;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_sfu::{Settings, Sfu};
use cloudsite_store::changeset::Deed;
use cloudsite_store::identity::{IdentityStore, SecretHash};
use cloudsite_store::meeting::MeetingStore;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::identity::sample::Sample;
use crate::identity::secret::hash;
use crate::meeting::conference::Behind;
use crate::meeting::recording::Shelf;
use crate::record::sample;

const SECRET: &str = "of an interpreter, whom no lobby holds up";

/// A meeting of an hour that begins now, with a link for an interpreter.
struct Open {
    people: Sample,
    conferences: Conferences,
    scheduled: Scheduled,
    _record: TempDir,
    _stop: watch::Sender<bool>,
}

fn deed(at: Timestamp) -> Deed {
    Deed { did: "planned", actor: Actor::named("test"), at, detail: BTreeMap::new() }
}

fn open() -> Open {
    let people = Sample::new(true);
    let now = (people.clock())();
    let author = people.store.members().unwrap().into_iter().find(|member| member.roles.contains(&Role::Host)).unwrap();
    let scheduled = Scheduled {
        id: MeetingId(7),
        organisation: author.organisation.clone(),
        author: author.id,
        title: "Visit".parse().unwrap(),
        starts_at: now,
        ends_at: now + SignedDuration::from_hours(1),
        time_zone: "Asia/Tokyo".parse().unwrap(),
        floors: [].into(),
        is_cancelled: false,
        ended_at: None,
        version: 1,
    };
    people.store.create_meeting(&scheduled, &deed(now)).unwrap();
    let (name, role, language) = ("x".parse().unwrap(), MeetingRole::Interpreter, Language::En);
    let (meeting, created_at) = (scheduled.id, now);
    let link = GuestLink { meeting, number: 1, name, role, language, created_at, used_at: None, is_revoked: false };
    let secret: SecretHash = hash(SECRET);
    people.store.create_guest_link(&link, &secret, &deed(now)).unwrap();
    let (udp, clock) = ("127.0.0.1:0".parse().unwrap(), Instant::now);
    let (threads, told, seed) = (NonZeroUsize::MIN, vec![], [7; 32]);
    let (sfu, events) = Sfu::start(Settings { udp, tcp: None, told, threads, max_peers: 2, clock, seed }).unwrap();
    let (folder, record) = sample::empty();
    let (identity, clock) = (Arc::clone(&people.identity), people.clock());
    let plans =
        Plans { store: Arc::clone(&people.store) as _, identity: Arc::clone(&identity), clock: Arc::clone(&clock) };
    let (views, shelf) = (sample::views(&record), Shelf::of(people.folder.path()));
    let (stop, stopping) = watch::channel(false);
    let hall = Hall::open(Behind { plans, identity, views, sfu, shelf, relays: None, clock }, events, stopping);
    Open { people, conferences: Conferences(hall), scheduled, _record: folder, _stop: stop }
}

impl Open {
    async fn join(&self, way: Way) -> Result<(Inbox, wire::Welcome), Refusal> {
        let request = wire::JoinRequest { way: Some(way), ..wire::JoinRequest::default() };
        let wish = self.conferences.wish(Resolved::visitor(), &request).await?;
        let mut inbox = self.conferences.enter(wish, "").await?;
        match inbox.recv().await.unwrap().unwrap().event {
            Some(Event::Welcome(welcome)) => Ok((inbox, welcome)),
            other => panic!("a stream begins with a welcome, not {other:?}"),
        }
    }

    async fn signal(&self, token: &str, sequence: u64) -> Result<wire::SignalResponse, Status> {
        let act = wire::Act { act: Some(wire::act::Act::Hand(wire::Hand { up: true })) };
        let signal = Some(Signal::Act(act));
        self.conferences.signal(wire::SignalRequest { resume_token: token.to_owned(), sequence, signal }).await
    }
}

fn over<T>(answer: Result<T, Refusal>) -> String {
    Status::from(answer.err().expect("it is over")).message().to_owned()
}

#[tokio::test]
async fn a_meeting_that_overruns_is_steered_and_come_back_to_but_not_entered() {
    let open = open();
    let link = || Way::Link(SECRET.to_owned());
    let (_inbox, welcome) = open.join(link()).await.unwrap();
    open.signal(&welcome.resume_token, 1).await.unwrap();
    open.people.pass(5 * 3_600);
    open.signal(&welcome.resume_token, 2).await.expect("who sits in it goes on");
    assert_eq!(over(open.join(link()).await), "the meeting is over", "nobody new comes");
    let back = open.join(Way::ResumeToken(welcome.resume_token)).await;
    let (_inbox, again) = back.expect("who was lost comes back");
    assert_eq!(again.participant, welcome.participant);
    open.signal(&again.resume_token, 1).await.expect("and goes on");

    // Whoever called it off ends it for those inside, and nobody comes back.
    let off = Scheduled { is_cancelled: true, ..open.scheduled.clone() };
    let off = open.people.store.update_meeting(&off, &deed((open.people.clock())())).unwrap();
    open.conferences.0.changed(&off).await;
    assert_eq!(over(open.join(Way::ResumeToken(again.resume_token)).await), "the meeting was called off");
}
