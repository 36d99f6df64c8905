//! Everything on the one port: gRPC and gRPC-Web, tiles, the page, and what watches over the server asks for.

mod calls;
mod health;
mod measure;
mod ogc;
mod origin;
mod page;
mod reply;
mod security;
mod tiles;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::access::{self, Resolve};
use crate::audit::{self, Refusals};
use crate::tiles::TileServer;

pub(crate) use page::WebSource;
pub(crate) use tiles::TilePasses;

/// How long a request that is no call may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What the routes need.
pub(crate) struct Site {
    /// The tiles, and through them the record.
    pub(crate) tiles: Arc<TileServer>,
    /// Gives the addresses of tiles that are not for everyone.
    pub(crate) passes: Arc<dyn TilePasses>,
    /// The gRPC services, not yet guarded.
    pub(crate) services: tonic::service::Routes,
    /// Where refused calls are counted.
    pub(crate) refusals: Arc<Refusals>,
    /// Says who makes a request.
    pub(crate) resolve: Resolve,
    /// Further routes, each with its own state.
    pub(crate) routes: Router,
    /// Where the page comes from.
    pub(crate) web: WebSource,
    /// Renders the metrics.
    pub(crate) metrics: PrometheusHandle,
    /// Becomes true when the server stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// All routes.
pub(crate) fn router(site: Site) -> Router {
    // Each layer is outside of the one before it: a call is translated from gRPC-Web, then admitted, or
    // refused and counted, then limited.
    let calls = site
        .services
        .into_axum_router()
        .layer(from_fn_with_state(calls::Gate::new(), calls::limit))
        .layer(from_fn_with_state(Arc::clone(&site.resolve), access::enforce))
        .layer(from_fn_with_state(site.refusals, audit::note))
        .layer(tonic_web::GrpcWebLayer::new());
    let features = ogc::routes(site.tiles.views().clone());
    let pages = Router::new()
        .route("/tiles/tileset", get(tiles::tileset))
        .route("/tiles/revisions/{revision}/tileset", get(tiles::tileset_as_of))
        .route("/tiles/tilejson.json", get(tiles::tile_json))
        .route("/tiles/{revision}/{z}/{x}/{file}", get(tiles::tile))
        .route("/tiles/{tier}/{pass}/{revision}/{z}/{x}/{file}", get(tiles::sealed_tile))
        .with_state(Arc::new(tiles::Tiles::new(site.tiles, site.passes)))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).with_state(site.stop))
        .route("/metrics", get(health::metrics).with_state(site.metrics))
        .merge(features)
        .merge(site.routes)
        .fallback_service(get(page::page).with_state(Arc::new(site.web)))
        .layer(from_fn_with_state(site.resolve, access::identify))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT))
        .layer(from_fn(security::headers));
    calls.merge(pages).layer(CatchPanicLayer::new()).layer(from_fn(measure::count))
}

#[cfg(test)]
mod tests;
