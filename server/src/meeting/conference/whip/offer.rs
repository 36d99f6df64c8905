//! What a client of WHIP or WHEP offers: any order of its m-lines, one sound and one picture at most, one way only.

use std::fmt;

/// Which way the media go, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Way {
    /// WHIP: it sends.
    Sends,
    /// WHEP: it receives.
    Receives,
}

impl Way {
    const fn attribute(self) -> &'static str {
        match self {
            Self::Sends => "a=sendonly",
            Self::Receives => "a=recvonly",
        }
    }
}

/// The client's ICE user name fragment and password. The password is a secret, so `Debug` tells nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(in super::super) struct Credentials {
    ufrag: String,
    password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// An offer that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Offer {
    /// The description, in which every m-line says its way.
    pub(in super::super) sdp: String,
    /// Whether it has sound, and a picture.
    pub(in super::super) sends: (bool, bool),
    /// The credentials in it.
    pub(in super::super) credentials: Credentials,
}

/// Why an offer is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum Flaw {
    /// It is no description of a session.
    #[error("this is no session description (RFC 8866): it begins with v=0 and has m-lines")]
    Malformed,
    /// There are no ICE credentials.
    #[error("the description says no ice-ufrag and ice-pwd")]
    NoIce,
    /// Nothing is offered.
    #[error("the description has neither sound nor picture")]
    Nothing,
    /// More than one of a kind.
    #[error("one m-line of sound and one of a picture are taken at most (a single MediaStream)")]
    TooMany,
    /// The media go the other way, or none.
    #[error("an m-line goes the wrong way: WHIP takes sendonly or sendrecv, WHEP recvonly or sendrecv")]
    WrongWay,
    /// None of the codecs is spoken.
    #[error("an m-line has no codec that is spoken here: Opus; VP8, H.264 (packetization-mode 1), VP9 or AV1")]
    NoCodec,
    /// Both sides would wait.
    #[error("the client has to begin the DTLS handshake: setup:actpass or setup:active")]
    Passive,
}

impl Flaw {
    /// Whether the text is at fault, and not what it asks for.
    pub(in super::super) const fn is_of_syntax(self) -> bool {
        matches!(self, Self::Malformed | Self::NoIce)
    }
}

/// An m-line with what follows it.
struct Section<'a> {
    lines: Vec<&'a str>,
    way: Option<&'a str>,
}

impl<'a> Section<'a> {
    fn is(&self, kind: &str) -> bool {
        self.lines
            .first()
            .and_then(|line| line.strip_prefix("m="))
            .is_some_and(|media| media.split(' ').next() == Some(kind))
    }

    /// Whether it was taken out of the session (RFC 8843: port 0 without `bundle-only`).
    fn is_refused(&self) -> bool {
        let port = self.lines.first().and_then(|line| line.split(' ').nth(1));
        port == Some("0") && !self.lines.contains(&"a=bundle-only")
    }

    fn has_codec(&self, known: &[&str]) -> bool {
        let mut encodings = self.lines.iter().filter_map(|line| line.strip_prefix("a=rtpmap:")?.split(' ').nth(1));
        encodings.any(|encoding| {
            known.iter().any(|known| encoding.split('/').next().is_some_and(|name| name.eq_ignore_ascii_case(known)))
        })
    }

    fn push(&mut self, line: &'a str) {
        match line {
            "a=sendrecv" | "a=sendonly" | "a=recvonly" | "a=inactive" => self.way = Some(line),
            _ => self.lines.push(line),
        }
    }
}

/// The value of the first attribute of a name, wherever it stands.
fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    let mut values = sdp.lines().filter_map(|line| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'));
    values.next().map(str::trim).filter(|value| !value.is_empty())
}

impl Credentials {
    /// Those in a description, or in a part of one; none if it does not say both.
    pub(in super::super) fn read(sdp: &str) -> Option<Self> {
        let (ufrag, password) = (attribute(sdp, "ice-ufrag")?, attribute(sdp, "ice-pwd")?);
        Some(Self { ufrag: ufrag.to_owned(), password: password.to_owned() })
    }
}

impl Offer {
    /// Reads an offer.
    pub(in super::super) fn read(sdp: &str, way: Way) -> Result<Self, Flaw> {
        if !sdp.starts_with("v=0") {
            return Err(Flaw::Malformed);
        }
        let credentials = Credentials::read(sdp).ok_or(Flaw::NoIce)?;
        if attribute(sdp, "setup") == Some("passive") {
            return Err(Flaw::Passive);
        }
        let mut session = Section { lines: Vec::new(), way: None };
        let mut sections: Vec<Section<'_>> = Vec::new();
        for line in sdp.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            if line.starts_with("m=") {
                sections.push(Section { lines: vec![line], way: None });
            } else {
                sections.last_mut().unwrap_or(&mut session).push(line);
            }
        }
        if sections.is_empty() {
            return Err(Flaw::Malformed);
        }
        let count = |kind| sections.iter().filter(|section| section.is(kind) && !section.is_refused()).count();
        let (sound, picture) = (count("audio"), count("video"));
        if sound > 1 || picture > 1 {
            return Err(Flaw::TooMany);
        }
        if sound + picture == 0 {
            return Err(Flaw::Nothing);
        }
        let mut written: Vec<&str> = session.lines;
        for section in sections {
            let has_media = section.is("audio") || section.is("video");
            let is_refused = section.is_refused();
            if has_media && !is_refused {
                // RFC 8866, section 6.7: of what is said nowhere, both ways are meant.
                let said = section.way.or(session.way).unwrap_or("a=sendrecv");
                if said != way.attribute() && said != "a=sendrecv" {
                    return Err(Flaw::WrongWay);
                }
                let codecs: &[&str] = if section.is("audio") { &["opus"] } else { &["VP8", "H264", "VP9", "AV1"] };
                if !section.has_codec(codecs) {
                    return Err(Flaw::NoCodec);
                }
            }
            written.extend(section.lines);
            if has_media {
                written.push(if is_refused { "a=inactive" } else { way.attribute() });
            }
        }
        let sdp = written.join("\r\n") + "\r\n";
        Ok(Self { sdp, sends: (sound == 1, picture == 1), credentials })
    }

    /// The same from another ICE session, whose addresses are found out as it goes.
    pub(in super::super) fn with(&self, credentials: Credentials) -> Self {
        let lines = self.sdp.lines().filter_map(|line| {
            Some(match line {
                line if line.starts_with("a=candidate:") || line == "a=end-of-candidates" => return None,
                line if line.starts_with("a=ice-ufrag:") => format!("a=ice-ufrag:{}\r\n", credentials.ufrag),
                line if line.starts_with("a=ice-pwd:") => format!("a=ice-pwd:{}\r\n", credentials.password),
                line => format!("{line}\r\n"),
            })
        });
        Self { sdp: lines.collect(), sends: self.sends, credentials }
    }
}

/// What of an answer is about ICE, as a part of a description (RFC 8840): credentials and candidates of the first m-line.
pub(in super::super) fn fragment(answer: &str) -> String {
    let is_of_session = |line: &&str| line.starts_with("a=ice-lite") || line.starts_with("a=ice-options");
    let mut sections = answer.split("\r\nm=");
    let session = sections.next().unwrap_or_default();
    let first = sections.next().unwrap_or_default();
    let mut fragment: Vec<String> = session.lines().filter(is_of_session).map(str::to_owned).collect();
    for name in ["ice-ufrag", "ice-pwd"] {
        fragment.extend(attribute(answer, name).map(|value| format!("a={name}:{value}")));
    }
    fragment.extend(first.lines().next().map(|line| format!("m={line}")));
    let about = ["a=mid:", "a=candidate:", "a=end-of-candidates"];
    let lines = first.lines().filter(|line| about.iter().any(|about| line.starts_with(about)));
    fragment.extend(lines.map(str::to_owned));
    fragment.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An offer as an encoder writes it, with the picture first.
    fn offer(video: &str, audio: &str) -> String {
        format!(
            "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE v a\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\n\
             a=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 AA\r\n\
             m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\n{video}a=candidate:1 1 UDP 1 10.0.0.2 9 typ host\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n{audio}"
        )
    }

    const H264: &str = "a=sendonly\r\na=rtpmap:96 H264/90000\r\n";
    const OPUS: &str = "a=rtpmap:111 opus/48000/2\r\na=sendonly\r\n";

    #[test]
    fn an_offer_is_taken_in_any_order_of_its_lines() {
        let read = Offer::read(&offer(H264, OPUS), Way::Sends).unwrap();
        assert_eq!(read.sends, (true, true));
        assert_eq!(read.sdp.matches("a=sendonly").count(), 2);
        let both = offer("a=rtpmap:96 vp8/90000\r\n", "a=sendrecv\r\na=rtpmap:111 OPUS/48000/2\r\n");
        let read = Offer::read(&both, Way::Receives).unwrap();
        assert_eq!((read.sdp.matches("a=recvonly").count(), read.sdp.contains("sendrecv")), (2, false));
        let unix = offer(H264, OPUS).replace("\r\n", "\n");
        assert_eq!(Offer::read(&unix, Way::Sends).unwrap(), Offer::read(&offer(H264, OPUS), Way::Sends).unwrap());
        let for_all = offer("a=rtpmap:96 H264/90000\r\n", "a=rtpmap:111 opus/48000/2\r\n")
            .replace("t=0 0", "t=0 0\r\na=recvonly");
        assert!(Offer::read(&for_all, Way::Receives).is_ok());
        assert_eq!(Offer::read(&for_all, Way::Sends), Err(Flaw::WrongWay));
    }

    #[test]
    fn what_cannot_be_answered_says_why() {
        let (good, twice) = (offer(H264, OPUS), format!("{}m=audio 9 X 111\r\n{OPUS}", offer(H264, OPUS)));
        let cases = [
            (String::new(), Flaw::Malformed),
            ("please".to_owned(), Flaw::Malformed),
            ("v=0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n".to_owned(), Flaw::Malformed),
            (good.replace("a=ice-pwd:0123456789012345678901", "a=ice-pwd:"), Flaw::NoIce),
            (good.replace("actpass", "passive"), Flaw::Passive),
            (twice, Flaw::TooMany),
            (good.replace("m=video 9", "m=text 9").replace("m=audio 9", "m=text 9"), Flaw::Nothing),
            (good.replace("m=video 9", "m=video 0").replace("m=audio 9", "m=audio 0"), Flaw::Nothing),
            (offer(H264, "a=rtpmap:111 opus/48000/2\r\na=inactive\r\n"), Flaw::WrongWay),
            (offer("a=sendonly\r\na=rtpmap:96 H265/90000\r\n", OPUS), Flaw::NoCodec),
            (offer(H264, "a=sendonly\r\na=rtpmap:0 PCMU/8000\r\n"), Flaw::NoCodec),
        ];
        for (sdp, flaw) in cases {
            assert_eq!(Offer::read(&sdp, Way::Sends), Err(flaw), "{sdp}");
        }
    }

    #[test]
    fn another_ice_session_has_its_own_credentials_and_no_addresses_yet() {
        let first = Offer::read(&offer(H264, OPUS), Way::Sends).unwrap();
        let fragment = "a=ice-options:trickle\r\na=ice-ufrag:efgh\r\na=ice-pwd:other\r\nm=video 9 X 96\r\na=mid:v\r\n";
        let anew = first.with(Credentials::read(fragment).unwrap());
        assert!(anew.sdp.contains("a=ice-ufrag:efgh\r\n") && anew.sdp.contains("a=ice-pwd:other\r\n"));
        assert!(!anew.sdp.contains("abcd") && !anew.sdp.contains("candidate"), "{}", anew.sdp);
        assert_ne!(anew.credentials, first.credentials);
        assert_eq!(Credentials::read("a=ice-ufrag:x\r\n"), None);
    }

    #[test]
    fn of_an_answer_what_is_about_ice_is_told() {
        let answer = "v=0\r\ns=-\r\na=ice-lite\r\nm=audio 9 X 111\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=recvonly\r\n\
            a=candidate:1 1 udp 1 192.0.2.1 7881 typ host\r\na=end-of-candidates\r\nm=video 9 X 96\r\na=mid:1\r\n";
        let expected = "a=ice-lite\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\nm=audio 9 X 111\r\na=mid:0\r\n\
            a=candidate:1 1 udp 1 192.0.2.1 7881 typ host\r\na=end-of-candidates\r\n";
        assert_eq!(fragment(answer), expected);
    }
}
