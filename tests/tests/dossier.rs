//! Dossiers from the running server: asked for, made, fetched, and nobody else's.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::dossier_service_client::DossierServiceClient;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, CreateDossierRequest, Criterion, Dossier, DossierState, Factory, FactoryPart,
    FitRequest, FootprintMust, GetDossierRequest, MatchRequest, ParcelSet, Picture, RampMust, RampStep, Variant,
    WordMust,
};
use cloudsite_tests::{Answer, Asker, Server, cloudsite, eventually, get, import};
use serde_json::Value;
use tempfile::TempDir;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const SOON: Duration = Duration::from_mins(2);

fn brief() -> Brief {
    let free = WordMust { quality: "status".to_owned(), among: vec!["available".to_owned()] };
    let power = AmountMust { quantity: "power".to_owned(), min: Some(2_000.0), ..AmountMust::default() };
    let area = AmountWish { quantity: "area_m2".to_owned(), weight: 60, ..AmountWish::default() };
    let price = AmountWish { quantity: "price_cny_per_m2".to_owned(), weight: 40, ..AmountWish::default() };
    let asks = [Ask::WordMust(free), Ask::AmountMust(power), Ask::AmountWish(area), Ask::AmountWish(price)];
    Brief { day: "2026-11-26".to_owned(), criteria: asks.into_iter().map(|ask| Criterion { ask: Some(ask) }).collect() }
}

fn request() -> CreateDossierRequest {
    let languages = ["ja", "en"].map(str::to_owned).into();
    CreateDossierRequest { brief: Some(brief()), languages, project: "計画 <#A>".to_owned(), ..Default::default() }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([15, 110, 92]));
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a PNG can be written");
    bytes
}

/// Someone who asks for dossiers.
struct Asking<'a> {
    server: &'a Server,
    asker: Asker,
}

impl<'a> Asking<'a> {
    async fn of(server: &'a Server, role: Option<&str>) -> Self {
        Self { server, asker: Asker::of(server, role).await }
    }

    async fn create(&self, request: CreateDossierRequest) -> Result<Dossier, Status> {
        let mut client = DossierServiceClient::new(self.server.channel().await);
        let reply = client.create_dossier(self.asker.ask(request)).await?;
        Ok(reply.into_inner().dossier.expect("a dossier"))
    }

    async fn read(&self, name: &str) -> Result<Dossier, Status> {
        let mut client = DossierServiceClient::new(self.server.channel().await);
        let reply = client.get_dossier(self.asker.ask(GetDossierRequest { name: name.to_owned() })).await?;
        Ok(reply.into_inner().dossier.expect("a dossier"))
    }

    async fn made(&self, name: &str) -> Dossier {
        eventually("the dossier is made", SOON, async || {
            let dossier = self.read(name).await.expect("it is theirs");
            let is_over = [DossierState::Succeeded, DossierState::Failed].contains(&dossier.state());
            is_over.then_some(dossier)
        })
        .await
    }

    async fn fetch(&self, path: &str) -> Answer {
        let token = self.asker.token.as_ref().map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = token.iter().map(|token| ("authorization", token.as_str())).collect();
        get(&self.server.url(path), &headers).await
    }

    async fn file(&self, dossier: &Dossier, format: &str) -> Bytes {
        let file = dossier.files.iter().find(|file| file.format == format).expect("there is such a file");
        let answer = self.fetch(&file.path).await;
        assert_eq!((answer.status.as_u16(), answer.body.len() as u64), (200, file.size_bytes), "{format}");
        assert_eq!(answer.header("cache-control"), "private, no-store", "{format}");
        answer.body
    }
}

fn field(status: &Status) -> String {
    let details = status.get_error_details();
    let violation = details.bad_request().and_then(|bad| bad.field_violations.first());
    violation.map(|violation| violation.field.clone()).unwrap_or_default()
}

#[tokio::test]
async fn an_investor_takes_a_dossier_home() {
    let server = Server::start().await;
    let investor = Asking::of(&server, Some("investor")).await;
    let pictures = vec![Picture { png: png(320, 200), caption: "View".to_owned() }];
    let started = investor.create(CreateDossierRequest { pictures, ..request() }).await.expect("it is begun");
    assert!(started.files.is_empty() && started.places.len() == 3 && started.revision == 1, "{started:?}");
    let made = investor.made(&started.name).await;
    assert_eq!(made.state(), DossierState::Succeeded, "{made:?}");
    let kept = made.kept_until.expect("a day").seconds - made.created_at.expect("a time").seconds;
    assert_eq!(kept, 30 * 86_400, "an organisation's is kept for 30 days");

    let pdf = investor.file(&made, "pdf").await;
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 50_000, "{} bytes", pdf.len());
    assert!(made.pages >= 11, "a cover, and twice summary, brief, three places, picture and end: {}", made.pages);
    for (language, title) in [("ja", "立地選定報告書"), ("en", "Site selection dossier")] {
        // The outline's titles are UTF-16 in hexadecimal; the text itself is packed.
        let encoded = title.encode_utf16().fold(String::new(), |mut encoded, unit| {
            write!(encoded, "{unit:04X}").expect("text takes text");
            encoded
        });
        let is_there = contains(&pdf, encoded.as_bytes());
        assert!(is_there, "the outline has the part in {language}");
    }

    assert_pages_say(
        &pdf,
        &["未確認事項と問い合わせ先", "要件", "別の方法による順位", "交通アクセス", "仮定した走行速度"],
        &[
            "What nobody knows yet",
            "What is asked",
            "Second opinions",
            "PROMETHEE II",
            "How one gets there",
            "assumption",
        ],
    );

    let json: Value = serde_json::from_slice(&investor.file(&made, "json").await).expect("JSON");
    assert_eq!((&json["revision"], &json["tier"]), (&1.into(), &"investor".into()));
    assert_eq!(json["park"]["synthetic"], true, "it says that the park is invented");
    assert_eq!(json["project"], "計画 <#A>");
    let places: Vec<String> = made.places.iter().map(|place| place.replace("parcels/", "")).collect();
    let told: Vec<&str> =
        json["places"].as_array().expect("places").iter().filter_map(|p| p["parcel"].as_str()).collect();
    assert_eq!(told, places);
    let price = json["places"][0]["facts"].as_array().expect("facts").iter().find(|fact| fact["field"] == "price");
    let price = price.expect("a price, or that it is not known");
    assert!(price["value"]["amount"]["value"].is_number() && !price["said"]["source"].as_str().unwrap().is_empty());
    assert_eq!(json["brief"][3]["weight"], 40);
    assert_ways_are_told(&json);
    let methods: Vec<&str> =
        json["opinions"].as_array().expect("opinions").iter().filter_map(|one| one["method"].as_str()).collect();
    assert_eq!(methods, ["topsis", "vikor", "promethee_ii"]);

    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, investor.file(&made, "gpkg").await).expect("it is written");
    let outcome = import(&package, "parcel", &folder.path().join("data"), &[]).await;
    assert_eq!(outcome.exits(0).json()["created"], 3, "{outcome:?}");
    assert_stands_beside(&package, &folder).await;
}

/// The pages say some words after each other, in the one language and then in the other.
fn assert_pages_say(pdf: &[u8], first: &[&str], second: &[&str]) {
    let folder = TempDir::new().expect("a folder");
    let (file, text) = (folder.path().join("dossier.pdf"), folder.path().join("dossier.txt"));
    std::fs::write(&file, pdf).expect("it is written");
    let status = Command::new("pdftotext").args([&file, &text]).status();
    let status = status.expect("pdftotext can be started (Debian: poppler-utils)");
    assert!(status.success(), "pdftotext reads the dossier");
    let text = std::fs::read_to_string(&text).expect("a text");
    // The cover's table of contents names the headings, too.
    let (_, mut rest) = text.split_once('\u{c}').expect("pages");
    for word in first.iter().chain(second) {
        let (_, after) = rest.split_once(word).unwrap_or_else(|| panic!("'{word}' does not come next: {rest}"));
        rest = after;
    }
}

/// Every place has a way, or why none is known, and whose assumption its minutes are.
fn assert_ways_are_told(json: &Value) {
    for place in json["places"].as_array().expect("places") {
        let routes = place["routes"].as_array().expect("routes");
        let kinds: Vec<&str> = routes.iter().filter_map(|route| route["kind"].as_str()).collect();
        assert!(
            ["airport", "metro_station", "customs_gate", "ramp"].iter().all(|kind| kinds.contains(kind)),
            "{kinds:?}"
        );
        let ways = routes.iter().flat_map(|route| [&route["by_truck"], &route["by_car"]]);
        for way in ways {
            let minutes = way["reached"]["minutes"].as_f64();
            assert!(minutes.is_some_and(|minutes| minutes > 0.0) || way["unreached"].is_string(), "{way}");
        }
    }
    assert!(
        json["travel"]["source"].as_str().is_some_and(|source| source.contains("assumption")),
        "{}",
        json["travel"]
    );
}

/// What a dossier says of its parcels stands in tables beside them, and nothing of it comes into a record with them.
async fn assert_stands_beside(package: &Path, folder: &TempDir) {
    let tables = rusqlite::Connection::open(package).expect("it is a database");
    let count = |sql: &str| tables.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it can be asked");
    assert_eq!(count("SELECT count(*) FROM gpkg_contents WHERE data_type = 'attributes'"), 3);
    assert_eq!(count("SELECT count(*) FROM dossier_criteria WHERE day IS NOT NULL"), 4);
    let wished = "SELECT count(*) FROM dossier_criteria WHERE role = 'wish' AND weight = 40 AND about LIKE 'price%'";
    assert_eq!(count(wished), 1);
    let least =
        "SELECT count(*) FROM dossier_criteria WHERE role = 'must' AND about = 'power' AND min = 2000 AND unit = 'kW'";
    assert_eq!(count(least), 1);
    let answered = "SELECT count(*) FROM dossier_answers JOIN dossier_criteria USING (criterion) \
        JOIN dossier_places USING (parcel)";
    assert_eq!(count(answered), 12, "each criterion of each place");
    let sourced = "SELECT count(*) FROM dossier_answers WHERE verdict = 'pass' AND about = 'power' AND value >= 2000 \
        AND source <> '' AND as_of LIKE '____-__-__'";
    assert!(count(sourced) > 0, "who says so, and when");
    assert_eq!(count("SELECT count(*) FROM dossier_answers WHERE verdict = 'unknown' AND value IS NOT NULL"), 0);
    let points = "SELECT count(*) FROM dossier_places p WHERE p.points <> \
        (SELECT sum(a.points) FROM dossier_answers a WHERE a.parcel = p.parcel)";
    assert_eq!(count(points), 0, "the points of the answers add up");
    assert_drawn(package, "dossier_places", 3);
    assert_eq!(count("SELECT count(*) FROM dossier_places p JOIN parcel USING (fid) WHERE p.parcel = parcel.code"), 0);
    assert_eq!(
        count("SELECT count(*) FROM dossier_places p JOIN parcel ON p.parcel = parcel.code WHERE p.rank > 0"),
        3
    );
    assert_eq!(count("SELECT count(*) FROM dossier_routes WHERE (minutes IS NULL) = (unreached IS NULL)"), 0);
    let again = folder.path().join("again.geojson");
    let data = folder.path().join("data");
    let words = ["export".as_ref(), "--layer".as_ref(), "parcel".as_ref(), "--data".as_ref(), data.as_os_str()];
    cloudsite(words.into_iter().chain(["--out".as_ref(), again.as_os_str()])).await.exits(0);
    let text = std::fs::read_to_string(&again).expect("it was exported");
    assert!(text.contains("price_cny_per_m2") && !text.contains("dossier"), "no attribute of the dossier came along");
}

/// GDAL reads a layer of so many areas, none of which is broken.
fn assert_drawn(package: &Path, layer: &str, count: usize) {
    let asked = format!("SELECT count(*) AS sound FROM {layer} WHERE ST_IsValid(geom) AND ST_Area(geom) > 1");
    for (more, expected) in [
        (&["-so", "-al"][..], format!("Layer name: {layer}\nGeometry: Multi Polygon\nFeature Count: {count}\n")),
        (&["-dialect", "SQLite", "-sql", &asked][..], format!("sound (Integer) = {count}\n")),
    ] {
        let output = Command::new("ogrinfo").arg("-ro").args(more).arg(package).output();
        let output = output.expect("ogrinfo can be started (Debian: gdal-bin)");
        let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && errors.is_empty(), "{layer}: {errors}");
        assert!(said.contains(&expected) && (!more.contains(&"-al") || said.contains("CGCS2000")), "{layer}: {said}");
    }
}

#[tokio::test]
async fn joined_parcels_are_in_it_and_the_same_brief_gives_the_same_bytes() {
    let server = Server::start().await;
    let visitor = Asking::of(&server, None).await;
    let area = AmountMust { quantity: "area_m2".to_owned(), min: Some(200_000.0), ..AmountMust::default() };
    let price = AmountWish { quantity: "price_cny_per_m2".to_owned(), weight: 40, ..AmountWish::default() };
    let criteria = [Ask::AmountMust(area), Ask::AmountWish(price)].map(|ask| Criterion { ask: Some(ask) }).into();
    let brief = Brief { day: "2026-11-26".to_owned(), criteria };
    let mut files = Vec::new();
    for _ in 0..2 {
        let asked = CreateDossierRequest { brief: Some(brief.clone()), ..request() };
        let made = visitor.made(&visitor.create(asked).await.expect("it is begun").name).await;
        assert_eq!(made.state(), DossierState::Succeeded, "{made:?}");
        let mut all = Vec::new();
        for format in ["json", "gpkg", "pdf"] {
            all.push(visitor.file(&made, format).await);
        }
        files.push(all);
    }
    assert!(files[0] == files[1], "the same bytes of each file");
    let json: Value = serde_json::from_slice(&files[0][0]).expect("JSON");
    let first = &json["assemblies"][0];
    assert!(first["parcels"].as_array().is_some_and(|parcels| parcels.len() > 1), "{}", json["assemblies"]);
    assert!(first["area_m2"].as_f64().is_some_and(|area| area >= 200_000.0), "{first}");
    assert_eq!(first["answers"][1]["value"], "unknown", "visitors are not told prices of joined parcels either");

    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, &files[0][1]).expect("it is written");
    let assemblies = json["assemblies"].as_array().expect("assemblies");
    assert_drawn(&package, "dossier_assemblies", assemblies.len());
    let tables = rusqlite::Connection::open(&package).expect("it is a database");
    let sql = "SELECT parcels, area_m2, standing, points FROM dossier_assemblies WHERE assembly = 1";
    let told = tables.query_row(sql, [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, f64>(1)?, row.get::<_, String>(2)?, row.get::<_, u32>(3)?.into()))
    });
    let (parcels, area_m2, standing, points) = told.expect("the first");
    let codes: Vec<&str> = first["parcels"].as_array().into_iter().flatten().filter_map(|code| code.as_str()).collect();
    assert_eq!((parcels.as_str(), Some(area_m2)), (codes.join(", ").as_str(), first["area_m2"].as_f64()));
    assert_eq!((Some(standing.as_str()), Some(points)), (first["standing"].as_str(), first["points"].as_u64()));
    let sql = "SELECT count(*) FROM dossier_answers WHERE assembly IS NOT NULL AND parcel IS NULL";
    let count = tables.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("it can be asked");
    assert_eq!(count as usize, assemblies.len() * 2);
}

#[tokio::test]
async fn a_building_that_has_room_is_drawn_where_it_has_it() {
    let server = Server::start().await;
    let investor = Asking::of(&server, Some("investor")).await;
    let hall = FootprintMust { width_m: 60.0, depth_m: 40.0 };
    let free = WordMust { quality: "status".to_owned(), among: vec!["available".to_owned()] };
    let steps = [(2_000.0, ""), (4_000.0, "2028-07-01")];
    let steps = steps.map(|(min, on)| RampStep { min, on: on.to_owned() }).into();
    let power = RampMust { quantity: "power".to_owned(), steps };
    let asks = [Ask::FootprintMust(hall), Ask::RampMust(power), Ask::WordMust(free)];
    let criteria = asks.into_iter().map(|ask| Criterion { ask: Some(ask) }).collect();
    let brief = Some(Brief { day: "2026-11-26".to_owned(), criteria });
    let made = investor.create(CreateDossierRequest { brief, ..request() }).await.expect("it is begun");
    let made = investor.made(&made.name).await;
    let json: Value = serde_json::from_slice(&investor.file(&made, "json").await).expect("JSON");
    let places = json["places"].as_array().expect("places");
    let placed = places.iter().filter(|place| place["answers"][0]["placement"].is_array()).count();
    assert!(placed > 0, "some place has room: {}", json["counts"]);
    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, investor.file(&made, "gpkg").await).expect("it is written");
    assert_drawn(&package, "dossier_placements", placed);
    let tables = rusqlite::Connection::open(&package).expect("it is a database");
    let sql = "SELECT width_m, depth_m FROM dossier_placements WHERE criterion = 1 AND parcel IS NOT NULL";
    let size = tables.query_row(sql, [], |row| Ok((row.get::<_, f64>(0)?, row.get::<_, f64>(1)?)));
    assert_eq!(size, Ok((60.0, 40.0)));
    let steps = tables.query_row("SELECT steps FROM dossier_criteria WHERE kind = 'ramp'", [], |row| row.get(0));
    assert_eq!(steps, Ok("2000 on 2026-11-26; 4000 on 2028-07-01".to_owned()));
}

#[tokio::test]
async fn floors_are_in_it_where_the_brief_asks_what_only_they_have() {
    let server = Server::start().await;
    let investor = Asking::of(&server, Some("investor")).await;
    let amount =
        |quantity: &str, min| AmountMust { quantity: quantity.to_owned(), min: Some(min), ..Default::default() };
    let area = AmountWish { quantity: "floor_area_m2".to_owned(), weight: 40, ..AmountWish::default() };
    let asks = [Ask::AmountMust(amount("clear_height_m", 4.0)), Ask::AmountWish(area)];
    let criteria = asks.map(|ask| Criterion { ask: Some(ask) }).into();
    let asked = Brief { day: "2026-11-26".to_owned(), criteria };
    let request = CreateDossierRequest { brief: Some(asked), ..request() };
    let made = investor.made(&investor.create(request).await.expect("it is begun").name).await;
    assert_eq!(made.state(), DossierState::Succeeded, "{made:?}");
    let json: Value = serde_json::from_slice(&investor.file(&made, "json").await).expect("JSON");
    assert!(json["floors"]["counts"]["suits"].as_u64().is_some_and(|suits| suits > 3), "{}", json["floors"]);
    let ranking = json["floors"]["ranking"].as_array().expect("floors");
    assert!(ranking.len() > 3 && ranking.len() <= 10, "{} floors", ranking.len());
    for (floor, rank) in ranking.iter().zip(1_u64..) {
        assert_eq!((floor["rank"].as_u64(), &floor["standing"]), (Some(rank), &"suits".into()), "{floor}");
        let height = floor["answers"][0]["value"]["amount"].as_f64();
        assert!(height.is_some_and(|height| height >= 4.0) && floor["area_m2"].is_number(), "{floor}");
        assert!(floor["building"].as_str().is_some_and(|code| !code.contains('/')), "{floor}");
    }
    let pdf = investor.file(&made, "pdf").await;
    let first = ranking[0]["building"].as_str().expect("a code");
    assert_pages_say(&pdf, &["貸し床", first], &["Floors to let", first, "Clear height"]);
    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, investor.file(&made, "gpkg").await).expect("it is written");
    let tables = rusqlite::Connection::open(&package).expect("it is a database");
    let sql = "SELECT count(*) FROM dossier_floors WHERE rank > 0 AND standing = 'suits' AND tier = 'investor'";
    let count = tables.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it can be asked");
    assert_eq!(usize::try_from(count), Ok(ranking.len()));

    let plain = investor.made(&investor.create(self::request()).await.expect("it is begun").name).await;
    let json: Value = serde_json::from_slice(&investor.file(&plain, "json").await).expect("JSON");
    assert!(json["floors"].is_null(), "nobody asked for floors");
}

/// The largest factory of two storeys that nothing speaks against on a parcel.
async fn permitted(asking: &Asking<'_>, parcel: &str) -> Factory {
    let hall = FactoryPart {
        kind: "hall".to_owned(),
        width_m: 40.0,
        depth_m: 30.0,
        storeys: 1,
        storey_m: 7.0,
        ..FactoryPart::default()
    };
    let factory = Some(Factory { parts: vec![hall], ..Factory::default() });
    let request = FitRequest { parcel: parcel.to_owned(), factory, largest: true, ..FitRequest::default() };
    let reply = SitingServiceClient::new(asking.server.channel().await).fit(asking.asker.ask(request)).await;
    reply.expect("it is judged").into_inner().largest.and_then(|fit| fit.factory).expect("some hall may stand")
}

#[tokio::test]
async fn what_is_compared_is_described_and_factories_that_are_kept_are_told_of() {
    let server = Server::start().await;
    let investor = Asking::of(&server, Some("investor")).await;
    let area = AmountMust { quantity: "area_m2".to_owned(), min: Some(200_000.0), ..AmountMust::default() };
    let price = AmountWish { quantity: "price_cny_per_m2".to_owned(), weight: 40, ..AmountWish::default() };
    let criteria = [Ask::AmountMust(area), Ask::AmountWish(price)].map(|ask| Criterion { ask: Some(ask) }).into();
    let brief = Some(Brief { day: "2026-11-26".to_owned(), criteria });
    let asked = MatchRequest { brief: brief.clone(), assemblies: 1, floors: 1, ..MatchRequest::default() };
    let reply = SitingServiceClient::new(server.channel().await).r#match(investor.asker.ask(asked)).await;
    let reply = reply.expect("it is answered").into_inner();
    let (joined, floor) = (&reply.assemblies[0].parcels, &reply.floors.as_ref().expect("floors").places[0]);
    let parcel = reply.places[0].parcel.clone();
    let factory = permitted(&investor, &parcel).await;
    let away = Factory { east_m: factory.east_m + 5_000.0, ..factory.clone() };
    let variant = |name: &str, factory: &Factory| Variant {
        name: name.to_owned(),
        parcel: parcel.clone(),
        factory: Some(factory.clone()),
    };
    let request = CreateDossierRequest {
        brief,
        places: vec![parcel.clone()],
        assemblies: vec![ParcelSet { parcels: joined.clone() }],
        floors: vec![floor.name.clone()],
        variants: vec![variant("Largest #1", &factory), variant("Elsewhere", &away)],
        ..request()
    };
    let made = investor.made(&investor.create(request.clone()).await.expect("it is begun").name).await;
    assert_eq!(made.state(), DossierState::Succeeded, "{made:?}");
    let json: Value = serde_json::from_slice(&investor.file(&made, "json").await).expect("JSON");
    let codes: Vec<&str> = joined.iter().filter_map(|name| name.strip_prefix("parcels/")).collect();
    let described = &json["described_assemblies"][0];
    assert_eq!(described["parcels"], Value::from(codes.clone()));
    assert_eq!(described["answers"].as_array().map(Vec::len), Some(2));
    let told = &json["described_floors"][0];
    assert_eq!(
        (told["building"].as_str(), &told["standing"]),
        (floor.building.strip_prefix("building/"), &"fails".into())
    );
    assert!(json["floors"].is_null(), "the brief asks nothing that only floors have");
    let variants = &json["places"][0]["variants"];
    assert_eq!(
        (&variants[0]["name"], &variants[0]["verdict"]),
        (&"Largest #1".into(), &"unknown".into()),
        "{variants}"
    );
    assert_eq!(variants[1]["verdict"], "fail", "it does not stand on the parcel");
    let ratio = variants[0]["checks"].as_array().into_iter().flatten().find(|check| check["check"] == "plot_ratio");
    assert!(ratio.is_some_and(|ratio| ratio["value"].as_f64() > Some(0.0)), "{variants}");

    let pdf = investor.file(&made, "pdf").await;
    let (names, building) = (codes.join(" + "), floor.building.replace("building/", ""));
    let heading = format!("Parcels {names}, joined");
    assert_pages_say(
        &pdf,
        &["区画", "この区画で試した工場", "一体利用", &building],
        &["Factories tried on it", "Largest #1", "Nothing fails", "Elsewhere", "Fails: Place", &heading, &building],
    );
    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, investor.file(&made, "gpkg").await).expect("it is written");
    assert_drawn(&package, "dossier_variants", 2);
    let tables = rusqlite::Connection::open(&package).expect("it is a database");
    let count = |sql: &str| tables.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it can be asked");
    let standing =
        "SELECT count(*) FROM dossier_variants WHERE verdict = 'unknown' AND plot_ratio > 1 AND failing = ''";
    assert_eq!(count(standing), 1);
    assert_eq!(count("SELECT count(*) FROM dossier_variants WHERE failing LIKE '%inside%'"), 1);
    let floors = "SELECT count(*) FROM dossier_answers JOIN dossier_floors USING (floor_number) WHERE rank IS NULL";
    assert_eq!(count(floors), 2, "each criterion of the floor, which is in no ranking");
    assert_typed(&tables);

    let refused = async |request: CreateDossierRequest| field(&investor.create(request).await.expect_err("refused"));
    let nowhere = vec![variant("X", &factory)];
    let others = vec![reply.places[1].parcel.clone()];
    assert_eq!(
        refused(CreateDossierRequest { places: others, variants: nowhere, ..request.clone() }).await,
        "variants[0].parcel"
    );
    let none = vec![variant("X", &Factory::default())];
    assert_eq!(refused(CreateDossierRequest { variants: none, ..request.clone() }).await, "variants[0].factory.parts");
    let unnamed = vec![variant(" ", &factory)];
    assert_eq!(refused(CreateDossierRequest { variants: unnamed, ..request.clone() }).await, "variants[0].name");
    let floors = vec!["building/NOWHERE/1".to_owned()];
    assert_eq!(refused(CreateDossierRequest { floors, ..request.clone() }).await, "floors[0]");
    let apart = vec![ParcelSet { parcels: vec![parcel.clone(), "parcels/NOWHERE".to_owned()] }];
    assert_eq!(refused(CreateDossierRequest { assemblies: apart, ..request.clone() }).await, "assemblies[0].parcels");
    let many = vec![floor.name.clone(); 9];
    assert_eq!(refused(CreateDossierRequest { floors: many, ..request }).await, "places");
}

/// A column in which no row has a value is declared as what it would hold.
fn assert_typed(tables: &rusqlite::Connection) {
    let declared = |table: &str, column: &str| {
        let sql = "SELECT type FROM pragma_table_info(?1) WHERE name = ?2";
        tables.query_row(sql, [table, column], |row| row.get::<_, String>(0)).expect("there is such a column")
    };
    let columns = [
        ("dossier_criteria", "width_m", "REAL"),
        ("dossier_criteria", "day", "DATE"),
        ("dossier_criteria", "weight", "INTEGER"),
        ("dossier_answers", "from_day", "DATE"),
        ("dossier_answers", "is_binding", "BOOLEAN"),
        ("dossier_placements", "depth_m", "REAL"),
        ("dossier_placements", "assembly", "INTEGER"),
        ("dossier_routes", "unreached", "TEXT"),
    ];
    for (table, column, expected) in columns {
        assert_eq!(declared(table, column), expected, "{table}.{column}");
    }
    let values = "SELECT count(*) FROM dossier_criteria WHERE width_m IS NOT NULL OR depth_m IS NOT NULL";
    assert_eq!(tables.query_row(values, [], |row| row.get::<_, i64>(0)), Ok(0), "nobody asks for a building here");
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a_dossier_is_for_those_it_was_made_for() {
    let server = Server::start().await;
    let investor = Asking::of(&server, Some("investor")).await;
    let visitor = Asking::of(&server, None).await;
    let editor = Asking::of(&server, Some("editor")).await;
    let theirs = investor.create(request()).await.expect("it is begun").name;
    let anyones = visitor.create(request()).await.expect("a visitor gets one, too").name;
    let made = investor.made(&theirs).await;
    for other in [&visitor, &editor] {
        assert_eq!(other.read(&theirs).await.expect_err("not theirs").code(), Code::NotFound);
        for file in &made.files {
            assert_eq!(other.fetch(&file.path).await.status, 404, "{}", file.path);
        }
    }
    let open = visitor.made(&anyones).await;
    assert_eq!(open.state(), DossierState::Succeeded, "{open:?}");
    let json: Value = serde_json::from_slice(&visitor.file(&open, "json").await).expect("JSON");
    assert_eq!(json["tier"], "public");
    let price = json["places"][0]["facts"].as_array().expect("facts").iter().find(|fact| fact["field"] == "price");
    assert_eq!(price.expect("a price")["value"], "unknown", "visitors are not told prices");
    assert_eq!(investor.read(&anyones).await.expect_err("a visitor's").code(), Code::NotFound);
    for name in ["dossiers/", "dossiers/..", "dossiers/../audit", "", "parcels/ZC-01"] {
        assert_eq!(visitor.read(name).await.expect_err(name).code(), Code::NotFound, "{name}");
    }
    let lower = Asking { server: &server, asker: Asker { seen_as: Some("public"), ..investor.asker.clone() } };
    assert_eq!(lower.read(&theirs).await.expect_err("made with more").code(), Code::NotFound);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_its_field() {
    let server = Server::start().await;
    let visitor = Asking::of(&server, None).await;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let picture = |png: Vec<u8>| vec![Picture { png, caption: String::new() }];
    let huge = {
        let mut huge = png(1, 1);
        huge[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        huge
    };
    let cases = [
        ("languages", CreateDossierRequest { languages: words(&["en"]), ..request() }),
        ("languages", CreateDossierRequest { languages: words(&["en", "en"]), ..request() }),
        ("languages", CreateDossierRequest { languages: words(&["en", "fr"]), ..request() }),
        ("places[0]", CreateDossierRequest { places: words(&["ZC-01"]), ..request() }),
        ("places[0]", CreateDossierRequest { places: words(&["parcels/NOWHERE"]), ..request() }),
        ("places", CreateDossierRequest { places: vec!["parcels/ZC-01".to_owned(); 11], ..request() }),
        ("pictures[0].png", CreateDossierRequest { pictures: picture(b"GIF89a".to_vec()), ..request() }),
        ("pictures[0].png", CreateDossierRequest { pictures: picture(huge), ..request() }),
        ("pictures[0].png", CreateDossierRequest { pictures: picture(vec![0; 2 * 1024 * 1024 + 1]), ..request() }),
        ("pictures", CreateDossierRequest { pictures: vec![Picture::default(); 5], ..request() }),
        ("project", CreateDossierRequest { project: "x".repeat(121), ..request() }),
        ("brief", CreateDossierRequest { brief: None, ..request() }),
        ("brief.criteria", CreateDossierRequest { brief: Some(Brief::default()), ..request() }),
    ];
    for (expected, request) in cases {
        let status = visitor.create(request).await.expect_err(expected);
        assert_eq!((status.code(), field(&status).as_str()), (Code::InvalidArgument, expected), "{status:?}");
    }
    let later = visitor.create(CreateDossierRequest { revision: 99, ..request() }).await.expect_err("no such revision");
    assert_eq!(later.code(), Code::NotFound);
}

#[tokio::test]
async fn what_waits_is_made_after_the_server_was_killed() {
    let server = Server::start().await;
    let visitor = Asking::of(&server, None).await;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(visitor.create(request()).await.expect("it is begun").name);
    }
    let server = Server::start_in(server.kill().await).await;
    let visitor = Asking::of(&server, None).await;
    let mut made = 0;
    for name in &names {
        let dossier = visitor.made(name).await;
        match dossier.state() {
            DossierState::Succeeded => made += 1,
            // The one that was being made.
            _ => assert!(dossier.message.contains("ask for it again"), "{dossier:?}"),
        }
    }
    assert!(made >= 2, "{made} of 3 were made");
    let more: Vec<Status> = {
        let mut refused = Vec::new();
        for _ in 0..12 {
            refused.extend(visitor.create(request()).await.err());
        }
        refused
    };
    assert!(more.iter().all(|status| status.code() == Code::ResourceExhausted), "{more:?}");
}
