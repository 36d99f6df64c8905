//! Names by language: `name:zh`, `name_zh`, or `name` alone.

use cloudsite_domain::record::{Language, Names};

use crate::import::properties::Properties;

/// The forms in which a language follows a field's name, the better one first.
pub(super) const LANGUAGE_FORMS: [(Language, &str); 11] = [
    (Language::Zh, ":zh"),
    (Language::Zh, "_zh"),
    (Language::Zh, ":zh-Hans"),
    (Language::En, ":en"),
    (Language::En, "_en"),
    (Language::Ja, ":ja"),
    (Language::Ja, "_ja"),
    (Language::Ko, ":ko"),
    (Language::Ko, "_ko"),
    (Language::De, ":de"),
    (Language::De, "_de"),
];

/// Takes the names. Of two forms for one language the worse stays an attribute, unless it says the same.
pub(in crate::import) fn names(properties: &mut Properties<'_>) -> Names {
    let mut names = prefixed(properties, "name");
    if let Some(name) = properties.text("name") {
        let language = language_of(&name);
        match names.get(language) {
            None => names.set(language, name),
            Some(known) if known == name => {}
            Some(_) => properties.keep("name", name),
        }
    }
    names
}

/// Takes a text that has a language after its field's name.
pub(in crate::import) fn prefixed(properties: &mut Properties<'_>, field: &str) -> Names {
    let mut names = Names::default();
    for (language, form) in LANGUAGE_FORMS {
        let property = format!("{field}{form}");
        let Some(name) = properties.text(&property) else { continue };
        match names.get(language) {
            None => names.set(language, name),
            Some(known) if known == name => {}
            Some(_) => properties.keep(&property, name),
        }
    }
    names
}

/// The language that a text's script tells, Chinese where it is Han alone.
fn language_of(text: &str) -> Language {
    let any = |low: char, high: char| text.chars().any(|c| (low..=high).contains(&c));
    if any('\u{3040}', '\u{30FF}') {
        Language::Ja
    } else if any('\u{AC00}', '\u{D7AF}') {
        Language::Ko
    } else if any('\u{3400}', '\u{9FFF}') {
        Language::Zh
    } else {
        Language::En
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_tells_the_language() {
        let cases = [
            ("太湖", Language::Zh),
            ("太湖ターミナル", Language::Ja),
            ("우시", Language::Ko),
            ("Taihu Lake", Language::En),
            ("硕放 Airport", Language::Zh),
        ];
        for (text, expected) in cases {
            assert_eq!(language_of(text), expected, "{text}");
        }
    }
}
