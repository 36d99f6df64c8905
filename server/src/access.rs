//! Who may call what: one table, and the layer that enforces it. A method that is not in the table is refused, so a new
//! one cannot be open by oversight.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cloudsite_domain::identity::{Principal, Role};
use cloudsite_proto::SEEN_AS;
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use tonic::Status;

use crate::grpc::Refusal;
use crate::identity::{InvalidCredentials, Recipient, Resolved};

/// Who may call a method. The operator may call each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Everyone.
    Anyone,
    /// Any member.
    Members,
    /// Members with one of these roles.
    Roles(&'static [Role]),
    /// Who proves access to the data folder by the token kept there.
    Operator,
}

impl Caller {
    /// Whether a principal is among them.
    pub(crate) fn admits(self, principal: &Principal) -> bool {
        match self {
            Self::Anyone => true,
            Self::Members => *principal != Principal::Visitor,
            Self::Roles(roles) => roles.iter().any(|role| principal.has(*role)),
            Self::Operator => *principal == Principal::Operator,
        }
    }
}

/// Who belongs to the park's side: everyone but firms and their interpreters.
const STAFF: Caller = Caller::Roles(&[Role::Host, Role::Editor, Role::Approver, Role::Auditor, Role::Admin]);

const ADMIN: Caller = Caller::Roles(&[Role::Admin]);

const HOST: Caller = Caller::Roles(&[Role::Host]);

const EDITOR: Caller = Caller::Roles(&[Role::Editor]);

const APPROVER: Caller = Caller::Roles(&[Role::Approver]);

const EDITOR_OR_APPROVER: Caller = Caller::Roles(&[Role::Editor, Role::Approver]);

/// Who may look at what is not for everyone: at changes that are not published, and at what others were shown.
const CHANGE_READER: Caller = Caller::Roles(&[Role::Editor, Role::Approver, Role::Auditor, Role::Admin]);

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// One answer: the deadline holds.
    Answer,
    /// A stream, which lasts as long as both sides want.
    Stream,
}

/// The rule of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The method, by its path.
    pub(crate) method: &'static str,
    /// Who may call it.
    pub(crate) caller: Caller,
    /// How long it may take.
    pub(crate) span: Span,
}

/// Every method by its path.
const METHODS: &[(&str, Caller, Span)] = &[
    ("/cloudsite.audit.v1.AuditService/ListEvents", Caller::Roles(&[Role::Auditor]), Span::Answer),
    ("/cloudsite.audit.v1.AuditService/ListDisclosures", Caller::Roles(&[Role::Auditor]), Span::Answer),
    ("/cloudsite.audit.v1.AuditService/GetShown", CHANGE_READER, Span::Answer),
    ("/cloudsite.land.v1.ParkService/GetPark", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/GetZone", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListZones", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListFeatures", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListRevisions", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/Watch", Caller::Anyone, Span::Stream),
    ("/cloudsite.land.v1.ParcelService/GetParcel", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParcelService/ListParcels", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ImportService/ImportFile", Caller::Operator, Span::Stream),
    ("/cloudsite.identity.v1.IdentityService/SignIn", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/ListSignInMethods", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/Refresh", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/SignOut", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/WhoAmI", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/RedeemInvite", Caller::Anyone, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/ChangePassword", Caller::Members, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/RevokeSessions", Caller::Members, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/CreateInvite", Caller::Roles(&[Role::Host, Role::Admin]), Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/ListOrganisations", STAFF, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/CreateOrganisation", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/UpdateOrganisation", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/ListMembers", Caller::Roles(&[Role::Auditor, Role::Admin]), Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/CreateMember", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/UpdateMember", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/ListServiceTokens", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/CreateServiceToken", ADMIN, Span::Answer),
    ("/cloudsite.identity.v1.IdentityService/RevokeServiceToken", ADMIN, Span::Answer),
    // Who takes part proves it by a link's secret, a session or a token.
    ("/cloudsite.meeting.v1.ConferenceService/Join", Caller::Anyone, Span::Stream),
    ("/cloudsite.meeting.v1.ConferenceService/Signal", Caller::Anyone, Span::Answer),
    ("/cloudsite.meeting.v1.ConferenceService/Probe", Caller::Anyone, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/CreateChangeset", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/GetChangeset", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/ListChangesets", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/DeleteChangeset", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/PutFeature", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/EndFeature", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/DropFeature", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/ListChanges", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/ListProblems", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/ValidateChangeset", EDITOR_OR_APPROVER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/ApproveChangeset", APPROVER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/RejectChangeset", APPROVER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/PublishChangeset", APPROVER, Span::Answer),
    ("/cloudsite.change.v1.ChangesetService/RebaseChangeset", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/CreateUpload", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/UploadChunk", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/GetUpload", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/DeleteUpload", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/PreviewUpload", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/StartImport", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/ListMappings", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.UploadService/DeleteMapping", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.OperationService/GetOperation", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.OperationService/ListOperations", CHANGE_READER, Span::Answer),
    ("/cloudsite.change.v1.OperationService/CancelOperation", EDITOR, Span::Answer),
    ("/cloudsite.change.v1.OperationService/WatchOperation", CHANGE_READER, Span::Stream),
    ("/cloudsite.land.v1.RevisionService/GetRevision", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.RevisionService/RollBack", Caller::Roles(&[Role::Approver]), Span::Answer),
    ("/cloudsite.siting.v1.SitingService/Match", Caller::Anyone, Span::Answer),
    ("/cloudsite.siting.v1.SitingService/Fit", Caller::Anyone, Span::Answer),
    ("/cloudsite.siting.v1.SitingService/Route", Caller::Anyone, Span::Answer),
    ("/cloudsite.siting.v1.SitingService/GetFloor", Caller::Anyone, Span::Answer),
    ("/cloudsite.siting.v1.BriefService/CreateBrief", Caller::Members, Span::Answer),
    ("/cloudsite.siting.v1.BriefService/GetBrief", Caller::Members, Span::Answer),
    ("/cloudsite.siting.v1.BriefService/ListBriefs", Caller::Members, Span::Answer),
    ("/cloudsite.siting.v1.BriefService/UpdateBrief", Caller::Members, Span::Answer),
    ("/cloudsite.siting.v1.BriefService/DeleteBrief", Caller::Members, Span::Answer),
    ("/cloudsite.siting.v1.DemandService/GetDemandReport", EDITOR_OR_APPROVER, Span::Answer),
    ("/cloudsite.siting.v1.DossierService/CreateDossier", Caller::Anyone, Span::Answer),
    ("/cloudsite.siting.v1.DossierService/GetDossier", Caller::Anyone, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/CreateMeeting", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/GetMeeting", Caller::Members, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/ListMeetings", Caller::Members, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/UpdateMeeting", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/CreateGuestLink", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/ListGuestLinks", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/RevokeGuestLink", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.MeetingService/GetInvitation", Caller::Anyone, Span::Answer),
    ("/cloudsite.meeting.v1.RecordingService/ListRecordings", HOST, Span::Answer),
    ("/cloudsite.meeting.v1.RecordingService/ReadRecording", HOST, Span::Stream),
    ("/cloudsite.meeting.v1.RecordingService/DeleteRecording", HOST, Span::Answer),
    ("/grpc.health.v1.Health/Check", Caller::Anyone, Span::Answer),
    ("/grpc.health.v1.Health/Watch", Caller::Anyone, Span::Stream),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Caller::Anyone, Span::Stream),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Caller::Anyone, Span::Stream),
];

/// The table, for tests that walk it.
#[cfg(test)]
pub(crate) const fn methods() -> &'static [(&'static str, Caller, Span)] {
    METHODS
}

/// The rule of the method at `path`, if there is such a method.
pub(crate) fn rule(path: &str) -> Option<Rule> {
    static RULES: LazyLock<HashMap<&str, Rule>> = LazyLock::new(|| {
        METHODS.iter().map(|&(method, caller, span)| (method, Rule { method, caller, span })).collect()
    });
    RULES.get(path).copied()
}

/// The rules of all methods.
pub(crate) fn rules() -> impl Iterator<Item = Rule> {
    METHODS.iter().filter_map(|(path, ..)| rule(path))
}

/// Whether a request at `path` is a call: of a method, or of one that a service does not have.
pub(crate) fn is_call(path: &str) -> bool {
    static SERVICES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| METHODS.iter().filter_map(|(path, ..)| path.split('/').nth(1)).collect());
    path.split('/').nth(1).is_some_and(|service| SERVICES.contains(service))
}

/// Says who makes a request, by its headers.
pub(crate) type Resolve = Arc<dyn Fn(&HeaderMap) -> Result<Resolved, InvalidCredentials> + Send + Sync>;

const OPERATOR_ONLY: &str = "this method is the operator's: send the token kept in the data folder as a bearer token";

/// Who is given what a request asks for; none if it asks by what is no tier.
fn recipient(principal: &Principal, headers: &HeaderMap) -> Result<Recipient, InvalidTier> {
    let own = Recipient::from(principal);
    let Some(given) = headers.get(SEEN_AS) else { return Ok(own) };
    let tier = given.to_str().ok().and_then(|text| text.parse().ok()).ok_or(InvalidTier)?;
    Ok(own.seeing(tier))
}

/// A header that names no tier.
#[derive(Debug, thiserror::Error)]
#[error("the header {SEEN_AS} names no tier: it is public, investor, negotiating or government")]
struct InvalidTier;

/// Decides whether a call by `caller` may go on.
fn decide(path: &str, caller: Result<Resolved, InvalidCredentials>) -> Result<(Rule, Resolved), Status> {
    let rule = rule(path).ok_or_else(|| Status::unimplemented(format!("there is no method {path}")))?;
    let caller = caller.map_err(|InvalidCredentials| Refusal::CredentialsRefused)?;
    if rule.caller.admits(&caller.principal) {
        return Ok((rule, caller));
    }
    let refusal = match (rule.caller, &caller.principal) {
        (Caller::Operator, Principal::Visitor) => Refusal::SignInRequired(OPERATOR_ONLY),
        (Caller::Operator, _) => Refusal::NotForCaller(OPERATOR_ONLY.to_owned()),
        (Caller::Roles(roles), Principal::Member { .. }) => {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            Refusal::NotForCaller(format!("this method is for the roles {}", roles.join(", ")))
        }
        _ => Refusal::SignInRequired("sign in to call this method"),
    };
    Err(refusal.into())
}

/// Refuses a call, or lets it go on by the [`Rule`] with the [`Principal`], the [`Recipient`] and what else is
/// [`Resolved`] among the request's extensions.
pub(crate) fn admit<B>(resolve: &Resolve, request: &mut http::Request<B>) -> Result<Rule, Status> {
    let (rule, caller) = decide(request.uri().path(), resolve(request.headers()))?;
    let recipient = recipient(&caller.principal, request.headers());
    let recipient = recipient.map_err(|error| Status::invalid_argument(error.to_string()))?;
    let extensions = request.extensions_mut();
    extensions.insert(recipient);
    extensions.insert(caller.principal.clone());
    extensions.insert(caller);
    Ok(rule)
}

/// The layer of everything that is no call: adds the [`Principal`] and the [`Recipient`], and refuses a bearer token that is
/// not good.
pub(crate) async fn identify(State(resolve): State<Resolve>, mut request: Request, next: Next) -> Response {
    let Ok(caller) = resolve(request.headers()) else {
        let headers = [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""), (CACHE_CONTROL, "no-store")];
        return (StatusCode::UNAUTHORIZED, headers, "the token is not good, or good no longer\n").into_response();
    };
    let recipient = match recipient(&caller.principal, request.headers()) {
        Ok(recipient) => recipient,
        Err(error) => {
            return (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], format!("{error}\n")).into_response();
        }
    };
    request.extensions_mut().insert(recipient);
    request.extensions_mut().insert(caller.principal);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tonic::Code;

    use super::*;

    fn methods_of(descriptors: &[u8]) -> Vec<(String, bool)> {
        let set = prost_types::FileDescriptorSet::decode(descriptors).unwrap();
        let mut methods = Vec::new();
        for file in &set.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    methods.push((path, method.client_streaming() || method.server_streaming()));
                }
            }
        }
        methods
    }

    #[test]
    fn every_method_of_the_contract_has_a_rule() {
        let sets = [
            cloudsite_proto::DESCRIPTORS,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let methods: Vec<_> = sets.into_iter().flat_map(methods_of).collect();
        assert!(methods.len() >= 12, "the descriptors hold services: {methods:?}");
        for (path, streams) in &methods {
            let rule = rule(path).unwrap_or_else(|| panic!("{path} has no rule in access.rs"));
            assert_eq!(rule.span == Span::Stream, *streams, "{path}");
        }
        for (path, ..) in METHODS {
            assert!(methods.iter().any(|(known, _)| known == path), "{path} is in the table but in no service");
        }
    }

    fn member(role: Role) -> Principal {
        Principal::Member {
            id: cloudsite_domain::identity::MemberId(1),
            name: "x".to_owned(),
            organisation: "x".parse().unwrap(),
            roles: [role].into(),
            tier: cloudsite_domain::identity::Tier::Public,
        }
    }

    #[test]
    fn calls_are_decided_by_the_table() {
        let park = "/cloudsite.land.v1.ParkService/GetPark";
        let import = "/cloudsite.land.v1.ImportService/ImportFile";
        let create = "/cloudsite.identity.v1.IdentityService/CreateMember";
        let revoke = "/cloudsite.identity.v1.IdentityService/RevokeSessions";
        let by = |principal| Ok(Resolved { principal, grant: None });
        let cases = [
            (park, by(Principal::Visitor), Ok(())),
            (park, Err(InvalidCredentials), Err(Code::Unauthenticated)),
            (import, by(Principal::Visitor), Err(Code::Unauthenticated)),
            (import, by(member(Role::Admin)), Err(Code::PermissionDenied)),
            (import, by(Principal::Operator), Ok(())),
            (create, by(Principal::Visitor), Err(Code::Unauthenticated)),
            (create, by(member(Role::Host)), Err(Code::PermissionDenied)),
            (create, by(member(Role::Admin)), Ok(())),
            (create, by(Principal::Operator), Ok(())),
            (revoke, by(Principal::Visitor), Err(Code::Unauthenticated)),
            (revoke, by(member(Role::Investor)), Ok(())),
            ("/cloudsite.land.v1.ParkService/Drop", by(Principal::Operator), Err(Code::Unimplemented)),
            ("/", Err(InvalidCredentials), Err(Code::Unimplemented)),
        ];
        for (path, caller, expected) in cases {
            let decided = decide(path, caller.clone()).map(|_| ()).map_err(|status| status.code());
            assert_eq!(decided, expected, "{path} by {caller:?}");
        }
    }
}
