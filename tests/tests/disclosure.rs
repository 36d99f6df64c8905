//! Disclosure: what a tier may not see is planted, and then looked for in everything that the tier can fetch.

use std::collections::BTreeSet;

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::tile::TileAddress;
use cloudsite_proto::SEEN_AS;
use cloudsite_proto::audit::ListDisclosuresRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::land::{
    GetParcelRequest, GetParkRequest, GetZoneRequest, Layer, ListFeaturesRequest, ListParcelsRequest,
    ListRevisionsRequest, ListZonesRequest, ParcelFilter, ParcelView, WatchRequest,
};
use cloudsite_proto::tile::Tileset;
use cloudsite_tests::{Asker, Http, Server, cloudsite, cookie, geojson, get, import};
use geo_types::Coord;
use prost::Message;
use serde_json::{Value, json};
use tonic::{Code, Request, Response, Status};

/// The tiers from the least to the most, with a role of the demo park that is of each.
const TIERS: [(&str, Option<&str>); 4] =
    [("public", None), ("investor", Some("investor")), ("negotiating", Some("host")), ("government", Some("editor"))];

/// What is planted: what to look for, and the first of [`TIERS`] that finds it.
struct Secret {
    needle: Vec<u8>,
    from: usize,
}

fn text(needle: &str, from: usize) -> Secret {
    Secret { needle: needle.as_bytes().to_vec(), from }
}

/// A corner whose place is known to the millimetre.
const CORNER: (f64, f64) = (120.440_123_457, 31.510_987_653);

/// The ways in which an exact place could be told: in metres and degrees, as text and as bytes.
fn exact_place() -> Vec<Secret> {
    let project = |from, to, at| Projector::new(from, to).project(at).expect("the park is on the map");
    let at = project(Crs::Wgs84, Crs::CANONICAL, Coord { x: CORNER.0, y: CORNER.1 });
    let at = Coord { x: (at.x * 1e3).round() / 1e3, y: (at.y * 1e3).round() / 1e3 };
    let degrees = project(Crs::CANONICAL, Crs::Wgs84, at);
    let bytes = |value: f64| Secret { needle: value.to_le_bytes().to_vec(), from: 3 };
    // To the millimetre and not to the last digit, which is rounded.
    let degrees = [degrees.x, degrees.y].map(|value| {
        let digits = format!("{value:.9}");
        text(&digits[..digits.len() - 1], 3)
    });
    let metres = [at.x, at.y].map(|value| text(&value.to_string(), 3));
    degrees.into_iter().chain(metres).chain([bytes(at.x), bytes(at.y)]).collect()
}

fn secrets() -> Vec<Secret> {
    let mut all = vec![
        text("NOTE-FOR-OURSELVES", 3),
        text("110 KILOVOLT", 3),
        text("AUTHOR-NAMED", 3),
        text("FILE-NAMED", 3),
        text("SOURCE-OF-HEIGHT", 1),
        text("SOURCE-OF-PRICE", 1),
        text("SOURCE-OF-POWER", 1),
        text("UTILITY-NAMED", 1),
        text("MASK-CODE", 1),
        text("MASK-NAMED", 2),
        text("\"capacity\":12347.0", 2),
        Secret { needle: 12_347.0f64.to_le_bytes().to_vec(), from: 2 },
        Secret { needle: 487.25f64.to_le_bytes().to_vec(), from: 2 },
    ];
    all.extend(exact_place());
    all
}

/// Imports features into a layer from the command line.
async fn plant(server: &Server, layer: &str, properties: Value, geometry: Value) {
    let feature = json!({ "type": "Feature", "properties": properties, "geometry": geometry });
    let file = geojson::write(server.scratch(), &format!("FILE-NAMED-{layer}.geojson"), &[feature]);
    import(&file, layer, &server.data(), &["--author", "AUTHOR-NAMED"]).await.exits(0);
}

async fn plant_all(server: &Server) {
    let (west, south) = CORNER;
    let square = |side: f64| {
        json!({ "type": "Polygon", "coordinates": [[
        [west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south],
    ]] })
    };
    let sourced = |source: &str| json!({ "source": source, "as_of": "2026-01-01", "confidence": "high" });
    let mut height = sourced("SOURCE-OF-HEIGHT");
    height["fields"] = json!(["height_limit_m"]);
    let mut power = sourced("SOURCE-OF-POWER");
    power["kind"] = "power".into();
    power["capacity"] = 12_347.0.into();
    let parcel = json!({
        "code": "PLANTED", "status": "available", "height_limit_m": 24, "sources": [height], "supplies": [power],
        "price_cny_per_m2": 487.25, "price_as_of": "2026-01-01", "price_source": "SOURCE-OF-PRICE",
        "note": "NOTE-FOR-OURSELVES", "line_voltage": "110 KILOVOLT",
    });
    plant(server, "parcel", parcel, square(0.001)).await;
    let mask = json!({ "code": "MASK-CODE", "name:en": "MASK-NAMED", "kind": "protection" });
    plant(server, "mask", mask, square(0.0004)).await;
    let utility = json!({ "code": "U-PLANTED", "name:en": "UTILITY-NAMED", "kind": "substation" });
    plant(server, "utility", utility, json!({ "type": "Point", "coordinates": [west, south] })).await;
}

/// What someone has found in all that was fetched.
struct Haul {
    needles: Vec<Vec<u8>>,
    /// Where each needle was found.
    found: Vec<BTreeSet<String>>,
    /// How many replies there were.
    replies: usize,
    /// What conditions were met.
    met: BTreeSet<String>,
}

impl Haul {
    fn new() -> Self {
        let needles: Vec<_> = secrets().into_iter().map(|secret| secret.needle).collect();
        Self { found: vec![BTreeSet::new(); needles.len()], needles, replies: 0, met: BTreeSet::new() }
    }

    fn look_through(&mut self, place: &str, bytes: &[u8]) {
        self.replies += 1;
        let mut begins = [false; 256];
        for needle in &self.needles {
            begins[usize::from(needle[0])] = true;
        }
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| begins[usize::from(**byte)]) {
            for (needle, found) in self.needles.iter().zip(&mut self.found) {
                if bytes[at..].starts_with(needle) {
                    found.insert(place.to_owned());
                }
            }
        }
    }

    /// Looks through a reply, or through how it was refused.
    fn reply<T: Message>(&mut self, place: &str, reply: Result<Response<T>, Status>) -> Option<T> {
        match reply {
            Ok(reply) => {
                let reply = reply.into_inner();
                self.look_through(place, &reply.encode_to_vec());
                Some(reply)
            }
            Err(status) => {
                self.look_through(place, &[status.message().as_bytes(), status.details()].concat());
                None
            }
        }
    }
}

/// Someone who fetches.
struct Reader<'a> {
    server: &'a Server,
    asker: Asker,
    http: Http,
    haul: Haul,
}

impl<'a> Reader<'a> {
    async fn new(server: &'a Server, role: Option<&str>) -> Self {
        Self { server, asker: Asker::of(server, role).await, http: Http::default(), haul: Haul::new() }
    }

    fn ask<T>(&self, message: T) -> Request<T> {
        self.asker.ask(message)
    }

    /// Everything there is.
    async fn take_all(&mut self, head: u64) {
        for revision in [0, 1, head - 1] {
            self.take_park(revision).await;
            self.take_layers(revision).await;
            self.take_parcels(revision).await;
        }
        self.take_revisions().await;
        self.take_watch(head).await;
        self.take_refusals().await;
        self.take_tiles().await;
        for base in ["/ogc".to_owned(), format!("/ogc/revisions/{}", head - 1), format!("/ogc/revisions/{head}")] {
            self.take_ogc(&base).await;
        }
    }

    async fn take_park(&mut self, revision: u64) {
        let mut park = self.server.park().await;
        let reply = park.get_park(self.ask(GetParkRequest { revision })).await;
        self.haul.reply("GetPark", reply);
        let mut request = ListZonesRequest { page_size: 3, revision, ..Default::default() };
        while let Some(page) = self.haul.reply("ListZones", park.list_zones(self.ask(request.clone())).await) {
            for zone in &page.zones {
                let asked = GetZoneRequest { name: zone.name.clone(), revision };
                let reply = park.get_zone(self.ask(asked)).await;
                self.haul.reply("GetZone", reply);
            }
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
    }

    async fn take_layers(&mut self, revision: u64) {
        let mut park = self.server.park().await;
        for layer in (1..).map_while(|layer| Layer::try_from(layer).ok()) {
            let mut request =
                ListFeaturesRequest { layer: layer.into(), page_size: 500, revision, ..Default::default() };
            let place = format!("ListFeatures {} at {revision}", layer.as_str_name());
            while let Some(page) = self.haul.reply(&place, park.list_features(self.ask(request.clone())).await) {
                request.page_token = page.next_page_token;
                if request.page_token.is_empty() {
                    break;
                }
            }
        }
    }

    async fn take_parcels(&mut self, revision: u64) {
        let mut parcels = self.server.parcels().await;
        let asked = GetParcelRequest { name: "parcels/PLANTED".to_owned(), revision };
        let reply = parcels.get_parcel(self.ask(asked)).await;
        self.haul.reply("GetParcel", reply);
        let view = ParcelView::Full.into();
        let mut request = ListParcelsRequest { page_size: 100, view, revision, ..Default::default() };
        while let Some(page) = self.haul.reply("ListParcels", parcels.list_parcels(self.ask(request.clone())).await) {
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        // A condition must not tell by what it meets what a reply does not.
        for min_power_kw in [12_346.0, 12_348.0] {
            let filter = ParcelFilter { min_power_kw: Some(min_power_kw), ..Default::default() };
            let request = ListParcelsRequest { filter: Some(filter), revision, ..Default::default() };
            let found = parcels.list_parcels(self.ask(request)).await.expect("a list").into_inner().parcels;
            let meets = found.iter().any(|parcel| parcel.name == "parcels/PLANTED");
            self.haul.met.insert(format!("at least {min_power_kw} kW: {meets}"));
        }
    }

    async fn take_revisions(&mut self) {
        let mut park = self.server.park().await;
        let mut request = ListRevisionsRequest { page_size: 2, ..Default::default() };
        while let Some(page) = self.haul.reply("ListRevisions", park.list_revisions(self.ask(request.clone())).await) {
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
    }

    async fn take_watch(&mut self, head: u64) {
        let mut park = self.server.park().await;
        let mut events = park.watch(self.ask(WatchRequest { after_revision: 1 })).await.expect("a stream").into_inner();
        loop {
            let event = events.message().await.expect("the stream is sound").expect("it goes on");
            let made = match &event.event {
                Some(Event::RevisionMade(made)) => made.revision.as_ref().map(|revision| revision.number),
                _ => None,
            };
            self.haul.look_through("Watch", &event.encode_to_vec());
            if made == Some(head) {
                break;
            }
        }
    }

    async fn take_refusals(&mut self) {
        let (mut park, mut parcels) = (self.server.park().await, self.server.parcels().await);
        let reply = parcels.get_parcel(self.ask(GetParcelRequest { name: "mask/MASK".into(), revision: 0 })).await;
        self.haul.reply("a wrong name", reply);
        let request = ListFeaturesRequest { layer: Layer::Mask.into(), page_token: "x".into(), ..Default::default() };
        let reply = park.list_features(self.ask(request)).await;
        self.haul.reply("a wrong token", reply);
        for path in ["/ogc/collections/mask/items/x", "/ogc/collections/mask/items?limit=x", "/tiles/1/15/1/1.png"] {
            self.take(path).await;
        }
    }

    /// A document on this server.
    async fn take(&mut self, path: &str) -> Vec<u8> {
        let header = self.asker.token.as_ref().map(|token| format!("Bearer {token}"));
        let bearer = header.iter().map(|header| ("authorization", header.as_str()));
        let headers: Vec<(&str, &str)> = bearer.chain(self.asker.seen_as.map(|tier| (SEEN_AS, tier))).collect();
        let answer = self.http.get(&self.server.url(path), &headers).await;
        let body = answer.decoded();
        self.haul.look_through(path, &body);
        self.haul.look_through(path, format!("{:?}", answer.headers).as_bytes());
        body
    }

    async fn take_tiles(&mut self) {
        self.take("/tiles/tilejson.json").await;
        let tileset = Tileset::decode(self.take("/tiles/tileset").await.as_slice()).expect("a tileset");
        let mut tiles = BTreeSet::new();
        for pair in tileset.groups.iter().flat_map(|group| group.tiles.chunks_exact(2)) {
            let mut tile = TileAddress::new(tileset.max_zoom as u8, pair[0], pair[1]);
            while let Some(at) = tile.filter(|at| u32::from(at.z) >= tileset.min_zoom) {
                tiles.insert(at);
                tile = at.parent();
            }
        }
        assert!(tiles.len() > 40, "{} tiles", tiles.len());
        for tile in tiles {
            for revision in [1, tileset.revision] {
                self.take(&format!("{}/{revision}/{tile}.mvt", tileset.base)).await;
            }
        }
    }

    async fn take_ogc(&mut self, base: &str) {
        for path in ["", "/conformance", "/api"] {
            self.take(&format!("{base}{path}")).await;
        }
        let collections = self.take(&format!("{base}/collections")).await;
        let collections: Value = serde_json::from_slice(&collections).expect("JSON");
        for collection in collections["collections"].as_array().expect("collections") {
            let of = format!("{base}/collections/{}", collection["id"].as_str().expect("an id"));
            self.take(&of).await;
            for crs in ["OGC/1.3/CRS84", "EPSG/0/4549"] {
                let mut next = Some(format!("{of}/items?limit=1000&crs=http://www.opengis.net/def/crs/{crs}"));
                while let Some(path) = next {
                    let page: Value = serde_json::from_slice(&self.take(&path).await).expect("JSON");
                    let links = page["links"].as_array().expect("links");
                    let href = links.iter().find(|link| link["rel"] == "next").and_then(|link| link["href"].as_str());
                    next = href.map(|href| href[self.server.url("").len()..].to_owned());
                    if let Some(id) = page["features"].as_array().and_then(|all| all.last()).map(|last| &last["id"]) {
                        self.take(&format!("{of}/items/{id}")).await;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_tier_finds_what_it_may_not_see_in_anything() {
    let server = Server::start().await;
    plant_all(&server).await;
    let (head, secrets) = (4, secrets());
    let mut meets = Vec::new();
    let readers = TIERS.into_iter().enumerate().map(|(tier, (name, role))| (tier, name, role, None));
    // Who sees more finds no more either where they look as others do.
    let lowered = [
        (0, "the government as the public", Some("editor"), Some("public")),
        (1, "the government as an investor", Some("editor"), Some("investor")),
        (1, "an investor as the government", Some("investor"), Some("government")),
    ];
    for (tier, name, role, seen_as) in readers.chain(lowered) {
        let mut reader = Reader::new(&server, role).await;
        reader.asker.seen_as = seen_as;
        reader.take_all(head).await;
        let Haul { found, replies, met, .. } = reader.haul;
        assert!(replies > 250, "{name} was given {replies} replies only");
        for (Secret { needle, from }, places) in secrets.iter().zip(&found) {
            let shown = String::from_utf8_lossy(needle);
            if tier >= *from {
                assert!(!places.is_empty(), "{name} does not find {shown:?} {needle:?}: it may");
            } else {
                assert!(places.is_empty(), "{name} finds {shown:?} {needle:?} in {places:?}");
            }
        }
        meets.push(met);
    }
    // A visitor's figures are rounded to 10 MW, an investor's to 12 MW, and conditions go by what is shown.
    let expected = |few: bool| {
        let at_least = |kw: u32, meets: bool| format!("at least {kw} kW: {meets}");
        let mut all: BTreeSet<String> = [at_least(12_346, false), at_least(12_348, false)].into();
        if few {
            all.insert(at_least(12_346, true));
        }
        all
    };
    let few = [false, false, true, true, false, false, false];
    assert_eq!(meets, few.map(expected));

    // All this is in the log: an event a layer, a way and an organisation, not one a request.
    let (_, folder) = server.terminate().await;
    let data = folder.path().join("data");
    let data = data.to_str().expect("a path of letters");
    let listed = cloudsite(["audit", "list", "--limit", "1000", "--json", "--data", data]).await;
    let events = listed.exits(0).json()["events"].as_array().expect("events").clone();
    let of = |action: &str| events.iter().filter(|event| event["action"] == action).collect::<Vec<_>>();
    let disclosed = of("disclosure");
    assert!((30..200).contains(&disclosed.len()), "{} disclosures", disclosed.len());
    let given = [
        ("example-firm", "investor"),
        ("tokyo", "negotiating"),
        ("demo-bureau", "government"),
        ("demo-bureau", "investor"),
    ];
    for (organisation, tier) in given {
        for by in ["grpc", "tiles", "ogc"] {
            let is = |event: &&Value| {
                let detail = &event["detail"];
                let so = detail["by"] == by && detail["tier"] == tier && event["subject"] == "parcel";
                so && event["organisation"] == organisation
            };
            assert!(disclosed.iter().any(is), "{organisation} by {by}: {disclosed:?}");
        }
    }
    assert!(disclosed.iter().all(|event| event["organisation"] != ""), "what everyone gets is not told");
    assert_eq!(of("sign_in").len(), 6, "{events:?}");
    cloudsite(["audit", "verify", "--data", data]).await.exits(0);
}

#[tokio::test]
async fn tiles_above_the_publics_are_at_sealed_addresses() {
    let server = Server::start().await;
    let signed_in = get(&server.sign_in_link("investor").await, &[]).await;
    let cookies = format!("cloudsite_access={}", cookie(&signed_in, "cloudsite_access"));
    let url = server.url("/tiles/tileset");
    let everyones = get(&url, &[]).await;
    assert_eq!(everyones.header("access-control-allow-origin"), "*");
    let own = get(&url, &[("cookie", &cookies)]).await;
    assert_eq!(own.header("cache-control"), "private, no-cache");
    assert_eq!(own.header("access-control-allow-origin"), "");
    assert!(own.header("vary").contains("cookie") && everyones.header("vary").contains("cookie"));
    let read = |answer: &cloudsite_tests::Answer| Tileset::decode(answer.decoded().as_slice()).expect("a tileset");
    let (everyones, own) = (read(&everyones), read(&own));
    assert_eq!((everyones.base.as_str(), everyones.tier.as_str(), everyones.good_until_secs), ("/tiles", "public", 0));
    assert!(own.base.starts_with("/tiles/investor/v4.local.") && own.good_until_secs > 1_700_000_000, "{}", own.base);
    assert_eq!(read(&get(&url, &[("cookie", &cookies)]).await).base, own.base, "so that a browser keeps its tiles");

    let [x, y] = own.groups[0].tiles[..2] else { panic!("a tile") };
    let path = format!("/{}/15/{x}/{y}.mvt", own.revision);
    let tile = get(&server.url(&format!("{}{path}", own.base)), &[]).await;
    assert!(matches!(tile.status.as_u16(), 200 | 204), "{tile:?}");
    assert!(tile.header("cache-control").starts_with("private, "), "{tile:?}");
    assert_eq!(tile.header("access-control-allow-origin"), "");
    let public = get(&server.url(&format!("/tiles{path}")), &[("cookie", &cookies)]).await;
    assert!(public.header("cache-control").starts_with("public, "), "the public's address is the public's");
    let other_tier = own.base.replace("/investor/", "/negotiating/");
    let damaged = format!("{}A", own.base);
    for base in [other_tier, damaged, "/tiles/investor/x".to_owned()] {
        let answer = get(&server.url(&format!("{base}{path}")), &[("cookie", &cookies)]).await;
        assert_eq!(answer.status, 403, "{base}");
    }
}

/// Parcels in rows of 30 that hang together, 200 m each, from the corner on.
fn rows(count: u32) -> Vec<Value> {
    let at = |x: u32, y: u32| (120.55 + f64::from(x) * 0.0021, 31.3 + f64::from(y) * 0.0018);
    let cells = (0..count).flat_map(|y| (0..30).map(move |x| (x, y)));
    cells.map(|(x, y)| geojson::parcel(&format!("ROW-{y:02}-{x:02}"), at(x, y), 0.0018)).collect()
}

#[tokio::test]
async fn nobody_is_given_more_than_the_law_lets_anyone_have() {
    let server = Server::start().await;
    let file = geojson::write(server.scratch(), "rows.geojson", &rows(30));
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    // 36 km² hang together.
    let pages = async |reader: &Reader<'_>| {
        let filter = ParcelFilter { text: "row-".to_owned(), ..Default::default() };
        let mut request = ListParcelsRequest { filter: Some(filter), page_size: 100, ..Default::default() };
        let mut parcels = reader.server.parcels().await;
        let mut pages = 0;
        loop {
            let page = parcels.list_parcels(reader.ask(request.clone())).await.map_err(|status| (pages, status))?;
            pages += 1;
            request.page_token = page.into_inner().next_page_token;
            if request.page_token.is_empty() {
                return Ok::<_, (u32, Status)>(pages);
            }
        }
    };
    for role in [None, Some("editor")] {
        assert_eq!(pages(&Reader::new(&server, role).await).await.expect("all of it"), 9, "{role:?}");
    }
    let firm = Reader::new(&server, Some("investor")).await;
    let (given, status) = pages(&firm).await.expect_err("it would be too much");
    assert!((4..9).contains(&given), "{given} pages were given");
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(status.message().contains("example-firm") && status.message().contains("at most 25 km²"), "{status:?}");
    let (again, _) = pages(&firm).await.expect_err("the rest is still too much");
    assert_eq!(again, given, "what it was given it may have again");
    let path = "/ogc/collections/parcel/items?limit=10000";
    let header = format!("Bearer {}", firm.asker.token.as_deref().expect("a token"));
    assert_eq!(get(&server.url(path), &[("authorization", &header)]).await.status, 403);
    assert_eq!(get(&server.url(path), &[]).await.status, 200);

    let auditor = Reader::new(&server, Some("auditor")).await;
    let mut audit = AuditServiceClient::new(server.channel().await);
    let denied = audit.list_disclosures(firm.ask(ListDisclosuresRequest {})).await.expect_err("not for firms");
    assert_eq!(denied.code(), Code::PermissionDenied);
    let told = audit.list_disclosures(auditor.ask(ListDisclosuresRequest {})).await.expect("a list").into_inner();
    let [of_firm] = told.disclosures.try_into().expect("only the firm is counted");
    assert_eq!((of_firm.organisation.as_str(), of_firm.refusals), ("organisations/example-firm", 3));
    assert!((15.0..=25.0).contains(&of_firm.contiguous_km2), "{of_firm:?}");

    // A server that is started again after a power failure goes on from there.
    let server = Server::start_in(server.kill().await).await;
    let firm = Reader::new(&server, Some("investor")).await;
    let (after, _) = pages(&firm).await.expect_err("it has had that");
    assert_eq!(after, given);
    let (_, folder) = server.terminate().await;
    let data = folder.path().join("data");
    let data = data.to_str().expect("a path of letters");
    let listed = cloudsite(["audit", "disclosures", "--json", "--data", data]).await.exits(0).json();
    assert_eq!(
        (&listed["disclosures"][0]["organisation"], &listed["disclosures"][0]["refusals"]),
        (&json!("example-firm"), &json!(4))
    );
    let listed = cloudsite(["audit", "list", "--limit", "1000", "--json", "--data", data]).await.exits(0).json();
    let is_line = |event: &Value| event["action"] == "refusal" && event["organisation"] == "example-firm";
    assert!(listed["events"].as_array().expect("events").iter().any(is_line), "the auditor has a line of it");
}
