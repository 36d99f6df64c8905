//! Closed vocabularies, spelt the same in the record, in tiles and in imported files.

/// A word that is not in a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is not a {vocabulary}; known are {known}")]
pub struct UnknownTerm {
    /// The word as it was given.
    pub word: String,
    /// What it should have been.
    pub vocabulary: &'static str,
    /// The known words, separated by commas.
    pub known: String,
}

/// Defines an enum whose variants have one spelling each.
macro_rules! terms {
    (
        $(#[$meta:meta])*
        $name:ident, $vocabulary:literal;
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every term, in the order in which a list offers them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling of this term.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::record::UnknownTerm;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::record::UnknownTerm {
                        word: word.to_owned(),
                        vocabulary: $vocabulary,
                        known: [$($word),+].join(", "),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use terms;
