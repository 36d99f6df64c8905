//! Passwords: argon2id with the library's parameters (19 MiB, two passes), kept as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::private_file::random;

/// The shortest password, characters. Length is what counts; nothing is asked of the characters.
pub(crate) const SHORTEST: usize = 12;

/// The longest password, characters: hashing a long one is work.
const LONGEST: usize = 256;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordProblem {
    /// Too short or too long.
    #[error("a password has {SHORTEST} to {LONGEST} characters")]
    Length,
    /// It could not be hashed.
    #[error("the password could not be hashed")]
    NotHashed,
}

/// Hashes a password that is long enough. Takes tens of milliseconds of a core.
pub(crate) fn hash(password: &str) -> Result<String, PasswordProblem> {
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return Err(PasswordProblem::Length);
    }
    let salt = random::<16>().map_err(|_| PasswordProblem::NotHashed)?;
    let hashed: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| PasswordProblem::NotHashed)?;
    Ok(hashed.to_string())
}

/// Whether `password` is the one that was hashed. Takes as long where there is nothing to compare with, so that the time
/// does not tell who is a member.
pub(crate) fn verify(password: &str, phc: Option<&str>) -> bool {
    if password.chars().count() > LONGEST {
        return false;
    }
    let parsed = phc.and_then(|phc| PasswordHash::new(phc).ok());
    if let Some(parsed) = parsed {
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
    } else {
        let hashed: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; 16]);
        std::hint::black_box(hashed.is_ok());
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_is_verified() {
        let phc = hash("correct horse battery").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(!phc.contains("correct"));
        assert_ne!(hash("correct horse battery").unwrap(), phc, "each has a salt of its own");
        for (given, kept, right) in [
            ("correct horse battery", Some(phc.as_str()), true),
            ("correct horse batterx", Some(&phc), false),
            ("", Some(&phc), false),
            ("correct horse battery", None, false),
            ("correct horse battery", Some("not a hash"), false),
            (&"x".repeat(1_000_000), Some(&phc), false),
        ] {
            assert_eq!(verify(given, kept), right, "{} characters against {kept:?}", given.len());
        }
    }

    #[test]
    fn a_password_has_a_length() {
        for (length, taken) in [(0, false), (11, false), (12, true), (256, true), (257, false)] {
            assert_eq!(hash(&"漢".repeat(length)).is_ok(), taken, "{length} characters");
        }
    }
}
