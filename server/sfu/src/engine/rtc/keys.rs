//! What outgoing media are encrypted with. The core keeps its keys to itself and takes each packet through all of its
//! layers, which costs several times what encryption does. It asks whoever set it up for cryptography, though, so what
//! it derives the keys of media from (RFC 3711, 4.3) is noted there, and media are encrypted without it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rtc::crypto::{
    ActiveKeyExchange, AeadAlgorithm, AeadCipher, BlockCipherAlgorithm, CbcAlgorithm, CbcCipher, CryptoAlgorithm,
    CryptoError, HashAlgorithm, HmacAlgorithm, KeyExchangeAlgorithm, Mac, PublicKey, RTCCrypto, RTCCryptoProvider,
    RTCRandom, SecretVec, SignatureScheme, SigningKey, StreamCipher, StreamCipherAlgorithm,
};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::error::Error;
use rtc::srtp::context::Context;
use rtc::srtp::protection_profile::ProtectionProfile;

/// The profiles that are agreed to, the best first: each has its own length of key or way of encryption, by which it
/// is told from the others here. Every client has the last (RFC 8827, 6.5).
pub(super) const PROFILES: [SrtpProtectionProfile; 3] = [
    SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
    SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
    SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
];

/// The first block that the core encrypts. Nothing but media's keys is derived block by block, and those of what goes
/// out come first; with label and index both zero the block is the master salt.
struct First {
    key: SecretVec,
    salt: SecretVec,
    profile: Option<ProtectionProfile>,
}

/// What has been noted of one connection.
#[derive(Clone, Default)]
pub(super) struct Noted(Arc<Mutex<Option<First>>>);

impl Noted {
    fn lock(&self) -> MutexGuard<'_, Option<First>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, key: &[u8], block: &[u8]) {
        self.lock().get_or_insert_with(|| First {
            key: SecretVec::new(key.to_vec()),
            salt: SecretVec::new(block.to_vec()),
            profile: None,
        });
    }

    fn note_profile(&self, profile: ProtectionProfile) {
        if let Some(first) = self.lock().as_mut() {
            first.profile.get_or_insert(profile);
        }
    }

    /// What encrypts outgoing media; none before the handshake is over, and after it was taken.
    pub(super) fn take(&self, crypto: &dyn RTCCrypto) -> Result<Option<Context>, Error> {
        let Some(First { key, salt, profile: Some(profile) }) = self.lock().take() else { return Ok(None) };
        let salt = salt.as_ref().get(..profile.salt_len()).unwrap_or_default();
        Context::new(key.as_ref(), salt, profile, None, None, crypto).map(Some)
    }
}

/// The cryptography of one connection: that of all, with what media's keys are derived from noted.
pub(super) struct Noting {
    provider: Arc<dyn RTCCryptoProvider>,
    noted: Noted,
}

impl Noting {
    pub(super) fn new(provider: Arc<dyn RTCCryptoProvider>, noted: Noted) -> Self {
        Self { provider, noted }
    }
}

impl RTCCryptoProvider for Noting {
    fn name(&self) -> &'static str {
        self.provider.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self
    }

    fn random(&self) -> &dyn RTCRandom {
        self.provider.random()
    }
}

impl RTCCrypto for Noting {
    fn supports(&self, algorithm: CryptoAlgorithm) -> bool {
        self.provider.crypto().supports(algorithm)
    }

    fn hash(&self, algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.provider.crypto().hash(algorithm, data)
    }

    fn block_encrypt(&self, algorithm: BlockCipherAlgorithm, key: &[u8], block: &mut [u8]) -> Result<(), CryptoError> {
        self.noted.note(key, block);
        self.provider.crypto().block_encrypt(algorithm, key, block)
    }

    fn new_hmac(&self, algorithm: HmacAlgorithm, key: &[u8]) -> Result<Box<dyn Mac>, CryptoError> {
        self.provider.crypto().new_hmac(algorithm, key)
    }

    fn new_stream_cipher(
        &self,
        algorithm: StreamCipherAlgorithm,
        key: &[u8],
    ) -> Result<Box<dyn StreamCipher>, CryptoError> {
        self.noted.note_profile(ProtectionProfile::Aes128CmHmacSha1_80);
        self.provider.crypto().new_stream_cipher(algorithm, key)
    }

    fn new_aead(&self, algorithm: AeadAlgorithm, key: &[u8]) -> Result<Box<dyn AeadCipher>, CryptoError> {
        match algorithm {
            AeadAlgorithm::Aes128Gcm => self.noted.note_profile(ProtectionProfile::AeadAes128Gcm),
            AeadAlgorithm::Aes256Gcm => self.noted.note_profile(ProtectionProfile::AeadAes256Gcm),
            _ => {}
        }
        self.provider.crypto().new_aead(algorithm, key)
    }

    fn new_cbc(&self, algorithm: CbcAlgorithm, key: &[u8]) -> Result<Box<dyn CbcCipher>, CryptoError> {
        self.provider.crypto().new_cbc(algorithm, key)
    }

    fn start_key_exchange(&self, algorithm: KeyExchangeAlgorithm) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        self.provider.crypto().start_key_exchange(algorithm)
    }

    fn generate_signing_key(&self, scheme: SignatureScheme) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.provider.crypto().generate_signing_key(scheme)
    }

    fn import_signing_key(
        &self,
        scheme: SignatureScheme,
        pkcs8_der: &[u8],
    ) -> Result<Arc<dyn SigningKey>, CryptoError> {
        self.provider.crypto().import_signing_key(scheme, pkcs8_der)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        public_key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.provider.crypto().verify_signature(scheme, public_key, message, signature)
    }
}

#[cfg(test)]
mod tests {
    use rtc::crypto::default_provider;
    use rtc::rtp::Header;

    use super::*;

    /// Makes contexts in the order in which the core does, and encrypts beside it.
    fn encrypted_beside(profile: ProtectionProfile, packet: &[u8], header: &Header) -> Vec<u8> {
        let provider = default_provider().unwrap();
        let noted = Noted::default();
        let noting = Noting::new(Arc::clone(&provider), noted.clone());
        assert!(noted.take(provider.crypto()).unwrap().is_none(), "nothing is agreed on yet");
        for mark in [1, 2] {
            let (key, salt) = (vec![mark; profile.key_len()], vec![mark | 0x80; profile.salt_len()]);
            Context::new(&key, &salt, profile, None, None, noting.crypto()).unwrap();
        }
        let mut context = noted.take(provider.crypto()).unwrap().expect("keys are noted");
        assert!(noted.take(provider.crypto()).unwrap().is_none(), "they are given once");
        context.encrypt_rtp_with_header(packet, header).unwrap().to_vec()
    }

    #[test]
    fn media_are_encrypted_with_the_keys_that_the_client_has() {
        let provider = default_provider().unwrap();
        let header = Header { version: 2, ssrc: 0x0102_0304, sequence_number: 7, ..Header::default() };
        let mut packet = vec![0x80, 96, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4];
        packet.extend_from_slice(b"a picture");
        for profile in
            [ProtectionProfile::AeadAes128Gcm, ProtectionProfile::AeadAes256Gcm, ProtectionProfile::Aes128CmHmacSha1_80]
        {
            let encrypted = encrypted_beside(profile, &packet, &header);
            assert!(!encrypted.windows(9).any(|window| window == b"a picture"));
            let (key, salt) = (vec![1; profile.key_len()], vec![0x81; profile.salt_len()]);
            let mut client = Context::new(&key, &salt, profile, None, None, provider.crypto()).unwrap();
            assert_eq!(client.decrypt_rtp(&encrypted).unwrap(), packet, "{profile:?}");
        }
    }
}
