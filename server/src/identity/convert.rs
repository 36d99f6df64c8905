//! Domain types to the wire's and back. Only what comes from outside can be wrong, and then its field is named.

use std::collections::BTreeSet;

use cloudsite_domain::identity::{
    DisplayName, Email, Invite, Member, MemberId, MemberState, Organisation, OrganisationKind, Principal, Role,
    ServiceToken, ServiceTokenId, Tier, TimeZoneName,
};
use cloudsite_domain::record::{Code, Language, Names};
use cloudsite_proto::identity as wire;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Credentials, OpenId, openid};
use crate::grpc::Refusal;

/// The ways to sign in, a password among them.
pub(super) fn sign_in_methods_to_wire(openid: Option<&OpenId>) -> Vec<wire::SignInMethod> {
    use wire::sign_in_method::Method;
    let openid = openid.map(|openid| {
        let path = openid::BEGIN.to_owned();
        Method::Openid(wire::OpenIdMethod { name: openid.name().to_owned(), path })
    });
    let methods = std::iter::once(Method::Password(wire::PasswordMethod {})).chain(openid);
    methods.map(|method| wire::SignInMethod { method: Some(method) }).collect()
}

const fn role_to_wire(role: Role) -> wire::Role {
    match role {
        Role::Investor => wire::Role::Investor,
        Role::Interpreter => wire::Role::Interpreter,
        Role::Host => wire::Role::Host,
        Role::Editor => wire::Role::Editor,
        Role::Approver => wire::Role::Approver,
        Role::Auditor => wire::Role::Auditor,
        Role::Admin => wire::Role::Admin,
    }
}

const fn tier_to_wire(tier: Tier) -> wire::Tier {
    match tier {
        Tier::Public => wire::Tier::Public,
        Tier::Investor => wire::Tier::Investor,
        Tier::Negotiating => wire::Tier::Negotiating,
        Tier::Government => wire::Tier::Government,
    }
}

const fn kind_to_wire(kind: OrganisationKind) -> wire::OrganisationKind {
    match kind {
        OrganisationKind::Bureau => wire::OrganisationKind::Bureau,
        OrganisationKind::Centre => wire::OrganisationKind::Centre,
        OrganisationKind::Firm => wire::OrganisationKind::Firm,
    }
}

fn roles_to_wire<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Vec<i32> {
    roles.into_iter().map(|role| role_to_wire(*role).into()).collect()
}

fn time_to_wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// An organisation's resource name.
pub(super) fn organisation_name(code: &Code) -> String {
    format!("organisations/{code}")
}

/// A member's resource name.
pub(super) fn member_name(id: MemberId) -> String {
    format!("members/{id}")
}

/// An organisation.
pub(super) fn organisation_to_wire(organisation: &Organisation) -> wire::Organisation {
    let name = |(language, text): (Language, &str)| wire::OrganisationName {
        language: language.tag().into(),
        text: text.into(),
    };
    wire::Organisation {
        name: organisation_name(organisation.code()),
        names: organisation.names().iter().map(name).collect(),
        kind: kind_to_wire(organisation.kind()).into(),
        time_zone: organisation.time_zone().to_string(),
        languages: organisation.languages().iter().map(|language| language.tag().to_owned()).collect(),
        tier: tier_to_wire(organisation.tier()).into(),
        host: organisation.host().map(organisation_name).unwrap_or_default(),
    }
}

/// A member.
pub(super) fn member_to_wire(member: &Member) -> wire::Member {
    wire::Member {
        name: member_name(member.id),
        organisation: organisation_name(&member.organisation),
        display_name: member.name.to_string(),
        email: member.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: roles_to_wire(&member.roles),
        disabled: member.state == MemberState::Disabled,
        created_at: Some(time_to_wire(member.created_at)),
        demo: member.demo,
        etag: member.version.to_string(),
    }
}

/// An invite.
pub(super) fn invite_to_wire(invite: &Invite) -> wire::Invite {
    wire::Invite {
        name: format!("invites/{}", invite.id.0),
        organisation: organisation_name(&invite.organisation),
        display_name: invite.name.to_string(),
        roles: roles_to_wire(&invite.roles),
        expires_at: Some(time_to_wire(invite.expires_at)),
    }
}

/// A service token.
pub(super) fn service_token_to_wire(token: &ServiceToken) -> wire::ServiceToken {
    wire::ServiceToken {
        name: format!("serviceTokens/{}", token.id.0),
        member: member_name(token.member),
        label: token.label.to_string(),
        roles: roles_to_wire(&token.roles),
        expires_at: Some(time_to_wire(token.expires_at)),
        revoked: token.revoked_at.is_some(),
    }
}

/// A session's credentials; the tokens stay out where cookies carry them.
pub(super) fn credentials_to_wire(credentials: &Credentials, cookies: bool) -> wire::Credentials {
    let refresh = credentials.refresh.as_ref().map(|secret| secret.reveal().to_owned());
    wire::Credentials {
        access_token: if cookies { String::new() } else { credentials.access.clone() },
        access_expires_at: Some(time_to_wire(credentials.access_until)),
        refresh_token: refresh.filter(|_| !cookies).unwrap_or_default(),
        session_ends_at: Some(time_to_wire(credentials.session_ends_at)),
    }
}

/// Who makes a call.
pub(super) fn caller_to_wire(principal: &Principal, behind: Option<&(Member, Organisation)>) -> wire::Caller {
    wire::Caller {
        member: behind.map(|(member, _)| member_to_wire(member)),
        organisation: behind.map(|(_, organisation)| organisation_to_wire(organisation)),
        operator: *principal == Principal::Operator,
        roles: roles_to_wire(Role::ALL.iter().filter(|role| principal.has(**role))),
        tier: tier_to_wire(principal.tier()).into(),
    }
}

/// Roles of a request.
pub(super) fn roles(field: &str, given: &[i32]) -> Result<BTreeSet<Role>, Refusal> {
    let known = |number: &i32| Role::ALL.iter().copied().find(|role| role_to_wire(*role) as i32 == *number);
    given.iter().map(|number| known(number).ok_or_else(|| Refusal::field(field, "holds what is no role"))).collect()
}

fn id_in(field: &str, collection: &str, name: &str) -> Result<u64, Refusal> {
    let id = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    let id = id.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refusal::field(field, format!("'{name}' is not a name of the form '{collection}/{{id}}'")))
}

/// A member's resource name.
pub(super) fn member_id(field: &str, name: &str) -> Result<MemberId, Refusal> {
    id_in(field, "members", name).map(MemberId)
}

/// A service token's resource name.
pub(super) fn service_token_id(field: &str, name: &str) -> Result<ServiceTokenId, Refusal> {
    id_in(field, "serviceTokens", name).map(ServiceTokenId)
}

/// An organisation's resource name.
pub(super) fn organisation_code(field: &str, name: &str) -> Result<Code, Refusal> {
    let code = name
        .strip_prefix("organisations/")
        .ok_or_else(|| Refusal::field(field, format!("'{name}' is not a name of the form 'organisations/{{code}}'")))?;
    code.parse().map_err(|error| Refusal::field(field, error))
}

/// A name to show.
pub(super) fn display_name(field: &str, text: &str) -> Result<DisplayName, Refusal> {
    text.parse().map_err(|error| Refusal::field(field, error))
}

/// An address to sign in with; empty is none.
pub(super) fn email(field: &str, text: &str) -> Result<Option<Email>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| Refusal::field(field, error))
}

/// A language that names are kept in.
pub(crate) fn language(field: &str, tag: &str) -> Result<Language, Refusal> {
    Language::from_tag(tag).ok_or_else(|| Refusal::field(field, format!("'{tag}' is not one of zh, en, ja, ko, de")))
}

/// A time zone that the database has, as the database spells it.
pub(crate) fn time_zone(field: &str, name: &str) -> Result<TimeZoneName, Refusal> {
    let said: TimeZoneName = name.parse().map_err(|error| Refusal::field(field, error))?;
    match TimeZone::get(said.as_str()) {
        Ok(zone) => Ok(zone.iana_name().and_then(|name| name.parse().ok()).unwrap_or(said)),
        Err(_) => Err(Refusal::field(field, format!("the database has no time zone '{said}'"))),
    }
}

/// An organisation to create.
pub(super) fn organisation(given: &wire::Organisation) -> Result<Organisation, Refusal> {
    let code = organisation_code("organisation.name", &given.name)?;
    let kind = OrganisationKind::ALL.iter().copied().find(|kind| kind_to_wire(*kind) as i32 == given.kind);
    let kind = kind.ok_or_else(|| Refusal::field("organisation.kind", "must be given"))?;
    let tier = Tier::ALL.iter().copied().find(|tier| tier_to_wire(*tier) as i32 == given.tier);
    let tier = tier.ok_or_else(|| Refusal::field("organisation.tier", "must be given"))?;
    let named = |name: &wire::OrganisationName| {
        language("organisation.names", &name.language).map(|language| (language, name.text.clone()))
    };
    let names = given.names.iter().map(named).collect::<Result<Names, Refusal>>()?;
    let spoken = |tag: &String| language("organisation.languages", tag);
    let languages = given.languages.iter().map(spoken).collect::<Result<Vec<_>, _>>()?;
    let zone = time_zone("organisation.time_zone", &given.time_zone)?;
    let host = match given.host.as_str() {
        "" => None,
        name => Some(organisation_code("organisation.host", name)?),
    };
    let plain = Organisation::new(code, kind, names, zone, languages, tier);
    plain.and_then(|plain| plain.hosted_by(host).map_err(|problem| vec![problem])).map_err(|problems| {
        let field = |problem: cloudsite_domain::identity::OrganisationProblem| {
            (format!("organisation.{}", problem.field()), problem.to_string())
        };
        Refusal::Fields(problems.into_iter().map(field).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> wire::Organisation {
        wire::Organisation {
            name: "organisations/paris".to_owned(),
            names: vec![wire::OrganisationName { language: "en".to_owned(), text: "Paris".to_owned() }],
            kind: wire::OrganisationKind::Centre.into(),
            time_zone: "Europe/Paris".to_owned(),
            languages: vec!["en".to_owned(), "zh".to_owned()],
            tier: wire::Tier::Negotiating.into(),
            host: String::new(),
        }
    }

    fn hosted() -> wire::Organisation {
        let (kind, host) = (wire::OrganisationKind::Firm.into(), "organisations/tokyo".to_owned());
        wire::Organisation { kind, host, ..good() }
    }

    #[test]
    fn an_organisation_goes_there_and_back() {
        for given in [good(), hosted()] {
            assert_eq!(organisation_to_wire(&organisation(&given).unwrap()), given);
        }
    }

    #[test]
    fn a_bad_field_is_named() {
        let cases = [
            (wire::Organisation { name: "paris".to_owned(), ..good() }, "organisation.name"),
            (wire::Organisation { name: "organisations/".to_owned(), ..good() }, "organisation.name"),
            (wire::Organisation { kind: 0, ..good() }, "organisation.kind"),
            (wire::Organisation { tier: 9, ..good() }, "organisation.tier"),
            (wire::Organisation { tier: wire::Tier::Government.into(), ..good() }, "organisation.tier"),
            (wire::Organisation { names: vec![], ..good() }, "organisation.names"),
            (wire::Organisation { languages: vec!["xx".to_owned()], ..good() }, "organisation.languages"),
            (wire::Organisation { time_zone: "Europe/Atlantis".to_owned(), ..good() }, "organisation.time_zone"),
            (wire::Organisation { time_zone: "../etc".to_owned(), ..good() }, "organisation.time_zone"),
            (wire::Organisation { host: "tokyo".to_owned(), ..hosted() }, "organisation.host"),
            (wire::Organisation { host: "organisations/tokyo".to_owned(), ..good() }, "organisation.host"),
        ];
        for (given, field) in cases {
            match organisation(&given) {
                Err(Refusal::Fields(fields)) => assert_eq!(fields[0].0, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }

    #[test]
    fn every_role_tier_and_kind_has_a_number() {
        for role in Role::ALL {
            assert_eq!(roles("roles", &[role_to_wire(*role).into()]).unwrap(), [*role].into());
        }
        for bad in [0, 8, -1] {
            assert!(roles("roles", &[bad]).is_err(), "role {bad}");
        }
        assert_eq!(member_id("name", "members/12").unwrap(), MemberId(12));
        for bad in ["12", "members/", "members/x", "members/-1", "members/+1", "members/99999999999999999999"] {
            assert!(member_id("name", bad).is_err(), "{bad}");
        }
    }
}
