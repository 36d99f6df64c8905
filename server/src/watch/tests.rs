use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Layer, Revision};
use cloudsite_proto::land as wire;
use cloudsite_proto::land::watch_response::Event;
use futures::StreamExt;
use tempfile::TempDir;
use tokio::sync::watch;

use super::{EventStream, Watchers};
use crate::grpc::Refusal;
use crate::record::{Record, sample};

struct Fixture {
    _folder: TempDir,
    record: Arc<Record>,
    watchers: Arc<Watchers>,
    stop: watch::Sender<bool>,
}

/// The sample with `revisions` revisions.
fn fixture(revisions: u32) -> Fixture {
    let (folder, record) = sample::open();
    for revision in 2..=revisions {
        change(&record, revision);
    }
    let (stop, stopping) = watch::channel(false);
    let watchers = Arc::new(Watchers::new(sample::views(&record), stopping));
    Fixture { _folder: folder, record, watchers, stop }
}

impl Fixture {
    fn watch(&self, tier: Tier, after: Revision) -> Result<EventStream, Refusal> {
        self.watchers.watch(sample::views(&self.record).for_tier(tier), after, Box::new(|| true))
    }
}

fn change(record: &Record, step: u32) {
    sample::commit(record, vec![sample::building("B-1", 20.0 + f64::from(step), 20.0)], Vec::new());
}

async fn next(stream: &mut EventStream) -> Event {
    let event = stream.next().await.expect("the stream goes on").expect("an event");
    event.decode().expect("an event").event.expect("not empty")
}

fn revision_of(event: &Event) -> u64 {
    match event {
        Event::RevisionMade(made) => made.revision.as_ref().expect("a revision").number,
        other => panic!("not a revision: {other:?}"),
    }
}

#[tokio::test]
async fn a_new_reader_is_told_where_it_stands_and_then_what_happens() {
    let fixture = fixture(2);
    let mut stream = fixture.watch(Tier::Government, Revision(0)).unwrap();
    assert_eq!(next(&mut stream).await, Event::Progress(wire::Progress { revision: 2 }));
    sample::commit(&fixture.record, Vec::new(), vec![(Layer::Building, "B-2".parse().unwrap())]);
    let Event::RevisionMade(made) = next(&mut stream).await else { panic!("a revision") };
    let revision = made.revision.expect("a revision");
    assert_eq!((revision.number, revision.author.as_str(), made.truncated), (3, "test", false));
    assert_eq!(made.changes.len(), 1);
    assert_eq!(made.changes[0].name, "building/B-2");
    assert_eq!(made.changes[0].kind(), wire::ChangeKind::Ended);
    let bounds = made.bounds.expect("where it happened");
    assert!(bounds.west > 120.3 && bounds.east < 120.5 && bounds.south < bounds.north, "{bounds:?}");
}

#[tokio::test]
async fn a_reader_that_comes_back_gets_what_it_missed() {
    // More than one batch, and more than the queue holds.
    let fixture = fixture(80);
    let mut stream = fixture.watch(Tier::Government, Revision(3)).unwrap();
    assert_eq!(next(&mut stream).await, Event::Progress(wire::Progress { revision: 3 }));
    for expected in 4..=60 {
        assert_eq!(revision_of(&next(&mut stream).await), expected);
    }
    // While it reads slowly, more is made.
    change(&fixture.record, 81);
    for expected in 61..=81 {
        assert_eq!(revision_of(&next(&mut stream).await), expected);
    }
}

#[tokio::test]
async fn a_reader_from_another_record_is_sent_back_to_the_start() {
    let fixture = fixture(2);
    let mut stream = fixture.watch(Tier::Government, Revision(9)).unwrap();
    assert_eq!(next(&mut stream).await, Event::Resync(wire::Resync { revision: 2 }));
    assert_eq!(next(&mut stream).await, Event::Progress(wire::Progress { revision: 2 }));
    change(&fixture.record, 3);
    assert_eq!(revision_of(&next(&mut stream).await), 3);
}

#[tokio::test(start_paused = true)]
async fn a_silent_record_is_said_to_be_silent() {
    let fixture = fixture(1);
    let mut stream = fixture.watch(Tier::Government, Revision(1)).unwrap();
    let began = tokio::time::Instant::now();
    for _ in 0..3 {
        assert_eq!(next(&mut stream).await, Event::Progress(wire::Progress { revision: 1 }));
    }
    let passed = began.elapsed().as_secs();
    assert!((29..=31).contains(&passed), "two waits of 15 s, not {passed} s");
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let fixture = fixture(1);
    let mut stream = fixture.watch(Tier::Government, Revision(0)).unwrap();
    next(&mut stream).await;
    fixture.stop.send_replace(true);
    let last = stream.next().await.expect("a reason").expect_err("a status");
    assert_eq!(last.code(), tonic::Code::Unavailable);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_tier_is_not_told_of_what_it_may_not_see() {
    let fixture = fixture(1);
    let mut streams = Vec::new();
    for tier in Tier::ALL {
        let mut stream = fixture.watch(*tier, Revision(0)).unwrap();
        next(&mut stream).await;
        streams.push(stream);
    }
    let mut changed = vec![sample::mask("M-SECRET", 2_000.3, 40.7)];
    sample::commit(&fixture.record, changed.clone(), Vec::new());
    changed[0].code = "M-2".parse().unwrap();
    changed.push(sample::building("B-1", 50.3, 20.0));
    sample::commit(&fixture.record, changed, Vec::new());
    for (tier, stream) in Tier::ALL.iter().zip(&mut streams) {
        let sees = *tier >= Tier::Investor;
        let Event::RevisionMade(first) = next(stream).await else { panic!("a revision") };
        assert_eq!(first.bounds.is_some(), sees, "{tier}");
        assert_eq!(format!("{first:?}").contains("SECRET"), sees, "{tier}");
        let told = *tier == Tier::Government;
        assert_eq!(first.revision.unwrap().author.is_empty(), !told, "{tier}");
        let Event::RevisionMade(second) = next(stream).await else { panic!("a revision") };
        assert_eq!(second.changes.len(), if sees { 2 } else { 1 }, "{tier}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_reader_becomes_someone_else() {
    let fixture = fixture(2);
    let stands = Arc::new(AtomicBool::new(true));
    let still = Arc::clone(&stands);
    let view = sample::views(&fixture.record).for_tier(Tier::Negotiating);
    let still = Box::new(move || still.load(Ordering::Relaxed));
    let mut stream = fixture.watchers.watch(view, Revision(0), still).unwrap();
    assert_eq!(next(&mut stream).await, Event::Progress(wire::Progress { revision: 2 }));
    change(&fixture.record, 3);
    assert_eq!(revision_of(&next(&mut stream).await), 3);
    stands.store(false, Ordering::Relaxed);
    change(&fixture.record, 4);
    let status = stream.next().await.expect("it says why").expect_err("the event is not theirs");
    assert_eq!(status.code(), tonic::Code::Aborted, "{status}");
    assert!(stream.next().await.is_none());
}
