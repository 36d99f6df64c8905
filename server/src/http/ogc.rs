//! `/ogc`: the routes of OGC API - Features.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{FeatureId, Layer, Revision};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::origin::origin;
use super::reply::{Keeping, Kept, for_reader};
use crate::disclosure::{self, Channel};
use crate::identity::Recipient;
use crate::ogc::{self, Base, ItemQuery, ItemsQuery, OutputCrs, WrongParameter};
use crate::record::{ReadError, Snapshot, View, Views};
use crate::tiles::Encoding;

const JSON: &str = "application/json";
const GEO_JSON: &str = "application/geo+json";

/// Says in which system the coordinates of a reply are (Part 2, requirement 17).
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// The routes: of the newest revision, and the same of any.
pub(super) fn routes(views: Views) -> Router {
    let mut routes = Router::new();
    for base in ["/ogc", "/ogc/revisions/{revision}"] {
        routes = routes
            .route(base, get(landing))
            .route(&format!("{base}/"), get(landing))
            .route(&format!("{base}/conformance"), get(conformance))
            .route(&format!("{base}/api"), get(api))
            .route(&format!("{base}/collections"), get(collections))
            .route(&format!("{base}/collections/{{collection}}"), get(collection))
            .route(&format!("{base}/collections/{{collection}}/items"), get(items))
            .route(&format!("{base}/collections/{{collection}}/items/{{item}}"), get(item));
    }
    routes.with_state(views)
}

/// A refusal as the standard's clients read it: a code and a description.
struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, code, description) = self;
        let body = json!({ "code": code, "description": description }).to_string();
        (status, [(CONTENT_TYPE, JSON)], body).into_response()
    }
}

impl From<WrongParameter> for Refused {
    fn from(error: WrongParameter) -> Self {
        Self(StatusCode::BAD_REQUEST, "InvalidParameterValue", error.to_string())
    }
}

impl From<disclosure::Refused> for Refused {
    fn from(refused: disclosure::Refused) -> Self {
        match refused {
            disclosure::Refused::Exceeded(error) => Self(StatusCode::FORBIDDEN, "ExtentLimit", error.to_string()),
            disclosure::Refused::Store(error) => failed(&error),
        }
    }
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::UnknownRevision { .. } => missing(error),
            ReadError::Store(error) => failed(&error),
        }
    }
}

fn missing(what: impl ToString) -> Refused {
    Refused(StatusCode::NOT_FOUND, "NotFound", what.to_string())
}

fn failed(error: &dyn std::error::Error) -> Refused {
    tracing::error!(%error, "a request for features failed");
    Refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal", "the server's log says what failed".to_owned())
}

/// A request, as far as all documents have it in common.
struct Asked {
    view: View,
    snapshot: Arc<Snapshot>,
    base: Base,
    path: HashMap<String, String>,
    headers: HeaderMap,
}

impl Asked {
    async fn read((State(views), Extension(recipient), Path(path), headers): Parts) -> Result<Self, Refused> {
        let view = views.for_recipient(recipient);
        let revision = match path.get("revision") {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| missing(format!("'{text}' is not a revision")))?),
        };
        // 0 is no revision in an address; the newest has none.
        let asked = match revision {
            Some(0) => return Err(missing("there is no revision 0")),
            asked => Revision(asked.unwrap_or_default()),
        };
        let snapshot = if let Some(ready) = view.ready(asked) {
            ready
        } else {
            let view = view.clone();
            let read = tokio::task::spawn_blocking(move || view.snapshot_at(asked));
            read.await.map_err(|error| failed(&error))??
        };
        let base = Base { origin: origin(&headers), revision };
        Ok(Self { view, snapshot, base, path, headers })
    }

    fn layer(&self) -> Result<Layer, Refused> {
        let id = self.path.get("collection").map_or("", String::as_str);
        ogc::layer(id).ok_or_else(|| missing(format!("there is no collection '{id}'")))
    }

    fn reply(&self, document: &Value, content_type: &'static str) -> Response {
        let bytes = Bytes::from(document.to_string());
        let tag = URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]);
        let keeping = if self.base.revision.is_some() { Keeping::ForEver } else { Keeping::AskAgain };
        let is_public = self.view.tier() == Tier::Public;
        let cache_control = keeping.header(is_public);
        let kept = Kept { bytes, encoding: Encoding::Identity, tag, content_type, cache_control };
        for_reader(kept.reply(&self.headers), is_public)
    }

    fn reply_in(&self, document: &Value, crs: OutputCrs) -> Response {
        let mut response = self.reply(document, GEO_JSON);
        if let Ok(uri) = HeaderValue::from_str(&format!("<{}>", crs.uri())) {
            response.headers_mut().insert(CONTENT_CRS, uri);
        }
        response
    }
}

/// The decoded names and values of a query.
fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

type Parts = (State<Views>, Extension<Recipient>, Path<HashMap<String, String>>, HeaderMap);

async fn landing(parts: Parts) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    Ok(asked.reply(&ogc::landing(&asked.snapshot, &asked.base), JSON))
}

async fn conformance(parts: Parts) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    Ok(asked.reply(&ogc::conformance(), JSON))
}

async fn api(parts: Parts) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    Ok(asked.reply(&ogc::open_api(&asked.base), ogc::OPEN_API))
}

async fn collections(parts: Parts) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    Ok(asked.reply(&ogc::collections(&asked.snapshot, &asked.base), JSON))
}

async fn collection(parts: Parts) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    let layer = asked.layer()?;
    Ok(asked.reply(&ogc::collection(&asked.snapshot, layer, &asked.base), JSON))
}

async fn items(parts: Parts, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    let layer = asked.layer()?;
    let pairs = pairs(query.as_deref());
    let wanted = ItemsQuery::read(&pairs)?;
    let crs = wanted.crs();
    let again = without_offset(&pairs);
    let (view, snapshot, base) = (asked.view.clone(), Arc::clone(&asked.snapshot), asked.base.clone());
    let make = move || {
        let mut delivery = view.delivery(layer);
        let made = ogc::items(&snapshot, layer, &wanted, &base, &again, &mut delivery);
        let document = made.map_err(|error| failed(&error))?;
        view.hand_over(Channel::Ogc, &delivery.parcelled())?;
        Ok::<_, Refused>(document)
    };
    let document = tokio::task::spawn_blocking(make).await.map_err(|error| failed(&error))??;
    Ok(asked.reply_in(&document, crs))
}

async fn item(parts: Parts, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let asked = Asked::read(parts).await?;
    let layer = asked.layer()?;
    let wanted = ItemQuery::read(&pairs(query.as_deref()))?;
    let id = asked.path.get("item").map_or("", String::as_str);
    let none = || missing(format!("there is no {layer} with the id '{id}'"));
    let number = id.parse().map_err(|_| none())?;
    let mut delivery = asked.view.delivery(layer);
    let made = ogc::item(&asked.snapshot, layer, FeatureId(number), &wanted, &asked.base, &mut delivery);
    let document = made.ok_or_else(none)?.map_err(|error| failed(&error))?;
    if delivery.is_counted() {
        let view = asked.view.clone();
        let hand_over = move || view.hand_over(Channel::Ogc, &delivery.parcelled());
        tokio::task::spawn_blocking(hand_over).await.map_err(|error| failed(&error))??;
    }
    Ok(asked.reply_in(&document, wanted.crs()))
}

/// The query again, for the links of other pages.
fn without_offset(pairs: &[(String, String)]) -> String {
    let kept = pairs.iter().filter(|(name, _)| name != "offset");
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}
