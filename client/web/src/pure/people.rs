//! Who someone is, and what the page offers them.

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Language;
use cloudsite_proto::identity::{Caller, Organisation, Role, Tier as WireTier};

/// How long before their end credentials are renewed, and at least waited for, seconds.
const BEFORE_END_SECS: i64 = 60;
const SHORTEST_SECS: i64 = 20;

/// Whether a caller is a member who is signed in.
pub(crate) fn is_member(caller: &Caller) -> bool {
    caller.member.is_some()
}

/// Whether a caller has a role.
pub(crate) fn has(caller: Option<&Caller>, role: Role) -> bool {
    caller.is_some_and(|caller| caller.roles.contains(&role.into()))
}

/// How much of the record a caller may be given.
pub(crate) fn tier_of(caller: &Caller) -> Tier {
    match caller.tier() {
        WireTier::Unspecified | WireTier::Public => Tier::Public,
        WireTier::Investor => Tier::Investor,
        WireTier::Negotiating => Tier::Negotiating,
        WireTier::Government => Tier::Government,
    }
}

/// Whether a caller works on the record: edits it, or approves what others edit.
pub(crate) fn keeps_record(caller: Option<&Caller>) -> bool {
    has(caller, Role::Editor) || has(caller, Role::Approver)
}

/// The key of a role's name.
pub(crate) const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Unspecified => "role.member",
        Role::Investor => "role.investor",
        Role::Interpreter => "role.interpreter",
        Role::Host => "role.host",
        Role::Editor => "role.editor",
        Role::Approver => "role.approver",
        Role::Auditor => "role.auditor",
        Role::Admin => "role.admin",
    }
}

/// The name of a caller's organisation in a language, else in whatever there is.
pub(crate) fn organisation_name(caller: &Caller, language: Language) -> String {
    caller.organisation.as_ref().map(|organisation| best_organisation_name(organisation, language)).unwrap_or_default()
}

/// The name of an organisation in a language, else in whatever there is.
pub(crate) fn best_organisation_name(organisation: &Organisation, language: Language) -> String {
    let in_language = |tag: &str| organisation.names.iter().find(|name| name.language == tag);
    let name = in_language(language.tag()).or_else(|| in_language("en")).or_else(|| organisation.names.first());
    name.map(|name| name.text.clone()).unwrap_or_default()
}

/// After how many seconds credentials that end at `ends_at` are to be renewed; both in seconds since 1970.
pub(crate) fn renew_in_secs(ends_at: Option<i64>, now: i64) -> u64 {
    let left = ends_at.map_or(0, |ends_at| ends_at.saturating_sub(now));
    left.saturating_sub(BEFORE_END_SECS).max(SHORTEST_SECS) as u64
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::identity::{Member, OrganisationName};

    use super::*;

    fn caller(roles: &[Role]) -> Caller {
        let name =
            |language: &str, text: &str| OrganisationName { language: language.to_owned(), text: text.to_owned() };
        Caller {
            member: Some(Member::default()),
            organisation: Some(Organisation {
                names: vec![name("zh", "规划局"), name("en", "Bureau")],
                ..Default::default()
            }),
            roles: roles.iter().map(|role| (*role).into()).collect(),
            ..Caller::default()
        }
    }

    #[test]
    fn roles_decide_what_is_offered() {
        let cases = [
            (vec![], false),
            (vec![Role::Investor, Role::Host, Role::Auditor, Role::Admin], false),
            (vec![Role::Editor], true),
            (vec![Role::Host, Role::Approver], true),
        ];
        for (roles, expected) in cases {
            assert_eq!(keeps_record(Some(&caller(&roles))), expected, "{roles:?}");
        }
        assert!(!keeps_record(None) && !is_member(&Caller::default()));
    }

    #[test]
    fn organisations_are_called_as_the_reader_reads() {
        let names = [(Language::Zh, "规划局"), (Language::En, "Bureau"), (Language::Ja, "Bureau")];
        for (language, expected) in names {
            assert_eq!(organisation_name(&caller(&[]), language), expected);
        }
        assert_eq!(organisation_name(&Caller::default(), Language::En), "");
    }

    #[test]
    fn credentials_are_renewed_before_they_end_and_not_all_the_time() {
        for (ends_at, expected) in [(Some(1_900), 840), (Some(1_030), 20), (Some(3), 20), (None, 20)] {
            assert_eq!(renew_in_secs(ends_at, 1_000), expected, "{ends_at:?}");
        }
    }
}
