//! The real page in a real browser that draws in software: light quality, a small window.

use std::path::Path;
use std::time::Duration;

use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_proto::land::{Layer, ListFeaturesRequest, ListParcelsRequest, ListZonesRequest, Parcel};
use cloudsite_proto::tile::Tileset;
use cloudsite_tests::{Browser, Page, Server, eventually, geojson, get, import};
use geo_types::Coord;
use prost::Message;

const SIZE: (u32, u32) = (900, 640);
/// Compiling and drawing the park takes a machine without a GPU its time.
const PATIENCE: Duration = Duration::from_mins(3);
const SOON: Duration = Duration::from_secs(30);

const RUNNING: &str = "return document.querySelector('[data-testid=\"viewer-state\"]')?.dataset.state === 'running'";
const CARD: &str = "return document.querySelector('[data-testid=\"card-code\"]')?.innerText";

/// Whether the page and the viewer were built; says so if not.
fn is_built() -> bool {
    let built = std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_some();
    if !built {
        println!("skipped: page and viewer are not built; cargo xtask test builds them");
    }
    built
}

async fn parcels(server: &Server) -> Vec<Parcel> {
    let request = ListParcelsRequest { page_size: 1000, ..Default::default() };
    let list = server.parcels().await.list_parcels(request).await;
    list.expect("parcels are listed").into_inner().parcels
}

fn code(parcel: &Parcel) -> &str {
    parcel.name.trim_start_matches("parcels/")
}

/// East and north of a parcel's anchor in the park's local frame, metres.
async fn local(server: &Server, parcel: &Parcel) -> (f64, f64) {
    let anchor = parcel.anchor.expect("a parcel has an anchor");
    park_metres(server, anchor.lon, anchor.lat).await
}

/// East and north of a place in the park's local frame, metres.
async fn park_metres(server: &Server, lon: f64, lat: f64) -> (f64, f64) {
    let tileset = get(&server.url("/tiles/tileset"), &[]).await.decoded();
    let tileset = Tileset::decode(&tileset[..]).expect("a tileset");
    let projected = Projector::new(Crs::Wgs84, Crs::CANONICAL).project(Coord { x: lon, y: lat });
    let at = projected.expect("the park is on the map");
    (at.x - tileset.origin_easting, at.y - tileset.origin_northing)
}

async fn open(browser: &Browser, server: &Server, query: &str) -> Page {
    browser.open(&server.url(&format!("/?quality=light&{query}")), SIZE.0, SIZE.1).await
}

#[tokio::test]
async fn the_page_is_usable_before_the_park_and_speaks_three_languages() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = open(&browser, &server, "lang=en").await;
    let first = "return document.querySelector('[data-testid=\"parcel-item\"]')?.dataset.code";
    let listed = page.until("parcels are listed", SOON, first).await;
    let all = parcels(&server).await;
    assert!(all.iter().any(|parcel| Some(code(parcel)) == listed.as_str()), "{listed} is no parcel");
    assert!(page.text("result-count").await.contains(&all.len().to_string()), "the list says how many there are");

    let mut seen = Vec::new();
    for (language, word) in [("zh", "演示数据"), ("ja", "デモ"), ("en", "ynthetic")] {
        page.click(&format!("lang-{language}")).await;
        let script = format!("return document.documentElement.lang.startsWith('{language}')");
        page.until("the language has changed", SOON, &script).await;
        assert!(page.text("synthetic").await.contains(word), "{language}: {}", page.text("synthetic").await);
        seen.push(page.text("result-count").await);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "three languages say three things: {seen:?}");

    page.click("parcel-item").await;
    let shown = page.until("the card opens", SOON, CARD).await;
    assert_eq!(shown, listed);
    page.close().await;
}

/// A script that returns where a point of the park is on the page, CSS pixels, or null while it is not in view.
fn on_page((east, north): (f64, f64)) -> String {
    format!(
        "const p = window.cloudsiteViewer?.project({east}, {north}, 0); if (!p) return null;
         const box = document.querySelector('canvas').getBoundingClientRect();
         return [box.left + p[0], box.top + p[1]]"
    )
}

#[tokio::test]
async fn a_link_to_a_parcel_flies_there() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let all = parcels(&server).await;
    let parcel = all.last().expect("the demo park has parcels");
    let place = local(&server, parcel).await;
    let browser = Browser::start().await;
    let page = open(&browser, &server, &format!("lang=en&parcel={}", code(parcel))).await;
    let middle = format!(
        "const at = (() => {{ {} }})(); if (!at || !window.cloudsiteViewer.ready()) return false;
         const box = document.querySelector('canvas').getBoundingClientRect();
         return Math.hypot(at[0] - box.left - box.width / 2, at[1] - box.top - box.height / 2) < 120",
        on_page(place)
    );
    page.until("the camera stands over the parcel", PATIENCE, &middle).await;
    assert_eq!(page.run(CARD).await.as_str(), Some(code(parcel)));
    page.close().await;
}

#[tokio::test]
async fn a_click_on_a_parcel_in_the_park_opens_its_card() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let all = parcels(&server).await;
    let largest =
        all.iter().filter(|parcel| parcel.status == "available").max_by(|a, b| a.area_m2.total_cmp(&b.area_m2));
    let parcel = largest.expect("a parcel is on offer");
    let (east, north) = local(&server, parcel).await;
    let browser = Browser::start().await;
    let page = open(&browser, &server, &format!("lang=en&view={east:.1},{north:.1},0,0,60,900")).await;
    page.until("the viewer runs", PATIENCE, RUNNING).await;
    let at = page.until("the parcel is in view", SOON, &on_page((east, north))).await;
    let (x, y) = (at[0].as_f64().expect("a number"), at[1].as_f64().expect("a number"));
    let expected = code(parcel).to_owned();
    for finger in [false, true] {
        cloudsite_tests::eventually("a click and a tap open the card", PATIENCE, async || {
            if finger {
                page.tap_at(x, y).await;
            } else {
                page.click_at(x, y).await;
            }
            (page.run(CARD).await.as_str() == Some(&expected)).then_some(())
        })
        .await;
        page.click("card-close").await;
        page.until("the card is closed", SOON, &format!("return !(() => {{ {CARD} }})()")).await;
    }

    let picture = page.picture("canvas").await;
    picture.write(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("parcel.png"));
    assert!(picture.blankness() < 0.8 && picture.colours() > 20, "the canvas is blank");
    page.close().await;
}

#[tokio::test]
async fn an_open_page_sees_what_is_imported_meanwhile() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let before = parcels(&server).await.len();
    let browser = Browser::start().await;
    let pages = [open(&browser, &server, "lang=en").await, open(&browser, &server, "lang=zh").await];
    for page in &pages {
        let counts =
            format!("return document.querySelector('[data-testid=\"result-count\"]')?.innerText.includes('{before}')");
        page.until("parcels are counted", SOON, &counts).await;
    }
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    for page in pages {
        let counts = format!(
            "return document.querySelector('[data-testid=\"result-count\"]')?.innerText.includes('{}')",
            before + 1
        );
        page.until("the new parcel is counted", SOON, &counts).await;
        page.close().await;
    }
}

#[tokio::test]
async fn the_park_comes_back_after_the_browser_has_taken_the_graphics() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let all = parcels(&server).await;
    let parcel = &all[0];
    let (east, north) = local(&server, parcel).await;
    let view = format!("{east:.1},{north:.1},0.0,0.0,60.0,900.0");
    let browser = Browser::start().await;
    let page = open(&browser, &server, &format!("lang=en&parcel={}&view={view}", code(parcel))).await;
    page.until("the viewer runs", PATIENCE, RUNNING).await;
    page.until("the view is drawn", PATIENCE, "return window.cloudsiteViewer?.ready()").await;
    page.run("window.firstCanvas = document.querySelector('canvas'); window.firstViewer = window.cloudsiteViewer")
        .await;
    let lose = "const gl = window.firstCanvas.getContext('webgl2').getExtension('WEBGL_lose_context');
                gl.loseContext(); return true";
    page.run(lose).await;
    let said = "return document.querySelector('.curtain-title')?.innerText.includes('graphics')";
    page.until("the page says what has happened", SOON, said).await;
    let back = format!(
        "return document.querySelector('canvas') !== window.firstCanvas
             && window.cloudsiteViewer !== window.firstViewer && (() => {{ {RUNNING} }})()
             && window.cloudsiteViewer.ready()"
    );
    page.until("the park is back", PATIENCE, &back).await;
    assert_eq!(page.run(CARD).await.as_str(), Some(code(parcel)), "the card stays open");
    let query = page.run("return location.search").await;
    assert!(query.as_str().is_some_and(|query| query.contains(&view)), "the view is another: {query}");
    let picture = page.picture("canvas").await;
    assert!(picture.blankness() < 0.8 && picture.colours() > 20, "the canvas is blank");
    page.close().await;
}

#[tokio::test]
async fn zones_and_points_of_interest_have_cards_and_links() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let zones = server.park().await.list_zones(ListZonesRequest::default()).await.expect("zones are listed");
    let zone = zones.into_inner().zones.into_iter().find(|zone| zone.parcel_count > 5).expect("a zone has parcels");
    let zone_code = zone.name.trim_start_matches("zones/").to_owned();
    let zone_name = zone.names.iter().find(|name| name.language == "en").expect("a name").text.clone();
    let browser = Browser::start().await;
    let page = open(&browser, &server, &format!("lang=en&zone={zone_code}")).await;
    let name = "return document.querySelector('[data-testid=\"place-name\"]')?.innerText";
    let shown = page.until("the zone is named", SOON, &format!("{name} === '{zone_name}'")).await;
    assert_eq!(shown, true);
    page.click("place-parcels").await;
    let count = format!(
        "return document.querySelector('[data-testid=\"result-count\"]')?.innerText.startsWith('{} ')",
        zone.parcel_count
    );
    page.until("the list holds the zone's parcels", SOON, &count).await;
    page.click("lang-zh").await;
    page.until("the card speaks Chinese", SOON, &format!("{name} !== '{zone_name}'")).await;
    page.close().await;

    // A point of interest is clicked at by its name in the park.
    let request = ListFeaturesRequest { layer: Layer::Poi.into(), ..Default::default() };
    let pois = server.park().await.list_features(request).await.expect("points are listed").into_inner().features;
    let poi = pois.first().expect("the demo park has points of interest");
    let poi_code = poi.name.trim_start_matches("poi/");
    let poi_name = poi.names.iter().find(|name| name.language == "en").expect("a name").text.clone();
    let bounds = poi.bounds.expect("it lies somewhere");
    let (east, north) = park_metres(&server, bounds.west, bounds.south).await;
    let page = open(&browser, &server, &format!("lang=en&view={east:.1},{north:.1},0,0,60,500")).await;
    page.until("the viewer runs", PATIENCE, RUNNING).await;
    page.until("the view is drawn", PATIENCE, "return window.cloudsiteViewer?.ready()").await;
    let label = on_page((east, north)).replace(", 0)", ", 28)");
    let at = page.until("the point is in view", SOON, &label).await;
    let (x, y) = (at[0].as_f64().expect("a number"), at[1].as_f64().expect("a number"));
    cloudsite_tests::eventually("a click on its name opens its card", PATIENCE, async || {
        page.click_at(x, y).await;
        (page.run(name).await.as_str() == Some(&poi_name)).then_some(())
    })
    .await;
    let linked = format!("return location.search.includes('poi={poi_code}')");
    page.until("the address says so", SOON, &linked).await;
    page.close().await;
}

#[tokio::test]
async fn without_web_gl_the_page_says_so_and_lists_the_land() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open_with(&server.url("/?lang=en"), SIZE.0, SIZE.1, &["--disable-3d-apis"]).await;
    let said = "return document.querySelector('.curtain-title')?.innerText.includes('WebGL 2')";
    page.until("the page says what is missing", SOON, said).await;
    page.click("parcel-item").await;
    page.until("the card opens all the same", SOON, CARD).await;
    page.close().await;
}

#[tokio::test]
async fn a_server_that_is_away_is_said_to_be_and_found_again() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = open(&browser, &server, "lang=en").await;
    page.until("parcels are listed", SOON, "return document.querySelector('[data-testid=\"parcel-item\"]') !== null")
        .await;
    let (address, (_, folder)) = (server.address(), server.terminate().await);
    let banner = "return document.querySelector('.banner')?.innerText.includes('cannot be reached')";
    page.until("the page says that the server is away", PATIENCE, banner).await;
    page.click("parcel-item").await;
    let server = Server::start_at(folder, address, &[]).await;
    page.until("the banner goes by itself", PATIENCE, "return document.querySelector('.banner') === null").await;
    page.until(
        "the card that was asked for meanwhile is there",
        SOON,
        "return document.querySelector('.facts') !== null",
    )
    .await;
    page.close().await;
    server.terminate().await;
}

/// Over HTTP/1.1 a browser opens six connections to a server, and keeps pages that were left.
#[tokio::test]
async fn pages_that_were_left_do_not_hold_the_next_one_up() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let connected = "return document.querySelector('[data-testid=\"connection\"]')?.dataset.state === 'connected'";
    let page = open(&browser, &server, "lang=en&visit=0").await;
    page.until("the first page follows the record", SOON, connected).await;
    for visit in 1..=8 {
        page.go(&server.url(&format!("/?quality=light&lang=en&visit={visit}"))).await;
        page.until(&format!("page {visit} follows the record"), SOON, connected).await;
    }
    eventually("only the page that is looked at follows the record", SOON, async || {
        let metrics = get(&server.url("/metrics"), &[]).await.text();
        metrics.lines().any(|line| line == "cloudsite_watch_streams 1").then_some(())
    })
    .await;
    // Addresses tell nothing: each page writes its own in time, which may also undo a way back that has just begun. Then one
    // goes back once more.
    page.run("window.newest = true").await;
    let back = "if (window.newest && Date.now() - (window.asked ?? 0) > 3000) {
            window.asked = Date.now();
            history.back();
        }
        return !window.newest";
    page.until("one is back", SOON, back).await;
    page.until("the page that one went back to follows the record", SOON, connected).await;
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let count = parcels(&server).await.len();
    let counts =
        format!("return document.querySelector('[data-testid=\"result-count\"]')?.innerText.includes('{count}')");
    page.until("the page that one went back to counts the new parcel", SOON, &counts).await;
    page.close().await;
}
