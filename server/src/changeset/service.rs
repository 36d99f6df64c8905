//! `ChangesetService`, `UploadService` and `OperationService` of `cloudsite.change.v1` over the wire.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cloudsite_proto::change as wire;
use cloudsite_proto::change::changeset_service_server::{ChangesetService, ChangesetServiceServer};
use cloudsite_proto::change::operation_service_server::{OperationService, OperationServiceServer};
use cloudsite_proto::change::upload_service_server::{UploadService, UploadServiceServer};
use futures::stream::{self, Stream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::operations::{Progress, operation_to_wire};
use super::upload::MOST_CHUNK_BYTES;
use super::{Api, Caller, Runner};
use crate::grpc::{Refusal, blocking};

/// The largest request, bytes: a feature with many vertices.
const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Progress is said no more often than this: a person reads it.
const SAID_EVERY: Duration = Duration::from_millis(100);

/// The service on changesets.
pub(crate) fn changesets_server(api: Api) -> ChangesetServiceServer<impl ChangesetService> {
    ChangesetServiceServer::new(Changesets(api))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

/// The service on uploads.
pub(crate) fn uploads_server(runner: Arc<Runner>) -> UploadServiceServer<impl UploadService> {
    UploadServiceServer::new(Files(runner)).max_decoding_message_size(MOST_CHUNK_BYTES + 64 * 1024)
}

/// The service on operations.
pub(crate) fn operations_server(runner: Arc<Runner>) -> OperationServiceServer<impl OperationService> {
    OperationServiceServer::new(Operations(runner)).max_decoding_message_size(64 * 1024)
}

struct Changesets(Api);

struct Files(Arc<Runner>);

struct Operations(Arc<Runner>);

/// Runs a method of [`Api`] where it holds up nobody.
async fn answer<Q: Send + 'static, A: Send + 'static>(
    api: &Api,
    request: Request<Q>,
    work: fn(&Api, &Caller, Q) -> Result<A, Refusal>,
) -> Result<Response<A>, Status> {
    let (api, caller) = (api.clone(), Caller::of(&request)?);
    let request = request.into_inner();
    Ok(Response::new(blocking(move || work(&api, &caller, request)).await?))
}

/// Implements a service each of whose methods [`Api`] has under the same name.
macro_rules! answered {
    ($service:ident for $type:ident; $($method:ident($request:ident) -> $response:ident,)+) => {
        #[tonic::async_trait]
        impl $service for $type {
            $(async fn $method(
                &self,
                request: Request<wire::$request>,
            ) -> Result<Response<wire::$response>, Status> {
                answer(&self.0, request, Api::$method).await
            })+
        }
    };
}

answered! { ChangesetService for Changesets;
    create_changeset(CreateChangesetRequest) -> CreateChangesetResponse,
    get_changeset(GetChangesetRequest) -> GetChangesetResponse,
    list_changesets(ListChangesetsRequest) -> ListChangesetsResponse,
    delete_changeset(DeleteChangesetRequest) -> DeleteChangesetResponse,
    put_feature(PutFeatureRequest) -> PutFeatureResponse,
    end_feature(EndFeatureRequest) -> EndFeatureResponse,
    drop_feature(DropFeatureRequest) -> DropFeatureResponse,
    list_changes(ListChangesRequest) -> ListChangesResponse,
    list_problems(ListProblemsRequest) -> ListProblemsResponse,
    validate_changeset(ValidateChangesetRequest) -> ValidateChangesetResponse,
    approve_changeset(ApproveChangesetRequest) -> ApproveChangesetResponse,
    reject_changeset(RejectChangesetRequest) -> RejectChangesetResponse,
    publish_changeset(PublishChangesetRequest) -> PublishChangesetResponse,
    rebase_changeset(RebaseChangesetRequest) -> RebaseChangesetResponse,
}

#[tonic::async_trait]
impl UploadService for Files {
    async fn create_upload(
        &self,
        request: Request<wire::CreateUploadRequest>,
    ) -> Result<Response<wire::CreateUploadResponse>, Status> {
        answer(&self.0.api, request, Api::create_upload).await
    }

    async fn upload_chunk(
        &self,
        request: Request<wire::UploadChunkRequest>,
    ) -> Result<Response<wire::UploadChunkResponse>, Status> {
        answer(&self.0.api, request, Api::upload_chunk).await
    }

    async fn get_upload(
        &self,
        request: Request<wire::GetUploadRequest>,
    ) -> Result<Response<wire::GetUploadResponse>, Status> {
        answer(&self.0.api, request, Api::get_upload).await
    }

    async fn delete_upload(
        &self,
        request: Request<wire::DeleteUploadRequest>,
    ) -> Result<Response<wire::DeleteUploadResponse>, Status> {
        answer(&self.0.api, request, Api::delete_upload).await
    }

    async fn preview_upload(
        &self,
        request: Request<wire::PreviewUploadRequest>,
    ) -> Result<Response<wire::PreviewUploadResponse>, Status> {
        answer(&self.0.api, request, Api::preview_upload).await
    }

    async fn list_mappings(
        &self,
        request: Request<wire::ListMappingsRequest>,
    ) -> Result<Response<wire::ListMappingsResponse>, Status> {
        answer(&self.0.api, request, Api::list_mappings).await
    }

    async fn delete_mapping(
        &self,
        request: Request<wire::DeleteMappingRequest>,
    ) -> Result<Response<wire::DeleteMappingResponse>, Status> {
        answer(&self.0.api, request, Api::delete_mapping).await
    }

    async fn start_import(
        &self,
        request: Request<wire::StartImportRequest>,
    ) -> Result<Response<wire::StartImportResponse>, Status> {
        let started = answer(&self.0.api, request, Api::start_import).await?;
        self.0.wake();
        Ok(started)
    }
}

type Watched = Pin<Box<dyn Stream<Item = Result<wire::WatchOperationResponse, Status>> + Send>>;

#[tonic::async_trait]
impl OperationService for Operations {
    type WatchOperationStream = Watched;

    async fn get_operation(
        &self,
        request: Request<wire::GetOperationRequest>,
    ) -> Result<Response<wire::GetOperationResponse>, Status> {
        Caller::of(&request)?;
        let (api, progress) = (self.0.api.clone(), *self.0.progress().borrow());
        let operation = read(api, request.into_inner().name, progress).await?;
        Ok(Response::new(wire::GetOperationResponse { operation: Some(operation) }))
    }

    async fn list_operations(
        &self,
        request: Request<wire::ListOperationsRequest>,
    ) -> Result<Response<wire::ListOperationsResponse>, Status> {
        answer(&self.0.api, request, Api::list_operations).await
    }

    async fn cancel_operation(
        &self,
        request: Request<wire::CancelOperationRequest>,
    ) -> Result<Response<wire::CancelOperationResponse>, Status> {
        let cancelled = answer(&self.0.api, request, Api::cancel_operation).await?;
        self.0.tell();
        Ok(cancelled)
    }

    async fn watch_operation(
        &self,
        request: Request<wire::WatchOperationRequest>,
    ) -> Result<Response<Watched>, Status> {
        Caller::of(&request)?;
        let place = self.0.place()?;
        let watch = Watch {
            api: self.0.api.clone(),
            name: request.into_inner().name,
            progress: self.0.progress(),
            stopping: self.0.stopping(),
            said: None,
            _place: place,
        };
        // What is not there is refused at once, not in the stream.
        read(watch.api.clone(), watch.name.clone(), Progress::default()).await?;
        Ok(Response::new(Box::pin(stream::unfold(watch, Watch::next))))
    }
}

async fn read(api: Api, name: String, progress: Progress) -> Result<wire::Operation, Refusal> {
    blocking(move || Ok(operation_to_wire(&api.operation(&name)?, Some(progress)))).await
}

/// One who watches an operation.
struct Watch {
    api: Api,
    name: String,
    progress: watch::Receiver<Progress>,
    stopping: watch::Receiver<bool>,
    /// What was said last.
    said: Option<wire::Operation>,
    _place: OwnedSemaphorePermit,
}

impl Watch {
    /// The operation once it is another than was said; nothing after its end.
    async fn next(mut self) -> Option<(Result<wire::WatchOperationResponse, Status>, Self)> {
        if self.said.as_ref().is_some_and(|said| said.done_at.is_some()) || *self.stopping.borrow() {
            return None;
        }
        loop {
            let progress = *self.progress.borrow_and_update();
            let now = match read(self.api.clone(), self.name.clone(), progress).await {
                Ok(now) => now,
                Err(refusal) => return Some((Err(refusal.into()), self)),
            };
            if self.said.as_ref() != Some(&now) {
                self.said = Some(now.clone());
                return Some((Ok(wire::WatchOperationResponse { operation: Some(now) }), self));
            }
            tokio::select! {
                changed = self.progress.changed() => changed.ok()?,
                _ = self.stopping.changed() => return None,
            }
            tokio::time::sleep(SAID_EVERY).await;
        }
    }
}
