//! Names in the languages of the people who read the record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A language that the record keeps names in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese, simplified.
    Zh,
    /// English.
    En,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
    /// German.
    De,
}

impl Language {
    /// Every language, the record's own first.
    pub const ALL: [Self; 5] = [Self::Zh, Self::En, Self::Ja, Self::Ko, Self::De];

    /// The BCP 47 primary subtag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::De => "de",
        }
    }

    /// The language of a BCP 47 tag such as `ja` or `zh-Hans-CN`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary)
    }
}

/// One thing's name in several languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Names(BTreeMap<Language, String>);

impl Names {
    /// Adds or replaces the name in `language`; an empty name is no name.
    pub fn set(&mut self, language: Language, name: impl Into<String>) {
        let name = name.into();
        if !name.trim().is_empty() {
            self.0.insert(language, name);
        }
    }

    /// The name in exactly this language.
    pub fn get(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }

    /// The name to show a reader of `language`: theirs, else English, else Chinese, else any.
    pub fn best(&self, language: Language) -> Option<&str> {
        self.get(language)
            .or_else(|| self.get(Language::En))
            .or_else(|| self.get(Language::Zh))
            .or_else(|| self.0.values().next().map(String::as_str))
    }

    /// All names with their languages.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &str)> {
        self.0.iter().map(|(language, name)| (*language, name.as_str()))
    }

    /// Whether there is no name at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Language, String)> for Names {
    fn from_iter<T: IntoIterator<Item = (Language, String)>>(names: T) -> Self {
        let mut all = Self::default();
        for (language, name) in names {
            all.set(language, name);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_nearest_name() {
        let names: Names =
            [(Language::Zh, "综合保税区".to_owned()), (Language::En, "Bonded Zone".to_owned())].into_iter().collect();
        assert_eq!(names.best(Language::Zh), Some("综合保税区"));
        assert_eq!(names.best(Language::Ja), Some("Bonded Zone"), "English stands in for Japanese");
        assert_eq!(Names::default().best(Language::En), None);
    }

    #[test]
    fn tags_are_read_with_region_and_script() {
        let cases = [("zh-Hans-CN", Some(Language::Zh)), ("JA", Some(Language::Ja)), ("fr", None), ("", None)];
        for (tag, expected) in cases {
            assert_eq!(Language::from_tag(tag), expected, "tag {tag:?}");
        }
    }
}
