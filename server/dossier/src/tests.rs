//! A dossier of two places, typeset.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::*;
use crate::font::printable;
use crate::phrase::Told;

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

fn knows(land: &str) -> Knows {
    Knows { land: land.to_owned(), floor: "lessor".to_owned() }
}

fn answer(verdict: Verdict, value: Value, points: u64) -> Answer {
    let said = Some(said("Grid office", date(2026, 3, 31), "high"));
    Answer {
        verdict,
        value,
        margin: None,
        from: None,
        points,
        said,
        placement: Vec::new(),
        steps: Vec::new(),
        step: None,
        lacking: String::new(),
    }
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
        untold: ["water", "gas"].map(|kind| Untold { kind: kind.to_owned(), knows: format!("{kind}_company") }).into(),
        answers: vec![power, answer(Verdict::Unknown, Value::Unknown, 0)],
        binding: (standing == Standing::Suits).then_some(0),
        winning: Winning { musts_suffice: rank == 1, ..Winning::default() },
        routes: routes(),
        variants: Vec::new(),
    }
}

fn reached(minutes: f64, length_m: f64) -> Way {
    let names = names("临空货运站", "Air Cargo Terminal", "航空貨物ターミナル");
    Way::Reached { place: "poi/I-A1".to_owned(), names, minutes, length_m, off_road_m: 120.0 }
}

fn routes() -> Vec<Destination> {
    let nowhere = || Way::Unreached(Unreached::NoSuchPlace);
    vec![
        Destination { kind: "airport".to_owned(), by_truck: reached(11.6, 5_120.0), by_car: reached(0.4, 5_120.0) },
        Destination { kind: "metro_station".to_owned(), by_truck: nowhere(), by_car: nowhere() },
        Destination { kind: "gate".to_owned(), by_truck: nowhere(), by_car: nowhere() },
    ]
}

fn together(standing: Standing, to: Option<f64>) -> Assembly {
    let between = answer(Verdict::Pass, Value::Between { from: 12_000.0, to }, 0);
    Assembly {
        parcels: vec!["ZC-03".to_owned(), "ZC-04".to_owned()],
        area_m2: 90_000.0,
        standing,
        points: 20,
        possible_points: 60,
        answers: vec![between, answer(Verdict::Unknown, Value::Unknown, 0)],
        binding: None,
        winning: Winning::default(),
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
            Criterion { role: Role::Must, ask: amount("power", "kW", Some(12_000.0)), knows: knows("grid_company") },
            Criterion {
                role: Role::Wish { weight: 40 },
                ask: amount("price_cny_per_m2", "CNY/m²", None),
                knows: knows("planning_bureau"),
            },
        ],
        counts: Counts { suits: 1, open: 0, fails: 169, untried: 0 },
        full_points: 100,
        ranking: places.iter().map(|place| place.ranked.clone()).collect(),
        places,
        relaxations: vec![Relaxation {
            criterion: 0,
            alone: 12,
            unknown: 3,
            steps: vec![Step { to: Instead::Bound(8_000.0), opens: 3, opens_at_least: true }],
        }],
        intervals: vec![Interval { criterion: 1, from: 10.0, to: None }],
        shares: vec![Share { parcel: "ZC-01".to_owned(), first: 1_000 }],
        opinions: [("topsis", "ZC-01"), ("vikor", "ZC-01"), ("promethee_ii", "ZC-02")]
            .map(|(method, first)| Opinion { method: method.to_owned(), parcels: vec![first.to_owned()] })
            .into(),
        assemblies: vec![together(Standing::Suits, Some(15_000.0)), together(Standing::Open, None)],
        described_assemblies: Vec::new(),
        assemblies_cut_short: true,
        floors: None,
        described_floors: Vec::new(),
        travel: Some(Travel {
            source: "Planning office, assumed".to_owned(),
            from: Some(date(2026, 11, 26)),
            speeds: vec![
                Speed { road_class: "arterial".to_owned(), truck_kmh: Some(35.0), car_kmh: Some(40.0) },
                Speed { road_class: "path".to_owned(), truck_kmh: None, car_kmh: None },
            ],
        }),
    }
}

/// What the template is given in one language.
fn edition(dossier: &Dossier, language: Language) -> serde_json::Value {
    let maps = maps();
    let told = Told { dossier, maps: &maps, pictures: 0, languages: [language, language] };
    serde_json::to_value(told.in_language(language)).unwrap()
}

/// Every text in a value, in order.
fn texts(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => format!("{text}\n"),
        serde_json::Value::Array(values) => values.iter().map(texts).collect(),
        serde_json::Value::Object(fields) => fields.values().map(texts).collect(),
        _ => String::new(),
    }
}

fn maps() -> Maps {
    let ring = vec![[0.0, 0.0], [200.0, 0.0], [200.0, 120.0], [0.0, 0.0]];
    let site = Drawing {
        frame: [-100.0, -100.0, 300.0, 200.0],
        areas: vec![Area { paint: Paint::Subject, rings: vec![ring] }],
        lines: vec![Line { width_m: 12.0, is_rail: false, points: vec![[-100.0, -20.0], [300.0, -30.0]] }],
        marks: vec![Mark { at: [100.0, 50.0], text: "1".to_owned(), is_strong: true, route: None }],
        routes: Vec::new(),
    };
    let way = Route { colour: 0, points: vec![[100.0, 50.0], [300.0, 200.0]] };
    let end = Mark { at: [300.0, 200.0], text: way_letter(0), is_strong: true, route: Some(0) };
    let ways = Drawing { routes: vec![way], marks: vec![end], ..site.clone() };
    Maps {
        overview: site.clone(),
        sites: vec![site.clone(), Drawing::default()],
        ways: vec![ways, Drawing::default()],
        assemblies: vec![site.clone()],
        described_assemblies: vec![site.clone()],
        described_floors: vec![site.clone()],
        variants: vec![site],
    }
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
        "a cover, and in each language what is asked and missing, two places and the end: {}",
        one.pages
    );
    assert_eq!(one.missing_glyphs, ['\u{1F680}']);
    assert!(one == other, "the same bytes");
}

#[test]
fn pictures_are_on_pages_and_what_is_none_is_refused() {
    let picture = |png: &[u8]| [Picture { png: png.to_vec(), caption: "#panic()".to_owned() }];
    let languages = [Language::En, Language::Zh];
    let four = [0; 4].map(|_| picture(PNG)).concat();
    let with = typeset(&dossier(), &maps(), &four, languages).unwrap();
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

#[test]
fn whoever_knows_is_to_be_asked() {
    let mut open = dossier();
    open.places.truncate(1);
    let place = &mut open.places[0];
    place.answers[0] = Answer { said: None, ..answer(Verdict::Unknown, Value::Unknown, 0) };
    place.answers[1].said = Some(said("Land office", date(2024, 12, 31), "low"));
    let edition = edition(&open, Language::En);
    let rows = edition["open"].as_array().unwrap();
    let asked: Vec<[&str; 3]> =
        rows.iter().map(|row| ["whom", "decides", "besides"].map(|column| row[column].as_str().unwrap())).collect();
    let of = |whom: &str| {
        asked.iter().find(|[who, ..]| who.contains(whom)).map(|[_, decides, besides]| (*decides, *besides))
    };
    assert_eq!(of("the grid company"), Some(("Power", "")), "{asked:?}");
    assert_eq!(of("Land office"), Some(("Land price", "")), "whom the record names comes first: {asked:?}");
    assert_eq!(of("the gas company"), Some(("", "Natural gas")), "{asked:?}");
    assert!(of("nobody").is_some_and(|(decides, _)| decides.is_empty()), "a way is computed: {asked:?}");
    let front = Answer { lacking: "front".to_owned(), ..answer(Verdict::Unknown, Value::Unknown, 0) };
    open.places[0].answers[0] = Answer { said: None, ..front };
    let told = texts(&self::edition(&open, Language::En)["open"]);
    assert!(told.contains("Power (which of its sides is the front, and here that decides)"), "{told}");
    open.places[0].answers[0].lacking.clear();
    open.brief[0].knows.land = "computed".to_owned();
    let told = texts(&self::edition(&open, Language::En)["open"]);
    assert!(!told.contains("the grid company"), "{told}");
}

#[test]
fn a_place_takes_a_page() {
    let pages = |places: usize| {
        let mut dossier = dossier();
        dossier.places = (1..=places as u32).map(|rank| place(&format!("ZC-{rank}"), rank, Standing::Suits)).collect();
        let site = maps().sites.remove(0);
        let maps = Maps { sites: vec![site.clone(); places], ways: vec![site; places], ..maps() };
        typeset(&dossier, &maps, &[], [Language::En, Language::Zh]).unwrap().pages
    };
    // A line for each place more on the pages before, which have room.
    assert_eq!(pages(3) - pages(1), 4, "two places more in two languages");
}

#[test]
fn ways_are_told_and_said_to_be_an_assumption() {
    for (language, minutes) in
        [(Language::En, "12 min, 5.1 km"), (Language::Zh, "12 分钟, 5.1 公里"), (Language::Ja, "12 分, 5.1 km")]
    {
        let edition = edition(&dossier(), language);
        let routes = &edition["places"][0]["routes"];
        let rows = routes["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "a gate in a fence is not what an investor asks for");
        assert_eq!(rows[0]["truck"]["text"], minutes);
        assert_eq!(rows[0]["car"]["text"].as_str().unwrap().split(',').next(), language.find("route.under_a_minute"));
        assert_eq!((&rows[1]["truck"]["is_unknown"], &rows[1]["car"]["is_unknown"]), (&true.into(), &true.into()));
        assert_eq!(routes["notes"][0].as_str(), language.find("dossier.routes.assumed"));
        let metro = language.text("route.kind.metro_station");
        assert!(texts(&edition["open"]).contains(&metro), "the way that nobody knows is asked for in {language:?}");
        assert!(texts(&edition["travel"]).contains("Planning office, assumed"));
        assert_eq!(edition["travel"]["rows"].as_array().unwrap().len(), 1, "what nobody drives on is left out");
        assert!(texts(&edition["missing"]).contains(&language.text("dossier.missing.routes")), "it is a limit, too");
    }
    let without = edition(&Dossier { travel: None, ..dossier() }, Language::En);
    assert!(without["travel"].is_null());
}

#[test]
fn joined_parcels_are_told_with_what_is_not_known_of_them_together() {
    let joined = &edition(&dossier(), Language::En)["joined"];
    let [first, second] = [&joined["rows"][0], &joined["rows"][1]];
    assert_eq!((first["letter"].as_str(), first["parcels"].as_str()), (Some("A"), Some("ZC-03 + ZC-04")));
    assert_eq!(first["score"], "20 – 60%", "what they have for sure, and what they may have");
    assert_eq!(first["answers"][0]["found"], "12 MW – 15 MW");
    assert_eq!((&second["standing_key"], &second["open"]), (&"open".into(), &"Land price".into()));
    assert!(second["map"].is_null(), "it is not drawn");
    assert!(texts(&joined["note"]).contains("others may suit"), "that not all were looked at is said");
    let unbounded = Dossier { assemblies: vec![together(Standing::Suits, None)], ..dossier() };
    assert_eq!(edition(&unbounded, Language::En)["joined"]["rows"][0]["answers"][0]["found"], "≥ 12 MW");
    let none = Dossier { assemblies: Vec::new(), assemblies_cut_short: false, ..dossier() };
    assert!(texts(&edition(&none, Language::Ja)["joined"]).contains("ありません"));
}

#[test]
fn joined_parcels_and_floors_that_are_described_have_pages_of_their_own() {
    let wins = Winning { changes: vec![Change { criterion: 1, to: Some(900.0) }], ..Winning::default() };
    let joined = Assembly { winning: wins.clone(), ..together(Standing::Suits, None) };
    let fails = Winning { musts_suffice: true, ..Winning::default() };
    let mut unranked = Floor { winning: fails, ..floor(Some(2), 0, Standing::Fails) };
    unranked.ranked.parcel = "ZC-09".to_owned();
    let floors = vec![unranked, Floor { winning: wins, ..floor(Some(3), 4, Standing::Suits) }];
    let with = Dossier { described_assemblies: vec![joined.clone()], described_floors: floors, ..dossier() };
    let told = edition(&with, Language::En);
    let described = told["described"].as_array().unwrap();
    let headings: Vec<&str> = described.iter().filter_map(|one| one["heading"].as_str()).collect();
    assert_eq!(headings[0], "Parcels ZC-03 + ZC-04, joined");
    assert!(headings[1].starts_with("To let: ") && headings[2].ends_with(", 4 among floors"), "{headings:?}");
    let why = |index: usize| texts(&described[index]["why"]);
    assert!(why(0).contains("It would come first with: Land price"), "{}", why(0));
    assert!(why(1).contains("With that it would come first."), "{}", why(1));
    assert!(why(2).contains("It would come first with: Land price"), "{}", why(2));
    assert!(texts(&described[0]["ask"]).contains("ask: Grid office"), "{}", described[0]["ask"]);
    assert!(described[0]["answers"][0]["said"]["number"].is_number(), "its sources are among those of the dossier");
    assert!(texts(&told["cover"]).contains("ZC-03 + ZC-04") && texts(&described[1]).contains("on parcel ZC-09"));
    let leads = Assembly { winning: Winning { musts_suffice: true, ..Winning::default() }, ..joined.clone() };
    let with_leader = Dossier { assemblies: vec![leads], ..dossier() };
    let found = texts(&edition(&with_leader, Language::En)["joined"]["rows"][0]["why"]);
    assert!(found.contains("Together they have more than any single parcel that suits"), "{found}");
    assert_eq!(edition(&dossier(), Language::En)["described"].as_array().map(Vec::len), Some(0));
    let pages = |dossier: &Dossier| typeset(dossier, &maps(), &[], [Language::Ja, Language::Zh]).unwrap().pages;
    assert_eq!(pages(&with), pages(&dossier()) + 6, "a page for each of three in two languages");
}

#[test]
fn factories_that_are_kept_stand_with_their_place() {
    let check = |check: &str, verdict, value, max| Checked {
        check: check.to_owned(),
        verdict,
        value: Some(value),
        min: None,
        max: Some(max),
    };
    let variant = |name: &str, verdict| Variant {
        name: name.to_owned(),
        verdict,
        footprint_m2: 4_800.0,
        floor_m2: 9_600.0,
        counted_m2: 9_600.0,
        checks: vec![
            check("plot_ratio", Verdict::Pass, 1.2, 2.5),
            check("site_coverage", verdict, 0.61, 0.6),
            check("setbacks", Verdict::Unknown, 7.0, 9.0),
        ],
        blocks: Vec::new(),
    };
    let mut with = dossier();
    with.places[0].variants = vec![variant("Two halls #x", Verdict::Fail), variant("Low", Verdict::Unknown)];
    let told = &edition(&with, Language::En)["places"][0]["variants"];
    assert_eq!((&told[0]["plot_ratio"], &told[0]["coverage"]), (&"1.2 (≤ 2.5)".into(), &"61% (≤ 60%)".into()));
    assert_eq!((&told[0]["verdict"], &told[0]["why"]), (&"not permitted".into(), &"Fails: Site coverage".into()));
    assert_eq!(told[1]["why"], "Nothing fails; not known: Site coverage, Setbacks");
    assert!(told[0]["map"].is_object() && told[1]["map"].is_null(), "the first is drawn");
    let pages = |dossier: &Dossier| typeset(dossier, &maps(), &[], [Language::Ja, Language::En]).unwrap().pages;
    assert_eq!(pages(&with), pages(&dossier()) + 2);
}

#[test]
fn second_opinions_are_told_whether_they_agree_or_not() {
    let told = edition(&dossier(), Language::En);
    let summary = texts(&told["summary"]);
    assert!(
        summary.contains("TOPSIS and VIKOR put the same place first. PROMETHEE II would put ZC-02 first."),
        "{summary}"
    );
    let rows = told["opinions"]["rows"].as_array().unwrap();
    let agrees: Vec<bool> = rows.iter().filter_map(|row| row["agrees"].as_bool()).collect();
    assert_eq!(agrees, [true, true, true, false], "the score, and the three");
    let none = Dossier { opinions: Vec::new(), ..dossier() };
    assert!(texts(&edition(&none, Language::Zh)["opinions"]).contains("不足两个"));
}

#[test]
fn what_is_unknown_is_told_with_whom_to_ask_and_sources_have_one_number_in_all_languages() {
    let open = &edition(&dossier(), Language::En)["open"];
    assert_eq!(open[0]["parcel"], "ZC-01");
    assert_eq!(open[0]["whom"], "Grid office (said on 2026-03-31 that it is not known)");
    assert_eq!((&open[0]["decides"], &open[0]["besides"]), (&"Land price".into(), &"".into()));
    assert!(texts(&open[1]).contains("Height limit") && texts(&open[3]).contains("Natural gas"), "{open}");
    let own = texts(&edition(&dossier(), Language::En)["places"][0]["ask"]);
    assert!(
        own.contains("Land price – ask: Grid office") && own.contains("Natural gas"),
        "the place's page says it, too: {own}"
    );
    let cited = |language| {
        let edition = edition(&dossier(), language);
        let numbers = ["facts", "answers"].map(|rows| {
            let rows = edition["places"][0][rows].as_array().unwrap().clone();
            rows.iter().map(|row| row["said"].clone()).collect::<Vec<_>>()
        });
        let sources = edition["sources"].as_array().unwrap().iter().map(|row| row[1].clone()).collect::<Vec<_>>();
        (numbers, sources)
    };
    let ([facts, answers], sources) = cited(Language::En);
    assert_eq!(cited(Language::Zh), ([facts.clone(), answers.clone()], sources.clone()));
    assert_eq!(sources, ["Grid office", "Regulatory plan 2025"]);
    assert_eq!((&answers[0]["number"], &answers[0]["is_low"]), (&1.into(), &false.into()));
    assert_eq!((&facts[1]["number"], &facts[1]["is_low"]), (&2.into(), &true.into()));
    assert!(facts[3].is_null() || facts[3]["number"] == 2, "what is unknown cites who said so, if it is a source");
}

#[test]
fn the_template_writes_nothing_that_no_font_prints() {
    let mut missing = BTreeSet::new();
    // What is escaped in it is a thin space.
    printable(include_str!("../template/dossier.typ"), &mut missing);
    printable("\u{2009}", &mut missing);
    assert_eq!(missing.into_iter().filter(|one| *one != '\u{2009}').collect::<String>(), "");
}

fn floor(storey: Option<i32>, rank: u32, standing: Standing) -> Floor {
    let Place { ranked, answers, binding, winning, .. } = place("ZC-01", rank, standing);
    let (building, from) = ("ZC-01-B1".to_owned(), (rank == 2).then_some(date(2027, 1, 1)));
    Floor { building, floor: storey, unit: "A".to_owned(), area_m2: 1_800.0, from, ranked, answers, binding, winning }
}

#[test]
fn floors_are_ranked_by_themselves_and_the_first_are_told_in_full() {
    let ranking = (1..=5).map(|rank| floor((rank > 1).then_some(rank as i32), rank, Standing::Suits)).collect();
    let counts = Counts { suits: 5, open: 1, fails: 40, untried: 0 };
    let with = Dossier { floors: Some(Floors { counts, ranking }), ..dossier() };
    let told = edition(&with, Language::En);
    let floors = &told["floors"];
    let which: Vec<&str> = floors["rows"].as_array().unwrap().iter().filter_map(|row| row["which"].as_str()).collect();
    assert_eq!(which[..2], ["ZC-01-B1 Whole building A", "ZC-01-B1 Floor 2 A"]);
    assert_eq!(
        (&floors["rows"][0]["from"], &floors["rows"][1]["from"]),
        (&"free already".into(), &"2027-01-01".into())
    );
    assert_eq!((which.len(), floors["told"].as_array().unwrap().len()), (5, 3));
    let answers = &floors["told"][0]["answers"];
    assert_eq!((&answers[0]["found"], &answers[0]["said"]["number"]), (&"12.5 MW".into(), &1.into()));
    assert!(texts(&floors["told"][0]["why"]).contains("most narrowly: Power"), "{floors}");
    let summary = texts(&told["summary"]);
    assert!(summary.contains("Of 46 floors to let, 5 pass every must"), "{summary}");
    assert!(summary.contains("ZC-01-B1 Whole building A comes first, with 1,800 m²."), "{summary}");
    assert!(
        texts(&told["open"]).contains("ZC-01-B1 Floor 2 A\n"),
        "what is not known of them is asked: {}",
        told["open"]
    );
    let text = serde_json::to_string(&with).unwrap();
    assert_eq!(serde_json::from_str::<Dossier>(&text).unwrap(), with);

    let none = Dossier { floors: Some(Floors { counts, ranking: Vec::new() }), ..dossier() };
    assert!(texts(&edition(&none, Language::Zh)["floors"]).contains("没有可租楼层"));
    assert!(edition(&dossier(), Language::En)["floors"].is_null(), "they were not asked for");
    let pages = |dossier: &Dossier| typeset(dossier, &maps(), &[], [Language::En, Language::Ja]).unwrap().pages;
    assert!(pages(&with) > pages(&dossier()));
}

#[test]
fn a_must_costs_up_to_so_many_where_a_building_was_not_tried() {
    let hall =
        Criterion { role: Role::Must, ask: Ask::Footprint { width_m: 120.0, depth_m: 80.0 }, knows: Knows::default() };
    let mut with = dossier();
    with.brief.push(hall);
    with.relaxations.push(Relaxation { criterion: 2, alone: 4, unknown: 0, steps: Vec::new() });
    for (language, expected) in [(Language::En, "up to 12"), (Language::Zh, "最多 12"), (Language::Ja, "最大 12")] {
        let costs = &edition(&with, language)["costs"];
        assert_eq!(
            (&costs[0]["alone"], &costs[1]["alone"]),
            (&expected.into(), &"4".into()),
            "the hall itself was tried"
        );
        assert_eq!(edition(&dossier(), language)["costs"][0]["alone"], "12");
    }
    let summary = texts(&edition(&with, Language::En)["summary"]);
    assert!(summary.contains("Power. Up to 12 fail nothing else;"), "{summary}");
}

#[test]
fn what_it_would_take_is_told_of_places_that_fail_too() {
    let price = Change { criterion: 1, to: Some(480.0) };
    let power = Change { criterion: 0, to: Some(12_000.0) };
    let told = |standing, winning: Winning, language| {
        let mut with = dossier();
        with.places[1].ranked.standing = standing;
        with.places[1].winning = winning;
        texts(&edition(&with, language)["places"][1]["why"])
    };
    let of = |changes: &[&Change], together, musts_suffice| Winning {
        changes: changes.iter().map(|change| (*change).clone()).collect(),
        together,
        musts_suffice,
    };
    let (fails, suits) = (Standing::Fails, Standing::Suits);
    let cases = [
        (fails, of(&[], false, true), "With that it would come first."),
        (fails, of(&[&price], false, false), "With that and Land price 480 CNY/m² it would come first."),
        (suits, of(&[&price, &power], true, false), "with all of these: Land price 480 CNY/m² and Power 12 MW."),
        (suits, of(&[], false, false), "No single change is known"),
    ];
    for (standing, winning, expected) in cases {
        let said = told(standing, winning.clone(), Language::En);
        assert!(said.contains(expected), "{winning:?}: {said}");
    }
    assert!(told(fails, of(&[], false, true), Language::Zh).contains("若满足上述各项，则可居首"));
    assert!(!told(fails, of(&[], false, false), Language::En).contains("come first"), "nothing is known");
}
