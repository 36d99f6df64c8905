//! Land-use codes of the 2023 national classification for territorial spatial surveying, planning and use control
//! (国土空间调查、规划、用途管制用地用海分类指南, Ministry of Natural Resources, 2023).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Language;

/// A land-use code: two, four or six digits for the three levels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LandUse(String);

/// A text that is no land-use code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a land-use code of the 2023 classification: two, four or six digits, such as 100101")]
pub struct InvalidLandUse(pub String);

/// The codes that an industrial park meets, with their names in Chinese, English and Japanese.
const NAMES: &[(&str, [&str; 3])] = &[
    ("0701", ["城镇住宅用地", "Urban residential", "都市住宅用地"]),
    ("0802", ["科研用地", "Research", "研究用地"]),
    ("0901", ["商业用地", "Commercial", "商業用地"]),
    ("0902", ["商务金融用地", "Business and finance", "業務・金融用地"]),
    ("1001", ["工业用地", "Industrial", "工業用地"]),
    ("100101", ["一类工业用地", "Industrial, class 1", "第一類工業用地"]),
    ("100102", ["二类工业用地", "Industrial, class 2", "第二類工業用地"]),
    ("100103", ["三类工业用地", "Industrial, class 3", "第三類工業用地"]),
    ("1101", ["物流仓储用地", "Logistics and storage", "物流・倉庫用地"]),
    ("110101", ["一类物流仓储用地", "Logistics and storage, class 1", "第一類物流・倉庫用地"]),
    ("110102", ["二类物流仓储用地", "Logistics and storage, class 2", "第二類物流・倉庫用地"]),
    ("1202", ["公路用地", "Highway", "道路用地"]),
    ("1203", ["机场用地", "Airport", "空港用地"]),
    ("1301", ["供水用地", "Water supply", "給水施設用地"]),
    ("1302", ["排水用地", "Sewerage", "排水施設用地"]),
    ("1303", ["供电用地", "Power supply", "電力施設用地"]),
    ("1401", ["公园绿地", "Public green", "公園緑地"]),
    ("1402", ["防护绿地", "Protective green", "防護緑地"]),
    ("16", ["留白用地", "Reserved (white) land", "留保地"]),
];

impl LandUse {
    /// The code's digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the code, or of the nearest wider code that has one here; Chinese, English or Japanese, and English
    /// for any other language.
    pub fn name(&self, language: Language) -> Option<&'static str> {
        let column = match language {
            Language::Zh => 0,
            Language::Ja => 2,
            Language::En | Language::Ko | Language::De => 1,
        };
        (1..=self.0.len() / 2)
            .rev()
            .find_map(|level| NAMES.iter().find(|(code, _)| *code == &self.0[..level * 2]))
            .map(|(_, names)| names[column])
    }
}

impl FromStr for LandUse {
    type Err = InvalidLandUse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && matches!(text.len(), 2 | 4 | 6) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLandUse(text.to_owned()))
        }
    }
}

impl TryFrom<String> for LandUse {
    type Error = InvalidLandUse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LandUse> for String {
    fn from(code: LandUse) -> Self {
        code.0
    }
}

impl fmt::Display for LandUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_digits_of_three_levels() {
        for good in ["10", "1001", "100101"] {
            assert!(good.parse::<LandUse>().is_ok(), "{good} is a code");
        }
        for bad in ["", "M1", "100", "1001011", "１００１", "10010a"] {
            assert!(bad.parse::<LandUse>().is_err(), "{bad:?} is no code");
        }
    }

    #[test]
    fn a_code_without_a_name_takes_the_wider_one() {
        let name = |code: &str| code.parse::<LandUse>().unwrap().name(Language::Zh);
        assert_eq!(name("100101"), Some("一类工业用地"));
        assert_eq!(name("100199"), Some("工业用地"));
        assert_eq!(name("99"), None);
    }
}
