//! SHA-256 over fields that cannot run into each other.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A text that is not the hexadecimal digits that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {digits} hexadecimal digits")]
pub struct InvalidHex {
    /// The text as it was given.
    pub text: String,
    /// How many digits it should have had.
    pub digits: usize,
}

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl FromStr for Digest {
    type Err = InvalidHex;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read_hex(text).map(Self)
    }
}

pub(super) fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads lower-case hexadecimal digits; upper-case ones are refused, so that a value has one text.
pub(super) fn read_hex<const N: usize>(text: &str) -> Result<[u8; N], InvalidHex> {
    let invalid = || InvalidHex { text: text.to_owned(), digits: 2 * N };
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(invalid()),
    };
    if text.len() != 2 * N {
        return Err(invalid());
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Ok(bytes)
}

/// Hashes fields: each is its length in bytes, as 8 bytes with the highest first, and then its bytes. The first field
/// says what is hashed, so that no digest of one kind is one of another. Numbers are 8 bytes, the highest first.
pub(super) struct Fields(Sha256);

impl Fields {
    pub(super) fn of(kind: &str) -> Self {
        Self(Sha256::new()).text(kind)
    }

    pub(super) fn bytes(mut self, field: &[u8]) -> Self {
        self.add(field);
        self
    }

    pub(super) fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    pub(super) fn number(self, field: u64) -> Self {
        self.bytes(&field.to_be_bytes())
    }

    pub(super) fn add(&mut self, field: &[u8]) {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
    }

    pub(super) fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let digests = [
            Fields::of("a").text("bc").digest(),
            Fields::of("ab").text("c").digest(),
            Fields::of("abc").digest(),
            Fields::of("a").text("bc").text("").digest(),
            Fields::of("a").text("").text("bc").digest(),
            Fields::of("a").text("b").text("c").digest(),
        ];
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest), "case {index}");
        }
        // Computed by another program from the encoding as it is described.
        let known = "3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205";
        assert_eq!(digests[0].to_string(), known);
    }

    #[test]
    fn a_digest_has_one_text() {
        let digest = Fields::of("x").digest();
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let text = digest.to_string();
        for bad in ["", &text[1..], &format!("{text}0"), &text.to_uppercase(), &text.replace(&text[..1], "g")] {
            assert!(bad.parse::<Digest>().is_err(), "{bad:?}");
        }
    }
}
