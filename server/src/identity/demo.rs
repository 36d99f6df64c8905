//! The people of the demo park: one for each role, and a link that signs in as each. They are there on the demo park and
//! on no other; on another park the links open nothing, and their sessions count for nothing.

use anyhow::{Context, bail};
use cloudsite_domain::identity::{Email, Member, MemberId, Organisation, OrganisationKind, Role, Tier};
use cloudsite_domain::record::{Language, Names};
use cloudsite_store::identity::NewMember;

use super::secret::{self, Secret};
use super::{Credentials, Identity};
use crate::identity::sign_in::SignInError;
use crate::identity::told::Proof;

/// A link for one click.
#[derive(Debug)]
pub(crate) struct SignInLink {
    /// The role of whom it signs in as.
    pub(crate) role: Role,
    /// The name.
    pub(crate) name: String,
    /// The address on this server.
    pub(crate) path: String,
}

/// Code, kind, names in Chinese, English and Japanese, time zone, languages, tier. Tokyo is the one centre that is known
/// by name; the others say that they are examples.
type Row = (&'static str, OrganisationKind, [&'static str; 3], &'static str, &'static [Language], Tier);

const ORGANISATIONS: [Row; 6] = [
    (
        "demo-bureau",
        OrganisationKind::Bureau,
        ["演示规划局", "Demo planning bureau", "デモ計画局"],
        "Asia/Shanghai",
        &[Language::Zh, Language::En],
        Tier::Government,
    ),
    (
        "tokyo",
        OrganisationKind::Centre,
        ["东京商务中心", "Tokyo business centre", "東京ビジネスセンター"],
        "Asia/Tokyo",
        &[Language::Ja, Language::Zh, Language::En],
        Tier::Negotiating,
    ),
    (
        "example-centre-2",
        OrganisationKind::Centre,
        ["示例商务中心二", "Example centre 2", "例示センター2"],
        "Europe/Berlin",
        &[Language::De, Language::En, Language::Zh],
        Tier::Negotiating,
    ),
    (
        "example-centre-3",
        OrganisationKind::Centre,
        ["示例商务中心三", "Example centre 3", "例示センター3"],
        "Asia/Seoul",
        &[Language::Ko, Language::Zh, Language::En],
        Tier::Negotiating,
    ),
    (
        "example-centre-4",
        OrganisationKind::Centre,
        ["示例商务中心四", "Example centre 4", "例示センター4"],
        "America/Los_Angeles",
        &[Language::En, Language::Zh],
        Tier::Negotiating,
    ),
    (
        "example-firm",
        OrganisationKind::Firm,
        ["示例投资企业", "Example firm", "例示株式会社"],
        "Asia/Tokyo",
        &[Language::Ja, Language::En],
        Tier::Investor,
    ),
];

/// Which of them has which host.
const HOSTED: (&str, &str) = ("example-firm", "tokyo");

/// Who has which role where.
const fn place(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Investor => ("example-firm", "Demo investor"),
        Role::Interpreter => ("tokyo", "Demo interpreter"),
        Role::Host => ("tokyo", "Demo host"),
        Role::Editor => ("demo-bureau", "Demo editor"),
        Role::Approver => ("demo-bureau", "Demo approver"),
        Role::Auditor => ("demo-bureau", "Demo auditor"),
        Role::Admin => ("demo-bureau", "Demo admin"),
    }
}

fn organisation((code, kind, names, zone, languages, tier): Row) -> anyhow::Result<Organisation> {
    let [zh, en, ja] = names.map(str::to_owned);
    let names: Names = [(Language::Zh, zh), (Language::En, en), (Language::Ja, ja)].into_iter().collect();
    let host = if code == HOSTED.0 { Some(HOSTED.1.parse()?) } else { None };
    Organisation::new(code.parse()?, kind, names, zone.parse()?, languages.to_vec(), tier)
        .and_then(|plain| plain.hosted_by(host).map_err(|problem| vec![problem]))
        .map_err(|problems| anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

impl Identity {
    /// Makes the demo's people, as far as they are not there, and a link for each. None on a park that is not the demo
    /// park. Blocks.
    pub(crate) fn provide_demo(&self) -> anyhow::Result<Vec<SignInLink>> {
        if !self.is_demo_park() {
            return Ok(Vec::new());
        }
        for row in ORGANISATIONS {
            let organisation = organisation(row).with_context(|| format!("the demo's {}", row.0))?;
            if self.organisation(organisation.code()).is_none() {
                self.create_organisation(organisation)?;
            }
        }
        Role::ALL.iter().map(|role| self.link_for(*role)).collect()
    }

    fn link_for(&self, role: Role) -> anyhow::Result<SignInLink> {
        let member = self.demo_member(role)?;
        let secret = Secret::generate()?;
        let mut links = self.links.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        links.insert(secret.hash().0, member.id);
        Ok(SignInLink { role, name: member.name.to_string(), path: format!("/sign-in/{}", secret.reveal()) })
    }

    fn demo_member(&self, role: Role) -> anyhow::Result<Member> {
        let (organisation, name) = place(role);
        // A name under .invalid is nobody's.
        let email: Email = format!("{role}@demo.invalid").parse()?;
        let known = self.directory().by_email(&email).cloned();
        match known {
            Some(member) if member.demo => Ok(member),
            Some(_) => bail!("{email} is the address of a member who is not of the demo"),
            None => {
                let (organisation, name, roles) = (organisation.parse()?, name.parse()?, [role].into());
                Ok(self.create_member(&NewMember { organisation, name, email: Some(email), roles, demo: true }, None)?)
            }
        }
    }

    /// Whom a link's secret signs in as, on the demo park.
    pub(super) fn linked_member(&self, given: &str) -> Option<MemberId> {
        let links = self.links.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        links.get(&secret::hash(given).0).copied().filter(|_| self.is_demo_park())
    }

    /// Starts a session by a link's secret.
    pub(super) fn follow_link(&self, given: &str) -> Result<Credentials, SignInError> {
        self.start_session(self.linked_member(given).ok_or(SignInError::Refused)?, Proof::DemoLink)
    }
}
