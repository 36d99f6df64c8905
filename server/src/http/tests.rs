use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use cloudsite_proto::tile::Tileset;
use http::header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderName, Request, StatusCode};
use prost::Message;
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use super::{Front, Site, TilePasses, Transport, WebSource};
use crate::identity::{Recipient, Resolved};
use crate::record::sample;
use crate::tiles::{Addresses, TileServer};

/// Everyone is the public.
struct NoPasses;

impl TilePasses for NoPasses {
    fn addresses(&self, _: &Recipient) -> Option<Addresses> {
        Some(Addresses::public())
    }

    fn open(&self, _: &str) -> Option<Recipient> {
        None
    }
}

struct Fixture {
    _folder: TempDir,
    front: Front,
    stop: watch::Sender<bool>,
}

fn fixture(web: WebSource) -> Fixture {
    let (folder, record) = sample::open();
    let (stop, stopping) = watch::channel(false);
    let front = Front::new(Site {
        tiles: Arc::new(TileServer::new(sample::views(&record))),
        passes: Arc::new(NoPasses),
        services: tonic::service::Routes::from(Router::new()),
        refusals: Arc::default(),
        resolve: Arc::new(|_| Ok(Resolved::visitor())),
        routes: Router::new(),
        apart: Router::new(),
        transport: Transport::Any,
        web,
        metrics: crate::telemetry::collect_metrics(),
        stop: stopping,
    });
    Fixture { _folder: folder, front, stop }
}

impl Fixture {
    async fn get(&self, path: &str, headers: &[(HeaderName, &str)]) -> Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.front.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn tile_path(&self) -> String {
        let reply = self.get("/tiles/tileset", &[]).await;
        let tileset = Tileset::decode(body(reply).await.as_slice()).unwrap();
        let [x, y] = tileset.groups[0].tiles[..2] else { panic!("a tile") };
        format!("/tiles/{}/{}/{x}/{y}.mvt", tileset.groups[0].revision, tileset.max_zoom)
    }
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
}

fn header(response: &Response, name: HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_tile_can_be_kept_for_ever() {
    let fixture = fixture(WebSource::Embedded);
    let path = fixture.tile_path().await;
    let mut tags = Vec::new();
    for (accepted, given) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let reply = fixture.get(&path, &[(ACCEPT_ENCODING, accepted)]).await;
        assert_eq!((reply.status(), header(&reply, CONTENT_ENCODING)), (StatusCode::OK, given));
        assert_eq!(header(&reply, CONTENT_TYPE), "application/vnd.mapbox-vector-tile");
        assert_eq!(header(&reply, CACHE_CONTROL), "public, max-age=31536000, immutable");
        let tag = header(&reply, ETAG).to_owned();
        let again = fixture.get(&path, &[(ACCEPT_ENCODING, accepted), (IF_NONE_MATCH, &tag)]).await;
        assert_eq!((again.status(), header(&again, ETAG)), (StatusCode::NOT_MODIFIED, tag.as_str()));
        assert!(body(again).await.is_empty());
        tags.push(tag);
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "each encoding has its own tag: {tags:?}");
}

#[tokio::test]
async fn bad_tile_addresses_are_refused_in_words() {
    let fixture = fixture(WebSource::Embedded);
    let cases = [
        ("/tiles/1/15/0/0.mvt", StatusCode::NO_CONTENT, ""),
        ("/tiles/2/15/0/0.mvt", StatusCode::NOT_FOUND, "there is no revision 2; the newest is 1\n"),
        ("/tiles/0/15/0/0.mvt", StatusCode::NOT_FOUND, "there is no revision 0; the newest is 1\n"),
        (
            "/tiles/1/11/2048/0.mvt",
            StatusCode::NOT_FOUND,
            "there is no tile 11/2048/0: at zoom z, x and y are below 2^z\n",
        ),
        ("/tiles/1/16/0/0.mvt", StatusCode::NOT_FOUND, "tiles are served for zooms 11 to 15, not 16\n"),
        ("/tiles/1/200/0/0.mvt", StatusCode::NOT_FOUND, "tiles are served for zooms 11 to 15, not 200\n"),
        (
            "/tiles/1/15/0/0.png",
            StatusCode::NOT_FOUND,
            "a tile's address is /tiles/{revision}/{z}/{x}/{y}.mvt, all four numbers\n",
        ),
        (
            "/tiles/-1/15/0/0.mvt",
            StatusCode::NOT_FOUND,
            "a tile's address is /tiles/{revision}/{z}/{x}/{y}.mvt, all four numbers\n",
        ),
    ];
    for (path, status, text) in cases {
        let reply = fixture.get(path, &[]).await;
        assert_eq!(reply.status(), status, "{path}");
        assert_eq!(String::from_utf8(body(reply).await).unwrap(), text, "{path}");
    }
}

#[tokio::test]
async fn the_tileset_is_asked_for_again_by_its_tag() {
    let fixture = fixture(WebSource::Embedded);
    let reply = fixture.get("/tiles/tileset", &[]).await;
    assert_eq!(header(&reply, CACHE_CONTROL), "no-cache");
    let tag = header(&reply, ETAG).to_owned();
    let again = fixture.get("/tiles/tileset", &[(IF_NONE_MATCH, &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let json = fixture.get("/tiles/tileset", &[(ACCEPT, "application/json")]).await;
    let json: serde_json::Value = serde_json::from_slice(&body(json).await).unwrap();
    assert_eq!((&json["revision"], &json["synthetic"]), (&1.into(), &true.into()));
    let host = [(http::header::HOST, "park.example:8080")];
    let description = fixture.get("/tiles/tilejson.json", &host).await;
    let description: serde_json::Value = serde_json::from_slice(&body(description).await).unwrap();
    assert_eq!(description["tiles"][0], "http://park.example:8080/tiles/1/{z}/{x}/{y}.mvt");
}

#[tokio::test]
async fn the_embedded_page_comes_with_its_headers() {
    let fixture = fixture(WebSource::Embedded);
    let reply = fixture.get("/", &[]).await;
    assert_eq!((reply.status(), header(&reply, CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
    let policy = header(&reply, http::header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
    assert_eq!(header(&reply, http::header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    let missing = fixture.get("/no-such-page", &[]).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let posted = Request::post("/").body(Body::empty()).unwrap();
    let refused = fixture.front.clone().oneshot(posted).await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_folder_is_served_as_it_is_now() {
    let web = tempfile::tempdir().unwrap();
    let fixture = fixture(WebSource::Folder(web.path().to_owned()));
    assert_eq!(fixture.get("/app-0123abcd.wasm", &[]).await.status(), StatusCode::NOT_FOUND);
    std::fs::write(web.path().join("app-0123abcd.wasm"), b"plain").unwrap();
    let reply = fixture.get("/app-0123abcd.wasm", &[(ACCEPT_ENCODING, "br")]).await;
    assert_eq!((header(&reply, CONTENT_TYPE), header(&reply, CONTENT_ENCODING)), ("application/wasm", ""));
    assert_eq!(header(&reply, CACHE_CONTROL), "no-cache", "files of a folder change under their names");
    std::fs::write(web.path().join("app-0123abcd.wasm.br"), b"small").unwrap();
    let reply = fixture.get("/app-0123abcd.wasm", &[(ACCEPT_ENCODING, "br")]).await;
    assert_eq!((header(&reply, CONTENT_TYPE), header(&reply, CONTENT_ENCODING)), ("application/wasm", "br"));
    assert_eq!(body(reply).await, b"small");
    let reply = fixture.get("/app-0123abcd.wasm", &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(body(reply).await, b"plain");
}

#[tokio::test]
async fn a_server_that_stops_is_alive_but_not_ready() {
    let fixture = fixture(WebSource::Embedded);
    assert_eq!(fixture.get("/readyz", &[]).await.status(), StatusCode::OK);
    fixture.stop.send_replace(true);
    assert_eq!(fixture.get("/readyz", &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(fixture.get("/healthz", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let fixture = fixture(WebSource::Embedded);
    fixture.get("/tiles/1/15/0/0.mvt", &[]).await;
    fixture.get("/no-such-page", &[]).await;
    let text = String::from_utf8(body(fixture.get("/metrics", &[]).await).await).unwrap();
    for series in [
        r#"route="/tiles/{revision}/{z}/{x}/{file}""#,
        r#"route="other",code="404""#,
        "cloudsite_request_seconds_bucket",
    ] {
        assert!(text.contains(series), "{series} in\n{text}");
    }
}
