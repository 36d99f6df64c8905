//! Floors of interpretation: who speaks one, and how loud whom is heard.

use cloudsite_domain::record::Language;
pub(crate) use cloudsite_link::{speaker, volume};

/// What a language calls itself.
pub(crate) fn language_name(tag: &str) -> &str {
    match Language::from_tag(tag) {
        Some(Language::Zh) => "中文",
        Some(Language::En) => "English",
        Some(Language::Ja) => "日本語",
        Some(Language::Ko) => "한국어",
        Some(Language::De) => "Deutsch",
        None => tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_their_own_names() {
        assert_eq!(["zh", "ja", "de", "xx"].map(language_name), ["中文", "日本語", "Deutsch", "xx"]);
    }
}
