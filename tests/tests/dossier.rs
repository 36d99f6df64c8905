//! Dossiers from the running server: asked for, made, fetched, and nobody else's.

use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::dossier_service_client::DossierServiceClient;
use cloudsite_proto::siting::{
    AmountMust, AmountWish, Brief, CreateDossierRequest, Criterion, Dossier, DossierState, GetDossierRequest, Picture,
    WordMust,
};
use cloudsite_tests::{Answer, Asker, Server, eventually, get, import};
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

    let folder = TempDir::new().expect("a folder");
    let package = folder.path().join("dossier.gpkg");
    std::fs::write(&package, investor.file(&made, "gpkg").await).expect("it is written");
    let outcome = import(&package, "parcel", &folder.path().join("data"), &[]).await;
    assert_eq!(outcome.exits(0).json()["created"], 3, "{outcome:?}");
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
