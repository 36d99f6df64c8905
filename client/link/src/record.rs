//! Changing the record: changesets, uploads, and the operations that imports are.

use std::time::Duration;

use cloudsite_proto::change::{
    ApproveChangesetRequest, CancelOperationRequest, Changeset, ChangesetState, CreateChangesetRequest,
    CreateUploadRequest, DeleteChangesetRequest, DeleteUploadRequest, DropFeatureRequest, GetChangesetRequest,
    ImportOptions, ListChangesRequest, ListChangesResponse, ListChangesetsRequest, ListChangesetsResponse,
    ListProblemsRequest, ListProblemsResponse, Operation, PreviewUploadRequest, PreviewUploadResponse,
    PublishChangesetRequest, PutFeatureRequest, PutFeatureResponse, RebaseChangesetRequest, RebaseChangesetResponse,
    RejectChangesetRequest, StartImportRequest, Upload, UploadChunkRequest, ValidateChangesetRequest,
    WatchOperationRequest,
};
use futures::Stream;
use futures::stream::unfold;

use crate::client::{empty_reply, timed, timed_for, unary, unary_within};
use crate::{Client, LinkError};

/// How long an answer may take where the server works through a whole changeset or file.
const LONG: Duration = Duration::from_secs(30);

/// The largest piece of a file that the contract allows, bytes.
pub const LARGEST_CHUNK: u64 = 1 << 20;

impl Client {
    /// One page of the changesets in some states, newest first; no states are all.
    pub async fn changesets(
        &self,
        states: &[ChangesetState],
        page_token: &str,
    ) -> Result<ListChangesetsResponse, LinkError> {
        let mut service = self.changesets.clone();
        let request = ListChangesetsRequest {
            states: states.iter().map(|state| (*state).into()).collect(),
            page_size: 0,
            page_token: page_token.to_owned(),
        };
        unary("changesets", service.list_changesets(timed(request))).await
    }

    /// A changeset by name.
    pub async fn changeset(&self, name: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request = GetChangesetRequest { name: name.to_owned() };
        let reply = unary(name, service.get_changeset(timed(request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Begins an empty draft.
    pub async fn create_changeset(&self, title: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request = CreateChangesetRequest { title: title.to_owned(), request_id: String::new() };
        let reply = unary("changeset", service.create_changeset(timed(request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Deletes a draft, or what was rejected.
    pub async fn delete_changeset(&self, name: &str, etag: &str) -> Result<(), LinkError> {
        let mut service = self.changesets.clone();
        let request = DeleteChangesetRequest { name: name.to_owned(), etag: etag.to_owned() };
        unary(name, service.delete_changeset(timed(request))).await.map(|_| ())
    }

    /// One page of the features that a changeset changes.
    pub async fn changes(&self, request: ListChangesRequest) -> Result<ListChangesResponse, LinkError> {
        let mut service = self.changesets.clone();
        let name = request.changeset.clone();
        unary_within(LONG, &name, service.list_changes(timed_for(LONG, request))).await
    }

    /// One page of what the last validation of a changeset found.
    pub async fn problems(&self, request: ListProblemsRequest) -> Result<ListProblemsResponse, LinkError> {
        let mut service = self.changesets.clone();
        let name = request.changeset.clone();
        unary(&name, service.list_problems(timed(request))).await
    }

    /// Puts one feature into a changeset.
    pub async fn put_feature(&self, request: PutFeatureRequest) -> Result<PutFeatureResponse, LinkError> {
        let mut service = self.changesets.clone();
        let name = request.changeset.clone();
        unary_within(LONG, &name, service.put_feature(timed_for(LONG, request))).await
    }

    /// Takes a feature, `{layer}/{code}`, out of a changeset.
    pub async fn drop_feature(&self, changeset: &str, etag: &str, feature: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request =
            DropFeatureRequest { changeset: changeset.to_owned(), etag: etag.to_owned(), feature: feature.to_owned() };
        let reply = unary(changeset, service.drop_feature(timed(request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Checks a changeset by the rules of today.
    pub async fn validate(&self, name: &str, etag: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request = ValidateChangesetRequest { name: name.to_owned(), etag: etag.to_owned() };
        let reply = unary_within(LONG, name, service.validate_changeset(timed_for(LONG, request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Approves what was seen under this etag.
    pub async fn approve(&self, name: &str, etag: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request = ApproveChangesetRequest { name: name.to_owned(), etag: etag.to_owned(), reason: String::new() };
        let reply = unary(name, service.approve_changeset(timed(request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Turns a changeset down.
    pub async fn reject(&self, name: &str, etag: &str, reason: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request =
            RejectChangesetRequest { name: name.to_owned(), etag: etag.to_owned(), reason: reason.to_owned() };
        let reply = unary(name, service.reject_changeset(timed(request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Makes one revision of what is approved.
    pub async fn publish(&self, name: &str, etag: &str) -> Result<Changeset, LinkError> {
        let mut service = self.changesets.clone();
        let request = PublishChangesetRequest { name: name.to_owned(), etag: etag.to_owned() };
        let reply = unary_within(LONG, name, service.publish_changeset(timed_for(LONG, request))).await?;
        reply.changeset.ok_or_else(|| empty_reply("changeset"))
    }

    /// Brings a changeset to the newest revision, or says what is in the way.
    pub async fn rebase(&self, request: RebaseChangesetRequest) -> Result<RebaseChangesetResponse, LinkError> {
        let mut service = self.changesets.clone();
        let name = request.name.clone();
        unary_within(LONG, &name, service.rebase_changeset(timed_for(LONG, request))).await
    }

    /// Begins to keep a file.
    pub async fn create_upload(&self, file_name: &str, size_bytes: u64) -> Result<Upload, LinkError> {
        let mut service = self.uploads.clone();
        let request = CreateUploadRequest { file_name: file_name.to_owned(), size_bytes, request_id: String::new() };
        let reply = unary("upload", service.create_upload(timed(request))).await?;
        reply.upload.ok_or_else(|| empty_reply("upload"))
    }

    /// Keeps a piece of a file, which begins at `offset` and is at most [`LARGEST_CHUNK`] long.
    pub async fn upload_chunk(&self, name: &str, offset: u64, data: Vec<u8>) -> Result<Upload, LinkError> {
        let mut service = self.uploads.clone();
        let request = UploadChunkRequest { name: name.to_owned(), offset, data: data.into() };
        let reply = unary_within(LONG, name, service.upload_chunk(timed_for(LONG, request))).await?;
        reply.upload.ok_or_else(|| empty_reply("upload"))
    }

    /// Forgets a file.
    pub async fn delete_upload(&self, name: &str) -> Result<(), LinkError> {
        let mut service = self.uploads.clone();
        let request = DeleteUploadRequest { name: name.to_owned() };
        unary(name, service.delete_upload(timed(request))).await.map(|_| ())
    }

    /// What a whole file holds.
    pub async fn preview(&self, name: &str, options: ImportOptions) -> Result<PreviewUploadResponse, LinkError> {
        let mut service = self.uploads.clone();
        let request = PreviewUploadRequest { name: name.to_owned(), options: Some(options) };
        unary_within(LONG, name, service.preview_upload(timed_for(LONG, request))).await
    }

    /// Begins to import a whole file.
    pub async fn start_import(&self, request: StartImportRequest) -> Result<Operation, LinkError> {
        let mut service = self.uploads.clone();
        let name = request.upload.clone();
        let reply = unary(&name, service.start_import(timed(request))).await?;
        reply.operation.ok_or_else(|| empty_reply("operation"))
    }

    /// Stops an operation.
    pub async fn cancel_operation(&self, name: &str) -> Result<Operation, LinkError> {
        let mut service = self.operations.clone();
        let request = CancelOperationRequest { name: name.to_owned() };
        let reply = unary(name, service.cancel_operation(timed(request))).await?;
        reply.operation.ok_or_else(|| empty_reply("operation"))
    }

    /// An operation as it is, and each time that it has moved on, until it is done. Ends with the error if the connection
    /// is lost.
    pub async fn watch_operation(
        &self,
        name: &str,
    ) -> Result<impl Stream<Item = Result<Operation, LinkError>> + use<>, LinkError> {
        let mut service = self.operations.clone();
        let request = WatchOperationRequest { name: name.to_owned() };
        let stream = unary(name, service.watch_operation(request)).await?;
        let name = name.to_owned();
        Ok(unfold(Some((stream, name)), |open| async {
            let (mut stream, name) = open?;
            match stream.message().await {
                Ok(message) => {
                    let operation = message?.operation?;
                    Some((Ok(operation), Some((stream, name))))
                }
                Err(status) => Some((Err(LinkError::from_status(&status, &name)), None)),
            }
        }))
    }
}
