use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::{MeetingId, Scheduled};
use cloudsite_proto::meeting::recorded_event::{Began, Ended, Paused, Resumed, TrackBegan, What};
use cloudsite_store::Store;
use cloudsite_store::changeset::Deed;
use cloudsite_store::identity::IdentityStore;
use cloudsite_store::meeting::MeetingStore;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::copies::{Copied, copy_out, put_back};
use super::disk::{Disk, DiskError, Job};
use super::keeper::delete_old;
use super::log::{self, Log};
use super::recorder::Trouble;
use super::shelf::{Progress, Shelf};
use crate::identity::sample::Sample;
use crate::meeting::plan::Plans;

const MEETING: MeetingId = MeetingId(77);

fn shelf() -> (TempDir, Shelf) {
    let data = TempDir::new().unwrap();
    let shelf = Shelf::of(data.path());
    (data, shelf)
}

fn began() -> What {
    What::Began(Began { title: "Site visit".to_owned(), ..Began::default() })
}

#[test]
fn of_a_log_that_was_cut_off_all_is_there_but_the_last() {
    let folder = TempDir::new().unwrap();
    let mut log = Log::create(folder.path()).unwrap();
    for (at, what) in [(0, began()), (1_500, What::Paused(Paused {})), (2_500, What::Resumed(Resumed {}))] {
        log.add(at, what).unwrap();
    }
    log.close().unwrap();
    let (whole, bytes) = log::read(folder.path()).unwrap();
    assert_eq!(whole.iter().map(|event| event.at_ms).collect::<Vec<_>>(), [0, 1_500, 2_500]);
    let path = folder.path().join("events.binpb");
    let written = fs::read(&path).unwrap();
    assert_eq!(written.len() as u64, bytes);
    for cut in 0..written.len() {
        fs::write(&path, &written[..cut]).unwrap();
        let (read, _) = log::read(folder.path()).unwrap();
        assert!(whole.starts_with(&read) && read.len() < 3, "cut at {cut}: {read:?}");
    }
    assert!(Log::create(folder.path()).is_err(), "what was recorded is not written over");
}

#[tokio::test]
async fn whoever_wants_what_was_ended_waits_until_it_is_on_disk() {
    let (_data, shelf) = shelf();
    let place = shelf.begin(MEETING).unwrap().unwrap();
    Log::create(&place.folder).unwrap().close().unwrap();
    // It goes on, and nobody waits for its end.
    shelf.until_on_disk(MEETING, 1).await;
    shelf.end(MEETING);
    assert_eq!(shelf.told(MEETING, 1).unwrap().unwrap().progress, Progress::Ending);
    assert!(!shelf.delete(MEETING, 1).unwrap(), "it is still written");
    let wait = shelf.until_on_disk(MEETING, 1);
    tokio::pin!(wait);
    assert!(futures::poll!(&mut wait).is_pending(), "its writer is there");
    drop(place);
    wait.await;
    assert_eq!(shelf.told(MEETING, 1).unwrap().unwrap().progress, Progress::Over);
}

#[test]
fn recordings_stand_by_number_and_stay_while_they_go_on() {
    let (data, shelf) = shelf();
    assert_eq!(shelf.numbers(MEETING).unwrap(), [] as [u32; 0]);
    assert_eq!(shelf.meetings().unwrap(), []);
    let first = shelf.begin(MEETING).unwrap().unwrap();
    let second = shelf.begin(MEETING).unwrap().unwrap();
    assert_eq!((shelf.numbers(MEETING).unwrap(), shelf.meetings().unwrap()), (vec![1, 2], vec![MEETING]));
    Log::create(&first.folder).unwrap().close().unwrap();
    assert_eq!(shelf.told(MEETING, 1).unwrap().unwrap().progress, Progress::Running);
    assert!(!shelf.delete(MEETING, 1).unwrap(), "it goes on");
    drop(first);
    assert_eq!(shelf.told(MEETING, 1).unwrap().unwrap().progress, Progress::Over);
    assert!(shelf.delete(MEETING, 1).unwrap());
    assert!(!shelf.delete(MEETING, 1).unwrap(), "it is gone");
    assert!(shelf.told(MEETING, 1).unwrap().is_none());
    drop(second);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(data.path().join("recordings/77/2")).unwrap().permissions(),
        );
        assert_eq!(mode & 0o077, 0, "nobody else looks into it");
    }
}

/// A recording of a meeting that began at a moment and ended a second later.
fn recorded(shelf: &Shelf, meeting: MeetingId, began_at: i64) {
    let place = shelf.begin(meeting).unwrap().unwrap();
    let mut log = Log::create(&place.folder).unwrap();
    let at = Some(prost_types::Timestamp { seconds: began_at, nanos: 0 });
    log.add(0, What::Began(Began { at, ..Began::default() })).unwrap();
    log.add(1_000, What::Ended(Ended {})).unwrap();
    log.close().unwrap();
}

#[test]
fn what_was_kept_as_long_as_the_operator_wants_is_deleted_and_told() {
    let people = Sample::new(true);
    let plans = Plans { store: people.store.clone(), identity: people.identity.clone(), clock: people.clock() };
    let (_data, shelf) = shelf();
    let now = (plans.clock)().as_second();
    let author = people.store.members().unwrap().remove(0);
    let meeting = Scheduled {
        id: MEETING,
        organisation: author.organisation,
        author: author.id,
        title: "Site visit".parse().unwrap(),
        starts_at: (plans.clock)(),
        ends_at: (plans.clock)(),
        time_zone: "Asia/Tokyo".parse().unwrap(),
        floors: BTreeSet::new(),
        is_cancelled: false,
        ended_at: None,
        version: 1,
    };
    let planned = Deed { did: "planned", actor: Actor::named("x"), at: meeting.starts_at, detail: BTreeMap::new() };
    people.store.create_meeting(&meeting, &planned).unwrap();
    let days = |days: i64| days * 24 * 3_600;
    for age in [days(31), days(30) + 1, days(30) - 1, 0] {
        recorded(&shelf, MEETING, now - age);
    }
    // What goes on stays, however long ago it began.
    let place = shelf.begin(MEETING).unwrap().unwrap();
    let mut log = Log::create(&place.folder).unwrap();
    let at = Some(prost_types::Timestamp { seconds: now - days(40), nanos: 0 });
    log.add(0, What::Began(Began { at, ..Began::default() })).unwrap();
    log.flush().unwrap();
    assert_eq!(delete_old(30, &plans, &shelf).unwrap(), 1, "the second ended a second after it began");
    assert_eq!(shelf.numbers(MEETING).unwrap(), [2, 3, 4, 5]);
    people.pass(3);
    assert_eq!(delete_old(30, &plans, &shelf).unwrap(), 2);
    assert_eq!(shelf.numbers(MEETING).unwrap(), [4, 5]);
    drop((log, place));
    assert_eq!(delete_old(30, &plans, &shelf).unwrap(), 1, "what was cut off is old as anything else");
    let mut told = Vec::new();
    let mut note = |event: cloudsite_domain::audit::Event| {
        let of_meeting = Some(event.happening).filter(|happening| happening.subject == "meetings/77");
        told.extend(of_meeting.and_then(|happening| happening.detail.get("recording").cloned()));
        Ok(())
    };
    people.store.events(1..=u64::MAX, &mut note).unwrap();
    assert_eq!(told, ["1", "2", "3", "5"]);
}

#[test]
fn finished_recordings_are_copied_and_put_back_and_one_that_goes_on_is_named() {
    let (data, shelf) = shelf();
    for began_at in [10, 20] {
        recorded(&shelf, MEETING, began_at);
    }
    fs::write(data.path().join("recordings/77/1/001-microphone-5.ogg"), "sound").unwrap();
    let place = shelf.begin(MEETING).unwrap().unwrap();
    let log = Log::create(&place.folder).unwrap();
    let copies = data.path().join("copies");
    let copied = copy_out(data.path(), &copies).unwrap();
    assert_eq!((copied.recordings, copied.left_out), (2, vec!["meetings/77/recordings/3".to_owned()]));
    let bytes = |path: &str| fs::read(data.path().join(path)).unwrap();
    assert_eq!(copied.bytes, bytes("recordings/77/1/events.binpb").len() as u64 * 2 + 5);
    assert_eq!(bytes("copies/77/1/001-microphone-5.ogg"), b"sound");
    // What was cut off is worth keeping, too.
    drop((log, place));
    assert_eq!(copy_out(data.path(), &data.path().join("more")).unwrap().recordings, 3);

    let other = TempDir::new().unwrap();
    let mine = Shelf::of(other.path());
    recorded(&mine, MEETING, 30);
    let back = put_back(&copies, other.path()).unwrap();
    assert_eq!((back.recordings, back.left_out), (1, vec!["meetings/77/recordings/1".to_owned()]));
    assert_eq!(mine.numbers(MEETING).unwrap(), [1, 2]);
    assert!(!other.path().join("recordings/77/1/001-microphone-5.ogg").exists(), "what is there stays as it is");
    assert_eq!(mine.told(MEETING, 2).unwrap().unwrap().events, shelf.told(MEETING, 2).unwrap().unwrap().events);
    let none = put_back(&other.path().join("nothing"), other.path()).unwrap();
    assert_eq!(none, Copied::default());
}

#[test]
fn of_a_meeting_a_hundred_recordings_are_kept_whatever_their_numbers() {
    let (_data, shelf) = shelf();
    for _ in 0..100 {
        drop(shelf.begin(MEETING).unwrap().unwrap());
    }
    assert!(shelf.begin(MEETING).unwrap().is_none());
    assert!(shelf.delete(MEETING, 7).unwrap());
    assert!(shelf.begin(MEETING).unwrap().is_some(), "there is room for one again");
}

#[test]
fn a_disk_without_room_is_told_from_one_that_fails() {
    let error = |kind: io::ErrorKind| DiskError::Log { folder: PathBuf::new(), source: kind.into() };
    assert!(error(io::ErrorKind::StorageFull).is_full() && !error(io::ErrorKind::NotADirectory).is_full());
    for (kind, expected) in [
        (io::ErrorKind::StorageFull, Trouble::DiskFull),
        (io::ErrorKind::QuotaExceeded, Trouble::DiskFull),
        (io::ErrorKind::PermissionDenied, Trouble::NotWritten),
    ] {
        assert_eq!(Trouble::of(&kind.into()), expected, "{kind:?}");
    }
}

#[test]
fn a_file_is_one_that_the_log_tells_of() {
    let (data, shelf) = shelf();
    let place = shelf.begin(MEETING).unwrap().unwrap();
    let mut log = Log::create(&place.folder).unwrap();
    let track = TrackBegan { number: 1, file: "001-microphone-5.ogg".to_owned(), ..TrackBegan::default() };
    log.add(0, began()).unwrap();
    log.add(10, What::TrackBegan(track)).unwrap();
    log.close().unwrap();
    fs::write(data.path().join("secret"), "x").unwrap();
    let found = shelf.file(MEETING, 1, "001-microphone-5.ogg").unwrap();
    assert_eq!(found, Some(place.folder.join("001-microphone-5.ogg")));
    for name in ["events.binpb", "../../../secret", "", ".", "001-microphone-5.ogg/../events.binpb"] {
        assert_eq!(shelf.file(MEETING, 1, name).unwrap(), None, "{name}");
    }
    assert_eq!(shelf.file(MEETING, 2, "001-microphone-5.ogg").unwrap(), None, "of another recording");
}

#[test]
fn what_happens_is_written_with_when_and_ends() {
    let folder = TempDir::new().unwrap();
    let start = Instant::now();
    let (jobs, taken) = mpsc::channel(8);
    let later = start + std::time::Duration::from_millis(1_234);
    for job in [Job::Event(start, began()), Job::Event(later, What::Paused(Paused {})), Job::Close(7)] {
        jobs.try_send(job).ok().unwrap();
    }
    drop(jobs);
    Disk::create(folder.path(), start).unwrap().run(taken).unwrap();
    let (events, _) = log::read(folder.path()).unwrap();
    let kinds: Vec<_> = events.iter().map(|event| (event.at_ms, event.what.clone())).collect();
    assert_eq!(kinds[..2], [(0, Some(began())), (1_234, Some(What::Paused(Paused {})))]);
    assert!(matches!(kinds[2..], [(_, Some(What::Ended(_)))]), "{kinds:?}");
}

#[test]
fn a_disk_that_does_not_take_it_is_told_of_by_its_folder() {
    let folder = TempDir::new().unwrap();
    let gone = folder.path().join("gone");
    let error = Disk::create(&gone, Instant::now()).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), format!("what happens cannot be written to {}", gone.display()));
}
