//! Who someone is to the park: organisations, their members, roles and disclosure tiers; how members come (invites) and
//! stay (sessions, service tokens); and the principal that a call is made by.

mod invite;
mod member;
mod organisation;
mod principal;
mod role;
mod session;
mod tier;

pub use invite::{
    INVITED_ROLES, Invite, InviteId, InviteProblem, InviteRefused, InviteState, LONGEST_INVITE, check_invite,
};
pub use member::{DisplayName, Email, InvalidDisplayName, InvalidEmail, InvalidTransition, Member, MemberState};
pub use organisation::{
    InvalidTimeZone, Organisation, OrganisationKind, OrganisationProblem, RolesProblem, TimeZoneName,
};
pub use principal::{MemberId, Principal};
pub use role::Role;
pub use session::{
    ACCESS_SPAN, LONGEST_SERVICE_TOKEN, MOST_SESSIONS, REFRESH_GRACE, SESSION_SPAN, ServiceToken, ServiceTokenId,
    Session, SessionEnd, SessionId, SessionState, is_within_grace,
};
pub use tier::Tier;
