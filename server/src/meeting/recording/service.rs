//! `cloudsite.meeting.v1.RecordingService`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::pin::Pin;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::identity::Principal;
use cloudsite_domain::meeting::MeetingId;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::recorded_event::{TrackBegan, What};
use cloudsite_proto::meeting::recording_service_server::{RecordingService, RecordingServiceServer};
use futures::{Stream, stream};
use tonic::{Code, Request, Response, Status};

use super::http;
use super::shelf::{Progress, Shelf, Told};
use crate::grpc::{Refusal, blocking, caller};
use crate::meeting::plan::Plans;

/// Events in a piece of what happened.
const EVENTS_IN_A_PIECE: usize = 500;

/// The name of whichever meeting (AIP-159).
const ALL_MEETINGS: &str = "meetings/-";

/// The service.
pub(crate) fn server(plans: Plans, shelf: Shelf) -> RecordingServiceServer<impl RecordingService> {
    RecordingServiceServer::new(Recordings { plans, shelf })
}

/// The name of a recording.
pub(super) fn recording_name(meeting: MeetingId, number: u32) -> String {
    format!("meetings/{meeting}/recordings/{number}")
}

/// The meeting and the number in a recording's name.
fn recording_id(name: &str) -> Result<(MeetingId, u32), Refusal> {
    let (meeting, number) = name.split_once("/recordings/").unwrap_or((name, ""));
    let wrong = || {
        Refusal::field("name", format!("'{name}' is not a name of the form 'meetings/{{id}}/recordings/{{number}}'"))
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    Ok((Plans::id_of("name", meeting).map_err(|_| wrong())?, number))
}

fn unknown(meeting: MeetingId, number: u32) -> Refusal {
    Refusal::NotFound { kind: "recording", name: recording_name(meeting, number) }
}

fn unreadable(error: &io::Error) -> Refusal {
    tracing::error!(%error, "recordings cannot be read");
    Refusal::Interrupted
}

/// Recordings, for those who keep the meetings.
#[derive(Clone)]
pub(super) struct Recordings {
    pub(super) plans: Plans,
    pub(super) shelf: Shelf,
}

impl Recordings {
    fn list(&self, caller: &Principal, parent: &str) -> Result<Vec<wire::Recording>, Refusal> {
        if parent != ALL_MEETINGS {
            let meeting = Plans::id_of("parent", parent)?;
            self.plans.keeps(caller, meeting)?;
            return self.list_of(meeting);
        }
        let meetings = self.shelf.meetings().map_err(|error| unreadable(&error))?;
        let kept = meetings.into_iter().filter(|meeting| self.plans.keeps(caller, *meeting).is_ok());
        let recordings = kept.map(|meeting| self.list_of(meeting)).collect::<Result<Vec<_>, _>>()?;
        Ok(recordings.into_iter().flatten().collect())
    }

    fn list_of(&self, meeting: MeetingId) -> Result<Vec<wire::Recording>, Refusal> {
        let numbers = self.shelf.numbers(meeting).map_err(|error| unreadable(&error))?;
        let told = numbers.into_iter().map(|number| self.shelf.told(meeting, number));
        let told = told.collect::<io::Result<Vec<_>>>().map_err(|error| unreadable(&error))?;
        Ok(told.into_iter().flatten().filter_map(|told| self.recording(meeting, &told)).collect())
    }

    /// A recording as its log tells it; none if it has not begun.
    fn recording(&self, meeting: MeetingId, told: &Told) -> Option<wire::Recording> {
        let Some(What::Began(began)) = &told.events.first()?.what else { return None };
        let last = told.events.last()?;
        let mut tracks: BTreeMap<u32, wire::Track> = BTreeMap::new();
        for event in &told.events {
            match &event.what {
                Some(What::TrackBegan(track)) => {
                    tracks.insert(track.number, self.track(meeting, told.number, event.at_ms, track));
                }
                Some(What::TrackEnded(ended)) => {
                    if let Some(track) = tracks.get_mut(&ended.number) {
                        track.length_ms = ended.length_ms;
                        track.begins_ms = ended.begins_ms.unwrap_or(track.begins_ms);
                    }
                }
                _ => {}
            }
        }
        let is_ended = matches!(last.what, Some(What::Ended(_)));
        Some(wire::Recording {
            name: recording_name(meeting, told.number),
            title: began.title.clone(),
            began_at: began.at,
            length_ms: last.at_ms,
            running: told.progress == Progress::Running,
            cut_off: !is_ended && told.progress == Progress::Over,
            tracks: tracks.into_values().collect(),
            event_bytes: told.event_bytes,
        })
    }

    fn track(&self, meeting: MeetingId, recording: u32, begins_ms: u64, track: &TrackBegan) -> wire::Track {
        let file = self.shelf.folder(meeting, recording).join(&track.file);
        wire::Track {
            path: http::path(meeting, recording, &track.file),
            participant: track.participant,
            name: track.name.clone(),
            source: track.source,
            begins_ms,
            length_ms: 0,
            // One that someone has taken away is told of with nothing in it.
            bytes: fs::metadata(file).map_or(0, |file| file.len()),
            floor: track.floor.clone(),
        }
    }

    fn read(
        &self,
        caller: &Principal,
        (meeting, number): (MeetingId, u32),
    ) -> Result<Vec<wire::RecordedEvent>, Refusal> {
        self.plans.keeps(caller, meeting)?;
        let told = self.shelf.told(meeting, number).map_err(|error| unreadable(&error))?;
        Ok(told.ok_or_else(|| unknown(meeting, number))?.events)
    }

    fn delete(&self, caller: &Principal, (meeting, number): (MeetingId, u32)) -> Result<(), Refusal> {
        self.plans.keeps(caller, meeting)?;
        let told = self.shelf.told(meeting, number).map_err(|error| unreadable(&error))?;
        if told.ok_or_else(|| unknown(meeting, number))?.progress != Progress::Over {
            return Err(Refusal::InTheWay {
                code: Code::FailedPrecondition,
                reason: "RECORDING_RUNS",
                message: "the recording goes on: end it first".to_owned(),
                violations: Vec::new(),
            });
        }
        self.shelf.delete(meeting, number).map_err(|error| unreadable(&error))?;
        let detail = [("recording".to_owned(), number.to_string())].into();
        self.plans.log(meeting, "deleted a recording", Actor::from(caller), detail)
    }
}

#[tonic::async_trait]
impl RecordingService for Recordings {
    type ReadRecordingStream = Pin<Box<dyn Stream<Item = Result<wire::ReadRecordingResponse, Status>> + Send>>;

    async fn list_recordings(
        &self,
        request: Request<wire::ListRecordingsRequest>,
    ) -> Result<Response<wire::ListRecordingsResponse>, Status> {
        let (recordings, caller) = (self.clone(), caller(&request));
        let parent = request.into_inner().parent;
        let recordings = blocking(move || recordings.list(&caller, &parent)).await?;
        Ok(Response::new(wire::ListRecordingsResponse { recordings }))
    }

    async fn read_recording(
        &self,
        request: Request<wire::ReadRecordingRequest>,
    ) -> Result<Response<Self::ReadRecordingStream>, Status> {
        let (recordings, caller) = (self.clone(), caller(&request));
        let (meeting, number) = recording_id(&request.into_inner().name)?;
        recordings.shelf.until_on_disk(meeting, number).await;
        let events = blocking(move || recordings.read(&caller, (meeting, number))).await?;
        let mut events = events.into_iter();
        let pieces = std::iter::from_fn(move || {
            let events: Vec<_> = events.by_ref().take(EVENTS_IN_A_PIECE).collect();
            (!events.is_empty()).then_some(Ok(wire::ReadRecordingResponse { events }))
        });
        Ok(Response::new(Box::pin(stream::iter(pieces))))
    }

    async fn delete_recording(
        &self,
        request: Request<wire::DeleteRecordingRequest>,
    ) -> Result<Response<wire::DeleteRecordingResponse>, Status> {
        let (recordings, caller) = (self.clone(), caller(&request));
        let (meeting, number) = recording_id(&request.into_inner().name)?;
        recordings.shelf.until_on_disk(meeting, number).await;
        blocking(move || recordings.delete(&caller, (meeting, number))).await?;
        Ok(Response::new(wire::DeleteRecordingResponse {}))
    }
}
