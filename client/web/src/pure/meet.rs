//! Which meeting a link leads to.

/// A meeting, and by which way one comes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meet {
    /// By the secret of a guest link.
    Link(String),
    /// As a member: the meeting's id.
    Meeting(String),
}

impl Meet {
    /// What a link says by this name, `meet` or `meeting`.
    pub(crate) fn of_link(name: &str, value: &str) -> Option<Self> {
        let value = value.to_owned();
        match name {
            _ if value.is_empty() => None,
            "meet" => Some(Self::Link(value)),
            _ => Some(Self::Meeting(value)),
        }
    }

    /// Its name and value in a link.
    pub(crate) fn to_link(&self) -> (&'static str, String) {
        match self {
            Self::Link(secret) => ("meet", secret.clone()),
            Self::Meeting(id) => ("meeting", id.clone()),
        }
    }
}
