//! `cloudsite.siting.v1.DossierService`.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudsite_domain::record::{Code, Layer, Revision};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::dossier_service_server::{DossierService, DossierServiceServer};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};

use super::super::convert;
use super::super::service::answer;
use super::asked::{Asked, MOST_PICTURE_BYTES, MOST_PICTURES};
use super::beside::beside;
use super::gather::{Basis, gather};
use super::runner::Runner;
use super::shelf::{Card, Format, State, Unkept, Work};
use crate::export;
use crate::grpc::{Refusal, blocking, recipient};
use crate::identity::{Clock, Recipient};
use crate::private_file::random;
use crate::record::Views;
use crate::validation::day_of;

/// The largest request, bytes: pictures, and a brief.
const MAX_REQUEST_BYTES: usize = MOST_PICTURES * MOST_PICTURE_BYTES + 256 * 1024;

/// Places that a brief is explained for: those that can be described.
const EXPLAINED: i32 = 100;

/// Joined parcels that a dossier tells of.
const ASSEMBLIES: i32 = 5;

/// Floors that are explained, if the brief asks what only floors have: those that can stand in the ranking of one that is
/// described.
const FLOORS: i32 = 100;

/// Requests that are worked on at a time. Others wait, as many as there may be calls.
const MOST_AT_A_TIME: usize = 1;

/// The service.
pub(crate) fn server(views: Views, clock: Clock, runner: Arc<Runner>) -> DossierServiceServer<impl DossierService> {
    let turns = Arc::new(Semaphore::new(MOST_AT_A_TIME));
    DossierServiceServer::new(Dossiers { views, clock, runner, turns }).max_decoding_message_size(MAX_REQUEST_BYTES)
}

struct Dossiers {
    views: Views,
    clock: Clock,
    runner: Arc<Runner>,
    turns: Arc<Semaphore>,
}

impl From<Unkept> for Refusal {
    fn from(unkept: Unkept) -> Self {
        match unkept {
            Unkept::Full => Self::Exhausted("as many dossiers wait as may; try again in a minute"),
            Unkept::Io(error) => {
                tracing::error!(%error, "a dossier cannot be kept");
                Self::Exhausted("the disk takes no dossier")
            }
        }
    }
}

#[tonic::async_trait]
impl DossierService for Dossiers {
    async fn create_dossier(
        &self,
        request: Request<wire::CreateDossierRequest>,
    ) -> Result<Response<wire::CreateDossierResponse>, Status> {
        let recipient = recipient(&request);
        self.runner.shelf().has_room(&recipient).map_err(Refusal::from)?;
        let request = request.into_inner();
        let asked = blocking(move || Asked::read(request)).await?;
        let dossier = self.create(recipient, asked).await?;
        self.runner.wake();
        Ok(Response::new(wire::CreateDossierResponse { dossier: Some(dossier) }))
    }

    async fn get_dossier(
        &self,
        request: Request<wire::GetDossierRequest>,
    ) -> Result<Response<wire::GetDossierResponse>, Status> {
        let (recipient, now) = (recipient(&request), (self.clock)());
        let (runner, name) = (Arc::clone(&self.runner), request.into_inner().name);
        let dossier = blocking(move || {
            let id = name.strip_prefix("dossiers/").unwrap_or_default();
            let found = runner.shelf().find(id, &recipient, now);
            let (card, before) = found.ok_or(Refusal::NotFound { kind: "dossier", name })?;
            Ok(to_wire(&card, before, &runner))
        });
        Ok(Response::new(wire::GetDossierResponse { dossier: Some(dossier.await?) }))
    }
}

impl Dossiers {
    /// Answers the brief and puts what a dossier is made from on the shelf.
    async fn create(&self, recipient: Recipient, asked: Asked) -> Result<wire::Dossier, Refusal> {
        let (now, view) = ((self.clock)(), self.views.for_recipient(recipient.clone()));
        let today = day_of(now);
        let brief = asked.brief.clone().unwrap_or_default();
        let wanted = wire::MatchRequest {
            brief: asked.brief.clone(),
            revision: asked.revision,
            explained: EXPLAINED,
            assemblies: ASSEMBLIES,
            floors: if convert::is_of_floors(&brief) { FLOORS } else { 0 },
            parcels: Vec::new(),
            named_floors: asked.floors.iter().map(ToString::to_string).collect(),
            named_assemblies: asked.assemblies.iter().map(|codes| set(codes)).collect(),
            coloured: 0,
        };
        // Not noted as demand: whoever takes an answer along has asked for it before.
        let answer = answer(view.clone(), wanted, today, Arc::clone(&self.turns), None).await?;
        let (public, runner) = (self.views.public(), Arc::clone(&self.runner));
        blocking(move || {
            let revision = Revision(answer.revision);
            let (snapshot, public) = (view.snapshot_at(revision)?, public.snapshot_at(revision)?);
            let basis = Basis { view: &view, snapshot: &snapshot, public: &public, today };
            let gathered = gather(&basis, &asked, &brief, &answer)?;
            let mut package = Vec::new();
            let beside = beside(&gathered.dossier, &snapshot);
            export::write_package(&gathered.parcels, Layer::Parcel, &beside, &mut package).map_err(|error| {
                tracing::error!(%error, "a dossier's GeoPackage cannot be written");
                Refusal::Interrupted
            })?;
            let captions = asked.pictures.iter().map(|picture| picture.caption.clone()).collect();
            let work = Work { dossier: gathered.dossier, maps: gathered.maps, captions };
            let card = card(&recipient, &asked, &work, now)?;
            let card = runner.shelf().put(card, &recipient, &work, &asked.pictures, &package)?;
            let before = runner.shelf().find(&card.id, &recipient, now).map_or(0, |(_, before)| before);
            Ok(to_wire(&card, before, &runner))
        })
        .await
    }
}

fn set(codes: &[Code]) -> wire::ParcelSet {
    wire::ParcelSet { parcels: codes.iter().map(|code| format!("parcels/{code}")).collect() }
}

fn card(recipient: &Recipient, asked: &Asked, work: &Work, now: Timestamp) -> Result<Card, Refusal> {
    // 256 random bits: a visitor's dossier is for whoever knows its name.
    let id = random::<32>().map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Refusal::Interrupted
    })?;
    Ok(Card {
        id: URL_SAFE_NO_PAD.encode(id),
        owner: recipient.organisation.clone(),
        tier: recipient.tier,
        state: State::Queued,
        revision: work.dossier.revision,
        languages: asked.languages,
        places: work.dossier.places.iter().map(|place| place.ranked.parcel.clone()).collect(),
        created_at: now,
        done_at: None,
        kept_until: now,
        pages: 0,
    })
}

fn to_wire(card: &Card, before: u32, runner: &Runner) -> wire::Dossier {
    let (state, message) = match &card.state {
        State::Queued => (wire::DossierState::Queued, String::new()),
        State::Running => (wire::DossierState::Running, String::new()),
        State::Succeeded => (wire::DossierState::Succeeded, String::new()),
        State::Failed(message) => (wire::DossierState::Failed, message.clone()),
    };
    let file = |format: Format| {
        Some(wire::DossierFile {
            format: format.as_str().to_owned(),
            path: super::http::path(&card.id, format),
            size_bytes: runner.shelf().size(&card.id, format)?,
        })
    };
    let is_done = card.state == State::Succeeded;
    wire::Dossier {
        name: format!("dossiers/{}", card.id),
        state: state.into(),
        message,
        revision: card.revision,
        languages: card.languages.iter().map(|language| language.tag().to_owned()).collect(),
        places: card.places.iter().map(|code| format!("parcels/{code}")).collect(),
        created_at: Some(time(card.created_at)),
        done_at: card.done_at.map(time),
        kept_until: Some(time(card.kept_until)),
        before,
        pages: card.pages,
        files: if is_done { Format::ALL.into_iter().filter_map(file).collect() } else { Vec::new() },
    }
}

fn time(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
