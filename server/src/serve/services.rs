//! The gRPC services.

use std::sync::Arc;

use cloudsite_proto::audit::audit_service_server::AuditServiceServer;
use cloudsite_proto::identity::identity_service_server::SERVICE_NAME as IDENTITY_SERVICE;
use cloudsite_proto::land::parcel_service_server::{ParcelServiceServer, SERVICE_NAME as PARCEL_SERVICE};
use cloudsite_proto::land::park_service_server::{ParkServiceServer, SERVICE_NAME as PARK_SERVICE};
use cloudsite_proto::land::revision_service_server::RevisionServiceServer;
use cloudsite_store::brief::BriefStore;
use cloudsite_store::demand::DemandStore;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::Builder as Reflection;

use crate::changeset::{self, Runner};
use crate::grpc::{Audit, Disclosures, Parcels, Park, Revisions, Shown};
use crate::identity::{self, Identity, OpenId, Resolved};
use crate::import::service::Imports;
use crate::meeting::conference::{self, Hall};
use crate::meeting::plan::{self, Plans};
use crate::meeting::recording::{self, Shelf};
use crate::operator::Token;
use crate::record::{Record, Views};
use crate::siting::briefs::Briefs;
use crate::siting::demand::Tally;
use crate::siting::{self, briefs, demand};
use crate::watch::Watchers;

/// The largest request, bytes. An import comes in chunks, which have a limit of their own.
const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// What the services answer from.
pub(super) struct Behind<'a> {
    /// The whole record, for what writes it.
    pub(super) record: &'a Arc<Record>,
    /// Views of it, for what answers.
    pub(super) views: &'a Views,
    pub(super) watchers: &'a Arc<Watchers>,
    pub(super) identity: &'a Arc<Identity>,
    pub(super) openid: Option<Arc<OpenId>>,
    pub(super) disclosures: Disclosures,
    pub(super) token: Token,
    pub(super) imports: &'a Arc<Runner>,
    pub(super) briefs: Arc<dyn BriefStore>,
    pub(super) demand: Arc<dyn DemandStore>,
    pub(super) tally: Arc<Tally>,
    pub(super) dossiers: &'a Arc<siting::dossier::Runner>,
    pub(super) plans: Plans,
    pub(super) hall: Arc<Hall>,
    pub(super) recordings: Shelf,
}

/// Every service, not yet guarded by [`crate::access`].
///
/// # Panics
/// Never: the descriptors are those of the build.
pub(super) async fn services(behind: Behind<'_>) -> Routes {
    let Behind {
        record,
        views,
        watchers,
        identity,
        openid,
        disclosures,
        token,
        imports,
        dossiers,
        hall,
        briefs: kept_briefs,
        demand: counted,
        tally,
        plans,
        recordings,
    } = behind;
    let known = Arc::clone(identity);
    let stands = Arc::new(move |reader: &Resolved| known.stands(reader));
    let log = Arc::clone(record);
    let shown = Shown {
        identity: Arc::clone(identity),
        views: views.clone(),
        disclosed: Arc::new(move |organisation, within| log.store().disclosures(organisation, within)),
        clock: identity::system_clock(),
    };
    let park = ParkServiceServer::new(Park::new(views.clone(), Arc::clone(watchers), stands))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip);
    let parcels = ParcelServiceServer::new(Parcels::new(views.clone()))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip);
    let described = || {
        Reflection::configure()
            .register_encoded_file_descriptor_set(cloudsite_proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let written = Arc::clone(record);
    let roll_back = Arc::new(move |roll_back| written.roll_back(roll_back));
    let kept = Briefs {
        store: kept_briefs,
        identity: Arc::clone(identity),
        views: views.clone(),
        clock: identity::system_clock(),
    };
    // A router of our own, because that of `Routes::default` answers every path that it does not know.
    Routes::from(axum::Router::new())
        .add_service(park)
        .add_service(parcels)
        .add_service(AuditServiceServer::new(Audit::new(Arc::clone(record), disclosures, shown)))
        .add_service(identity::server(Arc::clone(identity), openid))
        .add_service(Imports::server(Arc::clone(record), token))
        .add_service(changeset::changesets_server(imports.api()))
        .add_service(changeset::uploads_server(Arc::clone(imports)))
        .add_service(changeset::operations_server(Arc::clone(imports)))
        .add_service(siting::server(views.clone(), identity::system_clock(), Arc::clone(&tally)))
        .add_service(siting::dossier::server(views.clone(), identity::system_clock(), Arc::clone(dossiers)))
        .add_service(briefs::server(kept))
        .add_service(demand::server(views.clone(), tally, counted))
        .add_service(plan::server(plans.clone(), Arc::clone(&hall)))
        .add_service(recording::server(plans, recordings))
        .add_service(conference::server(hall))
        .add_service(RevisionServiceServer::new(Revisions::new(views.clone(), roll_back)))
        .add_service(health().await)
        .add_service(described().build_v1().expect("the descriptors are those of the build"))
        .add_service(described().build_v1alpha().expect("the descriptors are those of the build"))
}

/// Health as orchestrators ask for it. The server answers only once it is ready, so there is nothing to wait for.
async fn health() -> HealthServer<HealthService> {
    let reporter = HealthReporter::new();
    for name in ["", PARK_SERVICE, PARCEL_SERVICE, IDENTITY_SERVICE] {
        reporter.set_service_status(name, ServingStatus::Serving).await;
    }
    HealthServer::new(HealthService::from_health_reporter(reporter))
}
