//! Organisations: the bureau, the business centres, the firms.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Role, Tier};
use crate::record::terms::terms;
use crate::record::{Code, Language, Names};

terms! {
    /// What an organisation is to the park.
    OrganisationKind, "kind of organisation";
    /// The park's own planning bureau.
    Bureau = "bureau",
    /// A business centre abroad.
    Centre = "centre",
    /// A firm that looks for land.
    Firm = "firm",
}

impl OrganisationKind {
    /// Whether its members can have a role. Who is not of the bureau never writes or approves the record.
    pub const fn admits(self, role: Role) -> bool {
        match role {
            Role::Interpreter => true,
            Role::Investor => matches!(self, Self::Firm),
            Role::Host => matches!(self, Self::Bureau | Self::Centre),
            Role::Editor | Role::Approver | Role::Auditor | Role::Admin => matches!(self, Self::Bureau),
        }
    }

    /// The most of the record that it can be given: what only government may have stays at home.
    pub const fn highest_tier(self) -> Tier {
        match self {
            Self::Bureau => Tier::Government,
            Self::Centre | Self::Firm => Tier::Negotiating,
        }
    }

    /// Refuses the first role that its members cannot have, and a member without any.
    pub fn check_roles(self, roles: &BTreeSet<Role>) -> Result<(), RolesProblem> {
        if roles.is_empty() {
            return Err(RolesProblem::None);
        }
        match roles.iter().find(|role| !self.admits(**role)) {
            Some(role) => Err(RolesProblem::NotOfKind { role: *role, kind: self }),
            None => Ok(()),
        }
    }
}

/// Why roles cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RolesProblem {
    /// There is none.
    #[error("a member has at least one role")]
    None,
    /// A role that members of such an organisation cannot have.
    #[error("members of a {kind} cannot have the role {role}")]
    NotOfKind {
        /// The role.
        role: Role,
        /// The kind of organisation.
        kind: OrganisationKind,
    },
}

/// The name of a time zone in the IANA database, such as `Asia/Tokyo`. Whether the database has it is for whoever has the
/// database to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName(String);

/// A text that cannot be the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the name of a time zone, such as Asia/Tokyo")]
pub struct InvalidTimeZone(pub String);

impl TimeZoneName {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeZoneName {
    type Err = InvalidTimeZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
        };
        let named = text.len() <= 64 && text.split('/').all(plain);
        if named { Ok(Self(text.to_owned())) } else { Err(InvalidTimeZone(text.to_owned())) }
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = InvalidTimeZone;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeZoneName> for String {
    fn from(name: TimeZoneName) -> Self {
        name.0
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with an organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationProblem {
    /// It has no name in any language.
    #[error("it needs a name in at least one language")]
    Nameless,
    /// It works in no language.
    #[error("it needs at least one language, each once")]
    Languages,
    /// It would be given more than its kind may have.
    #[error("a {kind} is given the tier {highest} at most, not {asked}")]
    TierTooHigh {
        /// The kind of organisation.
        kind: OrganisationKind,
        /// The tier asked for.
        asked: Tier,
        /// The highest one that it may have.
        highest: Tier,
    },
    /// It is hosted, but is no firm.
    #[error("only a firm has a host; it is a {0}")]
    NotHosted(OrganisationKind),
}

impl OrganisationProblem {
    /// The field that it is about.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Nameless => "names",
            Self::Languages => "languages",
            Self::TierTooHigh { .. } => "tier",
            Self::NotHosted(_) => "host",
        }
    }
}

/// An organisation whose people use the park.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    code: Code,
    kind: OrganisationKind,
    names: Names,
    time_zone: TimeZoneName,
    languages: Vec<Language>,
    tier: Tier,
    host: Option<Code>,
}

impl Organisation {
    /// An organisation, or everything that is wrong with it.
    pub fn new(
        code: Code,
        kind: OrganisationKind,
        names: Names,
        time_zone: TimeZoneName,
        languages: Vec<Language>,
        tier: Tier,
    ) -> Result<Self, Vec<OrganisationProblem>> {
        let mut problems = Vec::new();
        if names.is_empty() {
            problems.push(OrganisationProblem::Nameless);
        }
        let different: BTreeSet<Language> = languages.iter().copied().collect();
        if languages.is_empty() || different.len() < languages.len() {
            problems.push(OrganisationProblem::Languages);
        }
        let highest = kind.highest_tier();
        if tier > highest {
            problems.push(OrganisationProblem::TierTooHigh { kind, asked: tier, highest });
        }
        let host = None;
        if problems.is_empty() {
            Ok(Self { code, kind, names, time_zone, languages, tier, host })
        } else {
            Err(problems)
        }
    }

    /// The same, hosted by an organisation or by none. Whether that can be a host is for whoever knows it to say: see
    /// [`OrganisationKind::admits`] with [`Role::Host`].
    ///
    /// # Errors
    /// It is no firm, so nobody hosts it.
    pub fn hosted_by(self, host: Option<Code>) -> Result<Self, OrganisationProblem> {
        if host.is_some() && self.kind != OrganisationKind::Firm {
            return Err(OrganisationProblem::NotHosted(self.kind));
        }
        Ok(Self { host, ..self })
    }

    /// What it goes by.
    pub const fn code(&self) -> &Code {
        &self.code
    }

    /// What it is to the park.
    pub const fn kind(&self) -> OrganisationKind {
        self.kind
    }

    /// Its names.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Where its clocks stand.
    pub const fn time_zone(&self) -> &TimeZoneName {
        &self.time_zone
    }

    /// The languages that its people work in, the first one first.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// How much of the record it may be given.
    pub const fn tier(&self) -> Tier {
        self.tier
    }

    /// The organisation whose hosts lead it through the park and may read its briefs; none if nobody does.
    pub const fn host(&self) -> Option<&Code> {
        self.host.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(
        kind: OrganisationKind,
        languages: &[Language],
        tier: Tier,
    ) -> Result<Organisation, Vec<OrganisationProblem>> {
        let names = [(Language::En, "Somewhere".to_owned())].into_iter().collect();
        Organisation::new(
            "somewhere".parse().unwrap(),
            kind,
            names,
            "Asia/Tokyo".parse().unwrap(),
            languages.to_vec(),
            tier,
        )
    }

    #[test]
    fn only_the_bureau_touches_the_record() {
        use OrganisationKind::{Bureau, Centre, Firm};
        let cases: [(Role, &[OrganisationKind]); 7] = [
            (Role::Investor, &[Firm]),
            (Role::Interpreter, &[Bureau, Centre, Firm]),
            (Role::Host, &[Bureau, Centre]),
            (Role::Editor, &[Bureau]),
            (Role::Approver, &[Bureau]),
            (Role::Auditor, &[Bureau]),
            (Role::Admin, &[Bureau]),
        ];
        assert_eq!(cases.len(), Role::ALL.len(), "a role is missing");
        for (role, kinds) in cases {
            for kind in OrganisationKind::ALL {
                assert_eq!(kind.admits(role), kinds.contains(kind), "{role} in a {kind}");
                assert_eq!(kind.check_roles(&[role].into()).is_ok(), kinds.contains(kind), "{role} in a {kind}");
            }
        }
        assert_eq!(Firm.check_roles(&BTreeSet::new()), Err(RolesProblem::None));
    }

    #[test]
    fn all_problems_come_at_once() {
        let good = organisation(OrganisationKind::Centre, &[Language::Ja, Language::En], Tier::Negotiating).unwrap();
        assert_eq!((good.kind(), good.tier(), good.time_zone().as_str()), {
            (OrganisationKind::Centre, Tier::Negotiating, "Asia/Tokyo")
        });
        let problems =
            organisation(OrganisationKind::Firm, &[Language::Ja, Language::Ja], Tier::Government).unwrap_err();
        let fields: Vec<_> = problems.iter().map(OrganisationProblem::field).collect();
        assert_eq!(fields, ["languages", "tier"]);
        let nameless = Organisation::new(
            "x".parse().unwrap(),
            OrganisationKind::Bureau,
            Names::default(),
            "UTC".parse().unwrap(),
            vec![],
            Tier::Government,
        );
        assert_eq!(nameless.unwrap_err(), [OrganisationProblem::Nameless, OrganisationProblem::Languages]);
    }

    #[test]
    fn only_a_firm_is_hosted() {
        let tokyo: Code = "tokyo".parse().unwrap();
        for kind in OrganisationKind::ALL {
            let one = organisation(*kind, &[Language::En], Tier::Public).unwrap();
            assert_eq!(one.host(), None);
            match one.hosted_by(Some(tokyo.clone())) {
                Ok(hosted) => assert_eq!((*kind, hosted.host()), (OrganisationKind::Firm, Some(&tokyo))),
                Err(problem) => assert!(*kind != OrganisationKind::Firm && problem.field() == "host", "{kind}"),
            }
        }
    }

    #[test]
    fn time_zones_look_like_those_of_the_database() {
        for good in ["Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+8"] {
            assert_eq!(good.parse::<TimeZoneName>().unwrap().to_string(), good);
        }
        for bad in ["", "/", "Asia/", "../etc/passwd", "Asia/Tōkyō", "+08:00", &"A".repeat(65)] {
            assert!(bad.parse::<TimeZoneName>().is_err(), "{bad:?} names no time zone");
        }
    }
}
