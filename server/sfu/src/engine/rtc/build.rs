//! How the core is set up: which codecs, header extensions and interceptors a connection has.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rtc::crypto::{RTCCryptoProvider, SignatureScheme, default_provider};
use rtc::interceptor::{ReceiverReportBuilder, Registry, Slot, TwccReceiverBuilder};
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sdp::extmap::TRANSPORT_CC_URI;
use rtc::shared::error::Error;
use std::time::Duration;

use super::belt::{LEVEL, MID, REPAIRED_RID, RID, Shared};
use super::keys::{Noted, Noting, PROFILES};
use super::missing::Missing;
use super::peer::RtcEngine;
use super::repair::Repair;
use super::tap::Tap;
use crate::command::OfferError;
use crate::engine::{Engine, Engines};

/// What the core calls its own memory of a path's times; the hub watches over paths, so it is to find none lost.
const NEVER: Duration = Duration::ZERO;

/// Where the interceptors stand, from the network to the application. Feedback for the sender's estimate comes
/// first, because it counts repairs too; what repairs are is known before anything is asked for.
const FEEDBACK: usize = 6_000;
const REPAIR: usize = 6_500;
const TAP: usize = 12_500;

/// Makes engines that share one certificate and one set of addresses.
pub(crate) struct RtcEngines {
    certificate: RTCCertificate,
    crypto: Arc<dyn RTCCryptoProvider>,
    udp: Vec<SocketAddr>,
    tcp: Vec<SocketAddr>,
}

impl RtcEngines {
    /// Makes a certificate; `udp` and `tcp` are the addresses that clients are told.
    pub(crate) fn new(udp: Vec<SocketAddr>, tcp: Vec<SocketAddr>) -> Result<Self, Error> {
        let crypto = default_provider().map_err(|error| Error::Crypto(error.to_string()))?;
        let scheme = SignatureScheme::EcdsaP256Sha256;
        let certificate = RTCCertificate::generate(crypto.crypto(), scheme, CertificateParams::default())?;
        Ok(Self { certificate, crypto, udp, tcp })
    }

    /// The same with a certificate of an RSA key (PKCS #8).
    #[cfg(test)]
    pub(crate) fn with_rsa(udp: Vec<SocketAddr>, key: &[u8]) -> Result<Self, Error> {
        let made = Self::new(udp, vec![])?;
        let scheme = SignatureScheme::RsaPkcs1Sha256;
        let key = made.crypto.crypto().import_signing_key(scheme, key);
        let key = key.map_err(|error| Error::Crypto(error.to_string()))?;
        let certificate = RTCCertificate::generate_from_signing_key(CertificateParams::default(), scheme, key)?;
        Ok(Self { certificate, ..made })
    }

    /// What checks and makes message integrity.
    pub(crate) fn crypto(&self) -> Arc<dyn RTCCryptoProvider> {
        Arc::clone(&self.crypto)
    }

    fn connection(&self, now: Instant, belt: &Shared, noted: &Noted) -> Result<RTCPeerConnection, Error> {
        let settings = SettingEngineBuilder::new()
            .with_crypto_provider(Arc::new(Noting::new(Arc::clone(&self.crypto), noted.clone())))
            .with_srtp_protection_profiles(PROFILES.to_vec())
            .with_lite(true)
            .with_answering_dtls_role(RTCDtlsRole::Server)
            .with_ice_timeouts(Some(NEVER), Some(NEVER), Some(NEVER))
            .build();
        let interceptors = Registry::new()
            .with(Slot::Custom(FEEDBACK), TwccReceiverBuilder::new().build())
            .with(Slot::Custom(REPAIR), Repair::new(belt.clone()))
            .with(Slot::NackGenerator, Missing::new(belt.clone()))
            .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
            .with(Slot::Custom(TAP), Tap::new(belt.clone()));
        let certificates = vec![self.certificate.clone()];
        RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().with_certificates(certificates).build())
            .with_media_engine(media()?)
            .with_setting_engine(settings)
            .with_interceptor_registry(interceptors)
            .build(now)
    }
}

impl Engines for RtcEngines {
    fn open(&mut self, now: Instant, seed: u64) -> Result<Box<dyn Engine>, OfferError> {
        let (belt, noted) = (Shared::default(), Noted::default());
        let connection =
            self.connection(now, &belt, &noted).map_err(|error| OfferError::Unsupported(error.to_string()))?;
        let candidates = (self.udp.clone(), self.tcp.clone());
        Ok(Box::new(RtcEngine::new(now, connection, (belt, noted), seed, candidates, self.crypto())))
    }
}

fn feedback(typ: &str, parameter: &str) -> RTCPFeedback {
    RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() }
}

/// Codecs, VP8 first, each picture's with its repairs, and header extensions. How a picture is turned is not among them
/// (`urn:3gpp:video-orientation`): who cannot say it beside the picture turns the picture before it is encoded, as it then
/// stands in recordings and in players that would not turn it.
fn media() -> Result<MediaEngine, Error> {
    const VIDEO: [(&str, u8, &str); 4] = [
        ("video/VP8", 96, ""),
        ("video/VP9", 98, "profile-id=0"),
        ("video/H264", 102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        ("video/AV1", 45, "profile-id=0"),
    ];
    let mut media = MediaEngine::default();
    let opus = RTCRtpCodec {
        mime_type: "audio/opus".to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![feedback("transport-cc", "")],
    };
    media.register_codec(RTCRtpCodecParameters { rtp_codec: opus, payload_type: 111 }, RtpCodecKind::Audio)?;
    for (mime_type, payload_type, parameters) in VIDEO {
        let codec = |mime_type: &str, parameters: String, rtcp_feedback| RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: parameters,
            rtcp_feedback,
        };
        let rtcp =
            vec![feedback("transport-cc", ""), feedback("ccm", "fir"), feedback("nack", ""), feedback("nack", "pli")];
        let primary = codec(mime_type, parameters.to_owned(), rtcp);
        media.register_codec(RTCRtpCodecParameters { rtp_codec: primary, payload_type }, RtpCodecKind::Video)?;
        let repair = codec("video/rtx", format!("apt={payload_type}"), vec![]);
        let repair = RTCRtpCodecParameters { rtp_codec: repair, payload_type: payload_type + 1 };
        media.register_codec(repair, RtpCodecKind::Video)?;
    }
    let (audio, video) = (RtpCodecKind::Audio, RtpCodecKind::Video);
    let extensions = [
        (MID, video),
        (RID, video),
        (REPAIRED_RID, video),
        (TRANSPORT_CC_URI, video),
        (TRANSPORT_CC_URI, audio),
        (LEVEL, audio),
    ];
    for (uri, kind) in extensions {
        let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        media.register_header_extension(extension, kind, None)?;
    }
    Ok(media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_turns_its_picture_before_it_sends_it() {
        let offer = include_str!("../../../seeds/offer/chromium-simulcast.sdp");
        assert!(offer.contains("urn:3gpp:video-orientation"), "a browser would say it beside the picture");
        let here = vec![SocketAddr::from(([192, 0, 2, 1], 7_881))];
        let mut engine = RtcEngines::new(here.clone(), here).unwrap().open(Instant::now(), 7).unwrap();
        let answer = engine.answer(Instant::now(), offer).unwrap().sdp;
        assert!(answer.contains(RID) && !answer.contains("urn:3gpp:video-orientation"), "{answer}");
    }
}
