//! A dossier of two places, typeset.

use jiff::civil::{Date, date};

use super::*;

fn said(source: &str, as_of: Date, confidence: &str) -> Said {
    Said { source: source.to_owned(), as_of, confidence: confidence.to_owned() }
}

fn names(zh: &str, en: &str, ja: &str) -> Names {
    [("zh", zh), ("en", en), ("ja", ja)].map(|(tag, name)| (tag.to_owned(), name.to_owned())).into()
}

fn amount(quantity: &str, unit: &str, min: Option<f64>) -> Ask {
    let (quantity, unit) = (quantity.to_owned(), unit.to_owned());
    let (none, full) = if min.is_some() { (None, None) } else { (Some(1_500.0), Some(200.0)) };
    Ask::Amount { quantity, unit, min, max: None, none, full, on: None }
}

fn answer(verdict: Verdict, value: Value, points: u64) -> Answer {
    let said = Some(said("Grid office", date(2026, 3, 31), "high"));
    Answer { verdict, value, margin: None, from: None, points, said, placement: Vec::new() }
}

fn place(parcel: &str, rank: u32, standing: Standing) -> Place {
    let power = if standing == Standing::Suits {
        answer(Verdict::Pass, Value::Amount(12_500.0), 0)
    } else {
        Answer { from: Some(date(2028, 7, 1)), ..answer(Verdict::Fail, Value::Amount(3_000.0), 0) }
    };
    let facts = [
        ("area", FactValue::Amount(Amount { value: 64_300.0, unit: "m²".to_owned() })),
        ("plot_ratio", FactValue::Range { min: Some(1.0), max: Some(2.5) }),
        ("site_coverage", FactValue::Range { min: None, max: Some(0.6) }),
        ("height_limit_m", FactValue::Unknown),
        ("setbacks", FactValue::Setbacks([12.0, 8.0, 6.0])),
        ("tenure", FactValue::Tenure { kind: "grant".to_owned(), years: 50 }),
    ];
    let fact = |(field, value): (&str, FactValue)| Fact {
        field: field.to_owned(),
        value,
        said: Some(said("Regulatory plan 2025", date(2024, 12, 31), "low")),
    };
    Place {
        ranked: Ranked { parcel: parcel.to_owned(), rank, standing, points: 60, possible_points: 80 },
        names: names("零碳园地块", "Zero-Carbon Parcel", "ゼロカーボン園区画"),
        zone: Some(ZoneSheet {
            code: "ZC".to_owned(),
            names: names("零碳园", "ZC", "ZC"),
            kind: "zero_carbon".to_owned(),
        }),
        facts: facts.map(fact).into(),
        supplies: Vec::new(),
        answers: vec![power, answer(Verdict::Unknown, Value::Unknown, 0)],
        binding: (standing == Standing::Suits).then_some(0),
        changes: Vec::new(),
    }
}

fn dossier() -> Dossier {
    let places = vec![place("ZC-01", 1, Standing::Suits), place("ZC-02", 2, Standing::Fails)];
    Dossier {
        park: ParkSheet {
            names: names("澄澜高新区（演示）", "Chenglan Park (demo)", "澄瀾パーク（デモ）"),
            synthetic: true,
            notice: names("本园区均为虚构", "All of this is invented", "すべて架空です"),
        },
        project: "Project #1 *bold* $x$ \u{1F680}".to_owned(),
        revision: 7,
        day: date(2026, 11, 26),
        made_on: date(2026, 11, 26),
        tier: "public".to_owned(),
        brief: vec![
            Criterion { role: Role::Must, ask: amount("power", "kW", Some(12_000.0)) },
            Criterion { role: Role::Wish { weight: 40 }, ask: amount("price_cny_per_m2", "CNY/m²", None) },
        ],
        counts: Counts { suits: 1, open: 0, fails: 169 },
        full_points: 100,
        ranking: places.iter().map(|place| place.ranked.clone()).collect(),
        places,
        relaxations: vec![Relaxation {
            criterion: 0,
            alone: 12,
            unknown: 3,
            steps: vec![Step { bound: 8_000.0, opens: 3 }],
        }],
        intervals: vec![Interval { criterion: 1, from: 10.0, to: None }],
        shares: vec![Share { parcel: "ZC-01".to_owned(), first: 1_000 }],
    }
}

fn maps() -> Maps {
    let ring = vec![[0.0, 0.0], [200.0, 0.0], [200.0, 120.0], [0.0, 0.0]];
    let site = Drawing {
        frame: [-100.0, -100.0, 300.0, 200.0],
        areas: vec![Area { paint: Paint::Subject, rings: vec![ring] }],
        lines: vec![Line { width_m: 12.0, is_rail: false, points: vec![[-100.0, -20.0], [300.0, -30.0]] }],
        marks: vec![Mark { at: [100.0, 50.0], text: "1".to_owned(), is_strong: true }],
    };
    Maps { overview: site.clone(), sites: vec![site, Drawing::default()] }
}

/// The smallest PNG: one grey point.
pub(crate) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0,
    0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0,
    0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
];

#[test]
fn the_same_dossier_gives_the_same_pages() {
    let typeset = || typeset(&dossier(), &maps(), &[], [Language::Zh, Language::Ja]).unwrap();
    let (one, other) = (typeset(), typeset());
    assert!(one.pdf.starts_with(b"%PDF-"), "it is a PDF");
    assert!(
        one.pages >= 9,
        "a cover, and in each language a summary, the brief, two places and the end: {}",
        one.pages
    );
    assert_eq!(one.missing_glyphs, ['\u{1F680}']);
    assert!(one == other, "the same bytes");
}

#[test]
fn pictures_are_on_pages_and_what_is_none_is_refused() {
    let picture = |png: &[u8]| [Picture { png: png.to_vec(), caption: "#panic()".to_owned() }];
    let languages = [Language::En, Language::Zh];
    let with = typeset(&dossier(), &maps(), &picture(PNG), languages).unwrap();
    assert!(with.pages > typeset(&dossier(), &maps(), &[], languages).unwrap().pages);
    let refused = typeset(&dossier(), &maps(), &picture(b"no picture"), languages).unwrap_err();
    assert!(matches!(refused, TypesetError::Template(_)), "{refused}");
}

#[test]
fn it_takes_two_languages() {
    let refused = typeset(&dossier(), &maps(), &[], [Language::En; 2]).unwrap_err();
    assert!(matches!(refused, TypesetError::OneLanguage(Language::En)), "{refused}");
}

#[test]
fn what_programs_read_is_whole() {
    let text = serde_json::to_string(&dossier()).unwrap();
    assert_eq!(serde_json::from_str::<Dossier>(&text).unwrap(), dossier());
    assert!(
        text.contains(r#""role":"wish","weight":40,"ask":{"kind":"amount","quantity":"price_cny_per_m2""#),
        "{text}"
    );
}
