//! Someone who works on changesets: the clients that a page or a program has once it is signed in.

use std::time::Duration;

use bytes::Bytes;
use cloudsite_proto::change::changeset_service_client::ChangesetServiceClient;
use cloudsite_proto::change::operation_service_client::OperationServiceClient;
use cloudsite_proto::change::upload_service_client::UploadServiceClient;
use cloudsite_proto::change::{
    ApproveChangesetRequest, ChangeView, ChangedFeature, Changeset, CreateChangesetRequest, CreateUploadRequest,
    GetChangesetRequest, ImportOptions, ListChangesRequest, ListProblemsRequest, Operation, Problem,
    PublishChangesetRequest, PutFeatureRequest, StartImportRequest, UploadChunkRequest, ValidateChangesetRequest,
    WatchOperationRequest,
};
use cloudsite_proto::identity::{CreateMemberRequest, CreateServiceTokenRequest, Role};
use cloudsite_proto::land::Layer;
use serde_json::Value;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::Server;

/// Adds a token to each call.
#[derive(Clone)]
pub struct Bearer(AsciiMetadataValue);

impl tonic::service::Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

type Signed = InterceptedService<Channel, Bearer>;

/// The services on changes, as someone may call them.
#[derive(Clone)]
pub struct Desk {
    /// Changesets.
    pub changesets: ChangesetServiceClient<Signed>,
    /// Files.
    pub uploads: UploadServiceClient<Signed>,
    /// Operations.
    pub operations: OperationServiceClient<Signed>,
}

impl Desk {
    /// The desk of whoever has a token.
    pub async fn of(server: &Server, token: &str) -> Self {
        let header = format!("Bearer {token}").parse().expect("a token is plain text");
        let channel = InterceptedService::new(server.channel().await, Bearer(header));
        Self {
            changesets: ChangesetServiceClient::new(channel.clone()),
            uploads: UploadServiceClient::new(channel.clone()),
            operations: OperationServiceClient::new(channel),
        }
    }

    /// The desk of the demo member with a role.
    pub async fn as_role(server: &Server, role: &str) -> Self {
        Self::of(server, &server.access_token(role).await).await
    }

    /// The desk of someone new in an organisation, such as `organisations/demo-bureau`.
    pub async fn of_new(server: &Server, organisation: &str, roles: &[Role]) -> Self {
        let mut identity = server.identity().await;
        let member = CreateMemberRequest {
            organisation: organisation.to_owned(),
            display_name: format!("{roles:?}"),
            roles: roles.iter().map(|role| (*role).into()).collect(),
            ..CreateMemberRequest::default()
        };
        let made = identity.create_member(server.as_operator(member)).await.expect("a member is made");
        let member = made.into_inner().member.expect("there is a member").name;
        let request = CreateServiceTokenRequest { member, label: "desk".to_owned(), ..Default::default() };
        let made = identity.create_service_token(server.as_operator(request)).await.expect("a token is made");
        Self::of(server, &made.into_inner().token).await
    }

    /// Sends a file in pieces of so many bytes, and gives the upload's name.
    pub async fn upload(&mut self, file_name: &str, bytes: &[u8], piece: usize) -> String {
        let request = CreateUploadRequest {
            file_name: file_name.to_owned(),
            size_bytes: bytes.len() as u64,
            request_id: String::new(),
        };
        let made = self.uploads.create_upload(request).await.expect("the upload is begun").into_inner();
        let name = made.upload.expect("there is an upload").name;
        for (index, data) in bytes.chunks(piece).enumerate() {
            let offset = (index * piece) as u64;
            let request = UploadChunkRequest { name: name.clone(), offset, data: Bytes::copy_from_slice(data) };
            self.uploads.upload_chunk(request).await.expect("the piece is taken");
        }
        name
    }

    /// Begins to import an upload of parcels.
    pub async fn start(&mut self, upload: &str, options: ImportOptions) -> Operation {
        let options = ImportOptions { layer: Layer::Parcel.into(), ..options };
        let request =
            StartImportRequest { upload: upload.to_owned(), options: Some(options), ..StartImportRequest::default() };
        let started = self.uploads.start_import(request).await.expect("the import is begun").into_inner();
        started.operation.expect("there is an operation")
    }

    /// Watches an operation to its end.
    pub async fn ended(&mut self, operation: &str) -> Operation {
        let watching = async {
            let request = WatchOperationRequest { name: operation.to_owned() };
            let mut said = self.operations.watch_operation(request).await.expect("it is there").into_inner();
            let mut last = None;
            while let Some(next) = said.message().await.expect("the stream is sound") {
                last = next.operation;
            }
            last.expect("something is said")
        };
        tokio::time::timeout(Duration::from_mins(2), watching).await.expect("the operation ends in time")
    }

    /// A changeset.
    pub async fn changeset(&mut self, name: &str) -> Changeset {
        let reply = self.changesets.get_changeset(GetChangesetRequest { name: name.to_owned() }).await;
        reply.expect("it is there").into_inner().changeset.expect("there is a changeset")
    }

    /// All that a changeset changes, in full.
    pub async fn changes(&mut self, changeset: &str) -> Vec<ChangedFeature> {
        let mut request = ListChangesRequest {
            changeset: changeset.to_owned(),
            view: ChangeView::Full.into(),
            page_size: 2,
            ..ListChangesRequest::default()
        };
        let mut all = Vec::new();
        loop {
            let reply = self.changesets.list_changes(request.clone()).await.expect("it is listed").into_inner();
            all.extend(reply.changes);
            request.page_token = reply.next_page_token;
            if request.page_token.is_empty() {
                return all;
            }
        }
    }

    /// The first problems of a changeset.
    pub async fn problems(&mut self, changeset: &str) -> Vec<Problem> {
        let request = ListProblemsRequest { changeset: changeset.to_owned(), ..ListProblemsRequest::default() };
        self.changesets.list_problems(request).await.expect("they are listed").into_inner().problems
    }

    /// An empty draft's name.
    pub async fn draft(&mut self, title: &str) -> Result<String, Status> {
        let request = CreateChangesetRequest { title: title.to_owned(), request_id: String::new() };
        let made = self.changesets.create_changeset(request).await?.into_inner();
        Ok(made.changeset.expect("there is a changeset").name)
    }

    /// Puts a parcel, as GeoJSON, into a changeset.
    pub async fn put(&mut self, changeset: &str, feature: &Value) -> Result<Changeset, Status> {
        let request = PutFeatureRequest {
            changeset: changeset.to_owned(),
            layer: Layer::Parcel.into(),
            feature_geojson: feature.to_string(),
            ..PutFeatureRequest::default()
        };
        let put = self.changesets.put_feature(request).await?.into_inner();
        Ok(put.changeset.expect("there is a changeset"))
    }

    /// Checks a changeset, and gives it as it is then.
    pub async fn validate(&mut self, changeset: &str) -> Result<Changeset, Status> {
        let request = ValidateChangesetRequest { name: changeset.to_owned(), etag: String::new() };
        let checked = self.changesets.validate_changeset(request).await?.into_inner();
        Ok(checked.changeset.expect("there is a changeset"))
    }

    /// Approves a changeset as it is now.
    pub async fn approve(&mut self, changeset: &str) -> Result<Changeset, Status> {
        let etag = self.changeset(changeset).await.etag;
        let request = ApproveChangesetRequest { name: changeset.to_owned(), etag, reason: "seen".to_owned() };
        let reply = self.changesets.approve_changeset(request).await?;
        Ok(reply.into_inner().changeset.expect("there is a changeset"))
    }

    /// Publishes a changeset, and says how many features were merged.
    pub async fn publish(&mut self, changeset: &str) -> Result<(Changeset, u64), Status> {
        let request = PublishChangesetRequest { name: changeset.to_owned(), etag: String::new() };
        let reply = self.changesets.publish_changeset(request).await?.into_inner();
        Ok((reply.changeset.expect("there is a changeset"), reply.merged))
    }
}
