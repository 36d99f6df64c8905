//! Asking the server.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::change::changeset_service_client::ChangesetServiceClient;
use cloudsite_proto::change::operation_service_client::OperationServiceClient;
use cloudsite_proto::change::upload_service_client::UploadServiceClient;
use cloudsite_proto::identity::identity_service_client::IdentityServiceClient;
use cloudsite_proto::land::get_revision_request::Which;
use cloudsite_proto::land::parcel_service_client::ParcelServiceClient;
use cloudsite_proto::land::park_service_client::ParkServiceClient;
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use cloudsite_proto::land::{
    GetParcelRequest, GetParcelResponse, GetParkRequest, GetRevisionRequest, ListFeaturesRequest, ListFeaturesResponse,
    ListParcelsRequest, ListParcelsResponse, ListRevisionsRequest, ListRevisionsResponse, ListZonesRequest, Park,
    Revision, WatchRequest, WatchResponse, Zone,
};
use cloudsite_proto::meeting::conference_service_client::ConferenceServiceClient;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::recording_service_client::RecordingServiceClient;
use cloudsite_proto::siting::brief_service_client::BriefServiceClient;
use cloudsite_proto::siting::demand_service_client::DemandServiceClient;
use cloudsite_proto::siting::dossier_service_client::DossierServiceClient;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    GetFloorRequest, GetFloorResponse, MatchRequest, MatchResponse, RouteRequest, RouteResponse,
};
use cloudsite_proto::{SEEN_AS, SITTING};
use futures::Stream;
use futures::future::{Either, select};
use tonic::metadata::AsciiMetadataValue;
use tonic::{Request, Response, Status, Streaming};

use crate::LinkError;
use crate::platform::{self, Transport};
use crate::watch::{self, WatchEvent};

/// How long an answer may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// The largest page that the contract allows.
const LARGEST_PAGE: i32 = 1_000;

/// The resource name of the parcel with this code.
pub fn parcel_name(code: &str) -> String {
    format!("parcels/{code}")
}

/// A client of one server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    park: ParkServiceClient<Transport>,
    parcel: ParcelServiceClient<Transport>,
    siting: SitingServiceClient<Transport>,
    pub(crate) briefs: BriefServiceClient<Transport>,
    pub(crate) demand: DemandServiceClient<Transport>,
    pub(crate) dossiers: DossierServiceClient<Transport>,
    revision: RevisionServiceClient<Transport>,
    pub(crate) identity: IdentityServiceClient<Transport>,
    pub(crate) changesets: ChangesetServiceClient<Transport>,
    pub(crate) uploads: UploadServiceClient<Transport>,
    pub(crate) operations: OperationServiceClient<Transport>,
    pub(crate) audit: AuditServiceClient<Transport>,
    pub(crate) meetings: MeetingServiceClient<Transport>,
    pub(crate) conferences: ConferenceServiceClient<Transport>,
    pub(crate) recordings: RecordingServiceClient<Transport>,
    seen_as: Option<AsciiMetadataValue>,
    sitting: Option<AsciiMetadataValue>,
}

impl Client {
    /// A client of the server at `base_url`, such as `http://localhost:8080`. Connects when first asked, and again
    /// whenever the connection is lost; natively it must be called within a Tokio runtime.
    pub fn connect(base_url: &str) -> Result<Self, LinkError> {
        platform::transport(base_url, None).map(Self::over)
    }

    /// The same for a server whose certificate leads to one of these authorities (PEM), and to no other: a house's own, or
    /// the server's own certificate for development. A browser trusts whom its user trusts, whatever is said here.
    pub fn trusting(base_url: &str, authorities: &[u8]) -> Result<Self, LinkError> {
        platform::transport(base_url, Some(authorities)).map(Self::over)
    }

    fn over(transport: Transport) -> Self {
        Self {
            park: ParkServiceClient::new(transport.clone()),
            parcel: ParcelServiceClient::new(transport.clone()),
            siting: SitingServiceClient::new(transport.clone()),
            briefs: BriefServiceClient::new(transport.clone()),
            demand: DemandServiceClient::new(transport.clone()),
            dossiers: DossierServiceClient::new(transport.clone()),
            revision: RevisionServiceClient::new(transport.clone()),
            identity: IdentityServiceClient::new(transport.clone()),
            changesets: ChangesetServiceClient::new(transport.clone()),
            uploads: UploadServiceClient::new(transport.clone()),
            operations: OperationServiceClient::new(transport.clone()),
            audit: AuditServiceClient::new(transport.clone()),
            meetings: MeetingServiceClient::new(transport.clone()),
            conferences: ConferenceServiceClient::new(transport.clone()),
            recordings: RecordingServiceClient::new(transport),
            seen_as: None,
            sitting: None,
        }
    }

    /// The same client, given no more of the record than a tier: `public`, `investor`, `negotiating` or `government`. None
    /// is the reader's own.
    #[must_use]
    pub fn seen_as(self, tier: Option<&'static str>) -> Self {
        Self { seen_as: tier.map(AsciiMetadataValue::from_static), ..self }
    }

    /// The same client, whose briefs are known to be of one sitting: a random text of ASCII characters, at most 64. Without
    /// one, what a visitor asks again and again is counted again and again.
    #[must_use]
    pub fn in_sitting(self, name: &str) -> Self {
        Self { sitting: name.parse().ok(), ..self }
    }

    /// A request for what the record holds.
    pub(crate) fn reading<T>(&self, message: T) -> Request<T> {
        self.reading_for(DEADLINE, message)
    }

    /// The same for an answer that may take another time.
    pub(crate) fn reading_for<T>(&self, limit: Duration, message: T) -> Request<T> {
        let mut request = timed_for(limit, message);
        if let Some(tier) = &self.seen_as {
            request.metadata_mut().insert(SEEN_AS, tier.clone());
        }
        request
    }

    /// The park at the newest revision.
    pub async fn park(&self) -> Result<Park, LinkError> {
        let mut service = self.park.clone();
        let reply = unary("park", service.get_park(self.reading(GetParkRequest { revision: 0 }))).await?;
        reply.park.ok_or_else(|| empty_reply("park"))
    }

    /// All zones as of a revision, by code; 0 is the newest.
    pub async fn zones(&self, revision: u64) -> Result<Vec<Zone>, LinkError> {
        let mut zones = Vec::new();
        let mut request = ListZonesRequest { page_size: LARGEST_PAGE, page_token: String::new(), revision };
        loop {
            let mut service = self.park.clone();
            let reply = unary("zones", service.list_zones(self.reading(request.clone()))).await?;
            zones.extend(reply.zones);
            if reply.next_page_token.is_empty() {
                return Ok(zones);
            }
            request.page_token = reply.next_page_token;
        }
    }

    /// One page of the parcels that meet a filter.
    pub async fn parcels(&self, request: ListParcelsRequest) -> Result<ListParcelsResponse, LinkError> {
        let mut service = self.parcel.clone();
        unary("parcels", service.list_parcels(self.reading(request))).await
    }

    /// Which parcels suit a brief, and why.
    pub async fn matched(&self, request: MatchRequest) -> Result<MatchResponse, LinkError> {
        let mut service = self.siting.clone();
        let mut request = self.reading(request);
        if let Some(sitting) = &self.sitting {
            request.metadata_mut().insert(SITTING, sitting.clone());
        }
        unary("brief", service.r#match(request)).await
    }

    /// How long it takes from the parcel with this code to the places that matter, as of a revision; 0 is the newest.
    pub async fn routes(&self, code: &str, revision: u64) -> Result<RouteResponse, LinkError> {
        let parcel = parcel_name(code);
        let mut service = self.siting.clone();
        let request = RouteRequest { parcel: parcel.clone(), revision };
        unary(&parcel, service.route(self.reading(request))).await
    }

    /// The floor that can be let by its name, `building/{code}/{floor}` or `building/{code}/{floor}/{unit}`, as of a revision;
    /// 0 is the newest.
    pub async fn floor(&self, name: &str, revision: u64) -> Result<GetFloorResponse, LinkError> {
        let mut service = self.siting.clone();
        let request = GetFloorRequest { name: name.to_owned(), revision };
        unary(name, service.get_floor(self.reading(request))).await
    }

    /// The parcel with this code as of a revision, with everything the record says of it; 0 is the newest.
    pub async fn parcel(&self, code: &str, revision: u64) -> Result<GetParcelResponse, LinkError> {
        let name = parcel_name(code);
        let mut service = self.parcel.clone();
        let request = GetParcelRequest { name: name.clone(), revision };
        unary(&name, service.get_parcel(self.reading(request))).await
    }

    /// One page of the features of a layer.
    pub async fn features(&self, request: ListFeaturesRequest) -> Result<ListFeaturesResponse, LinkError> {
        let mut service = self.park.clone();
        unary("features", service.list_features(self.reading(request))).await
    }

    /// One revision; none if there is no such one.
    pub async fn revision(&self, which: Which) -> Result<Option<Revision>, LinkError> {
        let mut service = self.revision.clone();
        let request = GetRevisionRequest { which: Some(which) };
        match unary("revision", service.get_revision(self.reading(request))).await {
            Ok(reply) => Ok(reply.revision),
            Err(LinkError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page of the revisions, newest first; a page size of 0 leaves it to the server.
    pub async fn revisions(&self, page_size: i32, page_token: &str) -> Result<ListRevisionsResponse, LinkError> {
        let mut service = self.park.clone();
        let request = ListRevisionsRequest { page_size, page_token: page_token.to_owned() };
        unary("revisions", service.list_revisions(self.reading(request))).await
    }

    /// What happens to the record after a revision; 0 is from now on. Never ends: when the server is away the stream
    /// says so, waits, connects again and goes on after the last revision it has given.
    pub fn watch(&self, after_revision: u64) -> impl Stream<Item = WatchEvent> + use<> {
        watch::stream(self.clone(), after_revision)
    }

    /// Opens one watch stream.
    pub(crate) async fn open_watch(&self, after_revision: u64) -> Result<Streaming<WatchResponse>, LinkError> {
        let mut service = self.park.clone();
        unary("watch", service.watch(WatchRequest { after_revision })).await
    }
}

/// A request that tells the server, too, how long its answer is waited for.
pub(crate) fn timed<T>(message: T) -> Request<T> {
    timed_for(DEADLINE, message)
}

/// The same for an answer that may take another time.
pub(crate) fn timed_for<T>(limit: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(limit);
    request
}

/// The answer of a call, if it comes in time. `name` is what was asked for.
pub(crate) async fn unary<T>(
    name: &str,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, LinkError> {
    unary_within(DEADLINE, name, call).await
}

/// The same for an answer that may take another time.
pub(crate) async fn unary_within<T>(
    limit: Duration,
    name: &str,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, LinkError> {
    match within(limit, call).await {
        Some(Ok(reply)) => Ok(reply.into_inner()),
        Some(Err(status)) => Err(LinkError::from_status(&status, name)),
        None => Err(LinkError::Unreachable { reason: format!("no answer within {} s", limit.as_secs()) }),
    }
}

/// What a future gives, if it does so in time; it is dropped if not.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(platform::sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

pub(crate) fn empty_reply(what: &str) -> LinkError {
    LinkError::Internal { message: format!("the reply holds no {what}") }
}
