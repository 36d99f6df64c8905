//! Session descriptions (RFC 8866) as far as they matter here: which m-lines there are and what numbers hold in them.
//! The engine negotiates; this reads what was offered and answered, and writes into an answer what the engine does
//! not know.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::command::OfferError;
use crate::engine::{Kind, Way};
use crate::forward::packet::Codec;

/// Offers longer than this are not read. A browser's with thirty m-lines has 60 kB.
const LONGEST: usize = 256 * 1_024;

/// m-lines that an offer may have.
const MOST_LINES: usize = 64;

/// Layers that a client may send of a picture.
pub(crate) const MOST_LAYERS: usize = 4;

/// An m-line that has media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub mid: String,
    pub kind: Kind,
    /// Whether the describing side sends, and receives.
    pub sends: bool,
    pub receives: bool,
    /// Stream numbers that the describing side sends with.
    pub ssrcs: Vec<u32>,
    /// Streams that repair others: which, and whose.
    pub repairs: Vec<(u32, u32)>,
    /// Names of the layers that the describing side sends.
    pub rids: Vec<String>,
    /// Header extensions: the number and what it stands for.
    pub extensions: Vec<(u8, String)>,
    /// Payload types of the codecs that are forwarded.
    pub codecs: Vec<(u8, Codec)>,
    /// Payload types of repairs, with the type of what they repair.
    pub rtx: Vec<(u8, u8)>,
}

impl Section {
    /// The number of a header extension.
    pub(crate) fn extension(&self, uri: &str) -> Option<u8> {
        self.extensions.iter().find(|(_, known)| known == uri).map(|(id, _)| *id)
    }

    /// Which way its media go, seen from the client, if the client describes it.
    pub(crate) const fn way(&self) -> Way {
        match (self.sends, self.receives) {
            (true, _) => Way::Up,
            (false, true) => Way::Down,
            (false, false) => Way::None,
        }
    }
}

/// Reads the m-lines with media of a description, in order; those that are refused (port 0) too.
pub(crate) fn read(sdp: &str) -> Result<Vec<Section>, OfferError> {
    if sdp.len() > LONGEST {
        return Err(OfferError::Malformed(format!("it has {} bytes, of at most {LONGEST}", sdp.len())));
    }
    let mut sections = Vec::new();
    let mut section = None;
    let mut lines = 0;
    for line in sdp.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            sections.extend(section.take());
            lines += 1;
            if lines > MOST_LINES {
                return Err(OfferError::Malformed(format!("it has more than {MOST_LINES} m-lines")));
            }
            section = begin(media);
        } else if let (Some(section), Some(attribute)) = (section.as_mut(), line.strip_prefix("a=")) {
            read_attribute(section, attribute);
        }
    }
    sections.extend(section);
    if lines == 0 {
        return Err(OfferError::Malformed("it has no m-line".to_owned()));
    }
    match sections.iter().find(|section| section.mid.is_empty()) {
        Some(_) => Err(OfferError::Malformed("an m-line has no mid".to_owned())),
        None => Ok(sections),
    }
}

fn begin(media: &str) -> Option<Section> {
    let kind = match media.split(' ').next()? {
        "audio" => Kind::Audio,
        "video" => Kind::Video,
        _ => return None,
    };
    Some(Section {
        mid: String::new(),
        kind,
        sends: true,
        receives: true,
        ssrcs: Vec::new(),
        repairs: Vec::new(),
        rids: Vec::new(),
        extensions: Vec::new(),
        codecs: Vec::new(),
        rtx: Vec::new(),
    })
}

fn read_attribute(section: &mut Section, attribute: &str) {
    let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
    let mut words = value.split_ascii_whitespace();
    let mut word = || words.next().unwrap_or_default();
    match name {
        "mid" => value.trim().clone_into(&mut section.mid),
        "sendrecv" => (section.sends, section.receives) = (true, true),
        "sendonly" => (section.sends, section.receives) = (true, false),
        "recvonly" => (section.sends, section.receives) = (false, true),
        "inactive" => (section.sends, section.receives) = (false, false),
        "ssrc" => {
            if let Ok(ssrc) = word().parse()
                && !section.ssrcs.contains(&ssrc)
                && section.ssrcs.len() < 2 * MOST_LAYERS
            {
                section.ssrcs.push(ssrc);
            }
        }
        "ssrc-group" if word() == "FID" => {
            if let (Ok(primary), Ok(repair)) = (word().parse(), word().parse())
                && section.repairs.len() < MOST_LAYERS
            {
                section.repairs.push((repair, primary));
            }
        }
        "rid" => {
            let rid = word();
            if word() == "send" && section.rids.len() < MOST_LAYERS {
                section.rids.push(rid.to_owned());
            }
        }
        "extmap" => {
            let (id, uri) = (word(), word());
            if let Ok(id) = id.split('/').next().unwrap_or_default().parse() {
                section.extensions.push((id, uri.to_owned()));
            }
        }
        "rtpmap" => {
            let (payload_type, encoding) = (word(), word());
            if let (Ok(payload_type), Some(codec)) = (payload_type.parse(), codec_of(encoding)) {
                section.codecs.push((payload_type, codec));
            }
        }
        "fmtp" => {
            let (payload_type, parameters) = (word(), word());
            let repaired = parameters.strip_prefix("apt=").and_then(|apt| apt.split(';').next()?.parse().ok());
            if let (Ok(payload_type), Some(repaired)) = (payload_type.parse(), repaired) {
                section.rtx.push((payload_type, repaired));
            }
        }
        _ => {}
    }
}

fn codec_of(encoding: &str) -> Option<Codec> {
    let name = encoding.split('/').next()?.to_ascii_uppercase();
    match name.as_str() {
        "OPUS" => Some(Codec::Opus),
        "VP8" => Some(Codec::Vp8),
        "VP9" => Some(Codec::Vp9),
        "H264" => Some(Codec::H264),
        "AV1" => Some(Codec::Av1),
        _ => None,
    }
}

/// What an offer must say, once at least, and does not.
pub(crate) fn missing(offer: &str) -> Option<&'static str> {
    const NEEDED: [&str; 3] = ["ice-ufrag", "ice-pwd", "fingerprint"];
    NEEDED.into_iter().find(|name| attribute(offer, name).is_none_or(str::is_empty))
}

/// The value of the first attribute of a name, wherever it stands.
pub(crate) fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// What all of the server's streams are called (RFC 3550, 6.5.1): their reports tell the time by one clock.
pub(crate) const CNAME: &str = "cloudsite";

/// Stream numbers that one of the server's sending m-lines has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Streams {
    pub ssrc: u32,
    pub repair: u32,
}

/// One of the server's sending m-lines, as a client is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sending {
    pub streams: Streams,
    /// Whether what is missed is sent again in a stream of its own.
    pub repairs: bool,
    /// Which one of those of its kind it is: the first of sound goes with the first of pictures, and so on.
    pub pair: usize,
}

/// Writes the server's streams and addresses into an engine's answer: `sending` tells of an m-line in which the client
/// receives, by `mid`. The engine's own candidates are taken out.
pub(crate) fn finish(
    answer: &str,
    sending: impl Fn(&str) -> Option<Sending>,
    udp: &[SocketAddr],
    tcp: &[SocketAddr],
) -> String {
    let mut finished = String::with_capacity(answer.len() * 2);
    let mut blocks = answer.split_inclusive('\n').peekable();
    let mut first = true;
    while let Some(line) = blocks.next() {
        let is_candidate = line.starts_with("a=candidate:") || line.starts_with("a=end-of-candidates");
        if !is_candidate {
            finished.push_str(line);
        }
        let at_end = blocks.peek().is_none_or(|next| next.starts_with("m="));
        if at_end && let Some(mid) = last_mid(&finished) {
            if std::mem::take(&mut first) {
                write_candidates(&mut finished, udp, tcp);
            }
            if let Some(sending) = sending(&mid) {
                write_streams(&mut finished, &mid, sending);
            }
        }
    }
    finished
}

/// The `mid` of the m-line that has been written last; none before the first.
fn last_mid(written: &str) -> Option<String> {
    let section = &written[written.rfind("\nm=")?..];
    attribute(section, "mid").map(str::to_owned)
}

fn write_candidates(answer: &mut String, udp: &[SocketAddr], tcp: &[SocketAddr]) {
    // Priorities of RFC 8445, section 5.1.2.1 and RFC 6544, section 4.2: UDP first, TCP where that does not pass.
    for (index, address) in udp.iter().enumerate() {
        let priority = (126_u32 << 24) | ((65_535 - index as u32) << 8) | 255;
        let (ip, port) = (address.ip(), address.port());
        let _ = write!(answer, "a=candidate:{} 1 udp {priority} {ip} {port} typ host\r\n", 1 + index);
    }
    for (index, address) in tcp.iter().enumerate() {
        let priority = (90_u32 << 24) | (((4 << 13) | (8_191 - index as u32)) << 8) | 255;
        let (ip, port) = (address.ip(), address.port());
        let foundation = 1 + udp.len() + index;
        let _ = write!(answer, "a=candidate:{foundation} 1 tcp {priority} {ip} {port} typ host tcptype passive\r\n");
    }
    answer.push_str("a=end-of-candidates\r\n");
}

/// A browser plays two of one stream id (msid) together: it delays the one that comes earlier until their sender reports
/// agree. It can do that for two only, so that sound and picture are paired. Who is in a pair is one person as far as that
/// can be; where it is two, their reports tell the time by one clock all the same.
fn write_streams(answer: &mut String, mid: &str, sending: Sending) {
    let Sending { streams: Streams { ssrc, repair }, repairs, pair } = sending;
    let _ = write!(answer, "a=msid:pair-{pair} receiver-{mid}\r\n");
    if repairs {
        let _ = write!(answer, "a=ssrc-group:FID {ssrc} {repair}\r\n");
    }
    let _ = write!(answer, "a=ssrc:{ssrc} cname:{CNAME}\r\n");
    if repairs {
        let _ = write!(answer, "a=ssrc:{repair} cname:{CNAME}\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\na=sendonly\r\na=ice-ufrag:abcd\r\na=ice-pwd:secret\r\n\
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=rtpmap:111 opus/48000/2\r\n\
        a=rtpmap:0 PCMU/8000\r\na=ssrc:1111 cname:x\r\na=ssrc:1111 msid:a b\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n\
        a=fmtp:97 apt=96\r\na=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\na=rid:q send\r\na=rid:f send\r\n\
        a=rid:x recv\r\na=simulcast:send q;f\r\na=ssrc-group:FID 5 6\r\na=ssrc:5 cname:x\r\na=ssrc:6 cname:x\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5000\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:3\r\na=recvonly\r\na=rtpmap:96 vp8/90000\r\n";

    #[test]
    fn an_offer_is_read_by_its_m_lines() {
        let sections = read(OFFER).unwrap();
        let [sound, picture, viewed] = sections.as_slice() else { panic!("three have media: {sections:?}") };
        assert_eq!((sound.kind, sound.way(), sound.ssrcs.as_slice()), (Kind::Audio, Way::Up, [1111].as_slice()));
        assert_eq!(sound.codecs, [(111, Codec::Opus)]);
        assert_eq!(sound.extension("urn:ietf:params:rtp-hdrext:ssrc-audio-level"), Some(1));
        assert_eq!(
            (picture.rids.as_slice(), picture.rtx.as_slice()),
            (["q".to_owned(), "f".to_owned()].as_slice(), [(97, 96)].as_slice())
        );
        assert_eq!((picture.ssrcs.as_slice(), picture.repairs.as_slice()), ([5, 6].as_slice(), [(6, 5)].as_slice()));
        assert_eq!(picture.extension("urn:ietf:params:rtp-hdrext:sdes:mid"), Some(4));
        assert_eq!((viewed.way(), viewed.codecs.as_slice()), (Way::Down, [(96, Codec::Vp8)].as_slice()));
        assert_eq!(attribute(OFFER, "ice-ufrag"), Some("abcd"));
    }

    #[test]
    fn what_is_no_offer_is_refused_with_a_reason() {
        let many = format!("v=0\r\n{}", "m=audio 9 X 1\r\na=mid:1\r\n".repeat(MOST_LINES + 1));
        let long = format!("v=0\r\na=x:{}\r\n", "y".repeat(LONGEST));
        let table = [
            ("nothing", "", "no m-line"),
            ("prose", "please let me in", "no m-line"),
            ("no mid", "v=0\r\nm=audio 9 X 1\r\na=sendonly\r\n", "no mid"),
            ("too many", &many, "more than 64"),
            ("too long", &long, "of at most"),
        ];
        for (case, offer, expected) in table {
            let refused = read(offer).unwrap_err();
            assert!(
                matches!(refused, OfferError::Malformed(_)) && refused.to_string().contains(expected),
                "{case}: {refused}"
            );
        }
    }

    #[test]
    fn an_answer_is_finished_with_streams_and_addresses() {
        let udp: [SocketAddr; 2] = ["192.0.2.1:7881".parse().unwrap(), "[2001:db8::1]:7881".parse().unwrap()];
        let answer = "v=0\r\ns=-\r\nm=audio 9 X 111\r\na=mid:0\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=recvonly\r\n\
            m=video 9 X 96\r\na=mid:1\r\na=sendonly\r\n";
        let sending = Sending { streams: Streams { ssrc: 7, repair: 8 }, repairs: true, pair: 4 };
        let finished = finish(answer, |mid| (mid == "1").then_some(sending), &udp, &udp[..1]);
        let expected = "v=0\r\ns=-\r\nm=audio 9 X 111\r\na=mid:0\r\na=recvonly\r\n\
            a=candidate:1 1 udp 2130706431 192.0.2.1 7881 typ host\r\n\
            a=candidate:2 1 udp 2130706175 2001:db8::1 7881 typ host\r\n\
            a=candidate:3 1 tcp 1520435199 192.0.2.1 7881 typ host tcptype passive\r\na=end-of-candidates\r\n\
            m=video 9 X 96\r\na=mid:1\r\na=sendonly\r\na=msid:pair-4 receiver-1\r\n\
            a=ssrc-group:FID 7 8\r\na=ssrc:7 cname:cloudsite\r\na=ssrc:8 cname:cloudsite\r\n";
        assert_eq!(finished, expected);
    }
}
