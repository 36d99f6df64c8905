//! The page's words in its languages.

use std::collections::HashMap;
use std::sync::LazyLock;

use cloudsite_domain::record::{Language, Names};
use cloudsite_proto::land::LocalizedName;

/// The languages that the page speaks.
pub(crate) const LANGUAGES: [Language; 3] = [Language::Zh, Language::En, Language::Ja];

type Table = HashMap<&'static str, &'static str>;

static ZH: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../../../assets/i18n/zh.txt")));
static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../../../assets/i18n/en.txt")));
static JA: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../../../assets/i18n/ja.txt")));

/// The text behind a key. A key that no table has is shown as it is; a test keeps that from happening.
pub(crate) fn text(language: Language, key: &str) -> String {
    table(language).get(key).map_or_else(|| key.to_owned(), |text| (*text).to_owned())
}

/// The text behind a key with `{name}` filled in.
pub(crate) fn fill(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text(language, key), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The name to show a reader, of those that the record has; empty if it has none.
pub(crate) fn best_name(names: &[LocalizedName], language: Language) -> String {
    let names: Names =
        names.iter().filter_map(|name| Some((Language::from_tag(&name.language)?, name.text.clone()))).collect();
    names.best(language).unwrap_or_default().to_owned()
}

fn table(language: Language) -> &'static Table {
    match language {
        Language::Zh => &ZH,
        Language::Ja => &JA,
        Language::En | Language::Ko | Language::De => &EN,
    }
}

fn read(file: &'static str) -> Table {
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn keys(language: Language) -> BTreeSet<&'static str> {
        table(language).keys().copied().collect()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    /// Every string literal of the crate's sources that looks like a key of the tables.
    fn keys_in_sources(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                keys_in_sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                for call in ["text(\"", "fill(\"", "words(\"", "key: \""] {
                    found.extend(
                        source.split(call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned),
                    );
                }
            }
        }
    }

    #[test]
    fn all_languages_have_the_same_keys_and_placeholders() {
        for language in LANGUAGES {
            assert_eq!(keys(language), keys(Language::En), "keys of {}", language.tag());
            for key in keys(language) {
                let (ours, english) = (text(language, key), text(Language::En, key));
                assert!(!ours.is_empty(), "{key} in {} is empty", language.tag());
                assert_eq!(placeholders(&ours), placeholders(&english), "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn no_key_has_two_texts() {
        for file in [
            include_str!("../../../../assets/i18n/zh.txt"),
            include_str!("../../../../assets/i18n/en.txt"),
            include_str!("../../../../assets/i18n/ja.txt"),
        ] {
            let mut keys = BTreeSet::new();
            for key in file.lines().filter_map(|line| Some(line.split_once(" = ")?.0)) {
                assert!(keys.insert(key), "{key} stands twice");
            }
        }
    }

    #[test]
    fn every_key_that_the_page_asks_for_is_there() {
        let mut asked = BTreeSet::new();
        keys_in_sources(Path::new("src"), &mut asked);
        asked.retain(|key| key.contains('.') && !key.contains('{'));
        assert!(asked.len() > 40, "the search for keys finds too few: {asked:?}");
        let missing: Vec<_> = asked.iter().filter(|key| !keys(Language::En).contains(key.as_str())).collect();
        assert!(missing.is_empty(), "keys without text: {missing:?}");
    }

    #[test]
    fn every_term_of_the_record_has_a_word() {
        use cloudsite_domain::record::{ParcelStatus, PoiKind, SupplyKind, TenureKind, ZoneKind};
        use cloudsite_domain::siting::{Authority, Quality, Quantity};
        let terms = (ParcelStatus::ALL.iter().map(|term| format!("status.{term}")))
            .chain(TenureKind::ALL.iter().map(|term| format!("tenure.{term}")))
            .chain(SupplyKind::ALL.iter().map(|term| format!("supply.{term}")))
            .chain(ZoneKind::ALL.iter().map(|term| format!("zone_kind.{term}")))
            .chain(PoiKind::ALL.iter().map(|term| format!("poi_kind.{term}")))
            .chain(Quantity::ALL.iter().map(|term| format!("demand.need.{term}")))
            .chain(Quality::ALL.iter().map(|term| format!("demand.need.{term}")))
            .chain(["demand.need.footprint".to_owned()])
            .chain(
                Authority::ALL.iter().filter(|who| **who != Authority::Computed).map(|who| format!("authority.{who}")),
            )
            .chain(["zone", "poi", "label_zone", "label_poi"].map(|key| format!("place.{key}")));
        for key in terms {
            assert!(keys(Language::En).contains(key.as_str()), "{key} has no text");
        }
    }

    #[test]
    fn values_are_filled_in() {
        assert_eq!(fill(Language::En, "result.count", &[("n", "152")]), "152 parcels");
        assert_eq!(fill(Language::Zh, "result.count", &[("n", "152")]), "152 宗地块");
        assert_eq!(text(Language::De, "share"), "Share", "a language without a table reads English");
    }

    #[test]
    fn names_of_languages_that_nobody_knows_are_passed_over() {
        let name = |language: &str, text: &str| LocalizedName { language: language.to_owned(), text: text.to_owned() };
        let names = [name("xx", "?"), name("zh", "综合保税区"), name("en", "Bonded zone")];
        assert_eq!(best_name(&names, Language::Zh), "综合保税区");
        assert_eq!(best_name(&names, Language::Ja), "Bonded zone");
        assert_eq!(best_name(&[], Language::Ja), "");
    }
}
