//! The keys of what is said of roles, refusals and ends.

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::{GuestLink, MeetingRole};

/// The roles that a host can give.
pub(crate) const ROLES: [MeetingRole; 5] =
    [MeetingRole::Host, MeetingRole::Guest, MeetingRole::Interpreter, MeetingRole::Official, MeetingRole::Observer];

/// The roles that a link can have.
pub(crate) const LINK_ROLES: [MeetingRole; 5] =
    [MeetingRole::Guest, MeetingRole::Interpreter, MeetingRole::Observer, MeetingRole::Feed, MeetingRole::Player];

/// Whether it is no person's role, but that of a camera or a player with a token of its own.
pub(crate) const fn is_equipment(role: MeetingRole) -> bool {
    matches!(role, MeetingRole::Feed | MeetingRole::Player)
}

/// The key of a role's name.
pub(crate) const fn role_key(role: MeetingRole) -> &'static str {
    match role {
        MeetingRole::Unspecified | MeetingRole::Guest => "meeting.role.guest",
        MeetingRole::Host => "meeting.role.host",
        MeetingRole::Interpreter => "meeting.role.interpreter",
        MeetingRole::Official => "meeting.role.official",
        MeetingRole::Observer => "meeting.role.observer",
        MeetingRole::Feed => "meeting.role.feed",
        MeetingRole::Player => "meeting.role.player",
    }
}

/// A role's name for tools and tests, and in lists of choices.
pub(crate) const fn role_word(role: MeetingRole) -> &'static str {
    match role {
        MeetingRole::Unspecified | MeetingRole::Guest => "guest",
        MeetingRole::Host => "host",
        MeetingRole::Interpreter => "interpreter",
        MeetingRole::Official => "official",
        MeetingRole::Observer => "observer",
        MeetingRole::Feed => "feed",
        MeetingRole::Player => "player",
    }
}

/// Where someone stands to whom something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// On the way in, by a link.
    Guest,
    /// On the way in, as a member.
    Member,
    /// In the meeting.
    Inside,
}

/// The key of why something was refused that one asked for of a meeting; none where the page says such things anyway.
pub(crate) fn refusal_key(error: &LinkError, standing: Standing) -> Option<&'static str> {
    let code = match (error, standing) {
        (LinkError::NotNow { code, .. } | LinkError::Denied { code, .. }, _) => code.as_str(),
        (LinkError::NotFound { .. }, Standing::Inside) => return Some("meeting.refused.gone"),
        (LinkError::NotFound { .. }, Standing::Member) => return Some("meeting.refused.unknown"),
        (LinkError::SignInRequired { .. }, Standing::Inside | Standing::Member) => {
            return Some("meeting.refused.session");
        }
        (LinkError::NotFound { .. } | LinkError::SignInRequired { .. }, Standing::Guest) => {
            return Some("meeting.refused.link");
        }
        (LinkError::Busy { .. }, Standing::Inside) => return Some("meeting.refused.much"),
        (LinkError::Busy { .. }, _) => return Some("meeting.refused.full"),
        _ => return None,
    };
    match code {
        "MEETING_EARLY" => Some("meeting.refused.early"),
        "MEETING_OVER" => Some("meeting.refused.over"),
        "MEETING_CANCELLED" => Some("meeting.refused.cancelled"),
        "MEETING_LOCKED" => Some("meeting.refused.locked"),
        "MEETING_STATE" => Some("meeting.refused.state"),
        "NOT_FOR_PARTICIPANT" => Some("meeting.refused.role"),
        _ => None,
    }
}

/// The key of how a link stands.
pub(crate) const fn link_key(link: &GuestLink) -> &'static str {
    match (link.revoked, link.used_at) {
        (true, _) => "meeting.links.taken_back",
        (false, Some(_)) => "meeting.links.used",
        (false, None) => "meeting.links.unused",
    }
}

/// The key of why it is over for someone.
pub(crate) const fn farewell_key(reason: Reason) -> &'static str {
    match reason {
        Reason::Unspecified | Reason::Ended => "meeting.over.ended",
        Reason::Removed => "meeting.over.removed",
        Reason::Replaced => "meeting.over.replaced",
        Reason::Withdrawn => "meeting.over.withdrawn",
        Reason::LinkRevoked => "meeting.over.link_revoked",
    }
}

/// The key of why the browser gives no camera, microphone or screen, by the name of its error.
pub(crate) fn trouble_key(name: &str) -> &'static str {
    match name {
        "NotAllowedError" | "SecurityError" => "meeting.trouble.refused",
        "NotFoundError" | "OverconstrainedError" => "meeting.trouble.none",
        "NotReadableError" | "AbortError" => "meeting.trouble.busy",
        "InsecureError" => "meeting.trouble.insecure",
        _ => "meeting.trouble.other",
    }
}

/// Up to two letters that stand for someone without a picture: of the first and the last word, or of a name without spaces
/// the first character.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next().unwrap_or('?');
    let last = words.next_back().filter(|_| first.is_ascii_alphabetic());
    first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_said_by_their_reason() {
        let not_now = |code: &str| LinkError::NotNow { code: code.to_owned(), reason: String::new() };
        let no_session = || LinkError::SignInRequired { reason: String::new() };
        let gone = || LinkError::NotFound { name: String::new() };
        let busy = || LinkError::Busy { reason: String::new() };
        let cases = [
            (not_now("MEETING_EARLY"), Standing::Guest, Some("meeting.refused.early")),
            (not_now("MEETING_LOCKED"), Standing::Member, Some("meeting.refused.locked")),
            (not_now("MEETING_STATE"), Standing::Inside, Some("meeting.refused.state")),
            (not_now("SOMETHING"), Standing::Inside, None),
            (no_session(), Standing::Guest, Some("meeting.refused.link")),
            (no_session(), Standing::Member, Some("meeting.refused.session")),
            (no_session(), Standing::Inside, Some("meeting.refused.session")),
            (gone(), Standing::Guest, Some("meeting.refused.link")),
            (gone(), Standing::Member, Some("meeting.refused.unknown")),
            (gone(), Standing::Inside, Some("meeting.refused.gone")),
            (busy(), Standing::Guest, Some("meeting.refused.full")),
            (busy(), Standing::Inside, Some("meeting.refused.much")),
            (LinkError::Internal { message: String::new() }, Standing::Inside, None),
        ];
        for (error, standing, expected) in cases {
            assert_eq!(refusal_key(&error, standing), expected, "{error:?} {standing:?}");
        }
    }

    #[test]
    fn someone_without_a_picture_has_initials() {
        let cases = [
            ("Erika Mustermann", "EM"),
            ("anna", "A"),
            ("王伟", "王"),
            ("佐藤 健", "佐"),
            ("", "?"),
            (" A b C ", "AC"),
        ];
        for (name, expected) in cases {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn a_link_is_unused_used_or_taken_back() {
        let used_at = Some(prost_types::Timestamp { seconds: 5, nanos: 0 });
        let cases = [
            (GuestLink::default(), "meeting.links.unused"),
            (GuestLink { used_at, ..GuestLink::default() }, "meeting.links.used"),
            (GuestLink { used_at, revoked: true, ..GuestLink::default() }, "meeting.links.taken_back"),
        ];
        for (link, expected) in cases {
            assert_eq!(link_key(&link), expected, "{link:?}");
        }
    }

    #[test]
    fn every_trouble_has_words() {
        assert_eq!(trouble_key("NotAllowedError"), "meeting.trouble.refused");
        assert_eq!(trouble_key("TypeError"), "meeting.trouble.other");
    }
}
