//! The languages of a dossier and its words in them: those of the page, so that both say the same, and its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::Names;

/// A language that dossiers are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese, simplified.
    Zh,
    /// English.
    En,
    /// Japanese.
    Ja,
}

type Table = HashMap<&'static str, &'static str>;

static ZH: LazyLock<Table> =
    LazyLock::new(|| read([include_str!("../../../assets/i18n/zh.txt"), include_str!("../texts/zh.txt")]));
static EN: LazyLock<Table> =
    LazyLock::new(|| read([include_str!("../../../assets/i18n/en.txt"), include_str!("../texts/en.txt")]));
static JA: LazyLock<Table> =
    LazyLock::new(|| read([include_str!("../../../assets/i18n/ja.txt"), include_str!("../texts/ja.txt")]));

fn read(files: [&'static str; 2]) -> Table {
    let lines = files.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, text)| (key.trim(), text.trim())).collect()
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Zh, Self::En, Self::Ja];

    /// The BCP 47 primary subtag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language of a tag such as `zh`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
            Self::Ja => &JA,
        }
    }

    /// The text behind a key, if there is one.
    pub(crate) fn find(self, key: &str) -> Option<&'static str> {
        self.table().get(key).copied()
    }

    /// The text behind a key; a key that no table has stands for itself, which a test keeps from happening.
    pub(crate) fn text(self, key: &str) -> String {
        self.find(key).unwrap_or(key).to_owned()
    }

    /// The text behind a key with `{name}` filled in.
    pub(crate) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        let template = self.find(key).unwrap_or(key);
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        // In one pass, so that what is filled in is never taken for a place to fill.
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, beyond)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                break;
            };
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => filled.push_str(value),
                None => filled.extend(["{", name, "}"]),
            }
            rest = beyond;
        }
        filled + rest
    }

    /// All of the dossier's own words.
    #[cfg(test)]
    pub(crate) fn own_words(self) -> String {
        let own = self.table().iter().filter(|(key, _)| key.starts_with("dossier."));
        own.map(|(_, text)| *text).collect()
    }

    /// The words of a dossier's title and headings.
    #[cfg(test)]
    pub(crate) fn headings(self) -> String {
        let is_heading = |key: &str| key == "dossier.title" || key.starts_with("dossier.h.");
        let own = self.table().iter().filter(|(key, _)| is_heading(key));
        own.map(|(_, text)| *text).collect()
    }

    /// The name for readers of this language: theirs, else English, else Chinese, else any.
    pub(crate) fn name(self, names: &Names) -> Option<&str> {
        let tags = [self.tag(), Self::En.tag(), Self::Zh.tag()];
        tags.into_iter().find_map(|tag| names.get(tag)).or_else(|| names.values().next()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn holes(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_language_says_the_same_things() {
        let keys = |language: Language| language.table().keys().copied().collect::<BTreeSet<_>>();
        for language in Language::ALL {
            assert_eq!(keys(language), keys(Language::En), "{language:?}");
            for key in keys(language) {
                assert_eq!(holes(&language.text(key)), holes(&Language::En.text(key)), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        let filled = Language::En.fill("dossier.revision_day", &[("revision", "{day}"), ("day", "x")]);
        assert!(filled.contains("{day}") && filled.contains('x'), "{filled}");
    }

    #[test]
    fn the_dossiers_words_are_not_the_pages() {
        for (page, own) in [
            (include_str!("../../../assets/i18n/en.txt"), include_str!("../texts/en.txt")),
            (include_str!("../../../assets/i18n/zh.txt"), include_str!("../texts/zh.txt")),
        ] {
            let (page, own) = (read([page, ""]), read([own, ""]));
            assert!(own.keys().all(|key| !page.contains_key(key)), "a key stands in both");
        }
    }
}
