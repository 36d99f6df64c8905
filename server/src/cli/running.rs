//! The server that runs on a data folder, for commands that ask it.

use std::path::Path;

use tokio::runtime::Runtime;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use super::answer::Failure;
use super::refused;
use crate::operator;

/// What calls go through.
pub(super) type Calls = InterceptedService<Channel, Operator>;

/// Adds the operator's token to each call.
#[derive(Clone)]
pub(super) struct Operator(AsciiMetadataValue);

impl tonic::service::Interceptor for Operator {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A connection to the server.
pub(super) struct Running {
    runtime: Runtime,
    calls: Calls,
}

impl Running {
    /// The server that holds `folder`.
    pub(super) fn on(folder: &Path) -> Result<Self, Failure> {
        let place = operator::read(folder).map_err(|error| {
            failed(format!("another process holds the folder and says not where it listens: {error}"))
        })?;
        let header = place.token.header().parse().map_err(|_| failed("the operator's token is damaged".to_owned()))?;
        let runtime = Runtime::new().map_err(|error| refused(&error))?;
        let endpoint = place.endpoint().map_err(|error| refused(&error))?;
        let channel = runtime
            .block_on(endpoint.connect())
            .map_err(|error| failed(format!("the server at {} cannot be reached: {error}", place.address)))?;
        Ok(Self { runtime, calls: InterceptedService::new(channel, Operator(header)) })
    }

    /// What a client is made of.
    pub(super) fn calls(&self) -> Calls {
        self.calls.clone()
    }

    /// Waits for calls that belong together.
    pub(super) fn wait_for<T>(&self, calls: impl Future<Output = T>) -> T {
        self.runtime.block_on(calls)
    }

    /// Waits for an answer.
    pub(super) fn wait<A>(&self, call: impl Future<Output = Result<Response<A>, Status>>) -> Result<A, Status> {
        self.runtime.block_on(call).map(Response::into_inner)
    }
}

/// A refusal in the server's words.
pub(super) fn failed(message: String) -> Failure {
    Failure::Refused { message, problems: None }
}
