use std::fs;
use std::time::Instant;

use cloudsite_domain::meeting::MeetingId;
use cloudsite_proto::meeting::recorded_event::{Began, Paused, Resumed, TrackBegan, What};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::disk::{Disk, Job};
use super::log::{self, Log};
use super::shelf::{Progress, Shelf};

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
