//! Looking at the park as others see it.

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Language;
use cloudsite_proto::audit::{GetShownResponse, Given};
use cloudsite_proto::identity::{Organisation, Role};

use super::people::{best_organisation_name, has};
use super::text::{fill, text};

/// As whom the park is looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SeenAs {
    /// As which tier; one that is lower than the reader's.
    pub(crate) tier: Tier,
    /// Whom it was shown to; none where a tier is all that is known.
    pub(crate) shown: Option<Shown>,
}

/// What an organisation was shown on a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) organisation: Organisation,
    /// `2026-03-12`, in the organisation's time zone.
    pub(crate) day: String,
    /// The newest revision then.
    revision: u64,
    given: Vec<Given>,
}

impl SeenAs {
    /// As a tier that a link names. The government's is the whole, which is not to be seen as anyone.
    pub(crate) fn of_tier(name: &str) -> Option<Self> {
        let tier = name.parse().ok().filter(|tier| *tier < Tier::Government)?;
        Some(Self { tier, shown: None })
    }

    /// As an organisation was shown the park on a day; none if it was the whole of it.
    pub(crate) fn of_shown(organisation: Organisation, day: &str, reply: GetShownResponse) -> Option<Self> {
        let tier = reply.tier.parse().ok().filter(|tier| *tier < Tier::Government)?;
        let revision = reply.revision.map_or(0, |revision| revision.number);
        Some(Self { tier, shown: Some(Shown { organisation, day: day.to_owned(), revision, given: reply.given }) })
    }

    /// What is said of it in place of the time alone, of a revision: it may be another one by now.
    pub(crate) fn said(&self, language: Language, number: u64) -> String {
        let (tier, revision) = (text(language, tier_key(self.tier)), number.to_string());
        let Some(Shown { organisation, day, given, .. }) = self.shown.as_ref().filter(|shown| shown.revision == number)
        else {
            return fill(language, "time.seen_as", &[("tier", &tier), ("n", &revision)]);
        };
        let who = best_organisation_name(organisation, language);
        let values = [("who", who.as_str()), ("day", day.as_str()), ("tier", &tier), ("n", &revision)];
        let given: u64 = given.iter().map(|given| given.features).sum();
        let left = match given {
            0 => text(language, "time.given_nothing"),
            given => fill(language, "time.given", &[("count", &given.to_string())]),
        };
        format!("{} {left}", fill(language, "time.shown", &values))
    }
}

/// The key of a tier's name.
const fn tier_key(tier: Tier) -> &'static str {
    match tier {
        Tier::Public => "tier.public",
        Tier::Investor => "tier.investor",
        Tier::Negotiating => "tier.negotiating",
        Tier::Government => "tier.government",
    }
}

/// Whether a caller may ask what others were shown.
pub(crate) fn asks_for_others(caller: Option<&cloudsite_proto::identity::Caller>) -> bool {
    [Role::Editor, Role::Approver, Role::Auditor, Role::Admin].into_iter().any(|role| has(caller, role))
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::identity::OrganisationName;
    use cloudsite_proto::land::Revision;

    use super::*;

    #[test]
    fn it_is_said_what_left_that_day() {
        let name = OrganisationName { language: "en".to_owned(), text: "Tokyo centre".to_owned() };
        let organisation =
            Organisation { name: "organisations/tokyo".to_owned(), names: vec![name], ..Organisation::default() };
        let given = |features| Given { features, ..Given::default() };
        let revision = Some(Revision { number: 7, ..Revision::default() });
        let reply = |given| {
            let (tier, revision) = ("investor".to_owned(), revision.clone());
            GetShownResponse { tier, given, revision, ..GetShownResponse::default() }
        };
        let seen = |given| SeenAs::of_shown(organisation.clone(), "2026-03-12", reply(given)).unwrap();
        let nothing = seen(Vec::new()).said(Language::En, 7);
        let some = seen(vec![given(3), given(4)]).said(Language::En, 7);
        for (said, left) in [(&nothing, "Nothing"), (&some, "7 features")] {
            let told = ["Tokyo centre", "2026-03-12", "revision 7", left].iter().all(|part| said.contains(part));
            assert!(told, "{said}");
        }
        let other = seen(Vec::new()).said(Language::En, 9);
        assert!(other.contains('9') && !other.contains("Tokyo"), "that is not what Tokyo was shown: {other}");
        assert_eq!(SeenAs::of_tier("government"), None);
        assert_eq!(SeenAs::of_tier("investor").map(|seen| seen.tier), Some(Tier::Investor));
    }
}
