//! Refusals as gRPC statuses with `google.rpc` details: the one place that knows codes.

use std::collections::HashMap;

use cloudsite_domain::record::{Revision, RevisionEntry};
use cloudsite_store::StoreError;
use jiff::Timestamp;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::disclosure::Refused;
use crate::record::ReadError;

/// Who gives the reasons in `google.rpc.ErrorInfo`.
const DOMAIN: &str = "cloudsite";

/// The reasons of refusals by [`crate::access`], which no method gives.
pub(crate) const SIGN_IN_REQUIRED: &str = "SIGN_IN_REQUIRED";
pub(crate) const NOT_FOR_CALLER: &str = "NOT_FOR_CALLER";

/// Why a call is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields of the request are wrong: names and what is wrong with each.
    Fields(Vec<(String, String)>),
    /// There is no such thing.
    NotFound {
        /// What kind of thing, e.g. `parcel`.
        kind: &'static str,
        /// Its resource name.
        name: String,
    },
    /// There is no such revision.
    UnknownRevision {
        /// The revision asked for.
        asked: Revision,
        /// The newest revision.
        head: Revision,
    },
    /// There was no revision at a moment.
    NoRevisionYet {
        /// The moment.
        moment: Timestamp,
        /// The first revision, if there is one by now.
        first: Option<RevisionEntry>,
    },
    /// The store failed.
    Store(StoreError),
    /// A task of the server ended before it answered.
    Interrupted,
    /// Too much is asked for at once.
    Exhausted(&'static str),
    /// There is such a thing already.
    Exists {
        /// What kind of thing, e.g. `organisation`.
        kind: &'static str,
        /// Its resource name.
        name: String,
    },
    /// It has changed since the caller read it.
    Moved(String),
    /// Something is in the way: a reason for programs, a sentence, and each thing with what it does there.
    InTheWay {
        /// What kind of answer it is.
        code: Code,
        /// For programs.
        reason: &'static str,
        /// For people.
        message: String,
        /// What is in the way: its name, and what is wrong with it.
        violations: Vec<(String, String)>,
    },
    /// A piece of a file comes before those between it and what is there.
    Offset {
        /// Where to go on, bytes.
        expected: u64,
    },
    /// A secret, a password or a token is not good. It is not said why.
    CredentialsRefused,
    /// The method is not for visitors; says how to be more.
    SignInRequired(&'static str),
    /// The method is for others than the caller.
    NotForCaller(String),
    /// The caller may call the method, but not for this.
    Denied(String),
    /// It would be more area than the caller's organisation may be given.
    ExtentExceeded(String),
}

impl Refusal {
    /// One field is wrong.
    pub(crate) fn field(name: impl Into<String>, problem: impl ToString) -> Self {
        Self::Fields(vec![(name.into(), problem.to_string())])
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::UnknownRevision { asked, head } => Self::UnknownRevision { asked, head },
            ReadError::Store(error) => Self::Store(error),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Exceeded(error) => Self::ExtentExceeded(error.to_string()),
            Refused::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Fields(fields) => {
                let message = fields.iter().map(|(name, problem)| format!("{name}: {problem}")).collect::<Vec<_>>();
                let violations: Vec<_> =
                    fields.into_iter().map(|(name, problem)| FieldViolation::new(name, problem)).collect();
                let details = ErrorDetails::with_bad_request(violations);
                Self::with_error_details(Code::InvalidArgument, message.join("; "), details)
            }
            Refusal::NotFound { kind, name } => {
                let message = format!("there is no {kind} '{name}'");
                let mut details = ErrorDetails::with_resource_info(kind, name, "", message.clone());
                details.set_error_info("RESOURCE_NOT_FOUND", DOMAIN, HashMap::new());
                Self::with_error_details(Code::NotFound, message, details)
            }
            Refusal::UnknownRevision { asked, head } => {
                let message = format!("there is no revision {asked}; the newest is {head}");
                let mut details = ErrorDetails::with_resource_info("revision", asked.to_string(), "", message.clone());
                let newest = HashMap::from([("head".to_owned(), head.to_string())]);
                details.set_error_info("REVISION_NOT_FOUND", DOMAIN, newest);
                Self::with_error_details(Code::NotFound, message, details)
            }
            Refusal::NoRevisionYet { moment, first } => {
                let first = first.map(|entry| entry.at.to_string());
                let since = first.as_ref().map_or_else(String::new, |at| format!("; the first was made at {at}"));
                let message = format!("there was no revision at {moment}{since}");
                let mut details = ErrorDetails::with_resource_info("revision", moment.to_string(), "", message.clone());
                let made = first.map(|at| ("first_at".to_owned(), at));
                details.set_error_info("REVISION_NOT_FOUND", DOMAIN, made.into_iter().collect::<HashMap<_, _>>());
                Self::with_error_details(Code::NotFound, message, details)
            }
            Refusal::Store(StoreError::Busy) => {
                reason(Code::Unavailable, "STORE_BUSY", "the record is busy; try again")
            }
            Refusal::Store(error @ (StoreError::DiskFull | StoreError::WriteFailed(_) | StoreError::ReadOnly)) => {
                tracing::error!(%error, "the store takes no writes");
                let message = "the disk takes no more writes: nothing was written, and reading goes on";
                reason(Code::ResourceExhausted, "DISK_FULL", message)
            }
            Refusal::Store(error) => {
                // What the store says may name folders of this machine: it is for the log, not for the caller.
                tracing::error!(%error, "the store failed");
                reason(Code::Internal, "STORE_FAILED", "the record could not be read; the server's log says why")
            }
            Refusal::Interrupted => reason(Code::Internal, "INTERRUPTED", "the call was interrupted"),
            Refusal::Exhausted(what) => reason(Code::ResourceExhausted, "LIMIT_REACHED", what),
            Refusal::Exists { kind, name } => {
                reason(Code::AlreadyExists, "RESOURCE_EXISTS", &format!("{kind} '{name}' is there already"))
            }
            Refusal::Moved(what) => reason(Code::Aborted, "ETAG_MISMATCH", &what),
            Refusal::InTheWay { code, reason, message, violations } => {
                let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
                for (subject, what) in violations {
                    details.add_precondition_failure_violation(reason, subject, what);
                }
                Self::with_error_details(code, message, details)
            }
            Refusal::Offset { expected } => {
                let message = format!("the file goes on at byte {expected}");
                let metadata = HashMap::from([("expected".to_owned(), expected.to_string())]);
                let details = ErrorDetails::with_error_info("OFFSET", DOMAIN, metadata);
                Self::with_error_details(Code::OutOfRange, message, details)
            }
            Refusal::CredentialsRefused => {
                reason(Code::Unauthenticated, "CREDENTIALS_REFUSED", "the credentials are not good, or good no longer")
            }
            Refusal::SignInRequired(how) => reason(Code::Unauthenticated, SIGN_IN_REQUIRED, how),
            Refusal::NotForCaller(who) => reason(Code::PermissionDenied, NOT_FOR_CALLER, &who),
            Refusal::Denied(why) => reason(Code::PermissionDenied, "NOT_PERMITTED", &why),
            Refusal::ExtentExceeded(why) => reason(Code::PermissionDenied, "EXTENT_LIMIT", &why),
        }
    }
}

fn reason(code: Code, reason: &str, message: &str) -> Status {
    Status::with_error_details(code, message, ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code_and_says_what_it_is_about() {
        let cases = [
            (
                Refusal::field("page_size", "must not be negative"),
                Code::InvalidArgument,
                "page_size: must not be negative",
            ),
            (
                Refusal::NotFound { kind: "parcel", name: "parcels/P-9".into() },
                Code::NotFound,
                "there is no parcel 'parcels/P-9'",
            ),
            (
                Refusal::UnknownRevision { asked: Revision(9), head: Revision(2) },
                Code::NotFound,
                "there is no revision 9; the newest is 2",
            ),
            (
                Refusal::NoRevisionYet { moment: Timestamp::UNIX_EPOCH, first: None },
                Code::NotFound,
                "there was no revision at 1970-01-01T00:00:00Z",
            ),
            (Refusal::Store(StoreError::Busy), Code::Unavailable, "the record is busy; try again"),
            (
                Refusal::Store(StoreError::DiskFull),
                Code::ResourceExhausted,
                "the disk takes no more writes: nothing was written, and reading goes on",
            ),
            (Refusal::Interrupted, Code::Internal, "the call was interrupted"),
            (Refusal::Exhausted("too many streams"), Code::ResourceExhausted, "too many streams"),
            (
                Refusal::Exists { kind: "organisation", name: "organisations/tokyo".into() },
                Code::AlreadyExists,
                "organisation 'organisations/tokyo' is there already",
            ),
            (Refusal::Moved("it has changed".into()), Code::Aborted, "it has changed"),
            (
                Refusal::InTheWay {
                    code: Code::FailedPrecondition,
                    reason: "STATE",
                    message: "it is published".into(),
                    violations: vec![],
                },
                Code::FailedPrecondition,
                "it is published",
            ),
            (Refusal::Offset { expected: 7 }, Code::OutOfRange, "the file goes on at byte 7"),
            (Refusal::CredentialsRefused, Code::Unauthenticated, "the credentials are not good, or good no longer"),
            (Refusal::SignInRequired("sign in"), Code::Unauthenticated, "sign in"),
            (Refusal::NotForCaller("for editors".into()), Code::PermissionDenied, "for editors"),
            (Refusal::Denied("not for you".into()), Code::PermissionDenied, "not for you"),
            (Refusal::ExtentExceeded("too much".into()), Code::PermissionDenied, "too much"),
        ];
        for (refusal, code, message) in cases {
            let status = Status::from(refusal);
            assert_eq!((status.code(), status.message()), (code, message));
            let details = status.get_error_details();
            assert!(
                details.error_info().is_some() || details.bad_request().is_some(),
                "{message}: a machine can read the reason"
            );
        }
    }

    #[test]
    fn a_caller_is_not_told_where_the_record_lies() {
        let status = Status::from(Refusal::Store(StoreError::NoRecord("/srv/private".into())));
        assert!(!status.message().contains("private"), "{}", status.message());
    }
}
