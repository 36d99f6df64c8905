//! Operations as the wire has them, asked for and stopped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use cloudsite_proto::change as wire;
use cloudsite_store::imports::{Operation, OperationId, OperationState};
use prost::Message;

use super::{Api, Caller, convert, parse};
use crate::grpc::Refusal;

/// How far an operation is that runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Which; 0 for none.
    pub(super) operation: u64,
    /// What it does, in a word.
    pub(super) step: &'static str,
    /// How far that is, features.
    pub(super) done: u64,
    /// Of how many; 0 if nobody knows.
    pub(super) total: u64,
}

/// What came of an operation, as it is kept: the part of the wire's message that only the end knows.
pub(super) fn outcome(operation: &wire::Operation) -> String {
    STANDARD_NO_PAD.encode(operation.encode_to_vec())
}

/// An operation with how far it is, if it is the one that runs.
pub(super) fn operation_to_wire(operation: &Operation, progress: Option<Progress>) -> wire::Operation {
    let outcome = operation.outcome.as_ref().and_then(|text| STANDARD_NO_PAD.decode(text).ok());
    let outcome = outcome.and_then(|bytes| wire::Operation::decode(bytes.as_slice()).ok()).unwrap_or_default();
    let import = outcome.import.map(|import| wire::ImportResult {
        changeset: operation.changeset.map(|id| format!("changesets/{id}")).unwrap_or_default(),
        ..import
    });
    let state = match operation.state {
        OperationState::Queued => wire::OperationState::Queued,
        OperationState::Running => wire::OperationState::Running,
        OperationState::Succeeded => wire::OperationState::Succeeded,
        OperationState::Failed => wire::OperationState::Failed,
        OperationState::Cancelled => wire::OperationState::Cancelled,
    };
    let running = progress.filter(|progress| progress.operation == operation.id.0 && !operation.state.is_over());
    let progress = running.unwrap_or_default();
    wire::Operation {
        name: format!("operations/{}", operation.id),
        state: state.into(),
        author: operation.owner.label.clone(),
        created_at: Some(convert::time(operation.created_at)),
        done_at: operation.done_at.map(convert::time),
        step: progress.step.to_owned(),
        done: progress.done,
        total: progress.total,
        message: outcome.message,
        import,
        problems: outcome.problems,
        problem_count: outcome.problem_count,
        file_name: operation.file_name.clone(),
    }
}

impl Api {
    pub(super) fn operation(&self, name: &str) -> Result<Operation, Refusal> {
        let id = OperationId(parse::number_in("operations", "name", name)?);
        let operation = self.store().operation(id)?;
        operation.ok_or_else(|| Refusal::NotFound { kind: "operation", name: name.to_owned() })
    }

    pub(super) fn cancel_operation(
        &self,
        caller: &Caller,
        request: wire::CancelOperationRequest,
    ) -> Result<wire::CancelOperationResponse, Refusal> {
        let operation = self.operation(&request.name)?;
        if operation.owner.key != caller.person.key {
            return Err(Refusal::Denied(format!("{} started it", operation.owner.label)));
        }
        let cancelled = self.store().cancel_operation(operation.id, self.now())?.unwrap_or(operation);
        Ok(wire::CancelOperationResponse { operation: Some(operation_to_wire(&cancelled, None)) })
    }
}
