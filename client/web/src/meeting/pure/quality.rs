//! How the connection for voice and picture does, in a word.

/// What was measured of a connection, counted from its beginning.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Measured {
    /// Whether it is connected.
    pub(crate) connected: bool,
    /// There and back, milliseconds.
    pub(crate) round_trip_ms: f64,
    /// Packets that were lost on their way here, and that came.
    pub(crate) lost: f64,
    pub(crate) received: f64,
    /// The way that packets take.
    pub(crate) path: Path,
}

/// Which way packets take to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Path {
    /// It is not known yet.
    #[default]
    Unknown,
    /// Straight, by UDP.
    Udp,
    /// Straight by UDP, from an address that the own router has given.
    UdpRouted,
    /// Straight, by TCP.
    Tcp,
    /// By a relay that is reached by UDP, TCP or TLS.
    RelayUdp,
    RelayTcp,
    RelayTls,
}

impl Path {
    /// By the browser's words for the kind of the own candidate and for its protocol.
    pub(crate) fn of(kind: &str, protocol: &str) -> Self {
        match (kind, protocol) {
            ("relay", "tls") => Self::RelayTls,
            ("relay", "tcp") => Self::RelayTcp,
            ("relay", _) => Self::RelayUdp,
            (_, "tcp") => Self::Tcp,
            ("srflx" | "prflx", "udp") => Self::UdpRouted,
            (_, "udp") => Self::Udp,
            _ => Self::Unknown,
        }
    }

    /// The key of what is said of it; none while it is not known.
    pub(crate) const fn key(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Udp => Some("meeting.path.udp"),
            Self::UdpRouted => Some("meeting.path.udp_routed"),
            Self::Tcp => Some("meeting.path.tcp"),
            Self::RelayUdp => Some("meeting.path.relay_udp"),
            Self::RelayTcp => Some("meeting.path.relay_tcp"),
            Self::RelayTls => Some("meeting.path.relay_tls"),
        }
    }

    /// Its name for tools and tests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Udp | Self::UdpRouted => "udp",
            Self::Tcp => "tcp",
            Self::RelayUdp => "relay-udp",
            Self::RelayTcp => "relay-tcp",
            Self::RelayTls => "relay-tls",
        }
    }
}

/// What was found of the way before one joins.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Probed {
    /// It is being looked for.
    #[default]
    Looking,
    /// There is one.
    Way {
        /// Which it is.
        path: Path,
        /// There and back, milliseconds.
        millis: f64,
    },
    /// There is none that leads to the server straight.
    NoWay,
}

impl Probed {
    /// Its name for tools and tests.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Way { path, .. } => path.word(),
            Self::NoWay => "none",
        }
    }
}

/// How well one is heard and seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Grade {
    /// There is no connection.
    #[default]
    None,
    /// There may be gaps.
    Weak,
    /// Pictures are smaller or fewer, since no more passes.
    Narrow,
    Good,
}

/// More than this is felt in a conversation, milliseconds.
const LONG_MS: f64 = 400.0;

/// More of it than this is heard and seen, a share.
const MUCH_LOST: f64 = 0.05;

impl Grade {
    /// The grade of what happened between two measurements, on a line that is `narrow` or not.
    pub(crate) fn of(before: &Measured, now: &Measured, narrow: bool) -> Self {
        if !now.connected {
            return Self::None;
        }
        let (lost, received) = ((now.lost - before.lost).max(0.0), (now.received - before.received).max(0.0));
        let share = if lost + received > 0.0 { lost / (lost + received) } else { 0.0 };
        if now.round_trip_ms > LONG_MS || share > MUCH_LOST {
            Self::Weak
        } else if narrow {
            Self::Narrow
        } else {
            Self::Good
        }
    }

    /// The key of its word.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::None => "meeting.quality.none",
            Self::Weak => "meeting.quality.weak",
            Self::Narrow => "meeting.quality.narrow",
            Self::Good => "meeting.quality.good",
        }
    }

    /// Its name for tools and tests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Weak => "weak",
            Self::Narrow => "narrow",
            Self::Good => "good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(round_trip_ms: f64, lost: f64, received: f64) -> Measured {
        Measured { connected: true, round_trip_ms, lost, received, path: Path::Udp }
    }

    #[test]
    fn what_happened_since_the_last_look_counts() {
        let before = measured(20.0, 90.0, 100.0);
        let cases = [
            (measured(20.0, 90.0, 200.0), Grade::Good),
            (measured(20.0, 94.0, 196.0), Grade::Good),
            (measured(20.0, 100.0, 190.0), Grade::Weak),
            (measured(500.0, 90.0, 200.0), Grade::Weak),
            (measured(20.0, 90.0, 100.0), Grade::Good),
            (measured(20.0, 0.0, 10.0), Grade::Good),
            (Measured { connected: false, ..measured(20.0, 90.0, 200.0) }, Grade::None),
        ];
        for (now, expected) in cases {
            assert_eq!(Grade::of(&before, &now, false), expected, "{now:?}");
            let narrow = if expected == Grade::Good { Grade::Narrow } else { expected };
            assert_eq!(Grade::of(&before, &now, true), narrow, "{now:?} on a narrow line");
        }
    }

    #[test]
    fn the_way_of_packets_is_said_as_it_is() {
        let cases = [
            ("host", "udp", Some("meeting.path.udp"), "udp"),
            ("prflx", "udp", Some("meeting.path.udp_routed"), "udp"),
            ("srflx", "udp", Some("meeting.path.udp_routed"), "udp"),
            ("prflx", "tcp", Some("meeting.path.tcp"), "tcp"),
            ("relay", "udp", Some("meeting.path.relay_udp"), "relay-udp"),
            ("relay", "tls", Some("meeting.path.relay_tls"), "relay-tls"),
            ("", "", None, ""),
        ];
        for (kind, protocol, key, word) in cases {
            let path = Path::of(kind, protocol);
            assert_eq!((path.key(), path.word()), (key, word), "{kind} {protocol}");
        }
    }
}
