//! Variants of factories that are kept in the browser.

use serde_json::{Value, json};

/// Variants that are kept at most; the oldest goes first.
const MOST: usize = 60;

/// The longest name, characters.
const LONGEST: usize = 60;

/// A factory with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    /// What it is called.
    pub(crate) name: String,
    /// Code of the parcel that it stands on.
    pub(crate) parcel: String,
    /// The factory as a link has it.
    pub(crate) fit: String,
}

/// Keeps a variant, in place of one of the same name on the same parcel. A name of nothing is none.
pub(crate) fn keep(variants: &mut Vec<Variant>, variant: Variant) -> bool {
    let name: String = variant.name.trim().chars().take(LONGEST).collect();
    if name.is_empty() {
        return false;
    }
    variants.retain(|other| other.parcel != variant.parcel || other.name != name);
    variants.push(Variant { name, ..variant });
    let surplus = variants.len().saturating_sub(MOST);
    variants.drain(..surplus);
    true
}

/// As the browser keeps them.
pub(crate) fn written(variants: &[Variant]) -> String {
    let each = |Variant { name, parcel, fit }: &Variant| json!({ "name": name, "parcel": parcel, "fit": fit });
    Value::Array(variants.iter().map(each).collect()).to_string()
}

/// As the browser has kept them; what is none is passed over.
pub(crate) fn read(text: &str) -> Vec<Variant> {
    let kept: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let variant = |value: &Value| {
        Some(Variant { name: text(value, "name")?, parcel: text(value, "parcel")?, fit: text(value, "fit")? })
    };
    kept.iter().filter_map(variant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(name: &str, parcel: &str, fit: &str) -> Variant {
        Variant { name: name.to_owned(), parcel: parcel.to_owned(), fit: fit.to_owned() }
    }

    #[test]
    fn one_name_is_one_variant_on_a_parcel() {
        let mut kept = Vec::new();
        for (name, parcel, fit) in [("A", "P", "1"), ("A", "Q", "2"), (" A ", "P", "3")] {
            assert!(keep(&mut kept, variant(name, parcel, fit)));
        }
        assert_eq!(kept, [variant("A", "Q", "2"), variant("A", "P", "3")]);
        assert!(!keep(&mut kept, variant("  ", "P", "4")));
        assert_eq!(read(&written(&kept)), kept);
        assert_eq!(read(r#"[{"name":"A"},7]"#), []);
        assert_eq!(read("no JSON"), []);
        for number in 0..100 {
            keep(&mut kept, variant(&number.to_string(), "P", ""));
        }
        assert_eq!((kept.len(), kept[MOST - 1].name.as_str()), (MOST, "99"));
    }
}
