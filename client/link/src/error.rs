//! What can go wrong between asking and being answered.

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The server did not answer, or not in time. The same request may succeed later.
    #[error("the server cannot be reached: {reason}")]
    Unreachable {
        /// What the transport says.
        reason: String,
    },
    /// There is nothing of this name.
    #[error("there is no '{name}'")]
    NotFound {
        /// The resource name that was asked for.
        name: String,
    },
    /// The server refuses the request as it stands.
    #[error("the request's field '{field}' is refused: {reason}")]
    Invalid {
        /// The field concerned, as the contract spells it; empty where the server names none.
        field: String,
        /// Why it is refused.
        reason: String,
    },
    /// Nobody is signed in, or the sign-in is wrong or over.
    #[error("a sign-in is needed: {reason}")]
    SignInRequired {
        /// What the server says of it.
        reason: String,
    },
    /// Whoever is signed in may not do this.
    #[error("not allowed: {reason}")]
    Denied {
        /// The reason's stable name, such as `TWO_PERSONS`; empty where the server gives none.
        code: String,
        /// Who may.
        reason: String,
    },
    /// What was asked for was decided on something that has changed since.
    #[error("it has changed meanwhile: {reason}")]
    Conflict {
        /// The reason's stable name, such as `ETAG_MISMATCH`; empty where the server gives none.
        code: String,
        /// What has changed.
        reason: String,
    },
    /// It cannot be done as things stand.
    #[error("not as things stand: {reason}")]
    NotNow {
        /// The reason's stable name, such as `STATE`.
        code: String,
        /// What stands in the way.
        reason: String,
    },
    /// There is too much of it at the moment.
    #[error("the server takes no more of this now: {reason}")]
    Busy {
        /// Of what.
        reason: String,
    },
    /// The server failed.
    #[error("the server failed: {message}")]
    Internal {
        /// What the server says of it.
        message: String,
    },
}

impl LinkError {
    /// The error behind a gRPC status; `name` is the resource that was asked for.
    pub(crate) fn from_status(status: &Status, name: &str) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            Code::NotFound => Self::NotFound { name: name.to_owned() },
            Code::Unauthenticated => Self::SignInRequired { reason: message },
            Code::PermissionDenied => Self::Denied { code: reason_of(status), reason: message },
            Code::Aborted => Self::Conflict { code: reason_of(status), reason: message },
            Code::FailedPrecondition if !reason_of(status).is_empty() => {
                Self::NotNow { code: reason_of(status), reason: message }
            }
            Code::ResourceExhausted => Self::Busy { reason: message },
            Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => refused(status),
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Self::Unreachable { reason: message },
            // A transport that fails before any gRPC answer has its own error as source; the browser's fetch does.
            Code::Unknown if std::error::Error::source(status).is_some() => Self::Unreachable { reason: message },
            _ => Self::Internal { message },
        }
    }
}

/// The stable name of a refusal's reason, if the server gives one.
fn reason_of(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

fn refused(status: &Status) -> LinkError {
    let violation = status.get_details_bad_request().and_then(|details| details.field_violations.into_iter().next());
    match violation {
        Some(violation) => LinkError::Invalid { field: violation.field, reason: violation.description },
        None => LinkError::Invalid { field: String::new(), reason: status.message().to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn each_status_becomes_the_error_that_says_what_to_do() {
        let unreachable = |reason: &str| LinkError::Unreachable { reason: reason.to_owned() };
        let cases = [
            (Status::not_found("no"), LinkError::NotFound { name: "parcels/X".to_owned() }),
            (Status::unavailable("refused"), unreachable("refused")),
            (Status::deadline_exceeded("late"), unreachable("late")),
            (
                Status::invalid_argument("bad token"),
                LinkError::Invalid { field: String::new(), reason: "bad token".to_owned() },
            ),
            (Status::unauthenticated("who?"), LinkError::SignInRequired { reason: "who?".to_owned() }),
            (
                Status::permission_denied("not you"),
                LinkError::Denied { code: String::new(), reason: "not you".to_owned() },
            ),
            (Status::aborted("moved on"), LinkError::Conflict { code: String::new(), reason: "moved on".to_owned() }),
            (Status::resource_exhausted("full"), LinkError::Busy { reason: "full".to_owned() }),
            (Status::internal("disk"), LinkError::Internal { message: "disk".to_owned() }),
            (Status::unknown("who knows"), LinkError::Internal { message: "who knows".to_owned() }),
        ];
        for (status, expected) in cases {
            assert_eq!(LinkError::from_status(&status, "parcels/X"), expected, "{:?}", status.code());
        }
    }

    #[test]
    fn the_refused_field_is_read_from_the_details() {
        let details = ErrorDetails::with_bad_request_violation("page_token", "is of another request");
        let status = Status::with_error_details(Code::InvalidArgument, "invalid request", details);
        assert_eq!(
            LinkError::from_status(&status, ""),
            LinkError::Invalid { field: "page_token".to_owned(), reason: "is of another request".to_owned() }
        );
    }

    #[test]
    fn a_refusal_says_its_reason_by_name() {
        let status = |code, reason: &str| {
            let details = ErrorDetails::with_error_info(reason, "cloudsite", std::collections::HashMap::new());
            LinkError::from_status(&Status::with_error_details(code, "no", details), "")
        };
        let (code, reason) = ("STATE".to_owned(), "no".to_owned());
        assert_eq!(status(Code::FailedPrecondition, "STATE"), LinkError::NotNow { code, reason });
        let (code, reason) = ("CONFLICT".to_owned(), "no".to_owned());
        assert_eq!(status(Code::Aborted, "CONFLICT"), LinkError::Conflict { code, reason });
        let (code, reason) = ("TWO_PERSONS".to_owned(), "no".to_owned());
        assert_eq!(status(Code::PermissionDenied, "TWO_PERSONS"), LinkError::Denied { code, reason });
    }

    #[test]
    fn a_transport_failure_is_not_taken_for_the_servers() {
        let status = Status::from_error(Box::new(std::io::Error::other("Failed to fetch")));
        assert!(
            matches!(LinkError::from_status(&status, ""), LinkError::Unreachable { .. }),
            "an error without any answer of the server: {status:?}"
        );
    }
}
